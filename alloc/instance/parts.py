"""Shares written as percentages: 30 for 30 %. What cannot be meant is a fault, what can be meant is doubted."""

from collections.abc import Iterator

from alloc.instance.document import Found, Ids, Path
from alloc.instance.rules import AnyRule, Linear, Parity, Share
from alloc.instance.schema import Document, Selection
from alloc.instance.selections import select

DOUBTFUL = 5
"""From here on a ratio of two different moneys is more likely a percentage: 5 for 5 %."""

MOST = 10
"""No rule asks for more than ten times as much of one money as of another: it is a percentage."""


def parts_are_shares(document: Document, ids: Ids) -> Iterator[Found]:
    """A part of the whole is at most 1, and a ratio of two different moneys is no percentage.

    Where all that a share rule counts is among what it compares with, the share cannot be above 1. Elsewhere, as in a
    ratio of aid to national money, it can.
    """
    for path, rule, number in _ratios(document):
        if isinstance(rule, Share) and number > 1 and _is_inside(document, rule):
            text = "above_one_percent" if number <= 100 else "above"
            yield path, text, {"found": f"{number:g}", "limit": "1", "unit": ""}
        elif number > MOST:
            yield path, "above_percent", {"found": f"{number:g}", "limit": f"{MOST:g}"}


def percentages(document: Document) -> Iterator[Found]:
    """Numbers that may be meant, and look like percentages nevertheless."""
    for path, rule, number in _ratios(document):
        if number > 1 if isinstance(rule, Share) else number >= DOUBTFUL:
            yield path, "looks_like_percent", {"found": number}
    for path, part in (
        (("objective", "tolerance"), document.objective.tolerance),
        (("solver", "gap"), document.solver.gap),
    ):
        if part == 1:
            yield path, "one_for_percent", {}
    for i, rule in enumerate(document.rules):
        if isinstance(rule, Parity) and rule.max < 1 and rule.penalty is None:
            yield ("rules", i, "max"), "parity_below_one", {"found": rule.max}


def _ratios(document: Document) -> Iterator[tuple[Path, AnyRule, float]]:
    """Yield every number of a rule that says how one money goes with another."""
    for i, rule in enumerate(document.rules):
        parts = isinstance(rule, Linear) and rule.figure in ("part", "ratio")
        for key in ("min", "max", "ratio") if parts else ():
            number = getattr(rule, key, None)
            if number is not None:
                yield ("rules", i, key), rule, number


def _is_inside(document: Document, rule: Share) -> bool:
    """Tell whether a share rule compares with all measures, or with some that include those it counts."""
    if rule.in_ == Selection() or rule.of == rule.in_:
        return True
    placed = {}
    for m, row in document.measures.items():
        if row.county in document.counties and row.industry in ("", *document.industries):
            placed[m] = row
    whole = document.model_copy(update={"measures": placed})
    return set(select(whole, rule.of)) <= set(select(whole, rule.in_))
