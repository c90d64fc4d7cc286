"""What follows after a scenario is known: where a factor strikes deliveries or markets, jobs are kept as far as fits.

Lemma: a limit whose factor is 1 or more follows from the limits before the scenario, as jobs kept are no more than jobs
filled; and where no factor is below 1 all may be kept that the hazard leaves (formulation, 19), of which more is never
worse. So a factor strikes only below 1, and decisions after the scenario stand only for industries that one strikes.
"""

from itertools import product

import pyomo.core as pyo

from alloc.instance.effects import delivery_factor, hazard, market_factor, shared_market_factor, states
from alloc.instance.schema import CATEGORIES, JOB_CATEGORIES, Instance
from alloc.model.columns import Param, column


def add_recourse(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what is decided after a scenario is known, where it strikes deliveries or markets."""
    worlds = list(states(instance))
    deliveries, markets, shared = _struck(model, instance, worlds)
    selling = {*markets, *_list_sellers(model, shared)}
    delivered = {(w, c) for w, c, _ in deliveries}
    adapting: list[tuple[str, str, str]] = []
    struck: list[tuple[str, str, str, str]] = []
    for w, (c, s) in product(worlds, model.PRODUCERS):
        if (w, c, s) in selling or (w, c) in delivered:
            adapting.append((w, c, s))
            struck += [(w, c, k, s) for k in CATEGORIES if (w, c, k) in deliveries]
    model.SCENARIOS = pyo.Set(initialize=worlds, doc="states of the world")
    model.probability = Param(
        model.SCENARIOS, initialize=column(states(instance), "probability"), doc="probability of a scenario"
    )
    model.hazard = Param(
        model.SCENARIOS,
        model.PRODUCERS,
        initialize=lambda model, w, c, s: hazard(instance, w, c, s),
        doc="share of uninsured jobs lost in the year",
    )
    model.ADAPTING = pyo.Set(dimen=3, initialize=adapting, doc="industries that a factor strikes in a scenario")
    model.STRUCK = pyo.Set(
        dimen=4,
        initialize=struck,
        doc="capacities that a scenario strikes",
    )
    model.STRUCK_BOTTLENECKS = pyo.Set(
        dimen=4,
        initialize=[key for key in model.STRUCK if key[2] in JOB_CATEGORIES and key[1:] in model.BOTTLENECKS],
        doc="bottlenecks that a scenario strikes",
    )
    model.STRUCK_COVER = pyo.Set(
        dimen=3, initialize=_of_category(model, "insurance"), doc="insurance that a scenario strikes"
    )
    model.STRUCK_TECHNOLOGY = pyo.Set(
        dimen=3, initialize=_of_category(model, "technology"), doc="technology that a scenario strikes"
    )
    model.STRUCK_MARKETS = pyo.Set(dimen=3, initialize=list(markets), doc="markets that a scenario strikes")
    model.STRUCK_SHARED = pyo.Set(dimen=2, initialize=list(shared), doc="shared markets that a scenario strikes")
    model.delivery_factor = Param(
        model.STRUCK,
        initialize=lambda model, w, c, k, s: deliveries[w, c, k],
        doc="factor on what measures bring in a scenario",
    )
    model.market_factor = Param(
        model.STRUCK_MARKETS, initialize=markets, doc="factor on market and outlets in a scenario"
    )
    model.shared_factor = Param(model.STRUCK_SHARED, initialize=shared, doc="factor on a shared market in a scenario")
    _declare_recourse(model)
    _limit_recourse(model)
    _limit_sales(model)


def _struck(model, instance: Instance, worlds: list[str]):
    """Return the factors below 1: of deliveries, of markets, and of shared markets."""
    deliveries, markets, shared = {}, {}, {}
    for w in worlds:
        for c, k in product(instance.counties, CATEGORIES):
            factor = delivery_factor(instance, w, c, k)
            if factor < 1.0:
                deliveries[w, c, k] = factor
        for c, s in model.MARKETS:
            factor = market_factor(instance, w, c, s)
            if factor < 1.0:
                markets[w, c, s] = factor
        for i in model.SHARED_MARKETS:
            factor = shared_market_factor(instance, w, instance.markets[i - 1].industry)
            if factor < 1.0:
                shared[w, i] = factor
    return deliveries, markets, shared


def _list_sellers(model: pyo.ConcreteModel, shared: dict[tuple[str, int], float]) -> list[tuple[str, str, str]]:
    """Return the industries that sell on a shared market that a scenario strikes."""
    return [(w, *site) for w, i in shared for site in model.SELLERS[i]]


def _of_category(model, category: str) -> list[tuple[str, str, str]]:
    return [(w, c, s) for w, c, k, s in model.STRUCK if k == category]


def _declare_recourse(model: pyo.ConcreteModel) -> None:
    """Declare the decisions after the scenario, and what of each capacity arrives."""
    model.Kept = pyo.Var(
        model.ADAPTING,
        bounds=lambda model, w, c, s: (0, model.most_jobs[c, s]),
        doc="jobs kept, decided after the scenario is known [jobs]",
    )
    model.Covered = pyo.Var(
        model.ADAPTING,
        bounds=lambda model, w, c, s: (0, model.Insured[c, s].ub),
        doc="insured jobs that are covered, decided after the scenario is known [jobs]",
    )
    model.Equipped = pyo.Var(
        model.ADAPTING,
        bounds=lambda model, w, c, s: (0, model.Upgraded[c, s].ub),
        doc="upgraded jobs that have their technology, decided after the scenario is known [jobs]",
    )

    @model.Expression(model.STRUCK, doc="what of a capacity there is in a scenario [capacity]")
    def Delivered(model, w, c, k, s):
        return model.standing[c, k, s] + model.delivery_factor[w, c, k, s] * (
            model.Capacity[c, k, s] - model.standing[c, k, s]
        )

    @model.Expression(model.ADAPTING, doc="what an industry has to sell in a scenario [money per year]")
    def SalesAfter(model, w, c, s):
        return model.productivity[s] * model.Kept[w, c, s] + model.uplift[s] * model.Equipped[w, c, s]


def _limit_recourse(model: pyo.ConcreteModel) -> None:
    """Limit what is decided after a scenario is known by what was decided before, and by what arrives."""

    @model.Constraint(model.ADAPTING, doc="cover in a scenario is for jobs that are insured [jobs]")
    def covers_insured(model, w, c, s):
        return model.Covered[w, c, s] <= model.Insured[c, s]

    @model.Constraint(model.STRUCK_COVER, doc="cover in a scenario is no more than arrives [jobs]")
    def covers_delivered(model, w, c, s):
        return model.Covered[w, c, s] <= model.Delivered[w, c, "insurance", s]

    @model.Constraint(model.ADAPTING, doc="technology in a scenario is for jobs that are upgraded [jobs]")
    def equips_upgraded(model, w, c, s):
        return model.Equipped[w, c, s] <= model.Upgraded[c, s]

    @model.Constraint(model.STRUCK_TECHNOLOGY, doc="technology in a scenario is no more than arrives [jobs]")
    def equips_delivered(model, w, c, s):
        return model.Equipped[w, c, s] <= model.Delivered[w, c, "technology", s]

    @model.Constraint(model.ADAPTING, doc="jobs kept are no more than the hazard leaves [jobs]")
    def keeps_after_hazard(model, w, c, s):
        return model.Kept[w, c, s] <= model.Jobs[c, s] - model.hazard[w, c, s] * (
            model.Jobs[c, s] - model.Covered[w, c, s]
        )

    @model.Constraint(model.STRUCK_BOTTLENECKS, doc="jobs kept fit what arrives of each capacity [capacity]")
    def keeps_within_delivered(model, w, c, k, s):
        return model.needs[s, k] * model.Kept[w, c, s] <= model.Delivered[w, c, k, s]


def _limit_sales(model: pyo.ConcreteModel) -> None:
    """Limit what jobs kept make by what buyers take in the scenario."""

    @model.Constraint(model.STRUCK_MARKETS, doc="output is no more than buyers take in the scenario [money per year]")
    def sells_in_market(model, w, c, s):
        return model.SalesAfter[w, c, s] <= model.market_factor[w, c, s] * (
            model.market[c, s] + sum(model.outlet[m] * model.Gain[m] for m in model.OUTLETS[c, s])
        )

    @model.Constraint(
        model.STRUCK_SHARED, doc="counties sell no more than their shared buyers take in the scenario [money per year]"
    )
    def sells_in_shared_market(model, w, i):
        return sum(model.SalesAfter[w, c, s] for c, s in model.SELLERS[i]) <= model.shared_factor[w, i] * (
            model.shared_market[i] + sum(model.outlet[m] * model.Gain[m] for m in model.SHARED_OUTLETS[i])
        )
