"""What is safe to announce? Least and most that every cell and measure has in any plan nearly as good as the best."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alloc.errors import RequestError
from alloc.instance import CATEGORIES, Instance
from alloc.run import Run, choose_options
from alloc.solver import Deadline, NearOptimalSet
from alloc.solver.matrix import Floats
from alloc.study.files import StudyFiles, write_study
from alloc.study.request import JOBS, Answered, Given, StudyProgress, Tell, answer, check_language, read_question

MARK = "certainty.json"
"""What tells a study of certainty from any other folder."""

RANGE = ["least", "most", "least_bound", "most_bound", "class", "proven"]

SAME = 1e-6
"""Goals this close to each other, as a part of themselves, are equally good."""

CLOSE = 1e-4
"""Ends are proven to this part of all aid."""

SPECK = 1e-5
"""Money this small, as a part of all aid, is none: goals that are the same but for their tolerance leave less."""


@dataclass(frozen=True)
class MoneyRange:
    """Least and most money over all plans within the tolerance [money].

    low and high: reached by plans; least and most: proven, none lies beyond. speck: money that is none; slack: how
    closely the ends are to be proven.
    """

    low: float
    high: float
    least: float
    most: float
    speck: float
    slack: float

    @property
    def kind(self) -> str:
        """`always` where every plan has money, `never` where none has, `open` where some have or it is not proven."""
        if self.least > self.speck:
            return "always"
        return "never" if self.most <= self.speck else "open"

    @property
    def proven(self) -> bool:
        """Tell whether both ends are proven so closely, and the class."""
        close = self.low - self.least <= self.slack and self.most - self.high <= self.slack
        return close and (self.kind != "open" or self.low <= self.speck < self.high)

    @property
    def row(self) -> tuple[object, ...]:
        """What a table says of it."""
        return self.low, self.high, self.least, self.most, self.kind, int(self.proven)


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
            "proven": self.proven,
            "interrupted": self.interrupted,
            "solves": self.solves,
            "seconds": self.seconds,
        }

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write counties.csv, cells.csv, measures.csv, certainty.json and the data dictionary; return the path."""
        tables = {"counties": self.counties, "cells": self.cells, "measures": self.measures}
        return write_study(self.instance, StudyFiles(MARK, tables, self.figures), Path(out), overwrite, lang)


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
) -> Certainty:
    """Tell what is safe to announce: what all plans that lose at most a part of the goal have in common.

    within: that part, of each goal where they are in an order; 0: of the best plans alone. gap, time_limit [s each
    search], threads, method: in place of the instance's. jobs: processes that search blocks; cluster: address of a Dask
    scheduler to use instead. overrides: figures to replace, for a path only. tell: is told how far it is.
    Raises InstanceError, RequestError, AuditError as `solve` does.
    """
    started = time.perf_counter()
    check_language(lang)
    if not 0 <= within < 1:
        raise RequestError("certainty_within", found=f"{within:g}")
    question = read_question(instance, overrides)
    options = choose_options(question, gap=gap, time_limit=time_limit, threads=threads, method=method)
    deadline = Deadline(math.inf)
    with deadline.listening():
        asked = answer(question, options, jobs, cluster, lang)
        best = asked.make_result(asked.own, started)
        if not asked.own.has_plan:
            return _collect(asked, best, within, {}, 0, deadline, started)
        with asked.open_search() as by_blocks:
            near = NearOptimalSet(asked.question, options, asked.own, max(within, SAME), deadline, by_blocks)
            ranges = _Search(near, asked.own.values, deadline).find_ranges(_list_rows(near), tell)
    return _collect(asked, best, within, ranges, near.solves, deadline, started)


Key = tuple[str, ...]
"""What a range is of: a county, a county and a category, or a measure behind two empty words."""


