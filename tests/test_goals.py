"""Goals: weights, orders, the status quo, and what is reported of them. Every optimum is worked by hand."""

import pytest
from conftest import asked, best, instance_of, model_of, rivals, stands

import alloc
from alloc.model import stages
from alloc.solution import Status

near = pytest.approx


def schooling(**objective):
    """Return the rivals: pens bring a job, courses 0.9 of a job and a unit of linkage, for 1 of money each."""
    return rivals(measures={"courses": {"jobs": 0.9, "linkage": 1}}, objective=objective)


# Weights


@pytest.mark.parametrize(
    ("objective", "worth"),
    [
        ({"employment": 1}, 100),
        ({"employment": 1, "linkage": 0.09}, 100),  # courses are worth 0.99
        ({"employment": 1, "linkage": 0.11}, 101),
        ({"employment": 2, "linkage": 0.5}, 230),
        ({"linkage": 1}, 100),  # a weight left out is 0: jobs do not count
        ({"employment": 0, "linkage": 0}, 0),
    ],
)
def test_the_weights_are_the_exchange_rate_of_jobs_and_linkage(objective, worth):
    assert best(schooling(**objective)).objective == near(worth)


def test_without_an_objective_jobs_count():
    raw = schooling()
    del raw["objective"]
    assert best(raw).objective == near(100)
    assert stages(instance_of(raw)) == ({"employment": 1.0, "linkage": 0.0},)


# An order of goals


@pytest.mark.parametrize(
    ("order", "tolerance", "reached", "kept"),
    [
        (["employment", "linkage"], 0, (100, 0), 100),
        (["employment", "linkage"], 0.05, (100, 50), 95),  # 50 courses lose 0.1 of a job each: 5 of 100
        (["employment", "linkage"], 0.1, (100, 100), 90),
        (["employment", "linkage"], 1, (100, 100), 90),
        (["linkage", "employment"], 0, (100, 90), 100),
        (["linkage", "employment"], 0.05, (100, 0.9 * 95 + 5), 95),
        (["linkage"], 0, (100,), 100),
    ],
)
def test_a_later_goal_is_sought_within_what_the_first_may_lose(order, tolerance, reached, kept):
    plan = best(schooling(order=order, tolerance=tolerance))
    assert [stage.goal for stage in plan.stages] == order
    assert [stage.objective for stage in plan.stages] == near(list(reached), abs=1e-5)
    assert plan.stages[0].kept == near(kept)
    assert plan.status == Status.OPTIMAL


def test_of_equal_plans_for_the_first_goal_the_second_chooses():
    """Pens and courses bring as many jobs; courses bring linkage as well."""
    raw = schooling(order=["employment", "linkage"])
    raw["measures"]["courses"]["jobs"] = 1
    plan = best(raw)
    assert [stage.objective for stage in plan.stages] == near([100, 100])
    assert plan.values["Units"]["courses"] == near(100)


def test_penalties_are_taken_off_each_goal_of_an_order():
    """40 for pens at most, at 0.05 a unit: for jobs 0.1 a unit is worth that, for linkage courses are.

    First 100 - 0.05 · 60 = 97. To keep it, every unit of courses would lose 0.1 and save 0.05.
    """
    raw = schooling(order=["employment", "linkage"])
    raw["rules"] = [{"name": "cap", "type": "amount", "of": {"measure": "pens"}, "max": 40, "penalty": 0.05}]
    plan = best(raw)
    assert [stage.objective for stage in plan.stages] == near([97, -3], abs=1e-5)
    raw["objective"]["order"] = ["linkage", "employment"]
    assert [stage.objective for stage in best(raw).stages] == near([100, 90])


# What cannot be done


def test_an_infeasible_question_has_a_status_and_no_tables():
    raw = asked(rules=[{"name": "too much", "type": "amount", "min": 101}])
    run = alloc.solve(instance_of(raw))
    assert run.status == "infeasible"
    assert run.objective is None
    assert run.tables == {}


