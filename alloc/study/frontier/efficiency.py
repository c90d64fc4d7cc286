"""Efficient points of two objectives: evenly spread, counted out one by one, or the corners of their hull.

Both objectives are maximised here; one of which less is better comes with its sign turned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf

from alloc.solver import Biobjective, Pair, ParetoPoint
from alloc.study.frontier.climbs import Climb, Climbers, ask_once

NOISE = 1e-7
"""Differences smaller than this part of a value are rounding."""

BEND = 1e-6
"""A knee lies at least this part of the ranges beyond the line between the ends."""

RESOLUTION = 1e-6
"""Where values have no step, points closer than this part of the second objective's range count as one."""


@dataclass(frozen=True)
class Segment:
    """The straight line between two neighbours (by their number from 0), and what is proven of it.

    within: no plan lies farther beyond it than this part of the ranges; None where that is not proven.
    reached: whether every point of it is a plan's; else only its ends are known to be.
    """

    start: int
    end: int
    within: float | None
    reached: bool


@dataclass(frozen=True)
class Trace:
    """What a search found, in the order of the first objective rising and the second falling.

    method: `grid`, `counted` or `hull`; complete: whether that is all there is to the method, proven.
    """

    points: tuple[ParetoPoint, ...]
    method: str
    complete: bool
    segments: tuple[Segment, ...] = ()


Tell = Callable[[ParetoPoint], None]
"""Is told of each point as it is found."""


@dataclass(frozen=True)
class Ends:
    """The two ends: most of the first objective, and most of the second.

    Where one is not proven there may be plans beyond it, even where both are the same.
    """

    first: ParetoPoint
    last: ParetoPoint

    @property
    def ranges(self) -> Pair:
        """Return how far the objectives range over efficient plans, at least a speck."""
        a, b = self.first.values, self.last.values
        return a[0] - b[0], b[1] - a[1]

    @property
    def same(self) -> bool:
        """Tell whether one plan has the most of both objectives."""
        a, b = self.first.values, self.last.values
        return min(self.ranges) <= 0 or not (_above(a[0], b[0]) and _above(b[1], a[1]))


def _above(value: float, other: float) -> bool:
    """Tell whether a value is above another by more than rounding."""
    return value - other > NOISE * max(1.0, abs(value), abs(other))


def find_ends(climbers: Climbers) -> Ends | None:
    """Return the ends of the frontier, None where no plan was found."""
    ends: list[list[ParetoPoint]] = [[], []]
    if not all(climbers.run([ask_once((k, -inf, inf), found) for k, found in enumerate(ends)])):
        return None
    return Ends(ends[0][0], ends[1][0])


