"""The worlds beside a plan, worked by hand: what would be there anyway, what others bring, what the aid brings."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from conftest import Raw, asked, instance_of, one_measure, stands
from randoms import random_instance

import alloc
from alloc.claims import compare_worlds, ends, whose
from alloc.cli import main
from alloc.counterfactual import Worlds, find_status_quo, find_worlds, lapsing
from alloc.errors import InstanceError
from alloc.instance import Instance, Options
from alloc.instance.worlds import without_aid
from alloc.run import Run
from alloc.solution import Solution, Status
from alloc.solver import solve_warm


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-5)


def solved(raw: Raw, **options: Any) -> Run:
    return alloc.solve(instance_of(raw), **options)


def alone(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run.figures["without_aid"]
    return found


def words(raw: Raw, folder: Path, lang: str = "en") -> str:
    """Return what the terminal says of a question."""
    file = folder / "instance.yaml"
    file.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")
    out = str(folder / "out")
    said = CliRunner().invoke(main, ["--lang", lang, "solve", str(file), "--out", out], env={"COLUMNS": "300"})
    assert said.exit_code == 0, said.output
    return said.stdout


def test_what_others_pay_for_is_not_claimed_for_the_aid():
    """The nation's 60 bring 60 jobs on their own; with the aid all 100 that there can be are there: 40 more."""
    run = solved(one_measure())
    assert run.figures["status_quo"]["employment"] == near(0)
    assert alone(run)["employment"] == near(60)
    assert alone(run)["status"] == "optimal"
    assert run.figures["through_others"]["employment"] == near(60)
    assert run.figures["through_aid"]["employment"] == near(40)
    assert run.figures["through_aid"]["range"] is None
    assert run.counties["jobs_gained_without_aid"].tolist() == [near(60)]
    assert run.industries["jobs_without_aid"].tolist() == [near(60)]
    paid = run.allocation.set_index("fund")["amount_without_aid"]
    assert (paid["aid"], paid["national"]) == (0, near(60))


@pytest.mark.parametrize(("weight", "each"), [(1, 1.0), (2, 0.5)])
def test_whose_jobs_they_are_adds_up(weight: float, each: float):
    """40 of aid for the 40 jobs that the aid brings, since the plan that spends least leaves the nation's money first.

    Both pay for the same pens, so that least money leaves open who pays; the aid pays for 40 at least.
    """
    raw = one_measure(national="supplement", national_ceiling=60)
    raw["counties"]["cele"] = {**raw["counties"]["cele"], "weight": weight}
    run = solved(raw)
    bridge = run.bridge.set_index("part")
    assert list(bridge.index) == ["county", "synergies", "total"]
    for _, row in bridge.iterrows():
        assert row["anyway"] + row["through_others"] + row["through_aid"] == near(row["employment"])
    assert bridge.loc["total", "employment"] == near(run.figures["employment"]) == near(100 * weight)
    assert bridge.loc["total", "through_aid"] == near(40 * weight)
    assert bridge.loc["total", "aid_per_job"] == near(each)
    assert bridge.loc["county", "aid_per_job"] == near(each)


def test_synergies_have_their_own_row():
    """Two courses bring 5 jobs together, beside the pens; the nation alone can pay for one of them only."""
    raw = asked(
        funds={"national": {"kind": "national", "amount": 10}},
        measures={
            "pens": {"max_units": 30},
            "course": {"category": "training", "fixed_cost": 10, "unit_cost": 0, "max_units": 1, "effect": 0},
            "trip": {"category": "training", "fixed_cost": 10, "unit_cost": 0, "max_units": 1, "effect": 0},
        },
        synergies=[{"measures": ["course", "trip"], "employment": 5}],
    )
    bridge = solved(raw).bridge.set_index("part")
    assert bridge.loc["synergies", "through_aid"] == near(5)
    assert bridge.loc["synergies", "through_others"] == near(0)
    assert bridge.loc["total", "employment"] == near(35)


# What lapses, what is left out


