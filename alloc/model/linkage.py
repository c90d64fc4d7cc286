"""Industrial linkage: scenarios, flows between industries, chains, clusters, synergies."""

from collections import defaultdict
from itertools import chain, product

import pyomo.core as pyo

from alloc.instance.effects import productivity_factor
from alloc.instance.money import ROUNDING
from alloc.instance.schema import Instance
from alloc.model.columns import Param, Where, baseline, column, group, pairs, unfold
from alloc.model.production import most_capacity
from alloc.model.years import so_far

Ways = dict[tuple[str, int], list[str]]
"""County and link → `home`, `sent`, `received`."""

Pools = dict[tuple[str, int], dict[str, list[str]]]
"""Region and link → the counties that can send and those that can receive."""


def add_output(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare which jobs are kept through the year, and what they make, in every scenario."""
    model.factor = Param(
        model.SCENARIOS,
        model.PRODUCERS,
        initialize=lambda model, w, c, s: productivity_factor(instance, w, c, s),
        doc="factor on output",
    )

    @model.Expression(
        model.SCENARIOS, model.PRODUCERS, doc="jobs kept through the year: `Kept` where a factor strikes [jobs]"
    )
    def Retained(model, w, c, s):
        if _adapts(model, w, c, s):
            return model.Kept[w, c, s]
        return model.Jobs[c, s] - model.hazard[w, c, s] * (model.Jobs[c, s] - model.Insured[c, s])

    @model.Expression(
        model.SCENARIOS,
        model.PRODUCERS,
        doc="output of an industry: `Equipped` where a factor strikes [money per year]",
    )
    def Output(model, w, c, s):
        upgraded = model.Equipped[w, c, s] if _adapts(model, w, c, s) else model.Upgraded[c, s]
        return model.productivity[s] * model.factor[w, c, s] * model.Retained[w, c, s] + model.uplift[s] * upgraded


def _adapts(model: pyo.ConcreteModel, w: object, c: object, s: object) -> bool:
    """Tell whether a factor strikes an industry in a scenario; the page of the formulation shows the other case."""
    return isinstance(w, str) and (w, c, s) in model.ADAPTING


def add_flows(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare who buys from whom: at home, or through one pool of the region for each link.

    Pairs of counties are the meaning; a pool gives the same optimum with one balance for a region.
    """
    links = dict(enumerate(instance.links, 1))
    ways, pools = _ways(model, instance)
    flows: list[tuple[str, int, str]] = []
    out: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    into: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for (c, i), way in unfold(ways):
        flows.append((c, i, way))
        if way != "received":
            out[c, links[i].from_, i].append(way)
        if way != "sent":
            into[c, links[i].to, i].append(way)
    model.LINKS = pyo.Set(initialize=list(links), doc="links between industries")
    model.WAYS = pyo.Set(dimen=3, initialize=flows, doc="flows of a county: home, sent, received")
    model.AT_HOME = pyo.Set(dimen=2, initialize=_going(flows, "home"), doc="counties and links with trade at home")
    model.FROM_AFAR = pyo.Set(
        dimen=2, initialize=_going(flows, "received"), doc="counties and links with trade from other counties"
    )
    model.SELLING = pyo.Set(dimen=3, initialize=list(out), doc="counties, industries and links they sell on")
    model.BUYING = pyo.Set(dimen=3, initialize=list(into), doc="counties, industries and links they buy on")
    model.WAYS_OUT = pyo.Set(model.SELLING, initialize=out, doc="ways out of a county")
    model.WAYS_IN = pyo.Set(model.BUYING, initialize=into, doc="ways into a county")
    model.POOLED = pyo.Set(dimen=2, initialize=list(pools), doc="regions and links with trade between counties")
    model.SENDERS = pyo.Set(
        model.POOLED, initialize=lambda model, *key: pools[key]["sent"], doc="counties that can send"
    )
    model.RECEIVERS = pyo.Set(
        model.POOLED, initialize=lambda model, *key: pools[key]["received"], doc="counties that can receive"
    )
    for name, doc in {
        "sells": "share of output that can go this way",
        "buys": "input bought per output [money per money]",
        "weight": "worth of a flow [linkage per money]",
        "friction": "share of the worth lost across a county line",
    }.items():
        model.add_component(name, Param(model.LINKS, initialize=column(links, name), doc=doc))
    model.Flow = pyo.Var(
        model.SCENARIOS, model.WAYS, domain=pyo.NonNegativeReals, doc="purchases a year [money per year]"
    )
    _limit_flows(model, instance)


def _going(flows: list[tuple[str, int, str]], way: str) -> list[tuple[str, int]]:
    """Return the counties and links with flows of one way."""
    return [(c, i) for c, i, found in flows if found == way]


def _ways(model: pyo.ConcreteModel, instance: Instance) -> tuple[Ways, Pools]:
    """Return the ways that goods of each link can go from and to each county, and the pools of the regions."""
    alive = {key for key in baseline(instance) if model.Established[key].ub > 0}
    ways: Ways = defaultdict(list)
    pools: Pools = {}
    for i, link in enumerate(instance.links, 1):
        sellers, buyers = _counties_with(instance, link.from_, alive), _counties_with(instance, link.to, alive)
        for c in sellers:
            if c in buyers:
                ways[c, i].append("home")
        if link.scope == "region":
            for g, pool in _regions(instance, sellers, buyers).items():
                pools[g, i] = pool
                _join(ways, i, pool)
    return ways, pools


def _counties_with(instance: Instance, s: str, alive: set[tuple[str, str]]) -> list[str]:
    """Return the counties where an industry can stand."""
    return [c for c in instance.counties if (c, s) in alive]


def _join(ways: Ways, i: int, pool: dict[str, list[str]]) -> None:
    """Add the ways of a link into a pool and out of it."""
    for way, members in pool.items():
        for c in members:
            ways[c, i].append(way)


def _regions(instance: Instance, sellers: list[str], buyers: list[str]) -> dict[str, dict[str, list[str]]]:
    """Return the regions where one county can send and another receive."""
    regions = instance.regions
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"sent": [], "received": []})
    for way, members in (("sent", sellers), ("received", buyers)):
        for c in members:
            groups[regions[c]][way].append(c)
    return {g: pool for g, pool in groups.items() if all(pool.values()) and len({*chain(*pool.values())}) > 1}


