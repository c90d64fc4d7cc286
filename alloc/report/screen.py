"""Tables on a terminal: heads break between words, numbers are never cut, and what is too wide goes on below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

WIDEST_NAME = 30
"""Names longer than this are broken over lines."""

BETWEEN = 2
"""Signs between two columns."""


@dataclass(frozen=True)
class Wide:
    """A table whose first column names its rows; rows after the last `total` ones stand below a line.

    words: columns of words, by number; all others but the first hold numbers.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    totals: int = 0
    words: Sequence[int] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table in as many parts as the screen asks for, the names in each."""
        widths = [self._width(j) for j in range(len(self.heads))]
        yield Text(self.title, style="italic")
        for columns in parted(widths, options.max_width):
            yield self._part([0, *columns], widths)

    def _width(self, j: int) -> int:
        """Return how wide a column is: its longest cell, and the longest word of its head."""
        cells = [cell_len(row[j]) for row in self.rows]
        head = max((cell_len(word) for word in self.heads[j].split()), default=0)
        if j == 0 or j in self.words:
            longest = max((cell_len(word) for row in self.rows for word in row[j].split()), default=0)
            return max(head, min(max(cells, default=0), max(WIDEST_NAME, longest)))
        return max(head, *cells) if cells else head

    def _part(self, columns: Sequence[int], widths: Sequence[int]) -> Table:
        shown = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, BETWEEN - 1), pad_edge=False)
        for j in columns:
            left = j == 0 or j in self.words
            shown.add_column(Text(self.heads[j]), justify="left" if left else "right", width=widths[j], overflow="fold")
        for i, row in enumerate(self.rows):
            if self.totals and i == len(self.rows) - self.totals:
                shown.add_section()
            shown.add_row(*(Text(row[j]) for j in columns))
        return shown


def new_table(*heads: str, title: str | None = None) -> Table:
    """Return an empty table as every command shows its own: a line below the heads, and none around it."""
    return Table(*heads, title=title, title_justify="left", box=box.SIMPLE_HEAD)


def parted(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield the columns of each part of a table: as many as there is room for beside the names, one at least."""
    part: list[int] = []
    start = 1 + widths[0] + BETWEEN
    used = start
    for j in range(1, len(widths)):
        if part and used + widths[j] + BETWEEN > room:
            yield part
            part, used = [], start
        part.append(j)
        used += widths[j] + BETWEEN
    yield part
