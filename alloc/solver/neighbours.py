"""A search that begins with the plans of neighbours: the same question with other figures, solved before.

What neighbours chose is filled in with this question's own figures, and the best of it is where the
search begins. It is then spared the searches inside the search that look for a first good plan, and it does not
begin anew once many decisions are settled: on Hotan 2019 with other budgets, prices and weights that takes 1.0 s in
place of 5.1 s. A question that is not proven in a few thousand nodes like this is searched with everything
that HiGHS has. Arrays take the place of Pyomo's persistent solver; the settling is that of the blocks.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.model import goal, stages
from alloc.solution import Solution, Stage, Status
from alloc.solver.matrix import Floats, Matrix, held, matrix, program, vectors
from alloc.solver.patience import Patience
from alloc.solver.polish import filled
from alloc.solver.settle import final_stages, settled
from alloc.solver.whole import FINEST, allowance, drop_idle, values_of

Choice = Mapping[str, Any]
"""What a plan decided in whole numbers: decision → number, without those that are 0; what blocks have taught beside."""

NODES = 5000
"""A search without helpers is given up after so many nodes."""

PLAIN: Mapping[str, bool] = {
    "mip_allow_restart": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
"""A search without helpers; what stays runs in no time."""

_INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
_FAILED = (highspy.HighsModelStatus.kSolveError, highspy.HighsModelStatus.kModelError, highspy.HighsModelStatus.kNotset)


@dataclass(frozen=True)
class Found:
    """The best plan for one goal or none, its value, what is proven, and whether there can be none."""

    x: Floats | None
    value: float
    bound: float
    impossible: bool = False


@dataclass(frozen=True)
class Kept:
    """A model and its limits as arrays, made once when first asked for: they serve for every goal."""

    model: pyo.ConcreteModel

    @cached_property
    def limits(self) -> Matrix:
        """Return the limits without any goal."""
        return matrix(self.model, ())

    def aimed(self, instance: Instance) -> Matrix:
        """Return the limits with the goals of an instance."""
        aims = [goal(self.model, weights) for weights in stages(instance)]
        goals, constants = vectors(self.limits.variables, aims)
        return replace(self.limits, goals=goals, constants=constants)


def solve_near(of: Kept, instance: Instance, options: Options, choices: Sequence[Choice] = ()) -> Solution:
    """Solve the model as one MIP, goal after goal, beginning with what neighbours chose.

    instance: the one that the model was built of, or the same with another objective.

    The statuses, the proof and the rule by which ties are broken are those of the whole model; the search is not
    driven on beyond the gap asked, and runs on one thread with one seed. Raises SolveError when HiGHS fails.
    """
    started, patience = time.perf_counter(), Patience(options.time_limit)
    aims, model = stages(instance), of.model
    first = whole = of.aimed(instance)
    known = [_placed(whole, choice) for choice in choices if choice]
    reached: list[Stage] = []
    x: Floats | None = None
    why = f"{len(instance.counties)} counties as one model"
    with patience.listening():
        for i, weights in enumerate(aims):
            weighing = np.zeros(len(aims))
            weighing[i] = 1.0
            found = _goal(whole, weighing, known, options.gap, patience)
            if found.x is None:
                break
            x, known = found.x, [found.x]
            reached.append(Stage("+".join(g for g, w in weights.items() if w), found.value, found.bound, found.value))
            least = found.value - allowance(instance, found.value) - float(whole.constants[i])
            whole = held(whole, whole.goals[i], least)
        if x is not None:
            x = settled(model, first, instance, x, reached)
    if x is None:
        status = Status.INFEASIBLE if found.impossible else Status.NO_SOLUTION
        return Solution(status, why=why, seconds=time.perf_counter() - started, interrupted=patience.stopped)
    for decision, value in zip(first.variables, x.tolist(), strict=True):
        decision.set_value(round(value) if decision.is_integer() else value, skip_validation=True)
    final = final_stages(first, reached, x)
    complete = len(final) == len(aims)
    for weights in aims[len(final) :]:
        final.append(Stage("+".join(g for g, w in weights.items() if w), 0.0, math.inf, 0.0))
    values = values_of(model)
    drop_idle(instance, values)
    optimal = complete and all(stage.gap <= max(options.gap, FINEST) for stage in final)
    return Solution(
        Status.OPTIMAL if optimal else Status.FEASIBLE,
        tuple(final),
        values,
        why=why,
        seconds=time.perf_counter() - started,
        interrupted=patience.stopped,
    )


def choice_of(model: pyo.ConcreteModel) -> dict[str, int]:
    """Return what the plan in the model decided in whole numbers, zeros left out."""
    whole = (x for x in model.component_data_objects(pyo.Var) if x.is_integer())
    return {x.name: round(x.value) for x in whole if round(x.value or 0)}


def _placed(whole: Matrix, choice: Choice) -> Floats:
    """Return a choice as a column each; decisions that the neighbour does not have are at 0."""
    numbers = [choice.get(x.name, 0) if x.is_integer() else 0 for x in whole.variables]
    return np.array(numbers, dtype=np.float64)


def _goal(whole: Matrix, weighing: Floats, known: Sequence[Floats], gap: float, patience: Patience) -> Found:
    """Return the best plan for one goal, from the best of what is known."""
    plans = [plan for x in known if (plan := filled(whole, weighing, x, patience)) is not None]
    best = Found(None, -math.inf, math.inf)
    if plans:
        start = max(plans, key=lambda plan: plan.value)
        best = _searched(whole, weighing, Found(start.x, start.value, math.inf), gap, patience, plain=True)
        if best.impossible or best.bound - best.value <= gap * max(1.0, abs(best.value)) or patience.over():
            return best
    return _searched(whole, weighing, best, gap, patience, plain=False)


def _searched(whole: Matrix, weighing: Floats, best: Found, gap: float, patience: Patience, plain: bool) -> Found:
    """Search once, beginning with the best plan where there is one."""
    if not whole.variables:  # nothing to decide: HiGHS answers nothing to that
        value = float(weighing @ whole.constants)
        return Found(np.zeros(0), value, value)
    solver = program(whole.lower, whole.upper, whole.integer, whole.rows, weighing @ whole.goals)
    solver.changeObjectiveOffset(float(weighing @ whole.constants))
    for name in ("mip_rel_gap", "mip_abs_gap"):
        solver.setOptionValue(name, gap)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    solver.setOptionValue("mip_allow_restart", False)
    if plain:
        solver.setOptionValue("mip_max_nodes", NODES)
        for name, on in PLAIN.items():
            solver.setOptionValue(name, on)
    if best.x is not None:
        start = highspy.HighsSolution()
        start.col_value = best.x.tolist()
        solver.setSolution(start)
    patience.run(solver)
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in _FAILED:
        raise SolveError("solver_failed", condition=status.name)
    if best.x is None and status in _INFEASIBLE:
        return replace(best, impossible=True)
    integral = bool(whole.integer.any())
    bound = min(best.bound, info.mip_dual_bound if integral else info.objective_function_value)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return replace(best, bound=bound if math.isfinite(bound) else math.inf)
    value = info.objective_function_value
    if best.x is not None and value < best.value:
        return replace(best, bound=max(bound, best.value))
    return Found(np.array(solver.getSolution().col_value), value, max(bound, value))
