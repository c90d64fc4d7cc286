"""Random questions: the model's optimum is that of a program that shares nothing with it."""

import pytest
from conftest import best, instance_of
from oracle import brute_force
from randoms import random_instance, tiny_instance

import alloc

FEW = [seed for seed in range(90) if len(tiny_instance(seed)["measures"]) <= 5][:15]
"""Questions with at most five measures: their 32 subsets are quickly tried."""


@pytest.mark.parametrize("seed", range(60))
def test_the_best_plan_is_as_good_as_the_oracles(seed):
    """`best` compares the status and every goal in turn."""
    best(random_instance(seed))


@pytest.mark.parametrize("seed", FEW)
def test_no_set_of_measures_is_better_than_the_best_plan(seed):
    """Every subset is tried; the plan is audited on its way."""
    raw = tiny_instance(seed)
    run, answer = alloc.solve(instance_of(raw)), brute_force(raw)
    assert run.status == answer.status
    reached = [stage["objective"] for stage in run.figures["stages"]]
    assert reached == pytest.approx(answer.stages, rel=1e-6, abs=1e-6)
