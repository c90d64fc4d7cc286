"""What the pages of a workbook have in common: language, formats, widths, words in the reader's language."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from alloc.instance.excel.headings import catalogue
from alloc.instance.excel.sheet_names import Cell, names

HEADS = 2
"""Rows of headings: the columns' own names, and their titles in both languages with the unit."""

ROOM = 1000
"""Rows below the headings that have drop-downs at least."""

WIDEST = 40
NARROWEST = 10
"""Widths of columns, in Latin letters."""


@dataclass(frozen=True)
class WorkbookStyle:
    """What writing a sheet needs at hand: the workbook, the language, the word for money, formats by their name."""

    book: Any
    lang: str
    label: str
    formats: dict[tuple[str, ...], Any]

    def format(self, number: str = "@", **look: Any) -> Any:
        """Return the format with this number format and look, the same one each time."""
        key = (number, *(f"{k}={v}" for k, v in sorted(look.items())))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"num_format": number, "valign": "top", **look})
        return self.formats[key]

    def heading(self, colour: str) -> Any:
        """Return the format of a title."""
        return self.format(bold=True, text_wrap=True, bottom=1, bg_color=colour)

    def name(self) -> Any:
        """Return the format of a column's own name above its title."""
        return self.format(font_color="#7F7F7F", italic=True, bg_color="#F2F2F2")


def sheet_title(table: str, lang: str) -> str:
    """Return what the sheet of a table is called."""
    return str(names()["tables"][table]) if lang == "zh" else table


def translate(cell: Cell, possible: Sequence[str], lang: str) -> Cell:
    """Return a cell in the reader's language where only a few words are possible; both languages are read."""
    if lang == "en" or not possible or not isinstance(cell, str):
        return cell
    return "|".join(word_in(word, lang) if word in possible else word for word in cell.split("|"))


def word_in(word: str, lang: str) -> str:
    """Return a word of the format as it stands in a drop-down; Chinese ones are read too."""
    return str(catalogue()["words"].get(word, word)) if lang == "zh" else word


def words_in(words: Iterable[str], lang: str) -> list[str]:
    """Return words of the format as they stand in a drop-down."""
    return [word_in(word, lang) for word in words]


def fit_width(texts: Sequence[object]) -> float:
    """Return the width of a column in Latin letters; Chinese takes two."""
    widest = 0
    for text in texts:
        for line in str(text).split("\n") if text is not None else ():
            widest = max(widest, letters(line))
    return min(max(widest + 2, NARROWEST), WIDEST)


def letters(text: str) -> int:
    """Return the width of a text in Latin letters; Chinese takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
