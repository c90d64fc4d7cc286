"""What must not change the optimum, and what can only raise or only lower it, on random questions."""

import copy
import random

import pytest
from conftest import asked, best, plan_of, stands
from oracle import KINDS
from randoms import random_instance

near = pytest.approx

TABLES = ("counties", "industries", "chains", "funds", "measures", "resources", "scenarios")
LISTS = ("baseline", "links", "markets", "synergies", "rules")
PER_MONEY = ("share", "amount", "complement", "change")
YUAN = 10000
"""元 in a 万元."""


def goals(raw):
    """Return what each goal reaches, or nothing where no plan exists."""
    return [stage.objective for stage in plan_of(raw).stages]


def rows_of(raw, table):
    rows = raw.get(table, {})
    return list(rows.values()) if isinstance(rows, dict) else rows


def shuffled(raw, seed):
    """Return the question with the rows of every table in another order."""
    mixed, dice = copy.deepcopy(raw), random.Random(seed)
    for table in (*TABLES, *LISTS):
        if isinstance(mixed.get(table), dict):
            rows = list(mixed[table].items())
            dice.shuffle(rows)
            mixed[table] = dict(rows)
        elif table in mixed:
            dice.shuffle(mixed[table])
    return mixed


def renamed(raw):
    """Return the question with other ids for everything that has one, in another alphabetical order."""
    ids = {i for t in TABLES for i in (raw.get(t, {}) if isinstance(raw.get(t), dict) else map(_id, raw.get(t, [])))}
    ids |= {row["region"] for row in rows_of(raw, "counties") if "region" in row}
    ids |= {row["chain"] for row in rows_of(raw, "industries") if "chain" in row}
    new = {old: f"{99 - number} 又名 {old}" for number, old in enumerate(sorted(ids - set(KINDS)))}

    def other(value):
        if isinstance(value, dict):
            return {new.get(key, key): other(inner) for key, inner in value.items()}
        return [other(inner) for inner in value] if isinstance(value, list) else new.get(value, value)

    return {key: value if key == "name" else other(value) for key, value in raw.items()}


def _id(row):
    return row["id"]


def in_yuan(raw):
    """Return the question with money in 元 in place of 万元."""
    return in_money(raw, YUAN)


def in_money(raw, factor):
    """Return the question with money in a unit so many times smaller.

    Times the factor: costs, national money, funds, productivity, uplift, market, outlet, the bounds of `amount`
    rules, and everything that counts as linkage, which is money a year: direct linkage, the linkage of
    synergies, the bonuses of chains and clusters. Divided by it: the weight of linkage, and the penalty of
    a rule whose violation is money. Jobs, shares, counts and people stay; so does the weighted optimum.
    """
    new = copy.deepcopy(raw)
    scaled = {
        "measures": ("unit_cost", "fixed_cost", "national_ceiling", "national_planned", "outlet", "linkage"),
        "funds": ("amount", "min_use"),
        "industries": ("productivity", "uplift", "cluster_bonus"),
        "baseline": ("market",),
        "chains": ("closure_bonus",),
        "synergies": ("linkage",),
        "markets": ("amount",),
    }
    for table, keys in scaled.items():
        for row in rows_of(new, table):
            row |= {key: row[key] * factor for key in keys if key in row}
    for fund in rows_of(new, "funds"):
        if "by_county" in fund:
            fund["by_county"] = {c: amount * factor for c, amount in fund["by_county"].items()}
    for rule in new.get("rules", []):
        if rule["type"] == "amount":
            rule |= {key: rule[key] * factor for key in ("min", "max") if key in rule}
        if rule["type"] in PER_MONEY and "penalty" in rule:
            rule["penalty"] /= factor
    if "lot" in new.get("money", {}):
        new["money"]["lot"] *= factor
    if "linkage" in new.get("objective", {}):
        new["objective"]["linkage"] /= factor
    return new


# What changes nothing


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_nothing(seed):
    raw = random_instance(seed)
    assert goals(shuffled(raw, seed)) == near(goals(raw), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(8, 13))
def test_other_names_change_nothing(seed):
    raw = random_instance(seed)
    assert goals(renamed(raw)) == near(goals(raw), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(16, 24))
def test_the_unit_of_money_changes_nothing_but_the_figures_in_money(seed):
    """A goal of linkage alone is itself money: it is 10000 times as large."""
    raw = random_instance(seed)
    aim = raw.get("objective", {})
    units = [YUAN if goal == "linkage" else 1 for goal in aim.get("order", ["weighted"])]
    expected = [unit * value for unit, value in zip(units, goals(raw), strict=False)]
    assert goals(in_yuan(raw)) == near(expected, rel=2e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(28, 33))
