"""Two plans side by side, for people: sheets whose differences are live, a section of a page, rows for a terminal."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup
from xlsxwriter.utility import xl_rowcol_to_cell

from alloc.instance.excel.safe import new_workbook
from alloc.report.templates import load_template, name_language, read_text
from alloc.texts import say
from alloc.texts.figures import amount, count, tidy

Tables = Mapping[str, pd.DataFrame]
"""goals, effects, counties, categories, funds, measures, rules: columns that end in _a, _b and _change."""

ENDS = ("_a", "_b", "_change")
SUMMED = ("counties", "categories", "funds", "measures")
WORDY = ("what", "kind", "goal", "name")
"""Columns of words that are said in the reader's language; those of others are names."""

COUNTED = ("chains_closed", "measures_funded", "funded", "binding")
"""What is counted, and has no decimals."""

DIFFERS = {"measures": ("new", "dropped", "more", "less"), "rules": ("only_a", "only_b")}
"""Of long tables the page shows the rows in which the plans differ."""

WIDE, NARROW = 30, 13
"""Widths of columns of words and of numbers [letters]."""

BAR = 60
"""Length of the longest bar [pixels]."""


@dataclass(frozen=True)
class Reader:
    """For whom a comparison is shown: language, names of both plans, label of money, names of counties, funds …

    labels: column → id → name. why_not: why no effects are told, if so.
    """

    lang: str
    a: str
    b: str
    money: str
    labels: Mapping[str, Mapping[str, str]]
    why_not: str = ""

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return say(text, self.lang, **values)

    @property
    def note(self) -> str:
        """What A and B are, and what amounts are counted in."""
        return self.say("diff_note", a=self.a, b=self.b, money=self.money)

    def title(self, column: str) -> str:
        """Return the title of a column, whose numbers it holds on a line of its own."""
        subject, end = _split_column(column)
        side = {"_a": f"A {self.a}", "_b": f"B {self.b}", "_change": "B − A"}.get(end, "")
        return f"{self.say(f'diff_{subject}')}\n{side}".strip()

    def word(self, column: str, cell: object) -> str:
        """Return a cell of words in the reader's language."""
        if column in WORDY:
            return self.say(f"diff_{cell}")
        return self.labels.get(column, {}).get(str(cell), str(cell))


@dataclass(frozen=True)
class ShownCell:
    """A cell as people see it. look: `word`, `more`, `less` or nothing; bar: its length beside a change [pixels]."""

    text: str
    look: str = ""
    bar: str = ""


def _split_column(column: str) -> tuple[str, str]:
    """Return a column's subject and its end: `aid_change` is `aid` and `_change`."""
    end = next((end for end in ENDS if column.endswith(end)), "")
    return column.removesuffix(end), end


def _is_text(frame: pd.DataFrame, column: str) -> bool:
    return not pd.api.types.is_numeric_dtype(frame[column])


def _changes(column: str) -> bool:
    """Tell whether a column says by how much something changes; effects are jobs that come or go."""
    return column.endswith("_change") or column == "jobs"


def show_rows(frame: pd.DataFrame, to: Reader) -> list[list[ShownCell]]:
    """Return the rows of a table as people see them: changes have their sign, and a bar against the largest."""
    shown = [_show_column(frame, column, to) for column in frame.columns]
    return [list(row) for row in zip(*shown, strict=True)]


def _show_column(frame: pd.DataFrame, column: str, to: Reader) -> list[ShownCell]:
    cells = frame[column].tolist()
    if _is_text(frame, column):
        return [ShownCell(to.word(column, cell), "word") for cell in cells]
    widest = max((abs(x) for x in cells if math.isfinite(x)), default=0.0) if _changes(column) else 0.0
    counted = [what in COUNTED or _split_column(column)[0] in COUNTED for what in frame.iloc[:, 0]]
    return [_show_number(column, cell, whole, max(widest, 1e-9)) for cell, whole in zip(cells, counted, strict=True)]


def _show_number(column: str, number: float, counted: bool, widest: float) -> ShownCell:
    """Return a number; a change has its sign, what is counted no decimals, what is not known is empty."""
    if not math.isfinite(number):
        return ShownCell("")
    text = count(number) if counted else amount(number)
    if not _changes(column):
        return ShownCell(text)
    sign = "+" if tidy(number) > 0 else ""
    if not number:
        return ShownCell(sign + text)
    return ShownCell(sign + text, "more" if number > 0 else "less", f"{BAR * abs(number) / widest:.0f}")


