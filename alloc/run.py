"""A question from file to audited result: read, seek (`alloc.planning`), compare, audit, report."""

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from alloc.audit import audit, audit_years
from alloc.claims import compare_coordination, compare_worlds
from alloc.counterfactual import AT_ONCE, WaitForWorlds, Worlds, rest
from alloc.errors import AuditError, RequestError, SolveError
from alloc.glance import Glance
from alloc.horizon import join_years, list_years, make_tables_of_years, roll_forward
from alloc.infeasibility import Limits, explain_conflict, list_limits
from alloc.infeasibility.over_years import explain_years
from alloc.instance import Instance, Options, read
from alloc.memory import collecting_seldom
from alloc.planning import Sought, choose_options, seek
from alloc.report.boundaries import Boundaries, read_boundaries
from alloc.report.files import Begin, at_once, write_result
from alloc.report.notebook import call_question, show_plan, state_plan, state_proof
from alloc.report.page.annual import show_years
from alloc.report.page.answer import tell_answer
from alloc.report.page.view import View
from alloc.report.reasons import explain_each_year, explain_plan
from alloc.report.tables import make_tables
from alloc.report.target import fill, write_json
from alloc.report.told import tell_status
from alloc.run_figures import list_figures, tell_verdict
from alloc.solution import Solution, Status
from alloc.solver.pool import ahead
from alloc.solver.progress import Preview
from alloc.texts import LANGUAGES, say

MANY = 2_000
"""The workbook of so many measures is written by a process of its own beside the other files: it takes 1 s to begin."""


