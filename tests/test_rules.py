"""Rules of every type, hard and soft. Every optimum is worked by hand.

Unless said otherwise pens bring one job for a unit of money, courses half a job, and there are 100: without
a rule all 100 go to pens for 100 jobs, and each unit that a rule moves to courses costs half a job.
"""

import pytest
from conftest import asked, best, rivals, stands

from alloc.solution import Status

near = pytest.approx

PENS, COURSES = {"category": "infrastructure"}, {"category": "training"}
TWO_COUNTIES = {
    "counties": {"yutian": {"population": 2000, "jobseekers": None}},
    "measures": {
        "sheds": {"county": "yutian", "jobs": 1},
        "lessons": {"county": "yutian", "category": "training", "jobs": 0.5},
    },
}
"""Yutian has twice as many people, and sheds and lessons like Cele's pens and courses."""


def under(*rules, **changes):
    """Return the rivals under some rules, which are named by their type where a name is not given."""
    return rivals(rules=[{"name": rule["type"], **rule} for rule in rules], **changes)


def money(plan, *measures):
    return sum(amount for (m, _), amount in plan.values["Spend"].items() if m in measures)


# Share


@pytest.mark.parametrize(
    ("rule", "jobs"),
    [
        ({"of": PENS, "max": 0.6}, 80),  # 60 + 0.5 · 40
        ({"of": COURSES, "min": 0.3}, 85),  # 70 + 0.5 · 30
        ({"of": COURSES, "min": 0.3, "max": 0.5}, 85),
        ({"of": COURSES, "in": PENS, "min": 1}, 75),  # as much as pens
        ({"each": "category", "max": 0.6}, 80),
        ({"each": "category", "min": 0.3}, 85),  # categories without measures are skipped
        ({"each": "category", "max": 0.4}, 0),  # two categories at 0.4 never make a whole
        ({"of": PENS, "max": 0.6, "penalty": 0.4}, 84),  # each unit over costs 0.4, less than the 0.5 gained
        ({"of": PENS, "max": 0.6, "penalty": 0.6}, 80),
        ({"of": COURSES, "min": 0.3, "penalty": 0.4}, 88),
        ({"of": COURSES, "min": 0.3, "penalty": 0.6}, 85),
        ({"of": COURSES, "min": 0.3, "penalty": 0}, 100),  # it may be broken for nothing
    ],
)
def test_a_share_of_the_money_is_kept_or_bought_off(rule, jobs):
    assert best(under({"type": "share", **rule})).objective == near(jobs)


def test_a_share_within_each_county_is_reckoned_on_that_countys_money():
    """Half to courses in each county where any money goes; where nothing is spent nothing is asked."""
    rule = {"type": "share", "of": COURSES, "min": 0.5, "within": "county"}
    raw = under(rule, **TWO_COUNTIES)
    raw["funds"]["aid"]["by_county"] = {"cele": 60, "yutian": 40}
    plan = best(raw)
    assert plan.objective == near(75)
    assert money(plan, "lessons") == near(20)


def test_each_and_within_make_every_pair():
    """Each category at most 0.6 in each county: 36 and 24 of pens, 24 and 16 of courses."""
    rule = {"type": "share", "each": "category", "within": "county", "max": 0.6}
    raw = under(rule, **TWO_COUNTIES)
    raw["funds"]["aid"]["by_county"] = {"cele": 60, "yutian": 40}
    plan = best(raw)
    assert plan.objective == near(80)
    assert money(plan, "pens") == near(36)
    assert set(plan.values["Counted"]) == {
        ("share", f"{c} · {k}") for c in ("cele", "yutian") for k in ("infrastructure", "training")
    }


def test_each_county_gets_its_share_of_all_the_money():
    """Yutian's measures bring a tenth less; it still gets 0.3."""
    rule = {"type": "share", "each": "county", "min": 0.3}
    raw = under(rule, **TWO_COUNTIES)
    raw["measures"]["sheds"]["jobs"] = 0.9
    assert best(raw).objective == near(70 + 0.9 * 30)


