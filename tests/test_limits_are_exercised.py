"""Every limit of the model has a point inside and a point outside, tried without a solver."""

from dataclasses import dataclass, field
from typing import Any

import pyomo.core as pyo
import pytest
from conftest import holds, instance_of, model_of
from randoms import random_instance

from alloc.model import build

EVERYTHING: dict[str, Any] = {
    "alloc": 1,
    "name": "everything",
    "year": 2019,
    "money": {"lot": 2},
    "counties": {
        "cele": {"region": "hotan", "population": 1000, "jobseekers": 100},
        "yutian": {"region": "hotan", "population": 3000, "jobseekers": 100},
    },
    "industries": {
        "fodder": {"chain": "sheep", "productivity": 2, "viable_jobs": 30},
        "breeding": {"chain": "sheep", "productivity": 5, "uplift": 1, "hazard": 0.2, "cluster_jobs": 60,
                     "cluster_bonus": 5, "needs": {"training": 0.5}},
    },
    "chains": {"sheep": {"closure_bonus": 10}},
    "baseline": [
        {"county": "cele", "industry": "fodder", "jobs": 0, "infrastructure": 50, "training": 50, "enterprise": 50},
        {"county": "cele", "industry": "breeding", "jobs": 40, "infrastructure": 50, "training": 20,
         "enterprise": 90, "market": 300, "insurance": 10, "technology": 5},
        {"county": "yutian", "industry": "breeding", "jobs": 30, "infrastructure": 90, "training": 30,
         "enterprise": 30},
    ],
    "links": [
        {"from": "fodder", "to": "breeding", "sells": 0.5, "buys": 0.1, "scope": "region", "friction": 0.1},
        {"from": "breeding", "to": "fodder", "sells": 0.1, "buys": 0.2},
    ],
    "markets": [{"industry": "breeding", "region": "hotan", "amount": 450}],
    "funds": {
        "aid": {"kind": "aid", "amount": 100, "by_county": {"cele": 80, "yutian": 60}, "min_use": 10},
        "national": {"kind": "national", "amount": 30, "by_county": {"cele": 26, "yutian": 20}},
    },
    "resources": {"water": {"amount": 60, "by_county": {"cele": 50}}},
    "measures": {
        "pens": {"county": "cele", "category": "infrastructure", "industry": "breeding", "effect": 1, "fixed_cost": 10,
                 "unit_cost": 2, "min_units": 5, "max_units": 50, "returns": [[20, 0.5], [50, 2]],
                 "national": "supplement", "national_ceiling": 40, "uses": {"water": 1}},
        "courses": {"county": "cele", "category": "training", "effect": 1, "unit_cost": 1, "max_units": 60,
                    "jobs": 0.1, "committed": True, "supplies": {"water": 0.1}},
        "cover": {"county": "cele", "category": "insurance", "industry": "breeding", "effect": 2, "unit_cost": 1,
                  "max_units": 30, "min_share": {"aid": 0.3}, "max_share": {"aid": 0.8},
                  "national": "supplement-strict", "national_ceiling": 8},
        "breed": {"county": "cele", "category": "technology", "industry": "breeding", "effect": 1, "unit_cost": 1,
                  "max_units": 40, "outlet": 3, "national": "exclusive", "requires": ["pens"],
                  "limited_by": {"pens": 2}, "max_total": 30},
        "wages": {"county": "yutian", "category": "enterprise", "industry": "breeding", "effect": 1, "unit_cost": 1,
                  "max_units": 50, "national_ceiling": 10, "national_planned": 5, "excludes": ["breed"],
                  "uses": {"water": 0.5}},
        "park": {"county": "cele", "category": "infrastructure", "max_units": 60, "eligible": False,
                 "reason": "not appraised"},
    },
    "synergies": [{"measures": ["pens", "courses"], "employment": 3}],
    "scenarios": {
        "normal": {"probability": 0.75},
        "drought": {"probability": 0.25, "productivity": {"fodder": 0.5}},
    },
    "rules": [
        {"name": "part", "type": "share", "each": "category", "min": 0.1, "max": 0.6},
        {"name": "parity", "type": "parity", "max": 2, "penalty": 1},
        {"name": "gini", "type": "gini", "max": 0.2, "penalty": 1},
    ],
}  # fmt: skip
"""A question in which every kind of limit is at work."""