def test_a_commitment_that_others_cannot_pay_for_lapses(tmp_path: Path):
    """80 pens at least, and the nation has 60."""
    raw = one_measure(committed=True, min_units=80)
    run = solved(raw)
    assert alone(run)["lapsed"] == ["pens"]
    assert alone(run)["employment"] == near(0)
    assert run.figures["through_aid"]["employment"] == near(100)
    assert "Without the aid 1 commitment lapses, since the other funds cannot pay for them: pens" in words(
        raw, tmp_path
    )


@pytest.mark.parametrize(("money", "lapsed"), [(69, ("pens",)), (70, ())])
def test_a_commitment_is_paid_for_with_what_it_requires(money: float, lapsed: tuple[str, ...]):
    """50 pens and the road that they require, for 20."""
    raw = one_measure(national_money=money, committed=True, min_units=50, requires=["road"])
    raw["measures"]["road"] = {**raw["measures"]["pens"], "committed": False, "requires": [], "min_units": 0}
    raw["measures"]["road"] |= {"fixed_cost": 20, "unit_cost": 0, "max_units": 1, "effect": 0}
    instance = instance_of(raw)
    assert lapsing(instance, instance.solver) == lapsed


def test_commitments_are_tried_one_by_one_and_then_together():
    """Either of two commitments of 40 can be paid of the nation's 60, not both: neither lapses, both are left out."""
    raw = one_measure(committed=True, min_units=40, max_units=40)
    raw["measures"]["barns"] = dict(raw["measures"]["pens"])
    found = alone(solved(raw))
    assert found["lapsed"] == []
    assert found["left_out"] == ["min_use", "rules", "commitments"]
    assert found["employment"] == near(40)


HALF = {"max_share": {"national": 0.5}, "min_share": {"aid": 0.5}}
"""The nation pays for half at most, so that without the aid nothing can be paid for."""


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ({}, []),
        ({"funds": {"national": {"min_use": 10}}}, ["min_use"]),
        ({"rules": [{"name": "some", "type": "count", "min": 1}]}, ["min_use", "rules"]),
        ({"rules": [{"name": "some", "type": "amount", "min": 1, "fund": "all"}]}, ["min_use", "rules"]),
        ({"rules": [{"name": "some", "type": "amount", "min": 1}]}, []),  # of aid: it is not asked without it
        ({"rules": [{"name": "some", "type": "amount", "min": 1, "fund": "tianjin"}]}, []),
    ],
)
def test_limits_on_other_money_are_left_out_a_class_at_a_time(change: Raw, left_out: list[str], tmp_path: Path):
    raw = one_measure(fixed_cost=1, **HALF)
    raw["funds"]["tianjin"] = {"kind": "aid", "amount": 5}
    raw["funds"]["national"] |= change.get("funds", {}).get("national", {})
    raw["rules"] = change.get("rules", [])
    run = solved(raw)
    assert alone(run)["left_out"] == left_out
    assert alone(run)["objective"] == near(0)
    assert ("left out there" in words(raw, tmp_path)) is bool(left_out)


def test_aid_need_pay_no_part_where_there_is_none():
    """Half of the pens must come from aid, and a quarter from one aid fund; without aid the nation pays alone."""
    raw = one_measure(min_share={"aid": 0.5, "tianjin": 0.25})
    raw["funds"]["tianjin"] = {"kind": "aid", "amount": 50}
    assert alone(solved(raw))["employment"] == near(60)


def test_soft_rules_on_other_money_cost_what_they_cost_in_that_world_too():
    """Two measures are asked for at 7 a measure; there is one: the world without the aid loses 7 as the plan does."""
    raw = one_measure()
    raw["rules"] = [{"name": "two", "type": "count", "min": 2, "penalty": 7}]
    run = solved(raw)
    assert run.objective == near(93)
    assert alone(run)["objective"] == near(53)
    raw["rules"] = [{"name": "aid", "type": "amount", "min": 61, "max": 1000, "penalty": 7}]
    run = solved(raw)
    assert run.objective == near(93)
    assert alone(run)["objective"] == near(60)


