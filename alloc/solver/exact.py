"""A plan of a search made exact: its whole decisions whole to the last digit, the rest at its best with them.

A search keeps whole numbers and limits to its tolerance. Six lots that are 5.999999 leave a millionth more room than
six do, and what is left of a lot may be all but a millionth of one: with so many lots there may then be no plan at all,
while with one more or less there is.
"""

from dataclasses import replace

import numpy as np

from alloc.solver.asking import STEADY, STRICT, search
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Flags, Floats, Matrix
from alloc.solver.outcome import Outcome, Stop, pick_better
from alloc.solver.rounding import NEAR, find_grains
from alloc.solver.sub_mip import FixedIntegerPlan, fix_and_solve

EXACT = 1e-10
"""Nearer to a whole number is one."""

SECONDS = 5.0
"""Longest time in which lots and units near a plan's are sought [s]."""


def pick_exact(matrix: Matrix, weights: Floats, best: Outcome, found: Outcome, deadline: Deadline) -> Outcome:
    """Return the better of a plan that keeps every limit, or none, and one of a search, made exact.

    What cannot be made exact is handed on only where there is no other.
    """
    exact = make_exact(matrix, weights, found, deadline)
    inexact = exact is found and best.x is not None
    return pick_better(best, replace(found, x=None) if inexact else exact)


def make_exact(matrix: Matrix, weights: Floats, found: Outcome, deadline: Deadline) -> Outcome:
    """Return what a search found with its whole decisions made whole, where that leaves a plan.

    A plan in time: what was found is made exact for a moment longer than the deadline.
    """
    plan = None if found.x is None else settle(matrix, weights, found.x, deadline)
    return found if plan is None else found.with_plan(plan.x, plan.value)


def settle(matrix: Matrix, weights: Floats, x: Floats, deadline: Deadline) -> FixedIntegerPlan | None:
    """Return the best plan with the whole decisions of x, else with lots and units near its; None where none is found.

    For a moment longer than the deadline.
    """
    plan = fix_and_solve(matrix, weights, x, deadline.brief())
    return plan or settle_near(matrix, weights, x, deadline)


def settle_near(matrix: Matrix, weights: Floats, x: Floats, deadline: Deadline) -> FixedIntegerPlan | None:
    """Return a plan with every yes and no of x, and lots and units that are more or fewer by one at most.

    First those alone that the search left a speck away from a whole number, then all.
    """
    grains = find_grains(matrix)
    for loose in (grains & (np.abs(x - np.round(x)) > EXACT), grains):
        if loose.any():
            plan = _search_near(matrix, weights, x, loose, deadline.brief(SECONDS))
            if plan is not None:
                return plan
    return None


def _search_near(
    matrix: Matrix, weights: Floats, x: Floats, loose: Flags, deadline: Deadline
) -> FixedIntegerPlan | None:
    """Return a plan whose whole decisions are those of x, but for some that are more or fewer by one at most."""
    room, whole = np.where(loose, 1.0, 0.0), np.round(x)
    lower = np.where(matrix.integer, np.clip(whole - room, matrix.lower, matrix.upper), matrix.lower)
    upper = np.where(matrix.integer, np.clip(whole + room, matrix.lower, matrix.upper), matrix.upper)
    near = replace(matrix, lower=lower, upper=upper)
    stop, strict = Stop(seconds=SECONDS, nodes=NEAR), {**STEADY, **STRICT}
    found = search(near, weights @ matrix.goals, 0.0, deadline, stop, None, strict)
    return None if found.x is None else fix_and_solve(matrix, weights, found.x, deadline)
