"""Tables of what became of a plan as a workbook and as a page, titles from the data dictionary."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.instance import Instance
from alloc.instance.excel.safe import new_workbook
from alloc.report.tables import dictionary
from alloc.report.templates import load_template, read_text
from alloc.study.follow.actuals import ROOM
from alloc.texts.figures import exact

HEAD = {"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}
WIDE, NARROW = 28, 14
"""Widths of columns of words and of numbers [Latin letters]."""


def write_tables_book(
    instance: Instance, tables: Mapping[str, pd.DataFrame], notes: Sequence[str], path: Path, lang: str
) -> None:
    """Write a sheet for each table, and the notes on the first one below it."""
    book = new_workbook(path, instance.title or instance.name, instance.year)
    head, number = book.add_format(HEAD), book.add_format({"num_format": "#,##0.00####"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for name, frame in tables.items():
        sheet = book.add_worksheet(dictionary(ROOM)[name]["title"][lang])
        for j, column in enumerate(frame.columns):
            sheet.write_string(0, j, title_column(instance, name, column, lang), head)
            words = not pd.api.types.is_numeric_dtype(frame[column])
            sheet.set_column(j, j, WIDE if words else NARROW)
            for i, cell in enumerate(frame[column].tolist(), 1):
                if words:
                    sheet.write_string(i, j, str(cell), text)
                elif math.isfinite(cell):
                    sheet.write_number(i, j, cell, number)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if name == next(iter(tables)):
            for i, note in enumerate(notes, len(frame) + 2):
                sheet.write_string(i, 0, note)
    book.close()


def make_tables_page(
    instance: Instance, title: str, tables: Mapping[str, pd.DataFrame], notes: Sequence[str], lang: str
) -> str:
    """Return the same as a page of its own, which opens without a network."""
    shown: list[dict[str, Any]] = []
    for name, frame in tables.items():
        worded = [not pd.api.types.is_numeric_dtype(frame[column]) for column in frame.columns]
        titles = [title_column(instance, name, column, lang) for column in frame.columns]
        rows = [list(map(_write_cell, cells)) for cells in frame.itertuples(index=False, name=None)]
        shown.append({"title": dictionary(ROOM)[name]["title"][lang], "titles": titles, "worded": worded, "rows": rows})
    return load_template(ROOM, "tables.html").render(
        language={"zh": "zh-CN"}.get(lang, lang),
        title=title,
        style=Markup(read_text("alloc.report", "difference.css")),
        notes=notes,
        tables=shown,
    )


def title_column(instance: Instance, table: str, column: str, lang: str) -> str:
    """Return the title of a column, with the unit of money where it is money."""
    described = dictionary(ROOM)[table]["columns"][column]
    title = str(described[lang])
    return f"{title}\n({instance.money.label})" if described.get("unit") == "money" else title


def _write_cell(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return exact(cell) if math.isfinite(cell) else ""
