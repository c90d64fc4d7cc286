"""Whole units and lots: a free plan rounded so that nothing breaks, its bound held against another optimum."""

import numpy as np
import pytest
from conftest import instance_of, rivals
from oracle import optimum
from randoms import random_instance

from alloc.model import build
from alloc.solution import Status
from alloc.solver import CompiledModel, solve_blocks, solve_warm
from alloc.solver.deadline import Deadline
from alloc.solver.primal import Found
from alloc.solver.rounding import grains, rounded
from alloc.solver.safe import measure_violation


def in_lots(seed: int):
    """Return a random question in whole units and lots of one."""
    raw = random_instance(seed)
    raw["money"] = {**raw.get("money", {}), "lot": 1}
    rows = raw["measures"].values() if isinstance(raw["measures"], dict) else raw["measures"]
    for row in rows:
        row["integer"] = True
    return raw


@pytest.mark.parametrize("seed", [0, 1, 2, 5, 7, 10, 13, 14, 21, 28])
def test_a_rounded_plan_keeps_every_limit_and_its_bound_is_no_less_than_the_optimum(seed: int):
    raw = in_lots(seed)
    instance = instance_of(raw)
    kept = CompiledModel(build(instance))
    whole, best = kept.aimed(instance), optimum(raw)
    found = rounded(whole, whole.goals[0], float(whole.constants[0]), 1e-4, Deadline(60.0))
    assert (found.x is None) >= (best.objective is None)
    if best.stages:
        assert found.bound >= best.stages[0] - 1e-6 * max(1.0, abs(best.stages[0]))
    if found.x is not None:
        assert measure_violation(whole, found.x) <= 1e-5
        assert found.value <= best.stages[0] + 1e-5 * max(1.0, abs(best.stages[0]))


def many_courses(count: int = 40):
    """Return a question of many small measures in whole units, paid in whole lots: their costs are odd figures."""
    rows = {
        f"course-{n}": {"jobs": 1 + n / 97, "unit_cost": 1 + n / 31, "max_units": 9, "integer": True}
        for n in range(count)
    }
    return {**rivals(measures=rows), "money": {"lot": 1}}


def test_many_whole_numbers_are_rounded_before_the_whole_is_searched(monkeypatch):
    """What comes out is what SCIP finds, and the rounded plan was on the way."""
    calls = []

    def watched(*words):
        calls.append(rounded(*words))
        return calls[-1]

    monkeypatch.setattr("alloc.solver.whole.rounded", watched)
    raw = many_courses()
    instance = instance_of(raw)
    plan = solve_warm(CompiledModel(build(instance)), instance, instance.solver.model_copy(update={"gap": 1e-3}))
    best = optimum(raw).objective
    assert len(calls) == 1
    assert calls[0].x is not None
    assert plan.objective >= best * (1 - 1e-3)
    assert plan.bound >= best * (1 - 1e-9)


def test_blocks_that_have_no_plan_round_the_free_one(monkeypatch):
    """Two counties whose choice of plans is made to lead to none."""
    monkeypatch.setattr("alloc.solver.blocks.chosen", lambda search, *words: nothing(search.bound))
    raw = many_courses()
    raw["counties"]["yutian"] = raw["counties"]["cele"]
    for name, row in raw["measures"].items():
        row["county"] = "yutian" if name.endswith(("1", "3", "5", "7", "9")) else "cele"
    instance = instance_of(raw)
    plan = solve_blocks(build(instance), instance, instance.solver.model_copy(update={"gap": 1e-3}), jobs=1)
    best = optimum(raw).objective
    assert plan.objective >= best * (1 - 1e-3)
    assert plan.bound >= best * (1 - 1e-9)


def nothing(bound: float) -> Found:
    return Found(None, 0.0, bound, Status.NO_SOLUTION)


def test_yes_and_no_are_no_grains():
    instance = instance_of(many_courses(3))
    kept = CompiledModel(build(instance))
    whole = kept.aimed(instance)
    names = {x.parent_component().local_name for x, loose in zip(whole.variables, grains(whole), strict=True) if loose}
    assert names == {"Units", "Lots"}
    assert np.all(whole.integer[grains(whole)])
