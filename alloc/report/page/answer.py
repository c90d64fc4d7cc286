"""The answer in three sentences: what is done with the money, what it brings, and how far that can be trusted."""

import math
from collections import Counter
from itertools import chain

from alloc.instance import CATEGORIES
from alloc.report.page.view import View, percent
from alloc.report.rows import list_words
from alloc.report.told import is_chosen, show_claim
from alloc.texts.figures import amount


def tell_answer(view: View) -> tuple[str, str, str]:
    """Return the three sentences. A plan that is not proven optimal says so in the first."""
    return _money(view), _gain(view), _trust(view)


def list_limits(view: View) -> list[tuple[str, int]]:
    """Return what keeps industries from having more jobs, with how many county industries each limits, most first."""
    found = Counter(chain.from_iterable(map(list_words, view.columns("industries")["bottleneck"])))
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def list_binding(view: View) -> list[str]:
    """Return the names of the rules that bind."""
    rules = view.tables["rules"]
    bound = rules[rules["binding"] == 1]
    return list(map(view.rule, bound["rule"], bound["group"]))


def _money(view: View) -> str:
    allocation, measures = view.tables["allocation"], view.tables["measures"]
    aid = allocation[allocation["kind"] == "aid"]
    by_category = aid.groupby("category")["amount"].sum().to_dict()
    top = max(CATEGORIES, key=lambda k: by_category.get(k, 0.0))
    spent = view.spent.get("aid", 0.0)
    chosen = "page_answer_chosen" if is_chosen(view.figures) else "page_answer_stopped"
    optimal = view.figures["status"] == "optimal"
    return view.say(
        "page_answer_optimal" if optimal else chosen,
        gap="?" if view.gap is None else percent(view.gap, 2),
        available=amount(view.aid_available),
        spent=amount(spent),
        share=percent(spent / view.aid_available if view.aid_available else None),
        label=view.label,
        funded=int(measures["funded"].sum()),
        all=len(measures),
        counties=sum(x > 0 for x in view.columns("counties")["aid"]),
        top=view.say(top),
        top_share=percent(by_category.get(top, 0.0) / spent if spent else None),
        national=amount(view.spent.get("national", 0.0)),
        other=amount(sum(x for kind, x in view.spent.items() if kind not in ("aid", "national"))),
    )


def _gain(view: View) -> str:
    figures, quo, without = view.figures, view.figures["status_quo"], view.figures["without_aid"]
    linked = bool(view.instance.links or len(view.tables["chains"]))
    bridge = view.tables["bridge"]
    each = float(bridge.loc[bridge["part"] == "total", "aid_per_job"].iloc[0])
    known = figures["through_aid"]["range"] is None and not math.isnan(each)
    return view.say(
        "page_answer_gain_all" if linked else "page_answer_gain_jobs",
        plan=amount(figures["employment"]),
        quo=amount(quo["employment"]),
        others=show_claim(view.figures["through_others"], "employment", view.lang),
        more=show_claim(view.figures["through_aid"], "employment", view.lang),
        cost=view.say("page_answer_per_job", money=amount(each), label=view.label) if known else "",
        linkage=show_claim(view.figures["through_aid"], "linkage", view.lang),
        closed=figures["chains_closed"] or 0,
        closed_without="?" if without["chains_closed"] is None else without["chains_closed"],
    )


def _trust(view: View) -> str:
    words = [view.say("page_limits", name=view.limit(w), count=count) for w, count in list_limits(view)[:2]]
    bound = len(list_binding(view))
    words += [view.say("page_rules_bind", count=bound)] if bound else []
    found = view.provenance
    weak, money = found.count - found.total("sourced"), sum(found.cost.values())
    return view.say(
        "page_answer_assumed" if weak else "page_answer_sourced",
        checks=view.figures["audit"]["checks"],
        limits=view.join(words) or view.say("page_nothing"),
        share=percent(weak / found.count if found.count else 0.0),
        money_share=percent(1 - found.cost["sourced"] / money if money else 0.0),
    )
