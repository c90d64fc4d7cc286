"""What notebooks show of a plan: its proof and what it does in few words, and its charts."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.instance import Instance
from alloc.report.charts import Chart, standalone
from alloc.report.page.drawings import draw_charts
from alloc.report.page.view import View
from alloc.texts import say
from alloc.texts.figures import amount, gap

MOST_ROWS = 20
"""A table is shown with so many rows."""

CHARTS = ("money-flow", "jobs-by-county")
"""The charts of a plan that a notebook shows; the page has them all."""

IMAGE = Markup('<img style="max-width:100%" alt="{title}" src="data:image/svg+xml;base64,{svg}">')
"""A chart as an image: its style touches nothing else in the notebook."""


def call_question(instance: Instance) -> str:
    """Return what a question is called: its name and its year, or the first and the last of several."""
    years = f"{instance.years[0]}–{instance.years[-1]}" if len(instance.years) > 1 else instance.year
    return f"{instance.name} {years}"


def state_proof(figures: Mapping[str, Any], lang: str) -> str:
    """Return goal, bound and gap of a plan."""
    goal, bound = amount(figures["objective"]), amount(figures["bound"])
    return say("glance_proof", lang, goal=goal, bound=bound, gap=gap(figures["gap"]))


def state_plan(instance: Instance, tables: Mapping[str, pd.DataFrame], lang: str) -> str:
    """Return how many measures a plan funds, and the aid that it spends."""
    measures = tables["measures"]
    funded, aid = int(measures["funded"].sum()), amount(float(measures["aid"].sum()))
    return say("glance_plan", lang, funded=funded, all=len(measures), aid=aid, label=instance.money.label)


def show_plan(view: View) -> Iterator[Markup]:
    """Yield the charts of a plan."""
    drawn = draw_charts(view)
    yield from map(show_chart, map(drawn.__getitem__, CHARTS))


def show_chart(chart: Chart) -> Markup:
    """Return a chart as HTML."""
    return show_picture(chart.title, standalone(chart))


def show_picture(title: str, svg: str) -> Markup:
    """Return an SVG file as HTML."""
    return IMAGE.format(title=title, svg=b64encode(svg.encode()).decode())


def show_table(frame: pd.DataFrame, heads: Iterable[str] = ()) -> Markup:
    """Return the first rows of a table as HTML, text escaped; heads: titles in place of the names of its columns."""
    shown = frame.head(MOST_ROWS)
    return Markup(shown.set_axis(list(heads) or list(shown), axis="columns").to_html(index=False, border=0, na_rep=""))
