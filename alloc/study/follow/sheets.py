"""Planned against actual for people: the sheets of the workbook and the tables of the page, of one description."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alloc.report.charts import Chart, dots
from alloc.report.names import Names
from alloc.report.rows import list_rows
from alloc.report.workbook.book import Book, Cell, Column, Formula, TableRange
from alloc.report.workbook.styles import LINE
from alloc.study.follow.forecast import CASES
from alloc.study.follow.progress import QUARTERS, say_states
from alloc.texts.figures import amount

if TYPE_CHECKING:
    from alloc.study.follow.tracking import Tracking

MONEY = ("planned_money", "paid")
UNITS = ("planned_units", "delivered", "accepted")
RATES = ("before", "after", "low", "high")
JOBS = ("jobs_before", "planned_jobs", "jobs_forecast", "jobs_counted")
NUMBERS: Mapping[str, str] = {
    **dict.fromkeys((*MONEY, "left"), "money"),
    **dict.fromkeys(UNITS, "exact"),
    **dict.fromkeys((*JOBS, "objective", "employment", "linkage"), "jobs"),
    **dict.fromkeys(RATES, "share"),
    **dict.fromkeys(("trust", "paid_for"), "exact"),
}
"""Columns of numbers → how they look; all others are text."""

LOOKS = {"not_planned": "bad", "over": "bad", "behind": "warn", "not_accepted": "warn"}
"""States that are coloured in the workbook."""

MOST_DOTS = 20
"""A chart shows so many counties, the first ones."""


@dataclass(frozen=True)
class TrackSheet:
    """One kind of rows as people see it: its columns, in order, and whether its money adds up to the whole."""

    by: str
    columns: tuple[str, ...]
    adds_up: bool = True


SHEETS = (
    TrackSheet("measure", ("measure", "county", "category", *MONEY, "left", *UNITS, "state")),
    TrackSheet("payment", ("measure", "county", "fund", *MONEY, "left", "state")),
    TrackSheet("county", ("county", *MONEY, "left", *JOBS, "state")),
    TrackSheet("category", ("category", *MONEY, "left", "state")),
    TrackSheet("fund", ("fund", *MONEY, "left", "state")),
    TrackSheet("quarter", ("quarter", *MONEY, "left", "state")),
    TrackSheet("industry", ("county", "industry", *JOBS), adds_up=False),
    TrackSheet("rates", ("county", "category", *RATES, "trust", "paid_for", "accepted"), adds_up=False),
)


def list_shown(found: "Tracking", sheet: TrackSheet) -> list[dict[str, Any]]:
    """Return the rows of a sheet in which anything was planned or done; left: what was planned and is not paid."""
    if sheet.by == "rates":
        return list_rows(found.tables["rates"])
    rows = found.get_rows(sheet.by).assign(left=lambda frame: frame["planned_money"] - frame["paid"])
    keys = (*MONEY, *UNITS, *JOBS)
    return [row for row in list_rows(rows) if row["quarter"] in QUARTERS or any(row[key] > 0 for key in keys)]


def say_place(row: Mapping[str, Any], column: str, names: Names) -> str:
    """Return a cell of words: a name, a quarter, or states."""
    word = str(row[column])
    if column == "state":
        return say_states(word, names.lang)
    if column == "quarter":
        return names.say(f"track_q_{word}")
    return names.name(column, word)


def say_title(column: str, names: Names) -> str:
    """Return the head of a column."""
    return names.say(f"track_c_{column}", label=names.label)


def draw_counties(found: "Tracking", names: Names) -> Chart | None:
    """Return what was planned and paid in each county as dots; None where nothing was."""
    rows = found.get_rows("county")
    rows = rows[(rows["planned_money"] > 0) | (rows["paid"] > 0)].head(MOST_DOTS)
    if rows.empty:
        return None
    states = [(names.say("track_planned"), "soft"), (names.say("track_paid"), "accent")]
    cells = zip(rows["county"], rows["planned_money"], rows["paid"], strict=True)
    marks = [(names.name("county", c), (float(planned), float(paid))) for c, planned, paid in cells]
    return dots(marks, states, title=names.say("track_chart", label=names.label), x=names.label)


def write_tracking_book(found: "Tracking", path: Path, lang: str) -> None:
    """Write the workbook: a summary, and a sheet for each kind of rows; what is left to pay is a live formula."""
    book, names = Book(path, found.instance, lang, live=True), Names(found.instance, lang, either=True)
    _write_summary(book, found, names)
    for sheet in SHEETS:
        rows = list_shown(found, sheet)
        page = book.sheet(names.say(f"track_by_{sheet.by}"))
        columns = [_make_column(column, rows, names) for column in sheet.columns]
        block = book.table(page, columns, total=names.say("total") if sheet.adds_up else "")
        _colour_states(book, page, block, names)
        book.dress(page, block, freeze=1)
    book.book.close()


def _make_column(column: str, rows: list[dict[str, Any]], names: Names) -> Column:
    title = say_title(column, names)
    if column not in NUMBERS:
        return Column(column, title, "text", [say_place(row, column, names) for row in rows])
    cells: list[Cell] = []
    for row in rows:
        value = None if math.isnan(row[column]) else float(row[column])
        cells.append(Formula("{planned_money}-{paid}", value) if column == "left" else value)
    return Column(column, title, NUMBERS[column], cells, adds_up=column in (*MONEY, "left"))


def _colour_states(book: Book, page: Any, block: TableRange, names: Names) -> None:
    """Colour the states that somebody has to look at."""
    if "state" in block.letters:
        for state, look in LOOKS.items():
            word = names.say(f"track_s_{state}")
            book.mark(page, block, ["state"], f'ISNUMBER(SEARCH("{word}",{{state}}))', look)


def _write_summary(book: Book, found: "Tracking", names: Names) -> None:
    """Write the first sheet: the summary in words, and the goal in each case."""
    page = book.sheet(names.say("track_sheet_summary"))
    title = names.say("track_title", name=found.instance.title or found.instance.name, year=found.instance.year)
    page.write_string(0, 0, title, book.format("title"))
    told = [*found.tell(names.lang), *(fault.say(names.lang) for fault in found.warnings)]
    for i, sentence in enumerate(told, 1):
        page.merge_range(i, 0, i, 3, sentence, book.format("prose"))
        page.set_row(i, 2 * LINE)
    goals = found.tables["forecast"].to_dict("list")
    cells: dict[str, list[Cell]] = {
        key: [float(x) for x in goals[key]] for key in ("objective", "employment", "linkage")
    }
    columns = [Column("case", names.say("track_c_case"), "text", [names.say(f"track_case_{case}") for case in CASES])]
    columns += [Column(key, say_title(key, names), NUMBERS[key], values) for key, values in cells.items()]
    block = book.table(page, columns, top=len(told) + 2)
    book.widen(page, 0, 0, 44)
    book.dress(page, block, freeze=1)


def list_goals(found: "Tracking", names: Names) -> list[list[str]]:
    """Return the goal in each case, in words."""
    rows = found.tables["forecast"].to_dict("records")
    keys = ("objective", "employment", "linkage")
    return [[names.say(f"track_case_{row['case']}"), *(amount(row[key]) for key in keys)] for row in rows]
