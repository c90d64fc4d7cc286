"""The best that given money can bring: every payment is fixed, whatever limits it breaks, and the rest is solved.

A plan made by hand says who pays how much for what; jobs, flows and chains follow from it. The question is
opened just so far that every payment has its place, limits that only concern what is fixed are left out (the
audit reads them against the question as it was asked), and what is free is the best that can be made of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyomo.core as pyo
from pyomo.core.expr.visitor import identify_variables

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.instance.rules import Count
from alloc.instance.schema import Fund, Measure
from alloc.model import build_years
from alloc.solution import Solution
from alloc.solver import solve_whole
from alloc.study.handmade import FixedPlan

FINE, FEW = 1e-6, 1000
"""With the money held little is left to decide: with so few measures the rest is proven to this gap, so that what a
plan loses is not what its completion left open."""


def complete(instance: Instance, fixed: FixedPlan, options: Options, floor: float | None = None) -> Solution:
    """Return the best plan with these payments, its tables ready to be audited against the instance.

    floor: in an order of goals, what the first one has to keep while the second is sought; where the money
    cannot bring that much, the first keeps the most it can. Raises SolveError where HiGHS fails.
    """
    wide = relax(instance, fixed)
    if len(instance.measures) < FEW:
        options = options.model_copy(update={"gap": min(options.gap, FINE)})
    if len(wide.objective.order) > 1 and floor is not None:
        wide = _lower_first_goal(wide, fixed, options, floor)
    plan = _solve_fixed(wide, fixed, options)
    if not plan.has_plan:
        raise SolveError("no_completion")
    return plan


def _lower_first_goal(wide: Instance, fixed: FixedPlan, options: Options, floor: float) -> Instance:
    """Let the first goal of an order fall to its floor and no further."""
    first = wide.objective.model_copy(update={"order": wide.objective.order[:1]})
    most = _solve_fixed(wide.model_copy(update={"objective": first}), fixed, options)
    if not most.has_plan:
        raise SolveError("no_completion")
    best = most.objective
    loss = max(0.0, best - floor) / abs(best) if best else 0.0
    return wide.model_copy(update={"objective": wide.objective.model_copy(update={"tolerance": loss})})


def _solve_fixed(wide: Instance, fixed: FixedPlan, options: Options) -> Solution:
    """Solve with the payments fixed; where what is left free clashes with itself, fix that too, at its least."""
    model = build_years(wide)
    _fix_decisions(model, fixed)
    _drop_decided_limits(model)
    plan = solve_whole(model, wide, options)
    if plan.has_plan:
        return plan
    model = build_years(wide)
    _fix_decisions(model, _decide_all(wide, fixed))
    _drop_decided_limits(model)
    return solve_whole(model, wide, options)


def _decide_all(wide: Instance, fixed: FixedPlan) -> FixedPlan:
    """Return the plan with every measure decided: what is not named is not funded unless it is committed."""
    if wide.questions:
        return FixedPlan({}, years={of.year: _decide_all(of, fixed.years[of.year]) for of in wide.questions})
    funded: dict[str, int] = {}
    units: dict[str, float] = {}
    for m, row in wide.measures.items():
        funded[m] = fixed.funded.get(m, int(row.committed))
        units[m] = fixed.units.get(m, row.min_units * funded[m])
    return FixedPlan(fixed.spend, funded, units)


def _fix_decisions(model: pyo.ConcreteModel, fixed: FixedPlan) -> None:
    """Fix what a plan has decided; whether payments are whole lots that just cover it is for the audit to say."""
    if fixed.years:
        for year, decided in fixed.years.items():
            _fix_decisions(model.Year[year], decided)
            _fix_history(model.Year[year])
        return
    model.pays_in_lots.deactivate()
    for m in set(model.ROUNDED) & set(fixed.units):
        model.leaves_no_lot[m].deactivate()
        model.Rest[m].setlb(None)
        model.Rest[m].setub(None)
    for m, f in model.ELIGIBLE:
        model.Spend[m, f].fix(fixed.spend.get((m, f), 0.0), skip_validation=True)
    for decisions, given in ((model.Funded, fixed.funded), (model.Units, fixed.units)):
        for m, value in given.items():
            decisions[m].fix(value, skip_validation=True)


def _fix_history(year: pyo.Block) -> None:
    """Fix what has gone ahead up to a year where all years before it are decided; else what hangs on it stays open."""
    for m in year.EVER if year.earlier else ():
        decided = [of.Funded[m] for of in (*year.earlier, year)]
        if all(funded.fixed for funded in decided):
            year.Ever[m].fix(max(map(pyo.value, decided)))


def _drop_decided_limits(model: pyo.ConcreteModel) -> None:
    """Leave out every limit that nothing free can help to keep."""
    for limit in model.component_data_objects(pyo.Constraint, active=True):
        free = identify_variables(limit.body, include_fixed=False)
        if all(x.lb is not None and x.lb == x.ub for x in free):
            limit.deactivate()


def relax(instance: Instance, fixed: FixedPlan) -> Instance:
    """Return the question opened so far that every payment and every scale of a plan has its place in the model."""
    if instance.questions:
        questions = tuple(relax(of, fixed.years[of.year]) for of in instance.questions)
        return instance.model_copy(update={"questions": questions})
    wide = allow_payments(instance, fixed)
    spent = _spend_by_county(instance, fixed)
    funds = {f: _top_up(fund, spent.get(f, {})) for f, fund in wide.funds.items()}
    paid = {m for (m, _), amount in fixed.spend.items() if amount}
    measures = {m: _stretch(row, m in paid, fixed.units.get(m)) for m, row in wide.measures.items()}
    rules = tuple(rule for rule in wide.rules if rule.penalty is not None or isinstance(rule, Count))
    return wide.model_copy(update={"funds": funds, "measures": measures, "rules": rules})


def allow_payments(instance: Instance, fixed: FixedPlan) -> Instance:
    """Return the question with every payment of a plan eligible, and all else as it was."""
    payers: dict[str, list[str]] = defaultdict(list)
    for (m, f), amount in fixed.spend.items():
        if amount:
            payers[m].append(f)
    funds = dict(instance.funds)
    for m, fs in payers.items():
        for f in fs:
            funds[f] = _allow_payment(funds[f], instance.measures[m])
    measures = {m: _accept_payers(row, payers[m], instance.funds) for m, row in instance.measures.items()}
    return instance.model_copy(update={"funds": funds, "measures": measures})


def _accept_payers(row: Measure, payers: Sequence[str], funds: Mapping[str, Fund]) -> Measure:
    """Return a measure that these funds may pay for."""
    update: dict[str, object] = {}
    if row.national == "none" and any(funds[f].kind == "national" for f in payers):
        update["national"] = "any"
    if row.funds:
        update["funds"] = tuple(dict.fromkeys([*row.funds, *payers]))
    return row.model_copy(update=update) if update else row


def _allow_payment(fund: Fund, measure: Measure) -> Fund:
    c, k = measure.county, measure.category
    update: dict[str, object] = {}
    if fund.counties and c not in fund.counties:
        update["counties"] = (*fund.counties, c)
    if fund.categories and k not in fund.categories:
        update["categories"] = (*fund.categories, k)
    if fund.by_county is not None and c not in fund.by_county:
        update["by_county"] = {**fund.by_county, c: 0.0}
    return fund.model_copy(update=update)


def _spend_by_county(instance: Instance, fixed: FixedPlan) -> dict[str, dict[str, float]]:
    """Return what every fund spends in each county: fund → county → money."""
    spent: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (m, f), amount in fixed.spend.items():
        spent[f][instance.measures[m].county] += amount
    return spent


def _top_up(fund: Fund, spent: Mapping[str, float]) -> Fund:
    """Return a fund that has what is spent of it."""
    update: dict[str, object] = {"min_use": 0.0}
    if fund.amount is not None:
        update["amount"] = max(fund.amount, sum(spent.values()))
    if fund.by_county is not None:
        update["by_county"] = {c: max(amount, spent.get(c, 0.0)) for c, amount in fund.by_county.items()}
    return fund.model_copy(update=update)


def _stretch(row: Measure, paid: bool, units: float | None) -> Measure:
    """Return a measure that may have the units it was given, and any payers; units beyond its most bring nothing."""
    update: dict[str, object] = {
        "national": "none" if row.national == "none" else "any",
        "national_ceiling": None,
        "national_planned": None,
        "min_share": {},
        "max_share": {},
        "eligible": row.eligible or paid,
    }
    if units is not None:
        update["min_units"] = min(row.min_units, units) if units > 0 else row.min_units
        update["integer"] = row.integer and units.is_integer()
    if units is not None and units > row.max_units:
        known = row.returns or (((row.max_units, 1.0),) if row.max_units > 0 else ())
        update["max_units"], update["returns"] = units, (*known, (units, 0.0))
    return row.model_copy(update=update)
