"""What a plan favours, in one line: where more money goes than in the best plan, and where less."""

import pandas as pd

from alloc.instance import Instance
from alloc.report.names import Names
from alloc.texts import say

Place = tuple[str, str]
"""A county and a category."""

SHOWN = 2
"""So many places with more money, and as many with less, fit in one line."""


def describe_favours(instance: Instance, best: pd.DataFrame, plan: pd.DataFrame, lang: str) -> str:
    """Return one line: the county and category that gain and lose most aid.

    best, plan: the tables `measures` of the two plans.
    """
    speck = 1e-5 * max(1.0, float(best["aid"].sum()))
    change = measure_change(best, plan)
    order = sorted(change, key=lambda place: (-abs(change[place]), place))
    names = Names(instance, lang)
    gains, losses = [], []
    for place in order:
        if change[place] > speck:
            gains.append((place, change[place]))
        elif change[place] < -speck:
            losses.append((place, change[place]))
    more, less = _join_places(names, gains), _join_places(names, losses)
    if more and less:
        return say("favours_both", lang, more=more, less=less)
    if more:
        return say("favours_more", lang, places=more)
    return say("favours_less", lang, places=less) if less else say("favours_same", lang)


def measure_change(best: pd.DataFrame, plan: pd.DataFrame) -> dict[Place, float]:
    """Return how much more aid each place has than in the best plan [money]."""
    change: dict[Place, float] = {}
    for table, sign in ((plan, 1.0), (best, -1.0)):
        for county, category, aid in zip(table["county"], table["category"], table["aid"], strict=True):
            change[county, category] = change.get((county, category), 0.0) + sign * aid
    return change


def _join_places(names: Names, changes: list[tuple[Place, float]]) -> str:
    """Return the first of some places in words, with what they gain or lose; empty where there are none."""
    return names.say("favours_and").join(_name_place(names, *place, by) for place, by in changes[:SHOWN])


def _name_place(names: Names, county: str, category: str, by: float) -> str:
    words = {"county": names.name("county", county), "category": names.name("category", category)}
    return names.say("favours_place", **words, by=f"{by:+,.4g}", label=names.label)
