"""The tables of the page: a column has one kind and as many decimals as its numbers deserve."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from alloc.report.dictionary import described
from alloc.report.page.view import View
from alloc.report.rows import list_rows
from alloc.texts.figures import decimals, fixed

MOST_ROWS = 200
"""Longer tables show the rows that weigh most, and say where the others are."""

COUNTED = ("persons", "measures")
"""Units that are counted."""


@dataclass(frozen=True)
class Listing:
    """A table ready to be shown. heads: title and whether its cells are numbers; file: where all rows are."""

    key: str
    title: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    count: int
    file: str


Row = Mapping[str, Any]
Cell = str | float | None
Reading = Callable[[View, Row], Cell]


class PageColumn(NamedTuple):
    """A column of a table, called as in the results' data dictionary.

    read: what stands in a row, by default what the results have; text: another title; if_any: left out where all is 0.
    """

    key: str
    read: Reading | None = None
    text: str = ""
    if_any: bool = False


def _every_row(view: View, rows: list[Row]) -> list[Row]:
    return rows


class PageTable(NamedTuple):
    """A table of the page, made of one of the results (source).

    weight: what rows are kept by where there are more than `most`; choose: its rows, made of those of the results;
    file: where all of them are, by default the table.
    """

    key: str
    source: str
    weight: Callable[[Row], float]
    columns: Sequence[PageColumn]
    choose: Callable[[View, list[Row]], Iterable[Row]] = _every_row
    most: int = MOST_ROWS
    file: str = ""


def make_listings(view: View, tables: Iterable[PageTable]) -> dict[str, Listing]:
    """Return tables by key; those without rows are left out."""
    found = {}
    for table in tables:
        listing = make_listing(view, table) if table.source in view.tables else None
        if listing and listing.count:
            found[table.key] = listing
    return found


def make_listing(view: View, table: PageTable) -> Listing:
    """Return a table: columns with a number in them are numbers, all others text."""
    rows = list(table.choose(view, [*list_rows(view.tables[table.source])]))
    shown = _heaviest(rows, table)
    heads, columns = [], []
    for column in table.columns:
        if column.if_any and not any(row[column.key] for row in rows):
            continue
        title, read = _head(view, table.source, column)
        is_number, cells = _write_column([read(view, row) for row in shown])
        heads.append((title, is_number))
        columns.append(cells)
    title, file = view.say(f"page_sheet_{table.key}"), table.file or f"{table.source}.csv"
    return Listing(table.key, title, heads, list(zip(*columns, strict=True)), len(rows), file)


def _heaviest(rows: list[Row], table: PageTable) -> list[Row]:
    """Return the rows that weigh most, in their order."""
    if len(rows) <= table.most:
        return rows
    keep = sorted(range(len(rows)), key=lambda i: -table.weight(rows[i]))[: table.most]
    return list(map(rows.__getitem__, sorted(keep)))


def _head(view: View, table: str, column: PageColumn) -> tuple[str, Reading]:
    """Return the title of a column, and how its cells are read."""
    if column.text:
        return view.say(column.text, label=view.label, currency=view.currency), column.read or _plain(column.key)
    of_column = described(table)["columns"][column.key]
    title = of_column[view.lang]
    if column.read is not None:
        return title, column.read
    unit = str(of_column.get("unit", "")).replace("money", view.label)
    read = _whole(column.key) if unit in COUNTED else _plain(column.key)
    return f"{title} ({unit})" if unit == view.label else title, read


def _write_column(cells: Sequence[Cell]) -> tuple[bool, list[str]]:
    """Return whether a column has numbers in it, and its cells as they are shown."""
    if any(isinstance(cell, int | float) for cell in cells):
        return True, write_cells(cells)
    return False, [str(cell or "") for cell in cells]


def write_cells(cells: Sequence[Cell]) -> list[str]:
    """Return the numbers of one column with equally many decimals; what is not known is empty."""
    known = [float(x) for x in cells if isinstance(x, int | float)]
    digits = 0 if all(isinstance(x, int) for x in cells if x is not None) else decimals(known)
    return [fixed(float(x), digits) if isinstance(x, int | float) and math.isfinite(x) else "" for x in cells]


def _plain(key: str) -> Reading:
    """Return the reading of what the results have."""
    return lambda view, row: row[key]


def _whole(key: str) -> Reading:
    """Return the reading of how many there are; persons may come in parts, since jobs do."""
    return lambda view, row: round(row[key]) if math.isfinite(row[key]) else None
