"""A frontier from question to plans: own optimum, status quo, search, and every point made a result of its own."""

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd

from alloc.counterfactual import Worlds, answering, find_worlds
from alloc.errors import RequestError
from alloc.instance import Instance, Options, read
from alloc.model import build
from alloc.model.aims import AIMS, AimName
from alloc.run import Run, completed, wanted
from alloc.solution import Solution
from alloc.solver import Biobjective, Deadline, ParetoPoint, solve_whole
from alloc.study.frontier.efficiency import Trace, classify, enumerate_points, find_ends, find_hull, spread_evenly
from alloc.texts import LANGUAGES

LESS: frozenset[AimName] = frozenset({"cost"})
"""Objectives of which less is better."""

FARTHEST = 1e-5
"""A plan made exact may lie this part of a value from what was proven; farther, and the proof is not its own."""

Given = Instance | str | os.PathLike[str]
Budgets = Mapping[str, Sequence[float]]
"""One fund and its amounts [money]."""


@dataclass(frozen=True)
class Point:
    """One efficient plan.

    values: of the two objectives, as its tables give them; money: aid spent; kind: words joined by `|`, as
    `efficiency.classify` says; slack: by how much of each objective a better plan could still exist; budget: amount
    of the fund where budgets are compared.
    """

    number: int
    values: tuple[float, float]
    money: float
    proven: bool
    kind: str
    slack: tuple[float, float]
    run: Run
    budget: float | None = None


@dataclass(frozen=True)
class Curve:
    """One frontier, of one budget: its points in the order of the first objective rising, and what is proven of it.

    status: `found`, `infeasible` or `no_solution`; steps: of the objectives' values, where they have them.
    """

    points: tuple[Point, ...]
    trace: Trace | None
    status: str
    steps: tuple[float | None, ...] = ()
    clash: tuple[str, ...] = ()
    budget: float | None = None

    @property
    def complete(self) -> bool:
        """Tell whether everything that the search set out to find was found and proven."""
        return self.trace is not None and self.trace.complete and all(point.proven for point in self.points)