def test_a_soft_rule_makes_it_feasible_and_its_price_is_reported():
    raw = asked(rules=[{"name": "too much", "type": "amount", "min": 101, "penalty": 3}])
    run = alloc.solve(instance_of(raw))
    assert run.status == "optimal"
    assert run.objective == near(97)
    assert run.figures["penalties"] == near(3)
    assert run.figures["employment"] == near(100)


# The status quo

STANDING = asked(
    industries={
        "sheep": {"chain": "herds", "productivity": 2},
        "wool": {"chain": "herds", "productivity": 5},
    },
    chains={"herds": {"closure_bonus": 25}},
    baseline=[stands(jobs=50, infrastructure=50), stands("wool", jobs=10, max_jobs=30)],
    links=[{"from": "sheep", "to": "wool", "buys": 1}],
    measures={"pens": {"committed": True, "min_units": 10}},
    funds={"aid": {"min_use": 20}},
    rules=[{"name": "at least", "type": "amount", "min": 30}],
    objective={"employment": 1, "linkage": 0.1},
)
"""50 sheep jobs bring 100, which 30 wool jobs (20 more than today, for nothing) could turn into 150."""


def test_what_exists_anyway_is_not_claimed_for_aid():
    """Without aid: 20 wool jobs, a flow of 100, a chain. With 25 of aid 25 more sheep jobs, and the flow is 150.

    Spending more than 25 brings a job for each unit still.
    """
    run = alloc.solve(instance_of(STANDING))
    quo = run.figures["status_quo"]
    assert quo["employment"] == near(20)
    assert quo["linkage"] == near(125)
    assert quo["chains_closed"] == 1
    assert quo["objective"] == near(20 + 12.5)
    assert run.figures["employment"] == near(120)
    assert run.figures["linkage"] == near(150 + 25)
    assert run.objective == near(best(STANDING).objective) == near(120 + 17.5)


def test_the_status_quo_stands_even_where_rules_could_not_be_kept_without_money():
    """`committed`, `min_use` and rules ask for money; the status quo has none and is still there."""
    raw = asked(
        measures={"pens": {"committed": True, "fixed_cost": 50}},
        funds={"aid": {"min_use": 60}},
        rules=[{"name": "some", "type": "count", "min": 1}],
    )
    quo = alloc.solve(instance_of(raw)).figures["status_quo"]
    assert [quo[key] for key in ("objective", "employment", "linkage", "chains_closed", "gap")] == [near(0)] * 5
    assert quo["status"] == "optimal"


def test_reported_flows_are_the_best_of_the_plan_even_if_linkage_does_not_count():
    """Only jobs are sought; of the plans with 120 jobs the flows and chains reported are still the most."""
    run = alloc.solve(instance_of({**STANDING, "objective": {"employment": 1}}))
    assert run.objective == near(120)
    assert run.figures["linkage"] == near(175)
    assert run.figures["status_quo"]["linkage"] == near(125)


def test_without_money_the_plan_is_the_status_quo():
    run = alloc.solve(instance_of(asked(funds={"aid": {"amount": 0}})))
    assert run.objective == near(0)
    assert run.figures["status_quo"]["objective"] == near(0)


def test_a_question_without_industries_has_a_status_quo_too():
    """Where nothing stands today there is nothing to decide without a plan: no jobs, no linkage."""
    run = alloc.solve(instance_of(rivals()))
    assert run.status == "optimal"
    quo = run.figures["status_quo"]
    assert {quo[key] for key in ("objective", "employment", "linkage", "chains_closed", "gap")} == {0}


@pytest.mark.parametrize(("insured", "kept"), [(4, 7), (40, 10)])
def test_of_the_jobs_that_stand_today_the_insured_are_kept_through_the_year(insured, kept):
    """Of 10 jobs the hazard takes half of those that are not insured; no more are insured than there are."""
    stand = [stands(jobs=10, insurance=insured)]
    model = model_of(asked(industries={"sheep": {"hazard": 0.5}}, baseline=stand))
    assert list(model.retained_today.values()) == [kept]
