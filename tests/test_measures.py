"""Measures and money: what is bought, who pays, and how aid meets national money. Every optimum is worked by hand."""

import itertools

import pytest
from conftest import asked, best, holds, model_of, one_measure, plan_of, rivals
from hypothesis import given, settings
from hypothesis import strategies as st

from alloc.solution import Status

near = pytest.approx


def spent(plan, m="pens"):
    return {f: amount for (measure, f), amount in plan.values["Spend"].items() if measure == m}


# Cost and scale


def test_money_buys_units_until_it_is_spent():
    """100 = 10 of fixed cost + 2 · 45."""
    plan = best(asked(measures={"pens": {"fixed_cost": 10, "unit_cost": 2}}))
    assert plan.objective == near(45)
    assert plan.values["Units"]["pens"] == near(45)


def test_whole_units_are_bought_one_by_one():
    """At 30 each 100 buys 3 and a third; the third is of no use, and 10 of the money stays."""
    plan = best(asked(measures={"pens": {"unit_cost": 30, "effect": 10, "integer": True}}))
    assert plan.objective == near(30)
    assert spent(plan) == {"aid": near(90)}


def test_limits_on_whole_units_are_rounded_inward():
    """From 1.5 to 3.7 units in whole numbers are 2 to 3."""
    model = model_of(asked(measures={"pens": {"integer": True, "min_units": 1.5, "max_units": 3.7}}))
    assert holds(model.keeps_least, Funded=1, Units=2)
    assert not holds(model.keeps_least, Funded=1, Units=1.9)
    assert holds(model.keeps_most, Funded=1, Units=3)
    assert not holds(model.keeps_most, Funded=1, Units=3.1)


@pytest.mark.parametrize(("fewest", "jobs"), [(0, 100), (50, 100), (60, 70)])
def test_money_is_not_sprinkled_over_measures_too_small_to_work(fewest, jobs):
    """Two measures of 70 at most. With 60 at least, both would cost 120: one is left out, the other goes to 70."""
    row = {"min_units": fewest, "max_units": 70}
    assert best(asked(measures={"pens": row, "sheds": row})).objective == near(jobs)


@pytest.mark.parametrize(("money", "jobs", "funded"), [(60, 60, {"pens"}), (100, 120, {"factory"})])
def test_a_measure_is_worth_its_fixed_cost_or_is_left_out(money, jobs, funded):
    """The factory costs 40 to begin and 0.5 a job: 60 buy 40 jobs there, 100 buy 120. Pens: one job for one."""
    factory = {"fixed_cost": 40, "unit_cost": 0.5}
    plan = best(asked(funds={"aid": {"amount": money}}, measures={"factory": factory}))
    assert plan.objective == near(jobs)
    assert {m for m, go in plan.values["Funded"].items() if go > 0.5} == funded


# Locks


def test_a_committed_measure_takes_its_money_first():
    """A road of 30 that brings no job leaves 70."""
    road = {"effect": 0, "unit_cost": 0, "fixed_cost": 30, "committed": True}
    plan = best(asked(measures={"road": road}))
    assert plan.objective == near(70)
    assert plan.values["Funded"]["road"] == 1


def test_a_committed_measure_of_no_units_costs_what_is_still_owed_for_it():
    """A debt of 30 is paid from 100, which leaves money for 70 jobs; it brings nothing itself."""
    debt = {"fixed_cost": 30, "unit_cost": 1, "min_units": 0, "max_units": 0, "committed": True}
    plan = best(asked(measures={"pens": {"unit_cost": 1}, "debt": debt}))
    assert plan.objective == near(70)
    assert spent(plan, "debt") == {"aid": near(30)}


def test_a_measure_that_is_not_eligible_gets_nothing():
    plan = best(asked(measures={"pens": {"eligible": False, "reason": "not appraised"}}))
    assert plan.objective == near(0)
    assert spent(plan) == {"aid": 0}


def test_a_measure_waits_for_what_it_requires():
    """Pens need the road of 30: 70 jobs. Nobody would build the road for itself."""
    road = {"effect": 0, "unit_cost": 0, "fixed_cost": 30}
    assert best(asked(measures={"road": road, "pens": {"requires": ["road"]}})).objective == near(70)
    assert best(asked(measures={"road": road})).values["Funded"]["road"] == 0


