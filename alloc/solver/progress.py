"""News of a search: HiGHS's log as one line, and the search over blocks in the columns of that log."""

import io
import re
from collections.abc import Callable
from typing import TextIO

from alloc.solution import Solution
from alloc.solver.deadline import Deadline

Preview = Callable[[Solution], None]
"""Told the plan once the search has ended, before its proof is doubted and ties are broken, or that there is none."""

_ROW = re.compile(r"^\s*[A-Za-z]?\s+\d+\s+\d+\s+\d+\s+[\d.]+%\s+(\S+)\s+(\S+)\s+(\S+).*?([\d.]+)s\s*$")


class Progress(io.TextIOBase):
    """A text stream that reads HiGHS's table of the search and passes on the latest news."""

    def __init__(self, tell: Callable[[str], None]):
        self._tell = tell
        self._rest = ""

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take some of the log; a whole row of the table becomes news."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            row = _ROW.match(line)
            if row:
                bound, best, gap, seconds = row.groups()
                self._tell(f"{seconds} s, best {best}, bound {bound}, gap {gap}")
        return len(text)


class SearchLog:
    """News of the search over blocks; `entries` keeps seconds, best value and bound of each."""

    def __init__(self, log: TextIO | None, deadline: Deadline):
        self._log, self._deadline = log, deadline
        self.entries: list[tuple[float, float | None, float]] = []

    def record(self, bound: float, value: float | None, plans: int, rounds: int) -> None:
        """Keep the news and write them as one row of HiGHS's own table: bound, best plan, gap, seconds."""
        seconds = self._deadline.spent
        self.entries.append((seconds, value, bound))
        if self._log is not None:
            gap = "inf" if value is None else f"{100 * (bound - value) / max(1.0, abs(value)):.4f}%"
            best = "-inf" if value is None else f"{value:.8g}"
            row = f" B {rounds:9d} {plans:9d} {0:9d}   0.00%  {bound:.8g}  {best}  {gap}  {seconds:.1f}s\n"
            self._log.write(row)