PART, PARITY, GINI = ("part", "infrastructure"), ("parity", ""), ("gini", "")
FODDER, BREEDING, YUTIAN = ("cele", "fodder"), ("cele", "breeding"), ("yutian", "breeding")


@dataclass(frozen=True)
class Limit:
    """One row of a limit with a point that just keeps it and one that does not."""

    index: Any
    inside: dict[str, Any]
    outside: dict[str, Any] = field(default_factory=dict)


def limit(index: Any, inside: dict[str, Any], **instead: Any) -> Limit:
    """Return a limit; the point outside differs from the one inside in one decision."""
    return Limit(index, inside, {**inside, **instead})


SENT, RECEIVED = ("normal", "cele", 1, "sent"), ("normal", "yutian", 1, "received")
AHEAD = {("pens", "aid"): 40, ("wages", "aid"): 20}
BEHIND = {("pens", "aid"): 4, ("wages", "aid"): 60}

LIMITS = {
    # Measures: a cost of 10 and 2 a unit, 5 to 50 units
    "covers_cost": limit("pens", {"Funded": 1, "Units": 20, "aid": 10, "national": 41, "Rest": 1}, Rest=0),
    "leaves_no_lot": limit("pens", {"Funded": 1, "Rest": 1.9}, Rest=2),
    "pays_in_lots": limit(("pens", "aid"), {"Spend": 6, "Lots": 3}, Spend=7),
    "keeps_least": limit("pens", {"Funded": 1, "Units": 5}, Units=4.9),
    "keeps_most": limit("pens", {"Funded": 1, "Units": 48}, Funded=0),
    # Locks
    "is_committed": limit("courses", {"Funded": 1}, Funded=0),
    "is_not_eligible": limit("park", {"Funded": 0}, Funded=1),
    "requires": limit(("breed", "pens"), {"breed": 1, "pens": 1}, pens=0),
    "excludes": limit(("breed", "wages"), {"breed": 1, "wages": 0}, wages=1),
    "limited_by": limit(("breed", "pens"), {"breed": 20, "pens": 10}, breed=20.1),
    "within_total": limit("breed", {"breed": 30}, breed=30.1),
    # Funds and resources
    "within_fund": limit("aid", {"Spend": {("pens", "aid"): 60, ("wages", "aid"): 40}},
                         Spend={("pens", "aid"): 60, ("wages", "aid"): 41}),
    "within_tied_fund": limit(("aid", "cele"), {"Spend": {("pens", "aid"): 60, ("cover", "aid"): 20}},
                              Spend={("pens", "aid"): 60, ("cover", "aid"): 21}),
    "uses_fund": limit("aid", {"Spend": {("wages", "aid"): 10}}, Spend={("wages", "aid"): 9}),
    "within_resource": limit("water", {"Units": {"pens": 47, "wages": 30}, "Gain": 20}, Gain=19),
    "within_local_resource": limit(("water", "cele"), {"pens": 52, "Gain": 20}, Gain=19),
    # Aid and national money; pens cost 110 at most, of which 70 are left for aid, or 84 where the purse is empty
    "keeps_ceiling": limit("pens", {"Funded": 1, "national": 40}, national=41),
    "keeps_planned": limit("wages", {"Funded": 1, "national": 5}, national=4),
    "supplements_national": limit(("pens", "national"), {"aid": 80, "Reached": 0, "Empty": 0, "EmptyIn": 1}, EmptyIn=0),
    "supplements_strictly": limit("cover", {"aid": 22, "Reached": 1}, Reached=0),
    "reaches_ceiling": limit("cover", {"national": 8, "Reached": 1}, national=7),
    "empties_purse": limit("national", {"Spend": {("pens", "national"): 24, ("wages", "national"): 6}, "Empty": 1},
                           Spend={("pens", "national"): 24, ("wages", "national"): 5}),
    "empties_tied_purse": limit(("national", "cele"), {"Spend": {("pens", "national"): 26}, "EmptyIn": 1},
                                Spend={("pens", "national"): 25}),
    "aid_pays_alone": limit("breed", {"aid": 40, "AidPays": 1}, AidPays=0),
    "nation_pays_alone": limit("breed", {"national": 26, "Funded": 1, "AidPays": 0}, AidPays=1),
    "pays_share": limit(("cover", "aid"), {"aid": 3, "national": 7}, aid=2.9),
    "keeps_share": limit(("cover", "aid"), {"aid": 8, "national": 2}, aid=8.1),
    # Returns: half of each of the first 20 units, then twice
    "lies_on_pieces": limit("pens", {"Units": 25, "Piece": {("pens", 1): 20, ("pens", 2): 5}}, Units=26),
    "keeps_returns": limit("pens", {"Gain": 20, "Piece": {("pens", 1): 20, ("pens", 2): 5}}, Gain=21),
    "fills_piece": limit(("pens", 1), {"Piece": 20, "Full": 1}, Piece=19),
    "waits_for_piece": limit(("pens", 1, 2), {"Piece": 30, "Full": 1}, Full=0),
    # Jobs
    "shares_pool": limit(("cele", "training"), {"courses": 30, "Share": 15}, Share=15.1),
    "within_capacity": limit(("cele", "training", "breeding"), {"Jobs": 60, "Share": 10}, Jobs=61),
    "insures_jobs": limit(BREEDING, {"Insured": 40, "Jobs": 40}, Insured=41),
    "within_insurance": limit(BREEDING, {"Insured": 30, "Gain": 10}, Insured=31),
    "upgrades_jobs": limit(BREEDING, {"Upgraded": 40, "Jobs": 40}, Upgraded=41),
    "within_technology": limit(BREEDING, {"Upgraded": 15, "Gain": 10}, Upgraded=16),
    "reaches_viable_size": limit(FODDER, {"Jobs": 30, "Established": 1}, Jobs=29),
    "grows_if_viable": limit(FODDER, {"Jobs": 50, "Established": 1}, Established=0),
    "within_jobseekers": limit("cele", {"Jobs": {FODDER: 30, BREEDING: 105}, "courses": 50}, courses=51),
    "within_market": limit(BREEDING, {"Jobs": 60, "Upgraded": 30, "Gain": 10}, Gain=9),
    "within_shared_market": limit(1, {"Jobs": {BREEDING: 60, YUTIAN: 36}, "Gain": 10}, Gain=9),
    # Flows: 30 fodder jobs bring 60 and half as much in a drought; half of it is for sale
    "sells_output": limit(("drought", "cele", "fodder", 1), {"Jobs": 30, "Insured": 30, "home": 10, "sent": 5}, sent=6),
    "buys_input": limit(("normal", "yutian", "breeding", 1), {"Jobs": 30, "Insured": 30, "received": 15}, received=16),
    "sells_if_established": limit(("normal", "cele", "fodder", 1), {"home": 50, "Established": 1}, Established=0),
    "buys_if_established": limit(("normal", "cele", "fodder", 2), {"home": 20, "Established": 1}, Established=0),
    "balances_region": limit(("normal", "hotan", 1), {"Flow": {SENT: 5, RECEIVED: 5}}, Flow={SENT: 5, RECEIVED: 4}),
    "closes_chain": limit(("cele", "sheep", "fodder"), {"Closed": 1, "Established": 1}, Established=0),
    "works_chain": limit(("cele", "sheep", "fodder"), {"Closed": 1, "Jobs": 1}, Jobs=0.9),
    "reaches_cluster": limit(BREEDING, {"Jobs": 60, "Clustered": 1}, Jobs=59),
    "needs_partner": limit((1, "pens"), {"Joined": 1, "Funded": 1}, Funded=0),
    "joins_partners": limit(1, {"Joined": 1, "Funded": 1}, Joined=0),
    # Rules: 0.1 to 0.6 of the money for each category; money per head is scaled by the mean of 2000 people
    "keeps_floor": limit(PART, {"Spend": {("pens", "aid"): 10, ("cover", "aid"): 90}},
                         Spend={("pens", "aid"): 9, ("cover", "aid"): 91}),
    "keeps_cap": limit(PART, {"Spend": {("pens", "aid"): 60, ("cover", "aid"): 40}},
                       Spend={("pens", "aid"): 61, ("cover", "aid"): 39}),
    "bounds_lowest": limit((*PARITY, "yutian"), {"Lowest": 20, "aid": 30}, Lowest=21),
    "bounds_highest": limit((*PARITY, "cele"), {"Highest": 60, "Spend": {("pens", "aid"): 30}}, Highest=59),
    "keeps_parity": limit(PARITY, {"Highest": 45, "Lowest": 20, "Unequal": 0.1}, Unequal=0.09),
    "spans_ahead": limit((*GINI, "cele", "yutian"), {"Apart": 0.75 * 40 - 0.25 * 20, "Spend": AHEAD}, Apart=24),
    "spans_behind": limit((*GINI, "cele", "yutian"), {"Apart": 0.25 * 60 - 0.75 * 4, "Spend": BEHIND}, Apart=11),
    "keeps_gini": limit(GINI, {"Apart": 25, "Unequal": 0.13, "Spend": AHEAD}, Unequal=0.12),
}  # fmt: skip


