"""A model compiled once into arrays, and what a plan of it decided, for a like question to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance
from alloc.model import goals_in_order, revise_amounts
from alloc.solver.matrix import Floats, Matrix, compile_expressions, compile_matrix
from alloc.solver.regret import is_known

MipStart = Mapping[str, Any]
"""What a plan decided in whole numbers: decision → number, zeros left out; or the warm starts of blocks."""


@dataclass(frozen=True)
class CompiledModel:
    """A model and its limits as arrays, made once when first asked for: they serve for every goal."""

    model: pyo.ConcreteModel
    known: Matrix | None = None
    """The limits without any goal, where they are known."""

    @cached_property
    def limits(self) -> Matrix:
        """Return the limits without any goal."""
        return compile_matrix(self.model, ()) if self.known is None else self.known

    @cached_property
    def rows_of_funds(self) -> Mapping[str, int]:
        """Return the row of the limit that each fund has."""
        limits = enumerate(self.model.component_data_objects(pyo.Constraint, active=True))
        return {x.index(): i for i, x in limits if x.parent_component() is self.model.within_fund}

    def with_amounts(self, instance: Instance) -> "CompiledModel":
        """Return the model with the amounts of funds of an instance; this one is not to be used any more.

        Only right-hand sides are written anew: whether that is enough, `is_bounded_alike` tells.
        """
        revise_amounts(self.model, instance)
        upper = self.limits.rows.upper.copy()
        for f, i in self.rows_of_funds.items():
            upper[i] = instance.funds[f].amount
        found = CompiledModel(self.model, replace(self.limits, rows=replace(self.limits.rows, upper=upper)))
        found.__dict__["rows_of_funds"] = self.rows_of_funds
        return found

    def aimed(self, instance: Instance) -> Matrix:
        """Return the limits with the goals of an instance."""
        assert is_known(self.model), "regret is measured by optima that nobody told the model"
        goals, constants = compile_expressions(self.limits.variables, goals_in_order(self.model, instance))
        return replace(self.limits, goals=goals, constants=constants)


def extract_mip_start(model: pyo.ConcreteModel) -> dict[str, int]:
    """Return what the plan in the model decided in whole numbers, zeros left out."""
    found: dict[str, int] = {}
    for x in model.component_data_objects(pyo.Var):
        if x.is_integer() and round(x.value or 0):
            found[x.name] = round(x.value)
    return found


def place_start(whole: Matrix, start: MipStart) -> Floats:
    """Return a start as a column each; decisions that the neighbour does not have are at 0."""
    numbers = [start.get(x.name, 0) if x.is_integer() else 0 for x in whole.variables]
    return np.array(numbers, dtype=np.float64)
