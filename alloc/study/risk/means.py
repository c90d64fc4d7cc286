"""The scenario in which every figure is at its mean: what a planner plans for who plans for no bad year."""

from collections.abc import Mapping
from typing import Any

from alloc.instance import CATEGORIES, Instance
from alloc.instance.effects import (
    delivery_factor,
    hazard,
    market_factor,
    productivity_factor,
    shared_market_factor,
    states,
)
from alloc.instance.schema import Scenario


def mean_scenario(instance: Instance) -> Scenario:
    """Return the mean of all scenarios, each figure by itself; single counties where some scenario speaks of one."""
    worlds = states(instance)
    named = [c for c in instance.counties if any(c in world.counties for world in worlds.values())]
    everywhere = _Means(instance)
    row: dict[str, Any] = {"probability": 1.0, **everywhere.of_all(), "counties": {}}
    for c in named:
        row["counties"][c] = everywhere.of_county(c)
    return Scenario.model_validate(row)


class _Means:
    """Means of the figures of scenarios by their probabilities."""

    def __init__(self, instance: Instance):
        self.instance, self.worlds = instance, states(instance)

    def of_all(self) -> dict[str, dict[str, float]]:
        """Return the means of what scenarios say of all counties."""
        industries = self.instance.industries
        return {
            "hazard": {s: self._mean("hazard", s, row.hazard) for s, row in industries.items()},
            "productivity": {s: self._mean("productivity", s) for s in industries},
            "delivery": {k: self._mean("delivery", k) for k in CATEGORIES},
            "market": {
                s: self._over({w: shared_market_factor(self.instance, w, s) for w in self.worlds}) for s in industries
            },
        }

    def of_county(self, c: str) -> dict[str, dict[str, float]]:
        """Return the means of what holds in one county."""
        told = self.instance
        industries = told.industries
        return {
            "hazard": {s: self._over({w: hazard(told, w, c, s) for w in self.worlds}) for s in industries},
            "productivity": {
                s: self._over({w: productivity_factor(told, w, c, s) for w in self.worlds}) for s in industries
            },
            "delivery": {k: self._over({w: delivery_factor(told, w, c, k) for w in self.worlds}) for k in CATEGORIES},
            "market": {s: self._over({w: market_factor(told, w, c, s) for w in self.worlds}) for s in industries},
        }

    def _mean(self, kind: str, word: str, otherwise: float = 1.0) -> float:
        return self._over({w: getattr(row, kind).get(word, otherwise) for w, row in self.worlds.items()})

    def _over(self, figures: Mapping[str, float]) -> float:
        """Return a mean; a figure that is the same in every scenario stays it, to the last digit."""
        if len(set(figures.values())) == 1:
            return next(iter(figures.values()))
        mean = sum(self.worlds[w].probability * x for w, x in figures.items())
        return min(max(mean, min(figures.values())), max(figures.values()))
