"""A program in units of its own: nothing that the solver sees depends on whether money is in 元 or 万元.

A solver keeps limits to an absolute tolerance, so that amounts of 1e8 beside a yes or no of 1 lose the proof or the
plan. Every continuous column and every row is therefore measured in its own power of two, found from the data: factors
of two change no digit of a figure, and what comes back is exact. Whole decisions stay as they are.
"""

from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.matrix import Flags, Floats, Ints, Matrix, Rows

SWEEPS = 12
"""How often rows and columns are fitted to each other; more changes next to nothing."""

HIGHEST = 10
"""No coefficient of a row is more than two to this power: what is next to nothing may not lift the rest."""

FARTHEST = 256.0
"""No scale is beyond two to this power either way: a column times a row times a side has to stay a number."""


@dataclass(frozen=True)
class Scales:
    """Powers of two: a column is that many of the program's own units, a row is multiplied by its own."""

    rows: Floats
    columns: Floats


def find_scales(lower: Floats, upper: Floats, integer: Flags, rows: Rows) -> Scales:
    """Return scales at which coefficients and bounds are near 1.

    The logarithms of rows and columns are fitted by least squares, from what is known at once: a whole decision is
    counted in ones, a bounded one in its bound. Both move with the unit of what is measured, and so does all that
    follows from them. Sides of rows count only for rows that nothing else tells the size of: so programs that
    differ in a budget alone have the same scales.
    """
    owner, column = rows.owner(), rows.column
    with np.errstate(divide="ignore"):
        size = np.log2(np.abs(rows.value))
        bound = np.log2(_largest_side(lower, upper))
        side = np.log2(_largest_side(rows.lower, rows.upper))
    anchored = ~integer & np.isfinite(bound)
    own, known = np.where(anchored, bound, 0.0), integer | anchored
    own, known = _spread_scales(size, owner, column, side, own, known)
    kept = np.isfinite(size)
    size, owner, column = size[kept], owner[kept], column[kept]
    row = np.zeros(rows.count)
    in_row, in_column = np.bincount(owner, minlength=rows.count), np.bincount(column, minlength=len(own))
    of_row, of_column = np.maximum(in_row, 1), np.maximum(in_column + anchored, 1)
    begin, stays = np.where(anchored, bound, 0.0), integer | (in_column == 0)
    for _ in range(SWEEPS):
        row = -np.bincount(owner, size + own[column], rows.count) / of_row
        fitted = begin - np.bincount(column, size + row[owner], len(own))
        own = np.where(stays, own, fitted / of_column)
    own = np.where(integer, 0.0, np.round(own))
    fitted, most = size + own[column], np.full(rows.count, -np.inf)
    np.maximum.at(most, owner, fitted)
    middle = np.bincount(owner, fitted, rows.count) / of_row
    row = np.where(in_row > 0, -np.round(np.maximum(middle, most - HIGHEST)), 0.0)
    return Scales(*(np.exp2(np.clip(power, -FARTHEST, FARTHEST)) for power in (row, own)))


def _spread_scales(
    size: Floats, owner: Ints, column: Ints, side: Floats, own: Floats, known: Flags
) -> tuple[Floats, Flags]:
    """Return first scales of all columns, from those that are known to those that share a row with them."""
    count = len(side)
    while True:
        there = known[column] & np.isfinite(size)
        told = np.bincount(owner, there, count)
        row = np.bincount(owner[there], (size + own[column])[there], count) / np.maximum(told, 1)
        open_ = ~known[column] & np.isfinite(size)
        entries = open_ & (told > 0)[owner]
        if not entries.any():  # what no bound and no whole decision reaches is told by the sides of rows, if at all
            entries, row = open_ & np.isfinite(side)[owner], np.where(np.isfinite(side), side, 0.0)
        if not entries.any():
            return own, known
        met = np.bincount(column[entries], minlength=len(own))
        fitted = np.bincount(column[entries], (row[owner] - size)[entries], len(own)) / np.maximum(met, 1)
        own, known = np.where(met > 0, fitted, own), known | (met > 0)


def _largest_side(low: Floats, high: Floats) -> Floats:
    """Return the larger of two limits in size, where one is finite; else 0."""
    ends = np.abs(np.stack([low, high]))
    largest: Floats = np.where(np.isfinite(ends), ends, 0.0).max(axis=0)
    return largest


def scale_rows(rows: Rows, by: Scales) -> Rows:
    """Return limits in the program's own units."""
    value = rows.value * by.rows[rows.owner()] * by.columns[rows.column]
    return replace(rows, value=value, lower=rows.lower * by.rows, upper=rows.upper * by.rows)


def scale(matrix: Matrix) -> tuple[Matrix, Scales]:
    """Return a program in its own units, goals still worth what they were, and the scales that lead back."""
    by = find_scales(matrix.lower, matrix.upper, matrix.integer, matrix.rows)
    return (
        replace(
            matrix,
            lower=matrix.lower / by.columns,
            upper=matrix.upper / by.columns,
            rows=scale_rows(matrix.rows, by),
            goals=matrix.goals * by.columns,
        ),
        by,
    )