@pytest.mark.parametrize(("pens", "sheds"), [(50, 60), (60, 50)])
def test_of_two_measures_that_exclude_each_other_the_better_goes_ahead(pens, sheds):
    """50 or 60 jobs, not both; it is enough that one of the two says so."""
    raw = asked(measures={"pens": {"max_units": pens}, "sheds": {"max_units": sheds, "excludes": ["pens"]}})
    plan = best(raw)
    assert plan.objective == near(60)
    assert plan.values["Funded"] == {"pens": pens > sheds, "sheds": sheds > pens}


def test_units_keep_to_the_scale_of_another_measure():
    """2 pens a unit of road: x pens need x/2 of road, and x + x/2 = 100."""
    plan = best(asked(measures={"road": {"effect": 0}, "pens": {"limited_by": {"road": 2}}}))
    assert plan.objective == near(200 / 3)


# Funds and resources


@pytest.mark.parametrize(
    ("fund", "jobs"),
    [
        ({"amount": 100}, 100),
        ({"amount": 100, "counties": ["yutian"]}, 0),
        ({"amount": 100, "counties": ["yutian", "cele"]}, 100),
        ({"amount": 100, "categories": ["training"]}, 0),
        ({"amount": 100, "categories": ["infrastructure"]}, 100),
        ({"amount": None, "by_county": {"yutian": 100}}, 0),
        ({"amount": None, "by_county": {"cele": 30}}, 30),
        ({"amount": 20, "by_county": {"cele": 30}}, 20),
        ({"amount": 50, "by_county": {"cele": 30}}, 30),
    ],
)
def test_a_fund_pays_only_where_it_may_and_what_it_has(fund, jobs):
    assert best(asked(counties={"yutian": {}}, funds={"aid": fund})).objective == near(jobs)


def test_what_counties_may_spend_and_the_whole_both_hold():
    """80 may go to each county, but 100 in all."""
    raw = asked(
        counties={"yutian": {}},
        funds={"aid": {"by_county": {"cele": 80, "yutian": 80}}},
        measures={"pens": {"jobs": 1, "effect": 0}, "sheds": {"county": "yutian", "jobs": 1, "effect": 0}},
    )
    assert best(raw).objective == near(100)
    raw["funds"]["aid"]["amount"] = 200
    assert best(raw).objective == near(160)


def test_a_measure_names_its_funds():
    funds = {"aid": {"amount": 100}, "beijing": {"kind": "aid", "amount": 30}}
    assert best(asked(funds=funds, measures={"pens": {"funds": ["beijing"]}})).objective == near(30)


def test_a_fund_is_used_as_far_as_it_must_be_and_no_further():
    """Pens take 30 at most; of the 50 that must be spent, 20 go where they bring nothing."""
    raw = asked(funds={"aid": {"min_use": 50}}, measures={"pens": {"max_units": 30}, "paint": {"effect": 0}})
    plan = best(raw)
    assert plan.objective == near(30)
    assert plan.values["Spent"]["aid"] == near(50)


def test_of_plans_as_good_the_one_that_spends_least_is_taken():
    """Only 30 workers are to be had, so 70 of the 100 stay."""
    plan = best(asked(counties={"cele": {"jobseekers": 30}}))
    assert plan.values["Spent"]["aid"] == near(30)


def test_a_resource_limits_units_in_all_and_in_each_county():
    """Each pen takes half a unit of water: 20 are enough for 40. By county: 15 and 10 are enough for 30 and 20."""
    row = {"uses": {"water": 0.5}, "jobs": 1, "effect": 0}
    raw = asked(
        counties={"yutian": {}},
        measures={"pens": row, "sheds": {**row, "county": "yutian"}},
        resources={"water": {"amount": 20}},
    )
    assert best(raw).objective == near(40)
    raw["resources"] = {"water": {"by_county": {"cele": 15, "yutian": 10}}}
    assert best(raw).objective == near(50)
    raw["resources"] = {"water": {"by_county": {"cele": 15, "yutian": 10}, "amount": 22}}
    assert best(raw).objective == near(44)


