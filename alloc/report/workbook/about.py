"""About: where the plan comes from, how far it is proven, what each sheet is for, and the data dictionary."""

from collections.abc import Mapping, Sequence
from typing import Any

from alloc.report.dictionary import EXTRA, describe_column, dictionary
from alloc.report.told import tell_status
from alloc.report.workbook.book import Book
from alloc.report.workbook.styles import LINE, lines
from alloc.report.workbook.view import PlanView
from alloc.texts.figures import amount, gap, percent

WIDTHS = (24, 30, 34, 20, 14)


def write_about(book: Book, plan: PlanView, sheet: Any, titles: Mapping[str, str]) -> None:
    """Write labels with texts, then the sheets, the names in formulas, and every column of the tables."""
    for j, width in enumerate(WIDTHS):
        book.widen(sheet, j, j, width)
    row = 0
    for label, text in _lines(book, plan):
        sheet.write_string(row, 0, label, book.format("head"))
        sheet.merge_range(row, 1, row, len(WIDTHS) - 1, text, book.format("prose"))
        sheet.set_row(row, LINE * lines(text, sum(WIDTHS[1:]) - 2))
        row += 1
    rows = list(zip(titles.values(), plan.say_each("wb_for_{}", titles).values(), strict=True))
    rows.append((plan.say("wb_inputs_named"), plan.say("wb_for_inputs")))
    row = _list(book, plan, sheet, row + 1, "wb_sheets", ("wb_sheet", "wb_purpose"), rows)
    names, columns = list(book.names.items()), []
    for name in (*dictionary(), *EXTRA):
        known = dictionary().get(name, {"columns": {}})["columns"]
        for key in dict.fromkeys([*known, *plan.tables[name].columns]) if name in plan.tables else ():
            column = describe_column(name, key)
            unit = str(column.get("unit", "")).replace("money", plan.instance.money.label)
            columns.append((f"{name}.csv", key, column[plan.lang], unit, column["type"]))
    heads = ("wb_file", "wb_column", "wb_meaning", "wb_unit", "wb_type")
    row = _list(book, plan, sheet, row + 1, "wb_dictionary", heads, columns)
    row = _list(book, plan, sheet, row + 1, "wb_names", ("wb_name", "wb_range"), names)
    book.page(sheet, row - 1, len(WIDTHS) - 1, printed=False)


def _lines(book: Book, plan: PlanView) -> list[tuple[str, str]]:
    instance, figures = plan.instance, plan.figures
    audit = figures.get("audit") or {}
    live = "wb_live" if book.live else "wb_not_live"
    lines = [
        ("wb_question", instance.title or instance.name),
        ("wb_year", ", ".join(map(str, instance.years or (instance.year,)))),
        ("wb_description", instance.description),
        ("wb_status", tell_status(figures, plan.lang)),
        ("wb_goal", amount(figures["objective"])),
        ("wb_bound", amount(figures["bound"])),
        ("wb_gap", gap(figures["gap"])),
        ("wb_asked_gap", percent(figures["asked_gap"], 2)),
        ("wb_audit", plan.say("wb_audit_passed", checks=audit.get("checks", 0))),
        ("wb_money_unit", f"{instance.money.label} ({instance.money.unit:,.0f} {instance.money.currency})"),
        ("wb_hash", instance.sha256),
        ("wb_versions", ", ".join(f"{key} {version}" for key, version in figures["versions"].items())),
        ("wb_method", str(figures.get("method", ""))),
        ("wb_labour", plan.say("voluntary")),
        ("wb_editing", plan.say(live)),
        ("wb_stays", plan.say("wb_stays_text")),
    ]
    if book.stiff:
        lines.append(("wb_stiff", plan.say("wb_stiff_text", count=book.stiff)))
    return [(plan.say(label), text) for label, text in lines if text]


def _list(
    book: Book,
    plan: PlanView,
    sheet: Any,
    row: int,
    title: str,
    heads: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
) -> int:
    """Write a titled list of texts; return the row below it."""
    sheet.write_string(row, 0, plan.say(title), book.format("section"))
    last = len(WIDTHS) - 1
    for i, (cells, look) in enumerate([(tuple(map(plan.say, heads)), "head"), *((cells, "prose") for cells in rows)]):
        at = row + 1 + i
        for j, cell in enumerate(cells):
            if j == len(cells) - 1 and j < last:
                sheet.merge_range(at, j, at, last, cell, book.format(look))
            else:
                sheet.write_string(at, j, cell, book.format(look))
    return row + 2 + len(rows)
