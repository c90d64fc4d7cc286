"""The sections of pages that tell what became of a plan, and what a new question has from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from alloc.report.charts import Chart, inline
from alloc.report.names import Names
from alloc.report.page import make_page, write_style
from alloc.report.templates import load_template, name_language
from alloc.study.follow.actuals import ROOM
from alloc.study.follow.shown import TrackedTable
from alloc.study.follow.tracked import describe_tracking, draw_counties, say_heading
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.study.follow.tracking import Tracking

MOST_ROWS = 20
"""So many rows are shown of a table; all of them are in tracking.csv."""

LINK, BEFORE = '<a href="#flow"', '<section id="flow"'
"""The section, and the link to it, stand before what the plan does with the money."""


@dataclass(frozen=True)
class Section:
    """A section of a page: its key and heading, sentences, tables, warnings, and a chart."""

    key: str
    heading: str
    told: Sequence[str]
    tables: Sequence[TrackedTable]
    warnings: Sequence[str] = ()
    chart: Chart | None = None

    def write(self, lang: str, most: int | None) -> Markup:
        """Return the section as HTML. most: how many rows of a table are shown, None for all."""
        html = load_template(ROOM, "section.html").render(
            t=lambda text, **values: say(text, lang, **values),
            key=self.key,
            heading=self.heading,
            told=self.told,
            warnings=self.warnings,
            chart=None if self.chart is None else Markup(inline(self.chart)),
            chart_title="" if self.chart is None else self.chart.title,
            tables=[table for table in self.tables if table.count],
            most=most,
        )
        return Markup(html)


def make_tracking_page(found: "Tracking", lang: str) -> str:
    """Return the page of the plan with the section in it; the section alone where the plan was not solved here."""
    names = Names(found.instance, lang, either=True)
    warnings = [fault.say(lang) for fault in found.warnings]
    tables, chart = describe_tracking(found, lang), draw_counties(found, names)
    heading = names.say("track_section")
    section = Section("tracking", heading, list(found.tell(lang)), tables, warnings, chart).write(lang, MOST_ROWS)
    if "audit" not in found.result.figures:  # a plan by hand has no proof that its own page could tell
        return _make_alone(say_heading(found, names), section, lang)
    html = make_page(found.instance, found.result.tables, found.result.figures, lang).html
    link = f'<a href="#tracking">{heading}</a>\n'
    return html.replace(LINK, f"{link}{LINK}", 1).replace(BEFORE, f"{section}{BEFORE}", 1)


def make_changes_page(title: str, notes: Sequence[str], tables: Sequence[TrackedTable], lang: str) -> str:
    """Return the page that lists what a new question has from what became of a plan, with every row."""
    return _make_alone(title, Section("changes", "", notes, tables).write(lang, None), lang)


def _make_alone(title: str, section: Markup, lang: str) -> str:
    """Return a page of its own around a section, which opens without a network."""
    return load_template(ROOM, "alone.html").render(
        lang=name_language(lang), title=title, style=Markup(write_style()), section=section
    )
