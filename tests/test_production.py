"""From money to jobs: bottlenecks, market, people, returns, viable size. Every optimum is worked by hand."""

import pytest
from conftest import asked, best, rivals, stands

JOB_CATEGORIES = ("infrastructure", "training", "enterprise")
TRADE = {
    "industries": {"sheep": {"productivity": 1, "uplift": 2}, "wool": {"productivity": 10}},
    "links": [{"from": "sheep", "to": "wool"}],
    "objective": {"linkage": 1},
}
"""Wool buys all that sheep bring, so that linkage is the output of sheep."""

near = pytest.approx


def jobs(plan, industry="sheep", county="cele"):
    return plan.values["Jobs"][county, industry]


# Bottlenecks


@pytest.mark.parametrize("category", JOB_CATEGORIES)
def test_each_of_three_categories_is_a_bottleneck_that_money_opens(category):
    """Nothing is missing but one category; a unit of it costs 1."""
    raw = asked(baseline=[stands(**{category: 0})], measures={"pens": {"category": category}})
    assert best(raw).objective == near(100)


@pytest.mark.parametrize("category", ["training", "enterprise"])
def test_what_is_scarcest_decides(category):
    """100 workplaces, but only 40 qualified workers or 40 positions."""
    plan = best(asked(baseline=[stands(infrastructure=0, **{category: 40})]))
    assert plan.objective == near(40)
    assert plan.values["Spent"]["aid"] == near(40)


def test_money_is_split_so_that_no_category_is_ahead_of_another():
    """A job takes a place for 1, a course for 0.25 and a position for 0.75: 2 in all, so 50 jobs."""
    raw = asked(
        baseline=[stands(infrastructure=0, training=0, enterprise=0)],
        measures={
            "courses": {"category": "training", "unit_cost": 0.25},
            "wages": {"category": "enterprise", "unit_cost": 0.75},
        },
    )
    plan = best(raw)
    assert plan.objective == near(50)
    assert plan.values["Units"] == {m: near(50) for m in ("pens", "courses", "wages")}


@pytest.mark.parametrize(("need", "expected"), [(2, 50), (0.5, 200), (1, 100)])
def test_a_job_may_need_more_or_less_than_one_place(need, expected):
    assert best(asked(industries={"sheep": {"needs": {"infrastructure": need}}})).objective == near(expected)


def test_a_category_that_is_not_needed_is_no_bottleneck():
    """Without need of workplaces the 1000 people who look for work have it without any money."""
    plan = best(asked(industries={"sheep": {"needs": {"infrastructure": 0}}}))
    assert plan.objective == near(1000)
    assert plan.values["Spent"]["aid"] == 0


@pytest.mark.parametrize(("money", "kept"), [(50, 10), (200, 20)])
def test_insurance_keeps_jobs_that_would_be_lost(money, kept):
    """A fifth of 100 jobs is lost each year; insuring one costs 1. No more are insured than there are."""
    raw = asked(
        industries={"sheep": {"hazard": 0.2}},
        baseline=[stands(jobs=100, max_jobs=100)],
        measures={"pens": {"category": "insurance"}},
        funds={"aid": {"amount": money}},
    )
    plan = best(raw)
    assert plan.objective == near(kept)
    assert plan.values["Insured"]["cele", "sheep"] == near(5 * kept)
    assert plan.values["Spent"]["aid"] == near(5 * kept)


def test_jobs_kept_today_are_not_counted_as_gained():
    """Of 100 jobs 30 are insured already: 70 more can be, each worth 0.2."""
    raw = asked(
        industries={"sheep": {"hazard": 0.2}},
        baseline=[stands(jobs=100, max_jobs=100, insurance=30)],
        measures={"pens": {"category": "insurance"}},
    )
    assert best(raw).objective == near(14)


@pytest.mark.parametrize(("money", "output"), [(0, 100), (30, 160), (150, 300)])
def test_technology_raises_output_of_jobs_that_exist(money, output):
    """100 jobs bring 1 each; each upgraded one 2 more, for 1 of money."""
    raw = asked(
        **TRADE,
        baseline=[stands(jobs=100, max_jobs=100), stands("wool", jobs=100, max_jobs=100)],
        measures={"pens": {"category": "technology"}},
        funds={"aid": {"amount": money}},
    )
    assert best(raw).objective == near(output)


def test_what_serves_a_county_is_shared_out_where_it_does_most():
    """30 courses: wool needs half of one a job, but takes 40 jobs at most. 20 go there, 10 to sheep: 50 jobs."""
    raw = asked(
        industries={"wool": {"needs": {"training": 0.5}}},
        baseline=[stands(training=0), stands("wool", training=0, max_jobs=40)],
        measures={"pens": {"category": "training", "industry": None}},
        funds={"aid": {"amount": 30}},
    )
    plan = best(raw)
    assert plan.objective == near(50)
    assert (jobs(plan), jobs(plan, "wool")) == (near(10), near(40))
    assert plan.values["Share"]["cele", "training", "wool"] == near(20)


