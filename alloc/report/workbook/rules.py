"""The rules: what each counts and compares with, the room left, and whether it is kept, all as formulas."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alloc.instance.rules import Equity, Linear, Parity, Rule
from alloc.instance.selections import groups
from alloc.instance.sides import multiplier, per_head, sides
from alloc.report.equity import points
from alloc.report.tables import NEAR
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.view import PlanView, Repetition, sums

SNAP = 1e-9
"""Room smaller than this part of the sides is none: what is left of adding in another order."""

STYLES = {"money": "money", "measures": "whole", "money per head": "figure", "money × persons": "whole"}
"""How the sides of a rule are written, by their unit."""

UNITS = {"money": "money", "measures": "measures", "money per head": "head", "money × persons": "heads_money"}
"""What the unit of the sides is called."""


@dataclass(frozen=True)
class Ready:
    """One repetition of a rule: least · base ≤ left ≤ most · base, or without a base least ≤ left ≤ most.

    point: how much of the sides is one unit of violation.
    """

    rule: Rule
    row: Mapping[str, Any]
    left: Formula
    base: Cell = None
    least: float | None = None
    most: float | None = None
    point: float = 1.0


def write_rules(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write every rule and group with both sides, room, verdict and the figures that the rule itself names."""
    ready = _ready(plan)
    sides_styles = [STYLES[x.rule.unit] for x in ready]
    figure_styles = ["share" if x.rule.figure == "part" else "figure" for x in ready]

    def side(key: str, text: str, cells: list[Any], name: str = "") -> Column:
        return Column(key, plan.head(text), "money", cells, name=name, styles=sides_styles)

    def figure(key: str, text: str, cells: list[Any]) -> Column:
        return Column(key, plan.head(text), "figure", cells, styles=figure_styles)

    columns = [
        Column("rule", plan.head("wb_rule"), "text", [plan.ruled(x.rule) for x in ready], width=34),
        Column("group", plan.head("wb_group"), "text", [plan.grouped(x.rule, x.row["group"]) for x in ready]),
        Column("type", plan.head("wb_type"), "text", [plan.say(f"wb_type_{x.rule.type}") for x in ready]),
        Column("unit", plan.head("wb_unit_of_sides"), "text", [plan.unit(UNITS[x.rule.unit]) for x in ready]),
        side("left", "wb_left", [x.left for x in ready], "rule_left"),
        side("min", "wb_right_min", [_right(x, "min", x.least) for x in ready], "rule_min"),
        side("max", "wb_right_max", [_right(x, "max", x.most) for x in ready], "rule_max"),
        side("slack", "wb_slack", [_slack(x) for x in ready], "rule_slack"),
        Column("state", plan.head("wb_state"), "word", [_state(plan, x) for x in ready], width=20, name="rule_state"),
        side("broken", "wb_broken_by", [_broken(x) for x in ready], "rule_broken"),
        figure("figure", "wb_figure", [_figure(x) for x in ready]),
        figure("least", "wb_least", [x.least for x in ready]),
        figure("most", "wb_most", [x.most for x in ready]),
        side("base", "wb_base", [x.base for x in ready]),
        Column("penalty", plan.head("wb_penalty"), "figure", [x.rule.penalty for x in ready]),
        side("solved", "wb_left_solved", [x.row["value"] for x in ready]),
        Column("source", plan.head("wb_source"), "text", [x.rule.source for x in ready]),
        Column("note", plan.head("wb_note"), "text", [x.rule.note for x in ready], width=40),
        Column("id", plan.head("wb_rule_id"), "text", [x.rule.name for x in ready], aside=True),
        Column("group_id", plan.head("wb_group_id"), "text", [x.row["group"] for x in ready], aside=True),
        Column(
            "soft",
            plan.head("wb_soft"),
            "key",
            [int(x.rule.penalty is not None) for x in ready],
            name="rule_soft",
            aside=True,
        ),
        Column("size", plan.head("wb_size"), "number", [_size(x) for x in ready], aside=True),
    ]
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=2, upto="figure")
    shown = ("rule", "group", "left", "slack", "state", "broken")
    for state, look in (("broken", "bad"), ("paid", "warn")):
        book.mark(sheet, block, shown, f'{{state}}="{plan.say(f"wb_rule_{state}")}"', look)
    book.mark(sheet, block, ("state", "slack"), f'{{state}}="{plan.say("wb_rule_limit")}"', "limit")


def _ready(plan: PlanView) -> list[Ready]:
    """Return every repetition of every rule, in the order of the table."""
    rules = {rule.name: rule for rule in plan.instance.rules}
    money = {(row["measure"], row["fund"]): row["amount"] for row in plan.payments}
    compared = {key: math.fsum(money[x] for x in side.base) for key, side in sides(plan.instance).items()}
    local = per_head(plan.instance)
    numbers = {
        (rule.name, group.name): multiplier(plan.instance, rule, group)
        for rule in plan.instance.rules
        if isinstance(rule, Linear) and rule.times
        for group in groups(plan.instance, rule)
    }
    repeated = {rule.name: plan.repetitions(rule) for rule in plan.instance.rules}
    found = []
    for row in plan.rows("rules"):
        rule, key = rules[row["rule"]], (row["rule"], row["group"])
        if isinstance(rule, Equity):
            spent = {c: math.fsum(money[x] for x in payments) for c, payments in local[key].items()}
            found.append(_equity(plan, rule, row, list(local).index(key) + 1, spent))
            continue
        of = repeated[rule.name][row["group"]]
        found.append(_linear(plan, rule, row, of, compared[key], numbers.get(key)))
    return found


