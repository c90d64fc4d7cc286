"""The plan as the sheets need it: rows of the tables, names in one language, and a number for everything."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from alloc.instance import KINDS
from alloc.instance.money import ALONE
from alloc.instance.rules import AnyRule, Benefit
from alloc.instance.schema import Selection
from alloc.instance.selections import SELECTORS, RuleGroup, attribute, groups, members, select
from alloc.instance.sides import per_head
from alloc.report.funds import fund_totals, spent_by_fund
from alloc.report.names import Names, pick_name
from alloc.report.rows import list_rows
from alloc.texts.figures import tidy

Criteria = dict[str, int | str]
"""Which rows are added up: column → what stands in it."""

BY_WORD = ("category", "kind")
"""What formulas look for by its word; everything else has a number, since ids may hold `*` or differ in case only."""


def known(value: float | None) -> float:
    """Return a figure of a world, 0 where that world is not known: the summary says so then."""
    return 0.0 if value is None else value


@dataclass(frozen=True)
class PlanView(Names):
    """A plan with its tables and its figures, to be shown in one language."""

    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]

    def head(self, text: str, unit: str = "") -> str:
        """Return the title of a column with its unit on a line of its own."""
        word = self.unit(unit)
        return f"{self.say(text)}\n({word})" if word else self.say(text)

    def unit(self, unit: str) -> str:
        """Return a unit in the reader's language."""
        known = {
            "money": self.label,
            "head": self.say("wb_per_head", label=self.label),
            "year_money": self.say("wb_per_year", label=self.label),
            "currency": self.say("wb_per_head", label=self.currency),
        }
        return known.get(unit) or (self.say(f"wb_unit_{unit}") if unit else "")

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table; cells without a value are None, and what is nothing but rounding is 0."""
        frame = self.tables[table]
        names = list(map(str, frame.columns))
        found = []
        for cells in frame.itertuples(index=False, name=None):
            found.append(dict(zip(names, map(_tidy, cells), strict=True)))
        return found

    @cached_property
    def payments(self) -> list[dict[str, Any]]:
        """The rows of the allocation by county, category, measure and fund."""
        order = ("county", "category", "measure", "fund")
        return sorted(self.rows("allocation"), key=lambda row: tuple(self.number(key, row[key]) for key in order))

    @cached_property
    def paid(self) -> Mapping[tuple[str, str], float]:
        """Every payment: (measure, fund) → money."""
        return {(row["measure"], row["fund"]): row["amount"] for row in self.payments}

    def add_payments(self, payments: Iterable[tuple[str, str]]) -> float:
        """Return what some payments (measure, fund) come to [money]."""
        return math.fsum(map(self.paid.__getitem__, payments))

    def add_each(self, local: Mapping[str, Iterable[tuple[str, str]]]) -> dict[str, float]:
        """Return what the payments of each county come to [money]."""
        return {c: self.add_payments(payments) for c, payments in local.items()}

    @cached_property
    def heads(self) -> dict[tuple[str, str], dict[str, float]]:
        """What every rule on money per head counts: (rule, group) → county → money."""
        return {key: self.add_each(local) for key, local in per_head(self.instance).items()}

    def head_number(self, key: tuple[str, str]) -> int:
        """Return the number of a rule on money per head, and its group, in the names of its columns."""
        return list(self.heads).index(key) + 1

    @cached_property
    def spent(self) -> Mapping[tuple[str, str], float]:
        """What each fund pays: (fund, county) → money, in all counties under an empty word."""
        return spent_by_fund(map(itemgetter("fund", "county", "amount"), self.payments))

    @cached_property
    def funds(self) -> list[dict[str, Any]]:
        """What each fund has, has spent and has left in all: one row a fund."""
        found = fund_totals(self.instance, self.tables["allocation"])
        return list_rows(found)

    @cached_property
    def measures(self) -> list[dict[str, Any]]:
        """The rows of the measures in the order of the instance."""
        return self.rows("measures")

    @cached_property
    def _repeated(self) -> dict[str, dict[str, "Repetition"]]:
        return {}

    @cached_property
    def _numbers(self) -> dict[str, dict[str, int]]:
        words: dict[str, Iterable[str]] = {"fund": self.instance.funds, "kind": KINDS}
        for what in ("county", "category", "industry", "chain", "region", "measure"):
            words[what] = members(self.instance, what)
        return {what: dict(zip(of, count(1), strict=False)) for what, of in words.items()}

    def number(self, what: str, word: str) -> int:
        """Return the number of a county, category …; 0 where there is none."""
        return self._numbers[what].get(word, 0)

    def numbered(self, what: str) -> str:
        """Return the title of a column of numbers."""
        return self.say("wb_number", what=self.say(f"wb_{what}"))

    def traits(self, m: str) -> dict[str, int | str]:
        """Return what formulas tell a measure by: attribute → number or word."""
        return {key: self.sought(key, attribute(self.instance, m, key)) for key in SELECTORS}

    def sought(self, what: str, word: str) -> int | str:
        """Return what formulas look for."""
        return word if what in BY_WORD else self.number(what, word)

    @cached_property
    def picks(self) -> dict[Selection, int]:
        """Selections that no single column tells, each with its number: tags and lists."""
        found: dict[Selection, int] = {}
        for rule in self.instance.rules:
            if isinstance(rule, Benefit):  # it counts industries in counties, not measures
                continue
            for key in rule.selections().values():
                selection: Selection = getattr(rule, key)
                if self._simple(selection) is None:
                    found.setdefault(selection, len(found) + 1)
        return found

    @cached_property
    def picked(self) -> dict[int, frozenset[str]]:
        """The measures of those selections."""
        return {number: frozenset(select(self.instance, of)) for of, number in self.picks.items()}

    def _simple(self, selection: Selection) -> Criteria | None:
        """Return a selection as criteria, where each key has one word and none is a tag."""
        found: Criteria = {}
        for key, words in _written(selection).items():
            if key == "tag" or len(words) > 1:
                return None
            found[key] = self.sought(key, words[0])
        return found

    @property
    def when(self) -> Criteria:
        """What tells the rows of a year; nothing where the plan is of one."""
        return {}

    def criteria(self, selection: Selection, fund: str, narrowed: Mapping[str, str]) -> Criteria | None:
        """Return what tells the rows of a selection, narrowed, whose money is that of a fund, a kind or `all`.

        None where nothing can be selected: two different words for one column.
        """
        simple = self._simple(selection)
        found: Criteria = {f"pick_{self.picks[selection]}": 1} if simple is None else dict(simple)
        for key, word in narrowed.items():
            if found.setdefault(key, self.sought(key, word)) != self.sought(key, word):
                return None
        if fund in KINDS:
            found["kind"] = fund
        elif fund != "all":
            found["fund"] = self.number("fund", fund.removeprefix(ALONE))
        return {**found, **self.when}

    def described(self, selection: Selection) -> str:
        """Return a selection in words."""
        told = []
        for key, words in _written(selection).items():
            told.append(f"{self.say(f'wb_{key}')}: {' | '.join(self.name(key, word) for word in words)}")
        return "; ".join(told)

    def ruled(self, rule: AnyRule, group: str = "") -> str:
        """Return the name of a rule, and of its group, in the reader's language."""
        name = pick_name(rule, rule.name, self.lang)
        words = self.grouped(rule, group)
        return f"{name} ({words})" if words else name

    def grouped(self, rule: AnyRule, group: str) -> str:
        """Return the name of a group in the reader's language."""
        if not group:
            return ""
        of = self.repetitions(rule)[group]
        told = {**of.outer, **of.inner}
        return " · ".join(self.name(key, word) for key, word in told.items()) if of.counts else group

    def repetitions(self, rule: AnyRule) -> dict[str, "Repetition"]:
        """Return the groups of a rule by name."""
        if rule.name in self._repeated:
            return self._repeated[rule.name]
        found = self._repeated[rule.name] = {}
        for group in groups(self.instance, rule):
            outer: dict[str, str] = {}
            inner: dict[str, str] = {}
            if rule.within and not group.sites:
                some = (*group.counted, *group.compared)
                outer[str(rule.within)] = attribute(self.instance, some[0], rule.within)
            if group.sites:
                outer, inner = _only(group.narrowed, rule.within), _only(group.narrowed, rule.each)
            elif rule.each and group.counted:
                inner[str(rule.each)] = attribute(self.instance, group.counted[0], rule.each)
            found[group.name] = Repetition(group, outer, inner)
        return found


