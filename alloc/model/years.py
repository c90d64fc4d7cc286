"""What years leave to those after them: works that last, their upkeep, money that is carried, what was funded before.

Every year is a block that the topics build like a question of one year; it knows the blocks before it. One year alone
knows none, and nothing here adds to it.
"""

import math
from collections.abc import Iterator
from typing import Any

import pyomo.core as pyo

from alloc.instance.effects import states
from alloc.instance.lookups import leaned_on
from alloc.instance.rules import Change
from alloc.instance.schema import Instance
from alloc.instance.years import worth_of_years
from alloc.model.columns import Param, column, pairs


def begin(model: Any, instance: Instance, earlier: tuple[Any, ...] = ()) -> Instance:
    """Let a year know its question and the years before it; return the question with what these may leave to it."""
    model.earlier, model.question = earlier, instance
    if not earlier:
        return instance
    upkeep, carried = _most_upkeep(model), _most_carried(model)
    model.question = instance.model_copy(update={"upkeep": upkeep, "carried": carried, "follows": True})
    return model.question  # type: ignore[no-any-return]


def purchases(model: Any) -> Iterator[tuple[int, Any]]:
    """Yield the years up to this one, each with how many years ago it was."""
    for before in (*model.earlier, model):
        yield model.question.year - before.question.year, before


def _most_upkeep(model: Any) -> dict[str, float]:
    """Return the most that earlier purchases of each measure may cost this year [money]."""
    found: dict[str, float] = {}
    for m, row in model.question.measures.items():
        most = row.recurrent * math.fsum(before.most[m] for before in _kept_up(model, m))
        if most > 0:
            found[m] = most
    return found


def _kept_up(model: Any, m: str) -> Iterator[Any]:
    """Yield the earlier years whose purchases of a measure cost money this year."""
    for after, before in purchases(model):
        if before.question.measures[m].is_kept_up(after):
            yield before


def upkeep(model: Any, m: Any) -> Any:
    """Return what earlier purchases of a measure cost this year [money]."""
    if not model.earlier:
        return 0
    recurrent = model.question.measures[m].recurrent
    return recurrent * sum(before.Units[m] for before in _kept_up(model, m)) if recurrent else 0


def paid_if_funded(model: Any, m: Any) -> Any:
    """Return 1 where a measure may be paid for: when it goes ahead, or whenever earlier purchases cost money."""
    return 1 if model.earlier and m in model.question.upkeep else model.Funded[m]


def works(model: Any, m: Any, own: Any) -> Any:
    """Return what all purchases that work this year bring at most, each on its own curve [units].

    own: what this year's purchase brings; the page of the formulation shows that alone.
    """
    if not isinstance(m, str):
        return own
    found: list[Any] = []
    for after, year in purchases(model):
        if year.question.measures[m].is_working(after):
            mine = year is model
            found.append(own if mine else sum(year.slope[m, i] * year.Piece[m, i] for i in year.PIECES_OF[m]))
    return found[0] if len(found) == 1 else sum(found)


def _most_carried(model: Any) -> dict[str, dict[str, float]]:
    """Return the most money that is carried into this year: fund → county, or none → money [money]."""
    before = model.earlier[-1].question
    found: dict[str, dict[str, float]] = {}
    for f, fund in model.question.funds.items():
        last, already = before.funds[f], before.carried.get(f, {})
        purses = {**(last.by_county or {}), **({} if last.amount is None else {"": last.amount})}
        if fund.carry > 0:
            found[f] = {c: fund.carry * (money + already.get(c, 0.0)) for c, money in purses.items()}
    return found


def carried(model: Any, f: str, c: str = "") -> Any:
    """Return the money of a fund, or of its part for a county, that is carried into this year [money]."""
    if not model.earlier or f not in model.question.carried:
        return 0
    before = model.earlier[-1]
    if c and (f, c) not in before.TIED_FUNDS:
        return 0
    money = before.tied_amount[f, c] if c else before.amount[f]
    spent = before.SpentIn[f, c] if c else before.Spent[f]
    return model.question.funds[f].carry * (money + carried(before, f, c) - spent)


def empty_at(model: Any, purse: Any, empty: Any, f: str, c: str = "") -> Any:
    """Return what an empty purse has spent at least: all of it, that which was carried into the year included [money].

    With lots what is left of a purse may be less than one.
    """
    more = carried(model, f, c)
    if isinstance(more, int):
        return purse * empty
    most, lot = model.question.carried[f][c], model.question.money.lot or 0.0
    short = lot * (1 - 1e-5)
    whole = model.tied_amount[f, c] if c else model.amount[f]
    return whole + more - short - (whole + most) * (1 - empty)


def so_far(model: Any, m: Any) -> Any:
    """Return 1 where a measure has gone ahead, this year or before."""
    return model.Ever[m] if model.earlier else model.Funded[m]


