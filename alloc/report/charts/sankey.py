"""Flows: bands from column to column, as broad as the money that goes there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alloc.report.charts.chart import Chart
from alloc.report.charts.svg import WIDE, box, digits_of, number, path, px, width, words

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
    total = max((sum(size.get(node.key, 0.0) for node in column) for column in columns), default=0.0)
    per = HIGH / total if total > 0 else 0.0
    stacks = [sum(max(size.get(n.key, 0.0) * per, SLOT) + GAP for n in column) - GAP for column in columns]
    top, high = 26.0 if heads else 4.0, max(stacks, default=0.0)
    sides = [max((width(n.name) for n in column), default=0.0) + 14 for column in (columns[0], columns[-1])]
    left, right = (min(max(side, 70.0), 190.0) for side in sides)
    step = (WIDE - left - right - NODE) / max(len(columns) - 1, 1)
    place: dict[str, tuple[float, float]] = {}
    before: list[str] = []
    order: dict[str, int] = {}
    for j, column in enumerate(columns):
        x, y = left + step * j, top + (high - stacks[j]) / 2
        side = (x - 6, "end") if j == 0 else (x + NODE + 6, "start")
        room = {0: left - 8, len(columns) - 1: right - 8}.get(j, step - NODE - 12)
        if heads:
            before.append(words(side[0], 8, heads[j], "small f-soft", side[1]))
        for node in column:
            tall = size.get(node.key, 0.0) * per
            slot = max(tall, SLOT)
            order[node.key] = len(order)
            place[node.key] = x, y + (slot - tall) / 2
            tip = f"{node.name}: {number(size.get(node.key, 0.0))}"
            before.append(box(x, y + (slot - tall) / 2, NODE, max(tall, THINNEST), f"node f-{node.role}", tip))
            halo = " halo" if 0 < j < len(columns) - 1 else ""
            before.append(words(side[0], y + slot / 2 - 7, node.name, f"strong{halo}", side[1], room))
            shown = number(size.get(node.key, 0.0), digits)
            before.append(words(side[0], y + slot / 2 + 8, shown, f"small{halo}", side[1]))
            y += slot + GAP
    names = {node.key: node.name for column in columns for node in column}
    behind = _bands(going, place, order, names, per)
    return Chart(title, "".join([*behind, *before]), len(going), top + high + 6)


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
    order: Mapping[str, int],
    names: Mapping[str, str],
    per: float,
) -> list[str]:
    """Return the bands, each beginning and ending below the one before it so that they cross as little as can be."""
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
