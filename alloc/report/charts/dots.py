"""Dot plots: two or three states of the same thing in one row."""

from collections.abc import Sequence

from alloc.report.charts.axis import across, scale
from alloc.report.charts.bars import ROW, label_room
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import Part, Shape, legend
from alloc.report.charts.svg import WIDE, box, digits_of, dot, number, stroke, widest, words


def dots(
    rows: Sequence[tuple[str, Sequence[float]]],
    states: Sequence[Part],
    *,
    title: str,
    x: str = "",
    digits: int | None = None,
) -> Chart:
    """Draw each row's states on one line: the last as a full dot, the one before as a ring, earlier ones as a bar.

    rows: label and one number a state; states: name and colour role, from the earliest to the one that matters.
    Beside each row stands the change from the last but one state to the last. One mark a number.
    """
    earlier: list[Shape] = ["bar"] * (len(states) - 2)
    shapes: list[Shape] = [*earlier, "ring", "dot"]
    head, top = legend(states, shapes)
    top += 6
    left = label_room([name for name, _ in rows]) + 6
    changes: list[float] = []
    numbers: list[float] = []
    for _, values in rows:
        changes.append(values[-1] - values[-2])
        numbers += values
    digits = digits_of(changes) if digits is None else digits
    right = WIDE - 22 - widest(_signed(change, digits) for change in changes)
    at = scale(numbers, left, right)
    bottom = top + ROW * len(rows)
    found = [head, across(at, top, bottom)]
    for i, ((name, values), change) in enumerate(zip(rows, changes, strict=True)):
        y = top + ROW * (i + 0.5)
        found.append(words(left - 12, y, name, anchor="end", room=left - 14))
        found.append(stroke(at(min(values)), y, at(max(values)), y, "s-rule ring"))
        for value, shape, (state, role) in zip(values, shapes, states, strict=True):
            found.append(_state(at(value), y, shape, role, f"{name} · {state}: {number(value)}"))
        found.append(words(WIDE, y, _signed(change, digits), "f-plan strong" if change > 0 else "f-soft", "end"))
    found.append(words((left + right) / 2, bottom + 28, x, "small f-soft", "middle", right - left))
    return Chart(title, "".join(found), len(rows) * len(states), bottom + (40 if x else 22))


def _state(x: float, y: float, shape: Shape, role: str, tip: str) -> str:
    """Return the mark of one state in a row."""
    if shape == "dot":
        return dot(x, y, 5, f"mark f-{role}", tip)
    if shape == "ring":
        return dot(x, y, 7, f"mark hollow ring s-{role}", tip)
    return box(x - 1.5, y - 9, 3, 18, f"mark f-{role}", tip)


def _signed(value: float, digits: int) -> str:
    text = number(value, digits)
    return f"+{text}" if value > 0 and text != "0" else text
