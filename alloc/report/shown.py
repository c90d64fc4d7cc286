"""What a plan shows, looked up once for the sentences on it: what is funded, spent, full and strained."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, starmap
from typing import Any, TypeVar

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import available, ceiling, list_payers, of_kind
from alloc.instance.sides import per_head, sides
from alloc.report.funds import spent_by_fund
from alloc.report.names import Names
from alloc.report.rows import NEAR, list_cells, near
from alloc.texts import say

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


class ShownPlan:
    """A plan by its tables, indexed by what sentences on it ask for.

    before: of several years the units of each measure that the years before bought.
    """

    def __init__(
        self,
        instance: Instance,
        tables: Mapping[str, pd.DataFrame],
        proven: bool,
        lang: str,
        before: Mapping[str, float] | None = None,
    ):
        self.instance, self.proven, self.lang = instance, proven, lang
        self.before = before or {}
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

    def is_full(self, m: str) -> bool:
        """Tell whether a measure is at its largest scale, in the year or in all so far."""
        row, units, before = self.instance.measures[m], self.units[m], self.before.get(m, 0.0)
        if before > 0 and near(before + units, row.most_in_all):
            return True
        return self.funded[m] and near(units, row.max_units)

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


Fact = tuple[str, Callable[[ShownPlan, Thing], Places]]
"""A sentence, and what fills its places where it holds."""


def find_holding(plan: ShownPlan, thing: Thing, facts: tuple[Fact[Thing], ...]) -> Iterator[str]:
    """Yield the sentences that hold of a measure, or of a fund with money left."""
    for text, fact in facts:
        places = fact(plan, thing)
        if places is not None:
            yield say(text, plan.lang, **places)


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
        if key in full:
            _add_key(strained, key, side.spends)
        if key in low and side.least:
            counted = set(side.spends)
            _add_key(strained, key, [payment for payment in side.base if payment not in counted])
    for key, local in per_head(instance).items():
        if key in full:
            _add_key(strained, key, chain.from_iterable(local.values()))
    return strained


def _add_key(strained: dict[Payment, list[Key]], key: Key, payments: Iterable[Payment]) -> None:
    for payment in payments:
        strained[payment].append(key)


def _full_counts(instance: Instance, rules: pd.DataFrame) -> dict[str, tuple[Key, float, float]]:
    """Return of each measure the count that is full: which rule, how many, and how many at most."""
    _, full = _keys_at_limit(rules)
    rows = rules.set_index(["rule", "group"])
    found: dict[str, tuple[Key, float, float]] = {}
    for key, side in sides(instance).items():
        if key in full:
            found |= dict.fromkeys(side.funded, (key, *rows.loc[key, ["value", "max"]]))
    return found
