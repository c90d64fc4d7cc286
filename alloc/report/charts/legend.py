"""The line that says which colour means what."""

from collections.abc import Sequence

from alloc.report.charts.ink import WIDE, box, dot, width, words

ROW = 22.0
Part = tuple[str, str]
"""Name and colour role."""


def legend(parts: Sequence[Part], left: float = 0.0, right: float = WIDE, rings: bool = False) -> tuple[str, float]:
    """Return the legend, broken into lines where it must be, and its height [px]."""
    found, x, y = [], left, ROW / 2
    for name, role in parts:
        wide = 18 + width(name, 12) + 16
        if x > left and x + wide > right:
            x, y = left, y + ROW
        if rings:
            found.append(dot(x + 6, y, 5, f"f-{role}"))
        else:
            found.append(box(x, y - 6, 12, 12, f"f-{role}", rounded=2))
        found.append(words(x + 18, y, name, room=right - x - 18))
        x += wide
    return "".join(found), (y + ROW / 2 if parts else 0.0)
