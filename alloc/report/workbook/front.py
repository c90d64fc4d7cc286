"""The summary: the answer, its checks, totals by place and by fund, and three charts."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from alloc.instance import CATEGORIES, KINDS
from alloc.instance.money import available
from alloc.report.workbook.book import Book, Column, Formula, TableRange
from alloc.report.workbook.charts import CHART_ROWS, draw
from alloc.report.workbook.checks import CHANGED, write_checks
from alloc.report.workbook.sentences import write_sentences
from alloc.report.workbook.styles import HIGH, LINE, lines
from alloc.report.workbook.view import PlanView, known
from alloc.texts.figures import amount, gap

MOST_PLACES = 40
"""With more counties than this the summary is by region, and with more regions without a table of places."""

JOBS = ("jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained")
"""The jobs of a place in the three worlds."""

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
    told = _answer(plan)
    quoted = told.replace('"', '""')
    live = Formula(f'IF(SUMPRODUCT({CHANGED})>0,"{plan.say("wb_edited")}","{quoted}")', told)
    book.put(sheet, row, 0, live, "word", "strong")
    for i, text in enumerate([*write_sentences(plan), plan.say("voluntary")], row + 1):
        sheet.merge_range(i, 0, i, LAST, text, book.format("prose"))
        sheet.set_row(i, LINE * lines(text, ACROSS))
    return row + 2 + len(write_sentences(plan))


def _answer(plan: PlanView) -> str:
    """Return what was found and how far it is proven; never *optimal* without proof."""
    figures = plan.figures
    return plan.say(
        "wb_answer",
        status=plan.say(f"status_{figures['status']}"),
        objective=amount(figures["objective"]),
        bound=amount(figures["bound"]),
        gap=gap(figures["gap"]),
    )


def _section(book: Book, plan: PlanView, sheet: Any, row: int, text: str) -> int:
    sheet.write_string(row, 0, plan.say(text), book.format("section"))
    sheet.set_row(row, HIGH)
    return row + 1


def _goals(book: Book, plan: PlanView, sheet: Any, row: int) -> TableRange:
    """Write what the plan brings, beside what comes about without it."""
    figures = plan.figures
    funded = sum(row["funded"] for row in plan.measures)
    worlds = (figures["status_quo"], figures["without_aid"], figures)
    goals = ("employment", "linkage", "chains_closed")
    values = [tuple(known(world[goal]) for world in worlds) for goal in goals]
    names = [*(plan.say(f"wb_{goal}") for goal in goals), plan.say("wb_funded_of", all=len(plan.measures))]
    alone = sum(row["funded_without_aid"] == 1 for row in plan.measures)
    looks = ("jobs", "jobs", "whole", "whole")
    columns = [
        Column("what", plan.say("wb_brings"), "text", names),
        Column(
            "plan",
            plan.say("wb_with_plan"),
            "jobs",
            [*(x for *_, x in values), Formula("SUM(funded)", funded)],
            styles=looks,
        ),
        Column("quo", plan.say("wb_anyway"), "jobs", [*(x for x, *_ in values), 0], styles=looks),
        Column("alone", plan.say("wb_without_aid"), "jobs", [*(x for _, x, _ in values), alone], styles=looks),
        Column(
            "others",
            plan.say("wb_through_others"),
            "jobs",
            [*(Formula("{alone}-{quo}", y - x) for x, y, _ in values), Formula("{alone}-{quo}", alone)],
            styles=looks,
        ),
        Column(
            "more",
            plan.say("wb_through_aid"),
            "jobs",
            [
                *(Formula("{plan}-{alone}", known(z - y)) for _, y, z in values),
                Formula("{plan}-{alone}", funded - alone),
            ],
            styles=looks,
        ),
    ]
    return book.table(sheet, columns, top=_section(book, plan, sheet, row, "wb_answer_title"), fit=False)


def _kinds(book: Book, plan: PlanView, sheet: Any, row: int) -> TableRange:
    """Write the money there is, is spent and is left, by kind of fund."""
    money = _fund_money(plan)
    kinds = [kind for kind in KINDS if any(fund.kind == kind for fund in plan.instance.funds.values())]
    found = {
        f'fund_kind,"{kind}"': [
            math.fsum(money[f][i] for f, fund in plan.instance.funds.items() if fund.kind == kind) for i in range(3)
        ]
        for kind in kinds
    }
    names = Column("kind", plan.say("wb_kind"), "text", [plan.name("kind", kind) for kind in kinds])
    columns = [names, *_money_columns(plan, found)]
    top = _section(book, plan, sheet, row, "wb_money_title")
    return book.table(sheet, columns, top=top, total=plan.say("wb_total"), fit=False)


def _places(book: Book, plan: PlanView, sheet: Any, start: int) -> TableRange | None:
    """Write aid and jobs by county, or by region where there are too many counties."""
    rows = plan.rows("counties")
    counties = plan.instance.counties
    what = "county" if len(rows) <= MOST_PLACES else "region"
    of = {
        row["county"]: row["county"] if what == "county" else counties[row["county"]].region or row["county"]
        for row in rows
    }
    places = list(dict.fromkeys(of.values()))
    if len(places) > MOST_PLACES:
        return None
    found: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        for key in ("aid", "national", "other", *JOBS):
            found[of[row["county"]], key] += known(row[key])
    for row in plan.payments:
        if row["kind"] == "aid":
            found[of[row["county"]], row["category"]] += row["amount"]
    columns = [Column("place", plan.say(f"wb_{what}"), "text", [plan.name(what, place) for place in places])]
    for key in (*CATEGORIES, "aid", "national", "other", *JOBS):
        jobs = key.startswith("jobs")
        cells = [
            Formula(f"SUMIFS(county_{key},county_{what},{plan.number(what, place)})", found[place, key])
            for place in places
        ]
        title = plan.head(key if key in CATEGORIES else f"wb_{key}", "jobs" if jobs else "money")
        columns.append(Column(key, title, "jobs" if jobs else "money", cells, adds_up=True))
    top = _section(book, plan, sheet, start, "wb_places_title")
    return book.table(sheet, columns, top=top, total=plan.say("wb_total"), fit=False)


def _funds(book: Book, plan: PlanView, sheet: Any, row: int) -> TableRange:
    """Write every fund with what is spent and what is left."""
    money = _fund_money(plan)
    names = Column("fund", plan.say("wb_fund"), "text", [plan.name("fund", f) for f in money])
    found = {f"fund_fund,{plan.number('fund', f)}": of for f, of in money.items()}
    columns = [names, *_money_columns(plan, found)]
    top = _section(book, plan, sheet, row, "wb_funds_title")
    return book.table(sheet, columns, top=top, total=plan.say("wb_total"), fit=False)


def _money_columns(plan: PlanView, money: Mapping[str, Sequence[float]]) -> list[Column]:
    """Return the columns of money there is, is spent and is left, by the condition that chooses the funds of a row."""
    return [
        Column(
            key,
            plan.head(f"wb_{key}", "money"),
            "money",
            [Formula(f"SUMIFS(fund_{key},{which},fund_level,1)", of[i]) for which, of in money.items()],
            adds_up=True,
        )
        for i, key in enumerate(("available", "spent", "unspent"))
    ]


def _fund_money(plan: PlanView) -> dict[str, tuple[float, float, float]]:
    """Return for every fund what there is, is spent and is left."""
    spent: dict[str, float] = defaultdict(float)
    for row in plan.payments:
        spent[row["fund"]] += row["amount"]
    there = {f: available(plan.instance, f) for f in plan.instance.funds}
    return {f: (money, spent[f], max(money - spent[f], 0.0)) for f, money in there.items()}
