"""What rules count and compare with, repetition by repetition: payments, measures, figures.

Every rule but parity and Gini has one form: what is counted against a figure times what it is compared
with, from below, from above or both. A soft rule may be broken at its price.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alloc.instance.money import eligible_funds, money_counts, reachable
from alloc.instance.plans import previous_money
from alloc.instance.schema import Change, Complement, Count, Gini, Instance, Parity, Rule, Share, Total
from alloc.instance.selections import Group, groups

Key = tuple[str, str]
"""Rule and group."""

Payers = Mapping[str, tuple[str, ...]]
"""The funds that may pay for each measure."""


@dataclass
class Side:
    """One repetition of a rule, ready to be written down.

    spends: (measure, fund) counted; funded: measures counted; base: (measure, fund) compared with;
    constant: a number compared with; least and most: the figures that the base is multiplied by.
    """

    spends: list[tuple[str, str]] = field(default_factory=list)
    funded: tuple[str, ...] = ()
    base: list[tuple[str, str]] = field(default_factory=list)
    constant: float = 0.0
    least: float | None = None
    most: float | None = None
    penalty: float | None = None


def sides(instance: Instance) -> dict[Key, Side]:
    """Return every repetition of every rule that has the common form."""
    payers = {m: eligible_funds(instance, m) for m in instance.measures}
    return {
        (rule.name, group.name): _side(instance, payers, rule, group)
        for rule in instance.rules
        if not isinstance(rule, (Parity, Gini))
        for group in groups(instance, rule)
    }


def _side(instance: Instance, payers: Payers, rule: Rule, group: Group) -> Side:
    counted, base = group.counted, group.compared
    side = Side(constant=1.0, penalty=rule.penalty)
    if isinstance(rule, Count):
        side.funded, side.least, side.most = counted, rule.min, rule.max
        return side
    if isinstance(rule, Complement):
        side.spends = _payments(instance, payers, counted, "aid")
        side.base = _payments(instance, payers, base, "national")
        side.constant, side.least = 0.0, rule.ratio
        return side
    side.spends = _payments(instance, payers, counted, rule.fund)
    if isinstance(rule, Share):
        side.base, side.constant = _payments(instance, payers, base, rule.fund), 0.0
        side.least, side.most = rule.min, rule.max
    elif isinstance(rule, Change):
        before = previous_money(instance, rule, group)
        side.least, side.most = (1 - rule.max) * before, (1 + rule.max) * before
    elif isinstance(rule, Total):
        side.least, side.most = rule.min, rule.max
        if rule.per == "capita":
            side.constant = instance.counties[group.narrowed["county"]].population
    return side


def _payments(instance: Instance, payers: Payers, measures: tuple[str, ...], fund: str) -> list[tuple[str, str]]:
    return [(m, f) for m in measures for f in payers[m] if money_counts(instance, fund, f)]


def per_head(instance: Instance) -> dict[Key, dict[str, list[tuple[str, str]]]]:
    """Return what parity and Gini rules count, by rule and group: county → payments."""
    payers = {m: eligible_funds(instance, m) for m in instance.measures}
    found: dict[Key, dict[str, list[tuple[str, str]]]] = {}
    for rule in instance.rules:
        if isinstance(rule, (Parity, Gini)):
            for group in groups(instance, rule):
                local: dict[str, list[tuple[str, str]]] = {c: [] for c in instance.counties}
                for m, f in _payments(instance, payers, group.counted, rule.fund):
                    local[instance.measures[m].county].append((m, f))
                found[rule.name, group.name] = local
    return found


def reaches(instance: Instance) -> dict[Key, float]:
    """Return the most that can be spent on what parity and Gini rules count, by rule and group [money]."""
    return {
        (rule.name, group.name): reachable(instance, rule.fund, group.counted)
        for rule in instance.rules
        if isinstance(rule, (Parity, Gini))
        for group in groups(instance, rule)
    }
