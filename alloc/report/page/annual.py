"""The page of a plan over several years: what is bought when, funds with what is carried, jobs, and each year alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.instance import CATEGORIES, KINDS, Instance
from alloc.report.carrying import list_purses, list_upkeep, planned_years, tell_starved
from alloc.report.charts import Chart, bars, draws_chinese, inline
from alloc.report.page import write_style
from alloc.report.page.listings import TABLES, Listing, PageTable, make_listing, write_cells
from alloc.report.page.view import View, number
from alloc.report.templates import load_template, read_text
from alloc.report.told import tell_status
from alloc.texts.figures import amount, percent

ROOM = "alloc.report.page"

DETAILS = ("funds", "counties", "funded", "industries", "rules", "sharing")
"""The tables of each year by itself."""

ROLES = {"aid": "aid", "national": "national", "local": "training", "private": "insurance", "household": "enterprise"}
"""The colours of kinds of money."""

PURSES = ("own", "carried", "available", "spent", "left", "on", "back")
"""What a fund has in a year and what becomes of it, each a column."""


@dataclass(frozen=True)
class YearDetail:
    """One year by itself: its tables."""

    year: int
    sheets: Mapping[str, Listing]


def make_years_page(
    instance: Instance, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any], lang: str
) -> tuple[str, dict[str, Chart]]:
    """Return the page of a plan over several years as HTML, and its charts by name. Equal plans give equal bytes."""
    view = View(instance, lang, tables, figures)
    charts = dict(_draw(view))
    listings = (_by_year(view), _bought(view), _purses(view))
    html = load_template(ROOM, "annual.html").render(
        view=view,
        t=view.say,
        lang={"zh": "zh-CN"}.get(lang, lang),
        style=Markup(write_style()),
        script=Markup(read_text(ROOM, "page.js")),
        drawn={name: Markup(inline(chart)) for name, chart in charts.items()},
        titles={name: chart.title for name, chart in charts.items()},
        sheets={listing.key: listing for listing in listings if listing.count},
        details=list(_details(view)),
        span=f"{instance.years[0]}–{instance.years[-1]}" if len(instance.years) > 1 else str(instance.years[0]),
        status=tell_status(figures, lang),
        further=view.say("years_further", last=instance.years[-1]) if instance.end_value else "",
        starved=tell_starved(instance, tables, lang),
        pictured=lang != "zh" or draws_chinese(),
        number=number,
        amount=amount,
        percent=percent,
        spent=sum(of["spent"] for of in figures["by_year"]),
    )
    return html, charts


def _recurrent(view: View) -> dict[int, float]:
    """Return what upkeep of earlier purchases costs, by year [money]."""
    found: dict[int, float] = {}
    for row in list_upkeep(view.instance, view.tables["measures"]):
        found[row.year] = found.get(row.year, 0.0) + row.money
    return found


def _draw(view: View) -> Iterator[tuple[str, Chart]]:
    """Yield the charts: who pays in each year, what for, and the jobs that each year has more."""
    years = view.instance.years
    kinds: dict[str, tuple[str, str]] = {kind: (view.say(f"page_kind_{kind}"), ROLES[kind]) for kind in KINDS}
    categories: dict[str, tuple[str, str]] = {k: (view.say(k), k) for k in CATEGORIES}
    yield "money-by-year", _stack(view, "kind", kinds, "years_chart_money")
    yield "categories-by-year", _stack(view, "category", categories, "years_chart_categories")
    quo = [(of["year"], of["status_quo"]["employment"], of["employment"]) for of in view.figures["by_year"]]
    jobs = [(str(year), [max(anyway, 0.0), max(held - max(anyway, 0.0), 0.0)]) for year, anyway, held in quo]
    jobs = [(year, parts) for year, parts in jobs if int(year) in years]
    parts = [(view.say("years_anyway"), "unsaid"), (view.say("years_more"), "aid")]
    yield "jobs-by-year", bars(jobs, parts, title=view.say("years_chart_jobs"), x=view.say("page_axis_gained"))


def _stack(view: View, key: str, parts: Mapping[str, tuple[str, str]], title: str) -> Chart:
    """Return the money of each year as a bar: of what kind it is, or for which category."""
    paid = view.tables["allocation"]
    sums = paid["amount"].groupby([paid["year"], paid[key]]).sum().to_dict()
    shown = [word for word in parts if any(sums.get((year, word), 0.0) > 0 for year in view.instance.years)]
    rows = [(str(year), [sums.get((year, word), 0.0) for word in shown]) for year in view.instance.years]
    return bars(rows, [parts[word] for word in shown], title=view.say(title, label=view.label), x=view.label)


def _list(view: View, key: str, heads: Sequence[str], columns: Sequence[Sequence[str | float]], file: str) -> Listing:
    """Return a table of columns, each of words or of numbers."""
    found, shown = [], []
    for head, cells in zip(heads, columns, strict=True):
        is_number = any(not isinstance(cell, str) for cell in cells)
        found.append((head, is_number))
        shown.append(write_cells(cells) if is_number else cells)
    rows: list[Any] = list(zip(*shown, strict=True))
    return Listing(key, view.say(f"page_sheet_{key}"), found, rows, len(rows), file)


def _by_year(view: View) -> Listing:
    """Return what each year spends and brings; further years in which nothing is bought among them."""
    told, recurrent = view.figures["by_year"], _recurrent(view)
    heads = ("year", "spent", "recurrent", "employment", "anyway", "linkage", "worth")
    columns: list[list[Any]] = [[str(of["year"]) for of in told], [of["spent"] for of in told]]
    columns.append([recurrent.get(of["year"], 0.0) for of in told])
    columns.append([of["employment"] for of in told])
    columns.append([of["status_quo"]["employment"] for of in told])
    columns.append([of["linkage"] for of in told])
    columns.append([f"{of['worth']:.4g}" for of in told])
    return _list(view, "by_year", [view.say(f"years_{key}") for key in heads], columns, "run.json")


def _bought(view: View) -> Listing:
    """Return the units of each measure that are bought in each year, those that are bought at all."""
    years, units = view.instance.years, view.tables["measures"].set_index(["measure", "year"])["units"].to_dict()
    shown = [m for m in view.instance.measures if any(units[m, year] > 0 for year in years)]
    rows = view.instance.measures
    columns: list[list[Any]] = [[view.measure(m) for m in shown], [view.county(rows[m].county) for m in shown]]
    columns.append([view.name("category", rows[m].category) for m in shown])
    columns.append([rows[m].unit for m in shown])
    columns += ([units[m, year] for m in shown] for year in years)
    columns.append([sum(units[m, year] for year in years) for m in shown])
    heads = [*(view.say(key) for key in ("years_measure", "county", "wb_category", "page_unit"))]
    return _list(view, "bought", [*heads, *map(str, years), view.say("total")], columns, "measures.csv")


def _purses(view: View) -> Listing:
    """Return what each fund has in each year, with what is carried into it and out of it."""
    rows = list(list_purses(view.instance, view.tables))
    columns: list[list[Any]] = [[str(row.year) for row in rows], [view.fund(row.fund) for row in rows]]
    columns.append([view.county(row.county) if row.county else view.say("page_all") for row in rows])
    columns += ([getattr(row, key) for row in rows] for key in PURSES)
    heads = [view.say(key) for key in ("years_year", "page_fund", "county")]
    heads += (f"{view.say(f'years_{key}')} ({view.label})" for key in PURSES)
    return _list(view, "purses", heads, columns, "funds.csv")


def _details(view: View) -> Iterator[YearDetail]:
    """Yield each year by itself, with the tables that a result of one year has as far as there are any."""
    for question in planned_years(view.instance):
        tables = {name: frame[frame["year"] == question.year] for name, frame in view.tables.items()}
        own = View(question, view.lang, tables, view.figures)
        made = [make_listing(own, table) for table in _known_tables(own)]
        yield YearDetail(question.year, {listing.key: listing for listing in made if listing.count})


def _known_tables(view: View) -> Iterator[PageTable]:
    """Yield the tables of a year by itself, without the columns that a plan over several years does not know."""
    for table in TABLES:
        if table.key in DETAILS and table.source in view.tables:
            frame = view.tables[table.source]
            known = {"unit", *(key for key in frame.columns if key != "why_unspent")}
            yield table._replace(columns=[column for column in table.columns if column.key in known])
