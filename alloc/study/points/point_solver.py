"""One point solved: figures replaced, model built, plan found from the warm starts of its neighbours, plan audited."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from alloc.claims import ends, whose
from alloc.counterfactual import rest
from alloc.errors import AuditError, InstanceError, RequestError, SolveError
from alloc.infeasibility import explain_conflict
from alloc.instance import Draft
from alloc.planning import choose_options
from alloc.solution import Status
from alloc.solver import (
    MipStart,
    unbroken,
)
from alloc.study.points.closest import find_closest
from alloc.study.points.point import (
    AUDIT_FAILED,
    FAILED,
    FAULT,
    Overrides,
    Payments,
    Point,
    list_payments,
    scales,
    sum_aid,
)
from alloc.study.points.warm import WarmPlan, WarmSolver, raise_if, solve_long


@dataclass(frozen=True)
class PointQuestion:
    """What is asked at every point: the instance as written, options in the place of its own, and a language.

    options: gap, time_limit [s per point], method. claims: whether it is asked what comes through the aid; the world
    without the aid takes as long as the plan, and a difference between two plans needs none. tables: table → columns
    of it that are kept with each point. closest_to: what another plan pays; of plans that reach as much, each point has
    the one that changes least aid from it. conflicts: whether a point without a plan says which limits cannot hold
    together. over_years: whether a question over several years is asked too, which is refused else.
    ties: whether of plans as good the one is searched for that spends less: no use where the goal alone is read.
    """

    draft: Draft
    options: Mapping[str, float | str | None] = field(default_factory=dict)
    lang: str = "en"
    claims: bool = True
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    closest_to: Payments | None = None
    conflicts: bool = False
    over_years: bool = False
    ties: bool = True


@dataclass(frozen=True)
class SolvedPoint:
    """A point, and the warm start that it gives its neighbours: its whole decisions, or what its blocks taught."""

    point: Point
    start: MipStart = field(default_factory=dict)


class PointSolver:
    """A question with what is kept between its points."""

    def __init__(self, question: PointQuestion):
        self.question = question
        self._solver = WarmSolver(question.claims, question.ties)

    def solve(self, overrides: Overrides, starts: Sequence[MipStart] = ()) -> SolvedPoint:
        """Return what becomes of the question under some overrides. starts: warm starts, of its neighbours.

        Raises KeyboardInterrupt where the search was interrupted: half a search is no point.
        """
        started, lang = time.perf_counter(), self.question.lang
        try:
            solved = self._solve(overrides, starts, started)
        except InstanceError as error:
            message = "; ".join(fault.say(lang) for fault in error.faults)
            solved = SolvedPoint(Point(overrides, FAULT, message=message))
        except AuditError as error:
            solved = SolvedPoint(Point(overrides, AUDIT_FAILED, message="; ".join(error.findings)))
        except SolveError as error:
            solved = SolvedPoint(Point(overrides, FAILED, message=error.say(lang)))
        return replace(solved, point=replace(solved.point, seconds=time.perf_counter() - started))

    def _solve(self, overrides: Overrides, starts: Sequence[MipStart], started: float) -> SolvedPoint:
        reading = self.question.draft.inspect(overrides)
        if reading.instance is None:
            raise InstanceError(reading.faults)
        if reading.instance.questions and not self.question.over_years:
            raise RequestError("several_years", years=", ".join(map(str, reading.instance.years)))
        options = choose_options(reading.instance, **self.question.options)
        found = self._solver.solve(reading.instance, options, starts)
        if not found.plan.has_plan:
            message = self._tell_conflict(found, started) if found.plan.status == Status.INFEASIBLE else ""
            return SolvedPoint(Point(overrides, str(found.plan.status), message=message))
        try:
            point = self._closest(overrides, found, started) or self._point(overrides, found, started)
        except AuditError as error:
            found = solve_long(found, error)
            if not found.plan.has_plan:
                return SolvedPoint(Point(overrides, str(found.plan.status)))
            point = self._point(overrides, found, started)
        return SolvedPoint(point, found.start)

    def _tell_conflict(self, found: WarmPlan, started: float) -> str:
        """Return the first limits that cannot hold together, where that is asked for and known in the time."""
        if not self.question.conflicts:
            return ""
        with unbroken():
            lines = explain_conflict(found.question, rest(found.options, started), self.question.lang)
        return "; ".join(line.strip() for line in (lines or ())[1:])

    def _closest(self, overrides: Overrides, first: WarmPlan, started: float) -> Point | None:
        """Return the point of the closest of the plans that reach as much; None where it is not asked for, or where
        the search fails or its plan does not hold as closely as the plan itself: that one is the answer then."""
        if self.question.closest_to is None or first.plan.status != "optimal":
            return None
        try:
            found = find_closest(first.question, first.options, first.plan, self.question.closest_to)
            raise_if(found.interrupted)
            if found.plan.status != first.plan.status:
                return None
            point = self._point(overrides, replace(first, plan=found.plan), started)
        except (AuditError, SolveError):
            return None
        return replace(point, closest=found.proven)

    def _point(self, overrides: Overrides, found: WarmPlan, started: float) -> Point:
        run, instance = found.complete(started, self.question.lang), found.question
        figures, measures = run.figures, run.tables["measures"]
        claimed = whose(figures)
        least, most = ends(figures["through_aid"], "employment")
        return Point(
            overrides,
            run.status,
            objective=figures["objective"],
            bound=figures["bound"],
            gap=figures["gap"],
            employment=figures["employment"],
            employment_aid=claimed["employment_aid"],
            employment_aid_least=least,
            employment_aid_most=most,
            employment_without_aid=claimed["employment_without_aid"],
            linkage=figures["linkage"],
            penalties=figures["penalties"],
            cost=float(measures["cost"].sum()),
            aid=float(measures["aid"].sum()),
            chains_closed=figures["chains_closed"],
            money=sum_aid(instance, measures),
            funded=tuple(scales(measures)),
            payments=list_payments(instance, run.tables["allocation"]),
            tables={name: _keep_columns(run.tables[name], keys) for name, keys in self.question.tables.items()},
        )


def _keep_columns(table: pd.DataFrame, columns: Sequence[str]) -> Mapping[str, Sequence[float | str | None]]:
    """Return columns of a table as lists; what is not known is None, as JSON has it."""
    kept = table[list(columns)].astype(object)
    kept = kept.where(kept.notna(), None)
    return {column: kept[column].tolist() for column in columns}
