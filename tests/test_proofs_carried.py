"""What one answer proves of another: more limits leave no more, fewer limits no less."""

import pytest
from conftest import asked, instance_of

from alloc.infeasibility.levers import levers
from alloc.report.names import Names
from alloc.study.answers.price import PriceQuestion, make_row
from alloc.study.answers.proofs import carry_along, carry_bound, carry_plan, compares, loosens
from alloc.study.points import Point


def point(status: str, objective: float | None = None, bound: float | None = None) -> Point:
    return Point({}, status, objective, bound)


def told(found: Point) -> tuple[str, float | None, float | None]:
    return found.status, found.objective, found.bound


def test_a_plan_is_one_of_a_looser_question_too():
    base = point("optimal", 100.0, 100.0)
    assert told(carry_plan(base, point("feasible", 99.0, 108.0))) == ("feasible", 100.0, 108.0)
    assert told(carry_plan(base, point("no_solution"))) == ("feasible", 100.0, None)
    assert told(carry_plan(base, point("optimal", 104.0, 104.0))) == ("optimal", 104.0, 104.0)
    assert told(carry_plan(base, point("failed"))) == ("failed", None, None)


def test_no_plan_of_a_tighter_question_is_beyond_the_bound():
    base = point("optimal", 100.0, 101.0)
    assert told(carry_bound(base, point("feasible", 90.0, 120.0))) == ("feasible", 90.0, 101.0)
    assert told(carry_bound(base, point("no_solution"))) == ("no_solution", None, 101.0)
    assert told(carry_bound(base, point("infeasible"))) == ("infeasible", None, None)
    assert told(carry_bound(base, point("optimal", 80.0, 80.0))) == ("optimal", 80.0, 80.0)


def test_steps_of_a_fund_prove_each_other_both_ways():
    points = {-1: point("feasible", 50.0, 90.0), 0: point("optimal", 60.0, 60.0), 1: point("no_solution")}
    found = carry_along(instance_of(asked()), "aid", points)
    assert {step: told(one) for step, one in found.items()} == {
        -1: ("feasible", 50.0, 60.0),
        0: ("optimal", 60.0, 60.0),
        1: ("feasible", 60.0, None),
    }


@pytest.mark.parametrize(
    ("more", "one_goal"),
    [({}, True), ({"objective": {"order": ["employment", "linkage"]}}, False), ({"nation": "first"}, False)],
)
def test_only_plans_with_one_goal_are_compared(more: dict[str, object], one_goal: bool):
    assert compares(instance_of({**asked(), **more})) == one_goal


def test_more_national_money_may_leave_fewer_plans():
    raw = asked(
        measures={"pens": {"national": "supplement", "national_ceiling": 3, "committed": True}},
        funds={"nation": {"kind": "national", "amount": 50}},
    )
    question = instance_of(raw)
    known = {lever.path: loosens(question, lever) for lever in levers(question)}
    assert known["funds.aid.amount"]
    assert known["measures.pens.committed"]
    assert not any(known[path] for path in ("funds.nation.amount", "measures.pens.national_ceiling"))


def test_a_rule_never_costs_less_than_nothing():
    """A search that is stopped at once finds no better plan without the rule: the plan with it is still one."""
    question = instance_of(asked(rules=[{"name": "little", "type": "amount", "max": 60}]))
    lever = next(lever for lever in levers(question) if lever.path == "rules.little.max")
    base, then, names = point("optimal", 60.0, 60.0), point("feasible", 58.0, 100.0), Names(question, "en")
    row = make_row(question, PriceQuestion(lever, "release", None, {}), then, base, names)
    assert (row["gain"], row["gain_least"], row["gain_most"]) == (0.0, 0.0, 40.0)
    tight = make_row(question, PriceQuestion(lever, "tighten", 54.0, {}), then, base, names)
    assert (tight["gain"], tight["gain_most"]) == (-2.0, 0.0)
