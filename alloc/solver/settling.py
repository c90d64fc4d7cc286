"""What a goal that looks at risk leaves open, settled: in every scenario most employment, then most linkage.

Lemma: with money, units and whole decisions held, and the goals at what they are, more employment in a scenario takes
nothing from another, so most of the sum is most of each that can be had together. Threshold, shortfalls, lowest value
and regret are then worked out from the values of the scenarios, which makes the goal what the plan really has.
"""

from dataclasses import replace

import numpy as np
import pyomo.core as pyo

from alloc.solver.conclusion import HELD
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Flags, Floats, Ints, Matrix, add_floor, compile_expressions
from alloc.solver.sub_mip import fix_and_solve_in_order

RISKY = ("Threshold", "Shortfall", "Worst", "Regret")
"""Decisions that only say what the values of scenarios come to."""

MARKS = ("Established", "Closed", "Clustered")
"""Yes and no that only tell what comes of money and units."""


def is_open(model: pyo.ConcreteModel) -> bool:
    """Tell whether a question leaves open what happens in scenarios, beyond flows and chains."""
    return len(model.STEPS) > 0 or len(model.ADAPTING) > 0


def named(whole: Matrix, names: tuple[str, ...]) -> Flags:
    """Return which columns are decisions of some names."""
    return np.array([name in names for name, _ in whole.names], dtype=bool)


def settle_scenarios(model: pyo.ConcreteModel, whole: Matrix, goals: Floats, x: Floats, deadline: Deadline) -> Floats:
    """Return the plan with the most employment in its scenarios, then the most linkage, money and units as they are."""
    held = whole.integer | named(whole, ("Spend", "Units", "Funded"))
    limits = replace(whole, lower=np.where(held, x, whole.lower), upper=np.where(held, x, whole.upper))
    for goal in goals:
        kept = float(goal @ x)
        limits = add_floor(limits, goal, kept - HELD * max(1.0, abs(kept)))
    aims = compile_expressions(whole.variables, [sum(model.Employment.values()), sum(model.Linkage.values())])[0]
    better = fix_and_solve_in_order(limits, list(aims), x, deadline.brief())[0]
    return settle_risk(model, whole, x if better is None else better)


def settle_risk(model: pyo.ConcreteModel, whole: Matrix, x: Floats) -> Floats:
    """Return the plan with what its scenarios come to worked out anew: as good as the plan allows."""
    place = {id(variable): j for j, variable in enumerate(whole.variables)}
    x = x.copy()
    worlds = list(model.SCENARIOS)
    chances = np.array([model.probability[w] for w in worlds])
    for g in model.STEPS:
        rows, constants = compile_expressions(whole.variables, [model.Value[g, w] for w in worlds])
        values = rows @ x + constants
        if g in model.FLOORED:
            x[place[id(model.Worst[g])]] = values.min()
        elif g in model.REGRETTED:
            best = np.array([model.optimum[g, w].value for w in worlds])
            x[place[id(model.Regret[g])]] = (best - values).max()
        else:
            threshold = find_threshold(values, chances, float(model.tail.value))
            x[place[id(model.Threshold[g])]] = threshold
            for w, short in zip(worlds, np.maximum(threshold - values, 0.0).tolist(), strict=True):
                x[place[id(model.Shortfall[g, w])]] = short
    return x


def find_threshold(values: Floats, chances: Floats, tail: float) -> float:
    """Return the value that the worst `tail` of probability reaches: a best threshold of CVaR."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(chances[order])
    first = int(np.searchsorted(reached, tail * (1 - 1e-12)))
    return float(values[order[min(first, len(values) - 1)]])


def without_risk_rows(whole: Matrix) -> Matrix:
    """Return the program without the limits that only say what the values of scenarios come to."""
    risky = named(whole, RISKY)
    rows = whole.rows
    touched = np.bincount(rows.owner(), risky[rows.column], rows.count) > 0
    kept: Ints = np.flatnonzero(~touched).astype(np.int32)
    return replace(whole, rows=rows.take(kept, np.arange(len(whole.lower), dtype=np.int32)))


def scenario_parts(model: pyo.ConcreteModel, whole: Matrix) -> Floats:
    """Return what employment and value of every scenario are made of, a row each: that components keep."""
    parts = [*model.Employment.values(), *model.Value.values()]
    return compile_expressions(whole.variables, parts)[0]
