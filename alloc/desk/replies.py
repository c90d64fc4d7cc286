"""What the page is told: lines and tables to read, a plan as it is found, changes that it offers to make."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from alloc.solver.progress import Progress
from alloc.texts import LANGUAGES, say
from alloc.texts.figures import amount, gap

Reply = dict[str, Any]
"""parts: lines and tables to read; told: the same in every language; good: whether all is well; scenario: one that was
saved; page: HTML by itself; plan: rows of a plan that is not saved yet; units: how much there is of each measure."""

Send = Callable[[Mapping[str, Any]], None]
"""Sends the page news, how far a search is, or early, a reply that more will come of."""

_NEWS = re.compile(r"\S+ s, best (?P<best>\S+), bound (?P<bound>\S+), gap (?P<gap>\S+)")
"""What `Progress` tells."""


def make_log(lang: str, send: Send) -> Progress:
    """Return a log that sends the news of a search, in a language."""

    def tell(news: str) -> None:
        found = _NEWS.fullmatch(news)
        words = {} if found is None else {key: _tell_news(key, word) for key, word in found.groupdict().items()}
        send({"news": say("desk_news", lang, **words) if words else news})

    return Progress(tell)


def _tell_news(key: str, word: str) -> str:
    """Return a number of the solver's as it is written everywhere; a dash where it is not known yet."""
    try:
        number = float(word.removesuffix("%"))
    except ValueError:  # HiGHS calls a gap large
        return "–"
    if not math.isfinite(number):
        return "–"
    return gap(number / 100) if key == "gap" else amount(number)


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
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple | list):
        return json.dumps(list(value), ensure_ascii=False)
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class Ask:
    """A question that may be asked next, by a click. line: what it tells; action: what is asked."""

    line: str
    action: str


Line = str | Table | Offer | Ask

Lines = Callable[[str], Iterable[Line]]
"""What there is to read, in a language."""


def make_reply(tell: Lines, lang: str, good: bool) -> Reply:
    """Return what there is to read as the page takes it: in the language asked, and in every one it may turn to."""
    told = {of: list(map(_lay_out, tell(of))) for of in LANGUAGES}
    return {"good": good, "parts": told[lang], "told": told}


def _lay_out(line: Line) -> dict[str, Any]:
    """Return a line or a table as plain words."""
    if isinstance(line, Offer):
        return {"line": line.line, "offer": line.given}
    if isinstance(line, Ask):
        return {"line": line.line, "ask": line.action}
    if isinstance(line, str):
        return {"line": line}
    heads, columns = [], []
    for column in line.columns:
        heads.append([str(column.header), column.justify == "right"])
        columns.append(map(str, column.cells))
    return {"title": str(line.title or ""), "heads": heads, "rows": list(map(list, zip(*columns, strict=True)))}
