"""Plans near the relaxed program's, plans improved near their own yes and no, and bounds that others have proven."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import instance_of
from oracle import optimum
from test_rounding import in_lots

from alloc.model import build
from alloc.solver import CompiledModel
from alloc.solver.asking import search
from alloc.solver.deadline import Deadline
from alloc.solver.least_money import improve_and_bound
from alloc.solver.matrix import INF, add_floor
from alloc.solver.multi.in_lots import FloorBound
from alloc.solver.near_relaxed import search_near_relaxed
from alloc.solver.outcome import Stop
from alloc.solver.reoptimise import RepeatedMip
from alloc.solver.rounding import find_grains, improve_near
from alloc.solver.safe import measure_violation
from alloc.solver.sub_mip import fix_and_solve

SEEDS = [0, 1, 2, 5, 7, 10]


def compiled(raw):
    instance = instance_of(raw)
    return CompiledModel(build(instance)).aimed(instance)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_near_the_relaxed_one_keeps_every_limit_and_its_bound_is_no_less_than_the_optimum(seed: int):
    raw = in_lots(seed)
    whole = compiled(raw)
    best, speck = optimum(raw), 1e-6
    found = search_near_relaxed(whole, Stop(1e-4), Deadline(60.0))
    if best.stages:
        speck *= max(1.0, abs(best.stages[0]))
        assert found.bound >= best.stages[0] - speck
    if found.x is not None:
        assert measure_violation(whole, found.x) <= 1e-5
        assert found.value <= best.stages[0] + 10 * speck
        assert found.value == pytest.approx(float(whole.goals[0] @ found.x + whole.constants[0]))


def test_a_question_whose_relaxed_program_splits_nothing_is_proven_at_once():
    raw = in_lots(0)
    whole = compiled(raw)
    units = np.flatnonzero(find_grains(whole))
    one = np.zeros(len(whole.lower))
    one[units[0]] = -1.0  # fewest units of a measure: none, which the relaxed program knows
    aimed = replace(whole, goals=one[None], constants=np.zeros(1))
    found = search_near_relaxed(aimed, Stop(1e-6), Deadline(60.0))
    assert found.x is not None
    assert found.bound - found.value <= 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_driven_on_keeps_its_yes_and_no_and_every_limit_and_loses_nothing(seed: int):
    raw = in_lots(seed)
    whole = compiled(raw)
    nothing = fix_and_solve(whole, np.ones(1), np.zeros(len(whole.lower)), Deadline(60.0))
    if nothing is None:
        return
    goal, yes = whole.goals[0], whole.integer & ~find_grains(whole)
    found = improve_near(whole, goal, nothing.x, Stop(1e-6), Deadline(60.0))
    assert found.x is not None
    assert goal @ found.x >= goal @ nothing.x - 1e-6 * max(1.0, abs(goal @ nothing.x))
    assert np.array_equal(np.round(found.x[yes]), np.round(nothing.x[yes]))
    assert measure_violation(whole, found.x) <= 1e-5


def test_a_bound_that_is_known_spares_the_search_only_where_a_plan_reaches_it(monkeypatch):
    raw = in_lots(0)
    whole = compiled(raw)
    best = optimum(raw).stages[0]
    program = RepeatedMip(whole, np.zeros((0, len(whole.lower))), Deadline(60.0), 60.0)
    goal, constant = whole.goals[0], float(whole.constants[0])
    first = program.solve(goal, {}, 1e-6, constant=constant)
    assert first.value == pytest.approx(best, rel=1e-6)
    searched = []
    monkeypatch.setattr(RepeatedMip, "_prove", lambda *given: searched.append(given) or given[2])
    again = program.solve(goal, {}, 1e-6, starts=[first.x], constant=constant, bound=best)
    assert (again.value, again.bound) == (pytest.approx(best), pytest.approx(best))
    assert all(given[2].bound - given[2].value <= 1e-6 for given in searched)


def test_what_a_search_with_a_floor_has_proven_holds_for_higher_floors_alone():
    # no plan with 10 of the other or more has first + 0.1 · other above 52
    proof = FloorBound(0, 10.0, (1.0, 0.1), 52.0)
    assert proof.limit(10.0) == pytest.approx(51.0)
    assert proof.limit(20.0) == pytest.approx(50.0)
    assert proof.limit(9.0) == INF


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_search_nothing_is_said_to_cost_more_than_the_least_that_a_search_finds(seed: int, monkeypatch):
    monkeypatch.setattr("alloc.solver.least_money.has_many_grains", lambda _: True)
    raw = in_lots(seed)
    instance, whole = instance_of(raw), compiled(raw)
    best = search(whole, whole.goals[0], 0.0, Deadline(60.0), Stop(1e-6))
    if best.x is None:
        return
    money = np.array([float(name == "Spend") for name, _ in whole.names])
    limits = add_floor(whole, whole.goals[0], best.value - 1e-6 * max(1.0, abs(best.value)))
    least = -search(limits, -money, 0.0, Deadline(60.0), Stop(1e-6)).value
    x, bound = improve_and_bound(limits, -money, best.x, instance, Deadline(60.0), 0.0)
    assert x is best.x
    assert -bound <= least + 1e-4 * max(1.0, least) <= money @ x + 2e-4 * max(1.0, least)
