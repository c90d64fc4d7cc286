"""A measure that aid pays for, as an activity with a budget."""

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement

from alloc.instance import Instance
from alloc.report.iati import elements
from alloc.report.iati.elements import add_common, add_period, begun, name_in_each, narrated, span_of, year_of
from alloc.report.iati.publisher import Publisher, purpose
from alloc.texts import LANGUAGES, say


def funded(
    instance: Instance,
    by: Publisher,
    m: str,
    identifier: str,
    money: Mapping[int, int],
    payers: Iterable[str],
    others: float,
    status: str = elements.PIPELINE,
) -> Element:
    """Return a measure as an activity with a budget for each year, its elements in the order of the schema.

    money: year → aid in whole currency units, none without a budget; others: what other funds pay [currency units];
    status: by IATI's list.
    """
    row, currency = instance.measures[m], instance.money.currency
    county = instance.counties[row.county]
    activity = begun(identifier, elements.LOWER, instance, by)
    places, titles = name_in_each(instance, "county", row.county), name_in_each(instance, "measure", m)
    title, described = {}, {}
    for lang in LANGUAGES:
        title[lang] = f"{places[lang]} · {titles[lang]}"
        beside = say("iati_others", lang, amount=f"{others:,.0f}", currency=currency) if others >= 1 else ""
        category = say(row.category, lang)
        described[lang] = say("iati_described", lang, category=category, year=span_of(instance), others=beside)
    narrated(activity, "title", title)
    narrated(activity, "description", described, {"type": elements.GENERAL})
    add_common(activity, instance, by, payers, status)
    location = SubElement(activity, "location", {"ref": county.code or row.county})
    SubElement(location, "location-reach", {"code": elements.WHERE_IT_HAPPENS})
    narrated(location, "name", places)
    SubElement(activity, "sector", {"vocabulary": elements.DAC, "code": purpose(instance, m)})
    SubElement(activity, "default-finance-type", {"code": elements.GRANT})
    SubElement(activity, "default-aid-type", {"code": elements.PROJECT})
    for year, value in money.items():
        is_held = row.committed and year == instance.year
        firm = elements.COMMITTED if is_held else elements.INDICATIVE
        budget = SubElement(activity, "budget", {"type": elements.ORIGINAL, "status": firm})
        add_period(budget, year)
        first, _ = year_of(year)
        SubElement(budget, "value", {"currency": currency, "value-date": first}).text = str(value)
    return activity
