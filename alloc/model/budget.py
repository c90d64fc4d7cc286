"""The budget: what funds can give, and which part of what is spent each of them pays."""

from collections import defaultdict

import pyomo.core as pyo

from alloc.instance.schema import Instance
from alloc.model.columns import Param, amounts, column, find_marked, flatten, given, members_of
from alloc.model.years import carried


def add_budget(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what funds can give."""
    funds = instance.funds
    paid: dict[str, list[str]] = defaultdict(list)
    local: dict[tuple[str, str], list[str]] = defaultdict(list)
    for m, f in model.ELIGIBLE:
        paid[f].append(m)
        local[f, instance.measures[m].county].append(m)
    limited, bound = given(funds, "amount"), find_marked(funds, "min_use")
    tied = flatten(given(funds, "by_county"))
    model.MEASURES_OF = pyo.Set(model.FUNDS, initialize=members_of(paid), doc="measures that a fund may pay for")
    model.LIMITED_FUNDS = pyo.Set(initialize=list(limited), doc="funds with one amount")
    model.TIED_FUNDS = pyo.Set(dimen=2, initialize=list(tied), doc="funds tied to counties")
    model.BOUND_FUNDS = pyo.Set(initialize=list(bound), doc="funds that must be used")
    model.TIED_MEASURES = pyo.Set(
        model.TIED_FUNDS, initialize=members_of(local), doc="measures in a county that a fund may pay for"
    )
    model.amount = Param(model.LIMITED_FUNDS, initialize=limited, doc="money of a fund [money]")
    model.tied_amount = Param(model.TIED_FUNDS, initialize=tied, doc="money of a fund in a county [money]")
    model.min_use = Param(model.BOUND_FUNDS, initialize=bound, doc="least use of a fund [money]")
    _limit_funds(model)


def _limit_funds(model: pyo.ConcreteModel) -> None:
    """Keep funds within their money, and use them as far as they must be."""

    @model.Expression(model.FUNDS, doc="money spent from a fund [money]")
    def Spent(model, f):
        return sum(model.Spend[m, f] for m in model.MEASURES_OF[f])

    @model.Expression(model.TIED_FUNDS, doc="money spent from a fund in a county [money]")
    def SpentIn(model, f, c):
        return sum(model.Spend[m, f] for m in model.TIED_MEASURES[f, c])

    @model.Constraint(model.LIMITED_FUNDS, doc="a fund spends no more than it has [money]")
    def within_fund(model, f):
        money = model.amount[f]
        return model.Spent[f] <= (money + carried(model, f) if model.earlier else money)

    @model.Constraint(model.TIED_FUNDS, doc="a fund spends no more in a county than is tied to it [money]")
    def within_tied_fund(model, f, c):
        money = model.tied_amount[f, c]
        return model.SpentIn[f, c] <= (money + carried(model, f, c) if model.earlier else money)

    @model.Constraint(model.BOUND_FUNDS, doc="a fund is used at least as far as it must be [money]")
    def uses_fund(model, f):
        return model.Spent[f] >= model.min_use[f]


def add_cost_shares(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare which share of what is spent each kind of fund, or a fund, pays."""
    kinds = column(instance.funds, "kind")
    floors = {key: share for key, share in amounts(instance.measures, "min_share").items() if share > 0}
    caps = {key: share for key, share in amounts(instance.measures, "max_share").items() if share < 1}
    both = list(dict.fromkeys([*floors, *caps]))
    payers = {(m, k): [f for f in model.FUNDS_OF[m] if k in (f, kinds[f])] for m, k in both}
    model.SHARED = pyo.Set(dimen=2, initialize=both, doc="measures and kinds of fund, or funds, with a share")
    model.SHARERS = pyo.Set(model.SHARED, initialize=payers, doc="the funds of a share that may pay for a measure")
    model.FLOOR_SHARES = pyo.Set(dimen=2, initialize=list(floors), doc="measures and kinds or funds with a least share")
    model.CAP_SHARES = pyo.Set(dimen=2, initialize=list(caps), doc="measures and kinds or funds with a largest share")
    model.min_share = Param(model.FLOOR_SHARES, initialize=floors, doc="least share of what is spent")
    model.max_share = Param(model.CAP_SHARES, initialize=caps, doc="largest share of what is spent")

    @model.Expression(model.SHARED, doc="money of a kind, or a fund, for a measure [money]")
    def SharePaid(model, m, k):
        return sum(model.Spend[m, f] for f in model.SHARERS[m, k])

    @model.Constraint(model.FLOOR_SHARES, doc="a kind of fund, or a fund, pays at least its share [money]")
    def pays_share(model, m, k):
        return model.SharePaid[m, k] >= model.min_share[m, k] * model.Paid[m]

    @model.Constraint(model.CAP_SHARES, doc="a kind of fund, or a fund, pays at most its share [money]")
    def keeps_share(model, m, k):
        return model.SharePaid[m, k] <= model.max_share[m, k] * model.Paid[m]
