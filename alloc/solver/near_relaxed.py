"""A plan near that of the relaxed program, whose bound is often its proof.

The relaxed program is solved in a moment. Its decisions that are whole are held, and only those that it splits are
searched (relaxation enforced neighbourhood search). Where the plan found comes near enough to the relaxed value nothing
else is to be searched: the most aid that a county may get is like that, the least seldom is.
Source: T. Berthold, RENS, Mathematical Programming Computation 6 (2014) 33-54.
"""

from dataclasses import replace

import numpy as np

from alloc.solver.asking import STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import Matrix
from alloc.solver.outcome import Outcome, Stop, Why
from alloc.solver.safe import safe_bound
from alloc.solver.sub_mip import fix_and_solve, fix_columns

SPLIT = 1e-6
"""What is nearer to a whole number than this is not split."""

NODES = 20
"""Nodes of the search: nearly all that it finds it finds at first."""


def search_near_relaxed(aimed: Matrix, stop: Stop, deadline: Deadline) -> Outcome:
    """Return a plan, or none, with the bound of the relaxed program; nothing is called infeasible.

    aimed: with one goal; stop: how closely the few decisions are searched.
    """
    goal, constant = aimed.goals[0], float(aimed.constants[0])
    live = Live(aimed.lower, aimed.upper, None, aimed.rows)
    live.aim(goal, constant)
    relaxed = live.run(deadline)
    if relaxed.x is None or relaxed.prices is None:
        return Outcome(Why.LIMIT)
    bound = safe_bound(aimed, goal, constant, relaxed.prices)
    held = aimed.integer & (np.abs(relaxed.x - np.round(relaxed.x)) <= SPLIT)
    x = np.where(held, np.round(relaxed.x), relaxed.x)
    inner = fix_columns(aimed, x, ~held)
    brief = replace(stop, nodes=NODES)
    found = search(inner, inner.goals[0], float(inner.constants[0]), deadline, brief, None, STEADY)
    if found.x is None:
        return Outcome(Why.LIMIT, bound=bound)
    x[~held] = found.x
    exact = fix_and_solve(aimed, np.ones(1), x, deadline)
    if exact is None:
        return Outcome(Why.LIMIT, bound=bound)
    return Outcome(Why.LIMIT, exact.x, exact.value, max(bound, exact.value))
