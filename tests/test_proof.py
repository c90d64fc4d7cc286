"""Proofs that are doubted: a plan that is better than its bound, or a question without a plan that has one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import asked, divisible, instance_of, rivals
from randoms import random_instance

import alloc
from alloc.cli import main
from alloc.errors import SolveError
from alloc.model import build
from alloc.solution import Solution, Stage, Status
from alloc.solver import CompiledModel, solve_suited, solve_warm
from alloc.solver.deadline import Deadline
from alloc.solver.outcome import Outcome, Why
from alloc.solver.proof import check_infeasibility, check_proof, find_cheap_plans
from alloc.solver.safe import measure_violation

ROOT = Path(__file__).parent.parent


def of(raw):
    """Return a question, its arrays and its plan."""
    instance = instance_of(raw)
    kept = CompiledModel(build(instance))
    return instance, kept.aimed(instance), solve_warm(kept, instance, instance.solver)


def doubted(instance, whole, stages) -> list[Stage]:
    return check_proof(whole, instance, stages, Deadline(60.0))


def claiming(plan: Solution, value: float) -> list[Stage]:
    """Return the goals as a search would hand them out that falsely proved another optimum."""
    return [Stage(stage.goal, value, value, value) for stage in plan.stages]


def test_a_false_optimum_is_an_internal_error():
    """Pens bring 100 jobs; a search that calls 60 proven is contradicted."""
    instance, whole, plan = of(asked())
    with pytest.raises(SolveError, match="internal error") as raised:
        doubted(instance, whole, claiming(plan, 60))
    assert raised.value.exit_code == 1
    assert "100" in raised.value.say()
    assert "内部错误" in raised.value.say("zh")


@pytest.mark.parametrize("seed", [0, 1, 4, 5, 10, 13, 21, 34, 41, 43, 57])
def test_an_optimum_a_third_too_small_is_found_out(seed: int):
    instance, whole, plan = of(random_instance(seed))
    assert plan.has_plan
    with pytest.raises(SolveError, match="internal error"):
        doubted(instance, whole, claiming(plan, plan.objective * 2 / 3))


def test_a_value_that_no_plan_can_have_is_an_internal_error():
    """There is money for 100 jobs: 120 is no plan of this question."""
    instance, whole, plan = of(asked())
    with pytest.raises(SolveError, match="internal error"):
        doubted(instance, whole, claiming(plan, 120))


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_a_true_optimum_passes_with_its_safe_bound(seed: int):
    instance, whole, plan = of(random_instance(seed))
    for before, after in zip(plan.stages, doubted(instance, whole, plan.stages), strict=True):
        assert after.objective == before.objective
        assert before.objective <= after.bound <= before.bound
        assert after.bound_safe >= after.objective - 1e-6 * max(1.0, abs(after.objective))
        assert np.isfinite(after.bound_safe)


def test_a_bound_that_the_search_left_open_is_closed_by_the_safe_one():
    """Stopped before it had a bound, a search may still be told by the relaxed question how far it is."""
    instance, whole, plan = of(asked())
    (stage,) = doubted(instance, whole, [replace(plan.stages[0], bound=np.inf)])
    assert stage.bound == pytest.approx(100, rel=1e-6)


def test_in_an_order_the_second_goal_is_bounded_among_plans_that_keep_the_first():
    """100 courses would bring 100 of linkage, but 100 jobs leave none of it."""
    raw = rivals(measures={"courses": {"jobs": 0.9, "linkage": 1}}, objective={"order": ["employment", "linkage"]})
    _, _, plan = of(raw)
    assert plan.stages[0].bound_safe == pytest.approx(100, rel=1e-6)
    assert plan.stages[1].bound_safe == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("seed", range(60))
def test_cheap_plans_keep_every_limit_and_none_beats_the_optimum(seed: int):
    instance, whole, plan = of(random_instance(seed))
    first = replace(whole, goals=whole.goals[:1], constants=whole.constants[:1])
    found = list(find_cheap_plans(first, instance, None, Deadline(5.0)))
    assert all(measure_violation(first, x) <= 1e-8 for x in found)
    assert plan.has_plan or not found
    if plan.has_plan:
        best = plan.stages[0].bound
        assert all(float(first.goals[0] @ x + first.constants[0]) <= best + 1e-6 * max(1.0, abs(best)) for x in found)


def test_a_question_where_nothing_need_be_funded_is_not_infeasible():
    instance, whole, _ = of(asked())
    with pytest.raises(SolveError, match="internal error") as raised:
        check_infeasibility(whole, instance, Deadline(60.0))
    assert "内部错误" in raised.value.say("zh")


def test_a_question_without_a_plan_is_infeasible():
    """At least 200 for pens of the 100 there are."""
    raw = asked(rules=[{"type": "amount", "name": "much", "of": {"measure": "pens"}, "min": 200}])
    instance, whole, plan = of(raw)
    assert plan.status == Status.INFEASIBLE
    check_infeasibility(whole, instance, Deadline(60.0))


def test_a_search_that_wrongly_finds_no_plan_is_asked_again_by_blocks(monkeypatch):
    """Two counties; the whole search is made to say that there is no plan."""
    raw = asked(counties={"yutian": {}}, measures={"barns": {"county": "yutian", "jobs": 0.5, "industry": None}})
    instance = instance_of(raw)
    monkeypatch.setattr("alloc.solver.whole.search", lambda *words, **more: Outcome(Why.INFEASIBLE, bound=-np.inf))
    plan = solve_suited(build(instance), instance, instance.solver, jobs=1)
    assert plan.method == "blocks"
    assert plan.objective == pytest.approx(100, rel=1e-6)


def test_one_county_that_wrongly_has_no_plan_is_an_internal_error(monkeypatch):
    instance = instance_of(asked())
    monkeypatch.setattr("alloc.solver.whole.search", lambda *words, **more: Outcome(Why.INFEASIBLE, bound=-np.inf))
    with pytest.raises(SolveError, match="internal error"):
        solve_suited(build(instance), instance, instance.solver)


def test_a_false_proof_writes_no_result(monkeypatch, tmp_path):
    """From the command line: exit code 1, one sentence, no folder."""
    real = alloc.solver.whole.search

    def short(matrix, goal, constant, *words, **more):
        found = real(matrix, goal, constant, *words, **more)
        worse = np.zeros(len(matrix.lower))  # nothing funded, and that called the best
        return replace(found, x=worse, value=constant, bound=constant)

    monkeypatch.setattr("alloc.solver.whole.search", short)
    said = CliRunner().invoke(main, ["solve", str(ROOT / "instances/demo"), "--out", str(tmp_path / "out")])
    assert said.exit_code == 1
    assert "internal error" in said.stderr
    assert not (tmp_path / "out").exists()


def test_the_real_question_is_doubted_in_a_tenth_of_its_time():
    instance = divisible(alloc.read(ROOT / "instances/hotan-2019"))
    kept = CompiledModel(build(instance))
    plan = solve_warm(kept, instance, instance.solver)
    before = Deadline(plan.seconds / 0.9)
    started = before.spent
    doubted(instance, kept.aimed(instance), plan.stages)
    assert before.spent - started <= 0.1 * plan.seconds + 1.0
    assert plan.stages[-1].bound_safe > plan.bound
