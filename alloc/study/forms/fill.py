"""A form as a workbook: cells merged as the layout says, numbers that stay numbers, and where each one comes from."""

import math
import os
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from alloc.errors import RequestError
from alloc.instance.excel.safe import new_workbook
from alloc.instance.excel.sheet_names import Exact
from alloc.report.names import Names
from alloc.report.target import check_workbook, fill_workbook
from alloc.report.workbook.styles import FONTS, LINE, lines
from alloc.run import Run
from alloc.study.compare.results import Result, read_result
from alloc.study.follow.actuals import Actuals, read_actuals
from alloc.study.follow.first_year import take_first_year
from alloc.study.forms.entries import Entries, Entry
from alloc.study.forms.layout import FormCell, Layout
from alloc.study.forms.layout_file import read_layouts
from alloc.study.forms.project import list_changes, list_payments, list_projects

FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
"""What the name of a sheet may not hold."""

HEAD = {"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#DDE7F0"}
NUMBER = "#,##0.00##"
"""How heads and numbers look."""

WIDTH = 16
"""Width of a column of a form [Latin letters]."""

WIDEST = 180
"""The widest table that can be read on A4; what is wider is printed on A3 [Latin letters]."""


def fill_form(
    result: Run | Result | str | os.PathLike[str],
    kind: str,
    out: str | os.PathLike[str],
    *,
    before: Run | Result | str | os.PathLike[str] | None = None,
    actuals: Actuals | str | os.PathLike[str] | None = None,
    layout: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    lang: str = "zh",
) -> Path:
    """Write a form that an office hands in, filled from a plan, and return its path.

    result: of a plan over several years the first is the one that is carried out, and its forms are filled.
    kind: targets, plan, schedule, adjustment or self-assessment, or one of the layout's own. before: the plan that an
    adjustment starts from. actuals: what became of the plan, for a form of projects (see `read_actuals`). layout: a
    YAML file in place of the forms that come with alloc. Money in the instance's unit. A second sheet says for every
    number where in the results it stands. Raises RequestError where there is no plan, no such form, or a file of the
    name already; InstanceError with every fault of the layout or of what became of the plan.
    """
    target, form = Path(out), _choose_form(kind, layout, before is not None, actuals is not None)
    check_workbook(target, overwrite)
    whole = read_result(result, over_years=True)
    of = take_first_year(whole)
    if before is not None:
        earlier = take_first_year(read_result(before, over_years=True))
        rows = list(list_changes(earlier, of, lang))
    elif form.rows == "payments":
        rows = list(list_payments(of, lang))
    else:
        told = actuals if actuals is None or isinstance(actuals, Actuals) else read_actuals(actuals, of.instance)
        rows = list(list_projects(of, lang, told))
    with fill_workbook(target) as made:
        where = f"{of.instance.year} · " if whole.instance.questions else ""
        book = FormBook(made, of, form, lang, where)
        book.write(rows)
        book.close()
    return target


def _choose_form(kind: str, layout: str | os.PathLike[str] | None, has_before: bool, has_actuals: bool) -> Layout:
    """Return a form by its kind. Raises RequestError where there is none, or where it takes something else."""
    layouts = read_layouts(None if layout is None else Path(layout))
    if kind not in layouts:
        raise RequestError("form_unknown", found=kind, known=", ".join(layouts) or "–")
    form = layouts[kind]
    if (form.rows == "changes") != has_before:
        raise RequestError("form_takes_no_before" if has_before else "form_needs_before", kind=kind)
    if has_actuals and form.rows not in (None, "projects"):
        raise RequestError("form_takes_no_actuals", kind=kind)
    return form


