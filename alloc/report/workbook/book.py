"""A workbook being written: formats, widths, names, and tables whose cells may be formulas with their values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from xlsxwriter.utility import quote_sheetname, xl_col_to_name

from alloc.instance import Instance
from alloc.instance.excel.safe import new_workbook
from alloc.instance.excel.sheet_names import Exact
from alloc.instance.excel.styles import letters
from alloc.report.workbook.sheet import PlainSheet
from alloc.report.workbook.styles import FONTS, LINE, PAGE, STYLES, TRAITS, lines, wide

EVERYWHERE = "A1:XFD1048576"

LONGEST = 8000
"""Letters of the longest formula that is written; Excel refuses more than 8192."""

Scalar = str | float | int | None


class Formula(NamedTuple):
    """A formula with the value that it has in the plan; `{key}` in it is the cell of that column in its row."""

    formula: str
    value: Scalar


Cell = Scalar | Formula


@dataclass(frozen=True)
class Column:
    """A column of a table. name: of its cells in formulas; aside: for formulas, not for print; styles: cell by cell."""

    key: str
    title: str
    style: str
    cells: Sequence[Cell]
    adds_up: bool = False
    total: Formula | None = None
    name: str = ""
    aside: bool = False
    width: int | None = None
    styles: Sequence[str] = ()


@dataclass(frozen=True)
class TableRange:
    """Where a table stands: its sheet, first row of cells, and the letter of each column."""

    sheet: str
    top: int
    rows: int
    letters: Mapping[str, str]
    left: int
    right: int
    printed: int
    totals: bool

    def cell(self, key: str, row: int) -> str:
        """Return the address of a cell, the sheet included; rows count from 0."""
        return f"{self.sheet}!${self.letters[key]}${self.top + row + 1}"

    def span(self, key: str) -> str:
        """Return the address of a column's cells, the sheet included."""
        letter = self.letters[key]
        return f"{self.sheet}!${letter}${self.top + 1}:${letter}${self.top + max(self.rows, 1)}"

    def here(self, key: str) -> str:
        """Return the address of a column's cells within its sheet."""
        return self.span(key).rsplit("!", 1)[1]

    def total(self, key: str) -> str:
        """Return the address of a column's total."""
        return self.cell(key, max(self.rows, 1))

    @property
    def last(self) -> int:
        """The last row, totals included, from 0."""
        return self.top + max(self.rows, 1) - (0 if self.totals else 1)


class _RowCells(dict[str, str]):
    """The cells of one row by the keys of their columns."""

    def __init__(self, letters: Mapping[str, str], number: int):
        self.letters, self.number = letters, number

    def __missing__(self, key: str) -> str:
        return f"${self.letters[key]}{self.number}"


