"""People and buyers: jobs need those who look for work of their own will, output needs a market."""

from collections import defaultdict

import pyomo.environ as pyo

from alloc.instance.schema import Instance


def add_people_and_markets(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare that jobs need people who look for work of their own will, and output needs buyers."""
    industries, counties = instance.industries, instance.counties
    hiring: dict[str, list[str]] = {c: [] for c in counties}
    sellers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for m, row in instance.measures.items():
        if row.jobs > 0:
            hiring[row.county].append(m)
        if row.outlet > 0:
            sellers[row.county, row.industry].append(m)
    markets = {
        (row.county, row.industry): row.market
        for row in instance.baseline
        if row.market is not None and industries[row.industry].productivity + industries[row.industry].uplift > 0
    }
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
        initialize={key: sellers.get(key, []) for key in markets},
        doc="measures that find buyers",
    )
    model.jobs = pyo.Param(
        model.MEASURES,
        initialize={m: row.jobs for m, row in instance.measures.items()},
        doc="direct jobs per unit",
    )
    model.outlet = pyo.Param(
        model.MEASURES,
        initialize={m: row.outlet for m, row in instance.measures.items()},
        doc="sales per unit [money per year]",
    )
    model.jobseekers = pyo.Param(
        model.PEOPLED, initialize=seekers, doc="people who look for work of their own will [persons]"
    )
    model.market = pyo.Param(model.MARKETS, initialize=markets, doc="output that buyers take today [money per year]")
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

    @model.Constraint(model.MARKETS, doc="output is no more than buyers take [money per year]")
    def within_market(model, c, s):
        return model.productivity[s] * model.Jobs[c, s] + model.uplift[s] * model.Upgraded[c, s] <= model.market[
            c, s
        ] + sum(model.outlet[m] * model.Gain[m] for m in model.OUTLETS[c, s])