def test_a_rule_on_aid_that_makes_the_plan_worse_is_named(tmp_path: Path):
    """10 of aid must go into pens that take aid or national money, not both: 60 jobs of the nation's give way to 60."""
    raw = one_measure(aid_money=20, national="exclusive")
    raw["rules"] = [{"name": "aid to pens", "type": "amount", "min": 10}]
    run = solved(raw)
    assert run.objective == near(20)
    assert run.figures["through_aid"]["objective"] == near(-40)
    raw["rules"][0]["max"] = 10
    text = words(raw, tmp_path)
    assert "With the aid the goal is 50.0 lower than without it; rules on aid that bind: aid to pens" in text


# What is proven


def test_what_is_claimed_is_a_range_where_a_world_is_not_proven():
    """Without the aid 60 jobs are found and 75 not excluded: through the aid there are 25 to 40."""
    for aim, span in (({"employment": 1}, [25, 40]), ({"employment": 5}, [37, 40]), ({"linkage": 1}, None)):
        instance = instance_of({**one_measure(), "objective": aim})
        run, worlds = alloc.solve(instance), find_worlds(instance, instance.solver)
        found = worlds.without.solution
        stage = replace(found.stages[0], bound=found.stages[0].objective + 15)
        loose = replace(worlds.without, solution=replace(found, status=Status.FEASIBLE, stages=(stage,)))
        told = compare_worlds(instance, run.solution, Worlds(worlds.quo, loose), run.tables["chains"])
        assert told["without_aid"]["gap"] > 0
        ranges = told["through_aid"]["range"]
        if span is not None:
            assert ranges["employment"] == [near(span[0]), near(span[1])]
            assert told["through_others"]["range"]["employment"] == [near(60), near(60 + 40 - span[0])]
            assert ends(told["through_aid"], "employment") == (near(span[0]), near(span[1]))
        else:
            assert ranges["employment"] == [None, None]
            assert ends(told["through_aid"], "employment") == (None, None)
        assert set(whose(told).values()) == {None}


def test_what_is_proven_is_claimed_as_one_number():
    run = alloc.solve(instance_of(one_measure()))
    assert whose(run.figures) == {"employment_aid": near(40), "employment_without_aid": near(60)}
    assert ends(run.figures["through_aid"], "employment") == (near(40), near(40))


def test_a_world_that_is_not_known_claims_nothing():
    instance = instance_of(one_measure())
    run, worlds = alloc.solve(instance), find_worlds(instance, instance.solver)
    nothing = replace(worlds.without, solution=Solution(Status.NO_SOLUTION))
    told = compare_worlds(instance, run.solution, Worlds(worlds.quo, nothing), run.tables["chains"])
    assert told["without_aid"]["employment"] is None
    assert told["through_aid"]["employment"] is None


# With nothing there is nothing to claim


def without_money(instance: Instance) -> Instance:
    """Return a question in which the aid funds are empty and nothing asks for aid."""
    funds = {}
    for f, fund in instance.funds.items():
        tied = None if fund.by_county is None else dict.fromkeys(fund.by_county, 0.0)
        empty = {"amount": 0.0, "by_county": tied, "min_use": 0.0}
        funds[f] = fund.model_copy(update=empty) if fund.kind == "aid" else fund
    free = {"committed": False, "min_share": {}}
    measures = {m: row.model_copy(update=free) for m, row in instance.measures.items()}
    return instance.model_copy(update={"funds": funds, "measures": measures, "rules": ()})


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_without_money_nothing_comes_through_the_aid(seed: int, tmp_path: Path):
    run = nothing_through_the_aid(seed)
    if run is not None:
        figures = run.figures
        for goal in ("employment", "linkage"):
            parts = (figures["status_quo"][goal], figures["through_others"][goal], figures["through_aid"][goal])
            assert sum(parts) == near(figures[goal])
        assert run.bridge["through_aid"].abs().max() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("seed", range(0, 20, 2))
def test_whose_the_jobs_are_adds_up_to_all_of_them(seed: int):
    run = alloc.solve(instance_of(random_instance(seed, "tiny")))
    if run.tables and run.figures["through_aid"]["range"] is None:
        for goal in ("objective", "employment", "linkage"):
            parts = [run.figures[world][goal] for world in ("status_quo", "through_others", "through_aid")]
            assert sum(parts) == pytest.approx(run.figures[goal], rel=1e-12, abs=1e-9)
        rows = run.bridge[["anyway", "through_others", "through_aid"]].sum(axis=1)
        assert rows.tolist() == pytest.approx(run.bridge["employment"].tolist(), rel=1e-12, abs=1e-9)


