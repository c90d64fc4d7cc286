"""The workbook in which offices write what became of a plan: measures and funds stand there, the rest is to fill in.

What the plan says is grey and locked, what is to be typed is yellow; further rows below are for more payments of the
same measure, and for what nobody planned. `read_actuals` reads it back.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from alloc.instance.excel.safe import new_workbook, write_cell
from alloc.instance.excel.sheet_names import Cell
from alloc.report.dictionary import dictionary
from alloc.report.names import Names
from alloc.report.target import check_workbook, fill_workbook
from alloc.report.workbook.styles import FONTS, STYLES
from alloc.run import Run
from alloc.study.compare.results import Result, read_result
from alloc.study.follow.actuals import ROOM
from alloc.study.follow.first_year import take_first_year
from alloc.study.request import check_language

ROWS = 200
"""Empty rows below those of the plan."""

LISTS = "lists"
NUMBER = {"num_format": STYLES["input"]["num_format"]}
GREY = {"num_format": "@", "bg_color": "#F2F2F2", "font_color": "#595959", "border": 1, "border_color": "#D9D9D9"}
HEAD = {"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}
INPUT = {"bg_color": "#FFF7D6", "border": 1, "border_color": "#D9C98A", "locked": False}


@dataclass(frozen=True)
class _InputColumn:
    """A column of a sheet. reads: its name where it is read back; else a sentence of the catalogue is its head.

    kind: text, number or date; typed: it is empty in the rows of the plan, and to be filled in; width [letters].
    """

    reads: str
    head: str = ""
    kind: str = "text"
    typed: bool = False
    width: int = 14


SHEETS = {
    "payments": (
        _InputColumn("measure", width=26),
        _InputColumn("", "track_c_name", width=34),
        _InputColumn("fund", width=18),
        _InputColumn("", "track_c_planned_money", "number"),
        _InputColumn("paid", kind="number", typed=True),
        _InputColumn("date", kind="date", typed=True),
    ),
    "deliveries": (
        _InputColumn("measure", width=26),
        _InputColumn("", "track_c_name", width=34),
        _InputColumn("", "track_c_unit"),
        _InputColumn("", "track_c_planned_units", "number"),
        _InputColumn("units", kind="number", typed=True),
        _InputColumn("accepted", kind="number", typed=True),
        _InputColumn("note", typed=True, width=40),
    ),
    "jobs": (
        _InputColumn("county", width=18),
        _InputColumn("industry", width=18),
        _InputColumn("", "track_c_jobs_before", "number"),
        _InputColumn("", "track_c_planned_jobs", "number"),
        _InputColumn("jobs", kind="number", typed=True),
        _InputColumn("jobseekers", kind="number", typed=True, width=18),
    ),
}
"""The sheets and their columns; every row begins with what the plan knows."""


def write_actuals_template(
    result: Run | Result | str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    lang: str = "en",
) -> Path:
    """Write the workbook in which offices fill in what was paid, delivered and counted, and return its path.

    result: a run, a results folder or a workbook with a plan of one year. Raises RequestError where there is no such
    plan, or a file of the name already.
    """
    check_language(lang)
    target = Path(out)
    check_workbook(target, overwrite)
    of = take_first_year(read_result(result, over_years=True))
    with fill_workbook(target) as made:
        _Template(made, of, lang).write()
    return target


def list_planned_rows(of: Result, lang: str) -> dict[str, list[list[Cell]]]:
    """Return what the plan knows of each row, sheet by sheet, in the order of the columns that are not typed."""
    names = Names(of.instance, lang, either=True)
    paid = [row for row in of.tables["allocation"].to_dict("records") if row["amount"] > 0]
    funded = [row for row in of.tables["measures"].to_dict("records") if row["funded"]]
    payments: list[list[Cell]] = []
    for row in paid:
        payments.append([row["measure"], _call(names, row), row["fund"], row["amount"]])
    deliveries: list[list[Cell]] = []
    for row in funded:
        unit = of.instance.measures[row["measure"]].unit
        deliveries.append([row["measure"], _call(names, row), unit, row["units"]])
    sites = of.tables["industries"][["county", "industry", "jobs_before", "jobs"]]
    jobs: list[list[Cell]] = [list(row) for row in sites.itertuples(index=False, name=None)]
    return {"payments": payments, "deliveries": deliveries, "jobs": jobs}


def _call(names: Names, row: Any) -> str:
    """Return what a measure is called, with its county."""
    return f"{names.name('county', row['county'])} · {names.name('measure', row['measure'])}"


class _Template:
    """The workbook being written."""

    def __init__(self, target: Path, of: Result, lang: str):
        self.of, self.lang = of, lang
        self.names = Names(of.instance, lang, either=True)
        face, size = FONTS[lang]
        plain = {"font_name": face, "font_size": size}
        title = of.instance.title or of.instance.name
        self.book = new_workbook(target, title, of.instance.year, default_format_properties=plain)
        self.head, self.grey = self.book.add_format(HEAD), self.book.add_format(GREY)
        self.grey_number = self.book.add_format({**GREY, **NUMBER})
        shapes = {
            "text": {"num_format": "@", "text_wrap": True},
            "number": NUMBER,
            "date": {"num_format": "yyyy-mm-dd"},
        }
        self.inputs = {kind: self.book.add_format({**INPUT, **shape}) for kind, shape in shapes.items()}

    def write(self) -> None:
        """Write the guide, the sheets and the lists behind their drop-downs."""
        self._write_guide()
        for table, rows in list_planned_rows(self.of, self.lang).items():
            self._write_sheet(table, SHEETS[table], rows)
        self._write_lists()
        self.book.close()

    def _write_guide(self) -> None:
        page = self.book.add_worksheet(self.names.say("track_sheet_guide"))
        instance = self.of.instance
        title = self.names.say("track_guide_title", name=instance.title or instance.name, year=instance.year)
        page.set_column(0, 0, 100, self.book.add_format({"text_wrap": True, "valign": "top"}))
        page.write_string(0, 0, title, self.book.add_format({"bold": True, "font_size": 14}))
        for i, line in enumerate(self.names.say("track_guide", label=self.names.label).split("\n"), 1):
            page.write_string(i, 0, line)
        page.activate()

    def _write_sheet(self, table: str, columns: Sequence[_InputColumn], rows: Sequence[Sequence[Cell]]) -> None:
        described = dictionary(ROOM)[table]
        sheet = self.book.add_worksheet(described["title"][self.lang])
        last = len(rows) + ROWS
        typed = [j for j, column in enumerate(columns) if column.typed]
        for j, column in enumerate(columns):
            sheet.set_column(j, j, column.width)
            sheet.write_string(0, j, self._say_head(described, column), self.head)
            below = self.inputs[column.kind] if column.reads else self.grey
            for i in range(1, last + 1):
                if i > len(rows) or j in typed:
                    sheet.write_blank(i, j, None, below)
                else:
                    look = self.grey_number if column.kind == "number" else self.grey
                    write_cell(sheet, i, j, rows[i - 1][j], look)
            if column.reads:
                self._guard_column(sheet, table, columns, j, last)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        self._set_printing(sheet, len(rows), len(columns))

    def _set_printing(self, sheet: Any, rows: int, columns: int) -> None:
        """Print the rows of the plan and ten more, the head repeated; what is locked is so without a password."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, rows + 10, columns - 1)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

    def _say_head(self, described: Any, column: _InputColumn) -> str:
        """Return the head of a column, with the unit of money where it is money."""
        if not column.reads:
            return self.names.say(column.head, label=self.names.label)
        own = described["columns"][column.reads]
        title = str(own[self.lang])
        return f"{title}\n({self.names.label})" if own.get("unit") == "money" else title

    def _guard_column(self, sheet: Any, table: str, columns: Sequence[_InputColumn], j: int, last: int) -> None:
        """Turn away what cannot be meant while it is typed; an id that the list does not have is only doubtful."""
        column = columns[j]
        if column.reads == "accepted":
            here, units = xl_rowcol_to_cell(1, j), xl_rowcol_to_cell(1, j - 1)
            rule = {"validate": "custom", "value": f"=AND(ISNUMBER({here}),{here}>=0,{here}<={units})"}
            rule["error_message"] = self.names.say("track_guard_accepted")
        elif column.kind == "number":
            rule = {"validate": "decimal", "criteria": ">=", "value": 0}  # type: ignore[dict-item]
            rule["error_message"] = self.names.say("book_number_from", low="0")
        elif column.kind == "date":
            rule = self._limit_days()
        elif column.reads == "note":
            return
        else:
            rule = {"validate": "list", "source": f"=ids_{column.reads}", "error_type": "warning"}
        sheet.data_validation(1, j, last, j, rule)

    def _limit_days(self) -> dict[str, Any]:
        """Return the rule for days: those of the plan's year; others are asked about."""
        from datetime import date

        year = self.of.instance.year
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(year, 1, 1),
            "maximum": date(year, 12, 31),
            "error_type": "warning",
            "error_message": self.names.say("track_guard_date", year=year),
        }

    def _write_lists(self) -> None:
        """Write the ids that drop-downs offer, hidden."""
        page = self.book.add_worksheet(LISTS)
        for j, (name, ids) in enumerate(self._list_ids()):
            for i, word in enumerate(ids):
                page.write_string(i, j, word)
            first, last = (xl_rowcol_to_cell(i, j, True, True) for i in (0, max(0, len(ids) - 1)))
            self.book.define_name(f"ids_{name}", f"={LISTS}!{first}:{last}")
        page.hide()

    def _list_ids(self) -> Iterator[tuple[str, list[str]]]:
        instance = self.of.instance
        yield "measure", list(instance.measures)
        yield "fund", list(instance.funds)
        yield "county", list(instance.counties)
        yield "industry", list(instance.industries)
