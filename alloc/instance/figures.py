"""Every number in the tables: its path, who says it, and between what it may lie."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from alloc.instance.document import Path
from alloc.instance.schema import Document, Measure
from alloc.instance.tables import TABLES, WITHOUT_ID, kind_of

LINKED = frozenset({"probability"})
"""Columns whose numbers sum to something: one of them cannot vary alone."""


@dataclass(frozen=True)
class Figure:
    """One number of one row, or a weight of the objective.

    where: its path as a document has it; path: as `--set` takes it; source: who says it, '' where nobody does;
    written: whether the planner wrote it, or it is a default; ends: the range written beside it; least, most: what
    the format allows.
    """

    where: Path
    path: str
    value: float
    source: str = ""
    written: bool = True
    ends: tuple[float, float] | None = None
    least: float = -math.inf
    most: float = math.inf


def figures(document: Document) -> Iterator[Figure]:
    """Yield every number that is written or has a default, in the order of the tables."""
    for table in TABLES:
        for key, row in rows_of(document, table).items():
            yield from figures_of(row, (table, key), f"{table}.{_name_row(table, key, row)}.")
    yield from figures_of(document.objective, ("objective",), "objective.")


def _name_row(table: str, key: Any, row: Any) -> Any:
    """Return what a path calls a row: its id, the name of a rule, or its number where it has neither."""
    if table not in WITHOUT_ID:
        return key
    return row.name if table == "rules" else int(key) + 1


def rows_of(document: Document, table: str) -> Mapping[Any, Any]:
    """Return the rows of a table by id, or by number from 0 where rows have none."""
    rows = getattr(document, table)
    return rows if isinstance(rows, Mapping) else dict(enumerate(rows))


def figures_of(row: BaseModel, where: Path, start: str = "") -> Iterator[Figure]:
    """Yield the numbers of one row that stands at `where`; start: how their paths begin."""
    ranges, sources = getattr(row, "range", {}), getattr(row, "sources", {})
    for column, (name, many, least, most) in columns_of(type(row)).items():
        if column == "max_units" and isinstance(row, Measure) and row.returns:
            most = min(most, row.returns[-1][0])  # the curve says nothing beyond its end
        for dotted, value in _numbers(row, column, name, many).items():
            yield Figure(
                (*where, *dotted.split(".", 1)),
                f"{start}{dotted}",
                value,
                source=str(sources.get(dotted) or sources.get(column) or getattr(row, "source", "")),
                written=name in row.model_fields_set,
                ends=ranges.get(dotted),
                least=least,
                most=most,
            )


def _numbers(row: BaseModel, column: str, name: str, many: bool) -> dict[str, float]:
    """Return the numbers in one column of a row, by their dotted columns; none of those that are linked."""
    written = getattr(row, name)
    if written is None or column in LINKED:
        return {}
    return {f"{column}.{key}": x for key, x in written.items()} if many else {column: written}


@cache
def columns_of(row: type[BaseModel]) -> dict[str, tuple[str, bool, float, float]]:
    """Return the columns of a row that hold numbers → (attribute, whether many, least, most)."""
    found = {}
    for name, field in row.model_fields.items():
        kind = kind_of(field.annotation)
        if kind in ("number", "map", "perhaps map"):
            found[field.alias or name] = (name, kind != "number", *_limits(field, kind != "number"))
    return found


def _limits(field: FieldInfo, many: bool) -> tuple[float, float]:
    """Return the least and the most that the format allows a number to be."""
    marks: list[Any] = list(field.metadata)
    if many:
        inner = next(a for a in (field.annotation, *get_args(field.annotation)) if len(get_args(a)) == 2)
        marks = []
        for part in get_args(get_args(inner)[1])[1:]:
            marks += part.metadata
    least = max((mark.ge for mark in marks if hasattr(mark, "ge")), default=-math.inf)
    most = min((mark.le for mark in marks if hasattr(mark, "le")), default=math.inf)
    return least, most
