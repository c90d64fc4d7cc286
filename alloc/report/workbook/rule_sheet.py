"""The rules: what each counts and compares with, the room left, and whether it is kept, all as formulas.

Every cell stands twice: as a formula, and with the value that the audited tables have for it.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, assert_never

from alloc.instance.lookups import count_people, named_rules
from alloc.instance.rules import Benefit, Equity, Gini, Linear, Parity, Rule
from alloc.instance.sharing import PLACES
from alloc.instance.sides import Side, multiplier, sides
from alloc.report.equity import points
from alloc.report.rows import NEAR
from alloc.report.workbook.book import Book, Cell, Column, Formula, value_of
from alloc.report.workbook.columns import Columns
from alloc.report.workbook.view import PlanView, Repetition, quoted, sums

SNAP = 1e-9
"""Room smaller than this part of the sides is none: what is left of adding in another order."""

FAR = "1E+15"

STYLES = {
    "money": "money",
    "measures": "whole",
    "money per head": "figure",
    "money × persons": "whole",
    "money per year": "money",
}
"""How the sides of a rule are written, by their unit."""

UNITS = {
    "money": "money",
    "measures": "measures",
    "money per head": "head",
    "money × persons": "heads_money",
    "money per year": "year_money",
}
"""What the unit of the sides is called."""

ROOM = {"min": "{left}-{min}", "max": "{max}-{left}"}
BEYOND = {"min": "MAX({min}-{left},0)", "max": "MAX({left}-{max},0)"}
"""The room left on a side, and how far a rule is beyond it."""


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

    @property
    def bounds(self) -> list[str]:
        """The columns of its bounds, as far as it has any."""
        least = [] if self.least is None else ["min"]
        return least if self.most is None else [*least, "max"]

    @property
    def sizes(self) -> dict[str, float]:
        """How large its sides are: what is counted, and each bound."""
        return {"left": abs(self.row["value"])} | {name: abs(self.row[name] or 0.0) for name in self.bounds}

    @property
    def broken(self) -> float:
        """By how much it is broken, in its own unit of violation."""
        by: float = self.row["broken_by"] or 0.0
        return by


def write_rules(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write every rule and group with both sides, room, verdict and the figures that the rule itself names."""
    write_repetitions(book, plan, sheet, list(list_ready(plan)))


def write_repetitions(
    book: Book, plan: PlanView, sheet: Any, rows: Sequence["Ready"], before: Sequence[Column] = ()
) -> None:
    """Write repetitions of rules. before: columns that stand before what a rule is."""
    table = Columns(plan, rows)
    block = book.table(sheet, [*before, *_sides(table), *_figures(table), *_asides(table)])
    book.dress(sheet, block, freeze=2, upto="figure")
    shown = ("rule", "group", "left", "slack", "state", "broken")
    for state, look in (("broken", "bad"), ("paid", "warn")):
        book.mark(sheet, block, shown, f'{{state}}="{plan.say(f"wb_rule_{state}")}"', look)
    book.mark(sheet, block, ("state", "slack"), f'{{state}}="{plan.say("wb_rule_limit")}"', "limit")


def _sides(table: Columns) -> Iterator[Column]:
    """Yield what a rule is, its sides, the room left and the verdict."""
    plan = table.plan
    styles = table.cells(lambda x: STYLES[x.rule.unit])
    yield table.make("rule", "text", of=lambda x: plan.ruled(x.rule), width=34)
    yield table.make("group", "text", of=lambda x: plan.grouped(x.rule, x.row["group"]))
    yield table.make("type", "text", of=lambda x: plan.say(f"wb_type_{x.rule.type}"))
    yield table.make("unit", "text", of=lambda x: plan.unit(UNITS[x.rule.unit]), text="wb_unit_of_sides")
    yield table.make("left", "money", of=lambda x: x.left, name="rule_left", styles=styles)
    yield table.make("min", "money", of=_least, text="wb_right_min", name="rule_min", styles=styles)
    yield table.make("max", "money", of=_most, text="wb_right_max", name="rule_max", styles=styles)
    yield table.make("slack", "money", of=_slack, name="rule_slack", styles=styles)
    yield table.make("state", "word", of=lambda x: _state(plan, x), width=20, name="rule_state")
    yield table.make("broken", "money", of=_broken, text="wb_broken_by", name="rule_broken", styles=styles)