def _limit_flows(model: pyo.ConcreteModel, instance: Instance) -> None:
    def is_young(model, c, s, i):
        return (c, s) in model.GROWING

    model.YOUNG_SELLERS = pyo.Set(dimen=3, initialize=model.SELLING, filter=is_young, doc="sellers not yet established")
    model.YOUNG_BUYERS = pyo.Set(dimen=3, initialize=model.BUYING, filter=is_young, doc="buyers not yet established")
    model.most_output = Param(
        model.SCENARIOS,
        model.PRODUCERS,
        initialize=_most_output,
        doc="most output that the data allow [money per year]",
    )

    @model.Constraint(
        model.SCENARIOS,
        model.SELLING,
        doc="an industry sells no more than its share of output [money per year]",
    )
    def sells_output(model, w, c, s, i):
        return (
            sum(model.Flow[w, c, i, way] for way in model.WAYS_OUT[c, s, i]) <= model.sells[i] * model.Output[w, c, s]
        )

    @model.Constraint(
        model.SCENARIOS, model.BUYING, doc="an industry buys no more than its output takes [money per year]"
    )
    def buys_input(model, w, c, s, i):
        return sum(model.Flow[w, c, i, way] for way in model.WAYS_IN[c, s, i]) <= model.buys[i] * model.Output[w, c, s]

    @model.Constraint(model.SCENARIOS, model.YOUNG_SELLERS, doc="only an established industry sells [money per year]")
    def sells_if_established(model, w, c, s, i):
        return (
            sum(model.Flow[w, c, i, way] for way in model.WAYS_OUT[c, s, i])
            <= model.sells[i] * model.most_output[w, c, s] * model.Established[c, s]
        )

    @model.Constraint(model.SCENARIOS, model.YOUNG_BUYERS, doc="only an established industry buys [money per year]")
    def buys_if_established(model, w, c, s, i):
        return (
            sum(model.Flow[w, c, i, way] for way in model.WAYS_IN[c, s, i])
            <= model.buys[i] * model.most_output[w, c, s] * model.Established[c, s]
        )

    @model.Constraint(
        model.SCENARIOS,
        model.POOLED,
        doc="what counties of a region send is what others receive [money per year]",
    )
    def balances_region(model, w, g, i):
        return sum(model.Flow[w, c, i, "sent"] for c in model.SENDERS[g, i]) == sum(
            model.Flow[w, c, i, "received"] for c in model.RECEIVERS[g, i]
        )


