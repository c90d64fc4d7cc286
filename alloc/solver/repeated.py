"""One program asked many times: the same limits, other goals, other floors.

HiGHS is kept alive between the askings, each of which starts from nothing but a plan that is handed to it: so
an answer depends on what was asked, not on what was asked before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from alloc.solver.matrix import INF, Floats, Matrix, extended, program
from alloc.solver.neighbours import NODES, PLAIN
from alloc.solver.patience import Patience
from alloc.solver.polish import contradicts_itself, filled

Range = tuple[float, float]
"""Least and largest value."""


@dataclass(frozen=True)
class Answer:
    """The best plan found for one asking, or none; its value, a proven bound on all plans, and why there is none."""

    x: Floats | None
    value: float
    bound: float
    impossible: bool = False

    def proven(self, gap: float) -> bool:
        """Tell whether no plan is better by more than a gap in the goal's unit."""
        return self.x is not None and self.bound - self.value <= gap


class Repeated:
    """A program of which some rows, the last ones, can be bounded anew at every asking."""

    def __init__(self, matrix: Matrix, watched: Floats, patience: Patience, seconds: float, threads: int = 1):
        """Take the limits of a matrix, and further rows that an asking may bound (one for each row of `watched`).

        seconds: longest time of one asking. threads: of the search; one makes answers repeat.
        """
        self.matrix = _longer(matrix, watched)
        self._first, self._count = matrix.rows.count, len(watched)
        self._patience, self._seconds = patience, seconds
        self._columns = np.arange(len(matrix.lower), dtype=np.int32)
        highspy.Highs.resetGlobalScheduler(True)  # else HiGHS keeps the thread number of its first run
        self._solver = program(
            self.matrix.lower, self.matrix.upper, matrix.integer, self.matrix.rows, np.zeros(len(matrix.lower))
        )
        self._solver.setOptionValue("threads", threads)
        self._solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        self.askings = 0

    def bounded(self, bounds: Mapping[int, Range]) -> Matrix:
        """Return the program with some of the watched rows bounded, for a search of another kind."""
        lower, upper = self.matrix.rows.lower.copy(), self.matrix.rows.upper.copy()
        for k, (low, high) in bounds.items():
            lower[self._first + k], upper[self._first + k] = low, high
        return replace(self.matrix, rows=replace(self.matrix.rows, lower=lower, upper=upper))

    def ask(
        self,
        goal: Floats,
        bounds: Mapping[int, Range],
        gap: float,
        part: float = 0.0,
        starts: Sequence[Floats] = (),
        nodes: int | None = None,
    ) -> Answer:
        """Return the plan with the most of a goal, while some watched rows keep within bounds.

        goal: one figure for each decision. gap, in the goal's unit, and part, of its value: at which of them to stop.
        starts: plans whose whole decisions may serve to begin with; a search that begins with one does without
        helpers, as long as it is proven so. nodes: most nodes of the search, after which nothing may be proven.
        """
        solver = self._solver
        solver.changeColsCost(len(self._columns), self._columns, goal)
        for k in range(self._count):
            low, high = bounds.get(k, (-INF, INF))
            solver.changeRowBounds(self._first + k, low, high)
        solver.setOptionValue("mip_abs_gap", gap)
        solver.setOptionValue("mip_rel_gap", part)
        self.askings += 1
        aimed = replace(self.bounded(bounds), goals=goal[None], constants=np.zeros(1))
        best = self._begun(aimed, starts)
        if best.x is not None:
            best = self._searched(aimed, best, nodes or NODES, plain=True)
            enough = best.bound - best.value <= max(gap, part * max(1.0, abs(best.value)))
            if enough or nodes is not None or self._patience.over():
                return best
        return self._searched(aimed, best, nodes or 2**31 - 1, plain=False)

    def _begun(self, aimed: Matrix, starts: Sequence[Floats]) -> Answer:
        """Return the best plan with the whole decisions of one of some plans, nothing proven."""
        plans = [plan for x in starts if (plan := filled(aimed, np.ones(1), x, _CALM)) is not None]
        best = max(plans, key=lambda plan: plan.value, default=None)
        return Answer(None, -INF, INF) if best is None else Answer(best.x, best.value, INF)

    def _searched(self, aimed: Matrix, best: Answer, nodes: int, plain: bool) -> Answer:
        """Search once, beginning with the best plan where there is one."""
        solver = self._solver
        solver.clearSolver()
        for name in PLAIN:
            solver.setOptionValue(name, not plain)
        solver.setOptionValue("mip_max_nodes", nodes)
        if best.x is not None:
            known = highspy.HighsSolution()
            known.col_value = best.x.tolist()
            solver.setSolution(known)
        self._patience.run(solver, self._seconds)
        if best.x is not None and contradicts_itself(solver):
            solver.clearSolver()  # and with it the start
            self._patience.run(solver, self._seconds)
        found = self._read(aimed)
        if best.x is None or (found.x is not None and found.value >= best.value):
            return found
        bound = best.bound if found.impossible else min(best.bound, found.bound)
        return Answer(best.x, best.value, max(bound, best.value))

    def _read(self, aimed: Matrix) -> Answer:
        status, info = self._solver.getModelStatus(), self._solver.getInfo()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return Answer(None, -INF, -INF, impossible=True)
        whole = aimed.integer.any()
        bound = info.mip_dual_bound if whole else info.objective_function_value
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return Answer(None, -INF, bound if np.isfinite(bound) else INF)
        if not whole and status != highspy.HighsModelStatus.kOptimal:
            bound = INF
        x = np.array(self._solver.getSolution().col_value)
        exact = filled(aimed, np.ones(1), x, _CALM)
        x = x if exact is None else exact.x
        value = float(aimed.goals[0] @ x)
        return Answer(x, value, max(bound, value))


_CALM = Patience(INF)
"""Small linear programs that make a plan exact are not hurried."""


def _longer(matrix: Matrix, watched: Floats) -> Matrix:
    """Return the program with further rows without bounds."""
    columns = [np.flatnonzero(row).astype(np.int32) for row in watched]
    none, no = np.zeros(0), np.zeros(0, dtype=bool)
    more = [(kept, row[kept], -INF, INF) for row, kept in zip(watched, columns, strict=True)]
    return extended(matrix, none, none, no, more)
