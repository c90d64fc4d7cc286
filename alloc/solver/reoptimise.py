"""One program solved many times: the same limits, other goals, other floors.

Each solve starts from nothing but the plans that are handed to it (a warm start, never a living search): so a result
depends on the question, not on what was asked before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.asking import HELPED, NODES, PLAIN, STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.exact import pick_exact
from alloc.solver.matrix import INF, Floats, Matrix, extend
from alloc.solver.multi.by_blocks import BlockSearch
from alloc.solver.near_relaxed import search_near_relaxed
from alloc.solver.outcome import Outcome, Settings, Stop, Why, pick_better
from alloc.solver.rounding import CLOSE, FINE, LOT_NODES, has_many_grains, relax_grains, round_together
from alloc.solver.settling import MARKS, named
from alloc.solver.sub_mip import fill_best, fix_and_solve, search_neighbourhood

MARKS_TIME = 1.0
"""How long the best of the marks is sought with all other whole decisions held [s]."""

Range = tuple[float, float]
"""Least and largest value."""


@dataclass(frozen=True)
class MipResult:
    """The best plan found of one solve, or none; its value, a proven bound on all plans, and why there is none."""

    x: Floats | None
    value: float
    bound: float
    impossible: bool = False

    def proven(self, gap: float) -> bool:
        """Tell whether no plan is better by more than a gap in the goal's unit."""
        return self.x is not None and self.bound - self.value <= gap


class RepeatedMip:
    """A program of which some rows, the last ones, can be bounded anew for every solve."""

    def __init__(
        self,
        matrix: Matrix,
        watched: Floats,
        deadline: Deadline,
        seconds: float,
        threads: int = 1,
        by_blocks: BlockSearch | None = None,
    ):
        """Take the limits of a matrix, and further rows that a solve may bound (one for each row of `watched`).

        seconds: longest time of one solve. threads: of the search; one makes answers repeat. by_blocks: searches in
        place of one search over the whole.
        """
        self.matrix = _add_rows(matrix, watched)
        self._first = matrix.rows.count
        self._deadline, self._seconds, self._threads = deadline, seconds, threads
        self._by_blocks = by_blocks
        self.solves = 0

    def bound_rows(self, bounds: Mapping[int, Range]) -> Matrix:
        """Return the program with some of the watched rows bounded."""
        lower, upper = self.matrix.rows.lower.copy(), self.matrix.rows.upper.copy()
        for k, (low, high) in bounds.items():
            lower[self._first + k], upper[self._first + k] = low, high
        return replace(self.matrix, rows=replace(self.matrix.rows, lower=lower, upper=upper))

    def solve(
        self,
        goal: Floats,
        bounds: Mapping[int, Range],
        gap: float,
        part: float = 0.0,
        starts: Sequence[Floats] = (),
        nodes: int | None = None,
        constant: float = 0.0,
        bound: float = INF,
        helped: bool = False,
    ) -> MipResult:
        """Return the plan with the most of a goal, while some watched rows keep within bounds.

        goal: one figure for each decision. gap, in the goal's unit, and part, of its value: at which of them to stop.
        starts: plans whose whole decisions may serve to begin with; a search that begins with one does without
        helpers, as long as it is proven so; in lots it begins with a rounded plan. nodes: most nodes of the search,
        after which nothing may be proven. constant: what every value has beside the goal's own sum.
        bound: no plan is worth more, as is known already: near enough to a plan that fills one of the starts, it spares
        the search. helped: whether the search has helpers at once, where what it begins with is far from the best.
        """
        self.solves += 1
        aimed = replace(self.bound_rows(bounds), goals=goal[None], constants=np.array([constant]))
        stop = Stop(gap, part, self._seconds, nodes)
        best = fill_best(aimed, np.ones(1), starts, self._deadline.brief())
        best = replace(best, bound=max(bound, best.value))
        if self._by_blocks is not None:
            return _as_result(pick_better(best, self._by_blocks.maximise(aimed, stop, best.x, self._deadline)))
        if nodes is None and has_many_grains(aimed):
            best = pick_better(best, self._round(aimed, gap, part, starts))
        return _as_result(self._prove(aimed, best, stop, helped))

    def _prove(self, aimed: Matrix, best: Outcome, stop: Stop, helped: bool) -> Outcome:
        """Search from the best plan, without helpers at first unless they are wanted, until it is proven."""
        if _is_settled(best, stop):
            return best
        in_lots = has_many_grains(aimed)
        if best.x is not None:
            best = settle_marks(aimed, best, self._deadline.brief())
            if not helped:
                most = stop.nodes or (LOT_NODES if in_lots else NODES)
                best = self._search(aimed, best, replace(stop, nodes=most), PLAIN)
                if stop.nodes is not None:
                    return best
        if _is_settled(best, stop) or self._deadline.over():
            return best
        return self._search(aimed, best, stop, HELPED if in_lots else STEADY)

    def _round(self, aimed: Matrix, gap: float, part: float, starts: Sequence[Floats]) -> Outcome:
        """Return a plan in lots near the free one, or none, with the bound of the free question."""
        goal, constant, deadline = aimed.goals[0], float(aimed.constants[0]), self._deadline.brief()
        question, close = relax_grains(aimed), Stop(CLOSE * gap, CLOSE * part)
        known, most = fill_best(question, np.ones(1), starts, deadline), bool((goal > 0).any())
        free, wide = known, INF if most else max(gap, part * max(1.0, abs(known.value)))
        if most or known.x is not None:  # the least of something is seldom near what the relaxed program has
            free = search_near_relaxed(question, replace(close, gap=FINE * gap), deadline, known, wide)
        if not _is_settled(free, close):
            start = free.x if most else None  # a plan with little is sooner found anew than mended
            free = pick_better(free, search(question, goal, constant, deadline, close, start, STEADY))
        if free.x is None:
            return free
        # what is left open by the free search, and then by the lots, is a quarter of the gap each
        wide = CLOSE / FINE * max(part, gap / max(1.0, abs(free.value)))
        found = round_together(aimed, goal, constant, free, wide, deadline)
        return pick_exact(aimed, np.ones(1), Outcome(Why.LIMIT), found, self._deadline)

    def _search(self, aimed: Matrix, best: Outcome, stop: Stop, settings: Settings) -> Outcome:
        """Search once, beginning with the best plan where there is one."""
        goal, constant = aimed.goals[0], float(aimed.constants[0])
        found = search(aimed, goal, constant, self._deadline, stop, best.x, settings, self._threads)
        return pick_exact(aimed, np.ones(1), best, found, self._deadline)


