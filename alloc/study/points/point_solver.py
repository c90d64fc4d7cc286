"""One point solved: figures replaced, model built, plan found from the warm starts of its neighbours, plan audited.

What stays the same between points is kept: the files as parsed; the model, where only the goal is another; and
the worlds beside the plan, for as long as nothing that they depend on is another: no amount of aid is among that.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from alloc.claims import ends, whose
from alloc.counterfactual import UNKNOWN, Counterfactual, Worlds, answering, find_without_aid
from alloc.errors import AuditError, InstanceError, SolveError
from alloc.instance import CATEGORIES, Draft, Instance, Options
from alloc.instance.schema import Objective
from alloc.instance.worlds import without_aid
from alloc.model import build
from alloc.run import choose_options, complete_run
from alloc.solution import Solution
from alloc.solver import (
    CompiledModel,
    MipStart,
    choose_method,
    extract_mip_start,
    find_status_quo,
    know_standing,
    learn_optima,
    read_warm_starts,
    solve_blocks_warm,
    solve_warm,
    solve_whole,
    write_warm_starts,
)
from alloc.study.points.closest import find_closest
from alloc.study.points.point import AUDIT_FAILED, FAILED, FAULT, Overrides, Payments, Point, scales

STANDING = (
    *("counties", "industries", "baseline", "links", "markets", "sharing", "chains"),
    *("scenarios", "drawn", "objective", "risk"),
)
"""What the model of the status quo depends on: there is no measure in it, so no money, synergy or rule either."""

WORLDS = 64
"""So many worlds without the aid are kept: as many as there are other figures varied beside the aid."""

TAUGHT = "blocks"
"""Where a warm start holds what blocks have taught."""


@dataclass(frozen=True)
class PointQuestion:
    """What is asked at every point: the instance as written, options in the place of its own, and a language.

    options: gap, time_limit [s per point], method. claims: whether it is asked what comes through the aid; the world
    without the aid takes as long as the plan, and a difference between two plans needs none. tables: table → columns
    of it that are kept with each point. closest_to: what another plan pays; of plans that reach as much, each point has
    the one that changes least aid from it.
    """

    draft: Draft
    options: Mapping[str, float | str | None] = field(default_factory=dict)
    lang: str = "en"
    claims: bool = True
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    closest_to: Payments | None = None


@dataclass(frozen=True)
class SolvedPoint:
    """A point, and the warm start that it gives its neighbours: its whole decisions, or what its blocks taught."""

    point: Point
    start: MipStart = field(default_factory=dict)


class PointSolver:
    """A question with what is kept between its points."""

    def __init__(self, question: PointQuestion):
        self.question = question
        self._built: tuple[object, CompiledModel] | None = None
        self._standing: tuple[object, Solution] | None = None
        self._without: dict[str, Counterfactual] = {}
        self._world_start: MipStart = {}

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
        options = choose_options(reading.instance, **self.question.options)
        worlds = self._worlds(reading.instance, options)
        instance = know_standing(answering(reading.instance, worlds))
        plan, start = _search(self._model(instance), instance, options, starts)
        raise_if(plan.interrupted)
        if not plan.has_plan:
            return SolvedPoint(Point(overrides, str(plan.status)))
        try:
            point = self._closest(overrides, instance, options, plan, worlds, started)
            point = point or self._point(overrides, instance, options, plan, worlds, started)
            return SolvedPoint(point, start)
        except AuditError:
            if TAUGHT in start:
                raise
        again = build(instance)  # a plan that is not exact enough is found again the long way
        plan = solve_whole(again, instance, options)
        raise_if(plan.interrupted)
        if not plan.has_plan:
            return SolvedPoint(Point(overrides, str(plan.status)))
        return SolvedPoint(self._point(overrides, instance, options, plan, worlds, started), extract_mip_start(again))

    def _closest(
        self,
        overrides: Overrides,
        instance: Instance,
        options: Options,
        plan: Solution,
        worlds: Worlds,
        started: float,
    ) -> Point | None:
        """Return the point of the closest of the plans that reach as much; None where it is not asked for, or where
        the search fails or its plan does not hold as closely as the plan itself: that one is the answer then."""
        if self.question.closest_to is None or plan.status != "optimal":
            return None
        try:
            found = find_closest(instance, options, plan, self.question.closest_to)
            raise_if(found.interrupted)
            if found.plan.status != plan.status:
                return None
            point = self._point(overrides, instance, options, found.plan, worlds, started)
        except (AuditError, SolveError):
            return None
        return replace(point, closest=found.proven)

    def _point(
        self,
        overrides: Overrides,
        instance: Instance,
        options: Options,
        plan: Solution,
        worlds: Worlds,
        started: float,
    ) -> Point:
        run = complete_run(instance, options, plan, worlds, started, self.question.lang)
        figures, measures = run.figures, run.tables["measures"]
        paid, claimed = run.tables["allocation"], whose(figures)
        least, most = ends(figures["through_aid"], "employment")
        money = {(c, k): 0.0 for c in instance.counties for k in CATEGORIES}
        for c, k, aid in zip(measures["county"], measures["category"], measures["aid"], strict=True):
            money[c, k] += aid
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
            money=money,
            funded=tuple(scales(measures)),
            payments={(m, f): x for m, f, x in zip(paid["measure"], paid["fund"], paid["amount"], strict=True) if x},
            tables={name: _keep_columns(run.tables[name], keys) for name, keys in self.question.tables.items()},
        )

    def _model(self, instance: Instance) -> CompiledModel:
        """Return the model of an instance: the one before, where only the goal or the solver's options differ."""
        goal = Objective() if instance.risk is None else instance.objective  # limits of risk hold the goal's weights
        key = instance.model_copy(update={"objective": goal, "solver": Options(), "sha256": ""})
        if self._built is None or self._built[0] != key:
            self._built = key, CompiledModel(build(instance))
        return self._built[1]

    def _worlds(self, instance: Instance, options: Options) -> Worlds:
        """Return the worlds beside the plan: those known, where nothing that they depend on has changed."""
        key = [getattr(instance, part) for part in STANDING]
        if self._standing is None or self._standing[0] != key:
            self._standing = key, find_status_quo(instance, options)
        if not self.question.claims and instance.nation != "first":
            return Worlds(self._standing[1], UNKNOWN)
        of = _hash(without_aid(instance))
        if of not in self._without:
            if len(self._without) >= WORLDS:
                self._without.pop(next(iter(self._without)))
            self._without[of] = find_without_aid(instance, options, self._search_world)
        return Worlds(self._standing[1], self._without[of])

    def _search_world(self, instance: Instance, options: Options) -> Solution:
        """Return the plan of a world, beginning with what the one before chose."""
        plan, start = _search(CompiledModel(build(instance)), instance, options, [self._world_start])
        if plan.has_plan and TAUGHT not in start:
            self._world_start = start
        return plan