def test_a_free_and_useless_measure_changes_nothing(seed):
    """It stands beside one of the same county, category and industry, so that no group of a rule is new.

    Rules on the number of measures are left out: a free measure would serve them.
    """
    raw = random_instance(seed)
    raw["rules"] = [rule for rule in raw.get("rules", []) if rule["type"] != "count"]
    first = rows_of(raw, "measures")[0]
    idle = {key: first[key] for key in ("county", "category", "industry") if key in first} | {"max_units": 10}
    more = copy.deepcopy(raw)
    if isinstance(more["measures"], dict):
        more["measures"]["idle"] = idle
    else:
        more["measures"].append({"id": "idle", **idle})
    assert goals(more) == near(goals(raw), rel=1e-6, abs=1e-6)


def test_a_county_with_nothing_to_do_changes_nothing():
    assert best(asked(counties={"yutian": {}})).objective == near(best(asked()).objective)


def test_a_measure_split_in_two_halves_is_worth_the_same():
    """Without a fixed cost or a least scale, two halves of 60 units are one of 120."""
    whole = asked(measures={"pens": {"max_units": 120}}, funds={"aid": {"amount": 110}})
    halves = asked(measures={"pens": {"max_units": 60}, "sheds": {"max_units": 60}}, funds={"aid": {"amount": 110}})
    assert best(whole).objective == near(best(halves).objective) == near(110)


def test_a_purse_split_in_two_is_worth_the_same():
    one, two = {"aid": {"amount": 90}}, {"aid": {"amount": 30}, "beijing": {"kind": "aid", "amount": 60}}
    row = {"pens": {"fixed_cost": 10}}
    assert best(asked(funds=one, measures=row)).objective == near(80)
    assert best(asked(funds=two, measures=row)).objective == near(80)


# What can only raise or only lower the optimum


@pytest.mark.parametrize("seed", range(36, 42))
def test_more_money_never_hurts(seed):
    """Every purse is half as large again; what must be used, and every rule, stays. Plans stay plans."""
    raw = random_instance(seed)
    richer = copy.deepcopy(raw)
    for fund in rows_of(richer, "funds"):
        if "amount" in fund:
            fund["amount"] *= 1.5
        if "by_county" in fund:
            fund["by_county"] = {c: amount * 1.5 for c, amount in fund["by_county"].items()}
    assert not_better(goals(raw), goals(richer))


def not_better(less, more):
    """Tell whether the first goal of one question is no higher than that of another; no plan is lowest."""
    return not less or (bool(more) and less[0] <= more[0] + 1e-6 * max(1, abs(more[0])))


RULED = [seed for seed in range(80) if random_instance(seed).get("rules")][:6]


@pytest.mark.parametrize("seed", RULED)
def test_a_rule_never_helps(seed):
    """Each rule that is left out lets the optimum rise or stay, hard rules and soft ones."""
    raw = random_instance(seed)
    last = goals(raw)
    for number in range(len(raw["rules"]), 0, -1):
        freer = goals({**raw, "rules": raw["rules"][: number - 1]})
        assert not_better(last, freer)
        last = freer


@pytest.mark.parametrize("seed", RULED[:3])
def test_a_soft_rule_costs_no_more_than_a_hard_one(seed):
    raw = random_instance(seed)
    raw["objective"] = {"employment": 1, "linkage": 0.1}
    hard = {**raw, "rules": [{k: v for k, v in rule.items() if k != "penalty"} for rule in raw["rules"]]}
    soft = {**raw, "rules": [{**rule, "penalty": 0.5} for rule in raw["rules"]]}
    free = {**raw, "rules": [{**rule, "penalty": 0} for rule in raw["rules"]]}
    assert not_better(goals(hard), goals(soft))
    assert not_better(goals(soft), goals(free))
    assert goals(free) == near(goals({**raw, "rules": []}), rel=1e-6, abs=1e-6)


def test_a_better_thing_is_never_worse():
    """More delivery, more market, more people, less hazard: each one alone."""
    row = {"infrastructure": 20, "market": 30, "jobs": 10}
    base = {
        "counties": {"cele": {"jobseekers": 50, "delivery": {"infrastructure": 0.5}}},
        "industries": {"sheep": {"productivity": 1, "hazard": 0.2}},
        "baseline": [stands(**row)],
    }
    changes = [
        {"counties": {"cele": {"jobseekers": 60, "delivery": {"infrastructure": 0.5}}}},
        {"counties": {"cele": {"jobseekers": 50, "delivery": {"infrastructure": 0.9}}}},
        {"industries": {"sheep": {"productivity": 1, "hazard": 0.1}}},
        {"baseline": [stands(**{**row, "market": 40})]},
    ]
    before = best(asked(**base)).objective
    assert before == near(0.8 * 20)
    after = [best(asked(**{**base, **change})).objective for change in changes]
    assert after == near([0.8 * 20, 0.8 * 20, 0.9 * 20, 0.8 * 30])
