"""What a plan favours, in one line: where more money goes than in the best plan, and where less."""

import pandas as pd

from alloc.instance import Instance
from alloc.report.names import Names
from alloc.texts import say

SHOWN = 2
"""So many places with more money, and as many with less, fit in one line."""


def describe_favours(instance: Instance, best: pd.DataFrame, plan: pd.DataFrame, lang: str) -> str:
    """Return one line: the county and category that gain and lose most aid.

    best, plan: the tables `measures` of the two plans.
    """
    change: dict[tuple[str, str], float] = {}
    for table, sign in ((plan, 1.0), (best, -1.0)):
        for c, k, aid in zip(table["county"], table["category"], table["aid"], strict=True):
            change[c, k] = change.get((c, k), 0.0) + sign * aid
    speck = 1e-5 * max(1.0, float(best["aid"].sum()))
    order = sorted(change.items(), key=lambda item: (-abs(item[1]), item[0]))
    names = Names(instance, lang)
    more = [_place(names, c, k, by) for (c, k), by in order if by > speck][:SHOWN]
    less = [_place(names, c, k, by) for (c, k), by in order if by < -speck][:SHOWN]
    comma = say("favours_and", lang)
    if more and less:
        return say("favours_both", lang, more=comma.join(more), less=comma.join(less))
    if more or less:
        return say("favours_more" if more else "favours_less", lang, places=comma.join(more or less))
    return say("favours_same", lang)


def _place(names: Names, county: str, category: str, by: float) -> str:
    words = {"county": names.name("county", county), "category": names.name("category", category)}
    return names.say("favours_place", **words, by=f"{by:+,.4g}", label=names.label)
