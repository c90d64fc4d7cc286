"""Who publishes, and the codes that IATI knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from alloc.errors import RequestError
from alloc.instance import Instance

_ORG_ID = re.compile(r"[^\s/&|?-]+-[^\s/&|?]+")
_CODE = re.compile(r"[0-9]{5}")


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


def purpose(instance: Instance, m: str) -> str:
    """Return the DAC purpose code of a measure: that of its tag `dac:CODE`, or its category's first."""
    row = instance.measures[m]
    codes = [tag.removeprefix("dac:") for tag in row.tags if tag.startswith("dac:")]
    if len(codes) > 1 or not all(_CODE.fullmatch(code) for code in codes):
        raise RequestError("iati_bad_tag", measure=m, found=", ".join(codes))
    return codes[0] if codes else str(next(iter(purposes()[row.category])))
