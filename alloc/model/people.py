"""People and buyers: jobs need those who look for work of their own will, output needs a market."""

from collections import defaultdict

import pyomo.environ as pyo

from alloc.instance.effects import effective
from alloc.instance.money import sellers
from alloc.instance.schema import Instance


def add_people_and_markets(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare that jobs need people who look for work of their own will, and output needs buyers."""
    industries, counties = instance.industries, instance.counties
    hiring: dict[str, list[str]] = {c: [] for c in counties}
    outlets: dict[tuple[str, str], list[str]] = defaultdict(list)
    for m, row in instance.measures.items():
        if row.jobs > 0:
            hiring[row.county].append(m)
        if row.outlet > 0:
            outlets[row.county, row.industry].append(m)
    selling = {s for s, row in industries.items() if row.productivity + row.uplift > 0}
    markets = {
        (row.county, row.industry): row.market
        for row in instance.baseline
        if row.market is not None and row.industry in selling
    }
    shared = {
        i: market
        for i, market in enumerate(instance.markets, 1)
        if market.industry in selling and sellers(instance, market)
    }
    sites = {i: [(c, market.industry) for c in sellers(instance, market)] for i, market in shared.items()}
    seekers = {
        c: row.jobseekers
        for c, row in counties.items()
        if row.jobseekers is not None and (hiring[c] or list(model.INDUSTRIES_OF[c]))
    }

    model.HIRING = pyo.Set(model.COUNTIES, initialize=hiring, doc="measures that bring jobs directly")
    model.PEOPLED = pyo.Set(initialize=list(seekers), doc="counties with jobseekers given")
    model.MARKETS = pyo.Set(dimen=2, initialize=list(markets), doc="industries whose buyers are limited")
    model.OUTLETS = pyo.Set(
        model.MARKETS,
        initialize={key: outlets.get(key, []) for key in markets},
        doc="measures that find buyers",
    )
    model.SHARED_MARKETS = pyo.Set(initialize=list(shared), doc="markets that counties share")
    model.SELLERS = pyo.Set(model.SHARED_MARKETS, dimen=2, initialize=sites, doc="industries that sell on a market")
    model.SHARED_OUTLETS = pyo.Set(
        model.SHARED_MARKETS,
        initialize={i: [m for key in keys for m in outlets.get(key, [])] for i, keys in sites.items()},
        doc="measures that find buyers on a market",
    )
    model.jobs = pyo.Param(
        model.MEASURES,
        initialize={m: row.jobs * effective(instance, m) for m, row in instance.measures.items()},
        doc="direct jobs · delivery · (1 − deadweight) [jobs per unit]",
    )
    model.outlet = pyo.Param(
        model.MEASURES,
        initialize={m: row.outlet * effective(instance, m) for m, row in instance.measures.items()},
        doc="outlet · delivery · (1 − deadweight) [money per year and unit]",
    )
    model.jobseekers = pyo.Param(
        model.PEOPLED, initialize=seekers, doc="people who look for work of their own will [persons]"
    )
    model.market = pyo.Param(model.MARKETS, initialize=markets, doc="output that buyers take today [money per year]")
    model.shared_market = pyo.Param(
        model.SHARED_MARKETS,
        initialize={i: market.amount for i, market in shared.items()},
        doc="output that the buyers of a shared market take [money per year]",
    )
    model.productivity = pyo.Param(
        model.INDUSTRIES,
        initialize={s: row.productivity for s, row in industries.items()},
        doc="output of a job [money per year]",
    )
    model.uplift = pyo.Param(
        model.INDUSTRIES,
        initialize={s: row.uplift for s, row in industries.items()},
        doc="more output of an upgraded job [money per year]",
    )
    _limit_people_and_markets(model)


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
