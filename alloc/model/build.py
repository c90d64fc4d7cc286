"""The whole model: every topic of the formulation, one after another."""

import pyomo.environ as pyo

from alloc.errors import RequestError
from alloc.instance.schema import Instance
from alloc.model.budget import add_budget, add_cost_shares
from alloc.model.complementarity import add_complementarity, add_supplements
from alloc.model.goals import add_goals, goal
from alloc.model.linkage import add_chains, add_flows, add_output
from alloc.model.measures import add_locks, add_measures, add_payments
from alloc.model.people import add_people_and_markets
from alloc.model.production import add_capacity, add_jobs, add_returns
from alloc.model.recourse import add_recourse
from alloc.model.resources import add_resources
from alloc.model.risk import add_risk, stages
from alloc.model.rule_limits import add_equity, add_rules

TOPICS = (
    add_measures,
    add_payments,
    add_locks,
    add_budget,
    add_complementarity,
    add_supplements,
    add_cost_shares,
    add_returns,
    add_resources,
    add_capacity,
    add_jobs,
    add_people_and_markets,
    add_recourse,
    add_output,
    add_flows,
    add_chains,
    add_rules,
    add_equity,
    add_goals,
    add_risk,
)
"""Every topic of the formulation, in its order."""


def build(instance: Instance) -> pyo.ConcreteModel:
    """Return the year's question as one mixed-integer program, its first goal as the objective.

    Money is in the instance's unit, jobs in persons, flows in money per year. Raises RequestError for several years.
    """
    if instance.questions:
        raise RequestError("several_years", years=", ".join(map(str, instance.years)))
    model = pyo.ConcreteModel(name=instance.name)
    for add in TOPICS:
        add(model, instance)
    model.Goal = pyo.Objective(expr=goal(model, stages(instance)[0]), sense=pyo.maximize)
    return model
