"""What is said of a question without a plan: the first limits that cannot hold together, and none without a part in it.

Every figure is worked out by hand: aid has 100, a unit of any measure costs 1.
"""

import pytest
from conftest import asked, instance_of, rivals

import alloc
from alloc.infeasibility import explain_conflict
from alloc.instance import Options
from alloc.solver import Deadline
from alloc.solver.feasibility import relax

OPTIONS = Options(gap=1e-7, time_limit=60)
TOGETHER = (
    "These cannot hold together, and without any one of them there is a plan as far as all other limits are released:"
)


def said(raw, lang="en"):
    return explain_conflict(instance_of(raw), OPTIONS, lang)


def test_a_least_use_is_held_against_what_measures_can_take():
    raw = asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 50}})
    assert said(raw) == [TOGETHER, "  the least use of aid: 50"]
    assert said(raw, "zh")[1:] == ["  aid的最低使用额: 50"]


def test_limits_that_clash_are_told_with_their_figures_and_sources():
    """Courses take 30 at most, and 90 must be spent: pens have 60 of it, two thirds."""
    rules = [
        {"name": "pens at most half", "type": "share", "of": {"measure": "pens"}, "max": 0.5, "source": "assumption"}
    ]
    raw = rivals(measures={"courses": {"max_units": 30}}, funds={"aid": {"min_use": 90}}, rules=rules)
    assert said(raw) == [
        TOGETHER,
        "  the most of rule “pens at most half”: 0.5 [assumption]",
        "  the least use of aid: 90",
    ]


def test_one_conflict_of_two_is_told():
    """Pens and courses are each asked for more than there can be: each rule alone leaves no plan."""
    rules = [{"name": f"{m} at least 60", "type": "amount", "of": {"measure": m}, "min": 60} for m in
             ("pens", "courses")]  # fmt: skip
    lines = said(rivals(measures={"pens": {"max_units": 55}, "courses": {"max_units": 40}}, rules=rules))
    assert len(lines) == 2
    assert "at least 60" in lines[1]


def test_a_proof_names_what_cannot_hold_together_and_nothing_else():
    """Aid must spend 90 where pens can take 30; courses may have a rule of their own, which has no part in it."""
    raw = asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 90}})
    named = relax(instance_of(raw), Deadline(10.0)).names
    assert {"pens", "aid"} <= named
    raw["rules"] = [{"name": "pens at most 20", "type": "amount", "of": {"measure": "pens"}, "max": 20, "penalty": 1.0}]
    assert "pens at most 20" not in relax(instance_of(raw), Deadline(10.0)).names


def test_a_question_with_a_plan_has_nothing_to_suspect():
    assert relax(instance_of(rivals()), Deadline(10.0)).names == set()


def test_a_soft_rule_is_never_named():
    soft = {"name": "soft", "type": "amount", "of": {"measure": "courses"}, "min": 90, "penalty": 0.001}
    hard = {"name": "hard", "type": "amount", "of": {"measure": "pens"}, "min": 101}
    lines = said(rivals(rules=[soft, hard]))
    assert any("hard" in line for line in lines)
    assert not any("soft" in line for line in lines)


def test_a_commitment_without_a_part_in_it_is_never_named():
    """Pens and courses exclude each other and are both promised; sheds are promised too and could be kept."""
    measures = {
        "pens": {"committed": True, "excludes": ["courses"]},
        "courses": {"committed": True},
        "sheds": {"county": "cele", "category": "training", "unit_cost": 1, "max_units": 5, "committed": True},
    }
    lines = said(rivals(measures=measures))
    assert len(lines) == 4  # two promises and that one excludes the other
    assert not any("sheds" in line for line in lines)


@pytest.mark.parametrize(
    ("rule", "figure"),
    [
        ({"type": "count", "min": 3}, "3"),
        ({"type": "amount", "per": "capita", "each": "county", "min": 0.11}, "0.11"),
        ({"type": "gini", "max": 0}, None),
    ],
)
def test_each_kind_of_rule_is_said_in_its_own_figure(rule, figure):
    raw = rivals(counties={"cele": {"population": 1000}}, rules=[{"name": "rule", **rule}])
    run = alloc.solve(instance_of(raw))
    lines = run.figures.get("clash", [])
    assert any(line.endswith(f"“rule”: {figure}") for line in lines) == (figure is not None)


def test_what_no_limit_is_to_blame_for_is_not_laid_on_one():
    """Two jobs a unit for a unit of aid: with nothing that a person set there is always the plan that does nothing."""
    assert said(asked()) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_time_nothing_is_said(lang: str):
    raw = asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 50}})
    assert explain_conflict(instance_of(raw), Options(gap=1e-7, time_limit=1e-9), lang) is None


def test_studies_say_the_same_as_the_plan():
    raw = asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 50}})
    lines = said(raw)
    assert alloc.solve(instance_of(raw)).figures["clash"] == lines
    assert alloc.alternatives(instance_of(raw)).best.figures["clash"] == lines
    assert [list(curve.clash) for curve in alloc.frontier(instance_of(raw)).curves] == [lines]
