"""Bounds and big-Ms: no plan exceeds them, and where the data let a plan reach them it does.

The largest value of each quantity is found by the oracle, which knows none of these bounds.
"""

import pyomo.core as pyo
import pytest
from conftest import asked, model_of, one_measure, rivals, stands
from oracle import Program, optimum, quicksum
from randoms import tiny_instance

near = pytest.approx


def most(raw, name, index):
    """Return the largest value that any plan of the oracle's gives a quantity of the model."""
    program = Program(raw, None, None)
    quantity = {
        "Units": lambda m: program.units[m],
        "Spend": lambda m, f: program.spend[m, f],
        "Gain": lambda m: program.gain[m],
        "most_aid": lambda m: program.paid({m}, "aid"),
        "most_national": lambda m: program.paid({m}, "national"),
        "Share": lambda c, k, s: quicksum(program.supply(m) for m in program.of(c, None, k)),
        "most_jobs": lambda c, s: program.jobs[c, s],
        "Jobs": lambda c, s: program.jobs[c, s],
        "Insured": lambda c, s: program.insured[c, s],
        "Upgraded": lambda c, s: program.upgraded[c, s],
        "Established": lambda c, s: program.established[c, s],
        "most_output": lambda w, c, s: program.output[(c, s), w],
    }[name]
    inside = index if isinstance(index, tuple) else (index,)
    return program.maximise(quantity(*inside), []).objective


def bound(model, name, index):
    """Return a bound of the model: a parameter, or the upper bound of a decision."""
    if name == "most_aid" and index in model.SUPPLEMENTED:
        return max(model.beside_ceiling[index] * model.Reached[index].ub, model.beside_empty[index])
    row = model.component(name)[index]
    return row.ub if isinstance(model.component(name), pyo.Var) else row


def bounds(model):
    """Return every bound there is, by name and index."""
    names = ("Units", "Spend", "Gain", "most_aid", "most_national", "Share", "most_jobs", "Jobs", "Insured")
    for name in (*names, "Upgraded", "Established", "most_output"):
        yield from ((name, index) for index in model.component(name))


FEASIBLE = [seed for seed in range(10) if optimum(tiny_instance(seed)).status == "optimal"]


@pytest.mark.parametrize("seed", FEASIBLE)
def test_no_plan_of_a_random_question_exceeds_a_bound(seed):
    raw = tiny_instance(seed)
    model = model_of(raw)
    exceeded = {
        (name, index): (highest, limit)
        for name, index in bounds(model)
        if (highest := most(raw, name, index)) > (limit := bound(model, name, index)) + 1e-6
    }
    assert exceeded == {}


# Aid and national money

SUPPLEMENT = {"national": "supplement", "national_ceiling": 40}


@pytest.mark.parametrize(
    ("raw", "aid", "national"),
    [
        (one_measure(200, 200), 100, 100),  # the cost
        (one_measure(50, 30), 50, 30),  # the purse
        (one_measure(200, 200, **SUPPLEMENT), 60, 40),  # what the ceiling leaves
        (one_measure(50, 200, **SUPPLEMENT), 50, 40),
        (one_measure(200, 30, **SUPPLEMENT), 70, 30),  # the purse is empty after 30
        (one_measure(200, 30, national="supplement-strict", national_ceiling=40), 0, 30),
        (one_measure(200, 30, national="supplement-strict", national_ceiling=25), 75, 25),
        (one_measure(200, 200, national="exclusive", national_ceiling=40), 100, 40),
        (one_measure(200, 200, max_share={"aid": 0.3, "national": 0.8}), 30, 80),
        (one_measure(200, 200, fixed_cost=20, national="none"), 120, 0),
        (one_measure(200, 200, funds=["national"]), 0, 100),
    ],
)
def test_no_more_aid_and_national_money_is_allowed_for_than_can_be_spent(raw, aid, national):
    model = model_of(raw)
    assert bound(model, "most_aid", "pens") == near(aid) == near(most(raw, "most_aid", "pens"), abs=1e-6)
    assert model.most_national["pens"] == near(national) == near(most(raw, "most_national", "pens"), abs=1e-6)


