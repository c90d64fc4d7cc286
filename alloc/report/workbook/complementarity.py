"""Complementarity: how national money meets aid in every measure, and who shares its cost."""

import math
from collections.abc import Iterator
from typing import Any

from alloc.instance import KINDS
from alloc.instance.money import ceiling, eligible_funds
from alloc.instance.schema import Measure
from alloc.report.workbook.allocation import CENT
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.view import PlanView

MODES = ("any", "none", "supplement", "supplement-strict", "exclusive")
TIGHT = f"({CENT:f}*MAX(1,{{ceiling}}))"
"""Money closer to zero than this is none."""


def write_complementarity(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write for every measure both sides of 0 ≤ aid ⊥ national room ≥ 0, and which of them is zero."""
    rows = plan.measures
    data = [plan.instance.measures[row["measure"]] for row in rows]
    tops = [ceiling(plan.instance, row["measure"]) for row in rows]
    states = [_state(plan, m, row, top) for m, row, top in zip(data, rows, tops, strict=True)]
    columns = [
        *(
            Column(what, plan.head(f"wb_{what}"), "text", [plan.name(what, row[what]) for row in rows])
            for what in ("measure", "county", "category")
        ),
        Column("mode", plan.head("wb_mode"), "text", [plan.say(f"wb_mode_{m.national}") for m in data]),
        *(
            Column(
                key,
                plan.head(f"wb_{key}", "money"),
                "money",
                [Formula(f"SUMIFS(measure_{key},measure_measure,{{no}})", row[key]) for row in rows],
                adds_up=True,
            )
            for key in ("national", "aid")
        ),
        Column("ceiling", plan.head("wb_ceiling", "money"), "money", tops),
        Column(
            "room",
            plan.head("wb_room", "money"),
            "money",
            [_room(plan, m, row, top) for m, row, top in zip(data, rows, tops, strict=True)],
        ),
        Column("planned", plan.head("wb_planned", "money"), "money", [m.national_planned for m in data]),
        Column("state", plan.head("wb_which_zero"), "word", [state for state, _ in states], width=28),
        *_shares(plan, rows, data),
        Column("id", plan.head("wb_id"), "text", [row["measure"] for row in rows], aside=True),
        Column(
            "no", plan.numbered("measure"), "key", [plan.number("measure", row["measure"]) for row in rows], aside=True
        ),
        Column("broken", plan.head("wb_broken"), "key", [x for _, x in states], name="perp_broken", aside=True),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1, printed=False)
    book.mark(sheet, block, ("state",), "{broken}>0", "bad")
    shared = [key for key in block.letters if key.startswith("paid_")]
    book.mark(sheet, block, shared, "{shares_broken}>0", "bad")


def _room(plan: PlanView, measure: Measure, row: dict[str, Any], top: float) -> Formula:
    """Return what national money could still pay; nothing where that is closer to it than can be told.

    That is the room below its ceiling and, where aid supplements, no more than its funds have left.
    """
    formula, left = "{ceiling}-{national}", top - row["national"]
    if measure.national == "supplement":
        purses = [_left(plan, f, measure.county) for f in _national(plan, row["measure"])]
        cells = ",".join(text for text, _ in purses) or "0"
        formula, left = f"MIN({formula},MAX({cells}))", min(left, max((x for _, x in purses), default=0.0))
    shut = abs(left) <= CENT * max(1.0, top)
    return Formula(f"IF(ABS({formula})<={TIGHT},0,{formula})", 0.0 if shut else left)


def _national(plan: PlanView, m: str) -> list[str]:
    """Return the national funds that may pay for a measure."""
    funds = plan.instance.funds
    return [f for f in eligible_funds(plan.instance, m) if funds[f].kind == "national"]


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
    text, left = f"MIN({','.join(text for text, _ in purses)})", min(x for _, x in purses)
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
    neither, only, rest, both = (plan.say(f"wb_zero_{key}") for key in ("neither", "aid", name, "both"))
    formula = f'IF({other},IF({aid},"{neither}","{only}"),IF({aid},"{rest}","{both}"))'
    return Formula(formula, (neither if paid else only) if there else rest if paid else both)


def _shares(plan: PlanView, rows: list[dict[str, Any]], data: list[Measure]) -> Iterator[Column]:
    """Yield, for every kind of fund and every fund whose share is limited, the share and its limits."""
    sharers = dict.fromkeys([*KINDS, *plan.instance.funds])
    kinds = [kind for kind in sharers if any(kind in m.min_share or kind in m.max_share for m in data)]
    paid: dict[tuple[str, str], float] = {}
    for payment in plan.payments:
        for word in {payment["kind"], payment["fund"]}:
            paid[payment["measure"], word] = paid.get((payment["measure"], word), 0.0) + payment["amount"]
    tests: list[list[str]] = [[] for _ in rows]
    for kind in kinds:
        key = kind if kind in KINDS else f"fund_{plan.number('fund', kind)}"
        cells: list[Formula | None] = []
        for m, row, own in zip(data, rows, tests, strict=True):
            if kind not in m.min_share and kind not in m.max_share:
                cells.append(None)
                continue
            own += [f"{{least_{key}}}-{{paid_{key}}}>{CENT:f}"] if kind in m.min_share else []
            own += [f"{{paid_{key}}}-{{most_{key}}}>{CENT:f}"] if kind in m.max_share else []
            cells.append(_share(plan, kind, row["cost"], paid.get((row["measure"], kind), 0.0)))
        word = plan.name("kind" if kind in KINDS else "fund", kind)
        yield Column(f"paid_{key}", plan.say("wb_share_paid", kind=word), "share", cells)
        yield Column(
            f"least_{key}", plan.say("wb_share_least", kind=word), "share", [m.min_share.get(kind) for m in data]
        )
        yield Column(
            f"most_{key}", plan.say("wb_share_most", kind=word), "share", [m.max_share.get(kind) for m in data]
        )
    if kinds:
        broken = [
            Formula(f"IF({{cost}}>{CENT:f},{'+'.join(f'IF({x},1,0)' for x in own)},0)", 0) if own else 0
            for own in tests
        ]
        yield Column(
            "cost",
            plan.head("wb_cost", "money"),
            "money",
            [Formula("SUMIFS(measure_cost,measure_measure,{no})", row["cost"]) for row in rows],
            aside=True,
        )
        yield Column("shares_broken", plan.head("wb_broken"), "key", broken, name="shares_broken", aside=True)


def _share(plan: PlanView, kind: str, cost: float, paid: float) -> Formula:
    payer = f'amount_kind,"{kind}"' if kind in KINDS else f"amount_fund,{plan.number('fund', kind)}"
    formula = f'IF({{cost}}>{CENT:f},SUMIFS(amount,amount_measure,{{no}},{payer})/{{cost}},"")'
    return Formula(formula, paid / cost if cost > CENT else "")
