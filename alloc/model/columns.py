"""Columns of the instance as the sets and parameters of the model take them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import pyomo.core as pyo

from alloc.instance.effects import effective
from alloc.instance.schema import Instance

Where = tuple[str, str]
"""A county and an industry there."""

Param = partial(pyo.Param, within=pyo.Any)
"""Figures of the model; for those without a domain Pyomo makes one each, which takes a fifth of the time to build."""


def column(rows: Mapping[Any, Any], key: str) -> dict[Any, Any]:
    """Return one column of a table: id → value."""
    return {name: getattr(row, key) for name, row in rows.items()}


def given(rows: Mapping[Any, Any], key: str) -> dict[Any, Any]:
    """Return one column of a table where its cell is not empty: id → value."""
    return {name: value for name, value in column(rows, key).items() if value is not None}


def find_marked(rows: Mapping[Any, Any], key: str) -> dict[Any, Any]:
    """Return one column of a table where it says something, is true or above 0: id → value."""
    return {name: value for name, value in column(rows, key).items() if value}


def in_effect(instance: Instance, key: str) -> dict[str, float]:
    """Return what a unit of each measure brings of something that takes effect."""
    brought = column(instance.measures, key)
    return {m: amount * effective(instance, m) for m, amount in brought.items()}


def pairs(rows: Mapping[Any, Any], key: str) -> list[tuple[Any, Any]]:
    """Return each row with each of what stands in a list or mapping of it."""
    return unfold(column(rows, key))


def unfold(groups: Mapping[Any, Iterable[Any]]) -> list[tuple[Any, Any]]:
    """Return each key with each of what belongs to it: the pairs that `group` takes."""
    return [(key, member) for key, members in groups.items() for member in members]


def amounts(rows: Mapping[Any, Any], key: str) -> dict[tuple[Any, Any], float]:
    """Return the numbers in a mapping of each row: (row, key) → number."""
    return flatten(column(rows, key))


def flatten(nested: Mapping[Any, Mapping[Any, Any]]) -> dict[tuple[Any, Any], Any]:
    """Return a mapping of mappings by pairs of keys."""
    found: dict[tuple[Any, Any], Any] = {}
    for outer, inner in nested.items():
        for key, value in inner.items():
            found[outer, key] = value
    return found


def group(members: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """Return what belongs to each key, in the order of the pairs."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, member in members:
        found[key].append(member)
    return dict(found)


def members_of(groups: Mapping[Any, Any]) -> Callable[..., Any]:
    """Return a rule for a set with indices: what belongs to each, nothing where nothing is said."""

    def members(model: pyo.ConcreteModel, *index: Any) -> Any:
        return groups.get(index if len(index) > 1 else index[0], ())

    return members


def baseline(instance: Instance) -> dict[Where, Any]:
    """Return the rows of the baseline by county and industry."""
    return {(row.county, row.industry): row for row in instance.baseline}
