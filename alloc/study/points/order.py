"""In which order points are asked, and which solved points each begins with.

Both follow from the list of points alone, never from which process was free or how far an earlier run came, so a
point's answer is the same with one process or many, in one go or resumed. The first and the last of the list come
first, which stand around all others where figures rise; the rest in steps of the golden ratio, so that they lie
far apart in the list and mix every column of a grid. Each begins with the nearest of the first half of the points up
to it, which leaves those of one generation to be solved side by side. Of two alone neither waits for the other.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from alloc.instance.document import is_number, scalar

NEAREST = 4
"""So many neighbours are begun with."""

PAIR = 2
"""So few points are solved side by side from nothing: the second would be there no sooner for the first one's start."""


def spread(count: int) -> list[int]:
    """Return the numbers 0 … count − 1 so that the first of them lie far apart: both ends, then steps around."""
    golden = round(count * (math.sqrt(5) - 1) / 2)
    step = next((k for away in range(count) for k in (golden - away, golden + away) if math.gcd(k, count) == 1), 1)
    around = [i * step % count for i in range(count)]
    return sorted(around, key=lambda number: number not in (0, count - 1))


def neighbours(points: Sequence[Mapping[str, object]], order: Sequence[int]) -> list[tuple[int, ...]]:
    """Return for each point those that it begins with, nearest first; all stand in the half before it."""
    places = _placed(points)[list(order)]
    found: list[tuple[int, ...]] = [()] * len(order)
    for rank in range(1, len(order)) if len(order) > PAIR else ():
        earlier = 1 << (rank.bit_length() - 1)
        away = np.abs(places[:earlier] - places[rank]).sum(axis=1)
        nearest = np.lexsort((np.arange(earlier), away))[:NEAREST]
        found[order[rank]] = tuple(order[k] for k in nearest.tolist())
    return found


def _placed(points: Sequence[Mapping[str, object]]) -> NDArray[np.float64]:
    """Return where each point lies: a figure between its least (0) and its most (1), a word by its own column."""
    columns: list[NDArray[np.float64]] = []
    for key in sorted(set().union(*points)):
        columns += _place_column([_number(point.get(key)) for point in points])
    return np.array(columns).T if columns else np.zeros((len(points), 0))


def _place_column(values: Sequence[float | str]) -> list[NDArray[np.float64]]:
    """Return one column for the numbers among the values of a figure, and one for each word; none where all are alike.

    A word stands half-way between the least and the most of the numbers.
    """
    found: list[NDArray[np.float64]] = []
    words = sorted({x for x in values if isinstance(x, str)})
    numbers = np.array([math.nan if isinstance(x, str) else x for x in values])
    known = numbers[~np.isnan(numbers)]
    if known.size and known.max() > known.min():
        found.append(np.nan_to_num((numbers - known.min()) / (known.max() - known.min()), nan=0.5))
    if len(words) + bool(known.size) > 1:
        found += [np.array([float(x == word) for x in values]) for word in words]
    return found


def _number(value: object) -> float | str:
    plain = scalar(value) if isinstance(value, str) else value
    return float(plain) if is_number(plain) else repr(plain)
