"""Where would the next million go, and the last? The best plan with a fund a few steps larger and smaller."""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.infeasibility.levers import levers
from alloc.instance import Instance, draft
from alloc.instance.suggest import nearest
from alloc.report.charts import Chart, Series, chart_files, lines, standalone
from alloc.report.names import Names
from alloc.report.notebook import call_question
from alloc.study.answers.differences import subtract, take_figures
from alloc.study.answers.proofs import carry_along
from alloc.study.files import StudyFiles, write_study
from alloc.study.points import Overrides, Point, PointQuestion, open_kept, open_points
from alloc.study.request import check_language, choose_year, is_small
from alloc.texts.figures import signed

MARK = "margin.json"
"""What tells a study of a fund's next steps from any other folder."""

COLUMNS = [
    "step", "amount", "objective", "bound", "employment", "linkage", "gain", "gain_least", "gain_most", "nested",
    "status", "message",
]  # fmt: skip
CELLS = ["step", "county", "category", "aid", "change"]

SPECK = 1e-6
"""Less of a fund than this part is no money: what solvers leave of a cell that stays as it was."""


@dataclass(frozen=True)
class Margin:
    """What each step of a fund's money buys, from the smallest amount to the largest.

    instance: the question; fund: its id; step: [money]; points: step → the best plan with the fund that many steps
    larger; seconds: what all took. year: over several years the one whose money is moved.
    """

    instance: Instance
    fund: str
    step: float
    points: Mapping[int, Point]
    seconds: float
    year: int | None = None

    @property
    def proven(self) -> bool:
        """Tell whether every step is: its plan is optimal, or there is none."""
        return all(point.proven for point in self.points.values())

    @property
    def table(self) -> pd.DataFrame:
        """One row a step, as described in margin.csv's dictionary."""
        points = [None, *self.points.values()]
        rows = [self._row(step, *pair) for step, pair in zip(self.points, pairwise(points), strict=True)]
        return pd.DataFrame(rows, columns=COLUMNS).astype({"nested": "Int64", **dict.fromkeys(COLUMNS[1:9], float)})

    @property
    def cells(self) -> pd.DataFrame:
        """One row a step and cell, of several years of each: its aid, and the change from a step lower."""
        rows: list[tuple[object, ...]] = []
        lower: Mapping[Any, float] = {}
        for step, point in self.points.items():
            for place, aid in point.money.items():
                rows.append((step, *place, aid, aid - lower[place] if lower else None))
            lower = point.money
        columns = [*CELLS[:1], *([] if self.year is None else ["year"]), *CELLS[1:]]
        return pd.DataFrame(rows, columns=columns).astype({"aid": float, "change": float})

    @property
    def figures(self) -> dict[str, Any]:
        """What margin.json holds."""
        return {
            "alloc": 1,
            "name": self.instance.name,
            "fund": self.fund,
            **({} if self.year is None else {"year": self.year}),
            "step": self.step,
            "steps": list(self.points),
            "proven": self.proven,
            "seconds": self.seconds,
        }

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write margin.csv, cells.csv, margin.json, the chart and the data dictionary; return the path."""
        charts: Mapping[str, bytes] = {}
        if any(point.objective is not None for point in self.points.values()):
            drawn = standalone(draw_margin(self, lang), call_question(self.instance))
            charts = chart_files("margin", drawn)
        tables = {"margin": self.table, "cells": self.cells}
        files = StudyFiles(MARK, tables, self.figures, others=charts)
        return write_study(self.instance, files, Path(out), overwrite, lang)

    def find_amount(self, step: int) -> float:
        """Return what the fund holds at a step [money]."""
        return _trim(find_held(self.instance, self.fund, self.year) + step * self.step)

    def _row(self, step: int, lower: Point | None, point: Point | None) -> dict[str, Any]:
        """Return what a step says; its gains are differences to the step below, between what both are proven to."""
        assert point is not None
        goal, bound = (None, None) if lower is None else (lower.objective, lower.bound)
        return {
            "step": step,
            "amount": self.find_amount(step),
            **take_figures(point, "objective", "bound", "employment", "linkage"),
            "gain": subtract(point.objective, goal),
            "gain_least": subtract(point.objective, bound),
            "gain_most": subtract(point.bound, goal),
            "nested": self._is_nested(lower, point),
            "status": point.status,
            "message": point.message,
        }

    def _is_nested(self, lower: Point | None, point: Point) -> int | None:
        """Return 1 where every cell has at least what it has a step lower, None where there are no two plans."""
        if lower is None or not lower.money or not point.money:
            return None
        speck = SPECK * max(1.0, sum(point.money.values()))
        return int(all(aid >= lower.money[cell] - speck for cell, aid in point.money.items()))


def margin(
    instance: str | os.PathLike[str],
    *,
    fund: str,
    year: int | None = None,
    step: float | None = None,
    steps: tuple[int, int] = (-2, 3),
    overrides: Overrides | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    lang: str = "en",
    keep: str | os.PathLike[str] | None = None,
    tell: Callable[[Point], None] | None = None,
    preview: Callable[[int, float, Point], None] | None = None,
) -> Margin:
    """Tell what the next steps of a fund's money buy, and the last: every step is solved anew.

    instance: a path. fund: its id. year: over several years the one whose money is moved, the first where none is
    named, while that of the others stays as it is. step: [money], by default 1 % of the fund. steps: the first and the
    last, 0 being the fund as it is. overrides, gap, time_limit [s, of each step], lang: as for `solve`. jobs:
    processes; cluster: address of a Dask scheduler to use instead. keep: a folder that keeps each solve, so that one
    that was stopped goes on there. tell: is told of each step; preview: of each with its number and the fund's
    money, of a question that is not small.
    Raises InstanceError for faults, RequestError where the fund has no amount that may be moved so.
    """
    check_language(lang)
    started, given = time.perf_counter(), dict(overrides or {})
    written = draft(Path(instance))
    question = written.read(given)
    year = choose_year(question, year)
    held = find_held(question, fund, year)
    size = held / 100 if step is None else step
    first, last = steps
    _check_steps(fund, held, size, first, last)
    wanted = range(first, last + 1)
    move = choose_figures(question, fund, year)
    amounts = [_trim(held + number * size) for number in wanted]
    solved: dict[int, Point] = {}
    point = PointQuestion(written, {"gap": gap, "time_limit": time_limit}, lang, claims=False, over_years=True)
    with open_kept(keep, point, question.previous) as kept, open_points(point, jobs, cluster, kept=kept) as pool:
        for k, found in pool.solve_each([{**given, **move(amount)} for amount in amounts], tell):
            solved[wanted[k]] = found
            if preview is not None and not is_small(question):
                preview(wanted[k], amounts[k], found)
    points = carry_along(question, fund, solved)
    return Margin(question, fund, size, points, time.perf_counter() - started, year)


def choose_figures(question: Instance, fund: str, year: int | None) -> Callable[[float], dict[str, object]]:
    """Return what figures are replaced for a fund to hold an amount, in the one year or in one of several."""
    path = f"funds.{fund}.amount" if year is None else f"by_year.{year}.funds.{fund}.amount"
    (held,) = [lever.held for lever in levers(question) if lever.path == path]
    return lambda amount: {path: amount, **held}


def find_held(question: Instance, fund: str, year: int | None = None) -> float:
    """Return what a fund holds in all, in a year of several without what is carried [money].

    Raises RequestError where there is no such fund, or no such sum.
    """
    question = next((of for of in question.questions if of.year == year), question)
    if fund not in question.funds:
        known = ", ".join(question.funds)
        raise RequestError("margin_no_fund", found=fund, hint=nearest(fund, question.funds), expected=known)
    purse = question.funds[fund]
    if purse.amount is None:
        raise RequestError("margin_by_county", fund=fund)
    return purse.amount


def _check_steps(fund: str, held: float, size: float, first: int, last: int) -> None:
    if first > last:
        raise RequestError("margin_steps", found=f"{first}..{last}")
    if not (math.isfinite(size) and size > 0):
        raise RequestError("margin_step", found=f"{size:g}")
    if _trim(held + first * size) < 0:
        raise RequestError("margin_below", fund=fund, step=first, amount=f"{_trim(held + first * size):g}")


def draw_margin(found: Margin, lang: str) -> Chart:
    """Return the chart: the goal by the fund's money, each step named with what it buys; today's money is marked."""
    names = Names(found.instance, lang)
    table = found.table.dropna(subset="objective")
    places = list(zip(table["amount"], table["objective"], strict=True))
    fund = names.name("fund", found.fund)
    if found.year is not None:
        fund = names.say("in_year", what=fund, year=found.year)
    marked = (names.say("margin_today"), found.find_amount(0)) if 0 in found.points else None
    return lines(
        [Series("", places, labels=list(_labels(table["gain"])))],
        title=names.say("margin_chart", fund=fund),
        x=names.say("margin_axis", fund=fund, money=names.label),
        y=names.say("margin_goal"),
        zero=(False, False),
        marked=marked,
    )


def _labels(gains: "pd.Series[float]") -> Iterator[str]:
    for gain in gains:
        yield "" if math.isnan(gain) else signed(gain)


def _trim(number: float) -> float:
    """Return a number without the digits that sums and products leave behind."""
    return float(f"{number:.12g}")
