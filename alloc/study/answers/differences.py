"""What two plans differ by, as answers tell it."""

from typing import Any

from alloc.study.points import Point


def subtract(one: float | None, other: float | None) -> float | None:
    """Return a difference, None where one is not known."""
    return None if one is None or other is None else one - other


def take_figures(point: Point, *names: str) -> dict[str, Any]:
    """Return some figures of a point by their names."""
    return {name: getattr(point, name) for name in names}
