"""The solver's log as one line of news: seconds, bound and gap."""

import io
import re
from collections.abc import Callable

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