def _figures(table: Columns) -> Iterator[Column]:
    """Yield the figures that the rule itself names, and what they are held against."""
    styles = table.cells(lambda x: "share" if x.rule.figure == "part" else "figure")
    sides_styles = table.cells(lambda x: STYLES[x.rule.unit])
    yield table.make("figure", "figure", of=_figure, styles=styles)
    yield table.make("least", "figure", of=lambda x: x.least, styles=styles)
    yield table.make("most", "figure", of=lambda x: x.most, styles=styles)
    yield table.make("base", "money", of=lambda x: x.base, styles=sides_styles)
    yield table.make("penalty", "figure", of=lambda x: x.rule.penalty)
    yield table.make("solved", "money", of=lambda x: x.row["value"], text="wb_left_solved", styles=sides_styles)
    yield table.make("source", "text", of=lambda x: x.rule.source)
    yield table.make("note", "text", of=lambda x: x.rule.note, width=40)


def _asides(table: Columns) -> Iterator[Column]:
    """Yield what stands for formulas and for finding a row."""
    yield table.aside("id", of=lambda x: x.rule.name, text="wb_rule_id")
    yield table.aside("group_id", of=lambda x: x.row["group"], text="wb_group_id")
    yield table.make("soft", "key", of=lambda x: int(x.rule.penalty is not None), name="rule_soft", aside=True)
    yield table.make("size", "number", of=_size, aside=True)


def list_ready(plan: PlanView) -> Iterator[Ready]:
    """Yield every repetition of every rule, in the order of the table."""
    rules = named_rules(plan.instance)
    common = sides(plan.instance)
    for row in plan.rows("rules"):
        rule: Rule = rules[row["rule"]]
        key = rule.name, row["group"]
        match rule:
            case Linear():
                yield _linear(plan, rule, row, common[key])
            case Parity() | Gini():
                yield _equity(plan, rule, row, key)
            case _:
                assert_never(rule)


def _linear(plan: PlanView, rule: Rule, row: Mapping[str, Any], side: Side) -> Ready:
    """Return a rule of the common form: what it counts in one place, and the number or the money it compares with."""
    of, counted = plan.repetitions(rule)[row["group"]], rule.counted
    if isinstance(rule, Benefit):
        return Ready(rule, row, Formula(_returns(plan, rule, {**of.outer, **of.inner}), row["value"]), None, rule.min)
    column, fund = ("amount", counted.purse) if counted.purse else ("funded", "all")
    told = plan.criteria(counted.of, fund, {**of.outer, **of.inner}) if of.counts else None
    return Ready(rule, row, Formula(sums(column, told), row["value"]), _base(plan, rule, of, side), *rule.bounds)


def _returns(plan: PlanView, rule: Benefit, narrowed: Mapping[str, str]) -> str:
    """Return the formula of what a side earns: for each way to meet the selection, the rows of the sheet of gains."""
    wanted = {key: getattr(rule.of, key) for key in PLACES} | {key: (word,) for key, word in narrowed.items()}
    keys = [key for key, words in wanted.items() if words]
    if not keys and not plan.when:
        return f"SUM(sharing_{rule.side})"
    found = []
    for words in product(*(dict.fromkeys(wanted[key]) for key in keys)):
        sought = [(key, plan.sought(key, word)) for key, word in zip(keys, words, strict=True)]
        found.append(f"SUMIFS(sharing_{rule.side}{_where([*sought, *plan.when.items()])})")
    return "+".join(found)


def _where(words: Iterable[tuple[str, str | int]]) -> str:
    """Return the conditions of a sum over the sheet of gains: a column, and the word in it."""
    return "".join(f",sharing_{key},{quoted(word)}" for key, word in words)


def _base(plan: PlanView, rule: Any, of: Repetition, side: Side) -> Cell:
    """Return what a rule compares with: money, a number, or nothing where that is 1."""
    other = rule.compared
    if other:
        told = plan.criteria(other.of, other.purse, of.outer) if of.compares else None
        return Formula(sums("amount", told), plan.add_payments(side.base))
    return multiplier(plan.instance, rule, of.group) if rule.times else None


