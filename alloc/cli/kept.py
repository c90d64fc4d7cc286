"""What `alloc solve` does where a plan is to stay near another one, or to keep what a person locked."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, Union

from alloc.cli.speech import INTERRUPTED, choose_code
from alloc.errors import RequestError
from alloc.texts import say
from alloc.texts.figures import amount

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

    from alloc.instance import Instance
    from alloc.run import Run
    from alloc.study.answers.fix import LockedPlan
    from alloc.study.answers.near import NearPlan

Answer = Union["Run", "NearPlan", "LockedPlan"]

NO_PLAN = 3
"""Exit code where there is no plan."""

WITHIN = 0.01
"""Part of the goal that may be lost for little change where nothing is said."""


@dataclass(frozen=True)
class Wish:
    """What a plan is to keep: that it stays near another, within a part of the goal, or the money that is locked."""

    near: Path | None
    within: float | None
    curve: bool
    fix: Path | None

    def check(self) -> None:
        """Raise RequestError where options do not go together."""
        if self.near is not None and self.fix is not None:
            raise RequestError("near_and_fix")
        for option, given in (("--within", self.within is not None), ("--curve", self.curve)):
            if given and self.near is None:
                raise RequestError("near_alone", option=option)

    def solve(
        self,
        path: Path,
        instance: "Instance",
        overrides: dict[str, object],
        log: TextIO | None,
        tell: Callable[[str], None],
        **how: Any,
    ) -> Answer:
        """Return the answer: a plan as any, or with what it keeps.

        tell: prints a line that is known before the rest; how: options of the solver, jobs and language.
        """
        if self.near is not None:
            from alloc.study.answers.near import solve_near

            within = WITHIN if self.within is None else self.within

            def preview(goal: float, moved: float) -> None:
                figures = {"goal": amount(goal), "moved": amount(moved), "within": f"{100 * within:g}"}
                tell(say("near_so_far", how["lang"], label=instance.money.label, **figures))

            return solve_near(instance, self.near, within=within, curve=self.curve, preview=preview, **how)
        if self.fix is not None:
            from alloc.study.answers.fix import solve_locked

            return solve_locked(path, self.fix, overrides=overrides, log=log, **how)
        return _solve(instance, log, **how)


def _solve(
    instance: "Instance", log: TextIO | None, jobs: int, cluster: str | None, lang: str, **options: float | str | None
) -> "Run":
    """Solve a question as `alloc.solve` does, but load what makes a result of its plan while that is sought."""
    from alloc.planning import choose_options, seek

    started = time.perf_counter()
    chosen = choose_options(instance, **options)
    found = seek(instance, chosen, started, jobs=jobs, cluster=cluster, log=log, meanwhile=_load)
    from alloc.run import complete

    return complete(found, lang)


def _load() -> None:
    """Load what makes a result of a plan, its page and its summary: more than half a second."""
    from alloc.report import terminal  # noqa: F401
    from alloc.report.page import load_page
    from alloc.run import complete  # noqa: F401

    load_page()


@dataclass(frozen=True)
class Told:
    """What is told of an answer: its plan, or why there is none, further lines, and the exit code."""

    run: "Run | None"
    figures: Mapping[str, Any]
    lines: Iterable["str | Table"]
    code: int

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan at all."""
        return self.run is not None and self.run.solution.has_plan


def judge(found: Answer, lang: str) -> Told:
    """Return what is told of an answer; 0 where all that was asked is proven."""
    from alloc.run import EXIT_CODES, Run

    if isinstance(found, Run):
        code = INTERRUPTED if found.solution.interrupted else EXIT_CODES[found.solution.status]
        return Told(found, found.figures, (), code)
    from alloc.study.answers.near import NearPlan
    from alloc.study.answers.summary import show_locks

    if isinstance(found, NearPlan):
        run, lines, proven, stopped = found.run, show_near(found, lang), found.proven, found.interrupted
    elif found.run is None:
        return Told(None, found.list_figures(lang), show_locks(found, lang), NO_PLAN)
    else:
        run, lines, proven, stopped = found.run, show_locks(found, lang), found.proven, found.run.solution.interrupted
    if run.solution.has_plan or stopped:
        return Told(run, run.figures, lines, choose_code(stopped, proven))
    return Told(run, run.figures, lines, EXIT_CODES[run.solution.status])


def show_near(found: "NearPlan", lang: str) -> Iterator["str | Table"]:
    """Yield how much moves, what is no longer there, and the curve."""
    told = found.figures.get("near")
    if told is None:
        return
    label, facts = found.run.instance.money.label, {key: amount(told[key]) for key in ("moved", "moved_least")}
    goals = {
        "goal": amount(found.figures["objective"]),
        "best": amount(found.best),
        "within": f"{100 * found.within:g}",
    }
    yield say(
        "near_moved", lang, moved=facts["moved"], least=facts["moved_least"], last=found.last, label=label, **goals
    )
    if told["gone"]:
        yield say("near_gone", lang, measures=", ".join(told["gone"]))
    if told["lost"]:
        yield say("near_lost", lang, money=amount(told["lost"]), label=label)
    if "other_years" in told:
        yield say("near_further", lang, years=", ".join(map(str, told["other_years"])))
    if not found.proven:
        yield say("near_open", lang)
    if found.curve is not None:
        yield _show_curve(found.curve, label, lang)


def _show_curve(curve: "DataFrame", label: str, lang: str) -> "Table":
    from alloc.report.screen import new_table

    shown = new_table()
    for key in ("within", "moved", "least", "goal"):
        shown.add_column(say(f"near_curve_{key}", lang, label=label), justify="right")
    for row in curve.to_dict("records"):
        figures = (amount(row[key]) for key in ("moved", "moved_least", "objective"))
        shown.add_row(f"{100 * row['tolerance']:g} %", *figures)
    return shown
