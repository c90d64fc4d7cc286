"""A plan near that of the relaxed program, whose bound is often its proof.

The relaxed program is solved in a moment. A plan that is known may be near enough to its value already: the most aid
that a county may get is like that on Hotan 2019, where the best plan's yes and no allow it. Else those of its decisions
that are whole are held, and only those that it splits, or that it has otherwise than the plan that is known, are
searched (relaxation enforced or induced neighbourhood search). Where the plan found comes near enough to the relaxed
value nothing else is to be searched.
Source: T. Berthold, RENS, Mathematical Programming Computation 6 (2014) 33-54; E. Danna, E. Rothberg, C. Le Pape,
Mathematical Programming 102 (2005) 71-90.
"""

from dataclasses import replace

import numpy as np

from alloc.solver.asking import STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Matrix
from alloc.solver.outcome import Outcome, Stop, Why
from alloc.solver.safe import safe_bound
from alloc.solver.sub_mip import fix_and_solve, fix_columns

SPLIT = 1e-6
"""What is nearer to a whole number than this is not split."""

NOTHING = Outcome(Why.LIMIT)
"""No plan, and no bound."""

NODES = 20
"""Nodes of the search: nearly all that it finds it finds at first."""


def search_near_relaxed(
    aimed: Matrix, stop: Stop, deadline: Deadline, known: Outcome = NOTHING, wide: float = INF
) -> Outcome:
    """Return a plan, or none, with the bound of the relaxed program; nothing is called infeasible.

    aimed: with one goal; known: a plan of it, if any; stop: how closely the few decisions are searched. wide: where a
    plan that is known misses the bound by more, in the goal's unit, nothing is searched.
    """
    goal, constant = aimed.goals[0], float(aimed.constants[0])
    live = Live(aimed.lower, aimed.upper, None, aimed.rows)
    live.aim(goal, constant)
    relaxed = live.run(deadline)
    if relaxed.x is None or relaxed.prices is None:
        return known
    bound = safe_bound(aimed, goal, constant, relaxed.prices)
    best = replace(known, bound=max(bound, known.value))
    missing, close = best.bound - best.value, max(stop.gap, stop.part * max(1.0, abs(best.value)))
    if best.x is not None and not close < missing <= wide:
        return best
    held = aimed.integer & (np.abs(relaxed.x - (np.round(relaxed.x) if best.x is None else best.x)) <= SPLIT)
    x = np.where(held, np.round(relaxed.x), relaxed.x)
    inner, start = fix_columns(aimed, x, ~held), None if best.x is None else best.x[~held]
    brief = replace(stop, nodes=NODES)
    found = search(inner, inner.goals[0], float(inner.constants[0]), deadline, brief, start, STEADY)
    if found.x is None:
        return best
    x[~held] = found.x
    exact = fix_and_solve(aimed, np.ones(1), x, deadline)
    return best if exact is None or exact.value <= best.value else best.with_plan(exact.x, exact.value)
