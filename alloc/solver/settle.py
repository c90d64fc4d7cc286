"""The plan made exact and ties broken, over the whole program, by the rules of the whole model."""

from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from alloc.instance import Instance
from alloc.solution import Stage
from alloc.solver.matrix import Flags, Floats, Matrix, held, vectors
from alloc.solver.patience import Patience
from alloc.solver.polish import filled, freed
from alloc.solver.whole import allowance

ROUNDING = 1e-9
"""Part of a goal that the solver's rounding may take: held at the very best, no plan at all may be found."""


def settled(model: pyo.ConcreteModel, whole: Matrix, instance: Instance, x: Floats, reached: list[Stage]) -> Floats:
    """Return the plan made exact, ties broken: the goal, then least money, then most linkage."""
    patience, aim = Patience(3600.0), np.zeros(len(whole.goals))
    for i, stage in enumerate(reached[:-1]):
        whole = held(whole, whole.goals[i], stage.kept - allowance(instance, stage.kept) - float(whole.constants[i]))
    last = len(reached) - 1
    aim[last] = 1.0
    exact = filled(whole, aim, x, patience)
    if exact is None:
        return x
    money = vectors(whole.variables, [sum(model.Spend.values())])[0][0]
    least = exact[1] - ROUNDING * max(1.0, abs(exact[1]))
    tied = held(whole, whole.goals[last], least - float(whole.constants[last]))
    cheap = filled(replace(tied, goals=-money[None], constants=np.zeros(1)), np.ones(1), exact[0], patience)
    return linked(model, tied, cheap[0] if cheap is not None else exact[0])


def linked(model: pyo.ConcreteModel, tied: Matrix, x: Floats) -> Floats:
    """Return the plan with its money and units, and those flows, chains and clusters that have the most linkage.

    Without presolve, which takes a minute over the goal's one long limit at 832 counties, where the rest takes 2 s.
    """
    linkage = vectors(tied.variables, [sum(model.Linkage[w] for w in model.SCENARIOS)])[0][0]
    open_ones = _named(tied, ("Closed", "Clustered"))
    free = (~tied.integer & ~_named(tied, ("Spend", "Units"))) | open_ones
    aimed = replace(tied, goals=linkage[None], constants=np.zeros(1))
    if not free.any():
        return x
    best = freed(aimed, np.ones(1), x, free, Patience(3600.0), 3600.0, 0.0, presolve="off")
    return best.x if best.x is not None else x


def _named(whole: Matrix, names: tuple[str, ...]) -> Flags:
    """Return which columns are decisions of some names."""
    return np.array([x.parent_component().local_name in names for x in whole.variables], dtype=bool)


def final_stages(whole: Matrix, reached: list[Stage], x: Floats) -> list[Stage]:
    """Return the stages with what the plan really reaches."""
    kept = whole.goals @ x + whole.constants
    found = [replace(stage, kept=float(value)) for stage, value in zip(reached, kept, strict=False)]
    last = found[-1]
    return [*found[:-1], replace(last, objective=last.kept, bound=max(last.bound, last.kept))]
