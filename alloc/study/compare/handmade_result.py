"""What follows from a plan's money, of one year or several: its tables and figures, and what a second reading finds."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.audit import Audit, audit, audit_years
from alloc.claims import compare_worlds
from alloc.counterfactual import Worlds, find_worlds
from alloc.horizon import join_years, list_years, roll_forward, take_year, tell_use
from alloc.instance import Instance, Options
from alloc.instance.effects import is_uncertain
from alloc.instance.money import eligible_funds
from alloc.report.scenarios import risk_figures
from alloc.report.tables import make_tables
from alloc.run import Run
from alloc.solution import Solution
from alloc.study.compare.completion import allow_payments, complete
from alloc.study.handmade import FixedPlan, HandmadePlan, fix_plan, read_plan, take_plan
from alloc.study.handmade_years import fix_plan_of_years, read_plan_of_years, take_plan_of_years

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class HandmadeResult:
    """The best that a plan's money can bring. tables: as of a run; years: of several years those of each instead."""

    instance: Instance
    tables: Tables
    years: Mapping[int, Tables]
    figures: Mapping[str, Any]

    @property
    def joined(self) -> Tables:
        """The tables as a run has them, of several years under one another."""
        return join_years(self.years) if self.years else self.tables

    def audit(self) -> Audit:
        """Read the plan a second time against the question as it was asked."""
        if self.years:
            return audit_years(self.instance, self.years, self.figures)
        return audit(self.instance, self.tables, self.figures)


def take_money(plan: Run | str | os.PathLike[str], instance: Instance) -> HandmadePlan:
    """Return what a run or a file pays, of one year or of several as the instance has."""
    if isinstance(plan, Run):
        return (take_plan_of_years if instance.questions else take_plan)(plan.instance.name, plan.tables)
    return (read_plan_of_years if instance.questions else read_plan)(Path(plan), instance)


def complete_by_hand(instance: Instance, source: str | Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables and figures that follow from a plan's money, whatever it breaks."""
    found = work_out(instance, take_money(source, instance), instance.solver)
    return dict(found.joined), dict(found.figures)


def work_out(instance: Instance, plan: HandmadePlan, options: Options, floor: float | None = None) -> HandmadeResult:
    """Return the best that a plan's money can bring; floor: of the first goal of an order, as for `complete`."""
    fixed = (fix_plan_of_years if instance.questions else fix_plan)(instance, plan)
    solution = complete(instance, fixed, options, floor)
    worlds = find_worlds(instance, options)
    if instance.questions:
        years = tell_use(instance, solution, dict(_list_tables(instance, fixed, solution, worlds)))
        figures = _tell_figures(instance, solution, worlds, None)
        told = {"years": list(instance.years), "by_year": list_years(instance, solution, worlds)}
        return HandmadeResult(instance, {}, years, {**figures, **told})
    tables = _make_tables(instance, fixed, solution, worlds)
    return HandmadeResult(instance, tables, {}, _tell_figures(instance, solution, worlds, tables["chains"]))


def _list_tables(
    instance: Instance, fixed: FixedPlan, solution: Solution, worlds: Worlds
) -> Iterator[tuple[int, Tables]]:
    """Yield each year with its tables: its question with what the years before it leave."""
    for year, question in roll_forward(instance, solution).items():
        own, without = take_year(solution, year), take_year(worlds.without.solution, year)
        beside = Worlds(worlds.quos[year], replace(worlds.without, solution=without))
        yield year, _make_tables(question, fixed.years[year], own, beside)


def _make_tables(instance: Instance, fixed: FixedPlan, solution: Solution, worlds: Worlds) -> dict[str, pd.DataFrame]:
    """Return the tables of a plan; a payment that the instance does not allow has its row too."""
    found = make_tables(allow_payments(instance, fixed), solution, worlds.quo, worlds.without.solution)
    paid, funds = found["allocation"], found["funds"]
    allowed: set[tuple[str, str]] = set()
    for m in instance.measures:
        allowed.update(product([m], eligible_funds(instance, m)))
    tied: set[tuple[str, str]] = set()
    for f, fund in instance.funds.items():
        tied.update(product([f], fund.by_county or ()))
    kept = [
        (m, f) in allowed or money != 0
        for m, f, money in zip(paid["measure"], paid["fund"], paid["amount"], strict=True)
    ]
    own = [not c or (f, c) in tied for f, c in zip(funds["fund"], funds["county"], strict=True)]
    return {
        **found,
        "allocation": paid[kept].reset_index(drop=True),
        "funds": funds[own].assign(unspent=funds["available"] - funds["spent"]).reset_index(drop=True),
    }


def _tell_figures(
    instance: Instance, solution: Solution, worlds: Worlds, chains: pd.DataFrame | None
) -> dict[str, Any]:
    """Return the figures of a plan as the audit reads them; its bound is not proven here but by the best plan."""
    return {
        "status": "feasible",
        "objective": solution.objective,
        "employment": solution.values["ExpectedEmployment"][None],
        "linkage": solution.values["ExpectedLinkage"][None],
        "penalties": solution.values["Penalties"][None],
        **compare_worlds(instance, solution, worlds, chains),
        **({"risk": risk_figures(instance, solution)} if is_uncertain(instance) else {}),
        "stages": [
            {"goal": stage.goal, "objective": stage.objective, "bound": None, "value": stage.kept}
            for stage in solution.stages
        ],
    }
