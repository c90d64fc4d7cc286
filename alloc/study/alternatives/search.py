"""Alternatives from question to plans: own optimum, ranges, choice, and every plan made a result of its own."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alloc.errors import RequestError
from alloc.planning import choose_options
from alloc.run import Run
from alloc.solution import Solution
from alloc.solver import Deadline, NearOptimalSet
from alloc.solver.matrix import Floats
from alloc.solver.pool import open_pool
from alloc.study.alternatives.choice import END, CountyRange, choose_plans, find_ranges, measure_distances
from alloc.study.alternatives.favours import describe_favours
from alloc.study.alternatives.result import Alternative, Alternatives
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

SAME = 1e-6
"""Goals this close to each other, as a part of themselves, are equally good."""

RANGE_GAP = 1e-3
"""A range is proven where no plan lies beyond it by more than this part of all aid."""


def alternatives(
    instance: Given,
    *,
    count: int = 10,
    within: float | None = None,
    every: bool = False,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Tell | None = None,
) -> Alternatives:
    """Return plans that lose at most a part of the goal and move as much money as possible, each audited.

    count: how many; within: the part (default 0.02). every: instead all plans that differ in a whole decision, at
    most `count` of them; then within is 0 by default, so that they are all the best plans. gap, time_limit [s each
    search], threads, method: in place of the instance's. jobs: processes side by side; cluster: address of a
    Dask scheduler to use instead. overrides: figures to replace, for a path only. tell: is told how far it is.
    Raises InstanceError, RequestError, AuditError as `solve` does.
    """
    started = time.perf_counter()
    check_language(lang)
    part = _choose_part(within, every)
    if count < 1 or not 0 <= part < 1:
        raise RequestError("alternatives_numbers", count=count, within=part)
    question = read_question(instance, overrides)
    options = choose_options(question, gap=gap, time_limit=time_limit, threads=threads, method=method)
    deadline = Deadline(math.inf)
    with deadline.listening():
        asked = answer(question, options, jobs, cluster, lang, ties=None)
        found = _search(asked, _PlansWish(count, part, every, _tell_counts(tell)), deadline)
    complete = found.complete and not deadline.stopped
    return replace(found, complete=complete, interrupted=deadline.stopped, seconds=time.perf_counter() - started)


def _tell_counts(tell: Tell | None) -> Callable[[int], None]:
    """Return who is told of counts of plans, and tells of them in turn."""

    def told(count: int) -> None:
        if tell is not None:
            tell(StudyProgress(count))

    return told


def _choose_part(within: float | None, every: bool) -> float:
    """Return the part of the goal that a plan may lose where nothing is said."""
    if within is not None:
        return within
    return 0.0 if every else 0.02


@dataclass(frozen=True)
class _PlansWish:
    """What is wanted: how many plans, within which part of the goal, whether all that differ in a whole decision."""

    count: int
    within: float
    every: bool
    tell: Callable[[int], None]


def _search(asked: Answered, wish: _PlansWish, deadline: Deadline) -> Alternatives:
    own, started = asked.own, time.perf_counter()
    best = asked.make_result(own, started)
    nothing = Alternatives(
        asked.given, best, (), (), (), wish.count, wish.within, wish.every, False, False, 1, 0.0, _describe_best(own)
    )
    if not own.has_plan:
        return nothing
    with asked.open_search() as by_blocks:
        within = wish.within if wish.within > 0 else SAME
        near = NearOptimalSet(asked.question, asked.options, own, within, deadline, by_blocks)
        x = np.array([own.values[v.parent_component().local_name][v.index()] for v in near.whole.variables])
        ranges: list[CountyRange] = []
        if wish.every:
            plans, complete = _list_all(near, wish.count, wish.tell)
        else:
            alone = by_blocks is not None or is_small(asked.question)
            with open_pool(1 if alone else asked.jobs, None) as pool:
                ranges, ends = find_ranges(near, x, pool, wish.tell)
            plans = [plan.x for plan in choose_plans(near, x, ranges, ends, wish.count, wish.tell)]
            complete = _are_proven(ranges, max(1.0, float(near.sum_aid(x).sum()))) and len(plans) == wish.count
    runs = _make_results(asked, near, plans, wish.within, started)
    moved = 0.5 * measure_distances(near, [x, *plans])
    rows = tuple(_make_alternatives(asked, best, runs, moved, ranges, wish.within))
    return replace(
        nothing,
        plans=rows,
        ranges=tuple(ranges),
        moved=tuple(tuple(row[1:]) for row in moved[1:].tolist()),
        complete=complete and all(plan.proven for plan in rows),
        solves=near.solves + len(own.stages),
    )


def _make_results(
    asked: Answered, near: NearOptimalSet, plans: Sequence[Floats], within: float, started: float
) -> list[Run]:
    """Return every plan as a result of its own, audited."""
    runs = []
    for i, plan in enumerate(plans, 1):
        solution = near.as_solution(plan, f"alternative {i} within {within:g}")
        runs.append(asked.make_result(solution, started))
    return runs


def _describe_best(own: Solution) -> dict[str, Any]:
    """Return what the best plan has reached, and the bound."""
    if not own.has_plan:
        return {}
    bound = own.bound if math.isfinite(own.bound) else None
    return {"objective": own.objective, "bound": bound, "proven": str(own.status) == "optimal"}


def _are_proven(ranges: Sequence[CountyRange], scale: float) -> bool:
    """Tell whether no plan gives a county less, or more, than those found. scale: all aid there is [money]."""
    slack = RANGE_GAP * scale
    return all(reach.low - reach.least <= slack and reach.most - reach.high <= slack for reach in ranges)


def _list_all(near: NearOptimalSet, limit: int, tell: Callable[[int], None]) -> tuple[list[Floats], bool]:
    """Return plans that differ in a whole decision, best first, and whether there is no other."""
    choices = near.list_choices()
    plans: list[Floats] = []
    while len(plans) < limit:
        found = near.find_another(choices, plans)
        if found.x is None:
            return plans, found.impossible
        plans.append(found.x)
        tell(len(plans))
        if not len(choices):
            return plans, True
    return plans, near.find_another(choices, plans).impossible


def _make_alternatives(
    asked: Answered, best: Run, runs: Sequence[Run], moved: Floats, ranges: Sequence[CountyRange], within: float
) -> Iterator[Alternative]:
    """Yield each plan with what it loses, moves and favours; moved: between any two, the best one first [money]."""
    for i, run in enumerate(runs, 1):
        nearest = min(np.delete(moved[i], [0, i]).tolist(), default=None)
        proven = _is_within(asked.own, run.solution, within)
        words = describe_favours(asked.given, best.tables["measures"], run.tables["measures"], asked.lang)
        loss = _measure_loss(asked.own, run.solution)
        facts = {"alternative": i, "loss": loss, "within": within, "proven": proven, "favours": words}
        run = replace(run, figures={**run.figures, "alternative": facts})
        covers = tuple(_list_covers(run, ranges))
        yield Alternative(i, loss, float(moved[0][i]), nearest, covers, proven, words, run)


def _measure_loss(own: Solution, plan: Solution) -> float:
    """Return the part of the (first) goal that a plan loses."""
    most = own.stages[0].objective
    return max(0.0, (most - plan.stages[0].kept) / max(1e-12, abs(most)))


def _is_within(own: Solution, plan: Solution, within: float) -> bool:
    """Tell whether a plan loses no more than its part of the most that any plan can have, goal by goal."""
    for most, stage in zip(own.stages, plan.stages, strict=True):
        if stage.kept < most.bound - (within + SAME) * abs(most.bound) - SAME:
            return False
    return True


def _list_covers(run: Run, ranges: Sequence[CountyRange]) -> Iterator[str]:
    """Yield the ends of county ranges in whose outermost part a plan lies."""
    aid = dict(zip(run.tables["counties"]["county"], run.tables["counties"]["aid"], strict=True))
    speck = 1e-5 * max(1.0, sum(aid.values()))
    for reach in ranges:
        if reach.high - reach.low <= 2 * speck:
            continue
        part = max(speck, END * (reach.high - reach.low))
        if aid[reach.county] <= reach.low + part:
            yield f"{reach.county} least"
        if aid[reach.county] >= reach.high - part:
            yield f"{reach.county} most"
