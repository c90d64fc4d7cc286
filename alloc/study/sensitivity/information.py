"""The value of knowing one figure before deciding: which assumption is worth researching first."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from alloc.study.points import Point
from alloc.study.sensitivity.base_case import BaseCase, Search, Trials
from alloc.study.sensitivity.uncertain import Uncertain


def information(question: BaseCase, varied: Sequence[Uncertain], nodes: int) -> pd.DataFrame:
    """Return one row a figure, most worth researching first: the expected value of perfect information on it.

    Each figure is taken as even between its ends, at the middles of `nodes` slices, the others as they are written.
    What is decided before the figure is known is which measures go ahead; units and money follow it. evppi: Σ best plan
    / nodes − best over plans of (Σ that plan / nodes), in units of the goal (Raiffa & Schlaifer 1961); the plans are
    today's and the best ones of the nodes, so `evppi` is never too small. stay: the same for today's plan alone.
    """
    rows = question.run_together([_figure(question, one, nodes) for one in varied])
    rows.sort(key=lambda row: (row["evppi"] is None, -(row["evppi"] or 0.0), -(row["stay"] or 0.0), row["figure"]))
    return pd.DataFrame(rows)


def _figure(question: BaseCase, one: Uncertain, nodes: int) -> Search[dict[str, Any]]:
    places = one.put(one.at((k + 0.5) / nodes) for k in range(nodes))
    points = yield Trials(places)
    row: dict[str, Any] = {"figure": one.path, "value": one.value, "low": one.low, "high": one.high}
    row |= {"origin": one.origin, "source": one.source, "nodes": nodes}
    reached = [point.objective for point in points if point.objective is not None]
    row["without_plan"] = nodes - len(reached)
    if len(reached) < nodes:
        return row | {"informed": None, "evppi": None, "stay": None, "share": None, "clear": 0, "plans": None}
    plans = list(dict.fromkeys([question.today, *(point.funded for point in points)]))
    worth = yield from _worth(question, places, points, plans)
    means = [math.fsum(values) / nodes for values in worth]
    best = math.fsum(reached) / nodes
    row |= {"informed": best, "evppi": None, "stay": _loss(best, means[0]), "share": None, "clear": 0}
    value = _loss(best, max(means))
    if value is not None:
        scale = max(1.0, abs(question.objective))
        row |= {"evppi": value, "share": value / scale, "clear": int(value > question.doubt)}
    return row | {"plans": len(plans)}


def _loss(best: float, kept: float) -> float | None:
    """Return by how much a plan is worse than the best ones; nothing where it cannot be carried out everywhere."""
    return max(0.0, best - kept) if math.isfinite(kept) else None


def _list_others(points: Sequence[Point], plans: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Return the plans and the places, by number, at which another plan is the best."""
    pairs = itertools.product(range(len(plans)), range(len(points)))
    return [(p, k) for p, k in pairs if set(points[k].funded) != set(plans[p])]


def _worth(
    question: BaseCase, places: Sequence[dict[str, float]], points: Sequence[Point], plans: Sequence[tuple[str, ...]]
) -> Search[list[list[float]]]:
    """Return what each plan is worth at each place.

    A plan that cannot be carried out whole there is worth its best part; one of which no part can be is worth nothing
    at all, −∞, and is no plan to decide for.
    """
    best = [float(point.objective or 0.0) for point in points]
    worth = [best.copy() for _ in plans]
    open_ones = _list_others(points, plans)
    for firm in (True, False):
        if not open_ones:
            break
        held = yield Trials([question.hold(places[k], plans[p], firm) for p, k in open_ones], held=True)
        lost = []
        for (p, k), point in zip(open_ones, held, strict=True):
            worth[p][k] = -math.inf if point.objective is None else point.objective
            if point.objective is None:
                lost.append((p, k))
        open_ones = lost
    return worth
