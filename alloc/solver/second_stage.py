"""A plan in scenarios that it was not made for: what was decided before a scenario is held, the rest follows it.

Lemma: with everything held that is decided before, what follows is a linear program, and it falls apart by scenario, so
the best sum over scenarios is the best of each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from alloc.errors import SolveError
from alloc.instance import Instance
from alloc.instance.rows import revised
from alloc.instance.rules import Benefit
from alloc.instance.schema import Scenario
from alloc.model import build, stages
from alloc.solution import Solution
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Floats, Matrix, compile_expressions
from alloc.solver.settling import named
from alloc.solver.sub_mip import fix_and_solve_in_order, fix_columns

AFTER = ("Kept", "Covered", "Equipped", "Flow")
"""Decisions that follow a scenario."""

TOGETHER = 50
"""So many scenarios are worked out in one program."""


@dataclass(frozen=True)
class ScenarioOutcome:
    """What a plan brings in one scenario; value: of the last goal, less penalties."""

    employment: float
    linkage: float
    value: float


def evaluate_scenarios(
    instance: Instance, plan: Solution, scenarios: Mapping[str, Scenario], time_limit: float
) -> dict[str, ScenarioOutcome]:
    """Return what a plan brings in scenarios other than its own, with all held that was decided before them.

    Raises SolveError where the time [s] is out.
    """
    deadline, found = Deadline(time_limit), dict[str, ScenarioOutcome]()
    for some in _chunks(scenarios):
        if deadline.over():
            raise SolveError("no_time_for_scenarios")
        found.update(_evaluate(instance, plan, some, deadline))
    return found


def _chunks(scenarios: Mapping[str, Scenario]) -> Iterator[dict[str, Scenario]]:
    rows = iter(scenarios.items())
    while some := dict(islice(rows, TOGETHER)):
        yield some


def _evaluate(
    instance: Instance, plan: Solution, scenarios: dict[str, Scenario], deadline: Deadline
) -> Iterator[tuple[str, ScenarioOutcome]]:
    """Yield what a plan brings in a few scenarios, equally likely here as the sum does not mind."""
    each = revised(scenarios, probability=1 / len(scenarios))
    kept = tuple(rule for rule in instance.rules if not isinstance(rule, Benefit))  # expected over its own scenarios
    bare = {"scenarios": each, "drawn": {}, "draws": None, "risk": None, "rules": kept}
    question = instance.model_copy(update=bare)
    model = build(question)
    whole = CompiledModel(model).aimed(question)
    goal, penalties = stages(question)[-1], plan.values["Penalties"][None]
    worlds = list(each)
    parts, constants = compile_expressions(
        whole.variables, [*(model.Employment[w] for w in worlds), *(model.Linkage[w] for w in worlds)]
    )
    x = _follow(whole, plan, parts, deadline)
    values = parts @ x + constants
    for i, w in enumerate(worlds):
        employment, linkage = float(values[i]), float(values[len(worlds) + i])
        value = goal.get("employment", 0.0) * employment + goal.get("linkage", 0.0) * linkage - penalties
        yield w, ScenarioOutcome(employment, linkage, value)


def _follow(whole: Matrix, plan: Solution, parts: Floats, deadline: Deadline) -> Floats:
    """Return the plan with the best of what follows: by the goal, then most employment, then most linkage."""
    free = named(whole, AFTER)
    x = np.array([_decided(plan, variable) for variable in whole.variables], dtype=np.float64)
    if not free.any():
        return x
    inner = fix_columns(replace(whole, goals=whole.goals[-1:], constants=whole.constants[-1:]), x, free)
    half = len(parts) // 2
    aims = [whole.goals[-1][free], parts[:half].sum(axis=0)[free], parts[half:].sum(axis=0)[free]]
    inner = _loosen_dust(replace(inner, integer=np.zeros(int(free.sum()), dtype=bool)))
    best = fix_and_solve_in_order(inner, aims, np.zeros(int(free.sum())), deadline.brief())[0]
    if best is None:
        raise SolveError("no_time_for_scenarios")
    x[free] = best
    return x


def _loosen_dust(inner: Matrix) -> Matrix:
    """Return the program with limits that rounding left a speck below 0 at 0: nothing can then follow, which may be."""
    rows = inner.rows
    upper = np.where((rows.upper < 0) & (rows.upper > -1e-6), 0.0, rows.upper)
    return replace(inner, rows=replace(rows, upper=upper))


def _decided(plan: Solution, variable: object) -> float:
    """Return what a plan decided; what follows a scenario is not decided yet."""
    component = variable.parent_component().local_name  # type: ignore[attr-defined]
    found = plan.values.get(component, {}).get(variable.index(), 0.0)  # type: ignore[attr-defined]
    return float(found)
