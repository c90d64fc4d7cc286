"""What alternatives are: plans nearly as good as the best, the range of each county's aid, and the figures of both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.claims import WHOSE, finite, whose
from alloc.glance import Glance
from alloc.instance import Instance
from alloc.report.notebook import call_question, show_table, state_proof
from alloc.report.target import number_folder
from alloc.run import Run
from alloc.study.alternatives.choice import CountyRange
from alloc.study.alternatives.save import save_alternatives
from alloc.texts import say
from alloc.texts.figures import percent


@dataclass(frozen=True)
class Alternative:
    """One plan nearly as good as the best, or as good.

    loss: part of the (first) goal that it loses; moved: money moved from the best plan; nearest: least money moved
    to another alternative, None where there is none; covers: ends of county ranges in whose outermost fifth it lies;
    proven: whether its loss is within the tolerance of the proven bound; favours: in one line, who gets more and less.
    """

    number: int
    loss: float
    moved: float
    nearest: float | None
    covers: tuple[str, ...]
    proven: bool
    favours: str
    run: Run


@dataclass(frozen=True, repr=False)
class Alternatives(Glance):
    """Plans nearly as good as the best.

    best: the best plan; ranges: of each county's aid over all plans within the tolerance; moved: money moved between
    any two alternatives. complete: every range is proven and there are as many plans as asked for; or, where all
    plans were asked for, there is no other. solves: searches made.
    """

    instance: Instance
    best: Run
    plans: tuple[Alternative, ...]
    ranges: tuple[CountyRange, ...]
    moved: tuple[tuple[float, ...], ...]
    asked: int
    within: float
    every: bool
    complete: bool
    interrupted: bool
    solves: int
    seconds: float
    optimum: Mapping[str, Any]

    @property
    def status(self) -> str:
        """`found`, `infeasible` or `no_solution`."""
        return "found" if self.plans or self.best.solution.has_plan else self.best.status

    @property
    def solved_by(self) -> str:
        """The method that searched, `whole` or `blocks`."""
        return self.best.solution.method

    @property
    def table(self) -> pd.DataFrame:
        """Return alternatives.csv: one row for each plan."""
        columns = ["alternative", "objective", "loss", "employment", *WHOSE, "linkage"]
        columns += ["money", "moved", "nearest", "covers", "proven", "favours", "plan"]
        return pd.DataFrame(_list_rows(self), columns=columns)

    @property
    def range_table(self) -> pd.DataFrame:
        """Return ranges.csv: for each county the range of its aid within the tolerance, and what the plans reach."""
        columns = ["county", "least", "most", "least_bound", "most_bound", "shown_least", "shown_most"]
        return pd.DataFrame(_list_ranges(self), columns=columns)

    @property
    def figures(self) -> dict[str, Any]:
        """Return alternatives.json."""
        pairs: list[float] = []
        for i, row in enumerate(self.moved):
            pairs += row[:i]
        return {
            "name": self.instance.name,
            "year": self.instance.year,
            "instance_sha256": self.instance.sha256,
            "status": self.status,
            "clash": list(self.best.figures.get("clash", ())),
            "best": dict(self.optimum),
            "within": self.within,
            "asked": self.asked,
            "all": self.every,
            "count": len(self.plans),
            "complete": self.complete,
            "least_moved": min(pairs, default=None),
            "moved": list(map(list, self.moved)),
            "ranges": list(_list_ranges(self)),
            "plans": list(_list_rows(self)),
            "interrupted": self.interrupted,
            "solved_by": self.solved_by,
            "solves": self.solves,
            "money": self.instance.money.model_dump(),
            "seconds": self.seconds,
        }

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        yield say("glance_plans", lang, count=len(self.plans), within=percent(self.within, 2))
        yield say("glance_complete" if self.complete else "glance_incomplete", lang)
        yield f"{say(f'status_{self.best.status}', lang)}, {state_proof(self.best.figures, lang)}"

    def _show(self, lang: str) -> Iterator[str]:
        yield from self.best.figures.get("clash", ())
        if self.plans:
            yield show_table(self.table)
            yield show_table(self.range_table)

    def save(self, out: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
        """Write alternatives.csv, ranges.csv, alternatives.json and a results folder for each plan."""
        tables = {"alternatives": self.table, "ranges": self.range_table}
        runs = {_name_folder(self, plan): plan.run for plan in self.plans}
        return save_alternatives(self.instance, tables, self.figures, runs, Path(out), overwrite, lang)


def _list_rows(found: Alternatives) -> Iterator[dict[str, Any]]:
    """Yield one row for each plan."""
    for plan in found.plans:
        yield {
            "alternative": plan.number,
            "objective": plan.run.objective,
            "loss": plan.loss,
            "employment": plan.run.figures["employment"],
            **whose(plan.run.figures),
            "linkage": plan.run.figures["linkage"],
            "money": float(plan.run.tables["measures"]["aid"].sum()),
            "moved": plan.moved,
            "nearest": plan.nearest,
            "covers": "|".join(plan.covers),
            "proven": int(plan.proven),
            "favours": plan.favours,
            "plan": _name_folder(found, plan),
        }


def _name_folder(found: Alternatives, plan: Alternative) -> str:
    return number_folder("plan", plan.number, len(found.plans))


def _list_ranges(found: Alternatives) -> Iterator[dict[str, Any]]:
    """Yield one row for each county: the range of its aid, and what the plans shown reach."""
    shown = [plan.run.tables["counties"].set_index("county")["aid"] for plan in found.plans]
    for reach in found.ranges:
        aid = [float(local[reach.county]) for local in shown]
        yield {
            "county": reach.county,
            "least": reach.low,
            "most": reach.high,
            "least_bound": finite(reach.least),
            "most_bound": finite(reach.most),
            "shown_least": min(aid, default=None),
            "shown_most": max(aid, default=None),
        }
