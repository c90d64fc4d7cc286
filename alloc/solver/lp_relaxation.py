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

ROUGH, ROUGHER, STEPS = 3e-4, 1e-3, 1200
"""Tolerances of a rough solve and how long each is tried: 832 counties take 1,000 steps and 7 s to the first, 21 s by
the simplex method. Without the aid they do not get there in 3,000, nor do 250 counties, whose simplex takes 6 and 1 s.
From prices to 1e-2 250 counties took four rounds, to 1e-3 three, to 3e-4 and 1e-4 two; without the aid to 1e-3 three,
from exact ones a single round.
"""

HUGE = 150_000
"""With more columns than this the simplex method would take minutes: what is not found to the first tolerance is sought
to the second."""


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
        for tolerance in (ROUGH, ROUGHER) if len(matrix.lower) > HUGE else (ROUGH,):
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
