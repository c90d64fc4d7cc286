"""The plan made exact and ties broken, over the whole program, by the rules of the whole model.

Lemma: a goal that is held at what the plan has of it, by a row, leaves exactly the plans that are as good, so each
further goal is sought among those and loses nothing of the goals before it. The last goal comes first: its value is
what the search ended with, while goals before it are held less their tolerance until they are sought again.
"""

from dataclasses import replace

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance
from alloc.model import each_year
from alloc.solution import LeastMoney, Stage
from alloc.solver.components import Component, join_components, split_components
from alloc.solver.conclusion import allowed_loss
from alloc.solver.deadline import Deadline
from alloc.solver.exact import settle_near
from alloc.solver.highs import Live
from alloc.solver.least_money import allow_seconds, improve_and_bound, is_tight
from alloc.solver.matrix import INF, Floats, Matrix, add_floor, compile_expressions
from alloc.solver.outcome import Basis, Why
from alloc.solver.settling import (
    MARKS,
    RISKY,
    is_open,
    named,
    scenario_parts,
    settle_risk,
    settle_scenarios,
    without_risk_rows,
)
from alloc.solver.sub_mip import fix_and_solve, fix_and_solve_in_order, fix_columns, search_neighbourhood

SAME = 1e-9
"""Part of a component's linkage that rounding may take."""


def break_ties(
    model: pyo.ConcreteModel,
    whole: Matrix,
    instance: Instance,
    x: Floats,
    reached: list[Stage],
    deadline: Deadline,
    basis: Basis | None = None,
    seconds: float | None = None,
    told: bool = True,
) -> tuple[Floats, LeastMoney]:
    """Return the plan made exact, ties broken: the last goal, the goals before it, least money, most linkage.

    A step that finds nothing, or for which there is no time, leaves the plan as it is. basis: of the linear program
    that filled the plan in for the last goal. seconds: that each search for another plan as good may take, where that
    is not as long as it deserves. told: whether it is told what no plan as good can spend less than.
    """
    goals, limits = whole.goals[: len(reached)], whole
    for goal, stage, constant in zip(goals[:-1], reached, whole.constants, strict=False):
        limits = add_floor(limits, goal, stage.kept - allowed_loss(instance, stage.kept) - float(constant))
    money = compile_expressions(whole.variables, [sum(model.Spend.values())])[0][0]
    exact, *_ = fix_and_solve_in_order(limits, [goals[-1], *goals[:-1], -money], x, deadline.brief(), basis)
    if exact is None:
        near = settle_near(limits, np.eye(len(limits.goals))[len(reached) - 1], x, deadline)
        exact = None if near is None else near.x
    x = x if exact is None else exact
    seconds = allow_seconds(whole, deadline) if seconds is None else seconds
    for goal in (goals[-1], *goals[:-1]):
        if goal is not goals[-1] and instance.objective.tolerance > 0:
            x, _ = improve_and_bound(limits, goal, x, instance, deadline, seconds)
        limits = add_floor(limits, goal, float(goal @ x))
    bound = INF
    if told:
        x, bound = improve_and_bound(limits, -money, x, instance, deadline, seconds)
    spent, least = float(money @ x), max(-bound, float(money @ np.where(money > 0, whole.lower, 0.0)))
    plan = maximise_linkage(model, whole, goals, x, deadline)
    return plan, LeastMoney(spent, min(least, spent), is_tight(spent, least))


def maximise_linkage(model: pyo.ConcreteModel, whole: Matrix, goals: Floats, x: Floats, deadline: Deadline) -> Floats:
    """Return the plan with its money and units, and those jobs, flows, chains and clusters that have the most linkage.

    Where scenarios are open beyond flows and chains, the most employment in each comes first. Where gains are shared
    out, the most output comes last: both sides earn by it, and by what stands without the plan they earn nothing.
    """
    linkage = compile_expressions(whole.variables, [sum(model.Linkage[w] for w in model.SCENARIOS)])[0]
    if not is_open(model):
        x = _settle_components(model, whole, goals, linkage, x, deadline)
        return _settle_output(model, whole, np.vstack([goals, linkage]), x, deadline)
    x = settle_scenarios(model, whole, goals, x, deadline)
    parts, steady = np.vstack([goals, scenario_parts(model, whole)]), without_risk_rows(whole)
    x = _settle_components(model, steady, parts, linkage, x, deadline)
    return settle_risk(model, whole, _settle_output(model, steady, np.vstack([parts, linkage]), x, deadline))


