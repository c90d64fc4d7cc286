"""Of each measure not funded and each fund with money left: what the plan itself shows, never a cause.

Why a plan is as it is only solving again could tell. So every sentence is a fact that the tables bear out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, starmap
from typing import Any, TypeVar

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import available, ceiling, list_payers, of_kind
from alloc.instance.sides import per_head, sides
from alloc.report.funds import spent_by_fund
from alloc.report.names import Names
from alloc.report.rows import list_cells, list_words
from alloc.report.tables import NEAR, near
from alloc.texts import say
from alloc.texts.figures import count

Thing = TypeVar("Thing")
Places = dict[str, Any] | None
"""What fills the places of a sentence that holds; None where it does not hold."""

Key = tuple[str, str]
Payment = tuple[str, str]
"""Rule and group; measure and fund."""

AND = {"en": "; ", "zh": "；"}
"""What stands between two facts, or the names of two rules."""

MOST_NAMED = 3
"""Of many measures or rules so many are named."""


def explain_plan(
    instance: Instance, tables: Mapping[str, pd.DataFrame], proven: bool, lang: str
) -> dict[str, pd.DataFrame]:
    """Return the tables with `reason` beside each measure not funded and `why_unspent` beside each fund.

    proven: whether the plan is optimal; of a plan stopped early nothing is said that only the proof could say.
    """
    measures, funds = tables["measures"].copy(), tables["funds"].copy()
    plan = _Shown(instance, tables, proven, lang)
    measures["reason"] = [_reason(plan, m) for m in measures["measure"]]
    money = list_cells(funds, "fund", "county", "unspent", "available")
    funds["why_unspent"] = [_unspent(plan, *cells) for cells in money]
    return {**tables, "measures": measures, "funds": funds}


def explain_year(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> dict[str, pd.DataFrame]:
    """Return the tables of one year of several with `reason` beside each measure that nothing done in any year lets in.

    What else keeps a measure out of a year depends on the other years, of which one year's tables say nothing.
    """
    measures = tables["measures"].copy()
    plan = _Shown(instance, tables, False, lang)
    measures["reason"] = ["" if plan.funded[m] else _lasting_reason(plan, m) for m in measures["measure"]]
    return {**tables, "measures": measures}


class _Shown:
    """What the plan shows, looked up once."""

    def __init__(self, instance: Instance, tables: Mapping[str, pd.DataFrame], proven: bool, lang: str):
        self.instance, self.proven, self.lang = instance, proven, lang
        self.names = Names(instance, lang)
        self.payers = list_payers(instance)
        self.payable: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.rivals: dict[str, set[str]] = defaultdict(set)
        for m, row in instance.measures.items():
            for f in self.payers[m] if row.eligible else ():
                self.payable[f, ""].append(m)
                self.payable[f, row.county].append(m)
            for other in row.excludes:
                self.rivals[m].add(other)
                self.rivals[other].add(m)
        measures = tables["measures"].set_index("measure")
        self.funded = measures["funded"].astype(bool).to_dict()
        self.units, self.cost = measures["units"].to_dict(), measures["cost"].to_dict()
        self.aid, self.national = measures["aid"].to_dict(), measures["national"].to_dict()
        paid = tables["allocation"]
        self.paid = dict(zip(zip(paid["measure"], paid["fund"], strict=True), paid["amount"], strict=True))
        self.jobseekers = tables["counties"].set_index("county")["jobseekers_left"].to_dict()
        self.limits = tables["industries"].set_index(["county", "industry"])["bottleneck"].to_dict()
        self.left = _money_left(instance, paid)
        self.capped = _strained_payments(instance, tables["rules"])
        self.counted = _full_counts(instance, tables["rules"])

    def measure(self, m: str) -> str:
        """Return the name of a measure with its id, which rows are found by."""
        name = self.names.name("measure", m)
        return m if name == m else f"{name} ({m})"

    def several(self, measures: Iterable[str]) -> str:
        """Return the names of the first measures, and how many more there are."""
        return self._few(list(map(self.measure, measures)), {"en": ", ", "zh": "、"})

    def rules(self, keys: Iterable[tuple[str, str]]) -> str:
        """Return the names of the first rules with their groups, and how many more there are."""
        return self._few(list(starmap(self.names.rule, dict.fromkeys(keys))), AND)

    def _few(self, names: list[str], sign: Mapping[str, str]) -> str:
        more = [say("and_more", self.lang, count=len(names) - MOST_NAMED)] if len(names) > MOST_NAMED else []
        return sign[self.lang].join(names[:MOST_NAMED] + more)

    def place(self, m: str) -> dict[str, str]:
        """Return the county and industry of a measure, and the words for its category and for money."""
        row = self.instance.measures[m]
        return {
            "county": self.names.name("county", row.county),
            "industry": self.names.name("industry", row.industry or ""),
            "category": self.names.name("category", row.category),
            "label": self.names.label,
        }

    def spent(self, f: str, c: str) -> bool:
        """Tell whether a fund has nothing left for a county."""
        return self.left[f, c] <= NEAR * max(1.0, available(self.instance, f, c))

    def all_spent(self, funds: Iterable[str], c: str) -> bool:
        """Tell whether none of some funds has anything left for a county."""
        return all(self.spent(f, c) for f in funds)

    def add_left(self, funds: Iterable[str], c: str) -> float:
        """Return what some funds have left for a county [money]."""
        return sum(max(self.left[f, c], 0.0) for f in funds)

    def national_payers(self, m: str) -> list[str]:
        """Return the national funds that may pay for a measure."""
        return of_kind(self.instance, self.payers[m], "national")

    def caps(self, measures: Iterable[str], funds: Sequence[str]) -> Iterator[Key]:
        """Yield the rules whose limit payments of some funds for some measures would strain."""
        for m in measures:
            for f in funds:
                yield from self.capped.get((m, f), ())

    def crowded(self, c: str) -> bool:
        """Tell whether no jobseekers are left in a county."""
        left, all_of_them = self.jobseekers.get(c), self.instance.counties[c].jobseekers
        return left is not None and all_of_them is not None and left <= NEAR * max(1.0, all_of_them)

    def at_ceiling(self, m: str) -> bool:
        """Tell whether national money of a measure is at its ceiling."""
        return near(self.national[m], ceiling(self.instance, m))

    def exhausted(self, m: str) -> bool:
        """Tell whether no national fund has anything left for a measure."""
        return self.all_spent(self.national_payers(m), self.instance.measures[m].county)


Fact = tuple[str, Callable[[_Shown, Thing], Places]]
"""A sentence, and what fills its places where it holds."""


def _money_left(instance: Instance, allocation: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return what each fund has left for each county, its total counted [money]."""
    spent = spent_by_fund(list_cells(allocation, "fund", "county", "amount"))
    left = {}
    for f, fund in instance.funds.items():
        in_all = available(instance, f) - spent.get((f, ""), 0.0)
        for c in instance.counties:
            local = available(instance, f, c) - spent.get((f, c), 0.0)
            left[f, c] = in_all if fund.by_county is None else min(in_all, local)
    return left


