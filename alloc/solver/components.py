"""A program that falls apart into components that share no limit, each small enough to be searched by itself."""

from dataclasses import replace

import numpy as np

from alloc.solver.matrix import Ints, Matrix, take_columns


def split_components(matrix: Matrix) -> list[tuple[Ints, Matrix]]:
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
