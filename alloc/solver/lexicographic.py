"""Goal after goal: what each reaches is held, but for what later goals may cost of it, while the next is sought.

Then the plan is finished: what was proven is doubted once more, ties are broken, and a solution is made of it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance
from alloc.model import stages
from alloc.solution import Solution, Stage, Status
from alloc.solver.conclusion import allowed_loss, conclude, name_goal
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Floats, Matrix, add_floor
from alloc.solver.outcome import Outcome, Why
from alloc.solver.progress import Preview
from alloc.solver.proof import check_infeasibility, check_proof
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.tie_break import break_ties

GoalSolver = Callable[[Matrix, int, Floats | None], Outcome]
"""Seeks the best plan for a goal by its number, beginning with the plan of the goal before."""


def solve_in_order(
    whole: Matrix, instance: Instance, solve_goal: GoalSolver, deadline: Deadline
) -> tuple[Outcome, list[Stage]]:
    """Return the plan that is best for one goal after another, and the goals that it reached, or why there is none."""
    reached: list[Stage] = []
    best = Outcome(Why.LIMIT)
    for i, weights in enumerate(stages(instance)):
        found = solve_goal(whole, i, best.x)
        if not reached:
            found = find_any_plan(whole, i, found, deadline)
        if found.x is None:
            return (best if reached else found), reached
        best = found
        reached.append(Stage(name_goal(weights), found.value, found.bound, found.value))
        if deadline.over():
            break
        floor = found.value - allowed_loss(instance, found.value) - float(whole.constants[i])
        whole = add_floor(whole, whole.goals[i], floor)
    return best, reached


def find_any_plan(whole: Matrix, i: int, found: Outcome, deadline: Deadline) -> Outcome:
    """Return the plan that does the least, where the time is out before there is another."""
    if found.x is not None or found.infeasible:
        return found
    plan = fix_and_solve(whole, np.eye(len(whole.goals))[i], np.zeros(len(whole.lower)), deadline.brief())
    return found if plan is None else found.with_plan(plan.x, plan.value)


def finish(
    model: pyo.ConcreteModel,
    instance: Instance,
    whole: Matrix,
    found: Outcome,
    reached: list[Stage],
    gap: float,
    deadline: Deadline,
    preview: Preview | None = None,
    ties: bool = True,
    **about: Any,
) -> Solution:
    """Return what was found as a solution. Raises SolveError where a plan that is cheap to have contradicts it.

    preview: is told the plan before that, or that there is none. ties: whether another
    plan as good that spends less is searched for. about: what else the solution says of the search.
    """
    if found.x is None:
        if found.infeasible:
            check_infeasibility(whole, instance, deadline)
        status = Status.INFEASIBLE if found.infeasible else Status.NO_SOLUTION
        none = Solution(status, **about, seconds=deadline.spent, interrupted=deadline.stopped)
        if preview is not None and found.infeasible:
            preview(none)
        return none
    if preview is not None and not deadline.stopped:
        preview(replace(conclude(model, instance, whole, found.x, reached, gap, **about), seconds=deadline.spent))
    reached = check_proof(whole, instance, reached, deadline)
    x, least = break_ties(model, whole, instance, found.x, reached, deadline, found.basis, None if ties else 0.0)
    plan = conclude(model, instance, whole, x, reached, gap, **about, interrupted=deadline.stopped, least_money=least)
    return replace(plan, seconds=deadline.spent)
