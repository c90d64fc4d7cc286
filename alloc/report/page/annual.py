"""The page of a plan over several years: what is bought when, funds with what is carried, jobs, and each year alone."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pandas as pd
from markupsafe import Markup

from alloc.instance import CATEGORIES, KINDS, Instance
from alloc.report.carrying import list_bought, list_purses, list_upkeep, pick_year, planned_years, tell_starved
from alloc.report.charts import Chart, bars
from alloc.report.notebook import show_chart
from alloc.report.page import Page, fill_page
from alloc.report.page.listings import Listing, PageTable, make_listings, write_cells
from alloc.report.page.plan_tables import TABLES
from alloc.report.page.view import View
from alloc.report.told import tell_status, tell_whose, through_aid
from alloc.texts.figures import amount

ROOM = "alloc.report.page"

DETAILS = ("funds", "counties", "funded", "idle", "industries", "rules", "sharing")
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
) -> Page:
    """Return the page of a plan over several years in one language. Equal plans give equal bytes."""
    view = View(instance, lang, tables, figures)
    charts = dict(_draw(view))
    listings = (_by_year(view), _bought(view), _purses(view))
    html = fill_page(
        "annual.html",
        view,
        charts,
        sheets={listing.key: listing for listing in listings if listing.count},
        details=list(_details(view)),
        span=_span(instance),
        status=tell_status(figures, lang),
        further=view.say("years_further", last=instance.years[-1]) if instance.end_value else "",
        starved=tell_starved(instance, tables, lang),
        answer=list(tell_over_years(view)),
    )
    return Page(html, charts)


def show_years(view: View) -> Iterator[str | Markup]:
    """Yield what a notebook shows of a plan over several years: the answer, who pays, and the jobs of each year."""
    yield from tell_over_years(view)
    drawn = dict(_draw(view))
    for name in ("money-by-year", "jobs-by-year"):
        yield show_chart(drawn[name])


def tell_over_years(view: View) -> Iterator[str]:
    """Yield what all years spend and bring, and whose that is."""
    figures = view.figures
    yield view.say(
        "years_answer",
        span=_span(view.instance),
        spent=amount(sum(of["spent"] for of in figures["by_year"])),
        label=view.label,
        jobs=amount(figures["employment"]),
        linkage=amount(figures["linkage"]),
        bound=amount(figures["bound"]),
    )
    yield from tell_whose(view.instance, figures, view.lang)


def _span(instance: Instance) -> str:
    """Return the first and the last year."""
    first, last = instance.years[0], instance.years[-1]
    return str(first) if first == last else f"{first}–{last}"


def _recurrent(view: View) -> dict[int, float]:
    """Return what upkeep of earlier purchases costs, by year [money]."""
    found: dict[int, float] = {}
    for row in list_upkeep(view.instance, view.tables["measures"]):
        found[row.year] = found.get(row.year, 0.0) + row.money
    return found


def _draw(view: View) -> Iterator[tuple[str, Chart]]:
    """Yield the charts: who pays in each year, what for, and the jobs that each year has more."""
    kinds: dict[str, tuple[str, str]] = {kind: (view.say(f"page_kind_{kind}"), ROLES[kind]) for kind in KINDS}
    categories: dict[str, tuple[str, str]] = {k: (view.say(k), k) for k in CATEGORIES}
    yield "money-by-year", _stack(view, "kind", kinds, "years_chart_money")
    yield "categories-by-year", _stack(view, "category", categories, "years_chart_categories")
    jobs = []
    for of in view.figures["by_year"]:
        if of["year"] in view.instance.years:
            anyway = max(of["status_quo"]["employment"], 0.0)
            jobs.append((str(of["year"]), [anyway, max(of["employment"] - anyway, 0.0)]))
    parts = [(view.say("years_anyway"), "unsaid"), (view.say("years_more"), "aid")]
    yield "jobs-by-year", bars(jobs, parts, title=view.say("years_chart_jobs"), x=view.say("page_axis_gained"))


def _stack(view: View, key: str, parts: Mapping[str, tuple[str, str]], title: str) -> Chart:
    """Return the money of each year as a bar: of what kind it is, or for which category."""
    years = view.instance.years
    sums = view.tables["allocation"].groupby(["year", key])["amount"].sum().unstack(fill_value=0)
    sums = sums.reindex(index=list(years), columns=list(parts), fill_value=0.0)
    sums = sums.loc[:, (sums > 0).any()]
    rows = list(zip(map(str, years), sums.to_numpy().tolist(), strict=True))
    return bars(rows, list(map(parts.__getitem__, sums.columns)), title=view.say(title, label=view.label), x=view.label)


def _list(view: View, key: str, heads: Sequence[str], rows: Sequence[Sequence[str | float]], file: str) -> Listing:
    """Return a table whose columns are each of words or of numbers."""
    found: list[tuple[str, bool]] = []
    shown: list[Any] = []
    for head, cells in zip(heads, zip(*rows, strict=True), strict=bool(rows)):
        is_number = any(not isinstance(cell, str) for cell in cells)
        found.append((head, is_number))
        shown.append(write_cells(cells) if is_number else cells)
    return Listing(key, view.say(f"page_sheet_{key}"), found, list(zip(*shown, strict=True)), len(rows), file)


def _by_year(view: View) -> Listing:
    """Return what each year spends and brings; further years in which nothing is bought among them."""
    recurrent, rows = _recurrent(view), []
    heads = view.say_each("years_{}", ("year", "spent", "recurrent", "employment", "anyway", "aid", "linkage", "worth"))
    for of in view.figures["by_year"]:
        year, jobs, anyway = of["year"], of["employment"], of["status_quo"]["employment"]
        upkeep, worth = recurrent.get(year, 0.0), f"{of['worth']:.4g}"
        rows.append((str(year), of["spent"], upkeep, jobs, anyway, _or_unknown(through_aid(of)), of["linkage"], worth))
    return _list(view, "by_year", list(heads.values()), rows, "run.json")


def _or_unknown(value: float | None) -> float:
    return math.nan if value is None else value


def _bought(view: View) -> Listing:
    """Return the units of each measure that are bought in each year, those that are bought at all."""
    rows = []
    for m, *units in list_bought(view.instance, view.tables["measures"]).itertuples(name=None):
        of = view.instance.measures[m]
        words = view.measure(m), view.county(of.county), view.name("category", of.category), of.unit
        rows.append((*words, *units, sum(units)))
    heads = map(view.say, ("years_measure", "county", "wb_category", "page_unit"))
    return _list(view, "bought", [*heads, *map(str, view.instance.years), view.say("total")], rows, "measures.csv")


def _purses(view: View) -> Listing:
    """Return what each fund has in each year, with what is carried into it and out of it."""
    rows, money = [], attrgetter(*PURSES)
    for purse in list_purses(view.instance, view.tables):
        place = view.county(purse.county) if purse.county else view.say("page_all")
        rows.append((str(purse.year), view.fund(purse.fund), place, *money(purse)))
    heads = list(map(view.say, ("years_year", "page_fund", "county")))
    heads += (f"{title} ({view.label})" for title in view.say_each("years_{}", PURSES).values())
    return _list(view, "purses", heads, rows, "funds.csv")


def _details(view: View) -> Iterator[YearDetail]:
    """Yield each year by itself, with the tables that a result of one year has as far as there are any."""
    for question in planned_years(view.instance):
        own = View(question, view.lang, pick_year(view.tables, question.year), view.figures)
        yield YearDetail(question.year, make_listings(own, _known_tables(own)))


def _known_tables(view: View) -> Iterator[PageTable]:
    """Yield the tables of a year by itself, of the columns that the result has."""
    for table in TABLES:
        if table.key in DETAILS and table.source in view.tables:
            known = {"unit", *view.tables[table.source].columns}
            if table.key == "idle" and "idle" not in known:  # written before that was told of years
                continue
            yield table._replace(columns=[column for column in table.columns if column.key in known])