@pytest.mark.parametrize(
    ("fund", "moved"), [("beijing", 10), ("tianjin", 15), ("aid", 25), ("national", 30), ("all", 55)]
)
def test_a_rule_counts_the_money_of_a_fund_a_kind_or_all(fund, moved):
    """Tianjin gives 30, Beijing 20, the nation 60: half of what the rule counts moves to courses, of 110 in all."""
    funds = {"aid": None, "tianjin": {"kind": "aid", "amount": 30}, "beijing": {"kind": "aid", "amount": 20}}
    funds["national"] = {"kind": "national", "amount": 60}
    raw = under({"type": "share", "of": COURSES, "min": 0.5, "fund": fund}, funds=funds)
    assert best(raw).objective == near(110 - moved / 2)


# Amount


@pytest.mark.parametrize(
    ("rule", "jobs"),
    [
        ({"of": PENS, "max": 40}, 70),
        ({"of": COURSES, "min": 30}, 85),
        ({"of": COURSES, "min": 30, "max": 30}, 85),
        ({"each": "category", "max": 45}, 45 + 22.5),  # 10 of the 100 stay
        ({"of": {"category": ["infrastructure", "training"]}, "max": 45}, 45),
        ({"of": {"measure": "pens"}, "max": 40}, 70),
        ({"of": {"tag": "soft"}, "min": 30}, 85),
        ({"of": {"tag": "soft", "category": "infrastructure"}, "max": 30}, 100),  # selects nothing: skipped
        ({"of": {"region": "hotan", "county": "cele"}, "max": 40}, 40),
        ({"of": PENS, "max": 40, "penalty": 0.4}, 100 - 0.4 * 60),
        ({"of": PENS, "max": 40, "penalty": 0.6}, 70),
        ({"of": COURSES, "min": 30, "penalty": 0.4}, 100 - 0.4 * 30),
        ({"of": COURSES, "min": 130, "penalty": 0.1}, 100 - 0.1 * 130),  # no plan could keep it
        ({"max": 0.04, "per": "capita", "each": "county"}, 40),  # 1000 people
        ({"min": 0.03, "of": COURSES, "per": "capita", "each": "county"}, 85),
    ],
)
def test_an_amount_is_kept_or_bought_off(rule, jobs):
    raw = under({"type": "amount", **rule}, measures={"courses": {"tags": ["soft"]}})
    assert best(raw).objective == near(jobs)


def test_an_amount_per_head_is_larger_where_more_people_live():
    """0.02 a head is 20 for Cele and 40 for Yutian."""
    plan = best(under({"type": "amount", "each": "county", "per": "capita", "max": 0.02}, **TWO_COUNTIES))
    assert plan.objective == near(60)
    assert money(plan, "sheds", "lessons") == near(40)


@pytest.mark.parametrize("each", ["industry", "chain"])
def test_industries_and_chains_are_counted_one_by_one(each):
    """30 for each of two; what serves no industry is in no group."""
    raw = asked(
        industries={"sheep": {"chain": "herds"}, "wool": {"chain": "cloth"}},
        baseline=[stands(infrastructure=0), stands("wool", infrastructure=0)],
        measures={"looms": {"industry": "wool"}, "works": {"industry": None, "effect": 0, "jobs": 0.5}},
        chains={"herds": {}, "cloth": {}},
        rules=[{"name": "each", "type": "amount", "each": each, "max": 30}],
    )
    assert best(raw).objective == near(30 + 30 + 0.5 * 40)


def test_an_amount_that_cannot_be_reached_is_infeasible():
    assert best(under({"type": "amount", "min": 101})).status == Status.INFEASIBLE


# Count


