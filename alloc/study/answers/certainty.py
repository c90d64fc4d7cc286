"""What is safe to announce? Least and most that every cell and measure has in any plan nearly as good as the best."""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import CATEGORIES, Instance
from alloc.planning import choose_options
from alloc.report.answers import draw_certainty
from alloc.report.names import Names
from alloc.run import Run
from alloc.solver import Deadline, NearOptimalSet
from alloc.solver.pool import open_pool
from alloc.study.answers.ends import Key, MoneyRange, list_cells, list_rows
from alloc.study.answers.ranges import RangeSearch
from alloc.study.files import StudyFiles, name_chart, write_study
from alloc.study.request import JOBS, Answered, Given, Tell, answer, check_language, is_small, read_question

MARK = "certainty.json"
"""What tells a study of certainty from any other folder."""

RANGE = ["least", "most", "least_bound", "most_bound", "class", "class_proven", "proven"]

SAME = 1e-6
"""Goals this close to each other, as a part of themselves, are equally good."""

SECONDS = 60.0
"""Longest time of all searches beside that for the best plan together, where nothing is said."""


@dataclass(frozen=True)
class Certainty:
    """What every plan that loses at most a part of the goal has in common, and what is open.

    best: the best plan; within: that part; counties, cells, measures: as described in their dictionary; safe: the aid
    that every cell has for sure, all together [money]. interrupted: stopped before all was searched.
    """

    instance: Instance
    best: Run
    within: float
    counties: pd.DataFrame
    cells: pd.DataFrame
    measures: pd.DataFrame
    solves: int
    interrupted: bool
    seconds: float

    @property
    def status(self) -> str:
        """`found`, or what became of the question where it has no plan."""
        return "found" if self.best.solution.has_plan else str(self.best.status)

    @property
    def proven(self) -> bool:
        """Tell whether every end is proven, and every class."""
        return all(bool(table["proven"].all()) for table in (self.counties, self.cells, self.measures))

    @property
    def told(self) -> int:
        """How many counties, cells and measures have a proven class."""
        return sum(int(table["class_proven"].sum()) for table in (self.counties, self.cells, self.measures))

    @property
    def rows(self) -> int:
        """How many counties, cells and measures there are."""
        return sum(map(len, (self.counties, self.cells, self.measures)))

    @property
    def aid(self) -> float:
        """All aid in the best plan [money]."""
        return float(self.cells["aid"].sum())

    @property
    def safe(self) -> float:
        """Aid that stays where it is in every plan: the least of each cell, all together [money]."""
        return float(self.cells["least_bound"].sum())

    @property
    def figures(self) -> dict[str, Any]:
        """What certainty.json holds."""
        own, classes = self.best.solution, {}
        for name, table in (("cells", self.cells), ("measures", self.measures)):
            classes[name] = {kind: int((table["class"] == kind).sum()) for kind in ("always", "never", "open")}
        return {
            "alloc": 1,
            "name": self.instance.name,
            "status": self.status,
            "within": self.within,
            "objective": own.objective if own.has_plan else None,
            "bound": own.bound if own.has_plan and math.isfinite(own.bound) else None,
            "aid": self.aid,
            "safe": self.safe,
            "safe_share": self.safe / self.aid if self.aid > 0 else None,
            **classes,
            "classes_proven": self.told,
            "proven": self.proven,
            "interrupted": self.interrupted,
            "solves": self.solves,
            "seconds": self.seconds,
        }

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write the tables, certainty.json, the map of cells and the data dictionary; return the path."""
        tables = {"counties": self.counties, "cells": self.cells, "measures": self.measures}
        drawn = draw_certainty(self.cells, Names(self.instance, lang), self.within)
        files = StudyFiles(MARK, tables, self.figures, others=name_chart("certainty", drawn, self.instance))
        return write_study(self.instance, files, Path(out), overwrite, lang)


@dataclass(frozen=True)
class SafeMoney:
    """What is known to be safe before everything is searched.

    aid: all aid of the best plan; safe: of it, what every nearly best plan has in the same cell, at least [money].
    cells: how many there are; always, never: how many of them are proven to have money in every such plan, or in none.
    """

    aid: float
    safe: float
    cells: int
    always: int
    never: int


def certainty(
    instance: Given,
    *,
    within: float = 0.01,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Tell | None = None,
    preview: Callable[[SafeMoney], None] | None = None,
) -> Certainty:
    """Tell what is safe to announce: what all plans that lose at most a part of the goal have in common.

    within: that part, of each goal where they are in an order; 0: of the best plans alone. gap, threads, method: for
    the best plan, in place of the instance's. time_limit [s]: of the search for it, and again of all others together,
    60 s where none is given. jobs: processes; cluster: address of a Dask scheduler to use instead.
    overrides: figures to replace, for a path only. tell: is told how far it is; preview: how much is
    safe as soon as that is bounded, of a question that is not small.
    Raises InstanceError, RequestError, AuditError as `solve` does.
    """
    started = time.perf_counter()
    check_language(lang)
    if not 0 <= within < 1:
        raise RequestError("certainty_within", found=f"{within:g}")
    question = read_question(instance, overrides)
    options = choose_options(question, gap=gap, time_limit=time_limit, threads=threads, method=method)
    heard = Deadline(math.inf)
    small = is_small(question)
    # opened first: its processes load while the best plan is sought
    with heard.listening(), open_pool(1 if small else jobs, cluster) as pool:
        asked = answer(question, options, jobs, cluster, lang, over_years=True, at_once=False)
        if not asked.own.has_plan:
            return _collect(asked, asked.make_result(asked.own, started), within, {}, 0, heard, started)
        deadline = Deadline(time_limit or SECONDS, heard)
        near = NearOptimalSet(asked.question, options, asked.own, max(within, SAME), deadline)
        search = RangeSearch(near, near.read_decisions(asked.own), deadline, pool)
        if preview is not None and not small and not heard.stopped:
            preview(_sum_safe(near, search))
        best = asked.make_result(asked.own, started)
        ranges = search.find_ranges(list_rows(near), tell)
    return _collect(asked, best, within, ranges, search.searches, heard, started)


def _sum_safe(near: NearOptimalSet, search: RangeSearch) -> SafeMoney:
    """Return how much is safe as far as bounds of the cells tell."""
    cells = search.bound(list_cells(near))
    classes = Counter(found.kind for found in cells.values() if found.told)
    safe = sum(found.least for found in cells.values())
    return SafeMoney(float(near.sum_aid(search.best).sum()), safe, len(cells), classes["always"], classes["never"])


def _collect(
    asked: Answered,
    best: Run,
    within: float,
    ranges: Mapping[Key, MoneyRange],
    solves: int,
    deadline: Deadline,
    started: float,
) -> Certainty:
    """Return what was found as tables; without a plan they have no rows."""
    given = asked.given
    return Certainty(
        given,
        best,
        within,
        pd.DataFrame(_list_counties(given, best, ranges), columns=["county", "aid", *RANGE]),
        pd.DataFrame(_list_cells(given, best, ranges), columns=["county", "category", "aid", *RANGE]),
        pd.DataFrame(_list_measures(given, best, ranges), columns=["measure", "county", "category", "money", *RANGE]),
        solves,
        deadline.stopped,
        time.perf_counter() - started,
    )


Rows = Iterator[tuple[object, ...]]


def _list_counties(instance: Instance, best: Run, ranges: Mapping[Key, MoneyRange]) -> Rows:
    if ranges:
        aid = best.tables["measures"].groupby("county")["aid"].sum()
        for county in instance.counties:
            yield county, float(aid.get(county, 0.0)), *ranges[county,].row


def _list_cells(instance: Instance, best: Run, ranges: Mapping[Key, MoneyRange]) -> Rows:
    if ranges:
        aid = best.tables["measures"].groupby(["county", "category"])["aid"].sum()
        for county in instance.counties:
            for category in CATEGORIES:
                yield county, category, float(aid.get((county, category), 0.0)), *ranges[county, category].row


def _list_measures(instance: Instance, best: Run, ranges: Mapping[Key, MoneyRange]) -> Rows:
    nothing = MoneyRange(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if ranges:
        cost = best.tables["measures"].groupby("measure")["cost"].sum()
        for m, row in instance.measures.items():
            reach = ranges.get(("", "", m), nothing)
            yield m, row.county, row.category, float(cost.get(m, 0.0)), *reach.row
