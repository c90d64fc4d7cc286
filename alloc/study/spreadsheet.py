"""Tables as people leave them: CSV files and workbook sheets, each cell with its place."""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance.encoding import read_text
from alloc.instance.separated import find_misfit, read_grid
from alloc.instance.suggest import nearest
from alloc.report.dictionary import YEAR, dictionary

if TYPE_CHECKING:
    from openpyxl import Workbook

WORKBOOKS = (".xlsx", ".xlsm")
"""Files that are read as workbooks."""

MORE = {
    "measure_id": ("measure_id", "id", "编号"),
    "fund_id": ("fund_id", "id of the fund", "资金编号"),
    "lock": ("lock", "锁定"),
    "year": ("year", YEAR["en"], YEAR["zh"]),
}
"""Columns that plans have for people: the ids of what is called by name, marks, and the year of several."""

HEADS = 30
"""The row of column names is among so many first rows of a sheet."""


class Uncalculated(str):
    """A formula that no program has calculated yet."""


@dataclass(frozen=True)
class TableRow:
    """One row of a table: where its cells stand, what they hold, and the Chinese titles of a sheet, by column."""

    places: Mapping[str, str]
    cells: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)

    def place(self, column: str) -> str:
        """Return where a cell stands: file and line, or file, sheet and cell."""
        return self.places[column]

    def fault(self, column: str, text: str, **values: object) -> Fault:
        """Return a fault of one of its cells."""
        return Fault(self.place(column), column, text, values, self.titles.get(column, ""))

    def text(self, column: str) -> str:
        """Return a cell as text, without the mark that keeps a spreadsheet from reading a formula in it."""
        cell = self.cells.get(column)
        if isinstance(cell, bool):
            cell = str(cell).upper()
        elif isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        word = "" if cell is None else str(cell).strip()
        return word[1:] if word[:1] == "'" else word

    def number(self, column: str) -> float | None:
        """Return a cell as a number, None where it is empty. Raises ValueError for anything else."""
        cell = self.cells.get(column)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        if isinstance(cell, bool) or (isinstance(cell, str) and "_" in cell):
            raise ValueError(cell)
        return float(cell)


def read_rows(path: Path, table: str, needed: Sequence[str]) -> list[TableRow]:
    """Return the rows of a table of the results, from a CSV file or the sheet of a workbook.

    table: its name in the data dictionary; needed: columns without which it cannot be read. Raises RequestError
    where there is no such file or table, InstanceError where it cannot be read or lacks a column.
    """
    if not path.is_file():
        raise RequestError("no_plan_file", path=path)
    found = read_rows_if_any(path, table, needed)
    if found is None:
        lacking = find_lacking(path, table, needed)
        if 0 < len(lacking) < len(needed):
            raise InstanceError(foremost(lacking))
        raise RequestError("no_plan_table", path=path, columns=", ".join(needed))
    return found


def read_rows_if_any(
    path: Path, table: str, needed: Sequence[str], room: str = "alloc.report"
) -> list[TableRow] | None:
    """Return the rows of a table, None where a file does not have it; room: whose data dictionary describes it."""
    if not path.is_file():
        return None
    asked = _Table(table, dictionary(room)[table], needed)
    return _read_sheet(path, asked) if path.suffix.lower() in WORKBOOKS else _read_csv(path, asked)


def find_lacking(path: Path, table: str, needed: Sequence[str], room: str = "alloc.report") -> list[Fault]:
    """Return the columns that a table lacks which is there by its name and cannot be read; none where it is not there.

    room: whose data dictionary describes it.
    """
    top = _find_headings(path, _Table(table, dictionary(room)[table], needed))
    found, faults = ", ".join(top.heads), []
    for key in needed if top.heads else ():
        if key not in top.columns:
            near = nearest(key, top.unread)
            text = "column_lacking_like" if near else "column_lacking"
            faults.append(Fault(top.place, key, text, {"found": found, "near": near}))
    return faults


def find_misspelt(path: Path, table: str, needed: Sequence[str], room: str) -> list[Fault]:
    """Return the columns of a table that are not read though their heading is like that of one that is not there."""
    asked = _Table(table, dictionary(room)[table], needed)
    top = _find_headings(path, asked)
    absent = [name for name, key in _list_columns(asked).items() if key not in top.columns]
    likely = [(head, nearest(_strip_unit(head), absent)) for head in top.unread]
    return [Fault(top.place, head, "column_unread", {"near": near}) for head, near in likely if near]


@dataclass(frozen=True)
class _Table:
    """A table as its data dictionary describes it, and the columns without which it is not that table."""

    name: str
    described: Mapping[str, Any]
    needed: Sequence[str]


def _list_columns(table: _Table) -> dict[str, str]:
    """Return the column that each way of naming it means: its key, and its title in each language."""
    columns = table.described["columns"]
    known = {_strip_unit(name): key for key, column in columns.items() for name in (key, column["en"], column["zh"])}
    return known | {_strip_unit(title): key for key, titles in MORE.items() for title in titles}


def _strip_unit(head: object) -> str:
    """Return the name of a column without its unit: `Amount\\n(万元)` is `amount`."""
    first = str(head if head is not None else "").strip().split("\n")[0]
    return re.sub(r"\s*[(（][^()（）]*[)）]\s*$", "", first).strip().lower()


class _Headings(NamedTuple):
    """The headings of a table: their place, what they are, the columns that they mean, and those that mean none."""

    place: str
    heads: Sequence[str]
    columns: Container[str]
    unread: Sequence[str]


