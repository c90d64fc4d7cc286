"""What rules count and compare with, repetition by repetition: payments, measures, figures.

Every rule but parity and Gini has one form: what is counted against a figure times what it is compared
with, from below, from above or both. A soft rule may be broken at its price.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from alloc.instance.money import list_payers, money_counts, reachable
from alloc.instance.plans import previous_money
from alloc.instance.rules import Benefit, Equity, Figure, Linear, Times
from alloc.instance.schema import Instance
from alloc.instance.selections import RuleGroup, groups
from alloc.instance.sharing import Site, find_sharing, part_of

Key = tuple[str, str]
"""Rule and group."""

Payers = Mapping[str, tuple[str, ...]]
"""The funds that may pay for each measure."""


@dataclass
class Side:
    """One repetition of a rule, ready to be written down.

    spends: (measure, fund) counted; funded: measures counted; base: (measure, fund) compared with;
    constant: a number compared with; least and most: the figures that the base is multiplied by;
    figure: what these are. earns: what part of output above the status quo's is counted, by county and industry.
    """

    spends: list[tuple[str, str]] = field(default_factory=list)
    funded: tuple[str, ...] = ()
    base: list[tuple[str, str]] = field(default_factory=list)
    constant: float = 0.0
    least: float | None = None
    most: float | None = None
    penalty: float | None = None
    figure: Figure = "ratio"
    earns: Mapping[Site, float] = field(default_factory=dict)


def sides(instance: Instance) -> dict[Key, Side]:
    """Return every repetition of every rule that has the common form."""
    payers = list_payers(instance)
    found: dict[Key, Side] = {}
    for rule in instance.rules:
        if isinstance(rule, Linear):
            for group in groups(instance, rule):
                found[rule.name, group.name] = _side(instance, payers, rule, group)
    return found


def _side(instance: Instance, payers: Payers, rule: Linear, group: RuleGroup) -> Side:
    counted, compared = rule.counted, rule.compared
    (least, most), number = rule.bounds, multiplier(instance, rule, group)
    side = Side(least=least, most=most, penalty=rule.penalty, figure=rule.figure)
    if isinstance(rule, Benefit):
        rows = find_sharing(instance)
        side.earns = {site: part_of(rows[site], rule.side) for site in group.sites}
    elif counted.purse:
        side.spends = _payments(instance, payers, group.counted, counted.purse)
    else:
        side.funded = group.counted
    if compared:
        side.base = _payments(instance, payers, group.compared, compared.purse)
    elif rule.times == "previous" and instance.follows:  # with what was spent in the year before
        side.constant = 0.0
    elif rule.figure == "part":  # of a known amount: told as an amount
        side.least = None if least is None else least * number
        side.most = None if most is None else most * number
        side.constant, side.figure = 1.0, "money"
    else:
        side.constant = number
    return side


def multiplier(instance: Instance, rule: Linear, group: RuleGroup) -> float:
    """Return the number that the figures of a rule are multiplied by where it compares with no money."""
    return MULTIPLIERS[rule.times](instance, rule, group)


MULTIPLIERS: Mapping[Times, Callable[[Instance, Any, RuleGroup], float]] = {
    "": lambda instance, rule, group: 1.0,
    "population": lambda instance, rule, group: instance.counties[group.narrowed["county"]].population,
    "previous": previous_money,
}


def _payments(instance: Instance, payers: Payers, measures: tuple[str, ...], fund: str) -> list[tuple[str, str]]:
    found = []
    for m in measures:
        for f in payers[m]:
            if money_counts(instance, fund, f):
                found.append((m, f))
    return found


def _equity_groups(instance: Instance) -> Iterator[tuple[Equity, RuleGroup]]:
    """Yield every group of every parity and Gini rule."""
    for rule in instance.rules:
        if isinstance(rule, Equity):
            for group in groups(instance, rule):
                yield rule, group


def per_head(instance: Instance) -> dict[Key, dict[str, list[tuple[str, str]]]]:
    """Return what parity and Gini rules count, by rule and group: county → payments."""
    payers = list_payers(instance)
    found: dict[Key, dict[str, list[tuple[str, str]]]] = {}
    for rule, group in _equity_groups(instance):
        local: dict[str, list[tuple[str, str]]] = {c: [] for c in instance.counties}
        for m, f in _payments(instance, payers, group.counted, rule.fund):
            local[instance.measures[m].county].append((m, f))
        found[rule.name, group.name] = local
    return found


def reaches(instance: Instance) -> dict[Key, float]:
    """Return the most that can be spent on what parity and Gini rules count, by rule and group [money]."""
    found = {}
    for rule, group in _equity_groups(instance):
        found[rule.name, group.name] = reachable(instance, rule.fund, group.counted)
    return found
