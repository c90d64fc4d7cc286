"""The measures: what each costs and who pays, whether its own limits hold, and which are not funded and why."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import filterfalse
from operator import itemgetter
from typing import Any

from alloc.instance.schema import Measure
from alloc.report.rows import NEAR, list_words
from alloc.report.workbook.allocation import CENT, marks
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.view import PlanView, quoted

WHO = ("measure", "county", "category", "industry")
WRITTEN = {"fixed_cost": "money", "unit_cost": "money", "min_units": "", "max_units": ""}
"""What a measure is told by, and figures that are written beside it, with their units."""


def write_measures(book: Book, plan: PlanView, sheet: Any) -> None:
    """Write every measure: whether it goes ahead and how much of it follow from the money in the allocation."""
    rows = _add_written(plan, plan.measures)
    for row in rows:
        row["limits"], row["count"] = _limits(plan, row["of"])
    table, lot = Columns(plan, rows), plan.instance.money.lot
    columns = [
        *table.names(*WHO),
        table.make("funded", "key", of=_funded, adds_up=True, name="funded"),
        table.make("units", "number", of=lambda row: _units(row, lot), name="measure_units"),
        table.make("unit", "text", of=lambda row: row["of"].unit),
        *_money(table),
        table.make("gain", "number"),
        table.make("effect", "number"),
        table.make("direct", "jobs", of="direct_jobs", text="wb_direct_jobs", adds_up=True),
        table.make("linkage", "jobs", text="wb_linkage_direct", adds_up=True),
        *list_idle(table),
        *(_written(table, key, unit) for key, unit in WRITTEN.items()),
        table.make("state", "word", of=lambda row: Formula(row["limits"], ""), text="wb_limits", width=30),
        table.aside("id", of="measure"),
        *marks(book, plan, "measure", rows),
        *_uses(table),
        table.make("broken", "key", of=lambda row: Formula(row["count"], 0), name="measure_broken", aside=True),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=1, upto="asked")
    book.mark(sheet, block, ("state",), "{broken}>0", "bad")
    book.mark(sheet, block, ("measure", "funded", "units"), "{funded}=0", "idle")
    book.mark(sheet, block, ("measure", "gain", "idle"), '{idle}<>""', "warn")


def _add_written(plan: PlanView, rows: Iterable[Row]) -> list[Row]:
    """Return rows of measures with what is written in the instance (of)."""
    return [{**row, "of": plan.instance.measures[row["measure"]]} for row in rows]


def list_idle(table: Columns) -> Iterator[Column]:
    """Yield whether nothing of a measure is used, and what asks for it then."""
    plan = table.plan
    yield table.make("idle", "text", of=lambda row: plan.say("wb_yes") if row.get("idle") else "")
    yield table.make("asked", "text", of=lambda row: _asked(plan, row), text="wb_asked_by", width=30)


def _asked(plan: PlanView, row: dict[str, Any]) -> str:
    """Return what asks for a measure of which nothing is used; of years that were told without it nothing is said."""
    words = list_words(row["asked_by"]) if row.get("idle") else []
    return plan.join(list(map(plan.asker, words)))


def _written(table: Columns, key: str, unit: str) -> Column:
    """Return a figure as the instance has it."""
    return table.make(key, "number", unit, of=lambda row: getattr(row["of"], key))


def _funded(row: Row) -> Cell:
    """Return whether a measure goes ahead: as soon as it gets money; one that may cost nothing, as the plan says."""
    measure = row["of"]
    if row["funded"] and measure.fixed_cost + measure.unit_cost * measure.min_units <= CENT:
        return 1
    follows = int(row["cost"] > CENT)
    return Formula(f"IF({{cost}}>{NEAR:f},1,0)", follows) if follows == row["funded"] else int(row["funded"])


def _units(row: Row, lot: float | None) -> Cell:
    """Return how much of a measure the money pays for, where a unit costs anything.

    The last lot may pay for more than the plan buys: as long as the money is the plan's, so are the units.
    """
    units: float = row["units"]
    measure: Measure = row["of"]
    if measure.unit_cost == 0:
        return units
    bought = "({cost}-{fixed_cost})/{unit_cost}"
    if lot is not None:
        bought = f"INT({bought}+{CENT:f})" if measure.integer else bought
        within = f"{{cost}}<{{fixed_cost}}+{{unit_cost}}*{{max_units}}+{quoted(lot)}"
        bought = f"IF({within},MIN({{max_units}},{bought}),{bought})"
        bought = f"IF(ABS({{cost}}-{quoted(row['cost'])})<{CENT:f},{quoted(units)},{bought})"
    return Formula(f"IF({{funded}}=1,{bought},0)", units)


def _money(table: Columns) -> Iterator[Column]:
    """Yield the cost of each measure by who pays it."""
    formulas = {
        "cost": "SUMIFS(amount,amount_measure,{number_measure})",
        "aid": 'SUMIFS(amount,amount_measure,{number_measure},amount_kind,"aid")',
        "national": 'SUMIFS(amount,amount_measure,{number_measure},amount_kind,"national")',
        "other": "SUMIFS(amount,amount_measure,{number_measure},amount_other,1)",
    }
    for key, formula in formulas.items():
        yield table.make(key, "money", "money", formula=formula, adds_up=True, name=f"measure_{key}")


def _uses(table: Columns) -> Iterator[Column]:
    """Yield what one unit of each measure takes of every scarce resource."""
    plan = table.plan
    for i, r in enumerate(plan.instance.resources, 1):
        title = plan.say("wb_uses_of", resource=plan.name("resource", r))
        cells = table.cells(partial(_use, r))
        yield Column(f"uses_{i}", title, "figure", cells, name=f"measure_uses_{i}", aside=True)


def _use(r: str, row: Row) -> float:
    used: float = row["of"].uses.get(r, 0.0)
    return used


def _limits(plan: PlanView, measure: Measure) -> tuple[str, str]:
    """Return two formulas: the limits of its own that a measure breaks, in words, and how many they are."""
    words, counts = [], []
    for text, test in _tests(plan, measure):
        words.append(f'IF({test},"{plan.say(text)}; ","")')
        counts.append(f"IF({test},1,0)")
    return "&".join(words), "+".join(counts)


def _tests(plan: PlanView, measure: Measure) -> Iterator[tuple[str, str]]:
    """Yield each limit of a measure: what to say where it is broken, and the test that it is."""
    near = f"{NEAR:f}*MAX(1,ABS({{max_units}}))"

    def going(other: str) -> str:
        return f"SUMIFS(funded,measure_measure,{plan.number('measure', other)})"

    yield "wb_too_small", f"AND({{funded}}=1,{{units}}<{{min_units}}-{near})"
    yield "wb_too_large", f"AND({{funded}}=1,{{units}}>{{max_units}}+{near})"
    if measure.integer:
        yield "wb_not_whole", f"ABS({{units}}-ROUND({{units}},0))>{near}"
    if measure.unit_cost == 0:
        yield "wb_not_cost", f"ABS({{cost}}-{{funded}}*{{fixed_cost}})>{NEAR:f}*MAX(1,{{fixed_cost}})"
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
    table = Columns(plan, _add_written(plan, filterfalse(itemgetter("funded"), plan.measures)))
    columns = [
        *table.names(*WHO),
        table.make("reason", "text"),
        table.make("cheapest", "money", "money", of=_cheapest),
        table.make("dearest", "money", "money", of=lambda row: row["of"].largest_cost),
        table.aside("id", of="measure"),
    ]
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=1, guard=False)


def _cheapest(row: Row) -> float:
    """Return the least that a measure costs where it goes ahead [money]."""
    measure: Measure = row["of"]
    return measure.fixed_cost + measure.unit_cost * measure.min_units
