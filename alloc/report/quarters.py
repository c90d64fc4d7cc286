"""Quarters of a year: in which of them a project runs, and how its money is spread over them."""

from decimal import Decimal

from alloc.instance.schema import Measure

CENT = 0.01
"""What payments of a quarter are whole multiples of, where the instance has no lot [money]."""


def find_quarters(measure: Measure, year: int) -> tuple[int, ...]:
    """Return the quarters of a year in which a project runs; all four where no days are given."""
    first = _quarter(measure.start, year, 1)
    last = _quarter(measure.end, year, 4)
    return tuple(range(first, max(first, last) + 1))


def runs_in(measure: Measure, year: int) -> bool:
    """Tell whether days are given for a project, by which it runs in a year or a part of it."""
    first, last = (int(day.split("-")[0]) if day else year for day in (measure.start, measure.end))
    return bool(measure.start or measure.end) and first <= year <= last


def _quarter(day: str, year: int, otherwise: int) -> int:
    """Return the quarter of a day, the first or last one where it lies before or after the year or says no month."""
    parts = [int(part) for part in day.split("-") if part]
    if not parts or (parts[0] == year and len(parts) == 1):
        return otherwise
    if parts[0] != year:
        return 1 if parts[0] < year else 4
    return (parts[1] + 2) // 3


def spread(amount: float, quarters: tuple[int, ...], grain: float) -> dict[int, float]:
    """Return an amount in even parts that are whole multiples of the grain and add up to it; the last has the rest."""
    whole, step = Decimal(repr(amount)), Decimal(repr(grain))
    part = (whole / len(quarters) // step) * step
    parts = dict.fromkeys(quarters, part)
    parts[quarters[-1]] = whole - part * (len(quarters) - 1)
    return {quarter: float(part) for quarter, part in parts.items()}
