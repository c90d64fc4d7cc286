"""The page `report.html`: one file for people who decide, which opens anywhere without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.instance import Instance
from alloc.report.boundaries import Boundaries
from alloc.report.bridge import tell_scenarios
from alloc.report.certainty import tell_certainty
from alloc.report.charts import DARK, LIGHT, Chart, draws_chinese, inline, style, variables
from alloc.report.equity import gini
from alloc.report.page.answer import list_binding, list_limits, tell_answer
from alloc.report.page.drawings import draw_charts
from alloc.report.page.listings import MOST_ROWS, make_listings
from alloc.report.page.plan_tables import TABLES
from alloc.report.page.view import View, number
from alloc.report.rows import NEAR
from alloc.report.templates import load_template, name_language, read_text
from alloc.report.told import show_claim, tell_coordination, tell_idle, tell_returns, tell_years
from alloc.texts.figures import amount, count, percent

ROOM, PAGE = "alloc.report.page", "page.html"


@dataclass(frozen=True)
class Page:
    """The page as HTML, and its charts by name."""

    html: str
    charts: Mapping[str, Chart]


def make_page(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    lang: str,
    boundaries: Boundaries | None = None,
) -> Page:
    """Return the page of a plan in one language; with boundaries it has maps. Equal plans give equal bytes."""
    view = View(instance, lang, tables, figures, boundaries)
    charts = draw_charts(view)
    html = fill_page(
        PAGE,
        view,
        charts,
        sheets=make_listings(view, TABLES),
        most=MOST_ROWS,
        answer=tell_answer(view),
        limits=list_limits(view),
        binding=list_binding(view),
        used_up=_used_up(view),
        missing=view.call("county", boundaries.missing) if boundaries else [],
        gini=_ginis(view),
        scenarios=" ".join(
            filter(None, (tell_scenarios(instance, view.tables["scenarios"], lang), tell_years(figures, lang)))
        ),
        coordination=tell_coordination(figures, lang),
        returns=tell_returns(view.tables, view.label, lang),
        idle=tell_idle(instance, view.tables["measures"], lang),
        certainty=tell_certainty(figures, view.label, lang),
        cited=sorted(view.provenance.cited.items(), key=lambda pair: (-pair[1], pair[0])),
        count=count,
        claimed=show_claim,
    )
    return Page(html, charts)


def load_page() -> None:
    """Have the template of the page ready, which takes a third of the time that a page does."""
    load_template(ROOM, PAGE)


def fill_page(template: str, view: View, charts: Mapping[str, Chart], **parts: Any) -> str:
    """Return the page of a plan as HTML: its own parts, with the words, charts and style that every such page has."""
    return load_template(ROOM, template).render(
        view=view,
        t=view.say,
        lang=name_language(view.lang),
        style=Markup(write_style()),
        script=Markup(read_text(ROOM, "page.js")),
        drawn=charts,
        inline=inline,
        pictured=view.lang != "zh" or draws_chinese(),
        number=number,
        amount=amount,
        percent=percent,
        **parts,
    )


def write_style() -> str:
    """Return the style of a page: light, dark where the reader's screen is, and light again on paper."""
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    colours = f":root{{{variables(LIGHT)}}}{dark}@media print{{:root{{{variables(LIGHT)}}}}}"
    return colours + style() + read_text(ROOM, "page.css")


def _used_up(view: View) -> list[str]:
    """Return the names of the funds that have nothing left."""
    return [
        view.fund(f) + (f" / {view.county(c)}" if c else "")
        for f, c, left, money in view.cells("funds", "fund", "county", "unspent", "available")
        if money > 0 and left <= NEAR * max(1.0, money)
    ]


def _ginis(view: View) -> dict[str, float | None]:
    """Return the Gini index per head of aid, and of all money."""
    aid = dict(view.cells("counties", "county", "aid"))
    everything = {c: sum(money) for c, *money in view.cells("counties", "county", "aid", "national", "other")}
    return {"aid": gini(view.instance, aid), "all": gini(view.instance, everything)}
