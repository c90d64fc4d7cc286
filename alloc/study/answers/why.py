"""Why is it in, why not, and what if it were? The best plan against the best plan in which it is otherwise."""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from alloc.errors import NoPlanError, RequestError
from alloc.infeasibility.conflict import Limits, UndecidedError, find_conflict
from alloc.infeasibility.levers import Lever, levers
from alloc.instance import Instance, draft
from alloc.instance.suggest import nearest
from alloc.planning import choose_options
from alloc.solver import Deadline, guess_funded
from alloc.study.answers.break_even import BreakEven, SolvedFigure, search_together
from alloc.study.answers.differences import subtract, take_figures
from alloc.study.answers.otherwise import (
    Premise,
    ask_aid,
    ask_for,
    choose_measures,
    read_aid,
    set_in_all_years,
    take_out,
)
from alloc.study.files import StudyFiles, write_study
from alloc.study.points import FAULT, Overrides, Point, PointPool, PointQuestion, open_kept, open_points
from alloc.study.request import check_language

MARK = "why.json"
"""What tells an answer to why from any other folder."""

MOVES = ["measure", "county", "category", "fund", "from", "to"]

SPECK = 1e-6
"""Less than this is no change [money]."""

UNITS = {"measures": ("measure", "units")}
"""What is kept of each plan's tables: how far it reaches depends on its units."""

DEARER, STRONGER = 10.0, 10.0
"""How far a unit cost and an effect are moved to see where the answer turns; a second step is as large again."""

Kind = Literal["absent", "planned", "selection"]


