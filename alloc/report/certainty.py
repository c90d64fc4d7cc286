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
        yield say(_least_money(least), lang, value=amount(least["value"]), bound=amount(least["bound"]), label=label)


def _least_money(least: Mapping[str, Any]) -> str:
    """Return the text that says what is known of least money: no plan spends less than nothing in any case."""
    if least["proven"]:
        return "least_money_proven"
    return "least_money_open" if amount(least["bound"]) != amount(0.0) else "least_money_unknown"
