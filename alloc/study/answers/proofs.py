"""What one answer proves of another: a plan keeps looser limits too, and a bound holds for tighter ones."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from alloc.infeasibility.levers import Lever
from alloc.instance import Instance
from alloc.study.points import Point

NATIONAL = ("national", "national_ceiling", "national_planned")
"""Kinds of limits on national money: aid to a supplement waits for it, so that more of it may leave fewer plans."""


def compares(question: Instance) -> bool:
    """Tell whether plans of a question with more or fewer limits are compared by one goal.

    Where goals are in an order, more of the first may leave less of the last; a nation that decides first may decide
    otherwise; regret is counted from what would have been best, which is more where limits are looser.
    """
    return not question.objective.order and question.nation != "first" and question.risk is None


def loosens(question: Instance, lever: Lever) -> bool:
    """Tell whether every plan stays one where a limit is released or eased."""
    if lever.kind in NATIONAL or not compares(question):
        return False
    named = [word for _, what, word in lever.about if what == "fund"]
    return not (lever.kind.startswith("fund_") and question.funds[named[0]].kind == "national")


def carry_plan(before: Point, after: Point) -> Point:
    """Return what is known of a question with looser limits: the plan from before is one of its plans."""
    if before.objective is None or after.status not in ("optimal", "feasible", "no_solution"):
        return after
    if after.objective is not None and after.objective >= before.objective:
        return after
    status = "optimal" if after.status == "optimal" else "feasible"
    bound = None if after.bound is None else max(after.bound, before.objective)
    gap = None if bound is None else (bound - before.objective) / max(abs(before.objective), 1e-10)
    return replace(before, overrides=after.overrides, status=status, bound=bound, gap=gap, seconds=after.seconds)


def carry_bound(before: Point, after: Point) -> Point:
    """Return what is known of a question with tighter limits: each of its plans is one from before."""
    if before.bound is None or after.status not in ("optimal", "feasible", "no_solution"):
        return after
    bound = before.bound if after.bound is None else min(after.bound, before.bound)
    return replace(after, bound=bound if after.objective is None else max(bound, after.objective))


def carry_along(question: Instance, fund: str, points: Mapping[int, Point]) -> dict[int, Point]:
    """Return the steps of a fund, each with what its neighbours prove: more money leaves every plan that there was."""
    steps = sorted(points)
    known = {step: points[step] for step in steps}
    if question.funds[fund].kind == "national" or not compares(question):
        return known
    for lower, step in pairwise(steps):
        known[step] = carry_plan(known[lower], known[step])
    for higher, step in pairwise(reversed(steps)):
        known[step] = carry_bound(known[higher], known[step])
    return known
