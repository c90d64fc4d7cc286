"""Planned against actual for people: the tables of the workbook, the page and the terminal, each described once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alloc.report.charts import Chart, dots
from alloc.report.names import Names
from alloc.report.rows import list_rows
from alloc.study.follow.progress import QUARTERS, say_states
from alloc.study.follow.shown import TrackedColumn, TrackedTable

if TYPE_CHECKING:
    from alloc.study.follow.tracking import Tracking

MONEY = ("planned_money", "paid")
UNITS = ("planned_units", "delivered", "accepted")
RATES = ("before", "after", "low", "high")
JOBS = ("jobs_before", "planned_jobs", "jobs_forecast", "jobs_counted")
GOAL = ("objective", "employment", "linkage")
NUMBERS: Mapping[str, str] = {
    **dict.fromkeys((*MONEY, "left"), "money"),
    **dict.fromkeys(UNITS, "exact"),
    **dict.fromkeys((*JOBS, *GOAL), "jobs"),
    **dict.fromkeys(RATES, "share"),
    **dict.fromkeys(("trust", "paid_for"), "exact"),
}
"""Columns of numbers → how they look; all others are text."""

LOOKS = {"not_planned": "bad", "over": "bad", "behind": "warn", "not_accepted": "warn"}
"""States that are coloured in the workbook."""

MOST_DOTS = 20
"""A chart shows so many counties, the first ones."""


@dataclass(frozen=True)
class RowKind:
    """One kind of rows as people see it: its columns, in order, and whether its money adds up to the whole."""

    by: str
    columns: tuple[str, ...]
    adds_up: bool = True


KINDS = (
    RowKind("measure", ("measure", "county", "category", *MONEY, "left", *UNITS, "state")),
    RowKind("payment", ("measure", "county", "fund", *MONEY, "left", "state")),
    RowKind("county", ("county", *MONEY, "left", *JOBS, "state")),
    RowKind("category", ("category", *MONEY, "left", "state")),
    RowKind("fund", ("fund", *MONEY, "left", "state")),
    RowKind("quarter", ("quarter", *MONEY, "left", "state")),
    RowKind("industry", ("county", "industry", *JOBS), adds_up=False),
    RowKind("rates", ("county", "category", *RATES, "trust", "paid_for", "accepted"), adds_up=False),
)


def describe_tracking(found: "Tracking", lang: str) -> list[TrackedTable]:
    """Return the goal in each case, below the summary, and a table for each kind of rows."""
    names = Names(found.instance, lang, either=True)
    told = [say_heading(found, names), *found.tell(lang), *(fault.say(lang) for fault in found.warnings)]
    goals = _describe(list_rows(found.tables["forecast"]), RowKind("goals", ("case", *GOAL), adds_up=False), names)
    sheet, note = names.say("track_sheet_summary"), names.say("track_goals_note")
    tables = [replace(goals, sheet=sheet, note=note, above=told)]
    for kind in KINDS:
        tables.append(_describe(_list_shown(found, kind), kind, names))
    return tables


def describe_open(found: "Tracking", lang: str) -> TrackedTable:
    """Return the measures that are not as planned."""
    names = Names(found.instance, lang, either=True)
    rows = list_rows(found.list_open_measures())
    table = _describe(rows, RowKind("measure", (*MONEY, *UNITS, "state"), adds_up=False), names)
    cells = [f"{names.name('county', row['county'])} · {names.name('measure', row['measure'])}" for row in rows]
    return replace(table, columns=[TrackedColumn("name", _say_title("name", names), "text", cells), *table.columns])


def say_heading(found: "Tracking", names: Names) -> str:
    """Return what stands above all that is told of a plan followed up."""
    return names.say("track_title", name=found.instance.title or found.instance.name, year=found.instance.year)


def _describe(rows: Sequence[Mapping[str, Any]], kind: RowKind, names: Names) -> TrackedTable:
    columns = []
    for key in kind.columns:
        look = NUMBERS.get(key, "text")
        cells = [_say_place(row, key, names) if look == "text" else row[key] for row in rows]
        formula = "ROUND({planned_money}-{paid},6)" if key == "left" else ""
        columns.append(TrackedColumn(key, _say_title(key, names), look, cells, formula, key in (*MONEY, "left")))
    colours = {names.say(f"track_s_{state}"): look for state, look in LOOKS.items()} if "state" in kind.columns else {}
    total = names.say("total") if kind.adds_up else ""
    return TrackedTable(kind.by, names.say(f"track_by_{kind.by}"), columns, total=total, colours=colours)


def _list_shown(found: "Tracking", kind: RowKind) -> list[dict[str, Any]]:
    """Return the rows of a kind in which anything was planned or done; left: what was planned and is not paid."""
    if kind.by == "rates":
        return list_rows(found.tables["rates"])
    rows = found.get_rows(kind.by).assign(left=lambda frame: (frame["planned_money"] - frame["paid"]).round(6) + 0.0)
    keys = (*MONEY, *UNITS, *JOBS)
    return [row for row in list_rows(rows) if row["quarter"] in QUARTERS or any(row[key] > 0 for key in keys)]


def _say_place(row: Mapping[str, Any], column: str, names: Names) -> str:
    """Return a cell of words: a name, a quarter, a case, or states."""
    word = str(row[column])
    if column == "state":
        return say_states(word, names.lang)
    if column in ("quarter", "case"):
        return names.say(f"track_{'q' if column == 'quarter' else 'case'}_{word}")
    return names.name(column, word)


def _say_title(column: str, names: Names) -> str:
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
