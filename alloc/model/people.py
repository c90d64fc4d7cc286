"""People and buyers: jobs need those who look for work of their own will, output needs a market."""

from collections.abc import Mapping
from itertools import chain, product

import pyomo.core as pyo

from alloc.instance.money import sellers
from alloc.instance.schema import Instance, Market
from alloc.model.columns import Param, Where, baseline, column, given, group, in_effect, members_of


def add_people_and_markets(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare that jobs need people who look for work of their own will, and output needs buyers."""
    measures = instance.measures
    hiring = group((row.county, m) for m, row in measures.items() if row.jobs > 0)
    outlets = group(((row.county, row.industry), m) for m, row in measures.items() if row.outlet > 0)
    seekers = _seekers(model, instance, hiring)
    markets = _markets(instance)
    shared = _shared_markets(instance)
    sites: dict[int, list[Where]] = {}
    finders: dict[int, list[str]] = {}
    for i, market in shared.items():
        sites[i] = list(product(sellers(instance, market), [market.industry]))
        finders[i] = list(chain.from_iterable(outlets.get(key, ()) for key in sites[i]))

    model.HIRING = pyo.Set(model.COUNTIES, initialize=members_of(hiring), doc="measures that bring jobs directly")
    model.PEOPLED = pyo.Set(initialize=list(seekers), doc="counties with jobseekers given")
    model.MARKETS = pyo.Set(dimen=2, initialize=list(markets), doc="industries whose buyers are limited")
    model.OUTLETS = pyo.Set(model.MARKETS, initialize=members_of(outlets), doc="measures that find buyers")
    model.SHARED_MARKETS = pyo.Set(initialize=list(shared), doc="markets that counties share")
    model.SELLERS = pyo.Set(model.SHARED_MARKETS, dimen=2, initialize=sites, doc="industries that sell on a market")
    model.SHARED_OUTLETS = pyo.Set(
        model.SHARED_MARKETS, initialize=members_of(finders), doc="measures that find buyers on a market"
    )
    model.jobs = Param(
        model.MEASURES,
        initialize=in_effect(instance, "jobs"),
        doc="direct jobs · delivery · (1 − deadweight) [jobs per unit]",
    )
    model.outlet = Param(
        model.MEASURES,
        initialize=in_effect(instance, "outlet"),
        doc="outlet · delivery · (1 − deadweight) [money per year and unit]",
    )
    model.jobseekers = Param(
        model.PEOPLED, initialize=seekers, doc="people who look for work of their own will [persons]"
    )
    model.market = Param(model.MARKETS, initialize=markets, doc="output that buyers take today [money per year]")
    model.shared_market = Param(
        model.SHARED_MARKETS,
        initialize=column(shared, "amount"),
        doc="output that the buyers of a shared market take [money per year]",
    )
    model.productivity = Param(
        model.INDUSTRIES,
        initialize=column(instance.industries, "productivity"),
        doc="output of a job [money per year]",
    )
    model.uplift = Param(
        model.INDUSTRIES,
        initialize=column(instance.industries, "uplift"),
        doc="more output of an upgraded job [money per year]",
    )
    _limit_people_and_markets(model)


def _seekers(model: pyo.ConcreteModel, instance: Instance, hiring: Mapping[str, list[str]]) -> dict[str, float]:
    """Return the jobseekers of every county that has some given, and where jobs can come."""
    known = given(instance.counties, "jobseekers")
    return {c: x for c, x in known.items() if c in hiring or len(model.INDUSTRIES_OF[c])}


def _sells(instance: Instance, industry: str) -> bool:
    row = instance.industries[industry]
    return row.productivity + row.uplift > 0


def _markets(instance: Instance) -> dict[Where, float]:
    """Return what buyers take of every industry whose buyers are limited."""
    limited = given(baseline(instance), "market")
    return {(c, s): market for (c, s), market in limited.items() if _sells(instance, s)}


def _shared_markets(instance: Instance) -> dict[int, Market]:
    """Return the shared markets on which something can be sold, numbered as written."""
    found: dict[int, Market] = {}
    for i, market in enumerate(instance.markets, 1):
        if _sells(instance, market.industry) and sellers(instance, market):
            found[i] = market
    return found


def _limit_people_and_markets(model: pyo.ConcreteModel) -> None:
    """Limit jobs by people and output by buyers."""

    @model.Constraint(
        model.PEOPLED, doc="new jobs are no more than people who look for work of their own will [persons]"
    )
    def within_jobseekers(model, c):
        return (
            sum(model.Jobs[c, s] - model.jobs_today[c, s] for s in model.INDUSTRIES_OF[c])
            + sum(model.jobs[m] * model.Gain[m] for m in model.HIRING[c])
            <= model.jobseekers[c]
        )

    @model.Expression(model.PRODUCERS, doc="what an industry has to sell [money per year]")
    def Sales(model, c, s):
        return model.productivity[s] * model.Jobs[c, s] + model.uplift[s] * model.Upgraded[c, s]

    @model.Constraint(model.MARKETS, doc="output is no more than buyers take [money per year]")
    def within_market(model, c, s):
        return model.Sales[c, s] <= model.market[c, s] + sum(
            model.outlet[m] * model.Gain[m] for m in model.OUTLETS[c, s]
        )

    @model.Constraint(model.SHARED_MARKETS, doc="counties sell no more than their shared buyers take [money per year]")
    def within_shared_market(model, i):
        return sum(model.Sales[c, s] for c, s in model.SELLERS[i]) <= model.shared_market[i] + sum(
            model.outlet[m] * model.Gain[m] for m in model.SHARED_OUTLETS[i]
        )
