"""At which figure does an answer turn? Found between two figures that are solved, with few solves between them.

By how much an answer holds mostly changes in proportion to the figure, often more steeply on one side of the turn than
on the other. So where the line through the last two figures of one side turns is solved next, or else the line through
both sides, a little to the farther side: solved on both, the sides then enclose it. Where the answer jumps instead, two
such steps do not halve what lies between, and bisection does.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alloc.study.points import Overrides, Point, PointPool

WIDTH = 1e-4
"""So near do both sides come, as a part of the figure."""

NEAR_ZERO = 1e-6
"""So near to 0 is 0, as a part of the figure that the search began with."""

ASIDE = 0.45
"""The next figure lies this part of the width beside where the line turns: on each side once, they are close enough."""

PATIENCE = 2
"""So many steps along the line in turn may leave more than half of what lay between."""


@dataclass(frozen=True)
class SolvedFigure:
    """A question solved with a figure replaced."""

    figure: float
    point: Point


@dataclass
class BreakEven:
    """The search for where an answer turns, between the last figure at which it is as it was and one at which not.

    ask: the overrides of the question with a figure; holds: what is asked of its best plan; margin: by how much it
    holds, None where there is no plan; ends: figures to try, the nearest first. The answer is taken to turn once on
    the way.
    """

    ask: Callable[[float], Overrides]
    holds: Callable[[Point], bool]
    margin: Callable[[Point], float | None]
    same: SolvedFigure
    ends: list[float]
    other: SolvedFigure | None = None

    def __post_init__(self) -> None:
        self._held, self._size = self.holds(self.same.point), abs(self.same.figure)
        self._between, self._vain, self._last = math.inf, 0, (self.same, self.same)

    @property
    def figure(self) -> float | None:
        """The last figure at which it holds; None where it does nowhere, or everywhere."""
        if self.other is None:
            return None
        return self.same.figure if self._held else self.other.figure

    @property
    def sides(self) -> list[SolvedFigure]:
        """Where it holds and where not, in this order; one alone where the answer does not turn."""
        both = [side for side in (self.same, self.other) if side is not None]
        return both if self._held else both[::-1]

    def propose(self) -> float | None:
        """Return the figure to solve next; None where there is nothing left to find."""
        if self.other is None:
            return self.ends.pop(0) if self.ends else None
        low, high = sorted((self.same.figure, self.other.figure))
        width = max(WIDTH * high, NEAR_ZERO * self._size)
        if high - low <= width:
            return None
        guess = self._follow_line(self.same, self.other, width) if self._vain < PATIENCE else None
        return float(f"{(low + high) / 2 if guess is None else guess:.12g}")

    def _follow_line(self, same: SolvedFigure, other: SolvedFigure, width: float) -> float | None:
        """Return the figure to solve by the line through both sides; None where a line says nothing."""
        turns = [self._find_turn(*self._last), self._find_turn(same, other)]
        low, high = sorted((same.figure, other.figure))
        turn = next((turn for turn in turns if turn is not None and low < turn < high), None)
        if turn is None:
            return None
        farther = max(same.figure, other.figure, key=lambda figure: abs(figure - turn))
        guess = turn + math.copysign(ASIDE * width, farther - turn)
        return guess if low + ASIDE * width / 2 < guess < high - ASIDE * width / 2 else None

    def _find_turn(self, one: SolvedFigure, two: SolvedFigure) -> float | None:
        """Return the figure at which the line through two turns; None where a line says nothing."""
        first, second = self.margin(one.point), self.margin(two.point)
        if first is None or second is None or first == second:
            return None
        return one.figure + (two.figure - one.figure) * first / (first - second)

    def take(self, side: SolvedFigure) -> None:
        """Move the end that a solve is like."""
        if self.holds(side.point) == self._held:
            self._last, self.same = (self.same, side), side
        else:
            self._last, self.other = (self.other or side, side), side
        if self.other is not None:
            between = abs(self.same.figure - self.other.figure)
            self._vain = 0 if between <= self._between / 2 else self._vain + 1
            self._between = between


def search_together(
    searches: Sequence[BreakEven], pool: PointPool, tell: Callable[[Point], None] | None = None
) -> None:
    """Carry searches to their ends, side by side."""
    while asked := _propose_all(searches):
        points = pool.solve_all([search.ask(figure) for search, figure in asked], tell)
        for (search, figure), point in zip(asked, points, strict=True):
            search.take(SolvedFigure(figure, point))


def _propose_all(searches: Sequence[BreakEven]) -> list[tuple[BreakEven, float]]:
    found = []
    for search in searches:
        figure = search.propose()
        if figure is not None:
            found.append((search, figure))
    return found
