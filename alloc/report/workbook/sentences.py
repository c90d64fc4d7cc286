"""The answer in sentences, for the head of the summary: what the aid brings, what is spent and left, what changed."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter

from alloc.instance.schema import Flow
from alloc.report.bridge import tell_scenarios
from alloc.report.certainty import tell_certainty
from alloc.report.rows import add_column
from alloc.report.told import show_claim, tell_coordination, tell_idle, tell_status, tell_years
from alloc.report.workbook.view import PlanView
from alloc.texts.figures import amount, count, gap, percent

SAME = 0.05
"""Money that changes by less is not told [money]."""


def say_answer(plan: PlanView) -> str:
    """Return what was found and how far it is proven; never *optimal* without proof."""
    figures = plan.figures
    return plan.say(
        "wb_answer",
        status=tell_status(figures, plan.lang),
        objective=amount(figures["objective"]),
        bound=amount(figures["bound"]),
        gap=gap(figures["gap"]),
    )


def write_sentences(plan: PlanView) -> list[str]:
    """Return what comes through the aid, what is spent and left and why, and what changed against last year."""
    figures, lang = plan.figures, plan.lang
    told = [
        _brings(plan),
        _money(plan),
        *(_changed(plan, name, rows) for name, rows in plan.instance.previous.items()),
        tell_scenarios(plan.instance, plan.tables["scenarios"], lang),
        tell_years(figures, lang),
        tell_idle(plan.instance, plan.tables["measures"], lang),
        tell_coordination(figures, lang),
        tell_certainty(figures, plan.instance.money.label, lang),
    ]
    return [text for text in told if text]


def _brings(plan: PlanView) -> str:
    figures, total = plan.figures, plan.rows("bridge")[-1]
    known = figures["through_aid"]["range"] is None and total["aid_per_job"] is not None
    each = plan.say("page_answer_per_job", money=amount(total["aid_per_job"]), label=plan.instance.money.label)
    return plan.say(
        "wb_brings_told",
        more=show_claim(plan.figures["through_aid"], "employment", plan.lang),
        cost=each if known else "",
        all=amount(figures["employment"]),
        quo=amount(figures["status_quo"]["employment"]),
        others=show_claim(plan.figures["through_others"], "employment", plan.lang),
    )


def _money(plan: PlanView) -> str:
    rows = [row for row in plan.rows("funds") if row["kind"] == "aid"]
    there, spent = add_column(rows, "available"), add_column(rows, "spent")
    left = list(_left(plan, rows))
    return plan.say(
        "wb_money_told",
        spent=amount(spent),
        all=amount(there),
        label=plan.instance.money.label,
        share=percent(spent / there if there > 0 else None),
        left=plan.say("wb_left_told", names=plan.join(left, "between_facts")) if left else "",
    )


def _left(plan: PlanView, rows: Iterable[dict[str, object]]) -> Iterator[str]:
    """Yield each fund of aid that has money left, and why."""
    for row in rows:
        if row["why_unspent"]:
            fund, money = plan.name("fund", str(row["fund"])), amount(float(str(row["unspent"])))
            if row["county"]:
                fund = plan.say("in_brackets", name=fund, words=plan.name("county", str(row["county"])))
            yield plan.say("wb_left_of", fund=fund, money=money, why=row["why_unspent"])


def _changed(plan: PlanView, name: str, before: Iterable[Flow]) -> str:
    """Return what changed against a previous plan: aid in all, where most, and which measures come and go."""
    old, was = _had(before)
    now: dict[str, float] = dict(map(itemgetter("county", "aid"), plan.rows("counties")))
    moved = {c: now.get(c, 0.0) - old.get(c, 0.0) for c in now | old}
    funded = {row["measure"] for row in plan.measures if row["funded"]}
    change, facts = math.fsum(moved.values()), []
    up, down = max(moved, key=lambda c: moved[c]), min(moved, key=lambda c: moved[c])
    for text, c, told in (("wb_most_more", up, moved[up] > SAME), ("wb_most_less", down, moved[down] < -SAME)):
        facts += [plan.say(text, county=plan.name("county", c), money=_signed(moved[c]))] if told else []
    facts.append(plan.say("wb_come_and_go", new=count(len(funded - was)), gone=count(len(was - funded))))
    return plan.say(
        "wb_changed_told",
        name=name,
        now=amount(math.fsum(now.values())),
        before=amount(math.fsum(old.values())),
        label=plan.instance.money.label,
        change=_signed(change),
        facts=plan.join(facts, "between_facts"),
    )


def _had(before: Iterable[Flow]) -> tuple[dict[str, float], set[str]]:
    """Return the aid of each county in a previous plan, and the measures that it paid for."""
    aid: dict[str, float] = defaultdict(float)
    paid = set()
    for row in before:
        aid[row.county] += row.amount if row.kind == "aid" else 0.0
        if row.amount > 0:
            paid.add(row.measure)
    return aid, paid


def _signed(money: float) -> str:
    return f"+{amount(money)}" if money >= SAME else amount(money)