# Aid and national money


def test_supplement_keeps_aid_out_until_national_money_is_used_up():
    model = model_of(one_measure(national="supplement", national_ceiling=40))
    meeting = model.supplements_national, model.reaches_ceiling, model.empties_purse
    assert holds(*meeting, aid=0, national=39, Empty=0)
    assert not any(holds(*meeting, aid=1, national=39, Empty=empty) for empty in (0, 1))
    assert holds(*meeting, aid=1, national=40, Empty=0)


def test_supplement_lets_aid_in_below_the_ceiling_once_the_national_purse_is_empty():
    """The ceiling is 70, the nation has 60."""
    model = model_of(one_measure(national="supplement", national_ceiling=70))
    meeting = model.supplements_national, model.reaches_ceiling, model.empties_purse
    assert not any(holds(*meeting, aid=1, national=59, Empty=empty) for empty in (0, 1))
    assert holds(*meeting, aid=1, national=60, Empty=1)


def test_a_strict_supplement_waits_for_the_ceiling_whatever_the_purse():
    model = model_of(one_measure(national="supplement-strict", national_ceiling=70))
    meeting = model.supplements_strictly, model.reaches_ceiling
    assert not holds(*meeting, aid=1, national=60)
    assert holds(*meeting, aid=1, national=70)


def test_exclusive_lets_one_pay_and_not_the_other():
    model = model_of(one_measure(national="exclusive"))
    meeting = model.aid_pays_alone, model.nation_pays_alone
    assert holds(*meeting, Funded=1, aid=60, national=0)
    assert holds(*meeting, Funded=1, aid=0, national=60)
    assert not holds(*meeting, Funded=1, aid=1, national=1)


@pytest.mark.parametrize(
    ("keys", "aid", "national"),
    [
        ({}, None, None),  # whoever pays, it is 100
        ({"national": "any", "national_ceiling": 30}, 60, 30),
        ({"national": "none"}, 60, None),
        ({"national": "supplement", "national_ceiling": 40}, 60, 40),
        ({"national": "supplement", "national_ceiling": 60}, 40, 60),
        ({"national": "supplement", "national_ceiling": 61}, 40, 60),  # the nation has 60, and has spent it
        ({"national": "supplement", "national_ceiling": 150}, 40, 60),
        ({"national": "supplement-strict", "national_ceiling": 60}, 40, 60),
        ({"national": "supplement-strict", "national_ceiling": 61}, 0, 60),  # the nation has 60: never reached
        ({"national": "supplement-strict", "national_ceiling": 150}, 0, 60),  # nor can 150 be spent here
        ({"national": "supplement", "national_ceiling": 40, "funds": ["aid"]}, 60, None),  # nobody to wait for
        ({"national": "supplement-strict", "national_ceiling": 40, "funds": ["aid"]}, 0, None),
        ({"national": "supplement", "national_ceiling": 0}, 60, 0),  # nothing to wait for
        ({"national": "exclusive"}, None, None),
        ({"national": "any", "national_planned": 20}, 60, 20),
        ({"national": "any", "national_planned": 0}, 60, 0),
        ({"national": "exclusive", "national_planned": 20}, 0, 20),  # decided: aid would pay twice
        ({"national": "supplement", "national_ceiling": 40, "national_planned": 40}, 60, 40),
        ({"national": "supplement", "national_ceiling": 40, "national_planned": 39}, 0, 39),
    ],
)
def test_each_form_of_complementarity_lets_in_its_share_of_60_and_60(keys, aid, national):
    """The measure takes 100 at most. Under `exclusive` one of them pays 60."""
    plan = best(one_measure(**keys))
    paid = spent(plan)
    if aid is None:
        assert plan.objective == near(60 if keys else 100)
        assert sum(paid.values()) == near(plan.objective)
        return
    assert paid == {"aid": near(aid)} | ({} if national is None else {"national": near(national)})
    assert plan.objective == near(aid + (national or 0))


