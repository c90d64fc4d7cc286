"""Of plans as good, the one that spends least: by hand, and against a second search that shares nothing with ours."""

from pathlib import Path

import pytest
from conftest import asked, instance_of, rivals
from oracle import least_money
from randoms import random_instance

import alloc
from alloc.model import build
from alloc.solution import LeastMoney, Solution
from alloc.solver import CompiledModel, solve_blocks, solve_warm, solve_whole
from alloc.solver.outcome import Outcome, Why

HETIAN = Path(__file__).parent / "least_money" / "hetian.xlsx"
"""Five counties as an office filled them in, with a soft Gini rule whose price dwarfs everything else."""

WAYS = {
    "whole": lambda instance, options: solve_whole(build(instance), instance, options),
    "near": lambda instance, options: solve_warm(CompiledModel(build(instance)), instance, options),
    "blocks": lambda instance, options: solve_blocks(build(instance), instance, options, jobs=1),
}
"""How a solve, a point of a sweep, and blocks search."""


def plans(instance, gap=1e-7) -> dict[str, Solution]:
    options = instance.solver.model_copy(update={"gap": gap})
    return {name: way(instance, options) for name, way in WAYS.items()}


def spent(plan: Solution) -> float:
    return sum(plan.values.get("Spend", {}).values())


def all_spend(raw, money: float, worth: float) -> None:
    """Check that every way finds this much money, and says that it is the least."""
    for name, plan in plans(instance_of(raw)).items():
        assert plan.objective == pytest.approx(worth, rel=1e-6), name
        assert spent(plan) == pytest.approx(money, rel=1e-6, abs=1e-6), name
        assert plan.least_money is not None, name
        assert plan.least_money.proven, name
        assert plan.least_money.value == pytest.approx(spent(plan)), name


def test_a_dearer_measure_that_brings_the_same_is_left():
    """Ten jobs at most are wanted: pens bring them for 10, and courses with their fixed cost of 5 for 15."""
    few = {"counties": {"cele": {"jobseekers": 10}}}
    all_spend(rivals(measures={"courses": {"jobs": 1, "fixed_cost": 5}}, **few), 10, 10)


def test_whole_decisions_change_for_less_money():
    """Ten look for work: one hall employs them for 40, four stalls of three jobs for 9 each."""
    measures = {
        "pens": {"jobs": 10, "unit_cost": 40, "max_units": 1, "integer": True},
        "courses": {"jobs": 3, "unit_cost": 9, "max_units": 4, "integer": True},
    }
    all_spend(rivals(measures=measures, counties={"cele": {"jobseekers": 10}}), 36, 10)


def test_the_money_of_all_funds_counts():
    """Aid and national money pay alike: what is saved is what both spend."""
    raw = rivals(
        counties={"cele": {"jobseekers": 10}},
        funds={"nation": {"kind": "national", "amount": 100}},
        measures={"courses": {"jobs": 1, "unit_cost": 2}},
    )
    all_spend(raw, 10, 10)


def test_what_nothing_needs_is_not_paid_for():
    """No one looks for work: no money brings anything, and none is spent."""
    all_spend(asked(counties={"cele": {"jobseekers": 0}}), 0, 0)


def test_an_order_of_goals_keeps_what_it_may_lose_and_spends_least():
    """100 jobs or as few as 90 for linkage: courses for 100 alone bring 100 of it; nothing cheaper does."""
    raw = rivals(
        measures={"courses": {"jobs": 0.9, "linkage": 1}},
        objective={"order": ["employment", "linkage"], "tolerance": 0.1},
    )
    all_spend(raw, 100, 100)


@pytest.mark.parametrize("seed", [4, 5, 10, 11, 27, 34, 44, 57])
def test_no_plan_as_good_spends_less_by_an_independent_search(seed: int):
    """On these the whole decisions that the search for the goal happens on spend more than need be."""
    raw = random_instance(seed)
    for name, plan in plans(instance_of(raw)).items():
        least = least_money(raw, tuple(stage.kept for stage in plan.stages))
        assert spent(plan) <= least + 1e-6 * max(1.0, least), name
        assert plan.least_money is not None, name
        assert plan.least_money.proven, name


@pytest.mark.parametrize("seed", [2, 3, 19, 20, 21, 30])
def test_among_many_lots_no_plan_as_good_spends_less_than_the_free_question_tells(
    seed: int, monkeypatch: pytest.MonkeyPatch
):
    """Nothing else is searched for there, so what is spent is proven least only where that bound is reached."""
    monkeypatch.setattr("alloc.solver.rounding.MANY", 1)
    monkeypatch.setattr("alloc.solver.least_money.MANY", 1)
    raw = random_instance(seed)
    instance = instance_of(raw)
    plan = solve_whole(build(instance), instance, instance.solver.model_copy(update={"gap": 1e-7}))
    least = least_money(raw, tuple(stage.kept for stage in plan.stages))
    assert plan.least_money is not None
    assert 0 < plan.least_money.bound <= least + 1e-6 * max(1.0, least)
    assert least <= spent(plan) + 1e-6 * max(1.0, least)
    assert not plan.least_money.proven or spent(plan) == pytest.approx(least, rel=1e-6)


def test_an_offices_question_spends_what_it_needs_by_every_way():
    """With the soft rule's price at nearly nothing SCIP finds the same goal of 807.746 for 9,691.25."""
    instance = alloc.read(HETIAN)
    for name, plan in plans(instance, 1e-6).items():
        assert plan.objective == pytest.approx(807.745784, rel=1e-6), name
        assert spent(plan) == pytest.approx(9691.25, rel=1e-6), name


def test_what_was_not_searched_for_is_not_called_proven(monkeypatch):
    """The search for least money ends before it has anything: the plan is the one that was found first."""
    monkeypatch.setattr("alloc.solver.least_money.search", lambda *words: Outcome(Why.LIMIT))
    instance = instance_of(random_instance(57))
    plan = solve_whole(build(instance), instance, instance.solver)
    assert spent(plan) > 0
    assert plan.least_money == LeastMoney(pytest.approx(spent(plan)), 0.0, False)


def test_a_plan_without_money_needs_no_search(monkeypatch):
    def never(*words):
        raise AssertionError

    monkeypatch.setattr("alloc.solver.least_money.search", never)
    instance = instance_of(asked(counties={"cele": {"jobseekers": 0}}))
    assert solve_whole(build(instance), instance, instance.solver).least_money == LeastMoney(0.0, 0.0, True)


@pytest.mark.parametrize("seed", [4, 34])
def test_the_goal_is_not_paid_with(seed: int):
    """What least money may cost of the goal is a thousand-millionth part."""
    instance = instance_of(random_instance(seed))
    for plan in plans(instance).values():
        assert plan.bound - plan.objective <= 3e-9 * max(1.0, plan.bound)
