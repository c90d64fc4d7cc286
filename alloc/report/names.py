"""What things are called in the reader's language: the one place where names are picked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any

from alloc.instance import CATEGORIES, KINDS, Instance
from alloc.instance.lookups import named_rules
from alloc.instance.measure import MODES
from alloc.instance.rules import AnyRule
from alloc.instance.selections import members
from alloc.texts import say

MOST_NAMES, FEW = 20, 3
"""So many of many names stand on one screen; few where the count says enough."""

NAMED = {
    "county": "counties",
    "region": "counties",  # a county without a region is a region of its own
    "industry": "industries",
    "chain": "chains",
    "measure": "measures",
    "fund": "funds",
    "scenario": "scenarios",
    "resource": "resources",
}
"""What has a name, and the table of the instance that holds it."""

PLACED = ("measure", "fund", "county", "category", "industry", "chain", "resource", "scenario")
"""What the words of a check's place may be, where they are no rule."""

BETWEEN = " · "
"""What stands between the words of a group."""


def pick_name(row: Any, key: str, lang: str, either: bool = False) -> str:
    """Return the name of a row in one language, else its id; either: before that, its name in the other language."""
    names = (row.name_zh, row.name) if lang == "zh" else (row.name, row.name_zh)
    return names[0] or (names[1] if either else "") or key


def name_apart(rows: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return the name of every row, with its id where another row is called the same."""
    names = {key: pick_name(row, key, lang) for key, row in rows.items()}
    often = Counter(names.values())
    return {key: name if often[name] == 1 else f"{name} ({key})" for key, name in names.items()}


def split_group(instance: Instance, rule: AnyRule, group: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a rule's group, each with what it is: (county, category …, word)."""
    kinds = list(filter(None, (rule.within, rule.each)))
    words = list(filter(None, group.split(BETWEEN)))
    if len(words) < len(kinds):  # what a measure has none of, an industry say, leaves no word in the name of its group
        kinds = [kind for kind in kinds if any(word in members(instance, kind) for word in words)]
    yield from zip(kinds, words, strict=False)


def join_words(words: Sequence[str], lang: str, between: str = "between_words") -> str:
    """Return words as a list in one language; between: the sign, `between_words` or `between_facts`."""
    return say(between, lang).join(words)


def join_few(words: Sequence[str], lang: str, between: str = "between_words", most: int = MOST_NAMES) -> str:
    """Return the first words of many, and how many more there are."""
    more = [say("and_more", lang, count=len(words) - most)] if len(words) > most else []
    return join_words([*words[:most], *more], lang, between) or "–"


@dataclass(frozen=True)
class Names:
    """What the things of an instance are called in one language, and the sentences around them.

    either: what has no name in this language is called by its name in the other one before its id.
    """

    instance: Instance
    lang: str
    either: bool = field(default=False, kw_only=True)

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return say(text, self.lang, **values)

    def say_each(self, text: str, keys: Iterable[str], **values: object) -> dict[str, str]:
        """Return a sentence for each key: of the text `page_{}` and the key `total` that of `page_total`."""
        return {key: self.say(text.format(key), **values) for key in keys}

    @property
    def label(self) -> str:
        """The unit of money as the instance writes it."""
        return self.instance.money.label

    @property
    def currency(self) -> str:
        """The currency in the reader's language."""
        code = self.instance.money.currency
        return self.say("page_yuan") if code == "CNY" else code

    def name(self, what: str, word: str) -> str:
        """Return the name of a county, category, industry, measure, fund, kind …; what has none is called by its id."""
        if what == "category":
            return self.say(word) if word in CATEGORIES else word
        if what == "kind":
            return self.say(f"wb_kind_{word}") if word in KINDS else word
        rows: Mapping[str, Any] = getattr(self.instance, NAMED[what]) if what in NAMED else {}
        return pick_name(rows[word], word, self.lang, self.either) if word in rows else word

    def bottleneck(self, word: str) -> str:
        """Return what limits the jobs of an industry, in words: a category, or one of the other things."""
        return self.say(word if word in CATEGORIES else f"limit_{word}")

    def call(self, what: str, words: Iterable[str]) -> list[str]:
        """Return the names of several counties, categories, measures …"""
        return [self.name(what, word) for word in words]

    def join(self, words: Sequence[str], between: str = "between_words") -> str:
        """Return words as a list; between: the sign, `between_words` or `between_facts`."""
        return join_words(words, self.lang, between)

    def written(self, words: Sequence[str]) -> str:
        """Return what stands at a limit that is no number: how national money may meet aid, or some measures."""
        return self.join([self.say(f"wb_mode_{w}") if w in MODES else self.name("measure", w) for w in words])

    def rule(self, r: str, group: str = "") -> str:
        """Return the name of a rule, with that of its group."""
        rule = named_rules(self.instance)[r]
        name = pick_name(rule, r, self.lang)
        words = list(starmap(self.name, split_group(self.instance, rule, group)))
        return self.say("in_brackets", name=name, words=self.join(words)) if words else name

    def place(self, words: str) -> str:
        """Return where a check looks, `RULE · GROUP` or `MEASURE · FUND`, by names; a word without one as it is."""
        return BETWEEN.join(map(self._call, words.split(BETWEEN)))

    def _call(self, word: str) -> str:
        """Return the name of whatever has this id, a rule before all else; the word itself where nothing has."""
        if word in named_rules(self.instance):
            return self.rule(word)
        return next((name for what in PLACED if (name := self.name(what, word)) != word), word)

    def asker(self, word: str) -> str:
        """Return what asks for a measure: a rule by its name, a commitment, upkeep, or a fund's least use."""
        if word in ("committed", "recurrent"):
            return self.say(f"asked_{word}")
        if word.startswith("min_use "):
            return self.say("asked_min_use", fund=self.name("fund", word.removeprefix("min_use ")))
        return self.rule(word)
