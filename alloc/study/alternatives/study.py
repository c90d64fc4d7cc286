"""Alternatives from question to plans: own optimum, ranges, choice, and every plan made a result of its own."""

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alloc.counterfactual import answering, find_worlds
from alloc.errors import RequestError
from alloc.instance import Instance, Options, read
from alloc.model import build
from alloc.run import Run, completed, wanted
from alloc.solution import Solution
from alloc.solver import Deadline, NearOptimalSet, solve_whole
from alloc.study.alternatives.choice import END, Span, Tell, choose_plans, find_ranges, measure_distances
from alloc.study.alternatives.favours import describe_favours
from alloc.texts import LANGUAGES

Given = Instance | str | os.PathLike[str]

SAME = 1e-6
"""Goals this close to each other, as a part of themselves, are equally good."""


@dataclass(frozen=True)
class Alternative:
    """One plan nearly as good as the best, or as good.

    loss: part of the (first) goal that it loses; moved: money moved from the best plan; nearest: least money moved
    to another alternative, None where there is none; covers: ends of county ranges in whose outermost fifth it lies;
    proven: whether its loss is within the tolerance of the proven bound; favours: in one line, who gets more and less.
    """

    number: int
    loss: float
    moved: float
    nearest: float | None
    covers: tuple[str, ...]
    proven: bool
    favours: str
    run: Run


