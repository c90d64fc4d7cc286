"""What things are called in the reader's language."""

from collections.abc import Sequence
from typing import Any

from alloc.instance import CATEGORIES, Instance
from alloc.texts import say


def named(row: Any, key: str, lang: str) -> str:
    """Return the name of a row in one language, else its id."""
    return (row.name_zh if lang == "zh" else row.name) or key


def rule_named(instance: Instance, r: str, group: str, lang: str) -> str:
    """Return the name of a rule and its group in one language."""
    name = next(
        rule.name_zh if lang == "zh" and rule.name_zh else rule.name for rule in instance.rules if rule.name == r
    )
    words = [say(w, lang) if w in CATEGORIES else _place(instance, w, lang) for w in group.split(" · ") if w]
    return say("in_brackets", lang, name=name, words=listed(words, lang)) if words else name


def listed(words: Sequence[str], lang: str, between: str = "between_words") -> str:
    """Return words as a list in one language; between: the sign, `between_words` or `between_facts`."""
    return say(between, lang).join(words)


def asking(instance: Instance, word: str, lang: str) -> str:
    """Return what asks for a measure: a rule by its name, a commitment, or the least use of a fund."""
    if word == "committed":
        return say("asked_committed", lang)
    if word.startswith("min_use "):
        f = word.removeprefix("min_use ")
        return say("asked_min_use", lang, fund=named(instance.funds[f], f, lang))
    return rule_named(instance, word, "", lang)


def chain_named(instance: Instance, h: str, lang: str) -> str:
    """Return the name of a chain, which needs no row of its own."""
    return named(instance.chains[h], h, lang) if h in instance.chains else h


def _place(instance: Instance, word: str, lang: str) -> str:
    row = instance.counties.get(word) or instance.industries.get(word)
    return named(row, word, lang) if row else word
