"""What of a plan over several years is used: purchases of which nothing is, in any year in which they work."""

from collections.abc import Iterator, Mapping
from itertools import product

import pandas as pd

from alloc.instance import Instance
from alloc.report.use import find_needed, find_used
from alloc.solution import Solution

UPKEEP = "recurrent"
"""What asks for the money that purchases of earlier years cost."""

Years = Mapping[int, tuple[Instance, Solution]]
"""The question of each year, and what the plan decides in it."""


def mark_use(years: Years, tables: Mapping[int, Mapping[str, pd.DataFrame]]) -> dict[int, pd.DataFrame]:
    """Return the measures of each year with what is idle over all years, and upkeep among what asks for them.

    A row is idle where money is paid in its year, and nothing of all that it pays for, bought then or kept up then, is
    used in any year in which it works; what others hang on from then on is used. tables: of each year, by name.
    """
    useful, found = set(_list_useful(years)), {}
    for year in years:
        measures = tables[year]["measures"].copy()
        idle, asked = [], []
        rows = zip(measures["measure"], measures["cost"], measures["asked_by"], strict=True)
        for m, cost, words in rows:
            kept = list(_list_kept(years, year, m))
            paid_for = {(then, m) for then in (*kept, year)}
            idle.append(int(cost > 0 and not paid_for & useful))
            asked.append("|".join(filter(None, (words, UPKEEP if kept else ""))))
        found[year] = measures.assign(idle=idle, asked_by=asked)
    return found


def _list_useful(years: Years) -> Iterator[tuple[int, str]]:
    """Yield the purchases, by year and measure, of which something is used or on which something hangs."""
    used = {year: set(find_used(*of)) for year, of in years.items()}
    needed = {year: set(find_needed(*of)) for year, of in years.items()}
    for bought, (question, plan) in years.items():
        for m, year in product(question.measures, years):
            works = question.measures[m].is_working(year - bought) and m in used[year]
            hangs = year >= bought and m in needed[year]
            if round(plan.values["Funded"][m]) and (works or hangs):
                yield bought, m


def _list_kept(years: Years, year: int, m: str) -> Iterator[int]:
    """Yield the earlier years whose purchases of a measure cost money in a year."""
    question, _ = years[year]
    for before, (then, plan) in years.items():
        lasts = then.measures[m].is_kept_up(year - before)
        if lasts and question.measures[m].recurrent > 0 and plan.values["Units"][m] > 0:
            yield before
