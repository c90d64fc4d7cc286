"""The whole model as one MIP, goal after goal, then made exact and tied down.

A search may begin with what neighbours chose: the same question with other figures, solved before. What they chose
is filled in with this question's own figures, and the best of it is where the search begins. It is then spared the
searches inside the search that look for a first good plan: on Hotan 2019 with other budgets, prices and
weights that takes 1.0 s in place of 5.1 s. A question that is not proven in a few thousand nodes like this is
searched with everything that HiGHS has. Everything runs with one seed, so the same input gives the same plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TextIO

import numpy as np
import pyomo.environ as pyo

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.model import goal, stages
from alloc.solution import LeastMoney, Solution, Stage, Status
from alloc.solver.conclusion import allowed_loss, conclude, name_goal
from alloc.solver.deadline import Deadline
from alloc.solver.highs import NODES, OWN, PLAIN, STEADY, Outcome, Settings, Stop, Why, search
from alloc.solver.least_money import LEAST_TIME
from alloc.solver.matrix import Floats, Matrix, add_floor, compile_expressions, compile_matrix
from alloc.solver.proof import check_infeasibility, check_proof
from alloc.solver.rounding import MANY, grains, rounded
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.tie_break import break_ties

SMALL, EXTRA_NODES, EXTRA_GAP = 1000, 1000, 1e-6
"""A question with fewer integer decisions is searched on to this gap, for so many nodes at most."""

MipStart = Mapping[str, Any]
"""What a plan decided in whole numbers: decision → number, zeros left out; or the warm starts of blocks."""

STRICT: Settings = {"mip_feasibility_tolerance": 1e-9}
"""How whole HiGHS takes whole numbers where a plan loses its proof as it is made exact."""


@dataclass(frozen=True)
class CompiledModel:
    """A model and its limits as arrays, made once when first asked for: they serve for every goal."""

    model: pyo.ConcreteModel

    @cached_property
    def limits(self) -> Matrix:
        """Return the limits without any goal."""
        return compile_matrix(self.model, ())

    def aimed(self, instance: Instance) -> Matrix:
        """Return the limits with the goals of an instance."""
        aims = [goal(self.model, weights) for weights in stages(instance)]
        goals, constants = compile_expressions(self.limits.variables, aims)
        return replace(self.limits, goals=goals, constants=constants)


def solve_whole(model: pyo.ConcreteModel, instance: Instance, options: Options, log: TextIO | None = None) -> Solution:
    """Solve the model as one MIP, goal after goal, and return the best plan with its proven bound.

    A plan stopped early has status FEASIBLE and its gap, never OPTIMAL. `log` receives the solver's
    own words. Raises SolveError when HiGHS fails.
    """
    return _solve(CompiledModel(model), instance, options, (), options.threads, log)


def solve_warm(of: CompiledModel, instance: Instance, options: Options, choices: Sequence[MipStart] = ()) -> Solution:
    """Solve the model like `solve_whole`, beginning with what neighbours chose, on one thread unless told otherwise.

    instance: the one that the model was built of, or the same with another objective.
    """
    return _solve(of, instance, options, choices, options.threads or 1, None)


def _solve(
    of: CompiledModel,
    instance: Instance,
    options: Options,
    choices: Sequence[MipStart],
    threads: int,
    log: TextIO | None,
) -> Solution:
    deadline = Deadline(options.time_limit)
    why = f"{len(instance.counties)} counties as one model"
    with deadline.listening():
        first = whole = of.aimed(instance)
        known = [_place_start(whole, choice) for choice in choices if choice]
        reached: list[Stage] = []
        x: Floats | None = None
        least: LeastMoney | None = None
        for i, weights in enumerate(stages(instance)):
            found = _solve_goal(whole, i, known, options.gap, deadline, threads, log)
            if found.x is None and not reached and not found.infeasible:
                found = _find_frugal_plan(whole, i, found, deadline)
            if found.x is None:
                break
            x, known = found.x, [found.x]
            reached.append(Stage(name_goal(weights), found.value, found.bound, found.value))
            if deadline.over():
                break
            floor = found.value - allowed_loss(instance, found.value) - float(whole.constants[i])
            whole = add_floor(whole, whole.goals[i], floor)
        if x is not None:
            reached = check_proof(first, instance, reached, deadline)
            lots = int(grains(first).sum()) >= MANY  # no search proves least money among hundreds of whole numbers
            x, least = break_ties(of.model, first, instance, x, reached, deadline, seconds=LEAST_TIME if lots else None)
        elif found.infeasible:
            check_infeasibility(first, instance, deadline)
    if x is None:
        status = Status.INFEASIBLE if found.infeasible else Status.NO_SOLUTION
        return Solution(status, why=why, seconds=deadline.spent, interrupted=deadline.stopped)
    plan = conclude(
        of.model, instance, first, x, reached, options.gap, why=why, interrupted=deadline.stopped, least_money=least
    )
    return replace(plan, seconds=deadline.spent)


def extract_mip_start(model: pyo.ConcreteModel) -> dict[str, int]:
    """Return what the plan in the model decided in whole numbers, zeros left out."""
    whole = (x for x in model.component_data_objects(pyo.Var) if x.is_integer())
    return {x.name: round(x.value) for x in whole if round(x.value or 0)}


def _place_start(whole: Matrix, choice: MipStart) -> Floats:
    """Return a choice as a column each; decisions that the neighbour does not have are at 0."""
    numbers = [choice.get(x.name, 0) if x.is_integer() else 0 for x in whole.variables]
    return np.array(numbers, dtype=np.float64)


def _solve_goal(
    whole: Matrix, i: int, known: Sequence[Floats], gap: float, deadline: Deadline, threads: int, log: TextIO | None
) -> Outcome:
    """Return the best plan for one goal, from the best of what is known; only ever tightened by further searches."""
    aim, constant = whole.goals[i], float(whole.constants[i])
    small = int(whole.integer.sum()) < SMALL
    stop = Stop(gap, gap, further=(EXTRA_GAP, EXTRA_NODES) if small and gap > EXTRA_GAP else None)
    weighing = np.eye(len(whole.goals))[i]

    def further(best: Outcome, settings: Settings, stop: Stop) -> Outcome:
        found = search(whole, aim, constant, deadline, stop, best.x, settings, threads, log)
        if found.why is Why.FAILED and best.x is None:
            raise SolveError("solver_failed", condition=found.why.value)
        return pick_better(best, _make_exact(whole, weighing, found, deadline))

    best = Outcome(Why.LIMIT)
    for x in known:
        plan = fix_and_solve(whole, weighing, x, deadline)
        if plan is not None and plan.value > best.value:
            best = Outcome(Why.LIMIT, plan.x, plan.value)
    if best.x is None and int(grains(whole).sum()) >= MANY:
        best = rounded(whole, aim, constant, gap, deadline)
        if best.x is not None and not is_proven(best, gap):
            best = further(best, OWN, stop)
    if best.x is not None and not is_proven(best, gap):
        best = further(best, PLAIN, replace(stop, nodes=NODES))
    if not is_proven(best, gap) and not best.infeasible and not deadline.over():
        best = further(best, STEADY, stop)
    if best.why is Why.DONE and not is_proven(best, gap) and not deadline.over():
        best = further(best, {**STEADY, **STRICT}, stop)
    return best


def _find_frugal_plan(whole: Matrix, i: int, found: Outcome, deadline: Deadline) -> Outcome:
    """Return the plan that does the least, where the time is out before there is another."""
    plan = fix_and_solve(whole, np.eye(len(whole.goals))[i], np.zeros(len(whole.lower)), deadline.brief())
    return found if plan is None else replace(found, x=plan.x, value=plan.value, bound=max(found.bound, plan.value))


def is_proven(found: Outcome, gap: float) -> bool:
    """Tell whether a plan is proven to a gap."""
    return found.x is not None and found.bound - found.value <= gap * max(1.0, abs(found.value))


def pick_better(one: Outcome, other: Outcome) -> Outcome:
    """Return the better plan of two searches of one program with the tighter bound; the second says why it ended."""
    if one.x is None and other.x is None:
        return other if other.infeasible else replace(other, bound=min(one.bound, other.bound))
    best = other if one.x is None or (other.x is not None and other.value >= one.value) else one
    bounds = [found.bound for found in (one, other) if not found.infeasible]
    return replace(best, why=other.why, bound=max(best.value, min(bounds)))


def _make_exact(whole: Matrix, weighing: Floats, found: Outcome, deadline: Deadline) -> Outcome:
    """Return a plan with its whole decisions made whole, where that leaves a plan."""
    if found.x is None:
        return found
    plan = fix_and_solve(whole, weighing, found.x, deadline.brief())
    if plan is None:
        return found
    return replace(found, x=plan.x, value=plan.value, bound=max(found.bound, plan.value))
