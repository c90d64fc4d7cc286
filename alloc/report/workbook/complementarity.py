"""Complementarity: how national money meets aid in every measure, and who shares its cost."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from alloc.instance import KINDS
from alloc.instance.money import ceiling, eligible_funds, of_kind
from alloc.instance.schema import Measure
from alloc.report.workbook.allocation import CENT
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView

TIGHT = f"({CENT:f}*MAX(1,{{ceiling}}))"
"""Money closer to zero than this is none."""


def write_complementarity(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write for every measure both sides of 0 ≤ aid ⊥ national room ≥ 0, and which of them is zero."""
    table = Columns(plan, [_told(plan, row) for row in plan.measures])
    columns = [
        *table.names("measure", "county", "category"),
        table.make("mode", "text", of=lambda row: plan.say(f"wb_mode_{row['of'].national}")),
        _paid(table, "national"),
        _paid(table, "aid"),
        table.make("ceiling", "money", "money"),
        table.make("room", "money", "money"),
        table.make("planned", "money", "money", of=lambda row: row["of"].national_planned),
        table.make("state", "word", text="wb_which_zero", width=28),
        *_shares(table),
        table.aside("id", of="measure"),
        table.number("measure", "no"),
        table.make("broken", "key", name="perp_broken", aside=True),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1, printed=False)
    book.mark(sheet, block, ("state",), "{broken}>0", "bad")
    shared = [key for key in block.letters if key.startswith("paid_")]
    book.mark(sheet, block, shared, "{shares_broken}>0", "bad")


def _told(plan: PlanView, row: Row) -> Row:
    """Return the row of a measure with what is written in the instance (of), its ceiling, room and verdict."""
    measure, top = plan.instance.measures[row["measure"]], ceiling(plan.instance, row["measure"])
    state, broken = _state(plan, measure, row, top)
    room = _room(plan, measure, row, top)
    return {**row, "of": measure, "ceiling": top, "room": room, "state": state, "broken": broken}


def _paid(table: Columns, key: str) -> Column:
    """Return what aid or national money pays for each measure."""
    return table.make(key, "money", "money", formula=f"SUMIFS(measure_{key},measure_measure,{{no}})", adds_up=True)


def _room(plan: PlanView, measure: Measure, row: dict[str, Any], top: float) -> Formula:
    """Return what national money could still pay; nothing where that is closer to it than can be told.

    That is the room below its ceiling and, where aid supplements, no more than its funds have left.
    """
    formula, left = "{ceiling}-{national}", top - row["national"]
    if measure.national == "supplement":
        national = of_kind(plan.instance, eligible_funds(plan.instance, row["measure"]), "national")
        purses = [_left(plan, f, measure.county) for f in national] or [("0", 0.0)]
        cells, moneys = zip(*purses, strict=True)
        formula, left = f"MIN({formula},MAX({','.join(cells)}))", min(left, max(moneys))
    shut = abs(left) <= CENT * max(1.0, top)
    return Formula(f"IF(ABS({formula})<={TIGHT},0,{formula})", 0.0 if shut else left)


def _left(plan: PlanView, f: str, c: str) -> tuple[str, float]:
    """Return what a fund has left for a county, in whole lots where there are such: the formula and the money."""
    fund, lot, no = plan.instance.funds[f], plan.instance.money.lot, plan.number("fund", f)
    purses: list[tuple[str, float]] = []
    if fund.amount is not None:
        spent = plan.spent.get((f, ""), 0.0)
        purses.append((f"{fund.amount!r}-SUMIFS(amount,amount_fund,{no})", fund.amount - spent))
    if fund.by_county is not None:
        place, tied = plan.number("county", c), fund.by_county[c]
        spent = plan.spent.get((f, c), 0.0)
        purses.append((f"{tied!r}-SUMIFS(amount,amount_fund,{no},amount_county,{place})", tied - spent))
    cells, moneys = zip(*purses, strict=True)
    text, left = f"MIN({','.join(cells)})", min(moneys)
    if lot is None:
        return text, left
    return f"INT(({text})/{lot!r}+{CENT:f})*{lot!r}", lot * math.floor(left / lot + CENT)


