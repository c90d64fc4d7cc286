"""A sweep: the points of a plan asked, kept, and laid out as one table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.glance import Glance
from alloc.report.notebook import show_chart, show_table
from alloc.report.target import resume
from alloc.study.points import AUDIT_FAILED, FAILED, FAULT, Point, open_points
from alloc.study.sweep import sheets
from alloc.study.sweep.cases import Case
from alloc.study.sweep.job import prepared
from alloc.study.sweep.pictures import pictures
from alloc.study.sweep.store import FILE, keys_in, store
from alloc.study.sweep.table import long, table
from alloc.texts import say

PILOTS = 4
"""A dry run solves so many points to tell how long all of them will take."""

Tell = Callable[[int, Point | None], None]
"""Told the number of points to solve and None before the first, then how many are left and each point as it comes."""


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
        return table(self.cases, self.points)

    @cached_property
    def long(self) -> pd.DataFrame:
        """One row for each point, county and category, with the aid that goes there [money]."""
        return long(self.cases, self.points)

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
        worst = ((AUDIT_FAILED, 6), (FAILED, 1), (FAULT, 2), ("feasible", 4), ("no_solution", 4))
        return next((code for status, code in worst if status in self.counts), 0)

    def _call(self) -> str:
        return f"{self.manifest['name']} {self.manifest['year']}"

    def _state(self, lang: str) -> Iterator[str]:
        counts = ", ".join(f"{count} {say(f'point_{status}', lang)}" for status, count in self.counts.items())
        yield say("sweep_done", lang, points=len(self.points), statuses=counts)
        yield say("glance_solved", lang, count=self.solved)

    def _show(self, lang: str) -> Iterator[str]:
        for chart in pictures(self.cases, self.points, lang).values():
            yield show_chart(chart)
        yield show_table(self.table)

    def save(self, out: str | PathLike[str], details: bool = False, lang: str = "en") -> Path:
        """Write tables and charts into a folder that exists. details: with a column for each county and category."""
        frame = table(self.cases, self.points, details)
        note = {**self.manifest, "statuses": self.counts}
        sheets.write(Path(out), frame, self.long, pictures(self.cases, self.points, lang), note, lang)
        return Path(out)


@dataclass(frozen=True)
class Forecast:
    """What a sweep would take: points in all, points to solve, and seconds with the processes asked for."""

    points: int
    unsolved: int
    pilots: Sequence[Point]
    seconds: float


def sweep(
    instance: str | PathLike[str],
    plan: str | PathLike[str] | Mapping[str, Any],
    out: str | PathLike[str] | None = None,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    method: str | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    details: bool = False,
    overwrite: bool = False,
    lang: str = "en",
    tell: Tell | None = None,
    apart: bool = False,
) -> Sweep:
    """Solve every point of a plan; with `out`, keep them there and write the tables.

    instance: a path. plan: a plan file, or the same as a mapping. out: a folder; points that it holds already are not
    solved again. gap, time_limit [s per point], method: in place of the instance's solver options. jobs: processes (1:
    none but this one, unless `apart`); cluster: address of a Dask scheduler to use instead. details: columns for every
    county and category in sweep.csv. overwrite: forget what the folder holds. Raises InstanceError with every fault of
    the plan and the instance, RequestError for a wrong call; a point that goes wrong is a row with its status.
    """
    job = prepared(instance, plan, overrides, lang, gap=gap, time_limit=time_limit, method=method)
    folder = None if out is None else resume(Path(out), FILE)
    with store(folder, anew=overwrite) as kept:
        kept.begin(job.manifest)
        found = kept.known()
        known = {i: found[key] for i, key in enumerate(job.different) if key in found}
        left = len(job.different) - len(known)
        if tell is not None:
            tell(left, None)
        if left:
            with open_points(job.question, min(jobs, left), cluster, apart) as pool:
                for number, solved in pool.solve(job.batch, known):
                    kept.keep(job.different[number], solved)
                    found[job.different[number]] = solved
                    left -= 1
                    if tell is not None:
                        tell(left, solved.point)
    points = [found[key].point for key in job.keys]
    result = Sweep(job.cases, points, job.manifest, len(job.different) - len(known))
    if folder is not None:
        result.save(folder, details, lang)
    return result


def forecast(
    instance: str | PathLike[str],
    plan: str | PathLike[str] | Mapping[str, Any],
    out: str | PathLike[str] | None = None,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    method: str | None = None,
    jobs: int = 1,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
) -> Forecast:
    """Solve the first few points of a plan and tell how long all of them would take; nothing is written."""
    job = prepared(instance, plan, overrides, lang, gap=gap, time_limit=time_limit, method=method)
    known = set() if out is None else keys_in(Path(out))
    unsolved = [key for key in job.different if key not in known]
    pilots: list[Point] = []
    if unsolved:
        with open_points(job.question, 1, None) as pool:
            solved = pool.solve(job.batch, {})
            pilots = [point.point for _, point in islice(solved, PILOTS)]
    return Forecast(len(job.cases), len(unsolved), pilots, _expected(pilots, len(unsolved), jobs))


def _expected(pilots: Sequence[Point], count: int, jobs: int) -> float:
    """Return the time that so many points take, the first like the first pilot, the rest like the rest [s]."""
    if not count:
        return 0.0
    later = [point.seconds for point in pilots[1:]] or [pilots[0].seconds]
    return (pilots[0].seconds + sum(later) / len(later) * (count - 1)) / min(jobs, count)
