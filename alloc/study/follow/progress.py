"""Planned against actual, row by row: by measure, payment, county, category, fund, quarter and industry."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES
from alloc.report.dictionary import dictionary
from alloc.report.quarters import CENT, find_quarters, spread
from alloc.study.compare.results import Result
from alloc.study.follow.actuals import ROOM, Actuals
from alloc.study.follow.forecast import GRAIN, Outlook
from alloc.texts import say

QUARTERS = ("Q1", "Q2", "Q3", "Q4")
UNDATED, OTHER_YEARS = "undated", "other_years"
"""Where a payment stands that has no day, or a day outside the plan's year."""

STATES = ("not_planned", "over", "behind", "not_accepted", "as_planned")
"""What a row may be, several at once; empty where nothing was planned and nothing was done."""

NEAR = 1e-6
"""Units that differ by less than this part of themselves are the same."""

Payment = tuple[str, str]
"""Measure and fund."""


@dataclass(frozen=True)
class Line:
    """What was planned and what was done: money, and the units of a measure."""

    planned_money: float = 0.0
    paid: float = 0.0
    planned_units: float = 0.0
    delivered: float = 0.0
    accepted: float = 0.0

    def find_states(self, grain: float) -> tuple[str, ...]:
        """Return the states of the line; grain: money that differs by less is the same."""
        units, there = self.planned_units, self.delivered
        near = NEAR * max(1.0, units, there)
        is_accepted = self.accepted >= there - near
        if self.planned_money <= grain and units <= near:
            found = ["not_planned"] if max(self.paid - grain, there - near) > 0 else []
        else:
            more = max(self.paid - self.planned_money - grain, there - units - near)
            less = max(self.planned_money - self.paid - grain, units - there - near)
            found = [state for state, size in (("over", more), ("behind", less)) if size > 0]
            found = found or (["as_planned"] if is_accepted else [])
        return tuple(found) if is_accepted else (*found, "not_accepted")


def make_progress(of: Result, actuals: Actuals, forecast: Outlook) -> pd.DataFrame:
    """Return every row of tracking.csv, as its data dictionary describes it."""
    columns = dictionary(ROOM)["tracking"]["columns"]
    frame = pd.DataFrame(_Progress(of, actuals, forecast).list_rows(), columns=list(columns))
    for name, column in columns.items():
        if column["type"] == "text":
            frame[name] = frame[name].astype("object").fillna("")
        else:
            frame[name] = frame[name].astype("float64")
    return frame


