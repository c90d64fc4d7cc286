"""One figure at a time, to either end of its range: what moves the answer most."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import pandas as pd

from alloc.claims import whose
from alloc.study.points import Point
from alloc.study.sensitivity.base_case import BaseCase, Search, Trials, keep_plan, measure_loss
from alloc.study.sensitivity.uncertain import Uncertain

ENDS = ("low", "high")
GOALS = ("objective", "employment", "employment_aid", "linkage")
"""What is looked at of every answer; employment_aid: jobs through the aid, where that is proven."""


def tornado(question: BaseCase, varied: Sequence[Uncertain]) -> pd.DataFrame:
    """Return one row a figure, by swing of the objective: what the plan at the figures and those at the ends differ by.

    Solves two questions a figure, and one more at each end where other measures are funded: whether the plan of today
    would do as well there.
    """
    rows = question.run_together([_bar(question, one) for one in varied])
    rows.sort(key=lambda row: (-row["swing"], row["figure"]))
    return pd.DataFrame(rows)


def _bar(question: BaseCase, one: Uncertain) -> Search[dict[str, Any]]:
    moves = one.put((one.low, one.high))
    points = yield Trials(moves)
    held: dict[int, Point] = {}
    if question.weighted:
        held = yield from keep_plan(question, moves, points)
    row: dict[str, Any] = {"figure": one.path, "value": one.value, "low": one.low, "high": one.high}
    row |= {"origin": one.origin, "source": one.source, **_compare_goals(question, points)}
    for i, point in enumerate(points):
        as_good = i in held and measure_loss(point, held[i]) <= question.noise
        row |= _describe_end(question, ENDS[i], point, changed=question.differs(point) and not as_good)
        row[f"with_{ENDS[i]}"] = "|".join(question.linked.along(moves[i]))
        row[f"message_{ENDS[i]}"] = point.message.replace("\n", "; ")
    return row


def _describe_end(question: BaseCase, end: str, point: Point, changed: bool) -> dict[str, Any]:
    """Return the plan at one end, and which measures come in and go out where it is another than today's."""
    enters, leaves = question.compare_funded(point) if changed else ("", "")
    return {
        f"status_{end}": point.status,
        f"plan_{end}": _name_plan(point, changed),
        f"enters_{end}": enters,
        f"leaves_{end}": leaves,
    }


def _compare_goals(question: BaseCase, points: Sequence[Point]) -> dict[str, Any]:
    """Return every goal at both ends and at the figures, and its swing."""
    base = {**question.base.figures, **whose(question.base.figures)}
    row: dict[str, Any] = {}
    for goal in GOALS:
        low, high = map(attrgetter(goal), points)
        row |= {f"{goal}_low": low, goal: base[goal], f"{goal}_high": high}
        reached = [x for x in (base[goal], low, high) if x is not None]
        if goal == GOALS[0]:
            unproven = max(map(_open, (question.base.figures, *map(vars, points))))
            row["swing"] = _swing(reached, question.noise + unproven)
        else:
            row[f"swing_{goal}"] = _swing(reached, question.noise)
    return row


def _name_plan(point: Point, changed: bool) -> str:
    if point.objective is None:
        return "none"
    return "other" if changed else "same"


def _swing(values: Sequence[float], noise: float) -> float:
    """Return the largest less the smallest value, nothing where solvers may have made the difference."""
    swing = max(values, default=0.0) - min(values, default=0.0)
    return swing if swing > noise else 0.0


def _open(answer: Mapping[str, Any]) -> float:
    """Return how far the bound of a plan lies above it: so much may be missing from the value found."""
    best, bound = answer["objective"], answer["bound"]
    return 0.0 if best is None or bound is None else max(0.0, float(bound) - float(best))
