"""What blocks teach the next question: the same proven answers, from bounds and whole decisions of before."""

import json

import numpy as np
import pytest
from conftest import instance_of
from test_blocks import donors

from alloc.instance import Options
from alloc.model import build, goal, stages
from alloc.solver import (
    CompiledModel,
    lp_relaxation,
    read_warm_starts,
    solve_blocks_warm,
    solve_whole,
    write_warm_starts,
)
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import decompose
from alloc.solver.matrix import compile_matrix
from alloc.solver.pricing_pool import PricingPool, open_pricing
from alloc.solver.scaling import scale
from alloc.solver.warm_start import restore_search

FINE = Options(gap=1e-6, time_limit=120, threads=1)


def question(budget: float, price: float = 1.0, **changes: object):
    raw = donors(9, **changes)
    raw["measures"]["c0-0"]["unit_cost"] = price
    raw["funds"]["aid"]["amount"] = budget
    return instance_of(raw)


def warm_start_of(budget: float, **changes: object):
    """Return what a question has taught, written as JSON and read again."""
    instance = question(budget, **changes)
    found = solve_blocks_warm(CompiledModel(build(instance)), instance, FINE, ())[1]
    return read_warm_starts(json.loads(json.dumps(write_warm_starts(found))))


@pytest.mark.parametrize("budget", [300, 520, 560, 800])
def test_a_question_with_another_budget_has_the_optimum_of_the_whole_model(budget):
    instance = question(budget)
    before = [warm_start_of(540), warm_start_of(500)]
    plan, _ = solve_blocks_warm(CompiledModel(build(instance)), instance, FINE, before)
    best = solve_whole(build(instance), instance, FINE)
    assert plan.objective == pytest.approx(best.objective, rel=2e-6)
    assert plan.bound >= best.objective - 1e-6 * abs(best.objective)


def test_bounds_of_before_hold_before_any_search_and_only_where_blocks_are_the_same(monkeypatch):
    asks = []
    ask = PricingPool.price

    def counted(self, given, over):
        asks.append(given[0].held is None)
        return ask(self, given, over)

    monkeypatch.setattr(PricingPool, "price", counted)
    for price, proven in ((1.0, True), (1.5, False)):
        instance = question(545, price)
        best = solve_whole(build(instance), instance, FINE)
        model = build(instance)
        parts = decompose(scale(compile_matrix(model, [goal(model, stages(instance)[0])]))[0], instance)
        with open_pricing(1, None) as pool:
            pool.load(parts.blocks)
            known = warm_start_of(540)
            asks.clear()
            search = restore_search(parts, np.ones(1), known, pool, Deadline(60), 1e-6)
        assert search is not None
        assert not any(asks)
        assert np.isfinite(search.bound) == proven
        assert search.bound >= best.objective - 1e-6
        assert search.solution is not None


def test_what_is_of_another_kind_of_question_teaches_nothing():
    instance = instance_of(donors(6))
    model = build(instance)
    parts = decompose(scale(compile_matrix(model, [goal(model, stages(instance)[0])]))[0], instance)
    with open_pricing(1, None) as pool:
        pool.load(parts.blocks)
        assert restore_search(parts, np.ones(1), warm_start_of(540), pool, Deadline(60), 1e-6) is None


def test_a_rough_start_proves_the_same_optimum_and_finds_out_where_there_is_none(monkeypatch):
    instance = question(540)
    best = solve_whole(build(instance), instance, FINE)
    monkeypatch.setattr(lp_relaxation, "EXACT_UP_TO", 0)
    plan, _ = solve_blocks_warm(CompiledModel(build(instance)), instance, FINE, ())
    assert plan.objective == pytest.approx(best.objective, rel=2e-6)
    rules = [{"name": "much", "type": "amount", "of": {"category": "training"}, "min": 5000}]
    poor = question(540, rules=rules)
    assert solve_blocks_warm(CompiledModel(build(poor)), poor, FINE, ())[0].status == "infeasible"
