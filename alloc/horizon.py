"""A plan over several years, year by year: the question that each answers after those before it, and its tables."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from alloc.claims import subtract_worlds
from alloc.counterfactual import Worlds
from alloc.instance import GOALS, Instance
from alloc.instance.schema import Flow, Fund
from alloc.instance.years import worth_of_years
from alloc.report.dictionary import EXTRA, YEARLY
from alloc.report.tables import make_tables
from alloc.report.use_over_years import mark_use
from alloc.solution import Solution, Status, Values


def roll_forward(instance: Instance, plan: Solution) -> dict[int, Instance]:
    """Return the question of each year as the years before it leave it: money carried, payments to compare with."""
    found: dict[int, Instance] = {}
    before: Instance | None = None
    for question in instance.questions:
        update: dict[str, Any] = {}
        if before is not None:
            last = plan.years[before.year]
            update["funds"] = {f: _carry(before, last, f, fund) for f, fund in question.funds.items()}
            update["previous"] = dict.fromkeys(question.previous, _flows(before, last))
        before = question.model_copy(update=update)
        found[question.year] = before
    return found


def _carry(before: Instance, last: Values, f: str, fund: Fund) -> Fund:
    """Return a fund with what is carried into its year, in all and for each county."""
    old = before.funds[f]
    spent: dict[str, float] = {}
    for (m, g), paid in last["Spend"].items():
        if g == f:
            c = before.measures[m].county
            spent[c] = spent.get(c, 0.0) + paid

    def more(money: float, used: float) -> float:
        return fund.carry * max(money - used, 0.0)

    amount, tied = fund.amount, fund.by_county
    if amount is not None and old.amount is not None:
        amount = amount + more(old.amount, math.fsum(spent.values()))
    if tied is not None and old.by_county is not None:
        tied = {c: money + more(old.by_county.get(c, 0.0), spent.get(c, 0.0)) for c, money in tied.items()}
    return fund.model_copy(update={"amount": amount, "by_county": tied})


def _flows(before: Instance, last: Values) -> tuple[Flow, ...]:
    """Return where the money of a year went, as a previous plan of the year after it."""
    found = []
    for (m, f), amount in last["Spend"].items():
        row = before.measures[m]
        where = {"county": row.county, "category": row.category, "industry": row.industry}
        found.append(Flow(measure=m, fund=f, kind=before.funds[f].kind, amount=amount, **where))
    return tuple(found)


def make_tables_of_years(instance: Instance, plan: Solution, worlds: Worlds) -> dict[int, dict[str, pd.DataFrame]]:
    """Return the tables of each year, as they are made of a plan of one year."""
    found = {}
    for year, question in roll_forward(instance, plan).items():
        own, without = take_year(plan, year), take_year(worlds.without.solution, year)
        found[year] = make_tables(question, own, worlds.quos[year], without)
    return tell_use(instance, plan, found)


def tell_use(
    instance: Instance, plan: Solution, tables: Mapping[int, Mapping[str, pd.DataFrame]]
) -> dict[int, dict[str, pd.DataFrame]]:
    """Return the tables of each year with what is paid for and used in none of the years, and what asks for it."""
    years = {year: (question, take_year(plan, year)) for year, question in roll_forward(instance, plan).items()}
    measures = mark_use(years, tables)
    return {year: {**of, "measures": measures[year]} for year, of in tables.items()}


def take_year(world: Solution, year: int) -> Solution:
    """Return one year of a world; what is not known stays so."""
    return replace(world, values=world.years[year], years={}) if world.has_plan else world


def join_years(years: Mapping[int, Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Return the tables of all years under one another, with the year as the first column."""
    found = {}
    for name in (*YEARLY, *EXTRA):
        frames = []
        for year, tables in years.items():
            if name not in tables:
                continue
            frame = tables[name].copy()
            frame.insert(0, "year", year)
            frames.append(frame)
        if not frames:
            continue
        found[name] = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    return found


def list_years(instance: Instance, plan: Solution, worlds: Worlds) -> list[dict[str, Any]]:
    """Return what run.json holds of each year: its goals, not discounted, its money, and the worlds beside it.

    What is claimed through whom stands there where the world without the aid is proven.
    """
    found, proven = [], worlds.without.solution.status == Status.OPTIMAL
    for year, worth in worth_of_years(instance).items():
        values = plan.years[year]
        own, standing = _reach(values), _reach(worlds.quos[year].values)
        alone = _reach_without_aid(instance, worlds.without.solution, year)
        found.append(
            {
                "year": year,
                "worth": worth,
                **own,
                "penalties": values["Penalties"][None],
                "spent": math.fsum(values["Spend"].values()),
                "status_quo": {"objective": worlds.quos[year].objective, **standing},
                "without_aid": alone,
                "through_others": _subtract(alone, standing) if proven else None,
                "through_aid": _subtract(own, alone) if proven else None,
            }
        )
    return found


def _reach_without_aid(instance: Instance, without: Solution, year: int) -> dict[str, float | None]:
    """Return what a year reaches without the aid, what that adds to the goal; nothing where it is unknown."""
    if not without.has_plan:
        return {"objective": None, **dict.fromkeys(GOALS)}
    aim, reached = instance.objective, _reach(without.years[year])
    weighted = aim.employment * reached["employment"] + aim.linkage * reached["linkage"]
    value = reached[aim.order[-1]] if aim.order else weighted
    return {"objective": value - without.years[year]["Penalties"][None], **reached}


def _subtract(more: Mapping[str, float | None], less: Mapping[str, float | None]) -> dict[str, float | None]:
    return {goal: subtract_worlds(more[goal], less[goal]) for goal in GOALS}


def _reach(values: Values) -> dict[str, float]:
    """Return the jobs and the linkage of a year."""
    return {"employment": values["ExpectedEmployment"][None], "linkage": values["ExpectedLinkage"][None]}