def units_so_far(model: Any, m: Any) -> Any:
    """Return the units of a measure bought up to this year [units]."""
    return sum((before.Units[m] for before in model.earlier), model.Units[m]) if model.earlier else model.Units[m]


def add_history(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what holds over all years up to this one: what went ahead, what excludes it, and units in all."""
    measures = instance.measures
    limited: dict[str, float] = {}
    for m, row in measures.items():
        if (row.max_total is not None or model.earlier) and not math.isinf(row.most_in_all):
            limited[m] = row.most_in_all
    model.TOTALLED = pyo.Set(initialize=list(limited), doc="measures whose units over all years are limited")
    model.max_total = Param(model.TOTALLED, initialize=limited, doc="most units over all years [units]")

    @model.Constraint(model.TOTALLED, doc="units bought up to this year keep to the most over all years [units]")
    def within_total(model, m):
        return units_so_far(model, m) <= model.max_total[m]

    if not model.earlier:
        return
    model.EVER = pyo.Set(initialize=list(leaned_on(instance)), doc="measures that others hang on")
    model.Ever = pyo.Var(model.EVER, bounds=(0, 1), doc="1 if a measure has gone ahead, this year or before")
    rivals: dict[tuple[str, str], None] = {}
    for m, other in pairs(measures, "excludes"):
        rivals |= {(m, other): None, (other, m): None}
    model.PURCHASES = pyo.Set(initialize=range(len(model.earlier) + 1), doc="years up to this one")
    model.BEFORE = pyo.Set(initialize=range(len(model.earlier)), doc="years before this one")
    model.RIVALS = pyo.Set(dimen=2, initialize=list(rivals), doc="measures and those that exclude them")
    years = (*model.earlier, model)

    @model.Constraint(model.EVER, model.PURCHASES, doc="what has gone ahead in a year has gone ahead")
    def has_gone_ahead(model, m, t):
        return model.Ever[m] >= years[t].Funded[m]

    @model.Constraint(model.EVER, doc="only what has gone ahead in a year has gone ahead")
    def went_ahead(model, m):
        return model.Ever[m] <= sum(year.Funded[m] for year in years)

    @model.Constraint(model.RIVALS, model.BEFORE, doc="what excludes a measure did not go ahead before it")
    def excludes_later(model, m, other, t):
        return model.Funded[m] + years[t].Funded[other] <= 1


def compared_with(model: Any, r: Any, g: Any, here: Any) -> Any:
    """Return what a rule compares with; of a change after another year of the plan, what was spent in that year."""
    if not model.earlier or not any(rule.name == r and isinstance(rule, Change) for rule in model.question.rules):
        return here
    before = model.earlier[-1]
    return sum(before.Spend[m, f] for m, f in model.COUNTED[r, g] if (m, f) in before.ELIGIBLE)


def each_year(model: Any) -> Iterator[Any]:
    """Yield the blocks of the years, or the model itself where it is of one year."""
    yield from model.Year.values() if hasattr(model, "Year") else (model,)


def declare_years(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare the years, each a block, and what each is worth."""
    years = [of.year for of in instance.questions]
    model.YEARS = pyo.Set(initialize=years, doc="years")
    model.worth_of_year = Param(model.YEARS, initialize=worth_of_years(instance), doc="worth of a year")
    model.Year = pyo.Block(model.YEARS, concrete=True)
    model.SCENARIOS = pyo.Set(initialize=list(states(instance)), doc="states of the world")
    chances = column(states(instance), "probability")
    model.probability = Param(model.SCENARIOS, initialize=chances, doc="probability of a scenario")
    model.ADAPTING = pyo.Set(initialize=[], doc="industries that a factor strikes: none over several years")


def add_goals_of_years(model: pyo.ConcreteModel) -> None:
    """Declare the goals of all years together, and the money of each."""

    def over(model, name: str, *index: Any) -> Any:
        return sum(model.worth_of_year[t] * getattr(model.Year[t], name)[index or None] for t in model.YEARS)

    @model.Expression(model.YEARS, doc="money spent in a year [money]")
    def Spend(model, t):
        return sum(model.Year[t].Spend.values())

    @model.Expression(model.SCENARIOS, doc="employment over all years, discounted [job-years]")
    def Employment(model, w):
        return over(model, "Employment", w)

    @model.Expression(model.SCENARIOS, doc="industrial linkage over all years, discounted [linkage]")
    def Linkage(model, w):
        return over(model, "Linkage", w)

    @model.Expression(doc="employment over all scenarios and years [job-years]")
    def ExpectedEmployment(model):
        return over(model, "ExpectedEmployment")

    @model.Expression(doc="linkage over all scenarios and years [linkage]")
    def ExpectedLinkage(model):
        return over(model, "ExpectedLinkage")

    @model.Expression(doc="what breaking soft rules costs over all years [objective]")
    def Penalties(model):
        return over(model, "Penalties")
