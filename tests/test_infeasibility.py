"""What must give where there is no plan: in the planner's own figures, with what has a part in it and nothing else.

Every figure is worked out by hand: aid has 100, a unit of any measure costs 1.
"""

import pytest
from conftest import asked, instance_of, rivals

import alloc
from alloc.infeasibility import _relaxed, explain_conflicts, find_ways_out
from alloc.instance import Instance, Options
from alloc.solution import Solution, Status
from alloc.solver import solve_suited

OPTIONS = Options(gap=1e-7, time_limit=60)


def said(raw, lang="en"):
    return explain_conflicts(instance_of(raw), OPTIONS, lang)


def test_a_least_use_is_held_against_what_measures_can_take():
    raw = asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 50}})
    assert said(raw) == [
        "one way out:",
        "cannot be kept: aid must spend at least 50 万元, and 30 万元 is what measures can take "
        "of it while the rest is "
        "kept",
    ]
    assert said(raw, "zh") == [
        "一种出路：",
        "无法满足：aid 至少须使用 50 万元，在其余要求不变时措施只能用掉 30 万元",
    ]


def test_a_share_is_said_as_the_share_that_can_be_kept():
    """Courses take 30 at most, and 90 must be spent: pens have 60 of it, two thirds."""
    rules = [
        {"name": "pens at most half", "type": "share", "of": {"measure": "pens"}, "max": 0.5, "source": "assumption"}
    ]
    raw = rivals(measures={"courses": {"max_units": 30}}, funds={"aid": {"min_use": 90}}, rules=rules)
    least, share = (
        "cannot be kept: aid must spend at least 90 万元, and 60 万元",
        "pens at most half [assumption]: at most 50 %",
    )
    assert [line[: len(least)] for line in said(raw)[:2]] == ["one way out:", least]
    assert said(raw)[2:] == ["another way out:", f"cannot be kept: {share} is asked, 66.7 % can be kept"]
    with_more = [*rules, {"name": "all", "type": "amount", "min": 90}]
    again = said(rivals(measures={"courses": {"max_units": 30}}, rules=with_more))
    assert len(again) == 2


def test_what_must_give_together_is_one_way_with_all_its_lines():
    rules = [{"name": f"{m} at least 60", "type": "amount", "of": {"measure": m}, "min": 60 + i, "max": 62} for i, m in
             enumerate(["pens", "courses"])]  # fmt: skip
    raw = rivals(measures={"pens": {"max_units": 55}, "courses": {"max_units": 40}}, rules=rules)
    assert said(raw) == [
        "one way out, all of its lines together:",
        "cannot be kept: pens at least 60: at least 60 万元 is asked, 55 万元 can be kept",
        "cannot be kept: courses at least 60: at least 61 万元 is asked, 40 万元 can be kept",
    ]
    assert said(raw, "zh")[:2] == [
        "一种出路（以下各行须同时放宽）：",
        "无法满足：pens at least 60：要求不低于 60 万元，能够做到的是 55 万元",
    ]


def test_a_soft_rule_is_never_named():
    soft = {"name": "soft", "type": "amount", "of": {"measure": "courses"}, "min": 90, "penalty": 0.001}
    hard = {"name": "hard", "type": "amount", "of": {"measure": "pens"}, "min": 101}
    (way,) = find_ways_out(instance_of(rivals(rules=[soft, hard])), OPTIONS)
    assert [conflict.name for conflict in way] == ["hard"]


def test_a_commitment_without_a_part_in_it_is_never_named():
    """Pens and courses exclude each other and are both promised; sheds are promised too and could be kept."""
    measures = {
        "pens": {"committed": True, "excludes": ["courses"]},
        "courses": {"committed": True},
        "sheds": {"county": "cele", "category": "training", "unit_cost": 1, "max_units": 5, "committed": True},
    }
    (way,) = find_ways_out(instance_of(rivals(measures={**measures})), OPTIONS)
    assert [conflict.what for conflict in way] == ["commitment"]
    assert way[0].name in ("pens", "courses")
    assert way[0].say() == f"cannot be kept: {way[0].name} is committed"
    assert way[0].say("zh") == f"无法满足：{way[0].name} 已承诺"
    rules = [{"name": "more", "type": "amount", "min": 500}]
    (way,) = find_ways_out(instance_of(rivals(measures={**measures}, rules=rules)), OPTIONS)
    assert [conflict.what for conflict in way] == ["commitment", "rule"]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"type": "count", "min": 3}, "at least 3 is asked, 2 can be kept"),
        ({"type": "complement", "ratio": 2.0}, ""),
        ({"type": "amount", "per": "capita", "each": "county", "min": 0.11}, "is asked, 0.1 万元 can be kept"),
    ],
)
def test_each_kind_of_rule_is_said_in_its_own_figure(rule, line):
    raw = rivals(counties={"cele": {"population": 1000}}, rules=[{"name": "rule", **rule}])
    run = alloc.solve(instance_of(raw))
    if run.status == "infeasible":
        assert line in run.figures["clash"][1]
    else:
        assert not line


