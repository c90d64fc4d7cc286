"""What both sides earn by output above the status quo's, and who paid what: PAGE.md gives the formulas."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from alloc.instance import KINDS, Instance
from alloc.instance.money import available
from alloc.instance.sharing import Site, find_sharing
from alloc.report.flows import chances
from alloc.report.rows import list_cells
from alloc.solution import Solution


def more_output(instance: Instance, plan: Solution, quo: Solution) -> dict[Site, float]:
    """Return the output above the status quo's, expected over scenarios, where gains of it are shared out."""
    found: dict[Site, float] = {}
    for c, s in find_sharing(instance):
        more = (
            p * (plan.values["Output"][w, c, s] - quo.values["Output"][w, c, s]) for w, p in chances(instance).items()
        )
        found[c, s] = sum(more)
    return found


def sharing_rows(instance: Instance, industries: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield one row for each industry in a county whose gains are shared out: its output, and what each side earns."""
    rows = industries.set_index(["county", "industry"])[["output", "output_quo"]].astype(float).to_dict("index")
    for (c, s), row in find_sharing(instance).items():
        output, quo = rows[c, s]["output"], rows[c, s]["output_quo"]
        yield {
            **row.model_dump(include={"profit", "tax", "donor_profit", "donor_tax"}),
            "county": c,
            "industry": s,
            "output": output,
            "output_quo": quo,
            "donor": row.donor * (output - quo),
            "host": row.host * (output - quo),
        }


def payer_rows(instance: Instance, allocation: pd.DataFrame, sharing: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield what each donor, and money of each kind, can pay and pays, and for aid what its donor earns by it.

    What the donor side earns in a county is divided as the aid that is paid there; where none is paid it is nobody's.
    """
    paid = _paid(instance, allocation)
    earned = sharing.groupby("county")["donor"].sum().to_dict()
    money: dict[tuple[str, str], float] = {}
    for f, fund in instance.funds.items():
        key = fund.kind, fund.donor
        money[key] = money.get(key, 0.0) + available(instance, f)
    for kind, donor in sorted(money, key=lambda key: KINDS.index(key[0])):
        local = {c: x for (k, who, c), x in paid.items() if (k, who) == (kind, donor)}
        spent = sum(local.values())
        gain = _divide_gain(local, paid, earned) if kind == "aid" else None
        yield {
            "kind": kind,
            "donor": donor,
            "available": money[kind, donor],
            "paid": spent,
            "earned": gain,
            "earned_per_money": gain / spent if gain is not None and spent > 0 else None,
        }


def _divide_gain(
    local: Mapping[str, float], paid: Mapping[tuple[str, str, str], float], earned: Mapping[Any, float]
) -> float:
    """Return what is earned by the aid that one donor pays in counties, as a part of all aid there [money per year]."""
    gain = 0.0
    for c, amount in local.items():
        if amount > 0:
            gain += earned.get(c, 0.0) * amount / _aid_in(paid, c)
    return gain


def _paid(instance: Instance, allocation: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """Return what is paid by kind, donor and county [money]."""
    found: dict[tuple[str, str, str], float] = {}
    for f, c, x in list_cells(allocation, "fund", "county", "amount"):
        key = instance.funds[f].kind, instance.funds[f].donor, c
        found[key] = found.get(key, 0.0) + x
    return found


def _aid_in(paid: Mapping[tuple[str, str, str], float], c: str) -> float:
    return sum(x for (kind, _, county), x in paid.items() if kind == "aid" and county == c)