def _only(narrowed: Mapping[str, str], key: str | None) -> dict[str, str]:
    """Return one of the words that a group is narrowed to, if it is narrowed by that key."""
    return {key: narrowed[key]} if key and key in narrowed else {}


def _written(selection: Selection) -> dict[str, tuple[str, ...]]:
    """Return the keys of a selection that name anything, each with its words."""
    return {key: getattr(selection, key) for key in (*SELECTORS, "tag") if getattr(selection, key)}


def _tidy(cell: Any) -> Any:
    if not isinstance(cell, float):
        return cell
    return None if math.isnan(cell) else tidy(cell)


class Repetition(NamedTuple):
    """What `within` (outer) and `each` (inner) narrow a rule to."""

    group: RuleGroup
    outer: Mapping[str, str]
    inner: Mapping[str, str]

    @property
    def counts(self) -> bool:
        """Whether it counts anything."""
        return bool(self.group.counted or self.group.sites)

    @property
    def compares(self) -> bool:
        """Whether it compares with any measure."""
        return bool(self.group.compared)


def sums(of: str, criteria: Criteria | None, **cells: str) -> str:
    """Return the formula that adds up a named column over the rows that criteria tell; cells hold further criteria."""
    if criteria is None:
        return "0"
    prefix = "measure" if of == "funded" else "amount"
    words = ""
    for key, word in criteria.items():
        words += f",{prefix}_{key},{quoted(word)}"
    for key, cell in cells.items():
        words += f",{prefix}_{key},{cell}"
    return f"SUMIFS({of}{words})" if words else f"SUM({of})"


def quoted(word: float | str) -> str:
    """Return a number or a word as a formula holds it."""
    return f'"{word}"' if isinstance(word, str) else repr(word).upper()
