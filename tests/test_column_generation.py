"""Column generation step by step: its rounds, and a bound that holds in each."""

import numpy as np
import pytest
from conftest import instance_of
from test_blocks import donors

from alloc.instance import Options
from alloc.model import build
from alloc.solver import CompiledModel, solve_whole
from alloc.solver.column_generation import ColumnGeneration, Phase
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import decompose
from alloc.solver.dual_bound import DualBound
from alloc.solver.lp_relaxation import solve_lp_relaxation
from alloc.solver.pricing_pool import open_pricing
from alloc.solver.scaling import scale

GAP = 1e-6


def test_rounds_go_on_until_nothing_new_comes_and_the_bound_holds_in_each():
    instance = instance_of(donors(6))
    model = build(instance)
    best = solve_whole(model, instance, Options(gap=GAP, threads=1)).objective
    parts = decompose(scale(CompiledModel(model).aimed(instance))[0], instance)
    calm, seen = Deadline(120), []
    search = ColumnGeneration.from_relaxation(parts, np.ones(1), solve_lp_relaxation(parts.matrix, np.ones(1), calm))
    with open_pricing(1, None) as pool:
        pool.load(parts.blocks)
        search.run(pool, calm, calm, GAP, 0.0, lambda now: seen.append((now.phase, now.bound)))
    assert {phase for phase, _ in seen} == {Phase.SEARCHING}
    bounds = [bound for _, bound in seen]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] >= best - GAP * abs(best)
    assert search.phase is Phase.FINISHED


def test_the_best_bound_is_kept_with_its_prices_and_a_worse_one_changes_nothing():
    dual = DualBound(np.zeros(1))
    good, bad = (np.array([1.0]), np.array([5.0])), (np.array([2.0]), np.array([9.0]))
    dual.improve(5.0, good, ["good"])  # type: ignore[list-item]
    dual.improve(9.0, bad, ["bad"])  # type: ignore[list-item]
    assert dual.value == 5
    assert dual.prices == pytest.approx([1])
    assert dual.proofs == [good]


def test_a_plan_that_is_offered_to_a_master_with_a_solution_has_no_weight_in_it():
    instance = instance_of(donors(6))
    model = build(instance)
    parts = decompose(scale(CompiledModel(model).aimed(instance))[0], instance)
    calm = Deadline(120)
    search = ColumnGeneration.from_relaxation(parts, np.ones(1), solve_lp_relaxation(parts.matrix, np.ones(1), calm))
    with open_pricing(1, None) as pool:
        pool.load(parts.blocks)
        search.run(pool, calm, calm, GAP, 0.0)
    assert search.solution is not None
    used, weights = search.used_integers(search.solution), search.solution.plan_weights
    search.offer(np.full(len(parts.matrix.lower), 0.25))  # another plan than any block has found
    assert search.solution.plan_weights.tolist() == [*weights.tolist(), *[0] * len(parts.blocks)]
    assert [rows.tolist() for rows in search.used_integers(search.solution)] == [rows.tolist() for rows in used]
