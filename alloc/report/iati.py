"""A plan as IATI activities (version 2.03): one for each measure that aid pays for."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import pandas as pd
import yaml

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.instance.schema import Row
from alloc.texts import LANGUAGES, say

VERSION = "2.03"
DAC = "1"
"""The sector vocabulary of five-digit DAC purpose codes."""

PLANNED_START, PLANNED_END = "1", "3"
PIPELINE, ORIGINAL, INDICATIVE, COMMITTED = "1", "1", "1", "2"
FUNDING, ACCOUNTABLE = "1", "2"
GRANT, PROJECT = "110", "C01"
"""Codes of IATI's lists: activity dates, status, budget type and status, roles, finance type, aid type."""

_ORG_ID = re.compile(r"[^\s/&|?-]+-[^\s/&|?]+")
_CODE = re.compile(r"[0-9]{5}")
_UNFIT = re.compile(r"[\s/&|?]+")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Publisher:
    """Who publishes: IATI organisation identifier, name, type (10 = government), and the recipient country."""

    ref: str
    name: str
    kind: str = "10"
    country: str = ""


def publisher(instance: Instance, org_id: str | None, org_name: str | None, org_type: str, country: str) -> Publisher:
    """Return who publishes. Raises RequestError for what is missing or cannot be an identifier."""
    if not org_id or not org_name:
        raise RequestError("iati_needs_org")
    if not _ORG_ID.fullmatch(org_id):
        raise RequestError("iati_bad_org", found=org_id)
    if re.search("[\x00-\x1f\x7f-\x9f]", org_id + org_name):
        raise RequestError("iati_bad_org", found=(org_id + org_name).encode("unicode_escape").decode())
    if org_type not in codes()["organisation_types"]:
        raise RequestError("iati_bad_type", found=org_type, known=", ".join(codes()["organisation_types"]))
    land = country or ("CN" if instance.money.currency == "CNY" else "")
    if land not in codes()["countries"]:
        raise RequestError("iati_needs_country", found=land)
    return Publisher(org_id, org_name, org_type, land)


@cache
def codes() -> Mapping[str, list[str]]:
    """Return the codes that IATI knows, by list."""
    text = files("alloc.report").joinpath("iati.yaml").read_text(encoding="utf-8")
    return {name: words.split() for name, words in yaml.safe_load(text).items()}


