"""Which fund may pay for which measure, and how much at most."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alloc.instance.schema import KINDS, Baseline, Document, Fund, Kind, Market, Measure

ALONE = "fund "
"""Before the name of a kind in a rule: the fund that carries the name, and no other of that kind."""

ROUNDING = 1e-9
"""Sums and products of decimals are known to this part only: 0.29 · 100 is 28.999999999999996."""


def eligible_funds(document: Document, m: str) -> tuple[str, ...]:
    """Return the funds that may pay for a measure, in the order of the table.

    Source: the formulation, section 'Measures and money', 4.
    """
    measure = document.measures[m]
    return _accepted(document, measure, _funds_for(document, measure.county, measure.category))


def _funds_for(document: Document, c: str, k: str) -> list[str]:
    """Return the funds that may be spent in a county and a category."""
    return [f for f, fund in document.funds.items() if _is_for(fund, c, k)]


def _is_for(fund: Fund, c: str, k: str) -> bool:
    if fund.counties and c not in fund.counties:
        return False
    if fund.categories and k not in fund.categories:
        return False
    return fund.by_county is None or c in fund.by_county


def _accepted(document: Document, measure: Measure, funds: Iterable[str]) -> tuple[str, ...]:
    """Return those of some funds that a measure may be paid by, as far as its own row says."""
    return tuple(f for f in funds if _is_accepted(measure, f, document.funds[f].kind))


def _is_accepted(measure: Measure, f: str, kind: str) -> bool:
    if measure.national == "none" and kind == "national":
        return False
    return not measure.funds or f in measure.funds


def list_payers(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the funds that may pay for each measure."""
    there: dict[tuple[str, str], list[str]] = {}
    found = {}
    for m, measure in document.measures.items():
        place = measure.county, measure.category
        if place not in there:
            there[place] = _funds_for(document, *place)
        found[m] = _accepted(document, measure, there[place])
    return found


def of_kind(document: Document, funds: Iterable[str], kind: str) -> list[str]:
    """Return those of some funds that are of one kind."""
    return [f for f in funds if document.funds[f].kind == kind]


def in_lots(document: Document, amount: float) -> float:
    """Return the most of an amount that whole lots can make up; all of it where there are none [money]."""
    lot = document.money.lot
    return amount if lot is None or math.isinf(amount) else lot * math.floor(amount / lot * (1 + ROUNDING) + ROUNDING)


def billed(document: Document, cost: float) -> float:
    """Return what is spent on a cost: the fewest whole lots that cover it, itself where there are none [money]."""
    lot = document.money.lot
    return cost if lot is None else lot * math.ceil(cost / lot * (1 - ROUNDING) - ROUNDING)


def available(document: Document, f: str, c: str | None = None) -> float:
    """Return the money of a fund in all, or the most it can spend in one county [money]."""
    fund, carried = document.funds[f], _left_before(document, "carried").get(f, {})
    amount = math.inf if fund.amount is None else fund.amount + carried.get("", 0.0)
    if fund.by_county is None:
        return amount
    tied = {d: fund.by_county[d] for d in (fund.by_county if c is None else (c,)) if d in fund.by_county}
    return min(amount, math.fsum(money + carried.get(d, 0.0) for d, money in tied.items()))


def _left_before(document: Document, what: str) -> Mapping[str, Any]:
    """Return what earlier years of a plan may leave to this one; nothing in a document, which is of one year."""
    found: Mapping[str, Any] = getattr(document, what, {})
    return found


def dearest(document: Document, m: str, units: float) -> float:
    """Return what so many units cost, and what was bought before costs this year; nothing where it is not eligible.

    [money]
    """
    row = document.measures[m]
    own = row.fixed_cost + row.unit_cost * units if row.eligible else 0.0
    return own + float(_left_before(document, "upkeep").get(m, 0.0))


def most_units(document: Document, m: str, funds: Sequence[str]) -> float:
    """Return the most units of a measure that its eligible funds can pay for [units]."""
    row = document.measures[m]
    purse = math.fsum(in_lots(document, available(document, f, row.county)) for f in funds)
    if not row.eligible or row.fixed_cost > purse * (1 + ROUNDING):
        return 0.0
    units = row.max_units
    if row.unit_cost > 0:
        units = min(units, max(purse * (1 + ROUNDING) - row.fixed_cost, 0.0) / row.unit_cost)
    if row.integer:
        units = float(math.floor(units + ROUNDING * max(1.0, units)))
    return units if units >= row.min_units * (1 - ROUNDING) else 0.0


