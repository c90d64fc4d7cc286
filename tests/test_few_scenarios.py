"""Many scenarios: a plan for a few of them is where the search begins; long limits are written as sums of sums."""

import itertools

import numpy as np
import pytest
from conftest import asked, instance_of, plan_of, stands

import alloc
from alloc.model import build
from alloc.solver import few_scenarios, long_rows, whole
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.few_scenarios import group_scenarios, merge_scenarios
from alloc.solver.highs import search
from alloc.solver.long_rows import extend_plan, split_long_rows
from alloc.solver.matrix import add_floor

HAZARDS = [0.9 - 0.02 * i for i in range(40)]
"""Of forty years, equally likely, the worst first."""


def shepherds(**risk):
    """Return a question with at most 5 pens at 1 and 5 covers at 0.5, each for two jobs, and money for 6."""
    measures = {
        "pens": {"max_units": 5, "integer": True, "effect": 2},
        "cover": {"category": "insurance", "max_units": 5, "unit_cost": 0.5, "integer": True, "effect": 2},
    }
    raw = asked(baseline=[stands(infrastructure=0)], funds={"aid": {"amount": 6}}, measures=measures)
    years = {f"y{i:02d}": {"probability": 1 / 40, "hazard": {"sheep": h}} for i, h in enumerate(HAZARDS)}
    return {**raw, "scenarios": years, **({"risk": risk} if risk else {})}


def best(worth):
    """Return the best of all plans, counted out; worth: of the jobs kept in each year."""
    plans = [(pens, cover) for pens, cover in itertools.product(range(6), repeat=2) if pens + 0.5 * cover <= 6]
    return max(worth([2 * pens - h * (2 * pens - min(2 * pens, 2 * cover)) for h in HAZARDS]) for pens, cover in plans)


@pytest.mark.parametrize(
    ("risk", "worth"),
    [
        ({}, np.mean),
        ({"measure": "worst", "weight": 1.0}, min),
        ({"measure": "cvar", "tail": 0.1, "weight": 0.5}, lambda jobs: (np.mean(jobs) + np.mean(sorted(jobs)[:4])) / 2),
    ],
)
def test_with_many_scenarios_the_best_plan_is_the_best_of_all_counted_out(risk, worth, monkeypatch):
    begun = []
    place = whole.place_start
    monkeypatch.setattr(whole, "place_start", lambda *given: begun.append(given[1]) or place(*given))
    run = alloc.solve(instance_of(shepherds(**risk)), gap=1e-7)
    assert run.objective == pytest.approx(best(worth), abs=1e-6)

    assert any("Funded[pens]" in choice for choice in begun)


def test_the_least_regret_is_the_same_whether_a_few_come_first_or_not(monkeypatch):
    instance = instance_of(shepherds(measure="regret"))
    begun = alloc.solve(instance, gap=1e-7).objective
    monkeypatch.setattr(few_scenarios, "MANY", 100)
    assert alloc.solve(instance, gap=1e-7).objective == pytest.approx(begun, abs=1e-6)


def test_scenarios_that_are_worth_as_much_are_made_one_with_the_mean_of_their_figures():
    instance = instance_of(shepherds())
    model = build(instance)
    groups = group_scenarios(model, instance, CompiledModel(model).aimed(instance), Deadline(60))
    assert [*groups.values()] == [[f"y{i:02d}" for i in range(k, k + 8)] for k in range(0, 40, 8)]
    few = merge_scenarios(instance, groups).scenarios
    assert [world.probability for world in few.values()] == pytest.approx([0.2] * 5)
    assert [world.hazard["sheep"] for world in few.values()] == pytest.approx(
        [np.mean(HAZARDS[k : k + 8]) for k in range(0, 40, 8)]
    )


def test_scenarios_without_any_probability_do_no_harm():
    raw = shepherds()
    raw["scenarios"] |= {f"z{i}": {"probability": 0, "hazard": {"sheep": 0}} for i in range(3)}
    assert plan_of(raw).objective == pytest.approx(best(np.mean), abs=1e-6)


def test_a_long_limit_that_is_split_says_the_same(monkeypatch):
    monkeypatch.setattr(long_rows, "LONG", 4)
    monkeypatch.setattr(long_rows, "PART", 3)
    instance = instance_of(shepherds())
    program = CompiledModel(build(instance)).aimed(instance)
    program = add_floor(program, np.arange(1.0, len(program.lower) + 1), 60.0)
    split = split_long_rows(program)
    assert np.diff(split.rows.start).max() <= len(program.lower)
    assert len(split.lower) > len(program.lower)
    found = search(program, program.goals[0], 0.0, Deadline(60))
    monkeypatch.setattr(long_rows, "LONG", 10**6)
    as_is = search(program, program.goals[0], 0.0, Deadline(60))
    assert found.value == pytest.approx(as_is.value)
    assert len(found.x) == len(program.lower)
    x = extend_plan(split, found.x)
    kept = split.rows.times(x)
    assert (kept >= split.rows.lower - 1e-6).all()
    assert (kept <= split.rows.upper + 1e-6).all()
