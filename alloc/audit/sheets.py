"""The tables of a plan that are audited: which columns they have, and each read cell by cell."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from alloc.audit.verdict import ZERO, exact, total
from alloc.instance.schema import CATEGORIES

Key: TypeAlias = tuple[str, ...]

Pair: TypeAlias = tuple[str, str]
"""Such as a county and an industry there."""


class Shape(NamedTuple):
    """The columns of a table that are audited; those in `optional` hold numbers and may be empty."""

    keys: tuple[str, ...]
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    flags: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


SHAPES = {
    "allocation": Shape(
        ("measure", "fund"), ("county", "category", "industry", "kind"), ("amount",), (), ("amount_without_aid",)
    ),
    "measures": Shape(
        ("measure",),
        ("county", "category", "industry"),
        ("units", "gain", "cost", "aid", "national", "other", "effect", "direct_jobs", "jobs", "linkage"),
        ("funded", "idle"),
        ("funded_without_aid", "units_without_aid", "gain_without_aid"),
    ),
    "industries": Shape(
        ("county", "industry"),
        (),
        (
            *("jobs_before", "jobs", "jobs_quo", "retained", "retained_quo"),
            *("insured", "upgraded", "output", "output_quo"),
            *(f"capacity_{k}" for k in CATEGORIES),
        ),
        ("established", "established_quo", "clustered"),
        ("market", "retained_least", *(f"{key}_without_aid" for key in ("jobs", "retained", "established", "output"))),
    ),
    "flows": Shape(
        ("link", "county_from", "county_to", "scenario"),
        ("from", "to"),
        ("flow", "linkage", "flow_quo"),
        (),
        ("flow_without_aid",),
    ),
    "counties": Shape(
        ("county",),
        (),
        ("aid", "national", "other", "jobs_gained", "jobs_gained_quo", "linkage", "linkage_quo"),
        optional=("aid_per_head", "jobseekers_left", "jobs_gained_without_aid", "linkage_without_aid"),
    ),
    "funds": Shape(("fund", "county"), ("kind",), ("available", "spent", "unspent")),
    "rules": Shape(("rule", "group"), ("type",), ("value",), optional=("min", "max", "slack", "binding", "broken_by")),
    "chains": Shape(("county", "chain"), ("missing",), (), ("closed", "closed_quo"), ("closed_without_aid",)),
    "scenarios": Shape(
        ("scenario",),
        (),
        ("probability", "employment", "employment_quo", "linkage", "linkage_quo"),
        (),
        ("employment_without_aid", "linkage_without_aid", "value", "regret"),
    ),
    "sharing": Shape(
        ("county", "industry"),
        (),
        (*("output_quo", "output", "profit", "tax", "donor_profit", "donor_tax"), "donor", "host"),
    ),
    "payers": Shape(("kind", "donor"), (), ("available", "paid"), (), ("earned", "earned_per_money")),
    "outcomes": Shape(("scenario", "county", "industry"), (), ("insured", "upgraded", "retained", "output")),
    "bridge": Shape(
        ("part", "county"), (), ("anyway", "employment"), (), ("through_others", "through_aid", "aid", "aid_per_job")
    ),
}


@dataclass(frozen=True)
class Sheet:
    """One table, column by column: key → cell. Empty number cells are left out and count as 0."""

    keys: Counter[Key]
    numbers: Mapping[str, Mapping[Key, Decimal]]
    words: Mapping[str, Mapping[Key, str]]

    def number(self, column: str, *key: str) -> Decimal:
        """Return a number, 0 where the row or the cell is missing."""
        return self.numbers[column].get(key, ZERO)

    def add(self, column: str, rows: Iterable[str] | Iterable[Key]) -> Decimal:
        """Return the sum of a column over rows, each named by its one word or all of them."""
        return total(self.number(column, *((row,) if isinstance(row, str) else row)) for row in rows)


def read_number(cell: Any) -> Decimal | None:
    """Return the number that a cell holds, None where it holds none or one that is not finite."""
    try:
        number = cell if type(cell) is float else float(cell)
    except (TypeError, ValueError):
        return None
    return exact(number) if math.isfinite(number) else None


def _word(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)


def _words(cells: list[Any]) -> list[str]:
    return cells if set(map(type, cells)) == {str} else [_word(cell) for cell in cells]


def read_sheet(table: pd.DataFrame | None, shape: Shape) -> Sheet:
    """Index a table; columns that it lacks are empty."""
    size = 0 if table is None else len(table)

    def cells(column: str) -> list[Any]:
        return table[column].tolist() if table is not None and column in table.columns else [None] * size

    keys = list(zip(*(_words(cells(column)) for column in shape.keys), strict=True))
    numbers: dict[str, dict[Key, Decimal]] = {}
    for column in (*shape.numbers, *shape.flags, *shape.optional):
        filled = numbers[column] = {}
        for key, cell in zip(keys, cells(column), strict=True):
            if (number := read_number(cell)) is not None:
                filled[key] = number
    words = {column: dict(zip(keys, _words(cells(column)), strict=True)) for column in shape.words}
    return Sheet(Counter(keys), numbers, words)
