"""The counties: what each gets and what it brings; and, for rules on money per head, what each has by the rule."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from alloc.instance import CATEGORIES
from alloc.instance.lookups import count_people, named_rules
from alloc.instance.rules import Equity, Parity
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView, quoted, sums


def write_counties(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write every county with its totals."""
    table = Columns(plan, [_told(plan, row) for row in plan.rows("counties")])
    columns = [
        table.name("county"),
        table.make("region", "text"),
        table.make("code", "text"),
        *_aid(table),
        *_money(table),
        table.make("population", "whole", "persons", adds_up=True, name="county_population"),
        _per_head(table),
        *_gains(table),
        table.make("left", "whole", "persons", of="jobseekers_left", text="wb_jobseekers_left", adds_up=True),
        table.aside("id", of="county"),
        table.number("county", "no", name="county_county"),
        table.number("region", "number_region", of="together", name="county_region"),
        *(list_heads([plan]) if book.live else ()),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1)


def _told(plan: PlanView, row: Row) -> Row:
    """Return the row of a county with what is written in the instance, and the region it counts for (together)."""
    of = plan.instance.counties[row["county"]]
    together = of.region or row["county"]
    return {**row, "region": of.region, "code": of.code, "population": of.population, "together": together}


def _per_head(table: Columns) -> Column:
    """Return aid per head in the currency, not in its multiple."""
    unit = table.plan.instance.money.unit
    formula = f'IF({{population}}>0,{{aid}}*{quoted(unit)}/{{population}},"")'

    def each(row: Row) -> float | None:
        return None if row["aid_per_head"] is None else row["aid_per_head"] * unit

    return table.make("per_head", "figure", "currency", of=each, formula=formula, text="wb_aid_per_head")


def _aid(table: Columns) -> Iterator[Column]:
    """Yield the aid of each county by category."""
    aid: dict[tuple[str, str], float] = defaultdict(float)
    for payment in table.plan.payments:
        if payment["kind"] == "aid":
            aid[payment["county"], payment["category"]] += payment["amount"]
    for k in CATEGORIES:
        formula = f'SUMIFS(amount,amount_county,{{no}},amount_category,"{k}",amount_kind,"aid")'
        cells = [Formula(formula, aid[row["county"], k]) for row in table.rows]
        yield Column(k, table.plan.head(k, "money"), "money", cells, adds_up=True, name=f"county_{k}")


def _money(table: Columns) -> Iterator[Column]:
    """Yield the money of each county by who pays it."""
    formulas = {
        "aid": "SUM({infrastructure}:{enterprise})",
        "national": 'SUMIFS(amount,amount_county,{no},amount_kind,"national")',
        "other": "SUMIFS(amount,amount_county,{no},amount_other,1)",
    }
    for key, formula in formulas.items():
        yield table.make(key, "money", "money", formula=formula, adds_up=True, name=f"county_{key}")

    def whole(row: Row) -> float:
        return math.fsum(map(row.__getitem__, formulas))

    yield table.make(
        "all", "money", "money", whole, "SUM({aid}:{other})", "wb_total", adds_up=True, name="county_total"
    )


def _gains(table: Columns) -> Iterator[Column]:
    """Yield what comes about in each county with the plan, anyway, without the aid, and through it."""
    for key, unit in (("jobs_gained", "jobs"), ("linkage", "linkage")):
        for column in (key, f"{key}_quo", f"{key}_without_aid"):
            yield table.world(column, "jobs", unit, adds_up=True, name=f"county_{column}")
        yield table.through_aid(key, "jobs", unit, f"{key}_more", adds_up=True)


def list_heads(views: Sequence[PlanView]) -> Iterator[Column]:
    """Yield, for every rule on money per head, what it counts in each county and what it compares.

    views: of the plan, or of each of its years, one under another.
    """
    for key in dict.fromkeys(key for view in views for key in view.heads):
        there = [view for view in views if key in view.heads]
        rule = named_rules(there[0].instance)[key[0]]
        assert isinstance(rule, Equity)
        start, title = f"head_{there[0].head_number(key)}", there[0].ruled(rule, key[1])
        cells: dict[str, list[Cell]] = {}
        for view in views:
            for word, own in _compare(view, rule, key, start).items():
                cells.setdefault(word, []).extend(own)
        for word, of_all in cells.items():
            head = there[0].say(f"wb_head_{word}", rule=title)
            name = f"{start}_{word}"
            yield Column(name, head, STYLES[word], of_all, name=name, aside=True, width=18)


STYLES = {"money": "money", "each": "figure", "apart": "whole"}
"""How what rules on money per head count and compare is written."""


def _compare(view: PlanView, rule: Equity, key: tuple[str, str], start: str) -> dict[str, list[Cell]]:
    """Return the money of each county, and what is compared: money per head, or the distance from all other counties.

    Nothing in a year in which there is no such rule.
    """
    word = "each" if isinstance(rule, Parity) else "apart"
    if key not in view.heads:
        nothing: list[Cell] = [None] * len(view.instance.counties)
        return {"money": nothing, word: nothing}
    people, spent, of = count_people(view.instance), view.heads[key], view.repetitions(rule)[key[1]]
    paid = sums("amount", view.criteria(rule.of, rule.fund, {**of.outer, **of.inner}), county="{no}")
    money: list[Cell] = [Formula(paid, x) for x in spent.values()]
    if isinstance(rule, Parity):
        return {
            "money": money,
            word: [Formula(f"{{{start}_money}}/{{population}}", spent[c] / people[c]) for c in spent],
        }
    here = f"(county_year={quoted(view.when['year'])})*" if view.when else ""
    formula = f"SUMPRODUCT({here}ABS({{{start}_money}}*county_population-{start}_money*{{population}}))/2"
    apart: list[Cell] = []
    for c in spent:
        distances = (abs(spent[c] * people[d] - spent[d] * people[c]) for d in spent)
        apart.append(Formula(formula, math.fsum(distances) / 2))
    return {"money": money, word: apart}