def test_under_exclusive_the_larger_purse_pays():
    assert spent(best(one_measure(national="exclusive", national_money=80))) == {"aid": 0, "national": near(80)}
    assert spent(best(one_measure(national="exclusive", aid_money=80))) == {"aid": near(80), "national": 0}


def test_two_measures_under_exclusive_are_shared_out_between_the_payers():
    """Aid pays for one and the nation for the other, 60 each."""
    raw = one_measure(national="exclusive")
    raw["measures"]["sheds"] = raw["measures"]["pens"]
    assert best(raw).objective == near(120)


def test_a_ceiling_counts_only_for_a_measure_that_goes_ahead():
    model = model_of(one_measure(national_ceiling=40))
    assert holds(model.keeps_ceiling, Funded=1, national=40)
    assert not holds(model.keeps_ceiling, Funded=0, national=1)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(aid=st.integers(0, 120), national=st.integers(0, 120), ceiling=st.integers(0, 120))
def test_a_supplement_is_worth_what_a_planner_would_reckon(aid, national, ceiling):
    """Once the nation has paid up to its ceiling, or all it has, aid follows up to the cost of 100."""
    raw = one_measure(aid, national, national="supplement", national_ceiling=ceiling)
    assert plan_of(raw).objective == near(min(min(ceiling, national) + aid, 100), abs=1e-6)
    raw["measures"]["pens"]["national"] = "supplement-strict"
    expected = min(ceiling + aid, 100) if ceiling <= min(national, 100) else min(national, 100)
    assert plan_of(raw).objective == near(expected, abs=1e-6)


purses = st.fixed_dictionaries(
    {"amount": st.sampled_from([None, 0, 2, 3, 5]), "tied": st.sampled_from([None, 0, 1, 2, 4])}
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    funds=st.lists(purses.filter(lambda row: row["amount"] is not None or row["tied"] is not None), max_size=2),
    ceilings=st.lists(st.integers(0, 4), min_size=2, max_size=2),
    modes=st.lists(st.sampled_from(["supplement", "supplement-strict", "any"]), min_size=2, max_size=2),
    worth=st.sampled_from([(1, 1), (1, 3), (3, 1)]),
    aid=st.integers(0, 5),
)
def test_no_payment_in_whole_units_does_better_than_the_plan(funds, ceilings, modes, worth, aid):
    """Two measures of 4 units at 1 each, in lots of 1: every payment is tried, and ⊥ is read as the rule says it."""
    raw = rivals(
        funds={"aid": {"amount": aid}, **{f"n{i}": national_fund(**row) for i, row in enumerate(funds)}},
        measures={
            m: {"max_units": 4, "national": mode, "national_ceiling": top, "jobs": jobs}
            for m, mode, top, jobs in zip(("pens", "courses"), modes, ceilings, worth, strict=True)
        },
        money={"lot": 1},
    )
    assert plan_of(raw).objective == near(tried(funds, ceilings, modes, worth, aid), abs=1e-6)


def national_fund(amount, tied):
    """Return a national fund with what it has in all, and for the county."""
    given = {"amount": amount, "by_county": None if tied is None else {"cele": tied}}
    return {"kind": "national", **{key: value for key, value in given.items() if value is not None}}


def tried(funds, ceilings, modes, worth, aid):
    """Return the most that any payments in whole units bring."""
    most = [min(x for x in row.values() if x is not None) for row in funds]
    best_yet = 0
    for paid in itertools.product(*(range(top + 1) for top in most for _ in range(2))):
        national = [sum(paid[m::2]) for m in range(2)]
        if any(sum(paid[2 * i : 2 * i + 2]) > top for i, top in enumerate(most)):
            continue
        empty = all(sum(paid[2 * i : 2 * i + 2]) == top for i, top in enumerate(most))
        if any(n > min(top, 4) for n, top in zip(national, ceilings, strict=True)):
            continue
        for helped in itertools.product(range(aid + 1), repeat=2):
            waits = [
                a and mode != "any" and n < top and not (mode == "supplement" and empty)
                for a, n, top, mode in zip(helped, national, ceilings, modes, strict=True)
            ]
            units = [a + n for a, n in zip(helped, national, strict=True)]
            if sum(helped) <= aid and max(units) <= 4 and not any(waits):
                best_yet = max(best_yet, sum(w * x for w, x in zip(worth, units, strict=True)))
    return best_yet