@dataclass(frozen=True)
class Frontier:
    """Efficient plans of two objectives, one curve for each budget."""

    instance: Instance
    objectives: tuple[AimName, AimName]
    curves: tuple[Curve, ...]
    exact: bool
    tolerance: float
    fund: str
    interrupted: bool
    seconds: float

    @property
    def points(self) -> tuple[Point, ...]:
        """Return all points, curve after curve."""
        return tuple(point for curve in self.curves for point in curve.points)

    @property
    def complete(self) -> bool:
        """Tell whether every curve is, and none is missing."""
        return not self.interrupted and all(curve.complete for curve in self.curves)

    @property
    def table(self) -> pd.DataFrame:
        """Return frontier.csv: point, the two objectives under their own names, money, proven, kind, budget, plan."""
        from alloc.study.frontier.folder import table

        return table(self)

    @property
    def figures(self) -> dict[str, Any]:
        """Return frontier.json."""
        from alloc.study.frontier.folder import figures

        return figures(self)

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write frontier.csv, frontier.json and a results folder for each point, whole or not at all."""
        from alloc.study.frontier.folder import save

        return save(self, Path(out), overwrite, lang)


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
    overrides: Mapping[str, object] | None = None,
    lang: str = "en",
    tell: Callable[[int], None] | None = None,
) -> Frontier:
    """Return the efficient plans of two objectives, each audited and with its proof.

    objectives: two of employment, linkage, cost (aid spent, less is better), equity (aid per head of the county that
    gets least), insured (insured jobs). points: how many, spread evenly. exact: all of them where they are finite in
    number, else the corners of their hull, and segments beyond which no plan lies by more than `tolerance` (part of
    both ranges). budgets: {fund: amounts}, one curve for each. gap, time_limit [s each search], threads: in place
    of the instance's. overrides: figures to replace, for a path only. tell: is told how many points there are.
    Raises InstanceError for faults, RequestError for a wrong call, AuditError for a plan that fails its audit.
    """
    started = time.perf_counter()
    if lang not in LANGUAGES:
        raise RequestError("no_language", found=lang, known=", ".join(LANGUAGES))
    names = _check_objectives(objectives)
    if points < 2 or not 0 < tolerance < 1:
        raise RequestError("frontier_numbers", points=points, tolerance=tolerance)
    fund, amounts = _check_budgets(budgets)
    deadline = Deadline(math.inf)
    found: list[Curve] = []
    asked = _read_questions(instance, overrides, fund, amounts)
    with deadline.listening():
        for question, amount in zip(asked, amounts, strict=True):
            options = wanted(question, gap=gap, time_limit=time_limit, threads=threads)
            before = sum(len(curve.points) for curve in found)
            search = _Search(question, names, options, deadline, lang, before, amount)
            try:
                found.append(replace(search.curve(points, exact, tolerance, tell), budget=amount))
            except KeyboardInterrupt:
                if not found:
                    raise
            if deadline.stopped:
                break
    return Frontier(
        asked[0],
        names,
        tuple(found),
        exact,
        tolerance,
        fund,
        deadline.stopped,
        time.perf_counter() - started,
    )


def _check_objectives(objectives: Sequence[str]) -> tuple[AimName, AimName]:
    known = [name for name in objectives if name in AIMS]
    if len(objectives) != 2 or len(set(known)) != 2:
        raise RequestError("frontier_objectives", found=", ".join(objectives), known=", ".join(AIMS))
    return cast(tuple[AimName, AimName], tuple(known))


def _check_budgets(budgets: Budgets | None) -> tuple[str, tuple[float | None, ...]]:
    if not budgets:
        return "", (None,)
    if len(budgets) != 1 or not all(budgets.values()):
        raise RequestError("frontier_budgets", found=", ".join(budgets))
    ((fund, amounts),) = budgets.items()
    return fund, tuple(float(amount) for amount in amounts)


def _read_questions(
    instance: Given, overrides: Mapping[str, object] | None, fund: str, amounts: Sequence[float | None]
) -> list[Instance]:
    """Return the question with each of the budgets, all read before the first is solved."""
    if not isinstance(instance, Instance):
        path, given = Path(instance), dict(overrides or {})
        first = read(path, given)
        if fund and fund not in first.funds:
            raise RequestError("frontier_fund", found=fund, known=", ".join(first.funds))
        return [first if a is None else read(path, {**given, f"funds.{fund}.amount": a}) for a in amounts]
    if overrides:
        raise RequestError("overrides_need_path")
    if fund and fund not in instance.funds:
        raise RequestError("frontier_fund", found=fund, known=", ".join(instance.funds))
    return [instance if a is None else _set_amount(instance, fund, a) for a in amounts]


def _set_amount(instance: Instance, fund: str, amount: float) -> Instance:
    if not (math.isfinite(amount) and amount >= 0):
        raise RequestError("frontier_amount", found=amount)
    row = instance.funds[fund].model_copy(update={"amount": amount})
    return instance.model_copy(update={"funds": {**instance.funds, fund: row}})


@dataclass(frozen=True)
class _Search:
    """One question with two objectives, and how it is to be searched."""

    instance: Instance
    names: tuple[AimName, AimName]
    options: Options
    deadline: Deadline
    lang: str
    before: int
    budget: float | None

    def curve(self, points: int, exact: bool, tolerance: float, tell: Callable[[int], None] | None) -> Curve:
        """Return the frontier of the question."""
        if "equity" in self.names and not all(c.population > 0 for c in self.instance.counties.values()):
            raise RequestError("frontier_population")
        started = time.perf_counter()
        worlds = find_worlds(self.instance, self.options)
        question = answering(self.instance, worlds)
        own = solve_whole(build(question), question, self.options)
        if not own.has_plan:
            run = completed(question, self.options, own, None, started, self.lang)
            return Curve((), None, run.status, clash=tuple(run.figures.get("clash", ())))
        rivals = Biobjective(question, self.names, self.options, self.deadline, own.values["Penalties"][None])
        found = find_ends(rivals)
        if found is None:
            return Curve((), None, "no_solution")
        seen = [self.before]

        def count(_: ParetoPoint) -> None:
            seen[0] += 1
            if tell is not None:
                tell(seen[0])

        trace = None
        if exact:
            trace = enumerate_points(rivals, found, count) or find_hull(rivals, found, tolerance, count)
        else:
            trace = spread_evenly(rivals, found, points, count)
        steps = tuple(None if step is None else float(step) for step in rivals.steps)
        return Curve(self._points(rivals, trace, own, worlds), trace, "found", steps)

    def _points(self, rivals: Biobjective, trace: Trace, own: Solution, worlds: Worlds) -> tuple[Point, ...]:
        found = []
        for i, (efficient, kind) in enumerate(zip(trace.points, classify(trace), strict=True), 1):
            started, why = time.perf_counter(), f"point {self.before + i} of a frontier of {' and '.join(self.names)}"
            run = completed(
                self.instance, self.options, rivals.as_solution(efficient.x, own, why), worlds, started, self.lang
            )
            values = read_off(run, self.names[0]), read_off(run, self.names[1])
            near = all(
                abs(v - s * e) <= FARTHEST * max(1.0, abs(v))
                for v, e, s in zip(values, efficient.values, rivals.signs, strict=True)
            )
            proven = efficient.proven and near
            facts = {
                "point": self.before + i,
                "objectives": dict(zip(self.names, values, strict=True)),
                "proven": proven,
                "kind": kind,
            }
            run = replace(run, figures={**run.figures, "frontier": facts})
            money = float(run.tables["measures"]["aid"].sum())
            found.append(Point(self.before + i, values, money, proven, kind, efficient.slack, run, self.budget))
        return tuple(found)


def read_off(run: Run, name: AimName) -> float:
    """Return what a plan reaches of an objective, read off its tables and figures."""
    if name in ("employment", "linkage"):
        return float(run.figures[name])
    if name == "cost":
        return float(run.tables["measures"]["aid"].sum())
    if name == "insured":
        return float(run.tables["industries"]["insured"].sum())
    return float(run.tables["counties"]["aid_per_head"].min())
