"""From little to much: which of eight colours a number has, and the key that says so."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from alloc.report.charts.palette import STEPS
from alloc.report.charts.svg import box, number, words

COUNT = len(STEPS)
WIDEST = 54.0


@dataclass(frozen=True)
class Ramp:
    """Colours from low to high. root: by the square root; whole: a few whole numbers, each with its own colour."""

    low: float
    high: float
    root: bool = False
    whole: bool = False

    def step(self, value: float) -> int:
        """Return the colour of a value, 0 to 7."""
        part = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        part = math.sqrt(max(part, 0.0)) if self.root else part
        return max(0, min(COUNT - 1, int(part * COUNT)))

    def key(self, unit: str, left: float, top: float, right: float) -> str:
        """Return the colours with the numbers at which they change, 30 px high; nothing where all are alike."""
        if not self.high > self.low:
            return ""
        values, steps = self._ends()
        wide = min(WIDEST, (right - left - 30) / len(steps))
        found = [box(left + wide * i, top + 6, wide, 10, f"q{step}") for i, step in enumerate(steps)]
        for i, value in enumerate(values):
            x = left + wide * (i + 0.5 if self.whole else i)
            anchor = "start" if i == 0 and not self.whole else "middle"
            found.append(words(x, top + 25, number(value, self._digits()), "small f-soft", anchor))
        beside = left + wide * len(steps) + 30
        if right - beside > 60:
            found.append(words(beside, top + 11, unit, "small f-soft", room=right - beside))
        return "".join(found)

    def _ends(self) -> tuple[list[float], list[int]]:
        """Return the numbers under the colours, and the colours: one each, or those at which they change."""
        size = self.high - self.low
        if self.whole:
            values = [self.low + i for i in range(round(size) + 1)]
            return values, list(map(self.step, values))
        power = 2 if self.root else 1
        return [self.low + (i / COUNT) ** power * size for i in range(COUNT + 1)], list(range(COUNT))

    def _digits(self) -> int:
        size = self.high - self.low
        if self.whole or size >= 50:
            return 0
        if size >= 5:
            return 1
        return 2 if size >= 0.5 else 4


def ramp(values: Iterable[float], root: bool = False, zero: bool = True) -> Ramp:
    """Return the colours for some values: from zero where they are above it, and `zero` is not taken back."""
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    low = min(low, 0.0) if zero and (root or low >= 0) else low
    whole = high - low < COUNT and all(value == round(value) for value in (low, *known))
    return Ramp(low, high, root and not whole, whole)
