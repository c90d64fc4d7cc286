"""What a sweep is when it is done: its points in the order of the plan."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.glance import Glance
from alloc.report.notebook import show_chart, show_table
from alloc.study.points import AUDIT_FAILED, FAILED, FAULT, Point
from alloc.study.sweep.cases import Case
from alloc.study.sweep.pictures import draw_charts
from alloc.study.sweep.save import save_sweep
from alloc.study.sweep.table import tabulate_aid, tabulate_points
from alloc.texts import say

EXIT_CODES = {AUDIT_FAILED: 6, FAILED: 1, FAULT: 2, "feasible": 4, "no_solution": 4}
"""What the command line answers where a point has such a status, the worst first."""


@dataclass(frozen=True, repr=False)
class Sweep(Glance):
    """A sweep that was carried out: its points in the order of the plan.

    solved: how many points were asked in this run; the rest was known, or the plan means it twice.
    """

    cases: Sequence[Case]
    points: Sequence[Point]
    manifest: Mapping[str, Any]
    solved: int

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a point: what is varied, status, proof and totals."""
        return tabulate_points(self.cases, self.points)

    @cached_property
    def long(self) -> pd.DataFrame:
        """One row for each point, county and category, with the aid that goes there [money]."""
        return tabulate_aid(self.cases, self.points)

    @property
    def counts(self) -> dict[str, int]:
        """How many points have each status."""
        found: dict[str, int] = {}
        for point in self.points:
            found[point.status] = found.get(point.status, 0) + 1
        return dict(sorted(found.items()))

    @property
    def exit_code(self) -> int:
        """What the command line answers: 0 only where every point is proven, optimal or infeasible."""
        return choose_exit_code(self.counts)

    def tell_counts(self, lang: str) -> str:
        """Return how many points have each status, in words."""
        return ", ".join(f"{count} {say(f'point_{status}', lang)}" for status, count in self.counts.items())

    def _call(self) -> str:
        return f"{self.manifest['name']} {self.manifest['year']}"

    def _state(self, lang: str) -> Iterator[str]:
        yield say("sweep_done", lang, points=len(self.points), statuses=self.tell_counts(lang))
        yield say("glance_solved", lang, count=self.solved)

    def _show(self, lang: str) -> Iterator[str]:
        for chart in draw_charts(self.cases, self.points, lang).values():
            yield show_chart(chart)
        yield show_table(self.table)

    def save(self, out: str | PathLike[str], details: bool = False, lang: str = "en") -> Path:
        """Write tables and charts into a folder that exists. details: with a column for each county and category."""
        frame = tabulate_points(self.cases, self.points, details)
        note = {**self.manifest, "statuses": self.counts}
        save_sweep(Path(out), frame, self.long, draw_charts(self.cases, self.points, lang), note, lang)
        return Path(out)


def choose_exit_code(statuses: Container[str]) -> int:
    """Return what the command line answers to points with these statuses: 0 where every one is proven."""
    return next((code for status, code in EXIT_CODES.items() if status in statuses), 0)


@dataclass(frozen=True)
class Forecast:
    """What a sweep would take: points in all, points to solve, and seconds with the processes asked for."""

    points: int
    unsolved: int
    pilots: Sequence[Point]
    seconds: float
