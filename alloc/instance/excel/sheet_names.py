"""The sheets of a workbook: which is which table, and what stands in one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SETTINGS = "settings"
SOURCES = "sources"
PLANS = "previous"

Cell = str | float | bool | None
"""What stands in a cell: text, a number, yes or no, or nothing."""


@dataclass(frozen=True)
class FlatTable:
    """One table as rows under a header, with the same columns as the CSV form.

    name: a table's name, or `settings` (key, value), `sources` (id, citation), `previous` (plan and the
    columns of an allocation). rows: as long as the header, None where nothing is written.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Exact(float):
    """A number that XlsxWriter writes to its last bit: by itself it rounds to 16 digits, one too few."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


@cache
def names() -> Mapping[str, Any]:
    """Return the names that sheets may have, as written in sheets.yaml."""
    text = files("alloc.instance.excel").joinpath("sheets.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def table_sheets(written: Iterable[str]) -> dict[str, str]:
    """Return which of a workbook's sheets hold a part of the instance: name of the sheet → table.

    Where sheets with a prefix (`input counties`, `输入 县`) stand among them, only these are meant.
    """
    read = {sheet: found for sheet in written if (found := _split(sheet)) is not None}
    marked = has_inputs(read)
    return {sheet: table for sheet, (prefix, table) in read.items() if bool(prefix) == marked}


def has_inputs(written: Iterable[str]) -> bool:
    """Tell whether some of these sheets have a prefix: then the others are results or notes."""
    return any(found[0] for sheet in written if (found := _split(sheet)) is not None)


@cache
def table_names() -> Mapping[str, str]:
    """Return every name a sheet of the instance may have, without prefix → its table."""
    found: dict[str, str] = {}
    for table, chinese in names()["tables"].items():
        found[table] = found[chinese] = table
    return found


def add_prefix(table: str, lang: str = "en") -> str:
    """Return what the sheet of a table is called in a results workbook: `input counties`, `输入 县`."""
    english, chinese = names()["prefixes"]
    return f"{chinese} {names()['tables'][table]}" if lang == "zh" else f"{english} {table}"


def is_aside(sheet: str) -> bool:
    """Tell whether a sheet is set aside: the guide, the dictionary, the lists behind drop-downs, or by a # in front."""
    aside = names()["aside"]
    return sheet.startswith("#") or sheet.strip().lower() in {*aside, *aside.values()}


def _split(sheet: str) -> tuple[str, str] | None:
    """Return the prefix (or '') and the table that a sheet's name says, None where it says no table."""
    tables = table_names()
    name = " ".join(sheet.lower().split())
    for prefix in ("", *names()["prefixes"]):
        rest = name.removeprefix(prefix).strip(" _-:：")
        if name.startswith(prefix) and rest in tables:
            return prefix, tables[rest]
    return None
