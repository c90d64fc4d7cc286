"""Goals: employment, linkage, and what breaking soft rules costs."""

import pyomo.core as pyo

from alloc.instance.schema import Instance
from alloc.model.columns import Param, baseline, column, in_effect
from alloc.model.risk import averse, stages


def add_goals(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare employment and linkage in every scenario and on average."""
    synergies = dict(enumerate(instance.synergies, 1))
    counties, rows = instance.counties, baseline(instance)

    def kept(model, w, c, s):
        row = rows[c, s]
        return row.jobs - model.hazard[w, c, s] * (row.jobs - min(row.insurance, row.jobs))

    model.retained_today = Param(
        model.SCENARIOS,
        model.PRODUCERS,
        initialize=kept,
        doc="jobs kept through the year at today's baseline [jobs]",
    )
    model.worth = Param(model.COUNTIES, initialize=column(counties, "weight"), doc="worth of a job in a county")
    model.direct_jobs = Param(
        model.MEASURES,
        initialize=lambda model, m: counties[instance.measures[m].county].weight * model.jobs[m],
        doc="direct jobs per unit, at their worth [jobs]",
    )
    model.direct_linkage = Param(
        model.MEASURES,
        initialize=in_effect(instance, "linkage"),
        doc="linkage · delivery · (1 − deadweight) [linkage per unit]",
    )
    model.joint_jobs = Param(
        model.SYNERGIES, initialize=column(synergies, "employment"), doc="jobs gained by a synergy"
    )
    model.joint_linkage = Param(
        model.SYNERGIES, initialize=column(synergies, "linkage"), doc="linkage gained by a synergy"
    )
    model.closure_bonus = Param(
        model.CHAINS,
        initialize=lambda model, h: instance.chains[h].closure_bonus if h in instance.chains else 0.0,
        doc="worth of a complete chain [linkage]",
    )
    model.cluster_bonus = Param(
        model.INDUSTRIES,
        initialize=column(instance.industries, "cluster_bonus"),
        doc="worth of a cluster [linkage]",
    )
    _define_goals(model)


def _define_goals(model: pyo.ConcreteModel) -> None:
    """Write down what the goals are."""

    @model.Expression(model.SCENARIOS, doc="employment: jobs gained, not jobs held [jobs]")
    def Employment(model, w):
        return (
            sum(model.worth[c] * (model.Retained[w, c, s] - model.retained_today[w, c, s]) for c, s in model.PRODUCERS)
            + sum(model.direct_jobs[m] * model.Gain[m] for m in model.MEASURES)
            + sum(model.joint_jobs[y] * model.Joined[y] for y in model.SYNERGIES)
        )

    @model.Expression(model.SCENARIOS, doc="worth of the flows between industries [linkage]")
    def FlowWorth(model, w):
        return sum(model.weight[i] * model.Flow[w, c, i, "home"] for c, i in model.AT_HOME) + sum(
            model.weight[i] * (1 - model.friction[i]) * model.Flow[w, c, i, "received"] for c, i in model.FROM_AFAR
        )

    @model.Expression(model.SCENARIOS, doc="industrial linkage [linkage]")
    def Linkage(model, w):
        return (
            model.FlowWorth[w]
            + sum(model.direct_linkage[m] * model.Gain[m] for m in model.MEASURES)
            + sum(model.closure_bonus[h] * model.Closed[c, h] for c, h in model.CLOSABLE)
            + sum(model.cluster_bonus[s] * model.Clustered[c, s] for c, s in model.CLUSTERS)
            + sum(model.joint_linkage[y] * model.Joined[y] for y in model.SYNERGIES)
        )

    @model.Expression(doc="employment over all scenarios [jobs]")
    def ExpectedEmployment(model):
        return sum(model.probability[w] * model.Employment[w] for w in model.SCENARIOS)

    @model.Expression(doc="linkage over all scenarios [linkage]")
    def ExpectedLinkage(model):
        return sum(model.probability[w] * model.Linkage[w] for w in model.SCENARIOS)

    @model.Expression(doc="what breaking soft rules costs [objective]")
    def Penalties(model):
        return sum(model.penalty[r, g, b] * model.Breach[r, g, b] for r, g, b in model.BREAKABLE) + sum(
            model.equity_penalty[r, g] * model.Unequal[r, g] for r, g in model.EQUITY
        )


def goals_in_order(model: pyo.ConcreteModel, instance: Instance) -> list[object]:
    """Return what is maximised, one goal after another."""
    return [goal(model, weights) for weights in stages(instance)]


def goal(model: pyo.ConcreteModel, weights: dict[str, float]) -> object:
    """Return the weighted goal, or what of it looks at risk, less the price of broken soft rules."""
    if (risky := averse(model, weights)) is not None:
        return risky - model.Penalties
    return (
        weights.get("employment", 0.0) * model.ExpectedEmployment
        + weights.get("linkage", 0.0) * model.ExpectedLinkage
        - model.Penalties
    )
