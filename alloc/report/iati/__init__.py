"""A plan as IATI activities (version 2.03): one for each measure that aid pays for, and one above them all."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.report.iati.elements import CHILD, PARENT, VERSION, rounded
from alloc.report.iati.measure import funded
from alloc.report.iati.publisher import Publisher, publisher, purposes
from alloc.report.iati.umbrella import add_results, umbrella

__all__ = ["Publisher", "activities", "publisher", "purposes", "rounded"]

_UNFIT = re.compile(r"[\s/&|?]+")


def activities(
    instance: Instance, allocation: pd.DataFrame, figures: Mapping[str, Any], by: Publisher
) -> "ElementTree[Element]":
    """Return the plan as an `iati-activities` document, the whole plan first, with what comes through the aid.

    Budgets are the aid that a measure gets in the year of the instance, in whole currency units; they are rounded
    so that they add up to the rounded total (largest remainders). Raises RequestError for a wrong `dac:` tag, and
    where no aid is spent: IATI knows no document without an activity.
    """
    root = Element("iati-activities", {"version": VERSION})
    aid = allocation[(allocation["kind"] == "aid") & (allocation["amount"] > 0)]
    by_measure = aid.groupby("measure", sort=False)["amount"].sum()
    whole = rounded({str(m): float(x) for m, x in by_measure.items()}, instance.money.unit)
    money = {m: value for m, value in whole.items() if value}
    if not money:
        raise RequestError("iati_no_aid")
    top, below = _identifiers(instance, by, money)
    payers = list(dict.fromkeys(aid.loc[aid["measure"].isin(list(money)), "fund"]))
    plan = umbrella(instance, by, top, money, payers)
    root.append(plan)
    for m, value in money.items():
        SubElement(plan, "related-activity", {"ref": below[m], "type": CHILD})
        payers = list(aid.loc[aid["measure"] == m, "fund"])
        others = allocation[(allocation["measure"] == m) & (allocation["kind"] != "aid")]["amount"].sum()
        activity = funded(instance, by, m, below[m], value, payers, float(others) * instance.money.unit)
        SubElement(activity, "related-activity", {"ref": top, "type": PARENT})
        root.append(activity)
    add_results(plan, instance, figures)
    indent(root)
    return ElementTree(root)


def _identifiers(instance: Instance, by: Publisher, measures: Mapping[str, int]) -> tuple[str, dict[str, str]]:
    """Return the identifier of the plan (publisher, instance, year), and those of its measures, no two the same."""
    top = f"{by.ref}-{instance.name}-{instance.year}"
    found: dict[str, str] = {}
    for m in measures:
        base = f"{top}-{_UNFIT.sub('-', m)}"
        fit, number = base, 2
        while fit in found.values():
            fit, number = f"{base}-{number}", number + 1
        found[m] = fit
    return top, found
