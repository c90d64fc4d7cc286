"""A measure that aid pays for, as an activity with a budget."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from alloc.instance import Instance
from alloc.instance.schema import Measure
from alloc.report.iati import elements
from alloc.report.iati.elements import add_common, add_narratives, add_period, begin_activity, name_in_each, span_of
from alloc.report.iati.publisher import Publisher, purpose
from alloc.report.quarters import find_quarters, runs_in, spread
from alloc.texts import LANGUAGES, say


class MeasureMoney(NamedTuple):
    """What is planned for a measure: aid by year, what other funds pay [both currency units], and who gives the aid."""

    aid: Mapping[int, int]
    others: float
    payers: Iterable[str]


def make_activity(
    instance: Instance,
    by: Publisher,
    m: str,
    identifier: str,
    money: MeasureMoney,
    status: str = elements.PIPELINE,
) -> Element:
    """Return a measure as an activity with budgets for each year, its elements in the order of the schema.

    money: without a budget no aid by year; status: by IATI's list.
    """
    row, currency = instance.measures[m], instance.money.currency
    county = instance.counties[row.county]
    activity = begin_activity(identifier, elements.LOWER, instance, by)
    places, titles = name_in_each(instance, "county", row.county), name_in_each(instance, "measure", m)
    title, described = {}, {}
    for lang in LANGUAGES:
        title[lang] = f"{places[lang]} · {titles[lang]}"
        beside = say("iati_others", lang, amount=f"{money.others:,.0f}", currency=currency) if money.others >= 1 else ""
        category = say(row.category, lang)
        described[lang] = say("iati_described", lang, category=category, year=span_of(instance), others=beside)
    add_narratives(activity, "title", title)
    add_narratives(activity, "description", described, {"type": elements.GENERAL})
    add_common(activity, instance, by, money.payers, status)
    location = SubElement(activity, "location", {"ref": county.code or row.county})
    SubElement(location, "location-reach", {"code": elements.WHERE_IT_HAPPENS})
    add_narratives(location, "name", places)
    SubElement(activity, "sector", {"vocabulary": elements.DAC, "code": purpose(instance, m)})
    SubElement(activity, "default-finance-type", {"code": elements.GRANT})
    SubElement(activity, "default-aid-type", {"code": elements.PROJECT})
    for year, value in money.aid.items():
        is_held = row.committed and year == instance.year
        firm = elements.COMMITTED if is_held else elements.INDICATIVE
        for quarter, part in _spread(row, year, value).items():
            budget = SubElement(activity, "budget", {"type": elements.ORIGINAL, "status": firm})
            add_period(budget, year, quarter)
            first = budget[0].get("iso-date", "")
            SubElement(budget, "value", {"currency": currency, "value-date": first}).text = str(part)
    return activity


def _spread(row: Measure, year: int, value: int) -> dict[int | None, int]:
    """Return the budget of each quarter in which a project runs, as in the form of payments; of the year without days.

    A quarter in which nothing is left after rounding to whole currency units has no budget.
    """
    if not runs_in(row, year):
        return {None: value}
    parts = spread(float(value), find_quarters(row, year), 1.0)
    return {quarter: round(part) for quarter, part in parts.items() if part > 0}
