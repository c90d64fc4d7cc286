"""What of a plan is used: measures that money is paid for and that nothing in the plan needs."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from itertools import chain

import pandas as pd

from alloc.instance import CATEGORIES, Instance
from alloc.instance.effects import delivery_factor, is_uncertain, supply_rate
from alloc.instance.money import list_payers
from alloc.instance.sides import Side, per_head, sides
from alloc.report.rows import NEAR
from alloc.solution import Solution

Place = tuple[str, str, str]
"""County, category and industry; no industry: what serves the whole county."""


def drop_unused(instance: Instance, plan: Solution) -> Solution:
    """Return the plan in which measures of which nothing is used bring nothing; everything else stays what it is.

    All of them could be left out together, and jobs, flows and goals would be the same. What is needed at a place is
    taken from what stands there, then from measures in the order of the table; those that bring jobs, linkage or
    sales by themselves come first.
    """
    unused = set(_unused(instance, plan))
    if not unused:
        return plan
    values = {name: dict(of) for name, of in plan.values.items()}
    for m in unused:
        values["Gain"][m] = 0.0
    _lower(instance, plan, values)
    return replace(plan, values=values)


def _lower(instance: Instance, plan: Solution, values: dict[str, dict[object, float]]) -> None:
    """Take what is not used off the capacities, and off the shares of what serves a county."""
    less: dict[Place, float] = defaultdict(float)
    for m, row in instance.measures.items():
        lost = plan.values["Gain"][m] - values["Gain"][m]
        less[row.county, row.category, row.industry] += supply_rate(instance, m) * lost
    need, own = _need(instance, plan), _supply(instance, plan)
    for c, k, s in need:
        place = c, k, s
        kept = min(_share(plan, place), max(need[place] - own[place], 0.0))
        if less[c, k, ""] > 0 and place in values["Share"]:
            values["Capacity"][place] -= _share(plan, place) - kept
            values["Share"][place] = kept
        values["Capacity"][place] -= less[place]


def _share(plan: Solution, place: Place) -> float:
    return plan.values["Share"].get(place, 0.0)


def _need(instance: Instance, plan: Solution) -> dict[Place, float]:
    """Return what each industry needs of each category beyond what stands there [capacity]."""
    found: dict[Place, float] = {}
    for row in instance.baseline:
        key = row.county, row.industry
        for k in CATEGORIES:
            taken = {"insurance": plan.values["Insured"], "technology": plan.values["Upgraded"]}.get(k)
            needs: Mapping[str, float] = instance.industries[row.industry].needs  # type: ignore[assignment]
            amount = needs.get(k, 1.0) * plan.values["Jobs"][key] if taken is None else taken[key]
            found[row.county, k, row.industry] = max(amount - getattr(row, k), 0.0)
    if is_uncertain(instance):
        _raise_need(instance, plan, found)
    return found


AFTER = {"insurance": "Covered", "technology": "Equipped"}
"""What takes a category up after a scenario is known; the others are taken up by jobs that are kept."""


def _raise_need(instance: Instance, plan: Solution, found: dict[Place, float]) -> None:
    """Raise what is needed to what must have been bought for what arrives of it in some scenario to be enough."""
    for w, c, s in plan.values["Kept"]:
        row = next(row for row in instance.baseline if (row.county, row.industry) == (c, s))
        for k in CATEGORIES:
            needs: Mapping[str, float] = instance.industries[s].needs  # type: ignore[assignment]
            amount = plan.values[AFTER.get(k, "Kept")][w, c, s] * (1.0 if k in AFTER else needs.get(k, 1.0))
            factor, beyond = delivery_factor(instance, w, c, k), amount - getattr(row, k)
            if factor > 0 and beyond > 0:
                found[c, k, s] = max(found[c, k, s], beyond / factor)


def _supply(instance: Instance, plan: Solution) -> dict[Place, float]:
    """Return what measures bring to each place [capacity]."""
    found: dict[Place, float] = defaultdict(float)
    for m, row in instance.measures.items():
        found[row.county, row.category, row.industry] += supply_rate(instance, m) * plan.values["Gain"][m]
    return found


def _unused(instance: Instance, plan: Solution) -> Iterator[str]:
    """Yield the measures that are paid for, of which nothing is used."""
    needed, used = set(find_needed(instance, plan)), set(find_used(instance, plan))
    for m in instance.measures:
        if plan.values["Cost"][m] > 0 and m not in needed and m not in used:
            yield m


def find_used(instance: Instance, plan: Solution) -> Iterator[str]:
    """Yield the measures of which something is used, paid for now or earlier.

    What a place needs is taken from the measures there in the order of the table: first those that others hang on and
    those that bring something by themselves.
    """
    need, own = _need(instance, plan), _supply(instance, plan)
    left: dict[Place, float] = defaultdict(float)
    for (c, k, s), amount in need.items():
        left[c, k, s] = min(amount, own[c, k, s])
        left[c, k, ""] += max(amount - own[c, k, s], 0.0)
    needed = set(find_needed(instance, plan))
    order = sorted(instance.measures, key=lambda m: not (m in needed or _brings(instance, m)))
    for m in order:
        row = instance.measures[m]
        place = row.county, row.category, row.industry
        supply = supply_rate(instance, m) * plan.values["Gain"][m]
        taken = min(supply, left[place])
        left[place] -= taken
        if (_brings(instance, m) and plan.values["Gain"][m] > 0) or taken > NEAR * max(1.0, supply):
            yield m


def _brings(instance: Instance, m: str) -> bool:
    """Tell whether a measure brings something by itself: jobs, linkage, sales, or more of what is scarce."""
    row = instance.measures[m]
    return row.jobs > 0 or row.linkage > 0 or row.outlet > 0 or bool(getattr(row, "supplies", {}))


def find_needed(instance: Instance, plan: Solution) -> Iterator[str]:
    """Yield the measures that others which go ahead require or are limited by, or that a synergy is made of."""
    for m, row in instance.measures.items():
        if round(plan.values["Funded"][m]):
            yield from (*row.requires, *row.limited_by)
    for y, synergy in enumerate(instance.synergies, 1):
        if round(plan.values["Joined"][y]):
            yield from synergy.measures


def find_asking(instance: Instance, rules: pd.DataFrame, funds: pd.DataFrame) -> dict[str, list[str]]:
    """Return what is at its limit and asks for money or measures: measure → rules by name, `committed`, `min_use FUND`.

    A fund asks for the measures that it may pay for where it spends no more than it must. A rule asks for a measure
    where its least value binds, or is broken, and counts the measure; or where its largest binds and compares with the
    measure; or where it limits differences between counties and counts the measure.
    """
    tight = rules[(rules["binding"] == 1) | (rules["broken_by"] > 0)]
    keys = set(zip(tight["rule"], tight["group"], strict=True))
    found: dict[str, dict[str, None]] = defaultdict(dict)
    spent: dict[str, float] = defaultdict(float)
    for f, money in zip(funds["fund"], funds["spent"], strict=True):
        spent[f] += money
    for m, word in chain(_asked_by_money(instance, spent), _asked_by_rules(instance, keys)):
        found[m][word] = None
    return {m: list(names) for m, names in found.items()}


def _asked_by_money(instance: Instance, spent: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Yield the measures that are committed, or that a fund may pay for which spends no more than its least."""
    least = {f: fund.min_use for f, fund in instance.funds.items() if fund.min_use > 0}
    tight = {f for f, money in least.items() if spent.get(f, 0.0) <= money + NEAR * max(1.0, money)}
    payers = list_payers(instance)
    for m, row in instance.measures.items():
        if row.committed:
            yield m, "committed"
        for f in payers[m]:
            if f in tight:
                yield m, f"min_use {f}"


def _asked_by_side(side: Side) -> Iterator[str]:
    """Yield the measures that one repetition of a rule asks for: where it has a least, or a most of others."""
    if side.least:
        yield from (m for m, _ in side.spends)
        yield from side.funded
    if side.most is not None:
        yield from (m for m, _ in side.base)


def _raising(instance: Instance, side: Side) -> Iterator[str]:
    """Yield the measures that may raise the output by which a side earns: of its industries, or for its counties."""
    sites = {site for site, part in side.earns.items() if part > 0 and side.least}
    if not sites:
        return
    counties = {c for c, _ in sites}
    for m, row in instance.measures.items():
        if (row.county, row.industry) in sites or (not row.industry and row.county in counties):
            yield m


def _asked_by_rules(instance: Instance, keys: Container[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the measures that rules at their limit ask for; keys: those rules and groups."""
    for key, side in sides(instance).items():
        if key not in keys:
            continue
        for m in (*_asked_by_side(side), *_raising(instance, side)):
            yield m, key[0]
    for key, local in per_head(instance).items():
        for m, _ in chain.from_iterable(local.values()) if key in keys else ():
            yield m, key[0]
