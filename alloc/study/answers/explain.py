"""All that a meeting asks of a plan, at once and in the time that there is: written beside the plan, into `answers`."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import CATEGORIES, Instance, draft
from alloc.planning import choose_options
from alloc.report.answers import Answers, draw_certainty, draw_prices
from alloc.report.charts import Chart
from alloc.report.names import Names
from alloc.study.answers.certainty import RANGE, certainty
from alloc.study.answers.findings import (
    WHY,
    WHY_NOT,
    Tally,
    list_margin,
    list_moved_cells,
    list_unfunded,
    list_worth,
)
from alloc.study.answers.margin import CELLS, COLUMNS, Margin, choose_figures, draw_margin, find_held
from alloc.study.answers.otherwise import ask_for, take_out
from alloc.study.answers.plan_of_result import PlanOfResult, read_plan
from alloc.study.answers.price import PriceQuestion, choose_levers, list_dearest, list_questions, make_row
from alloc.study.answers.proofs import carry_along
from alloc.study.answers.timed import LONGEST, TimeShares, find_start, solve_until
from alloc.study.answers.written import write_answers
from alloc.study.points import Overrides, Point, PointPool, PointQuestion, SolvedPoint, open_kept, open_points

WEIGHTS = {"rules": 3.0, "margin": 2.0, "why_not": 3.0, "why": 3.0, "certainty": 4.0, "limits": 2.0}
"""What a meeting asks first comes first; each has this share of the time, and what others leave."""

WITHIN = 0.01
"""What is certain is asked of all plans that lose at most this part of the goal."""

STEP = 0.01
"""A step of money, as a part of the fund."""

PARTS = 12
"""One solve has at most this part of all the time: what is not proven by then has its range."""

WRITING = 0.05
"""This part of the time is kept to begin and to write the answers: workbook and page take seconds."""

ORDER = ("committed", "requires", "excludes", "fund_county", "fund_min_use", "national", "limited_by", "resource")
"""Limits that a meeting asks about before all others that are no rules."""


@dataclass(frozen=True)
class Explanation:
    """What was asked of a plan, and what was found in the time.

    folder: of the result; answers: the tables, with the status of each question, and their charts; proven: whether
    every question was answered and proven; interrupted: stopped before the time was out.
    """

    folder: Path
    instance: Instance
    lang: str
    answers: Answers
    proven: bool
    interrupted: bool
    seconds: float
    plan: PlanOfResult = field(repr=False)

    @property
    def figures(self) -> dict[str, Any]:
        """What explain.json holds."""
        point = self.plan.point
        return {
            "alloc": 1,
            "name": self.instance.name,
            "status": point.status,
            "objective": point.objective,
            "bound": point.bound,
            "within": self.answers.within,
            "minutes": self.answers.minutes,
            "questions": self.answers.get_rows("questions"),
            "proven": self.proven,
            "interrupted": self.interrupted,
            "seconds": self.seconds,
        }

    def save(self, overwrite: bool = False) -> Path:
        """Write `answers` into the result, its sheets into the workbook and its section into the page; return its path.

        All other files stay as they are. A workbook that was edited since stays too: the one with the answers is
        written into `answers` then.
        """
        return write_answers(self.folder, self.plan, self.answers, self.figures, self.lang, overwrite)


def explain(
    result: str | os.PathLike[str],
    *,
    minutes: float = 3.0,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    keep: str | os.PathLike[str] | None = None,
    tell: Callable[[Point], None] | None = None,
) -> Explanation:
    """Answer what a meeting asks of a plan: prices, next steps of money, why not, why, and what is certain.

    result: a results folder, in whose language the answers are. minutes: for all of it; what there was no time for is
    told so. gap: as for `solve`. time_limit: of each solve [s], by default a twelfth of the time. jobs: processes;
    cluster: address of a Dask scheduler to use instead. keep: a folder that keeps each solve, so that what was stopped
    goes on there. tell: is told of each solve.
    Raises RequestError for a folder without a plan, or one that was edited.
    """
    if not 0 < minutes < float("inf"):
        raise RequestError("explain_minutes", found=f"{minutes:g}")
    started = time.perf_counter()
    folder = Path(result)
    plan = read_plan(folder)
    seconds = 60 * minutes
    limit = min(choose_options(plan.instance, gap=gap).time_limit, time_limit or max(1.0, seconds / PARTS))
    shares = TimeShares(started + (1 - WRITING) * seconds, dict(WEIGHTS))
    asked = _Asked(plan, gap, limit, jobs, cluster, tell, shares, Tally(), keep)
    tables, charts = asked.answer()
    answers = Answers({**tables, "questions": asked.tally.table}, charts, WITHIN, minutes)
    proven = bool(answers.tables["questions"]["status"].isin(("proven", "nothing")).all())
    spent = time.perf_counter() - started
    return Explanation(folder, plan.instance, plan.lang, answers, proven, asked.interrupted, spent, plan)


@dataclass
class _Asked:
    """The questions of one plan: what is known, and the time that is left."""

    plan: PlanOfResult
    gap: float | None
    limit: float
    jobs: int
    cluster: str | None
    tell: Callable[[Point], None] | None
    shares: TimeShares
    tally: Tally
    keep: str | os.PathLike[str] | None = None
    interrupted: bool = False

    def answer(self) -> tuple[dict[str, pd.DataFrame], dict[str, list[Chart]]]:
        """Return all tables and charts."""
        names = Names(self.plan.instance, self.plan.lang)
        begin = SolvedPoint(self.plan.point, self._find_start())
        asked = PointQuestion(
            draft(self.plan.instance),
            {"gap": self.gap, "time_limit": self.limit},
            self.plan.lang,
            claims=False,
            over_years=True,
        )
        previous = self.plan.instance.previous
        solved: dict[str, pd.DataFrame] = {}
        margins: list[Margin] = []
        try:
            with (
                open_kept(self.keep, asked, previous) as kept,
                open_points(asked, self.jobs, self.cluster, kept=kept) as pool,
            ):
                solved, margins = self._ask_points(pool, begin, names)
        except KeyboardInterrupt:  # the pool tells again of a Ctrl-C that ended a question with what it had
            if not (solved and self.tally.has_answers):
                raise
            self.interrupted = True
        tables = solved
        charts = {}
        drawn = (draw_prices(tables["prices"], names), draw_certainty(tables["cells"], names, WITHIN))
        for key, chart in zip(("prices", "certainty"), drawn, strict=True):
            if chart is not None:
                charts[key] = [chart]
        return tables, {**charts, "margin": [draw_margin(one, self.plan.lang) for one in margins]}

    def _ask_points(
        self, pool: PointPool, begin: SolvedPoint, names: Names
    ) -> tuple[dict[str, pd.DataFrame], list[Margin]]:
        """Return the tables of what is solved again, as far as there is time, and the steps of each fund."""
        prices = self._ask_prices(pool, begin, "rules", names)
        margins = self._ask_margins(pool, begin)
        why_not, why = self._ask_why_not(pool, begin, names), self._ask_why(pool, begin, names)
        certain = self._find_certain()
        prices += self._ask_prices(pool, begin, "limits", names)
        year = ["year"] if self.plan.instance.years else []
        tables = {
            "prices": list_dearest(prices, self.plan.point),
            "margin": pd.DataFrame(list_margin(margins, names), columns=["fund", *year, *COLUMNS, "where"]),
            "margin_cells": pd.DataFrame(list_moved_cells(margins), columns=["fund", *year, *CELLS]),
            "why_not": pd.DataFrame(why_not, columns=WHY_NOT),
            "why": pd.DataFrame(why, columns=WHY),
            **certain,
        }
        return tables, margins

    def _find_start(self) -> dict[str, Any]:
        """Return the whole decisions of the plan, for all to begin with."""
        if self.plan.solved_by == "blocks" or self.plan.instance.nation == "first":
            return {}
        return dict(find_start(self.plan.instance, self.plan.funded, LONGEST * self.shares.left))

    def _solve(
        self, pool: PointPool, begin: SolvedPoint, question: str, asked: Sequence[Overrides]
    ) -> dict[int, Point]:
        """Return the points of a question that there was time for, and count them."""
        since, until = time.perf_counter(), self.shares.take(question)
        found: dict[int, Point] = {}
        if not self.interrupted:
            found, self.interrupted = solve_until(pool, begin, asked, until, self.tell)
        self.tally.count(question, len(asked), found.values(), time.perf_counter() - since)
        return found

    def _ask_prices(self, pool: PointPool, begin: SolvedPoint, question: str, names: Names) -> list[dict[str, Any]]:
        asked = list(_list_prices(self.plan.instance, question == "rules"))
        found = self._solve(pool, begin, question, [one.settings for one in asked])
        return [make_row(self.plan.instance, asked[i], point, self.plan.point, names) for i, point in found.items()]

    def _ask_margins(self, pool: PointPool, begin: SolvedPoint) -> list[Margin]:
        """Return a step up and a step down of every aid fund that has a sum, all steps up first."""
        held, question = dict(_list_held(self.plan.instance)), self.plan.instance
        steps = list(product((1, -1), held))
        asked = []
        for step, (f, year) in steps:
            move = choose_figures(question, f, year)
            asked.append(move(float(f"{held[f, year] * (1 + step * STEP):.12g}")))
        points: dict[tuple[str, int | None], dict[int, Point]] = {}
        for i, point in self._solve(pool, begin, "margin", asked).items():
            step, purse = steps[i]
            points.setdefault(purse, {0: self.plan.point})[step] = point
        margins = []
        for (f, year), amount in held.items():
            if (f, year) in points:
                along = carry_along(question, f, points[f, year])
                margins.append(Margin(question, f, amount * STEP, along, 0.0, year))
        return margins

    def _ask_why_not(self, pool: PointPool, begin: SolvedPoint, names: Names) -> list[dict[str, Any]]:
        changes = dict(_list_absent(self.plan))
        order = sorted(changes, key=lambda m: _count_cost(self.plan.instance, m, changes[m]))
        found = self._solve(pool, begin, "why_not", [changes[m] for m in order])
        asked = {order[i]: (changes[order[i]], point) for i, point in found.items()}
        return list_unfunded(asked, self.plan, names, self._same)

    def _ask_why(self, pool: PointPool, begin: SolvedPoint, names: Names) -> list[dict[str, Any]]:
        cost = self.plan.cost
        order = sorted(self.plan.point.funded, key=lambda m: -cost[m])
        found = self._solve(pool, begin, "why", [take_out(self.plan.instance, m) for m in order])
        return list_worth({order[i]: point for i, point in found.items()}, self.plan, names, self._same)

    @property
    def _same(self) -> float:
        """Less of the goal than this is none."""
        return choose_options(self.plan.instance, gap=self.gap).gap * abs(self.plan.point.objective or 0.0)

    def _find_certain(self) -> dict[str, pd.DataFrame]:
        """Return what all plans nearly as good have in common; no rows where there was no time."""
        since = time.perf_counter()
        seconds = (self.shares.take("certainty") - since) / 2
        rows = len(self.plan.instance.counties) * (len(CATEGORIES) + 1) + len(self.plan.instance.measures)
        if self.interrupted or seconds < min(1.0, self.limit / 10):
            self.tally.count("certainty", rows, (), 0.0)
            return dict(_empty_certainty())
        found = certainty(
            self.plan.instance, within=WITHIN, gap=self.gap, time_limit=seconds, jobs=self.jobs, cluster=self.cluster,
            lang=self.plan.lang,
        )  # fmt: skip
        self.interrupted = found.interrupted
        tables = {"counties": found.counties, "cells": found.cells, "measures": found.measures}
        answered = sum(map(len, tables.values()))
        proven = int(sum(table["proven"].sum() for table in tables.values()))
        self.tally.add("certainty", rows, answered, proven, time.perf_counter() - since)
        return {key: self.plan.put_money(table) for key, table in tables.items()}


def _list_prices(question: Instance, rules: bool) -> Iterator[PriceQuestion]:
    """Yield what is asked of the rules, or of all other limits but the sums of funds, which have steps of their own."""
    known = [lever for lever in choose_levers(question, ()) if lever.kind != "fund_amount"]
    rank = {kind: i for i, kind in enumerate(ORDER)}
    known.sort(key=lambda lever: rank.get(lever.kind, len(rank)))
    yield from list_questions([lever for lever in known if lever.kind.startswith("rule_") == rules], STEP, False)


def _list_held(question: Instance) -> Iterator[tuple[tuple[str, int | None], float]]:
    """Yield the aid funds that have a sum, over several years with each of these, and that sum [money]."""
    for f, fund in question.funds.items():
        for year in question.years or (None,):
            of = next((of for of in question.questions if of.year == year), question)
            if fund.kind == "aid" and of.funds[f].amount:
                yield (f, year), find_held(question, f, year)


def _list_absent(plan: PlanOfResult) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the measures that could be in the plan and are not, with the figures that put them there."""
    for m, row in plan.instance.measures.items():
        if m not in plan.point.funded and row.eligible and row.max_units > 0:
            yield m, ask_for(plan.instance, m)


def _count_cost(question: Instance, measure: str, changes: Mapping[str, object]) -> float:
    """Return what a measure costs at the scale that is asked of it [money]."""
    row, units = question.measures[measure], changes[f"measures.{measure}.min_units"]
    assert isinstance(units, int | float)
    return row.fixed_cost + row.unit_cost * units


def _empty_certainty() -> Iterator[tuple[str, pd.DataFrame]]:
    yield "counties", pd.DataFrame(columns=["county", "aid", *RANGE])
    yield "cells", pd.DataFrame(columns=["county", "category", "aid", *RANGE])
    yield "measures", pd.DataFrame(columns=["measure", "county", "category", "money", *RANGE])
