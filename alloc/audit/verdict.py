"""What an audit compares, how closely, and what it says where a comparison does not hold.

Each tolerance is stated here once:

- money is exact to a tenth of a currency unit (0.1 yuan = 0.00001 万元), so that one yuan moved in any cell
  is found, but no closer than 1e-6 of the instance's unit, which is what solvers work to, and no closer than 1e-12 of
  the amounts that are added up: tables hold floats of sixteen digits, and of 10¹² a tenth is beyond them;
- everything else (jobs, capacity, flows, linkage) is exact to 1e-6 of its size, or of 1 where that is larger:
  tables hold floats that a solver left within its own tolerance, and a millionth of a job is nobody's job;
- a gap is worked out from two figures that stand beside it, so it agrees to a billionth; and a rule with less room
  than a billionth of its sides has none and must be shown as binding.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from alloc.instance.schema import Instance
from alloc.texts import say

Number: TypeAlias = Decimal | Fraction
Relation: TypeAlias = Literal["=", "≤", "≥", "⊥"]

ZERO, ONE = Decimal(0), Decimal(1)
RELATIVE = Decimal("0.000001")
BILLIONTH = Decimal("0.000000001")
TENTH = Decimal("0.1")
DIGITS = Decimal("1e-12")
"""Part of what is added up that floats do not tell for sure."""

EXACT = Context(prec=10_000, traps=[Inexact, InvalidOperation])
"""Sums and products of decimals with room for every digit; a rounded one would raise."""


@lru_cache(maxsize=1 << 16)
def exact(number: float) -> Decimal:
    """Return the decimal that a float is written as: 0.3 is three tenths, not 0.299999999999999988898."""
    return Decimal(repr(float(number)))


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Return an exact sum."""
    return sum(numbers, ZERO)


def grain(instance: Instance) -> Decimal:
    """Return how far apart two amounts may lie: a tenth of a currency unit, at least 1e-6 [money]."""
    with localcontext(Context(prec=30)):
        return max(TENTH / exact(instance.money.unit), RELATIVE)


def within_digits(tolerance: Decimal, *amounts: Decimal) -> Decimal:
    """Return a tolerance, widened to what floats tell of the amounts that a difference is worked out from."""
    return max(tolerance, DIGITS * max(map(abs, amounts)))


class Comparison(NamedTuple):
    """One thing that must hold: left, relation, right, and where.

    tolerance: how far it may be missed, at least DIGITS of the larger side; None is a millionth of that, or 1e-6.
    `⊥` means that not both sides are above 0.
    """

    place: tuple[str, ...]
    left: Number | str
    relation: Relation
    right: Number | str
    tolerance: Number | None = None


Comparisons: TypeAlias = Iterator[Comparison]


def missed(comparison: Comparison) -> Number | None:
    """Return the tolerance that a comparison misses, None where it holds."""
    _, left, relation, right, tolerance = comparison
    if left == right and relation != "⊥":
        return None
    if isinstance(left, str) or isinstance(right, str):
        return ZERO
    # Sides that can be thirds are fractions; where none is, decimals tell the same much sooner.
    are_decimals = isinstance(left, Decimal) and isinstance(right, Decimal) and not isinstance(tolerance, Fraction)
    number: Any = Decimal if are_decimals else Fraction
    a, b = number(left), number(right)
    larger = max(abs(a), abs(b))
    if tolerance is None:
        allowed = number(RELATIVE) * max(number(1), larger)
    else:
        allowed = max(number(tolerance), number(DIGITS) * larger)
    return None if _holds(a, relation, b, allowed) else allowed


def _holds(left: Any, relation: Relation, right: Any, tolerance: Any) -> bool:
    if relation == "⊥":
        return bool(min(left, right) <= tolerance)
    gap = left - right
    return bool((relation == "≥" or gap <= tolerance) and (relation == "≤" or -gap <= tolerance))


@dataclass(frozen=True)
class Finding:
    """One rule that a plan breaks: the check that found it, where, and both sides."""

    check: str
    place: str
    left: Number | str
    relation: str
    right: Number | str
    tolerance: Number

    def say(self, lang: str = "en") -> str:
        """Return the finding as one line; both sides are shown to the digit that tells them apart."""
        left, right = _shown(self.left, self.right, self.tolerance)
        return say(
            "audit_finding",
            lang,
            check=self.check,
            place=self.place,
            left=left,
            relation=self.relation,
            right=right,
            meaning=say(f"audit_{self.check}", lang),
        )

    def __str__(self) -> str:
        return self.say()


@dataclass(frozen=True)
class Audit:
    """What came of an audit: how many comparisons were made, and those that did not hold."""

    checks: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


def _shown(left: Number | str, right: Number | str, tolerance: Number) -> tuple[str, str]:
    """Return both sides with the digits that the tolerance makes meaningful, and no needless zeros."""
    if isinstance(left, str) or isinstance(right, str):
        return f"'{left}'", f"'{right}'"
    digits = min(20, max(1, math.ceil(-math.log10(tolerance)))) if tolerance > 0 else 6
    sides = [f"{_decimal(side):.{digits}f}" for side in (left, right)]
    while all(side.endswith("0") and not side.endswith(".0") for side in sides):
        sides = [side[:-1] for side in sides]
    return sides[0], sides[1]


def _decimal(number: Number) -> Decimal:
    if isinstance(number, Decimal):
        return number
    with localcontext(Context(prec=60)):
        return Decimal(number.numerator) / Decimal(number.denominator)