class _Progress:
    """What the rows are made of: money by measure and fund, units by measure, jobs by industry."""

    def __init__(self, of: Result, actuals: Actuals, forecast: Outlook):
        self.instance, self.actuals, self.forecast = of.instance, actuals, forecast
        self.measures = {row["measure"]: row for row in of.tables["measures"].to_dict("records")}
        self.industries = of.tables["industries"]
        table = of.tables["allocation"]
        self.planned = {
            (m, f): float(x) for m, f, x in zip(table["measure"], table["fund"], table["amount"], strict=True)
        }
        self.paid = actuals.add_paid()
        self.grain = GRAIN / self.instance.money.unit
        self.counted = {(row.county, row.industry): row.jobs for row in actuals.jobs}

    def list_rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, the whole first."""
        measures, jobs = self.instance.measures, self._add_jobs()
        yield from self._list_money("total", {"": {}}, lambda m, f: "", {"": jobs.get("", {})})
        yield from self._list_measures()
        yield from self._list_payments()
        counties = {c: {"county": c} for c in self.instance.counties}
        yield from self._list_money("county", counties, lambda m, f: measures[m].county, jobs)
        categories: dict[str, dict[str, str]] = {k: {"category": k} for k in CATEGORIES}
        yield from self._list_money("category", categories, lambda m, f: measures[m].category)
        funds = {f: {"fund": f} for f in self.instance.funds}
        yield from self._list_money("fund", funds, lambda m, f: f)
        yield from self._list_quarters()
        yield from self._list_industries()

    def _make_row(self, by: str, place: Mapping[str, Any], line: Line, **more: Any) -> dict[str, Any]:
        """Return a row: what it is of, its line with its states, and what else is known."""
        states = "|".join(line.find_states(self.grain))
        known = vars(line) if by == "measure" else {"planned_money": line.planned_money, "paid": line.paid}
        return {"by": by, **place, **known, "state": states, **more}

    def _list_money(
        self,
        by: str,
        groups: Mapping[str, Mapping[str, Any]],
        group_of: Callable[[str, str], str],
        jobs: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield a row for each group of payments; jobs: what is known of a group's jobs."""
        planned = _add_by(group_of, self.planned)
        paid = _add_by(group_of, self.paid)
        for group, place in groups.items():
            line = Line(planned[group], paid[group])
            yield self._make_row(by, place, line, **(jobs or {}).get(group, {}))

    def _list_measures(self) -> Iterator[dict[str, Any]]:
        planned, paid = _add_by(lambda m, f: m, self.planned), _add_by(lambda m, f: m, self.paid)
        delivered, accepted = self.actuals.add_delivered(), self.actuals.add_accepted()
        for m, row in self.instance.measures.items():
            of_plan = self.measures[m]
            units = float(of_plan["units"])
            line = Line(planned[m], paid[m], units, delivered.get(m, 0.0), accepted.get(m, 0.0))
            jobs = {"planned_jobs": float(of_plan["jobs"]), "jobs_forecast": self.forecast.direct[m]}
            place = {"measure": m, "county": row.county, "category": row.category}
            yield self._make_row("measure", place, line, **jobs)

    def _list_payments(self) -> Iterator[dict[str, Any]]:
        for m, f in dict.fromkeys([*self.planned, *self.paid]):
            row = self.instance.measures[m]
            place = {"measure": m, "county": row.county, "category": row.category, "fund": f}
            line = Line(self.planned.get((m, f), 0.0), self.paid.get((m, f), 0.0))
            yield self._make_row("payment", place, line)

    def _list_quarters(self) -> Iterator[dict[str, Any]]:
        """Yield the quarters: the plan spread as for the form of payments, what was paid by its day.

        A quarter has a state only up to the last day on which anything was paid: what is to come is not behind.
        """
        planned = self._spread_plan()
        paid: dict[str, float] = defaultdict(float)
        for row in self.actuals.payments:
            paid[find_quarter(row.date, self.instance.year)] += row.paid
        last = max((QUARTERS.index(quarter) for quarter in paid if quarter in QUARTERS), default=-1)
        for i, quarter in enumerate((*QUARTERS, UNDATED, OTHER_YEARS)):
            told = self._make_row("quarter", {"quarter": quarter}, Line(planned[quarter], paid[quarter]))
            yield told if i <= last else {**told, "state": ""}

    def _spread_plan(self) -> dict[str, float]:
        found: dict[str, float] = defaultdict(float)
        for (m, _), amount in self.planned.items():
            quarters = find_quarters(self.instance.measures[m], self.instance.year)
            for number, part in spread(amount, quarters, self.instance.money.lot or CENT).items():
                found[QUARTERS[number - 1]] += part
        return found

    def _list_industries(self) -> Iterator[dict[str, Any]]:
        table = self.industries
        for c, s, before, jobs in zip(
            table["county"], table["industry"], table["jobs_before"], table["jobs"], strict=True
        ):
            known = {"jobs_before": before, "planned_jobs": jobs, "jobs_forecast": self.forecast.jobs[c, s]}
            place = {"county": c, "industry": s}
            yield {"by": "industry", **place, **known, "jobs_counted": self.counted.get((c, s)), "state": ""}

    def _add_jobs(self) -> dict[str, dict[str, float]]:
        """Return the jobs of each county, and of all ('') together; counted only where every industry is counted."""
        found: dict[str, dict[str, float]] = {}
        for row in self._list_industries():
            for group in (row["county"], ""):
                sums = found.setdefault(group, dict.fromkeys(JOBS, 0.0))
                for key in JOBS:
                    sums[key] += math.nan if row[key] is None else row[key]
        return found


JOBS = ("jobs_before", "planned_jobs", "jobs_forecast", "jobs_counted")


def find_quarter(day: Any, year: int) -> str:
    """Return the quarter of a day, or why it is in none."""
    if day is None:
        return UNDATED
    return QUARTERS[(day.month - 1) // 3] if day.year == year else OTHER_YEARS


def _add_by(group_of: Callable[[str, str], str], money: Mapping[Payment, float]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for (m, f), amount in money.items():
        found[group_of(m, f)] += amount
    return found


def say_states(cell: str, lang: str) -> str:
    """Return the states of a row in words."""
    words = [say(f"track_s_{state}", lang) for state in cell.split("|") if state]
    return say("between_facts", lang).join(words)