@dataclass(frozen=True)
class Alternatives:
    """Plans nearly as good as the best.

    best: the best plan; ranges: of each county's aid over all plans within the tolerance; moved: money moved between
    any two alternatives. complete: every range is proven and there are as many plans as asked for; or, where all
    plans were asked for, there is no other. solves: searches made.
    """

    instance: Instance
    best: Run
    plans: tuple[Alternative, ...]
    ranges: tuple[Span, ...]
    moved: tuple[tuple[float, ...], ...]
    asked: int
    within: float
    every: bool
    complete: bool
    interrupted: bool
    solves: int
    seconds: float
    optimum: Mapping[str, Any]

    @property
    def status(self) -> str:
        """`found`, `infeasible` or `no_solution`."""
        return "found" if self.plans or self.best.solution.has_plan else self.best.status

    @property
    def table(self) -> pd.DataFrame:
        """Return alternatives.csv: one row for each plan."""
        from alloc.study.alternatives.folder import table

        return table(self)

    @property
    def figures(self) -> dict[str, Any]:
        """Return alternatives.json."""
        from alloc.study.alternatives.folder import figures

        return figures(self)

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write alternatives.csv, ranges.csv, alternatives.json and a results folder for each plan."""
        from alloc.study.alternatives.folder import save

        return save(self, Path(out), overwrite, lang)


def alternatives(
    instance: Given,
    *,
    count: int = 10,
    within: float | None = None,
    every: bool = False,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Tell | None = None,
) -> Alternatives:
    """Return plans that lose at most a part of the goal and move as much money as possible, each audited.

    count: how many; within: the part (default 0.02). every: instead all plans that differ in a whole decision, at
    most `count` of them; then within is 0 by default, so that they are all the best plans. gap, time_limit [s each
    search], threads: in place of the instance's. overrides: figures to replace, for a path only. tell: is told how
    many plans there are. Raises InstanceError, RequestError, AuditError as `solve` does.
    """
    started = time.perf_counter()
    if lang not in LANGUAGES:
        raise RequestError("no_language", found=lang, known=", ".join(LANGUAGES))
    part = (0.0 if every else 0.02) if within is None else within
    if count < 1 or not 0 <= part < 1:
        raise RequestError("alternatives_numbers", count=count, within=part)
    if isinstance(instance, Instance) and overrides:
        raise RequestError("overrides_need_path")
    question = instance if isinstance(instance, Instance) else read(Path(instance), overrides)
    options = wanted(question, gap=gap, time_limit=time_limit, threads=threads)
    deadline = Deadline(math.inf)
    with deadline.listening():
        found = _search(question, options, deadline, count, part, every, lang, tell or (lambda _: None))
    complete = found.complete and not deadline.stopped
    return replace(found, complete=complete, interrupted=deadline.stopped, seconds=time.perf_counter() - started)


def _search(
    question: Instance,
    options: Options,
    deadline: Deadline,
    count: int,
    within: float,
    every: bool,
    lang: str,
    tell: Tell,
) -> Alternatives:
    started = time.perf_counter()
    worlds = find_worlds(question, options)
    question = answering(question, worlds)
    own = solve_whole(build(question), question, options)
    best = completed(question, options, own, worlds, started, lang)
    nothing = Alternatives(question, best, (), (), (), count, within, every, False, False, 1, 0.0, _describe_best(own))
    if not own.has_plan:
        return nothing
    near = NearOptimalSet(question, options, own, within if within > 0 else SAME, deadline)
    x = np.array([own.values[v.parent_component().local_name][v.index()] for v in near.whole.variables])
    if every:
        plans, complete = _list_all(near, count, tell)
        ranges: list[Span] = []
    else:
        ranges, pool = find_ranges(near, x, tell)
        plans = [plan.x for plan in choose_plans(near, x, ranges, pool, count, tell)]
        proven = all(_is_proven(span, max(1.0, float(near.sum_aid(x).sum()))) for span in ranges)
        complete = proven and len(plans) == count
    runs = [
        completed(question, options, near.as_solution(y, f"alternative {i} within {within:g}"), worlds, started, lang)
        for i, y in enumerate(plans, 1)
    ]
    moved = 0.5 * measure_distances(near, [x, *plans])
    rows = tuple(_make_rows(near, own, best, runs, moved, ranges, within, lang))
    between = tuple(tuple(float(v) for v in row[1:]) for row in moved[1:])
    return replace(
        nothing,
        plans=rows,
        ranges=tuple(ranges),
        moved=between,
        complete=complete and all(plan.proven for plan in rows),
        solves=near.solves + len(own.stages),
    )


def _describe_best(own: Solution) -> dict[str, Any]:
    """Return what the best plan has reached, and the bound."""
    if not own.has_plan:
        return {}
    bound = own.bound if math.isfinite(own.bound) else None
    return {"objective": own.objective, "bound": bound, "proven": str(own.status) == "optimal"}


def _is_proven(span: Span, scale: float) -> bool:
    """Tell whether no plan gives a county less, or more, than those found."""
    return span.low - span.least <= 1e-3 * scale and span.most - span.high <= 1e-3 * scale


def _list_all(near: NearOptimalSet, limit: int, tell: Tell) -> tuple[list[Any], bool]:
    """Return plans that differ in a whole decision, best first, and whether there is no other."""
    choices = near.list_choices()
    plans: list[Any] = []
    while len(plans) < limit:
        answer = near.find_another(choices, plans)
        if answer.x is None:
            return plans, answer.impossible
        plans.append(answer.x)
        tell(len(plans))
        if not len(choices):
            return plans, True
    return plans, near.find_another(choices, plans).impossible


def _make_rows(
    near: NearOptimalSet,
    own: Solution,
    best: Run,
    runs: Sequence[Run],
    moved: Any,
    ranges: Sequence[Span],
    within: float,
    lang: str,
) -> Iterator[Alternative]:
    for i, run in enumerate(runs, 1):
        others = [float(moved[i][j]) for j in range(1, len(runs) + 1) if j != i]
        pairs = zip(own.stages, run.solution.stages, strict=True)
        losses = [(a.objective - b.kept) / max(1e-12, abs(a.objective)) for a, b in pairs]
        covers = tuple(_list_covers(run, ranges))
        plan = Alternative(
            i,
            max(0.0, losses[0]),
            float(moved[0][i]),
            min(others, default=None),
            covers,
            all(
                b.kept >= a.bound - (within + SAME) * abs(a.bound) - SAME
                for a, b in zip(own.stages, run.solution.stages, strict=True)
            ),
            describe_favours(near.instance, best.tables["measures"], run.tables["measures"], lang),
            run,
        )
        facts = {"alternative": i, "loss": plan.loss, "within": within, "proven": plan.proven, "favours": plan.favours}
        yield replace(plan, run=replace(run, figures={**run.figures, "alternative": facts}))


def _list_covers(run: Run, ranges: Sequence[Span]) -> Iterator[str]:
    """Yield the ends of county ranges in whose outermost part a plan lies."""
    aid = dict(zip(run.tables["counties"]["county"], run.tables["counties"]["aid"], strict=True))
    speck = 1e-5 * max(1.0, sum(aid.values()))
    for span in ranges:
        if span.high - span.low > 2 * speck:
            part = max(speck, END * (span.high - span.low))
            if aid[span.county] <= span.low + part:
                yield f"{span.county} least"
            if aid[span.county] >= span.high - part:
                yield f"{span.county} most"
