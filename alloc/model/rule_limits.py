"""Rules: shares, amounts, counts, complements, equity, change, both sides' returns.

Every rule but parity and Gini has one form: what is counted against a figure times what it is compared
with, from below, from above or both. A soft rule may be broken at its price.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import combinations, product

import pyomo.core as pyo

from alloc.instance.rules import Equity, Gini, Parity
from alloc.instance.schema import Instance
from alloc.instance.sides import Key, Side, per_head, reaches, sides
from alloc.model.columns import Param, column, flatten, given
from alloc.model.years import compared_with


def add_rules(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare every rule that has the common form, and the room to break the soft ones."""
    every = sides(instance)
    least, caps = given(every, "least"), given(every, "most")
    # Money and counts are never below 0, so that a floor of 0 says nothing of them; a return may be below it.
    floors = {key: figure for key, figure in least.items() if figure > 0 or every[key].earns}
    bounds = [(*key, "min") for key in floors] + [(*key, "max") for key in caps]

    def price(r: str, g: str) -> float | None:
        return every[r, g].penalty

    model.RULES = pyo.Set(dimen=2, initialize=list(every), doc="rules and groups")
    model.FLOORS = pyo.Set(dimen=2, initialize=list(floors), doc="rules with a least value")
    model.CAPS = pyo.Set(dimen=2, initialize=list(caps), doc="rules with a largest value")
    model.BREAKABLE = pyo.Set(dimen=3, initialize=bounds, doc="bounds of rules")
    model.COUNTED = pyo.Set(model.RULES, initialize=column(every, "spends"), dimen=2, doc="payments that a rule counts")
    model.COUNTED_MEASURES = pyo.Set(model.RULES, initialize=column(every, "funded"), doc="measures that a rule counts")
    model.COMPARED = pyo.Set(
        model.RULES, initialize=column(every, "base"), dimen=2, doc="payments that a rule compares with"
    )
    _declare_returns(model, instance, every)
    model.constant = Param(model.RULES, initialize=column(every, "constant"), doc="number that a rule compares with")
    model.floor = Param(model.FLOORS, initialize=floors, doc="least figure of a rule")
    model.cap = Param(model.CAPS, initialize=caps, doc="largest figure of a rule")
    model.penalty = Param(
        model.BREAKABLE,
        initialize=lambda model, r, g, b: price(r, g) or 0.0,
        doc="price of breaking a soft rule",
    )
    model.Breach = pyo.Var(
        model.BREAKABLE,
        bounds=lambda model, r, g, b: (0, 0 if price(r, g) is None else None),
        doc="how far a rule is broken; 0 for a hard one",
    )
    _limit_rules(model)


def _declare_returns(model: pyo.ConcreteModel, instance: Instance, every: Mapping[Key, Side]) -> None:
    """Declare which industries' returns rules count, in which part, above which output."""
    earned: dict[tuple[str, str, str, str], float] = {}
    for key, side in every.items():
        for site, part in side.earns.items():
            earned[*key, *site] = part
    sites = list(dict.fromkeys((c, s) for _, _, c, s in earned))
    model.EARNING = pyo.Set(
        model.RULES,
        initialize=column(every, "earns"),
        dimen=2,
        doc="industries in counties whose returns a rule counts",
    )
    model.EARNED = pyo.Set(dimen=4, initialize=list(earned), doc="rules on returns and industries in counties")
    model.part_of_output = Param(model.EARNED, initialize=earned, doc="part of output that a side earns")
    model.SHARED_OUT = pyo.Set(dimen=2, initialize=sites, doc="industries in counties whose returns some rule counts")
    known = flatten(instance.standing)
    # no figure of the question: the solver finds the status quo before it compiles limits
    model.output_quo = Param(
        model.SHARED_OUT,
        initialize={site: known[site] for site in sites if site in known},
        default=math.nan,
        mutable=True,
        within=pyo.Any,
        doc="output of the status quo, expected over scenarios [money per year]",
    )


