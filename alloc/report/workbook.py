"""The plain workbook that comes with every result: one sheet a table, and where it comes from."""

import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from alloc.instance import Instance
from alloc.report.tables import dictionary
from alloc.texts import say

SHEETS = ("allocation", "counties", "funds", "rules", "measures", "industries", "chains")
"""The tables that people read on paper; flows stay in their CSV file."""

WIDEST = 48
"""No column is wider than this many Latin letters."""


def workbook(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], path: Path, lang: str
) -> None:
    """Write the workbook. Text from data never becomes a formula or a link; equal runs give equal bytes."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": instance.title or instance.name, "created": datetime(instance.year, 1, 1)})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0.00##"}),
        "flag": book.add_format({"num_format": "0"}),
        "text": book.add_format({"num_format": "@"}),
        "prose": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    _about(book, formats, instance, figures, lang)
    for name in SHEETS:
        _sheet(book, formats, instance, name, tables[name], lang)
    book.close()


def _about(book: Any, formats: Mapping[str, Any], instance: Instance, figures: Mapping[str, Any], lang: str) -> None:
    sheet = book.add_worksheet(say("sheet_about", lang))
    lines = [
        (say("about_title", lang), instance.title or instance.name),
        (say("about_year", lang), str(instance.year)),
        (say("about_status", lang), say(f"status_{figures['status']}", lang)),
        (say("about_goal", lang), f"{figures['objective']:,.6g}"),
        (say("about_bound", lang), "?" if figures["bound"] is None else f"{figures['bound']:,.6g}"),
        (say("about_gap", lang), "?" if figures["gap"] is None else f"{figures['gap']:.2g}"),
        (
            say("about_unit", lang),
            f"{instance.money.label} ({instance.money.unit:,.0f} {instance.money.currency})",
        ),
        ("SHA-256", instance.sha256),
        (say("about_versions", lang), ", ".join(f"{k} {v}" for k, v in figures["versions"].items())),
        (say("about_labour", lang), say("voluntary", lang)),
    ]
    for i, (label, text) in enumerate(lines):
        sheet.write_string(i, 0, label, formats["head"])
        sheet.write_string(i, 1, text, formats["prose"])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    _printed(sheet)


def _sheet(
    book: Any, formats: Mapping[str, Any], instance: Instance, name: str, frame: pd.DataFrame, lang: str
) -> None:
    table = dictionary()[name]
    sheet = book.add_worksheet(table["title"][lang])
    for j, (key, column) in enumerate(table["columns"].items()):
        unit = str(column.get("unit", "")).replace("money", instance.money.label)
        head = f"{column[lang]}\n({unit})" if unit else column[lang]
        sheet.write_string(0, j, head, formats["head"])
        for i, value in enumerate(frame[key], 1):
            if column["type"] == "text":
                sheet.write_string(i, j, str(value), formats["text"])
            elif value is not None and not math.isnan(value):
                sheet.write_number(i, j, float(value), formats[column["type"]])
        widest = max((_width(str(v)) for v in frame[key]) if column["type"] == "text" else (12,), default=8)
        sheet.set_column(j, j, min(max(widest, _width(head.split("\n")[0])) + 2, WIDEST))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(frame), 1), len(table["columns"]) - 1)
    sheet.repeat_rows(0)
    _printed(sheet)


def _printed(sheet: Any) -> None:
    """Print on A4 across, one page wide."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _width(text: str) -> int:
    """Return the width of a text in Latin letters; Chinese takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
