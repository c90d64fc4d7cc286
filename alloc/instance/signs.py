"""Signs that nobody sees, that change how a screen shows the rest, or that only look like others."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import Path, Source
from alloc.texts import HOSTILE

FREE = frozenset({"name", "name_zh", "note", "unit", "donor", "reason", "citation", "title", "description", "label"})
"""Keys of text for people, kept to the letter; in others blanks around a word are no part of it."""

INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u061c\u180e\U000e0000-\U000e007f]")
"""Signs without width: they belong to some scripts, and to no id."""

_ALIKE = {
    **dict(zip("аеорсухіјѕԁһԛԝѵӏАВЕКМНОРСТХУІЈЅ", "aeopcyxijsdhqwvlABEKMHOPCTXYIJS", strict=True)),
    **dict(zip("οανικρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavikpuxABEZHIKMNOPTYX", strict=True)),
    **dict.fromkeys("‐‑‒–—―−﹣", "-"),
    "ı": "i",
}
"""Cyrillic and Greek letters, and dashes, that most fonts draw like these."""


def visible(text: str) -> str:
    """Return a text as it looks: without invisible signs, with plain blanks and half-width letters."""
    return " ".join(narrow(INVISIBLE.sub("", text)).split())


def narrow(text: str) -> str:
    """Return a text with half-width letters, digits and signs in the place of full-width ones."""
    return "".join(unicodedata.normalize("NFKC", x) if "\uff01" <= x <= "\uff5e" else x for x in text)


def outline(text: str) -> str:
    """Return what texts that look the same have in common: one letter for all that look like it, capital or not."""
    return unicodedata.normalize("NFC", "".join(_ALIKE.get(letter, letter) for letter in visible(text))).lower()


def name_sign(sign: str) -> str:
    """Return the number by which a sign is known everywhere: U+202E."""
    return f"U+{ord(sign):04X}"


def find_strange(text: str, free: bool) -> tuple[str, dict[str, object]] | None:
    """Return the sentence about a sign that a text may not hold, and what fills it; None where all are plain.

    free: whether it is text for people, which may hold what some scripts need.
    """
    hostile = HOSTILE.search(text)
    if hostile:
        return "control_sign", {"sign": name_sign(hostile[0])}
    unseen = None if free else INVISIBLE.search(text)
    return ("invisible_sign", {"sign": name_sign(unseen[0]), "found": visible(text)}) if unseen else None


def check(source: Source) -> None:
    """Add a fault for every key and text with signs that may not stand there, and for ids that only look different."""
    source.faults += _find_strange_in(source, source.data, ())
    if isinstance(source.data, dict):
        for table, rows in source.data.items():
            source.faults += _find_alike(source, table, rows)


def _find_strange_in(source: Source, data: Any, path: Path) -> Iterator[Fault]:
    if isinstance(data, str):
        free = any(step in FREE for step in path[-1:]) or path[:1] == ("sources",)
        found = find_strange(data, free)
        if found:
            yield _fault(source, path, found)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            found = find_strange(str(key), free=False)
            if found:
                yield _fault(source, (*path, key), found)
            yield from _find_strange_in(source, value, (*path, key))
    elif isinstance(data, tuple):
        for i, value in enumerate(data):
            yield from _find_strange_in(source, value, (*path, i))


def _fault(source: Source, path: Path, trouble: tuple[str, dict[str, object]]) -> Fault:
    """Return a fault of a key or text; the key of a row of a sheet or CSV file stands in the column `id`."""
    where = (*path, "id") if path in source.labels else path
    return Fault(source.place(where), source.label(where), *trouble)


def _find_alike(source: Source, table: str, rows: Any) -> Iterator[Fault]:
    """Yield ids of a table, or names of rules, that look the same as one before."""
    words: list[tuple[Path, str]] = []
    if isinstance(rows, Mapping):
        words = [((table, row), str(row)) for row in rows]
    elif table == "rules" and isinstance(rows, tuple):
        words = [((table, i, "name"), row["name"]) for i, row in enumerate(rows) if isinstance(_name(row), str)]
    seen: dict[str, tuple[Path, str]] = {}
    for path, word in words:
        first, other = seen.setdefault(outline(word), (path, word))
        if other != word and not find_strange(word, free=False):
            values = {"found": word, "other": other, "first": source.place(first)}
            yield _fault(source, path, _difference(word, other, values))


def _name(row: object) -> object:
    return row.get("name") if isinstance(row, Mapping) else None


def _difference(word: str, other: str, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    seen, before = (unicodedata.normalize("NFC", visible(text)) for text in (word, other))
    if "".join(word.split()) == "".join(other.split()) or seen == before:
        return "looks_alike", {**values, "found": visible(word)}
    if word.lower() == other.lower():
        return "looks_alike_case", {**values}
    signs = dict.fromkeys(sign for sign in word + other if sign in _ALIKE)
    return "looks_alike_letters", {**values, "signs": ", ".join(f"{sign} {name_sign(sign)}" for sign in signs)}
