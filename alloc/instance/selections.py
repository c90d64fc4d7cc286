"""Which measures a rule selects, and the groups that `each` and `within` make of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from alloc.instance.schema import CATEGORIES, AnyRule, Document, Selection


@dataclass(frozen=True)
class Narrowed:
    """A selection narrowed to one county, category, industry, chain, region or measure after another."""

    selection: Selection
    to: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """One repetition of a rule: its name, what is counted, and what that is compared with."""

    name: str
    county: str
    counted: Narrowed
    base: Narrowed


def attribute(document: Document, m: str, what: str) -> str:
    """Return the county, region, category, industry, chain or name of a measure."""
    measure = document.measures[m]
    if what == "measure":
        return m
    if what == "region":
        return document.counties[measure.county].region or measure.county
    if what == "chain":
        return document.industries[measure.industry].chain if measure.industry else ""
    word: str = getattr(measure, what)
    return word


def matches(document: Document, m: str, narrowed: Narrowed) -> bool:
    """Tell whether a measure is in a selection."""
    selection = narrowed.selection
    keys = ("county", "category", "industry", "region", "chain", "measure")
    return (
        all(not getattr(selection, k) or attribute(document, m, k) in getattr(selection, k) for k in keys)
        and (not selection.tag or any(tag in selection.tag for tag in document.measures[m].tags))
        and all(attribute(document, m, what) == word for what, word in narrowed.to)
    )


def selected(document: Document, narrowed: Narrowed) -> tuple[str, ...]:
    """Return the measures of a selection, in the order of the table."""
    return tuple(m for m in document.measures if matches(document, m, narrowed))


def members(document: Document, what: str) -> tuple[str, ...]:
    """Return all counties, categories, industries, chains, regions or measures there are."""
    everything = {
        "county": document.counties,
        "category": CATEGORIES,
        "industry": document.industries,
        "chain": [*document.chains, *(i.chain for i in document.industries.values() if i.chain)],
        "region": [county.region or c for c, county in document.counties.items()],
        "measure": document.measures,
    }[what]
    return tuple(dict.fromkeys(everything))


def groups(document: Document, rule: AnyRule) -> Iterator[Group]:
    """Yield the repetitions of a rule; those that count nothing are skipped.

    `each` narrows what is counted (`of`, or `aid` in a complement); `within` narrows both sides.
    In a complement a group is skipped where its national side selects nothing.
    """
    counted: Selection = getattr(rule, "aid", None) or getattr(rule, "of")  # noqa: B009
    base: Selection = getattr(rule, "national", None) or getattr(rule, "in_", None) or Selection()
    each = members(document, rule.each) if rule.each else ("",)
    within = members(document, rule.within) if rule.within else ("",)
    for outer in within:
        both = ((str(rule.within), outer),) if rule.within else ()
        for inner in each:
            one = ((str(rule.each), inner),) if rule.each else ()
            group = Group(
                name=" · ".join(word for word in (outer, inner) if word),
                county=dict([*both, *one]).get("county", ""),
                counted=Narrowed(counted, (*both, *one)),
                base=Narrowed(base, both),
            )
            decisive = group.base if getattr(rule, "national", None) is not None else group.counted
            if selected(document, decisive):
                yield group
