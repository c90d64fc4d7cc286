"""From the decisions that were found to the solution that is handed out: its values, its stages, its status."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyomo.core as pyo

from alloc.instance import Instance
from alloc.instance.lookups import leaned_on
from alloc.model import stages
from alloc.solution import Solution, Stage, Status, Values
from alloc.solver.matrix import Floats, Matrix

FINEST = 1e-7
"""No gap below this is told from rounding: HiGHS keeps its limits to 1e-7."""

HELD = 1e-9
"""A goal reached is held to this part of itself while ties are broken."""

SPECK = 1e-12
"""Smaller amounts than this part of the largest of their kind are rounding."""


def allowed_loss(instance: Instance, objective: float) -> float:
    """Return how much of a goal later goals may cost."""
    return instance.objective.tolerance * abs(objective) + HELD * max(1.0, abs(objective))


def name_goal(weights: dict[str, float]) -> str:
    """Return the name of a goal."""
    return "+".join(name for name, weight in weights.items() if weight)


def conclude(
    model: pyo.ConcreteModel,
    instance: Instance,
    whole: Matrix,
    x: Floats,
    reached: Sequence[Stage],
    gap: float,
    **about: Any,
) -> Solution:
    """Return a plan as a solution: optimal only where every goal is proven to the gap asked.

    whole: the limits with the goals of the instance; reached: the goals that were searched, of the others nothing is
    proven; about: what else the solution says of the search.
    """
    write_plan(whole, x)
    final, aims = evaluate_stages(whole, reached, x), stages(instance)
    complete = len(final) == len(aims)
    for i in range(len(final), len(aims)):
        value = float(whole.goals[i] @ x + whole.constants[i])
        final.append(Stage(name_goal(aims[i]), value, math.inf, value))
    values, years = read_plan(model, instance)
    optimal = complete and all(stage.gap <= max(gap, FINEST) for stage in final)
    return Solution(Status.OPTIMAL if optimal else Status.FEASIBLE, tuple(final), values, years=years, **about)


def write_plan(whole: Matrix, x: Floats) -> None:
    """Write a plan into the model that the arrays were made of.

    A payment in lots is so many whole lots to the last digit, which the solver keeps only to its tolerance.
    """
    for decision, value in zip(whole.variables, x.tolist(), strict=True):
        if not decision.fixed:
            decision.set_value(round(value) if decision.is_integer() else value, skip_validation=True)
    for lots in whole.variables:
        if lots.parent_component().local_name == "Lots":
            model, pair = lots.parent_block(), lots.index()
            if not model.Spend[pair].fixed:  # as a plan made by hand has it
                model.Spend[pair].set_value(pyo.value(model.lot) * lots.value, skip_validation=True)


def evaluate_stages(whole: Matrix, reached: Sequence[Stage], x: Floats) -> list[Stage]:
    """Return the stages with what the plan really reaches."""
    kept = whole.goals @ x + whole.constants
    found = [replace(stage, kept=float(value)) for stage, value in zip(reached, kept, strict=False)]
    last = found[-1]
    return [*found[:-1], replace(last, objective=last.kept, bound=max(last.bound, last.kept))]


def read_values(model: pyo.ConcreteModel) -> Values:
    """Return every decision and named quantity by name and index; specks of the solver become 0.

    A decision that no limit and no goal speaks of is at its least value.
    """
    for x in model.component_data_objects(pyo.Var):
        if x.value is None:
            x.set_value(x.lb or 0.0, skip_validation=True)
    found: dict[str, dict[Any, float]] = {}
    for kind in (pyo.Var, pyo.Expression):
        for component in model.component_objects(kind, descend_into=False):
            values = {index: float(pyo.value(item)) for index, item in component.items()}
            speck = SPECK * max(map(abs, values.values()), default=0.0)
            for index, x in values.items():
                if abs(x) < speck:
                    values[index] = 0.0
            found[component.local_name] = values
    return found


def read_plan(model: pyo.ConcreteModel, instance: Instance) -> tuple[Values, dict[int, Values]]:
    """Return what `read_values` does of a plan, and of each of several years, without measures that are but called
    funded."""
    values, years = read_values(model), dict[int, Values]()
    for question in instance.questions:
        years[question.year] = read_values(model.Year[question.year])
        drop_idle(question, years[question.year])
    if not instance.questions:
        drop_idle(instance, values)
    return values, years


def drop_idle(instance: Instance, values: Values) -> None:
    """Do not call a measure funded that has no units, costs nothing, and that nothing hangs on."""
    if any(rule.type == "count" for rule in instance.rules):
        return
    named = leaned_on(instance)
    for m, row in instance.measures.items():
        free = row.fixed_cost == 0 and not row.committed
        if free and m not in named and values["Units"][m] == 0:
            values["Funded"][m] = 0.0  # type: ignore[index]
