"""At which figure does an answer turn? Found by bisection, with the question solved on both sides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alloc.study.points import Overrides, Point, PointPool

WIDTH = 1e-4
"""So near do both sides come, as a part of the figure."""

NEAR_ZERO = 1e-6
"""So near to 0 is 0, as a part of the figure that bisection began with."""


@dataclass(frozen=True)
class SolvedFigure:
    """A question solved with a figure replaced."""

    figure: float
    point: Point


@dataclass
class BreakEven:
    """The search for where an answer turns, between the last figure at which it is as it was and one at which not.

    ask: the overrides of the question with a figure; holds: what is asked of its best plan; ends: figures to try,
    the nearest first. The answer is taken to turn once on the way.
    """

    ask: Callable[[float], Overrides]
    holds: Callable[[Point], bool]
    same: SolvedFigure
    ends: list[float]
    other: SolvedFigure | None = None

    def __post_init__(self) -> None:
        self._held, self._size = self.holds(self.same.point), abs(self.same.figure)

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
        one, two = self.same.figure, self.other.figure
        if abs(one - two) <= max(WIDTH * max(one, two), NEAR_ZERO * self._size):
            return None
        return float(f"{(one + two) / 2:.12g}")

    def take(self, side: SolvedFigure) -> None:
        """Move the end that a solve is like."""
        if self.holds(side.point) == self._held:
            self.same = side
        else:
            self.other = side


def bisect_together(
    searches: Sequence[BreakEven], pool: PointPool, tell: Callable[[Point], None] | None = None
) -> None:
    """Carry searches to their ends, side by side."""
    while asked := _propose_all(searches):
        points = pool.solve_all([search.ask(figure) for search, figure in asked], tell)
        for (search, figure), point in zip(asked, points, strict=True):
            search.take(SolvedFigure(figure, point))


def _propose_all(searches: Sequence[BreakEven]) -> list[tuple[BreakEven, float]]:
    proposed = [(search, search.propose()) for search in searches]
    return [(search, figure) for search, figure in proposed if figure is not None]
