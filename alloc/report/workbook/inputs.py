"""The inputs: the instance as plain sheets, complete enough to be read back as the same instance."""

from typing import Any

from alloc.instance.excel.headings import title, unit
from alloc.instance.excel.safe import write_cell
from alloc.instance.excel.sheet_names import FlatTable
from alloc.instance.excel.styles import letters
from alloc.report.workbook.book import Book
from alloc.report.workbook.styles import WIDEST

HEADS = 2
"""Rows of headings: what columns are called in the format, and in the reader's language with their unit."""


def write_inputs(book: Book, sheet: Any, content: FlatTable) -> None:
    """Write one table of the instance as it would stand in a workbook of a planner's own."""
    text, number = book.format("text"), book.format("plain")
    for j, column in enumerate(content.header):
        measured = unit(content.name, column, book.lang, book.instance.money.label)
        heading = title(content.name, column, book.lang) + (f"\n({measured})" if measured else "")
        sheet.write_string(0, j, column, book.format("text", "aside"))
        sheet.write_string(1, j, heading, book.format("head"))
        filled = [(i, row[j]) for i, row in enumerate(content.rows, HEADS) if row[j] is not None]
        for i, cell in filled:
            write_cell(sheet, i, j, cell, text if isinstance(cell, str) else number)
        words = [column, *heading.split("\n"), *(str(cell) for _, cell in filled)]
        book.widen(sheet, j, j, min(max(map(letters, words)) + 3, WIDEST))
    sheet.set_row(1, 30)
    sheet.freeze_panes(HEADS, 1)
    sheet.repeat_rows(0, HEADS - 1)
    sheet.repeat_columns(0)
    sheet.set_tab_color("#7F7F7F")
    book.page(sheet, HEADS - 1 + len(content.rows), max(len(content.header) - 1, 0), printed=False)
