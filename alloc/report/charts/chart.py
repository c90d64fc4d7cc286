"""A chart, drawn once and used three times: inside a page, as an SVG file, as a PNG file for slides."""

from dataclasses import dataclass, replace
from functools import cache

import resvg_py

from alloc.report.charts.palette import LIGHT, style
from alloc.report.charts.svg import WIDE, escape, words

MARGIN = 20.0
HEAD = 48.0
"""Paper around a chart that stands alone, and the room for its title [px]."""


@dataclass(frozen=True)
class Chart:
    """Marks on a piece of paper.

    title: what the chart shows, with its unit; body: the marks as SVG text; marks: how many of them stand for
    data (elements of class `mark`); height [px] at a width of 860 px.
    """

    title: str
    body: str
    marks: int
    height: float
    width: float = WIDE


def inline(chart: Chart) -> str:
    """Return the chart for a page, which brings the style and the title."""
    return (
        f'<svg class="chart" role="img" aria-label="{escape(chart.title)}" data-marks="{chart.marks}" '
        f'viewBox="0 0 {chart.width:g} {chart.height:.0f}" width="{chart.width:g}" height="{chart.height:.0f}">'
        f"{chart.body}</svg>"
    )


def standalone(chart: Chart, foot: str = "") -> str:
    """Return the chart as an SVG file: with title and style on white paper, and a small line below."""
    wide = chart.width + 2 * MARGIN
    high = chart.height + HEAD + MARGIN + (16 if foot else 0)
    below = words(MARGIN, high - 14, foot, "small f-soft", room=chart.width) if foot else ""
    title = words(MARGIN, 26, chart.title, "title", room=chart.width / 18 * 13)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{escape(chart.title)}" '
        f'viewBox="0 0 {wide:g} {high:.0f}" width="{wide:g}" height="{high:.0f}"><style>{style(LIGHT)}</style>'
        f'<rect width="100%" height="100%" class="f-paper"/>{title}'
        f'<g transform="translate({MARGIN:g} {HEAD:g})">{chart.body}</g>{below}</svg>\n'
    )


def png(svg: str, zoom: float = 2.0) -> bytes:
    """Return an SVG file as PNG, twice as fine as a screen. Chinese needs a font: see `draws_chinese`."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom))


def chart_files(name: str, svg: str, pictures: bool = True) -> dict[str, bytes]:
    """Return the files of a chart by name: SVG, and PNG where that is wanted and this machine can draw its words."""
    drawn = pictures and (svg.isascii() or draws_chinese())
    return {f"{name}.svg": svg.encode()} | ({f"{name}.png": png(svg)} if drawn else {})


@cache
def draws_chinese() -> bool:
    """Tell whether this machine has a font for Chinese: without one all its letters look alike."""
    one, two = (png(standalone(replace(_EMPTY, body=words(9, 9, letter)))) for letter in "中国")
    return one != two


_EMPTY = Chart("", "", 0, 20.0)
