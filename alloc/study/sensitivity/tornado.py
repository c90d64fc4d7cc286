"""One figure at a time, to either end of its range: what moves the answer most."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import pandas as pd

from alloc.claims import whose
from alloc.study.points import Point
from alloc.study.sensitivity.base_case import BaseCase, Search, Trials, measure_loss
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
    ends = one.low, one.high
    points = yield Trials([{one.path: end} for end in ends])
    today = today_in_order(question)
    other = [i for i, point in enumerate(points) if point.objective is not None and set(point.funded) != set(today)]
    worse = set(other)
    if other and question.weighted:
        held = yield Trials([question.hold({one.path: ends[i]}, today) for i in other], held=True)
        for i, kept in zip(other, held, strict=True):
            if measure_loss(points[i], kept) <= question.noise:
                worse.discard(i)
    row: dict[str, Any] = {"figure": one.path, "value": one.value, "low": one.low, "high": one.high}
    row |= {"origin": one.origin, "source": one.source, **_compare_goals(question, points)}
    for i, point in enumerate(points):
        row |= _describe_end(ENDS[i], point, today, changed=i in worse)
        row[f"with_{ENDS[i]}"] = "|".join(question.linked.along({one.path: ends[i]}))
        row[f"message_{ENDS[i]}"] = point.message.replace("\n", "; ")
    return row


def _describe_end(end: str, point: Point, today: Sequence[str], changed: bool) -> dict[str, Any]:
    """Return the plan at one end, and which measures come in and go out where it is another than today's."""
    enters: list[str] = []
    leaves: list[str] = []
    if changed:
        enters = [m for m in point.funded if m not in today]
        leaves = [m for m in today if m not in point.funded]
    return {
        f"status_{end}": point.status,
        f"plan_{end}": _name_plan(point, changed),
        f"enters_{end}": "|".join(enters),
        f"leaves_{end}": "|".join(leaves),
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
            unproven = max(_open(answer) for answer in (question.base.figures, *map(vars, points)))
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


def today_in_order(question: BaseCase) -> list[str]:
    """Return the measures of the plan at the figures, in the order of the instance."""
    return [m for m in question.instance.measures if m in question.units]
