"""Objectives that plans are compared by: employment, linkage, cost, equity, insured jobs, change from another plan.

A frontier sets two of them against each other. They are declared only where one is asked for, so that a plain
solve is not changed by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyomo.core as pyo

from alloc.instance.lookups import count_people
from alloc.instance.schema import Instance
from alloc.model.columns import Param, group, members_of

AimName = Literal["employment", "linkage", "cost", "equity", "insured"]

AIMS: tuple[AimName, ...] = ("employment", "linkage", "cost", "equity", "insured")
"""What can be asked for, by name."""


@dataclass(frozen=True)
class Aim:
    """One objective of a plan: its name, its figure, and whether less of it is better.

    figure: linear in the decisions, `scale` times the objective; scale keeps coefficients near 1.
    """

    name: AimName
    figure: Any
    scale: float = 1.0
    less: bool = False

    @property
    def sign(self) -> float:
        """Return 1 where more is better, −1 where less is."""
        return -1.0 if self.less else 1.0


def aim(model: pyo.ConcreteModel, instance: Instance, name: AimName) -> Aim:
    """Return an objective of the model, declaring what it needs.

    employment and linkage are the model's own goals; cost is the aid spent [money], less is better; insured is the
    number of insured jobs; equity is the aid per head of the county that gets least of it [money per head]
    (maximin: M. T. Marsh and D. A. Schilling, "Equity measurement in facility location analysis", European Journal
    of Operational Research 74 (1994) 1-17). Equity needs the population of every county.
    """
    if name == "employment":
        return Aim(name, model.ExpectedEmployment)
    if name == "linkage":
        return Aim(name, model.ExpectedLinkage)
    if name == "cost":
        return Aim(name, sum(model.Aid[m] for m in model.MEASURES), less=True)
    if name == "insured":
        return Aim(name, sum(model.Insured.values()))
    people = sum(count_people(instance).values())
    add_least(model, instance)
    return Aim(name, model.Least, scale=people / len(instance.counties))


def add_least(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare the aid per head of the county that gets least, times mean population so that numbers stay near 1."""
    local = group((row.county, m) for m, row in instance.measures.items())
    model.MEASURES_IN = pyo.Set(model.COUNTIES, initialize=members_of(local), doc="measures in a county")
    model.Least = pyo.Var(domain=pyo.NonNegativeReals, doc="least aid per head, times mean population [money]")

    @model.Constraint(model.COUNTIES, doc="no county has less aid per head than the least [money]")
    def bounds_least(model, c):
        return model.Least <= model.per_mean[c] * sum(model.Aid[m] for m in model.MEASURES_IN[c])


def add_change(model: pyo.ConcreteModel, last: Mapping[tuple[str, str], float]) -> Any:
    """Declare how far payments of aid are from those of another plan, and return the sum over all [money].

    last: (measure, fund) → what the other plan pays. A payment that was nothing changes by all that it is now.
    """
    changeable: list[tuple[str, str]] = []
    new: list[tuple[str, str]] = []
    for m in model.MEASURES:
        for f in model.AID_OF[m]:
            (changeable if last.get((m, f)) else new).append((m, f))
    model.CHANGEABLE = pyo.Set(dimen=2, initialize=changeable, doc="payments before")
    model.last = Param(model.CHANGEABLE, initialize=dict(last), doc="what was paid [money]")

    def reach(model: pyo.ConcreteModel, m: str, f: str) -> tuple[float, float]:
        return 0.0, max(model.last[m, f], model.Spend[m, f].ub - model.last[m, f])

    model.Change = pyo.Var(model.CHANGEABLE, bounds=reach, doc="by how much a payment changes at least [money]")

    @model.Constraint(model.CHANGEABLE, doc="a payment that rises changes by that [money]")
    def rises(model, m, f):
        return model.Change[m, f] >= model.Spend[m, f] - model.last[m, f]

    @model.Constraint(model.CHANGEABLE, doc="a payment that falls changes by that [money]")
    def falls(model, m, f):
        return model.Change[m, f] >= model.last[m, f] - model.Spend[m, f]

    return sum(model.Change.values()) + sum(model.Spend[pair] for pair in new)
