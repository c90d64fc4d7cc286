"""What stands in a fault in both languages: words of the format, units, meanings, titles of a sheet's columns."""

from collections.abc import Mapping
from dataclasses import replace

from alloc.errors import Fault, Term
from alloc.instance.document import Path, Source
from alloc.instance.excel import headings
from alloc.instance.excel.sheet_names import SETTINGS, names, table_sheets
from alloc.instance.schema import CATEGORIES, GOALS, KINDS
from alloc.instance.tables import column_kind
from alloc.texts import catalogue, say

WORDS = frozenset({*CATEGORIES, *KINDS, *GOALS})
"""Words of the format that a fault may name by themselves."""


PAIRS = (("min", "max"), ("found", "limit"), ("jobs", "limit"), ("found", "max"))
"""Numbers that one fault compares."""


class DistinctNumber(float):
    """A number shown with as many digits as tell it from another."""

    digits: int = 6

    def __format__(self, spec: str) -> str:
        return f"{float(self):.{self.digits}g}"


def tell_apart(one: float, other: float) -> tuple[DistinctNumber, DistinctNumber]:
    """Return two numbers that are shown differently, however near they are: 0.9999999 and 1."""
    digits = next((n for n in range(6, 17) if f"{one:.{n}g}" != f"{other:.{n}g}"), 17)
    found = DistinctNumber(one), DistinctNumber(other)
    for figure in found:
        figure.digits = digits
    return found


def fill_words(values: Mapping[str, object], path: Path, source: Source) -> dict[str, object]:
    """Return what fills a fault at a path with its words in both languages.

    In a sheet Chinese words are read, and offered; elsewhere the word to write stands before its Chinese.
    """
    found = {**values, **_numbers_apart(values)}
    for key in ("table", "what", "category", "kind"):
        word = found.get(key)
        if isinstance(word, str):
            found[key] = _name_key(word, path) if key == "what" else _term(word, "")
    for key in ("hint", "expected") if "table" not in values else ():
        found |= _offered(key, str(found.get(key) or ""), "!" in source.place(path))
    return found


def _numbers_apart(values: Mapping[str, object]) -> dict[str, DistinctNumber]:
    """Return the numbers that a fault compares with as many digits as tell them apart."""
    found: dict[str, DistinctNumber] = {}
    for one, other in PAIRS:
        a, b = values.get(one), values.get(other)
        if isinstance(a, int | float) and isinstance(b, int | float):
            found[one], found[other] = tell_apart(a, b)
    return found


def _offered(key: str, text: str, in_sheet: bool) -> dict[str, Term]:
    """Return words to write with what they are called in Chinese, nothing where none has another name there."""
    words = [word for word in text.split(", ") if word]
    chinese = [_offer(word, in_sheet) for word in words]
    return {} if chinese == words else {key: Term(", ".join(words), "、".join(chinese))}


def add_heading(fault: Fault) -> Fault:
    """Return a fault about a cell of a sheet with the Chinese title of its column."""
    file, mark, _ = fault.place.rpartition("!")
    if not mark or not fault.key or fault.heading:
        return fault
    sheet = file.rpartition(":")[2].strip("'").replace("''", "'")
    table = table_sheets([sheet]).get(sheet, "")
    if table == SETTINGS:
        own = headings.catalogue()["keys"]
        return replace(fault, heading=own[fault.key]["zh"]) if fault.key in own else fault
    if not table:
        return fault
    if fault.text == "sum_row":
        summed = str(fault.values["columns"])
        chinese = "、".join(headings.title(table, column, "zh") for column in summed.split(", "))
        fault = replace(fault, values={**fault.values, "columns": Term(summed, chinese)})
    column = fault.key.partition("[")[0]
    if not column_kind(column, headings.sheet_columns(table)):
        return fault
    return replace(fault, heading=headings.title(table, column, "zh") + fault.key[len(column) :])


def _name_key(word: str, path: Path) -> Term | str:
    """Return what a key is called in both languages: a setting by its title, a column by that of its table."""
    setting, titles = ".".join(map(str, path)), headings.catalogue()["keys"]
    return Term(word, titles[setting]["zh"]) if setting in titles else _term(word, str(path[0]) if path else "")


def _term(word: str, table: str) -> Term | str:
    """Return a word of the format in both languages: a table, a column, a category, a kind."""
    if f"term_{word}" in catalogue():
        return Term(word, say(f"term_{word}", "zh"))
    if word in names()["tables"] and not table:
        return Term(word, names()["tables"][word])
    if table in names()["tables"] and column_kind(word, headings.sheet_columns(table)):
        return Term(word, headings.title(table, word, "zh"))
    return Term(word, headings.catalogue()["words"][word]) if word in WORDS else word


def _offer(word: str, in_sheet: bool) -> str:
    chinese = headings.catalogue()["words"].get(word)
    if chinese is None:
        return word
    return chinese if in_sheet else f"{word}（{chinese}）"