def most_money(document: Document, m: str, kind: Kind, funds: Sequence[str], units: float) -> float:
    """Return the most that funds of one kind can pay for so many units of a measure [money]."""
    row = document.measures[m]
    spent = billed(document, dearest(document, m, units))
    share = min(row.max_share.get(kind, 1.0), 1.0)
    parts = (_most_of_fund(document, m, f, spent) for f in of_kind(document, funds, kind))
    most = min(share * spent, math.fsum(parts))
    return in_lots(document, min(most, ceiling(document, m)) if kind == "national" else most)


def most_of_fund(document: Document, m: str, f: str, funds: Sequence[str], units: float) -> float:
    """Return the most that one fund can pay for so many units of a measure [money]."""
    spent = billed(document, dearest(document, m, units))
    return min(most_money(document, m, document.funds[f].kind, funds, units), _most_of_fund(document, m, f, spent))


def _most_of_fund(document: Document, m: str, f: str, spent: float) -> float:
    row = document.measures[m]
    share = 1.0 if f in KINDS else min(row.max_share.get(f, 1.0), 1.0)
    return in_lots(document, min(share * spent, available(document, f, row.county)))


def least_shares(document: Document, m: str) -> dict[str, float]:
    """Return kind → the least share of a measure's cost that it and its funds must pay, where something is asked."""
    written: Mapping[str, float] = {**document.measures[m].min_share}
    asked: dict[str, list[float]] = {}
    for f, share in written.items():
        if f not in KINDS and f in document.funds:
            asked.setdefault(document.funds[f].kind, []).append(share)
    found: dict[str, float] = {}
    for kind in KINDS:
        if kind in written or kind in asked:
            found[kind] = max(written.get(kind, 0.0), math.fsum(asked.get(kind, [])))
    return found


def most_shares(document: Document, m: str, funds: Sequence[str]) -> dict[str, float]:
    """Return kind → the largest share of a measure's cost that it and those of its funds may pay."""
    written: Mapping[str, float] = {**document.measures[m].max_share}
    parts: dict[str, list[float]] = defaultdict(list)
    for f in funds:
        parts[document.funds[f].kind].append(1.0 if f in KINDS else written.get(f, 1.0))
    return {kind: min(written.get(kind, 1.0), math.fsum(parts[kind]), 1.0) for kind in KINDS}


def ceiling(document: Document, m: str) -> float:
    """Return the most national money a measure may take, by default all that can be spent on it [money]."""
    measure = document.measures[m]
    if measure.national_ceiling is not None:
        return in_lots(document, measure.national_ceiling)
    upkeep = float(_left_before(document, "upkeep").get(m, 0.0))
    return in_lots(document, billed(document, measure.largest_cost + upkeep))


def reachable(document: Document, fund: str, measures: Sequence[str]) -> float:
    """Return the most that a rule's funds can spend on some measures: what is in the purses, or the largest cost.

    1 where that is nothing: it is what shares of are taken [money].
    """
    purses = math.fsum(available(document, f) for f in document.funds if money_counts(document, fund, f))
    return min(purses, math.fsum(document.measures[m].largest_cost for m in measures)) or 1.0


def sold_on(document: Document, market: Market) -> tuple[Baseline, ...]:
    """Return the rows whose output is sold on a shared market, in the order of the baseline."""
    regions, found = document.regions, []
    for row in document.baseline:
        if row.industry == market.industry and market.region in ("", regions.get(row.county)):
            found.append(row)
    return tuple(found)


def sellers(document: Document, market: Market) -> tuple[str, ...]:
    """Return the counties whose industry sells on a shared market, in the order of the baseline."""
    return tuple(row.county for row in sold_on(document, market))


def money_counts(document: Document, fund: str, f: str) -> bool:
    """Tell whether money of fund f is what a rule means by `fund`: a kind, a fund's name, or `all`."""
    return fund in ("all", document.funds[f].kind, f, f"{ALONE}{f}")


def speak_of_fund(f: str) -> str:
    """Return the word by which a rule means the money of one fund, though it may carry the name of a kind."""
    return f"{ALONE}{f}" if f in KINDS else f
