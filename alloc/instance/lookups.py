"""Rows of an instance found by what they are about."""

from collections.abc import Mapping

from alloc.instance.rules import Rule
from alloc.instance.schema import Baseline, Document, Instance


def named_rules(instance: Instance) -> Mapping[str, Rule]:
    """Return the rules by their names, in their order."""
    return {rule.name: rule for rule in instance.rules}


def count_people(instance: Document) -> Mapping[str, float]:
    """Return how many people live in each county [persons]."""
    return {c: row.population for c, row in instance.counties.items()}


def leaned_on(document: Document) -> Mapping[str, None]:
    """Return the measures that another measure requires, or that a synergy counts."""
    found: dict[str, None] = {}
    for row in document.measures.values():
        found |= dict.fromkeys(row.requires)
    for synergy in document.synergies:
        found |= dict.fromkeys(synergy.measures)
    return found


def commitments(document: Document) -> tuple[str, ...]:
    """Return the measures that are committed."""
    return tuple(m for m, row in document.measures.items() if row.committed)


def standing_counties(document: Document) -> Mapping[str, None]:
    """Return the counties that have an industry, in the order of the baseline."""
    return dict.fromkeys(row.county for row in document.baseline)


def sites(instance: Document) -> Mapping[tuple[str, str], Baseline]:
    """Return the rows of the baseline by county and industry."""
    return {(row.county, row.industry): row for row in instance.baseline}
