"""How sure the proof is: which part of the bound no rounding can have spoilt, and whether least money is proven."""

from collections.abc import Iterator, Mapping
from typing import Any

from alloc.report.names import join_words
from alloc.texts import say
from alloc.texts.figures import amount

SAME = 1e-6
"""Two bounds that differ by less than this part are one."""


def tell_certainty(figures: Mapping[str, Any], label: str, lang: str) -> str:
    """Return one line on the bound and on least money, as far as the result speaks of them; else nothing.

    figures: as in run.json; label: the unit of money.
    """
    words = list(_words(figures, label, lang))
    return say("proof", lang, words=join_words(words, lang, "between_facts")) if words else ""


def _words(figures: Mapping[str, Any], label: str, lang: str) -> Iterator[str]:
    bound, safe = figures.get("bound"), figures.get("bound_safe")
    if bound is not None and safe is not None:
        same = safe - bound <= SAME * max(1.0, abs(safe))
        yield say("bound_certain" if same else "bound_by_search", lang, safe=amount(safe), bound=amount(bound))
    least = figures.get("least_money")
    if least is not None:
        text = "least_money_proven" if least["proven"] else "least_money_open"
        yield say(text, lang, value=amount(least["value"]), bound=amount(least["bound"]), label=label)
