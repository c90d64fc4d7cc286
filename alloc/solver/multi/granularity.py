"""Which values an objective can take at all: whether only multiples of a step, read off the program.

Continuous decisions stand between money and goals (what a measure brings, what a fund pays). Those that the limits
tie to whole decisions are followed back to them: by an equation, by two limits that say the same from both sides, or by
the only limit that keeps a welcome decision from growing. An objective that then counts whole decisions alone takes
multiples of the greatest common divisor of its coefficients, and its efficient points are finite in number.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, isfinite, lcm

import numpy as np

from alloc.solver.matrix import Floats, Matrix

DIGITS = 12
"""Coefficients are products of written decimals: beyond so many digits they are rounding."""

Terms = dict[int, Fraction]
"""Coefficient of each decision that counts."""


@dataclass(frozen=True)
class _Limit:
    """One limit: low ≤ Σ value · column ≤ high."""

    columns: tuple[int, ...]
    values: tuple[float, ...]
    low: float
    high: float

    def solve_for(self, j: int, limit: float) -> tuple[Terms, Fraction]:
        """Return what a decision equals where the limit holds as an equation."""
        terms = {k: _to_fraction(v) for k, v in zip(self.columns, self.values, strict=True)}
        a = terms.pop(j)
        return {k: -v / a for k, v in terms.items()}, _to_fraction(limit) / a


def find_steps(matrix: Matrix, goals: Sequence[Floats]) -> tuple[Fraction | None, ...]:
    """Return for each goal (all maximised) the step of its values at efficient plans, None where there is none.

    The constant of a goal is not counted.
    """
    rows = _collect_limits(matrix)
    wanted: list[Terms] = [{int(j): _to_fraction(goal[j]) for j in np.flatnonzero(goal)} for goal in goals]
    gone: set[int] = set()
    before = -1
    while before < len(gone):
        before = len(gone)
        for j in sorted({j for terms in wanted for j in terms if not matrix.integer[j]}):
            tied = _find_tie(matrix, rows[j], j, wanted, gone)
            if tied is not None:
                wanted = [_substitute(terms, j, tied) for terms in wanted]
                gone.add(j)
    return tuple(None if any(not matrix.integer[j] for j in terms) else _find_divisor(terms) for terms in wanted)


def _to_fraction(number: float) -> Fraction:
    return Fraction(f"{number:.{DIGITS}g}")


def _collect_limits(matrix: Matrix) -> dict[int, list[_Limit]]:
    """Return for each decision the limits that can bind at all."""
    rows, found = matrix.rows, defaultdict(list)
    for i in range(rows.count):
        inside = slice(rows.start[i], rows.start[i + 1])
        columns, values = rows.column[inside], rows.value[inside]
        ends = np.stack([values * matrix.lower[columns], values * matrix.upper[columns]])
        least, most = float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())
        slack = 1e-9 * max([1.0, *(abs(x) for x in (least, most) if isfinite(x))])
        low = float(rows.lower[i]) if least < rows.lower[i] - slack else -np.inf
        high = float(rows.upper[i]) if most > rows.upper[i] + slack else np.inf
        if isfinite(low) or isfinite(high):
            row = _Limit(tuple(columns.tolist()), tuple(values.tolist()), low, high)
            for j in row.columns:
                found[j].append(row)
    return found


def _find_tie(
    matrix: Matrix, near: Sequence[_Limit], j: int, wanted: Sequence[Terms], gone: set[int]
) -> tuple[Terms, Fraction] | None:
    """Return what a continuous decision equals at an efficient plan, as terms and a constant; None if unknown."""
    if matrix.lower[j] == matrix.upper[j]:
        return {}, _to_fraction(matrix.lower[j])
    sides = [side for row in near for side in _list_sides(row, j)]
    for row in near:
        if row.low == row.high and not gone & set(row.columns):
            return row.solve_for(j, row.low)
    for row, limit, above in sides:
        for other, same, below in sides:
            pair = above and not below and len(row.columns) == len(other.columns) == 2
            if pair and not gone & set(row.columns) and row.solve_for(j, limit) == other.solve_for(j, same):
                return row.solve_for(j, limit)
    gains = [terms.get(j, Fraction(0)) for terms in wanted]
    for above, welcome in ((True, min(gains) >= 0), (False, max(gains) <= 0)):
        binding = [(row, limit) for row, limit, side in sides if side is above]
        if welcome and len(binding) == 1 and not gone & set(binding[0][0].columns):
            terms, constant = binding[0][0].solve_for(j, binding[0][1])
            far = float(constant) + sum(float(v) * _read_end(matrix, k, (v > 0) == above) for k, v in terms.items())
            room = matrix.upper[j] - far if above else far - matrix.lower[j]
            if room >= -1e-9 * max(1.0, abs(far) if isfinite(far) else 1.0):
                return terms, constant
    return None


def _list_sides(row: _Limit, j: int) -> Iterator[tuple[_Limit, float, bool]]:
    """Yield the sides on which a limit bounds a decision: its figure, and whether from above."""
    rising = row.values[row.columns.index(j)] > 0
    if isfinite(row.high):
        yield row, row.high, rising
    if isfinite(row.low):
        yield row, row.low, not rising


def _read_end(matrix: Matrix, k: int, upper: bool) -> float:
    return float(matrix.upper[k] if upper else matrix.lower[k])


def _substitute(terms: Terms, j: int, value: tuple[Terms, Fraction]) -> Terms:
    """Return terms with a decision replaced by what it equals; constants do not matter for a step."""
    found = dict(terms)
    factor = found.pop(j, Fraction(0))
    for k, v in value[0].items():
        found[k] = found.get(k, Fraction(0)) + factor * v
    return {k: v for k, v in found.items() if v}


def _find_divisor(terms: Terms) -> Fraction:
    """Return the greatest common divisor of coefficients; 1 for an objective that never changes."""
    if not terms:
        return Fraction(1)
    common = lcm(*(v.denominator for v in terms.values()))
    return Fraction(reduce(gcd, (int(v * common) for v in terms.values())), common)