def _settle_output(model: pyo.ConcreteModel, whole: Matrix, goals: Floats, x: Floats, deadline: Deadline) -> Floats:
    """Return the plan with the most output, where gains of it are shared out."""
    if not any(year.question.sharing for year in each_year(model)):
        return x
    made = [
        year.probability[w] * year.Output[w, c, s]
        for year in each_year(model)
        for w in year.SCENARIOS
        for c, s in year.PRODUCERS
    ]
    output = compile_expressions(whole.variables, [sum(made)])[0]
    return _settle_components(model, whole, goals, output, x, deadline)


def _settle_components(
    model: pyo.ConcreteModel, whole: Matrix, goals: Floats, aim: Floats, x: Floats, deadline: Deadline
) -> Floats:
    """Return the plan with the most of an aim in each component by itself.

    goals: to be kept, a row each. With the money held the rest falls apart into hundreds of components, and as none
    needs to make up for another, each keeps what it adds to the goals. The aim, linkage say, is a sum over the
    components, so the best of each is the best of all plans in which every component keeps its part; plans in which one
    makes up for another are not looked at.
    """
    brief = deadline.brief()  # what stands is told as it stands, also of a plan for which the time was out
    free = ~whole.integer & ~named(whole, ("Spend", "Units", *RISKY))
    free |= named(whole, MARKS)
    aims = np.vstack([goals, aim])
    best, highest = x[free], np.eye(len(aims))[-1]
    # A plan keeps its limits up to a search's rounding: with its money held, what that misses could not be made good.
    done = whole.rows.times(x)
    rows = replace(whole.rows, lower=np.minimum(whole.rows.lower, done), upper=np.maximum(whole.rows.upper, done))
    held = replace(whole, rows=rows, goals=aims, constants=np.zeros(len(aims)))
    parts = []
    for columns, component in split_components(fix_columns(held, x, free)):
        if not component.goals[-1].any():
            continue
        here = best[columns]
        for goal, kept in zip(component.goals[:-1], (component.goals @ here).tolist(), strict=False):
            if goal.any() or not is_open(model):
                component = add_floor(component, goal, kept)
        parts.append((columns, component))
    for columns, component in _list_gaining(parts, best, brief):
        here, found = best[columns], None
        if component.integer.any():
            found = search_neighbourhood(component, highest, here, np.ones(len(columns), dtype=bool), brief, INF, 0.0).x
        exact = fix_and_solve(
            component, highest, here if found is None else found, brief
        )  # a search keeps limits only roughly
        best[columns] = here if exact is None else exact.x
    better = x.copy()
    better[free] = best
    return better


def _list_gaining(parts: list[Component], x: Floats, deadline: Deadline) -> list[Component]:
    """Return the components whose relaxed program has more of the aim, their last goal, than x has already.

    All of them are one program: of 250 counties that takes a tenth of what one after the other takes.
    """
    if not parts:
        return parts
    joined = join_components([component for _, component in parts])
    relaxed = Live(joined.lower, joined.upper, None, joined.rows)
    relaxed.aim(joined.goals[-1])
    most = relaxed.run(deadline)
    if most.why is not Why.DONE or most.x is None:
        return parts
    found, first = [], 0
    for columns, component in parts:
        aim = component.goals[-1]
        there, could = float(aim @ x[columns]), float(aim @ most.x[first : first + len(columns)])
        first += len(columns)
        if could > there + SAME * max(1.0, abs(there)):
            found.append((columns, component))
    return found
