"""The money of the new year: what it brings, and what is carried over of what was not paid."""

import math
from collections.abc import Mapping

from alloc.instance.schema import Fund
from alloc.report.names import pick_name
from alloc.study.follow.changes import NextYear

ALL = "all"
"""Where the money of a fund is carried that is not tied to counties."""


def refill_funds(told: NextYear, money: Mapping[tuple[str, str], float] | None) -> None:
    """Give every fund the money of the new year, and what it carries over of what was not paid."""
    given, paid = money or {}, _add_by_fund(told)
    said = {f for f, _ in given}
    for f, fund in told.base.funds.items():
        if f not in said and not told.ahead:
            told.doubts.append(told.say("roll_same_money", fund=pick_name(fund, f, told.lang, either=True)))
        had, own, carried = _list_purses(told.last.funds[f]), _list_purses(fund), dict[str, float]()
        for c in own:
            carried[c] = fund.carry * max(0.0, had.get(c, 0.0) - paid.get((f, c), 0.0))
            new = given.get((f, c))
            own[c] = (own[c] - fund.carried.get(c or ALL, 0.0) if new is None else new) + carried[c]
        _refill(told, f, fund, own, carried)


def _list_purses(fund: Fund) -> dict[str, float]:
    """Return the purses of a fund: the county that each is tied to, or empty → money."""
    whole = {} if fund.amount is None else {"": fund.amount}
    return {**whole, **(fund.by_county or {})}


def _refill(told: NextYear, f: str, fund: Fund, own: Mapping[str, float], carried: Mapping[str, float]) -> None:
    """Write the money of a fund, and what of it is carried over.

    Further years of the plan have what is written for them, so what is carried need not be told from it there.
    """
    values = {"carried": f"{carried.get('', math.fsum(carried.values())):,.2f}"}
    if fund.amount is not None:
        told.change("funds", f, "amount", own[""], "roll_refilled", **values)
    if fund.by_county is not None:
        told.change("funds", f, "by_county", {c: own[c] for c in fund.by_county}, "roll_refilled", **values)
    kept = {} if told.goes_on else {c or ALL: x for c, x in carried.items() if x > 0}
    told.change("funds", f, "carried", kept, "roll_refilled", **values)


def _add_by_fund(told: NextYear) -> dict[tuple[str, str], float]:
    """Return what each fund paid, in each county and in all under an empty word [money]."""
    paid: dict[tuple[str, str], float] = {}
    for (m, f), x in told.actuals.add_paid().items():
        for c in ("", told.last.measures[m].county):
            paid[f, c] = paid.get((f, c), 0.0) + x
    return paid
