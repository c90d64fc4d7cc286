"""The section of the page that tells what became of a plan, put into the plan's own page where there is one."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from alloc.report.charts import inline
from alloc.report.names import Names
from alloc.report.page import make_page, write_style
from alloc.report.templates import load_template
from alloc.study.follow.actuals import ROOM
from alloc.study.follow.sheets import (
    NUMBERS,
    RATES,
    SHEETS,
    draw_counties,
    list_goals,
    list_shown,
    say_place,
    say_title,
)
from alloc.texts.figures import amount, percent

if TYPE_CHECKING:
    from alloc.study.follow.tracking import Tracking

MOST_ROWS = 20
"""So many rows are shown of a table; all of them are in tracking.csv."""

LINK, BEFORE = '<a href="#flow"', '<section id="flow"'
"""The section, and the link to it, stand before what the plan does with the money."""


@dataclass(frozen=True)
class _ShownTable:
    """A table as the page shows it: heads with whether they hold numbers, rows of words, and how many there are."""

    key: str
    title: str
    heads: list[tuple[str, bool]]
    rows: list[list[str]]
    count: int


def make_tracking_page(found: "Tracking", lang: str) -> str:
    """Return the page of the plan with the section in it; the section alone where the plan was not solved here."""
    names = Names(found.instance, lang, either=True)
    title = names.say("track_title", name=found.instance.title or found.instance.name, year=found.instance.year)
    chart = draw_counties(found, names)
    section = load_template(ROOM, "section.html").render(
        t=names.say,
        told=list(found.tell(lang)),
        warnings=[fault.say(lang) for fault in found.warnings],
        goals=list_goals(found, names),
        goal_heads=[say_title(key, names) for key in ("case", "objective", "employment", "linkage")],
        chart=None if chart is None else Markup(inline(chart)),
        chart_title="" if chart is None else chart.title,
        tables=[_show(found, sheet, names) for sheet in SHEETS],
    )
    if "audit" not in found.result.figures:  # a plan by hand has no proof that its own page could tell
        return load_template(ROOM, "alone.html").render(
            lang={"zh": "zh-CN"}.get(lang, lang), title=title, style=Markup(write_style()), section=Markup(section)
        )
    html = make_page(found.instance, found.result.tables, found.result.figures, lang).html
    link = f'<a href="#tracking">{names.say("track_section")}</a>\n'
    return html.replace(LINK, f"{link}{LINK}", 1).replace(BEFORE, f"{section}{BEFORE}", 1)


def _show(found: "Tracking", sheet: Any, names: Names) -> _ShownTable:
    rows = list_shown(found, sheet)
    heads = [(say_title(column, names), column in NUMBERS) for column in sheet.columns]
    shown = [[_say_cell(row, column, names) for column in sheet.columns] for row in rows[:MOST_ROWS]]
    return _ShownTable(sheet.by, names.say(f"track_by_{sheet.by}"), heads, shown, len(rows))


def _say_cell(row: dict[str, Any], column: str, names: Names) -> str:
    if column not in NUMBERS:
        return say_place(row, column, names)
    if math.isnan(row[column]):
        return ""
    return percent(row[column]) if column in RATES else amount(row[column])
