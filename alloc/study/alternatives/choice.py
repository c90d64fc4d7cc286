"""Which nearly best plans to show: those at the ends of each county's range, then those farthest from all others."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver import FarPlans, NearOptimalSet, Other, find_county_ends, measure_distance
from alloc.solver.matrix import INF, Floats
from alloc.solver.pool import Pool

REACHED = 1e-6
"""Money this small, as a part of all aid, is none."""

OWN = 0.01
"""The best plan itself shows an end where it lies, unless another plan there moves more than this part of all aid."""

END = 0.2
"""The outermost part of a county's range: at the very end plans have little left to differ by. On Hotan 2019 ten plans
of which six lie at the very ends move 1,254 between two of them, in the outermost fifths 2,091."""

SWAPS = 2
"""How often, for each plan, one of the two nearest is sought anew."""

DIRECTIONS = 2
"""Searches in random directions, for each plan asked for, that give others a place to begin."""

ANCHOR = 2.0
"""How many times the distance from the best plan counts."""


@dataclass(frozen=True)
class CountyRange:
    """The range of a county's aid over all plans within the tolerance [money].

    low and high: reached by plans; least and most: proven, none lies beyond.
    """

    county: str
    low: float
    high: float
    least: float
    most: float


@dataclass(frozen=True)
class RangeEnd:
    """One end of a county's range: the county's number, whether the upper end; the end itself and the outermost part
    of the range, each from and to [money]."""

    c: int
    most: bool
    tip: tuple[float, float]
    part: tuple[float, float]

    def holds(self, near: NearOptimalSet, x: Floats) -> bool:
        """Tell whether a plan lies at the end itself."""
        return bool(self.tip[0] <= near.by_county[self.c] @ near.sum_aid(x) <= self.tip[1])


@dataclass(frozen=True)
class ChosenPlan:
    """One plan, and the end of a county's range that it is there to show (none: it is there to differ)."""

    x: Floats
    end: RangeEnd | None


Told = Callable[[int], None]


def find_ranges(near: NearOptimalSet, best: Floats, pool: Pool, tell: Told) -> tuple[list[CountyRange], list[Floats]]:
    """Return the range of every county, and the plans that were found at its ends; pool: workers that search."""
    scale = max(1.0, float(near.sum_aid(best).sum()))
    found, plans = [], [best]
    answers = find_county_ends(near, best, scale, pool, tell)
    for c, (county, (low, high)) in enumerate(zip(near.counties, answers, strict=True)):
        least = most = float(near.by_county[c] @ near.sum_aid(best))
        for answer in (low, high):
            if answer.x is not None:
                plans.append(answer.x)
                reached = float(near.by_county[c] @ near.sum_aid(answer.x))
                least, most = min(least, reached), max(most, reached)
        found.append(CountyRange(county, least, most, max(0.0, low.bound), high.bound))
    return found, plans


def choose_plans(
    near: NearOptimalSet, best: Floats, ranges: Sequence[CountyRange], pool: list[Floats], count: int, tell: Told
) -> list[ChosenPlan]:
    """Return so many plans: ends of county ranges first, then each as far from the others as can be found.

    Distance from the best plan counts twice: a plan may lie half as near to it as to another.
    """
    far, totals = FarPlans(near), near.sum_aid(best)
    random, scale = np.random.default_rng(0), max(1.0, float(totals.sum()))
    for _ in range(DIRECTIONS * count):
        x = far.go_toward(random.uniform(-1.0, 1.0, len(near.places)), scale)
        pool += [] if x is None else [x]
        tell(len(pool))
    found: list[ChosenPlan] = []
    for end in _list_ends(ranges, scale):
        if len(found) < count and not any(end.holds(near, plan.x) for plan in found):
            _add(far, found, pool, (totals, ANCHOR), end, OWN if end.holds(near, best) else REACHED)
    while len(found) < count and _add(far, found, pool, (totals, ANCHOR), None, REACHED):
        tell(len(pool))
    _spread(far, found, pool, (totals, ANCHOR))
    return _drive_back(far, found, totals)


def _list_ends(ranges: Sequence[CountyRange], scale: float) -> list[RangeEnd]:
    """Return the ends of county ranges, widest ranges first."""
    order = sorted(range(len(ranges)), key=lambda c: ranges[c].low - ranges[c].high)
    ends: list[RangeEnd] = []
    for c in order:
        low, high, speck = ranges[c].low, ranges[c].high, REACHED * scale
        if high - low > 2 * speck:
            part = max(speck, END * (high - low))
            ends.append(RangeEnd(c, False, (low - speck, low + speck), (low - speck, low + part)))
            ends.append(RangeEnd(c, True, (high - speck, high + speck), (high - part, high + speck)))
    return ends


