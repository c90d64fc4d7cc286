"""Plans over several years: optima found by another program, one year alone, and cases worked by hand."""

import json
from pathlib import Path

import pytest
import yaml

import alloc
from alloc.instance import Instance
from alloc.instance.conversion import different_parts
from alloc.model import build_years
from alloc.solution import Solution
from alloc.solver import solve_suited

ROOT = Path(__file__).parent
OPTIMA = json.loads((ROOT / "years/expected.json").read_text(encoding="utf-8"))
YEARLY = json.loads((ROOT / "cases/expected.json").read_text(encoding="utf-8"))

TOY = {
    "alloc": 1,
    "name": "toy",
    "years": [2021, 2022, 2023],
    "counties": {"hotan": {"population": 1000, "jobseekers": 100}},
    "funds": {"aid": {"kind": "aid", "amount": 2}},
    "measures": {
        "park": {"county": "hotan", "category": "infrastructure", "unit_cost": 2, "max_units": 1, "jobs": 1},
        "wage": {"county": "hotan", "category": "enterprise", "unit_cost": 1, "max_units": 2, "jobs": 1},
    },
    "objective": {"employment": 1},
}
NOTHING_LATER = {"2022": {"funds.aid.amount": 0}}


def question(folder: Path, **changes: object) -> Instance:
    """Return the toy with some keys changed: a park place costs 2 and lasts, a subsidised wage 1 for a year."""
    path = folder / "toy.yaml"
    path.write_text(yaml.safe_dump({**TOY, **changes}, sort_keys=False), encoding="utf-8")
    return alloc.read(path)


def plan(instance: Instance) -> Solution:
    return solve_suited(build_years(instance), instance, instance.solver.model_copy(update={"gap": 1e-9}), jobs=1)


def units(solution: Solution, m: str) -> list[float]:
    """Return the units of a measure bought in each year."""
    return [round(values["Units"][m], 6) for values in solution.years.values()]


@pytest.mark.parametrize("case", OPTIMA)
def test_optimum_is_the_one_that_another_program_found(case):
    assert plan(alloc.read(ROOT / f"years/{case}.yaml")).objective == pytest.approx(OPTIMA[case], abs=1e-6)


@pytest.mark.parametrize("case", [case for case, known in YEARLY.items() if known["status"] != "fault"])
def test_one_year_of_several_is_the_yearly_question(tmp_path, case):
    file = ROOT / f"cases/{case}.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["years"] = [data.pop("year")]
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    instance = alloc.read(path)
    assert instance.questions == ()
    assert different_parts(alloc.read(file), instance) == []  # the same words, so the same model


@pytest.mark.parametrize(("further", "park"), [(0, 0), (1, 0.5), (2, 1)])
def test_park_wins_over_wages_from_the_horizon_at_which_arithmetic_says_so(tmp_path, further, park):
    # money 2 once: two wages are two job-years, one park place as many as years; at two years they tie
    found = plan(question(tmp_path, years=[2021], end_value=further))
    assert found.objective == pytest.approx(max(2, 1 + further))
    if park != 0.5:
        assert (found.years.get(2021) or found.values)["Units"]["park"] == park


def test_discount_counts_later_years_less(tmp_path):
    found = plan(question(tmp_path, years=[2021], end_value=2, discount=1.0))
    assert found.objective == pytest.approx(2)  # the park place has 1 + 1/2 + 1/4


@pytest.mark.parametrize(("carry", "years_at_work"), [(0, 0), (0.3, 1), (0.5, 2)])
def test_money_not_spent_is_there_next_year_as_far_as_it_is_carried(tmp_path, carry, years_at_work):
    # 1.5 a year for a place that costs 2: with half carried 2.25 in the second year; with 0.3 first 1.95, then 2.085
    funds = {"aid": {"kind": "aid", "amount": 1.5, "carry": carry}}
    park = TOY["measures"]["park"] | {"min_units": 1}
    assert plan(question(tmp_path, funds=funds, measures={"park": park})).objective == pytest.approx(years_at_work)


def test_recurrent_cost_is_paid_each_later_year_or_nothing_is_bought(tmp_path):
    park = TOY["measures"]["park"] | {"recurrent": 0.5}
    dear = question(tmp_path, measures={"park": park}, by_year=NOTHING_LATER)
    assert plan(dear).objective == 0
    paid = question(tmp_path, measures={"park": park}, by_year={"2022": {"funds.aid.amount": 0.25}})
    assert plan(paid).objective == pytest.approx(0.5 * 3)


def test_what_needs_time_works_only_after_it_and_as_long_as_it_lasts(tmp_path):
    park = TOY["measures"]["park"] | {"lead": 1, "life": 1}
    found = plan(question(tmp_path, measures={"park": park}, by_year=NOTHING_LATER))
    assert [round(values["Gain"]["park"], 6) for values in found.years.values()] == [0, 1, 0]


