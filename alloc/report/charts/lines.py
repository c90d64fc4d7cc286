"""Points and lines over two axes: frontiers, sweeps, Lorenz curves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alloc.report.charts.axis import across, scale, upward
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import legend
from alloc.report.charts.svg import WIDE, dot, join_points, number, path, stroke, widest, width, words

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
    roles, named = [], []
    rightward, upwards = [marked[1]] if marked else [], []
    for i, one in enumerate(series):
        roles.append(one.role or SERIES_ROLES[i % len(SERIES_ROLES)])
        named.append((one.name, roles[i]))
        for a, b in one.points:
            rightward.append(a)
            upwards.append(b)
    head, top = legend(named if len(series) > 1 else (), ["dot"] * len(series))
    top += 34
    bottom = top + height - 90
    ups = scale(upwards, bottom, top, zero[1])
    left = widest(map(ups.label, ups.marks), 11) + 14
    flat = scale(rightward, left, WIDE - 24, zero[0])
    found = [head, words(0, top - 18, y, "small f-soft", room=WIDE), upward(ups, left, WIDE - 24)]
    found.append(across(flat, top, bottom))
    if marked:
        found.append(_upright(flat(marked[1]), marked[0], top, bottom))
    for one, role in zip(series, roles, strict=True):
        found += _draw_series(one, role, [(flat(a), ups(b)) for a, b in one.points])
    marks = sum(map(_count_marks, series))
    found.append(words((left + WIDE) / 2, bottom + 32, x, "small f-soft", "middle", WIDE - left))
    return Chart(title, "".join(found), marks, bottom + 46)


Places = Sequence[tuple[float, float]]
"""Where points lie [px]."""


def _upright(at: float, name: str, top: float, bottom: float) -> str:
    """Return a named upright line."""
    anchor = "end" if at > WIDE / 2 else "start"
    line = stroke(at, top, at, bottom, "s-bad thin missing")
    return line + words(at, top - 8, name, "small f-bad", anchor)


def _is_joined(one: Series) -> bool:
    return one.joined and len(one.points) > 1


def _count_marks(one: Series) -> int:
    """Return how many marks a series is: its dots, or without any its line."""
    return len(one.points) if one.dotted else int(_is_joined(one))


def _draw_series(one: Series, role: str, places: Places) -> Iterator[str]:
    """Yield the line of a series, and its dots and words."""
    if _is_joined(one):
        yield _course(one, role, places)
    yield from _dots(one, role, places)


def _course(one: Series, role: str, places: Places) -> str:
    """Return the line that joins the points of a series: a mark itself where they have no dots."""
    course = "M" + join_points(places)
    return path(course, f"{'' if one.dotted else 'mark '}line s-{role}", one.name)


def _dots(one: Series, role: str, places: Places) -> Iterator[str]:
    """Yield the dots of a series and the words beside its points, at the left where there is no room at the right."""
    labels = [*one.labels, *[""] * len(places)]
    for (a, b), (x, y), label in zip(one.points, places, labels, strict=False):
        if one.dotted:
            tip = " · ".join(filter(None, (one.name, label, f"{number(a)} → {number(b)}")))
            yield dot(x, y, 4.5, f"mark f-{role}", tip)
        if x > WIDE - 40 - width(label, 11):
            yield words(x - 8, y - 9, label, "small", "end")
        else:
            yield words(x + 8, y - 9, label, "small")
