"""One program of a question maximised by blocks: what a study asks many times of hundreds of counties.

Nothing but the limits and the goal differs from the question itself: a point of a frontier has one more limit, a plan
nearly as good as the best holds each goal at its tolerance. Both are rows that couple the blocks, and the bound of
column generation holds for any such row: it is a bound on every plan that keeps it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from alloc.instance import Instance, Options
from alloc.solution import Status
from alloc.solver.blocks import search_goal, start_search
from alloc.solver.conclusion import FINEST
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import decompose
from alloc.solver.incumbent import Incumbent, is_small
from alloc.solver.matrix import Floats, Matrix
from alloc.solver.outcome import Outcome, Stop, Why
from alloc.solver.pricing_pool import PricingPool, open_pricing
from alloc.solver.progress import SearchLog
from alloc.solver.scaling import scale

CLOSER = 0.5
"""A large question is searched to this part of the gap asked and no finer, whatever the step of its values."""


@dataclass(frozen=True)
class BlockSearch:
    """How programs of one question are searched by blocks: processes that price them, and the gap asked."""

    instance: Instance
    pool: PricingPool
    gap: float

    def maximise(self, program: Matrix, stop: Stop, start: Floats | None, deadline: Deadline) -> Outcome:
        """Return the best plan for the program's one goal, with a bound on all plans.

        start: a plan that keeps every limit, where there is one. stop: its gaps and its time; nodes do not count here.
        """
        deadline = Deadline(stop.seconds, deadline)
        whole, by = scale(program)
        parts = decompose(whole, self.instance)
        self.pool.load(parts.blocks)
        search = start_search(parts, np.ones(1), deadline)
        if isinstance(search, Incumbent):
            return Outcome(Why.INFEASIBLE if search.status == Status.INFEASIBLE else Why.LIMIT)
        gap = max(stop.gap / search.size, stop.part, FINEST)
        if not is_small(search):
            gap = max(gap, CLOSER * self.gap)
        known = None if start is None else start / by.columns
        found = search_goal(search, known, gap, self.pool, deadline, SearchLog(None, deadline))
        if found.x is None:
            return Outcome(Why.INFEASIBLE if found.status == Status.INFEASIBLE else Why.LIMIT, bound=search.bound)
        return Outcome(Why.LIMIT, found.x * by.columns, found.value, max(found.bound, found.value))


@contextmanager
def open_block_search(
    method: str, instance: Instance, options: Options, jobs: int, cluster: str | None
) -> Iterator[BlockSearch | None]:
    """Open the processes that search a question's programs by blocks; None where its method is another."""
    if method != "blocks":
        yield None
        return
    with open_pricing(jobs, cluster) as pool:
        yield BlockSearch(instance, pool, options.gap)
