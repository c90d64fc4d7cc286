"""What years of a plan leave to those after them: money that is carried, upkeep of what was bought, works that last."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import available
from alloc.texts import say
from alloc.texts.figures import amount

Tables = Mapping[str, pd.DataFrame]

HALF = 0.5
"""Lasting measures are starved where the last year gives them less than this part of what the years before did."""


class Purse(NamedTuple):
    """A fund in a year, or what of it is for a county: its own money, what is carried into it, and what becomes of it.

    on: of what is left, what is there in the next year; back: what goes back. All money.
    """

    year: int
    fund: str
    kind: str
    county: str
    own: float
    carried: float
    available: float
    spent: float
    left: float
    on: float
    back: float


class Upkeep(NamedTuple):
    """A measure in a year: units bought, units that work, units bought before that cost money, and how much of it.

    so_far: units bought in this year and before.
    """

    year: int
    measure: str
    bought: float
    working: float
    kept: float
    money: float
    so_far: float


def planned_years(instance: Instance) -> tuple[Instance, ...]:
    """Return the questions of the years in which something is bought; those of `end_value` come after them."""
    return instance.questions[: len(instance.years)]


def pick_year(tables: Tables, year: int) -> dict[str, pd.DataFrame]:
    """Return the rows of one year of every table."""
    return {name: frame[frame["year"] == year] for name, frame in tables.items()}


def list_bought(instance: Instance, measures: pd.DataFrame) -> pd.DataFrame:
    """Return the units of each measure (a row) that are bought in each year (a column), where any are."""
    units = measures.pivot(index="measure", columns="year", values="units")
    units = units.reindex(index=list(instance.measures), columns=list(instance.years))
    return units[(units > 0).any(axis=1)]


def list_purses(instance: Instance, tables: Tables) -> Iterator[Purse]:
    """Yield every fund in every year, by year."""
    years = planned_years(instance)
    for i, question in enumerate(years):
        following = years[i + 1].funds if i + 1 < len(years) else {}
        rows = tables["funds"][tables["funds"]["year"] == question.year]
        for row in rows.to_dict("records"):
            f, c, there, left = str(row["fund"]), str(row["county"] or ""), row["available"], row["unspent"]
            own = available(question, f, c or None)
            on = following[f].carry * left if f in following else 0.0
            held = there, row["spent"], left
            yield Purse(question.year, f, row["kind"], c, own, there - own, *held, on, left - on)


def list_upkeep(instance: Instance, measures: pd.DataFrame) -> Iterator[Upkeep]:
    """Yield every measure in every year, by year."""
    bought = measures.set_index(["measure", "year"])["units"].to_dict()
    years = instance.questions
    for i, question in enumerate(years):
        for m, row in question.measures.items():
            working = kept = so_far = 0.0
            for before in years[: i + 1]:
                after, units = question.year - before.year, bought[m, before.year]
                working += units if before.measures[m].is_working(after) else 0.0
                so_far += units
                kept += units if before.measures[m].is_kept_up(after) else 0.0
            yield Upkeep(question.year, m, bought[m, question.year], working, kept, row.recurrent * kept, so_far)


def tell_starved(instance: Instance, tables: Tables, lang: str) -> str:
    """Return a warning where the last year gives much less to what lasts than those before; nothing where it does not.

    Without further years that count (`end_value`) what lasts brings nothing for money of the last year.
    """
    if instance.end_value or len(instance.years) < 2:
        return ""
    lasting = {m for m, row in instance.measures.items() if row.lead + row.lasts > 1}
    costs = tables["measures"].set_index(["year", "measure"])["cost"].to_dict()
    bought = dict.fromkeys(instance.years, 0.0)
    for row in list_upkeep(instance, tables["measures"]):
        if row.measure in lasting and row.year in bought:
            bought[row.year] += max(costs[row.year, row.measure] - row.money, 0.0)
    last, *_ = reversed(instance.years)
    now = bought.pop(last)
    mean = sum(bought.values()) / len(bought)
    if now >= HALF * mean:
        return ""
    return say("years_starved", lang, last=last, label=instance.money.label, now=amount(now), before=amount(mean))
