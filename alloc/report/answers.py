"""What people ask of a plan once it is on the table, and what solving again has answered: for workbook and page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES
from alloc.report.charts import Chart, kind_map, whiskers
from alloc.report.names import Names
from alloc.report.rows import list_rows
from alloc.texts.figures import amount, exact

MOST_BARS = 12
"""Charts show so many rows, the first ones."""

KINDS = ("always", "open", "never")
"""What a cell may be over all plans that are nearly as good."""


@dataclass(frozen=True)
class Answers:
    """What was asked of a plan, and what was found.

    tables: name → rows, as described in their dictionary; `questions` has a row for each question, with how much of it
    was answered and proven. charts: the name of a topic → its charts. within: part of the goal that plans may lose to
    be looked at for what is certain; minutes: the time that all had.
    """

    tables: Mapping[str, pd.DataFrame]
    charts: Mapping[str, Sequence[Chart]]
    within: float
    minutes: float

    def get_rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table; none where there was no time for it."""
        return list_rows(self.tables[table])

    def list_columns(self, topic: "Topic") -> list["AnswerColumn"]:
        """Return the columns of a topic that its table has: the year only over several."""
        return [column for column in topic.columns if column.key in self.tables[topic.table]]

    def tell(self, topic: "Topic", names: Names) -> Iterator[str]:
        """Yield how far each question of a topic is answered, in words."""
        for row in self.get_rows("questions"):
            if row["question"] in topic.questions:
                yield names.say(
                    f"answers_{row['status']}",
                    question=names.say(f"answers_q_{row['question']}"),
                    asked=row["asked"],
                    answered=row["answered"],
                    proven=row["proven"],
                )


@dataclass(frozen=True)
class AnswerColumn:
    """A column of a topic: key of the table, what it holds (a name of something, text, money, goal …)."""

    key: str
    look: str = "goal"


WHERE = (AnswerColumn("measure", "name"), AnswerColumn("county", "name"), AnswerColumn("category", "name"))


@dataclass(frozen=True)
class Topic:
    """One thing that people ask: its table, its columns, and the questions that it is the answer to."""

    key: str
    table: str
    columns: tuple[AnswerColumn, ...]
    questions: tuple[str, ...]


TOPICS = (
    Topic(
        "prices",
        "prices",
        (
            AnswerColumn("text", "text"),
            AnswerColumn("from", "figure"),
            AnswerColumn("to", "figure"),
            *map(AnswerColumn, ("gain", "gain_least", "gain_most", "employment")),
            AnswerColumn("aid_moved", "money"),
            AnswerColumn("status", "status"),
        ),
        ("rules", "limits"),
    ),
    Topic(
        "certainty",
        "cells",
        (
            *WHERE[1:],
            *(AnswerColumn(key, "money") for key in ("aid", "least_bound", "most_bound")),
            AnswerColumn("class", "class"),
        ),
        ("certainty",),
    ),
    Topic(
        "margin",
        "margin",
        (
            AnswerColumn("fund", "name"),
            AnswerColumn("year", "text"),
            AnswerColumn("step", "count"),
            AnswerColumn("amount", "money"),
            *map(AnswerColumn, ("objective", "gain", "gain_least", "gain_most")),
            AnswerColumn("where", "text"),
            AnswerColumn("status", "status"),
        ),
        ("margin",),
    ),
    Topic(
        "why_not",
        "why_not",
        (
            *WHERE,
            AnswerColumn("units", "count"),
            *map(AnswerColumn, ("loss", "loss_least", "loss_most")),
            AnswerColumn("answer", "text"),
        ),
        ("why_not",),
    ),
    Topic(
        "why",
        "why",
        (
            *WHERE,
            AnswerColumn("money", "money"),
            *map(AnswerColumn, ("worth", "worth_least", "worth_most")),
            AnswerColumn("answer", "text"),
        ),
        ("why",),
    ),
)
"""What people ask first, in the order of the workbook's sheets and the page."""


FIGURES = {
    "": "lever_none",
    "true": "lever_yes",
    "false": "lever_no",
}
"""What stands at a limit, as it is written → its text; numbers stay as they are written."""


SAID = {"class": "certainty", "status": "answers_s"}
"""How a column looks → what the texts of its words begin with."""


def say_cell(cell: Any, column: AnswerColumn, names: Names) -> str:
    """Return a cell in words; nothing for what is not known."""
    if pd.isna(cell):
        return ""
    if column.look == "name":
        return names.name(column.key, str(cell))
    if column.look in SAID:
        return names.say(f"{SAID[column.look]}_{cell}")
    if column.look == "text":
        return str(cell)
    if column.look == "figure":
        return names.say(FIGURES[cell]) if cell in FIGURES else names.written(str(cell).split(", "))
    return exact(float(cell)) if column.look == "count" else amount(float(cell))


def draw_prices(table: pd.DataFrame, names: Names) -> Chart | None:
    """Return the dearest limits as bars with their proven ranges; None where nothing is known."""
    known = table.dropna(subset=["gain", "gain_least", "gain_most"]).head(MOST_BARS)
    rows = list(known[["text", "gain", "gain_least", "gain_most"]].itertuples(index=False, name=None))
    if not rows:
        return None
    return whiskers(
        rows,
        title=names.say("price_chart"),
        x=names.say("price_axis"),
        names=(names.say("price_gain"), names.say("price_proven_range")),
    )


def draw_certainty(table: pd.DataFrame, names: Names, within: float) -> Chart | None:
    """Return counties × categories by what is safe, open and never funded; None where nothing is known."""
    if table.empty:
        return None
    found = {(row["county"], row["category"]): row for row in list_rows(table)}
    counties = [c for c in names.instance.counties if any((c, k) in found for k in CATEGORIES)]
    cells = [[_show_range(found.get((c, k))) for k in CATEGORIES] for c in counties]
    roles = ("plan", "assumed", "grid")
    return kind_map(
        names.call("county", counties),
        names.call("category", CATEGORIES),
        cells,
        list(zip(names.say_each("certainty_{}", KINDS).values(), roles, strict=True)),
        title=names.say("certainty_chart", within=f"{100 * within:g}", label=names.label),
    )


def _show_range(row: Mapping[str, Any] | None) -> tuple[int, str] | None:
    """Return the kind of a cell and its range in words."""
    if row is None:
        return None
    kind, least, most = str(row["class"]), amount(row["least_bound"]), amount(row["most_bound"])
    if kind == "never":
        return KINDS.index(kind), ""
    return KINDS.index(kind), least if least == most else f"{least} – {most}"