def _find_headings(path: Path, table: _Table) -> _Headings:
    """Return the headings of a table that is there by its name; none where it is not there."""
    known = _list_columns(table)
    if path.suffix.lower() in WORKBOOKS:
        place, heads = _find_first_row(path, (table.name, *table.described["title"].values()))
    else:
        found = read_grid(read_text(path), lambda head: _strip_unit(head) in known) if path.is_file() else None
        place, heads = f"{path}:1", [head for head in found.header if head] if found else []
    unread = [head for head in heads if _strip_unit(head) not in known]
    return _Headings(place, heads, {known.get(_strip_unit(head), "") for head in heads}, unread)


@lru_cache(maxsize=2)
def _open_book(content: bytes, formulas: bool) -> "Workbook":
    """Return a workbook by what its file holds, with its values or with its formulas.

    The last ones are kept: a plan is read from several sheets, each with values and formulas, and opening one takes
    longest.
    """
    import openpyxl

    return openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=not formulas)


def _find_first_row(path: Path, titles: Container[str]) -> tuple[str, list[str]]:
    """Return the first row of two filled cells of a sheet with one of the titles, and where that is."""
    from alloc.instance.excel.book import quote_sheet

    book = _open_book(path.read_bytes(), formulas=False)
    for name in filter(titles.__contains__, book.sheetnames):
        for cells in book[name].iter_rows(values_only=True, max_row=HEADS):
            heads = [str(cell) for cell in cells if cell is not None]
            if len(heads) > 1:
                return f"{path}:{quote_sheet(name)}", heads
    return str(path), []


def _find_heads(cells: Sequence[object], table: _Table) -> dict[int, str] | None:
    """Return which column stands where, if a row holds the names of the columns needed.

    Of two columns of one name the first is meant: those that formulas need, `资金（公式用）`, stand to the right.
    """
    known = _list_columns(table)
    found: dict[int, str] = {}
    for i, cell in enumerate(cells):
        column = known.get(_strip_unit(cell))
        if column is not None and column not in found.values():
            found[i] = column
    return found if set(table.needed) <= set(found.values()) else None


def _read_csv(path: Path, table: _Table) -> list[TableRow] | None:
    known = _list_columns(table)
    found = read_grid(read_text(path), lambda head: _strip_unit(head) in known)
    if found.problem:
        line, said, values = found.problem
        raise InstanceError([Fault(f"{path}:{line}", "", said, values)])
    heads = _find_heads(found.header, table)
    if heads is None:
        return None
    wrong = [(line, trouble) for line, cells in found.rows if (trouble := find_misfit(cells, found))]
    if wrong:
        raise InstanceError(foremost(Fault(f"{path}:{line}", "", *trouble) for line, trouble in wrong))
    return list(_make_rows([cells for _, cells in found.rows], heads, lambda i, _: f"{path}:{found.rows[i][0]}"))


def _read_sheet(path: Path, table: _Table) -> list[TableRow] | None:
    """Return the rows of the sheet with a table's title in any language, or of the first that has its columns."""
    try:
        content = path.read_bytes()
        book = _open_book(content, formulas=False)
    except Exception as error:  # a broken file breaks openpyxl in as many ways as there are parts
        raise InstanceError([Fault(str(path), "", "not_a_workbook", {"problem": error})]) from None
    titles = (table.name, *table.described["title"].values())
    names = sorted(book.sheetnames, key=lambda name: name not in titles)
    for name in names:
        rows = [list(row) for row in book[name].iter_rows(values_only=True)]
        for start, cells in enumerate(rows[:HEADS]):
            heads = _find_heads(cells, table)
            if heads is not None:
                _put_formulas(content, name, start, heads, rows)
                name_cell = partial(_name_cell, path, name, start + 2)
                return list(_make_rows(rows[start + 1 :], heads, name_cell, _list_titles(table)))
    return None


def _put_formulas(content: bytes, name: str, start: int, heads: Mapping[int, str], rows: list[list[Any]]) -> None:
    """Put formulas that were never calculated where their values are missing: they must not be read as nothing."""
    if all(cells[j] is not None for cells in rows[start + 1 :] for j in heads):
        return
    written = _open_book(content, formulas=True)
    for cells, formulas in zip(rows, written[name].iter_rows(values_only=True), strict=False):
        for j in heads:
            if j < len(formulas) and cells[j] is None and str(formulas[j]).startswith("="):
                cells[j] = Uncalculated(formulas[j])


def _name_cell(path: Path, name: str, first: int, row: int, column: int) -> str:
    """Return the name of a cell, by its numbers from 0 below the row of column names."""
    from openpyxl.utils import get_column_letter

    from alloc.instance.excel.book import quote_sheet  # loads openpyxl too

    return f"{path}:{quote_sheet(name)}!{get_column_letter(column + 1)}{first + row}"


def _list_titles(table: _Table) -> dict[str, str]:
    """Return the Chinese title of every column, without its unit."""
    own = {key: _strip_unit(column["zh"]) for key, column in table.described["columns"].items()}
    return {key: titles[-1] for key, titles in MORE.items()} | own


def _make_rows(
    rows: Sequence[Sequence[Any]],
    heads: Mapping[int, str],
    place: Callable[[int, int], str],
    titles: Mapping[str, str] | None = None,
) -> Iterator[TableRow]:
    """Yield the rows that are not empty."""
    for i, cells in enumerate(rows):
        found = {heads[j]: cell for j, cell in enumerate(cells) if j in heads}
        if any(cell not in (None, "") for cell in found.values()):
            yield TableRow({column: place(i, j) for j, column in heads.items()}, found, titles or {})