def settle_marks(aimed: Matrix, best: Outcome, deadline: Deadline) -> Outcome:
    """Return the plan with those yes and no that only tell what comes of money at their best for the goal.

    A plan for another goal may leave a closed chain uncalled. HiGHS 1.16 begins with it, calls the chain in what
    presolve leaves, says the value with it and hands out the plan without: then nothing of the search is believed.
    """
    marks = np.zeros(len(aimed.lower), dtype=bool)
    marks[: len(aimed.variables)] = named(aimed, MARKS)  # further decisions are the search's own
    if best.x is None or not (marks & aimed.integer).any():
        return best
    found = search_neighbourhood(aimed, np.ones(1), best.x, ~aimed.integer | marks, deadline, MARKS_TIME, 0.0)
    exact = None if found.x is None else fix_and_solve(aimed, np.ones(1), found.x, deadline)
    return best if exact is None or exact.value <= best.value else best.with_plan(exact.x, exact.value)


def _is_settled(best: Outcome, stop: Stop) -> bool:
    """Tell whether there is no plan, or one proven to a gap in the goal's unit, or to a part of its value."""
    if best.x is None:
        return best.infeasible
    return best.bound - best.value <= max(stop.gap, stop.part * max(1.0, abs(best.value)))


def _as_result(found: Outcome) -> MipResult:
    return MipResult(found.x, found.value, -INF if found.infeasible else found.bound, found.infeasible)


def _add_rows(matrix: Matrix, watched: Floats) -> Matrix:
    """Return the program with further rows without bounds."""
    columns = [np.flatnonzero(row).astype(np.int32) for row in watched]
    none, no = np.zeros(0), np.zeros(0, dtype=bool)
    more = [(kept, row[kept], -INF, INF) for row, kept in zip(watched, columns, strict=True)]
    return extend(matrix, none, none, no, more)
