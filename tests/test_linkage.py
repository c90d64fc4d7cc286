"""Industrial linkage: flows, chains, synergies, scenarios. Every optimum is worked by hand."""

import numpy as np
import pytest
from conftest import asked, best, instance_of, model_of, rivals, stands

from alloc.model import build
from alloc.solver import CompiledModel, reoptimise
from alloc.solver.deadline import Deadline
from alloc.solver.outcome import Outcome, Why
from alloc.solver.reoptimise import RepeatedMip, settle_marks
from alloc.solver.sub_mip import fix_and_solve

near = pytest.approx


def fodder(county="cele", jobs=50, **keys):
    """Return a row of fodder growers who bring 2 each: an output of 100."""
    return stands("fodder", county, jobs=jobs, max_jobs=jobs, **keys)


def breeding(county="cele", jobs=40, **keys):
    """Return a row of breeders who bring 5 each: an output of 200."""
    return stands("breeding", county, **{"jobs": jobs, "max_jobs": jobs, **keys})


def trading(link, *rows, money=0, **changes):
    """Return a question where breeders buy fodder and linkage is what counts."""
    industries = {
        "sheep": None,
        "fodder": {"chain": "sheep", "productivity": 2},
        "breeding": {"chain": "sheep", "productivity": 5},
    }
    for s, keys in changes.pop("industries", {}).items():
        industries[s] = {**industries.get(s, {}), **keys}
    measures = changes.pop("measures", {})
    return asked(
        industries=industries,
        counties={"yutian": {}} | changes.pop("counties", {}),
        baseline=list(rows),
        links=[{"from": "fodder", "to": "breeding", **link}] if link is not None else [],
        measures={"pens": {"industry": "breeding"}} | measures,
        funds={"aid": {"amount": money}},
        **{"objective": {"linkage": 1}, **changes},
    )


# Flows


@pytest.mark.parametrize(
    ("link", "worth"),
    [
        ({}, 100),  # all fodder, of which breeders could use 200
        ({"sells": 0.8, "buys": 0.3}, 60),  # 80 are for sale, 60 are wanted
        ({"sells": 0.5, "buys": 0.3}, 50),
        ({"sells": 0.5, "buys": 0.3, "weight": 1.5}, 75),
        ({"buys": 1.5, "weight": 0.1}, 10),
        ({"scope": "region", "friction": 0.5}, 100),  # at home nothing is lost
        ({"sells": 0}, 0),
    ],
)
def test_a_flow_at_home_is_what_is_for_sale_or_what_is_wanted(link, worth):
    assert best(trading(link, fodder(), breeding())).objective == near(worth)


@pytest.mark.parametrize(
    ("link", "regions", "worth"),
    [
        ({"scope": "region"}, ("hotan", "hotan"), 80),  # 0.4 · 200 are wanted
        ({"scope": "region", "friction": 0.25}, ("hotan", "hotan"), 60),
        ({"scope": "region", "friction": 1}, ("hotan", "hotan"), 0),
        ({"scope": "county"}, ("hotan", "hotan"), 0),
        ({}, ("hotan", "hotan"), 0),
        ({"scope": "region"}, ("hotan", "kashgar"), 0),
        ({"scope": "region"}, (None, None), 0),  # a county without a region is one of its own
    ],
)
def test_a_flow_crosses_a_county_line_only_within_the_region(link, regions, worth):
    counties = {c: {"region": g} for c, g in zip(("cele", "yutian"), regions, strict=True)}
    raw = trading({"buys": 0.4, **link}, fodder(), breeding("yutian"), counties=counties)
    assert best(raw).objective == near(worth)


def test_flows_stay_at_home_first_where_crossing_costs_a_part():
    """Each breeder wants 60 of the 100: 60 at home, and 40 across the line for three quarters of the worth."""
    raw = trading({"buys": 0.3, "scope": "region", "friction": 0.25}, fodder(), breeding(), breeding("yutian"))
    assert best(raw).objective == near(60 + 0.75 * 40)


def test_many_sellers_and_buyers_meet_in_one_pool():
    """100 from each of two counties; wanted are 60 in the second, 60 in the third, 30 in the fourth.

    60 at home; across the lines 90 are wanted, and 100 + 40 could come: 60 + 0.5 · 90.
    """
    raw = trading(
        {"buys": 0.3, "scope": "region", "friction": 0.5},
        *(fodder(), fodder("yutian"), breeding("yutian"), breeding("pishan"), breeding("moyu", jobs=20)),
        counties={"pishan": {}, "moyu": {}},
    )
    assert best(raw).objective == near(105)


def test_flows_between_pairs_are_not_written_one_by_one():
    """Ten counties that all trade: home, sent and received make 30 flows, where pairs would be 100."""
    names = [f"c{i}" for i in range(10)]
    rows = [row for c in names for row in (fodder(c), breeding(c))]
    model = model_of(trading({"scope": "region"}, *rows, counties={c: {} for c in names}))
    assert len(model.Flow) == 30
    assert len(model.balances_region) == 1


