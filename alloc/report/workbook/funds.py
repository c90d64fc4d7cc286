"""The funds: what there is, what is spent, what is left and why."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from alloc.report.rows import add_column
from alloc.report.workbook.allocation import CENT
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.sharing import tell_donors
from alloc.report.workbook.view import PlanView

FUND, COUNTY = 1, 2
"""Levels: a row for a whole fund, or for the county that a part of it is tied to."""

USED = "IF({available}>0,{spent}/{available},0)"
OVER = f"{{spent}}-{{available}}>{CENT:f}*MAX(1,{{available}})"
SHORT = f"{{least}}-{{spent}}>{CENT:f}*MAX(1,{{least}})"
"""More is spent than there is; less than must be."""

BAR = {"type": "data_bar", "bar_color": "#9DC3E6", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}


def write_funds(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write each fund, and below it the counties that parts of it are tied to; totals count each fund once."""
    table = Columns(plan, list(_rows(plan)))
    columns = [
        table.make("fund", "text", of="title"),
        table.name("kind"),
        table.make("county", "text", of="place", text="wb_tied_to"),
        _money(table, "available"),
        _money(table, "spent"),
        _money(table, "unspent"),
        table.make("used", "share", of=_share_used, formula=USED, total=_used_in_all(table)),
        table.make("least", "money", "money", text="wb_least_use"),
        _state(table),
        table.make("why", "text", text="wb_why_unspent"),
        table.make("donor", "text"),
        table.aside("id", of="fund"),
        table.make("level", "key", name="fund_level", aside=True),
        table.number("fund", "no", of="fund", name="fund_fund"),
        table.number("kind", "word", name="fund_kind"),
        table.number("county", "c", of="tied_to"),
        *_donors(table),
        table.make(
            "broken", "key", of=lambda row: 0, formula=f"IF(OR({OVER},{SHORT}),1,0)", name="fund_broken", aside=True
        ),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1)
    book.mark(sheet, block, ("spent", "state"), "{broken}>0", "bad")
    sheet.conditional_format(block.here("used"), BAR)


def _rows(plan: PlanView) -> Iterator[Row]:
    """Yield the rows: each fund in all, and where it is tied to counties each of them."""
    told: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in plan.rows("funds"):
        told[row["fund"]][row["county"]] = row
    for whole in plan.funds:
        f = whole["fund"]
        fund, title = plan.instance.funds[f], plan.name("fund", f)
        yield whole | {
            "title": title,
            "place": " | ".join(plan.name("county", c) for c in fund.counties),
            "tied_to": "",
            "level": FUND,
            "spent": Formula("SUMIFS(amount,amount_fund,{no})", whole["spent"]),
            "least": fund.min_use or None,
            "why": told[f].pop("", {}).get("why_unspent", ""),
            "donor": fund.donor,
        }
        for c, row in told[f].items():
            yield row | {
                "title": f"    {title}",
                "place": plan.name("county", c),
                "tied_to": c,
                "level": COUNTY,
                "spent": Formula("SUMIFS(amount,amount_fund,{no},amount_county,{c})", row["spent"]),
                "least": None,
                "why": row["why_unspent"],
                "donor": "",
            }


def _donors(table: Columns) -> Iterator[Column]:
    """Yield what formulas tell donors by, where the question says how gains are shared out."""
    if table.plan.instance.sharing:
        funds = table.plan.instance.funds
        yield tell_donors(table, lambda row: funds[row["fund"]].donor, "fund_donor")


def _money(table: Columns, key: str) -> Column:
    """Return a column of money whose total counts each fund once."""
    total = Formula(f"SUMIFS(fund_{key},fund_level,{FUND})", _in_all(table, key))
    formula = "MAX({available}-{spent},0)" if key == "unspent" else ""
    return table.make(key, "money", "money", formula=formula, total=total, name=f"fund_{key}")


def _in_all(table: Columns, key: str) -> float:
    """Return the money of all funds, each counted once [money]."""
    return add_column(table.plan.funds, key)


def _share_used(row: Row) -> float:
    spent: float = row["spent"].value
    return spent / row["available"] if row["available"] > 0 else 0.0


def _used_in_all(table: Columns) -> Formula:
    money, spent = _in_all(table, "available"), _in_all(table, "spent")
    return Formula(USED, spent / money if money > 0 else 0.0)


def _state(table: Columns) -> Column:
    """Return what is to be said of each fund: overspent, too little spent, used up, money left."""
    over, short, used_up, left = map(table.plan.say, ("wb_overspent", "wb_too_little", "wb_used_up", "wb_money_left"))
    formula = f'IF({OVER},"{over}",IF({SHORT},"{short}",IF({{unspent}}<={CENT:f},"{used_up}","{left}")))'
    return table.make("state", "word", of=lambda row: used_up if row["unspent"] <= CENT else left, formula=formula)
