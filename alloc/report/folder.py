"""The files of a result: CSV tables, their data dictionary, and the workbook."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.tables import dictionary
from alloc.report.workbook import workbook

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {"text": "string", "number": "number", "flag": "integer"}


def write(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    folder: Path,
    lang: str,
) -> None:
    """Write every table as UTF-8 CSV with a byte-order mark, the data dictionary and the workbook."""
    for name, frame in tables.items():
        harmless(frame).to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    package = json.dumps(data_package(instance, lang), ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(package, encoding="utf-8")
    workbook(instance, tables, figures, folder / "allocation.xlsx", lang)


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text begins like a formula: such cells get a `'` in front."""
    found = frame.copy()
    for column in found.columns:
        if not pd.api.types.is_numeric_dtype(found[column]):
            found[column] = [f"'{x}" if isinstance(x, str) and x[:1] in tuple("=+-@\t\r") else x for x in found[column]]
    return found


def data_package(instance: Instance, lang: str, shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the data dictionary as a Frictionless Data Package (version 2).

    shown: the tables of another kind of result, described in the same way.
    """
    return {
        "$schema": PROFILE,
        "name": instance.name,
        "title": instance.title or instance.name,
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "title": table["title"][lang],
                "description": table["row"][lang],
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [_field(instance, key, column, lang) for key, column in table["columns"].items()]},
            }
            for name, table in (dictionary() if shown is None else shown).items()
        ],
    }


def _field(instance: Instance, name: str, column: Mapping[str, Any], lang: str) -> dict[str, Any]:
    field = {"name": name, "type": _TYPES[column["type"]], "title": column[lang]}
    unit = str(column.get("unit", "")).replace("money", instance.money.label)
    return field | ({"unit": unit} if unit else {})
