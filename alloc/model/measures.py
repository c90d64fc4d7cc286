"""Measures and money: cost, scale, funds, resources, and complementarity with national money."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyomo.environ as pyo

from alloc.instance.money import available as purse
from alloc.instance.money import ceiling, eligible_funds, most_money, most_units
from alloc.instance.schema import Instance, Measure

SPECK = 1e-7
"""A payment that others have decided is held to this part of itself."""


def grouped(pairs: Iterable[tuple[Any, str]]) -> dict[Any, list[str]]:
    """Return what belongs to each key, in the order of the pairs."""
    found: dict[Any, list[str]] = defaultdict(list)
    for key, member in pairs:
        found[key].append(member)
    return dict(found)


def add_measures(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what can be funded, by whom, at what cost and scale."""
    measures, funds = instance.measures, instance.funds
    payers = {m: eligible_funds(instance, m) for m in measures}

    model.COUNTIES = pyo.Set(initialize=list(instance.counties), doc="counties")
    model.MEASURES = pyo.Set(initialize=list(measures), doc="measures")
    model.FUNDS = pyo.Set(initialize=list(funds), doc="funds")
    model.FUNDS_OF = pyo.Set(model.MEASURES, initialize=payers, doc="funds that may pay for a measure")
    model.ELIGIBLE = pyo.Set(
        dimen=2,
        initialize=[(m, f) for m in measures for f in payers[m]],
        doc="measures and funds that may pay for them",
    )

    model.unit_cost = _figures(model, instance, "unit_cost", "cost of one unit [money per unit]")
    model.fixed_cost = _figures(model, instance, "fixed_cost", "cost of going ahead at all [money]")
    model.least = pyo.Param(
        model.MEASURES,
        initialize={m: _whole(row) for m, row in measures.items()},
        doc="fewest units if it goes ahead [units]",
    )
    model.most = pyo.Param(
        model.MEASURES,
        initialize={m: most_units(instance, m, payers[m]) for m in measures},
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
        most = most_money(instance, m, funds[f].kind, payers[m], model.most[m])
        return 0.0, min(most, purse(instance, f, measures[m].county))

    model.Spend = pyo.Var(
        model.ELIGIBLE,
        bounds=payable,
        doc="money from a fund for a measure [money]",
    )

    @model.Expression(model.MEASURES, doc="cost of a measure [money]")
    def Cost(model, m):
        return model.fixed_cost[m] * model.Funded[m] + model.unit_cost[m] * model.Units[m]

    @model.Constraint(model.MEASURES, doc="what the funds pay is what the measure costs [money]")
    def covers_cost(model, m):
        return sum(model.Spend[m, f] for f in model.FUNDS_OF[m]) == model.Cost[m]

    @model.Constraint(model.MEASURES, doc="a measure that goes ahead has at least its fewest units [units]")
    def keeps_least(model, m):
        return model.Units[m] >= model.least[m] * model.Funded[m]

    @model.Constraint(model.MEASURES, doc="only a measure that goes ahead has units, and at most its most [units]")
    def keeps_most(model, m):
        return model.Units[m] <= model.most[m] * model.Funded[m]


def _figures(model: pyo.ConcreteModel, instance: Instance, key: str, doc: str) -> pyo.Param:
    """Return a parameter with one column of the measures."""
    values = {m: getattr(row, key) for m, row in instance.measures.items()}
    return pyo.Param(model.MEASURES, initialize=values, doc=doc)


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
    pairs = {tuple(sorted((m, other))) for m, row in measures.items() for other in row.excludes}
    order = {m: i for i, m in enumerate(measures)}

    model.COMMITTED = pyo.Set(initialize=[m for m, row in measures.items() if row.committed], doc="committed measures")
    model.INELIGIBLE = pyo.Set(
        initialize=[m for m, row in measures.items() if not row.eligible],
        doc="measures that may not be funded",
    )
    model.REQUIRES = pyo.Set(
        dimen=2,
        initialize=[(m, o) for m, row in measures.items() for o in dict.fromkeys(row.requires)],
        doc="measures and what they require",
    )
    model.EXCLUDES = pyo.Set(
        dimen=2,
        initialize=sorted(pairs, key=lambda pair: (order[pair[0]], order[pair[1]])),
        doc="measures that exclude each other",
    )
    limits = {(m, o): rate for m, row in measures.items() for o, rate in row.limited_by.items()}
    model.LIMITED = pyo.Set(dimen=2, initialize=list(limits), doc="measures limited by the scale of another")
    model.limit = pyo.Param(model.LIMITED, initialize=limits, doc="most units per unit of the other measure")

    @model.Constraint(model.COMMITTED, doc="a committed measure goes ahead")
    def is_committed(model, m):
        return model.Funded[m] == 1

    @model.Constraint(model.INELIGIBLE, doc="a measure that is not eligible does not go ahead")
    def is_not_eligible(model, m):
        return model.Funded[m] == 0

    @model.Constraint(model.REQUIRES, doc="a measure goes ahead only with what it requires")
    def requires(model, m, other):
        return model.Funded[m] <= model.Funded[other]

    @model.Constraint(model.EXCLUDES, doc="of two measures that exclude each other one goes ahead at most")
    def excludes(model, m, other):
        return model.Funded[m] + model.Funded[other] <= 1

    @model.Constraint(model.LIMITED, doc="units keep to the scale of another measure [units]")
    def limited_by(model, m, other):
        return model.Units[m] <= model.limit[m, other] * model.Units[other]


def add_purses(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what funds can give."""
    funds = instance.funds
    paid = grouped((f, m) for m, f in model.ELIGIBLE)
    tied = {(f, c): amount for f, fund in funds.items() for c, amount in (fund.by_county or {}).items()}
    local = grouped(((f, instance.measures[m].county), m) for m, f in model.ELIGIBLE)
    model.MEASURES_OF = pyo.Set(
        model.FUNDS, initialize={f: paid.get(f, []) for f in funds}, doc="measures that a fund may pay for"
    )
    model.LIMITED_FUNDS = pyo.Set(
        initialize=[f for f, x in funds.items() if x.amount is not None], doc="funds with one amount"
    )
    model.TIED_FUNDS = pyo.Set(dimen=2, initialize=list(tied), doc="funds tied to counties")
    model.BOUND_FUNDS = pyo.Set(
        initialize=[f for f, x in funds.items() if x.min_use > 0], doc="funds that must be used"
    )
    model.TIED_MEASURES = pyo.Set(
        model.TIED_FUNDS,
        initialize={(f, c): local.get((f, c), []) for f, c in tied},
        doc="measures in a county that a fund may pay for",
    )
    model.amount = pyo.Param(
        model.LIMITED_FUNDS,
        initialize={f: funds[f].amount for f in model.LIMITED_FUNDS},
        doc="money of a fund [money]",
    )
    model.tied_amount = pyo.Param(model.TIED_FUNDS, initialize=tied, doc="money of a fund in a county [money]")
    model.min_use = pyo.Param(
        model.BOUND_FUNDS,
        initialize={f: funds[f].min_use for f in model.BOUND_FUNDS},
        doc="least use of a fund [money]",
    )

    @model.Expression(model.FUNDS, doc="money spent from a fund [money]")
    def Spent(model, f):
        return sum(model.Spend[m, f] for m in model.MEASURES_OF[f])

    @model.Expression(model.TIED_FUNDS, doc="money spent from a fund in a county [money]")
    def SpentIn(model, f, c):
        return sum(model.Spend[m, f] for m in model.TIED_MEASURES[f, c])

    @model.Constraint(model.LIMITED_FUNDS, doc="a fund spends no more than it has [money]")
    def within_fund(model, f):
        return model.Spent[f] <= model.amount[f]

    @model.Constraint(model.TIED_FUNDS, doc="a fund spends no more in a county than is tied to it [money]")
    def within_tied_fund(model, f, c):
        return model.SpentIn[f, c] <= model.tied_amount[f, c]

    @model.Constraint(model.BOUND_FUNDS, doc="a fund is used at least as far as it must be [money]")
    def uses_fund(model, f):
        return model.Spent[f] >= model.min_use[f]


def add_resources(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what scarce resources can give."""
    resources = instance.resources
    uses = {(r, m): amount for m, row in instance.measures.items() for r, amount in row.uses.items()}
    users = grouped(uses)
    local = grouped(((r, instance.measures[m].county), m) for r, m in uses)
    shared = {(r, c): amount for r, row in resources.items() for c, amount in row.by_county.items()}
    total = {r: row.amount for r, row in resources.items() if row.amount is not None}
    model.RESOURCES = pyo.Set(initialize=list(total), doc="resources with one amount")
    model.TIED_RESOURCES = pyo.Set(dimen=2, initialize=list(shared), doc="resources by county")
    model.USES = pyo.Set(
        dimen=2,
        initialize=list(uses),
        doc="resources and measures that use them",
    )
    model.USERS = pyo.Set(
        model.RESOURCES, initialize={r: users.get(r, []) for r in total}, doc="measures that use a resource"
    )
    model.LOCAL_USERS = pyo.Set(
        model.TIED_RESOURCES,
        initialize={(r, c): local.get((r, c), []) for r, c in shared},
        doc="measures in a county that use a resource",
    )
    model.uses = pyo.Param(
        model.USES,
        initialize=uses,
        doc="resource per unit",
    )
    model.resource = pyo.Param(model.RESOURCES, initialize=total, doc="amount of a resource")
    model.local_resource = pyo.Param(model.TIED_RESOURCES, initialize=shared, doc="amount of a resource in a county")

    @model.Expression(model.RESOURCES, doc="use of a resource [its unit]")
    def Used(model, r):
        return sum(model.uses[r, m] * model.Units[m] for m in model.USERS[r])

    @model.Expression(model.TIED_RESOURCES, doc="use of a resource in a county [its unit]")
    def UsedIn(model, r, c):
        return sum(model.uses[r, m] * model.Units[m] for m in model.LOCAL_USERS[r, c])

    @model.Constraint(model.RESOURCES, doc="no more of a resource is used than there is [its unit]")
    def within_resource(model, r):
        return model.Used[r] <= model.resource[r]

    @model.Constraint(model.TIED_RESOURCES, doc="no more of a resource is used in a county than there is [its unit]")
    def within_local_resource(model, r, c):
        return model.UsedIn[r, c] <= model.local_resource[r, c]


def add_complementarity(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare how aid and national money meet in a measure: supplement, never replace, never pay twice."""
    measures = instance.measures
    kinds = {f: fund.kind for f, fund in instance.funds.items()}
    by_kind = {
        (m, k): [f for f in model.FUNDS_OF[m] if kinds[f] == k] for m in measures for k in dict.fromkeys(kinds.values())
    }
    aid, national = ({m: by_kind.get((m, k), []) for m in measures} for k in ("aid", "national"))
    top = {m: ceiling(instance, m) for m in measures}
    meets = [m for m in measures if aid[m] and national[m]]

    model.AID_OF = pyo.Set(model.MEASURES, initialize=aid, doc="aid funds that may pay for a measure")
    model.NATIONAL_OF = pyo.Set(model.MEASURES, initialize=national, doc="national funds that may pay for a measure")
    model.CAPPED = pyo.Set(
        initialize=[m for m in measures if national[m] and top[m] < measures[m].largest_cost],
        doc="measures whose national money has a ceiling",
    )
    model.PLANNED = pyo.Set(
        initialize=[m for m, row in measures.items() if row.national_planned is not None],
        doc="measures with national money decided",
    )
    model.SUPPLEMENTED = pyo.Set(
        initialize=[m for m, row in measures.items() if row.national == "supplement" and aid[m] and top[m] > 0],
        doc="measures that aid supplements",
    )
    model.EXCLUSIVE = pyo.Set(
        initialize=[m for m in meets if measures[m].national == "exclusive"],
        doc="measures with one payer, aid or nation",
    )
    model.ceiling = pyo.Param(model.MEASURES, initialize=top, doc="most national money [money]")
    model.planned = pyo.Param(
        model.PLANNED,
        initialize={m: measures[m].national_planned for m in model.PLANNED},
        doc="national money decided [money]",
    )
    model.most_aid = pyo.Param(
        model.MEASURES,
        doc="most aid that the data allow [money]",
        initialize={m: _most_aid(instance, m, top[m], aid[m], model.most[m]) for m in measures},
    )
    model.most_national = pyo.Param(
        model.MEASURES,
        doc="most national money that the data allow [money]",
        initialize={m: most_money(instance, m, "national", national[m], model.most[m]) for m in measures},
    )
    model.Reached = pyo.Var(model.SUPPLEMENTED, domain=pyo.Binary, doc="1 if national money has reached its ceiling")
    model.AidPays = pyo.Var(model.EXCLUSIVE, domain=pyo.Binary, doc="1 if aid pays and the nation does not")
    _limit_national(model)


def _limit_national(model: pyo.ConcreteModel) -> None:
    """Limit national money, and aid beside it."""

    @model.Expression(model.MEASURES, doc="aid for a measure [money]")
    def Aid(model, m):
        return sum(model.Spend[m, f] for f in model.AID_OF[m])

    @model.Expression(model.MEASURES, doc="national money for a measure [money]")
    def National(model, m):
        return sum(model.Spend[m, f] for f in model.NATIONAL_OF[m])

    @model.Constraint(model.CAPPED, doc="national money stays below its ceiling [money]")
    def keeps_ceiling(model, m):
        return model.National[m] <= model.ceiling[m] * model.Funded[m]

    @model.Constraint(model.PLANNED, doc="national money is what the nation has decided [money]")
    def keeps_planned(model, m):
        return model.National[m] == model.planned[m] * model.Funded[m]

    @model.Constraint(model.SUPPLEMENTED, doc="aid enters only where national money has reached its ceiling [money]")
    def supplements_national(model, m):
        return model.Aid[m] <= model.most_aid[m] * model.Reached[m]

    @model.Constraint(model.SUPPLEMENTED, doc="the ceiling counts as reached only when it is [money]")
    def reaches_ceiling(model, m):
        return model.National[m] >= model.ceiling[m] * model.Reached[m]

    @model.Constraint(model.EXCLUSIVE, doc="aid enters only where aid alone pays [money]")
    def aid_pays_alone(model, m):
        return model.Aid[m] <= model.most_aid[m] * model.AidPays[m]

    @model.Constraint(model.EXCLUSIVE, doc="national money enters only where aid does not [money]")
    def nation_pays_alone(model, m):
        return model.National[m] <= model.most_national[m] * (model.Funded[m] - model.AidPays[m])


def _most_aid(instance: Instance, m: str, top: float, funds: Sequence[str], units: float) -> float:
    """Return the most aid a measure can take; a supplement leaves the ceiling to the nation [money]."""
    row = instance.measures[m]
    rest = row.fixed_cost + row.unit_cost * units - (top if row.national == "supplement" else 0.0)
    return max(0.0, min(rest, most_money(instance, m, "aid", funds, units)))


def add_cost_shares(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare which share of a cost each kind of fund pays."""
    kinds = {f: fund.kind for f, fund in instance.funds.items()}
    floors = {(m, k): x for m, row in instance.measures.items() for k, x in row.min_share.items() if x > 0}
    caps = {(m, k): x for m, row in instance.measures.items() for k, x in row.max_share.items() if x < 1}
    both = list(dict.fromkeys([*floors, *caps]))
    payers = {(m, k): [f for f in model.FUNDS_OF[m] if kinds[f] == k] for m, k in both}
    model.SHARED = pyo.Set(dimen=2, initialize=both, doc="measures and kinds of fund with a share")
    model.KIND_OF = pyo.Set(model.SHARED, initialize=payers, doc="funds of a kind that may pay for a measure")
    model.FLOOR_SHARES = pyo.Set(dimen=2, initialize=list(floors), doc="measures and kinds with a least share")
    model.CAP_SHARES = pyo.Set(dimen=2, initialize=list(caps), doc="measures and kinds with a largest share")
    model.min_share = pyo.Param(model.FLOOR_SHARES, initialize=floors, doc="least share of the cost")
    model.max_share = pyo.Param(model.CAP_SHARES, initialize=caps, doc="largest share of the cost")

    @model.Expression(model.SHARED, doc="money of one kind for a measure [money]")
    def KindPays(model, m, k):
        return sum(model.Spend[m, f] for f in model.KIND_OF[m, k])

    @model.Constraint(model.FLOOR_SHARES, doc="a kind of fund pays at least its share of the cost [money]")
    def pays_share(model, m, k):
        return model.KindPays[m, k] >= model.min_share[m, k] * model.Cost[m]

    @model.Constraint(model.CAP_SHARES, doc="a kind of fund pays at most its share of the cost [money]")
    def keeps_share(model, m, k):
        return model.KindPays[m, k] <= model.max_share[m, k] * model.Cost[m]
