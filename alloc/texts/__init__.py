"""Every sentence that a planner reads, in English and Chinese, from one catalogue."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = ("en", "zh")

HOSTILE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]|\r(?!\n)"
)
"""Signs that steer a terminal, turn a line around, or may not stand in XML: control characters but for tabs and line
ends, separators of lines, directions, halves of pairs."""

_COUNTED = re.compile(r"\{(\w+)\|([^|{}]+)\|([^|{}]+)\}")
"""`{count|fault|faults}` in a sentence: the number, and the word for one or for several."""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return all texts: id → language → sentence with `{named}` places."""
    texts: dict[str, Mapping[str, str]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for page in files("alloc.texts").iterdir():
        if page.name.endswith(".yaml"):
            texts |= yaml.load(page.read_text(encoding="utf-8"), Loader=loader)
    return texts


def say(text: str, lang: str = "en", /, **values: object) -> str:
    """Return the sentence with this id in one language, its places filled in, of a counted word its one or its many.

    Raises KeyError for an id, a language or a place that the catalogue does not have.
    """

    def counted(place: re.Match[str]) -> str:
        return f"{{{place[1]}}} {place[2] if str(values[place[1]]) == '1' else place[3]}"

    return escaped(_COUNTED.sub(counted, catalogue()[text][lang]).format(**values))


def escaped(text: str) -> str:
    """Return a text with its hostile signs written out, as JSON has them: `\\u001b`."""
    return HOSTILE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
