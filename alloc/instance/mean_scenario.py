"""The scenario in which every figure is at its mean: what a planner plans for who plans for no bad year."""

from collections.abc import Sequence
from operator import mul
from typing import Any

from alloc.instance.effects import (
    delivery_factor,
    hazard,
    market_factor,
    productivity_factor,
    shared_market_factor,
    states,
)
from alloc.instance.schema import CATEGORIES, Instance, Scenario


def mean_scenario(instance: Instance) -> Scenario:
    """Return the mean of all scenarios, each figure by itself; single counties where some scenario speaks of one."""
    row: dict[str, Any] = {"probability": 1.0, **_means_of_all(instance), "counties": {}}
    for world in states(instance).values():
        for c in world.counties:
            row["counties"][c] = None
    for c in row["counties"]:
        row["counties"][c] = _means_of_county(instance, c)
    return Scenario.model_validate(row)


def _means_of_all(instance: Instance) -> dict[str, dict[str, float]]:
    """Return the means of what scenarios say of all counties."""
    worlds, found = states(instance), _no_figures()
    for s, row in instance.industries.items():
        found["hazard"][s] = _mean(instance, [world.hazard.get(s, row.hazard) for world in worlds.values()])
        found["productivity"][s] = _mean(instance, [world.productivity.get(s, 1.0) for world in worlds.values()])
        found["market"][s] = _mean(instance, [shared_market_factor(instance, w, s) for w in worlds])
    for k in CATEGORIES:
        found["delivery"][k] = _mean(instance, [world.delivery.get(k, 1.0) for world in worlds.values()])
    return found


def _means_of_county(instance: Instance, c: str) -> dict[str, dict[str, float]]:
    """Return the means of what holds in one county."""
    worlds, found = states(instance), _no_figures()
    for s in instance.industries:
        found["hazard"][s] = _mean(instance, [hazard(instance, w, c, s) for w in worlds])
        found["productivity"][s] = _mean(instance, [productivity_factor(instance, w, c, s) for w in worlds])
        found["market"][s] = _mean(instance, [market_factor(instance, w, c, s) for w in worlds])
    for k in CATEGORIES:
        found["delivery"][k] = _mean(instance, [delivery_factor(instance, w, c, k) for w in worlds])
    return found


def _no_figures() -> dict[str, dict[str, float]]:
    return {"hazard": {}, "productivity": {}, "delivery": {}, "market": {}}


def _mean(instance: Instance, figures: Sequence[float]) -> float:
    """Return the mean of a figure over scenarios; one that is the same in all of them stays it, to the last digit."""
    if len(set(figures)) == 1:
        return figures[0]
    mean = float(sum(map(mul, figures, (world.probability for world in states(instance).values()))))
    return min(max(mean, min(figures)), max(figures))
