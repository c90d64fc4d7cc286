"""Complementarity: how aid and national money meet in a measure."""

import math
from itertools import product

import pyomo.core as pyo

from alloc.instance.money import ROUNDING, billed, ceiling, dearest, in_lots, most_money
from alloc.instance.schema import Instance
from alloc.model.columns import Param, given, group, members_of
from alloc.model.years import empty_at, paid_if_funded


def add_complementarity(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare how aid and national money meet in a measure: supplement, never replace, never pay twice."""
    measures = instance.measures
    aid, national = _payers(model, instance, "aid"), _payers(model, instance, "national")
    top = {m: ceiling(instance, m) for m in measures}
    capped = [m for m in national if top[m] < billed(instance, dearest(instance, m, measures[m].max_units))]
    planned = given(measures, "national_planned")

    model.AID_OF = pyo.Set(model.MEASURES, initialize=members_of(aid), doc="aid funds that may pay for a measure")
    model.NATIONAL_OF = pyo.Set(
        model.MEASURES, initialize=members_of(national), doc="national funds that may pay for a measure"
    )
    model.CAPPED = pyo.Set(initialize=capped, doc="measures whose national money has a ceiling")
    model.PLANNED = pyo.Set(initialize=list(planned), doc="measures with national money decided")
    model.EXCLUSIVE = pyo.Set(
        initialize=[m for m in aid if m in national and measures[m].national == "exclusive"],
        doc="measures with one payer, aid or nation",
    )
    model.ceiling = Param(model.MEASURES, initialize=top, doc="most national money [money]")
    model.planned = Param(model.PLANNED, initialize=planned, doc="national money decided [money]")
    model.most_aid = Param(
        model.MEASURES,
        initialize=lambda model, m: most_money(instance, m, "aid", aid.get(m, []), model.most[m]),
        doc="most aid that the data allow [money]",
    )
    model.most_national = Param(
        model.MEASURES,
        initialize=lambda model, m: most_money(instance, m, "national", national.get(m, []), model.most[m]),
        doc="most national money that the data allow [money]",
    )
    model.AidPays = pyo.Var(model.EXCLUSIVE, domain=pyo.Binary, doc="1 if aid pays and the nation does not")
    _limit_national(model)


def _payers(model: pyo.ConcreteModel, instance: Instance, kind: str) -> dict[str, list[str]]:
    """Return the funds of a kind that may pay for each measure, in the order of the measures."""
    return group((m, f) for m, f in model.ELIGIBLE if instance.funds[f].kind == kind)


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
        return model.National[m] <= model.ceiling[m] * paid_if_funded(model, m)

    @model.Constraint(model.PLANNED, doc="national money is what the nation has decided [money]")
    def keeps_planned(model, m):
        return model.National[m] == model.planned[m] * model.Funded[m]

    @model.Constraint(model.EXCLUSIVE, doc="aid enters only where aid alone pays [money]")
    def aid_pays_alone(model, m):
        return model.Aid[m] <= model.most_aid[m] * model.AidPays[m]

    @model.Constraint(model.EXCLUSIVE, doc="national money enters only where aid does not [money]")
    def nation_pays_alone(model, m):
        return model.National[m] <= model.most_national[m] * (paid_if_funded(model, m) - model.AidPays[m])


def add_supplements(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare when aid may supplement national money: its ceiling is reached, or every purse for it is empty.

    A purse counts as empty once all of it is spent, or all that it ties to the county. Where no national
    fund may pay at all, aid need not wait, unless the supplement is strict.
    """
    measures = instance.measures
    strict: list[str] = []
    waiting: list[tuple[str, str]] = []
    for m, row in measures.items():
        if not model.AID_OF[m] or model.ceiling[m] <= 0:
            continue
        if row.national == "supplement-strict":
            strict.append(m)
        elif row.national == "supplement":
            waiting += product([m], model.NATIONAL_OF[m])
    whole, tied = _purses(instance, waiting)

    model.STRICT = pyo.Set(initialize=strict, doc="measures that aid supplements at the ceiling alone")
    model.WAITING = pyo.Set(
        dimen=2, initialize=waiting, doc="measures that aid supplements and national funds for them"
    )
    model.SUPPLEMENTED = pyo.Set(initialize=[*group(waiting), *strict], doc="measures that aid supplements")
    model.PURSES = pyo.Set(initialize=list(whole), doc="national funds whose end opens measures to aid")
    model.TIED_PURSES = pyo.Set(dimen=2, initialize=list(tied), doc="the same, by what is tied to a county")
    model.PURSE_OF = pyo.Set(
        model.WAITING,
        initialize=lambda model, m, f: [f] if f in whole else [],
        doc="the purse that a measure waits for",
    )
    model.TIED_PURSE_OF = pyo.Set(
        model.WAITING,
        dimen=2,
        initialize=lambda model, m, f: [(f, measures[m].county)] if (f, measures[m].county) in tied else [],
        doc="the same, tied to the county",
    )
    model.purse = Param(model.PURSES, initialize=whole, doc="what an empty purse has spent [money]")
    model.tied_purse = Param(
        model.TIED_PURSES, initialize=tied, doc="what a purse that is empty for a county has spent there [money]"
    )
    _bound_supplements(model, instance)
    _limit_supplements(model)


def _purses(
    instance: Instance, waiting: list[tuple[str, str]]
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Return what funds that measures wait for can spend in all, and what they can in the counties they are tied to."""
    whole, tied = {}, {}
    for m, f in waiting:
        fund, c = instance.funds[f], instance.measures[m].county
        if fund.amount is not None:
            whole[f] = in_lots(instance, fund.amount)
        if fund.by_county is not None:
            tied[f, c] = in_lots(instance, fund.by_county[c])
    return whole, tied


def _bound_supplements(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Say how much aid there can be beside a ceiling that is reached, and beside purses that are empty."""
    most = {f: math.fsum(model.Spend[m, f].ub for m in model.MEASURES_OF[f]) for f in model.PURSES}
    most_in = {(f, c): math.fsum(model.Spend[m, f].ub for m in model.TIED_MEASURES[f, c]) for f, c in model.TIED_PURSES}

    def least(m: str, f: str) -> float:
        """Return the least of an empty purse that went to a measure, infinite where it cannot be emptied."""
        lacks = [model.purse[g] - most[g] for g in model.PURSE_OF[m, f]]
        lacks += [model.tied_purse[key] - most_in[key] for key in model.TIED_PURSE_OF[m, f]]
        own, found = model.Spend[m, f].ub, math.inf
        for lack in lacks:
            if _is_none(lack, own):
                found = min(found, max(lack + own, 0.0))
        return found

    after = dict.fromkeys(model.SUPPLEMENTED, math.inf)
    for m, funds in group(model.WAITING).items():
        after[m] = sum(least(m, f) for f in funds)

    def beside(m: str, national: float) -> float:
        """Return the most aid for a measure beside so much national money."""
        spent = billed(instance, dearest(instance, m, model.most[m]))
        return max(0.0, float(min(model.most_aid[m], spent - national)))

    model.beside_ceiling = Param(
        model.SUPPLEMENTED,
        initialize=lambda model, m: beside(m, model.ceiling[m]),
        doc="most aid beside a ceiling that is reached [money]",
    )
    model.beside_empty = Param(
        model.SUPPLEMENTED,
        initialize=lambda model, m: beside(m, after[m]),
        doc="most aid beside purses that are empty [money]",
    )
    model.Reached = pyo.Var(
        model.SUPPLEMENTED,
        domain=pyo.Binary,
        bounds=lambda model, m: (0, int(_is_none(model.ceiling[m] - model.most_national[m], model.ceiling[m]))),
        doc="1 if national money has reached its ceiling",
    )
    model.Empty = pyo.Var(
        model.PURSES,
        domain=pyo.Binary,
        bounds=lambda model, f: (0, int(_is_none(model.purse[f] - most[f], most[f]))),
        doc="1 if a national fund has spent all it has",
    )
    model.EmptyIn = pyo.Var(
        model.TIED_PURSES,
        domain=pyo.Binary,
        bounds=lambda model, f, c: (0, int(_is_none(model.tied_purse[f, c] - most_in[f, c], most_in[f, c]))),
        doc="1 if a national fund has spent all that is tied to a county",
    )


def _is_none(lack: float, size: float) -> bool:
    """Tell whether nothing is lacking, but for the rounding of sums of that size."""
    return lack <= ROUNDING * max(1.0, size)


def _limit_supplements(model: pyo.ConcreteModel) -> None:
    """Keep aid waiting for national money."""

    @model.Constraint(model.SUPPLEMENTED, doc="the ceiling counts as reached only when it is [money]")
    def reaches_ceiling(model, m):
        return model.National[m] >= model.ceiling[m] * model.Reached[m]

    @model.Constraint(model.PURSES, doc="a purse counts as empty only when it is [money]")
    def empties_purse(model, f):
        return model.Spent[f] >= empty_at(model, model.purse[f], model.Empty[f], f)

    @model.Constraint(model.TIED_PURSES, doc="a purse counts as empty for a county only when it is [money]")
    def empties_tied_purse(model, f, c):
        return model.SpentIn[f, c] >= empty_at(model, model.tied_purse[f, c], model.EmptyIn[f, c], f, c)

    @model.Constraint(model.WAITING, doc="aid waits until the ceiling is reached or the fund is empty [money]")
    def supplements_national(model, m, f):
        empty = sum(model.Empty[g] for g in model.PURSE_OF[m, f]) + sum(
            model.EmptyIn[g, c] for g, c in model.TIED_PURSE_OF[m, f]
        )
        return model.Aid[m] <= model.beside_ceiling[m] * model.Reached[m] + model.beside_empty[m] * empty

    @model.Constraint(model.STRICT, doc="aid waits until the ceiling is reached, whatever the purses [money]")
    def supplements_strictly(model, m):
        return model.Aid[m] <= model.beside_ceiling[m] * model.Reached[m]