def _limit_rules(model: pyo.ConcreteModel) -> None:
    """Keep what is counted within its bounds."""

    @model.Expression(model.SHARED_OUT, doc="output above the status quo's, expected over scenarios [money per year]")
    def MoreOutput(model, c, s):
        expected = sum(model.probability[w] * model.Output[w, c, s] for w in model.SCENARIOS)
        return expected - model.output_quo[c, s]

    @model.Expression(model.RULES, doc="what a rule counts [money, measures or money per year]")
    def Counted(model, r, g):
        return (
            sum(model.Spend[m, f] for m, f in model.COUNTED[r, g])
            + sum(model.Funded[m] for m in model.COUNTED_MEASURES[r, g])
            + sum(model.part_of_output[r, g, c, s] * model.MoreOutput[c, s] for c, s in model.EARNING[r, g])
        )

    @model.Expression(model.RULES, doc="what a rule compares with [money or 1]")
    def Compared(model, r, g):
        here = model.constant[r, g] + sum(model.Spend[m, f] for m, f in model.COMPARED[r, g])
        return compared_with(model, r, g, here)

    @model.Constraint(model.FLOORS, doc="a rule's least value is kept [money or measures]")
    def keeps_floor(model, r, g):
        return model.Counted[r, g] + model.Breach[r, g, "min"] >= model.floor[r, g] * model.Compared[r, g]

    @model.Constraint(model.CAPS, doc="a rule's largest value is kept [money or measures]")
    def keeps_cap(model, r, g):
        return model.Counted[r, g] - model.Breach[r, g, "max"] <= model.cap[r, g] * model.Compared[r, g]


