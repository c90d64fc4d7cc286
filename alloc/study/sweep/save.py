"""The files of a sweep: CSV, workbook, Parquet where pyarrow is installed, and a note of what was done."""

import json
import math
import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance.excel.safe import new_workbook
from alloc.report.charts import Chart, chart_files, standalone
from alloc.report.files import guard_formulas
from alloc.texts import say

MOST_ROWS = 1_048_575
"""Rows that a sheet of Excel holds below its head."""


def save_sweep(
    folder: Path,
    table: pd.DataFrame,
    long: pd.DataFrame,
    charts: Mapping[str, Chart],
    manifest: Mapping[str, Any],
    lang: str,
) -> None:
    """Write the results of a sweep beside its store, each file whole or not at all."""
    _write_whole(
        folder / "sweep.csv",
        lambda file: guard_formulas(table).to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\r\n"),
    )
    _write_whole(folder / "sweep.xlsx", lambda file: _write_workbook(file, table, long, manifest, lang))
    if find_spec("pyarrow"):
        _write_whole(folder / "sweep.parquet", lambda file: _make_words(table).to_parquet(file, index=False))
    drawn: dict[str, bytes] = {}
    for name, chart in charts.items():
        drawn |= chart_files(name, standalone(chart))
    (folder / "charts").mkdir(exist_ok=True)
    for old in _read_charts(folder):
        if old not in drawn:
            (folder / "charts" / old).unlink(missing_ok=True)
    for name, content in drawn.items():
        _write_whole(folder / "charts" / name, partial(Path.write_bytes, data=content))
    note = json.dumps({**manifest, "charts": sorted(drawn)}, ensure_ascii=False, indent=2) + "\n"
    _write_whole(folder / "sweep.json", lambda file: file.write_text(note, encoding="utf-8"))


def _read_charts(folder: Path) -> list[str]:
    """Return the charts that an earlier run of a sweep wrote, as its note says."""
    try:
        note = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return []
    charts = note.get("charts") if isinstance(note, dict) else None
    return [Path(name).name for name in charts if isinstance(name, str)] if isinstance(charts, list) else []


def _write_whole(file: Path, write_to: Callable[[Path], object]) -> None:
    beside = file.with_name(f".{file.name}.new")
    write_to(beside)
    os.replace(beside, file)


def _make_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with columns that hold words beside numbers as words: Parquet has one type a column."""
    found = table.copy()
    for name in found.columns:
        if found[name].dtype != object:
            continue
        kinds = set(found[name].dropna().map(type))
        if kinds - {int, float} and kinds != {bool}:
            found[name] = [None if x is None else str(x) for x in found[name]]
    return found


def _write_workbook(
    file: Path, table: pd.DataFrame, long: pd.DataFrame, manifest: Mapping[str, Any], lang: str
) -> None:
    """Write the points, and a sheet to pivot with; text from data never becomes a formula or a link."""
    book = new_workbook(file, manifest["title"], manifest["year"], constant_memory=True)
    head = book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    for name, frame in (("sweep_sheet_points", table), ("sweep_sheet_pivot", long)):
        sheet = book.add_worksheet(say(name, lang))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(frame.columns) - 1, 14)
        for j, column in enumerate(frame.columns):
            sheet.write_string(0, j, str(column), head)
        shown = frame.head(MOST_ROWS)
        for i, row in enumerate(shown.itertuples(index=False, name=None), 1):
            for j, value in enumerate(row):
                _write_cell(sheet, i, j, value, text)
        sheet.autofilter(0, 0, max(len(shown), 1), len(frame.columns) - 1)
    about = book.add_worksheet(say("sheet_about", lang))
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    for i, (key, value) in enumerate(manifest.items()):
        about.write_string(i, 0, key, head)
        about.write_string(i, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), text)
    book.close()


def _write_cell(sheet: Any, i: int, j: int, value: Any, text: Any) -> None:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        sheet.write_string(i, j, str(value), text)
    elif math.isfinite(value):
        sheet.write_number(i, j, float(value))
