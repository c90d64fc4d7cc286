"""The workbook that comes with every result: `allocation.xlsx`. WORKBOOK.md says what each sheet is for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.instance.excel.sheet_names import add_prefix
from alloc.instance.writing import sheets
from alloc.report.answers import Answers
from alloc.report.workbook.about import write_about
from alloc.report.workbook.allocation import write_allocation, write_cross
from alloc.report.workbook.answer_sheets import write_answer_sheets
from alloc.report.workbook.book import Book
from alloc.report.workbook.by_year import YEARS_SHEETS
from alloc.report.workbook.complementarity import write_complementarity
from alloc.report.workbook.counties import write_counties
from alloc.report.workbook.effects import write_effects
from alloc.report.workbook.front import write_summary
from alloc.report.workbook.funds import write_funds
from alloc.report.workbook.inputs import write_inputs
from alloc.report.workbook.measures import write_measures, write_unfunded
from alloc.report.workbook.rule_sheet import write_rules
from alloc.report.workbook.sharing import write_sharing
from alloc.report.workbook.view import PlanView
from alloc.report.workbook.work import write_chains, write_jobs, write_resources
from alloc.report.workbook.year_summary import write_years_summary
from alloc.report.workbook.year_views import YearsView

MOST_LIVE = 10_000
"""With more payments than this in the allocation the workbook holds values and no formulas."""

SHEETS = {
    "allocation": write_allocation,
    "cross": write_cross,
    "measures": write_measures,
    "counties": write_counties,
    "effects": write_effects,
    "funds": write_funds,
    "rules": write_rules,
    "complementarity": write_complementarity,
    "resources": write_resources,
    "jobs": write_jobs,
    "chains": write_chains,
    "sharing": write_sharing,
    "unfunded": write_unfunded,
}
"""The sheets of the answer, between the summary and the inputs."""

Writer = tuple[type[PlanView], Mapping[str, Callable[[Book, Any, Any], None]], Callable[[Book, Any, Any, Any], None]]
"""How a plan is looked at, what writes each sheet, and what writes the summary."""

OF_A_YEAR: Writer = (PlanView, SHEETS, write_summary)
OVER_YEARS: Writer = (YearsView, YEARS_SHEETS, write_years_summary)

ASKED_FOR = ("resources", "sharing")
"""Sheets that stand only where the question has a table of that name."""


def write_workbook(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    path: Path,
    lang: str,
    answers: Answers | None = None,
) -> None:
    """Write the workbook of a plan: totals, slacks and checks are formulas whose values are the plan's.

    answers: to what people ask, on sheets of their own behind all others.
    Text from data never becomes a formula or a link; equal runs give equal bytes.
    """
    view, writers, summarise = OVER_YEARS if instance.questions else OF_A_YEAR
    plan = view(instance, lang, tables, figures)
    book = Book(path, instance, lang, live=len(tables["allocation"]) <= MOST_LIVE)
    shown = [key for key in writers if key not in ASKED_FOR or getattr(instance, key)]
    titles = plan.say_each("wb_sheet_{}", ("summary", *shown, "about"))
    made = dict(zip(titles, map(book.sheet, titles.values()), strict=True))
    for key in shown:
        writers[key](book, plan, made[key])
    summarise(book, plan, made["summary"], titles)
    for content in sheets(instance):
        write_inputs(book, book.sheet(add_prefix(content.name, lang)), content)
    write_about(book, plan, made["about"], titles)
    if answers is not None:
        write_answer_sheets(book, plan, answers)
    book.book.close()


__all__ = ["write_workbook"]
