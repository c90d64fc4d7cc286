"""Efficient points of a question in lots: found with money and units in any amount, then rounded, and proven anew.

A floor at the very best of one objective leaves rounding no room. On Hotan 2019 rounding loses 4 jobs of 5,000, which
near the most jobs buy a hundredth of all linkage: a search in lots with such a floor runs to its limit. So a point is
sought in the free question, which answers in a second. Its plan is rounded to what lacks least of it, with no floor at
all but a little above it. Then the free question is asked once more for each objective: what has no plan more of that
is as good in the other? Every plan in lots is a plan of the free question, so its bounds hold, and what rounding lost
is said. What an earlier search has proven answers where it is near enough to a plan in any amount.
"""

from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.exact import pick_exact
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Matrix, extend
from alloc.solver.outcome import Outcome, Why
from alloc.solver.reoptimise import MipResult, Range, RepeatedMip
from alloc.solver.rounding import round_together
from alloc.solver.sub_mip import fix_and_solve

LATER = 0.01
"""Weight of the objective that comes second, both in parts of their ranges: no more is lost of the first than rounding
loses anyhow."""

OPEN = 8e-4
"""Part of the ranges that the search for a point may leave open: the second objective is told from nothing."""

MARGIN = 4e-3
"""Part of the range by which a plan is above its floor before it is rounded: about what rounding loses."""

CLOSE = 0.25
"""Part of the gap asked that a bound may leave open."""

ROUGH = 0.1
"""How closely rounding is searched, in parts of the ranges: what it finds at first is nearly all. On Hotan 2019 ten
points lack 0.8 % of the ranges each at the mean; searched five times as closely, in half as much time again, 0.7 %."""

NODES = 1
"""Nodes of that search: with five or twenty ten points lack as much."""

SPECK = 1e-6
"""A range is no less than this part of the objective."""

LATEST = 2
"""Plans found last that a search may begin with."""


