"""What comes about beside a plan: where nothing is funded, and where there is no aid, each with its proof.

The two are what a plan is compared with, so that neither what stands anyway nor what others pay for is claimed for
the aid. The world without the aid is a question of its own, solved like any other and settled by the same rule.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.instance.lookups import commitments
from alloc.instance.worlds import LIMITS, aid_funds, holding, only, without_aid
from alloc.instance.years import worth_of_years
from alloc.model import build_years
from alloc.processes import MANY
from alloc.solution import Solution, Stage, Status
from alloc.solver import Deadline, ahead, find_status_quo, solve_suited
from alloc.solver.feasibility import has_plan

Search = Callable[[Instance, Options], Solution]
"""How a question is solved."""

PART = 0.25
"""Without a second process the worlds come first, and may take this part of the time there is."""

AFTER, LEAST = 0.25, 10.0
"""Over several years the worlds are waited for at most this part of what the plan took, and so long at least [s]."""

LAST = 10
"""How far a process that seeks the worlds of several years stands back behind those that seek the plan. One of a single
year does not: beside other work a plan of 82 counties waited for it two minutes."""

GRACE, AT_ONCE = 2.0, 0.0
"""The worlds are waited for so long [s] after Ctrl-C, and where a plan is only shown that is not finished yet."""


@dataclass(frozen=True)
class Counterfactual:
    """What comes about without the aid.

    lapsed: commitments that the other funds cannot pay for; left_out: classes of limits on other money without which
    alone there is such a world.
    """

    solution: Solution
    lapsed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worlds:
    """The worlds beside a plan: the status quo, and the world without the aid.

    quos: the status quo of each of several years, which together are that of all.
    """

    quo: Solution
    without: Counterfactual
    quos: Mapping[int, Solution] = field(default_factory=dict)


WaitForWorlds = Callable[[float | None], Worlds]
"""Waits for the worlds so long [s], None for as long as they need: one that is not there by then is unknown."""

UNKNOWN = Counterfactual(Solution(Status.NO_SOLUTION))
"""What is known of a world that was not waited for."""


def find_worlds(instance: Instance, options: Options) -> Worlds:
    """Return both worlds, one after the other, within the time of the options."""
    started = time.perf_counter()
    worlds = find_standing(instance, options)
    return replace(worlds, without=find_without_aid(instance, rest(options, started)))


def find_standing(instance: Instance, options: Options) -> Worlds:
    """Return the worlds with the status quo alone; each of several years has its own and leaves nothing to the next."""
    if not instance.questions:
        return Worlds(find_status_quo(instance, options), UNKNOWN)
    quos = {of.year: find_status_quo(of, options) for of in instance.questions}
    return Worlds(_add_years(instance, quos), UNKNOWN, quos)


def _add_years(instance: Instance, quos: Mapping[int, Solution]) -> Solution:
    """Return the worlds of single years as one world over all of them, later years discounted."""
    worth = worth_of_years(instance)
    stages = []
    for of_goal in zip(*(quo.stages for quo in quos.values()), strict=True):
        sums = {}
        for key in ("objective", "bound", "kept"):
            sums[key] = sum(worth[t] * getattr(stage, key) for t, stage in zip(quos, of_goal, strict=True))
        stages.append(Stage(of_goal[0].goal, **sums))
    goals = {}
    for name in ("ExpectedEmployment", "ExpectedLinkage"):
        goals[name] = {None: sum(worth[t] * quo.values[name][None] for t, quo in quos.items())}
    proven = all(quo.status == Status.OPTIMAL for quo in quos.values())
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    return Solution(status, tuple(stages), goals, years={t: quo.values for t, quo in quos.items()})


def _suited(question: Instance, options: Options) -> Solution:
    """Return the best plan of a world; where it holds what the nation pays, the one that spends less, whoever asks."""
    ties = True if question.nation == "first" else None
    return solve_suited(build_years(question), question, options, jobs=1, ties=ties)


def find_without_aid(instance: Instance, options: Options, search: Search = _suited) -> Counterfactual:
    """Return what the other funds bring about on their own.

    Where they cannot keep what is asked of them, limits are left out one class after another. search: how a question
    is solved.
    """
    started = time.perf_counter()
    lapsed = lapsing(instance, options)
    for count in range(len(LIMITS) + 1):
        left_out = LIMITS[:count]
        question = without_aid(instance, lapsed, left_out)
        found = search(question, rest(options, started))
        _stop_if(found.interrupted)
        if found.status != Status.INFEASIBLE:
            break
    return Counterfactual(found, lapsed, left_out)


def lapsing(instance: Instance, options: Options) -> tuple[str, ...]:
    """Return the commitments that the other funds cannot pay for, each taken alone with no rule and no minimum use."""
    committed = commitments(instance.questions[0] if instance.questions else instance)
    if not committed or not aid_funds(instance):
        return ()
    question = without_aid(instance)
    if _payable(question, committed, options):
        return ()
    return tuple(m for m in committed if not _payable(question, (m,), options))


def _payable(question: Instance, committed: tuple[str, ...], options: Options) -> bool:
    """Tell whether there is money for some measures, and all that they hang on."""
    deadline = Deadline(options.time_limit)
    with deadline.listening():
        found = has_plan(only(question, committed), deadline)
    _stop_if(deadline.stopped)
    return found is not False


def held_to(instance: Instance, worlds: Worlds) -> Instance:
    """Return the question in which national payments are those of the world without the aid.

    Raises SolveError where that world is not known.
    """
    without = worlds.without.solution
    if not without.has_plan:
        raise SolveError("no_time_for_nation")
    return holding(instance, without.values["Spend"])


def answering(instance: Instance, worlds: Worlds) -> Instance:
    """Return the question that is asked: where the nation decides first, with its payments held."""
    return held_to(instance, worlds) if instance.nation == "first" else instance


@contextmanager
def beside(instance: Instance, options: Options, jobs: int) -> Iterator[tuple[WaitForWorlds, float]]:
    """Find the worlds while something else is sought: yield what waits for them, and the time left for the other."""
    started = time.perf_counter()
    if jobs < 2 or len(instance.measures) < MANY:
        worlds = find_worlds(instance, options.model_copy(update={"time_limit": PART * options.time_limit}))
        yield lambda _: worlds, rest(options, started).time_limit
        return
    work = partial(_find_behind, instance, options.model_copy(update={"threads": 1}))
    with ahead(work) as result:

        def wait(seconds: float | None) -> Worlds:
            patience = max(LEAST, AFTER * (time.perf_counter() - started)) if instance.questions else None
            try:
                return result(patience if seconds is None else seconds)
            except TimeoutError:
                return find_standing(instance, options)

        yield wait, options.time_limit


def wait_for_worlds(worlds: WaitForWorlds, plan: Solution) -> Worlds | None:
    """Return the worlds beside a plan; after Ctrl-C what is known of them in a moment. None where there is no plan."""
    return worlds(GRACE if plan.interrupted else None) if plan.has_plan else None


def _find_behind(instance: Instance, options: Options) -> Worlds:
    """Return both worlds, in a process of its own."""
    if hasattr(os, "nice") and instance.questions:
        os.nice(LAST)
    return find_worlds(instance, options)


def rest(options: Options, started: float) -> Options:
    """Return the options with the time that is left, at least a moment."""
    left = max(options.time_limit - (time.perf_counter() - started), 0.01)
    return options.model_copy(update={"time_limit": left})


def _stop_if(interrupted: bool) -> None:
    if interrupted:
        raise KeyboardInterrupt