@dataclass
class Book:
    """The workbook; without `live` the cells hold the values of formulas and no formulas."""

    path: Path
    instance: Instance
    lang: str
    live: bool
    book: Any = None
    names: dict[str, str] = field(default_factory=dict)
    stiff: int = 0
    _widths: dict[tuple[str, int], float] = field(default_factory=dict)
    _formats: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        font, size = FONTS[self.lang]
        title = self.instance.title or self.instance.name
        plain = {"font_name": font, "font_size": size}
        self.book = new_workbook(self.path, title, self.instance.year, default_format_properties=plain)
        self.book.set_calc_mode("auto")

    def sheet(self, title: str) -> Any:
        """Add a sheet behind those that there are."""
        return self.book.add_worksheet(title, worksheet_class=PlainSheet)

    def format(self, *words: str) -> Any:
        """Return the format that a style and its traits make together."""
        if words not in self._formats:
            keys: dict[str, Any] = {"valign": "vcenter"}
            for word in words:
                keys |= STYLES.get(word) or TRAITS.get(word) or {}
            self._formats[words] = self.book.add_format(keys)
        return self._formats[words]

    def name(self, name: str, place: str) -> None:
        """Give a range a name that formulas can use."""
        self.book.define_name(name, f"={place}")
        self.names[name] = place

    def put(
        self, sheet: Any, row: int, column: int, cell: Cell, *words: str, refs: Mapping[str, str] | None = None
    ) -> None:
        """Write one cell: text as text, a number as a number, a formula with its value."""
        look = self.format(*words)
        value = value_of(cell)
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        if self.live and isinstance(cell, Formula):
            formula = cell.formula.format_map({} if refs is None else refs)
            if len(formula) < LONGEST:
                sheet.write_formula(row, column, formula, look, "" if value is None else value)
                return
            self.stiff += 1
        if isinstance(value, str):
            sheet.write_string(row, column, value, look)
        elif value is None:
            sheet.write_blank(row, column, None, look)
        else:
            sheet.write_number(row, column, Exact(value), look)

    def table(
        self, sheet: Any, columns: Sequence[Column], top: int = 0, left: int = 0, total: str = "", fit: bool = True
    ) -> TableRange:
        """Write a table with its header, and its totals where a word for them is given; return where it stands.

        fit: whether the columns of the sheet are as wide as this table asks for. Without formulas what stands there
        for them alone is left out.
        """
        columns = columns if self.live else _leave_out_aside(columns)
        block = _find_range(sheet, columns, top, left, bool(total))
        heights = {top: 1}
        for j, column in enumerate(columns, left):
            if fit:
                self._fit(sheet, j, column)
            sheet.write_string(top, j, column.title, self.format("head"))
            heights[top] = max(heights[top], lines(column.title, self._room(sheet, j)))
            self._column(sheet, block, column, j, heights)
            if column.name:
                self.name(column.name, block.span(column.key))
        for row, count in heights.items():
            if count > 1:
                sheet.set_row(row, LINE * count)
        if total:
            self._totals(sheet, block, columns, total)
        return block

    def _fit(self, sheet: Any, j: int, column: Column) -> None:
        """Make a column of the sheet as wide as its cells and their total ask for."""
        added = math.fsum(numbers(column.cells)) if column.adds_up else 0.0
        self.widen(sheet, j, j, column.width or wide(column.title, map(value_of, column.cells), added))

    def _column(self, sheet: Any, block: TableRange, column: Column, j: int, heights: dict[int, int]) -> None:
        """Write the cells of a column; rows are made high enough for what is wrapped in them."""
        aside = ("aside",) if column.aside else ()
        styles = self._wrap(self._room(sheet, j), block.top, column, heights)
        if not self.live or Formula not in set(map(type, column.cells)):
            looks = [self.format(style, *aside) for style in styles]
            sheet.fill(block.top, j, list(map(value_of, column.cells)), looks)
            return
        for i, (cell, style) in enumerate(zip(column.cells, styles, strict=True), block.top):
            refs = _RowCells(block.letters, i + 1) if isinstance(cell, Formula) else None
            self.put(sheet, i, j, cell, style, *aside, refs=refs)

    def _wrap(self, room: float, top: int, column: Column, heights: dict[int, int]) -> list[str]:
        """Return the style of each cell of a column: what has no room on one line is wrapped, its row made higher."""
        styles = list(column.styles) or [column.style] * len(column.cells)
        for i, cell in enumerate(column.cells if not column.aside else ()):
            if styles[i] == "text" and isinstance(cell, str) and letters(cell) > room:
                styles[i] = "prose"
                heights[top + i] = max(heights.get(top + i, 1), lines(cell, room))
        return styles

    def widen(self, sheet: Any, first: int, last: int, width: float) -> None:
        """Set the width of some columns, in Latin letters."""
        sheet.set_column(first, last, width)
        self._widths |= {(sheet.get_name(), j): width for j in range(first, last + 1)}

    def across(self, sheet: Any, last: int) -> float:
        """Return how wide the columns up to one are together, in Latin letters."""
        return sum(self._widths.get((sheet.get_name(), j), 8.0) for j in range(last + 1))

    def _room(self, sheet: Any, j: int) -> float:
        """Return how many Latin letters a line of a column holds."""
        return self._widths.get((sheet.get_name(), j), 9.0) - 2

    def _totals(self, sheet: Any, block: TableRange, columns: Sequence[Column], word: str) -> None:
        row = block.top + max(block.rows, 1)
        refs = _RowCells(block.letters, row + 1)
        for j, column in enumerate(columns, block.left):
            if column.aside:
                continue
            if column.total is not None:
                self.put(sheet, row, j, column.total, _plain(column.style), "total", refs=refs)
            elif column.adds_up:
                cell = Formula(f"SUM({block.here(column.key)})", math.fsum(numbers(column.cells)))
                self.put(sheet, row, j, cell, _plain(column.style), "total")
            else:
                sheet.write_string(row, j, word if j == block.left else "", self.format("text", "total"))

    def dress(
        self, sheet: Any, block: TableRange, freeze: int, guard: bool = True, printed: bool = True, upto: str = ""
    ) -> None:
        """Freeze the header and the first columns, filter, and print across A4, its header repeated.

        printed: whether it is for paper; upto: the last column that is, if not all that are no help for formulas.
        """
        sheet.freeze_panes(block.top, freeze)
        sheet.autofilter(block.top - 1, block.left, block.top + max(block.rows, 1) - 1, block.right)
        sheet.repeat_rows(block.top - 1)
        sheet.repeat_columns(0, freeze - 1)
        last = block.left + list(block.letters).index(upto) if upto else block.printed
        self.page(sheet, block.last, last, printed)
        if guard:
            self.guard(sheet)

    def page(self, sheet: Any, row: int, column: int, printed: bool = True) -> None:
        """Print everything up to a cell across A4, as many pages wide as it takes to be read.

        printed: whether it is for paper at all; else the area to be printed is an empty cell, which readers may clear.
        """
        if printed:
            sheet.print_area(0, 0, row, column)
        else:
            sheet.print_area(row + 3, column + 40, row + 3, column + 40)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(math.ceil(self.across(sheet, column) / PAGE), 0)
        sheet.ignore_errors({"number_stored_as_text": EVERYWHERE, "formula_differs": EVERYWHERE})
        sheet.set_header("&L&A")
        mark = (
            f" · {self.instance.sha256[:12]}" if self.instance.sha256 else ""
        )  # what is not read from a file has none
        sheet.set_footer(f"&L{self.instance.name} {self.instance.year}{mark}&R&P / &N")

    def guard(self, sheet: Any) -> None:
        """Keep formulas from being typed over; there is no password."""
        allowed = ("format_cells", "format_columns", "format_rows", "autofilter", "sort", "select_locked_cells")
        sheet.protect("", dict.fromkeys(allowed, True))

    def mark(self, sheet: Any, block: TableRange, keys: Iterable[str], when: str, look: str) -> None:
        """Colour the cells of some columns where a condition on their row holds; `{key}` is a cell of the row.

        Nothing is coloured by a column that stands for formulas alone where there are none.
        """
        columns = list(keys)
        used = {key for _, key, _, _ in Formatter().parse(when) if key}
        if not block.rows or not columns or not used <= block.letters.keys():
            return
        formula = "=" + when.format_map(_RowCells(block.letters, block.top + 1))
        for key in columns:
            sheet.conditional_format(
                block.here(key),
                {"type": "formula", "criteria": formula, "format": self.format(look)},
            )


def _leave_out_aside(columns: Sequence[Column]) -> list[Column]:
    """Return columns without those that stand for formulas alone; ids, which rows are found by, stay."""
    return [column for column in columns if not column.aside or column.style == "text"]


def _find_range(sheet: Any, columns: Sequence[Column], top: int, left: int, totals: bool) -> TableRange:
    """Return where a table stands whose header is in a row."""
    return TableRange(
        sheet=quote_sheetname(sheet.get_name()),
        top=top + 1,
        rows=max((len(column.cells) for column in columns), default=0),
        letters={column.key: xl_col_to_name(j) for j, column in enumerate(columns, left)},
        left=left,
        right=left + len(columns) - 1,
        printed=left + sum(not column.aside for column in columns) - 1,
        totals=totals,
    )


def value_of(cell: Cell) -> Scalar:
    """Return what a cell shows."""
    return cell.value if isinstance(cell, Formula) else cell


def numbers(cells: Iterable[Cell]) -> list[float]:
    """Return the numbers among cells, by their values."""
    return [float(x) for x in map(value_of, cells) if isinstance(x, (int, float)) and math.isfinite(x)]


def _plain(style: str) -> str:
    """Return the style of a total: nothing is typed in there."""
    return "exact" if style == "input" else style
