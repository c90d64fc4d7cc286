"""Figures that cannot move alone: what the format holds together moves together, and which did is told.

Today's jobs fit their capacities, a least value is not above its largest. A figure that would break this takes the
other one along, just so far that both fit; a least and a largest value that are equal are one figure, and stay equal.
"""

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from alloc.instance import Instance
from alloc.instance.figures import figures
from alloc.instance.schema import JOB_CATEGORIES

ROUNDS = 10
"""More than any chain of links is long: a need moves jobs, jobs move four capacities."""


@dataclass(frozen=True)
class LinkedFigures:
    """The product of some figures that another one must not be below: jobs · need ≤ workplaces.

    less: paths, what gives way first; more: path; twins: whether the two are one figure where they are equal.
    """

    less: tuple[str, ...]
    more: str
    twins: bool = False


@dataclass(frozen=True)
class Linked:
    """The links of an instance, with its figures as they are: path → value."""

    links: tuple[LinkedFigures, ...]
    values: Mapping[str, float]

    @cached_property
    def twins(self) -> dict[str, str]:
        """The figures that are equal to another one and stay so, each with the other."""
        found: dict[str, str] = {}
        for link in self.links:
            least, most = link.less[0], link.more
            if link.twins and self.values[least] == self.values[most]:
                found |= {least: most, most: least}
        return found

    def along(self, moved: Mapping[str, object]) -> dict[str, float]:
        """Return the figures that have to move as well when some are moved: path → value.

        What is moved stays where it was put, unless two moved figures do not fit each other: then the larger one gives.
        """
        numbers = {path: float(x) for path, x in moved.items() if isinstance(x, (int, float))}
        values = {**self.values, **numbers}
        fixed, found = set(moved), dict[str, float]()
        for path in moved.keys() & self.twins.keys():
            twin = self.twins[path]
            if twin not in moved:
                values[twin] = found[twin] = values[path]
                fixed.add(twin)
        for _ in range(ROUNDS):
            broken = [link for link in self.links if _multiply(link, values) > values[link.more]]
            if not broken:
                break
            for link in broken:
                path, value = _mend(link, values, fixed)
                values[path] = found[path] = value
        return found


def _multiply(link: LinkedFigures, values: Mapping[str, float]) -> float:
    return math.prod(values[path] for path in link.less)


def _mend(link: LinkedFigures, values: Mapping[str, float], fixed: Set[str]) -> tuple[str, float]:
    """Return which figure of a broken link moves, and to where: the larger one, unless only that is fixed."""
    first, product = link.less[0], _multiply(link, values)
    if link.more in fixed and first not in fixed:
        return first, values[link.more] / (product / values[first])
    return link.more, product


def link_figures(instance: Instance) -> Linked:
    """Return what holds figures of an instance together."""
    values = {figure.path: figure.value for figure in figures(instance)}
    known = []
    for link in _list_links(instance):
        less = tuple(path for path in link.less if path in values)  # a need that is not written is 1
        if less[:1] == link.less[:1] and link.more in values:
            known.append(LinkedFigures(less, link.more, link.twins))
    return Linked(tuple(known), values)


def _list_links(instance: Instance) -> Iterator[LinkedFigures]:
    for number, row in enumerate(instance.baseline, 1):
        start, industry = f"baseline.{number}.", f"industries.{row.industry}."
        for k in JOB_CATEGORIES:
            yield LinkedFigures((f"{start}jobs", f"{industry}needs.{k}"), f"{start}{k}")
        yield LinkedFigures((f"{start}jobs",), f"{start}max_jobs")
        yield LinkedFigures((f"{start}jobs", f"{industry}productivity"), f"{start}market")
    for m, measure in instance.measures.items():
        start = f"measures.{m}."
        yield LinkedFigures((f"{start}min_units",), f"{start}max_units", twins=True)
        yield LinkedFigures((f"{start}national_planned",), f"{start}national_ceiling")
        for payer in measure.min_share:
            yield LinkedFigures((f"{start}min_share.{payer}",), f"{start}max_share.{payer}", twins=True)
    for rule in instance.rules:
        yield LinkedFigures((f"rules.{rule.name}.min",), f"rules.{rule.name}.max", twins=True)
    for f, fund in instance.funds.items():
        if fund.by_county is None:
            yield LinkedFigures((f"funds.{f}.min_use",), f"funds.{f}.amount")
