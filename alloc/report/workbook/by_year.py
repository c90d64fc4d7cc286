"""The workbook of a plan over several years: sheets with a year in every row, and checks that work out year by year.

What is carried from one year to the next, upkeep and units in all are formulas over the years before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from alloc.instance.rules import Change
from alloc.report.carrying import Purse, Upkeep, list_purses, list_upkeep
from alloc.report.rows import NEAR
from alloc.report.workbook.allocation import list_traits
from alloc.report.workbook.book import Book, Cell, Column, Formula
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.counties import list_heads
from alloc.report.workbook.measures import list_idle
from alloc.report.workbook.rule_sheet import Ready, list_ready, write_repetitions
from alloc.report.workbook.sharing import list_gains
from alloc.report.workbook.view import PlanView, quoted
from alloc.report.workbook.year_views import YearsView, YearView

ALWAYS = 9999
"""The year until which what works for good does."""

SPENT = ("aid", "national", "other")
JOBS = ("jobs_before", "jobs_quo", "jobs", "retained_quo", "retained", "insured", "upgraded")


def _rows(plan: YearsView, table: str) -> list[Row]:
    """Return the rows of a table in the years in which something is bought, each with its year and that year's view."""
    found = []
    for view in plan.of_years:
        for row in view.rows(table):
            found.append({**row, "year": view.year, "view": view})
    return found


def _year(table: Columns, name: str) -> Column:
    return table.make("year", "key", text="wb_year", name=name)


def _marks(plan: YearsView, prefix: str, rows: Sequence[Row]) -> Iterator[Column]:
    """Yield what formulas tell measures by: numbers of counties and the like, and what each year's rules select."""
    yield from list_traits(plan, prefix, rows)
    most = max((len(view.picks) for view in plan.of_years), default=0)
    for number in range(1, most + 1):
        flags = [int(row["measure"] in row["view"].picked.get(number, ())) for row in rows]
        title = plan.say("wb_pick", what=str(number))
        yield Column(f"pick_{number}", title, "key", flags, name=f"{prefix}_pick_{number}", aside=True, width=18)


def _write_allocation(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write one row for each year, measure and fund that may pay for it."""
    rows = _rows(plan, "allocation")
    table = Columns(plan, rows)
    columns = [
        _year(table, "amount_year"),
        *table.names("county", "category", "measure", "industry", "fund", "kind"),
        table.make("amount", "input", "money", adds_up=True, name="amount"),
        table.make("solved", "exact", "money", "amount", text="wb_amount_solved", adds_up=True, name="amount_solved"),
        table.make("change", "money", "money", of=lambda row: 0.0, formula="{amount}-{solved}", adds_up=True),
        table.make("lock", "mark", of=lambda row: None),
        table.aside("id", of="measure"),
        table.aside("fund_id", of="fund", text="wb_fund_id"),
        table.number("fund", "number_fund", name="amount_fund"),
        table.number("kind", "number_kind", name="amount_kind"),
        *_marks(plan, "amount", rows),
    ]
    block = book.table(sheet, columns, total=plan.say("wb_total"))
    book.dress(sheet, block, freeze=4)
    book.mark(sheet, block, ("amount", "change"), f"ABS({{change}})>{NEAR:f}", "warn")


def _write_measures(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write each measure in each year: units, upkeep of earlier purchases, cost, and who pays; limits are checked."""
    kept = {(row.year, row.measure): row for row in list_upkeep(plan.instance, plan.tables["measures"])}
    rows = [{**row, **_of_measure(row, kept[row["year"], row["measure"]])} for row in _rows(plan, "measures")]
    table, lot = Columns(plan, rows), plan.instance.money.lot or 0.0
    paid = "SUMIFS(amount,amount_measure,{number_measure},amount_year,{year})"
    before = 'SUMIFS(measure_units,measure_measure,{number_measure},measure_year,"<"&{year},measure_until,">="&{year})'
    so_far = 'SUMIFS(measure_units,measure_measure,{number_measure},measure_year,"<="&{year})'
    off = f"{{cost}}-{{paid}}>{NEAR:f}*MAX(1,{{cost}}),{{paid}}-{{cost}}>{quoted(lot)}+{NEAR:f}*MAX(1,{{cost}})"
    scale = f"{{units}}>{{max_units}}*{{funded}}+{NEAR:f},{{units}}<{{min_units}}*{{funded}}-{NEAR:f}"
    columns = [
        _year(table, "measure_year"),
        *table.names("measure", "county", "category", "industry"),
        table.make("funded", "key", name="funded"),
        table.make("units", "number", name="measure_units"),
        table.make("unit", "text"),
        table.make("kept", "number", formula=before, text="wb_kept_up"),
        table.make("upkeep", "money", "money", formula="{recurrent}*{kept}", name="measure_upkeep"),
        table.make("cost", "money", "money", formula="{fixed_cost}*{funded}+{unit_cost}*{units}+{upkeep}"),
        table.make("paid", "money", "money", "cost", paid),
        table.make("gain", "number"),
        table.make("direct_jobs", "jobs"),
        *list_idle(table),
        *(table.make(key, "number", unit) for key, unit in WRITTEN.items()),
        table.make("so_far", "number", formula=so_far, text="wb_units_so_far"),
        table.make("most", "number", text="wb_most_in_all"),
        table.aside("id", of="measure"),
        table.make("until", "key", text="wb_kept_until", name="measure_until", aside=True),
        *_marks(plan, "measure", rows),
        table.make(
            "broken", "key", of=lambda row: 0, name="measure_broken", aside=True,
            formula=f"IF(OR({off},{scale},AND({{most}}<>\"\",{{so_far}}>{{most}}+{NEAR:f})),1,0)",
        ),
    ]  # fmt: skip
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=2)
    book.mark(sheet, block, ("measure", "paid"), "{broken}>0", "bad")
    book.mark(sheet, block, ("measure", "gain", "idle"), '{idle}<>""', "warn")


