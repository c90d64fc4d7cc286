"""Rows and cells of tables, read in the ways that many places need."""

import math
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import pandas as pd

NEAR = 1e-6
"""Closer than this to a limit, relative to its size, is at the limit."""


def list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, cells by the names of their columns."""
    names = list(map(str, table.columns))
    return [dict(zip(names, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def list_cells(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Return what stands in some columns of a table, row by row."""
    return zip(*map(table.__getitem__, columns), strict=True)


def list_words(cell: str) -> list[str]:
    """Return the words of a cell that stand with `|` between."""
    return list(filter(None, cell.split("|")))


def add_column(rows: Iterable[Mapping[str, Any]], key: str) -> float:
    """Return what a column of some rows comes to, exactly rounded."""
    return math.fsum(map(itemgetter(key), rows))


def add_up(amounts: Mapping[Any, float], keys: Iterable[Any]) -> float:
    """Return what the amounts of some keys come to."""
    return sum(map(amounts.__getitem__, keys))


def near(value: float, limit: float) -> bool:
    """Tell whether a value is at a limit, or beyond it."""
    return value >= limit - NEAR * max(1.0, abs(limit))
