"""Limits on thousands of decisions, written as sums of sums before HiGHS sees them.

A goal over a hundred scenarios that is held, while another is sought, is such a limit. HiGHS 1.16 takes minutes to
presolve a MIP with one of them, whatever its time limit: 14 s for 4,400 decisions, 116 s for 8,600, against less than
a second where each part of the sum is a decision of its own.
"""

from dataclasses import replace

import numpy as np

from alloc.solver.matrix import INF, Floats, Matrix, Row, extend

LONG, PART = 2000, 500
"""A limit on more decisions than this is written as a sum of sums over so many decisions."""


def split_long_rows(matrix: Matrix) -> Matrix:
    """Return a MIP, its limits in another order, in which a long limit sums up decisions that are sums themselves."""
    rows = matrix.rows
    long = np.flatnonzero(np.diff(rows.start) > LONG)
    if not len(long) or not matrix.integer.any():
        return matrix
    others = np.setdiff1d(np.arange(rows.count), long).astype(np.int32)
    count = len(matrix.lower)
    more: list[Row] = []
    for i in long.tolist():
        first = count
        for start in range(int(rows.start[i]), int(rows.start[i + 1]), PART):
            part = slice(start, min(start + PART, int(rows.start[i + 1])))
            more.append((np.append(rows.column[part], count), np.append(rows.value[part], -1.0), 0.0, 0.0))
            count += 1
        sums = np.arange(first, count, dtype=np.int32)
        more.append((sums, np.ones(len(sums)), float(rows.lower[i]), float(rows.upper[i])))
    kept = replace(matrix, rows=rows.take(others, np.arange(len(matrix.lower), dtype=np.int32)))
    free = np.full(count - len(matrix.lower), INF)
    return extend(kept, -free, free, np.zeros(len(free), dtype=bool), more)


def extend_plan(summed: Matrix, x: Floats) -> Floats:
    """Return a plan with the sums that a program has beside its decisions, written here or by `shared_sums`."""
    rows, found = summed.rows, np.append(x, np.zeros(len(summed.lower) - len(x)))
    owner = rows.owner()
    for j in range(len(x), len(found)):
        i = int(owner[np.flatnonzero(rows.column == j)[0]])  # the first limit with it says what it sums up
        inside = slice(int(rows.start[i]), int(rows.start[i + 1]) - 1)
        found[j] = rows.value[inside] @ found[rows.column[inside]]
    return found
