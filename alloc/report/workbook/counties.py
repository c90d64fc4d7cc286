"""The counties: what each gets and what it brings; and, for rules on money per head, what each has by the rule."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from alloc.instance import CATEGORIES
from alloc.instance.rules import Equity, Parity, Rule
from alloc.instance.sides import per_head
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.view import PlanView, known, quoted, sums


def write_counties(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write every county with its totals."""
    rows, counties = plan.rows("counties"), plan.instance.counties
    columns = [
        Column("county", plan.head("wb_county"), "text", [plan.name("county", row["county"]) for row in rows]),
        Column("region", plan.head("wb_region"), "text", [counties[row["county"]].region for row in rows]),
        Column("code", plan.head("wb_code"), "text", [counties[row["county"]].code for row in rows]),
        *_aid(plan, rows),
        *_money(plan, rows),
        Column(
            "population",
            plan.head("wb_population", "persons"),
            "whole",
            [counties[row["county"]].population for row in rows],
            adds_up=True,
            name="county_population",
        ),
        Column(
            "per_head",
            plan.head("wb_aid_per_head", "currency"),
            "figure",
            [_per_head(plan, row["aid_per_head"]) for row in rows],
        ),
        *_gains(plan, rows),
        Column("id", plan.head("wb_id"), "text", [row["county"] for row in rows], aside=True),
        *_numbers(plan, rows),
        *(_heads(plan) if book.live else ()),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1)


def _per_head(plan: PlanView, each: float | None) -> Formula:
    """Return aid per head in the currency, not in its multiple."""
    unit = plan.instance.money.unit
    value = None if each is None else each * unit
    return Formula(f'IF({{population}}>0,{{aid}}*{quoted(unit)}/{{population}},"")', value)


def _numbers(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    """Yield the numbers of counties and regions, which formulas tell them by."""
    regions = {c: county.region or c for c, county in plan.instance.counties.items()}
    for key, what, words in (
        ("no", "county", [row["county"] for row in rows]),
        ("number_region", "region", [regions[row["county"]] for row in rows]),
    ):
        cells = [plan.number(what, word) for word in words]
        yield Column(key, plan.numbered(what), "key", cells, name=f"county_{what}", aside=True)


def _aid(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    """Yield the aid of each county by category."""
    aid: dict[tuple[str, str], float] = defaultdict(float)
    for payment in plan.payments:
        if payment["kind"] == "aid":
            aid[payment["county"], payment["category"]] += payment["amount"]
    for k in CATEGORIES:
        formula = f'SUMIFS(amount,amount_county,{{no}},amount_category,"{k}",amount_kind,"aid")'
        cells = [Formula(formula, aid[row["county"], k]) for row in rows]
        yield Column(k, plan.head(k, "money"), "money", cells, adds_up=True, name=f"county_{k}")


def _money(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    """Yield the money of each county by who pays it."""
    formulas = {
        "aid": "SUM({infrastructure}:{enterprise})",
        "national": 'SUMIFS(amount,amount_county,{no},amount_kind,"national")',
        "other": "SUMIFS(amount,amount_county,{no},amount_other,1)",
    }
    for key, formula in formulas.items():
        cells = [Formula(formula, row[key]) for row in rows]
        yield Column(key, plan.head(f"wb_{key}", "money"), "money", cells, adds_up=True, name=f"county_{key}")
    whole = [Formula("SUM({aid}:{other})", math.fsum(row[key] for key in formulas)) for row in rows]
    yield Column("all", plan.head("wb_total", "money"), "money", whole, adds_up=True, name="county_total")


def _gains(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    """Yield what comes about in each county with the plan, anyway, without the aid, and through it."""
    for key, unit in (("jobs_gained", "jobs"), ("linkage", "linkage")):
        alone = f"{key}_without_aid"
        for column in (key, f"{key}_quo", alone):
            cells = [known(row[column]) for row in rows]
            title = plan.head(f"wb_{column}", unit)
            yield Column(column, title, "jobs", cells, adds_up=True, name=f"county_{column}")
        through = [Formula(f"{{{key}}}-{{{alone}}}", row[key] - known(row[alone])) for row in rows]
        yield Column(f"{key}_more", plan.head("wb_through_aid", unit), "jobs", through, adds_up=True)
    left = [row["jobseekers_left"] for row in rows]
    yield Column("left", plan.head("wb_jobseekers_left", "persons"), "whole", left, adds_up=True)


def _heads(plan: PlanView) -> Iterator[Column]:
    """Yield, for every rule on money per head, what it counts in each county and what it compares."""
    money = {(row["measure"], row["fund"]): row["amount"] for row in plan.payments}
    people = {c: row.population for c, row in plan.instance.counties.items()}
    rules = {rule.name: rule for rule in plan.instance.rules}
    for i, ((r, group), local) in enumerate(per_head(plan.instance).items(), 1):
        rule, start = rules[r], f"head_{i}"
        assert isinstance(rule, Equity)
        spent = {c: math.fsum(money[x] for x in payments) for c, payments in local.items()}
        of = plan.repetitions(rule)[group]
        formula = sums("amount", plan.criteria(rule.of, rule.fund, {**of.outer, **of.inner}), county="{no}")
        yield _aside(plan, rule, group, f"{start}_money", "money", [Formula(formula, x) for x in spent.values()])
        if isinstance(rule, Parity):
            cells = [Formula(f"{{{start}_money}}/{{population}}", spent[c] / people[c]) for c in spent]
            yield _aside(plan, rule, group, f"{start}_each", "figure", cells)
        else:
            formula = f"SUMPRODUCT(ABS({{{start}_money}}*county_population-{start}_money*{{population}}))/2"
            apart = {c: math.fsum(abs(spent[c] * people[d] - spent[d] * people[c]) for d in spent) for c in spent}
            yield _aside(
                plan, rule, group, f"{start}_apart", "whole", [Formula(formula, x / 2) for x in apart.values()]
            )


def _aside(plan: PlanView, rule: Rule, group: str, name: str, style: str, cells: list[Formula]) -> Column:
    """Return a column for the formulas of a rule, named after it."""
    word = name.rsplit("_", 1)[1]
    title = plan.say(f"wb_head_{word}", rule=plan.ruled(rule, group))
    return Column(name, title, style, cells, name=name, aside=True, width=18)