def nothing_through_the_aid(seed: int) -> Run | None:
    """Return the run of a random question with empty aid funds; None where that is no question."""
    raw = random_instance(seed, random.Random(seed).choice(["tiny", "small"]))
    try:
        instance = without_money(instance_of(raw))
    except InstanceError:
        return None
    run = alloc.solve(instance, gap=1e-9)
    if not run.tables:
        return None
    assert run.figures["through_aid"]["objective"] == pytest.approx(0, abs=2e-6 * max(1.0, abs(run.objective or 0)))
    return run


def test_the_world_without_the_aid_has_no_aid_and_says_nothing_of_it():
    instance = instance_of(random_instance(3, "medium"))
    question = without_aid(instance)
    for f, fund in question.funds.items():
        if fund.kind == "aid":
            assert (fund.amount, fund.min_use) == (0, 0)
            assert set((fund.by_county or {}).values()) <= {0}
        else:
            assert fund == instance.funds[f]
    assert not any("aid" in row.min_share for row in question.measures.values())


# Who decides on national money

RIVALS = asked(
    funds={"aid": {"amount": 60}, "national": {"kind": "national", "amount": 60}},
    measures={
        "pens": {"max_units": 60},
        "clinic": {"effect": 0, "jobs": 0.5, "funds": ["national"], "max_units": 100},
    },
)
"""A pen is a job and the clinic half a job for each unit of money; only the nation may pay for the clinic."""


@pytest.mark.parametrize("method", ["whole", "blocks"])
def test_the_nation_may_decide_first(method: str):
    """On its own the nation builds all 60 pens, and leaves nothing for the aid: 60 jobs; together there are 90."""
    joint, first = (solved({**RIVALS, "nation": who}, method=method, jobs=1) for who in ("joint", "first"))
    assert joint.figures["employment"] == near(90)
    assert first.figures["employment"] == near(60)
    assert first.figures["through_aid"]["employment"] == near(0)
    paid = first.allocation[first.allocation["kind"] == "national"]
    assert paid["amount"].tolist() == [near(x) for x in paid["amount_without_aid"]]


@pytest.mark.parametrize("method", ["whole", "blocks"])
def test_what_coordination_is_worth_is_said(method: str):
    run = solved({**RIVALS, "nation": "both"}, method=method, jobs=1)
    both = run.figures["coordination"]
    assert run.figures["employment"] == near(90)
    assert both["worth"]["employment"] == near(30)
    assert {(row["measure"], row["fund"]): row["change"] for row in both["moved"]} == {
        ("pens", "national"): near(-60),
        ("clinic", "national"): near(60),
    }


@pytest.mark.parametrize(
    ("nation", "lang", "text"),
    [
        (
            "both",
            "en",
            "brings 30.0 more jobs than where the nation decides first (90.0 against 60.0); 2",
        ),
        ("both", "zh", "比国家资金先行决定多带来岗位 30.0 个（90.0 对 60.0）；2 笔"),
        ("first", "en", "National money is what it is without the aid: the nation decides first"),
    ],
)
def test_who_decides_is_said(nation: str, lang: str, text: str, tmp_path: Path):
    assert text in words({**RIVALS, "nation": nation}, tmp_path, lang)


def test_a_nation_that_leaves_no_plan_is_no_clash_of_rules():
    """The pens must have 10 of aid, but are built already: nothing else clashes."""
    raw = {**RIVALS, "nation": "first", "rules": [{"name": "some aid", "type": "amount", "min": 10}]}
    run = solved(raw)
    assert run.status == "infeasible"
    both = solved({**raw, "nation": "both"})
    assert both.figures["coordination"]["first"]["status"] == "infeasible"
    assert both.figures["coordination"]["worth"]["employment"] is None


# Money for nothing