def _keys_at_limit(rules: pd.DataFrame) -> tuple[set[Key], set[Key]]:
    """Return the rules at their least value, and those at their largest."""
    low, full = set(), set()
    for row in rules.to_dict("records"):
        key = row["rule"], row["group"]
        if not pd.isna(row["min"]) and near(row["min"], row["value"]):
            low.add(key)
        if not pd.isna(row["max"]) and near(row["value"], row["max"]):
            full.add(key)
    return low, full


def _strained_payments(instance: Instance, rules: pd.DataFrame) -> dict[Payment, list[Key]]:
    """Return the rules whose limit a payment would strain.

    A payment strains a largest value by what is counted, a least value by what it is counted out of.
    """
    low, full = _keys_at_limit(rules)
    strained: dict[Payment, list[Key]] = defaultdict(list)
    for key, side in sides(instance).items():
        for payment in side.spends if key in full else ():
            strained[payment].append(key)
        for payment in side.base if key in low and side.least else ():
            if payment not in side.spends:
                strained[payment].append(key)
    for key, local in per_head(instance).items():
        for payment in chain.from_iterable(local.values()) if key in full else ():
            strained[payment].append(key)
    return strained


def _full_counts(instance: Instance, rules: pd.DataFrame) -> dict[str, tuple[Key, float, float]]:
    """Return of each measure the count that is full: which rule, how many, and how many at most."""
    _, full = _keys_at_limit(rules)
    rows = rules.set_index(["rule", "group"])
    found: dict[str, tuple[Key, float, float]] = {}
    for key, side in sides(instance).items():
        if key in full:
            found |= dict.fromkeys(side.funded, (key, *rows.loc[key, ["value", "max"]]))
    return found


# Facts of a measure that is not funded.


