"""Workbooks that alloc writes, whoever writes them: what comes from data stays what it is."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from alloc.instance.excel.sheet_names import Cell, Exact

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Text that looks like a formula, a link or a number is text."""


def new_workbook(target: Path | io.BytesIO, title: str, year: int, **options: object) -> Any:
    """Return an empty workbook in which text never becomes a formula or a link; equal content gives equal bytes.

    options: further ones of XlsxWriter. year: the workbook is dated to its first day, not to the moment of writing.
    """
    place = str(target) if isinstance(target, Path) else target
    book = xlsxwriter.Workbook(place, {**SAFE, **options})
    book.set_properties({"title": title, "created": datetime(year, 1, 1)})
    return book


def write_cell(sheet: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    """Write yes or no, a number to its last bit, or text; nothing where nothing stands."""
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, look)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, Exact(cell), look)
    elif cell is not None:
        sheet.write_string(row, column, cell, look)
