"""Heat maps: how much of each column goes to each row; and which of several things hold for each row."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from alloc.report.charts.bars import label_room
from alloc.report.charts.chart import Chart
from alloc.report.charts.ramp import Ramp, ramp
from alloc.report.charts.svg import WIDE, box, digits_of, dot, number, stroke, widest_number, width, words

ROW = 28.0

Line = tuple[str, Sequence[float | None]]
"""The name of a row and its numbers."""


@dataclass(frozen=True)
class _Grid:
    """Where the cells of a heat map lie [px], and how their numbers are written."""

    left: float
    top: float
    right: float
    columns: Sequence[str]
    digits: int

    @property
    def cell(self) -> float:
        """The width of a cell."""
        return (self.right - self.left) / max(len(self.columns), 1)

    def middle(self, j: int) -> float:
        """Return the middle of a column."""
        return self.left + self.cell * (j + 0.5)

    def down(self, i: int) -> float:
        """Return the upper edge of a row."""
        return self.top + ROW * i

    def label(self, i: int, name: str, kind: str = "", room: float = math.inf) -> str:
        """Return the name of a row."""
        return words(self.left - 8, self.down(i) + ROW / 2, name, kind, "end", room)

    def write(self, i: int, j: int, value: float, kind: str) -> str:
        """Return the number of a cell, small where the cell is, nothing where it does not fit: its tooltip has it."""
        text = number(value, self.digits)
        if self.cell < width(text, 11) + 4:
            return ""
        small = self.cell < width(text) + 8
        return words(self.middle(j), self.down(i) + ROW / 2, text, f"small {kind}" if small else kind, "middle")


def heat(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    title: str,
    x: str = "",
    y: str = "",
    unit: str = "",
    root: bool = False,
    totals: str = "",
    rest: tuple[str, Sequence[float]] | None = None,
    digits: int | None = None,
) -> Chart:
    """Draw a heat map with its numbers.

    values: one list a row, one number a column; None = nothing known there, and no mark. x, y: what the columns and
    the rows are. root: colour by the square root, where a few numbers dwarf the rest. totals: the word for sums,
    written beside rows and columns. rest: name and sums of the rows that are not shown, for a last line without
    colour. One mark a number, the rest without.
    """
    known = _known(values)
    plain: list[Line] = [] if rest is None else [rest]
    lines = [*zip(rows, values, strict=True), *plain]
    sums = [_total(row) for _, row in lines]
    if digits is None:
        digits = digits_of([*known, *(rest[1] if rest else ())])
    beside = widest_number([*sums, sum(sums)], digits) + 14 if totals else 0
    left = label_room([*rows, totals, rest[0] if rest else ""])
    grid = _Grid(left, 26.0 + (16 if x else 0), WIDE - beside, columns, digits)
    colours = ramp(known, root)
    found = [
        *_heads(grid, x, y),
        *_cells(grid, lines[: len(rows)], colours, root, f" {unit}" if unit else ""),
        *_plain_cells(grid, plain, len(rows)),
    ]
    if totals:
        found += _totals(grid, lines, sums, totals)
    bottom = grid.down(len(lines) + bool(totals))
    found.append(colours.key(unit, left, bottom + 10, WIDE))
    return Chart(title, "".join(found), len(known), bottom + 50)


def _known(values: Sequence[Sequence[float | None]]) -> list[float]:
    """Return the numbers that there are."""
    found = []
    for row in values:
        found += [value for value in row if value is not None and math.isfinite(value)]
    return found


def _total(row: Sequence[float | None]) -> float:
    return sum(value for value in row if value is not None)


def _heads(grid: _Grid, x: str, y: str) -> Iterator[str]:
    """Yield what columns and rows are, and the names of the columns."""
    yield words((grid.left + grid.right) / 2, 8, x, "small f-soft", "middle")
    yield words(grid.left - 8, grid.top - 12, y, "small f-soft", "end", grid.left - 10)
    for j, name in enumerate(grid.columns):
        small = "small" if width(name) > grid.cell - 2 else ""
        yield words(grid.middle(j), grid.top - 12, name, small, "middle", grid.cell - 2)


def _cells(grid: _Grid, lines: Sequence[Line], colours: Ramp, root: bool, unit: str) -> Iterator[str]:
    """Yield the rows with a coloured cell for each number."""
    for i, (name, row) in enumerate(lines):
        yield grid.label(i, name, room=grid.left - 10)
        for j, value in enumerate(row):
            if value is None or not math.isfinite(value):
                continue
            step = colours.step(value)
            tip = f"{name} · {grid.columns[j]}: {number(value)}{unit}"
            yield box(grid.left + grid.cell * j + 1, grid.down(i) + 1, grid.cell - 2, ROW - 2, f"mark q{step}", tip, 2)
            yield grid.write(i, j, value, "f-rule" if root and value == 0 else f"t{step}")


def _plain_cells(grid: _Grid, lines: Sequence[Line], start: int) -> Iterator[str]:
    """Yield rows without colour, such as what is not shown."""
    for i, (name, row) in enumerate(lines, start):
        yield grid.label(i, name, room=grid.left - 10)
        for j, value in enumerate(row):
            if value is not None and math.isfinite(value):
                yield grid.write(i, j, value, "f-soft")


def _totals(grid: _Grid, lines: Sequence[Line], sums: Sequence[float], name: str) -> Iterator[str]:
    """Yield the sums of columns below, those of rows at the right."""
    bottom = grid.down(len(lines))
    yield words(WIDE, grid.top - 12, name, "strong", "end")
    yield stroke(0, bottom, WIDE, bottom, "s-rule thin")
    yield grid.label(len(lines), name, "strong")
    for j in range(len(grid.columns)):
        yield grid.write(len(lines), j, _total([row[j] for _, row in lines]), "strong")
    for i, total in enumerate([*sums, sum(sums)]):
        yield words(WIDE, grid.down(i) + ROW / 2, number(total, grid.digits), "strong", "end")


def matrix(
    rows: Sequence[str], columns: Sequence[str], held: Collection[tuple[int, int]], *, title: str, roles: Sequence[str]
) -> Chart:
    """Draw a dot where a column holds for a row.

    held: (row, column) pairs, counted from 0; roles: the colour role of each column. One mark a dot.
    """
    left = label_room(rows)
    cell = (WIDE - left) / max(len(columns), 1)
    row_height, top = 22.0, 28.0
    bottom = top + row_height * len(rows)
    grid, heads = [], []
    for j, name in enumerate(columns):
        x, small = left + cell * (j + 0.5), "small" if width(name) > cell else ""
        grid.append(stroke(x, top, x, bottom, "s-grid thin"))
        heads.append(words(x, top - 14, name, small, "middle", cell - 2))
    found = [*grid, *heads]
    for i, name in enumerate(rows):
        middle = top + row_height * (i + 0.5)
        found.append(stroke(left, middle, WIDE, middle, "s-grid thin"))
        found.append(words(left - 8, middle, name, anchor="end", room=left - 10))
    for i, j in sorted(held):
        middle = top + row_height * (i + 0.5)
        tip = f"{rows[i]} · {columns[j]}"
        found.append(dot(left + cell * (j + 0.5), middle, 7, f"mark f-{roles[j]}", tip))
    return Chart(title, "".join(found), len(held), bottom + 6)
