"""Efficient points of a question in lots: found with money and units in any amount, then rounded, and proven anew.

A floor at the very best of one objective leaves rounding no room. On Hotan 2019 rounding loses 4 jobs of 5,000, which
near the most jobs buy a hundredth of all linkage: a search in lots with such a floor runs to its limit. So a point is
sought in the free question, which answers in a second. Its plan is rounded to what lacks least of it, with no floor at
all. Then the free question is asked once more for each objective: what has no plan more of that is as good in the
other? Every plan in lots is a plan of the free question, so its bounds hold, and what rounding lost is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.exact import pick_exact
from alloc.solver.matrix import INF, Floats, Matrix, extend
from alloc.solver.outcome import Outcome, Why
from alloc.solver.reoptimise import MipResult, Range, RepeatedMip
from alloc.solver.rounding import round_together

LATER = 0.01
"""Weight of the objective that comes second, both in parts of their ranges: no more is lost of the first than rounding
loses anyhow."""

OPEN = 5e-4
"""Part of the ranges that the search for a point may leave open: the second objective is told from nothing."""

CLOSE = 0.25
"""Part of the gap asked that a bound may leave open."""

ROUGH = 0.02
"""How closely rounding is searched, in parts of the ranges: what it finds in its first nodes is nearly all."""

SPECK = 1e-6
"""A range is no less than this part of the objective."""

LATEST = 4
"""Plans found last that a search may begin with."""


@dataclass(frozen=True)
class RoundedPoint:
    """A plan in lots; bounds: what no plan has more of, for each objective, that is as good in the other."""

    x: Floats
    bounds: tuple[float, float]


class RoundedPoints:
    """A question in lots with two objectives, asked for its efficient points by way of the free one."""

    def __init__(self, whole: Matrix, free: RepeatedMip, gap: float, deadline: Deadline):
        """Find how far both objectives range.

        whole: with both goals; free: the same in any amount, both goals watched; gap: part of a value that is asked.
        """
        self._whole, self._free, self._part, self._deadline = whole, free, CLOSE * gap, deadline
        self._known: list[Floats] = []
        first, second = self._find_most(0, {}), self._find_most(1, {})
        self._ranges = np.array([self._measure_range(0, first, second), self._measure_range(1, second, first)])

    def find(self, k: int, floor: dict[int, Range]) -> RoundedPoint | MipResult:
        """Return a plan near that with the most of objective k, then of the other, within a floor.

        It may miss the floor by what rounding loses. Where there is no plan the answer says why.
        """
        weights = np.full(2, LATER)
        weights[k] = 1.0
        free = self._ask((weights / self._ranges) @ self._whole.goals, floor, OPEN)
        if free.x is None:
            return free
        x = self._round(free.x)
        if x is None:
            return MipResult(None, -INF, INF)
        first, second = self._bound(0, x, free.x), self._bound(1, x, free.x)
        return RoundedPoint(x, (first, second))

    def maximise(self, goal: Floats, constant: float, gap: float) -> MipResult:
        """Return a plan near that with the most of a goal, with a bound on all plans; gap: of the free plan."""
        free = self._ask(goal, {}, gap, constant=constant)
        x = None if free.x is None else self._round(free.x)
        if x is None:
            return replace(free, x=None, value=-INF)
        value = float(goal @ x) + constant
        return MipResult(x, value, max(value, free.bound))

    def _measure_range(self, j: int, most: MipResult, other: MipResult) -> float:
        """Return how far an objective ranges between the two ends, at least a speck."""
        if most.x is None or other.x is None:
            return 1.0
        return max(self._evaluate(j, most.x) - self._evaluate(j, other.x), SPECK * max(1.0, abs(most.value)))

    def _evaluate(self, j: int, x: Floats) -> float:
        return float(self._whole.goals[j] @ x + self._whole.constants[j])

    def _round(self, x: Floats) -> Floats | None:
        """Return the plan in lots that lacks least of what a free one reaches, both added up in parts of the ranges."""
        whole, n = self._whole, len(x)
        every = np.arange(n, dtype=np.int32)
        reach = [
            (np.append(every, np.int32(n + j)), np.append(row, 1.0), float(row @ x), INF)
            for j, row in enumerate(whole.goals)
        ]
        lacking = np.append(np.zeros(n), -1.0 / self._ranges)
        wider = extend(whole, np.zeros(2), np.full(2, INF), np.zeros(2, dtype=bool), reach)
        wider = replace(wider, goals=lacking[None], constants=np.zeros(1))
        free = Outcome(Why.LIMIT, np.append(x, np.zeros(2)), 0.0)
        found = round_together(wider, lacking, 0.0, free, ROUGH, self._deadline)
        exact = pick_exact(wider, np.ones(1), Outcome(Why.LIMIT), found, self._deadline)
        return None if exact.x is None else exact.x[:n]

    def _bound(self, j: int, x: Floats, free: Floats) -> float:
        """Return what no plan has more of in objective j that has as much of the other as x has."""
        other = 1 - j
        found = self._find_most(j, {other: (float(self._whole.goals[other] @ x), INF)}, (x, free))
        return max(found.bound, self._evaluate(j, x))

    def _find_most(self, j: int, floor: dict[int, Range], starts: Sequence[Floats] = ()) -> MipResult:
        goal, constant = self._whole.goals[j], float(self._whole.constants[j])
        return self._ask(goal, floor, 0.0, self._part, constant, starts)

    def _ask(
        self,
        goal: Floats,
        floor: dict[int, Range],
        gap: float,
        part: float = 0.0,
        constant: float = 0.0,
        starts: Sequence[Floats] = (),
    ) -> MipResult:
        """Ask the free question, beginning with what was found last."""
        known = [*self._known[-LATEST:], *starts]
        found = self._free.solve(goal, floor, gap, part, known, constant=constant)
        self._known += [] if found.x is None else [found.x]
        return found
