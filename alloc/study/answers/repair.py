"""It cannot hold together: what must give?"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.claims import finite
from alloc.errors import RequestError
from alloc.infeasibility.conflict import Limits, UndecidedError, find_conflict, find_waited_for, narrow_conflict
from alloc.infeasibility.grouped import find_rule
from alloc.infeasibility.levers import Lever, levers
from alloc.instance import Instance, draft
from alloc.instance.rows import Selection
from alloc.instance.rules import Share
from alloc.planning import choose_options
from alloc.report.names import Names
from alloc.report.target import resume
from alloc.run import Run
from alloc.solver import Deadline
from alloc.study.answers.differences import rank_least, rank_most, take_figures
from alloc.study.answers.menu import LARGEST, Repair, SearchState, find_repairs
from alloc.study.files import StudyFiles, write_study
from alloc.study.points import KeptPoints, Overrides, Point, PointQuestion, open_points
from alloc.study.points.store import FILE, KeptAnswers, open_store
from alloc.study.request import check_language

SECONDS = 60.0
"""Repairs by two and three levers are hundreds of questions: so long is looked for them where no limit is given [s]."""

MANY = 30
"""With fewer measures repaired questions are solved sooner than further processes begin."""

MARK = "repair.json"
"""What tells a repair from any other folder."""


@dataclass(frozen=True)
class Repairs:
    """What keeps a question from having a plan, and what would give it one.

    feasible: whether it has one; None where that is not proven in time. conflicts: sets of limits that cannot hold
    together; menu: repairs, each with the best plan of the repaired question. complete: whether nothing was left
    open for want of time; interrupted: whether somebody asked to stop.
    """

    instance: Instance
    feasible: bool | None
    conflicts: tuple[tuple[Lever, ...], ...]
    menu: tuple[tuple[Repair, Point], ...]
    complete: bool
    seconds: float
    lang: str = "en"
    interrupted: bool = False

    @property
    def levers(self) -> tuple[Lever, ...]:
        """The levers that conflicts or repairs name, each once."""
        found: dict[str, Lever] = {}
        for named in (*self.conflicts, *(repair.levers for repair, _ in self.menu)):
            for lever in named:
                found[lever.path] = lever
        return tuple(found.values())

    @property
    def figures(self) -> dict[str, Any]:
        """What repair.json holds."""
        names = Names(self.instance, self.lang)
        return {
            "alloc": 1,
            "name": self.instance.name,
            "feasible": self.feasible,
            "complete": self.complete,
            "interrupted": self.interrupted,
            "levers": [_lever_row(lever, names) for lever in self.levers],
            "conflicts": [[lever.path for lever in conflict] for conflict in self.conflicts],
            "menu": self._menu(),
            "seconds": self.seconds,
        }

    @property
    def table(self) -> pd.DataFrame:
        """The menu, one row a change."""
        rows = []
        for number, entry in enumerate(self._menu(), start=1):
            for change in entry.pop("changes"):
                rows.append({"repair": number, **change, **entry})
        return pd.DataFrame(rows, columns=COLUMNS)

    def _menu(self) -> list[dict[str, Any]]:
        rows = [_repair_row(self.instance, repair, point) for repair, point in self.menu]
        _rank(rows, "objective", falling=True)
        _rank(rows, "money", falling=False)
        return rows

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write repair.json, the menu as a table and their data dictionary, whole or not at all; return the path."""
        files = StudyFiles(MARK, {"repairs": self.table}, self.figures)
        return write_study(self.instance, files, Path(out), overwrite, lang)


COLUMNS = [
    "repair", "path", "from", "to", "status", "objective", "bound", "employment", "linkage", "money", "rank_objective",
    "rank_money",
]  # fmt: skip


def repair(
    instance: str | Path,
    *,
    conflicts: int = 5,
    menu: int = 12,
    largest: int = LARGEST,
    overrides: Overrides | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    lang: str = "en",
    keep: str | Path | None = None,
    tell: Callable[[Repair], None] | None = None,
    reached: Callable[[Repair, Point], None] | None = None,
    preview: Callable[[Sequence[Lever]], None] | None = None,
    run: Run | None = None,
) -> Repairs:
    """Tell which limits cannot hold together, and what would have to give for there to be a plan.

    instance: a path; overrides, gap, lang: as for `solve`. conflicts: most sets that are named; menu: most repairs,
    those by one lever first; largest: most levers of one. time_limit: for the search, 60 s where none is given, and for
    each repaired question [s].
    jobs: processes that solve these, one where they are small. keep: a folder that keeps each answer, so that a search
    that was stopped goes on there. preview: is told of the first conflict; tell: of every repair that is found;
    reached: of each again, with the best plan that it leads to. run: of the same question with the same overrides,
    where that found no plan: what it asked is not asked again.
    Raises InstanceError for faults, RequestError for what cannot be asked.
    """
    check_language(lang)
    if conflicts < 1 or menu < 1:
        raise RequestError("answers_count")
    started, given = time.perf_counter(), dict(overrides or {})

    def hear(point: Point) -> None:
        for one in repairs:
            if reached is not None and {**given, **one.settings} == dict(point.overrides):
                reached(one, point)

    written = draft(instance)
    question = written.read(given)
    options = choose_options(question, gap=gap, time_limit=time_limit)
    deadline = Deadline(time_limit or SECONDS)
    asked = PointQuestion(written, {"gap": gap, "time_limit": options.time_limit}, lang, claims=False, over_years=True)
    with open_store(None if keep is None else resume(Path(keep), FILE)) as store:
        with deadline.listening():
            known = KeptAnswers(KeptPoints(store, asked, question.previous, "has plan"), given)
            limits = Limits(written, given, levers(question), deadline, known)
            if run is not None and run.limits is not None:
                limits = replace(run.limits, deadline=deadline)
            told, repairs, feasible, complete = _search(limits, question, (conflicts, menu, largest), tell, preview)
        points: Sequence[Point] = ()
        if repairs:
            kept = KeptPoints(store, asked, question.previous)
            with open_points(asked, _count_workers(question, jobs, repairs), cluster, kept=kept) as pool:
                points = pool.solve_all([{**given, **one.settings} for one in repairs], hear)
    paired, seconds = rank_repairs(zip(repairs, points, strict=True)), time.perf_counter() - started
    return Repairs(question, feasible, tuple(told), tuple(paired), complete, seconds, lang, deadline.stopped)


