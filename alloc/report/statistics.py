"""A plan for statistics packages: one long table of numbers, and the codebook that says what they are."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.dictionary import dictionary

KEYS = ("county", "category", "industry", "measure", "fund", "kind", "chain")
"""What a number is about; empty where that does not apply."""

LEVELS = ("allocation", "measures", "industries", "counties", "funds", "chains")
"""The tables that go in; flows and rules have keys of their own and stay in their files."""


def write_long(instance: Instance, tables: Mapping[str, pd.DataFrame], target: Path) -> Path:
    """Write TARGET with one row a number, and TARGET-codebook.csv beside it; return the codebook's path.

    Plain UTF-8 without a byte-order mark, which SPSS, Stata and R would take for a part of the first column's name;
    commas, a point for decimals, no thousands. Columns: year, level, the keys, variable, value. Empty cells of the
    tables (a limit that there is not) have no row; zeros do.
    """
    codebook = target.with_name(f"{target.stem}-codebook.csv")
    _write(target, ("year", "level", *KEYS, "variable", "value"), _numbers(instance, tables))
    _write(codebook, ("level", "variable", "type", "unit", "label_en", "label_zh"), _meanings(instance))
    return codebook


def _write(path: Path, header: tuple[str, ...], rows: Iterator[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _variables(level: str) -> dict[str, Any]:
    return {name: column for name, column in dictionary()[level]["columns"].items() if column["type"] != "text"}


def _numbers(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> Iterator[list[Any]]:
    for level in LEVELS:
        frame = tables[level]
        keys = [frame[key].tolist() if key in frame else [""] * len(frame) for key in KEYS]
        years = frame["year"].astype(int).tolist() if "year" in frame else [instance.year] * len(frame)
        for variable in _variables(level):
            values = frame[variable].tolist() if variable in frame else [None] * len(frame)  # not said over years
            for year, *key, value in zip(years, *keys, values, strict=True):
                if not pd.isna(value):
                    yield [year, level, *key, variable, _plain(value)]


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)


def _meanings(instance: Instance) -> Iterator[list[str]]:
    for level in LEVELS:
        for variable, column in _variables(level).items():
            unit = str(column.get("unit", "")).replace("money", f"{instance.money.unit:g} {instance.money.currency}")
            kind = "0/1" if column["type"] == "flag" else "number"
            yield [level, variable, kind, unit, column["en"], column["zh"]]
