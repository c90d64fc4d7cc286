"""One question asked many times with other figures: each asking is a point.

A point is the best plan under some overrides, `funds.tianjin.amount: 30000` for example, with its status
and its proof. Figures that make the question faulty, infeasible or too hard give points that say so; they
never stop the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES, Instance

NO_UNITS = 1e-9
"""Fewer units than solvers tell from none."""

Overrides = Mapping[str, object]
"""Figures to replace by their path: `funds.tianjin.amount` → 30000."""

Payments = Mapping[tuple[Any, ...], float]
"""(measure, fund) → what it pays [money], over several years (year, measure, fund)."""

Columns = Mapping[str, Mapping[str, Sequence[float | str | None]]]
"""Table → column → what stands in its rows."""

FAULT, FAILED, AUDIT_FAILED = "fault", "failed", "audit_failed"
"""Statuses beside those of a solve: the figures are faulty; the solver failed; the plan failed its audit."""


@dataclass(frozen=True)
class Point:
    """What became of one question: its status, what is proven, and where the money went.

    status: that of a solve, or `fault`, `failed`, `audit_failed`. objective … chains_closed: None without a plan.
    employment_aid: jobs through the aid; employment_without_aid: what the other funds bring on their own; None where
    that is not proven. employment_aid_least, employment_aid_most: between what the jobs through the aid then lie.
    money: (county, category) → aid [money], every pair of the instance; funded: ids of the measures that go ahead, at
    more than no units or a cost. payments: (measure, fund) → what it pays [money], where it pays anything. Over several
    years the year comes first in both.
    cost, aid: of the whole plan [money]. seconds: what the point took. message: why there is no plan.
    tables: columns of the plan's tables, where the question asks for them; closest: whether no plan that reaches as
    much is proven to change less aid from the one that the question names, None where it names none.
    """

    overrides: Overrides
    status: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    employment: float | None = None
    employment_aid: float | None = None
    employment_aid_least: float | None = None
    employment_aid_most: float | None = None
    employment_without_aid: float | None = None
    linkage: float | None = None
    penalties: float | None = None
    cost: float | None = None
    aid: float | None = None
    chains_closed: int | None = None
    money: Mapping[tuple[Any, ...], float] = field(default_factory=dict)
    funded: tuple[str, ...] = ()
    payments: Payments = field(default_factory=dict)
    seconds: float = 0.0
    message: str = ""
    tables: Columns = field(default_factory=dict)
    closest: bool | None = None

    @property
    def proven(self) -> bool:
        """Tell whether there is nothing left to prove: the plan is optimal, or there is none."""
        return self.status in ("optimal", "infeasible")


def sum_aid(instance: Instance, measures: pd.DataFrame) -> dict[tuple[Any, ...], float]:
    """Return the aid of every county and category, of several years with the year first [money].

    measures: the table of a plan.
    """
    sums = dict.fromkeys(product(*_list_years(instance), instance.counties, CATEGORIES), 0.0)
    keys = [measures[key] for key in (*(["year"] if instance.years else []), "county", "category")]
    for *place, aid in zip(*keys, measures["aid"], strict=True):
        if tuple(place) in sums:
            sums[tuple(place)] += aid
    return sums


def _list_years(instance: Instance) -> list[tuple[int, ...]]:
    """Return the years as one part of what money is told by, nothing of a question of one year."""
    return [instance.years] if instance.years else []


def list_payments(instance: Instance, allocation: pd.DataFrame) -> dict[tuple[Any, ...], float]:
    """Return what funds pay for measures where they pay anything, of several years with the year first [money]."""
    keys = [allocation[key] for key in (*(["year"] if instance.years else []), "measure", "fund")]
    return {tuple(place): paid for *place, paid in zip(*keys, allocation["amount"], strict=True) if paid}


def scales(measures: pd.DataFrame) -> dict[str, float]:
    """Return the units of the measures that go ahead; one at no units and no cost does not, though it be called funded.

    measures: the table of a plan.
    """
    rows = measures[(measures["funded"] == 1) & ((measures["units"] > NO_UNITS) | (measures["cost"] > NO_UNITS))]
    return dict(zip(rows["measure"], rows["units"].astype(float), strict=True))
