"""The status quo, which rules on returns are measured from: found before the limits of a question are compiled.

Lemma: what both sides earn is a part of output above that of the status quo, a question of its own in which nothing is
decided that the plan decides. Its output is thus a figure of the plan's question, and the rules on it stay linear.
"""

import math
from collections.abc import Callable

import pyomo.core as pyo

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.instance.effects import states
from alloc.instance.rules import Benefit
from alloc.instance.worlds import status_quo
from alloc.model import each_year
from alloc.solution import Solution, Status

LEAST = 5.0
"""The status quo is not given up sooner: nothing can be said without it [s]."""

FINE = 1e-6
"""Gap to which the status quo is proven: it is an easy question."""

Search = Callable[[Instance, Options], Solution]
"""How the question in which nothing is funded is solved."""


def search_status_quo(instance: Instance, options: Options, search: Search) -> Solution:
    """Return what comes about where nothing is funded. The same question always gives the same answer.

    Raises SolveError where there is no such world, and KeyboardInterrupt after Ctrl-C: half a search is none.
    """
    asked = Options(gap=min(options.gap, FINE), time_limit=max(options.time_limit, LEAST))
    quo = search(status_quo(instance), asked)
    if quo.interrupted:
        raise KeyboardInterrupt
    if not quo.has_plan:
        raise SolveError("no_status_quo" if quo.status == Status.INFEASIBLE else "no_time_for_worlds")
    return quo


def add_standing(instance: Instance, search: Search) -> Instance:
    """Return a question that knows the output of its status quo, where a rule is measured from it."""
    if instance.standing or not any(isinstance(rule, Benefit) for rule in instance.rules):
        return instance
    output = search_status_quo(instance, instance.solver, search).values["Output"]
    found: dict[str, dict[str, float]] = {}
    for row in instance.baseline:
        site = row.county, row.industry
        expected = sum(world.probability * output[w, *site] for w, world in states(instance).items())
        found.setdefault(row.county, {})[row.industry] = expected
    return instance.model_copy(update={"standing": found})


def tell_standing(model: pyo.ConcreteModel, search: Search) -> None:
    """Tell a model, and each of its years, the output of the status quo, where it does not know it."""
    for year in each_year(model):
        unknown = [site for site in year.SHARED_OUT if math.isnan(year.output_quo[site].value)]
        if unknown:
            standing = add_standing(year.question, search).standing
            for c, s in unknown:
                year.output_quo[c, s] = standing[c][s]
