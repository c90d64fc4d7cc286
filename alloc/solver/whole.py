"""The whole model as one MIP, solved by HiGHS, then made exact and tied down.

After the search the integer decisions are rounded and held, and three small programs settle the rest:
the goal is maximised again without any integer fuzz; of all plans that are as good, the one that spends
least is taken; and flows, chains and clusters are those with the most linkage. That is the rule by
which ties are broken. Everything runs with one seed, so the same input gives the same plan.
"""

import io
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TextIO

import highspy
import pyomo.environ as pyo
from pyomo.common.log import LoggingIntercept
from pyomo.common.tee import capture_output
from pyomo.contrib.solver.common.results import TerminationCondition
from pyomo.contrib.solver.solvers.highs import Highs

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.model import goal, stages
from alloc.solution import Solution, Stage, Status, Values

FINEST = 1e-7
"""No gap below this is told from rounding: HiGHS keeps its limits to 1e-7."""

SMALL, EXTRA_NODES, EXTRA_GAP = 1000, 1000, 1e-6
"""A question with fewer integer decisions is driven on to this gap, for so many nodes at most."""

HELD = 1e-9
"""A goal reached is held to this part of itself while ties are broken."""

SETTLING = 60.0
"""Each of the small programs that settle a plan gets at most so long [s]."""

SPECK = 1e-9
"""Smaller amounts than this are rounding."""

_NO_PLAN = {
    TerminationCondition.provenInfeasible: Status.INFEASIBLE,
    TerminationCondition.infeasibleOrUnbounded: Status.INFEASIBLE,
}


@dataclass(frozen=True)
class Search:
    """One search of HiGHS: why it stopped, what it has, what it proved."""

    objective: float | None
    bound: float | None
    condition: TerminationCondition
    interrupted: bool


def solve_whole(model: pyo.ConcreteModel, instance: Instance, options: Options, log: TextIO | None = None) -> Solution:
    """Solve the model as one MIP, goal after goal, and return the best plan with its proven bound.

    A plan stopped early has status FEASIBLE and its gap, never OPTIMAL. `log` receives the solver's
    own words. Raises SolveError when HiGHS fails.
    """
    started = time.perf_counter()
    solver = _highs(options, log)
    reached: list[Stage] = []
    interrupted = False
    for weights in stages(instance):
        _aim(model, goal(model, weights))
        found = _search(solver, model, options.gap, _left(options, started))
        if found.objective is None and not reached:
            status = _NO_PLAN.get(found.condition, Status.NO_SOLUTION)
            seconds = time.perf_counter() - started
            return Solution(status, why=_named(instance), seconds=seconds, interrupted=found.interrupted)
        if found.interrupted:
            interrupted = True
            solver = _highs(options, log)  # one that was interrupted stays so
        if found.objective is None:
            break
        found = found if interrupted else _drive_on(solver, model, found, _left(options, started))
        best = found.objective or 0.0
        _hold(model, goal(model, weights), best - allowance(instance, best))
        reached.append(Stage(_worded(weights), best, _proven(found), best))
        if interrupted:
            break
    for weights in stages(instance)[len(reached) :]:  # goals that were not reached any more: nothing is proven of them
        reached.append(Stage(_worded(weights), 0.0, math.inf, 0.0))
    reached = _settle(solver, model, instance, reached)
    values = values_of(model)
    drop_idle(instance, values)
    asked = max(options.gap, FINEST)
    complete = len(reached) == len(stages(instance))
    optimal = complete and all(stage.gap <= asked for stage in reached)
    return Solution(
        Status.OPTIMAL if optimal else Status.FEASIBLE,
        tuple(reached),
        values,
        why=_named(instance),
        seconds=time.perf_counter() - started,
        interrupted=interrupted,
    )


def _left(options: Options, started: float) -> float:
    """Return how much of the time limit is left, at least a moment [s]."""
    return max(options.time_limit - (time.perf_counter() - started), 0.01)


def _worded(weights: dict[str, float]) -> str:
    return "+".join(name for name, weight in weights.items() if weight)


def _proven(found: Search) -> float:
    """Return the bound that a search proved: none where it was stopped before it had one."""
    if found.bound is not None:
        return found.bound
    done = found.condition == TerminationCondition.convergenceCriteriaSatisfied
    return found.objective if done and found.objective is not None else math.inf


def _named(instance: Instance) -> str:
    return f"{len(instance.counties)} counties as one model"


def _highs(options: Options, log: TextIO | None) -> Highs:
    highspy.Highs.resetGlobalScheduler(True)  # else HiGHS keeps the thread number of its first run
    solver = Highs(treat_fixed_vars_as_params=False)  # a decision held is a bound, not a new model
    updates = solver.config.auto_updates
    updates.update_constraints = updates.update_named_expressions = updates.update_parameters = False
    solver.config.load_solutions = False
    solver.config.raise_exception_on_nonoptimal_result = False
    solver.config.threads = options.threads or None
    solver.config.tee = [log] if log else []
    solver.config.solver_options = {"random_seed": 0, "mip_feasibility_tolerance": 1e-9}
    return solver