@cache
def purposes() -> Mapping[str, Mapping[int, str]]:
    """Return the DAC purpose codes of each category, the one that is written first."""
    text = files("alloc.report").joinpath("dac.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[int, str]] = yaml.safe_load(text)
    return found


def activities(instance: Instance, allocation: pd.DataFrame, by: Publisher) -> ElementTree:
    """Return the plan as an `iati-activities` document.

    Budgets are the aid that a measure gets in the year of the instance, in whole currency units; they are rounded
    so that they add up to the rounded total (largest remainders). Raises RequestError for a wrong `dac:` tag.
    """
    root = Element("iati-activities", {"version": VERSION})
    aid = allocation[(allocation["kind"] == "aid") & (allocation["amount"] > 0)]
    money = aid.groupby("measure", sort=False)["amount"].sum()
    whole = rounded({str(m): float(x) for m, x in money.items()}, instance.money.unit)
    used: set[str] = set()
    for m, value in whole.items():
        if value:
            payers = list(aid.loc[aid["measure"] == m, "fund"])
            others = allocation[(allocation["measure"] == m) & (allocation["kind"] != "aid")]["amount"].sum()
            identifier = _identifier(instance, by, m, used)
            root.append(_activity(instance, by, m, identifier, value, payers, float(others) * instance.money.unit))
    indent(root)
    return ElementTree(root)


def rounded(amounts: Mapping[str, float], unit: float) -> dict[str, int]:
    """Return amounts in whole currency units that add up to their rounded total: the largest remainders go up."""
    exact = {m: Decimal(repr(amount)) * Decimal(repr(unit)) for m, amount in amounts.items()}
    floors = {m: math.floor(amount) for m, amount in exact.items()}
    missing = round(sum(exact.values())) - sum(floors.values())
    up = sorted(exact, key=lambda m: floors[m] - exact[m])[:missing]
    return {m: floor + (m in up) for m, floor in floors.items()}


def _identifier(instance: Instance, by: Publisher, m: str, used: set[str]) -> str:
    """Return the identifier of an activity: publisher, instance, year, measure."""
    base = f"{by.ref}-{instance.name}-{instance.year}-{_UNFIT.sub('-', m)}"
    found, number = base, 2
    while found in used:
        found, number = f"{base}-{number}", number + 1
    used.add(found)
    return found


def _activity(
    instance: Instance, by: Publisher, m: str, identifier: str, value: int, payers: list[str], others: float
) -> Element:
    """Return one activity, its elements in the order of the schema."""
    row, year, currency = instance.measures[m], instance.year, instance.money.currency
    first, last = f"{year}-01-01", f"{year}-12-31"
    county = instance.counties[row.county]
    activity = Element("iati-activity", {"xml:lang": "en", "default-currency": currency})
    SubElement(activity, "iati-identifier").text = identifier
    _narrated(activity, "reporting-org", {"en": by.name}, {"ref": by.ref, "type": by.kind})
    titles = {lang: f"{_named(county, row.county, lang)} · {_named(row, m, lang)}" for lang in LANGUAGES}
    _narrated(activity, "title", titles)
    described = {
        lang: say(
            "iati_described",
            lang,
            category=say(row.category, lang),
            year=year,
            others=say("iati_others", lang, amount=f"{others:,.0f}", currency=currency) if others >= 1 else "",
        )
        for lang in LANGUAGES
    }
    _narrated(activity, "description", described, {"type": "1"})
    for f in payers:
        fund = instance.funds[f]
        donors = {lang: fund.donor or _named(fund, f, lang) for lang in LANGUAGES}
        _narrated(activity, "participating-org", donors, {"role": FUNDING})
    _narrated(activity, "participating-org", {"en": by.name}, {"ref": by.ref, "type": by.kind, "role": ACCOUNTABLE})
    SubElement(activity, "activity-status", {"code": PIPELINE})
    SubElement(activity, "activity-date", {"type": PLANNED_START, "iso-date": first})
    SubElement(activity, "activity-date", {"type": PLANNED_END, "iso-date": last})
    SubElement(activity, "recipient-country", {"code": by.country})
    location = SubElement(activity, "location", {"ref": county.code or row.county})
    SubElement(location, "location-reach", {"code": "1"})
    _narrated(location, "name", {lang: _named(county, row.county, lang) for lang in LANGUAGES})
    SubElement(activity, "sector", {"vocabulary": DAC, "code": purpose(instance, m)})
    SubElement(activity, "default-finance-type", {"code": GRANT})
    SubElement(activity, "default-aid-type", {"code": PROJECT})
    budget = SubElement(activity, "budget", {"type": ORIGINAL, "status": COMMITTED if row.committed else INDICATIVE})
    SubElement(budget, "period-start", {"iso-date": first})
    SubElement(budget, "period-end", {"iso-date": last})
    SubElement(budget, "value", {"currency": currency, "value-date": first}).text = str(value)
    return activity


def purpose(instance: Instance, m: str) -> str:
    """Return the DAC purpose code of a measure: that of its tag `dac:CODE`, or its category's first."""
    row = instance.measures[m]
    codes = [tag.removeprefix("dac:") for tag in row.tags if tag.startswith("dac:")]
    if len(codes) > 1 or not all(_CODE.fullmatch(code) for code in codes):
        raise RequestError("iati_bad_tag", measure=m, found=", ".join(codes))
    return codes[0] if codes else str(next(iter(purposes()[row.category])))


def _named(row: Row, known_as: str, lang: str) -> str:
    """Return the name of a thing in one language, in the other where it has none, or its id."""
    names = (row.name_zh, row.name) if lang == "zh" else (row.name, row.name_zh)
    return next((name for name in names if name), known_as)


def _narrated(
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