@pytest.mark.parametrize(
    ("fund", "spend"),
    [
        ({"amount": 200}, 100),
        ({"amount": 70}, 70),
        ({"amount": 70, "by_county": {"cele": 60}}, 60),
        ({"amount": 50, "by_county": {"cele": 60, "yutian": 60}}, 50),
        ({"amount": None, "by_county": {"cele": 30, "yutian": 60}}, 30),
    ],
)
def test_no_fund_is_allowed_for_beyond_its_purse_in_the_county(fund, spend):
    raw = asked(counties={"yutian": {}}, measures={"pens": {"max_units": 100}}, funds={"aid": fund})
    assert bound(model_of(raw), "Spend", ("pens", "aid")) == near(spend) == near(most(raw, "Spend", ("pens", "aid")))


# Returns and supply


@pytest.mark.parametrize(
    ("keys", "gain"),
    [
        ({}, 200),
        ({"returns": [[40, 1], [200, 0.5]]}, 120),
        ({"returns": [[50, 0], [200, 2]]}, 300),
        ({"returns": [[50, 1], [400, 0.2]]}, 80),  # the curve reaches further than the measure
    ],
)
def test_a_measure_brings_at_most_what_its_curve_gives_at_the_end(keys, gain):
    raw = rivals(measures={"pens": keys}, funds={"aid": {"amount": 1000}})
    assert bound(model_of(raw), "Gain", "pens") == near(gain) == near(most(raw, "Gain", "pens"))


def test_the_pieces_of_a_curve_end_with_the_measure():
    model = model_of(asked(measures={"pens": {"returns": [[50, 1], [400, 0.2]]}}))
    assert [model.Piece["pens", i].ub for i in (1, 2)] == [50, 150]


def test_an_industry_shares_at_most_what_serves_the_whole_county():
    """200 units with 0.5 each, of which 0.8 are delivered; the courses of another category count nothing."""
    raw = asked(
        counties={"cele": {"delivery": {"infrastructure": 0.8}}},
        measures={"pens": {"industry": None, "effect": 0.5}, "courses": {"category": "training"}},
        funds={"aid": {"amount": 1000}},
    )
    at = "cele", "infrastructure", "sheep"
    model = model_of(raw)
    assert bound(model, "Share", at) == near(80) == near(most(raw, "Share", at))
    assert bound(model, "Share", ("cele", "training", "sheep")) == 0


# Jobs and output

RICH = {"aid": {"amount": 10000}}


@pytest.mark.parametrize(
    ("row", "changes", "jobs"),
    [
        ({}, {}, 200),  # 200 pens
        ({"infrastructure": 50, "jobs": 20}, {}, 250),
        ({"training": 120}, {}, 120),
        ({"training": 120}, {"industries": {"sheep": {"needs": {"training": 2}}}}, 60),
        ({"training": 120}, {"industries": {"sheep": {"needs": {"training": 0}}}}, 200),
        ({"max_jobs": 70}, {}, 70),
        ({"jobs": 10, "infrastructure": 10}, {"counties": {"cele": {"jobseekers": 30}}}, 40),
        ({}, {"counties": {"cele": {"delivery": {"infrastructure": 0.5}}}}, 100),
        ({}, {"measures": {"pens": {"deadweight": 0.1, "returns": [[100, 1], [200, 0.5]]}}}, 135),
        ({"market": 300}, {"industries": {"sheep": {"productivity": 5}}}, 60),
        ({"market": 300}, {"industries": {"sheep": {"productivity": 5}}, "measures": {"pens": {"outlet": 1}}}, 100),
        ({"jobs": 10, "infrastructure": 10}, {"industries": {"sheep": {"viable_jobs": 210}}}, 210),
        ({"jobs": 10, "infrastructure": 10}, {"industries": {"sheep": {"viable_jobs": 211}}}, 10),  # out of reach
    ],
)  # fmt: skip
def test_jobs_are_bounded_by_what_is_scarcest_whatever_the_money(row, changes, jobs):
    raw = asked(baseline=[stands(**{"infrastructure": 0, **row})], funds=RICH, **changes)
    at = "cele", "sheep"
    model = model_of(raw)
    assert model.most_jobs[at] == near(jobs) == near(most(raw, "most_jobs", at))
    assert model.Jobs[at].ub == near(jobs)
    assert model.Jobs[at].lb == row.get("jobs", 0)


