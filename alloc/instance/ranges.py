"""Ranges beside figures, and spreads by source: whether they can be meant. Each check yields faults."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from alloc.instance.document import Found, Ids, Path
from alloc.instance.figures import LINKED, Figure, columns_of, figures_of, rows_of
from alloc.instance.rows import fields_of
from alloc.instance.schema import Document
from alloc.instance.suggest import list_numbers, nearest
from alloc.instance.tables import TABLES


def ranges_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """A range belongs to one number of its row, runs upward, contains the number, and stays where it may be."""
    rows: dict[Path, Any] = {}
    for table in TABLES:
        for key, row in rows_of(document, table).items():
            rows[table, key] = row
    for where, row in (rows | {("objective",): document.objective}).items():
        known = {figure.path: figure for figure in figures_of(row, where)} if row.range else {}
        for column, ends in row.range.items():
            trouble = _trouble(row, column, ends, known.get(column))
            if trouble:
                yield (*where, "range", column), *trouble
    words = [*document.sources, "assumption", "default"]
    for source in document.spread:
        if source not in words:
            values = {"found": source, "table": "sources", "hint": nearest(source, words)}
            yield ("spread", source), "unknown_id", values


def _trouble(
    row: BaseModel, column: str, ends: tuple[float, ...], figure: Figure | None
) -> tuple[str, dict[str, Any]] | None:
    """Return what is wrong with a range; figure: the number that it is of."""
    if len(ends) != 2:
        return "range_ends", {"found": f"[{list_numbers(ends)}]"}
    low, high = ends
    if figure is None:
        return _no_figure(row, column)
    if low > high:
        return "range_falls", {"low": low, "high": high}
    if low < figure.least or high > figure.most:
        return "range_outside", {"low": low, "high": high, "least": figure.least, "most": figure.most}
    if not low <= figure.value <= high:
        return "range_misses", {"low": low, "high": high, "found": figure.value}
    return None


def _no_figure(row: BaseModel, column: str) -> tuple[str, dict[str, Any]]:
    """Return why a range has no number that it could be of."""
    root, _, rest = column.partition(".")
    if root not in fields_of(type(row)):
        return "unknown_key", {"hint": nearest(root, columns_of(type(row)))}
    if root in LINKED:
        return "range_linked", {}
    many = columns_of(type(row)).get(root, ("", False))[1]
    if root not in columns_of(type(row)) or bool(rest) != many:
        return "range_no_number", {"found": column}
    return "range_no_figure", {"found": column}