def test_what_serves_a_county_serves_no_other():
    raw = asked(
        counties={"yutian": {}},
        baseline=[stands(infrastructure=0, county="yutian")],
        measures={"pens": {"industry": None}},
    )
    assert best(raw).objective == near(0)


def test_what_is_paid_for_is_not_all_that_takes_effect():
    """Of 100 places 80 are delivered, and a quarter of those would have come anyway: 60."""
    raw = asked(
        counties={"cele": {"delivery": {"infrastructure": 0.8, "training": 0.1}}},
        measures={"pens": {"deadweight": 0.25}},
    )
    assert best(raw).objective == near(60)


def test_direct_jobs_are_what_arrives_and_would_not_have_come_anyway():
    """100 units, of which 0.8 are delivered and a quarter would have come anyway."""
    raw = rivals(counties={"cele": {"delivery": {"infrastructure": 0.8}}}, measures={"pens": {"deadweight": 0.25}})
    assert best(raw).objective == near(60)


def test_a_measure_for_an_industry_that_cannot_exist_brings_only_its_direct_jobs():
    """Wool has no row in the county: its 100 workshops hold nobody, their 20 builders count."""
    raw = asked(industries={"wool": {}}, measures={"pens": {"industry": "wool", "jobs": 0.2, "outlet": 5}})
    assert best(raw).objective == near(20)


# Market and people


def test_buyers_limit_output():
    """They take 200 a year, and a job brings 5: 40 jobs."""
    raw = asked(industries={"sheep": {"productivity": 5}}, baseline=[stands(infrastructure=0, market=200)])
    assert best(raw).objective == near(40)


def test_a_fair_finds_buyers():
    """No buyers today; 1 for the fair finds 10 of sales, two jobs' worth. 2/3 for places and 1/3 for the fair."""
    raw = asked(
        industries={"sheep": {"productivity": 5}},
        baseline=[stands(infrastructure=0, market=0)],
        measures={"fair": {"category": "enterprise", "effect": 0, "outlet": 10}},
    )
    plan = best(raw)
    assert plan.objective == near(200 / 3)
    assert plan.values["Units"]["fair"] == near(100 / 3)


def test_better_output_needs_buyers_too():
    """Buyers take 150: with 100 jobs of 1 each, only 25 may bring 2 more."""
    raw = asked(
        **TRADE,
        baseline=[stands(jobs=100, max_jobs=100, market=150), stands("wool", jobs=100, max_jobs=100)],
        measures={"pens": {"category": "technology"}},
    )
    plan = best(raw)
    assert plan.objective == near(150)
    assert plan.values["Upgraded"]["cele", "sheep"] == near(25)


def test_jobs_are_for_people_who_look_for_work():
    assert best(asked(counties={"cele": {"jobseekers": 30}})).objective == near(30)


def test_all_industries_and_direct_jobs_draw_on_the_same_people():
    """30 look for work: 20 find it in wool, and pens bring 10 more, herders and builders together."""
    raw = asked(
        counties={"cele": {"jobseekers": 30}},
        industries={"wool": {}},
        baseline=[stands(infrastructure=0), stands("wool", max_jobs=20)],
        measures={"pens": {"jobs": 0.5}},
    )
    assert best(raw).objective == near(30)


def test_what_a_measure_brings_may_be_left_unused():
    """A committed road of 50 units would bring 50 jobs, but only 30 people look for work."""
    row = {"min_units": 50, "committed": True}
    plan = best(rivals(counties={"cele": {"jobseekers": 30}}, measures={"pens": row}))
    assert plan.objective == near(30)
    assert plan.values["Gain"]["pens"] == near(30)
    assert plan.values["Units"]["pens"] == near(50)


def test_an_industry_grows_to_its_largest_size_only():
    assert best(asked(baseline=[stands(infrastructure=0, max_jobs=25)])).objective == near(25)


def test_a_job_counts_by_the_weight_of_its_county():
    """A job in Yutian costs 1.5 times as much and is worth twice."""
    raw = rivals(
        counties={"yutian": {"weight": 2, "jobseekers": None}},
        measures={"sheds": {"county": "yutian", "jobs": 1, "unit_cost": 1.5}},
    )
    plan = best(raw)
    assert plan.objective == near(2 * 100 / 1.5)
    assert plan.values["Funded"]["pens"] == 0


# Returns


@pytest.mark.parametrize(
    ("curve", "money", "expected"),
    [
        ([[40, 1], [200, 0.5]], 30, 30),  # falling: all of it on the first piece
        ([[40, 1], [200, 0.5]], 100, 70),  # 40 + 0.5 · 60
        ([[40, 1], [100, 0.5], [200, 0]], 200, 70),
        ([[50, 0], [200, 2]], 50, 0),  # rising: nothing works before a critical mass
        ([[50, 0], [200, 2]], 60, 20),
        ([[20, 1], [60, 0], [100, 3], [200, 0.5]], 50, 20),  # mixed: 20, nothing for 40, then 3 each
        ([[20, 1], [60, 0], [100, 3], [200, 0.5]], 70, 50),
        ([[20, 1], [60, 0], [100, 3], [200, 0.5]], 120, 150),  # 20 + 0 + 120 + 10
        ([[20, 0.5], [40, 1], [200, 1]], 50, 40),  # 10 + 20 + 10
        ([[400, 0.7]], 100, 70),  # a curve may reach further than the measure
    ],
)
def test_units_bring_what_the_curve_of_returns_says(curve, money, expected):
    raw = asked(measures={"pens": {"returns": curve}}, funds={"aid": {"amount": money}})
    assert best(raw).objective == near(expected)


