"""Where the money goes: the allocation itself, and the same by county, category and fund."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from alloc.instance.selections import SELECTORS
from alloc.report.workbook.book import Book, Column, Formula, TableRange
from alloc.report.workbook.view import PlanView, quoted

MOST_FUNDS = 30
"""With more funds than this the table by county and category has a column for each kind of fund."""

CENT = 1e-6
"""Money closer than this is the same [money]."""

Money = Mapping[tuple[str, str, str], float]


def write_allocation(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write one row for every measure and fund that may pay for it; its amounts are what a reader may change."""
    rows = plan.payments
    amounts = [row["amount"] for row in rows]
    share, cost = _share_of_cost(plan)
    columns = [
        *(
            Column(what, plan.head(f"wb_{what}"), "text", [plan.name(what, row[what]) for row in rows])
            for what in ("county", "category", "measure", "industry", "fund", "kind")
        ),
        Column("amount", plan.head("wb_amount", "money"), "input", amounts, adds_up=True, name="amount"),
        Column("solved", plan.head("wb_amount_solved", "money"), "exact", amounts, True, name="amount_solved"),
        Column(
            "change", plan.head("wb_change", "money"), "money", [Formula("{amount}-{solved}", 0.0)] * len(rows), True
        ),
        share,
        Column("id", plan.head("wb_id"), "text", [row["measure"] for row in rows], aside=True),
        Column("fund_id", plan.head("wb_fund_id"), "text", [row["fund"] for row in rows], aside=True),
        cost,
        *_payers(plan),
        *marks(book, plan, "amount", [row["measure"] for row in rows]),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=3)
    book.mark(sheet, block, ("amount",), "{amount}<0", "bad")
    book.mark(sheet, block, ("amount", "change"), f"ABS({{change}})>{CENT:f}", "warn")
    limits = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": plan.say("wb_not_negative")}
    sheet.data_validation(block.here("amount"), limits)


def _share_of_cost(plan: PlanView) -> tuple[Column, Column]:
    """Return what part of its measure's cost each payment is, and that cost."""
    cost = {row["measure"]: row["cost"] for row in plan.measures}
    paid = [(row["amount"], cost[row["measure"]]) for row in plan.payments]
    whole = "SUMIFS(amount,amount_measure,{number_measure})"
    shares = [Formula(f"IF({{cost}}>{CENT:f},{{amount}}/{{cost}},0)", x / of if of > CENT else 0.0) for x, of in paid]
    return (
        Column("share", plan.head("wb_share_of_cost"), "share", shares),
        Column("cost", plan.head("wb_cost", "money"), "money", [Formula(whole, of) for _, of in paid], aside=True),
    )


def _payers(plan: PlanView) -> Iterator[Column]:
    """Yield the number of the fund, its kind, and whether that is neither aid nor national: formulas ask for these."""
    for key in ("fund", "kind"):
        cells = [plan.sought(key, row[key]) for row in plan.payments]
        yield Column(f"number_{key}", plan.numbered(key), "key", cells, name=f"amount_{key}", aside=True)
    other = [int(row["kind"] not in ("aid", "national")) for row in plan.payments]
    yield Column("other", plan.say("wb_is_other"), "key", other, name="amount_other", aside=True)


def marks(book: Book, plan: PlanView, prefix: str, measures: list[str]) -> Iterator[Column]:
    """Yield what formulas tell measures by: numbers of counties and the like, and the selections of rules."""
    traits = {m: plan.traits(m) for m in dict.fromkeys(measures)}
    for key in SELECTORS:
        cells = [traits[m][key] for m in measures]
        yield Column(f"number_{key}", plan.numbered(key), "key", cells, name=f"{prefix}_{key}", aside=True)
    for selection, number in plan.picks.items() if book.live else ():
        chosen = plan.picked[number]
        flags = [int(m in chosen) for m in measures]
        title = plan.say("wb_pick", what=plan.described(selection))
        yield Column(f"pick_{number}", title, "key", flags, name=f"{prefix}_pick_{number}", aside=True, width=18)


def write_cross(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write money by county and category, a column for each fund, with totals that meet those of the sheet of funds.

    Where a fund may pay for nothing the cell is empty.
    """
    key = "fund" if len(plan.instance.funds) <= MOST_FUNDS else "kind"
    heads = list(dict.fromkeys(row[key] for row in sorted(plan.payments, key=lambda x: plan.number(key, x[key]))))
    found: dict[tuple[str, str, str], float] = {}
    for row in plan.payments:
        at = row["county"], row["category"], row[key]
        found[at] = found.get(at, 0.0) + row["amount"]
    places = list(dict.fromkeys((row["county"], row["category"]) for row in plan.payments))
    across = f"SUM({{to0}}:{{to{len(heads) - 1}}})" if heads else "0"
    columns = [
        Column("county", plan.head("wb_county"), "text", [plan.name("county", c) for c, _ in places]),
        Column("category", plan.head("wb_category"), "text", [plan.name("category", k) for _, k in places]),
        *_crossing(plan, key, heads, places, found),
        Column(
            "all",
            plan.head("wb_total", "money"),
            "money",
            [Formula(across, math.fsum(found.get((c, k, h), 0.0) for h in heads)) for c, k in places],
            adds_up=True,
            name="cross_total",
        ),
        Column("c", plan.numbered("county"), "key", [plan.number("county", c) for c, _ in places], aside=True),
        Column("k", plan.numbered("category"), "key", [k for _, k in places], aside=True),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=2)
    spent = {head: math.fsum(found.get((c, k, head), 0.0) for c, k in places) for head in heads}
    _meet(book, plan, sheet, block, key, spent)
    book.page(sheet, block.last + 2, block.printed)


def _crossing(
    plan: PlanView, key: str, heads: list[str], places: list[tuple[str, str]], found: Money
) -> Iterator[Column]:
    for j, head in enumerate(heads):
        formula = (
            f"SUMIFS(amount,amount_county,{{c}},amount_category,{{k}},amount_{key},{quoted(plan.sought(key, head))})"
        )
        cells = [Formula(formula, found[c, k, head]) if (c, k, head) in found else None for c, k in places]
        title = f"{plan.name(key, head)}\n({plan.unit('money')})"
        yield Column(f"to{j}", title, "money", cells, adds_up=True, width=13)


def _meet(book: Book, plan: PlanView, sheet: Any, block: TableRange, key: str, spent: Mapping[str, float]) -> None:
    """Write, below the totals, what the sheet of funds says that they spent, and the difference."""
    row = block.last + 1
    for i, text in enumerate(("wb_by_funds", "wb_difference")):
        sheet.write_string(row + i, block.left, plan.say(text), book.format("text", "total"))
        sheet.write_string(row + i, block.left + 1, "", book.format("text", "total"))
    for j, (head, money) in enumerate(spent.items()):
        column = block.left + 2 + j
        formula = f"SUMIFS(fund_spent,fund_{key},{quoted(plan.sought(key, head))},fund_level,1)"
        letter = block.letters[f"to{j}"]
        difference = Formula(f"ROUND({letter}{row}-{letter}{row + 1},6)", 0.0)
        book.put(sheet, row, column, Formula(formula, money), "money", "total")
        book.put(sheet, row + 1, column, difference, "money", "total")