def test_a_plan_exists_once_all_lines_of_a_way_have_given():
    rules = [
        {"name": "pens", "type": "share", "of": {"measure": "pens"}, "max": 0.3},
        {"name": "courses", "type": "amount", "of": {"measure": "courses"}, "max": 37},
        {"name": "spent", "type": "amount", "min": 71.3},
    ]
    (way,) = find_ways_out(instance_of(rivals(rules=rules)), OPTIONS)
    for conflict in way:
        of = next(rule for rule in rules if rule["name"] == conflict.name)
        figure = float(conflict.kept.split()[0].replace(",", ""))
        of[conflict.bound] = figure / 100 if of["type"] == "share" else figure
    assert alloc.solve(instance_of(rivals(rules=rules))).status == "optimal"


YUTIAN = {"population": 3000, "jobseekers": None}
EVEN = {"name": "even", "type": "parity", "max": 1}
LITTLE = {"name": "little for Yutian", "type": "amount", "of": {"county": "yutian"}, "max": 10}


def uneven(*rules: dict[str, object], **pens: object) -> Instance:
    """Return a question of Cele with 1000 people and pens, and Yutian with 3000 and sheds; little may go to Yutian."""
    counties = {"cele": {"population": 1000}, "yutian": YUTIAN}
    sheds = {"county": "yutian", "jobs": 1}
    return instance_of(rivals(counties=counties, measures={"pens": pens, "sheds": sheds}, rules=[LITTLE, *rules]))


def test_what_costs_less_money_gives_before_parity():
    """40 for 1000 people and 10 for 3000 are 80 and 6.7 of a mean county: 73.3 give, or 36.7 of what Cele asks."""
    cele = {"name": "much for Cele", "type": "amount", "of": {"county": "cele"}, "min": 40}
    (way,) = find_ways_out(uneven(EVEN, cele), OPTIONS)
    assert [(conflict.name, conflict.asked, conflict.kept) for conflict in way] == [
        ("much for Cele", "40 万元", "3.3 万元")
    ]


def test_parity_gives_before_what_costs_more_money():
    """Cele has a promise of 40. Each unit for Yutian beyond its 10 mends only two thirds of a unit of parity."""
    (way,) = find_ways_out(uneven(EVEN, committed=True, fixed_cost=40), OPTIONS)
    assert [(conflict.name, conflict.asked, conflict.kept) for conflict in way] == [("even", "1", "12")]


def test_a_unit_of_money_costs_one_whatever_the_kind_of_rule():
    """Aid has 100: a point of Gini is all of it, a point of parity the 50 of a mean county."""
    gini = {"name": "gini", "type": "gini", "max": 0}
    relaxed = _relaxed(uneven(EVEN, gini), rules=True, minima=False)
    assert {rule.name: rule.penalty for rule in relaxed.rules} == {"little for Yutian": 1, "even": 50, "gini": 100}


def test_what_clashes_is_found_in_the_time_that_is_left_or_not_said(monkeypatch: pytest.MonkeyPatch):
    """Half a search must not make promises the culprit: that rules alone do not help is known only from an answer."""
    raw = asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 50}})
    limits = []

    def slow(model, question, options):
        limits.append(options.time_limit)
        return Solution(Status.NO_SOLUTION)

    monkeypatch.setattr("alloc.infeasibility.solve_suited", slow)
    assert explain_conflicts(instance_of(raw), OPTIONS) is None
    assert len(limits) == 1
    assert limits[0] <= OPTIONS.time_limit


def test_all_questions_about_what_clashes_share_one_time_limit(monkeypatch: pytest.MonkeyPatch):
    limits = []

    def watched(model, question, options):
        limits.append(options.time_limit)
        return solve_suited(model, question, options)

    monkeypatch.setattr("alloc.infeasibility.solve_suited", watched)
    rules = [
        {"name": f"{m} at least 60", "type": "amount", "of": {"measure": m}, "min": 60} for m in ("pens", "courses")
    ]
    assert find_ways_out(instance_of(rivals(funds={"aid": {"min_use": 90}}, rules=rules)), OPTIONS)
    assert len(limits) > 1
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] < limits[0] <= OPTIONS.time_limit
