"""Every sentence that a planner reads, in English and Chinese, from one catalogue."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = ("en", "zh")


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
    """Return the sentence with this id in one language, its places filled in.

    Raises KeyError for an id, a language or a place that the catalogue does not have.
    """
    return catalogue()[text][lang].format(**values)
