"""Efficient points of two objectives: evenly spread, counted out one by one, or the corners of their hull.

Both objectives are maximised here; one of which less is better comes with its sign turned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf

from alloc.solver import Biobjective, Pair, ParetoPoint

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
    """The two ends: most of the first objective, most of the second; `whole` where both are proven."""

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


def find_ends(rivals: Biobjective) -> Ends | None:
    """Return the ends of the frontier, None where no plan was found."""
    first = rivals.find_efficient(0, -inf, inf)
    if not isinstance(first, ParetoPoint):
        return None
    last = rivals.find_efficient(1, -inf, inf)
    return Ends(first, last) if isinstance(last, ParetoPoint) else None


def spread_evenly(rivals: Biobjective, between: Ends, count: int, tell: Tell) -> Trace:
    """Return points whose second objective is evenly spread between the ends, as far as plans differ.

    Augmented ε-constraint; a floor that the point before keeps already is passed over.
    Source: G. Mavrotas and K. Florios, AUGMECON2, Applied Mathematics and Computation 219 (2013) 9652-9669.
    """
    first, last = between.first, between.last
    found, complete = [first], True
    tell(first)
    low, high = first.values[1], last.values[1]
    for i in range(1, count - 1):
        floor = low + (high - low) * i / (count - 1)
        if floor <= found[-1].values[1]:
            continue
        point = rivals.find_efficient(0, floor, high)
        if not isinstance(point, ParetoPoint):
            complete = False
            continue
        if _above(point.values[1], found[-1].values[1]):
            found.append(point)
            tell(point)
    return Trace(_close(found, last, between, tell), "grid", complete and all(p.proven for p in found))


def _close(found: list[ParetoPoint], last: ParetoPoint, between: Ends, tell: Tell) -> tuple[ParetoPoint, ...]:
    """Return the points with the last end, unless it is there already."""
    if between.same or not _above(last.values[1], found[-1].values[1]):
        return tuple(reversed(found))
    tell(last)
    return (last, *reversed(found))


def enumerate_points(rivals: Biobjective, between: Ends, tell: Tell) -> Trace | None:
    """Return every efficient point, one after another; None where they turn out to be infinite in number.

    Where an objective has a step, its next floor is one step above the last point. Where none has, every point is
    tried for a segment that begins there, and the next floor is a speck above.
    """
    swept = 1 if rivals.stepped is None else rivals.stepped
    first, last = (between.first, between.last)[:: 1 if swept == 1 else -1]
    step = float(rivals.steps[swept] or 0) or RESOLUTION * between.ranges[swept]
    found, complete = [first], True
    tell(first)
    while not between.same and found[-1].values[swept] < last.values[swept] - 0.5 * step:
        if rivals.stepped is None and rivals.can_trade(found[-1].x):
            return None
        point = rivals.find_efficient(1 - swept, found[-1].values[swept] + step, last.values[swept])
        if not isinstance(point, ParetoPoint) or point.values[swept] < found[-1].values[swept] + 0.5 * step:
            complete = False
            break
        found.append(point)
        tell(point)
    order = found[::-1] if swept == 1 else found
    return Trace(tuple(order), "counted", complete and all(p.proven for p in found))


def find_hull(rivals: Biobjective, between: Ends, tolerance: float, tell: Tell) -> Trace:
    """Return the supported extreme points, and segments beyond which no plan lies by more than a tolerance.

    tolerance: part of both ranges. Neighbours are joined where the proven bound on the weighted sum that is level
    along their line allows nothing farther beyond it; else the plan found there comes between them.
    Source: Y. P. Aneja and K. P. K. Nair, Bicriteria transportation problem, Management Science 25 (1979) 73-78.
    """
    tell(between.first)
    if between.same:
        return Trace((between.first,), "hull", between.first.proven)
    ranges = between.ranges
    tell(between.last)
    points, within = [between.last, between.first], []
    i = 0
    while i < len(points) - 1:
        a, b = points[i], points[i + 1]
        level = _weigh_level(a.values, b.values, ranges)
        line = level[0] * a.values[0] + level[1] * a.values[1]
        answer = rivals.maximise_weighted(level, 0.25 * tolerance)
        if answer.x is not None and answer.value > line + 0.5 * tolerance:
            values = rivals.evaluate(answer.x)
            slack = max(answer.bound - answer.value, 0.0)
            point = ParetoPoint(
                answer.x, values, (slack / level[0], slack / level[1]), slack <= 0.25 * tolerance + NOISE
            )
            points.insert(i + 1, point)
            tell(point)
            continue
        far = answer.bound - line
        within.append(max(far, 0.0) if answer.x is not None and far <= tolerance + NOISE else None)
        i += 1
    segments = tuple(
        Segment(k, k + 1, part, rivals.are_joined(points[k], points[k + 1])) for k, part in enumerate(within)
    )
    complete = all(part is not None for part in within) and all(p.proven for p in points)
    return Trace(tuple(points), "hull", complete, segments)


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
    corners, edges = _hull(values)
    bend = find_knee(values)
    found = []
    for i in range(len(values)):
        if i not in edges:
            words = ["unsupported"]
        elif trace.method == "grid" and i not in (0, len(values) - 1):
            words = ["efficient"]
        else:
            words = ["supported", "extreme"] if i in corners else ["supported"]
        words += ["segment"] if any(s.start == i and s.reached for s in trace.segments) else []
        found.append("|".join(words + (["knee"] if i == bend else [])))
    return tuple(found)


def _hull(values: Sequence[Pair]) -> tuple[set[int], set[int]]:
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
