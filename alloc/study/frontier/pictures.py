"""The chart of a frontier: one objective against the other, a colour for each budget, the knee named."""

from collections.abc import Iterator, Mapping
from typing import Any

from alloc.report.charts import Chart, Series, lines, number
from alloc.texts import say
from alloc.texts.figures import amount

MOST_NAMES = 25
"""Points of a curve with more than this are not numbered on the chart, but for the knee."""


def draw_frontier(figures: Mapping[str, Any], lang: str) -> Chart:
    """Return the chart; only points of a hull are joined, since between others there is no plan to be had.

    figures: what frontier.json holds.
    """
    names = [row["name"] for row in figures["objectives"]]
    first, second = (say(f"aim_{name}", lang) for name in names)
    proven = all(point["proven"] for curve in figures["curves"] for point in curve["points"])
    title = say("frontier_chart" if proven else "frontier_chart_unproven", lang, first=first, second=second)
    x, y = (_name_axis(figures, name, lang) for name in names)
    series = [_make_series(curve, names, figures["fund"], lang) for curve in figures["curves"]]
    return lines(series, title=title, x=x, y=y, zero=(False,) * 2)


def _name_axis(figures: Mapping[str, Any], name: str, lang: str) -> str:
    """Return what an axis shows; jobs are all jobs, of which some are not through the aid."""
    without = list(_list_jobs_without_aid(figures))
    if name != "employment" or not without:
        return say(f"aim_{name}", lang)
    ends = dict.fromkeys(map(amount, (min(without), max(without))))
    return say("frontier_axis_employment", lang, without=" – ".join(ends))


def _list_jobs_without_aid(figures: Mapping[str, Any]) -> Iterator[float]:
    for curve in figures["curves"]:
        for point in curve["points"]:
            if point["employment_without_aid"] is not None:
                yield point["employment_without_aid"]


def _make_series(curve: Mapping[str, Any], names: list[str], fund: str | None, lang: str) -> Series:
    first, second = names
    points = sorted(curve["points"], key=lambda point: (point[first], point[second]))
    numbered = len(points) <= MOST_NAMES
    label = "" if curve["budget"] is None else f"{fund} {number(curve['budget'])}"
    labels, places = [], []
    for point in points:
        labels.append(_label(point, numbered, lang))
        places.append((point[first], point[second]))
    return Series(label, places, joined=bool(curve["segments"]), labels=labels)


def _label(point: Mapping[str, Any], numbered: bool, lang: str) -> str:
    if "knee" in point["kind"]:
        return f"{point['point']} {say('kind_knee', lang)}"
    return str(point["point"]) if numbered else ""
