"""A sweep: the points of a plan solved, kept, and laid out as one table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from alloc.report.target import resume
from alloc.study.points import Point, open_points
from alloc.study.points.store import FILE, Store, open_store, read_keys
from alloc.study.request import JOBS, Given, StudyProgress, Tell
from alloc.study.sweep.job import Job, prepare_job
from alloc.study.sweep.result import Forecast, Sweep

PILOTS = 4
"""A dry run solves so many points to tell how long all of them will take."""


def sweep(
    instance: Given,
    plan: str | PathLike[str] | Mapping[str, Any],
    out: str | PathLike[str] | None = None,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    details: bool = False,
    overwrite: bool = False,
    lang: str = "en",
    tell: Tell | None = None,
    apart: bool = False,
) -> Sweep:
    """Solve every point of a plan; with `out`, keep them there and write the tables.

    instance: a path, or what `read` returned. plan: a plan file, or the same as a mapping. out: a folder; points that
    it holds already are not solved again. gap, time_limit [s per point], method: in place of the instance's solver
    options. jobs: processes (1: none but this one, unless `apart`); cluster: address of a Dask scheduler to use
    instead. overrides: figures to replace at every point, for a path only. details: columns for every county and
    category in sweep.csv. overwrite: forget what the folder holds. tell: is told of the points to solve, and of each
    as it comes. Raises InstanceError with every fault of the plan and the instance, RequestError for a wrong call; a
    point that goes wrong is a row with its status.
    """
    job = prepare_job(instance, plan, overrides, lang, gap=gap, time_limit=time_limit, method=method)
    with keep_points(job, out, overwrite) as (folder, kept):
        points, unsolved = solve_job(job, kept, jobs, cluster, tell, apart)
    result = Sweep(job.cases, points, job.manifest, unsolved)
    if folder is not None:
        result.save(folder, details, lang)
    return result


@contextmanager
def keep_points(job: Job, out: str | PathLike[str] | None, anew: bool) -> Iterator[tuple[Path | None, Store]]:
    """Yield the folder of a job and the store in which its points are kept; without a folder they are forgotten."""
    folder = None if out is None else resume(Path(out), FILE)
    with open_store(folder, anew=anew) as kept:
        kept.begin(job.manifest)
        yield folder, kept


def solve_job(
    job: Job, kept: Store, jobs: int, cluster: str | None, tell: Tell | None, apart: bool
) -> tuple[list[Point], int]:
    """Return the points of a job in their order, and how many of them had to be solved; all are kept."""
    found = kept.known()
    known = {i: found[key] for i, key in enumerate(job.different) if key in found}
    unsolved = len(job.different) - len(known)
    _tell_of(tell, StudyProgress(0, unsolved))
    if unsolved:
        with open_points(job.question, min(jobs, unsolved), cluster, apart) as pool:
            for count, (number, solved) in enumerate(pool.solve(job.batch, known), 1):
                kept.keep(job.different[number], solved)
                found[job.different[number]] = solved
                _tell_of(tell, StudyProgress(count, unsolved, solved.point.status))
    return [found[key].point for key in job.keys], unsolved


def forecast(
    instance: Given,
    plan: str | PathLike[str] | Mapping[str, Any],
    out: str | PathLike[str] | None = None,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
) -> Forecast:
    """Solve the first few points of a plan and tell how long all of them would take; nothing is written."""
    job = prepare_job(instance, plan, overrides, lang, gap=gap, time_limit=time_limit, method=method)
    known = set() if out is None else read_keys(Path(out))
    unsolved = [key for key in job.different if key not in known]
    pilots: list[Point] = []
    if unsolved:
        with open_points(job.question, 1, None) as pool:
            solved = pool.solve(job.batch, {})
            pilots = [point.point for _, point in islice(solved, PILOTS)]
    return Forecast(len(job.cases), len(unsolved), pilots, _expect_seconds(pilots, len(unsolved), jobs))


def _tell_of(tell: Tell | None, progress: StudyProgress) -> None:
    if tell is not None:
        tell(progress)


def _expect_seconds(pilots: Sequence[Point], count: int, jobs: int) -> float:
    """Return the time that so many points take, the first like the first pilot, the rest like the rest [s]."""
    if not count:
        return 0.0
    later = [point.seconds for point in pilots[1:]] or [pilots[0].seconds]
    return (pilots[0].seconds + sum(later) / len(later) * (count - 1)) / min(jobs, count)
