"""What a search is asked to keep to, and what comes of it: why it stopped, its plan and its bound."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

import highspy

from alloc.solver.matrix import INF, Floats

Basis = highspy.HighsBasis
"""Where the simplex method ended, and may begin with a like program."""

Settings = Mapping[str, str | float | bool]
"""Options of HiGHS by their own names."""


class Why(Enum):
    """Why HiGHS stopped."""

    DONE = "proven to the gap asked"
    INFEASIBLE = "there is no plan"
    UNBOUNDED = "there is no best plan"
    UNSURE = "infeasible or unbounded"
    LIMIT = "out of time or nodes"
    FAILED = "no answer"


@dataclass(frozen=True)
class Outcome:
    """Why HiGHS stopped, and what it has.

    x: the best plan, or none; value: its own value of the goal; bound: no plan is better, as far as proven.
    prices: of the rows, of a linear program; basis: where a like program may begin; more: plans found on the way.
    """

    why: Why
    x: Floats | None = None
    value: float = -INF
    bound: float = INF
    prices: Floats | None = None
    basis: Basis | None = None
    more: tuple[Floats, ...] = ()

    @property
    def infeasible(self) -> bool:
        """Whether there is no plan, by HiGHS's word."""
        return self.why in (Why.INFEASIBLE, Why.UNSURE) and self.x is None

    def with_plan(self, x: Floats, value: float) -> "Outcome":
        """Return the outcome with another plan; no bound is below the value of a plan that there is."""
        return replace(self, x=x, value=value, bound=max(self.bound, value))

    def without_sums(self, count: int) -> "Outcome":
        """Return the outcome with the first decisions of its plans alone: the program's own."""
        return replace(self, x=None if self.x is None else self.x[:count], more=tuple(x[:count] for x in self.more))

    def is_proven(self, gap: float) -> bool:
        """Tell whether the plan is proven to a gap, which is relative for values above 1."""
        return self.x is not None and self.bound - self.value <= gap * max(1.0, abs(self.value))


def pick_better(one: Outcome, other: Outcome) -> Outcome:
    """Return the better plan of two searches of one program with the tighter bound; the second says why it ended."""
    if one.x is None and other.x is None:
        return other if other.infeasible else replace(other, bound=min(one.bound, other.bound))
    best = other if one.x is None or (other.x is not None and other.value >= one.value) else one
    bounds = [found.bound for found in (one, other) if not found.infeasible]
    return replace(best, why=other.why, bound=max(best.value, min(bounds)))


@dataclass(frozen=True)
class Stop:
    """When a search ends, besides proof.

    gap: in the goal's unit; part: of the goal's value; seconds; nodes.
    further: a finer gap and so many nodes: once the gap asked is proven, the search goes on to the finer one for
    so many nodes at most. What is proven is only ever tightened by that.
    enough, least: a plan worth so much ends it, and proof that none is worth the least that would do.
    glances: how often HiGHS may ask whether to go on, which it does at steps of its own: unlike seconds the same on
    every machine.
    """

    gap: float = 0.0
    part: float = 0.0
    seconds: float = INF
    nodes: int | None = None
    further: tuple[float, int] | None = None
    enough: float = INF
    least: float = -INF
    glances: int | None = None

    def is_told(self, best: float, bound: float) -> bool:
        """Tell whether a plan is worth enough, or none the least, by what HiGHS has (what it lacks is infinite)."""
        return (math.isfinite(best) and best >= self.enough) or (math.isfinite(bound) and bound < self.least)


STOP = Stop()
"""A search that ends with proof alone."""