def test_money_moves_on_when_returns_fall():
    """Pens bring 1 up to 40, then 0.5; courses 0.8: 40 + 0.8 · 60."""
    raw = rivals(measures={"pens": {"returns": [[40, 1], [200, 0.5]]}, "courses": {"jobs": 0.8}})
    plan = best(raw)
    assert plan.objective == near(88)
    assert plan.values["Units"]["pens"] == near(40)


@pytest.mark.parametrize(("money", "chosen"), [(80, "courses"), (90, "pens")])
def test_a_critical_mass_is_worth_waiting_for_only_with_enough_money(money, chosen):
    """Pens bring nothing up to 50, then 2: 60 or 80 jobs; courses 0.8 each: 64 or 72."""
    raw = rivals(
        measures={"pens": {"returns": [[50, 0], [200, 2]]}, "courses": {"jobs": 0.8}},
        funds={"aid": {"amount": money}},
    )
    plan = best(raw)
    assert plan.values["Units"][chosen] == near(money)


def test_resources_and_limits_go_by_units_not_by_returns():
    """100 units bring 50; they take the water of 100."""
    row = {"returns": [[200, 0.5]], "uses": {"water": 1}}
    raw = asked(measures={"pens": row}, resources={"water": {"amount": 60}})
    assert best(raw).objective == near(30)


# Viable size and clusters


@pytest.mark.parametrize(("money", "gained"), [(0, 0), (20, 0), (29, 0), (30, 30), (45, 45)])
def test_an_industry_below_its_viable_size_grows_to_it_or_not_at_all(money, gained):
    """20 jobs stand today, and 50 are viable."""
    raw = asked(
        industries={"sheep": {"viable_jobs": 50}},
        baseline=[stands(jobs=20, infrastructure=20)],
        funds={"aid": {"amount": money}},
    )
    plan = best(raw)
    assert plan.objective == near(gained)
    assert plan.values["Established"]["cele", "sheep"] == (gained > 0)
    assert plan.values["Spent"]["aid"] == near(gained)


@pytest.mark.parametrize("today", [50, 60])
def test_an_industry_of_viable_size_grows_freely(today):
    raw = asked(
        industries={"sheep": {"viable_jobs": 50}},
        baseline=[stands(jobs=today, infrastructure=today)],
        funds={"aid": {"amount": 10}},
    )
    plan = best(raw)
    assert plan.objective == near(10)
    assert plan.values["Established"]["cele", "sheep"] == 1


def test_an_industry_that_can_never_be_viable_keeps_what_it_has():
    raw = asked(industries={"sheep": {"viable_jobs": 50}}, baseline=[stands(jobs=20, infrastructure=20, max_jobs=49)])
    plan = best(raw)
    assert plan.objective == near(0)
    assert plan.values["Established"]["cele", "sheep"] == 0


def test_without_a_viable_size_an_industry_stands_even_without_jobs():
    assert best(asked(funds={"aid": {"amount": 0}})).values["Established"]["cele", "sheep"] == 1


@pytest.mark.parametrize(
    ("today", "money", "worth"), [(0, 79, 79), (0, 80, 80 + 30), (80, 0, 30), (90, 5, 5 + 30), (60, 20, 20 + 30)]
)
def test_a_cluster_is_worth_its_bonus_once_it_has_its_size(today, money, worth):
    """80 jobs make a cluster worth 30 of linkage; one that stands today counts too, in the status quo as well."""
    raw = asked(
        industries={"sheep": {"cluster_jobs": 80, "cluster_bonus": 30}},
        baseline=[stands(jobs=today, infrastructure=today)],
        funds={"aid": {"amount": money}},
        objective={"employment": 1, "linkage": 1},
    )
    plan = best(raw)
    assert plan.objective == near(worth)
    assert plan.values["Clustered"].get(("cele", "sheep"), 0) == (worth > money)


def test_money_is_gathered_where_it_makes_a_cluster():
    """50 for each county is as many jobs as 80 and 20, but only 80 in one place are a cluster."""
    raw = asked(
        counties={"yutian": {}},
        industries={"sheep": {"cluster_jobs": 80, "cluster_bonus": 30}},
        baseline=[stands(infrastructure=0), stands(county="yutian", infrastructure=0)],
        measures={"pens": {"returns": [[50, 1], [200, 0.9]]}, "sheds": {"county": "yutian"}},
        objective={"employment": 1, "linkage": 1},
    )
    plan = best(raw)
    assert plan.objective == near(130)
    assert jobs(plan, county="yutian") >= 80 - 1e-6
