"""The charts of a study of risk: expected value against CVaR, and what insurance keeps in three kinds of year."""

from collections.abc import Mapping
from typing import Any

from alloc.report.charts import Chart, Series, lines
from alloc.texts import say
from alloc.texts.figures import percent

YEARS = ("average", "one_in_ten", "worst")


def draw_curve(figures: Mapping[str, Any], lang: str) -> Chart:
    """Return the curve: every point a plan, named by the weight that CVaR has in it.

    figures: what risk.json holds.
    """
    rows = figures["curve"]
    places = [(row["cvar"], row["expected"]) for row in rows]
    labels = [say("risk_weight", lang, weight=f"{row['weight']:g}") for row in rows]
    tail = percent(figures["plan"]["tail"])
    return lines(
        [Series("", places, labels=labels)],
        title=say("risk_curve_title", lang),
        x=say("risk_axis_cvar", lang, tail=tail),
        y=say("risk_axis_expected", lang),
        zero=(False, False),
    )


def draw_insurance(figures: Mapping[str, Any], lang: str) -> Chart:
    """Return the jobs of three kinds of year, with insurance and without."""
    years = figures["insurance"]["years"]
    series = []
    for key, name in (("jobs", "risk_with"), ("jobs_without", "risk_without")):
        places = [(float(i), years[year][key]) for i, year in enumerate(YEARS, 1) if years[year][key] is not None]
        labels = [say(f"risk_year_{year}", lang) for year in YEARS]
        series.append(Series(say(name, lang), places, labels=labels if key == "jobs" else [""] * len(places)))
    return lines(
        [one for one in series if one.points],
        title=say("risk_insurance_title", lang),
        x=say("risk_axis_year", lang),
        y=say("risk_axis_jobs", lang),
        zero=(False, True),
    )
