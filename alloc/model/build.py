"""The whole model: every topic of the formulation, one after another."""

import pyomo.core as pyo

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
from alloc.model.years import add_goals_of_years, add_history, begin, declare_years

TOPICS = (
    add_measures,
    add_payments,
    add_history,
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
    _add_topics(model, begin(model, instance))
    model.Goal = pyo.Objective(expr=goal(model, stages(instance)[0]), sense=pyo.maximize)
    return model


def build_years(instance: Instance) -> pyo.ConcreteModel:
    """Return a question over one year or several as one program; of several, each year is a block of it.

    Every year is built by the same topics as one year alone, and what years leave to those after them ties the blocks.
    """
    if not instance.questions:
        return build(instance)
    model = pyo.ConcreteModel(name=instance.name)
    declare_years(model, instance)
    earlier: tuple[pyo.Block, ...] = ()
    for question in instance.questions:
        block = model.Year[question.year]
        _add_topics(block, begin(block, question, earlier))
        earlier = (*earlier, block)
    add_goals_of_years(model)
    add_risk(model, instance)
    model.Goal = pyo.Objective(expr=goal(model, stages(instance)[0]), sense=pyo.maximize)
    return model


def _add_topics(model: pyo.ConcreteModel, instance: Instance) -> None:
    for add in TOPICS:
        add(model, instance)