def write_difference(tables: Tables, to: Reader, path: Path) -> None:
    """Write one sheet a table; every difference is a formula with its value, totals are sums."""
    book = new_workbook(path, f"{to.a} – {to.b}", 2000)
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": '#,##0.00;[Red]-#,##0.00;"–"'}),
        "total": book.add_format({"num_format": '#,##0.00;[Red]-#,##0.00;"–"', "bold": True, "top": 1}),
        "note": book.add_format({"italic": True, "font_color": "#7F7F7F"}),
    }
    for name, frame in tables.items():
        sheet = book.add_worksheet(to.say(f"diff_{name}"))
        last = _write_sheet(sheet, formats, name, frame, to)
        note = {"goals": to.note, "effects": to.why_not}.get(name, "")
        if note:
            sheet.write_string(last + 2, 0, note, formats["note"])
    book.close()


def _write_sheet(sheet: Any, formats: Mapping[str, Any], name: str, frame: pd.DataFrame, to: Reader) -> int:
    """Write a table and return its last row."""
    for j, column in enumerate(frame.columns):
        sheet.write_string(0, j, to.title(column), formats["head"])
        sheet.set_column(j, j, WIDE if _is_text(frame, column) else NARROW)
        if _is_text(frame, column):
            for i, cell in enumerate(frame[column], 1):
                sheet.write_string(i, j, to.word(column, cell), formats["text"])
        else:
            _write_numbers(sheet, formats["number"], j, column, frame[column].tolist())
    last = len(frame)
    if name in SUMMED and last:
        last += 1
        _write_totals(sheet, formats["total"], last, frame, to)
    sheet.freeze_panes(1, 1)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return last


def _write_numbers(sheet: Any, look: Any, j: int, column: str, cells: Sequence[float]) -> None:
    """Write a column of numbers; a change is the formula of the two columns before it."""
    for i, cell in enumerate(cells, 1):
        if column.endswith("_change"):
            after, before = xl_rowcol_to_cell(i, j - 1), xl_rowcol_to_cell(i, j - 2)
            sheet.write_formula(i, j, f"={after}-{before}", look, float(cell))
        elif math.isfinite(cell):
            sheet.write_number(i, j, float(cell), look)


def _write_totals(sheet: Any, look: Any, last: int, frame: pd.DataFrame, to: Reader) -> None:
    """Write the sums below a table; units of different measures add up to nothing."""
    sheet.write_string(last, 0, to.say("total"), look)
    for j, column in enumerate(frame.columns):
        if not _is_text(frame, column) and not column.startswith("units"):
            top, end = xl_rowcol_to_cell(1, j), xl_rowcol_to_cell(last - 1, j)
            sheet.write_formula(last, j, f"=SUM({top}:{end})", look, float(frame[column].sum()))


@dataclass(frozen=True)
class ShownTable:
    """A table of the page. worded: which of its columns are words; instead: what is said in place of it."""

    title: str
    titles: Sequence[str]
    worded: Sequence[bool]
    rows: Sequence[Sequence[ShownCell]]
    bars: bool
    instead: str


def make_section(tables: Tables, to: Reader, whole: bool = False) -> str:
    """Return the comparison as one section of a page; whole: as a page of its own, which opens without a network."""
    return load_template("alloc.report", "difference.html").render(
        whole=whole,
        language=name_language(to.lang),
        title=to.say("diff_title", a=to.a, b=to.b),
        style=Markup(read_text("alloc.report", "difference.css")),
        note=to.note,
        tables=[_show_table(name, frame, to) for name, frame in tables.items()],
    )


def _show_table(name: str, frame: pd.DataFrame, to: Reader) -> ShownTable:
    if name in DIFFERS:
        frame = frame[frame["what"].isin(DIFFERS[name])]
    instead = to.why_not if name == "effects" else ""
    return ShownTable(
        title=to.say(f"diff_{name}"),
        titles=[to.title(column) for column in frame.columns],
        worded=[_is_text(frame, column) for column in frame.columns],
        rows=show_rows(frame, to),
        bars=name != "goals",
        instead=instead or (to.say("diff_nothing") if frame.empty else ""),
    )
