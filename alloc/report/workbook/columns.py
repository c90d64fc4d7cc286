"""Columns made from the rows of a table: each is told by its key, its look, and what stands in a row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from alloc.report.workbook.book import Cell, Column, Formula
from alloc.report.workbook.view import PlanView, known

Row = Any
"""What a row is made of: cells by the names of their columns, or what a function of the column reads."""

Reading = str | Callable[[Row], Cell]
"""What stands in a row: under a key, or as a function tells."""


@dataclass(frozen=True)
class Columns:
    """Makes the columns of a table, one cell a row."""

    plan: PlanView
    rows: Sequence[Row]

    def cells(self, of: Reading, formula: str = "") -> list[Cell]:
        """Return what stands in each row; with a formula as the value of it."""
        read: Callable[[Row], Any] = itemgetter(of) if isinstance(of, str) else of
        values = list(map(read, self.rows))
        return [Formula(formula, value) for value in values] if formula else values

    def make(
        self,
        key: str,
        style: str,
        unit: str = "",
        of: Reading | None = None,
        formula: str = "",
        text: str = "",
        **options: Any,
    ) -> Column:
        """Return a column under `wb_KEY` with its unit; text: under another title. options: those of `Column`."""
        title = self.plan.head(text or f"wb_{key}", unit)
        return Column(key, title, style, self.cells(of or key, formula), **options)

    def aside(self, key: str, of: Reading | None = None, text: str = "wb_id") -> Column:
        """Return a column of ids."""
        return self.make(key, "text", of=of, text=text, aside=True)

    def name(self, what: str, key: str = "", text: str = "") -> Column:
        """Return a column of names of counties, measures … in the reader's language; key: where their ids stand."""
        of = key or what
        return self.make(of, "text", of=lambda row: self.plan.name(what, row[of]), text=text)

    def names(self, *things: str) -> list[Column]:
        """Return a column of names for each of some things."""
        return list(map(self.name, things))

    def each(self, keys: Iterable[str], style: str, unit: str = "", **options: Any) -> list[Column]:
        """Return a column for each of some keys that look alike."""
        return [self.make(key, style, unit, **options) for key in keys]

    def world(self, key: str, style: str, unit: str, **options: Any) -> Column:
        """Return a column of a figure of a world, 0 where that world is not known."""
        return self.make(key, style, unit, of=lambda row: known(row[key]), **options)

    def through_aid(self, key: str, style: str, unit: str, more: str = "more", **options: Any) -> Column:
        """Return what comes about through the aid: with the plan, less what does without the aid; more: its key."""
        alone = f"{key}_without_aid"
        formula, text = f"{{{key}}}-{{{alone}}}", "wb_through_aid"
        return self.make(more, style, unit, lambda row: row[key] - known(row[alone]), formula, text, **options)

    def number(self, what: str, key: str, of: str = "", name: str = "") -> Column:
        """Return a column of what formulas look for: the number or the word of what stands in each row."""
        read = of or what
        cells = self.cells(lambda row: self.plan.sought(what, row[read]))
        return Column(key, self.plan.numbered(what), "key", cells, name=name, aside=True)
