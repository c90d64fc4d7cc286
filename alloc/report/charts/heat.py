"""Heat maps: how much of each column goes to each row; and which of several things hold for each row."""

import math
from collections.abc import Collection, Sequence

from alloc.report.charts.bars import label_room
from alloc.report.charts.chart import Chart
from alloc.report.charts.ink import WIDE, box, dot, number, stroke, width, words
from alloc.report.charts.ramp import ramp

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
    digits: int | None = None,
) -> Chart:
    """Draw a heat map with its numbers.

    values: one list a row, one number a column; None = nothing known there, and no mark. x, y: what the columns and
    the rows are. root: colour by the square root, where a few numbers dwarf the rest. totals: the word for sums,
    written beside rows and columns. One mark a number.
    """
    known = [v for row in values for v in row if v is not None and math.isfinite(v)]
    colours = ramp(known, root)
    left = label_room([*rows, totals])
    sums = [sum(v for v in row if v is not None) for row in values]
    right = WIDE - (max(width(number(s, digits)) for s in [*sums, sum(sums)]) + 14 if totals else 0)
    cell = (right - left) / max(len(columns), 1)
    top = 26.0 + (16 if x else 0)
    found = [words((left + right) / 2, 8, x, "small f-soft", "middle")] if x else []
    found.append(words(left - 8, top - 12, y, "small f-soft", "end", left - 10))
    for j, name in enumerate(columns):
        small = "small" if width(name) > cell - 4 else ""
        found.append(words(left + cell * (j + 0.5), top - 12, name, small, "middle", cell - 4))
    for i, (name, row) in enumerate(zip(rows, values, strict=True)):
        up = top + ROW * i
        found.append(words(left - 8, up + ROW / 2, name, anchor="end", room=left - 10))
        for j, value in enumerate(row):
            if value is None or not math.isfinite(value):
                continue
            step = colours.step(value)
            faint = root and value == 0
            tip = f"{name} · {columns[j]}: {number(value, digits)}{f' {unit}' if unit else ''}"
            found.append(box(left + cell * j + 1, up + 1, cell - 2, ROW - 2, f"mark q{step}", tip, 2))
            shown = number(value, digits)
            kind = "f-rule" if faint else f"t{step}"
            kind = f"small {kind}" if cell < width(shown) + 8 else kind
            if cell >= width(shown, 11) + 4:
                found.append(words(left + cell * (j + 0.5), up + ROW / 2, shown, kind, "middle"))
    bottom = top + ROW * len(rows)
    if totals:
        found.append(_sums(values, sums, totals, left, right, cell, top, bottom, digits))
        bottom += ROW
    found.append(colours.key(unit, left, bottom + 10, WIDE))
    return Chart(title, "".join(found), len(known), bottom + 50)


def _sums(
    values: Sequence[Sequence[float | None]],
    sums: Sequence[float],
    word: str,
    left: float,
    right: float,
    cell: float,
    top: float,
    bottom: float,
    digits: int | None,
) -> str:
    found = [words(WIDE, top - 12, word, "strong", "end"), stroke(0, bottom, WIDE, bottom, "s-rule thin")]
    for i, total in enumerate(sums):
        found.append(words(WIDE, top + ROW * (i + 0.5), number(total, digits), "strong", "end"))
    found.append(words(left - 8, bottom + ROW / 2, word, "strong", "end"))
    for j in range(len(values[0]) if values else 0):
        total = sum(v for row in values if (v := row[j]) is not None)
        shown = number(total, digits)
        kind = "small strong" if cell < width(shown) + 8 else "strong"
        if cell >= width(shown, 11) + 4:
            found.append(words(left + cell * (j + 0.5), bottom + ROW / 2, shown, kind, "middle"))
    found.append(words(WIDE, bottom + ROW / 2, number(sum(sums), digits), "strong", "end"))
    return "".join(found)


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