@pytest.mark.parametrize(
    ("rule", "jobs"),
    [
        ({"max": 1}, 60),
        ({"max": 2}, 80),
        ({"max": 0}, 0),
        ({"min": 3}, 75),  # loans of at least 10 bring nothing
        ({"each": "category", "min": 1}, 75),
        ({"each": "category", "max": 1}, 80),
        ({"max": 1, "penalty": 15}, 65),  # a second one brings 20
        ({"max": 1, "penalty": 25}, 60),
        ({"min": 3, "penalty": 4}, 76),  # a third one costs 5
        ({"min": 3, "penalty": 6}, 75),
        ({"min": 4, "penalty": 6}, 69),
    ],
)
def test_the_number_of_measures_is_kept_or_bought_off(rule, jobs):
    """Pens take 60 at most, courses 0.5 a job for the other 40."""
    loans = {"category": "enterprise", "min_units": 10}
    measures = {"pens": {"max_units": 60}, "courses": {"min_units": 10}, "loans": loans}
    assert best(under({"type": "count", **rule}, measures=measures)).objective == near(jobs)


# Complement


def matching(ratio, **keys):
    """Return a question with 50 of aid and 100 of national money; aid to courses follows that for pens."""
    rule = {"type": "complement", "aid": COURSES, "national": PENS, "ratio": ratio, **keys}
    funds = {"aid": {"amount": 50}, "national": {"kind": "national", "amount": 100}}
    return under(rule, funds=funds, measures={"courses": {"national": "none"}})


@pytest.mark.parametrize(
    ("ratio", "keys", "jobs"),
    [
        (0, {}, 150),
        (0.5, {}, 125),  # all aid to courses lets 100 of the nation in
        (0.2, {}, 140),
        (1, {}, 75),  # only 50 of the nation can be matched: 50 + 25
        (0.5, {"penalty": 0.1}, 145),
        (0.5, {"penalty": 0.6}, 125),
    ],
)
def test_aid_to_one_selection_follows_national_money_to_another(ratio, keys, jobs):
    assert best(matching(ratio, **keys)).objective == near(jobs)


def test_a_complement_within_the_county_is_not_met_by_another_countys_aid():
    """In Yutian nothing but pens of the nation could be built: without aid to courses there, they are not."""
    raw = matching(0.1, within="county")
    raw["counties"]["yutian"] = {"population": 2000}
    raw["measures"]["sheds"] = {**raw["measures"]["pens"], "county": "yutian"}
    plan = best(raw)
    assert plan.objective == near(40 + 100 + 5)  # 100 of the nation in Cele, 10 of aid for courses
    assert money(plan, "sheds") == near(plan.values["Aid"]["sheds"])


def test_a_complement_is_asked_only_where_the_nation_could_pay():
    """Yutian has lessons, but nothing that the national side of the rule selects."""
    raw = matching(0.2, within="county")
    raw["counties"]["yutian"] = {"population": 2000}
    raw["measures"]["lessons"] = {**raw["measures"]["courses"], "county": "yutian"}
    assert set(best(raw).values["Counted"]) == {("complement", "cele")}


def test_each_in_a_complement_narrows_the_aid_and_not_the_national_money():
    """Aid to each of two counties is to be 0.1 of all 100 of the nation, so 10 for courses and 10 for lessons."""
    raw = matching(0.1, each="county")
    raw["counties"]["yutian"] = {"population": 2000}
    raw["measures"]["lessons"] = {**raw["measures"]["courses"], "county": "yutian"}
    plan = best(raw)
    assert plan.objective == near(100 + 30 + 0.5 * 20)
    assert money(plan, "lessons") == near(10)


# Parity and Gini


@pytest.mark.parametrize(
    ("keys", "jobs"),
    [
        ({"max": 2}, 75),  # u/1000 ≤ 2 · v/2000: as much for Yutian as for Cele
        ({"max": 1}, 100 / 3 + 100 / 3),
        ({"max": 8}, 90),  # u ≤ 4 · v
        ({"max": 2, "penalty": 3}, 91),  # all to Cele: 0.1 a head, three times what 100 for 3000 people could be
        ({"max": 2, "penalty": 9}, 75),  # moving 1 back costs 0.5 and is worth 9 · 0.06
    ],
)
def test_parity_keeps_the_largest_spending_per_head_near_the_smallest(keys, jobs):
    """A job costs 1 in Cele with 1000 people, 2 in Yutian with 2000."""
    assert best(unequal({"type": "parity", **keys})).objective == near(jobs)


