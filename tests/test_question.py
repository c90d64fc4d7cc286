"""A question kept warm answers like one that is solved anew, whatever was asked of it before."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import instance_of
from oracle import optimum
from randoms import draw_overrides, random_instance, tiny_instance

import alloc
from alloc.infeasibility import Limits
from alloc.instance import Instance, draft
from alloc.model import build
from alloc.solver import CompiledModel, know_standing
from alloc.solver.matrix import Matrix
from alloc.study.points import warm

DEMO = Path(__file__).parent.parent / "instances/demo"


@pytest.mark.parametrize(("seed", "draw"), [(3, random_instance), (5, tiny_instance)])
def test_what_is_asked_again_is_what_is_solved_anew_and_what_another_solver_finds(tmp_path: Path, seed: int, draw):
    """The first figures come once more at the end, when much is kept that was not there when they were asked first."""
    path = tmp_path / "instance.yaml"
    path.write_text(yaml.safe_dump(draw(seed), allow_unicode=True), encoding="utf-8")
    of = draft(path)
    question = alloc.Question(path, gap=1e-9)
    figures = [one for one in draw_overrides(of.source.data, random.Random(seed)) if not of.inspect(one).faults]
    for one in [*figures, figures[0]]:
        run, fresh = question.ask(one), alloc.solve(path, overrides=one, gap=1e-9, jobs=1)
        answer = optimum(json.loads(json.dumps(of.replaced(one).data)))
        assert run.status == fresh.status == answer.status
        assert set(run.tables) == set(fresh.tables)
        assert run.instance == fresh.instance
        if run.objective is not None:
            assert run.objective == pytest.approx(fresh.objective, rel=1e-9, abs=1e-9)
            assert run.objective == pytest.approx(answer.stages[-1], rel=2e-6, abs=2e-6)
            assert run.figures["audit"]["passed"]


def test_the_demo_with_other_figures_is_what_was_worked_by_hand():
    """79 with 37 万元 is worked in instances/demo/README.md, where the last 万元 buys 1 / 1.1 jobs."""
    question = alloc.Question(DEMO)
    assert repr(question) == "<Question demo 2020: asked 0 times>"
    for budget, jobs in [(37, 79), (30, 79 - 7 / 1.1), (37, 79)]:
        run = question.ask({"funds.tianjin.amount": budget})
        fresh = alloc.solve(DEMO, overrides={"funds.tianjin.amount": budget}, jobs=1)
        assert run.objective == pytest.approx(jobs, abs=1e-4)
        assert run.measures.equals(fresh.measures)
        assert run.figures["through_aid"] == fresh.figures["through_aid"]
        assert run.instance.sha256 == fresh.instance.sha256
    assert repr(question) == "<Question demo 2020: asked 3 times>"


def test_rules_go_off_and_come_back():
    question = alloc.Question(DEMO)
    without = {"rules.no category above 60 %": "off"}
    free, bound = question.ask(without), question.ask()
    assert free.objective == pytest.approx(alloc.solve(DEMO, overrides=without).objective)
    assert bound.objective == pytest.approx(79)
    assert free.objective >= bound.objective


def test_a_budget_asked_again_builds_no_world_anew(monkeypatch: pytest.MonkeyPatch):
    asked, find = [], warm.find_without_aid
    monkeypatch.setattr(warm, "find_without_aid", lambda *of: asked.append(of) or find(*of))
    question = alloc.Question(alloc.read(DEMO))
    for budget in (30, 37, 45):
        assert question.ask({"funds.tianjin.amount": budget}).status == "optimal"
    assert len(asked) == 1


def test_figures_that_make_no_sense_or_leave_no_plan_stop_nothing():
    question = alloc.Question(DEMO, lang="zh")
    with pytest.raises(alloc.InstanceError, match="tianjing"):
        question.ask({"funds.tianjing.amount": 3})
    with pytest.raises(alloc.RequestError, match="gap"):
        question.ask(gap=-1)
    impossible = {"rules.all": {"type": "count", "min": 9}}
    none, fresh = question.ask(impossible), alloc.solve(DEMO, overrides=impossible, lang="zh")
    assert none.status == fresh.status == "infeasible"
    assert none.figures["clash"] == fresh.figures["clash"]
    assert question.ask().objective == pytest.approx(79)


def test_what_clashed_before_is_tried_first_and_named_only_where_it_clashes(monkeypatch: pytest.MonkeyPatch):
    asked, hold = [], Limits.hold
    monkeypatch.setattr(Limits, "hold", lambda *of: asked.append(of) or hold(*of))
    question, counts = alloc.Question(DEMO), []
    nine = {"rules.all": {"type": "count", "min": 9}}
    for other in ({}, {"funds.tianjin.amount": 37}, {"rules.more": {"type": "count", "min": 12}, "rules.all.min": 1}):
        asked.clear()
        again = question.ask({**nine, **other})
        counts.append(len(asked))
        fresh = alloc.solve(DEMO, overrides={**nine, **other})
        assert again.figures["clash"] == fresh.figures["clash"]
    assert counts[1] < counts[0]


def test_wrong_options_are_refused_before_anything_is_solved():
    with pytest.raises(alloc.RequestError, match="gap"):
        alloc.Question(DEMO, gap=-1)
    with pytest.raises(alloc.RequestError, match="tlh"):
        alloc.Question(DEMO, lang="tlh")
    with pytest.raises(alloc.RequestError):
        alloc.Question(DEMO / "nothing.yaml")


@pytest.mark.parametrize("nation", ["first", "both"])
def test_where_the_nation_decides_first_it_does_so_in_every_answer(nation: str):
    question, figures = alloc.Question(DEMO), {"nation": nation, "funds.tianjin.amount": 30}
    run, fresh = question.ask(figures), alloc.solve(DEMO, overrides=figures, jobs=1)
    assert run.objective == pytest.approx(fresh.objective)
    assert run.figures["coordination"] == fresh.figures["coordination"]
    assert run.measures.equals(fresh.measures)


@pytest.mark.parametrize(("nation", "sought"), [("joint", [False, False]), ("first", [True, False])])
def test_in_lots_a_plan_as_good_that_spends_less_is_sought_where_it_holds_the_nations_payments(
    nation: str, sought: list[bool], monkeypatch: pytest.MonkeyPatch
):
    """The world without the aid comes first, then the plan."""
    ties, solve = [], warm.solve_warm
    monkeypatch.setattr(warm, "has_many_grains", lambda _: True)
    monkeypatch.setattr(warm, "solve_warm", lambda *of: ties.append(of[-1]) or solve(*of))
    assert alloc.Question(DEMO).ask({"nation": nation}).status == "optimal"
    assert ties == sought


def same_arrays(one: Matrix, other: Matrix) -> bool:
    """Tell whether two programs are the same entry by entry, to the last digit."""
    pairs = [(one.lower, other.lower), (one.upper, other.upper), (one.integer, other.integer)]
    pairs += [(getattr(one.rows, part), getattr(other.rows, part)) for part in vars(one.rows)]
    return one.names == other.names and all(np.array_equal(a, b) for a, b in pairs)


def with_amounts(of: Instance, part: float) -> Instance:
    """Return a question with so many times the money in every fund that has an amount."""
    funds = {
        f: fund if fund.amount is None else fund.model_copy(update={"amount": fund.amount * part})
        for f, fund in of.funds.items()
    }
    return of.model_copy(update={"funds": funds})


def count_patched(of: Instance, parts: Sequence[float], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many times arrays were patched; all of them, built anew or not, are compared with new ones."""
    keeper, patched, add = warm.WarmSolver(), [], CompiledModel.with_amounts
    with monkeypatch.context() as told:
        told.setattr(CompiledModel, "with_amounts", lambda *given: patched.append(1) or add(*given))
        for part in parts:
            instance = with_amounts(of, part)
            assert same_arrays(keeper._model(instance).limits, CompiledModel(build(instance)).limits), part
    return len(patched)


def test_amounts_that_bound_their_fund_alone_are_written_into_the_arrays(monkeypatch: pytest.MonkeyPatch):
    """In the demo an amount also bounds what a measure can be built at: all is built anew."""
    hotan = alloc.read(DEMO.parent / "hotan-2019")
    assert count_patched(hotan, (1.0, 1.05, 0.95, 1.0), monkeypatch) == 3
    assert count_patched(alloc.read(DEMO), (1.0, 1.05, 0.5, 1.0), monkeypatch) == 0


def test_arrays_of_random_questions_are_those_built_anew_whether_patched_or_not(monkeypatch: pytest.MonkeyPatch):
    parts = (1.0, 1.01, 0.8, 30.0, 31.0, 0.0)
    counts = [count_patched(know_standing(instance_of(random_instance(seed))), parts, monkeypatch) for seed in range(6)]
    assert 0 < sum(counts) < len(counts) * (len(parts) - 1)
