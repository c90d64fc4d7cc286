"""What a frontier is: the curves that its points make, and the figures of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.claims import WHOSE, finite, whose
from alloc.glance import Glance
from alloc.instance import Instance
from alloc.model.aims import AimName
from alloc.report.notebook import call_question, show_chart, show_table
from alloc.report.target import number_folder
from alloc.study.frontier.efficiency import Trace
from alloc.study.frontier.pictures import draw_frontier
from alloc.study.frontier.point import FrontierPoint
from alloc.study.frontier.save import save_frontier
from alloc.texts import say

LESS: frozenset[AimName] = frozenset({"cost"})
"""Objectives of which less is better."""

UNITS = {"employment": "jobs", "linkage": "linkage", "cost": "money", "equity": "money per head", "insured": "jobs"}


@dataclass(frozen=True)
class Curve:
    """One frontier, of one budget: its points in the order of the first objective rising, and what is proven of it.

    status: `found`, `infeasible` or `no_solution`; steps: of the objectives' values, where they have them; solved_by:
    the method that searched, `whole` or `blocks`.
    """

    points: tuple[FrontierPoint, ...]
    trace: Trace | None
    status: str
    steps: tuple[float | None, ...] = ()
    clash: tuple[str, ...] = ()
    budget: float | None = None
    solved_by: str = "whole"

    @property
    def complete(self) -> bool:
        """Tell whether everything that the search set out to find was found and proven."""
        return self.trace is not None and self.trace.complete and all(point.proven for point in self.points)


@dataclass(frozen=True, repr=False)
class Frontier(Glance):
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
    def points(self) -> tuple[FrontierPoint, ...]:
        """Return all points, curve after curve."""
        found: list[FrontierPoint] = []
        for curve in self.curves:
            found += curve.points
        return tuple(found)

    @property
    def complete(self) -> bool:
        """Tell whether every curve is, and none is missing."""
        return not self.interrupted and all(curve.complete for curve in self.curves)

    @property
    def table(self) -> pd.DataFrame:
        """Return frontier.csv: point, the two objectives under their own names, money, proven, kind, budget, plan."""
        last = ["budget", "plan"] if self.fund else ["plan"]
        columns = ["point", *self.objectives, *WHOSE, "money", "proven", "kind", *last]
        return pd.DataFrame(_list_rows(self), columns=columns)

    @property
    def figures(self) -> dict[str, Any]:
        """Return frontier.json."""
        return {
            "name": self.instance.name,
            "year": self.instance.year,
            "instance_sha256": self.instance.sha256,
            "objectives": [
                {"name": name, "better": "less" if name in LESS else "more", "unit": UNITS[name]}
                for name in self.objectives
            ],
            "exact": self.exact,
            "complete": self.complete,
            "interrupted": self.interrupted,
            "fund": self.fund or None,
            "money": self.instance.money.model_dump(),
            "curves": [_describe_curve(self, curve) for curve in self.curves],
            "seconds": self.seconds,
        }

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        first, second = (say(f"aim_{name}", lang) for name in self.objectives)
        yield say("glance_curves", lang, points=len(self.points), first=first, second=second)
        yield say("glance_complete" if self.complete else "glance_incomplete", lang)
        yield from (say(f"status_{curve.status}", lang) for curve in self.curves if curve.status != "found")

    def _show(self, lang: str) -> Iterator[str]:
        for curve in self.curves:
            yield from curve.clash
        if self.points:
            yield show_chart(draw_frontier(self.figures, lang))
            yield show_table(self.table)

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write frontier.csv, frontier.json, the chart and a results folder for each point, whole or not at all."""
        runs = {_name_folder(self, point): point.run for point in self.points}
        return save_frontier(self.instance, self.table, self.figures, runs, Path(out), overwrite, lang)


def _list_rows(found: Frontier) -> Iterator[dict[str, Any]]:
    """Yield one row for each point: its number, objectives, money, proof, kind, budget and folder."""
    for point in found.points:
        yield {
            "point": point.number,
            **dict(zip(found.objectives, point.values, strict=True)),
            **whose(point.run.figures),
            "money": point.money,
            "proven": int(point.proven),
            "kind": point.kind,
            "budget": point.budget,
            "plan": _name_folder(found, point),
        }


def _name_folder(found: Frontier, point: FrontierPoint) -> str:
    return number_folder("point", point.number, len(found.points))


def _describe_curve(found: Frontier, curve: Curve) -> dict[str, Any]:
    trace = curve.trace
    return {
        "budget": curve.budget,
        "status": curve.status,
        "clash": list(curve.clash),
        "method": trace.method if trace else None,
        "solved_by": curve.solved_by,
        "complete": curve.complete,
        "steps": list(curve.steps),
        "tolerance": found.tolerance if trace and trace.method == "hull" else None,
        "knee": next((point.number for point in curve.points if "knee" in point.kinds), None),
        "points": [_describe_point(found, point) for point in curve.points],
        "segments": _list_segments(curve),
    }


def _list_segments(curve: Curve) -> list[dict[str, Any]]:
    """Return the segments between neighbours, by the numbers of the points at their ends."""
    if curve.trace is None:
        return []
    found = []
    for of in curve.trace.segments:
        ends = {"from": curve.points[of.start].number, "to": curve.points[of.end].number}
        found.append({**ends, "within": finite(of.within), "reached": of.reached})
    return found


def _describe_point(found: Frontier, point: FrontierPoint) -> dict[str, Any]:
    slack = map(finite, point.slack)
    return {
        "point": point.number,
        **dict(zip(found.objectives, point.values, strict=True)),
        **whose(point.run.figures),
        "money": point.money,
        "proven": point.proven,
        "kind": point.kinds,
        "could_be_better_by": dict(zip(found.objectives, slack, strict=True)),
        "plan": _name_folder(found, point),
    }
