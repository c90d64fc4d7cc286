"""What the page is told: lines and tables to read, a plan as it is found, changes that it offers to make."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from alloc.solver.progress import Progress
from alloc.texts import say

Reply = dict[str, Any]
"""parts: lines and tables to read; good: whether all is well; scenario: one that was saved; page: HTML by itself;
plan: rows of a plan that is not saved yet."""

Send = Callable[[Mapping[str, Any]], None]
"""Sends the page news, how far a search is, or early, a reply that more will come of."""

_NEWS = re.compile(r"(?P<seconds>\S+) s, best (?P<best>\S+), bound (?P<bound>\S+), gap (?P<gap>\S+)")
"""What `Progress` tells."""

_UNKNOWN = {"-inf": "–", "inf": "–"}
"""What is not known yet, as it is shown."""


def make_log(lang: str, send: Send) -> Progress:
    """Return a log that sends the news of a search, in a language."""

    def tell(news: str) -> None:
        found = _NEWS.fullmatch(news)
        words = {} if found is None else {key: _UNKNOWN.get(word, word) for key, word in found.groupdict().items()}
        send({"news": say("desk_news", lang, **words) if words else news})

    return Progress(tell)


@dataclass(frozen=True)
class Offer:
    """Figures that would give a question a plan, with the sentence that says so. settings: path → value."""

    line: str
    settings: Mapping[str, object]

    @property
    def given(self) -> dict[str, str]:
        """The figures as they are typed."""
        return {path: _write(value) for path, value in self.settings.items()}


def _write(value: object) -> str:
    """Return a figure as `--set` reads it."""
    if isinstance(value, tuple | list):
        return json.dumps(list(value), ensure_ascii=False)
    return value if isinstance(value, str) else json.dumps(value)


def make_reply(lines: Iterable[str | Table | Offer], good: bool) -> Reply:
    """Return lines and tables as the page reads them."""
    return {"good": good, "parts": list(map(_lay_out, lines))}


def _lay_out(line: str | Table | Offer) -> dict[str, Any]:
    """Return a line or a table as plain words."""
    if isinstance(line, Offer):
        return {"line": line.line, "offer": line.given}
    if isinstance(line, str):
        return {"line": line}
    heads, columns = [], []
    for column in line.columns:
        heads.append([str(column.header), column.justify == "right"])
        columns.append(map(str, column.cells))
    return {"title": str(line.title or ""), "heads": heads, "rows": list(map(list, zip(*columns, strict=True)))}
