"""A sweep whose plans lie as close to today's as they can, with what a page shows of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike

from alloc.study.points import Point
from alloc.study.request import JOBS, Given, Tell
from alloc.study.sweep import Sweep
from alloc.study.sweep.cases import Case
from alloc.study.sweep.job import Job, prepare_job
from alloc.study.sweep.search import keep_points, solve_job
from alloc.study.whatif.encoding import KEPT
from alloc.study.whatif.over import read_over
from alloc.study.whatif.result import WhatIf
from alloc.study.whatif.sliders import Slider, locate, make_sliders


def whatif(
    instance: Given,
    over: str | PathLike[str] | Mapping[str, object],
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
) -> WhatIf:
    """Solve today's question and every combination of other figures, and make a page with a slider for each.

    over: path → values, such as `{"funds.tianjin.amount": "×0.8…1.2:5"}`; or the plan of a sweep, a file. Of plans that
    reach as much, every point has the one that changes least aid from today's. Today's value of a figure is among its
    positions, so that each can be moved alone. out: a folder for the tables and the page; points that it holds already
    are not solved again. The rest is as of `sweep`, and so are the errors.
    """
    prepare = partial(
        prepare_job, instance, overrides=overrides, lang=lang, gap=gap, time_limit=time_limit, method=method
    )
    job, sliders = _lay_out(over, prepare)
    places = [locate(case, sliders) for case in job.cases]
    with keep_points(job, out, overwrite) as (folder, kept):
        solve = partial(solve_job, kept=kept, jobs=jobs, cluster=cluster, tell=tell, apart=apart)
        today, points, count = _solve_beside_today(job, [slider.today for slider in sliders], places, solve)
    result = WhatIf(Sweep(job.cases, points, job.manifest, count), today, sliders, places, job.instance)
    if folder is not None:
        result.save(folder, details, lang)
    return result


def _lay_out(
    over: str | PathLike[str] | Mapping[str, object], prepare: Callable[..., Job]
) -> tuple[Job, Sequence[Slider]]:
    """Return the points and their sliders; where not a plan but positions are given, today's value is one of them."""
    job = prepare(plan=read_over(over) if isinstance(over, Mapping) else over)
    sliders = _make_all(job)
    if isinstance(over, Mapping) and not all(slider.returns(job.cases) for slider in sliders):
        job = prepare(plan=read_over({slider.label: slider.known for slider in sliders}))
        sliders = _make_all(job)
    return job, sliders


def _make_all(job: Job) -> Sequence[Slider]:
    return make_sliders(job.cases, job.instance, job.question.draft.replaced(job.base).data)


def _solve_beside_today(
    job: Job,
    start: Sequence[int],
    places: Sequence[tuple[int, ...]],
    solve: Callable[[Job], tuple[list[Point], int]],
) -> tuple[Point, list[Point], int]:
    """Return today's point, every point of the job, and how many were solved; start: where the sliders are today."""
    own = job.ask(replace(job.question, tables=KEPT))
    (today,), first = solve(own.take([Case("", None, {}, job.base)]))
    others = [i for i, place in enumerate(places) if place != tuple(start)]
    question = replace(own.question, closest_to=today.payments if today.money else None)
    found, count = solve(job.ask(question).take([job.cases[i] for i in others]))
    points = [today] * len(places)
    for i, point in zip(others, found, strict=True):
        points[i] = point
    return today, points, first + count
