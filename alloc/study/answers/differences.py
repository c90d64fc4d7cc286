"""What two plans differ by, as answers tell it, and in which order."""

import math
from typing import Any

from alloc.study.points import Point

SAME = 1e-6
"""Differences this close, as a part of the goal, are equal: what lies between them is the solver's rounding."""


def subtract(one: float | None, other: float | None) -> float | None:
    """Return a difference, None where one is not known."""
    return None if one is None or other is None else one - other


def take_figures(point: Point, *names: str) -> dict[str, Any]:
    """Return some figures of a point by their names."""
    return {name: getattr(point, name) for name in names}


def rank_least(difference: float | None, goal: float | None) -> float:
    """Return where a difference of goals stands among others, the least first; what is not known comes last.

    Equal ones have the same place whatever the solver leaves between them, for their names to order. goal: of the plan
    that they are differences from.
    """
    return math.inf if difference is None else round(difference / (SAME * max(1.0, abs(goal or 0.0))))


def rank_most(difference: float | None, goal: float | None) -> float:
    """Return the same with the most first."""
    return rank_least(subtract(0.0, difference), goal)
