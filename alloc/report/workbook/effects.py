"""Whose the jobs are, what each scenario brings, what planning together moves, what lasts, and money by tag."""

from collections.abc import Iterator, Sequence
from typing import Any

from alloc.report.tables import dictionary
from alloc.report.workbook.book import Book, Column, TableRange
from alloc.report.workbook.view import PlanView

JOBS = ("anyway", "through_others", "through_aid", "employment")
SCENARIOS = tuple(f"{goal}{world}" for goal in ("employment", "linkage") for world in ("_quo", "_without_aid", ""))
TAGS = (("measures", "whole"), ("funded", "whole"), *((key, "money") for key in ("cost", "aid", "national", "other")))
MOVED = ("first", "joint", "change")

SHARES = ("clustering", "chains", "mutual", "lasting", "largest")
"""Indicators that are shares."""


def write_effects(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write the tables one below the other; those without rows are left out."""
    book.widen(sheet, 0, 0, 34)
    book.widen(sheet, 1, 8, 16)
    row, block = 0, None
    for title, columns in _tables(plan):
        sheet.write_string(row, 0, plan.say(title), book.format("section"))
        block = book.table(sheet, columns, top=row + 1, fit=False)
        if title == "page_sheet_bridge":
            _bold(book, plan, sheet, block)
        row = block.last + 3
    assert block is not None
    sheet.freeze_panes(0, 1)
    book.page(sheet, block.last, 8)


def _bold(book: Book, plan: PlanView, sheet: Any, block: TableRange) -> None:
    """Show the last row of the bridge as the total that it is."""
    rule = {"type": "no_errors", "format": book.format("total")}
    sheet.conditional_format(block.last, 0, block.last, len(JOBS) + 2, rule)


def _tables(plan: PlanView) -> Iterator[tuple[str, Sequence[Column]]]:
    yield "page_sheet_bridge", list(_bridge(plan))
    scenarios = plan.rows("scenarios")
    if len(scenarios) > 1:
        names = [plan.name("scenario", row["scenario"]) for row in scenarios]
        columns = [_column(plan, "scenarios", key, scenarios, "jobs") for key in SCENARIOS]
        chance = _column(plan, "scenarios", "probability", scenarios, "share")
        yield "page_sheet_scenarios", [Column("scenario", plan.say("wb_scenario"), "text", names), chance, *columns]
    moved = (plan.figures.get("coordination") or {"moved": []})["moved"]
    if moved:
        yield "page_sheet_moved", list(_moved(plan, moved))
    yield "wb_indicators", list(_indicators(plan))
    tags = plan.rows("tags")
    if tags:
        names = [row["tag"] or plan.say("page_no_tag") for row in tags]
        columns = [_column(plan, "tags", key, tags, style) for key, style in (*TAGS, ("share_of_aid", "share"))]
        yield "page_sheet_tags", [Column("tag", plan.say("wb_tag"), "text", names), *columns]


def _column(plan: PlanView, table: str, key: str, rows: Sequence[dict[str, Any]], style: str) -> Column:
    """Return a column of the results under its title and unit."""
    column = dictionary()[table]["columns"][key]
    unit = plan.instance.money.label if column.get("unit") == "money" else ""
    title = column[plan.lang] + (f"\n({unit})" if unit else "")
    return Column(key, title, style, [row[key] for row in rows])


def _bridge(plan: PlanView) -> Iterator[Column]:
    rows = [row for row in plan.rows("bridge") if row["part"] != "synergies" or plan.instance.synergies]
    words = {"synergies": plan.say("synergies"), "total": plan.say("wb_total")}
    names = [words.get(row["part"]) or plan.name("county", row["county"]) for row in rows]
    yield Column("county", plan.say("wb_county"), "text", names)
    yield from (_column(plan, "bridge", key, rows, "jobs") for key in JOBS)
    yield _column(plan, "bridge", "aid", rows, "money")
    label = plan.instance.money.label
    yield Column("each", plan.say("wb_per_job", label=label), "number", [row["aid_per_job"] for row in rows])


def _moved(plan: PlanView, rows: Sequence[dict[str, Any]]) -> Iterator[Column]:
    for key in ("measure", "fund"):
        yield Column(key, plan.say(f"wb_{key}"), "text", [plan.name(key, row[key]) for row in rows])
    for key in MOVED:
        title = plan.say(f"page_moved_{key}", label=plan.instance.money.label)
        yield Column(key, title, "money", [row[key] for row in rows])


def _indicators(plan: PlanView) -> Iterator[Column]:
    rows = plan.rows("indicators")
    styles = ["share" if row["indicator"] in SHARES else "index" for row in rows]
    names = [_indicator(plan, row["indicator"]) for row in rows]
    values = [plan.say("page_unmeasurable") if row["value"] is None else row["value"] for row in rows]
    yield Column("indicator", plan.say("wb_indicator"), "text", names)
    yield Column("value", plan.say("wb_value"), "figure", values, styles=styles)
    for key in ("over", "of"):
        cells = [None if row["value"] is None or row["indicator"].startswith("hhi_") else row[key] for row in rows]
        yield Column(key, dictionary()["indicators"]["columns"][key][plan.lang], "number", cells)


def _indicator(plan: PlanView, name: str) -> str:
    """Return what an indicator is called."""
    if name.startswith("hhi_"):
        return plan.say("wb_hhi", what=plan.say(f"page_by_{name.removeprefix('hhi_')}"))
    return plan.say(f"page_indicator_{name}")
