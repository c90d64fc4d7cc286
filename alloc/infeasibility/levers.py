"""The limits that a person set and a person may move: each with its path, what stands there, and what frees it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from alloc.infeasibility.over_all_years import list_over_years, tell_figures
from alloc.instance import KINDS, Instance
from alloc.instance.schema import Fund, Measure
from alloc.report.names import Names

Eases = Literal["up", "down", "either", "switch"]
Value = float | str | bool | tuple[str, ...] | None

About = tuple[tuple[str, str, str], ...]
"""What fills the places of a sentence: (place, what it is, its id)."""

BOUNDS: Mapping[str, Eases] = {"min": "down", "max": "up", "ratio": "down"}
"""The figures of a rule that limit a plan, and the way in which each eases."""


@dataclass(frozen=True, eq=False)
class Lever:
    """One limit: the question in which it limits nothing is the one with `released` in the place of its figures.

    path: of its figure, as in `--set`; value: what stands there; release: None leaves it out; eases: the way in which
    it limits less; kind: which sentence names it; firm: a law, say, which is not for moving; whole: only whole numbers
    make sense. instead: figures that free it where its own cannot. group: the one that is meant of a repeated rule's.
    Over several years: figures: the path and the figure of each, where there are several; year: the one that is meant
    of a fund's money, None where it is all; held: figures of other years that stay as they are where this one moves.
    """

    path: str
    value: Value
    release: Value
    eases: Eases
    kind: str
    about: About = ()
    source: str = ""
    firm: bool = False
    whole: bool = False
    instead: Mapping[str, object] = field(default_factory=dict)
    group: str = ""
    figures: Mapping[int, tuple[str, Value]] = field(default_factory=dict)
    year: int | None = None
    held: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its path, and of a rule that is repeated the group where only one is meant."""
        return f"{self.path} ({self.group})" if self.group else self.path

    @property
    def released(self) -> dict[str, object]:
        """The figures to replace for the question without this limit."""
        return {**self.held, **(self.instead or {self.path: self.release})}

    def move(self, change: Callable[[float], float]) -> tuple[Value, dict[str, object]]:
        """Return what it is with another number, and the figures to replace for that; none for what is no number."""
        moved, told = dict[str, object](), dict[int, Value]()
        for year, (path, value) in (self.figures or {0: (self.path, self.value)}).items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                return value, {}
            moved[path] = told[year] = change(value)
        return tell_figures(told), {**moved, **self.held}

    @property
    def strictest(self) -> Value:
        """Its figure, over several years where it limits most; a word, or one of several years, as it is told."""
        numbers = [value for _, value in self.figures.values() if isinstance(value, int | float)]
        if not numbers or len(numbers) < len(self.figures) or isinstance(numbers[0], bool):
            return self.value
        return min(numbers) if self.eases == "up" else max(numbers)

    def ease(self, number: float) -> dict[str, object]:
        """Return the figures to replace for it to limit no more than a number does, in every year that it is of."""
        looser = max if self.eases == "up" else min
        return self.move(lambda value: looser(value, number))[1] if self.figures else {self.path: number, **self.held}

    @property
    def subject(self) -> set[str]:
        """The ids of what it limits: of a measure, a fund or a rule, and of a county only where there is no other."""
        own = {word for _, what, word in self.about if what != "county"}
        return own or {word for *_, word in self.about}

    def say(self, names: Names) -> str:
        """Return the limit as a planner would name it."""
        words = {}
        for place, what, word in self.about:
            words[place] = names.rule(word, self.group) if what == "rule" else names.name(what, word)
        text = names.say(f"lever_{self.kind}", **words)
        return text if self.year is None else names.say("in_year", what=text, year=self.year)


def levers(instance: Instance, soft: bool = False) -> tuple[Lever, ...]:
    """Return every limit that a person set, those that are firm among them, in the order of the instance.

    soft: those of soft rules too, which cost something but keep no plan away. Over several years a limit is that of all
    years, and the money of a fund that of each.
    """
    if instance.questions:
        return tuple(list_over_years(instance, partial(levers, soft=soft)))
    return (*_of_rules(instance, soft), *_of_funds(instance), *_of_measures(instance), *_of_resources(instance))


def _of_rules(instance: Instance, soft: bool) -> Iterator[Lever]:
    for rule in instance.rules:
        if rule.penalty is not None and not soft:
            continue  # whoever pays the price may break it
        for bound, eases in BOUNDS.items():
            value = getattr(rule, bound, None)
            if value is None:
                continue
            # a bound that must be written cannot be left out, so its rule is made free of charge instead
            needed = type(rule).model_fields[bound].is_required()
            instead = {f"rules.{rule.name}.penalty": 0.0} if needed else {}
            names = (("name", "rule", rule.name),)
            path = f"rules.{rule.name}.{bound}"
            whole = rule.figure == "measures"
            yield Lever(path, value, None, eases, f"rule_{bound}", names, rule.source, rule.firm, whole, instead)


