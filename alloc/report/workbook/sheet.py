"""A sheet of many plain cells, written in a fraction of the time that XlsxWriter takes by itself.

XlsxWriter looks at every cell for what none has here, and puts it together by a handful of calls. What is written is
the same, byte for byte: `test_quirks` compares.
"""

import math
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from alloc.instance.excel.sheet_names import Exact

TOGETHER = 16
"""So many rows have one span."""

Number = namedtuple("Number", "number format")  # XlsxWriter knows cells by these names
Blank = namedtuple("Blank", "format")
"""A cell as a sheet keeps it."""


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas are written as they are: looking each through for functions newer than Excel 2010, of
    which there are none, takes a quarter of the time. Cells are told by row and column, never as `A1`.
    """

    write_string = Worksheet._write_string
    write_number = Worksheet._write_number
    write_blank = Worksheet._write_blank
    write_formula = Worksheet._write_formula

    def _prepare_formula(self, formula: str, *_: Any, **__: Any) -> str:
        return formula.removeprefix("=")

    def fill(self, top: int, j: int, cells: Sequence[str | float | None], looks: Iterable[Any]) -> None:
        """Write a column from a row downwards, each cell in its look: text, numbers to their last bit, or nothing."""
        if cells:
            self._check_dimensions(top, j)
            self._check_dimensions(top + len(cells) - 1, j)
        for i, (cell, look) in enumerate(zip(cells, looks, strict=True), top):
            if isinstance(cell, str):
                self.write_string(i, j, cell, look)
            elif cell is None or not math.isfinite(cell):
                self.table[i][j] = Blank(look)
            else:
                self.table[i][j] = Number(Exact(cell), look)

    def _calculate_spans(self) -> None:
        """Find the first and the last column of each sixteen rows."""
        ends: dict[int, tuple[int, int]] = {}
        for i, row in self.table.items():
            if row:
                block = i // TOGETHER
                first, last = ends.get(block, (self.xls_colmax, 0))
                ends[block] = min(first, min(row)), max(last, max(row))
        self.row_spans = {block: f"{first + 1}:{last + 1}" for block, (first, last) in ends.items()}

    def _write_rows(self) -> None:
        """Write every row that has cells or a height."""
        self._calculate_spans()
        letters = list(map(xl_col_to_name, range(self.dim_colmax + 1)))
        for i in sorted({*self.row_info, *(i for i, row in self.table.items() if row)}):
            cells = self.table.get(i, {})
            self._write_row(i, self.row_spans.get(i // TOGETHER), self.row_info.get(i), not cells)
            for j, cell in sorted(cells.items()):
                spell = SPELL.get(type(cell).__name__)
                if spell is None or cell.format is None:
                    self._write_cell(i, j, cell)
                else:
                    self.fh.write(f'<c r="{letters[j]}{i + 1}" s="{cell.format._get_xf_index()}"{spell(cell)}')
            if cells:
                self._xml_end_tag("row")


def _spell_formula(cell: Any) -> str:
    kind = ' t="str"' if isinstance(cell.value, str) and cell.value else ""
    return f"{kind}><f>{escape(cell.formula, quote=False)}</f><v>{_spell_value(cell.value)}</v></c>"


def _spell_value(value: str | float) -> str:
    return escape(value, quote=False) if isinstance(value, str) else str(value)


SPELL: dict[str, Callable[[Any], str]] = {
    "Number": lambda cell: f"><v>{cell.number:.16G}</v></c>",
    "String": lambda cell: f' t="s"><v>{cell.string}</v></c>',
    "Blank": lambda cell: "/>",
    "Formula": _spell_formula,
}
"""How what stands behind the look of a cell is written, by the name of its kind; XlsxWriter writes other kinds."""
