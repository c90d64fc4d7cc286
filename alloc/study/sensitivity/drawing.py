"""The tornado as a chart: what moves the goal most, one bar a figure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from alloc.report.charts import standalone
from alloc.report.charts import tornado as bars
from alloc.texts import say

SHOWN = 20
"""Bars of the chart; the table holds all."""


def draw_tornado(frame: pd.DataFrame, figures: Mapping[str, Any], lang: str) -> str:
    """Return an SVG file with the figures that move the goal most; those that leave no plan at an end say so."""
    today = float(figures["objective"])
    moving = frame[(frame["swing"] > 0) | frame["objective_low"].isna() | frame["objective_high"].isna()].head(SHOWN)
    rows = []
    for row in moving.to_dict("records"):
        words, reached = [row["figure"]], {"low": today, "high": today}
        for end in reached:
            value = row[f"objective_{end}"]
            if pd.isna(value):
                words.append(say(f"chart_lost_{end}", lang))
            else:
                reached[end] = float(value)
        rows.append((" ".join(words), reached["low"], reached["high"]))
    title = say("chart_title", lang, name=figures["name"])
    names = say("chart_low", lang), say("chart_high", lang)
    chart = bars(rows, today, title=title, x=say("chart_axis", lang), names=names)
    return standalone(chart, say("chart_foot", lang, shown=len(rows), all=len(frame)))
