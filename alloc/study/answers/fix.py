"""Keep what a person decided: money that is locked is held, the rest planned anew, and each lock has its price."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from alloc.errors import RequestError
from alloc.infeasibility.conflict import Limits, UndecidedError, find_conflict
from alloc.infeasibility.levers import Lever, levers
from alloc.instance import Draft, Instance, Options, draft
from alloc.planning import choose_options
from alloc.report.names import Names
from alloc.run import Run, solve
from alloc.solver import Deadline
from alloc.study.answers.differences import subtract
from alloc.study.answers.locks import Lock, hold, list_slacks, read_locks
from alloc.study.files import write_run
from alloc.study.points import Overrides, Point, PointQuestion, open_points, sum_aid
from alloc.study.request import JOBS, check_language

COLUMNS = [
    "lock", "measure", "county", "category", "fund", "amount", "written_at", "objective", "gain", "gain_least",
    "gain_most", "employment", "linkage", "aid_moved", "status",
]  # fmt: skip

ALL = "all"
"""The row of all locks together."""


@dataclass(frozen=True)
class LockedPlan:
    """The best plan that keeps what a person locked, or the locks and limits that cannot hold together.

    instance: the question with the locks as rules. run: the plan, audited like any, None where the locks leave none;
    conflict: then what cannot hold together. table: what each lock costs, as described in locks.csv's dictionary.
    """

    instance: Instance
    locks: tuple[Lock, ...]
    run: Run | None = None
    conflict: tuple[Lever, ...] = ()
    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))

    @property
    def status(self) -> str:
        """That of the plan; `infeasible` where the locks cannot hold together."""
        return "infeasible" if self.run is None else self.run.status

    @property
    def proven(self) -> bool:
        """Tell whether the plan and the cost of every lock are proven."""
        solved = bool(self.table["status"].isin(("optimal", "infeasible")).all())
        return self.status == "infeasible" or (self.status == "optimal" and solved)

    def list_figures(self, lang: str = "en") -> dict[str, Any]:
        """Return what run.json holds, or why there is no plan."""
        if self.run is not None:
            return dict(self.run.figures)
        names = Names(self.instance, lang)
        conflict = [{"id": lever.path, "text": lever.say(names), "source": lever.source} for lever in self.conflict]
        return {"name": self.instance.name, "status": self.status, "locks": len(self.locks), "conflict": conflict}

    def save(
        self,
        out: str | Path,
        overwrite: bool = False,
        lang: str = "en",
        map: str | Path | None = None,
        pictures: bool = False,
    ) -> Path:
        """Write the results folder of the plan with locks.csv; return its path.

        map, pictures: as of a run. Raises RequestError as a run's own `save` does, and where there is no plan.
        """
        if self.run is None:
            raise RequestError("nothing_to_save", status=self.status)
        return write_run(self.run, {"locks": self.table}, Path(out), overwrite, lang, map, pictures)


def solve_locked(
    instance: str | os.PathLike[str],
    edited: str | os.PathLike[str],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    overrides: Overrides | None = None,
    lang: str = "en",
    log: TextIO | None = None,
    preview: Callable[[Run], None] | None = None,
) -> LockedPlan:
    """Hold the money that a person locked, plan the rest anew, and tell what each lock costs: all solved again.

    instance: a path. edited: a workbook, an allocation.csv or a results folder whose rows have a mark in the column
    `lock`. Money is held exactly, and where that leaves no plan to the cent. gap, time_limit [s each solve], threads,
    method: in place of the instance's. jobs: processes; cluster: address of a Dask scheduler to use instead. log:
    receives the solver's own words; preview: as for `solve`. Locks that cannot hold together are named as a conflict.
    Over several years a row holds the money of its year, and one without a year that of each.
    Raises InstanceError for faults of the instance or of marked rows, RequestError where no row is marked.
    """
    check_language(lang)
    given = dict(overrides or {})
    written = draft(Path(instance))
    question = written.read(given)
    locks = read_locks(Path(edited), question)
    asked = {"gap": gap, "time_limit": time_limit, "threads": threads, "method": method}
    options = choose_options(question, **asked)
    slack, conflict = _choose_slack(written, given, question, locks, options)
    held = written.read({**given, **hold(question, locks, slack)})
    if conflict:
        return LockedPlan(held, locks, conflict=conflict)
    run = solve(held, **asked, jobs=jobs, cluster=cluster, lang=lang, log=log, preview=preview)  # type: ignore[arg-type]
    if not run.tables:
        return LockedPlan(held, locks, run)
    freed = [hold(question, kept, slack) for kept in _list_kept(locks)]
    with open_points(PointQuestion(written, asked, lang, claims=False, over_years=True), jobs, cluster) as pool:
        points = pool.solve_all([{**given, **kept} for kept in freed])
    table = pd.DataFrame(_list_prices(question, locks, run, points), columns=[*COLUMNS[:1], "years", *COLUMNS[1:]])
    if not question.years:
        table = table.drop(columns="years")
    facts = [_tell_fact(lock) for lock in locks]
    return LockedPlan(held, locks, replace(run, figures={**run.figures, "locks": facts}), (), table)


def _tell_fact(lock: Lock) -> dict[str, object]:
    """Return what run.json holds of a lock."""
    fact: dict[str, object] = {"measure": lock.measure, "fund": lock.fund, "amount": lock.amount}
    return {**fact, "years": list(lock.years)} if lock.years else fact


def _list_kept(locks: Sequence[Lock]) -> list[list[Lock]]:
    """Return what is still held without any lock, and without each of several."""
    kept: list[list[Lock]] = [[]]
    for lock in locks if len(locks) > 1 else ():
        kept.append([other for other in locks if other is not lock])
    return kept


def _choose_slack(
    written: Draft, given: Overrides, question: Instance, locks: Sequence[Lock], options: Options
) -> tuple[float, tuple[Lever, ...]]:
    """Return how closely the locks are held so that there is a plan, and what cannot hold together where there is none.

    Where the time is out before that is known, the locks are held exactly and the search for the plan has to tell.
    """
    deadline = Deadline(options.time_limit)
    with deadline.listening():
        try:
            for slack in list_slacks(question):
                limits = [*(lock.as_lever() for lock in locks), *levers(question)]
                search = Limits(written, {**given, **hold(question, locks, slack)}, limits, deadline)
                if search.hold_together({}):
                    return slack, ()
            return slack, find_conflict(search) or ()
        except UndecidedError:
            return 0.0, ()


def _list_prices(
    question: Instance, locks: Sequence[Lock], run: Run, points: Sequence[Point]
) -> Iterator[tuple[object, ...]]:
    """Yield what each lock costs, then what all do together; points: without any lock, then without each.

    A lock that is the only one costs what all do.
    """
    none, *each = points
    for lock, point in zip(locks, each or [none], strict=True):
        row = question.measures[lock.measure]
        place = (lock.measure, row.county, row.category, lock.fund, lock.amount, lock.place)
        yield lock.name, "|".join(map(str, lock.years)), *place, *_compare(point, run)
    yield (
        ALL,
        "",
        "",
        "",
        "",
        "",
        sum(lock.amount * max(1, len(lock.years)) for lock in locks),
        "",
        *_compare(none, run),
    )


def _compare(point: Point, run: Run) -> tuple[object, ...]:
    """Return what a plan without a lock has more than the plan with all: differences of what both are proven to."""
    with_all, objective, bound = run.figures, run.figures["objective"], run.figures["bound"]
    gains = (subtract(point.objective, objective), subtract(point.objective, bound), subtract(point.bound, objective))
    more = (subtract(point.employment, with_all["employment"]), subtract(point.linkage, with_all["linkage"]))
    return point.objective, *gains, *more, _measure_moved(point, run), point.status


def _measure_moved(point: Point, run: Run) -> float | None:
    """Return the aid that goes to another county or category, or of several years to another year [money]."""
    if point.objective is None:
        return None
    held = sum_aid(run.instance, run.tables["measures"])
    return math.fsum(abs(aid - held[place]) for place, aid in point.money.items()) / 2
