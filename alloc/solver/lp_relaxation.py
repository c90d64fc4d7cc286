"""The relaxed program as a whole: its value is a bound, its prices are those to begin with."""

from dataclasses import dataclass, replace

import numpy as np

from alloc.solver import asking
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import Floats, Matrix
from alloc.solver.outcome import Why

EXACT_UP_TO = 20_000
"""With more columns than this the first prices are those of the relaxed program solved roughly."""

ROUGH_TOLERANCES = (3e-4, 1e-3)
"""Tolerances of a rough solve, each tried so long: at 832 counties it takes 7 s in place of 21. Where blocks are searched
closely from the first round on, 250 counties take four rounds with 1e-2, three with 1e-3, two with 3e-4 and with 1e-4
(15 s at 832)."""

STEPS = 2000
"""Steps of each: the world without the aid of 250 counties takes 360 to 1e-3 and 9,800 to 3e-4, that with it 400 and 680.
"""


@dataclass(frozen=True)
class LpRelaxation:
    """The relaxed program: why it ended, value, and prices of all rows; the value is a bound only where exact."""

    why: Why
    value: float
    prices: Floats
    exact: bool


def solve_lp_relaxation(matrix: Matrix, weights: Floats, deadline: Deadline) -> LpRelaxation:
    """Solve the program without whole decisions, a large one roughly: its prices are a start."""
    if len(matrix.lower) > EXACT_UP_TO:
        for tolerance in ROUGH_TOLERANCES:
            rough = Live(matrix.lower, matrix.upper, None, matrix.rows)
            rough.aim(weights @ matrix.goals, float(weights @ matrix.constants))
            found = rough.solve_roughly(deadline, tolerance, STEPS)
            if found is not None:
                return LpRelaxation(Why.DONE, *found, exact=False)
    return solve_relaxed(matrix, weights, deadline)


def solve_relaxed(matrix: Matrix, weights: Floats, deadline: Deadline) -> LpRelaxation:
    """Solve the program without whole decisions."""
    relaxed = replace(matrix, integer=np.zeros(len(matrix.lower), dtype=bool))
    goal, constant = weights @ matrix.goals, float(weights @ matrix.constants)
    best = asking.search(relaxed, goal, constant, deadline)
    prices = np.zeros(matrix.rows.count) if best.prices is None else best.prices
    return LpRelaxation(best.why, best.value, prices, True)