def test_an_industry_sells_each_buyer_a_share_of_its_own():
    """Fodder of 100: half of it may go to breeders and 0.3 to dairies; both want more."""
    raw = trading({"sells": 0.5}, fodder(), breeding(), stands("dairy", jobs=40, max_jobs=40))
    raw["industries"]["dairy"] = {"productivity": 5}
    raw["links"].append({"from": "fodder", "to": "dairy", "sells": 0.3})
    assert best(raw).objective == near(80)


def test_growing_both_ends_lets_the_flow_grow():
    """Breeders of 40 jobs want 0.3 · 200 = 60 of 100. Each new place costs 1 and raises that by 1.5: 20 for 30."""
    rows = fodder(), breeding(max_jobs=200, infrastructure=40)
    assert best(trading({"buys": 0.3}, *rows, money=20)).objective == near(90)
    assert best(trading({"buys": 0.3}, *rows, money=100)).objective == near(100)


@pytest.mark.parametrize(("money", "worth"), [(0, 0), (9, 0), (10, 75), (20, 90)])
def test_an_industry_below_its_viable_size_neither_sells_nor_buys(money, worth):
    """Breeders number 40 and 50 are viable; they want 0.3 of their 250."""
    raw = trading(
        {"buys": 0.3},
        fodder(),
        breeding(max_jobs=200, infrastructure=40),
        industries={"breeding": {"viable_jobs": 50}},
        money=money,
    )
    assert best(raw).objective == near(worth)
    raw["links"][0] |= {"from": "breeding", "to": "fodder", "sells": 0.3, "buys": 10}
    assert best(raw).objective == near(worth)


# Chains


@pytest.mark.parametrize(("money", "worth"), [(0, 0), (9, 0), (10, 25)])
def test_a_chain_is_complete_when_its_last_stage_has_its_viable_size(money, worth):
    raw = trading(
        None,
        fodder(),
        breeding(max_jobs=200, infrastructure=40),
        industries={"breeding": {"viable_jobs": 50}},
        chains={"sheep": {"closure_bonus": 25}},
        money=money,
    )
    plan = best(raw)
    assert plan.objective == near(worth)
    assert plan.values["Closed"] == {("cele", "sheep"): worth > 0}


def test_a_chain_is_complete_only_where_every_stage_can_stand():
    """Cele has both stages, Yutian breeders alone."""
    chains = {"sheep": {"closure_bonus": 25}}
    plan = best(trading(None, fodder(), breeding(), breeding("yutian"), chains=chains))
    assert plan.objective == near(25)
    assert list(plan.values["Closed"]) == [("cele", "sheep")]


# Synergies


@pytest.mark.parametrize(
    ("gain", "jobs", "both"),
    [
        ({}, 80, False),  # 80 for pens at one job each; nothing else is worth more
        ({"employment": 12}, 82, True),  # 70 + 12 when the course of 10 is held as well
        ({"employment": 8}, 80, False),
        ({"employment": 12, "linkage": -5}, 80, False),  # 82 - 0.5 · 5
        ({"employment": 6, "linkage": 10}, 81, True),
    ],
)
def test_a_synergy_is_worth_having_when_it_brings_more_than_its_price(gain, jobs, both):
    """A course costs 10 and brings nothing by itself."""
    raw = rivals(
        funds={"aid": {"amount": 80}},
        measures={"courses": {"jobs": 0, "unit_cost": 0, "fixed_cost": 10}},
        synergies=[{"measures": ["pens", "courses"], **gain}],
        objective={"employment": 1, "linkage": 0.5},
    )
    plan = best(raw)
    assert plan.objective == near(jobs)
    assert plan.values["Joined"][1] == both


@pytest.mark.parametrize(("loss", "expected"), [(10, 105 - 10), (20, 90)])
def test_a_loss_comes_welcome_or_not_when_both_go_ahead(loss, expected):
    """Pens bring 90 at most, courses 15 with the other 30 of money: a loss below 15 is borne, a larger one not."""
    raw = rivals(
        funds={"aid": {"amount": 120}},
        measures={"pens": {"max_units": 90}, "courses": {"max_units": 30}},
        synergies=[{"measures": ["pens", "courses"], "employment": -loss}],
    )
    plan = best(raw)
    assert plan.objective == near(expected)
    assert plan.values["Joined"][1] == (loss == 10)


def test_a_synergy_of_three_needs_all_three():
    """Two dear partners of 30 each and pens: with 100 of money, 40 + 70 for all, or 100 alone."""
    dear = {"jobs": 0, "unit_cost": 0, "fixed_cost": 30, "category": "training"}
    raw = rivals(
        measures={"courses": dear, "loans": {**dear, "category": "enterprise"}},
        synergies=[{"measures": ["pens", "courses", "loans"], "employment": 70}],
    )
    assert best(raw).objective == near(110)
    raw["synergies"][0]["employment"] = 50
    assert best(raw).objective == near(100)


