"""Goals that look at bad scenarios: CVaR, the worst scenario, the largest regret; each goal of an order has its own.

Lemmas. CVaR of a value is max over η of η − (1/tail)·Σ_w π_w·max(0, η − value_w), which is linear where each shortfall
is a decision ≥ 0, and a best η is the value of some scenario, so η is bounded by what values can be (R. Rockafellar,
S. Uryasev, "Optimization of conditional value-at-risk", Journal of Risk 2, 2000). CVaR, the minimum and the largest
regret all move by what is taken off every scenario alike, so penalties are taken off at the end.
"""

from itertools import product

import pyomo.core as pyo
from pyomo.repn import generate_standard_repn

from alloc.instance.schema import Instance
from alloc.model.columns import Param, flatten


def stages(instance: Instance) -> tuple[dict[str, float], ...]:
    """Return the weights of employment and linkage to maximise, one stage after another."""
    objective = instance.objective
    if objective.order:
        return tuple({goal: 1.0} for goal in objective.order)
    return ({"employment": objective.employment, "linkage": objective.linkage},)


def add_risk(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what goals lose in bad scenarios."""
    aims = stages(instance)
    measure = instance.risk.measure if instance.risk is not None else ""
    numbers = list(range(1, len(aims) + 1))
    weights = flatten(dict(enumerate(aims, 1)))

    def where(*measures: str) -> list[int]:
        return numbers if measure in measures else []

    model.GOALS = pyo.Set(initialize=["employment", "linkage"], doc="what is gained")
    model.STEPS = pyo.Set(
        dimen=1, initialize=where("cvar", "worst", "regret"), doc="goals, in their order, that look at risk"
    )
    model.TAILED = pyo.Set(dimen=1, initialize=where("cvar"), doc="goals that look at the mean of the worst scenarios")
    model.FLOORED = pyo.Set(dimen=1, initialize=where("worst"), doc="goals that look at the worst scenario")
    model.REGRETTED = pyo.Set(dimen=1, initialize=where("regret"), doc="goals that look at the largest regret")
    model.goal_weight = Param(
        model.STEPS,
        model.GOALS,
        initialize=weights if measure else {},
        default=0.0,
        doc="worth of a job, or of a unit of linkage",
    )
    model.tail = Param(initialize=instance.risk.tail if instance.risk else 1.0, doc="worst part of probability")
    model.aversion = Param(
        initialize=instance.risk.weight if instance.risk else 0.0, doc="weight of bad scenarios beside the expectation"
    )
    model.optimum = Param(
        model.REGRETTED,
        model.SCENARIOS,
        mutable=True,
        default=0.0,
        doc="value of the best plan were a scenario alone sure [objective]",
    )

    @model.Expression(model.STEPS, model.SCENARIOS, doc="what a scenario brings, penalties not taken off [objective]")
    def Value(model, g, w):
        return (
            model.goal_weight[g, "employment"] * model.Employment[w]
            + model.goal_weight[g, "linkage"] * model.Linkage[w]
        )

    @model.Expression(model.REGRETTED, model.SCENARIOS, doc="what the best plan for a scenario alone has [objective]")
    def Best(model, g, w):
        return model.optimum[g, w]

    _declare_risk(model)
    _limit_risk(model)


def _declare_risk(model: pyo.ConcreteModel) -> None:
    """Declare threshold, shortfalls, lowest value and largest regret, bounded by what values the data allow."""
    ends = _value_ends(model)
    worlds = list(model.SCENARIOS)
    model.least_value = Param(
        model.STEPS,
        model.SCENARIOS,
        initialize=lambda model, g, w: ends[g, w][0],
        doc="least that a scenario can bring [objective]",
    )
    model.most_value = Param(
        model.STEPS,
        model.SCENARIOS,
        initialize=lambda model, g, w: ends[g, w][1],
        doc="most that a scenario can bring [objective]",
    )

    def least(g: int) -> float:
        return min(ends[g, w][0] for w in worlds)

    def most(g: int) -> float:
        return max(ends[g, w][1] for w in worlds)

    model.Threshold = pyo.Var(
        model.TAILED,
        bounds=lambda model, g: (least(g), most(g)),
        doc="value that the worst scenarios fall short of [objective]",
    )
    model.Shortfall = pyo.Var(
        model.TAILED,
        model.SCENARIOS,
        bounds=lambda model, g, w: (0, most(g) - ends[g, w][0]),
        doc="what a scenario falls short of the threshold [objective]",
    )
    model.Worst = pyo.Var(
        model.FLOORED,
        bounds=lambda model, g: (least(g), most(g)),
        doc="value of the worst scenario [objective]",
    )
    model.Regret = pyo.Var(model.REGRETTED, doc="largest regret of a scenario, penalties not counted [objective]")


def _limit_risk(model: pyo.ConcreteModel) -> None:
    """Say what threshold, lowest value and largest regret are."""

    @model.Constraint(model.TAILED, model.SCENARIOS, doc="a scenario below the threshold falls short of it [objective]")
    def falls_short(model, g, w):
        return model.Shortfall[g, w] >= model.Threshold[g] - model.Value[g, w]

    @model.Constraint(model.FLOORED, model.SCENARIOS, doc="no scenario brings less than the lowest [objective]")
    def bounds_worst(model, g, w):
        return model.Worst[g] <= model.Value[g, w]

    @model.Constraint(
        model.REGRETTED, model.SCENARIOS, doc="regret is what the best plan for a scenario has more [objective]"
    )
    def bounds_regret(model, g, w):
        return model.Regret[g] >= model.optimum[g, w] - model.Value[g, w]


def set_optima(model: pyo.ConcreteModel, optima: dict[tuple[int, str], float]) -> None:
    """Tell the model what each scenario alone could bring, by goal and scenario, and bound the regret by it."""
    for key, value in optima.items():
        model.optimum[key] = value
    for g in model.REGRETTED:
        model.Regret[g].setlb(max(model.optimum[g, w].value - model.most_value[g, w] for w in model.SCENARIOS))
        model.Regret[g].setub(max(model.optimum[g, w].value - model.least_value[g, w] for w in model.SCENARIOS))


def averse(model: pyo.ConcreteModel, weights: dict[str, float]):
    """Return a goal that looks at risk, penalties not taken off; None where goals look at the expectation alone.

    Raises ValueError for weights that the model was not built for: its limits hold them.
    """
    if not len(model.STEPS):
        return None
    g = _find_step(model, weights)
    expected = sum(model.probability[w] * model.Value[g, w] for w in model.SCENARIOS)
    if g in model.REGRETTED:
        return -model.Regret[g]
    if g in model.FLOORED:
        bad = model.Worst[g]
    else:
        short = sum(model.probability[w] * model.Shortfall[g, w] for w in model.SCENARIOS)
        bad = model.Threshold[g] - short / model.tail
    return (1 - model.aversion) * expected + model.aversion * bad


def _find_step(model: pyo.ConcreteModel, weights: dict[str, float]) -> int:
    for g in model.STEPS:
        if all(model.goal_weight[g, goal] == weights.get(goal, 0.0) for goal in model.GOALS):
            return int(g)
    raise ValueError("the model was built for other goals")


def _value_ends(model: pyo.ConcreteModel) -> dict[tuple[int, str], tuple[float, float]]:
    """Return between what the value of each scenario lies, by the bounds of the decisions it is made of."""
    most = _most_flow(model)
    found = {}
    for g, w in product(model.STEPS, model.SCENARIOS):
        part = generate_standard_repn(model.Value[g, w], compute_values=True)
        low = high = float(part.constant)
        for coefficient, x in zip(part.linear_coefs, part.linear_vars, strict=True):
            ends = (coefficient * (x.lb or 0.0), coefficient * (most[x.index()] if x.ub is None else x.ub))
            low, high = low + min(ends), high + max(ends)
        found[g, w] = low, high
    return found


def _most_flow(model: pyo.ConcreteModel) -> dict[tuple[str, str, int, str], float]:
    """Return the most that can flow each way: what the seller can sell, or the buyer buy [money per year]."""
    if not len(model.STEPS):
        return {}
    found = {}
    for w, (c, s, i) in product(model.SCENARIOS, model.SELLING):
        for way in model.WAYS_OUT[c, s, i]:
            found[w, c, i, way] = model.sells[i] * model.most_output[w, c, s]
    for w, (c, s, i) in product(model.SCENARIOS, model.BUYING):
        for way in model.WAYS_IN[c, s, i]:
            limit = model.buys[i] * model.most_output[w, c, s]
            found[w, c, i, way] = min(found.get((w, c, i, way), limit), limit)
    return found