@pytest.mark.parametrize(("category", "name"), [("insurance", "Insured"), ("technology", "Upgraded")])
@pytest.mark.parametrize(("standing", "top"), [(0, 30), (10, 40), (90, 100)])
def test_no_more_jobs_are_covered_than_there_are_and_than_can_be_bought(category, name, standing, top):
    """100 jobs; 30 can be bought."""
    raw = asked(
        baseline=[stands(jobs=100, max_jobs=100, **{category: standing})],
        measures={"pens": {"category": category, "max_units": 30}},
    )
    assert bound(model_of(raw), name, ("cele", "sheep")) == near(top) == near(most(raw, name, ("cele", "sheep")))


@pytest.mark.parametrize(
    ("today", "viable", "standing", "ends"),
    [(0, 0, 100, (1, 1)), (50, 50, 100, (1, 1)), (49, 50, 100, (0, 1)), (10, 50, 49, (0, 0))],
)
def test_whether_an_industry_stands_is_left_open_only_where_it_is_open(today, viable, standing, ends):
    raw = asked(
        industries={"sheep": {"viable_jobs": viable}},
        baseline=[stands(jobs=today, infrastructure=standing)],
        measures={"pens": {"effect": 0}},
    )
    model = model_of(raw)
    assert (model.Established["cele", "sheep"].lb, model.Established["cele", "sheep"].ub) == ends
    assert most(raw, "Established", ("cele", "sheep")) == near(ends[1])


def test_output_is_bounded_by_jobs_upgrades_and_the_year():
    """200 jobs bring 2 each, 0.5 of it in a drought; 30 can bring 3 more."""
    raw = asked(
        industries={"sheep": {"productivity": 2, "uplift": 3, "hazard": 0.1}},
        baseline=[stands(infrastructure=0, insurance=500)],
        measures={"breed": {"category": "technology", "max_units": 30}},
        funds=RICH,
        scenarios={
            "normal": {"probability": 0.5},
            "drought": {"probability": 0.5, "productivity": {"sheep": 0.5}},
        },
    )
    model = model_of(raw)
    for world, output in (("normal", 490), ("drought", 290)):
        at = world, "cele", "sheep"
        assert model.most_output[at] == near(output) == near(most(raw, "most_output", at))


@pytest.mark.parametrize(
    ("raw", "spend", "jobs"),
    [
        (asked(measures={"pens": {"eligible": False, "reason": "x"}}), 0, 0),
        (asked(), 100, 100),  # 100 of money, 1 a place: a scale of 200 is out of reach
        (asked(measures={"pens": {"integer": True, "max_units": 3.7, "unit_cost": 10}}), 30, 3),
    ],
    ids=["not eligible", "poor", "whole units"],
)
def test_no_more_is_allowed_for_than_the_purse_and_the_measure_permit(raw, spend, jobs):
    model = model_of(raw)
    assert bound(model, "Spend", ("pens", "aid")) == near(spend) == near(most(raw, "Spend", ("pens", "aid")))
    assert bound(model, "Jobs", ("cele", "sheep")) == near(jobs) == near(most(raw, "Jobs", ("cele", "sheep")))
