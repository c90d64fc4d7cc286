"""The plan made exact and ties broken, over the whole program, by the rules of the whole model."""

from dataclasses import replace

import highspy
import numpy as np
import pyomo.environ as pyo

from alloc.instance import Instance
from alloc.solution import Stage
from alloc.solver.matrix import Flags, Floats, Matrix, held, vectors
from alloc.solver.patience import Patience
from alloc.solver.pieces import pieces
from alloc.solver.polish import ROUNDING, filled_in_turn, freed, narrowed
from alloc.solver.whole import allowance


def settled(
    model: pyo.ConcreteModel,
    whole: Matrix,
    instance: Instance,
    x: Floats,
    reached: list[Stage],
    basis: highspy.HighsBasis | None = None,
) -> Floats:
    """Return the plan made exact, ties broken: the goal, then least money, then most linkage.

    basis: of the linear program that filled the plan in for the last goal.
    """
    goals, bounded = whole.goals[: len(reached)], whole
    for goal, stage, constant in zip(goals[:-1], reached, whole.constants, strict=False):
        bounded = held(bounded, goal, stage.kept - allowance(instance, stage.kept) - float(constant))
    money = vectors(whole.variables, [sum(model.Spend.values())])[0][0]
    exact, *_ = filled_in_turn(bounded, [goals[-1], -money], x, Patience(3600.0), basis)
    return linked(model, whole, goals, x if exact is None else exact)


def linked(model: pyo.ConcreteModel, whole: Matrix, goals: Floats, x: Floats) -> Floats:
    """Return the plan with its money and units, and those jobs, flows, chains and clusters that have the most linkage.

    goals: to be kept, a row each. With the money held the rest falls apart into hundreds of pieces, and as none
    needs to make up for another, each keeps what it adds to the goals.
    """
    linkage = vectors(whole.variables, [sum(model.Linkage[w] for w in model.SCENARIOS)])[0]
    free = (~whole.integer & ~_named(whole, ("Spend", "Units"))) | _named(whole, ("Established", "Closed", "Clustered"))
    aims = np.vstack([goals, linkage])
    best, most = x[free], np.eye(len(aims))[-1]
    for columns, piece in pieces(narrowed(replace(whole, goals=aims, constants=np.zeros(len(aims))), x, free)):
        if not piece.goals[-1].any():
            continue
        here = best[columns]
        for goal, kept in zip(piece.goals[:-1], (piece.goals @ here).tolist(), strict=False):
            piece = held(piece, goal, kept - ROUNDING * max(1.0, abs(kept)))
        found = freed(piece, most, here, np.ones(len(columns), dtype=bool), Patience(3600.0), 3600.0, 0.0).x
        best[columns] = here if found is None else found
    better = x.copy()
    better[free] = best
    return better


def _named(whole: Matrix, names: tuple[str, ...]) -> Flags:
    """Return which columns are decisions of some names."""
    return np.array([x.parent_component().local_name in names for x in whole.variables], dtype=bool)


def final_stages(whole: Matrix, reached: list[Stage], x: Floats) -> list[Stage]:
    """Return the stages with what the plan really reaches."""
    kept = whole.goals @ x + whole.constants
    found = [replace(stage, kept=float(value)) for stage, value in zip(reached, kept, strict=False)]
    last = found[-1]
    return [*found[:-1], replace(last, objective=last.kept, bound=max(last.bound, last.kept))]
