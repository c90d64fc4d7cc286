"""A map: areas coloured by a number. No boundaries are shipped; they come from the user."""

import math
from collections.abc import Sequence

from alloc.report.charts.chart import Chart
from alloc.report.charts.ramp import ramp
from alloc.report.charts.svg import WIDE, number, path, px, width, words

HIGH = 460.0
FINEST = 0.4
"""Points closer together than this are one point [px]."""

Ring = Sequence[tuple[float, float]]
"""Longitude and latitude of the corners [degrees]."""
Area = tuple[str, Sequence[Ring], float | None]
"""Name, rings (holes among them), number; None = nothing is known."""


def regions(areas: Sequence[Area], *, title: str, unit: str = "", wide: float = WIDE) -> Chart:
    """Draw a map. Degrees are laid out flat, a degree of longitude as long as it is in the middle of the map.

    One mark an area. Source of the projection: equirectangular with the standard parallel in the middle.
    """
    corners = [corner for _, rings, _ in areas for ring in rings for corner in ring]
    west, east = (f((lon for lon, _ in corners), default=0.0) for f in (min, max))
    south, north = (f((lat for _, lat in corners), default=0.0) for f in (min, max))
    squeeze = math.cos(math.radians((south + north) / 2))
    across, up = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    per = min((wide - 8) / across, HIGH / up)
    left = (wide - across * per) / 2

    def laid(corner: tuple[float, float]) -> tuple[float, float]:
        return left + (corner[0] - west) * squeeze * per, 4 + (north - corner[1]) * per

    colours = ramp(value for _, _, value in areas if value is not None)
    drawn, written = [], []
    for name, rings, value in areas:
        flat = [_thinned([laid(corner) for corner in ring]) for ring in rings]
        course = "".join("M" + "L".join(f"{px(x)} {px(y)}" for x, y in ring) + "z" for ring in flat if len(ring) > 2)
        step = None if value is None else colours.step(value)
        shown = "–" if value is None else number(value)
        tip = f"{name}: {shown}{f' {unit}' if unit and value is not None else ''}"
        drawn.append(path(course or "M0 0", f"mark area s-paper {'f-card' if step is None else f'q{step}'}", tip))
        x, y, room = _middle(flat)
        kind = f"small {'f-soft' if step is None else f't{step}'}"
        if room > max(width(name, 11), width(shown, 11)):
            written += [words(x, y - 6, name, kind, "middle"), words(x, y + 8, shown, kind, "middle")]
    bottom = up * per + 8
    return Chart(title, "".join([*drawn, *written, colours.key(unit, 0, bottom, wide)]), len(areas), bottom + 44, wide)


def _thinned(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a ring without the points that no eye would miss."""
    found: list[tuple[float, float]] = []
    for x, y in ring:
        if not found or abs(x - found[-1][0]) + abs(y - found[-1][1]) >= FINEST:
            found.append((x, y))
    return found


def _middle(rings: Sequence[Ring]) -> tuple[float, float, float]:
    """Return where a name goes: the middle of the largest ring, and how wide the ring is there [px]."""
    if not rings or not any(rings):
        return 0.0, 0.0, 0.0
    ring = max(rings, key=lambda r: abs(_area(r)))
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    area = _area(ring)
    if abs(area) < 1:
        return sum(xs) / len(xs), sum(ys) / len(ys), 0.0
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    cuts = sorted(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) for a, b in pairs if (a[1] > y) != (b[1] > y))
    rooms = [2 * min(x - c1, c2 - x) for c1, c2 in zip(cuts[::2], cuts[1::2], strict=False) if c1 <= x <= c2]
    return x, y, max(rooms, default=0.0) if max(ys) - min(ys) > 30 else 0.0


def _area(ring: Ring) -> float:
    """Return the signed area of a ring (shoelace formula)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True)) / 2