@settings(max_examples=15, deadline=None, derandomize=True)
@given(aid=st.integers(0, 120), national=st.integers(0, 120), ceiling=st.integers(0, 120))
def test_one_payer_is_worth_what_a_planner_would_reckon(aid, national, ceiling):
    raw = one_measure(aid, national, national="exclusive", national_ceiling=ceiling)
    assert plan_of(raw).objective == near(min(100, max(aid, min(national, ceiling))), abs=1e-6)


# Cost sharing

INSURANCE = {"national": 0.30, "aid": 0.35, "local": 0.15, "household": 0.20}


@pytest.mark.parametrize("short", [None, *INSURANCE])
def test_crop_insurance_stops_at_the_payer_who_has_least(short):
    """Central 30, region 35, prefecture and county 15, farmer 20 %. With half of one part only half goes ahead."""
    funds = {
        kind: {"kind": kind, "amount": 100 * part / (2 if kind == short else 1)} for kind, part in INSURANCE.items()
    }
    cover = {"category": "insurance", "industry": None, "effect": 0, "jobs": 1}
    shares = {"min_share": INSURANCE, "max_share": INSURANCE}
    plan = best(rivals(funds=funds, measures={"pens": {**cover, **shares}, "courses": {"eligible": False}}))
    cost = 50 if short else 100
    assert plan.objective == near(cost)
    assert spent(plan) == {kind: near(part * cost) for kind, part in INSURANCE.items()}


def test_two_funds_of_one_kind_have_shares_of_their_own():
    """Region 35 %, prefecture 15 %: both are local; the prefecture's 12 stop the cost at 80."""
    funds = {"region": {"kind": "local", "amount": 100}, "prefecture": {"kind": "local", "amount": 12}}
    shares = {"region": 0.35, "prefecture": 0.15}
    plan = best(
        rivals(
            funds=funds, measures={"pens": {"min_share": shares, "max_share": shares}, "courses": {"eligible": False}}
        )
    )
    assert spent(plan) == {"aid": near(40), "region": near(28), "prefecture": near(12)}


@pytest.mark.parametrize(
    ("keys", "jobs"),
    [
        ({"max_share": {"aid": 0.5}}, 40),  # 20 of the nation and as much of aid
        ({"max_share": {"aid": 0}}, 20),
        ({"max_share": {"aid": 1}}, 80),
        ({"min_share": {"national": 0.5}}, 40),
        ({"min_share": {"national": 0.4}, "max_share": {"national": 0.6}}, 50),
        ({"min_share": {"household": 0.2}}, 0),  # nobody who could pay that share
        ({"min_share": {"aid": 0.5, "national": 0.6}}, 0),  # more than the whole
    ],
)
def test_shares_of_the_cost_are_kept(keys, jobs):
    """Aid has 60 and the nation 20."""
    assert best(one_measure(60, 20, **keys)).objective == near(jobs)


# What cannot be done


@pytest.mark.parametrize(
    "raw",
    [
        asked(
            measures={"pens": {"committed": True, "fixed_cost": 99}},
            rules=[{"name": "less", "type": "amount", "max": 98}],
        ),
        asked(measures={"pens": {"committed": True, "excludes": ["sheds"]}, "sheds": {"committed": True}}),
        asked(measures={"pens": {"committed": True, "eligible": False, "reason": "not appraised"}}),
        asked(measures={"pens": {"max_units": 30}}, funds={"aid": {"min_use": 31}}),
        asked(
            measures={"pens": {"committed": True, "requires": ["sheds"]}, "sheds": {"fixed_cost": 99}},
            rules=[{"name": "less", "type": "amount", "max": 98}],
        ),
    ],
    ids=["too dear", "excluded", "not eligible", "must be used", "requirement too dear"],
)
def test_what_cannot_be_done_is_reported_as_infeasible(raw):
    plan = best(raw)
    assert plan.status == Status.INFEASIBLE
    assert not plan.has_plan
    assert plan.stages == ()
