"""Numbers as people read them, the same on terminal, page, workbook and in words: written out, thousands apart.

Persons, measures and chains have no decimals. Jobs, linkage, goals and money have one; numbers below 1 as many as show
three digits. What is smaller than a speck is 0, what nobody knows is a question mark.
"""

import math
from collections.abc import Iterable

SPECK = 1e-9
"""Smaller than this is what a solver leaves of nothing."""

UNKNOWN = "?"


def tidy(value: float) -> float:
    """Return a number, 0 where it is a speck."""
    return 0.0 if abs(value) < SPECK else value


def fixed(value: float | None, digits: int) -> str:
    """Return a number with so many decimals; −0 is 0."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")


def count(value: float | None) -> str:
    """Return how many persons, measures or chains there are."""
    return fixed(value, 0)


def amount(value: float | None) -> str:
    """Return jobs, linkage, a goal or money: one decimal, below 1 as many as show three digits."""
    return fixed(value, decimals(() if value is None else (value,)))


def signed(value: float) -> str:
    """Return by how much something changes: what is more has its sign, too."""
    return f"+{amount(value)}" if tidy(value) > 0 else amount(value)


def exact(value: float) -> str:
    """Return a figure of any kind, written out to six digits that count."""
    if not math.isfinite(value) or abs(value) < SPECK:
        return fixed(value, 0)
    text = fixed(value, max(0, 5 - math.floor(math.log10(abs(value)))))
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals(values: Iterable[float]) -> int:
    """Return how many decimals amounts that stand together have."""
    size = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 1 if size >= 0.95 or size < SPECK or round(size, 1) == size else min(2 - math.floor(math.log10(size)), 9)


def percent(part: float | None, digits: int = 1) -> str:
    """Return a share, with a thin hand: never 0 or 100 where it is not quite so."""
    if part is None:
        return "–"
    if not math.isfinite(part):
        return UNKNOWN
    part = 1.0 if abs(part - 1) < SPECK else tidy(part)
    shown = f"{100 * part:,.{digits}f}"
    if float(shown.replace(",", "")) == 0 and part > 0:
        return f"<{10.0**-digits:.{digits}f}%"
    if float(shown.replace(",", "")) == 100 and part < 1:
        return f">{100 - 10.0**-digits:.{digits}f}%"
    return f"{shown.removesuffix('.' + '0' * digits)}%".replace("-", "−")


def gap(value: float | None) -> str:
    """Return how far a plan is from what is proven, in percent."""
    return UNKNOWN if value is None or not math.isfinite(value) else percent(max(value, 0.0), 2)
