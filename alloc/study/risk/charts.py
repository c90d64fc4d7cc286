"""The charts of a study of risk: expected value against CVaR, and what insurance keeps in three kinds of year."""

from collections.abc import Mapping
from typing import Any

from alloc.report.charts import Chart, Series, bars, lines
from alloc.texts import say
from alloc.texts.figures import percent

YEARS = ("average", "one_in_ten", "worst")


def draw_curve(figures: Mapping[str, Any], lang: str) -> Chart:
    """Return the curve: every point a plan, named by the weights of CVaR for which it is the best.

    figures: what risk.json holds.
    """
    weights: dict[tuple[str, ...], list[str]] = {}
    places: dict[tuple[str, ...], tuple[float, float]] = {}
    for row in figures["curve"]:
        place = row["cvar"], row["expected"]
        seen = tuple(map("{:.9g}".format, place))
        places.setdefault(seen, place)
        weights.setdefault(seen, []).append(f"{row['weight']:g}")
    labels = [say("risk_weight", lang, weight=", ".join(some)) for some in weights.values()]
    tail = percent(figures["plan"]["tail"])
    return lines(
        [Series("", [*places.values()], labels=labels)],
        title=say("risk_curve_title", lang),
        x=say("risk_axis_cvar", lang, tail=tail),
        y=say("risk_axis_expected", lang),
        zero=(False, False),
    )


def draw_insurance(figures: Mapping[str, Any], lang: str) -> Chart:
    """Return the jobs that insurance keeps in three kinds of year: bars, or points where it keeps less than none."""
    years = figures["insurance"]["years"]
    kept = {year: years[year]["kept"] for year in YEARS if years[year]["kept"] is not None}
    names = {year: say(f"risk_year_{year}", lang) for year in kept}
    title, axis = say("risk_insurance_title", lang), say("risk_kept", lang)
    if min(kept.values(), default=0.0) >= 0:
        return bars([(names[year], [jobs]) for year, jobs in kept.items()], [(axis, "insurance")], title=title, x=axis)
    places = [(float(i), jobs) for i, jobs in enumerate(kept.values(), 1)]
    points = Series("", places, joined=False, labels=list(names.values()))
    return lines([points], title=title, x=say("risk_axis_year", lang), y=axis)
