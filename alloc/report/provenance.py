"""How far the figures of an instance are sourced, and how far they are assumed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from alloc.instance import Instance
from alloc.instance.schema import Row
from alloc.instance.tables import TABLES

Origin = Literal["sourced", "assumed", "unsaid"]
ORIGINS: tuple[Origin, ...] = ("sourced", "assumed", "unsaid")

COST, EFFECT = ("unit_cost", "fixed_cost"), ("effect", "jobs", "linkage", "outlet", "returns", "deadweight")
"""The figures of a measure that say what it costs, and those that say what it brings."""

_BESIDE = frozenset({"sources", "range"})
"""Columns that say something about figures and are none themselves."""


@dataclass(frozen=True)
class Provenance:
    """Counts of figures by table and origin, by source, and money by the origin of what it rests on.

    figures: table → origin → how many; cited: source key → how many figures; cost, effect: origin → aid [money] spent
    on measures whose costs, or whose effects, are of that origin: sourced only if all such figures of it are.
    """

    figures: Mapping[str, Mapping[Origin, int]]
    cited: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[Origin, float] = field(default_factory=dict)
    effect: Mapping[Origin, float] = field(default_factory=dict)

    def total(self, origin: Origin) -> int:
        """Return how many figures of all tables have this origin."""
        return sum(counts[origin] for counts in self.figures.values())

    @property
    def count(self) -> int:
        """How many figures there are."""
        return sum(self.total(origin) for origin in ORIGINS)


def trace_origins(instance: Instance, measures: pd.DataFrame) -> Provenance:
    """Count the figures (numbers that differ from their default) of every table, and the aid that rests on them.

    A figure is sourced if its own `sources` entry, or else its row's `source`, names a key of the instance's sources;
    assumed if that is the word `assumption`; unsaid if there is none. Whether a source is good is for people to judge.
    """
    figures: dict[str, dict[Origin, int]] = {}
    cited: dict[str, int] = {}
    for table in TABLES:
        found = getattr(instance, table)
        for row in found.values() if isinstance(found, Mapping) else found:
            for _, source in _figures(row):
                counts = figures.setdefault(table, dict.fromkeys(ORIGINS, 0))
                counts[_origin(source)] += 1
                if source:
                    cited[source] = cited.get(source, 0) + 1
    aid = dict(zip(measures["measure"], measures["aid"], strict=True))
    return Provenance(figures, cited, _money(instance, aid, COST), _money(instance, aid, EFFECT))


def _origin(source: str) -> Origin:
    if not source:
        return "unsaid"
    return "assumed" if source == "assumption" else "sourced"


def _figures(row: Row) -> Iterator[tuple[str, str]]:
    """Yield column and source of every number of a row that differs from its default; a curve is one figure."""
    for name, info in type(row).model_fields.items():
        value = getattr(row, name)
        if name in _BESIDE or value == info.default or value is None:
            continue
        for column in _columns(info.alias or name, value):
            yield column, row.sources.get(column) or row.sources.get(column.split(".")[0]) or row.source


def _columns(name: str, value: Any) -> Iterator[str]:
    """Yield the column of a number, the dotted columns of many, and nothing for what is not a number."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield name
    elif isinstance(value, Mapping):
        yield from (f"{name}.{key}" for key, number in value.items() if isinstance(number, int | float))
    elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
        yield name


def _money(instance: Instance, aid: Mapping[str, float], columns: tuple[str, ...]) -> dict[Origin, float]:
    """Return aid by the weakest origin among some figures of the measures it is spent on."""
    found: dict[Origin, float] = dict.fromkeys(ORIGINS, 0.0)
    for m, row in instance.measures.items():
        origins = {_origin(source) for column, source in _figures(row) if column in columns} or {_origin(row.source)}
        weakest: Origin = next(o for o in ("unsaid", "assumed", "sourced") if o in origins)
        found[weakest] += aid.get(m, 0.0)
    return found
