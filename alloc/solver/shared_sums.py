"""Sums that many limits speak of, written once, as decisions of their own, before HiGHS sees them.

A Gini rule compares the money of each county with that of every other, and each rule on a category has all the aid in
it: written out, these few limits have nearly half of all entries of an ordinary question. At the root HiGHS spends most
of its time on cuts that it adds up from limits, and the longer these are the longer that takes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from alloc.solver.matrix import Flags, Matrix, Row, extend

LONG, LEAST = 12, 4
"""Limits with fewer entries are left as they are, and so are sums of fewer decisions."""

ALIKE = 3
"""So many limits on the same decisions share their total."""

SPARED = 0.25
"""Sums are written where that spares this part of all entries. Where it spared a tenth, on Hotan 2019 in lots, rounding
found fewer plans and alternatives took 1.8 times as long."""

ROUNDING = 1e-6
"""Figures that differ by less than this part are left as they are: the difference would be little but rounding."""

Terms = dict[int, float]
"""What a limit counts: the figure of each decision."""

Members = tuple[int, ...]
"""The decisions of a sum, in their order."""


def share_sums(matrix: Matrix) -> Matrix:
    """Return a MIP in which sums that several limits have in common are decisions; the limits come in another order.

    Where few entries are spared it stays as it is.
    """
    rows = matrix.rows
    long = np.flatnonzero(np.diff(rows.start) >= LONG).tolist()
    if len(long) < 2 or not matrix.integer.any():
        return matrix
    seen_once = np.bincount(rows.column, minlength=len(matrix.lower)) == 1
    before = {i: _read(matrix, i) for i in long}
    columns: dict[Members, int] = {}
    after = _subtract_totals(before, seen_once, columns)
    after = _replace_parts(after, columns, len(seen_once))
    changed = {i: terms for i, terms in after.items() if terms != before[i]}
    shared = _write(matrix, changed, columns) if changed else matrix
    return shared if len(shared.rows.value) <= (1 - SPARED) * len(rows.value) else matrix


def _read(matrix: Matrix, i: int) -> Terms:
    inside = slice(int(matrix.rows.start[i]), int(matrix.rows.start[i + 1]))
    return dict(zip(matrix.rows.column[inside].tolist(), matrix.rows.value[inside].tolist(), strict=True))


def _subtract_totals(limits: Mapping[int, Terms], seen_once: Flags, columns: dict[Members, int]) -> dict[int, Terms]:
    """Write limits on the same decisions as their total times what most have as figure, and the rest of each."""
    support = {i: tuple(sorted(j for j in terms if not seen_once[j])) for i, terms in limits.items()}
    counts = Counter(support.values())
    found = {}
    for i, terms in limits.items():
        members = support[i]
        figure, often = Counter([terms[j] for j in members] or [0.0]).most_common(1)[0]
        rest = {j: value - (0.0 if seen_once[j] else figure) for j, value in terms.items()}
        if counts[members] < ALIKE or often < LEAST or any(0 < abs(x) < ROUNDING * abs(figure) for x in rest.values()):
            found[i] = terms
            continue
        total = columns.setdefault(members, len(seen_once) + len(columns))
        found[i] = {**{j: value for j, value in rest.items() if value}, total: figure}
    return found


def _replace_parts(limits: Mapping[int, Terms], columns: dict[Members, int], first: int) -> dict[int, Terms]:
    """Write decisions that have one figure in a limit, and one in another limit too, as their sum."""
    counts = Counter(members for terms in limits.values() for _, members in _groups(terms))
    shared = {members for members, count in counts.items() if count > 1 and len(members) >= LEAST}
    inside: dict[int, list[Members]] = {}
    for members in shared:
        inside.setdefault(members[0], []).append(members)
    return {i: _replace(terms, shared, inside, columns, first) for i, terms in limits.items()}


def _groups(terms: Terms) -> Iterator[tuple[float, Members]]:
    """Yield the decisions that have the same figure in a limit."""
    found: dict[float, list[int]] = {}
    for column, value in terms.items():
        found.setdefault(value, []).append(column)
    for value, members in found.items():
        yield value, tuple(sorted(members))


def _replace(
    terms: Terms, shared: set[Members], inside: Mapping[int, list[Members]], columns: dict[Members, int], first: int
) -> Terms:
    """Return a limit with the sums in it as decisions. inside: the sums by the first of their decisions."""
    found: Terms = {}
    for value, members in _groups(terms):
        left = set(members)
        for part in [members] if members in shared else _largest_first(left, inside):
            if left.issuperset(part):
                left.difference_update(part)
                found[columns.setdefault(part, first + len(columns))] = value
        found.update(dict.fromkeys(left, value))
    return found


def _largest_first(left: set[int], inside: Mapping[int, list[Members]]) -> list[Members]:
    """Return the sums that may stand in a larger one."""
    return sorted((part for j in left for part in inside.get(j, ())), key=lambda part: (-len(part), part))


def _write(matrix: Matrix, changed: Mapping[int, Terms], columns: Mapping[Members, int]) -> Matrix:
    """Return the program with other limits, behind those that say what each sum is."""
    rows, count = matrix.rows, len(matrix.lower)
    lower, upper = matrix.lower.tolist(), matrix.upper.tolist()
    more: list[Row] = []
    for members, column in columns.items():
        more.append((np.array([*members, column], dtype=np.int32), np.append(np.ones(len(members)), -1.0), 0.0, 0.0))
        lower.append(sum(lower[j] for j in members))
        upper.append(sum(upper[j] for j in members))
    for i, terms in changed.items():
        written = np.array(sorted(terms), dtype=np.int32)
        more.append((written, np.array([terms[j] for j in written]), float(rows.lower[i]), float(rows.upper[i])))
    kept = np.setdiff1d(np.arange(rows.count), list(changed)).astype(np.int32)
    rest = replace(matrix, rows=rows.take(kept, np.arange(count, dtype=np.int32)))
    whole = np.zeros(len(columns), dtype=bool)
    return extend(rest, np.array(lower[count:]), np.array(upper[count:]), whole, more)
