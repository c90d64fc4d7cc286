"""Which fund may pay for which measure, and how much at most."""

import math
from collections.abc import Sequence

from alloc.instance.schema import Document, Kind, Market

ROUNDING = 1e-9
"""Sums and products of decimals are known to this part only: 0.29 · 100 is 28.999999999999996."""


def eligible_funds(document: Document, m: str) -> tuple[str, ...]:
    """Return the funds that may pay for a measure, in the order of the table.

    Source: the formulation, section 'Measures and money', 4.
    """
    measure = document.measures[m]
    return tuple(
        f
        for f, fund in document.funds.items()
        if (not fund.counties or measure.county in fund.counties)
        and (not fund.categories or measure.category in fund.categories)
        and (fund.by_county is None or measure.county in fund.by_county)
        and (not measure.funds or f in measure.funds)
        and not (measure.national == "none" and fund.kind == "national")
    )


def available(document: Document, f: str, c: str | None = None) -> float:
    """Return the money of a fund in all, or the most it can spend in one county [money]."""
    fund = document.funds[f]
    amount = math.inf if fund.amount is None else fund.amount
    if fund.by_county is None:
        return amount
    return min(amount, math.fsum(fund.by_county.values()) if c is None else fund.by_county.get(c, 0.0))


def most_units(document: Document, m: str, funds: Sequence[str]) -> float:
    """Return the most units of a measure that its eligible funds can pay for [units]."""
    row = document.measures[m]
    purse = math.fsum(available(document, f, row.county) for f in funds)
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
    cost = row.fixed_cost + row.unit_cost * units if row.eligible else 0.0
    share = min(row.max_share.get(kind, 1.0), 1.0)
    purse = math.fsum(available(document, f, row.county) for f in funds if document.funds[f].kind == kind)
    most = min(share * cost, purse)
    return min(most, ceiling(document, m)) if kind == "national" else most


def ceiling(document: Document, m: str) -> float:
    """Return the most national money a measure may take [money]."""
    measure = document.measures[m]
    return measure.largest_cost if measure.national_ceiling is None else measure.national_ceiling


def sellers(document: Document, market: Market) -> tuple[str, ...]:
    """Return the counties whose industry sells on a shared market, in the order of the baseline."""
    return tuple(
        row.county
        for row in document.baseline
        if row.industry == market.industry and market.region in ("", document.counties[row.county].region or row.county)
    )


def money_counts(document: Document, fund: str, f: str) -> bool:
    """Tell whether money of fund f is what a rule means by `fund`: a kind, a fund's name, or `all`."""
    return fund in ("all", document.funds[f].kind, f)