@dataclass(frozen=True, repr=False)
class Run(Glance):
    """A plan with its proof, its tables and its audit; without a plan the tables are empty.

    tables: name → DataFrame, as described in the results' data dictionary; figures: what run.json holds.
    limits: where there is no plan, what was asked of its limits; `repair` goes on from there.
    """

    instance: Instance
    solution: Solution
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]
    limits: Limits | None = field(default=None, compare=False)

    @property
    def status(self) -> str:
        """`optimal`, `feasible`, `infeasible` or `no_solution`."""
        return str(self.solution.status)

    @property
    def objective(self) -> float | None:
        """Value of the (last) goal."""
        value: float | None = self.figures["objective"]
        return value

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        yield tell_status(self.figures, lang)
        if self.tables:
            yield state_proof(self.figures, lang)
            yield state_plan(self.instance, self.tables, lang)
        elif len(lines := self.figures.get("clash", ())) > 1:  # the first says what the others are
            yield say("glance_conflicts", lang, count=len(lines) - 1)

    def _show(self, lang: str) -> Iterator[str]:
        yield from self.figures.get("clash", ())
        if self.tables:
            view = View(self.instance, lang, self.tables, self.figures)
            if self.instance.questions:
                yield from show_years(view)
                return
            yield from tell_answer(view)
            yield from show_plan(view)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return a table by its name: `run.allocation`, `run.measures` …"""
        try:
            return self.__dict__["tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def save(
        self,
        out: str | Path,
        overwrite: bool = False,
        lang: str = "en",
        map: str | Path | None = None,
        pictures: bool = False,
    ) -> Path:
        """Write the results folder, whole or not at all, and return its path.

        map: a GeoJSON file of the counties, drawn on the page; pictures: the page's charts as PNG beside SVG.
        Raises RequestError where the folder exists already and `overwrite` is not set, where there is no plan, or
        where the map is none.
        """
        drawn = None if map is None else read_boundaries(Path(map), self.instance)
        return _save(self, Path(out), overwrite, lang, drawn, pictures)


@collecting_seldom()
def solve(
    instance: Instance | str | os.PathLike[str],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    log: TextIO | None = None,
    preview: Callable[[Run], None] | None = None,
) -> Run:
    """Solve a question, of one year or of several, and audit the plan.

    instance: what `read` returned, or a path. overrides: figures to replace by path, for a path only.
    gap, time_limit [s], threads, method: in place of the instance's solver options. jobs: processes that
    search blocks; cluster: address of a Dask scheduler to use instead. lang: of the reasons.
    log: receives the solver's own words. preview: is told the plan as soon as the search for it has ended and it is
    audited, before its proof is doubted and ties are broken, or that there is none, before it is known why.
    Raises InstanceError for faults, AuditError for a plan that does not survive the second reading, SolveError when the
    solver fails.
    """
    started = time.perf_counter()
    if lang not in LANGUAGES:
        raise RequestError("no_language", found=lang, known=", ".join(LANGUAGES))
    if not isinstance(instance, Instance):
        instance = read(Path(instance), overrides)
    elif overrides:
        raise RequestError("overrides_need_path")
    options = choose_options(instance, gap=gap, time_limit=time_limit, threads=threads, method=method)
    watch = None if preview is None else partial(_preview, instance, options, started, lang, preview)
    return complete(seek(instance, options, started, jobs=jobs, cluster=cluster, log=log, watch=watch), lang)


def complete(found: Sought, lang: str) -> Run:
    """Return what was sought with its tables, audited and explained. Raises AuditError as `solve` does."""
    run = complete_run(found.instance, found.options, found.plan, found.worlds, found.started, lang)
    if found.first is None:
        return run
    coordination = compare_coordination(found.instance, found.plan, found.first)
    return replace(run, figures={**run.figures, "coordination": coordination})


def _preview(
    instance: Instance,
    options: Options,
    started: float,
    lang: str,
    tell: Callable[[Run], None],
    worlds: WaitForWorlds,
) -> Preview:
    """Return what makes a result of a plan whose ties are not broken yet, and tells it where it survives the audit."""

    def make_result(plan: Solution) -> Run:
        if not plan.has_plan:
            return Run(instance, plan, {}, list_figures(instance, options, plan, started))
        return complete_run(instance, options, plan, worlds(AT_ONCE), started, lang)

    def make_and_tell(plan: Solution) -> None:
        with suppress(AuditError, SolveError):
            tell(make_result(plan))

    return make_and_tell


def complete_run(
    instance: Instance,
    options: Options,
    plan: Solution,
    worlds: Worlds | None,
    started: float,
    lang: str = "en",
    conflict: Collection[str] = (),
) -> Run:
    """Return a plan with its tables, audited and explained; without a plan, what must give.

    worlds: what comes about beside the plan, needed where there is one; the same for every plan of an instance.
    started: `time.perf_counter()` when the question was put. conflict: ids of limits that could not hold together in a
    like question, tried first. Raises AuditError for a plan that does not survive the second reading.
    """
    if instance.questions:
        return _complete_years(instance, options, plan, worlds, started, lang)
    if not plan.has_plan or worlds is None:
        figures, limits = list_figures(instance, options, plan, started), None
        if plan.status == Status.INFEASIBLE:
            limits = list_limits(instance, conflict)
            lines = explain_conflict(instance, rest(options, started), lang, limits)
            first = [say("clash_nation_first", lang)] if instance.nation == "first" and lines == [] else []
            figures["clash"] = [*(lines or ()), *first]
        return Run(instance, plan, {}, figures, limits)
    found = make_tables(instance, plan, worlds.quo, worlds.without.solution)
    figures = list_figures(instance, options, plan, started, worlds, found)
    verdict = audit(instance, found, figures)
    if not verdict.passed:
        raise AuditError([finding.say(lang) for finding in verdict.findings])
    figures = list_figures(instance, options, plan, started, worlds, found, verdict)
    return Run(instance, plan, explain_plan(instance, found, plan.status == Status.OPTIMAL, lang), figures)


def _complete_years(
    instance: Instance, options: Options, plan: Solution, worlds: Worlds | None, started: float, lang: str
) -> Run:
    """Return a plan over several years with its tables, audited, as `complete_run` does for one year."""
    figures = list_figures(instance, options, plan, started)
    if not plan.has_plan or worlds is None:
        if plan.status == Status.INFEASIBLE:
            figures["clash"] = explain_years(instance, rest(options, started), lang) or []
        return Run(instance, plan, {}, figures)
    years = make_tables_of_years(instance, plan, worlds)
    figures |= compare_worlds(instance, plan, worlds, None)
    figures |= {"years": list(instance.years), "by_year": list_years(instance, plan, worlds)}
    verdict = audit_years(instance, years, figures)
    if not verdict.passed:
        raise AuditError([finding.say(lang) for finding in verdict.findings])
    told = explain_each_year(instance.years, roll_forward(instance, plan), years, plan.status == Status.OPTIMAL, lang)
    return Run(instance, plan, join_years(told), {**figures, "audit": tell_verdict(verdict)})


def _save(run: Run, out: Path, overwrite: bool, lang: str, drawn: Boundaries | None, pictures: bool) -> Path:
    if not run.tables:
        raise RequestError("nothing_to_save", status=run.status)
    with fill(out, overwrite=overwrite) as new:
        write_result(run.instance, run.tables, run.figures, new, lang, drawn, pictures, choose_begin(run.instance))
        write_json(run.figures, new / "run.json")
    return out


def choose_begin(instance: Instance) -> Begin:
    """Return how the workbook of a plan is begun; one process of many begins no others."""
    return ahead if len(instance.measures) >= MANY and parent_process() is None else at_once


EXIT_CODES = {Status.OPTIMAL: 0, Status.INFEASIBLE: 3, Status.FEASIBLE: 4, Status.NO_SOLUTION: 5}
"""What the command line answers for each status."""
