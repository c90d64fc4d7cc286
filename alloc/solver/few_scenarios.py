"""A question with many scenarios, first asked with a few that stand for all: its plan is where the search begins.

Lemma: scenarios limit nothing that is decided before them, so what is decided for a few is a plan for all; only what
follows is worked out anew. Scenarios that are worth about as much to the relaxed plan are made one, each figure at its
mean, which leaves the bad years bad. On Hotan 2019 with 100 drawn scenarios the plan for five is as good as
one that is sought with all of them for a minute; where deliveries and markets are struck, too, it is worse by 1 %.
"""

from collections.abc import Iterator, Mapping, Sequence

import pyomo.environ as pyo

from alloc.instance import Instance
from alloc.instance.effects import states
from alloc.instance.mean_scenario import mean_scenario
from alloc.model import stages
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import Matrix, compile_expressions

MANY, FEW = 30, 5
"""With so many scenarios a question is first asked with so few."""

Groups = Mapping[str, Sequence[str]]
"""Scenarios that are made one, by the name of the worst of them."""


def has_many_scenarios(model: pyo.ConcreteModel, instance: Instance) -> bool:
    """Tell whether a question of one year has many scenarios, in which jobs follow from what was decided before."""
    asked = bool(instance.measures) and not instance.questions
    return asked and len(model.SCENARIOS) >= MANY and not len(model.ADAPTING)


def group_scenarios(model: pyo.ConcreteModel, instance: Instance, whole: Matrix, deadline: Deadline) -> Groups:
    """Return the scenarios in groups from the worst to the best for the relaxed plan, about equally likely; {} if none.

    whole: the program with the goals of the instance, of which the first is looked at.
    """
    relaxed = Live(whole.lower, whole.upper, None, whole.rows)
    relaxed.aim(whole.goals[0])
    found = relaxed.run(deadline)
    if found.x is None:
        return {}
    weights, worlds = stages(instance)[0], list(model.SCENARIOS)
    values = [
        weights.get("employment", 0.0) * model.Employment[w] + weights.get("linkage", 0.0) * model.Linkage[w]
        for w in worlds
    ]
    rows, constants = compile_expressions(whole.variables, values)
    worth = dict(zip(worlds, (rows @ found.x + constants).tolist(), strict=True))
    return dict(_group(instance, sorted(worlds, key=worth.__getitem__)))


def _group(instance: Instance, ordered: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield scenarios in groups, in the order that they come in; what has no probability at the end is left out."""
    before, group = 0.0, list[str]()
    for w in ordered:
        group.append(w)
        before += states(instance)[w].probability
        if before >= 1 / FEW - 1e-9 or (w == ordered[-1] and before > 0):
            yield group[0], group
            before, group = 0.0, []


def merge_scenarios(instance: Instance, groups: Groups) -> Instance:
    """Return the question in which the scenarios of each group are one, every figure at its mean."""
    worlds, few = states(instance), {}
    for name, group in groups.items():
        likely = sum(worlds[w].probability for w in group)
        alone = {w: worlds[w].model_copy(update={"probability": worlds[w].probability / likely}) for w in group}
        few[name] = mean_scenario(_with_scenarios(instance, alone)).model_copy(update={"probability": likely})
    return _with_scenarios(instance, few)


def _with_scenarios(instance: Instance, scenarios: Mapping[str, object]) -> Instance:
    return instance.model_copy(update={"scenarios": scenarios, "drawn": {}, "draws": None})


def mean_optima(model: pyo.ConcreteModel, instance: Instance, groups: Groups) -> dict[tuple[int, str], float]:
    """Return what regret is measured by in each group: the mean of what its scenarios alone could bring."""
    found = {}
    for g in model.REGRETTED:
        for name, group in groups.items():
            chances = [states(instance)[w].probability for w in group]
            optima = [chance * model.optimum[g, w].value for chance, w in zip(chances, group, strict=True)]
            found[g, name] = sum(optima) / sum(chances)
    return found