def _of_funds(instance: Instance) -> Iterator[Lever]:
    for f, fund in instance.funds.items():
        path, about, of_fund = f"funds.{f}", (fund.source, fund.firm), (("fund", "fund", f),)
        if fund.amount is not None:
            most = _most_money(instance, fund)
            yield Lever(f"{path}.amount", fund.amount, most, "up", "fund_amount", of_fund, *about)
        for c, amount in (fund.by_county or {}).items():
            names, most = (*of_fund, ("county", "county", c)), _most_money(instance, fund, c)
            yield Lever(f"{path}.by_county.{c}", amount, most, "up", "fund_county", names, *about)
        if fund.min_use:
            yield Lever(f"{path}.min_use", fund.min_use, 0.0, "down", "fund_min_use", of_fund, *about)


def _of_measures(instance: Instance) -> Iterator[Lever]:
    for m, row in instance.measures.items():
        if row.eligible:
            yield from _of_measure(m, row, instance.money.lot or 0.0)


def _of_measure(m: str, row: Measure, lot: float) -> Iterator[Lever]:
    path, names, about = f"measures.{m}", (("measure", "measure", m),), (row.source, row.firm)
    if row.committed:
        yield Lever(f"{path}.committed", True, False, "switch", "committed", names, *about)
    if row.min_units:
        yield Lever(f"{path}.min_units", row.min_units, 0.0, "down", "min_units", names, *about, row.integer)
    for payer, part in row.min_share.items():
        yield Lever(f"{path}.min_share.{payer}", part, 0.0, "down", "min_share", (*names, _payer(payer)), *about)
    for payer, part in row.max_share.items():
        yield Lever(f"{path}.max_share.{payer}", part, 1.0, "up", "max_share", (*names, _payer(payer)), *about)
    yield from _of_national_money(m, row, lot)
    for key in ("requires", "excludes"):
        if others := getattr(row, key):
            yield Lever(f"{path}.{key}", others, None, "switch", key, names, *about)
    for other, ratio in row.limited_by.items():
        beside = (*names, ("other", "measure", other))
        yield Lever(f"{path}.limited_by.{other}", ratio, None, "up", "limited_by", beside, *about)


def _of_national_money(m: str, row: Measure, lot: float) -> Iterator[Lever]:
    path, names, about = f"measures.{m}", (("measure", "measure", m),), (row.source, row.firm)
    if row.national_planned is not None:
        planned = row.national_planned
        yield Lever(f"{path}.national_planned", planned, None, "either", "national_planned", names, *about)
    if row.national_ceiling is not None:
        waits = row.national.startswith("supplement")  # aid that waits for a ceiling cannot do without one
        most = max(row.largest_cost + lot, row.national_ceiling) if waits else None
        yield Lever(f"{path}.national_ceiling", row.national_ceiling, most, "up", "national_ceiling", names, *about)
    if row.national != "any":
        yield Lever(f"{path}.national", row.national, "any", "switch", "national", names, *about)


def _payer(word: str) -> tuple[str, str, str]:
    return "payer", "kind" if word in KINDS else "fund", word


def _of_resources(instance: Instance) -> Iterator[Lever]:
    for r, resource in instance.resources.items():
        path, of_resource = f"resources.{r}", (("resource", "resource", r),)
        if resource.amount is not None:
            most = _most_use(instance, r)
            yield Lever(f"{path}.amount", resource.amount, most, "up", "resource", of_resource, resource.source)
        for c, amount in resource.by_county.items():
            names, most = (*of_resource, ("county", "county", c)), _most_use(instance, r, c)
            yield Lever(f"{path}.by_county.{c}", amount, most, "up", "resource_county", names, resource.source)


def _list_measures(instance: Instance, county: str | None) -> list[Measure]:
    """Return the measures of a county, or all of them."""
    return [row for row in instance.measures.values() if county in (None, row.county)]


def _most_money(instance: Instance, fund: Fund, county: str | None = None) -> float:
    """Return as much money as everything may cost [money]: with lots, a payment may exceed its cost by less than one.

    Never less than what the fund has: a released fund is not a smaller one.
    """
    rows = _list_measures(instance, county)
    lots = (instance.money.lot or 0.0) * len(rows)
    now = fund.amount if county is None else (fund.by_county or {}).get(county)
    return max(sum(row.largest_cost for row in rows) + lots, now or 0.0)


def _most_use(instance: Instance, resource: str, county: str | None = None) -> float:
    """Return as much of a resource as all measures at their largest scale take [its unit]."""
    rows = _list_measures(instance, county)
    held = instance.resources[resource]
    now = held.amount if county is None else held.by_county.get(county)
    return max(sum(row.uses.get(resource, 0.0) * row.max_units for row in rows), now or 0.0)
