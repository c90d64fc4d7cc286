"""The summary: the answer, its checks, totals by place and by fund, and three charts."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES, KINDS
from alloc.report.workbook.book import Book, Column, Formula, TableRange
from alloc.report.workbook.charts import CHART_ROWS, draw
from alloc.report.workbook.checks import CHANGED, write_checks
from alloc.report.workbook.columns import Columns, Row
from alloc.report.workbook.sentences import say_answer, write_sentences
from alloc.report.workbook.styles import HIGH, LINE, lines
from alloc.report.workbook.view import PlanView, known

MOST_PLACES = 40
"""With more counties than this the summary is by region, and with more regions without a table of places."""

JOBS = ("jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained")
"""The jobs of a place in the three worlds."""

PAID = ("aid", "national", "other")
"""Money by who pays it."""

MONEY = ("available", "spent", "unspent")
"""What of the money of funds is told."""

ONE_PAGE = 95
"""Up to this many rows the summary is printed on one page."""

ACROSS = 165
"""How many Latin letters a line across the summary holds."""

LAST = 11
"""The last column of the summary."""


def write_summary(book: Book, plan: PlanView, sheet: Any, titles: Mapping[str, str]) -> None:
    """Write the summary. titles: what the other sheets are called."""
    book.widen(sheet, 0, 0, 40)
    book.widen(sheet, 1, 1, 18)
    book.widen(sheet, 2, LAST, 13)
    sheet.hide_gridlines(2)
    sheet.write_string(
        0, 0, f"{plan.instance.title or plan.instance.name} ({plan.instance.year})", book.format("title")
    )
    sheet.set_row(0, HIGH)
    row = _head(book, plan, sheet, 1)
    block = _goals(book, plan, sheet, row + 1)
    pictures = block.last + 2
    block = _kinds(book, plan, sheet, block.last + 2)
    top = _section(book, plan, sheet, block.last + 2, "wb_check_title")
    below = write_checks(book, plan, sheet, top, titles)
    below = max(below, pictures + 2 * CHART_ROWS)
    places = _places(book, plan, sheet, below + 1)
    funds = _funds(book, plan, sheet, places.last + 2 if places else below + 1)
    if places is not None:
        draw(book, plan, sheet, places, CATEGORIES, "wb_chart_aid", pictures)
        draw(book, plan, sheet, places, JOBS, "wb_chart_jobs", pictures + CHART_ROWS)
    draw(book, plan, sheet, funds, ("spent", "unspent"), "wb_chart_funds", funds.top - 1)
    bottom = max(funds.last, funds.top + CHART_ROWS - 2)
    book.page(sheet, bottom, LAST)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1 if bottom < ONE_PAGE else 0)
    book.guard(sheet)


def _head(book: Book, plan: PlanView, sheet: Any, row: int) -> int:
    """Write the answer in sentences, how far it is proven first; return the row below.

    As soon as an amount differs from the plan's the first line no longer speaks of a proof.
    """
    told = say_answer(plan)
    quoted = told.replace('"', '""')
    live = Formula(f'IF(SUMPRODUCT({CHANGED})>0,"{plan.say("wb_edited")}","{quoted}")', told)
    book.put(sheet, row, 0, live, "word", "strong")
    for i, text in enumerate([*write_sentences(plan), plan.say("voluntary")], row + 1):
        sheet.merge_range(i, 0, i, LAST, text, book.format("prose"))
        sheet.set_row(i, LINE * lines(text, ACROSS))
    return row + 2 + len(write_sentences(plan))


def _section(book: Book, plan: PlanView, sheet: Any, row: int, text: str) -> int:
    sheet.write_string(row, 0, plan.say(text), book.format("section"))
    sheet.set_row(row, HIGH)
    return row + 1


def _goals(book: Book, plan: PlanView, sheet: Any, row: int) -> TableRange:
    """Write what the plan brings, beside what comes about without it."""
    rows = [_brought(plan, goal) for goal in ("employment", "linkage", "chains_closed")]
    measures = plan.tables["measures"]
    funded, alone = int((measures["funded"] == 1).sum()), int((measures["funded_without_aid"] == 1).sum())
    name = plan.say("wb_funded_of", all=len(plan.measures))
    rows.append({"what": name, "plan": funded, "told": Formula("SUM(funded)", funded), "quo": 0, "alone": alone})
    table, looks = Columns(plan, rows), ("jobs", "jobs", "whole", "whole")
    others, more = (lambda row: row["alone"] - row["quo"]), (lambda row: known(row["plan"] - row["alone"]))
    columns = [
        table.make("what", "text", text="wb_brings"),
        table.make("plan", "jobs", of="told", text="wb_with_plan", styles=looks),
        table.make("quo", "jobs", text="wb_anyway", styles=looks),
        table.make("alone", "jobs", text="wb_without_aid", styles=looks),
        table.make("others", "jobs", of=others, formula="{alone}-{quo}", text="wb_through_others", styles=looks),
        table.make("more", "jobs", of=more, formula="{plan}-{alone}", text="wb_through_aid", styles=looks),
    ]
    return book.table(sheet, columns, top=_section(book, plan, sheet, row, "wb_answer_title"), fit=False)


def _brought(plan: PlanView, goal: str) -> Row:
    """Return a goal with the plan, anyway, and without the aid."""
    figures = plan.figures
    found, quo = known(figures[goal]), known(figures["status_quo"][goal])
    alone = known(figures["without_aid"][goal])
    return {"what": plan.say(f"wb_{goal}"), "plan": found, "told": found, "quo": quo, "alone": alone}


def _kinds(book: Book, plan: PlanView, sheet: Any, row: int) -> TableRange:
    """Write the money there is, is spent and is left, by kind of fund."""
    table = Columns(plan, list(_money_by_kind(plan)))
    columns = [table.name("kind"), *_money_columns(table)]
    top = _section(book, plan, sheet, row, "wb_money_title")
    return book.table(sheet, columns, top=top, total=plan.say("wb_total"), fit=False)


def _money_by_kind(plan: PlanView) -> Iterator[Row]:
    """Yield the money of all funds of each kind that there is, and what tells their rows."""
    funds = pd.DataFrame(plan.funds)
    for kind in KINDS:
        of = funds[funds["kind"] == kind]
        if len(of):
            yield {"kind": kind, "which": f'fund_kind,"{kind}"', **of[list(MONEY)].agg(math.fsum)}


def _places(book: Book, plan: PlanView, sheet: Any, start: int) -> TableRange | None:
    """Write aid and jobs by county, or by region where there are too many counties."""
    what, of = _grouped(plan)
    places = list(dict.fromkeys(of.values()))
    if len(places) > MOST_PLACES:
        return None
    found = _place_sums(plan, of)
    table = Columns(plan, [{what: place, **found[place]} for place in places])
    columns = [table.name(what), *(_place_column(table, what, key) for key in (*CATEGORIES, *PAID, *JOBS))]
    top = _section(book, plan, sheet, start, "wb_places_title")
    return book.table(sheet, columns, top=top, total=plan.say("wb_total"), fit=False)


def _place_column(table: Columns, what: str, key: str) -> Column:
    """Return what each county or region (what) has of a category, of money, or of jobs (key)."""
    unit = "jobs" if key in JOBS else "money"
    title = table.plan.head(key if key in CATEGORIES else f"wb_{key}", unit)
    cells = []
    for row in table.rows:
        which = f"county_{what},{table.plan.number(what, row[what])}"
        cells.append(Formula(f"SUMIFS(county_{key},{which})", row.get(key, 0.0)))
    return Column(key, title, unit, cells, adds_up=True)


def _grouped(plan: PlanView) -> tuple[str, dict[str, str]]:
    """Return whether places are counties or regions, and the place of each county."""
    counties = plan.instance.counties
    if len(counties) <= MOST_PLACES:
        return "county", dict(zip(counties, counties, strict=True))
    return "region", plan.instance.regions


def _place_sums(plan: PlanView, of: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Return for each place aid by category, money by who pays, and jobs; of: the place of each county."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in plan.rows("counties"):
        for key in (*PAID, *JOBS):
            found[of[row["county"]]][key] += known(row[key])
    for row in plan.payments:
        if row["kind"] == "aid":
            found[of[row["county"]]][row["category"]] += row["amount"]
    return found


def _funds(book: Book, plan: PlanView, sheet: Any, row: int) -> TableRange:
    """Write every fund with what is spent and what is left."""
    rows = [{**fund, "which": f"fund_fund,{plan.number('fund', fund['fund'])}"} for fund in plan.funds]
    table = Columns(plan, rows)
    columns = [table.name("fund"), *_money_columns(table)]
    top = _section(book, plan, sheet, row, "wb_funds_title")
    return book.table(sheet, columns, top=top, total=plan.say("wb_total"), fit=False)


def _money_columns(table: Columns) -> Iterator[Column]:
    """Yield money there is, is spent and is left; which: the condition that chooses the funds of a row."""
    for key in MONEY:
        cells = []
        for row in table.rows:
            cells.append(Formula(f"SUMIFS(fund_{key},{row['which']},fund_level,1)", row[key]))
        yield Column(key, table.plan.head(f"wb_{key}", "money"), "money", cells, adds_up=True)
