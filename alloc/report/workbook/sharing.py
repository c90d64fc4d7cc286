"""Gains on both sides: who paid what, what each industry makes more, and what each side earns by it."""

from collections.abc import Callable, Iterator
from typing import Any

from alloc.instance.sharing import PLACES, place_of
from alloc.report.workbook.book import Book, Column
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView

MORE = "({output}-{output_quo})"
PARTS = {
    "donor": f"{MORE}*({{profit}}*{{donor_profit}}+{{tax}}*{{donor_tax}})",
    "host": f"{MORE}*({{profit}}*(1-{{donor_profit}})+{{tax}}*(1-{{donor_tax}}))",
}
"""What each side earns by an industry in a county."""

PAID = "SUMIFS(fund_spent,fund_level,1,fund_kind,{word},fund_donor,{who})"
EACH = 'IF(AND({paid}>0,{earned}<>""),{earned}/{paid},"")'
"""What a donor earns for its money; who is no donor of aid earns nothing that is told."""


def write_sharing(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write who paid what, and below it what each side earns in each county and industry."""
    payers, gains = Columns(plan, plan.rows("payers")), Columns(plan, plan.rows("sharing"))
    sheet.write_string(0, 0, plan.say("page_sheet_payers"), book.format("section"))
    first = book.table(sheet, list(_payers(payers)), top=1, total=plan.say("wb_total"))
    sheet.write_string(first.last + 2, 0, plan.say("page_sheet_sharing"), book.format("section"))
    block = book.table(sheet, list(list_gains(gains)), top=first.last + 3, total=plan.say("wb_total"))
    sheet.freeze_panes(0, 1)
    book.page(sheet, block.last, block.printed)
    book.guard(sheet)


def _payers(table: Columns) -> Iterator[Column]:
    """Yield the columns of who paid what; what a donor earns is the plan's, what it pays is added up here."""
    yield table.name("kind")
    yield table.make("donor", "text")
    yield table.make("available", "money", "money", adds_up=True)
    yield table.make("paid", "money", "money", formula=PAID, adds_up=True, name="payer_paid")
    yield table.make("earned", "money", "year_money", adds_up=True)
    yield table.make("earned_per_money", "figure", of=_each, formula=EACH)
    yield table.number("kind", "word")
    yield tell_donors(table, lambda row: row["donor"])


def _each(row: Row) -> float | str:
    return "" if row["earned_per_money"] is None else row["earned_per_money"]


def tell_donors(table: Columns, donor: Callable[[Row], str], name: str = "") -> Column:
    """Return a column of the numbers that formulas tell donors by; donor: that of a row."""
    donors = list(dict.fromkeys(fund.donor for fund in table.plan.instance.funds.values()))
    cells = table.cells(lambda row: donors.index(donor(row)))
    return Column("who", table.plan.numbered("donor"), "key", cells, name=name, aside=True)


def list_gains(table: Columns) -> Iterator[Column]:
    """Yield the columns of what each side earns; the parts are the question's, output is the plan's."""
    yield from table.names("county", "industry")
    for key in ("output_quo", "output"):
        yield table.make(key, "money", "year_money", adds_up=True)
    for key in ("profit", "tax", "donor_profit", "donor_tax"):
        yield table.make(key, "share")
    for side, formula in PARTS.items():
        yield table.make(
            side, "money", "year_money", formula=formula, text=f"wb_earned_{side}", adds_up=True, name=f"sharing_{side}"
        )
    for key in PLACES:
        cells = [_sought(table.plan, row, key) for row in table.rows]
        yield Column(f"{key}_no", table.plan.numbered(key), "key", cells, name=f"sharing_{key}", aside=True)


def _sought(plan: PlanView, row: Row, key: str) -> int | str:
    """Return what formulas look for of an industry in a county."""
    return plan.sought(key, place_of(plan.instance, (row["county"], row["industry"]), key))
