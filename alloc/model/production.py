"""From money to jobs: returns, supply, bottlenecks, markets, people, viable size."""

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pyomo.core as pyo

from alloc.instance.effects import effective
from alloc.instance.money import ROUNDING, sellers
from alloc.instance.schema import CATEGORIES, JOB_CATEGORIES, Baseline, Instance, Measure
from alloc.model.columns import Param, Where, baseline, column, group, in_effect, members_of
from alloc.model.years import purchases, works


def add_returns(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what the units of a measure bring: a curve that may flatten, or rise after a critical mass.

    Where slopes only fall, the best plan fills the pieces in order by itself; up to the last rise
    binaries see to the order.
    """
    pieces: dict[tuple[str, int], tuple[float, float]] = {}
    waits: list[tuple[str, int, int]] = []
    for m, row in instance.measures.items():
        for i, piece in enumerate(row.pieces, 1):
            pieces[m, i] = piece
        waits += [(m, i, j) for i, j in _waits(row)]

    model.PIECES = pyo.Set(dimen=2, initialize=list(pieces), doc="measures and pieces of their curve")
    model.PIECES_OF = pyo.Set(model.MEASURES, initialize=members_of(group(pieces)), doc="pieces of a curve")
    model.WAITS = pyo.Set(dimen=3, initialize=waits, doc="pieces that wait for an earlier one")
    model.RISES = pyo.Set(
        dimen=2, initialize=list(dict.fromkeys((m, i) for m, i, _ in waits)), doc="pieces that others wait for"
    )
    model.width = Param(model.PIECES, initialize=lambda model, *key: pieces[key][0], doc="width of a piece [units]")
    model.slope = Param(model.PIECES, initialize=lambda model, *key: pieces[key][1], doc="return per unit on a piece")
    model.most_gain = Param(
        model.MEASURES,
        initialize=_most_at_work,
        doc="largest return that the funds can pay for [units]",
    )
    model.Piece = pyo.Var(
        model.PIECES,
        bounds=lambda model, m, i: (0, model.width[m, i]),
        doc="units on a piece of the curve [units]",
    )
    model.Full = pyo.Var(model.RISES, domain=pyo.Binary, doc="1 if a piece is full")
    model.Gain = pyo.Var(
        model.MEASURES,
        bounds=lambda model, m: (0, model.most_gain[m]),
        doc="units in effect after returns, may be left unused [units]",
    )
    _limit_returns(model)


def _waits(row: Measure) -> Iterator[tuple[int, int]]:
    """Yield (earlier, later) pieces of a curve of which the later waits for the earlier to be full."""
    last_rise = 0
    for i, ((_, before), (_, after)) in enumerate(pairwise(row.pieces), 1):
        if after > before:
            last_rise = i
    if last_rise:
        for j in range(2, len(row.pieces) + 1):
            yield min(j - 1, last_rise), j


def _limit_returns(model: pyo.ConcreteModel) -> None:
    """Limit what the units of a measure bring."""

    @model.Constraint(model.MEASURES, doc="the units lie on the pieces of the curve [units]")
    def lies_on_pieces(model, m):
        return model.Units[m] == sum(model.Piece[m, i] for i in model.PIECES_OF[m])

    @model.Constraint(model.MEASURES, doc="a measure brings no more than its curve of returns [units]")
    def keeps_returns(model, m):
        own = sum(model.slope[m, i] * model.Piece[m, i] for i in model.PIECES_OF[m])
        return model.Gain[m] <= works(model, m, own)

    @model.Constraint(model.RISES, doc="a piece counts as full only when it is [units]")
    def fills_piece(model, m, i):
        return model.Piece[m, i] >= model.width[m, i] * model.Full[m, i]

    @model.Constraint(model.WAITS, doc="a piece waits until an earlier one is full [units]")
    def waits_for_piece(model, m, i, j):
        return model.Piece[m, j] <= model.width[m, j] * model.Full[m, i]


def _most_at_work(model: pyo.ConcreteModel, m: str) -> float:
    """Return what all purchases of a measure that work this year bring at most [units]."""
    found = 0.0
    for after, year in purchases(model):
        row = year.question.measures[m]
        if row.is_working(after):
            found += _most_gain(row, year.most[m])
    return found


def _most_gain(row: Measure, units: float) -> float:
    """Return what so many units bring on the curve of returns [units]."""
    gain = 0.0
    for width, slope in row.pieces:
        gain += min(width, units) * slope
        units = max(units - width, 0.0)
    return gain


def add_capacity(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what every industry has of each category: its own, and its part of what serves the county."""
    rows, rates = baseline(instance), in_effect(instance, "effect")
    suppliers: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    pools: dict[Where, list[str]] = defaultdict(list)
    for m, row in instance.measures.items():
        if row.industry:
            suppliers[row.county, row.category, row.industry].append(m)
        else:
            pools[row.county, row.category].append(m)
    potential = {key: math.fsum(rates[m] * model.most_gain[m] for m in pool) for key, pool in pools.items()}
    industries = group(rows)
    capacities = [(c, k, s) for c, s in rows for k in CATEGORIES]

    model.INDUSTRIES = pyo.Set(initialize=list(instance.industries), doc="industries")
    model.CATEGORIES = pyo.Set(initialize=list(CATEGORIES), doc="categories")
    model.PRODUCERS = pyo.Set(dimen=2, initialize=list(rows), doc="counties and industries that can exist there")
    model.INDUSTRIES_OF = pyo.Set(
        model.COUNTIES, initialize=members_of(industries), doc="industries that can exist in a county"
    )
    model.CAPACITIES = pyo.Set(dimen=3, initialize=capacities, doc="what an industry has of each category")
    model.SUPPLIERS = pyo.Set(
        model.CAPACITIES, initialize=members_of(suppliers), doc="measures that serve one industry"
    )
    model.POOLS = pyo.Set(
        dimen=2,
        initialize=[(c, k) for c, k in pools if c in industries],
        doc="counties and categories with measures for the whole county",
    )
    model.POOL = pyo.Set(model.POOLS, initialize=members_of(pools), doc="measures that serve a whole county")
    model.supply = Param(
        model.MEASURES, initialize=rates, doc="effect · delivery · (1 − deadweight) [capacity per unit]"
    )
    model.standing = Param(
        model.CAPACITIES,
        initialize=lambda model, c, k, s: getattr(rows[c, s], k),
        doc="capacity today [capacity]",
    )
    model.Share = pyo.Var(
        model.CAPACITIES,
        bounds=lambda model, c, k, s: (0, potential.get((c, k), 0)),
        doc="part of a county-wide supply that an industry uses [capacity]",
    )
    _limit_capacity(model)


def _limit_capacity(model: pyo.ConcreteModel) -> None:
    """Say what capacity consists of."""

    @model.Expression(model.CAPACITIES, doc="capacity of an industry in a category [capacity]")
    def Capacity(model, c, k, s):
        return (
            model.standing[c, k, s]
            + sum(model.supply[m] * model.Gain[m] for m in model.SUPPLIERS[c, k, s])
            + model.Share[c, k, s]
        )

    @model.Constraint(model.POOLS, doc="industries share out no more than serves the whole county [capacity]")
    def shares_pool(model, c, k):
        return sum(model.Share[c, k, s] for s in model.INDUSTRIES_OF[c]) <= sum(
            model.supply[m] * model.Gain[m] for m in model.POOL[c, k]
        )


def most_capacity(model: pyo.ConcreteModel, c: str, k: str, s: str) -> float:
    """Return the largest capacity that the data allow [capacity]."""
    own = math.fsum(model.supply[m] * model.most_gain[m] for m in model.SUPPLIERS[c, k, s])
    return float(model.standing[c, k, s] + own + model.Share[c, k, s].ub)


def most_jobs(model: pyo.ConcreteModel, instance: Instance, row: Baseline, sales: float) -> float:
    """Return the most jobs that limits, people, bottlenecks and markets allow whatever the plan [jobs].

    sales: the most that buyers can take of it [money per year]. An industry that cannot reach its
    viable size keeps the jobs it has.
    """
    industry, seekers = instance.industries[row.industry], instance.counties[row.county].jobseekers
    limits = [math.inf if row.max_jobs is None else row.max_jobs, row.jobs + (seekers or 0.0)]
    for k in JOB_CATEGORIES:
        need = industry.needs.get(k, 1.0)
        limits += [most_capacity(model, row.county, k, row.industry) / need] if need > 0 else []
    if industry.productivity > 0:
        limits.append(sales / industry.productivity)
    top = max(row.jobs, min(limits))
    if top < industry.viable_jobs <= top * (1 + ROUNDING):
        top = industry.viable_jobs
    return row.jobs if top < industry.viable_jobs else top


def most_sales(model: pyo.ConcreteModel, instance: Instance) -> dict[Where, float]:
    """Return the most that buyers can take, by county and industry: of its own market, and beside others' jobs today.

    [money per year]
    """
    outlets: dict[Where, float] = defaultdict(float)
    for m, measure in instance.measures.items():
        if measure.outlet > 0:
            outlets[measure.county, measure.industry] += measure.outlet * effective(instance, m) * model.most_gain[m]
    rows = baseline(instance)
    most = {key: math.inf if row.market is None else row.market + outlets[key] for key, row in rows.items()}
    for market in instance.markets:
        keys = [(c, market.industry) for c in sellers(instance, market)]
        productivity = instance.industries[market.industry].productivity
        today = {key: productivity * rows[key].jobs for key in keys}
        room = market.amount + math.fsum(map(outlets.__getitem__, keys)) - math.fsum(today.values())
        for key in keys:
            most[key] = min(most[key], room + today[key])
    return most


def add_jobs(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare jobs and what bounds them: five bottlenecks, the market, people, viable size."""
    rows, industries = baseline(instance), instance.industries
    needs = {(s, k): row.needs.get(k, 1.0) for s, row in industries.items() for k in JOB_CATEGORIES}
    sales = most_sales(model, instance)
    tops = {key: most_jobs(model, instance, row, sales[key]) for key, row in rows.items()}
    viable = column(industries, "viable_jobs")

    model.GROWING = pyo.Set(
        dimen=2,
        initialize=[(c, s) for c, s in rows if rows[c, s].jobs < viable[s] <= tops[c, s]],
        doc="industries that may reach their viable size",
    )
    model.BOTTLENECKS = pyo.Set(
        dimen=3,
        initialize=[(c, k, s) for c, s in rows for k in JOB_CATEGORIES if needs[s, k] > 0],
        doc="categories that limit jobs",
    )
    model.needs = Param(
        model.INDUSTRIES, model.CATEGORIES, initialize=needs, default=0.0, doc="capacity that one job takes"
    )
    model.jobs_today = Param(model.PRODUCERS, initialize=column(rows, "jobs"), doc="jobs today [jobs]")
    model.most_jobs = Param(model.PRODUCERS, initialize=tops, doc="most jobs that the data allow [jobs]")
    model.viable_jobs = Param(model.INDUSTRIES, initialize=viable, doc="viable size [jobs]")

    def covered(k: str):
        return lambda model, c, s: (0, min(tops[c, s], most_capacity(model, c, k, s)))

    def standing(model, c, s):
        if rows[c, s].jobs >= viable[s]:
            return 1, 1
        return 0, int((c, s) in model.GROWING)

    model.Jobs = pyo.Var(
        model.PRODUCERS, bounds=lambda model, c, s: (rows[c, s].jobs, tops[c, s]), doc="filled jobs [jobs]"
    )
    model.Insured = pyo.Var(model.PRODUCERS, bounds=covered("insurance"), doc="jobs covered by insurance [jobs]")
    model.Upgraded = pyo.Var(
        model.PRODUCERS, bounds=covered("technology"), doc="jobs that work with the new technology [jobs]"
    )
    model.Established = pyo.Var(
        model.PRODUCERS, domain=pyo.Binary, bounds=standing, doc="1 if the industry has its viable size"
    )
    _limit_jobs(model)


def _limit_jobs(model: pyo.ConcreteModel) -> None:
    """Limit jobs by bottlenecks and viable size."""

    @model.Constraint(model.BOTTLENECKS, doc="jobs fit workplaces, qualified workers and positions offered [capacity]")
    def within_capacity(model, c, k, s):
        return model.needs[s, k] * model.Jobs[c, s] <= model.Capacity[c, k, s]

    @model.Constraint(model.PRODUCERS, doc="only jobs that exist are insured [jobs]")
    def insures_jobs(model, c, s):
        return model.Insured[c, s] <= model.Jobs[c, s]

    @model.Constraint(model.PRODUCERS, doc="insurance covers no more than was bought [jobs]")
    def within_insurance(model, c, s):
        return model.Insured[c, s] <= model.Capacity[c, "insurance", s]

    @model.Constraint(model.PRODUCERS, doc="only jobs that exist are upgraded [jobs]")
    def upgrades_jobs(model, c, s):
        return model.Upgraded[c, s] <= model.Jobs[c, s]

    @model.Constraint(model.PRODUCERS, doc="technology reaches no more jobs than was bought [jobs]")
    def within_technology(model, c, s):
        return model.Upgraded[c, s] <= model.Capacity[c, "technology", s]

    @model.Constraint(model.GROWING, doc="an industry that is established has its viable size [jobs]")
    def reaches_viable_size(model, c, s):
        return (
            model.Jobs[c, s]
            >= model.jobs_today[c, s] + (model.viable_jobs[s] - model.jobs_today[c, s]) * model.Established[c, s]
        )

    @model.Constraint(model.GROWING, doc="an industry below its viable size does not grow [jobs]")
    def grows_if_viable(model, c, s):
        return (
            model.Jobs[c, s]
            <= model.jobs_today[c, s] + (model.most_jobs[c, s] - model.jobs_today[c, s]) * model.Established[c, s]
        )