DROUGHT = ("drought", *BREEDING)
AFTER = {
    # In a drought half arrives of what is added, and buyers take half: breeding has cover for 10 and 20 more
    "covers_insured": limit(DROUGHT, {"Covered": 9, "Insured": 9}, Insured=8),
    "covers_delivered": limit(DROUGHT, {"Covered": 20, "cover": 10}, Covered=21),
    "equips_upgraded": limit(DROUGHT, {"Equipped": 9, "Upgraded": 9}, Upgraded=8),
    "equips_delivered": limit(DROUGHT, {"Equipped": 10, "breed": 10}, Equipped=11),
    "keeps_after_hazard": limit(DROUGHT, {"Kept": 42, "Jobs": 50, "Covered": 10}, Kept=43),
    "keeps_within_delivered": limit(("drought", "cele", "infrastructure", "breeding"), {"Kept": 55, "pens": 10},
                                    Kept=56),
    "sells_in_market": limit(DROUGHT, {"Kept": 30, "Equipped": 15, "breed": 10}, breed=9),
    "sells_in_shared_market": limit(("drought", 1), {"Kept": {DROUGHT: 30, ("drought", *YUTIAN): 18}, "breed": 10},
                                    breed=9),
    "falls_short": limit((1, "drought"), {"Threshold": 50, "Shortfall": 20, "Closed": 3, "Clustered": 0},
                         Shortfall=19.9),
    "bounds_worst": limit((1, "drought"), {"Worst": 30, "Closed": 3, "Clustered": 0}, Worst=30.1),
    "bounds_regret": limit((1, "drought"), {"Regret": -30, "Closed": 3, "Clustered": 0}, Regret=-30.1),
}  # fmt: skip
"""Limits of questions whose scenarios strike deliveries and markets, or that look at risk."""

