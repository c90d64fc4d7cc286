"""Tables of what became of a plan as data, each described once: for a sheet, a page and a terminal."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alloc.instance import Instance
from alloc.report.screen import Wide
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.styles import HIGH, LINE, lines
from alloc.texts.figures import amount, exact, percent

ACROSS = 3
"""The last column that sentences above a table run across."""

TITLE = 0.75
"""How many letters of a title stand in the room of one of a sentence."""

WORDS: Mapping[str, Callable[[float], str]] = {
    "money": amount,
    "exact": amount,
    "jobs": amount,
    "share": percent,
    "figure": exact,
}
"""How numbers look on a sheet → how they are written where there are only words."""


@dataclass(frozen=True)
class TrackedColumn:
    """A column. look: `text`, or of `WORDS`; cells: words, or numbers; formula: of its cells on a sheet."""

    key: str
    title: str
    look: str
    cells: Sequence[Any]
    formula: str = ""
    adds_up: bool = False

    def write_words(self) -> list[str]:
        """Return its cells in words; what is not known is empty."""
        if self.look == "text":
            return list(map(str, self.cells))
        return ["" if math.isnan(cell) else WORDS[self.look](cell) for cell in self.cells]

    def list_cells(self) -> list[Cell]:
        """Return its cells as a sheet takes them."""
        if self.look == "text":
            return list(map(str, self.cells))
        known = [None if math.isnan(cell) else float(cell) for cell in self.cells]
        return [Formula(self.formula, cell) for cell in known] if self.formula else list(known)


@dataclass(frozen=True)
class TrackedTable:
    """A table. title: above it; sheet: what its sheet is called where that is another; total: the word for its totals.

    note: what it means, on the page; above, below: sentences on its sheet, the first of those above its heading.
    colours: word → how the states that hold it look on the sheet.
    """

    key: str
    title: str
    columns: Sequence[TrackedColumn]
    sheet: str = ""
    total: str = ""
    note: str = ""
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    colours: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows it has."""
        return len(self.columns[0].cells)

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The titles of its columns, each with whether it holds numbers."""
        return [(column.title, column.look != "text") for column in self.columns]

    def list_rows(self, most: int | None = None) -> list[tuple[str, ...]]:
        """Return its first rows in words."""
        return list(zip(*(column.write_words()[:most] for column in self.columns), strict=True))


def write_shown_book(instance: Instance, tables: Iterable[TrackedTable], path: Path, lang: str, guard: bool) -> None:
    """Write a workbook with a sheet for each table. guard: whether its cells are locked, without a password."""
    book = Book(path, instance, lang, live=True)
    for table in tables:
        _write_sheet(book, table, guard)
    book.book.close()


def _write_sheet(book: Book, table: TrackedTable, guard: bool) -> None:
    page = book.sheet(table.sheet or table.title)
    top = len(table.above) + 1 if table.above else 0
    block = book.table(page, list(_list_columns(table)), top=top, total=table.total)
    for word, look in table.colours.items():
        book.mark(page, block, ["state"], f'ISNUMBER(SEARCH("{word}",{{state}}))', look)
    for i, sentence in enumerate(table.below, top + table.count + 2):
        page.write_string(i, 0, sentence)
    if table.above:
        book.widen(page, 0, 0, 44)
        _write_above(book, page, table.above)
    book.dress(page, block, freeze=1, guard=guard)


def _write_above(book: Book, page: Any, sentences: Sequence[str]) -> None:
    """Write sentences across the first columns, the first as a title, each in as many lines as it takes."""
    room = book.across(page, ACROSS) - 2
    for i, sentence in enumerate(sentences):
        words, letters, height = (("title",), room * TITLE, HIGH) if i == 0 else ((), room, LINE)
        page.merge_range(i, 0, i, ACROSS, sentence, book.format("prose", *words))
        page.set_row(i, height * lines(sentence, letters))


def _list_columns(table: TrackedTable) -> Iterator[Column]:
    for of in table.columns:
        yield Column(of.key, of.title, of.look, of.list_cells(), adds_up=of.adds_up)


def make_screen_table(table: TrackedTable, most: int) -> Wide:
    """Return the first rows of a table for a terminal."""
    words = [i for i, (_, is_number) in enumerate(table.heads) if not is_number]
    return Wide(table.title, [title for title, _ in table.heads], table.list_rows(most), words=words)
