"""A frontier from question to points: own optimum, search, and every point made a result of its own."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from alloc.errors import RequestError
from alloc.instance import Instance, read
from alloc.model.aims import AIMS, AimName
from alloc.planning import choose_options
from alloc.solver import Biobjective, Deadline, ParetoPoint
from alloc.solver.pool import Pool, open_pool
from alloc.study.frontier.climbs import SEARCHES, Climbers, climb_beside, climb_here
from alloc.study.frontier.efficiency import Trace, classify, enumerate_points, find_ends, find_hull, spread_evenly
from alloc.study.frontier.point import open_curve
from alloc.study.frontier.result import Curve, Frontier
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

Budgets = Mapping[str, Sequence[float]]
"""One fund and its amounts [money]."""


def frontier(
    instance: Given,
    *,
    objectives: Sequence[str] = ("employment", "linkage"),
    points: int = 10,
    exact: bool = False,
    tolerance: float = 0.005,
    budgets: Budgets | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Tell | None = None,
) -> Frontier:
    """Return the efficient plans of two objectives, each audited and with its proof.

    objectives: two of employment, linkage, cost (aid spent, less is better), equity (aid per head of the county that
    gets least), insured (insured jobs). points: how many, spread evenly. exact: all of them where they are finite in
    number, else the corners of their hull, and segments beyond which no plan lies by more than `tolerance` (part of
    both ranges). budgets: {fund: amounts}, one curve for each. gap, time_limit [s each search], threads, method: in
    place of the instance's. jobs: processes that search points, or blocks; cluster: address of a Dask scheduler for
    blocks. overrides: figures to replace, for a path only. tell: is told how far it is.
    Raises InstanceError for faults, RequestError for a wrong call, AuditError for a plan that fails its audit.
    """
    started = time.perf_counter()
    check_language(lang)
    names = _check_objectives(objectives)
    if points < 2 or not 0 < tolerance < 1:
        raise RequestError("frontier_numbers", points=points, tolerance=tolerance)
    fund, amounts = _check_budgets(budgets)
    deadline = Deadline(math.inf)
    questions = _read_questions(instance, overrides, fund, amounts)
    found: list[Curve] = []
    side_by_side = not exact and not is_small(questions[0])
    # opened first: its processes load while the best plan is sought
    with deadline.listening(), open_pool(min(jobs, SEARCHES) if side_by_side else 1, None) as pool:
        for question, amount in zip(questions, amounts, strict=True):
            _check_population(question, names)
            options = choose_options(question, gap=gap, time_limit=time_limit, threads=threads, method=method)
            before = sum(len(curve.points) for curve in found)
            wish = _CurveWish(names, points if not exact else None, tolerance, before, amount, tell)
            try:
                asked = answer(question, options, jobs, cluster, lang, ties=False, at_once=False)
                found.append(_find_curve(asked, wish, deadline, pool if side_by_side else None))
            except KeyboardInterrupt:
                if not found:
                    raise
                deadline.stop()
            if deadline.stopped:
                break
    seconds = time.perf_counter() - started
    return Frontier(questions[0], names, tuple(found), exact, tolerance, fund, deadline.stopped, seconds)


def _check_objectives(objectives: Sequence[str]) -> tuple[AimName, AimName]:
    known = [name for name in objectives if name in AIMS]
    if len(objectives) != 2 or len(set(known)) != 2:
        raise RequestError("frontier_objectives", found=", ".join(objectives), known=", ".join(AIMS))
    return cast(tuple[AimName, AimName], tuple(known))


def _check_population(question: Instance, names: Sequence[AimName]) -> None:
    """Raise RequestError where aid per head is an objective and a county has no people."""
    if "equity" in names and not all(county.population > 0 for county in question.counties.values()):
        raise RequestError("frontier_population")


def _check_budgets(budgets: Budgets | None) -> tuple[str, tuple[float | None, ...]]:
    if not budgets:
        return "", (None,)
    if len(budgets) != 1 or not all(budgets.values()):
        raise RequestError("frontier_budgets", found=", ".join(budgets))
    ((fund, amounts),) = budgets.items()
    return fund, tuple(map(float, amounts))


def _read_questions(
    instance: Given, overrides: Mapping[str, object] | None, fund: str, amounts: Sequence[float | None]
) -> list[Instance]:
    """Return the question with each of the budgets, all read before the first is solved."""
    first = read_question(instance, overrides)
    if fund and fund not in first.funds:
        raise RequestError("frontier_fund", found=fund, known=", ".join(first.funds))
    questions = []
    for amount in amounts:
        if amount is None:
            questions.append(first)
        elif isinstance(instance, Instance):
            questions.append(_set_amount(first, fund, amount))
        else:
            questions.append(read(Path(instance), {**(overrides or {}), f"funds.{fund}.amount": amount}))
    return questions


def _set_amount(instance: Instance, fund: str, amount: float) -> Instance:
    if not (math.isfinite(amount) and amount >= 0):
        raise RequestError("frontier_amount", found=amount)
    row = instance.funds[fund].model_copy(update={"amount": amount})
    return instance.model_copy(update={"funds": {**instance.funds, fund: row}})


@dataclass(frozen=True)
class _CurveWish:
    """What is wanted of one curve.

    count: of points, None where all are; before: points of the curves before; budget: of this curve.
    """

    names: tuple[AimName, AimName]
    count: int | None
    tolerance: float
    before: int
    budget: float | None
    tell: Tell | None


def _find_curve(asked: Answered, wish: _CurveWish, deadline: Deadline, pool: Pool | None) -> Curve:
    """Return the frontier of one question; pool: workers that may search for its points, where they pay."""
    started, own = time.perf_counter(), asked.own
    if not own.has_plan:
        run = asked.make_result(own, started)
        return Curve(
            (), None, run.status, clash=tuple(run.figures.get("clash", ())), budget=wish.budget, solved_by=own.method
        )
    with asked.open_search() as by_blocks:
        load = partial(open_curve, asked, wish.names, wish.count is None, by_blocks)
        if pool is None or by_blocks is not None:
            climbers = climb_here(load, deadline)
        else:
            climbers = climb_beside(load, deadline, pool)
        pareto = climbers.here.pareto
        trace = _trace(climbers, pareto, wish)
        if trace is None:
            return Curve((), None, "no_solution", budget=wish.budget, solved_by=own.method)
        numbered = enumerate(zip(trace.points, classify(trace), strict=True), wish.before + 1)
        points = climbers.make_points([(i, found, kind, wish.budget) for i, (found, kind) in numbered])
    steps = tuple(None if step is None else float(step) for step in pareto.steps)
    return Curve(tuple(points), trace, "found", steps, budget=wish.budget, solved_by=own.method)


def _trace(climbers: Climbers, pareto: Biobjective, wish: _CurveWish) -> Trace | None:
    """Return the efficient points as wanted, None where no plan was found."""
    between = find_ends(climbers)
    if between is None:
        return None
    seen = wish.before

    def count(_: ParetoPoint) -> None:
        nonlocal seen
        seen += 1
        if wish.tell is not None:
            wish.tell(StudyProgress(seen))

    if wish.count is not None:
        return spread_evenly(climbers, between, wish.count, count)
    every = enumerate_points(pareto, between, count) if pareto.countable else None
    return every or find_hull(pareto, between, wish.tolerance, count)
