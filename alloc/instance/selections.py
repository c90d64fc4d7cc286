"""Which measures a rule selects, and the groups that `each` and `within` make of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from alloc.instance.rules import AnyRule, Benefit
from alloc.instance.schema import CATEGORIES, Document, Selection
from alloc.instance.sharing import Site, place_of, select_sites

SELECTORS = ("county", "category", "industry", "region", "chain", "measure")
"""The keys of a selection that are attributes of a measure; the other one is `tag`."""


@dataclass(frozen=True)
class RuleGroup:
    """One repetition of a rule.

    counted: the measures that it counts; compared: those it compares with (`in`, `national`), all where
    nothing is said. narrowed: what `each` and `within` narrowed the counted ones to. sites: the industries in counties
    that a rule on returns counts.
    """

    name: str
    counted: tuple[str, ...]
    compared: tuple[str, ...]
    narrowed: Mapping[str, str]
    sites: tuple[Site, ...] = ()


def attribute(document: Document, m: str, what: str) -> str:
    """Return the county, region, category, industry, chain or name of a measure; '' where nothing is asked."""
    measure = document.measures[m]
    if what in ("", "measure"):
        return m if what else ""
    if what == "region":
        return document.counties[measure.county].region or measure.county
    if what == "chain":
        return document.industries[measure.industry].chain if measure.industry else ""
    word: str = getattr(measure, what)
    return word


def select(document: Document, selection: Selection) -> tuple[str, ...]:
    """Return the measures of a selection, in the order of the table."""
    found = tuple(document.measures)
    for key in SELECTORS:
        wanted = set(getattr(selection, key))
        if wanted:
            found = tuple(m for m in found if attribute(document, m, key) in wanted)
    if selection.tag:
        found = tuple(m for m in found if not set(selection.tag).isdisjoint(document.measures[m].tags))
    return found


def members(document: Document, what: str) -> tuple[str, ...]:
    """Return all counties, categories, industries, chains, regions or measures there are; '' where nothing is asked."""
    everything: Mapping[str, Iterable[str]] = {
        "": [""],
        "county": document.counties,
        "category": CATEGORIES,
        "industry": document.industries,
        "chain": [*document.chains, *(row.chain for row in document.industries.values() if row.chain)],
        "region": document.regions.values(),
        "measure": document.measures,
    }
    return tuple(dict.fromkeys(everything[what]))


def groups(document: Document, rule: AnyRule) -> Iterator[RuleGroup]:
    """Yield the repetitions of a rule; those that count nothing are skipped.

    `each` narrows what is counted; `within` narrows both sides. A rule that follows is repeated where what it
    compares with selects something.
    """
    each, within = str(rule.each or ""), str(rule.within or "")
    if isinstance(rule, Benefit):
        yield from _groups_of_sites(document, rule, each, within)
        return
    other = rule.compared.of if rule.compared else Selection()
    counted: dict[tuple[str, str], list[str]] = defaultdict(list)
    compared: dict[str, list[str]] = defaultdict(list)
    for m in select(document, rule.counted.of):
        counted[attribute(document, m, within), attribute(document, m, each)].append(m)
    for m in select(document, other):
        compared[attribute(document, m, within)].append(m)
    for outer, inner in product(members(document, within), members(document, each)):
        one, others = counted.get((outer, inner), []), compared.get(outer, [])
        if others if rule.follows else one:
            yield RuleGroup(_name(outer, inner), tuple(one), tuple(others), _narrowed((within, outer), (each, inner)))


def _groups_of_sites(document: Document, rule: Benefit, each: str, within: str) -> Iterator[RuleGroup]:
    """Yield the repetitions of a rule on returns: industries in counties in the place of measures."""
    found: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for site in select_sites(document, rule.of):
        found[place_of(document, site, within), place_of(document, site, each)].append(site)
    for outer, inner in product(members(document, within), members(document, each)):
        sites = found.get((outer, inner))
        if sites:
            narrowed = _narrowed((within, outer), (each, inner))
            yield RuleGroup(_name(outer, inner), (), (), narrowed, tuple(sites))


def _name(*words: str) -> str:
    return " · ".join(filter(None, words))


def _narrowed(*pairs: tuple[str, str]) -> dict[str, str]:
    return {what: word for what, word in pairs if what}
