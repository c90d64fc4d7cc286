"""A plan over several years, year by year: the question that each answers after those before it, and its tables."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.instance.schema import Flow, Fund
from alloc.report.tables import EXTRA, YEARLY, make_tables
from alloc.solution import Solution, Status, Values

UNKNOWN = Solution(Status.NO_SOLUTION)

UNSAID = ("idle", "asked_by", "reason")
"""Columns that speak of one year alone, and would be false of what later years use."""


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


def make_tables_of_years(
    instance: Instance, plan: Solution, quos: Mapping[int, Solution]
) -> dict[int, dict[str, pd.DataFrame]]:
    """Return the tables of each year, as they are made of a plan of one year."""
    found = {}
    for year, question in roll_forward(instance, plan).items():
        own = replace(plan, values=plan.years[year], years={})
        found[year] = make_tables(question, own, quos[year], UNKNOWN)
    return found


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
        table = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
        unsaid = [column for column in table.columns if column in UNSAID or str(column).endswith("_without_aid")]
        found[name] = table.drop(columns=unsaid)
    return found


def figures_of_year(plan: Solution, quo: Solution, year: int, worth: float) -> dict[str, Any]:
    """Return what run.json holds of one year: its goals, not discounted, its money, and the status quo of the year."""
    values = plan.years[year]
    return {
        "year": year,
        "worth": worth,
        "employment": values["ExpectedEmployment"][None],
        "linkage": values["ExpectedLinkage"][None],
        "penalties": values["Penalties"][None],
        "spent": math.fsum(values["Spend"].values()),
        "status_quo": {
            "objective": quo.objective,
            "employment": quo.values["ExpectedEmployment"][None],
            "linkage": quo.values["ExpectedLinkage"][None],
        },
    }