def spread_evenly(climbers: Climbers, between: Ends, count: int, tell: Tell) -> Trace:
    """Return points whose second objective is evenly spread between the ends, as far as plans differ.

    Augmented ε-constraint; each search has its part of the floors.
    Source: G. Mavrotas and K. Florios, AUGMECON2, Applied Mathematics and Computation 219 (2013) 9652-9669.
    """
    first, last = between.first, between.last
    low, high = first.values[1], last.values[1]
    tell(first)
    floors = [low + (high - low) * i / (count - 1) for i in range(1, count - 1)]
    parts: list[list[ParetoPoint]] = [[first], *([] for _ in range(climbers.searches - 1))]
    cuts = [len(floors) * i // len(parts) for i in range(len(parts) + 1)]
    climbs = [_climb(floors[a:b], high, found, tell) for (a, b), found in zip(pairwise(cuts), parts, strict=True)]
    complete = all(climbers.run(climbs))
    found: list[ParetoPoint] = []
    for part in parts:
        found += [point for point in part if not found or _above(point.values[1], found[-1].values[1])]
    return Trace(_close(found, last, between, tell), "grid", complete and _are_proven([*found, first, last]))


def _climb(floors: Sequence[float], high: float, found: list[ParetoPoint], tell: Tell) -> Climb:
    """Ask for the point above each floor, and add it to those found where it is above them.

    A floor that the point before keeps already is passed over.
    """
    complete = True
    for floor in floors:
        if found and floor <= found[-1].values[1]:
            continue
        point = yield 0, floor, high
        if not isinstance(point, ParetoPoint):
            complete = False
        elif not found or _above(point.values[1], found[-1].values[1]):
            found.append(point)
            tell(point)
    return complete


def _close(found: list[ParetoPoint], last: ParetoPoint, between: Ends, tell: Tell) -> tuple[ParetoPoint, ...]:
    """Return the points with the last end, unless it is there already; rounding may leave one that another beats."""
    shown = [*found]
    if not between.same and _above(last.values[1], found[-1].values[1]):
        tell(last)
        shown.append(last)
    return tuple(point for point in reversed(shown) if not any(_beats(other, point) for other in shown))


def _beats(a: ParetoPoint, b: ParetoPoint) -> bool:
    """Tell whether a point is better in one objective, by more than rounding, and no worse in the other."""
    no_worse = not any(_above(theirs, mine) for mine, theirs in zip(a.values, b.values, strict=True))
    return no_worse and any(_above(mine, theirs) for mine, theirs in zip(a.values, b.values, strict=True))


def enumerate_points(rivals: Biobjective, between: Ends, tell: Tell) -> Trace | None:
    """Return every efficient point, one after another; None where they turn out to be infinite in number.

    Where an objective has a step, its next floor is one step above the last point. Where none has, every point is
    tried for a segment that begins there, and the next floor is a speck above.
    """
    swept = 1 if rivals.stepped is None else rivals.stepped
    first, last = (between.first, between.last) if swept == 1 else (between.last, between.first)
    step = float(rivals.steps[swept] or 0) or RESOLUTION * between.ranges[swept]
    found = [first]
    tell(first)
    # Lemma: no value lies between one and the next step, so that between a point and the best of all plans from the
    # next step on no efficient point is passed over.
    while not between.same and found[-1].values[swept] < last.values[swept] - 0.5 * step:
        if rivals.stepped is None and rivals.can_trade(found[-1].x):
            return None
        point = _find_next(rivals, swept, found[-1].values[swept], step, last.values[swept])
        if point is None:
            return Trace(_put_in_order(found, swept), "counted", False)
        found.append(point)
        tell(point)
    return Trace(_put_in_order(found, swept), "counted", _are_proven([*found, first, last]))


def _find_next(rivals: Biobjective, swept: int, value: float, step: float, most: float) -> ParetoPoint | None:
    """Return the efficient point one step of the swept objective above a value, or more; None where none was found."""
    point = rivals.find_efficient(1 - swept, value + step, most)
    if isinstance(point, ParetoPoint) and point.values[swept] >= value + 0.5 * step:
        return point
    return None


def _put_in_order(found: Sequence[ParetoPoint], swept: int) -> tuple[ParetoPoint, ...]:
    """Return the points with the first objective rising: those swept by the second come the other way round."""
    return tuple(reversed(found)) if swept == 1 else tuple(found)


def _are_proven(points: Sequence[ParetoPoint]) -> bool:
    return all(point.proven for point in points)


def find_hull(rivals: Biobjective, between: Ends, tolerance: float, tell: Tell) -> Trace:
    """Return the supported extreme points, and segments beyond which no plan lies by more than a tolerance.

    tolerance: part of both ranges. Neighbours are joined where the proven bound on the weighted sum that is level
    along their line allows nothing farther beyond it; else the plan found there comes between them.
    Source: Y. P. Aneja and K. P. K. Nair, Bicriteria transportation problem, Management Science 25 (1979) 73-78.
    """
    tell(between.first)
    if between.same:
        return Trace((between.first,), "hull", _are_proven([between.first, between.last]))
    tell(between.last)
    points = [between.last, between.first]
    segments: list[Segment] = []
    while len(segments) < len(points) - 1:
        k = len(segments)
        beyond, far = _look_beyond(rivals, points[k], points[k + 1], between.ranges, tolerance)
        if beyond is None:
            within = max(far, 0.0) if far <= tolerance + NOISE else None
            segments.append(Segment(k, k + 1, within, rivals.are_joined(points[k], points[k + 1])))
        else:
            points.insert(k + 1, beyond)
            tell(beyond)
    complete = all(segment.within is not None for segment in segments) and _are_proven(points)
    return Trace(tuple(points), "hull", complete, tuple(segments))


def _look_beyond(
    rivals: Biobjective, a: ParetoPoint, b: ParetoPoint, ranges: Pair, tolerance: float
) -> tuple[ParetoPoint | None, float]:
    """Return the plan farthest beyond the line between two points, None where it is hardly beyond, and how far any is.

    Lemma: with weights that are level along the line, the weighted sum of any plan less that of the line is its
    distance beyond it, so that a bound on the sum is one on the distance; infinite where no plan was found.
    """
    level = _weigh_level(a.values, b.values, ranges)
    line = level[0] * a.values[0] + level[1] * a.values[1]
    found = rivals.maximise_weighted(level, 0.25 * tolerance)
    if found.x is None:
        return None, inf
    if found.value <= line + 0.5 * tolerance:
        return None, found.bound - line
    slack = max(found.bound - found.value, 0.0)
    proven = slack <= 0.25 * tolerance + NOISE
    point = ParetoPoint(found.x, rivals.evaluate(found.x), (slack / level[0], slack / level[1]), proven)
    return point, found.bound - line


def _weigh_level(a: Pair, b: Pair, ranges: Pair) -> Pair:
    """Return the weights that are level along a line, such that their sum measures distance in parts of the ranges."""
    rise, run = abs(b[0] - a[0]) / ranges[0], abs(a[1] - b[1]) / ranges[1]
    size = hypot(rise, run) or 1.0
    return run / size / ranges[0], rise / size / ranges[1]


def classify(trace: Trace) -> tuple[str, ...]:
    """Return what each point is, words joined by `|`.

    supported: the best plan of some weighting of both objectives; extreme: a corner of the hull; unsupported: of
    none; efficient: of a grid, where only the whole set could tell; segment: every value between it and the next
    point is reached; knee: see `find_knee`.
    """
    values = [point.values for point in trace.points]
    corners, edges = _find_corners(values)
    begun = {segment.start for segment in trace.segments if segment.reached}
    found = [_classify_place(i, len(values), trace.method, corners, edges) for i in range(len(values))]
    for i in begun:
        found[i] += "|segment"
    bend = find_knee(values)
    if bend is not None:
        found[bend] += "|knee"
    return tuple(found)


def _classify_place(i: int, count: int, method: str, corners: set[int], edges: set[int]) -> str:
    """Return what a point is by where it lies. corners, edges: of the hull of all points."""
    if i not in edges:
        return "unsupported"
    if method == "grid" and 0 < i < count - 1:
        return "efficient"
    return "supported|extreme" if i in corners else "supported"


def _find_corners(values: Sequence[Pair]) -> tuple[set[int], set[int]]:
    """Return the corners of the upper right hull, and all points on it, of points in their order."""
    size = max((abs(x) for pair in values for x in pair), default=1.0)

    def turn(i: int, j: int, k: int) -> float:
        (a, b), (c, d), (e, f) = values[i], values[j], values[k]
        return (c - a) * (f - b) - (d - b) * (e - a)

    speck = NOISE * max(1.0, size) ** 2
    chain: list[int] = []
    for i in range(len(values)):
        while len(chain) > 1 and turn(chain[-2], chain[-1], i) >= -speck:
            chain.pop()
        chain.append(i)
    edges = set(chain)
    for a, b in pairwise(chain):
        edges |= {i for i in range(a + 1, b) if turn(a, i, b) <= speck}
    return set(chain), edges


def find_knee(values: Sequence[Pair]) -> int | None:
    """Return the number of the point farthest beyond the line between the ends, both ranges counted as 1.

    None where no point lies beyond it. Source: I. Das, On characterizing the knee of the Pareto curve based on
    normal-boundary intersection, Structural Optimization 18 (1999) 107-115.
    """
    if len(values) < 3:
        return None
    (a, b), (c, d) = values[0], values[-1]
    far = [(x - a) / (c - a) + (y - d) / (b - d) for x, y in values[1:-1]]
    return 1 + far.index(max(far)) if max(far) > 1 + BEND else None
