"""Bars with what is proven of them: a value a row, and the range in which the truth lies for sure."""

from collections.abc import Iterator, Sequence

from alloc.report.charts.axis import Scale, across, scale
from alloc.report.charts.bars import ROW, THICK
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import legend
from alloc.report.charts.svg import WIDE, box, digits_of, number, stroke, widest, widest_number, words

WIDEST = 430.0
"""Labels are sentences: so much room they have [px]."""

HALF = 5.0
"""Half the height of the strokes at the ends of a range [px]."""


def whiskers(
    rows: Sequence[tuple[str, float, float, float]], *, title: str, x: str = "", names: tuple[str, str]
) -> Chart:
    """Draw one bar a row from zero to its value, and over it the line from the least to the most that it may be.

    rows: label, value, least and most; x: what the axis measures; names: of the bar and of the line. One mark a row.
    """
    head, top = legend(((names[0], "plan"), (names[1], "ink")), ("square", "bar"))
    top += 6
    labels: list[str] = []
    values: list[float] = []
    ends: list[float] = []
    for label, value, least, most in rows:
        labels.append(label)
        values.append(value)
        ends += (value, least, most)
    left = min(widest(labels), WIDEST) + 12
    digits = digits_of(values)
    right = WIDE - 16 - widest_number(values, digits)
    at = scale(ends, left, right)
    bottom = top + ROW * len(rows)
    found = [head, across(at, top, bottom)]
    for i, row in enumerate(rows):
        middle = top + ROW * (i + 0.5)
        found.append(words(left - 8, middle, row[0], anchor="end", room=left - 10))
        found += _draw(at, middle, row)
        found.append(words(at(max(0.0, *row[1:])) + 8, middle, number(row[1], digits), "f-soft"))
    found.append(words((left + right) / 2, bottom + 28, x, "small f-soft", "middle", right - left))
    return Chart(title, "".join(found), len(rows), bottom + (40 if x else 22))


def _draw(at: Scale, middle: float, row: tuple[str, float, float, float]) -> Iterator[str]:
    """Yield the bar of a row, and its range."""
    label, value, least, most = row
    start, end = sorted((at(0.0), at(value)))
    tip = f"{label}: {number(value)} ({number(least)} – {number(most)})"
    yield box(start, middle - THICK / 2, max(end - start, 1.0), THICK, "mark f-plan", tip)
    yield stroke(at(least), middle, at(most), middle, "s-ink thin")
    for limit in (least, most):
        yield stroke(at(limit), middle - HALF, at(limit), middle + HALF, "s-ink thin")
