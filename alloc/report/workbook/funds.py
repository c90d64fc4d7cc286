"""The funds: what there is, what is spent, what is left and why."""

import math
from collections.abc import Iterator
from typing import Any

from alloc.instance.money import available
from alloc.report.workbook.allocation import CENT
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.view import PlanView

FUND, COUNTY = 1, 2
"""Levels: a row for a whole fund, or for the county that a part of it is tied to."""


def write_funds(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write each fund, and below it the counties that parts of it are tied to; totals count each fund once."""
    rows = list(_rows(plan))
    over = f"{{spent}}-{{available}}>{CENT:f}*MAX(1,{{available}})"
    short = f"{{least}}-{{spent}}>{CENT:f}*MAX(1,{{least}})"
    texts = [plan.say(text) for text in ("wb_overspent", "wb_too_little", "wb_used_up", "wb_money_left")]
    state = f'IF({over},"{texts[0]}",IF({short},"{texts[1]}",IF({{unspent}}<={CENT:f},"{texts[2]}","{texts[3]}")))'
    columns = [
        Column("fund", plan.head("wb_fund"), "text", [row["title"] for row in rows]),
        Column("kind", plan.head("wb_kind"), "text", [plan.name("kind", row["kind"]) for row in rows]),
        Column("county", plan.head("wb_tied_to"), "text", [row["place"] for row in rows]),
        _money(plan, rows, "available", [row["available"] for row in rows]),
        _money(plan, rows, "spent", [Formula(row["formula"], row["spent"]) for row in rows]),
        _money(plan, rows, "unspent", [Formula("MAX({available}-{spent},0)", row["unspent"]) for row in rows]),
        Column("used", plan.head("wb_used"), "share", [_used(row) for row in rows], total=_used_in_all(rows)),
        Column("least", plan.head("wb_least_use", "money"), "money", [row["least"] for row in rows]),
        Column(
            "state",
            plan.head("wb_state"),
            "word",
            [Formula(state, texts[2 if row["unspent"] <= CENT else 3]) for row in rows],
        ),
        Column("why", plan.head("wb_why_unspent"), "text", [row["why"] for row in rows]),
        Column("donor", plan.head("wb_donor"), "text", [row["donor"] for row in rows]),
        Column("id", plan.head("wb_id"), "text", [row["fund"] for row in rows], aside=True),
        Column("level", plan.head("wb_level"), "key", [row["level"] for row in rows], name="fund_level", aside=True),
        Column("no", plan.numbered("fund"), "key", [row["no"] for row in rows], name="fund_fund", aside=True),
        Column("word", plan.numbered("kind"), "key", [row["kind"] for row in rows], name="fund_kind", aside=True),
        Column("c", plan.numbered("county"), "key", [row["c"] for row in rows], aside=True),
        Column(
            "broken",
            plan.head("wb_broken"),
            "key",
            [Formula(f"IF(OR({over},{short}),1,0)", 0)] * len(rows),
            name="fund_broken",
            aside=True,
        ),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1)
    book.mark(sheet, block, ("spent", "state"), "{broken}>0", "bad")
    sheet.conditional_format(
        block.here("used"),
        {
            "type": "data_bar",
            "bar_color": "#9DC3E6",
            "min_type": "num",
            "max_type": "num",
            "min_value": 0,
            "max_value": 1,
        },
    )


def _rows(plan: PlanView) -> Iterator[dict[str, Any]]:
    """Yield the rows: each fund in all, and where it is tied to counties each of them."""
    listed: dict[str, list[dict[str, Any]]] = {}
    for row in plan.rows("funds"):
        listed.setdefault(row["fund"], []).append(row)
    spent = plan.tables["allocation"].groupby("fund")["amount"].sum().to_dict()
    for f, fund in plan.instance.funds.items():
        no, money, used = plan.number("fund", f), available(plan.instance, f), float(spent.get(f, 0.0))
        tied = [row for row in listed.get(f, ()) if row["county"]]
        whole = next((row for row in listed.get(f, ()) if not row["county"]), None)
        common = {"fund": f, "kind": fund.kind, "no": no}
        yield common | {
            "title": plan.name("fund", f),
            "place": " | ".join(plan.name("county", c) for c in fund.counties),
            "level": FUND,
            "c": 0,
            "available": money,
            "spent": used,
            "unspent": max(money - used, 0.0),
            "least": fund.min_use or None,
            "why": whole["why_unspent"] if whole else "",
            "donor": fund.donor,
            "formula": "SUMIFS(amount,amount_fund,{no})",
        }
        for row in tied:
            yield common | {
                "title": f"    {plan.name('fund', f)}",
                "place": plan.name("county", row["county"]),
                "level": COUNTY,
                "c": plan.number("county", row["county"]),
                "least": None,
                "why": row["why_unspent"],
                "donor": "",
                **{key: row[key] for key in ("available", "spent", "unspent")},
                "formula": "SUMIFS(amount,amount_fund,{no},amount_county,{c})",
            }


def _money(plan: PlanView, rows: list[dict[str, Any]], key: str, cells: list[Any]) -> Column:
    """Return a column of money whose total counts each fund once."""
    whole = math.fsum(row[key] for row in rows if row["level"] == FUND)
    total = Formula(f"SUMIFS(fund_{key},fund_level,{FUND})", whole)
    return Column(key, plan.head(f"wb_{key}", "money"), "money", cells, total=total, name=f"fund_{key}")


def _used(row: dict[str, Any]) -> Formula:
    share = row["spent"] / row["available"] if row["available"] > 0 else 0.0
    return Formula("IF({available}>0,{spent}/{available},0)", share)


def _used_in_all(rows: list[dict[str, Any]]) -> Formula:
    money, spent = (sum(row[key] for row in rows if row["level"] == FUND) for key in ("available", "spent"))
    return Formula("IF({available}>0,{spent}/{available},0)", spent / money if money > 0 else 0.0)
