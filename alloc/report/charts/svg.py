"""Marks: numbers and words as small pieces of SVG text, and how wide words are."""

import math
import unicodedata
from collections.abc import Iterable
from html import escape as as_html

from alloc.texts import escaped
from alloc.texts.figures import fixed

WIDE = 860.0
"""Width of a chart in pixels at its natural size: a column of the page, or A4 with its margins."""

_NARROW = frozenset("iIjl|!.,:;'`()[]{}/\\ft-–·r ")
_BROAD = frozenset("mwMW@%—…&")


def escape(text: str) -> str:
    """Return a text as it may stand in XML, which some signs may not even as entities."""
    return as_html(escaped(text))


def width(text: str, size: float = 13.0) -> float:
    """Return about how wide a text is [px], rather too much: no font is known, and Chinese letters are square."""
    return size * sum(_letter(letter) for letter in text)


def widest(texts: Iterable[str], size: float = 13.0) -> float:
    """Return about how wide the widest of some texts is [px]; 0 where there is none."""
    return max((width(text, size) for text in texts), default=0.0)


def widest_number(values: Iterable[float], digits: int, size: float = 13.0) -> float:
    """Return about how wide the widest of some numbers is with so many decimals [px]."""
    return widest((number(value, digits) for value in values), size)


def _letter(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA" and ord(letter) > 0x2E7F:
        return 1.0
    if letter in _NARROW:
        return 0.42
    if letter in _BROAD:
        return 1.0
    return 0.72 if letter.isupper() else 0.64


def fitted(text: str, room: float, size: float = 13.0) -> str:
    """Return a text that fits into the room [px]: whole, or its beginning and `…`."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def number(value: float, digits: int | None = None) -> str:
    """Return a number for people: thousands apart, as many decimals as its size deserves, or so many digits."""
    return fixed(value, _digits(value) if digits is None else digits)


def _digits(value: float) -> int:
    """Return how many decimals a number deserves: none if it is whole or large."""
    size = abs(value)
    if size >= 100 or value == round(value):
        return 0
    if size >= 10:
        return 1
    return 2 if size >= 0.1 else 3


def digits_of(values: Iterable[float]) -> int:
    """Return how many decimals numbers that stand together deserve: none if they are whole or large."""
    known = [abs(value) for value in values if math.isfinite(value)]
    size = max(known, default=0.0)
    if size >= 1000 or all(abs(value - round(value)) < 1e-6 for value in known):
        return 0
    if size >= 10:
        return 1
    return 2 if size >= 1 else 3


def px(value: float) -> str:
    """Return a length with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def join_points(points: Iterable[tuple[float, float]]) -> str:
    """Return points as a path's lines from each to the next [px]."""
    return "L".join(f"{px(x)} {px(y)}" for x, y in points)


def words(x: float, y: float, text: str, kind: str = "", anchor: str = "start", room: float = math.inf) -> str:
    """Return a text whose middle line is at y; what does not fit into the room is cut and told by a tooltip."""
    if not text:
        return ""
    size = 11.0 if "small" in kind.split() else 13.0
    shown = text if room == math.inf else fitted(text, room, size)
    tip = f"<title>{escape(text)}</title>" if shown != text else ""
    attributes = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    return f'<text x="{px(x)}" y="{px(y + size * 0.36)}"{attributes}>{escape(shown)}{tip}</text>'


def box(x: float, y: float, wide: float, high: float, kind: str, tip: str = "", rounded: float = 0.0) -> str:
    """Return a rectangle; a tooltip makes it speak."""
    corner = f' rx="{px(rounded)}"' if rounded else ""
    head = f'<rect x="{px(x)}" y="{px(y)}" width="{px(max(wide, 0.0))}" height="{px(max(high, 0.0))}"{corner}'
    return _spoken(f'{head} class="{kind}"', "rect", tip)


def dot(x: float, y: float, radius: float, kind: str, tip: str = "") -> str:
    """Return a circle."""
    return _spoken(f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" class="{kind}"', "circle", tip)


def stroke(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line."""
    return f'<line x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}" class="{kind}"/>'


def path(course: str, kind: str, tip: str = "") -> str:
    """Return a path."""
    return _spoken(f'<path d="{course}" class="{kind}"', "path", tip)


def _spoken(head: str, tag: str, tip: str) -> str:
    return f"{head}><title>{escape(tip)}</title></{tag}>" if tip else f"{head}/>"
