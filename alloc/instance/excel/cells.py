"""One cell of a workbook: the value it stands for, or what is wrong with it.

A number is a number and a text a text. What only looks like one of them is refused with words that say how to mend
it; nothing is turned into something else, but for codes and ids typed as whole numbers, whose digits are the text.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alloc.instance.excel.headings import read_word
from alloc.instance.signs import find_strange, narrow
from alloc.instance.tables import read_curve, read_pair

TRUTH = {"true": True, "false": False, "是": True, "否": False}
_DATES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class CellFault:
    """What is wrong with a cell: a sentence of the catalogue and what fills it."""

    text: str
    values: dict[str, object] = field(default_factory=dict)


def read_cell(found: object, error: bool, shown: str, kind: str, free: bool, possible: tuple[str, ...]) -> Any:
    """Return what a cell stands for: a value as YAML would hold it, None for nothing, or a Trouble.

    found: as openpyxl gives it; error: an error value such as #N/A; shown: the number format; kind: of the
    column (`number`, `text`, `words`, `truth`, `curve`, `pair`, `perhaps map`, `any`); free: text for people;
    possible: the only words of the column, in which case Chinese ones are understood too.
    """
    if error:
        return CellFault("cell_error", {"found": found})
    if isinstance(found, _DATES):
        return CellFault("cell_date", {"found": _date(found)})
    if found is None or isinstance(found, bool):
        return found if kind in ("number", "truth", "any") or found is None else CellFault("cell_truth", _upper(found))
    if isinstance(found, int | float):
        return _number(found, shown, kind)
    return _text(str(found), kind, free, possible)


def unescape(text: str) -> str:
    """Return a text with the control characters that a workbook writes as `_x000D_`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _number(found: float, shown: str, kind: str) -> Any:
    whole = int(found) if float(found).is_integer() and abs(found) < 1e15 else found
    if kind in ("number", "truth", "any"):
        return whole
    if re.fullmatch("0{2,}", shown) and len(str(whole)) < len(shown):
        return CellFault("cell_zeros", {"found": f"{whole:0{len(shown)}}", "stored": whole})
    if kind in ("words", "pair"):
        return (str(whole),) if kind == "words" else (whole,)
    return read_curve(str(whole)) if kind == "curve" else str(whole)


def _text(found: str, kind: str, free: bool, possible: tuple[str, ...]) -> Any:
    found = unescape(found)
    word = found.strip()
    if not word:
        return None
    free = free or kind == "any"
    trouble = find_strange(found, free)
    if trouble is not None:
        return CellFault(*trouble)
    if free:
        return found
    if kind == "number":  # a text where a number should be: what it may mean depends on the column
        return word
    if _is_wide(word):
        return CellFault("cell_wide", {"found": word, "meant": narrow(word)})
    if kind == "words":
        return tuple(read_word(part.strip(), possible) for part in word.split("|"))
    return _READ[kind](word) if kind in _READ else read_word(word, possible)


_READ: Mapping[str, Callable[[str], object]] = {
    "truth": lambda word: TRUTH.get(word.lower(), word),
    "curve": read_curve,
    "pair": read_pair,
    "perhaps map": lambda word: {} if word == "{}" else word,
}
"""Kind of a column → what reads a text in its cells; others hold words."""


def _is_wide(text: str) -> bool:
    """Tell whether digits, letters or the bar of lists are written full-width."""
    return any("\uff01" <= x <= "\uff5e" and (x.isalnum() or x in "｜．－") for x in text)


def _upper(found: bool) -> dict[str, object]:
    return {"found": str(found).upper()}


def _date(found: Any) -> str:
    return str(found).removesuffix(" 00:00:00")
