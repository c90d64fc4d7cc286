"""Switching values: how far a figure may move before other measures are funded, verified on both sides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from alloc.study.sensitivity.base_case import BaseCase, Search, Trials, keep_plan, measure_loss
from alloc.study.sensitivity.uncertain import Uncertain

PROBES = 4
"""Questions between the figure and its limit that are asked first: a switch there and back between two is missed."""

NEAR = 1e-6
"""How near the two sides of a switch come to one another, as a part of the way to the limit."""

STEPS = 60
"""More than bisection alone needs for that."""


@dataclass(frozen=True)
class Probe:
    """One asking on the way: where, the best plan there, and the value of today's plan, which is worse by so much."""

    at: float
    status: str
    best: float | None
    held: float | None
    worse: float
    funded: tuple[str, ...] = ()
    message: str = ""


def switching(question: BaseCase, varied: Sequence[Uncertain]) -> pd.DataFrame:
    """Return two rows a figure, down and up: where the measures of today's plan stop being the best ones.

    The plan is kept until another is proven to be better than its measures, with units and money following the figures,
    can be. Between `inside`, the last place where it is kept, and `outside`, the first where it is not, lies a
    millionth of the way to the limit; both were solved.
    """
    ways = []
    for one in varied:
        for end in (one.low, one.high):
            if end != one.value:
                ways.append(_way(question, one, end))
    return pd.DataFrame(question.run_together(ways))


def _way(question: BaseCase, one: Uncertain, limit: float) -> Search[dict[str, object]]:
    """Search from the figure to one limit: first evenly, then between the last place kept and the first not kept."""
    way, slack = limit - one.value, question.noise
    start = Probe(one.value, question.base.status, question.objective, question.objective, 0.0, tuple(question.units))
    probes = yield from _probed(question, one, [one.value + way * i / PROBES for i in range(1, PROBES)] + [limit])
    first = next((i for i, probe in enumerate(probes) if not probe.worse <= slack), len(probes))
    inside = [start, *probes][first]
    if first == len(probes):
        return _row(question, one, limit, inside, None, "")
    if math.isnan(probes[first].worse):
        return _row(question, one, limit, inside, None, probes[first].message)
    return (yield from _narrow(question, one, limit, inside, probes[first : first + 2]))


def _narrow(
    question: BaseCase, one: Uncertain, limit: float, inside: Probe, beyond: Sequence[Probe]
) -> Search[dict[str, object]]:
    """Search between the last place kept and the first not kept; beyond: that one, and the next where there is one."""
    slack, near = question.noise, NEAR * abs(limit - one.value)
    outside, further = beyond[0], beyond[1] if len(beyond) > 1 else None
    for step in range(STEPS):
        if abs(outside.at - inside.at) <= near:
            break
        (probe,) = yield from _probed(question, one, [_next(inside, outside, further, slack, near, step)])
        if probe.worse <= slack:
            inside = probe
        elif math.isnan(probe.worse):
            return _row(question, one, limit, inside, None, probe.message)
        else:
            outside, further = probe, outside
    return _row(question, one, limit, inside, outside, "")


def _probed(question: BaseCase, one: Uncertain, places: Sequence[float]) -> Search[list[Probe]]:
    """Ask for the best plan at some places, and where it has other measures for the plan of today there."""
    moves = one.put(places)
    points = yield Trials(moves)
    held = yield from keep_plan(question, moves, points)
    found = []
    for i, (at, point) in enumerate(zip(places, points, strict=True)):
        kept = held.get(i, point)
        loss, message = measure_loss(point, kept), point.message or kept.message
        found.append(Probe(at, point.status, point.objective, kept.objective, loss, point.funded, message))
    return found


def _next(inside: Probe, outside: Probe, further: Probe | None, slack: float, near: float, step: int) -> float:
    """Return where to ask next: on either side of where the loss, prolonged in a line, is nothing; or half-way.

    Values are piecewise linear in most figures, so the line is exact as soon as it lies on the piece of the switch.
    """
    low, high = sorted((inside.at, outside.at))
    if further is not None and step % 3 < 2 and math.isfinite(outside.worse) and math.isfinite(further.worse):
        rise = (further.worse - outside.worse) / (further.at - outside.at)
        towards = math.copysign(near / 3, outside.at - inside.at)
        if rise:
            at = outside.at + (slack - outside.worse) / rise + (towards if step % 3 else -towards)
            if low < at < high:
                return at
    return (low + high) / 2


def _row(
    question: BaseCase, one: Uncertain, limit: float, inside: Probe, outside: Probe | None, message: str
) -> dict[str, object]:
    row: dict[str, object] = {
        "figure": one.path,
        "value": one.value,
        "direction": "up" if limit > one.value else "down",
        "limit": limit,
        "result": "refused" if message else "none",
        **dict.fromkeys(("switch", "change", "change_share")),
        **_describe_probe("inside", inside),
        **_describe_probe("outside", outside),
        **dict.fromkeys(("enters", "leaves"), ""),
        "message": message.replace("\n", "; "),
    }
    if outside is not None:
        row |= _describe_switch(question, one, inside, outside)
    return row


def _describe_switch(question: BaseCase, one: Uncertain, inside: Probe, outside: Probe) -> dict[str, object]:
    """Return where other measures are funded, which they are, and why there is no plan where there is none."""
    middle = (inside.at + outside.at) / 2
    found: dict[str, object] = {"result": "switch", "switch": middle, "change": middle - one.value}
    if one.value:
        found["change_share"] = (middle - one.value) / abs(one.value)
    if outside.funded:
        found["enters"] = "|".join(m for m in outside.funded if m not in question.units)
        found["leaves"] = "|".join(m for m in question.units if m not in outside.funded)
    if outside.best is None:
        found["message"] = outside.message
    return found


def _describe_probe(name: str, probe: Probe | None) -> dict[str, object]:
    """Return where a probe was, and what it found; nothing where there was none."""
    if probe is None:
        return {name: None, f"status_{name}": "", f"best_{name}": None, f"held_{name}": None}
    return {name: probe.at, f"status_{name}": probe.status, f"best_{name}": probe.best, f"held_{name}": probe.held}
