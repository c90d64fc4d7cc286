"""One question asked many times with other figures: each asking is a point.

A point is the best plan under some overrides, `funds.tianjin.amount: 30000` for example, with its status
and its proof. Figures that make the question faulty, infeasible or too hard give points that say so; they
never stop the others.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from alloc.errors import AuditError, InstanceError
from alloc.instance.schema import CATEGORIES, Category
from alloc.run import Run, solve

Overrides = Mapping[str, object]
"""Figures to replace by their path: `funds.tianjin.amount` → 30000."""

FAULT, FAILED, AUDIT_FAILED = "fault", "failed", "audit_failed"
"""Statuses beside those of a solve: the figures are faulty; the solver failed; the plan failed its audit."""


@dataclass(frozen=True)
class Point:
    """What became of one question: its status, what is proven, and where the money went.

    status: that of a solve, or `fault`, `failed`, `audit_failed`. objective … chains_closed: None without a plan.
    money: (county, category) → aid [money], every pair of the instance; funded: ids of the measures that go ahead.
    cost, aid: of the whole plan [money]. seconds: what the point took. message: why there is no plan.
    """

    overrides: Overrides
    status: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    employment: float | None = None
    linkage: float | None = None
    penalties: float | None = None
    cost: float | None = None
    aid: float | None = None
    chains_closed: int | None = None
    money: Mapping[tuple[str, Category], float] = field(default_factory=dict)
    funded: tuple[str, ...] = ()
    seconds: float = 0.0
    message: str = ""

    @property
    def proven(self) -> bool:
        """Tell whether there is nothing left to prove: the plan is optimal, or there is none."""
        return self.status in ("optimal", "infeasible")


def evaluated(
    instance: str | PathLike[str],
    points: Sequence[Overrides],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    lang: str = "en",
    tell: Callable[[int, Point], None] | None = None,
) -> list[Point]:
    """Return one point for each of the overrides, in their order.

    instance: a path. gap, time_limit [s per point]: in place of the instance's solver options. jobs: processes;
    cluster: address of a Dask scheduler to use instead. lang: of the messages. tell: is told of each point as it
    comes, with its number. Raises RequestError where there is no such instance or an option is wrong.
    """
    found = []
    for number, overrides in enumerate(points):
        point = _solved(Path(instance), overrides, lang, gap=gap, time_limit=time_limit)
        if tell is not None:
            tell(number, point)
        found.append(point)
    return found


def _solved(instance: Path, overrides: Overrides, lang: str, **options: float | None) -> Point:
    started = time.perf_counter()
    try:
        run = solve(instance, overrides=overrides, lang=lang, **options)  # type: ignore[arg-type]
    except InstanceError as error:
        return Point(overrides, FAULT, message=error.say(lang), seconds=time.perf_counter() - started)
    except AuditError as error:
        return Point(overrides, AUDIT_FAILED, message=error.say(lang), seconds=time.perf_counter() - started)
    return _point(overrides, run, time.perf_counter() - started)


def _point(overrides: Overrides, run: Run, seconds: float) -> Point:
    figures = run.figures
    if not run.tables:
        return Point(overrides, run.status, seconds=seconds, message="; ".join(figures.get("clash", ())))
    measures = run.tables["measures"]
    money = {(c, k): 0.0 for c in run.instance.counties for k in CATEGORIES}
    for c, k, aid in zip(measures["county"], measures["category"], measures["aid"], strict=True):
        money[c, k] += aid
    return Point(
        overrides,
        run.status,
        objective=figures["objective"],
        bound=figures["bound"],
        gap=figures["gap"],
        employment=figures["employment"],
        linkage=figures["linkage"],
        penalties=figures["penalties"],
        cost=float(measures["cost"].sum()),
        aid=float(measures["aid"].sum()),
        chains_closed=figures["chains_closed"],
        money=money,
        funded=tuple(measures.loc[measures["funded"] == 1, "measure"]),
        seconds=seconds,
    )
