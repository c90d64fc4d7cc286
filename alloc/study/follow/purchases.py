"""What a year's money bought: how many units were paid for, how many were accepted, and what is still to come."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from alloc.instance import Instance
from alloc.instance.schema import Category, Measure
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.follow.actuals import Actuals

CENT = 0.01
"""Money closer than this is the same [currency units]."""

WHOLE = 1e-6
"""Units that miss a whole number by less are whole."""


@dataclass(frozen=True)
class Purchase:
    """What became of a measure. planned, paid_for, accepted, promised: units; paid, unpaid: money.

    paid_for: what the money paid for; promised: what was paid for, or begun where units are whole, and not accepted
    yet; unpaid: what these and the accepted units still cost.
    """

    planned: float
    paid: float
    paid_for: float
    accepted: float
    promised: float
    unpaid: float

    @property
    def bought(self) -> float:
        """Units that need not be bought any more: those accepted, and those promised."""
        return self.accepted + self.promised


def list_purchases(plan: PlanOfResult, actuals: Actuals) -> dict[str, Purchase]:
    """Return what became of each measure that the plan funds, or that anything was paid or accepted for."""
    paid: dict[str, float] = {}
    for (m, _), money in actuals.add_paid().items():
        paid[m] = paid.get(m, 0.0) + money
    accepted, measures = actuals.add_accepted(), plan.tables["measures"]
    found: dict[str, Purchase] = {}
    for m, funded, units in zip(measures["measure"], measures["funded"], measures["units"], strict=True):
        if funded or paid.get(m, 0.0) > 0 or accepted.get(m, 0.0) > 0:
            found[m] = _follow_money(plan.instance, m, units, paid.get(m, 0.0), accepted.get(m, 0.0))
    return found


def _follow_money(instance: Instance, m: str, planned: float, paid: float, accepted: float) -> Purchase:
    row = instance.measures[m]
    paid_for = max(_count_paid_for(row, instance.money.lot or 0.0, planned, paid), accepted)
    begun = max(_count_begun(m, row, planned, paid, paid_for), accepted)
    promised = max(0.0, begun - accepted)
    unpaid = row.fixed_cost + row.unit_cost * begun - paid
    owed = begun > WHOLE and unpaid * instance.money.unit > CENT
    return Purchase(planned, paid, paid_for, accepted, promised if promised > WHOLE else 0.0, unpaid if owed else 0.0)


def _count_paid_for(row: Measure, lot: float, planned: float, paid: float) -> float:
    """Return the units that money paid for: cost = fixed cost + unit cost · units; free units come as planned.

    Of whole lots less than a lot stays with the measure: the rest of the last one pays for no more than was planned.
    """
    if row.unit_cost <= 0:
        return planned if paid >= row.fixed_cost else 0.0
    if 0 <= paid - row.fixed_cost - row.unit_cost * planned < lot:
        return planned
    return min(max(0.0, (paid - row.fixed_cost) / row.unit_cost), max(row.max_units, planned))


def _count_begun(m: str, row: Measure, planned: float, paid: float, paid_for: float) -> float:
    """Return the units that are begun: those of an earlier promise, and what the money paid for, whole units whole.

    Where not even the fixed cost is paid the measure is begun as planned.
    """
    if "promised" in standing_kind(m):
        return row.max_units
    if paid <= 0:
        return 0.0
    begun = max(planned if paid < row.fixed_cost else paid_for, row.min_units)
    return float(math.ceil(begun - WHOLE)) if row.integer else begun


def standing_kind(m: str) -> str:
    """Return what a row is that an earlier roll left: built, promised or upkeep; '' for any other."""
    found = _STANDING.fullmatch(m)
    return found[1] if found else ""


_STANDING = re.compile(r".+-(built|promised|upkeep)-\d{4}")


Units = tuple[float, float, float]
"""Planned, paid for and accepted."""


def add_by_cell(instance: Instance, purchases: Mapping[str, Purchase]) -> dict[tuple[str, Category], Units]:
    """Return the units planned, paid for and accepted of each county and category where anything was paid for."""
    found: dict[tuple[str, Category], Units] = {}
    for m, of in purchases.items():
        row = instance.measures[m]
        if of.paid_for > 0:
            planned, paid_for, accepted = found.get((row.county, row.category), (0.0, 0.0, 0.0))
            found[row.county, row.category] = planned + of.planned, paid_for + of.paid_for, accepted + of.accepted
    return found
