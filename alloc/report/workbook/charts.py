"""The charts of the summary."""

from collections.abc import Sequence
from typing import Any

from alloc.instance import CATEGORIES
from alloc.report.workbook.book import Book, TableRange
from alloc.report.workbook.styles import FONTS
from alloc.report.workbook.view import PlanView

COLOURS: tuple[str, ...] = ("#4E79A7", "#F28E2B", "#59A14F", "#B07AA1", "#E15759")
WORLD_COLOURS = ("#BFBFBF", "#F28E2B", "#4E79A7")
SHARE_COLOURS = ("#4E79A7", "#D9D9D9")
"""Of one thing in several worlds, and of a part and what is left."""

CHART_ROWS = 15
"""How many rows of the sheet a chart covers."""

COLUMN, WIDTH, HEIGHT = 5, 550, 290
"""Where charts begin, and their size in pixels."""


def draw(book: Book, plan: PlanView, sheet: Any, block: TableRange, keys: Sequence[str], title: str, row: int) -> None:
    """Draw some columns of a table, stacked unless they are the same thing in several worlds."""
    flat = title == "wb_chart_jobs"
    across = title == "wb_chart_funds"
    kind = {"type": "bar" if across else "column"} | ({} if flat else {"subtype": "stacked"})
    chart = book.book.add_chart(kind)
    font = {"name": FONTS[book.lang][0], "size": 9}
    colours = COLOURS
    if flat:
        colours = WORLD_COLOURS
    elif len(keys) == 2:
        colours = SHARE_COLOURS
    names = list(block.letters)
    for key, colour in zip(keys, colours, strict=False):
        chart.add_series(
            {
                "name": plan.say(f"wb_{key}" if key not in CATEGORIES else key),
                "categories": f"={block.span(names[0])}",
                "values": f"={block.span(key)}",
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_title({"name": plan.say(title, label=plan.instance.money.label), "name_font": {**font, "size": 11}})
    chart.set_legend({"position": "bottom", "font": font})
    values, places = (chart.set_x_axis, chart.set_y_axis) if across else (chart.set_y_axis, chart.set_x_axis)
    places({"num_font": font, "reverse": across, "major_gridlines": {"visible": False}})
    values(
        {"num_font": font, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E5E5E5"}}}
    )
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    sheet.insert_chart(
        row, COLUMN, chart, {"object_position": 2, "description": plan.say(title, label=plan.instance.money.label)}
    )
