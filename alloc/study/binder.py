"""The tables and figures of a study, written as those of results are."""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from alloc.instance import Instance
from alloc.report.folder import data_package
from alloc.report.folder import write_tables as write_csv


@cache
def dictionary() -> Mapping[str, Any]:
    """Return the data dictionary of studies: table → title, what a row is, and its columns in order."""
    text = files("alloc.study").joinpath("columns.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def write_tables(instance: Instance, tables: Mapping[str, pd.DataFrame], folder: Path, lang: str) -> None:
    """Write tables as those of results are written, and their data dictionary, of the columns that they have."""
    write_csv(tables, folder)
    shown = {}
    for name, frame in tables.items():
        columns = dictionary()[name]["columns"]
        shown[name] = {**dictionary()[name], "columns": {column: columns[column] for column in frame.columns}}
    write_figures(data_package(instance, lang, shown, folder), folder / "datapackage.json")


def write_figures(figures: Mapping[str, Any], file: Path) -> None:
    """Write figures as JSON."""
    text = json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    file.write_text(text, encoding="utf-8")


def numbered(word: str, number: int, count: int) -> str:
    """Return the name of one of many folders, such that they sort as they are numbered."""
    return f"{word}-{number:0{max(2, len(str(count)))}d}"


def finite(number: float | None) -> float | None:
    """Return a number that JSON can hold."""
    return None if number is None or not math.isfinite(number) else number