def add_equity(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare parity and Gini rules over all counties, scaled by heads so that numbers stay near 1."""
    local = per_head(instance)
    equity = _equity_rules(instance, local)
    paid: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for key, counties in local.items():
        for c, payments in counties.items():
            paid[*key, c] = payments
    parity = [key for key, rule in equity.items() if isinstance(rule, Parity)]
    gini = [key for key, rule in equity.items() if isinstance(rule, Gini)]
    couples = list(combinations(instance.counties, 2))

    model.EQUITY = pyo.Set(dimen=2, initialize=list(equity), doc="rules on money per head")
    model.PARITY = pyo.Set(dimen=2, initialize=parity, doc="parity rules")
    model.GINI = pyo.Set(dimen=2, initialize=gini, doc="Gini rules")
    model.LOCAL = pyo.Set(dimen=3, initialize=list(paid), doc="rules on money per head and counties")
    model.PARITY_LOCAL = pyo.Set(
        dimen=3,
        initialize=[(*key, c) for key, c in product(parity, instance.counties)],
        doc="parity rules and counties",
    )
    model.PAIRS = pyo.Set(
        dimen=4,
        initialize=[(*key, *couple) for key, couple in product(gini, couples)],
        doc="Gini rules and pairs of counties",
    )
    model.PAIRS_OF = pyo.Set(model.GINI, dimen=2, initialize=lambda model, r, g: couples, doc="pairs of counties")
    model.LOCAL_PAYMENTS = pyo.Set(model.LOCAL, dimen=2, initialize=paid, doc="payments in a county that a rule counts")
    _equity_figures(model, instance, equity)
    model.Lowest = pyo.Var(
        model.PARITY, domain=pyo.NonNegativeReals, doc="least money per head, times mean population [money]"
    )
    model.Highest = pyo.Var(
        model.PARITY, domain=pyo.NonNegativeReals, doc="largest money per head, times mean population [money]"
    )
    model.Apart = pyo.Var(
        model.PAIRS,
        domain=pyo.NonNegativeReals,
        doc="how far two counties are from their heads' parts [money]",
    )
    model.Unequal = pyo.Var(
        model.EQUITY,
        bounds=lambda model, r, g: (0, 0 if equity[r, g].penalty is None else None),
        doc="by how many points a rule is broken; 0 for a hard one",
    )
    _limit_equity(model)


def _equity_rules(instance: Instance, keys: Iterable[Key]) -> dict[Key, Equity]:
    """Return the rules on money per head by their keys."""
    found: dict[Key, Equity] = {}
    for key in keys:
        rule = next(rule for rule in instance.rules if rule.name == key[0])
        if isinstance(rule, Equity):
            found[key] = rule
    return found


def _equity_figures(model: pyo.ConcreteModel, instance: Instance, equity: dict[Key, Equity]) -> None:
    """Declare the figures of rules on money per head."""
    heads = column(instance.counties, "population")
    total = sum(heads.values())
    reach = reaches(instance)

    def point(model: pyo.ConcreteModel, r: str, g: str) -> float:
        return reach[r, g] / (len(heads) if isinstance(equity[r, g], Parity) else 1)

    model.largest = Param(model.EQUITY, initialize=column(equity, "max"), doc="largest ratio or index")
    model.part = Param(
        model.COUNTIES,
        initialize=lambda model, c: heads[c] / total if total else 0.0,
        doc="part of all people",
    )
    model.per_mean = Param(
        model.COUNTIES,
        initialize=lambda model, c: total / len(heads) / heads[c] if heads[c] else 0.0,
        doc="mean population over population",
    )
    model.point = Param(
        model.EQUITY,
        initialize=point,
        doc="one point of the ratio or the index where all the money that can be is spent [money]",
    )
    model.equity_penalty = Param(
        model.EQUITY,
        initialize=lambda model, r, g: equity[r, g].penalty or 0.0,
        doc="price of a point beyond a soft rule's limit [objective]",
    )


def _limit_equity(model: pyo.ConcreteModel) -> None:
    """Keep money per head within its bounds."""

    @model.Expression(model.LOCAL, doc="money in a county that a rule counts [money]")
    def LocalMoney(model, r, g, c):
        return sum(model.Spend[m, f] for m, f in model.LOCAL_PAYMENTS[r, g, c])

    @model.Constraint(model.PARITY_LOCAL, doc="no county has less per head than the lowest [money]")
    def bounds_lowest(model, r, g, c):
        return model.Lowest[r, g] <= model.per_mean[c] * model.LocalMoney[r, g, c]

    @model.Constraint(model.PARITY_LOCAL, doc="no county has more per head than the highest [money]")
    def bounds_highest(model, r, g, c):
        return model.Highest[r, g] >= model.per_mean[c] * model.LocalMoney[r, g, c]

    @model.Constraint(model.PARITY, doc="the highest money per head is at most a multiple of the lowest [money]")
    def keeps_parity(model, r, g):
        breach = model.point[r, g] * model.Unequal[r, g]
        return model.Highest[r, g] - breach <= model.largest[r, g] * model.Lowest[r, g]

    @model.Constraint(model.PAIRS, doc="the distance of two counties, the first ahead [money]")
    def spans_ahead(model, r, g, c, d):
        return (
            model.Apart[r, g, c, d]
            >= model.part[d] * model.LocalMoney[r, g, c] - model.part[c] * model.LocalMoney[r, g, d]
        )

    @model.Constraint(model.PAIRS, doc="the distance of two counties, the second ahead [money]")
    def spans_behind(model, r, g, c, d):
        return (
            model.Apart[r, g, c, d]
            >= model.part[c] * model.LocalMoney[r, g, d] - model.part[d] * model.LocalMoney[r, g, c]
        )

    @model.Constraint(model.GINI, doc="the Gini index of money per head is at most its limit [money]")
    def keeps_gini(model, r, g):
        apart = sum(model.Apart[r, g, c, d] for c, d in model.PAIRS_OF[r, g])
        money = sum(model.LocalMoney[r, g, c] for c in model.COUNTIES)
        return apart - model.point[r, g] * model.Unequal[r, g] <= model.largest[r, g] * money
