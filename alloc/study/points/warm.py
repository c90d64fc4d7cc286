"""What is kept from one asking of a question to the next: files as parsed, model and arrays, worlds beside the plan.

The model serves again where only the goal is another, or amounts of funds that bound nothing but the funds. The worlds
serve for as long as nothing that they depend on is another: no amount of aid is among that. Anything else is built
anew from what was parsed.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from alloc.counterfactual import UNKNOWN, Counterfactual, Worlds, answering, find_standing, find_without_aid
from alloc.errors import AuditError
from alloc.instance import Instance, Options
from alloc.instance.schema import Objective
from alloc.instance.worlds import without_aid
from alloc.model import build, build_years, is_bounded_alike
from alloc.run import Run, complete_run
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
from alloc.solver.rounding import has_many_grains

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
class WarmPlan:
    """A plan with what is known beside it, and the warm start that it gives to like questions.

    question: the instance as it is answered: where the nation decides first, with its payments held; worlds: None where
    there is no plan to be compared with them.
    """

    question: Instance
    options: Options
    worlds: Worlds | None
    plan: Solution
    start: MipStart = field(default_factory=dict)

    def complete(self, started: float, lang: str, of: Instance | None = None, conflict: Collection[str] = ()) -> Run:
        """Return the plan as a result, audited, or what must give.

        started: when it was asked for; of: the instance as it was put; conflict: what clashed in a like question.
        """
        return complete_run(of or self.question, self.options, self.plan, self.worlds, started, lang, conflict)


class WarmSolver:
    """Solves like questions one after the other, and keeps what serves for the next.

    claims: whether it is asked what comes through the aid: the world without the aid takes as long as the plan.
    ties: whether of plans as good the one is searched for that spends less.
    """

    def __init__(self, claims: bool = True, ties: bool = True):
        self._claims, self._ties = claims, ties
        self._built: tuple[object, Instance, CompiledModel] | None = None
        self._standing: tuple[object, Solution] | None = None
        self._years: tuple[object, Worlds] | None = None
        self._without: dict[str, Counterfactual] = {}
        self._world_start: MipStart = {}

    def solve(self, instance: Instance, options: Options, starts: Sequence[MipStart]) -> WarmPlan:
        """Return the best plan of an instance, from warm starts of others.

        Raises KeyboardInterrupt where the search was interrupted: half a search is no answer.
        """
        if instance.questions:
            return self._solve_years(instance, options, starts)
        worlds = self._worlds(instance, options) if instance.nation == "first" else None
        question = know_standing(instance if worlds is None else answering(instance, worlds))
        model = self._model(question)
        plan, start = _search(model, question, options, starts, self._ties and _may_spend_less(model))
        raise_if(plan.interrupted)
        if plan.has_plan and worlds is None:
            worlds = self._worlds(instance, options)
        return WarmPlan(question, options, worlds, plan, start)

    def _solve_years(self, instance: Instance, options: Options, starts: Sequence[MipStart]) -> WarmPlan:
        """Return the best plan over several years: its model is built anew, and begins with what others chose."""
        key = [[getattr(of, part) for part in STANDING] for of in instance.questions]
        if self._years is None or self._years[0] != key:
            self._years = key, find_standing(instance, options)
        worlds = self._years[1]
        if self._claims:
            worlds = replace(worlds, without=find_without_aid(instance, options))
        model = CompiledModel(build_years(instance))
        plan, start = _search(model, instance, options, starts, self._ties and _may_spend_less(model))
        raise_if(plan.interrupted)
        return WarmPlan(instance, options, worlds, plan, start)

    def _model(self, instance: Instance) -> CompiledModel:
        """Return the model of an instance: the one before, where only goal, amounts or solver's options differ.

        Where amounts of funds bound more than the funds, all is built anew.
        """
        key = _forget(instance)
        if self._built is None or self._built[0] != key:
            self._built = key, instance, CompiledModel(build(instance))
        before, compiled = self._built[1:]
        if _amounts(before) != _amounts(instance):
            alike = is_bounded_alike(compiled.model, before, instance)
            compiled = compiled.with_amounts(instance) if alike else CompiledModel(build(instance))
            self._built = key, instance, compiled
        return compiled

    def _worlds(self, instance: Instance, options: Options) -> Worlds:
        """Return the worlds beside the plan: those known, where nothing that they depend on has changed."""
        key = [getattr(instance, part) for part in STANDING]
        if self._standing is None or self._standing[0] != key:
            self._standing = key, find_status_quo(instance, options)
        if not self._claims and instance.nation != "first":
            return Worlds(self._standing[1], UNKNOWN)
        of = _hash(without_aid(instance))
        if of not in self._without:
            if len(self._without) >= WORLDS:
                self._without.pop(next(iter(self._without)))
            self._without[of] = find_without_aid(instance, options, self._search_world)
        return Worlds(self._standing[1], self._without[of])

    def _search_world(self, instance: Instance, options: Options) -> Solution:
        """Return the plan of a world, beginning with what the one before chose.

        Where it holds what the nation pays it is the plan that spends less, whoever asks.
        """
        model = CompiledModel(build(instance))
        ties = instance.nation == "first" or _may_spend_less(model)
        plan, start = _search(model, instance, options, [self._world_start], ties)
        if plan.has_plan and TAUGHT not in start:
            self._world_start = start
        return plan


def _forget(instance: Instance) -> Instance:
    """Return an instance without what a model that is there can be told anew: goal, amounts of funds, options."""
    goal = Objective() if instance.risk is None else instance.objective  # limits of risk hold the goal's weights
    funds = {
        f: fund if fund.amount is None else fund.model_copy(update={"amount": 0.0})
        for f, fund in instance.funds.items()
    }
    return instance.model_copy(update={"objective": goal, "funds": funds, "solver": Options(), "sha256": ""})


def _amounts(instance: Instance) -> list[float | None]:
    return [fund.amount for fund in instance.funds.values()]


def _may_spend_less(compiled: CompiledModel) -> bool:
    """Tell whether it pays to seek a plan as good that spends less: in lots that takes as long as the proof."""
    return not has_many_grains(compiled.limits)


def _search(
    compiled: CompiledModel, instance: Instance, options: Options, starts: Sequence[MipStart], ties: bool
) -> tuple[Solution, MipStart]:
    """Return the plan of a model and the warm start that it gives others."""
    options = learn_optima(compiled.model, instance, options)
    method = choose_method(instance, compiled)[0] if options.method == "auto" else options.method
    if method == "blocks":
        taught = [read_warm_starts(start[TAUGHT]) for start in starts if TAUGHT in start]
        plan, learnt = solve_blocks_warm(compiled, instance, options, taught)
        return plan, {TAUGHT: write_warm_starts(learnt)}
    plan = solve_warm(compiled, instance, options, starts, ties)
    return plan, extract_mip_start(compiled.model) if plan.has_plan else {}


def solve_long(found: WarmPlan, error: AuditError) -> WarmPlan:
    """Return what is found the long way where a plan is not exact enough. Raises the error where blocks found it."""
    if TAUGHT in found.start:
        raise error
    again = build_years(found.question)
    plan = solve_whole(again, found.question, found.options)
    raise_if(plan.interrupted)
    return replace(found, plan=plan, start=extract_mip_start(again) if plan.has_plan else {})


def _hash(question: Instance) -> str:
    """Return what tells questions apart that are not the same but for how the solver is asked."""
    return hashlib.sha256(question.model_dump_json(exclude={"sha256", "solver"}).encode()).hexdigest()


def raise_if(interrupted: bool) -> None:
    """Raise KeyboardInterrupt after Ctrl-C."""
    if interrupted:
        raise KeyboardInterrupt