def _equity(plan: PlanView, rule: Equity, row: Mapping[str, Any], key: tuple[str, str]) -> Ready:
    """Return a rule on money per head; its columns stand beside the counties."""
    people, spent, head = count_people(plan.instance), plan.heads[key], f"head_{plan.head_number(key)}"
    if isinstance(rule, Parity):
        least = min(spent[c] / people[c] for c in spent)
        left = Formula(_over_counties(plan, "MAX", f"{head}_each"), row["value"])
        base = Formula(_over_counties(plan, "MIN", f"{head}_each"), least)
    else:
        left = Formula(_over_counties(plan, "SUM", f"{head}_apart"), row["value"])
        whole = sum(people.values()) * math.fsum(spent.values())
        factors = _over_counties(plan, "SUM", "county_population"), _over_counties(plan, "SUM", f"{head}_money")
        base = Formula("*".join(factors), whole)
    return Ready(rule, row, left, base, None, rule.max, points(plan.instance)[key])


def _over_counties(plan: PlanView, function: str, column: str) -> str:
    """Return the formula of the sum, the largest or the smallest over counties, those of the year where there are more.

    SUMPRODUCT works out what it holds cell by cell, in every spreadsheet; money per head is far below FAR.
    """
    if not plan.when:
        return f"{function}({column})"
    year = quoted(plan.when["year"])
    of_year = {
        "SUM": f"SUMIFS({column},county_year,{year})",
        "MAX": f"SUMPRODUCT(MAX((county_year={year})*{column}))",
        "MIN": f"SUMPRODUCT(MIN({column}+(county_year<>{year})*{FAR}))",
    }
    return of_year[function]


def _least(x: Ready) -> Cell:
    """Return the least that is to be counted: the figure that the rule names times what it compares with."""
    return x.least if x.least is None or x.base is None else Formula("{least}*{base}", x.row["min"])


def _most(x: Ready) -> Cell:
    """Return the most that may be counted: the figure that the rule names times what it compares with."""
    return x.most if x.most is None or x.base is None else Formula("{most}*{base}", x.row["max"])


def _largest(x: Ready, *more: str) -> str:
    """Return the formula of the largest side."""
    return f"MAX({','.join([*more, *(f'ABS({{{name}}})' for name in x.sizes)])})"


def _size(x: Ready) -> Formula:
    """Return how large the sides are, which nearness is a part of; money per head may be small in a large unit."""
    if x.rule.unit == "money per head":
        return Formula(_largest(x), max(x.sizes.values()))
    return Formula(_largest(x, "1"), max(1.0, *x.sizes.values()))


def _slack(x: Ready) -> Cell:
    """Return the room left on the nearer side; what is nothing but rounding is 0."""
    if not x.bounds:
        return None
    room = f"MIN({','.join(map(ROOM.__getitem__, x.bounds))})"
    slack: float = x.row["slack"] or 0.0
    none = abs(slack) <= SNAP * float(_size(x).value or 0.0)
    return Formula(f"IF(ABS({room})<={SNAP:.9f}*{{size}},0,{room})", 0.0 if none else slack)


def _broken(x: Ready) -> Cell:
    """Return by how much a rule is broken, 0 where it is not."""
    if not x.bounds:
        return 0
    over = "+".join(map(BEYOND.__getitem__, x.bounds))
    return Formula(f"IF({over}>{NEAR:f}*{{size}},({over})/{x.point!r},0)", x.broken)


def _state(plan: PlanView, x: Ready) -> Formula:
    """Return the verdict in words."""
    kept, limit, hollow = map(plan.say, ("wb_rule_kept", "wb_rule_limit", "wb_rule_hollow"))
    if not x.bounds:
        return Formula(f'"{kept}"', kept)
    bad = plan.say("wb_rule_broken" if x.rule.penalty is None else "wb_rule_paid")
    # Where both sides may be 0 there may be nothing to compare: such a rule is not at its limit.
    may_be_empty = bool(x.rule.compared) or isinstance(x.rule, Equity)
    empty = f"{_largest(x)}<={SNAP:.9f}" if may_be_empty else "FALSE"
    at_limit = f"{{slack}}<={NEAR:f}*{{size}}"
    formula = f'IF({{broken}}>0,"{bad}",IF({at_limit},IF({empty},"{hollow}","{limit}"),"{kept}"))'
    if x.broken > 0:
        return Formula(formula, bad)
    if not x.row["binding"]:
        return Formula(formula, kept)
    return Formula(formula, hollow if may_be_empty and max(x.sizes.values()) <= SNAP else limit)


def _figure(x: Ready) -> Cell:
    """Return what the rule's own figure is held against: a share, a ratio, an index, money per head."""
    if x.base is None:
        return None
    base = float(value_of(x.base) or 0.0)
    return Formula('IF(ABS({base})>0.000000001,{left}/{base},"")', x.row["value"] / base if abs(base) > SNAP else "")
