"""The points as one long table, and the same with a row for each county and category."""

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import pandas as pd

from alloc.instance.schema import Category
from alloc.study.points import Point
from alloc.study.sweep.cases import Case, list_labels

RESULTS = (
    "status", "objective", "bound", "gap", "employment", "employment_aid", "employment_aid_least",
    "employment_aid_most", "employment_without_aid", "linkage", "penalties", "cost", "aid", "chains_closed", "funded",
    "seconds", "message",
)  # fmt: skip
"""Columns of what became of a point, after those that say what it was."""


def tabulate_points(cases: Sequence[Case], points: Sequence[Point], details: bool = False) -> pd.DataFrame:
    """Return one row a point: what is varied, status, proof and totals.

    details: one more column for the aid to each county and category, `aid.cele.training` [money].
    """
    frame = _list_varied(cases)
    for name in RESULTS:
        frame[name] = _make_column(name, points)
    if not details:
        return frame
    aid = {}
    for c, k in _list_pairs(points):
        aid[f"aid.{c}.{k}"] = [point.money.get((c, k)) for point in points]
    return pd.concat([frame, pd.DataFrame(aid, dtype="float64")], axis=1)


def _make_column(name: str, points: Sequence[Point]) -> Any:
    """Return a column of results: words, whole numbers that may be missing, or numbers."""
    if name == "funded":
        return pd.array([None if p.objective is None else len(p.funded) for p in points], dtype="Int64")
    values = list(map(attrgetter(name), points))
    if name == "chains_closed":
        return pd.array(values, dtype="Int64")
    return values if name in ("status", "message") else pd.Series(values, dtype="float64")


def tabulate_aid(cases: Sequence[Case], points: Sequence[Point]) -> pd.DataFrame:
    """Return one row for each point with a plan, county and category: ready to be pivoted."""
    frame = _list_varied(cases)
    frame["status"] = _make_column("status", points)
    planned, counties, categories, money = [], [], [], []
    pairs = _list_pairs(points)
    for i, point in enumerate(points):
        for c, k in pairs if point.money else ():
            planned.append(i)
            counties.append(c)
            categories.append(k)
            money.append(point.money.get((c, k)))
    found = frame.iloc[planned].reset_index(drop=True)
    found["county"], found["category"] = counties, categories
    found["aid"] = pd.Series(money, dtype="float64")
    return found


def _list_pairs(points: Sequence[Point]) -> list[tuple[str, Category]]:
    """Return the counties and categories that get aid at any point."""
    return list(dict.fromkeys(chain.from_iterable(point.money for point in points)))


def _list_varied(cases: Sequence[Case]) -> pd.DataFrame:
    """Return what is varied: number, scenario and seed where there are any, and a column for each path."""
    columns: dict[str, list[object]] = {"point": list(range(1, len(cases) + 1))}
    for name, nothing in (("scenario", ""), ("seed", None)):
        column = list(map(attrgetter(name), cases))
        if set(column) - {nothing}:
            columns[name] = column
    for name in list_labels(cases):
        taken = f"{name} (varied)" if name in (*columns, *RESULTS) else name
        columns[taken] = [case.cells.get(name) for case in cases]
    return pd.DataFrame(columns)
