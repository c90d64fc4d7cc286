"""Where the money goes: the allocation itself, and the same by county, category and fund."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from alloc.instance.selections import SELECTORS
from alloc.report.workbook.book import Book, Column, Formula, TableRange
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView, quoted

MOST_FUNDS = 30
"""With more funds than this the table by county and category has a column for each kind of fund."""

CENT = 1e-6
"""Money closer than this is the same [money]."""


def write_allocation(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write one row for every measure and fund that may pay for it; its amounts and locks are a reader's."""
    table = Columns(plan, plan.payments)
    columns = [
        *table.names("county", "category", "measure", "industry", "fund", "kind"),
        table.make("amount", "input", "money", adds_up=True, name="amount"),
        table.make("solved", "exact", "money", "amount", text="wb_amount_solved", adds_up=True, name="amount_solved"),
        table.make("change", "money", "money", of=lambda row: 0.0, formula="{amount}-{solved}", adds_up=True),
        table.make("lock", "mark", of=lambda row: None),
        *_shares_of_cost(table),
        *_payers(table),
        *marks(book, plan, "amount", plan.payments),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=3)
    book.mark(sheet, block, ("amount",), "{amount}<0", "bad")
    book.mark(sheet, block, ("amount", "change"), f"ABS({{change}})>{CENT:f}", "warn")
    limits = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": plan.say("wb_not_negative")}
    sheet.data_validation(block.here("amount"), limits)


def _shares_of_cost(table: Columns) -> list[Column]:
    """Return what part of its measure's cost each payment is, the ids, and that cost."""
    costs = dict(map(itemgetter("measure", "cost"), table.plan.measures))

    def share(row: Row) -> float:
        cost = costs[row["measure"]]
        return row["amount"] / cost if cost > CENT else 0.0

    part, whole = f"IF({{cost}}>{CENT:f},{{amount}}/{{cost}},0)", "SUMIFS(amount,amount_measure,{number_measure})"
    return [
        table.make("share", "share", of=share, formula=part, text="wb_share_of_cost"),
        table.aside("id", of="measure"),
        table.aside("fund_id", of="fund", text="wb_fund_id"),
        table.make("cost", "money", "money", of=lambda row: costs[row["measure"]], formula=whole, aside=True),
    ]


def _payers(table: Columns) -> Iterator[Column]:
    """Yield the number of the fund, its kind, and whether that is neither aid nor national: formulas ask for these."""
    for key in ("fund", "kind"):
        yield table.number(key, f"number_{key}", name=f"amount_{key}")
    yield table.make("other", "key", of=_is_other, text="wb_is_other", name="amount_other", aside=True)


def _is_other(row: Row) -> int:
    return int(row["kind"] not in ("aid", "national"))


def list_traits(plan: PlanView, prefix: str, rows: Iterable[Row]) -> Iterator[Column]:
    """Yield what formulas tell measures by: numbers of counties and the like."""
    traits = list(map(plan.traits, map(itemgetter("measure"), rows)))
    for key in SELECTORS:
        cells = list(map(itemgetter(key), traits))
        yield Column(f"number_{key}", plan.numbered(key), "key", cells, name=f"{prefix}_{key}", aside=True)


def marks(book: Book, plan: PlanView, prefix: str, rows: Sequence[Row]) -> Iterator[Column]:
    """Yield what formulas tell measures by: numbers of counties and the like, and the selections of rules."""
    yield from list_traits(plan, prefix, rows)
    for selection, number in plan.picks.items() if book.live else ():
        chosen = plan.picked[number]
        flags = [int(row["measure"] in chosen) for row in rows]
        title = plan.say("wb_pick", what=plan.described(selection))
        yield Column(f"pick_{number}", title, "key", flags, name=f"{prefix}_pick_{number}", aside=True, width=18)


def write_cross(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write money by county and category, a column for each fund, with totals that meet those of the sheet of funds.

    Where a fund may pay for nothing the cell is empty.
    """
    key = "fund" if len(plan.instance.funds) <= MOST_FUNDS else "kind"
    heads = sorted(set(map(itemgetter(key), plan.payments)), key=lambda head: plan.number(key, head))
    table = Columns(plan, _crossed(plan, key))
    across = f"SUM({{to0}}:{{to{len(heads) - 1}}})" if heads else "0"
    columns = [
        *table.names("county", "category"),
        *(_crossing(table, key, j, head) for j, head in enumerate(heads)),
        table.make("all", "money", "money", _paid_there, across, "wb_total", adds_up=True, name="cross_total"),
        table.number("county", "c"),
        table.number("category", "k"),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=2)
    spent = {head: math.fsum(row["paid"].get(head, 0.0) for row in table.rows) for head in heads}
    _meet(book, plan, sheet, block, key, spent)
    book.page(sheet, block.last + 2, block.printed)


def _crossed(plan: PlanView, key: str) -> list[Row]:
    """Return a row for each county and category, with what each fund or kind (key) pays there."""
    found: dict[tuple[str, str], Row] = {}
    for row in plan.payments:
        c, k, head = row["county"], row["category"], row[key]
        paid = found.setdefault((c, k), {"county": c, "category": k, "paid": {}})["paid"]
        paid[head] = paid.get(head, 0.0) + row["amount"]
    return list(found.values())


def _paid_there(row: Row) -> float:
    return math.fsum(row["paid"].values())


def _crossing(table: Columns, key: str, j: int, head: str) -> Column:
    """Return what a fund or a kind pays by county and category, empty where it may pay for nothing."""
    plan = table.plan
    which = f"amount_{key},{quoted(plan.sought(key, head))}"
    formula = f"SUMIFS(amount,amount_county,{{c}},amount_category,{{k}},{which})"
    cells = [Formula(formula, row["paid"][head]) if head in row["paid"] else None for row in table.rows]
    title = f"{plan.name(key, head)}\n({plan.unit('money')})"
    return Column(f"to{j}", title, "money", cells, adds_up=True, width=13)


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
