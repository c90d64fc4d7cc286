"""Measures: cost, scale, payments in lots, and which of them must, must not or must together go ahead."""

import math

import pyomo.core as pyo

from alloc.instance.money import eligible_funds, most_of_fund, most_units
from alloc.instance.schema import Instance, Measure
from alloc.model.columns import Param, amounts, column, find_marked, pairs, unfold
from alloc.model.years import paid_if_funded, so_far, units_so_far, upkeep

SPECK = 1e-7
"""A payment that others have decided is held to this part of itself."""

STRICTLY = 1e-5
"""Part of a lot that what is left of it falls short of the whole: a limit that is not reached, for a solver that
knows only limits that may be. It takes a number for whole that a millionth is missing of, so this is more than that."""


def add_measures(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what can be funded, by whom, at what cost and scale."""
    measures, funds = instance.measures, instance.funds
    payers = {m: eligible_funds(instance, m) for m in measures}

    model.COUNTIES = pyo.Set(initialize=list(instance.counties), doc="counties")
    model.MEASURES = pyo.Set(initialize=list(measures), doc="measures")
    model.FUNDS = pyo.Set(initialize=list(funds), doc="funds")
    model.FUNDS_OF = pyo.Set(model.MEASURES, initialize=payers, doc="funds that may pay for a measure")
    model.ELIGIBLE = pyo.Set(dimen=2, initialize=unfold(payers), doc="measures and funds that may pay for them")

    model.unit_cost = Param(
        model.MEASURES, initialize=column(measures, "unit_cost"), doc="cost of one unit [money per unit]"
    )
    model.fixed_cost = Param(
        model.MEASURES, initialize=column(measures, "fixed_cost"), doc="cost of going ahead at all [money]"
    )
    model.least = Param(
        model.MEASURES,
        initialize=lambda model, m: _whole(measures[m]),
        doc="fewest units if it goes ahead [units]",
    )
    model.most = Param(
        model.MEASURES,
        initialize=lambda model, m: most_units(instance, m, payers[m]),
        doc="most units that its funds can pay for [units]",
    )

    def domain(model: pyo.ConcreteModel, m: str) -> object:
        return pyo.NonNegativeIntegers if measures[m].integer else pyo.NonNegativeReals

    model.Funded = pyo.Var(model.MEASURES, domain=pyo.Binary, doc="1 if the measure goes ahead")
    model.Units = pyo.Var(
        model.MEASURES,
        domain=domain,
        bounds=lambda model, m: (0, model.most[m]),
        doc="how much of it is built or bought [units]",
    )

    def payable(model: pyo.ConcreteModel, m: str, f: str) -> tuple[float, float]:
        if f in (decided := instance.held.get(m, {})):
            return _about(decided[f])
        return 0.0, most_of_fund(instance, m, f, payers[m], model.most[m])

    model.Spend = pyo.Var(
        model.ELIGIBLE,
        bounds=payable,
        doc="money from a fund for a measure [money]",
    )
    _limit_scale(model)


def _limit_scale(model: pyo.ConcreteModel) -> None:
    """Say what a measure costs, what is paid for it, and how much of it there may be."""

    @model.Expression(model.MEASURES, doc="cost of a measure [money]")
    def Cost(model, m):
        cost = model.fixed_cost[m] * model.Funded[m] + model.unit_cost[m] * model.Units[m]
        return cost + upkeep(model, m) if model.earlier else cost

    @model.Expression(model.MEASURES, doc="money spent on a measure [money]")
    def Paid(model, m):
        return sum(model.Spend[m, f] for f in model.FUNDS_OF[m])

    @model.Constraint(model.MEASURES, doc="a measure that goes ahead has at least its fewest units [units]")
    def keeps_least(model, m):
        return model.Units[m] >= model.least[m] * model.Funded[m]

    @model.Constraint(model.MEASURES, doc="only a measure that goes ahead has units, and at most its most [units]")
    def keeps_most(model, m):
        return model.Units[m] <= model.most[m] * model.Funded[m]


def add_payments(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare that payments cover what a measure costs: exactly, or in whole lots of money."""
    lot = instance.money.lot
    model.ROUNDED = pyo.Set(initialize=list(instance.measures) if lot else [], doc="measures paid in whole lots")
    model.REST_OF = pyo.Set(
        model.MEASURES, initialize=lambda model, m: [m] if lot else [], doc="the measure itself, where in lots"
    )
    model.IN_LOTS = pyo.Set(dimen=2, initialize=list(model.ELIGIBLE) if lot else [], doc="payments in whole lots")
    model.lot = Param(initialize=lot or 0.0, doc="what payments are whole multiples of [money]")
    model.most_rest = Param(
        initialize=(lot or 0.0) * (1 - STRICTLY), doc="most of a lot that stays with a measure beside its cost [money]"
    )
    model.Lots = pyo.Var(
        model.IN_LOTS,
        domain=pyo.NonNegativeIntegers,
        bounds=lambda model, m, f: (0, round(model.Spend[m, f].ub / lot)),
        doc="lots of money from a fund for a measure",
    )
    model.Rest = pyo.Var(
        model.ROUNDED, bounds=(0, model.most_rest()), doc="what of the last lot stays with a measure [money]"
    )

    @model.Constraint(model.MEASURES, doc="what the funds pay is what the measure costs, and the rest of a lot [money]")
    def covers_cost(model, m):
        return model.Paid[m] == model.Cost[m] + sum(model.Rest[n] for n in model.REST_OF[m])

    @model.Constraint(model.ROUNDED, doc="less than a lot is left, and only with a measure that goes ahead [money]")
    def leaves_no_lot(model, m):
        return model.Rest[m] <= model.most_rest * paid_if_funded(model, m)

    @model.Constraint(model.IN_LOTS, doc="a payment is a whole number of lots [money]")
    def pays_in_lots(model, m, f):
        return model.Spend[m, f] == model.lot * model.Lots[m, f]


def _about(amount: float) -> tuple[float, float]:
    """Return between what a payment lies that is decided: what a solver found is exact to a speck only [money]."""
    speck = SPECK * max(1.0, amount) if amount > 0 else 0.0
    return max(amount - speck, 0.0), amount + speck


def _whole(row: Measure) -> float:
    """Return the fewest units, rounded up where only whole units count [units]."""
    return float(math.ceil(row.min_units - 1e-9)) if row.integer else row.min_units


def add_locks(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare which measures must, must not, or must together go ahead."""
    measures = instance.measures
    limits = amounts(measures, "limited_by")

    model.COMMITTED = pyo.Set(initialize=list(find_marked(measures, "committed")), doc="committed measures")
    model.INELIGIBLE = pyo.Set(
        initialize=[m for m, row in measures.items() if not row.eligible], doc="measures that may not be funded"
    )
    model.REQUIRES = pyo.Set(
        dimen=2,
        initialize=list(dict.fromkeys(pairs(measures, "requires"))),
        doc="measures and what they require",
    )
    model.EXCLUDES = pyo.Set(dimen=2, initialize=_rivals(instance), doc="measures that exclude each other")
    model.LIMITED = pyo.Set(dimen=2, initialize=list(limits), doc="measures limited by the scale of another")
    model.limit = Param(model.LIMITED, initialize=limits, doc="most units per unit of the other measure")
    _limit_locks(model)


def _rivals(instance: Instance) -> list[tuple[str, str]]:
    """Return the pairs of measures of which one excludes the other, in the order of the table."""
    order = {m: i for i, m in enumerate(instance.measures)}
    found = {(min(pair), max(pair)) for pair in pairs(instance.measures, "excludes")}
    return sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))


def _limit_locks(model: pyo.ConcreteModel) -> None:
    """Say which measures must, must not, or must together go ahead."""

    @model.Constraint(model.COMMITTED, doc="a committed measure goes ahead")
    def is_committed(model, m):
        return model.Funded[m] == 1

    @model.Constraint(model.INELIGIBLE, doc="a measure that is not eligible does not go ahead")
    def is_not_eligible(model, m):
        return model.Funded[m] == 0

    @model.Constraint(model.REQUIRES, doc="a measure goes ahead only with what it requires")
    def requires(model, m, other):
        return model.Funded[m] <= so_far(model, other)

    @model.Constraint(model.EXCLUDES, doc="of two measures that exclude each other one goes ahead at most")
    def excludes(model, m, other):
        return model.Funded[m] + model.Funded[other] <= 1

    @model.Constraint(model.LIMITED, doc="units keep to the scale of another measure [units]")
    def limited_by(model, m, other):
        return units_so_far(model, m) <= model.limit[m, other] * units_so_far(model, other)
