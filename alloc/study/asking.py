"""One point asked: figures replaced, model built, plan found from its neighbours' choices, plan audited.

What stays the same between points is kept: the files as parsed; the model, where only the goal is another; and
the worlds beside the plan, for as long as nothing that they depend on is another: no amount of aid is among that.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from alloc.claims import ends, whose
from alloc.counterfactual import Counterfactual, Worlds, answering, find_status_quo, find_without_aid
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
    choose,
    extract_mip_start,
    read_warm_starts,
    solve_blocks_warm,
    solve_warm,
    solve_whole,
    write_warm_starts,
)
from alloc.study.point import AUDIT_FAILED, FAILED, FAULT, Overrides, Point, scales

STANDING = ("counties", "industries", "baseline", "links", "chains", "scenarios", "objective", "risk")
"""What the model of the status quo depends on: there is no measure in it, so no money, synergy or rule either."""

WORLDS = 64
"""So many worlds without the aid are kept: as many as there are other figures varied beside the aid."""

TAUGHT = "blocks"
"""Where a choice holds what blocks have taught."""


@dataclass(frozen=True)
class Question:
    """What is asked at every point: the instance as written, options in the place of its own, and a language.

    options: gap, time_limit [s per point], method. why: whether to find out what must give where there is no plan.
    """

    draft: Draft
    options: Mapping[str, float | str | None] = field(default_factory=dict)
    lang: str = "en"
    why: bool = False


@dataclass(frozen=True)
class Answer:
    """A point, and what its plan decided in whole numbers or what its blocks taught, for neighbours to begin with."""

    point: Point
    choice: MipStart = field(default_factory=dict)


class Asker:
    """A question with what is kept between its points."""

    def __init__(self, question: Question):
        self.question = question
        self._built: tuple[object, CompiledModel] | None = None
        self._standing: tuple[object, Solution] | None = None
        self._without: dict[str, Counterfactual] = {}
        self._other: MipStart = {}

    def ask(self, overrides: Overrides, choices: Sequence[MipStart] = ()) -> Answer:
        """Return what becomes of the question under some overrides, beginning with what neighbours chose.

        Raises KeyboardInterrupt where the search was interrupted: half a search is no point.
        """
        started, lang = time.perf_counter(), self.question.lang
        try:
            answer = self._asked(overrides, choices, started)
        except InstanceError as error:
            answer = Answer(Point(overrides, FAULT, message="; ".join(fault.say(lang) for fault in error.faults)))
        except AuditError as error:
            answer = Answer(Point(overrides, AUDIT_FAILED, message="; ".join(error.findings)))
        except SolveError as error:
            answer = Answer(Point(overrides, FAILED, message=error.say(lang)))
        return replace(answer, point=replace(answer.point, seconds=time.perf_counter() - started))

    def _asked(self, overrides: Overrides, choices: Sequence[MipStart], started: float) -> Answer:
        reading, lang = self.question.draft.inspect(overrides), self.question.lang
        if reading.instance is None:
            raise InstanceError(reading.faults)
        instance = reading.instance
        options = choose_options(instance, **self.question.options)
        worlds = self._worlds(instance, options)
        instance = answering(instance, worlds)
        near = self._model(instance)
        method = choose(instance, near)[0] if options.method == "auto" else options.method
        taught: dict[str, object] = {}
        if method == "blocks":
            known = [read_warm_starts(choice[TAUGHT]) for choice in choices if TAUGHT in choice]
            plan, learnt = solve_blocks_warm(near, instance, options, known)
            taught = {TAUGHT: write_warm_starts(learnt)}
        else:
            plan = solve_warm(near, instance, options, choices)
        _stop_if(plan.interrupted)
        if not plan.has_plan:
            clashing = complete_run(instance, options, plan, None, started, lang).figures if self.question.why else {}
            return Answer(Point(overrides, str(plan.status), message="; ".join(clashing.get("clash", ()))))
        choice = taught or extract_mip_start(near.model)
        try:
            return Answer(self._point(overrides, instance, options, plan, worlds, started), choice)
        except AuditError:
            if method == "blocks":
                raise
        again = build(instance)  # a plan that is not exact enough is found again the long way
        plan = solve_whole(again, instance, options)
        _stop_if(plan.interrupted)
        return Answer(self._point(overrides, instance, options, plan, worlds, started), extract_mip_start(again))

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
        claimed = whose(figures)
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
        )

    def _model(self, instance: Instance) -> CompiledModel:
        """Return the model of an instance: the one before, where only the goal or the solver's options differ."""
        key = instance.model_copy(update={"objective": Objective(), "solver": Options(), "sha256": ""})
        if self._built is None or self._built[0] != key:
            self._built = key, CompiledModel(build(instance))
        return self._built[1]

    def _worlds(self, instance: Instance, options: Options) -> Worlds:
        """Return the worlds beside the plan: those known, where nothing that they depend on has changed."""
        key = [getattr(instance, part) for part in STANDING]
        if self._standing is None or self._standing[0] != key:
            self._standing = key, find_status_quo(instance, options)
        of = _hash(without_aid(instance))
        if of not in self._without:
            if len(self._without) >= WORLDS:
                self._without.pop(next(iter(self._without)))
            self._without[of] = find_without_aid(instance, options, self._searched)
        return Worlds(self._standing[1], self._without[of])

    def _searched(self, question: Instance, options: Options) -> Solution:
        """Return the plan of a world, beginning with what the one before chose."""
        of = CompiledModel(build(question))
        method = choose(question, of)[0] if options.method == "auto" else options.method
        if method == "blocks":
            return solve_blocks_warm(of, question, options, ())[0]
        plan = solve_warm(of, question, options, [self._other])
        if plan.has_plan:
            self._other = extract_mip_start(of.model)
        return plan


def _hash(question: Instance) -> str:
    """Return what tells questions apart that are not the same but for how the solver is asked."""
    return hashlib.sha256(question.model_dump_json(exclude={"sha256", "solver"}).encode()).hexdigest()


def _stop_if(interrupted: bool) -> None:
    if interrupted:
        raise KeyboardInterrupt
