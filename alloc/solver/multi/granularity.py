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

Tie = tuple[Terms, Fraction]
"""What a decision equals: terms and a constant."""

ROUNDING = 1e-9
"""Part of a sum that may be rounding."""


@dataclass(frozen=True)
class _Limit:
    """One limit: low ≤ Σ value · column ≤ high."""

    columns: tuple[int, ...]
    values: tuple[float, ...]
    low: float
    high: float

    def solve_for(self, j: int, limit: float) -> Tie:
        """Return what a decision equals where the limit holds as an equation."""
        terms = {k: _to_fraction(v) for k, v in zip(self.columns, self.values, strict=True)}
        a = terms.pop(j)
        return {k: -v / a for k, v in terms.items()}, _to_fraction(limit) / a


def find_steps(matrix: Matrix, goals: Sequence[Floats]) -> tuple[Fraction | None, ...]:
    """Return for each goal (all maximised) the step of its values at efficient plans, None where there is none.

    The constant of a goal is not counted.
    """
    limits = _collect_limits(matrix)
    wanted = list(map(_read_terms, goals))
    gone: set[int] = set()
    before = -1
    while before < len(gone):
        before = len(gone)
        for j in _list_continuous(matrix, wanted):
            gains = [terms.get(j, Fraction(0)) for terms in wanted]
            tie = _find_tie(matrix, limits[j], j, gains, gone)
            if tie is not None:
                wanted = [_substitute(terms, j, tie) for terms in wanted]
                gone.add(j)
    # Lemma: a sum of whole multiples of some figures is a multiple of their greatest common divisor (Bézout).
    return tuple(None if _list_continuous(matrix, [terms]) else _find_divisor(terms) for terms in wanted)


def _read_terms(goal: Floats) -> Terms:
    return {int(j): _to_fraction(goal[j]) for j in np.flatnonzero(goal)}


def _list_continuous(matrix: Matrix, wanted: Sequence[Terms]) -> list[int]:
    """Return the decisions that goals still count and that are not whole, in their order."""
    counted: set[int] = set().union(*wanted)
    return sorted(j for j in counted if not matrix.integer[j])


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
        slack = ROUNDING * max([1.0, *(abs(x) for x in (least, most) if isfinite(x))])
        low = float(rows.lower[i]) if least < rows.lower[i] - slack else -np.inf
        high = float(rows.upper[i]) if most > rows.upper[i] + slack else np.inf
        if isfinite(low) or isfinite(high):
            row = _Limit(tuple(columns.tolist()), tuple(values.tolist()), low, high)
            for j in row.columns:
                found[j].append(row)
    return found


def _find_tie(matrix: Matrix, near: Sequence[_Limit], j: int, gains: Sequence[Fraction], gone: set[int]) -> Tie | None:
    """Return what a continuous decision equals at an efficient plan; None if unknown.

    near: the limits that it stands in; gains: what one more of it adds to each goal; gone: decisions that were replaced
    already, which no tie may bring back.
    """
    if matrix.lower[j] == matrix.upper[j]:
        return {}, _to_fraction(matrix.lower[j])
    usable = [limit for limit in near if gone.isdisjoint(limit.columns)]
    tie = _find_equation(usable, j) or _find_pair(usable, j)
    if tie is not None:
        return tie
    if min(gains) >= 0:
        return _find_only_limit(matrix, near, j, gone, above=True)
    if max(gains) <= 0:
        return _find_only_limit(matrix, near, j, gone, above=False)
    return None


def _find_equation(limits: Sequence[_Limit], j: int) -> Tie | None:
    """Return what an equation says: every plan keeps it."""
    for limit in limits:
        if limit.low == limit.high:
            return limit.solve_for(j, limit.low)
    return None


def _find_pair(limits: Sequence[_Limit], j: int) -> Tie | None:
    """Return what two limits say of which one is the other from below: together they are an equation."""
    above: list[Tie] = []
    below: list[Tie] = []
    for limit in limits:
        for _, figure, is_above in _list_sides(limit, j) if len(limit.columns) == 2 else ():
            (above if is_above else below).append(limit.solve_for(j, figure))
    return next((tie for tie in above if tie in below), None)


def _find_only_limit(matrix: Matrix, near: Sequence[_Limit], j: int, gone: set[int], above: bool) -> Tie | None:
    """Return where the only limit on one side of a decision holds it.

    Lemma: where more (or less: not above) of a decision makes no goal worse, and one limit alone keeps it from that,
    that limit holds as an equation at an efficient plan: else there were more of it, and a plan as good in each goal.
    Its own bound must not stop it before the limit does, at any value of the others.
    """
    binding: list[tuple[_Limit, float]] = []
    for limit in near:
        binding += [(limit, figure) for _, figure, is_above in _list_sides(limit, j) if is_above is above]
    if len(binding) != 1 or not gone.isdisjoint(binding[0][0].columns):
        return None
    tie = binding[0][0].solve_for(j, binding[0][1])
    far = _find_end(matrix, tie, above)
    room = matrix.upper[j] - far if above else far - matrix.lower[j]
    size = max(1.0, abs(far)) if isfinite(far) else 1.0
    return tie if room >= -ROUNDING * size else None


def _list_sides(limit: _Limit, j: int) -> Iterator[tuple[_Limit, float, bool]]:
    """Yield the sides on which a limit bounds a decision: its figure, and whether from above."""
    rising = limit.values[limit.columns.index(j)] > 0
    if isfinite(limit.high):
        yield limit, limit.high, rising
    if isfinite(limit.low):
        yield limit, limit.low, not rising


def _find_end(matrix: Matrix, tie: Tie, above: bool) -> float:
    """Return the most, or the least, that a tie can come to within the bounds of its decisions."""
    terms, constant = tie
    far = float(constant)
    for k, v in terms.items():
        ends = matrix.upper if (v > 0) == above else matrix.lower
        far += float(v) * float(ends[k])
    return far


def _substitute(terms: Terms, j: int, value: Tie) -> Terms:
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
