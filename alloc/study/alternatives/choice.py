"""Which nearly best plans to show: those at the ends of each county's range, then those farthest from all others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver import Near, Other, apart
from alloc.solver.matrix import Floats

REACHED = 1e-6
"""A county's total this close to the end of its range, as a part of all aid, is at the end."""

SWAPS = 2
"""How often, for each plan, one of the two nearest is sought anew."""

DIRECTIONS = 2
"""Searches in random directions, for each plan asked for, that give others a place to begin."""

ANCHOR = 2.0
"""How many times the distance from the best plan counts."""


@dataclass(frozen=True)
class Span:
    """The range of a county's aid over all plans within the tolerance [money].

    low and high: reached by plans; least and most: proven, none lies beyond.
    """

    county: str
    low: float
    high: float
    least: float
    most: float


@dataclass(frozen=True)
class Chosen:
    """One plan, and the end of a county's range that it is there to show (none: it is there to differ)."""

    x: Floats
    end: Mapping[int, tuple[float, float]]


Tell = Callable[[int], None]


def spans(near: Near, best: Floats, tell: Tell) -> tuple[list[Span], list[Floats]]:
    """Return the range of every county, and the plans that were found at its ends."""
    scale = max(1.0, float(near.totals(best).sum()))
    found, plans = [], [best]
    for c, county in enumerate(near.counties):
        here = float(near.by_county[c] @ near.totals(best))
        low, high = (near.county_end(c, most, scale) for most in (False, True))
        plans += [answer.x for answer in (low, high) if answer.x is not None]
        least, most = (float(near.by_county[c] @ near.totals(a.x)) if a.x is not None else here for a in (low, high))
        found.append(Span(county, min(least, here), max(most, here), max(0.0, low.bound), high.bound))
        tell(len(plans))
    return found, plans


def chosen(
    near: Near, best: Floats, ranges: Sequence[Span], pool: list[Floats], count: int, tell: Tell
) -> list[Chosen]:
    """Return so many plans: ends of county ranges first, then each as far from the others as can be found.

    Distance from the best plan counts twice: a plan may lie half as near to it as to another.
    """
    totals = near.totals(best)
    random, scale = np.random.default_rng(0), max(1.0, float(totals.sum()))
    for _ in range(DIRECTIONS * count):
        x = near.toward(random.uniform(-1.0, 1.0, len(near.places)), scale)
        pool += [] if x is None else [x]
        tell(len(pool))
    found: list[Chosen] = []
    for end in _ends(ranges, scale):
        if len(found) < count and not any(_at(near, plan.x, end) for plan in found):
            _add(near, found, pool, (totals, ANCHOR), end)
    while len(found) < count and _add(near, found, pool, (totals, ANCHOR), {}):
        tell(len(pool))
    _spread(near, found, pool, (totals, ANCHOR))
    return found


def _ends(ranges: Sequence[Span], scale: float) -> list[dict[int, tuple[float, float]]]:
    """Return the ends of county ranges, widest ranges first, as the range in which a county's aid then lies."""
    order = sorted(range(len(ranges)), key=lambda c: ranges[c].low - ranges[c].high)
    ends: list[dict[int, tuple[float, float]]] = []
    for c in order:
        low, high, speck = ranges[c].low, ranges[c].high, REACHED * scale
        if high - low > 2 * speck:
            ends += [{c: (low - speck, low + speck)}, {c: (high - speck, high + speck)}]
    return ends


def _at(near: Near, x: Floats, end: Mapping[int, tuple[float, float]]) -> bool:
    local = near.by_county @ near.totals(x)
    return all(low <= local[c] <= high for c, (low, high) in end.items())


def _add(
    near: Near, found: list[Chosen], pool: list[Floats], best: Other, end: Mapping[int, tuple[float, float]]
) -> bool:
    """Add the plan that is farthest from those chosen; False where none is found that differs."""
    others = [best, *((near.totals(plan.x), 1.0) for plan in found)]
    far = near.farthest(others, pool, end)
    if far is None or far[1] <= REACHED * max(1.0, float(best[0].sum())):
        return False
    pool.append(far[0])
    found.append(Chosen(far[0], end))
    return True


def _spread(near: Near, found: list[Chosen], pool: list[Floats], best: Other) -> None:
    """Seek one of the two nearest plans anew, beside all others, as long as that sets plans farther apart."""
    stuck: set[int] = set()
    for _ in range(SWAPS * len(found)):
        others = [(near.totals(plan.x), 1.0) for plan in found]
        least = [apart(a, [best, *others[:i], *others[i + 1 :]]) for i, (a, _) in enumerate(others)]
        again = [i for i in sorted(range(len(found)), key=lambda i: (least[i], -i)) if i not in stuck]
        if not again or least[again[0]] > min(least) * (1 + REACHED):
            return
        k = again[0]
        far = near.farthest([best, *others[:k], *others[k + 1 :]], [*pool, found[k].x], found[k].end)
        if far is None or far[1] <= least[k] * (1 + REACHED):
            stuck.add(k)
            continue
        stuck.clear()
        pool.append(far[0])
        found[k] = replace(found[k], x=far[0])


def distances(near: Near, plans: Sequence[Floats]) -> Floats:
    """Return the money added and taken away between any two plans [money]."""
    totals = np.array([near.totals(x) for x in plans])
    found: Floats = np.abs(totals[:, None, :] - totals[None, :, :]).sum(axis=2)
    return found
