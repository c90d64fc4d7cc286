"""A map of kinds: which of a few things each cell of rows and columns is, told by colour and by word."""

from collections.abc import Mapping, Sequence

from alloc.report.charts.bars import label_room
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import Part, legend
from alloc.report.charts.svg import WIDE, box, words

ROW = 34.0

INK: Mapping[str, str] = {"plan": "f-paper", "assumed": "", "grid": "f-soft"}
"""What is written on each colour."""


def kind_map(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[tuple[int, str] | None]],
    kinds: Sequence[Part],
    *,
    title: str,
) -> Chart:
    """Draw a coloured cell for each row and column.

    cells: the number of its kind and the words in it, None for none; kinds: name and colour role, `plan`, `assumed` or
    `grid`. One mark a cell.
    """
    head, top = legend(kinds)
    top += 26
    left = label_room(rows)
    wide = (WIDE - left) / max(len(columns), 1)
    found, marks = [head], 0
    for j, name in enumerate(columns):
        found.append(words(left + wide * (j + 0.5), top - 12, name, "small", "middle", wide - 4))
    for i, (name, row) in enumerate(zip(rows, cells, strict=True)):
        y = top + ROW * i
        found.append(words(left - 8, y + ROW / 2, name, anchor="end", room=left - 10))
        for j, cell in enumerate(row):
            if cell is None:
                continue
            kind, text = cell
            role, tip = kinds[kind][1], f"{name} · {columns[j]}: {kinds[kind][0]} {text}".strip()
            marks += 1
            found.append(box(left + wide * j + 1, y + 1, wide - 2, ROW - 2, f"mark f-{role}", tip, 3))
            ink = f"small {INK[role]}".strip()
            found.append(words(left + wide * (j + 0.5), y + ROW / 2, text, ink, "middle", wide - 6))
    return Chart(title, "".join(found), marks, top + ROW * len(rows) + 6)
