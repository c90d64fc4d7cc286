"""Of each measure not funded and each fund with money left: what the plan itself shows, never a cause.

Why a plan is as it is only solving again could tell. So every sentence is a fact that the tables bear out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import ceiling
from alloc.report.rows import NEAR, list_cells, list_words
from alloc.report.shown import AND, Fact, Places, ShownPlan, find_holding
from alloc.report.unspent import say_unspent
from alloc.texts import say
from alloc.texts.figures import amount, count


def explain_plan(
    instance: Instance, tables: Mapping[str, pd.DataFrame], proven: bool, lang: str
) -> dict[str, pd.DataFrame]:
    """Return the tables with `reason` beside each measure not funded and `why_unspent` beside each fund.

    proven: whether the plan is optimal; of a plan stopped early nothing is said that only the proof could say.
    """
    measures, funds = tables["measures"].copy(), tables["funds"].copy()
    plan = ShownPlan(instance, tables, proven, lang)
    measures["reason"] = [_reason(plan, m) for m in measures["measure"]]
    money = list_cells(funds, "fund", "county", "unspent", "available")
    funds["why_unspent"] = [say_unspent(plan, *cells) for cells in money]
    return {**tables, "measures": measures, "funds": funds}


def explain_each_year(
    planned: Sequence[int],
    years: Mapping[int, Instance],
    tables: Mapping[int, Mapping[str, pd.DataFrame]],
    proven: bool,
    lang: str,
) -> dict[int, dict[str, pd.DataFrame]]:
    """Return the tables of each of several years with `reason` and `why_unspent` as far as the year itself shows them.

    planned: the years in which something is bought; years: the question of each and of those that follow, as the years
    before leave it; proven: as of one year. What keeps a measure out whatever else is funded is its reason: all else
    depends on the other years. Of money left it is said how much is there in the next year.
    """
    found: dict[int, dict[str, pd.DataFrame]] = {}
    following, before = dict(pairwise(planned)), Counter[str]()
    for year, own in tables.items():
        measures, funds = own["measures"].copy(), own["funds"].copy()
        plan = ShownPlan(years[year], own, proven, lang, dict(before))
        measures["reason"] = ["" if plan.funded[m] else _lasting_reason(plan, m) for m in measures["measure"]]
        if year in planned:
            said = []
            for f, c, left, money in list_cells(funds, "fund", "county", "unspent", "available"):
                on = _say_carried(plan, left, following.get(year), years[following.get(year, year)].funds[f].carry)
                said.append(AND[lang].join(filter(None, (say_unspent(plan, f, c, left, money), on))))
            funds["why_unspent"] = said
        before.update(dict(list_cells(measures, "measure", "units")))
        found[year] = {**own, "measures": measures, "funds": funds}
    return found


def _say_carried(plan: ShownPlan, left: float, following: int | None, carry: float) -> str:
    """Return how much of what is left is there in the next year; nothing where none is."""
    on = carry * left
    if following is None or on <= NEAR:
        return ""
    return say("unspent_carried", plan.lang, money=amount(on), label=plan.names.label, year=following)


# Facts of a measure that is not funded.


def _not_eligible(plan: ShownPlan, m: str) -> Places:
    return None if plan.instance.measures[m].eligible else {}


def _no_fund(plan: ShownPlan, m: str) -> Places:
    row = plan.instance.measures[m]
    return {} if not plan.payers[m] and row.fixed_cost + row.unit_cost > 0 else None


def _requires(plan: ShownPlan, m: str) -> Places:
    lacking = [other for other in plan.instance.measures[m].requires if not plan.funded[other]]
    return {"other": plan.measure(lacking[0])} if lacking else None


def _excluded(plan: ShownPlan, m: str) -> Places:
    funded = sorted(other for other in plan.rivals[m] if plan.funded[other])
    return {"other": plan.measure(funded[0])} if funded else None


def _count(plan: ShownPlan, m: str) -> Places:
    if m not in plan.counted:
        return None
    key, value, most = plan.counted[m]
    return {"rule": plan.rules([key]), "value": count(value), "most": count(most)}


def _rules(plan: ShownPlan, m: str) -> Places:
    keys = list(plan.caps([m], plan.payers[m]))
    return {"rules": plan.rules(keys)} if keys else None


def _no_baseline(plan: ShownPlan, m: str) -> Places:
    row = plan.instance.measures[m]
    return plan.place(m) if row.industry and (row.county, row.industry) not in plan.limits else None


def _bottleneck(plan: ShownPlan, m: str) -> Places:
    row = plan.instance.measures[m]
    limits = list_words(plan.limits.get((row.county, row.industry), ""))
    if row.category not in ("infrastructure", "training", "enterprise") or not limits or row.category in limits:
        return None
    return {**plan.place(m), "limits": " | ".join(map(plan.names.bottleneck, limits))}


def _people(plan: ShownPlan, m: str) -> Places:
    row = plan.instance.measures[m]
    return plan.place(m) if row.jobs > 0 and plan.crowded(row.county) else None


def _strict(plan: ShownPlan, m: str) -> Places:
    row, top = plan.instance.measures[m], ceiling(plan.instance, m)
    if row.national != "supplement-strict":
        return None
    left = plan.add_left(plan.national_payers(m), row.county)
    if left >= top * (1 - NEAR):
        return None
    return {**plan.place(m), **dict(zip(("left", "ceiling"), _apart(left, top), strict=True))}


def _money(plan: ShownPlan, m: str) -> Places:
    row = plan.instance.measures[m]
    left = plan.add_left(plan.payers[m], row.county)
    cheapest = row.fixed_cost + row.unit_cost * row.min_units
    if left >= cheapest * (1 - NEAR) or _spent(plan, m) is not None:
        return None
    return {**plan.place(m), **dict(zip(("left", "cost"), _apart(left, cheapest), strict=True))}


def _spent(plan: ShownPlan, m: str) -> Places:
    row = plan.instance.measures[m]
    spent = plan.all_spent(plan.payers[m], row.county)
    return plan.place(m) if spent and row.fixed_cost + row.unit_cost > 0 else None


def _apart(less: float, more: float) -> tuple[str, str]:
    """Return two amounts with as many digits as tell them apart."""
    for digits in range(1, 8):
        words = [f"{x:,.{digits}f}".rstrip("0").rstrip(".") for x in (less, more)]
        if words[0] != words[1] and not (words[0] == "0" and less):
            break
    return words[0], words[1]


LASTING: tuple[Fact[str], ...] = (
    ("reason_not_eligible", _not_eligible),
    ("reason_no_fund", _no_fund),
)
"""What keeps a measure out whatever else is funded, this year or another."""

BARS: tuple[Fact[str], ...] = (
    ("reason_requires", _requires),
    ("reason_excluded", _excluded),
)
"""Where one of these holds the measure cannot be added to the plan as it is: the first is said."""

SIGHTS: tuple[Fact[str], ...] = (
    ("reason_count", _count),
    ("reason_rules", _rules),
    ("reason_no_baseline", _no_baseline),
    ("reason_bottleneck", _bottleneck),
    ("reason_people", _people),
    ("reason_strict", _strict),
    ("reason_money", _money),
    ("reason_spent", _spent),
)
"""What the plan shows where a measure is left out: all that hold are said."""


def _lasting_reason(plan: ShownPlan, m: str) -> str:
    """Return what keeps a measure that is not funded out whatever else is; nothing where nothing does."""
    row = plan.instance.measures[m]
    if row.reason and not row.eligible:
        return row.reason
    return next(find_holding(plan, m, LASTING), "")


def _reason(plan: ShownPlan, m: str) -> str:
    """Return what the plan shows of a measure that is not funded; nothing of one that is."""
    if plan.funded[m]:
        return ""
    barred = _lasting_reason(plan, m) or next(find_holding(plan, m, BARS), "")
    if barred:
        return barred
    rest = "reason_worth" if plan.proven else "reason_unsettled"
    shown = AND[plan.lang].join(find_holding(plan, m, SIGHTS)) or say(rest, plan.lang)
    return say("reason_best" if plan.proven else "reason_found", plan.lang, shown=shown)