@pytest.mark.parametrize(
    ("keys", "jobs"),
    [
        ({"max": 0.3}, (190 / 3) + 0.5 * (110 / 3)),  # |2000 u - 1000 (100 - u)| ≤ 0.3 · 3000 · 100
        ({"max": 0}, 200 / 3),  # by heads: 33.3 and 66.7
        ({"max": 2 / 3}, 100),  # all to Cele
        ({"max": 0.3, "penalty": 30}, 100 - 30 * (2 / 3 - 0.3)),  # all to Cele: an index of two thirds
        ({"max": 0.3, "penalty": 60}, (190 / 3) + 0.5 * (110 / 3)),  # each unit: 0.5 against 60 · 0.01
    ],
)
def test_a_gini_index_keeps_money_near_the_parts_of_people(keys, jobs):
    assert best(unequal({"type": "gini", **keys})).objective == near(jobs)


@pytest.mark.parametrize("kind", ["parity", "gini"])
def test_a_county_without_measures_counts_as_one_without_money(kind):
    """Nobody may have anything where a third county must have as much and can have nothing."""
    rule = {"type": kind, "max": 3 if kind == "parity" else 0.1}
    raw = unequal(rule)
    raw["counties"]["pishan"] = {"population": 1500}
    assert best(raw).objective == near(0)


@pytest.mark.parametrize("kind", ["parity", "gini"])
def test_equity_can_be_asked_of_one_kind_of_measure(kind):
    """Per head the same for pens, but courses in Cele, at 0.9 a job, are free of the rule."""
    rule = {"type": kind, "of": PENS, "max": 1 if kind == "parity" else 0}
    raw = unequal(rule)
    raw["measures"]["courses"] = {
        "county": "cele",
        "category": "training",
        "jobs": 0.9,
        "unit_cost": 1,
        "max_units": 200,
    }
    assert best(raw).objective == near(90)


def unequal(rule):
    """Return a question with pens in Cele and sheds in Yutian, where a job costs twice as much."""
    raw = under(rule, **TWO_COUNTIES)
    raw["measures"]["sheds"]["jobs"] = 0.5
    del raw["measures"]["courses"], raw["measures"]["lessons"]
    return raw


# Change


@pytest.mark.parametrize(
    ("keys", "before", "jobs"),
    [
        ({"of": PENS, "max": 0.25}, {"pens": 40}, 75),  # 30 to 50
        ({"of": COURSES, "max": 0.5}, {"courses": 60}, 85),  # 30 to 90
        ({"of": PENS, "max": 0}, {"pens": 40}, 70),
        ({"each": "measure", "max": 0.5}, {"pens": 40, "courses": 20}, 75),  # 60 and 30; 10 stay
        ({"each": "measure", "max": 0.5}, {"pens": 40}, 60),  # what had nothing gets nothing
        ({"each": "county", "max": 0.1}, {"pens": 40, "courses": 10}, 55),
        ({"max": 2}, {"pens": 30}, 90),
        ({"of": PENS, "max": 0.25, "penalty": 0.4}, {"pens": 40}, 100 - 0.4 * 50),
        ({"of": PENS, "max": 0.25, "penalty": 0.6}, {"pens": 40}, 75),
        ({"of": COURSES, "max": 0.5, "penalty": 0.4}, {"courses": 60}, 100 - 0.4 * 30),
    ],
)
def test_a_plan_keeps_near_last_years(keys, before, jobs):
    raw = under({"type": "change", "previous": "results/2018", **keys})
    assert best(raw, {"change": before}).objective == near(jobs)


# Several rules together


def test_rules_that_clash_are_infeasible_and_a_soft_one_gives_way():
    """30 at least for pens and for courses, but 50 in all. At 2 a unit the limit is broken by 10, not by more."""
    floors = [{"type": "amount", "name": k["category"], "of": k, "min": 30} for k in (PENS, COURSES)]
    cap = {"type": "amount", "max": 50}
    assert best(under(*floors, cap)).status == Status.INFEASIBLE
    plan = best(under(*floors, {**cap, "penalty": 2}))
    assert plan.objective == near(30 + 15 - 2 * 10)
    assert plan.values["Penalties"][None] == near(20)
