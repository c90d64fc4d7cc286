"""Many scenarios: what is decided before them is searched alone; long limits are written as sums of sums."""

import itertools

import numpy as np
import pytest
from conftest import asked, instance_of, plan_of, stands

import alloc
from alloc.model import build
from alloc.solver import benders, long_rows, whole
from alloc.solver.asking import search
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.long_rows import extend_plan, split_long_rows
from alloc.solver.matrix import add_floor
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.two_stage import Cuts, split_stages

HAZARDS = [0.9 - 0.02 * i for i in range(40)]
DELIVERED = [1.0 - 0.013 * (7 * i % 40) for i in range(40)]
COVERED = [0.4 + 0.015 * (11 * i % 40) for i in range(40)]
SOLD = [0.3 + 0.02 * (3 * i % 40) for i in range(40)]
"""Of forty years, equally likely: hazard, the worst first, what arrives of pens and of cover, what buyers take."""

FIGURES = list(zip(HAZARDS, DELIVERED, COVERED, SOLD, strict=True))

PLANS = [(pens, cover) for pens, cover in itertools.product(range(6), repeat=2) if pens + 0.5 * cover <= 6]
"""All that the money can buy."""


def shepherds(count=40, **risk):
    """Return a question with at most 5 pens at 1 and 5 covers at 0.5, each for two jobs, and money for 6.

    count: of the years, from the worst hazard on.
    """
    measures = {
        "pens": {"max_units": 5, "integer": True, "effect": 2},
        "cover": {"category": "insurance", "max_units": 5, "unit_cost": 0.5, "integer": True, "effect": 2},
    }
    raw = asked(
        industries={"sheep": {"productivity": 1}},
        baseline=[stands(infrastructure=0, market=9)],
        funds={"aid": {"amount": 6}},
        measures=measures,
    )
    years = {}
    for i, (hazard, delivered, covered, sold) in enumerate(FIGURES[:count]):
        delivery, market = {"infrastructure": delivered, "insurance": covered}, {"sheep": sold}
        years[f"y{i:02d}"] = {
            "probability": 1 / count,
            "hazard": {"sheep": hazard},
            "delivery": delivery,
            "market": market,
        }
    return {**raw, "scenarios": years, **({"risk": risk} if risk else {})}


def jobs_in_years(pens, cover):
    """Return the jobs kept in each year, by hand: no more are offered than buyers take in a usual year."""
    offered = min(2 * pens, 9)
    kept = []
    for hazard, delivered, covered, sold in FIGURES:
        safe = min(offered, 2 * cover * covered)
        kept.append(min(offered - hazard * (offered - safe), 2 * pens * delivered, 9 * sold))
    return kept


def best(worth):
    """Return the best of all plans, counted out; worth: of the jobs kept in each year."""
    return max(worth(jobs_in_years(*plan)) for plan in PLANS)


@pytest.mark.parametrize(
    ("risk", "worth"),
    [
        ({}, np.mean),
        ({"measure": "worst", "weight": 1.0}, min),
        ({"measure": "worst", "weight": 0.5}, lambda jobs: (np.mean(jobs) + min(jobs)) / 2),
        ({"measure": "cvar", "tail": 0.1, "weight": 0.5}, lambda jobs: (np.mean(jobs) + np.mean(sorted(jobs)[:4])) / 2),
        ({"measure": "cvar", "tail": 0.1, "weight": 1.0}, lambda jobs: np.mean(sorted(jobs)[:4])),
    ],
)
def test_with_many_scenarios_the_best_plan_is_the_best_of_all_counted_out(risk, worth, monkeypatch):
    proven, staged = [], whole.search_in_stages
    monkeypatch.setattr(whole, "search_in_stages", lambda *given: proven.append(staged(*given)) or proven[-1])
    run = alloc.solve(instance_of(shepherds(**risk)), gap=1e-6)
    assert run.objective == pytest.approx(best(worth), rel=2e-6)
    assert all(found.is_proven(1e-6) for found in proven)
    assert proven


def test_the_least_regret_is_that_of_all_plans_counted_out(monkeypatch):
    monkeypatch.setattr(benders, "MANY", 6)
    highest = np.max([jobs_in_years(*plan)[:6] for plan in PLANS], axis=0)
    least = min(max(highest - jobs_in_years(*plan)[:6]) for plan in PLANS)
    run = alloc.solve(instance_of(shepherds(6, measure="regret")), gap=1e-6)
    assert -run.objective == pytest.approx(least, abs=1e-5)


def in_stages(raw):
    """Return the model of a question, which its decisions lean on, its program and its cuts."""
    instance = instance_of(raw)
    model = build(instance)
    program = CompiledModel(model).aimed(instance)
    return model, program, Cuts(split_stages(program))


def test_a_cut_promises_no_plan_less_than_it_brings_and_its_own_plan_no_more():
    _model, program, cuts = in_stages(shepherds())
    funded, units = program.columns("Funded"), program.columns("Units")
    filled = []
    for pens, cover in PLANS:
        x = np.zeros(len(program.lower))
        for m, count in (("pens", pens), ("cover", cover)):
            x[funded[m]], x[units[m]] = count > 0, count
        filled.append(fix_and_solve(program, np.ones(1), x, Deadline(60)).x)
    first, scenario = cuts.two.first, cuts.two.scenario
    for own in filled:
        known = cuts.master().rows.count
        assert cuts.add(own, Deadline(60))
        rows = cuts.master().rows
        for x in filled:
            brought = np.bincount(scenario[scenario >= 0], (cuts.two.worth * x)[scenario >= 0])
            room = (rows.upper - rows.times(np.concatenate([x[first], brought])))[known:]
            assert room.min() >= -1e-9
            if x is own:
                assert room.max() <= 1e-6


def test_a_question_whose_limits_count_scenarios_in_another_proportion_is_searched_as_one():
    _model, program, _ = in_stages(shepherds())
    kept = program.columns("Kept")
    odd = np.zeros(len(program.lower))
    odd[list(kept.values())] = 1.0
    assert split_stages(add_floor(program, odd, 1.0)) is not None  # every year alike, as the goal does
    assert split_stages(add_floor(program, -odd, -99.0)) is None  # more is worse
    covered = program.columns("Covered")
    odd[list(covered.values())] = 1.0
    assert split_stages(add_floor(program, odd, 1.0)) is None


def test_an_order_of_goals_over_many_scenarios_keeps_the_first():
    raw = shepherds()
    raw["objective"] = {"order": ["employment", "linkage"]}
    assert plan_of(raw).stages[0].kept == pytest.approx(best(np.mean), rel=1e-4)


def test_a_question_with_many_scenarios_and_no_plan_is_told_to_have_none():
    raw = shepherds()
    raw["rules"] = [{"name": "dear", "type": "amount", "of": {"measure": "pens"}, "min": 5.5}]
    assert plan_of(raw).status == alloc.Status.INFEASIBLE


def test_scenarios_without_any_probability_do_no_harm():
    raw = shepherds()
    raw["scenarios"] |= {f"z{i}": {"probability": 0, "hazard": {"sheep": 0}} for i in range(3)}
    assert plan_of(raw).objective == pytest.approx(best(np.mean), rel=1e-4)


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
