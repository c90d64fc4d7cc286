"""What all IATI activities are made of: codes, narratives in two languages, the year and who publishes."""

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar
from xml.etree.ElementTree import Element, SubElement

from alloc.instance import Instance
from alloc.report.iati.publisher import Publisher
from alloc.report.names import Names
from alloc.texts import LANGUAGES

VERSION = "2.03"
DAC = "1"
"""The sector vocabulary of five-digit DAC purpose codes."""

PLANNED_START, PLANNED_END = "1", "3"
PIPELINE, UNDER_WAY, DISBURSEMENT = "1", "2", "3"
ORIGINAL, INDICATIVE, COMMITTED = "1", "1", "2"
FUNDING, ACCOUNTABLE = "1", "2"
GRANT, PROJECT = "110", "C01"
UPPER, LOWER, PARENT, CHILD = "1", "2", "1", "2"
GENERAL, WHERE_IT_HAPPENS = "1", "1"
OUTCOME, COUNTED = "2", "1"
"""Codes of IATI's lists: activity dates, status, type of a transaction, budget type and status, roles, finance type,
aid type, levels and relations of activities, description and reach of a location, type of a result, what an indicator
measures."""

_CHINESE = re.compile("[\u4e00-\u9fff]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def begin_activity(identifier: str, hierarchy: str, instance: Instance, by: Publisher) -> Element:
    """Return an activity that holds its identifier and who reports."""
    attributes = {"xml:lang": "en", "default-currency": instance.money.currency, "hierarchy": hierarchy}
    activity = Element("iati-activity", attributes)
    SubElement(activity, "iati-identifier").text = identifier
    add_narratives(activity, "reporting-org", {"en": by.name}, {"ref": by.ref, "type": by.kind})
    return activity


def add_common(
    activity: Element, instance: Instance, by: Publisher, payers: Iterable[str], status: str = PIPELINE
) -> None:
    """Add who takes part, the status, the planned year and the country, in the order of the schema."""
    for f in payers:
        fund = instance.funds[f]
        donors = dict.fromkeys(LANGUAGES, fund.donor) if fund.donor else name_in_each(instance, "fund", f)
        add_narratives(activity, "participating-org", donors, {"role": FUNDING})
    add_narratives(
        activity, "participating-org", {"en": by.name}, {"ref": by.ref, "type": by.kind, "role": ACCOUNTABLE}
    )
    SubElement(activity, "activity-status", {"code": status})
    years = years_of(instance)
    days = (year_of(years[0])[0], year_of(years[-1])[1])
    for kind, day in zip((PLANNED_START, PLANNED_END), days, strict=True):
        SubElement(activity, "activity-date", {"type": kind, "iso-date": day})
    SubElement(activity, "recipient-country", {"code": by.country})


def add_period(parent: Element, year: int, quarter: int | None = None) -> None:
    """Add the first and the last day of a year, or of a quarter of it."""
    days = year_of(year)
    if quarter is not None:
        first, last = QUARTERS[quarter - 1]
        days = f"{year}-{first}", f"{year}-{last}"
    for tag, day in zip(("period-start", "period-end"), days, strict=True):
        SubElement(parent, tag, {"iso-date": day})


QUARTERS = (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"))
"""The first and the last day of each quarter."""


def years_of(instance: Instance) -> tuple[int, ...]:
    """Return the years in which money is spent: of a plan over several all of them."""
    return instance.years or (instance.year,)


def span_of(instance: Instance, between: str = "–") -> str:
    """Return the year of a plan, or its first and its last."""
    years = years_of(instance)
    return str(years[0]) if len(years) == 1 else f"{years[0]}{between}{years[-1]}"


def year_of(year: int) -> tuple[str, str]:
    """Return the first and the last day of a year."""
    return f"{year}-01-01", f"{year}-12-31"


def name_in_each(instance: Instance, what: str, word: str) -> dict[str, str]:
    """Return the name of a county, measure or fund in each language, in another where it has none in one."""
    return {lang: Names(instance, lang, either=True).name(what, word) for lang in LANGUAGES}


def add_narratives(
    parent: Element, tag: str, words: Mapping[str, str], attributes: Mapping[str, str] | None = None
) -> Element:
    """Add an element with a narrative in each language, once where they say the same."""
    element = SubElement(parent, tag, dict(attributes or {}))
    if len(set(words.values())) == 1:
        (text,) = set(words.values())
        words = {"zh" if _CHINESE.search(text) else "en": text}
    for lang, text in words.items():
        SubElement(element, "narrative", {"xml:lang": lang}).text = _UNWRITABLE.sub("", text)
    return element


K = TypeVar("K", bound=Hashable)


def round_to_total(amounts: Mapping[K, float], unit: float) -> dict[K, int]:
    """Return amounts in whole currency units that add up to their rounded total: the largest remainders go up."""
    exact: dict[K, Decimal] = {}
    whole: dict[K, int] = {}
    for m, amount in amounts.items():
        exact[m] = Decimal(repr(amount)) * Decimal(repr(unit))
        whole[m] = math.floor(exact[m])
    missing = round(sum(exact.values())) - sum(whole.values())
    for m in sorted(exact, key=lambda m: whole[m] - exact[m])[:missing]:
        whole[m] += 1
    return whole
