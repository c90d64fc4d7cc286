"""What measures bring that takes effect, and the states of the world in which it does."""

from collections.abc import Mapping

from alloc.instance.schema import Instance, Scenario

SURE = {"expected": Scenario(probability=1.0)}
"""The one state of the world where an instance names none."""


def states(instance: Instance) -> Mapping[str, Scenario]:
    """Return the states of the world."""
    return instance.scenarios or SURE


def effective(instance: Instance, m: str) -> float:
    """Return the part of what a measure brings that takes effect: delivery · (1 − deadweight).

    Source: the formulation, what takes effect: everything that a measure brings is per unit of it.
    """
    row = instance.measures[m]
    return instance.counties[row.county].delivery.get(row.category, 1.0) * (1 - row.deadweight)


def supply_rate(instance: Instance, m: str) -> float:
    """Return the capacity that one unit of gain adds [capacity per unit]."""
    return instance.measures[m].effect * effective(instance, m)