def _list_rows(near: NearOptimalSet) -> dict[Key, tuple[int, Floats]]:
    """Return what is asked about: the number of its county, and its money as a row over the decisions."""
    rows: dict[Key, tuple[int, Floats]] = {}
    number = {county: c for c, county in enumerate(near.counties)}
    for county, c in number.items():
        rows[county,] = c, near.by_county[c] @ near.money
        for category in CATEGORIES:
            inside = np.array([place[:2] == (county, category) for place in near.places], dtype=np.float64)
            rows[county, category] = c, inside @ near.money
    measures = [m for m, row in near.instance.measures.items() if row.eligible and len(near.model.FUNDS_OF[m])]
    for m, row in zip(measures, near.list_payments(measures), strict=True):
        rows["", "", m] = number[near.instance.measures[m].county], row
    return rows


@dataclass
class _Search:
    """The set that is searched, and all plans that were found on the way: each reaches some ends."""

    near: NearOptimalSet
    values: Mapping[str, Mapping[Any, float]]
    deadline: Deadline
    plans: list[Floats] = field(default_factory=list)
    known: dict[bytes, MoneyRange] = field(default_factory=dict)

    def find_ranges(self, rows: Mapping[Key, tuple[int, Floats]], tell: Tell | None) -> dict[Key, MoneyRange]:
        """Return the range of every row."""
        self.plans = [self.best]
        found = {}
        for done, (key, (c, row)) in enumerate(rows.items(), start=1):
            if row.tobytes() not in self.known:
                self.known[row.tobytes()] = self._find_range(c, row)
            found[key] = self.known[row.tobytes()]
            if tell is not None:
                tell(StudyProgress(done, len(rows)))
        for key, (_, row) in rows.items():  # a plan found later may reach farther, within what is proven
            reached = [float(row @ x) for x in self.plans]
            reach = found[key]
            found[key] = MoneyRange(
                min(reached), max(reached), min(reach.least, *reached), max(reach.most, *reached), *self.measure
            )
        return found

    @cached_property
    def best(self) -> Floats:
        """The best plan as a row of decisions."""
        named = [(v.parent_component().local_name, v.index()) for v in self.near.whole.variables]
        return np.array([self.values[name][index] for name, index in named])

    @cached_property
    def measure(self) -> tuple[float, float]:
        """Money that is none, and how closely ends are proven [money]."""
        scale = max(1.0, float(self.near.sum_aid(self.best).sum()))
        return SPECK * scale, CLOSE * scale

    def _find_range(self, c: int, row: Floats) -> MoneyRange:
        """Return the range of one row; an end that a known plan reaches to the proven bound needs no search."""
        low, least = self._find_end(c, row, False)
        high, most = self._find_end(c, row, True)
        return MoneyRange(low, high, least, most, *self.measure)

    def _find_end(self, c: int, row: Floats, most: bool) -> tuple[float, float]:
        """Return an end of a range that a plan reaches, and the proven bound beyond it.

        Where an end so closely proven leaves it open whether there is any money at all, it is proven more closely.
        """
        speck, slack = self.measure
        sign = 1.0 if most else -1.0
        bound = self.near.limit_most(row) if most else 0.0  # money is never below 0
        for gap in (slack, speck / 2):
            start = max(self.plans, key=lambda x: sign * float(row @ x))
            here = float(row @ start)
            told = min(here, bound) > speck or max(here, bound) <= speck
            if abs(bound - here) <= speck / 2 or (gap < slack and told) or self.deadline.over():
                break
            found = self.near.find_end(row, c, most, start, gap, (start,))
            self.plans += [] if found.x is None else [found.x[: len(start)]]
            bound = min(bound, found.bound) if most else max(bound, found.bound)
        reached = max(sign * float(row @ x) for x in self.plans)
        return sign * reached, sign * max(reached, sign * bound)


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
        cost = best.tables["measures"].set_index("measure")["cost"]
        for m, row in instance.measures.items():
            reach = ranges.get(("", "", m), nothing)
            yield m, row.county, row.category, float(cost.get(m, 0.0)), *reach.row
