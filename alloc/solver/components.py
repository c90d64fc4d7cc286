"""A program that falls apart into components that share no limit, each small enough to be searched by itself."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from alloc.solver.matrix import Ints, Matrix, Rows, take_columns

Component = tuple[Ints, Matrix]
"""The columns and the program of a component."""


def split_components(matrix: Matrix) -> list[Component]:
    """Return the columns and the program of every connected component; no limit has columns of two.

    matrix: every limit of it has a column.
    """
    if not len(matrix.lower):
        return []
    names, numbers = np.unique(_label_components(matrix), return_inverse=True)
    label = numbers.astype(np.int32)
    rows, place = matrix.rows, np.zeros(len(label), dtype=np.int32)
    columns = group_by_label(label, len(names))
    for group in columns:
        place[group] = np.arange(len(group), dtype=np.int32)
    limits = group_by_label(label[rows.column[rows.start[:-1]]], len(names))
    return [
        (
            group,
            replace(take_columns(matrix, group, rows.take(own, place)), constants=np.zeros(len(matrix.constants))),
        )
        for group, own in zip(columns, limits, strict=True)
    ]


def join_components(parts: Sequence[Matrix]) -> Matrix:
    """Return the programs side by side as one, none of which says anything of another's columns."""
    columns = np.cumsum([0, *(len(part.lower) for part in parts)])
    entries = np.cumsum([0, *(len(part.rows.column) for part in parts)])
    starts = [part.rows.start[:-1] + first for part, first in zip(parts, entries, strict=False)]
    places = [part.rows.column + first for part, first in zip(parts, columns, strict=False)]
    rows = Rows(
        np.append(np.concatenate(starts), entries[-1]).astype(np.int32),
        np.concatenate(places).astype(np.int32),
        np.concatenate([part.rows.value for part in parts]),
        np.concatenate([part.rows.lower for part in parts]),
        np.concatenate([part.rows.upper for part in parts]),
    )
    return Matrix(
        (),
        np.concatenate([part.lower for part in parts]),
        np.concatenate([part.upper for part in parts]),
        np.concatenate([part.integer for part in parts]),
        rows,
        np.concatenate([part.goals for part in parts], axis=1),
        np.sum([part.constants for part in parts], axis=0),
    )


def _label_components(matrix: Matrix) -> Ints:
    """Return for each column the lowest column that limits connect it with."""
    rows, count = matrix.rows, len(matrix.lower)
    owner, label = rows.owner(), np.arange(count, dtype=np.int32)
    while True:
        lowest = np.full(rows.count, count, dtype=np.int32)
        np.minimum.at(lowest, owner, label[rows.column])
        lower = label.copy()
        np.minimum.at(lower, rows.column, lowest[owner])
        lower = np.minimum(lower, lower[lower])
        if (lower == label).all():
            return label
        label = lower


def group_by_label(label: Ints, count: int) -> list[Ints]:
    """Return the places of each label, in their order."""
    order = np.argsort(label, kind="stable").astype(np.int32)
    ends = np.searchsorted(label[order], np.arange(count + 1))
    return [order[ends[k] : ends[k + 1]] for k in range(count)]