def _linear(
    plan: PlanView, rule: Rule, row: Mapping[str, Any], of: Repetition, compared: float, number: float | None
) -> Ready:
    """Return a rule of the common form: what it counts in one place, and the number or the money it compares with."""
    counted, other = rule.counted, rule.compared
    column, purse = ("amount", counted.purse) if counted.purse else ("funded", "all")
    told = plan.criteria(counted.of, purse, {**of.outer, **of.inner}) if of.counts else None
    base: Cell = number
    if other:
        base = Formula(
            sums("amount", plan.criteria(other.of, other.purse, of.outer) if of.compares else None), compared
        )
    return Ready(rule, row, Formula(sums(column, told), row["value"]), base, *rule.bounds)


def _equity(plan: PlanView, rule: Equity, row: Mapping[str, Any], no: int, spent: Mapping[str, float]) -> Ready:
    """Return a rule on money per head; its columns stand beside the counties."""
    people = {c: x.population for c, x in plan.instance.counties.items()}
    if isinstance(rule, Parity):
        least = min(spent[c] / people[c] for c in spent)
        left, base = Formula(f"MAX(head_{no}_each)", row["value"]), Formula(f"MIN(head_{no}_each)", least)
    else:
        left = Formula(f"SUM(head_{no}_apart)", row["value"])
        whole = sum(people.values()) * math.fsum(spent.values())
        base = Formula(f"SUM(county_population)*SUM(head_{no}_money)", whole)
    return Ready(rule, row, left, base, None, rule.max, points(plan.instance)[rule.name, row["group"]])


def _right(x: Ready, side: str, figure: float | None) -> Cell:
    """Return a bound: the figure that the rule names times what it compares with."""
    if figure is None:
        return None
    name = {"min": "least", "max": "most"}[side]
    return figure if x.base is None else Formula(f"{{{name}}}*{{base}}", x.row[side])


def _bounds(x: Ready) -> list[str]:
    return [name for name, figure in (("min", x.least), ("max", x.most)) if figure is not None]


def _size(x: Ready) -> Formula:
    """Return how large the sides are, which nearness is a part of."""
    names = ["left", *_bounds(x)]
    values = [abs(x.row["value"]), *(abs(x.row[name] or 0.0) for name in _bounds(x))]
    one = [] if x.rule.unit == "money per head" else ["1"]
    cells = ",".join([*one, *(f"ABS({{{name}}})" for name in names)])
    return Formula(f"MAX({cells})", max([*map(float, one), *values]))


def _slack(x: Ready) -> Cell:
    """Return the room left on the nearer side; what is nothing but rounding is 0."""
    if not _bounds(x):
        return None
    room = ",".join({"min": "{left}-{min}", "max": "{max}-{left}"}[name] for name in _bounds(x))
    slack = x.row["slack"] or 0.0
    none = abs(slack) <= SNAP * float(_size(x).value or 0.0)
    return Formula(f"IF(ABS(MIN({room}))<={SNAP:.9f}*{{size}},0,MIN({room}))", 0.0 if none else slack)


def _broken(x: Ready) -> Cell:
    """Return by how much a rule is broken, 0 where it is not."""
    if not _bounds(x):
        return 0
    over = "+".join({"min": "MAX({min}-{left},0)", "max": "MAX({left}-{max},0)"}[name] for name in _bounds(x))
    return Formula(f"IF({over}>{NEAR:f}*{{size}},({over})/{x.point!r},0)", x.row["broken_by"] or 0.0)


def _state(plan: PlanView, x: Ready) -> Formula:
    """Return the verdict in words."""
    words = {key: plan.say(f"wb_rule_{key}") for key in ("kept", "limit", "hollow", "broken", "paid")}
    bad = words["broken" if x.rule.penalty is None else "paid"]
    still, hollow = f"{{slack}}<={NEAR:f}*{{size}}", "FALSE"
    empty = False
    if x.rule.compared or isinstance(x.rule, Equity):  # both sides may be 0: then there is nothing to compare
        values = [abs(x.row["value"]), *(abs(x.row[name] or 0.0) for name in _bounds(x))]
        empty = max(values) <= SNAP
        hollow = f"MAX({','.join(f'ABS({{{name}}})' for name in ('left', *_bounds(x)))})<={SNAP:.9f}"
    if not _bounds(x):
        return Formula(f'"{words["kept"]}"', words["kept"])
    value = bad if (x.row["broken_by"] or 0.0) > 0 else words["kept"]
    if not (x.row["broken_by"] or 0.0) > 0 and x.row["binding"]:
        value = words["hollow" if empty else "limit"]
    return Formula(
        f'IF({{broken}}>0,"{bad}",IF({still},IF({hollow},"{words["hollow"]}","{words["limit"]}"),"{words["kept"]}"))',
        value,
    )


def _figure(x: Ready) -> Cell:
    """Return what the rule's own figure is held against: a share, a ratio, an index, money per head."""
    if x.base is None:
        return None
    base = x.base.value if isinstance(x.base, Formula) else x.base
    assert isinstance(base, (int, float))
    return Formula('IF(ABS({base})>0.000000001,{left}/{base},"")', x.row["value"] / base if abs(base) > SNAP else "")
