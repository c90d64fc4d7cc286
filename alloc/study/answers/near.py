"""As little change as can be: of plans nearly as good as the best, the one that moves least aid from another plan."""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.planning import choose_options
from alloc.run import Run
from alloc.solver import Deadline
from alloc.solver.multi.least_change import ChangeResult, LeastChange
from alloc.study.answers.last_plan import LastPlan, read_last
from alloc.study.files import write_run
from alloc.study.request import (
    JOBS,
    Answered,
    Given,
    StudyProgress,
    Tell,
    answer,
    check_language,
    is_small,
    read_question,
)

TOLERANCES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Parts of the goal for which a curve tells how little need be moved."""

SPECK = 1e-6
"""Money that differs by less, as a part of itself, has not moved."""

MOVED = ["measure", "county", "category", "fund", "last", "now", "change", "lost"]
CURVE = ["tolerance", "moved", "moved_least", "objective", "proven"]


@dataclass(frozen=True)
class NearPlan:
    """A plan that moves as little aid from another one as can be, for at most a part of the goal.

    run: the plan, audited like any; last: the other one's name; within: that part; best: the goal of the best plan;
    moved, curve: as described in their dictionary, the curve None where it was not asked for; proven: whether it is
    proven that no plan moves less, at every tolerance; interrupted: stopped before that.
    """

    run: Run
    last: str
    within: float
    best: float | None
    moved: pd.DataFrame
    curve: pd.DataFrame | None
    proven: bool
    interrupted: bool

    @property
    def figures(self) -> Mapping[str, Any]:
        """What run.json holds, `near` among it."""
        return self.run.figures

    def save(
        self,
        out: str | Path,
        overwrite: bool = False,
        lang: str = "en",
        map: str | Path | None = None,
        pictures: bool = False,
    ) -> Path:
        """Write the results folder of the plan with moved.csv and, where it was asked for, change.csv; return the path.

        map, pictures: as of a run. Raises RequestError as a run's own `save` does.
        """
        tables = {"moved": self.moved} | ({} if self.curve is None else {"change": self.curve})
        return write_run(self.run, tables, Path(out), overwrite, lang, map, pictures)


def solve_near(
    instance: Given,
    last: str | os.PathLike[str],
    *,
    within: float = 0.01,
    curve: bool = False,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Tell | None = None,
    preview: Callable[[float, float], None] | None = None,
) -> NearPlan:
    """Return the plan that moves least aid from another one while it loses at most a part of the goal.

    last: a results folder, an allocation.csv or a workbook. within: that part; where goals are in an order, of each of
    them as it stands in the best plan. What is moved is the sum of all changes by measure and fund of kind aid, halved,
    over several years of each by itself [money]; a row without a year is one of each. curve: also tell how little need
    be moved at other tolerances. gap, time_limit [s each search], threads, method: in place of the instance's. jobs:
    processes that search blocks; cluster: address of a Dask scheduler to use instead. overrides: figures to replace,
    for a path only. tell: is told of each search; preview: of the best plan's goal and how much aid that moves, before
    a plan that moves less is sought, of a question that is not small.
    Raises InstanceError for faults of the instance or of the other plan's rows, RequestError, AuditError as `solve`.
    """
    started = time.perf_counter()
    check_language(lang)
    if not 0 <= within < 1:
        raise RequestError("near_within", found=f"{within:g}")
    question = read_question(instance, overrides)
    before = read_last(Path(last), question)
    options = choose_options(question, gap=gap, time_limit=time_limit, threads=threads, method=method)
    deadline = Deadline(math.inf)
    with deadline.listening():
        asked = answer(question, options, jobs, cluster, lang, over_years=True, ties=None)
        if not asked.own.has_plan:
            run = asked.make_result(asked.own, started)
            moved = _table([], _name_columns(question))
            return NearPlan(run, before.name, within, None, moved, None, False, asked.own.interrupted)
        with asked.open_search() as by_blocks:
            search = LeastChange(asked.question, options, asked.own, before.spend, deadline, by_blocks)
            if preview is not None and not is_small(question) and not deadline.stopped:
                preview(asked.own.objective, _halve(before, search.own_plan)[0])
            tolerances = [within, *(TOLERANCES if curve else ())]
            found = _find_all(search, tolerances, tell)
            solution = search.as_solution(found[within], within, f"least change from {before.name}")
    run = asked.make_result(solution, started)
    moved = _table(_list_moved(question, before, run.tables["allocation"]), _name_columns(question))
    figures = {**run.figures, "near": _tell_figures(asked, before, within, found[within], moved)}
    proven = asked.own.status == "optimal" and all(one.proven(max(options.gap, SPECK)) for one in found.values())
    drawn = _table(_list_curve(asked, before, search, found), CURVE) if curve else None
    goal = asked.own.objective
    return NearPlan(replace(run, figures=figures), before.name, within, goal, moved, drawn, proven, deadline.stopped)


def _find_all(search: LeastChange, tolerances: Sequence[float], tell: Tell | None) -> dict[float, ChangeResult]:
    """Return the least change at each tolerance, the smallest first: what it finds keeps the wider ones too.

    A plan that keeps a smaller loss keeps a larger one, so a search that found nothing better has that plan.
    """
    found: dict[float, ChangeResult] = {}
    best = search.own_plan
    for within in sorted(set(tolerances)):
        one = search.find(within)
        if one is None or one.change > best.change:
            one = ChangeResult(best.x, best.change, 0.0 if one is None else min(one.bound, best.change))
        found[within] = best = one
        if tell is not None:
            tell(StudyProgress(len(found), len(set(tolerances))))
    return found


def _name_columns(instance: Instance) -> list[str]:
    """Return the columns of what moved, of several years with the year."""
    return [*(["year"] if instance.years else []), *MOVED]


def _list_moved(instance: Instance, before: LastPlan, allocation: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield every payment of aid that is another, those that are not possible any more at the end."""
    years = allocation["year"] if instance.years else [instance.year] * len(allocation)
    paid = zip(allocation["measure"], allocation["fund"], allocation["kind"], allocation["amount"], strict=True)
    for year, (m, f, kind, now) in zip(years, paid, strict=True):
        last = before.spend.get((year, m, f), 0.0)
        if kind == "aid" and abs(now - last) > SPECK * max(1.0, abs(last)):
            row = instance.measures[m]
            place = {"year": year, "measure": m, "county": row.county, "category": row.category, "fund": f}
            yield {**place, "last": last, "now": now, "change": now - last, "lost": 0}
    for lost in before.lost:
        place = {"year": lost.year, "measure": lost.measure, "county": lost.county, "category": lost.category}
        money = {"fund": lost.fund, "last": lost.amount, "now": 0.0, "change": -lost.amount}
        yield {**place, **money, "lost": 1}


