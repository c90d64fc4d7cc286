"""Heat maps: how much of each column goes to each row; and which of several things hold for each row."""

import math
from collections.abc import Collection, Sequence

from alloc.report.charts.bars import label_room
from alloc.report.charts.chart import Chart
from alloc.report.charts.ramp import ramp
from alloc.report.charts.svg import WIDE, box, digits_of, dot, number, stroke, width, words

ROW = 28.0


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
    known = [v for row in values for v in row if v is not None and math.isfinite(v)]
    plain = [] if rest is None else [rest]
    lines = [*zip(rows, values, strict=True), *plain]
    sums = [sum(v for v in row if v is not None) for _, row in lines]
    digits = digits_of([*known, *(v for _, row in plain for v in row)]) if digits is None else digits
    colours = ramp(known, root)
    left = label_room([*rows, totals, *(name for name, _ in plain)])
    right = WIDE - (max(width(number(s, digits)) for s in [*sums, sum(sums)]) + 14 if totals else 0)
    cell = (right - left) / max(len(columns), 1)
    top = 26.0 + (16 if x else 0)
    found = [words((left + right) / 2, 8, x, "small f-soft", "middle")] if x else []
    found.append(words(left - 8, top - 12, y, "small f-soft", "end", left - 10))
    for j, name in enumerate(columns):
        small = "small" if width(name) > cell - 2 else ""
        found.append(words(left + cell * (j + 0.5), top - 12, name, small, "middle", cell - 2))
    for i, (name, row) in enumerate(lines):
        up = top + ROW * i
        found.append(words(left - 8, up + ROW / 2, name, anchor="end", room=left - 10))
        for j, value in enumerate(row):
            if value is None or not math.isfinite(value):
                continue
            middle, kind = (left + cell * (j + 0.5), up + ROW / 2), "f-soft"
            if i < len(rows):
                step = colours.step(value)
                tip = f"{name} · {columns[j]}: {number(value)}{f' {unit}' if unit else ''}"
                found.append(box(left + cell * j + 1, up + 1, cell - 2, ROW - 2, f"mark q{step}", tip, 2))
                kind = "f-rule" if root and value == 0 else f"t{step}"
            found.append(_shown(number(value, digits), *middle, kind, cell))
    bottom = top + ROW * len(lines)
    if totals:
        found += [words(WIDE, top - 12, totals, "strong", "end"), stroke(0, bottom, WIDE, bottom, "s-rule thin")]
        found.append(words(left - 8, bottom + ROW / 2, totals, "strong", "end"))
        for j in range(len(columns)):
            total = sum(v for _, row in lines if (v := row[j]) is not None)
            found.append(_shown(number(total, digits), left + cell * (j + 0.5), bottom + ROW / 2, "strong", cell))
        for i, total in enumerate([*sums, sum(sums)]):
            found.append(words(WIDE, top + ROW * (i + 0.5), number(total, digits), "strong", "end"))
        bottom += ROW
    found.append(colours.key(unit, left, bottom + 10, WIDE))
    return Chart(title, "".join(found), len(known), bottom + 50)


def _shown(text: str, x: float, y: float, kind: str, room: float) -> str:
    """Return the number of a cell, small where the cell is, and left to its tooltip where it does not fit at all."""
    if room < width(text, 11) + 4:
        return ""
    return words(x, y, text, f"small {kind}" if room < width(text) + 8 else kind, "middle")


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
    found = [
        stroke(left + cell * (j + 0.5), top, left + cell * (j + 0.5), bottom, "s-grid thin")
        for j in range(len(columns))
    ]
    for j, name in enumerate(columns):
        found.append(
            words(left + cell * (j + 0.5), top - 14, name, "small" if width(name) > cell else "", "middle", cell - 2)
        )
    for i, name in enumerate(rows):
        middle = top + row_height * (i + 0.5)
        found.append(stroke(left, middle, WIDE, middle, "s-grid thin"))
        found.append(words(left - 8, middle, name, anchor="end", room=left - 10))
    for i, j in sorted(held):
        middle = top + row_height * (i + 0.5)
        tip = f"{rows[i]} · {columns[j]}"
        found.append(dot(left + cell * (j + 0.5), middle, 7, f"mark f-{roles[j]}", tip))
    return Chart(title, "".join(found), len(held), bottom + 6)
