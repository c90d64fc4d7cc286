"""A plan over several years as somebody wrote it: the money of each year, and what it decides after those before it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from alloc.errors import Fault, InstanceError
from alloc.instance import Instance
from alloc.study.handmade import (
    MONEY,
    FixedPlan,
    HandmadePlan,
    find_payments,
    fix_plan,
    match_names,
    read_scales,
    sums_up,
    take_plan,
    understand_payments,
    understand_scales,
)
from alloc.study.spreadsheet import TableRow, read_rows


def read_plan_of_years(path: str | Path, instance: Instance) -> HandmadePlan:
    """Read a plan over several years: a results folder, an `allocation.csv` or a workbook, with the year in each row.

    Raises InstanceError with every row that cannot be understood, RequestError where there is nothing to read.
    """
    path = Path(path)
    file, faults = find_payments(path), list[Fault]()
    rows = read_rows(file, "allocation", ("year", *MONEY))
    asked = _list_asked(instance)
    money = split_rows(rows, instance, faults, asked)
    scales = split_rows(read_scales(file), instance, [], asked)
    years = {}
    for year in asked:
        spend: dict[tuple[str, str], float] = {}
        places: dict[tuple[str, str], str] = {}
        for row, m, f, amount in understand_payments(money[year], instance, faults):
            spend[m, f], places[m, f] = amount, row.place("amount")
        years[year] = HandmadePlan(path.name, spend, places, dict(understand_scales(scales[year], instance)))
    if faults:
        raise InstanceError(faults)
    return HandmadePlan(path.name, {}, {}, {}, years)


def split_rows(
    rows: Sequence[TableRow], instance: Instance, faults: list[Fault], years: Iterable[int], each: bool = False
) -> dict[int | None, list[TableRow]]:
    """Return the rows of each of some years; one of no such year is a fault, unless a total.

    each: a row without a year is one of each year, and stands under None, before those of any.
    """
    measures = match_names(instance.measures)
    found: dict[int | None, list[TableRow]] = {year: [] for year in ((None, *years) if each else years)}
    for row in rows:
        word, year = row.text("year"), read_year(row)
        if year in found and (year is not None or not word):
            found[year].append(row)
        elif not sums_up(row, measures):
            values = {"found": word, "expected": ", ".join(map(str, instance.years or (instance.year,)))}
            place = row.places.get("year", "")
            faults.append(Fault(place, "year", "plan_no_year" if word else "plan_without_year", values))
    return found


def group_rows(
    rows: Sequence[TableRow], instance: Instance, faults: list[Fault], keep: Callable[[TableRow], bool]
) -> dict[tuple[int, ...], list[TableRow]]:
    """Return the rows of a plan by the years that each is of: one without a year is one of all.

    keep: which rows of years that the question has not are looked at, and are faults; the others are left out. A
    question of one year takes a plan of one, whichever year that was.
    """
    every = instance.years or (instance.year,)
    if not instance.questions and len(list_years(rows)) < 2:
        return {every: list(rows)}
    asked = _list_asked(instance)
    mine = [row for row in rows if keep(row) or read_year(row) in (None, *asked)]
    by_year = split_rows(mine, instance, faults, asked, each=True)
    found: dict[tuple[int, ...], list[TableRow]] = {}
    for year, of in by_year.items():
        found.setdefault(every if year is None else (year,), []).extend(of)
    return found


def _list_asked(instance: Instance) -> list[int]:
    """Return the years of a question, those of `end_value` too."""
    return [question.year for question in instance.questions or (instance,)]


def list_years(rows: Iterable[TableRow]) -> list[int]:
    """Return the years that some rows are of."""
    return sorted({year for row in rows if (year := read_year(row)) is not None})


def read_year(row: TableRow) -> int | None:
    """Return the year of a row, None where none is said or what stands there is none."""
    word = row.text("year")
    return int(word) if word.isdecimal() and len(word) < 10 else None


def take_plan_of_years(name: str, tables: Mapping[str, pd.DataFrame]) -> HandmadePlan:
    """Return the plan over several years that the tables of a run hold."""
    years = {}
    for year in dict.fromkeys(tables["allocation"]["year"]):
        own = {key: tables[key][tables[key]["year"] == year] for key in ("allocation", "measures")}
        years[int(year)] = take_plan(name, own)
    return HandmadePlan(name, {}, {}, {}, years)


def fix_plan_of_years(instance: Instance, plan: HandmadePlan) -> FixedPlan:
    """Return what each year of a plan decides: upkeep of what was bought before it is paid first (see `fix_plan`).

    Units that the money of a year leaves free leave open what their upkeep is, and so what later money buys.
    """
    nothing = HandmadePlan(plan.name, {}, {}, {})
    years: dict[int, FixedPlan] = {}
    for question in instance.questions:
        upkeep, unknown = _add_upkeep(instance, question, years), set(_list_unknown(instance, question, years))
        fixed = fix_plan(question, plan.years.get(question.year, nothing), upkeep)
        funded = {m: on for m, on in fixed.funded.items() if m not in unknown}
        units = {m: scale for m, scale in fixed.units.items() if m not in unknown}
        years[question.year] = FixedPlan(fixed.spend, funded, units)
    return FixedPlan({}, years=years)


def _list_kept_up(instance: Instance, question: Instance, years: Mapping[int, FixedPlan]) -> Iterator[tuple[str, int]]:
    """Yield each measure with the earlier years whose purchases cost money in a year."""
    for before in instance.questions:
        if before.year not in years:
            return
        for m, row in before.measures.items():
            if question.measures[m].recurrent and row.is_kept_up(question.year - before.year):
                yield m, before.year


def _add_upkeep(instance: Instance, question: Instance, years: Mapping[int, FixedPlan]) -> dict[str, float]:
    """Return what purchases of earlier years cost in a year, by measure [money]."""
    found: dict[str, float] = {}
    for m, year in _list_kept_up(instance, question, years):
        more = question.measures[m].recurrent * years[year].units.get(m, 0.0)
        found[m] = found.get(m, 0.0) + more
    return found


def _list_unknown(instance: Instance, question: Instance, years: Mapping[int, FixedPlan]) -> Iterator[str]:
    """Yield the measures whose upkeep in a year is not settled by the money of the years before."""
    for m, year in _list_kept_up(instance, question, years):
        if m not in years[year].units:
            yield m
