"""A plan as IATI activities (version 2.03): one for each measure that aid pays for, and one above them all."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.report.iati.elements import CHILD, PARENT, PIPELINE, UNDER_WAY, VERSION, round_to_total, span_of
from alloc.report.iati.measure import MeasureMoney, make_activity
from alloc.report.iati.publisher import Publisher, publisher, purposes
from alloc.report.iati.transactions import AidFollowed, add_transactions, value_payments
from alloc.report.iati.umbrella import add_results, make_umbrella

__all__ = ["AidFollowed", "Publisher", "make_activities", "publisher", "purposes", "round_to_total"]

_UNFIT = re.compile(r"[\s/&|?]+")


def make_activities(
    instance: Instance,
    allocation: pd.DataFrame,
    figures: Mapping[str, Any],
    by: Publisher,
    became: AidFollowed | None = None,
) -> "ElementTree[Element]":
    """Return the plan as an `iati-activities` document, the whole plan first, with what comes through the aid.

    Budgets are the aid that a measure gets in the year of the instance, or in each of several, in whole currency units;
    they are rounded so that they add up to the rounded total (largest remainders). became: what became of the plan; its
    payments are disbursements, and what nobody planned is an activity without a budget. Raises RequestError for a wrong
    `dac:` tag, and where no aid is planned: IATI knows no document without an activity.
    """
    root = Element("iati-activities", {"version": VERSION})
    spent = allocation if "year" in allocation else allocation.assign(year=instance.year)
    aid = spent[(spent["kind"] == "aid") & (spent["amount"] > 0)]
    budgets = _round_budgets(aid, instance.money.unit)
    if not budgets:
        raise RequestError("iati_no_aid")
    became_of = became or AidFollowed((), {})
    paid = value_payments(instance, became_of)
    told = {*budgets, *paid}
    money = {m: budgets.get(m, {}) for m in instance.measures if m in told}
    top, below = _identifiers(instance, by, list(money))
    payers = _list_payers(aid, became_of, list(money))
    whole = {m: sum(years.values()) for m, years in money.items()}
    plan = make_umbrella(instance, by, top, whole, payers, UNDER_WAY if paid else PIPELINE)
    root.append(plan)
    for m, years in money.items():
        SubElement(plan, "related-activity", {"ref": below[m], "type": CHILD})
        status = UNDER_WAY if m in paid else PIPELINE
        others = spent[(spent["measure"] == m) & (spent["kind"] != "aid")]["amount"].sum()
        planned = MeasureMoney(years, float(others) * instance.money.unit, _list_payers(aid, became_of, [m]))
        activity = make_activity(instance, by, m, below[m], planned, status)
        add_transactions(activity, instance, paid.get(m, ()))
        SubElement(activity, "related-activity", {"ref": top, "type": PARENT})
        root.append(activity)
    add_results(plan, instance, figures, became)
    indent(root)
    return ElementTree(root)


def _list_payers(aid: pd.DataFrame, became: AidFollowed, measures: Sequence[str]) -> list[str]:
    """Return the funds that are to pay for some measures, and behind them those that paid besides."""
    planned = aid.loc[aid["measure"].isin(measures), "fund"]
    return list(dict.fromkeys([*planned, *became.list_payers(measures)]))


def _round_budgets(aid: pd.DataFrame, unit: float) -> dict[str, dict[int, int]]:
    """Return the aid of each measure in each year [whole currency units], in the order of the measures."""
    found: dict[str, dict[int, int]] = {}
    amounts: dict[tuple[str, int], float] = {}
    for m, year, x in zip(aid["measure"], aid["year"], aid["amount"], strict=True):
        amounts[str(m), int(year)] = amounts.get((str(m), int(year)), 0.0) + float(x)
    for (m, year), value in round_to_total(amounts, unit).items():
        if value:
            found.setdefault(m, {})[year] = value
    return found


def _identifiers(instance: Instance, by: Publisher, measures: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the identifier of the plan (publisher, instance, year), and those of its measures, no two the same."""
    top = f"{by.ref}-{instance.name}-{span_of(instance, '-')}"
    found: dict[str, str] = {}
    for m in measures:
        base = f"{top}-{_UNFIT.sub('-', m)}"
        fit, number = base, 2
        while fit in found.values():
            fit, number = f"{base}-{number}", number + 1
        found[m] = fit
    return top, found
