"""The summary of a plan over several years: what each year spends and brings, and what is broken in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from alloc.report.carrying import list_upkeep, tell_starved
from alloc.report.rows import NEAR
from alloc.report.told import limit_lines, tell_use_of_years, tell_whose, through_aid
from alloc.report.workbook.book import Book, Column, Formula
from alloc.report.workbook.columns import Columns
from alloc.report.workbook.sentences import say_answer
from alloc.report.workbook.year_views import YearsView


def _differ(one: str, other: str, year: str = "y") -> str:
    """Return the formula that is 1 where a sum over a year is not another; year: of the other one, `before` it."""
    sums = [f"SUMIFS({name},{name.split('_')[0]}_year,{{{of}}})" for name, of in ((one, "y"), (other, year))]
    return f"IF(ABS({sums[0]}-{sums[1]})>{NEAR:f}*MAX(1,ABS({sums[1]})),1,0)"


CHECKS = (
    ("wb_check_balance", "funds", _differ("amount", "fund_spent")),
    ("wb_check_counties", "counties", _differ("amount", "county_total")),
    ("wb_check_negative", "allocation", f'COUNTIFS(amount,"<-{NEAR:f}",amount_year,{{y}})'),
    ("wb_check_funds", "funds", "SUMIFS(fund_broken,fund_year,{y})"),
    ("wb_check_carried", "funds", _differ("fund_carried", "fund_on", "before")),
    ("wb_check_measures", "measures", "SUMIFS(measure_broken,measure_year,{y})"),
    ("wb_check_rules", "rules", 'COUNTIFS(rule_broken,">0",rule_soft,0,rule_year,{y})'),
)
"""What is counted in each year: its text, the sheet to look at, and the formula of a year."""


def write_years_summary(book: Book, plan: YearsView, sheet: Any, titles: Mapping[str, str]) -> None:
    """Write the answer, what each year spends and brings, and the checks of each year."""
    book.widen(sheet, 0, 0, 40)
    book.widen(sheet, 1, 9, 16)
    title = plan.instance.title or plan.instance.name
    sheet.write_string(0, 0, f"{title} ({plan.instance.years[0]}–{plan.instance.years[-1]})", book.format("title"))
    row = 1
    for text in _sentences(plan):
        sheet.merge_range(row, 0, row, 9, text, book.format("prose"))
        sheet.set_row(row, 34)
        row += 1
    sheet.write_string(row + 1, 0, plan.say("page_sheet_by_year"), book.format("section"))
    block = book.table(sheet, _by_year(plan), top=row + 2, total=plan.say("wb_total"), fit=False)
    sheet.write_string(block.last + 2, 0, plan.say("wb_check_title"), book.format("section"))
    checks = book.table(sheet, _checks(plan, titles), top=block.last + 3, total=plan.say("wb_check_all"), fit=False)
    book.name("checks_broken", checks.total("all"))
    book.page(sheet, checks.last, 9)
    book.guard(sheet)


def _sentences(plan: YearsView) -> Iterator[str]:
    figures = plan.figures
    yield say_answer(plan)
    if plan.instance.end_value:
        yield plan.say("years_further", last=plan.instance.years[-1])
    if starved := tell_starved(plan.instance, plan.tables, plan.lang):
        yield starved
    yield from tell_whose(plan.instance, figures, plan.lang)
    yield from limit_lines(list(tell_use_of_years(plan.instance, plan.tables, plan.lang)), plan.lang)
    yield plan.say("voluntary")


def _by_year(plan: YearsView) -> list[Column]:
    """Return what each year spends and brings; the goals of all years are those of each by what it is worth."""
    told = list(plan.figures["by_year"])
    upkeep: dict[int, float] = {}
    for row in list_upkeep(plan.instance, plan.tables["measures"]):
        upkeep[row.year] = upkeep.get(row.year, 0.0) + row.money
    rows = []
    for of in told:
        rows.append({**of, "upkeep": upkeep[of["year"]], "quo": of["status_quo"]["employment"], "aid": through_aid(of)})
    table = Columns(plan, rows)
    return [
        table.make("year", "key", text="wb_year", name="year_year"),
        table.make("spent", "money", "money", formula="SUMIFS(amount,amount_year,{year})", adds_up=True),
        table.make("upkeep", "money", "money", formula="SUMIFS(measure_upkeep,measure_year,{year})", adds_up=True),
        table.make("quo", "jobs", "jobs", text="years_anyway"),
        table.make("employment", "jobs", "jobs", name="year_employment", total=_discounted(plan, "employment")),
        table.make("aid", "jobs", "jobs", text="years_aid"),
        table.make("linkage", "jobs", "linkage", name="year_linkage", total=_discounted(plan, "linkage")),
        table.make("worth", "figure", text="years_worth", name="year_worth"),
    ]


def _discounted(plan: YearsView, goal: str) -> Formula:
    return Formula(f"SUMPRODUCT(year_{goal},year_worth)", plan.figures[goal])


def _checks(plan: YearsView, titles: Mapping[str, str]) -> list[Column]:
    """Return what is broken, check by check and year by year; all 0 in the plan as it was solved."""
    texts, where, formulas = zip(*CHECKS, strict=True)
    columns = [
        Column("check", plan.say("wb_check"), "text", list(map(plan.say, texts))),
        Column("sheet", plan.say("wb_sheet"), "text", list(map(titles.__getitem__, where))),
    ]
    for before, view in zip((None, *plan.of_years), plan.of_years, strict=False):
        years = {"y": view.year, "before": before.year if before else 0}
        cells = [Formula(formula.format(**years), 0) for formula in formulas]
        columns.append(Column(f"y{view.year}", str(view.year), "key", cells, adds_up=True))
    across = "+".join(f"{{y{view.year}}}" for view in plan.of_years)
    columns.append(Column("all", plan.say("wb_broken"), "key", [Formula(across, 0)] * len(CHECKS), adds_up=True))
    return columns
