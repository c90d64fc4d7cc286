"""How cells look, and how wide text is: Chinese takes two Latin letters."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from alloc.instance.excel.styles import letters

WIDEST = 36
"""No column of text is wider than this many Latin letters; longer text is wrapped."""

LINE = 15
"""Height of a line [points]."""

HIGH = 20
"""Height of a title [points]."""

PAGE = 280
"""How many Latin letters a printed page holds at most beside one another."""

FONTS = {"en": ("Calibri", 11), "zh": ("微软雅黑", 10)}
MONEY = '#,##0.00;[Red]-#,##0.00;"–"'
STYLES: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": "@", "align": "left", "indent": 1},
    "word": {"align": "left", "indent": 1},
    "plain": {},
    "prose": {"num_format": "@", "align": "left", "indent": 1, "text_wrap": True},
    "money": {"num_format": MONEY},
    "exact": {"num_format": '#,##0.00##;-#,##0.00##;"–"'},
    "input": {
        "num_format": '#,##0.00##;-#,##0.00##;"–"',
        "bg_color": "#FFF7D6",
        "border": 1,
        "border_color": "#D9C98A",
        "locked": False,
    },
    "mark": {
        "num_format": "@",
        "align": "center",
        "bg_color": "#FFF7D6",
        "border": 1,
        "border_color": "#D9C98A",
        "locked": False,
    },
    "jobs": {"num_format": '#,##0.0;-#,##0.0;"–"'},
    "number": {"num_format": "#,##0.00"},
    "whole": {"num_format": "#,##0"},
    "figure": {"num_format": '#,##0.00####;-#,##0.00####;"–"'},
    "index": {"num_format": "0.000"},
    "share": {"num_format": "0.0%"},
    "key": {"num_format": "0"},
}
"""How cells look. `word` is text that a formula makes: in the format of text Excel would stop calculating it."""

TRAITS: Mapping[str, Mapping[str, Any]] = {
    "total": {"bold": True, "top": 1, "bg_color": "#F2F2F2"},
    "aside": {"font_color": "#7F7F7F"},
    "head": {
        "bold": True,
        "bg_color": "#DDE7F0",
        "border": 1,
        "text_wrap": True,
        "align": "center",
        "num_format": "@",
    },
    "title": {"bold": True, "font_size": 14, "num_format": "@"},
    "strong": {"bold": True},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F4E79", "num_format": "@"},
    "bad": {"bg_color": "#F8CBAD", "font_color": "#9C0006"},
    "warn": {"bg_color": "#FFE699"},
    "good": {"font_color": "#2E7D32"},
    "limit": {"bg_color": "#DDEBF7"},
    "idle": {"font_color": "#7F7F7F", "italic": True},
}


def wide(title: str, cells: Iterable[object], total: float = 0.0) -> float:
    """Return the width of a column in Latin letters: of its longest cell, and of the longest word of its header."""
    head = max((letters(word) for line in title.split("\n") for word in _words(line)), default=0)
    longest, least, most = head, min(total, 0.0), max(total, 0.0)
    for cell in cells:
        if isinstance(cell, str):
            longest = max(longest, letters(cell))
        elif isinstance(cell, (int, float)) and math.isfinite(cell):
            least, most = min(least, cell), max(most, cell)
    return min(max(longest, _room_for(least), _room_for(most), 7) + 3, WIDEST)


def _room_for(number: float) -> int:
    return len(f"{number:,.2f}")


def lines(text: str, room: float) -> int:
    """Return how many lines a text takes in a column."""
    return sum(max(1, math.ceil(letters(line) / room)) for line in text.split("\n"))


def _words(line: str) -> list[str]:
    """Return what of a line cannot be broken: a Latin word, or five Chinese characters together for looks."""
    found: list[str] = []
    for word in line.split():
        found += [word[i : i + 5] for i in range(0, len(word), 5)] if letters(word) > len(word) else [word]
    return found