def rank_repairs(found: Iterable[tuple[Repair, Point]]) -> list[tuple[Repair, Point]]:
    """Return repairs with the plans that they lead to: those by one lever first, and of as many the best first."""
    pairs = list(found)
    goal = max((point.objective or 0.0 for _, point in pairs), default=0.0)
    return sorted(pairs, key=lambda pair: (len(pair[0].levers), rank_most(pair[1].objective, goal)))


def _count_workers(question: Instance, jobs: int, repairs: Sequence[Repair]) -> int:
    return min(jobs, len(repairs)) if len(question.measures) >= MANY else 1


def _search(
    limits: Limits,
    question: Instance,
    most: tuple[int, int, int],
    tell: Callable[[Repair], None] | None,
    preview: Callable[[Sequence[Lever]], None] | None,
) -> tuple[list[tuple[Lever, ...]], list[Repair], bool | None, bool]:
    """Return conflicts and repairs, whether there is a plan without any, and whether nothing is left open.

    most: conflicts, repairs, and levers of one.
    """
    told, repairs, feasible = list[tuple[Lever, ...]](), list[Repair](), None
    found = SearchState([], [], find_waited_for(question, limits.levers))
    try:
        feasible = limits.hold_together({})
        if feasible:
            return told, repairs, True, True
        first = find_conflict(limits)
        if first:
            told.append(first)
            if preview is not None:
                preview(first)
        narrowed = narrow_conflict(limits, first, found.waited_for) if first else None
        found.conflicts += [narrowed] if narrowed else []
        for one in find_repairs(limits, found, most[1], most[2]):
            repairs.append(one)
            if tell is not None:
                tell(one)
        _find_others(limits, found, told, most[0])
    except UndecidedError:
        return told, repairs, feasible, False
    return told, repairs, feasible, True


def _find_others(limits: Limits, found: SearchState, told: list[tuple[Lever, ...]], most: int) -> None:
    """Add conflicts that the way to the repairs has met: as they are where all other limits are released."""
    if not found.waited_for:
        told += found.conflicts[len(told) : most]
        return
    for met in found.conflicts:
        freed = [lever for conflict in told for lever in conflict if lever not in met][:1]
        another = find_conflict(limits, freed) if freed and len(told) < most else None
        if another and set(another) not in map(set, told):
            told.append(another)


def _lever_row(lever: Lever, names: Names) -> dict[str, Any]:
    value = list(lever.value) if isinstance(lever.value, tuple) else lever.value
    text, source = lever.say(names), lever.source
    row = {"id": lever.path, "path": lever.path, "value": value, "release": lever.release, "eases": lever.eases}
    return {**row, "text": text, "source": source, "firm": lever.firm}


def _repair_row(instance: Instance, repair: Repair, point: Point) -> dict[str, Any]:
    changes = list(_list_changes(repair))
    figures = take_figures(point, "objective", "bound", "employment", "linkage")
    money = sum(
        _moved(instance, lever, change.to, point) for lever, change in zip(repair.levers, repair.changes, strict=True)
    )
    return {"changes": changes, "status": point.status, **figures, "money": finite(money)}


def _list_changes(repair: Repair) -> Iterator[dict[str, Any]]:
    """Yield every figure that a repair replaces; of other years only those that no other change replaces."""
    own = {change.path for change in repair.changes}
    for lever, change in zip(repair.levers, repair.changes, strict=True):
        yield {"path": change.path, "from": _plain(change.before), "to": _plain(change.to)}
        known = {**dict(lever.figures.values()), **lever.held}
        for path, to in change.beside.items():
            if path not in own:
                yield {"path": path, "from": _plain(known.get(path)), "to": _plain(to)}


def _moved(instance: Instance, lever: Lever, to: object, point: Point) -> float:
    """Return the money that a change moves: a larger budget, or what a rule no longer steers; nan for neither."""
    if not isinstance(to, int | float) or not isinstance(lever.value, int | float):
        return math.nan
    change = abs(to - lever.value)
    if lever.kind in ("fund_amount", "fund_county", "fund_min_use"):
        return change
    rule = find_rule(instance, lever.path)
    if rule is None:
        return math.nan
    if rule.figure == "money":
        return change
    of_all_aid = isinstance(rule, Share) and rule.fund == "aid" and rule.in_ == Selection()
    return change * point.aid if of_all_aid and point.aid is not None else math.nan


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _rank(rows: list[dict[str, Any]], key: str, falling: bool) -> None:
    """Give every row its rank by a figure, 1 for the best; those without it none."""
    known = [row[key] for row in rows if row[key] is not None]
    largest = max(map(abs, known), default=0.0)
    rank = rank_most if falling else rank_least
    places = sorted({rank(figure, largest) for figure in known})
    for row in rows:
        row[f"rank_{key}"] = None if row[key] is None else places.index(rank(row[key], largest)) + 1