def test_units_over_all_years_keep_to_the_most_in_all(tmp_path):
    wage = TOY["measures"]["wage"] | {"max_total": 3}
    assert plan(question(tmp_path, measures={"wage": wage})).objective == pytest.approx(3)
    assert plan(question(tmp_path, measures={"wage": TOY["measures"]["wage"]})).objective == pytest.approx(6)


def test_what_excludes_a_measure_does_so_in_all_years_and_what_it_requires_may_be_earlier(tmp_path):
    park, wage = TOY["measures"]["park"] | {"min_units": 1}, TOY["measures"]["wage"] | {"min_units": 2}
    apart = plan(question(tmp_path, measures={"park": park, "wage": wage | {"excludes": ["park"]}}))
    assert apart.objective == pytest.approx(6)
    after = plan(question(tmp_path, measures={"park": park, "wage": wage | {"requires": ["park"]}}))
    assert units(after, "park") == [1, 0, 0]
    assert units(after, "wage") == [0, 2, 2]


def test_payments_in_lots_are_whole_in_every_year(tmp_path):
    # 3 a year in whole ones: 1.5 units of a wage at 0.7 cost 1.05 and take two, a park place at 2 two more: not both
    wage = {"county": "hotan", "category": "enterprise", "unit_cost": 0.7, "max_units": 1.5, "jobs": 1}
    funds = {"aid": {"kind": "aid", "amount": 3}}
    measures = {"park": TOY["measures"]["park"], "wage": wage}
    asked = question(tmp_path, years=[2021, 2022], funds=funds, measures=measures, money={"lot": 1})
    found = alloc.solve(asked, gap=1e-9)
    assert found.figures["audit"]["passed"]
    assert set(found.allocation["amount"]) <= {0.0, 1.0, 2.0, 3.0}
    # first the park and one lot of the wage, 1/0.7 units; then two lots, which pay for all 1.5
    assert found.objective == pytest.approx(1 + 1 / 0.7 + 1 + 1.5)


def test_the_rest_of_a_lot_stays_with_a_measure_in_a_year_in_which_it_is_only_kept_up(tmp_path):
    # one place a question long: 2 in the first year, then 0.3 of upkeep a year, which takes a whole lot of 1
    park = {
        "county": "hotan",
        "category": "infrastructure",
        "unit_cost": 2,
        "max_units": 1,
        "jobs": 9,
        "recurrent": 0.3,
    }
    funds = {"aid": {"kind": "aid", "amount": 2}}
    asked = question(tmp_path, years=[2021, 2022], funds=funds, measures={"park": park}, money={"lot": 1})
    found = alloc.solve(asked, gap=1e-9)  # audited
    assert list(found.allocation["amount"]) == [2, 1]
    assert found.objective == pytest.approx(18)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ["", "not surveyed", "no fund may pay for it"]), ("zh", ["", "not surveyed", "没有资金可以支付"])],
)
def test_what_keeps_a_measure_out_in_every_year_is_said_in_each(tmp_path, lang, said):
    wage = TOY["measures"]["wage"]
    funds = TOY["funds"] | {"other": {"kind": "national", "amount": 1}}
    late = wage | {"eligible": False, "reason": "not surveyed"}
    measures = {"wage": wage, "late": late, "bare": wage | {"funds": ["other"], "national": "none"}}
    found = alloc.solve(question(tmp_path, years=[2021, 2022], funds=funds, measures=measures), lang=lang)
    assert list(found.measures["reason"]) == said * 2


RULE = {"name": "spend it", "type": "amount", "min": 1.4}
PLACES = {"county": "hotan", "category": "infrastructure", "unit_cost": 1, "max_units": 3, "jobs": 1}


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["2021–2022 can be planned, but no plan of these years leaves what 2023 asks for",
                "without any one of these rules in 2023 there is a plan up to it: spend it"]),
        ("zh", ["2021–2022 年可以安排，但这些年份的任何方案都无法再满足 2023 年的要求",
                "在 2023 年去掉下列任一规则，到该年为止就有方案：spend it"]),
    ],
)  # fmt: skip
def test_the_year_that_cannot_follow_those_before_it_is_told_with_its_rules(tmp_path, lang, said):
    # three places for good, at 1.4 a year: two years take 2.8, and 0.2 is left for the third
    other = {"name": "a hundred at most", "type": "amount", "max": 100}
    asked = question(tmp_path, measures={"park": PLACES}, rules=[RULE, other])
    found = alloc.solve(asked, lang=lang)
    assert (found.status, found.figures["clash"]) == ("infeasible", said)


def test_a_first_year_without_a_plan_is_told_like_a_question_of_one_year(tmp_path):
    found = alloc.solve(question(tmp_path, rules=[{**RULE, "min": 9}]))
    assert found.status == "infeasible"
    assert found.figures["clash"][0] == "in the first year, 2021, there is no plan by itself"
    assert any("spend it" in line for line in found.figures["clash"][1:])