def _search(solver: Highs, model: pyo.ConcreteModel, gap: float, limit: float, nodes: int | None = None) -> Search:
    """Run HiGHS once; the plan it has is loaded into the model. Nothing to decide is the best of all decisions."""
    if next(model.component_data_objects(pyo.Var), None) is None:
        value = float(pyo.value(model.Goal))
        return Search(value, value, TerminationCondition.convergenceCriteriaSatisfied, False)
    solver.config.rel_gap = solver.config.abs_gap = gap
    solver.config.time_limit = limit
    solver.config.solver_options["mip_max_nodes"] = nodes or 2**31 - 1
    with (
        _interruptible(solver) as stopped,
        LoggingIntercept(module="pyomo"),  # Pyomo and HiGHS would both write on standard output
        capture_output(io.StringIO(), capture_fd=True),
    ):
        results = solver.solve(model)
    condition = results.termination_condition
    if condition == TerminationCondition.error:
        raise SolveError("solver_failed", condition=condition.name)
    if results.incumbent_objective is not None:
        results.solution_loader.load_vars()
    return Search(results.incumbent_objective, results.objective_bound, condition, bool(stopped))


@contextmanager
def _interruptible(solver: Highs) -> Iterator[list[int]]:
    """Let Ctrl-C end a search with the plan it has: an exception inside HiGHS would lose it.

    Yields a list that holds the signal once it has come. A second Ctrl-C ends the program.
    """
    stopped: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def stop(number: int, frame: object) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)
        if solver._solver_model is None:
            raise KeyboardInterrupt
        solver._solver_model.cancelSolve()  # HiGHS's own way to be asked; Pyomo does not pass it on

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _drive_on(solver: Highs, model: pyo.ConcreteModel, found: Search, limit: float) -> Search:
    """Search a small question to its very optimum, where little more work does it."""
    assert found.objective is not None
    proven = found.bound is not None and found.bound - found.objective <= EXTRA_GAP * max(1.0, abs(found.objective))
    small = sum(1 for x in model.component_data_objects(pyo.Var) if x.is_integer()) < SMALL
    if proven or not small or found.condition != TerminationCondition.convergenceCriteriaSatisfied:
        return found
    further = _search(solver, model, EXTRA_GAP, limit, EXTRA_NODES)
    if further.objective is None or further.objective < found.objective:
        return found
    return further


def allowance(instance: Instance, objective: float) -> float:
    """Return how much of a goal later goals may cost."""
    return instance.objective.tolerance * abs(objective) + HELD * max(1.0, abs(objective))


def _aim(model: pyo.ConcreteModel, expression: object, sense: int = pyo.maximize) -> None:
    model.del_component("Goal")
    model.Goal = pyo.Objective(expr=expression, sense=sense)


def _hold(model: pyo.ConcreteModel, expression: Any, least: float) -> None:
    """Keep a goal at what was reached while others are sought."""
    if model.component("Held") is None:
        model.Held = pyo.ConstraintList(doc="goals reached are held")
    model.Held.add(expression >= least)


def _settle(solver: Highs, model: pyo.ConcreteModel, instance: Instance, reached: list[Stage]) -> list[Stage]:
    """Make the plan exact, break ties, and return the stages with what the plan really reaches."""
    aims = stages(instance)
    with _integers_held(model):
        for weights in (aims[-1], *aims[:-1]):
            _aim(model, goal(model, weights))
            exact = _search(solver, model, 0.0, SETTLING)
            if exact.objective is None:
                break
            _hold(model, goal(model, weights), exact.objective)
        else:
            _aim(model, sum(model.Spend.values()) if len(model.Spend) else 0.0 * model.Penalties, pyo.minimize)
            _search(solver, model, 0.0, SETTLING)
            for part in (model.Spend, model.Units):
                part.fix()
            for part in (model.Established, model.Closed, model.Clustered):
                part.unfix()
            _aim(model, sum(model.Linkage[w] for w in model.SCENARIOS))
            _search(solver, model, 0.0, SETTLING)
    kept = [float(pyo.value(goal(model, weights))) for weights in aims]
    settled = [replace(stage, kept=value) for stage, value in zip(reached, kept, strict=True)]
    last = settled[-1]
    return [*settled[:-1], replace(last, objective=last.kept, bound=max(last.bound, last.kept))]


@contextmanager
def _integers_held(model: pyo.ConcreteModel) -> Iterator[None]:
    """Hold every integer decision at its rounded value."""
    before = [(x, x.fixed) for x in model.component_data_objects(pyo.Var)]
    for x, _ in before:
        if x.is_integer() and x.value is not None:
            x.fix(round(x.value))
    try:
        yield
    finally:
        for x, fixed in before:
            x.fixed = fixed


def values_of(model: pyo.ConcreteModel) -> Values:
    """Return every decision and named quantity by name and index; specks of the solver become 0.

    A decision that no limit and no goal speaks of is at its least value.
    """
    for x in model.component_data_objects(pyo.Var):
        if x.value is None:
            x.set_value(x.lb or 0.0, skip_validation=True)
    found: dict[str, dict[Any, float]] = {}
    for kind in (pyo.Var, pyo.Expression):
        for component in model.component_objects(kind):
            values = {index: float(pyo.value(item)) for index, item in component.items()}
            found[component.local_name] = {i: 0.0 if abs(x) < SPECK else x for i, x in values.items()}
    return found


def drop_idle(instance: Instance, values: Values) -> None:
    """Do not call a measure funded that has no units, costs nothing, and that nothing hangs on."""
    named = {m for row in instance.measures.values() for m in row.requires}
    named |= {m for row in instance.synergies for m in row.measures}
    counted = any(rule.type == "count" for rule in instance.rules)
    for m, row in instance.measures.items():
        idle = values["Units"][m] == 0 and row.fixed_cost == 0 and not row.committed
        if idle and m not in named and not counted:
            values["Funded"][m] = 0.0  # type: ignore[index]
