"""Points and lines over two axes: frontiers, sweeps, Lorenz curves."""

from collections.abc import Sequence
from dataclasses import dataclass

from alloc.report.charts.axis import across, scale, upward
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import legend
from alloc.report.charts.svg import WIDE, dot, number, path, px, stroke, width, words

SERIES_ROLES = ("plan", "bad", "insurance", "enterprise", "training", "technology", "quo")
"""Colours of series that name none, in turn."""


@dataclass(frozen=True)
class Series:
    """Points (x, y) under one name: joined by a line or not, with dots or not.

    role: a colour role, by default the next free one; labels: words beside the points, one each or none.
    """

    name: str
    points: Sequence[tuple[float, float]]
    role: str = ""
    joined: bool = True
    dotted: bool = True
    labels: Sequence[str] = ()


def lines(
    series: Sequence[Series],
    *,
    title: str,
    x: str,
    y: str,
    zero: tuple[bool, bool] = (False, True),
    height: float = 380.0,
    marked: tuple[str, float] | None = None,
) -> Chart:
    """Draw points and lines.

    x, y: what the axes measure, with units; zero: whether the x and the y axis hold zero; marked: a named upright
    line, such as today's budget. One mark a dot, and one for each line without dots.
    """
    head, top = legend(
        [(s.name, _role(s, i)) for i, s in enumerate(series)] if len(series) > 1 else (), ["dot"] * len(series)
    )
    top += 34
    bottom = top + height - 90
    ups = scale([b for s in series for _, b in s.points], bottom, top, zero[1])
    left = max(width(ups.label(m), 11) for m in ups.marks) + 14
    xs = [a for s in series for a, _ in s.points] + ([marked[1]] if marked else [])
    flat = scale(xs, left, WIDE - 24, zero[0])
    found = [head, words(0, top - 18, y, "small f-soft", room=WIDE), upward(ups, left, WIDE - 24)]
    found.append(across(flat, top, bottom))
    if marked:
        found.append(stroke(flat(marked[1]), top, flat(marked[1]), bottom, "s-bad thin missing"))
        anchor = "end" if flat(marked[1]) > WIDE / 2 else "start"
        found.append(words(flat(marked[1]), top - 8, marked[0], "small f-bad", anchor))
    marks = 0
    for i, one in enumerate(series):
        role = _role(one, i)
        places = [(flat(a), ups(b)) for a, b in one.points]
        if one.joined and len(places) > 1:
            course = "M" + "L".join(f"{px(a)} {px(b)}" for a, b in places)
            found.append(path(course, f"{'' if one.dotted else 'mark '}line s-{role}", one.name))
            marks += not one.dotted
        for j, ((a, b), (at_x, at_y)) in enumerate(zip(one.points, places, strict=True)):
            label = one.labels[j] if j < len(one.labels) else ""
            if one.dotted:
                tip = " · ".join(w for w in (one.name, label, f"{number(a)} → {number(b)}") if w)
                found.append(dot(at_x, at_y, 4.5, f"mark f-{role}", tip))
                marks += 1
            if label:
                end = at_x > WIDE - 40 - width(label, 11)
                found.append(words(at_x - 8 if end else at_x + 8, at_y - 9, label, "small", "end" if end else "start"))
    found.append(words((left + WIDE) / 2, bottom + 32, x, "small f-soft", "middle", WIDE - left))
    return Chart(title, "".join(found), marks, bottom + 46)


def _role(series: Series, number_of: int) -> str:
    return series.role or SERIES_ROLES[number_of % len(SERIES_ROLES)]