def _state(plan: PlanView, measure: Measure, row: dict[str, Any], top: float) -> tuple[Formula, Formula]:
    """Return which side of ⊥ is zero, in words, and the number of limits broken, both as formulas."""
    tight = CENT * max(1.0, top)
    aid, national = f"{{aid}}>{TIGHT}", f"{{national}}>{TIGHT}"
    paid, met = row["aid"] > tight, row["national"] > tight
    tests = [f"{{national}}-{{ceiling}}>{TIGHT}"]
    if measure.national_planned is not None:
        tests.append(f"ABS({{national}}-{{planned}}*SUMIFS(funded,measure_measure,{{no}}))>{TIGHT}")
    if measure.national in ("supplement", "supplement-strict"):
        tests.append(f"AND({aid},{{room}}>0)")
        words = _either(plan, aid, paid, "{room}>0", float(_room(plan, measure, row, top).value or 0.0) > 0, "room")
    elif measure.national == "exclusive":
        tests.append(f"AND({aid},{national})")
        words = _either(plan, aid, paid, national, met, "national")
    else:
        fine = plan.say("wb_zero_none" if measure.national == "none" else "wb_zero_free")
        tests += [national] if measure.national == "none" else []
        words = Formula(f'IF({tests[-1]},"{plan.say("wb_zero_neither")}","{fine}")', fine)
    return words, Formula("+".join(f"IF({test},1,0)" for test in tests), 0)


def _either(plan: PlanView, aid: str, paid: bool, other: str, there: bool, name: str) -> Formula:
    """Return which of two sides is zero: aid, or the other one, given as tests that they are not and their truth."""
    neither, only, rest, both = plan.say_each("wb_zero_{}", ("neither", "aid", name, "both")).values()
    formula = f'IF({other},IF({aid},"{neither}","{only}"),IF({aid},"{rest}","{both}"))'
    if there:
        return Formula(formula, neither if paid else only)
    return Formula(formula, rest if paid else both)


def _shares(table: Columns) -> Iterator[Column]:
    """Yield, for every kind of fund and every fund whose share is limited, the share and its limits."""
    named: set[str] = set()
    for row in table.rows:
        named.update(row["of"].min_share, row["of"].max_share)
    limited = [payer for payer in dict.fromkeys([*KINDS, *table.plan.instance.funds]) if payer in named]
    for payer in limited:
        yield from _share_columns(table, payer)
    if limited:
        yield table.make("cost", "money", "money", formula="SUMIFS(measure_cost,measure_measure,{no})", aside=True)
        broken = table.cells(lambda row: _shares_broken(table.plan, row["of"], limited))
        title = table.plan.head("wb_broken")
        yield Column("shares_broken", title, "key", broken, name="shares_broken", aside=True)


def _key(plan: PlanView, payer: str) -> str:
    """Return what the columns of a payer, a kind or a fund, end in."""
    return payer if payer in KINDS else f"fund_{plan.number('fund', payer)}"


def _share_columns(table: Columns, payer: str) -> Iterator[Column]:
    """Yield the share that a payer bears of each measure, and its limits."""
    plan, key = table.plan, _key(table.plan, payer)
    word = plan.name("kind" if payer in KINDS else "fund", payer)
    columns = {
        "paid": lambda row: _share(plan, payer, row),
        "least": lambda row: row["of"].min_share.get(payer),
        "most": lambda row: row["of"].max_share.get(payer),
    }
    for what, of in columns.items():
        yield Column(f"{what}_{key}", plan.say(f"wb_share_{what}", kind=word), "share", table.cells(of))


def _shares_broken(plan: PlanView, measure: Measure, payers: Iterable[str]) -> Cell:
    """Return how many limits of shares a measure breaks, where it has such."""
    tests = []
    for payer in payers:
        key = _key(plan, payer)
        if payer in measure.min_share:
            tests.append(f"IF({{least_{key}}}-{{paid_{key}}}>{CENT:f},1,0)")
        if payer in measure.max_share:
            tests.append(f"IF({{paid_{key}}}-{{most_{key}}}>{CENT:f},1,0)")
    return Formula(f"IF({{cost}}>{CENT:f},{'+'.join(tests)},0)", 0) if tests else 0


def _share(plan: PlanView, payer: str, row: Row) -> Cell:
    """Return the share that a payer bears of a measure, where it is limited."""
    measure, cost = row["of"], row["cost"]
    if payer not in measure.min_share and payer not in measure.max_share:
        return None
    paid = 0.0
    for f in eligible_funds(plan.instance, row["measure"]):
        if payer in (f, plan.instance.funds[f].kind):
            paid += plan.paid[row["measure"], f]
    who = f'amount_kind,"{payer}"' if payer in KINDS else f"amount_fund,{plan.number('fund', payer)}"
    formula = f'IF({{cost}}>{CENT:f},SUMIFS(amount,amount_measure,{{no}},{who})/{{cost}},"")'
    return Formula(formula, paid / cost if cost > CENT else "")
