"""One figure at a time, to either end of its range: what moves the answer most."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from alloc.claims import whose
from alloc.study.points import Point
from alloc.study.sensitivity.question import Question, Search, worse_by
from alloc.study.sensitivity.uncertain import Uncertain

ENDS = ("low", "high")
GOALS = ("objective", "employment", "employment_aid", "linkage")
"""What is looked at of every answer; employment_aid: jobs through the aid, where that is proven."""


def tornado(question: Question, varied: Sequence[Uncertain]) -> pd.DataFrame:
    """Return one row a figure, by swing of the objective: what the plan at the figures and those at the ends differ by.

    Solves two questions a figure, and one more at each end where other measures are funded: whether the plan of today
    would do as well there.
    """
    rows = question.together([_bar(question, one) for one in varied])
    rows.sort(key=lambda row: (-row["swing"], row["figure"]))
    return pd.DataFrame(rows)


def _bar(question: Question, one: Uncertain) -> Search[dict[str, Any]]:
    points = yield [{one.path: one.low}, {one.path: one.high}]
    today = set(question.units)
    other = [i for i, point in enumerate(points) if point.objective is not None and set(point.funded) != today]
    held: Sequence[Point] = ()
    if other and question.weighted:
        held = yield [question.held(({one.path: (one.low, one.high)[i]}), list(question.units)) for i in other]
    worse = {i: worse_by(points[i], kept) for i, kept in zip(other, held, strict=False)}
    row: dict[str, Any] = {"figure": one.path, "value": one.value, "low": one.low, "high": one.high}
    row |= {"origin": one.origin, "source": one.source}
    base = {**question.base.figures, **whose(question.base.figures)}
    for goal in GOALS:
        reached = [base[goal], *(getattr(point, goal) for point in points)]
        row |= {f"{goal}_low": reached[1], goal: reached[0], f"{goal}_high": reached[2]}
        noise = question.noise + (
            max(map(_open, (question.base.figures, *map(vars, points)))) if goal == GOALS[0] else 0
        )
        row["swing" if goal == GOALS[0] else f"swing_{goal}"] = _swing([x for x in reached if x is not None], noise)
    for i, (end, point) in enumerate(zip(ENDS, points, strict=True)):
        changed = i in other and not worse.get(i, math.inf) <= question.noise
        row[f"status_{end}"] = point.status
        row[f"plan_{end}"] = "none" if point.objective is None else "other" if changed else "same"
        row[f"enters_{end}"] = "|".join(m for m in point.funded if m not in today) if changed else ""
        row[f"leaves_{end}"] = "|".join(m for m in today_in_order(question) if m not in point.funded) if changed else ""
        row[f"with_{end}"] = "|".join(question.linked.along({one.path: (one.low, one.high)[i]}))
        row[f"message_{end}"] = point.message.replace("\n", "; ")
    return row


def _swing(values: Sequence[float], noise: float) -> float:
    """Return the largest less the smallest value, nothing where solvers may have made the difference."""
    swing = max(values, default=0.0) - min(values, default=0.0)
    return swing if swing > noise else 0.0


def _open(answer: Mapping[str, Any]) -> float:
    """Return how far the bound of a plan lies above it: so much may be missing from the value found."""
    best, bound = answer["objective"], answer["bound"]
    return 0.0 if best is None or bound is None else max(0.0, float(bound) - float(best))


def today_in_order(question: Question) -> list[str]:
    """Return the measures of the plan at the figures, in the order of the instance."""
    return [m for m in question.instance.measures if m in question.units]