def test_a_measure_without_units_still_counts_for_a_synergy():
    """Without a least scale, courses go ahead at no units and no cost; planners are warned about that."""
    raw = rivals(synergies=[{"measures": ["pens", "courses"], "employment": 7}])
    plan = best(raw)
    assert plan.objective == near(107)
    assert plan.values["Funded"]["courses"] == 1


# Scenarios

DROUGHT = {
    "normal": {"probability": 0.75},
    "drought": {"probability": 0.25, "productivity": {"fodder": 0.5}, "hazard": {"breeding": 0.5}},
}


def test_a_drought_cuts_flows_in_that_scenario_only():
    """In a normal year 60 of the 100 are wanted, in a drought 50 stand and breeders, half lost, want 30."""
    plan = best(trading({"buys": 0.3}, fodder(), breeding(), scenarios=DROUGHT))
    assert plan.values["Linkage"] == {"normal": near(60), "drought": near(30)}
    assert plan.objective == near(0.75 * 60 + 0.25 * 30)


def test_jobs_lost_in_a_scenario_are_kept_by_insurance_with_its_probability():
    """40 breeders: 20 are lost in a drought; 10 insured keep 5 of them, in one year of four."""
    raw = trading(
        None,
        breeding(),
        scenarios=DROUGHT,
        measures={"pens": {"category": "insurance", "industry": "breeding"}},
        money=10,
        objective={"employment": 1},
    )
    plan = best(raw)
    assert plan.objective == near(1.25)
    assert plan.values["Employment"] == {"normal": near(0), "drought": near(5)}


def test_the_hazard_of_a_scenario_stands_in_place_of_the_industrys():
    """Insurance of 10: with 0.1 in other years and 0.5 in a drought it keeps 0.75 · 1 + 0.25 · 5 jobs."""
    raw = trading(
        None,
        breeding(),
        industries={"breeding": {"hazard": 0.1}},
        scenarios=DROUGHT,
        measures={"pens": {"category": "insurance", "industry": "breeding"}},
        money=10,
        objective={"employment": 1},
    )
    assert best(raw).objective == near(2)


def test_a_better_year_can_have_a_factor_above_one():
    scenarios = {"glut": {"probability": 1, "productivity": {"fodder": 1.2}}}
    assert best(trading({}, fodder(), breeding(), scenarios=scenarios)).objective == near(120)


def test_what_technology_adds_does_not_suffer_in_a_drought():
    """Output is productivity · factor · jobs kept, and the uplift beside it: 100 · 0.5 + 10 · 3 in a drought."""
    raw = trading(
        {},
        fodder(technology=10),
        breeding(),
        industries={"fodder": {"uplift": 3}},
        scenarios={"drought": {"probability": 1, "productivity": {"fodder": 0.5}}},
    )
    assert best(raw).objective == near(80)


# Searched again


def called_nowhere():
    """Return the model of a question with a closed chain, it solved many times, its program, a plan that calls none."""
    chains = {"sheep": {"closure_bonus": 25}}
    raw = trading({"sells": 0.5}, fodder(), breeding(), chains=chains, money=10)
    instance = instance_of(raw)
    model = build(instance)  # which the program's decisions lean on
    program = CompiledModel(model).aimed(instance)
    again = RepeatedMip(program, np.zeros((0, len(program.lower))), Deadline(60), 10.0)
    x = fix_and_solve(program, np.ones(1), np.zeros(len(program.lower)), Deadline(60)).x
    return model, again, program, x


def test_a_search_begins_with_every_chain_called_that_is_closed(monkeypatch):
    """HiGHS 1.16 begun without calls it itself, says the value with it, and hands out the plan without."""
    _model, again, program, x = called_nowhere()
    (closed,) = program.columns("Closed").values()
    assert x[closed] == 0
    begun, pick = [], reoptimise.search
    monkeypatch.setattr(reoptimise, "search", lambda *given: begun.append(given[5]) or pick(*given))
    found = again.solve(program.goals[0], {}, 1e-9, starts=[x])
    assert found.value == near(25 + 50)
    assert [start[closed] for start in begun] == [1]


def test_what_only_tells_of_money_is_settled_without_moving_any():
    _model, again, program, x = called_nowhere()
    before = Outcome(Why.LIMIT, x, float(program.goals[0] @ x))
    settled = settle_marks(again.matrix, before, Deadline(60))
    assert settled.value == near(before.value + 25)
    moved = [name for (name, _), old, new in zip(program.names, x, settled.x, strict=True) if abs(old - new) > 1e-9]
    assert moved == ["Closed"]
    assert settle_marks(again.matrix, settled, Deadline(60)) is settled
