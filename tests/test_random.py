"""Random questions: the model's optimum is that of a program that shares nothing with it."""

import pytest
from conftest import best, instance_of
from oracle import brute_force
from randoms import random_instance, random_returns, tiny_instance

import alloc

FEW = [seed for seed in range(90) if len(tiny_instance(seed)["measures"]) <= 5][:15]
"""Questions with at most five measures: their 32 subsets are quickly tried."""


@pytest.mark.parametrize("seed", range(60))
def test_the_best_plan_is_as_good_as_the_oracles(seed):
    """`best` compares the status and every goal in turn."""
    best(random_instance(seed))


@pytest.mark.parametrize("seed", [*range(24), 545])
def test_with_rules_on_what_both_sides_earn_the_best_plan_is_as_good_as_the_oracles(seed):
    """Returns are measured from the status quo, which the oracle solves for itself; they may be below 0 (545)."""
    raw = random_returns(seed)
    assert instance_of(raw).sharing or not raw["sharing"]
    best(raw)


@pytest.mark.parametrize("seed", FEW)
def test_no_set_of_measures_is_better_than_the_best_plan(seed):
    """Every subset is tried; the plan is audited on its way."""
    raw = tiny_instance(seed)
    run, answer = alloc.solve(instance_of(raw)), brute_force(raw)
    assert run.status == answer.status
    reached = [stage["objective"] for stage in run.figures["stages"]]
    assert reached == pytest.approx(answer.stages, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seconds", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("seed", [1, 106, 203])
def test_a_plan_for_which_the_time_was_out_is_told_as_it_is(seed, seconds):
    """Chains that stand count as closed, and goals not searched have the value of the plan, or the audit would fail."""
    run = alloc.solve(instance_of(random_instance(seed)), time_limit=seconds, jobs=1)
    assert run.status in ("optimal", "feasible", "no_solution")
    assert not run.tables or run.figures["audit"]["passed"]