def _add(
    far: FarPlans, found: list[ChosenPlan], pool: list[Floats], best: Other, end: RangeEnd | None, least: float
) -> bool:
    """Add the plan that is farthest from those chosen; False where none is found at least so far [part of all aid]."""
    others = _list_others(far.near, found, len(found), best)
    plan = far.find_farthest(others, pool, {} if end is None else {end.c: end.tip}, end is not None)
    if plan is None or plan[1] <= least * max(1.0, float(best[0].sum())):
        return False
    pool.append(plan[0])
    found.append(ChosenPlan(plan[0], end))
    return True


def _spread(far: FarPlans, found: list[ChosenPlan], pool: list[Floats], best: Other) -> None:
    """Seek one of the two nearest plans anew, beside all others, as long as that sets plans farther apart.

    One that is there to show an end leaves it, but not the outermost part of the range, where another plan is near.
    """
    stuck: set[int] = set()
    for _ in range(SWAPS * len(found)):
        least, among = _measure_all(far.near, found, best), _measure_all(far.near, found)
        crowded = list(map(operator.le, among, least))
        k = _pick_nearest(least, crowded, stuck)
        if k is None:
            return
        ends, others = _keep_end(found[k].end, crowded[k]), _list_others(far.near, found, k, best)
        plan = far.find_farthest(others, [*pool, found[k].x], ends, bool(ends) and not crowded[k])
        if plan is None or plan[1] <= least[k] * (1 + REACHED):
            stuck.add(k)
            continue
        stuck.clear()
        pool.append(plan[0])
        found[k] = replace(found[k], x=plan[0])


def _pick_nearest(least: Sequence[float], crowded: Sequence[bool], stuck: set[int]) -> int | None:
    """Return the plan to seek anew, of those for which that was not in vain the nearest to others.

    None where there is none, or where two that are stuck stay the nearest whatever others do.
    """
    free = [k for k in range(len(least)) if k not in stuck]
    if not free:
        return None
    nearest = min(free, key=lambda k: (least[k], -k))
    settled = any(crowded[k] and least[k] * (1 + REACHED) < least[nearest] for k in stuck)
    return None if settled else nearest


def _keep_end(end: RangeEnd | None, crowded: bool) -> dict[int, tuple[float, float]]:
    """Return the range in which a plan that shows an end keeps a county's aid: all of its part where it is crowded."""
    if end is None:
        return {}
    return {end.c: end.part if crowded else end.tip}


def _drive_back(far: FarPlans, found: Sequence[ChosenPlan], best: Floats) -> list[ChosenPlan]:
    """Return the plans, those that left an end driven back towards it, as far as can be without coming nearer to
    another than the two nearest are, or nearer to the best plan than the nearest to it is."""
    near, driven = far.near, list(found)
    between = min(_measure_all(near, found), default=INF)
    beside = min((measure_distance(near.sum_aid(plan.x), [(best, 1.0)]) for plan in found), default=INF)
    for k, plan in enumerate(found):
        if plan.end is not None and not plan.end.holds(near, plan.x):
            others = _list_others(near, driven, k, (best, between / beside))
            driven[k] = replace(plan, x=far.drive_back(others, plan.x, plan.end.c, plan.end.most, between))
    return driven


def _list_others(near: NearOptimalSet, plans: Sequence[ChosenPlan], k: int, *more: Other) -> list[Other]:
    """Return what one plan keeps away from: the other ones and more."""
    return [*more, *((near.sum_aid(plan.x), 1.0) for i, plan in enumerate(plans) if i != k)]


def _measure_nearest(near: NearOptimalSet, plans: Sequence[ChosenPlan], k: int, *more: Other) -> float:
    return measure_distance(near.sum_aid(plans[k].x), _list_others(near, plans, k, *more))


def _measure_all(near: NearOptimalSet, plans: Sequence[ChosenPlan], *more: Other) -> list[float]:
    """Return how near to each plan the nearest other one is, or what is more."""
    return [_measure_nearest(near, plans, k, *more) for k in range(len(plans))]


def measure_distances(near: NearOptimalSet, plans: Sequence[Floats]) -> Floats:
    """Return the money added and taken away between any two plans [money]."""
    totals = np.array([near.sum_aid(x) for x in plans])
    found: Floats = np.abs(totals[:, None, :] - totals[None, :, :]).sum(axis=2)
    return found