def test_what_is_paid_for_and_not_used_is_marked(tmp_path: Path):
    """Workplaces are what lacks: courses, of which 20 are asked for, are paid for and nobody needs them."""
    raw = asked(measures={"courses": {"category": "training", "max_units": 50}})
    raw["rules"] = [{"name": "courses", "type": "amount", "of": {"category": "training"}, "min": 20}]
    run = solved(raw)
    rows = run.measures.set_index("measure")
    assert rows["idle"].to_dict() == {"pens": 0, "courses": 1}
    assert (rows.loc["courses", "gain"], rows.loc["courses", "effect"], rows.loc["courses", "cost"]) == (0, 0, near(20))
    assert rows.loc["courses", "asked_by"] == "courses"
    assert run.objective == near(80)
    assert run.figures["audit"]["passed"]
    assert "Paid for and counted with no jobs and no linkage: 1 measure, 20.0 万元 of aid" in words(raw, tmp_path)


def test_what_asks_for_a_measure_stands_in_the_order_of_the_rules():
    """Whatever the order in which a set of names is walked: equal runs give equal tables."""
    names = [f"rule {letter}" for letter in "hgfedcba"]
    raw = asked(rules=[{"name": name, "type": "amount", "min": 100} for name in names])
    assert solved(raw).measures["asked_by"].tolist() == ["|".join(names)]


@pytest.mark.parametrize(("least", "asker"), [(100, "min_use aid"), (99, "")])
def test_a_least_use_asks_for_measures_only_where_no_more_is_spent(least: float, asker: str):
    raw = asked()
    raw["funds"]["aid"] |= {"min_use": least}
    assert solved(raw).measures["asked_by"].tolist() == [asker]


def test_of_two_measures_for_the_same_thing_the_one_not_needed_is_marked():
    """30 workers lack, 30 are trained twice over: the second course is not needed, and both are committed."""
    raw = asked(
        baseline=[{**asked()["baseline"][0], "training": 70, "infrastructure": 100}],
        measures={
            "pens": {"committed": True, "min_units": 10, "max_units": 10},
            "one": {"category": "training", "committed": True, "min_units": 30, "max_units": 30},
            "two": {"category": "training", "industry": "", "committed": True, "min_units": 30, "max_units": 30},
        },
    )
    raw["baseline"][0]["max_jobs"] = 100
    run = solved(raw)
    rows = run.measures.set_index("measure")
    assert run.objective == near(100)
    assert rows["idle"].to_dict() == {"pens": 1, "one": 0, "two": 1}
    assert rows["asked_by"].to_dict() == dict.fromkeys(rows.index, "committed")
    assert run.industries["capacity_training"].tolist() == [near(100)]


def test_what_others_hang_on_is_no_money_for_nothing():
    raw = one_measure(requires=["road"])
    raw["measures"]["road"] = {**raw["measures"]["pens"], "requires": [], "effect": 0, "min_units": 1, "max_units": 1}
    run = solved(raw)
    assert run.measures.set_index("measure")["idle"].to_dict() == {"pens": 0, "road": 0}


@pytest.mark.parametrize(("gap", "asked_for"), [(0.5, 1e-6), (1e-9, 1e-9)])
def test_the_status_quo_is_proven_finely_however_roughly_the_plan_is_asked_for(
    gap: float, asked_for: float, monkeypatch: pytest.MonkeyPatch
):
    """Claims subtract it from the plan: a plan within half of its bound may not take the same of the status quo."""
    seen: list[float] = []

    def watched(kept: Any, instance: Instance, options: Options) -> Solution:
        seen.append(options.gap)
        return solve_warm(kept, instance, options)

    monkeypatch.setattr("alloc.solver.whole.solve_warm", watched)
    quo = find_status_quo(instance_of(one_measure()), Options(gap=gap))
    assert seen == [asked_for]
    assert (quo.status, quo.objective) == (Status.OPTIMAL, near(0))


def test_a_status_quo_with_decisions_of_its_own_is_its_optimum():
    """Room for 10 jobs in each of two industries stands, and nothing is funded: 20 jobs."""
    stand = [stands(infrastructure=10), stands(industry="wool", infrastructure=10)]
    raw = asked(industries={"sheep": {}, "wool": {}}, baseline=stand)
    quo = find_status_quo(instance_of(raw), Options(gap=0.5))
    assert quo.objective == near(20)
    assert quo.bound == near(20)
