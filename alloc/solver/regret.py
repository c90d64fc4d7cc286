"""What regret is measured by: the best plan were a scenario alone sure, each proven before the plan is sought."""

import time
from collections.abc import Callable

import pyomo.core as pyo

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.instance.worlds import sure_of
from alloc.model import set_optima
from alloc.solution import Solution, Status

FINER = 0.01
"""The best plan of a scenario is proven to this part of the gap asked for, as it stands in the goal as a figure."""


Search = Callable[[Instance, Options], Solution]
"""How the question with one scenario alone is solved."""


def know_optima(model: pyo.ConcreteModel, instance: Instance, options: Options, search: Search) -> Options:
    """Tell the model what each scenario alone could bring, where it does not know; return the options with time left.

    Lemma: scenarios limit nothing that is decided before they are known, so where one of them has no plan, none has.
    Raises SolveError where the best plan of a scenario is not proven in the time there is.
    """
    if is_known(model):
        return options
    started = time.perf_counter()
    optima = dict.fromkeys(((g, w) for g in model.REGRETTED for w in model.SCENARIOS), 0.0)
    for w in model.SCENARIOS:
        question = sure_of(instance, w)
        left = max(options.time_limit - (time.perf_counter() - started), 0.01)
        asked = options.model_copy(update={"gap": FINER * options.gap, "time_limit": left})
        found = search(question, asked)
        if found.interrupted:
            raise KeyboardInterrupt
        if found.status == Status.INFEASIBLE:
            break
        if found.status != Status.OPTIMAL:
            raise SolveError("regret_unproven", scenario=w)
        optima.update({(g, w): stage.objective for g, stage in enumerate(found.stages, 1)})
    set_optima(model, optima)
    left = max(options.time_limit - (time.perf_counter() - started), 0.01)
    return options.model_copy(update={"time_limit": left})


def is_known(model: pyo.ConcreteModel) -> bool:
    """Tell whether a model knows all that regret is measured by; one that does not look at regret knows it."""
    return all(regret.has_ub() for regret in model.Regret.values())