def _not_eligible(plan: _Shown, m: str) -> Places:
    return None if plan.instance.measures[m].eligible else {}


def _no_fund(plan: _Shown, m: str) -> Places:
    row = plan.instance.measures[m]
    return {} if not plan.payers[m] and row.fixed_cost + row.unit_cost > 0 else None


def _requires(plan: _Shown, m: str) -> Places:
    lacking = [other for other in plan.instance.measures[m].requires if not plan.funded[other]]
    return {"other": plan.measure(lacking[0])} if lacking else None


def _excluded(plan: _Shown, m: str) -> Places:
    funded = sorted(other for other in plan.rivals[m] if plan.funded[other])
    return {"other": plan.measure(funded[0])} if funded else None


def _count(plan: _Shown, m: str) -> Places:
    if m not in plan.counted:
        return None
    key, value, most = plan.counted[m]
    return {"rule": plan.rules([key]), "value": count(value), "most": count(most)}


def _rules(plan: _Shown, m: str) -> Places:
    keys = list(plan.caps([m], plan.payers[m]))
    return {"rules": plan.rules(keys)} if keys else None


def _no_baseline(plan: _Shown, m: str) -> Places:
    row = plan.instance.measures[m]
    return plan.place(m) if row.industry and (row.county, row.industry) not in plan.limits else None


def _bottleneck(plan: _Shown, m: str) -> Places:
    row = plan.instance.measures[m]
    limits = list_words(plan.limits.get((row.county, row.industry), ""))
    if row.category not in ("infrastructure", "training", "enterprise") or not limits or row.category in limits:
        return None
    return {**plan.place(m), "limits": " | ".join(map(plan.names.bottleneck, limits))}


def _people(plan: _Shown, m: str) -> Places:
    row = plan.instance.measures[m]
    return plan.place(m) if row.jobs > 0 and plan.crowded(row.county) else None


def _strict(plan: _Shown, m: str) -> Places:
    row, top = plan.instance.measures[m], ceiling(plan.instance, m)
    if row.national != "supplement-strict":
        return None
    left = plan.add_left(plan.national_payers(m), row.county)
    if left >= top * (1 - NEAR):
        return None
    return {**plan.place(m), **dict(zip(("left", "ceiling"), _apart(left, top), strict=True))}


def _money(plan: _Shown, m: str) -> Places:
    row = plan.instance.measures[m]
    left = plan.add_left(plan.payers[m], row.county)
    cheapest = row.fixed_cost + row.unit_cost * row.min_units
    if left >= cheapest * (1 - NEAR) or _spent(plan, m) is not None:
        return None
    return {**plan.place(m), **dict(zip(("left", "cost"), _apart(left, cheapest), strict=True))}


def _spent(plan: _Shown, m: str) -> Places:
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


def _lasting_reason(plan: _Shown, m: str) -> str:
    """Return what keeps a measure that is not funded out whatever else is; nothing where nothing does."""
    row = plan.instance.measures[m]
    if row.reason and not row.eligible:
        return row.reason
    return next(_find_holding(plan, m, LASTING), "")


def _reason(plan: _Shown, m: str) -> str:
    """Return what the plan shows of a measure that is not funded; nothing of one that is."""
    if plan.funded[m]:
        return ""
    barred = _lasting_reason(plan, m) or next(_find_holding(plan, m, BARS), "")
    if barred:
        return barred
    rest = "reason_worth" if plan.proven else "reason_unsettled"
    shown = AND[plan.lang].join(_find_holding(plan, m, SIGHTS)) or say(rest, plan.lang)
    return say("reason_best" if plan.proven else "reason_found", plan.lang, shown=shown)


def _find_holding(plan: _Shown, thing: Thing, facts: tuple[Fact[Thing], ...]) -> Iterator[str]:
    """Yield the sentences that hold of a measure, or of a fund with money left."""
    for text, fact in facts:
        places = fact(plan, thing)
        if places is not None:
            yield say(text, plan.lang, **places)


@dataclass(frozen=True)
class _LeftOver:
    """A fund with money left, in all or for one county, and the measures that it may pay for.

    going: those that go ahead; growing: those of them that could be larger.
    """

    fund: str
    county: str
    kind: str
    payable: Sequence[str]
    going: Sequence[str]
    growing: Sequence[str]


