"""How sure the proof is: which part of the bound no rounding can have spoilt, and whether least money is proven."""

from collections.abc import Iterator, Mapping
from typing import Any

from alloc.texts import say

SAME = 1e-6
"""Two bounds that differ by less than this part are one."""


def certainty(figures: Mapping[str, Any], label: str, lang: str) -> Iterator[str]:
    """Yield a line on the bound and one on least money, as far as the result speaks of them.

    figures: as in run.json; label: the unit of money.
    """
    bound, safe = figures.get("bound"), figures.get("bound_safe")
    if bound is not None and safe is not None:
        same = safe - bound <= SAME * max(1.0, abs(safe))
        yield say("bound_certain" if same else "bound_by_search", lang, safe=_told(safe), bound=_told(bound))
    least = figures.get("least_money")
    if least is not None:
        text = "least_money_proven" if least["proven"] else "least_money_open"
        yield say(text, lang, value=_told(least["value"]), bound=_told(least["bound"]), label=label)


def _told(value: float) -> str:
    """Return a figure in full, with up to three decimals."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")
