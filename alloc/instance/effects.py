"""What measures bring that takes effect, and the states of the world in which it does."""

from collections.abc import Mapping

from alloc.instance.schema import Instance, Scenario

SURE = {"expected": Scenario(probability=1.0)}
"""The one state of the world where an instance names none."""


def states(instance: Instance) -> Mapping[str, Scenario]:
    """Return the states of the world."""
    return instance.scenarios or instance.drawn or SURE


def hazard(instance: Instance, w: str, c: str, s: str) -> float:
    """Return the share of uninsured jobs that an industry of a county loses in a scenario."""
    return _told(instance, w, c, "hazard", s, instance.industries[s].hazard)


def productivity_factor(instance: Instance, w: str, c: str, s: str) -> float:
    """Return the factor on what the jobs of an industry make in a county in a scenario."""
    return _told(instance, w, c, "productivity", s, 1.0)


def delivery_factor(instance: Instance, w: str, c: str, k: str) -> float:
    """Return the factor on what measures of a category bring to a county in a scenario."""
    return _told(instance, w, c, "delivery", k, 1.0)


def market_factor(instance: Instance, w: str, c: str, s: str) -> float:
    """Return the factor on market and outlets of an industry in a county in a scenario."""
    return _told(instance, w, c, "market", s, 1.0)


def shared_market_factor(instance: Instance, w: str, s: str) -> float:
    """Return the factor on the markets of an industry that counties share: no county speaks for the others."""
    return states(instance)[w].market.get(s, 1.0)


def is_uncertain(instance: Instance) -> bool:
    """Tell whether a question looks at risk, draws scenarios, or says of one more than hazard and productivity."""
    told = any(row.delivery or row.market or row.counties for row in instance.scenarios.values())
    return instance.risk is not None or bool(instance.drawn) or told


def _told(instance: Instance, w: str, c: str, kind: str, word: str, otherwise: float) -> float:
    """Return what a scenario says of a county, else of all counties, else what holds anyway."""
    world = states(instance)[w]
    if c in world.counties:
        local: dict[str, float] = getattr(world.counties[c], kind)
        if word in local:
            return local[word]
    everywhere: dict[str, float] = getattr(world, kind)
    return everywhere.get(word, otherwise)


def effective(instance: Instance, m: str) -> float:
    """Return the part of what a measure brings that takes effect: delivery · (1 − deadweight).

    Source: the formulation, what takes effect: everything that a measure brings is per unit of it.
    """
    row = instance.measures[m]
    return instance.counties[row.county].delivery.get(row.category, 1.0) * (1 - row.deadweight)


def supply_rate(instance: Instance, m: str) -> float:
    """Return the capacity that one unit of gain adds [capacity per unit]."""
    return instance.measures[m].effect * effective(instance, m)