def _left_over(plan: _Shown, f: str, c: str) -> _LeftOver:
    payable = plan.payable[f, c]
    going = [m for m in payable if plan.funded[m]]
    growing = [m for m in going if not near(plan.units[m], plan.instance.measures[m].max_units)]
    return _LeftOver(f, c, plan.instance.funds[f].kind, payable, going, growing)


# Facts of a fund that has money left.


def _total_spent(plan: _Shown, left: _LeftOver) -> Places:
    return {} if left.county and plan.spent(left.fund, left.county) else None


def _full(plan: _Shown, left: _LeftOver) -> Places:
    return {} if len(left.going) == len(left.payable) and not left.growing else None


def _capped(plan: _Shown, left: _LeftOver) -> Places:
    keys = sorted(set(plan.caps(left.payable, [left.fund])))
    return {"rules": plan.rules(keys)} if keys else None


def _at_ceiling(plan: _Shown, left: _LeftOver) -> Places:
    reached = left.kind == "national" and left.growing and all(map(plan.at_ceiling, left.going))
    return {} if reached else None


def _awaiting(plan: _Shown, left: _LeftOver) -> Places:
    """Aid may not enter yet: national money is neither at its ceiling nor spent."""
    return _measures(plan, (m for m in _below(plan, left, "supplement") if not plan.exhausted(m)))


def _awaiting_strictly(plan: _Shown, left: _LeftOver) -> Places:
    """Aid may not enter before national money is at its ceiling, which it is not."""
    return _measures(plan, _below(plan, left, "supplement-strict"))


def _below(plan: _Shown, left: _LeftOver, mode: str) -> Iterator[str]:
    """Yield the measures of one mode of national money whose ceiling is not reached, where the fund is aid."""
    for m in left.going if left.kind == "aid" else ():
        if plan.instance.measures[m].national == mode and not plan.at_ceiling(m):
            yield m


def _exclusive(plan: _Shown, left: _LeftOver) -> Places:
    """Aid and national money exclude each other, and the other one pays."""
    if left.kind not in ("aid", "national"):
        return None
    other, paid = ("national", plan.national) if left.kind == "aid" else ("aid", plan.aid)
    exclusive = [m for m in left.going if plan.instance.measures[m].national == "exclusive"]
    found = _measures(plan, (m for m in exclusive if paid[m] > NEAR))
    return found and {**found, "kind": say(f"page_kind_{other}", plan.lang)}


def _share_full(plan: _Shown, left: _LeftOver) -> Places:
    return _measures(plan, (m for m in left.growing if _at_largest_share(plan, m, left.fund)))


def _no_people(plan: _Shown, left: _LeftOver) -> Places:
    counties = {plan.instance.measures[m].county for m in left.payable}
    return {} if all(map(plan.crowded, counties)) else None


def _measures(plan: _Shown, found: Iterable[str]) -> Places:
    """Return the names of measures, nothing where there are none."""
    measures = list(found)
    return {"measures": plan.several(measures)} if measures else None


def _at_largest_share(plan: _Shown, m: str, f: str) -> bool:
    """Tell whether a fund, or all of its kind, pays the largest share of a measure that it may."""
    shares, kind = plan.instance.measures[m].max_share, plan.instance.funds[f].kind
    alike = sum(plan.paid[m, x] for x in of_kind(plan.instance, plan.payers[m], kind))
    paid = {f: plan.paid[m, f], kind: alike}
    return any(share < 1 and near(paid[key], share * plan.cost[m]) for key, share in shares.items() if key in paid)


LEFT: tuple[Fact[_LeftOver], ...] = (
    ("unspent_total", _total_spent),
    ("unspent_full", _full),
    ("unspent_rules", _capped),
    ("unspent_ceiling", _at_ceiling),
    ("unspent_supplement", _awaiting),
    ("unspent_strict", _awaiting_strictly),
    ("unspent_exclusive", _exclusive),
    ("unspent_share", _share_full),
    ("unspent_people", _no_people),
)
"""What the plan shows where a fund has money left: all that hold are said."""


def _unspent(plan: _Shown, f: str, c: str, unspent: float, money: float) -> str:
    """Return what the plan shows of a fund that has money left, in all or for one county; nothing where none is."""
    if unspent <= NEAR * max(1.0, money):
        return ""
    left = _left_over(plan, f, c)
    if not left.payable:
        return say("unspent_no_measure", plan.lang)
    rest = "unspent_best" if plan.proven else "unspent_unsettled"
    return AND[plan.lang].join(_find_holding(plan, left, LEFT)) or say(rest, plan.lang)