def _search(
    compiled: CompiledModel, instance: Instance, options: Options, starts: Sequence[MipStart]
) -> tuple[Solution, MipStart]:
    """Return the plan of a model and the warm start that it gives others."""
    options = learn_optima(compiled.model, instance, options)
    method = choose_method(instance, compiled)[0] if options.method == "auto" else options.method
    if method == "blocks":
        taught = [read_warm_starts(start[TAUGHT]) for start in starts if TAUGHT in start]
        plan, learnt = solve_blocks_warm(compiled, instance, options, taught)
        return plan, {TAUGHT: write_warm_starts(learnt)}
    plan = solve_warm(compiled, instance, options, starts)
    return plan, extract_mip_start(compiled.model) if plan.has_plan else {}


def _keep_columns(table: pd.DataFrame, columns: Sequence[str]) -> Mapping[str, Sequence[float | str | None]]:
    """Return columns of a table as lists; what is not known is None, as JSON has it."""
    kept = table[list(columns)].astype(object)
    kept = kept.where(kept.notna(), None)
    return {column: kept[column].tolist() for column in columns}


def _hash(question: Instance) -> str:
    """Return what tells questions apart that are not the same but for how the solver is asked."""
    return hashlib.sha256(question.model_dump_json(exclude={"sha256", "solver"}).encode()).hexdigest()


def raise_if(interrupted: bool) -> None:
    """Raise KeyboardInterrupt after Ctrl-C."""
    if interrupted:
        raise KeyboardInterrupt
