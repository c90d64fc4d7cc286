"""A map: areas coloured by a number. No boundaries are shipped; they come from the user."""

import math
from collections.abc import Iterator, Sequence
from itertools import chain

from alloc.report.charts.chart import Chart
from alloc.report.charts.ramp import ramp
from alloc.report.charts.svg import WIDE, join_points, number, path, width, words

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
    laid, high = _lay_flat(areas, wide)
    colours = ramp(value for _, _, value in areas if value is not None)
    drawn, written = [], []
    for (name, _, value), flat in zip(areas, laid, strict=True):
        step, shown, counted = None, "–", "–"
        if value is not None:
            step, shown = colours.step(value), number(value)
            counted = f"{shown} {unit}" if unit else shown
        drawn.append(_area_mark(flat, step, f"{name}: {counted}"))
        written.append(_label(flat, step, name, shown))
    bottom = high + 8
    return Chart(title, "".join([*drawn, *written, colours.key(unit, 0, bottom, wide)]), len(areas), bottom + 44, wide)


def _lay_flat(areas: Sequence[Area], wide: float) -> tuple[list[list[Ring]], float]:
    """Return the rings of every area where they are drawn, and how high the map is [px]."""
    lons, lats = zip(*(list(_corners(areas)) or [(0.0, 0.0)]), strict=True)
    squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
    across, up = max((max(lons) - min(lons)) * squeeze, 1e-9), max(max(lats) - min(lats), 1e-9)
    per = min((wide - 8) / across, HIGH / up)
    left, west, north = (wide - across * per) / 2, min(lons), max(lats)
    laid: list[list[Ring]] = []
    for _, rings, _ in areas:
        flat: list[Ring] = []
        for ring in rings:
            flat.append(_thinned([(left + (x - west) * squeeze * per, 4 + (north - y) * per) for x, y in ring]))
        laid.append(flat)
    return laid, up * per


def _corners(areas: Sequence[Area]) -> Iterator[tuple[float, float]]:
    for _, rings, _ in areas:
        yield from chain.from_iterable(rings)


def _area_mark(flat: Sequence[Ring], step: int | None, tip: str) -> str:
    """Return an area in its colour, or that of the paper where nothing is known."""
    course = ""
    for ring in flat:
        if len(ring) > 2:
            course += "M" + join_points(ring) + "z"
    return path(course or "M0 0", f"mark area s-paper {'f-card' if step is None else f'q{step}'}", tip)


def _label(flat: Sequence[Ring], step: int | None, name: str, shown: str) -> str:
    """Return the name and the number of an area, where there is room for them."""
    x, y, room = _middle(flat)
    if room <= max(width(name, 11), width(shown, 11)):
        return ""
    kind = f"small {'f-soft' if step is None else f't{step}'}"
    return words(x, y - 6, name, kind, "middle") + words(x, y + 8, shown, kind, "middle")


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
    xs, ys = zip(*ring, strict=True)
    area = _area(ring)
    if abs(area) < 1:
        return sum(xs) / len(xs), sum(ys) / len(ys), 0.0
    x = y = 0.0
    for a, b in _edges(ring):
        part = a[0] * b[1] - b[0] * a[1]
        x, y = x + (a[0] + b[0]) * part, y + (a[1] + b[1]) * part
    x, y = x / (6 * area), y / (6 * area)
    return x, y, _room(ring, x, y) if max(ys) - min(ys) > 30 else 0.0


def _edges(ring: Ring) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the edges of a ring, the last one closing it."""
    return list(zip(ring, [*ring[1:], *ring[:1]], strict=True))


def _room(ring: Ring, x: float, y: float) -> float:
    """Return how wide a ring is on both sides of a point in it [px]."""
    cuts = []
    for a, b in _edges(ring):
        if (a[1] > y) != (b[1] > y):
            cuts.append(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
    cuts.sort()
    room = 0.0
    for left, right in zip(cuts[::2], cuts[1::2], strict=False):
        room = max(room, 2 * min(x - left, right - x))
    return room


def _area(ring: Ring) -> float:
    """Return the signed area of a ring (shoelace formula)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in _edges(ring)) / 2
