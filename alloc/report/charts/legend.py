"""The line that says which colour means what."""

from collections.abc import Sequence
from typing import Literal

from alloc.report.charts.svg import WIDE, box, dot, width, words

ROW = 22.0
Part = tuple[str, str]
"""Name and colour role."""
Shape = Literal["square", "dot", "ring", "bar"]


def legend(parts: Sequence[Part], shapes: Sequence[Shape] = (), right: float = WIDE) -> tuple[str, float]:
    """Return the legend, broken into lines where it must be, and its height [px]. shapes: squares by default."""
    found, x, y = [], 0.0, ROW / 2
    for i, (name, role) in enumerate(parts):
        wide = 18 + width(name, 12) + 16
        if x > 0 and x + wide > right:
            x, y = 0.0, y + ROW
        shape = shapes[i] if shapes else "square"
        if shape == "square":
            found.append(box(x, y - 6, 12, 12, f"f-{role}", rounded=2))
        elif shape == "bar":
            found.append(box(x + 4.5, y - 7, 3, 14, f"f-{role}"))
        else:
            found.append(dot(x + 6, y, 5, f"f-{role}" if shape == "dot" else f"hollow ring s-{role}"))
        found.append(words(x + 18, y, name, room=right - x - 18))
        x += wide
    return "".join(found), (y + ROW / 2 if parts else 0.0)
