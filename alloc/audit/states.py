"""The states of the world that an audit reads out of an instance: its scenarios, each figure in full."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from alloc.audit.sheets import Pair
from alloc.audit.verdict import ONE, exact
from alloc.instance.schema import CATEGORIES, Instance, Scenario


class World(NamedTuple):
    """A scenario: its probability, and by county and industry the hazard and the factor on output.

    delivery: factor on what measures bring, by county and category; market: on own markets, by county and industry;
    shared: on shared markets, by industry. struck: whether a factor of delivery or market differs from 1.
    """

    name: str
    chance: Decimal
    hazard: Mapping[Pair, Decimal]
    factor: Mapping[Pair, Decimal]
    delivery: Mapping[Pair, Decimal]
    market: Mapping[Pair, Decimal]
    shared: Mapping[str, Decimal]
    struck: bool


def read_worlds(instance: Instance) -> Mapping[str, World]:
    """Return the scenarios by name; without any, one called `expected`."""
    named = instance.scenarios or instance.drawn or {"expected": Scenario(probability=1.0)}
    return {w: _read_world(instance, w, scenario) for w, scenario in named.items()}


def _read_world(instance: Instance, w: str, scenario: Scenario) -> World:
    """Return a scenario with every figure that it says of a county, or of all, or leaves as it is."""

    def told(c: str, kind: str, word: str, otherwise: float = 1.0) -> Decimal:
        local = getattr(scenario.counties.get(c), kind, {})
        return exact(local[word] if word in local else getattr(scenario, kind).get(word, otherwise))

    hazard, factor, market = {}, {}, {}
    for row in instance.baseline:
        c, s = row.county, row.industry
        hazard[c, s] = told(c, "hazard", s, instance.industries[s].hazard)
        factor[c, s] = told(c, "productivity", s)
        market[c, s] = told(c, "market", s)
    delivery: dict[Pair, Decimal] = {(c, k): told(c, "delivery", k) for c, k in product(instance.counties, CATEGORIES)}
    shared = {row.industry: exact(scenario.market.get(row.industry, 1.0)) for row in instance.markets}
    struck = not {*delivery.values(), *market.values(), *shared.values()} <= {ONE}
    return World(w, exact(scenario.probability), hazard, factor, delivery, market, shared, struck)
