"""Whose the jobs are, what each scenario brings, what planning together moves, what lasts, and money by tag."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from alloc.report.bridge import list_parts
from alloc.report.dictionary import dictionary
from alloc.report.workbook.book import Book, Cell, Column, TableRange
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView

JOBS = ("anyway", "through_others", "through_aid", "employment")
SCENARIOS = tuple(map("".join, product(("employment", "linkage"), ("_quo", "_without_aid", ""))))
MONEY = ("cost", "aid", "national", "other")
TAGS = (("measures", "whole"), ("funded", "whole"), *((key, "money") for key in MONEY), ("share_of_aid", "share"))
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
            _bold(book, sheet, block)
        row = block.last + 3
    assert block is not None
    sheet.freeze_panes(0, 1)
    book.page(sheet, block.last, 8)


def _bold(book: Book, sheet: Any, block: TableRange) -> None:
    """Show the last row of the bridge as the total that it is."""
    rule = {"type": "no_errors", "format": book.format("total")}
    sheet.conditional_format(block.last, 0, block.last, len(JOBS) + 2, rule)


def _tables(plan: PlanView) -> Iterator[tuple[str, Sequence[Column]]]:
    yield "page_sheet_bridge", _bridge(plan)
    scenarios = Columns(plan, plan.rows("scenarios"))
    if len(scenarios.rows) > 1:
        columns = _columns(scenarios, "scenarios", SCENARIOS, "jobs")
        chance = _column(scenarios, "scenarios", "probability", "share")
        yield "page_sheet_scenarios", [scenarios.name("scenario"), chance, *columns]
    moved = Columns(plan, (plan.figures.get("coordination") or {"moved": []})["moved"])
    if moved.rows:
        yield "page_sheet_moved", [*moved.names("measure", "fund"), *_moved(moved)]
    yield "wb_indicators", _indicators(plan)
    tags = Columns(plan, plan.rows("tags"))
    if tags.rows:
        name = tags.make("tag", "text", of=lambda row: row["tag"] or plan.say("page_no_tag"))
        yield "page_sheet_tags", [name, *(_column(tags, "tags", key, style) for key, style in TAGS)]


def _column(table: Columns, name: str, key: str, style: str) -> Column:
    """Return a column of a table of the results (name) under its title and unit."""
    column = dictionary()[name]["columns"][key]
    unit = f"\n({table.plan.label})" if column.get("unit") == "money" else ""
    return Column(key, column[table.plan.lang] + unit, style, table.cells(key))


def _columns(table: Columns, name: str, keys: Sequence[str], style: str) -> list[Column]:
    return [_column(table, name, key, style) for key in keys]


def _bridge(plan: PlanView) -> list[Column]:
    rows = list_parts(plan.instance, plan.rows("bridge"))
    words = {"synergies": plan.say("synergies"), "total": plan.say("wb_total")}
    table, each = Columns(plan, rows), plan.say("wb_per_job", label=plan.label)
    return [
        table.make("county", "text", of=lambda row: words.get(row["part"]) or plan.name("county", row["county"])),
        *_columns(table, "bridge", JOBS, "jobs"),
        _column(table, "bridge", "aid", "money"),
        Column("each", each, "number", table.cells("aid_per_job")),
    ]


def _moved(table: Columns) -> Iterator[Column]:
    for key in MOVED:
        title = table.plan.say(f"page_moved_{key}", label=table.plan.label)
        yield Column(key, title, "money", table.cells(key))


def _indicators(plan: PlanView) -> list[Column]:
    table, titles = Columns(plan, plan.rows("indicators")), dictionary()["indicators"]["columns"]
    styles = ["share" if row["indicator"] in SHARES else "index" for row in table.rows]
    return [
        table.make("indicator", "text", of=lambda row: _indicator(plan, row["indicator"])),
        table.make("value", "figure", of=lambda row: _or_unknown(plan, row["value"]), styles=styles),
        Column("over", titles["over"][plan.lang], "number", table.cells(lambda row: _part(row, "over"))),
        Column("of", titles["of"][plan.lang], "number", table.cells(lambda row: _part(row, "of"))),
    ]


def _or_unknown(plan: PlanView, value: float | None) -> float | str:
    return plan.say("page_unmeasurable") if value is None else value


def _part(row: Row, key: str) -> Cell:
    """Return what an indicator that is a ratio is made of; nothing where it is none, or not known."""
    found: Cell = row[key]
    return None if row["value"] is None or row["indicator"].startswith("hhi_") else found


def _indicator(plan: PlanView, name: str) -> str:
    """Return what an indicator is called."""
    if name.startswith("hhi_"):
        return plan.say("wb_hhi", what=plan.say(f"page_by_{name.removeprefix('hhi_')}"))
    return plan.say(f"page_indicator_{name}")