def _most_output(model: pyo.ConcreteModel, w: str, c: str, s: str) -> float:
    """Return the most output that the data allow [money per year]."""
    upgraded = min(model.most_jobs[c, s], most_capacity(model, c, "technology", s))
    return float(model.productivity[s] * model.factor[w, c, s] * model.most_jobs[c, s] + model.uplift[s] * upgraded)


def add_chains(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare complete chains, clusters and synergies."""
    rows = baseline(instance)
    stages = group((row.chain, s) for s, row in instance.industries.items() if row.chain)
    chains = list(dict.fromkeys([*instance.chains, *stages]))
    closable: list[tuple[str, str]] = []
    closing: list[tuple[str, str, str]] = []
    for c, h in product(instance.counties, filter(stages.__contains__, chains)):
        here = [(c, h, s) for s in stages[h] if (c, s) in rows]
        if len(here) == len(stages[h]):
            closable.append((c, h))
            closing += here
    clusters = _clusters(model, instance)
    synergies = dict(enumerate(instance.synergies, 1))
    model.CHAINS = pyo.Set(initialize=chains, doc="chains")
    model.CLOSABLE = pyo.Set(dimen=2, initialize=closable, doc="counties where every stage of a chain can exist")
    model.STAGES = pyo.Set(dimen=3, initialize=closing, doc="stages of the chains that can be complete")
    model.IDLE_STAGES = pyo.Set(
        dimen=3,
        initialize=[(c, h, s) for c, h, s in closing if rows[c, s].jobs < 1],
        doc="stages with nobody at work today",
    )
    model.CLUSTERS = pyo.Set(dimen=2, initialize=list(clusters), doc="industries that can reach cluster size")
    model.SYNERGIES = pyo.Set(initialize=list(synergies), doc="synergies")
    model.PARTNERS = pyo.Set(model.SYNERGIES, initialize=column(synergies, "measures"), doc="measures of a synergy")
    model.PARTNERSHIPS = pyo.Set(dimen=2, initialize=pairs(synergies, "measures"), doc="synergies and their measures")
    model.cluster_step = Param(model.CLUSTERS, initialize=clusters, doc="jobs that a cluster still lacks today [jobs]")
    model.partners = Param(
        model.SYNERGIES, initialize=lambda model, y: len(synergies[y].measures), doc="number of measures"
    )
    model.Closed = pyo.Var(model.CLOSABLE, domain=pyo.Binary, doc="1 if a chain is complete in a county")
    model.Clustered = pyo.Var(model.CLUSTERS, domain=pyo.Binary, doc="1 if an industry has cluster size in a county")
    model.Joined = pyo.Var(model.SYNERGIES, bounds=(0, 1), doc="1 if all measures of a synergy go ahead")
    _limit_chains(model)


def _clusters(model: pyo.ConcreteModel, instance: Instance) -> dict[Where, float]:
    """Return the jobs that every industry which can reach cluster size still lacks today."""
    found = {}
    for (c, s), row in baseline(instance).items():
        size = instance.industries[s].cluster_jobs
        if size is not None and model.most_jobs[c, s] >= size * (1 - ROUNDING):
            found[c, s] = max(size - row.jobs, 0.0)
    return found


def _limit_chains(model: pyo.ConcreteModel) -> None:
    """Say when chains, clusters and synergies count."""

    @model.Constraint(model.STAGES, doc="a chain is complete only with every stage established")
    def closes_chain(model, c, h, s):
        return model.Closed[c, h] <= model.Established[c, s]

    @model.Constraint(model.IDLE_STAGES, doc="a chain is complete only with somebody at work at every stage [jobs]")
    def works_chain(model, c, h, s):
        return model.Closed[c, h] <= model.Jobs[c, s]

    @model.Constraint(model.CLUSTERS, doc="a cluster has its size [jobs]")
    def reaches_cluster(model, c, s):
        return model.Jobs[c, s] >= model.jobs_today[c, s] + model.cluster_step[c, s] * model.Clustered[c, s]

    @model.Constraint(model.PARTNERSHIPS, doc="a synergy needs each of its measures")
    def needs_partner(model, y, m):
        return model.Joined[y] <= so_far(model, m)

    @model.Constraint(model.SYNERGIES, doc="a synergy comes, welcome or not, when all its measures go ahead")
    def joins_partners(model, y):
        return model.Joined[y] >= sum(so_far(model, m) for m in model.PARTNERS[y]) - (model.partners[y] - 1)
