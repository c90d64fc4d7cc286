"""The inputs: the instance as plain sheets, complete enough to be read back as the same instance."""

from typing import Any

from alloc.instance.sheets import Sheet
from alloc.report.workbook.book import Book, Exact
from alloc.report.workbook.look import WIDEST, letters


def write_inputs(book: Book, sheet: Any, content: Sheet) -> None:
    """Write one table of the instance as it would stand in a workbook of a planner's own."""
    text, number, head = book.format("text"), book.format("word"), book.format("head")
    for j, column in enumerate(content.header):
        sheet.write_string(0, j, column, head)
        for i, row in enumerate(content.rows, 1):
            cell = row[j]
            if isinstance(cell, bool):
                sheet.write_boolean(i, j, cell, number)
            elif isinstance(cell, str):
                sheet.write_string(i, j, cell, text)
            elif cell is not None:
                sheet.write_number(i, j, Exact(cell), number)
        widest = max([letters(column), *(letters(str(row[j])) for row in content.rows if row[j] is not None)])
        book.widen(sheet, j, j, min(widest + 2, WIDEST))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_tab_color("#7F7F7F")
    book.page(sheet, len(content.rows), max(len(content.header) - 1, 0))