@dataclass(frozen=True)
class FloorBound:
    """What a search has proven: no plan with at least a floor of one objective has a sum of both above a bound.

    k: the objective that was sought; floor: of the other; weights: of both, in order.
    """

    k: int
    floor: float
    weights: tuple[float, float]
    bound: float

    def limit(self, floor: float) -> float:
        """Return what no plan has more of in objective k that has at least so much of the other.

        Lemma: with a floor no lower than that of the search, such plans are among those it has looked at, and the
        other's part of their sums is at least what the floor is worth.
        """
        if floor < self.floor:
            return INF
        return (self.bound - self.weights[1 - self.k] * floor) / self.weights[self.k]


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
        self._whole, self._free, self._gap, self._deadline = whole, free, gap, deadline
        self._known: list[Floats] = []
        self._proofs: list[FloorBound] = []
        self._ranges = self._measure_ranges()

    def find(self, k: int, floor: dict[int, Range]) -> RoundedPoint | MipResult:
        """Return a plan near that with the most of objective k, then of the other, within a floor.

        It may miss the floor by what rounding loses. Where there is no plan the answer says why.
        """
        weights = np.full(2, LATER)
        weights[k] = 1.0
        weights /= self._ranges
        free = self._ask(weights @ self._whole.goals, floor, OPEN)
        if free.x is None:
            return free
        least = floor.get(1 - k, (-INF, INF))[0]
        self._proofs.append(FloorBound(k, least, (float(weights[0]), float(weights[1])), free.bound))
        x = self._round(self._lift(k, weights, least, free.x))
        if x is None:
            return MipResult(None, -INF, INF)
        first, second = self._bound(0, x), self._bound(1, x)
        return RoundedPoint(x, (first, second))

    def maximise(self, goal: Floats, constant: float, gap: float) -> MipResult:
        """Return a plan near that with the most of a goal, with a bound on all plans; gap: of the free plan."""
        free = self._ask(goal, {}, gap, constant=constant)
        x = None if free.x is None else self._round(free.x)
        if x is None:
            return replace(free, x=None, value=-INF)
        value = float(goal @ x) + constant
        return MipResult(x, value, max(value, free.bound))

    def _measure_ranges(self) -> Floats:
        """Return how far each objective ranges between the ends of the relaxed program's frontier, at least a speck.

        They only weigh one objective against the other. On Hotan 2019 the ranges of the question in any amount are
        within a third of these, and take two searches.
        """
        ends = [self._find_relaxed_end(j) for j in (0, 1)]
        found = [self._size(j, ends[j][j] - ends[1 - j][j], ends[j][j]) for j in (0, 1)]
        return np.array(found)

    def _size(self, j: int, reach: float, most: float) -> float:
        """Return a range, at least a speck of the objective; 1 where it is not known."""
        return max(reach, SPECK * max(1.0, abs(most + float(self._whole.constants[j])))) if np.isfinite(reach) else 1.0

    def _find_relaxed_end(self, j: int) -> Floats:
        """Return what both objectives sum to where the relaxed program has most of one, and then of the other."""
        goals, program = self._whole.goals, self._free.matrix
        live = Live(program.lower, program.upper, None, program.rows)
        live.aim(goals[j])
        found = live.run(self._deadline)
        if found.x is None:
            return np.full(2, np.nan)
        columns = np.flatnonzero(goals[j]).astype(np.int32)
        live.add_row(columns, goals[j][columns], found.value - SPECK * max(1.0, abs(found.value)), INF)
        live.aim(goals[1 - j])
        filled = live.run(self._deadline)
        sums: Floats = goals @ (found.x if filled.x is None else filled.x)
        return sums

    def _evaluate(self, j: int, x: Floats) -> float:
        return float(self._whole.goals[j] @ x + self._whole.constants[j])

    def _lift(self, k: int, weights: Floats, least: float, x: Floats) -> Floats:
        """Return a plan with the whole decisions of x that is a little above a floor of the other objective.

        What rounding loses then stays above the floor, so that the bound of the search holds for the rounded plan. The
        plan itself where there is no floor, or no such plan.
        """
        if least == -INF:
            return x
        above = {1 - k: (least + MARGIN * float(self._ranges[1 - k]), INF)}
        aimed = replace(self._free.bound_rows(above), goals=(weights @ self._whole.goals)[None], constants=np.zeros(1))
        lifted = fix_and_solve(aimed, np.ones(1), x, self._deadline)
        return x if lifted is None else lifted.x

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
        found = round_together(wider, lacking, 0.0, free, ROUGH, self._deadline, NODES)
        exact = pick_exact(wider, np.ones(1), Outcome(Why.LIMIT), found, self._deadline)
        return None if exact.x is None else exact.x[:n]

    def _bound(self, j: int, x: Floats) -> float:
        """Return what no plan has more of in objective j that has as much of the other as x has."""
        least, constant = float(self._whole.goals[1 - j] @ x), float(self._whole.constants[j])
        known = min((proof.limit(least) for proof in self._proofs if proof.k == j), default=INF) + constant
        goal, floor = self._whole.goals[j], {1 - j: (least, INF)}
        if self._is_near(j, x, floor, known):
            return max(known, self._evaluate(j, x))
        found = self._free.solve(goal, floor, 0.0, CLOSE * self._gap, (x,), constant=constant, bound=known)
        self._known += [] if found.x is None else [found.x]
        weights = (float(j == 0), float(j == 1))
        self._proofs.append(FloorBound(j, least, weights, found.bound - constant))
        return max(found.bound, self._evaluate(j, x))

    def _is_near(self, j: int, x: Floats, floor: dict[int, Range], known: float) -> bool:
        """Tell whether what is known to bound an objective is within the gap, where no search would prove more.

        Lemma: no bound of the free question is below its plan with the whole decisions of x, so where x is farther from
        that than the gap, no such bound proves x.
        """
        filled, value = fix_and_solve(self._aim(j, floor), np.ones(1), x, self._deadline), self._evaluate(j, x)
        if filled is None:
            return False
        gap = self._gap * max(1.0, abs(value))
        return known - filled.value <= gap and (known - value <= gap or filled.value - value > gap)

    def _aim(self, j: int, floor: dict[int, Range]) -> Matrix:
        """Return the free question with one objective and a floor of the other."""
        goal, constant = self._whole.goals[j : j + 1], self._whole.constants[j : j + 1]
        return replace(self._free.bound_rows(floor), goals=goal, constants=constant)

    def _ask(
        self,
        goal: Floats,
        floor: dict[int, Range],
        gap: float,
        part: float = 0.0,
        constant: float = 0.0,
    ) -> MipResult:
        """Ask the free question, beginning with what was found last."""
        found = self._free.solve(goal, floor, gap, part, self._known[-LATEST:], constant=constant, helped=True)
        self._known += [] if found.x is None else [found.x]
        return found
