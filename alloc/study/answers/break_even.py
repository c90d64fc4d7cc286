"""At which figure does an answer turn? Found between two figures that are solved, with few solves between them.

By how much an answer holds mostly changes in proportion to the figure, often more steeply on one side of the turn than
on the other. So where the line through the last two figures of one side turns is solved next, or else the line through
both sides, a little to the farther side: solved on both, the sides then enclose it. Where the answer jumps instead, two
such steps do not halve what lies between, and bisection does.

Where money is in lots, a plan stays one up to an edge: until what is left of its last lot is used up. Nearer the turn
than the gap asked tells, a line says little: so the edge of the plan that reaches farthest is solved, on both sides of
it. A solve that found less before the edge is refuted by that plan.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from alloc.solver import MipStart
from alloc.study.points import Overrides, Point, PointPool

WIDTH = 1e-4
"""So near do both sides come, as a part of the figure."""

NEAR_ZERO = 1e-6
"""So near to 0 is 0, as a part of the figure that the search began with."""

ASIDE = 0.45
"""The next figure lies this part of the width beside where the line turns: on each side once, they are close enough."""

STARTS = 2
"""A solve begins with the plans of so many figures."""

PATIENCE = 2
"""So many steps along the line in turn may leave more than half of what lay between."""


@dataclass(frozen=True)
class SolvedFigure:
    """A question solved with a figure replaced. start: what its plan decided in whole numbers."""

    figure: float
    point: Point
    start: MipStart = field(default_factory=dict, repr=False)


@dataclass
class BreakEven:
    """The search for where an answer turns, between the last figure at which it is as it was and one at which not.

    ask: the overrides of the question with a figure; holds: what is asked of its best plan; margin: by how much it
    holds, None where there is no plan; ends: figures to try, the nearest first. edge: up to which figure the plan of a
    solve stays one, where that is known; noise: less of a margin than this is not told by a solve. The answer is taken
    to turn once on the way.
    """

    ask: Callable[[float], Overrides]
    holds: Callable[[Point], bool]
    margin: Callable[[Point], float | None]
    same: SolvedFigure
    ends: list[float]
    edge: Callable[[Point], float] | None = None
    noise: float = 0.0

    def __post_init__(self) -> None:
        self._held, self._size = self.holds(self.same.point), abs(self.same.figure)
        up = bool(self.ends) and self.ends[0] > self.same.figure
        self._way = 1.0 if up == self._held else -1.0
        self._solved: list[SolvedFigure] = []
        self._reach, self._between, self._vain = -math.inf, math.inf, 0
        self.take(self.same)

    @property
    def figure(self) -> float | None:
        """The last figure at which it holds; None where it does nowhere, or everywhere."""
        both = self._enclose()
        return None if both is None else both[0].figure

    @property
    def sides(self) -> list[SolvedFigure]:
        """Where it holds and where not, in this order; one alone where the answer does not turn."""
        return list(self._enclose() or self._solved[-1:])

    def begin_with(self, figure: float) -> list[MipStart]:
        """Return what the plans of the figures nearest to one decided."""
        nearest = sorted(self._solved, key=lambda side: abs(side.figure - figure))
        return [side.start for side in nearest[:STARTS] if side.start]

    def propose(self) -> list[float]:
        """Return the figures to solve next, side by side; none where there is nothing left to find."""
        both = self._enclose()
        if both is None:
            return [self.ends.pop(0)] if self.ends else []
        low, high = sorted(side.figure for side in both)
        width = self._measure_width(high)
        if high - low <= width:
            return []
        guess = self._guess(*both)
        if self.edge is None or not self._is_noise(both[0]):
            return [guess]
        at_edge = self._pass_edge(both[0])
        farther = not self._is_noise(both[1]) and self._way * guess > self._way * at_edge[0]
        farther &= not PATIENCE <= self._vain < 2 * PATIENCE  # before the middle is, both sides of the edge are asked
        known = {side.figure for side in self._solved}
        wanted = [figure for figure in ([guess, at_edge[0]] if farther else at_edge) if figure not in known]
        return wanted or [_round((low + high) / 2)]

    def take(self, side: SolvedFigure) -> None:
        """Count a solve, how far its plan reaches, and whether it halved what lies between both sides.

        Begun with a plan that reaches so far, a solve that finds less shows that it does not.
        """
        self._solved.append(side)
        if not self.holds(side.point):
            if side.figure <= self._reach:
                self.edge, self._reach = None, -math.inf
        elif self.edge is not None:
            self._reach = max(self._reach, self.edge(side.point))
        both = self._enclose()
        if both is not None:
            between = abs(both[0].figure - both[1].figure)
            self._vain = 0 if between <= self._between / 2 else self._vain + 1
            self._between = between

    def _enclose(self) -> tuple[SolvedFigure, SolvedFigure] | None:
        """Return the last solve at which it holds and the next at which not, unless a plan refutes that; or None."""
        kept: SolvedFigure | None = None
        for side in self._solved:
            if self.holds(side.point) and (kept is None or self._comes_before(kept, side)):
                kept = side
        lost = None if kept is None else self._find_lost(max(self._way * kept.figure, self._reach))
        return None if kept is None or lost is None else (kept, lost)

    def _find_lost(self, reach: float) -> SolvedFigure | None:
        """Return the first solve beyond what plans reach at which it does not hold."""
        lost: SolvedFigure | None = None
        for side in self._solved:
            beyond = not self.holds(side.point) and self._way * side.figure > reach
            if beyond and (lost is None or self._comes_before(side, lost)):
                lost = side
        return lost

    def _comes_before(self, one: SolvedFigure, other: SolvedFigure) -> bool:
        return self._way * one.figure < self._way * other.figure

    def _is_noise(self, side: SolvedFigure) -> bool:
        margin = self.margin(side.point)
        return margin is not None and abs(margin) <= self.noise

    def _pass_edge(self, kept: SolvedFigure) -> list[float]:
        """Return a figure beyond what the plans that are known reach, and one before unless that is near enough."""
        edge = max(self._reach, kept.figure)
        width = self._measure_width(edge)
        beyond, before = edge + ASIDE * width, edge - ASIDE * width
        return [_round(beyond), _round(before)] if beyond - kept.figure > width else [_round(beyond)]

    def _measure_width(self, figure: float) -> float:
        """Return how near both sides of a figure are to come."""
        return max(WIDTH * figure, NEAR_ZERO * self._size)

    def _guess(self, kept: SolvedFigure, lost: SolvedFigure) -> float:
        """Return where a line turns, or the middle where lines have not led there."""
        turn = self._follow_line(kept, lost) if self._vain < PATIENCE else None
        return _round((kept.figure + lost.figure) / 2 if turn is None else turn)

    def _follow_line(self, kept: SolvedFigure, lost: SolvedFigure) -> float | None:
        """Return the figure to solve by the line through both sides; None where a line says nothing."""
        low, high = sorted((kept.figure, lost.figure))
        for one, two in ((self._find_before(), self._solved[-1]), (kept, lost)):
            turn = self._find_turn(one, two)
            if turn is not None and low < turn < high:
                aside = ASIDE * self._measure_width(turn)
                farther = max(kept.figure, lost.figure, key=lambda figure: abs(figure - turn))
                guess = turn + math.copysign(aside, farther - turn)
                return guess if low + aside / 2 < guess < high - aside / 2 else None
        return None

    def _find_before(self) -> SolvedFigure:
        """Return the last solve but one of those on the side of the last."""
        held = self.holds(self._solved[-1].point)
        alike = [side for side in self._solved if self.holds(side.point) == held]
        return alike[-2:][0]

    def _find_turn(self, one: SolvedFigure, two: SolvedFigure) -> float | None:
        """Return the figure at which the line through two turns; None where a line says nothing."""
        first, second = self.margin(one.point), self.margin(two.point)
        if first is None or second is None or first == second:
            return None
        return one.figure + (two.figure - one.figure) * first / (first - second)


def search_together(
    searches: Sequence[BreakEven], pool: PointPool, tell: Callable[[Point], None] | None = None
) -> None:
    """Carry searches to their ends, side by side."""
    pool = pool.without_ties()
    while asked := _propose_all(searches):
        points = [search.ask(figure) for search, figure in asked]
        starts = [search.begin_with(figure) for search, figure in asked]
        solved = pool.solve_from(points, starts, tell)
        for (search, figure), found in zip(asked, solved, strict=True):
            search.take(SolvedFigure(figure, found.point, found.start))


def _propose_all(searches: Sequence[BreakEven]) -> list[tuple[BreakEven, float]]:
    found = []
    for search in searches:
        found += [(search, figure) for figure in search.propose()]
    return found


def _round(figure: float) -> float:
    return float(f"{figure:.12g}")