MEASURED = {"falls_short": "cvar", "bounds_worst": "worst", "bounds_regret": "regret"}


@pytest.fixture(scope="module")
def everything():
    return model_of(EVERYTHING)


@pytest.mark.parametrize("name", AFTER)
def test_a_limit_of_a_scenario_lets_in_the_point_inside_and_keeps_out_the_point_outside(name):
    half = dict.fromkeys(("infrastructure", "insurance", "technology"), 0.5)
    drought = {"probability": 0.25, "delivery": half, "market": {"breeding": 0.5}}
    worlds = {"normal": {"probability": 0.75}, "drought": drought}
    risk = {"measure": MEASURED.get(name, "cvar")}
    aim = {"employment": 0, "linkage": 1}
    limit = AFTER[name]
    model = model_of({**EVERYTHING, "scenarios": worlds, "risk": risk, "objective": aim})
    row = model.component(name)[limit.index]
    assert holds(row, **limit.inside)
    assert not holds(row, **limit.outside)


def names(model):
    return {limit.local_name for limit in model.component_objects(pyo.Constraint)}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_lets_in_the_point_inside_and_keeps_out_the_point_outside(everything, name):
    limit = LIMITS[name]
    row = everything.component(name)[limit.index]
    assert holds(row, **limit.inside)
    assert not holds(row, **limit.outside)


def test_no_limit_of_the_model_is_left_unexercised(everything):
    """A limit that is added to the model needs its two points here."""
    assert names(everything) == {*LIMITS, *AFTER}


@pytest.mark.parametrize("seed", range(6))
def test_no_other_question_has_other_limits(seed):
    assert names(build(instance_of(random_instance(seed)))) == {*LIMITS, *AFTER}
