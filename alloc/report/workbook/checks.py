"""The check cells: how many things are broken on each sheet, and what differs from the plan as it was solved."""

from collections.abc import Mapping
from typing import Any

from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.view import PlanView

CHANGED = "--(ABS(amount-amount_solved)>0.000001)"
"""1 for each amount that is not the plan's."""

UNEQUAL = "IF(ABS(SUM(amount)-{other})>0.000001*MAX(1,SUM(amount)),1,0)"
CHECKS = (
    ("wb_check_balance", "funds", "fund_spent", UNEQUAL.format(other="SUMIFS(fund_spent,fund_level,1)")),
    ("wb_check_cross", "cross", "cross_total", UNEQUAL.format(other="SUM(cross_total)")),
    ("wb_check_counties", "counties", "county_total", UNEQUAL.format(other="SUM(county_total)")),
    ("wb_check_negative", "allocation", "amount", 'COUNTIF(amount,"<-0.000001")'),
    ("wb_check_funds", "funds", "fund_broken", "SUM(fund_broken)"),
    ("wb_check_measures", "measures", "measure_broken", "SUM(measure_broken)"),
    ("wb_check_perp", "complementarity", "perp_broken", "SUM(perp_broken)"),
    ("wb_check_shares", "complementarity", "shares_broken", "SUM(shares_broken)"),
    ("wb_check_resources", "resources", "resource_broken", "SUM(resource_broken)"),
    ("wb_check_payers", "sharing", "payer_paid", UNEQUAL.format(other="SUM(payer_paid)")),
    ("wb_check_rules", "rules", "rule_broken", 'COUNTIFS(rule_broken,">0",rule_soft,0)'),
)
"""What is counted: its text, the sheet to look at, the named range without which there is nothing to check, formula."""


def write_checks(book: Book, plan: PlanView, sheet: Any, top: int, titles: Mapping[str, str]) -> int:
    """Write a row for each check, all 0 in the plan as it was solved; return the row below the notes."""
    texts, where, _, formulas = zip(*(check for check in CHECKS if check[2] in book.names), strict=True)
    fine = plan.say("wb_fine")
    state = Formula(f'IF({{broken}}=0,"{fine}","{plan.say("wb_not_fine")}")', fine)
    columns = [
        Column("check", plan.say("wb_check"), "text", list(map(plan.say, texts))),
        Column("sheet", plan.say("wb_sheet"), "text", list(map(titles.__getitem__, where))),
        Column("broken", plan.say("wb_broken"), "key", [Formula(formula, 0) for formula in formulas], adds_up=True),
        Column("state", plan.say("wb_state"), "word", [state] * len(texts), total=state),
    ]
    block = book.table(sheet, columns, top=top, total=plan.say("wb_check_all"), fit=False)
    book.name("checks", block.span("broken"))
    book.name("checks_broken", block.total("broken"))
    first = f"$C{block.top + 1}"
    for test, look in ((f"={first}>0", "bad"), (f"={first}=0", "good")):
        rule = {"type": "formula", "criteria": test, "format": book.format(look)}
        sheet.conditional_format(block.top, 0, block.last, 3, rule)
    return _notes(book, plan, sheet, block.last + 1, titles)


def _notes(book: Book, plan: PlanView, sheet: Any, row: int, titles: Mapping[str, str]) -> int:
    """Write what is counted but is no fault: soft rules broken at their price, and amounts changed by hand."""
    soft = {rule.name for rule in plan.instance.rules if rule.penalty is not None}
    paid = sum(1 for x in plan.rows("rules") if x["rule"] in soft and (x["broken_by"] or 0.0) > 0)
    notes = (
        ("wb_note_soft", "rules", Formula('COUNTIFS(rule_broken,">0",rule_soft,1)', paid)),
        ("wb_note_changed", "allocation", Formula(f"SUMPRODUCT({CHANGED})", 0)),
    )
    for i, (text, of, cell) in enumerate(notes):
        sheet.write_string(row + i, 0, plan.say(text), book.format("text"))
        sheet.write_string(row + i, 1, titles[of], book.format("text"))
        book.put(sheet, row + i, 2, cell, "key")
    book.put(sheet, row + 2, 0, Formula(f'IF($C${row + 2}>0,"{plan.say("wb_jobs_stay")}","")', ""), "word", "warning")
    return row + 3
