"""Scales: round numbers along an axis, and where values lie."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from alloc.report.charts.svg import number, stroke, words

SPREAD = 1e-11
"""Values that lie no farther apart, as a part of their size, are one: what a solver leaves of nothing has no scale."""

FLAT = 0.01
"""Where all values are one, so much of it is shown on both sides."""


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from at or below `low` to at or above `high`: steps of 1, 2 or 5 times a power of ten."""
    size = max(abs(low), abs(high))
    if not high - low > SPREAD * max(size, 1.0):
        high = low + (size if size > SPREAD else 1.0)
    raw = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


@dataclass(frozen=True)
class Scale:
    """Values from low to high, laid out from start to end [px]."""

    marks: tuple[float, ...]
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where a value lies [px]."""
        low, high = self.marks[0], self.marks[-1]
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def label(self, value: float) -> str:
        """Return a number of the axis with the decimals of its step."""
        step = self.marks[1] - self.marks[0]
        return number(value, max(0, -math.floor(math.log10(step) + 1e-9)))


def scale(values: Iterable[float], start: float, end: float, zero: bool = True, most: int = 6) -> Scale:
    """Return a scale that holds all values, and zero where asked."""
    found = list(filter(math.isfinite, values)) or [0.0]
    low, high = min(found), max(found)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    elif low == high:
        low, high = low - FLAT * abs(low), high + FLAT * abs(high)
    return Scale(tuple(ticks(low, high, most)), start, end)


def across(at: Scale, top: float, bottom: float) -> str:
    """Return vertical grid lines with their numbers below."""
    found = ""
    for x in at.marks:
        found += stroke(at(x), top, at(x), bottom, "s-rule thin" if x == 0 else "s-grid thin")
        found += words(at(x), bottom + 11, at.label(x), "small f-soft", "middle")
    return found


def upward(at: Scale, left: float, right: float) -> str:
    """Return horizontal grid lines with their numbers at the left."""
    found = ""
    for y in at.marks:
        found += stroke(left, at(y), right, at(y), "s-rule thin" if y == 0 else "s-grid thin")
        found += words(left - 6, at(y), at.label(y), "small f-soft", "end")
    return found