WRITTEN = {"fixed_cost": "money", "unit_cost": "money", "recurrent": "money", "min_units": "", "max_units": ""}


def _of_measure(row: Row, upkeep: Upkeep) -> Row:
    """Return what the sheet says of a measure in a year beside its row of the results."""
    measure = row["view"].instance.measures[row["measure"]]
    lasts, most = measure.lead + measure.lasts, measure.most_in_all
    return {
        "unit": measure.unit,
        "kept": upkeep.kept,
        "upkeep": upkeep.money,
        "paid": row["cost"],
        "until": ALWAYS if lasts == float("inf") else row["year"] + int(lasts) - 1,
        "so_far": upkeep.so_far,
        "most": None if most == float("inf") else most,
        **measure.model_dump(include=set(WRITTEN)),
    }


def _write_funds(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write each fund in each year: its own money, what is carried in, spent, left, carried on and given back.

    What is carried in is a formula over the row of the year before, and so on from year to year.
    """
    purses = list_purses(plan.instance, plan.tables)
    rows = sorted(purses, key=lambda x: (plan.number("fund", x.fund), x.county, x.year))
    table, letter = Columns(plan, rows), xl_col_to_name(FUNDS.index("left"))
    paid = "SUMIFS(amount,amount_fund,{no},amount_year,{year})"
    local = "SUMIFS(amount,amount_fund,{no},amount_year,{year},amount_county,{c})"
    spent = [Formula(local if row.county else paid, row.spent) for row in rows]
    carried = [_carried(plan, rows, i, letter) for i in range(len(rows))]
    why = plan.tables["funds"].set_index(["year", "fund", "county"])["why_unspent"].to_dict()
    broken = [Formula(f"IF({{spent}}-{{available}}>{NEAR:f}*MAX(1,{{available}}),1,0)", 0)] * len(rows)
    made = {
        "year": _read(table, "year", "key", name="fund_year"),
        "fund": table.make("fund", "text", of=lambda x: plan.name("fund", x.fund)),
        "kind": table.make("kind", "text", of=lambda x: plan.name("kind", x.kind)),
        "county": table.make("county", "text", of=lambda x: plan.name("county", x.county), text="wb_tied_to"),
        "own": _read(table, "own"),
        "carried": Column("carried", _head(plan, "carried"), "money", carried, name="fund_carried"),
        "available": _read(table, "available", formula="{own}+{carried}"),
        "spent": Column("spent", _head(plan, "spent"), "money", spent, name="fund_spent"),
        "left": _read(table, "left", formula="MAX({available}-{spent},0)"),
        "on": _read(table, "on", formula="{carry}*{left}", name="fund_on"),
        "back": _read(table, "back", formula="{left}-{on}"),
        "carry": table.make("carry", "share", of=lambda x: _carry(plan, x), text="wb_carry"),
        "why": table.make("why", "text", of=lambda x: why[x.year, x.fund, x.county], text="wb_why_unspent", width=40),
        "id": table.aside("id", of=lambda x: x.fund),
        "no": table.make("no", "key", of=lambda x: plan.number("fund", x.fund), text="wb_fund", aside=True),
        "c": table.make("c", "key", of=lambda x: plan.number("county", x.county), text="wb_county", aside=True),
        "solved": Column("solved", plan.say("wb_carried_solved"), "money", table.cells(_solved), aside=True),
        "broken": Column("broken", plan.say("wb_broken"), "key", broken, name="fund_broken", aside=True),
    }  # fmt: skip
    assert tuple(made) == FUNDS
    block = book.table(sheet, list(made.values()))
    book.dress(sheet, block, freeze=2)
    book.mark(sheet, block, ("spent", "available"), "{broken}>0", "bad")
    book.mark(sheet, block, ("carried",), f"ABS({{carried}}-{{solved}})>{NEAR:f}", "warn")


FUNDS = (
    *("year", "fund", "kind", "county", "own", "carried", "available", "spent", "left", "on", "back"),
    *("carry", "why", "id", "no", "c", "solved", "broken"),
)
"""The columns of the sheet of funds."""


def _solved(row: Purse) -> float:
    return row.carried


def _head(plan: PlanView, key: str) -> str:
    return f"{plan.say(f'years_{key}')}\n({plan.label})"


def _read(table: Columns, key: str, style: str = "money", formula: str = "", name: str = "") -> Column:
    """Return a column of what a purse has under a key."""
    title = _head(table.plan, key) if style == "money" else table.plan.say("wb_year")
    return Column(key, title, style, table.cells(lambda x: getattr(x, key), formula), name=name)


def _carry(plan: YearsView, row: Purse) -> float:
    """Return what part of what is left of a fund is there in the next year; 0 after the last."""
    following = [view for view in plan.of_years if view.year > row.year]
    return following[0].instance.funds[row.fund].carry if following else 0.0


def _carried(plan: YearsView, rows: Sequence[Purse], i: int, letter: str) -> Cell:
    """Return what is carried into a year: a part of what is left in the row above, that of the year before.

    A fund that has both an amount and parts for counties carries each for itself: there the figure is the plan's.
    """
    row, before = rows[i], rows[i - 1] if i else None
    fund = plan.instance.funds[row.fund]
    if before is None or (before.fund, before.county) != (row.fund, row.county):
        return row.carried
    if fund.amount is not None and fund.by_county is not None:
        return row.carried
    return Formula(f"{quoted(_carry(plan, before))}*${letter}{i + 1}", row.carried)


def _write_counties(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write each county in each year: who pays, jobs and linkage."""
    table = Columns(plan, [_add_people(row) for row in _rows(plan, "counties")])
    here = "SUMIFS(amount,amount_year,{year},amount_county,{no}"
    kinds = {"aid": f'{here},amount_kind,"aid")', "national": f'{here},amount_kind,"national")'}
    kinds["other"], across = f"{here})-{{aid}}-{{national}}", "{aid}+{national}+{other}"
    columns = [
        _year(table, "county_year"),
        table.name("county"),
        *(table.make(key, "money", "money", formula=kinds[key]) for key in SPENT),
        Column("all", plan.head("wb_total", "money"), "money", table.cells(_all_money, across), name="county_total"),
        table.make("population", "whole", "persons", name="county_population"),
        *(table.world(key, "jobs", "jobs") for key in ("jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained")),
        *(table.world(key, "jobs", "linkage") for key in ("linkage_quo", "linkage_without_aid", "linkage")),
        table.aside("id", of="county", text="wb_county_id"),
        table.number("county", "no"),
        *(list_heads(plan.of_years) if book.live else ()),
    ]  # fmt: skip
    block = book.table(sheet, columns)
    book.dress(sheet, block, freeze=2)


def _add_people(row: Row) -> Row:
    return {**row, "population": row["view"].instance.counties[row["county"]].population}


def _all_money(row: Row) -> float:
    return float(row["aid"] + row["national"] + row["other"])


def _write_rules(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write every rule and group of every year, worked out from that year's money."""
    rows: list[Ready] = []
    years: list[int] = []
    for i, view in enumerate(plan.of_years):
        for ready in list_ready(view):
            rows.append(_of_year(view, ready, plan.of_years[i - 1] if i else None))
            years.append(view.year)
    write_repetitions(book, plan, sheet, rows, [Column("year", plan.say("wb_year"), "key", years, name="rule_year")])


def _of_year(view: YearView, ready: Ready, before: YearView | None) -> Ready:
    """Return a rule in a year: a change after another year is measured by that year's money."""
    rule, row = ready.rule, ready.row
    if isinstance(rule, Change) and before is not None:
        last = ready.left.formula.replace(f"amount_year,{view.year}", f"amount_year,{before.year}")
        return replace(ready, base=Formula(last, row["max"] / (1 + rule.max)))
    return ready


def _write_jobs(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write each industry in each county and year: jobs today, anyway and with the plan, and output."""
    table = Columns(plan, _rows(plan, "industries"))
    columns = [
        _year(table, ""),
        *table.names("county", "industry"),
        *table.each(JOBS, "jobs", "jobs"),
        *table.each(("output_quo", "output"), "money", "money"),
        table.aside("id", of="county", text="wb_county_id"),
        table.aside("industry_id", of="industry", text="wb_industry_id"),
    ]
    book.dress(sheet, book.table(sheet, columns), freeze=3, guard=False)


def _write_sharing(book: Book, plan: YearsView, sheet: Any) -> None:
    """Write what each side earns in each county, industry and year."""
    table = Columns(plan, _rows(plan, "sharing"))
    columns = [_year(table, "sharing_year"), *list_gains(table)]
    book.dress(sheet, book.table(sheet, columns), freeze=3)


YEARS_SHEETS = {
    "allocation": _write_allocation,
    "measures": _write_measures,
    "funds": _write_funds,
    "counties": _write_counties,
    "rules": _write_rules,
    "jobs": _write_jobs,
    "sharing": _write_sharing,
}
"""The sheets of the answer, between the summary and the inputs."""
