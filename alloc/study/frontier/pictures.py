"""The chart of a frontier: one objective against the other, a colour for each budget, the knee named."""

from alloc.claims import whose
from alloc.report.charts import Chart, Series, lines, number
from alloc.study.frontier.study import Curve, Frontier
from alloc.texts import say
from alloc.texts.figures import amount

MOST_NAMES = 25
"""Points of a curve with more than this are not numbered on the chart, but for the knee."""


def picture(found: Frontier, lang: str) -> Chart:
    """Return the chart; only points of a hull are joined, since between others there is no plan to be had."""
    first, second = (say(f"aim_{name}", lang) for name in found.objectives)
    title = say("frontier_chart", lang, first=first, second=second)
    x, y = (_axis(found, name, lang) for name in found.objectives)
    return lines([_series(found, curve, lang) for curve in found.curves], title=title, x=x, y=y, zero=(False,) * 2)


def _axis(found: Frontier, name: str, lang: str) -> str:
    """Return what an axis shows; jobs are all jobs, of which some are not through the aid."""
    told = [whose(point.run.figures)["employment_without_aid"] for point in found.points]
    without = [jobs for jobs in told if jobs is not None]
    if name != "employment" or not without:
        return say(f"aim_{name}", lang)
    ends = dict.fromkeys(amount(jobs) for jobs in (min(without), max(without)))
    return say("frontier_axis_employment", lang, without=" – ".join(ends))


def _series(found: Frontier, curve: Curve, lang: str) -> Series:
    points = sorted(curve.points, key=lambda point: point.values)
    hull = curve.trace is not None and bool(curve.trace.segments)
    few = len(points) <= MOST_NAMES
    labels = [
        f"{point.number} {say('kind_knee', lang)}" if "knee" in point.kind.split("|") else str(point.number) * few
        for point in points
    ]
    label = "" if curve.budget is None else f"{found.fund} {number(curve.budget)}"
    return Series(label, [(point.values[0], point.values[1]) for point in points], joined=hull, labels=labels)
