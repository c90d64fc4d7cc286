"""What was written and does nothing: settings without what they need, tags that read like lists. All are warnings."""

import re
from collections.abc import Iterator

from alloc.instance.document import Found
from alloc.instance.schema import Document, Objective

_PARTING = re.compile(r"\s*[|,，、;；/]\s*")
"""What people part words by; a list is parted by `|`."""


def settings_without_use(document: Document) -> Iterator[Found]:
    """Goals that ask for nothing, risk where there is one state of the world, a bonus for what has no size."""
    yield from _goals_without_use(document.objective)
    if document.risk is not None and document.draws is None and len(document.scenarios) < 2:
        yield ("risk",), "risk_without_scenarios", {}
    for s, industry in document.industries.items():
        if industry.cluster_bonus and industry.cluster_jobs is None:
            yield ("industries", s, "cluster_bonus"), "bonus_without_size", {}


def _goals_without_use(objective: Objective) -> Iterator[Found]:
    """A goal of nothing, a tolerance for goals that nobody set in order."""
    if not objective.order and not objective.employment and not objective.linkage:
        yield ("objective",), "goal_of_nothing", {}
    if objective.tolerance and not objective.order:
        yield ("objective", "tolerance"), "tolerance_without_order", {}


def tags_like_lists(document: Document) -> Iterator[Found]:
    """A tag of several words that other measures carry one by one: rules that select by those pass it over."""
    known = {tag for measure in document.measures.values() for tag in measure.tags}
    for m, measure in document.measures.items():
        for tag in measure.tags:
            words = _PARTING.split(tag)
            if len(words) > 1 and not known.isdisjoint(words):
                yield ("measures", m, "tags"), "tag_like_list", {"found": tag, "meant": "|".join(words)}
