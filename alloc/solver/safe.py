"""A bound that floating point cannot have spoilt.

Whatever prices y the rows of a program are given, a plan x is worth c·x = (c − Aᵀy)·x + y·(Ax), so no plan is worth
more than each reduced cost at its better bound plus each price at the better side of its row. Prices of the relaxed
program make that nearly the relaxation's own value; that they are only nearly right costs a little, never the truth.
Every step is rounded outwards. Source: A. Neumaier and O. Shcherbina, Mathematical Programming 99 (2004) 283-296.
"""

import math

import numpy as np

from alloc.solver.matrix import INF, Floats, Ints, Matrix, Rows

EPS = float(np.finfo(np.float64).eps)
"""Twice the relative error of one operation."""

LEAST = 1e-300
"""More than all results that are too small to be held, together."""

PASSES = 4
"""How often bounds are drawn from rows whose other decisions have just been bounded."""


def safe_bound(matrix: Matrix, goal: Floats, constant: float, prices: Floats) -> float:
    """Return a value that goal·x + constant exceeds for no plan x; infinite where a decision has no end in sight.

    prices: of the rows, from wherever; the nearer they are to the relaxed program's, the better the bound.
    """
    rows = matrix.rows
    prices = drop_unusable_prices(rows, prices)
    lower, upper = find_bounds(matrix, goal)
    low, high = _bound_reduced_costs(rows, goal, prices)
    columns = best_product(low, high, lower, upper)
    sides = best_product(prices, prices, rows.lower, rows.upper)
    if not (np.isfinite(columns).all() and np.isfinite(sides).all()):
        return INF
    return math.nextafter(math.fsum([*columns.tolist(), *sides.tolist(), constant]), INF)  # fsum rounds once


def measure_violation(matrix: Matrix, x: Floats) -> float:
    """Return by how much a plan misses the limit, bound or whole number that it misses most, relative to its terms."""
    rows = matrix.rows
    terms = rows.value * x[rows.column]
    value = np.bincount(rows.owner(), terms, rows.count)
    size = np.maximum(1.0, np.bincount(rows.owner(), np.abs(terms), rows.count))
    of_rows = np.maximum(rows.lower - value, value - rows.upper) / size
    of_bounds = np.maximum(matrix.lower - x, x - matrix.upper) / np.maximum(1.0, np.abs(x))
    of_whole = np.where(matrix.integer, np.abs(x - np.round(x)), 0.0)
    return float(max(found.max(initial=0.0) for found in (of_rows, of_bounds, of_whole)))


def drop_unusable_prices(rows: Rows, prices: Floats) -> Floats:
    """Return prices that a proof may use: none on a side that a row does not have."""
    prices = np.where(np.isfinite(prices), prices, 0.0)
    prices = np.where(np.isinf(rows.upper), np.minimum(prices, 0.0), prices)
    return np.where(np.isinf(rows.lower), np.maximum(prices, 0.0), prices)


def _bound_reduced_costs(rows: Rows, goal: Floats, prices: Floats) -> tuple[Floats, Floats]:
    """Return between which two values every exact reduced cost lies: a sum of n terms errs by n roundings of them."""
    parts, count = rows.value * prices[rows.owner()], len(goal)
    size = np.abs(goal) + np.bincount(rows.column, np.abs(parts), count)
    value = goal - np.bincount(rows.column, parts, count)
    error = 2 * (np.bincount(rows.column, minlength=count) + 3) * EPS * size + LEAST
    error = np.where(size > 0, error, 0.0)
    return value - error, value + error


def best_product(low: Floats, high: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return for each pair of ranges the largest product of a value of each, rounded upwards; 0 times anything is 0."""
    with np.errstate(invalid="ignore"):
        products = np.stack([low * lower, low * upper, high * lower, high * upper])
    best = np.where(np.isnan(products), 0.0, products).max(axis=0)
    return np.where((low == 0) & (high == 0), 0.0, np.nextafter(best, INF))


def find_bounds(matrix: Matrix, goal: Floats) -> tuple[Floats, Floats]:
    """Return finite bounds of as many decisions as rows can bound, at no loss to any goal that is best.

    A row bounds each decision by what the others leave of it. A decision that the goal does not reward, like the room
    to break a soft rule, is never larger than the worst that its rows may ask for.
    """
    lower, upper, rows = matrix.lower.copy(), matrix.upper.copy(), matrix.rows
    owner = rows.owner()
    for _ in range(PASSES):
        entries = np.flatnonzero(np.isinf(upper)[rows.column]).astype(np.int32)
        if not len(entries):
            break
        forced, needed = _bound_by_rows(rows, owner, lower, upper, entries)
        useless = (goal <= 0) & np.isfinite(needed)
        found = np.minimum(forced, np.where(useless, np.maximum(needed, lower), INF))
        upper = np.where(np.isinf(upper), np.maximum(found, lower), upper)
    return lower, upper


def _bound_by_rows(rows: Rows, owner: Ints, lower: Floats, upper: Floats, entries: Ints) -> tuple[Floats, Floats]:
    """Return the most that each decision can be, and the most that its rows may need it to be, rounded upwards."""
    count = len(lower)
    with np.errstate(invalid="ignore"):
        ends = np.stack([rows.value * lower[rows.column], rows.value * upper[rows.column]])
    ends = np.where(np.isnan(ends), 0.0, ends)
    forced, needed = np.full(count, INF), np.full(count, -INF)
    for side, rest, sign in ((rows.upper, ends.min(axis=0), 1.0), (rows.lower, ends.max(axis=0), -1.0)):
        most = _divide_rest(rows, owner, side, rest, entries)
        breaks = (sign * rows.value[entries] > 0) & np.isfinite(side[owner[entries]])
        np.minimum.at(forced, rows.column[entries[breaks]], most[breaks])
    for side, rest, sign in ((rows.lower, ends.min(axis=0), 1.0), (rows.upper, ends.max(axis=0), -1.0)):
        most = _divide_rest(rows, owner, side, rest, entries)
        helps = (sign * rows.value[entries] > 0) & np.isfinite(side[owner[entries]])
        np.maximum.at(needed, rows.column[entries[helps]], most[helps])
    return forced, needed


def _divide_rest(rows: Rows, owner: Ints, side: Floats, rest: Floats, entries: Ints) -> Floats:
    """Return (side − what the others of the row are at one of their ends) ÷ coefficient, rounded upwards."""
    endless = np.isinf(rest)
    known = np.where(endless, 0.0, rest)
    total = np.bincount(owner, known, rows.count)
    size = np.bincount(owner, np.abs(known), rows.count)
    others_endless = np.bincount(owner, endless, rows.count)[owner[entries]] - endless[entries]
    i, a = owner[entries], rows.value[entries]
    terms = np.diff(rows.start)[i] + 3
    error = 4 * terms * EPS * (size[i] + np.abs(np.where(np.isfinite(side[i]), side[i], 0.0))) + LEAST
    with np.errstate(invalid="ignore"):  # a side that is infinite leaves no end, which the caller does not use
        most = (side[i] - (total[i] - known[entries])) / a
        most = most + error / np.abs(a) + 4 * EPS * np.abs(most)
    return np.where(others_endless > 0, INF, most)
