"""What people ask of the plan, a sheet each: values that were proven by solving again, so none is a formula."""

import math
from collections.abc import Mapping
from typing import Any

from alloc.instance.excel.styles import letters
from alloc.report.answers import TOPICS, AnswerColumn, Answers, Topic, say_cell
from alloc.report.workbook.book import Book, Cell, Column
from alloc.report.workbook.styles import LINE
from alloc.report.workbook.view import PlanView

STYLES: Mapping[str, str] = {"money": "money", "goal": "number", "count": "plain"}
"""How numbers look; all else is text."""

ACROSS = 120
"""A sentence above a table is wrapped after about so many Latin letters."""


def write_answer_sheets(book: Book, plan: PlanView, answers: Answers) -> None:
    """Write the sheets of the answers behind all others."""
    for topic in TOPICS:
        _write(book, plan, answers, topic, book.sheet(plan.say(f"wb_sheet_answers_{topic.key}")))


def _write(book: Book, plan: PlanView, answers: Answers, topic: Topic, sheet: Any) -> None:
    """Write what is asked, how far it is answered, and the table."""
    rows = answers.get_rows(topic.table)
    note = plan.say(f"answers_note_{topic.key}", within=f"{100 * answers.within:g}", label=plan.instance.money.label)
    told = [note, *answers.tell(topic, plan)]
    block = book.table(
        sheet, [_make_column(column, rows, plan) for column in answers.list_columns(topic)], top=len(told) + 2
    )
    sheet.write_string(0, 0, plan.say(f"answers_h_{topic.key}"), book.format("title"))
    for i, sentence in enumerate(told, start=1):
        sheet.merge_range(i, 0, i, min(block.right, 7), sentence, book.format("prose"))
        sheet.set_row(i, LINE * max(1, math.ceil(letters(sentence) / ACROSS)))
    book.dress(sheet, block, freeze=1, guard=False)


def _make_column(column: AnswerColumn, rows: list[dict[str, Any]], plan: PlanView) -> Column:
    title = plan.say(f"answers_c_{column.key}", label=plan.instance.money.label)
    cells: list[Cell] = []
    for row in rows:
        cell = row[column.key]
        cells.append(_as_number(cell) if column.look in STYLES else say_cell(cell, column, plan))
    return Column(column.key, title, STYLES.get(column.look, "text"), cells)


def _as_number(cell: Any) -> float | None:
    return None if cell is None or not math.isfinite(cell) else float(cell)