def _tell_figures(
    asked: Answered, before: LastPlan, within: float, found: ChangeResult, moved: pd.DataFrame
) -> dict[str, Any]:
    """Return what run.json holds of the change."""
    total, least = _halve(before, found)
    measures = asked.given.measures
    gone = sorted({lost.measure for lost in before.lost if lost.measure not in measures})
    return {
        "last": before.name,
        "within": within,
        "best_objective": asked.own.objective,
        "best_bound": asked.own.bound if math.isfinite(asked.own.bound) else None,
        "moved": total,
        "moved_least": least,
        "gap": (total - least) / max(1.0, total),
        "proven": asked.own.status == "optimal" and found.proven(max(asked.options.gap, SPECK)),
        "payments": len(moved),
        "gone": gone,
        "lost": before.lost_money,
        **({"other_years": list(before.further)} if before.further else {}),
    }


def _halve(before: LastPlan, found: ChangeResult) -> tuple[float, float]:
    """Return the aid that is moved, and the least that any plan moves [money]: money that moves leaves a place and
    comes to another, so that the sum of changes counts it twice."""
    change = found.change if found.change > SPECK * max(1.0, sum(before.spend.values())) else 0.0
    return (change + before.lost_money) / 2, (min(found.bound, change) + before.lost_money) / 2


def _list_curve(
    asked: Answered, before: LastPlan, search: LeastChange, found: Mapping[float, ChangeResult]
) -> Iterator[tuple[object, ...]]:
    """Yield the least money moved at each tolerance of the curve, and the most of the goal with it."""
    for within in TOLERANCES:
        one = found[within]
        objective = search.evaluate(one.x)
        proven = asked.own.status == "optimal" and one.proven(max(asked.options.gap, SPECK))
        yield within, *_halve(before, one), objective, int(proven)


def _table(rows: Iterable[tuple[object, ...] | dict[str, object]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns)
