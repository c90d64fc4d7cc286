"""Flows: bands from column to column, as broad as the money that goes there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from alloc.report.charts.chart import Chart
from alloc.report.charts.svg import WIDE, box, digits_of, number, path, px, widest, words

HIGH, NODE, GAP, SLOT = 300.0, 12.0, 10.0, 30.0
"""Height of all money, width of a node, room between nodes, and the least room a node's two lines need [px]."""
THINNEST = 1.0


@dataclass(frozen=True)
class Node:
    """One place that money comes from, goes through or ends in. role: its colour role."""

    key: str
    name: str
    role: str = "other"


Flow = tuple[str, str, float, str]
"""From node, to node, amount, colour role."""


def sankey(
    columns: Sequence[Sequence[Node]],
    flows: Sequence[Flow],
    *,
    title: str,
    heads: Sequence[str] = (),
    digits: int | None = None,
) -> Chart:
    """Draw flows between columns of nodes, from left to right.

    Keys are unique over all columns; amounts ≥ 0. heads: what each column is. A node is as high as the more of what
    comes in and what goes out. One mark a flow that is not zero.
    """
    going = [flow for flow in flows if flow[2] > 0]
    size = _sizes(going)
    digits = digits_of(size.values()) if digits is None else digits
    per = _height_per_money(columns, size)
    stacks = [_stack(column, size, per) for column in columns]
    top, high = 26.0 if heads else 4.0, max(stacks, default=0.0)
    left, right = _label_room(columns[0]), _label_room(columns[-1])
    step = (WIDE - left - right - NODE) / max(len(columns) - 1, 1)
    place: dict[str, tuple[float, float]] = {}
    before: list[str] = []
    for j, column in enumerate(columns):
        x, y = left + step * j, top + (high - stacks[j]) / 2
        beside = _beside(j, len(columns), x, step, (left, right))
        if heads:
            before.append(words(beside.at, 8, heads[j], "small f-soft", beside.anchor))
        for node in column:
            amount = size.get(node.key, 0.0)
            slot = max(amount * per, SLOT)
            place[node.key] = x, y + (slot - amount * per) / 2
            tip, tall = f"{node.name}: {number(amount)}", max(amount * per, THINNEST)
            before.append(box(*place[node.key], NODE, tall, f"node f-{node.role}", tip))
            before += _two_lines(beside, y + slot / 2, node.name, number(amount, digits))
            y += slot + GAP
    names = {node.key: node.name for node in chain.from_iterable(columns)}
    behind = _bands(going, place, names, per)
    return Chart(title, "".join([*behind, *before]), len(going), top + high + 6)


class _Beside(NamedTuple):
    """Where the words of a column stand [px], which of their ends is there, and whether bands run below them."""

    at: float
    anchor: str
    room: float
    halo: str


def _beside(j: int, count: int, x: float, step: float, outer: tuple[float, float]) -> _Beside:
    """Return where the words of a column stand; outer: the room beside the first and the last one."""
    left, right = outer
    if j == 0:
        return _Beside(x - 6, "end", left - 8, "")
    if j == count - 1:
        return _Beside(x + NODE + 6, "start", right - 8, "")
    return _Beside(x + NODE + 6, "start", step - NODE - 12, " halo")


def _two_lines(beside: _Beside, middle: float, name: str, amount: str) -> Iterator[str]:
    """Yield the name of a node, and below it the amount."""
    yield words(beside.at, middle - 7, name, f"strong{beside.halo}", beside.anchor, beside.room)
    yield words(beside.at, middle + 8, amount, f"small{beside.halo}", beside.anchor)


def _height_per_money(columns: Sequence[Sequence[Node]], size: Mapping[str, float]) -> float:
    """Return how high one unit of money is [px]: the column with the most fills the chart."""
    most = 0.0
    for column in columns:
        most = max(most, sum(size.get(node.key, 0.0) for node in column))
    return HIGH / most if most > 0 else 0.0


def _stack(column: Sequence[Node], size: Mapping[str, float], per: float) -> float:
    """Return how high the nodes of a column are together [px]."""
    return sum(max(size.get(node.key, 0.0) * per, SLOT) + GAP for node in column) - GAP


def _label_room(column: Sequence[Node]) -> float:
    """Return the room beside an outer column for the names of its nodes [px]."""
    return min(max(widest(node.name for node in column) + 14, 70.0), 190.0)


def _sizes(flows: Sequence[Flow]) -> dict[str, float]:
    sent: dict[str, float] = defaultdict(float)
    received: dict[str, float] = defaultdict(float)
    for source, target, amount, _ in flows:
        sent[source] += amount
        received[target] += amount
    return {key: max(sent[key], received[key]) for key in sent.keys() | received.keys()}


def _bands(
    flows: Sequence[Flow],
    place: Mapping[str, tuple[float, float]],
    names: Mapping[str, str],
    per: float,
) -> list[str]:
    """Return the bands, each beginning and ending below the one before it so that they cross as little as can be."""
    order = {key: number_of for number_of, key in enumerate(place)}
    out: dict[str, float] = defaultdict(float)
    into: dict[str, float] = defaultdict(float)
    starts: dict[int, float] = {}
    for i in sorted(range(len(flows)), key=lambda i: (order[flows[i][0]], order[flows[i][1]])):
        starts[i] = out[flows[i][0]]
        out[flows[i][0]] += flows[i][2] * per
    found = []
    for i in sorted(range(len(flows)), key=lambda i: (order[flows[i][1]], order[flows[i][0]])):
        source, target, amount, role = flows[i]
        x1, x2 = place[source][0] + NODE, place[target][0]
        y1, y2 = place[source][1] + starts[i], place[target][1] + into[target]
        into[target] += amount * per
        thick, half = max(amount * per, THINNEST), (x1 + x2) / 2
        course = (
            f"M{px(x1)} {px(y1)}C{px(half)} {px(y1)} {px(half)} {px(y2)} {px(x2)} {px(y2)}v{thick:.2f}"
            f"C{px(half)} {px(y2 + thick)} {px(half)} {px(y1 + thick)} {px(x1)} {px(y1 + thick)}z"
        )
        found.append(path(course, f"mark flow f-{role}", f"{names[source]} → {names[target]}: {number(amount)}"))
    return found