@dataclass(frozen=True)
class WhyAnswer:
    """What a measure, or more aid for a selection, costs or is worth.

    what: as it was asked; kind: a measure not in the plan (`absent`), one that is (`planned`), or a `selection`.
    changes: path → figure, what is otherwise; base: the question's own best plan; then: the best plan with the changes.
    break_even: figure → where the answer turns. conflict: where there is no plan then, limits that cannot hold
    together; None where they are not known. other: the question with the changes, the question itself where these
    contradict its figures.
    """

    instance: Instance
    what: str
    kind: Kind
    changes: Mapping[str, object]
    base: Point
    then: Point
    break_even: Mapping[str, BreakEven]
    conflict: tuple[Lever, ...] | None
    other: Instance
    seconds: float

    @property
    def loss(self) -> float | None:
        """What the goal loses by the changes: of a measure in the plan, what it is worth."""
        return subtract(self.base.objective, self.then.objective)

    @property
    def proven(self) -> bool:
        """Tell whether every solve that the answer rests on is."""
        sides = [side.point for search in self.break_even.values() for side in search.sides]
        known = self.then.status != "infeasible" or self.conflict is not None
        return known and all(point.proven or point.status == FAULT for point in (self.base, self.then, *sides))

    @property
    def moves(self) -> pd.DataFrame:
        """One row a payment that is another, as described in moves.csv's dictionary."""
        return pd.DataFrame(self._moves(), columns=[*(["year"] if self.instance.years else []), *MOVES])

    @property
    def figures(self) -> dict[str, Any]:
        """What why.json holds."""
        base, then = self.base, self.then
        name = "worth" if self.kind == "planned" else "loss"
        keys = ("status", "objective", "bound", "employment", "linkage")
        return {
            "alloc": 1,
            "name": self.instance.name,
            "what": self.what,
            "kind": self.kind,
            "changes": dict(self.changes),
            **take_figures(base, *keys),
            "then": {**take_figures(then, *keys), "message": then.message},
            name: self.loss,
            f"{name}_least": subtract(base.objective, then.bound),
            f"{name}_most": subtract(base.bound, then.objective),
            "enters": [m for m in then.funded if m not in base.funded],
            "leaves": [m for m in base.funded if m not in then.funded] if then.money else [],
            "cells": list(self._cells()),
            "break_even": self._tell_break_even(),
            "conflict": None if self.conflict is None else [lever.path for lever in self.conflict],
            "proven": self.proven,
            "seconds": self.seconds,
        }

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write why.json, moves.csv and the data dictionary, whole or not at all; return the path."""
        files = StudyFiles(MARK, {"moves": self.moves}, self.figures)
        return write_study(self.instance, files, Path(out), overwrite, lang)

    def _moves(self) -> Iterator[tuple[object, ...]]:
        if not self.then.money:
            return
        before, after = self.base.payments, self.then.payments
        for year in self.instance.years or (None,):
            own = () if year is None else (year,)
            for (m, row), f in product(self.instance.measures.items(), self.instance.funds):
                had, has = before.get((*own, m, f), 0.0), after.get((*own, m, f), 0.0)
                if abs(has - had) > SPECK:
                    yield *own, m, row.county, row.category, f, had, has

    def _cells(self) -> Iterator[dict[str, Any]]:
        for place, aid in self.then.money.items():
            had, (*year, county, category) = self.base.money[place], place
            if abs(aid - had) > SPECK:
                of = {"year": year[0]} if year else {}
                yield {**of, "county": county, "category": category, "from": had, "to": aid}

    def _tell_break_even(self) -> dict[str, Any]:
        """Return each figure with the solves on both sides; where it turns nowhere, the last that was tried."""
        told: dict[str, Any] = {}
        for name, search in self.break_even.items():
            told[name] = search.figure
            told[f"{name}_solves"] = [self._tell_side(name, side) for side in search.sides]
        return told

    def _tell_side(self, name: str, side: SolvedFigure) -> dict[str, Any]:
        """Return a solve at another figure, with what the goal loses: without the measure, where it is in the plan."""
        point = side.point
        row = {name: side.figure, "status": point.status, "objective": point.objective, "bound": point.bound}
        if self.kind == "planned":
            return {**row, "worth": subtract(point.objective, self.then.objective)}
        return {**row, "loss": subtract(self.base.objective, point.objective)}


def why(
    instance: str | os.PathLike[str],
    what: str,
    *,
    units: float | None = None,
    aid: float | str | None = None,
    overrides: Overrides | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    lang: str = "en",
    keep: str | os.PathLike[str] | None = None,
    tell: Callable[[Point], None] | None = None,
    preview: Callable[[WhyAnswer], None] | None = None,
) -> WhyAnswer:
    """Tell why a measure is in the plan or not, or what other aid for a selection would cost: all solved again.

    instance: a path. what: the id of a measure, or a selection like `county=yutian,category=training`. units: scale
    asked of a measure not in the plan. aid: what is asked for a selection, an amount or, with a sign, how much more
    or less: "+20%", "-1000". overrides, gap, time_limit [s, of each solve], lang: as for `solve`. jobs: processes;
    cluster: address of a Dask scheduler to use instead. keep: a folder that keeps each solve, so that one that was
    stopped goes on there. tell: is told of each solve; preview: of the answer before it is sought where that turns.
    Raises InstanceError for faults, RequestError for what cannot be asked.
    """
    check_language(lang)
    started, given = time.perf_counter(), dict(overrides or {})
    written = draft(Path(instance))
    question = written.read(given)
    options = choose_options(question, gap=gap, time_limit=time_limit)
    asked = Premise(written, given, question, options.gap)
    check_what(asked.instance, what, units, aid)
    if aid is not None:
        choose_measures(asked, what)  # a word that is misspelt is told before anything is solved
    options_asked = {"gap": gap, "time_limit": time_limit}
    point = PointQuestion(written, options_asked, lang, claims=False, tables=UNITS, over_years=True)
    with open_kept(keep, point, question.previous) as kept, open_points(point, jobs, cluster, kept=kept) as pool:
        guess = _guess_changes(asked, what, units, aid) if jobs > 1 or cluster else {}
        first = [given, {**given, **guess}] if guess else [given]
        base, *guessed = (solved.point for solved in pool.solve_from(first, [()] * len(first), tell))
        if base.objective is None:
            raise NoPlanError("price_no_plan", status=base.status)
        kind, changes = _choose_changes(asked, what, base, units, aid)
        if changes != guess:
            guessed = pool.solve_all([{**given, **changes}], tell)
        (then,) = guessed
        other = asked.instance if then.status == FAULT else asked.read(changes)
        if preview is not None and then.objective is not None:
            seconds = time.perf_counter() - started
            preview(WhyAnswer(asked.instance, what, kind, changes, base, then, {}, None, other, seconds))
        searches = _find_break_even(asked, what, kind, changes, base, then, pool, tell)
    conflict = _name_conflict(asked, changes, other, options.time_limit) if then.status == "infeasible" else None
    seconds = time.perf_counter() - started
    return WhyAnswer(asked.instance, what, kind, changes, base, then, searches, conflict, other, seconds)


def check_what(question: Instance, what: str, units: float | None, aid: float | str | None) -> None:
    """Raise RequestError for what is neither a measure that may be planned nor a selection, or lacks its figure."""
    if what not in question.measures and "=" not in what:
        raise RequestError("why_unknown", found=what, hint=nearest(what, question.measures))
    if aid is not None:
        read_aid(str(aid), 0.0)
    elif what not in question.measures:
        raise RequestError("why_needs_aid", found=what)
    elif not any(of.measures[what].eligible for of in question.questions or (question,)):
        raise RequestError("why_not_eligible", measure=what, reason=question.measures[what].reason or "–")
    _check_scale(units, aid)


def _check_scale(units: float | None, aid: float | str | None) -> None:
    if units is not None and (aid is not None or not 0 < units < math.inf):
        raise RequestError("why_units", found=f"{units:g}")


def _guess_changes(asked: Premise, what: str, units: float | None, aid: float | str | None) -> dict[str, object]:
    """Return the figures that are probably otherwise in the other question, so that both are solved side by side.

    A measure that the relaxed program funds is mostly in the plan. None where they follow from the plan alone.
    """
    if aid is not None:
        return {}
    if asked.instance.measures[what].committed or (units is None and what in guess_funded(asked.instance)):
        return take_out(asked.instance, what)
    with suppress(RequestError):
        return ask_for(asked.instance, what, units)
    return {}


def _choose_changes(
    asked: Premise, what: str, base: Point, units: float | None, aid: float | str | None
) -> tuple[Kind, dict[str, object]]:
    """Return what kind of question it is and which figures are otherwise in the other one."""
    if aid is not None:
        return "selection", ask_aid(asked, what, str(aid), base)
    if what not in base.funded and not asked.instance.measures[what].committed:
        return "absent", ask_for(asked.instance, what, units)
    if units is not None:
        raise RequestError("why_units_planned", measure=what)
    return "planned", take_out(asked.instance, what)


def _find_break_even(
    asked: Premise,
    what: str,
    kind: Kind,
    changes: Mapping[str, object],
    base: Point,
    then: Point,
    pool: PointPool,
    tell: Callable[[Point], None] | None,
) -> dict[str, BreakEven]:
    """Return where the answer turns by unit cost and, for a measure that is not in the plan, by effect."""
    if kind == "selection" or then.objective is None or base.objective is None:
        return {}
    same = asked.gap * abs(base.objective)
    row, least = asked.instance.measures[what], base.objective - same
    if kind == "planned":
        free = {path: to for path, to in changes.items() if path.endswith(".committed")}
        without = then.objective + same
        stays = _Turn(asked, what, free, without, lambda margin: margin > 0)
        found = {"unit_cost": stays.search("unit_cost", row.unit_cost, base, falls=True)}
    else:
        keeps = _Turn(asked, what, changes, least, lambda margin: margin >= 0)
        found = {
            "unit_cost": keeps.search("unit_cost", row.unit_cost, then, falls=True),
            "effect": keeps.search("effect", row.effect, then, falls=False),
        }
    search_together(list(found.values()), pool, tell)
    return found


@dataclass(frozen=True)
class _Turn:
    """What is asked at every figure of a measure, and whether the best plan there is by enough above a goal."""

    asked: Premise
    measure: str
    changes: Mapping[str, object]
    goal: float
    enough: Callable[[float], bool]

    def margin(self, point: Point) -> float | None:
        """Return by how much a plan is above the goal; None where there is no plan."""
        return subtract(point.objective, self.goal)

    def holds(self, point: Point) -> bool:
        """Tell whether that is enough."""
        margin = self.margin(point)
        return margin is not None and self.enough(margin)

    def search(self, key: str, figure: float, point: Point, falls: bool) -> BreakEven:
        """Return the search for the figure at which it turns. falls: whether it holds where the figure is small."""
        up = self.holds(point) == falls
        ends = [figure * DEARER, figure * DEARER * STRONGER] if up and falls else [figure * STRONGER] if up else [0.0]
        path, question = f"measures.{self.measure}.{key}", self.asked.instance

        def ask(to: float) -> Overrides:
            """Return the question with the figure of the first year another, and those of later years in proportion."""

            def scale(of: Instance) -> float:
                return to * getattr(of.measures[self.measure], key) / figure if question.questions else to

            return {**self.asked.given, **self.changes, **set_in_all_years(question, path, scale)}

        ends, first = ends if figure > 0 else [], SolvedFigure(figure, point)
        in_lots = key == "unit_cost" and self.asked.instance.money.lot and not self.asked.instance.questions
        noise = self.asked.gap * abs(self.goal)
        return BreakEven(ask, self.holds, self.margin, first, ends, self.find_edge if in_lots else None, noise)

    def find_edge(self, point: Point) -> float:
        """Return the highest unit cost that the payments of a plan cover: what is left of a lot is used up there."""
        table = point.tables["measures"]
        units = dict(zip(table["measure"], table["units"], strict=True))[self.measure]
        assert isinstance(units, int | float)
        paid = math.fsum(amount for (m, _), amount in point.payments.items() if m == self.measure)
        return (paid - self.asked.instance.measures[self.measure].fixed_cost) / units if units > 0 else -math.inf


def _name_conflict(
    asked: Premise, changes: Mapping[str, object], other: Instance, seconds: float
) -> tuple[Lever, ...] | None:
    """Return limits that cannot hold together with the changes; None where the time was out before they were known."""
    deadline = Deadline(seconds)
    with deadline.listening():
        try:
            given = {**asked.given, **changes}
            return find_conflict(Limits(asked.written, given, levers(other), deadline))
        except UndecidedError:
            return None