class FormBook:
    """A workbook being filled with one form; nothing is written before it is closed."""

    def __init__(self, target: Path, of: Result, form: Layout, lang: str, where: str = "") -> None:
        """Begin a form. where: what the rows of the results are told by beside their names: the year, of several."""
        self.of, self.form, self.lang, self.where = of, form, lang, where
        self.names = Names(of.instance, lang)
        self.book = new_workbook(target, form.title.model_dump()[lang], of.instance.year)
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.places: list[tuple[str, str, str, float]] = []
        self.numbers: dict[str, float] = {}

    def close(self) -> None:
        """Write the file."""
        self.book.close()

    def write(self, rows: Sequence[Entries]) -> None:
        """Write the form: one table, or a sheet for each project; then where every number comes from."""
        if self.form.rows:
            self._write_table(rows)
        else:
            for i, entries in enumerate(rows):
                self._write_project(entries, i + 1)
            if not rows:
                sheet = self._open_sheet(self.form.title.model_dump()[self.lang], self.form.width)
                self._write_none(sheet, 2, self.form.width)
        self._write_places()

    def _write_none(self, sheet: Any, row: int, width: int) -> None:
        """Say in a line across the form that there is nothing to fill in."""
        text = self.names.say(f"form_no_{self.form.rows or 'projects'}")
        self._put(sheet, row, 0, text, self._look(border=1, text_wrap=True), (1, width))

    def _look(self, **traits: Any) -> Any:
        key = tuple(sorted(traits.items()))
        if key not in self.formats:
            face, size = FONTS[self.lang]
            own = {"font_name": face, "font_size": size, "valign": "vcenter", **traits}
            self.formats[key] = self.book.add_format(own)
        return self.formats[key]

    def _open_sheet(self, name: str, width: int) -> Any:
        """Return a new sheet with the form's title and year over so many columns, printed on one page's width."""
        sheet = self.book.add_worksheet(self._name_sheet(name))
        title = self.form.title.model_dump()[self.lang]
        look = self._look(bold=True, font_size=16, align="center")
        self._put(sheet, 0, 0, title, look, (1, max(width, 2)))
        instance = self.of.instance
        under = self.names.say("form_year", year=instance.year, title=instance.title or instance.name)
        self._put(sheet, 1, 0, under, self._look(align="center", text_wrap=True), (1, max(width, 2)))
        sheet.set_row(0, 28)
        sheet.set_row(1, 32)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _name_sheet(self, words: str) -> str:
        """Return words as a name that a sheet may have and no other sheet of the book has, which has no case."""
        name, used = words.translate(FORBIDDEN).strip()[:31].rstrip() or "-", set(map(str.lower, self.book.sheetnames))
        return name if name.lower() not in used else f"{len(used) + 1} {name}"[:31].rstrip()

    def _put(self, sheet: Any, row: int, column: int, value: Any, look: Any, span: tuple[int, int] = (1, 1)) -> None:
        """Write one value into a cell, or into several that are merged. span: how many down and across."""
        down, across = span
        if down * across > 1:
            sheet.merge_range(row, column, row + down - 1, column + across - 1, "", look)
        if isinstance(value, str) and value:
            sheet.write_string(row, column, value, look)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, Exact(value), look)
        else:
            sheet.write_blank(row, column, None, look)

    def _write_table(self, rows: Sequence[Entries]) -> None:
        columns, first = self.form.columns, 3
        sheet = self._open_sheet(self.form.title.model_dump()[self.lang], len(columns))
        sheet.set_landscape()
        if sum(cell.letters for cell in columns) > WIDEST:
            sheet.set_paper(8)
        sheet.freeze_panes(first, 0)
        sheet.repeat_rows(first - 1)
        self._write_heads(sheet, first - 1)
        named = {cell.as_: j for j, cell in enumerate(columns) if cell.as_}
        for i, entries in enumerate(rows):
            sheet.set_row(first + i, LINE * self._count_lines(entries))
            here = {name: xl_rowcol_to_cell(first + i, j) for name, j in named.items()}
            for j, cell in enumerate(columns):
                self._fill_cell(sheet, first + i, j, cell, entries, here)
        if rows:
            self._write_sums(sheet, first, rows)
        else:
            self._write_none(sheet, first, len(columns))

    def _write_heads(self, sheet: Any, row: int) -> None:
        """Write the heads of a table, as wide as the layout says and as high as the longest takes."""
        heads = [(self._say_head(cell), cell.letters) for cell in self.form.columns]
        tallest = max(lines(head, letters - 2) for head, letters in heads)  # bold is wider
        sheet.set_row(row, LINE * tallest)
        for j, (head, letters) in enumerate(heads):
            sheet.set_column(j, j, letters)
            self._put(sheet, row, j, head, self._look(**HEAD))

    def _count_lines(self, entries: Entries) -> int:
        """Return how many lines the longest text of a row takes."""
        texts = [(cell.letters, entries.get(cell.from_, Entry(None)).value) for cell in self.form.columns]
        return max(lines(text, room) for room, text in texts if isinstance(text, str))

    def _write_sums(self, sheet: Any, first: int, rows: Sequence[Entries]) -> None:
        """Write a line with the total of every column that has one."""
        look = self._look(bold=True, border=1, num_format=NUMBER)
        last = first + len(rows) - 1
        for j, cell in enumerate(self.form.columns):
            if not cell.sum:
                self._put(sheet, last + 1, j, self.names.say("form_total") if j == 0 else None, look)
                continue
            span = f"{xl_rowcol_to_cell(first, j)}:{xl_rowcol_to_cell(last, j)}"
            values = [row.get(cell.from_, Entry(None)).value for row in rows]
            known = [value for value in values if isinstance(value, int | float)]
            formula = f'=IF(COUNT({span})=0,"",SUM({span}))'  # of figures that nobody gave there is no total
            sheet.write_formula(last + 1, j, formula, look, math.fsum(known) if known else "")

    def _write_project(self, entries: Entries, number: int) -> None:
        """Write the sheet of one project, line after line, each cell at the next place that is free."""
        sheet = self._open_sheet(f"{number} {entries['name'].value}", self.form.width)
        sheet.set_column(0, self.form.width - 1, WIDTH)
        taken: set[tuple[int, int]] = set()
        named: dict[str, str] = {}
        self.numbers = {}
        for i, line in enumerate(self.form.lines):
            row, column = i + 2, 0
            sheet.set_row(row, 30)
            for cell in line:
                while (row, column) in taken:
                    column += 1
                taken.update(product(range(row, row + cell.down), range(column, column + cell.across)))
                if cell.as_:
                    named[cell.as_] = xl_rowcol_to_cell(row, column)
                self._fill_cell(sheet, row, column, cell, entries, named)
                column += cell.across

    def _fill_cell(
        self, sheet: Any, row: int, column: int, cell: FormCell, entries: Entries, named: dict[str, str]
    ) -> None:
        """Write one cell: a formula, words, or what the plan knows, which is noted with its place."""
        entry = entries.get(cell.from_, Entry(None)) if cell.from_ else Entry(cell.number)
        look = self._look(**self._shape(cell, entry.value, entries))
        if cell.formula:
            known = self._find_known(cell, entry)
            sheet.write_formula(row, column, "=" + cell.formula.format(**named), look, known)
            return
        if cell.as_ and isinstance(entry.value, int | float):
            self.numbers[cell.as_] = entry.value
        in_head = cell.words is not None and not self.form.rows
        value = self._say_head(cell) if in_head else entry.value
        self._put(sheet, row, column, value, look, (cell.down, cell.across))
        if entry.place and isinstance(entry.value, int | float):
            self.places.append(
                (sheet.get_name(), xl_rowcol_to_cell(row, column), self.where + entry.place, entry.value)
            )

    def _find_known(self, cell: FormCell, entry: Entry) -> float | str:
        """Return what a formula gives, as far as the plan knows it, so that programs that do not calculate show it."""
        if not isinstance(entry.value, int | float):
            return ""
        return entry.value * (self.numbers.get(cell.part_of, 0.0) if cell.part_of else 1.0)

    def _say_head(self, cell: FormCell) -> str:
        """Return the words of a head, money with its unit."""
        words = cell.words.model_dump()[self.lang] if cell.words else ""
        return self.names.say("in_brackets", name=words, words=self.names.label) if cell.from_unit == "money" else words

    def _shape(self, cell: FormCell, value: Any, entries: Entries) -> dict[str, Any]:
        """Return how a cell looks: heads in grey, numbers with their sign and unit, text wrapped."""
        if cell.head:
            return HEAD
        if cell.words and not self.form.rows:
            return {"border": 1, "text_wrap": True, "align": "center", "bg_color": "#F2F2F2"}
        if cell.percent:
            return {"border": 1, "num_format": "0.0%"}
        if cell.formula or isinstance(value, int | float):
            return {"border": 1, "num_format": self._number_format(cell, entries), "shrink": True}
        return {"border": 1, "text_wrap": True}

    def _number_format(self, cell: FormCell, entries: Entries) -> str:
        """Return the number format that shows a sign before and a unit behind, so that the cell stays a number."""
        unit = ""
        if cell.from_unit == "unit":
            unit = str(entries["unit"].value or "")
        elif cell.from_unit == "jobs":
            unit = self.names.say("form_jobs")
        elif cell.from_unit == "money_per_unit":
            unit = f"{self.names.label}/{entries['unit'].value or self.names.say('form_unit')}"
        before = f'"{cell.sign}"' if cell.sign else ""
        behind = '"' + unit.replace('"', "") + '"' if unit else ""
        number = "0" if cell.from_ == "number" else NUMBER
        return f"{before}{number}{behind}"

    def _write_places(self) -> None:
        """Write the sheet that says for every number of the form where in the results it stands."""
        sheet = self.book.add_worksheet(self._name_sheet(self.names.say("form_places")))
        heads = [self.names.say(f"form_places_{word}") for word in ("sheet", "cell", "place", "value")]
        for j, (head, width) in enumerate(zip(heads, (30, 10, 60, 16), strict=True)):
            sheet.set_column(j, j, width)
            self._put(sheet, 0, j, head, self._look(**HEAD))
        for i, line in enumerate(self.places):
            for j, value in enumerate(line):
                self._put(sheet, i + 1, j, value, self._look())
