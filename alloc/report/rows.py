"""Rows and cells of tables, read in the ways that many places need."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd


def list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, cells by the names of their columns."""
    names = list(map(str, table.columns))
    return [dict(zip(names, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def list_words(cell: str) -> list[str]:
    """Return the words of a cell that stand with `|` between."""
    return list(filter(None, cell.split("|")))


def add_up(amounts: Mapping[Any, float], keys: Iterable[Any]) -> float:
    """Return what the amounts of some keys come to."""
    return sum(map(amounts.__getitem__, keys))
