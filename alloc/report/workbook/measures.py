"""The measures: what each costs and who pays, whether its own limits hold, and which are not funded and why."""

from collections.abc import Iterator
from typing import Any

from alloc.instance.schema import Measure
from alloc.report.workbook.allocation import CENT, marks
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.view import PlanView, quoted

NEAR = "0.000001"
"""How far a number may be beyond its limit, as a part of its size."""


def write_measures(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write every measure: whether it goes ahead and how much of it follow from the money in the allocation."""
    rows = plan.measures
    data = [plan.instance.measures[row["measure"]] for row in rows]
    limits = [_limits(plan, m) for m in data]
    columns = [
        *_who(plan, rows),
        Column(
            "funded",
            plan.head("wb_funded"),
            "key",
            [_funded(row, m) for row, m in zip(rows, data, strict=True)],
            adds_up=True,
            name="funded",
        ),
        Column(
            "units",
            plan.head("wb_units"),
            "number",
            [_units(row, m, plan.instance.money.lot) for row, m in zip(rows, data, strict=True)],
            name="measure_units",
        ),
        Column("unit", plan.head("wb_unit"), "text", [m.unit for m in data]),
        *_money(plan, rows),
        Column("gain", plan.head("wb_gain"), "number", [row["gain"] for row in rows]),
        Column("effect", plan.head("wb_effect"), "number", [row["effect"] for row in rows]),
        Column("direct", plan.head("wb_direct_jobs"), "jobs", [row["direct_jobs"] for row in rows], adds_up=True),
        Column("linkage", plan.head("wb_linkage_direct"), "jobs", [row["linkage"] for row in rows], adds_up=True),
        Column("idle", plan.head("wb_idle"), "text", [plan.say("wb_yes") if row["idle"] else "" for row in rows]),
        Column("asked", plan.head("wb_asked_by"), "text", [_asked(plan, row) for row in rows], width=30),
        *(
            Column(key, plan.head(f"wb_{key}", unit), "number", [getattr(m, key) for m in data])
            for key, unit in (("fixed_cost", "money"), ("unit_cost", "money"), ("min_units", ""), ("max_units", ""))
        ),
        Column("state", plan.head("wb_limits"), "word", [Formula(words, "") for words, _ in limits], width=30),
        Column("id", plan.head("wb_id"), "text", [row["measure"] for row in rows], aside=True),
        *marks(book, plan, "measure", [row["measure"] for row in rows]),
        *_uses(plan, data),
        Column(
            "broken",
            plan.head("wb_broken"),
            "key",
            [Formula(n, 0) for _, n in limits],
            name="measure_broken",
            aside=True,
        ),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1, upto="asked")
    book.mark(sheet, block, ("state",), "{broken}>0", "bad")
    book.mark(sheet, block, ("measure", "funded", "units"), "{funded}=0", "idle")
    book.mark(sheet, block, ("measure", "gain", "idle"), '{idle}<>""', "warn")


def _asked(plan: PlanView, row: dict[str, Any]) -> str:
    """Return what asks for a measure of which nothing is used."""
    words = [word for word in row["asked_by"].split("|") if word and row["idle"]]
    return plan.join([plan.asker(word) for word in words])


def _who(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    for what in ("measure", "county", "category", "industry"):
        yield Column(what, plan.head(f"wb_{what}"), "text", [plan.name(what, row[what]) for row in rows])


def _funded(row: dict[str, Any], measure: Measure) -> Cell:
    """Return whether a measure goes ahead: as soon as it gets money; one that may cost nothing, as the plan says."""
    if row["funded"] and measure.fixed_cost + measure.unit_cost * measure.min_units <= CENT:
        return 1
    follows = int(row["cost"] > CENT)
    return Formula(f"IF({{cost}}>{NEAR},1,0)", follows) if follows == row["funded"] else int(row["funded"])


def _units(row: dict[str, Any], measure: Measure, lot: float | None) -> Cell:
    """Return how much of a measure the money pays for, where a unit costs anything.

    The last lot may pay for more than the plan buys: as long as the money is the plan's, so are the units.
    """
    units: float = row["units"]
    if measure.unit_cost == 0:
        return units
    bought = "({cost}-{fixed_cost})/{unit_cost}"
    if lot is not None:
        bought = f"INT({bought}+{CENT:f})" if measure.integer else bought
        within = f"{{cost}}<{{fixed_cost}}+{{unit_cost}}*{{max_units}}+{quoted(lot)}"
        bought = f"IF({within},MIN({{max_units}},{bought}),{bought})"
        bought = f"IF(ABS({{cost}}-{quoted(row['cost'])})<{CENT:f},{quoted(units)},{bought})"
    return Formula(f"IF({{funded}}=1,{bought},0)", units)


def _money(plan: PlanView, rows: list[dict[str, Any]]) -> Iterator[Column]:
    """Yield the cost of each measure by who pays it."""
    formulas = {
        "cost": "SUMIFS(amount,amount_measure,{number_measure})",
        "aid": 'SUMIFS(amount,amount_measure,{number_measure},amount_kind,"aid")',
        "national": 'SUMIFS(amount,amount_measure,{number_measure},amount_kind,"national")',
        "other": "SUMIFS(amount,amount_measure,{number_measure},amount_other,1)",
    }
    for key, formula in formulas.items():
        cells = [Formula(formula, row[key]) for row in rows]
        yield Column(key, plan.head(f"wb_{key}", "money"), "money", cells, adds_up=True, name=f"measure_{key}")


def _uses(plan: PlanView, data: list[Measure]) -> Iterator[Column]:
    """Yield what one unit of each measure takes of every scarce resource."""
    for i, r in enumerate(plan.instance.resources, 1):
        title = plan.say("wb_uses_of", resource=plan.name("resource", r))
        cells = [m.uses.get(r, 0.0) for m in data]
        yield Column(f"uses_{i}", title, "figure", cells, name=f"measure_uses_{i}", aside=True)


def _limits(plan: PlanView, measure: Measure) -> tuple[str, str]:
    """Return two formulas: the limits of its own that a measure breaks, in words, and how many they are."""
    found = [(text, test) for text, test in _tests(plan, measure)]
    words = "&".join(f'IF({test},"{plan.say(text)}; ","")' for text, test in found)
    return words, "+".join(f"IF({test},1,0)" for _, test in found)


def _tests(plan: PlanView, measure: Measure) -> Iterator[tuple[str, str]]:
    """Yield each limit of a measure: what to say where it is broken, and the test that it is."""
    near = f"{NEAR}*MAX(1,ABS({{max_units}}))"

    def going(other: str) -> str:
        return f"SUMIFS(funded,measure_measure,{plan.number('measure', other)})"

    yield "wb_too_small", f"AND({{funded}}=1,{{units}}<{{min_units}}-{near})"
    yield "wb_too_large", f"AND({{funded}}=1,{{units}}>{{max_units}}+{near})"
    if measure.integer:
        yield "wb_not_whole", f"ABS({{units}}-ROUND({{units}},0))>{near}"
    if measure.unit_cost == 0:
        yield "wb_not_cost", f"ABS({{cost}}-{{funded}}*{{fixed_cost}})>{NEAR}*MAX(1,{{fixed_cost}})"
    if not measure.eligible:
        yield "wb_not_eligible", "{funded}=1"
    if measure.committed:
        yield "wb_committed", "{funded}=0"
    for other in measure.requires:
        yield "wb_requires", f"AND({{funded}}=1,{going(other)}=0)"
    for other in measure.excludes:
        yield "wb_excludes", f"AND({{funded}}=1,{going(other)}=1)"
    for other, ratio in measure.limited_by.items():
        units = f"SUMIFS(measure_units,measure_measure,{plan.number('measure', other)})"
        yield "wb_limited", f"{{units}}>{quoted(ratio)}*{units}+{near}"


def write_unfunded(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write the measures that do not go ahead, each with the reason."""
    rows = [row for row in plan.measures if not row["funded"]]
    data = [plan.instance.measures[row["measure"]] for row in rows]
    columns = [
        *_who(plan, rows),
        Column("reason", plan.head("wb_reason"), "text", [row["reason"] for row in rows]),
        Column(
            "cheapest",
            plan.head("wb_cheapest", "money"),
            "money",
            [m.fixed_cost + m.unit_cost * m.min_units for m in data],
        ),
        Column("dearest", plan.head("wb_dearest", "money"), "money", [m.largest_cost for m in data]),
        Column("id", plan.head("wb_id"), "text", [row["measure"] for row in rows], aside=True),
    ]
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=1, guard=False)
