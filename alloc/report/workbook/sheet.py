"""A sheet of plain cells: written by what XlsxWriter's own calls come to where a cell is told by row and column."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from alloc.instance.excel.sheet_names import Exact


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
        for i, (cell, look) in enumerate(zip(cells, looks, strict=True), top):
            if isinstance(cell, str):
                self.write_string(i, j, cell, look)
            elif cell is None or not math.isfinite(cell):
                self.write_blank(i, j, None, look)
            else:
                self.write_number(i, j, Exact(cell), look)
