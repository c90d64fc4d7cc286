"""Alternatives: within the tolerance by audit, far apart, over the whole range of each county; and all best plans."""

import csv
import itertools
import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import asked, instance_of, rivals
from randoms import random_instance

import alloc
from alloc.cli import main
from alloc.instance import Instance
from alloc.model import build
from alloc.solver import Deadline, NearOptimalSet, solve_whole
from alloc.solver.matrix import compile_expressions
from alloc.solver.reoptimise import RepeatedMip
from alloc.study.alternatives import Alternatives
from alloc.study.alternatives.favours import describe_favours

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "instances/demo"
Raw = dict[str, Any]


def by_measure(run: alloc.Run) -> np.ndarray:
    return run.measures["aid"].to_numpy()


def by_category(run: alloc.Run) -> np.ndarray:
    return run.measures.groupby(["county", "category"])["aid"].sum().to_numpy()


def least_distance(plans: Sequence[np.ndarray]) -> float:
    """Return the least money added and taken away between two plans."""
    return min(float(np.abs(a - b).sum()) for a, b in itertools.combinations(plans, 2))


def random_weight_plans(question: Instance, within: float, solves: int) -> list[np.ndarray]:
    """Return as many plans, aid by measure, as an independent method finds with so many solves: the plan with the
    most aid under random weights of measures, among those within the tolerance."""
    options, dice = question.solver, np.random.default_rng(7)
    own = solve_whole(build(question), question, options)
    near = NearOptimalSet(question, options, own, within, Deadline(math.inf))
    rows, _ = compile_expressions(near.whole.variables, [near.model.Aid[m] for m in question.measures])
    program = RepeatedMip(near.whole, np.zeros((0, len(near.whole.lower))), Deadline(math.inf), 60.0)
    found = []
    for _ in range(solves):
        answer = program.solve(dice.uniform(-1, 1, len(rows)) @ rows, {}, 1e-3, 1e-3)
        if answer.x is not None:
            found.append(rows @ answer.x)
    return found


def best_subset(plans: Sequence[np.ndarray], count: int) -> list[np.ndarray]:
    """Return plans far apart, chosen one by one out of all that random weights gave."""
    pairs = itertools.combinations(range(len(plans)), 2)
    chosen = list(max(pairs, key=lambda pair: float(np.abs(plans[pair[0]] - plans[pair[1]]).sum())))
    while len(chosen) < count:
        rest = [i for i in range(len(plans)) if i not in chosen]
        chosen.append(max(rest, key=lambda i: min(float(np.abs(plans[i] - plans[j]).sum()) for j in chosen)))
    return [plans[i] for i in chosen]


def question(seed: int) -> Instance:
    return instance_of(random_instance(seed, "small"))


@cache
def five(seed: int | None) -> tuple[Instance, Alternatives]:
    """Return the demo or a random question, with five plans that lose two in a hundred at most."""
    asked_for = alloc.read(DEMO) if seed is None else question(seed)
    return asked_for, alloc.alternatives(asked_for, count=5, within=0.02)


@pytest.mark.parametrize("seed", [None, 0, 2, 5])
def test_plans_are_farther_apart_than_random_weights_set_them(seed: int | None):
    """Even the best subset of all plans that random weights give with the same number of solves is no better."""
    asked_for, found = five(seed)
    assert len(found.plans) == 5
    plans = [by_measure(plan.run) for plan in found.plans]
    others = random_weight_plans(asked_for, 0.02, found.solves)
    assert least_distance(plans) >= least_distance(others[:5])
    assert least_distance(plans) >= least_distance(best_subset(others, 5)) - 1e-6


@pytest.mark.parametrize("seed", [None, 0, 2, 5])
def test_every_plan_is_within_the_tolerance_by_its_audit(seed: int | None):
    asked_for, found = five(seed)
    best = solve_whole(build(asked_for), asked_for, asked_for.solver)
    assert found.plans
    for plan in found.plans:
        assert plan.proven
        assert plan.run.figures["audit"]["passed"]
        for reached, optimum in zip(plan.run.figures["stages"], best.stages, strict=True):
            assert reached["value"] >= optimum.objective - 0.02 * abs(optimum.objective) - 1e-5


@pytest.mark.parametrize("seed", [None, 0, 2, 5])
def test_plans_lie_near_both_ends_of_every_range_and_none_repeats_the_best(seed: int | None):
    """With as many plans as ends, and the best plan, no end of a range is left out."""
    asked_for, found = five(seed)
    if (ends := 2 * len(asked_for.counties)) > 4:
        found = alloc.alternatives(asked_for, count=ends + 1, within=0.02)
    assert found.ranges
    shown = [run.tables["counties"].set_index("county")["aid"] for run in (found.best, *(p.run for p in found.plans))]
    scale = shown[0].sum()
    for span in found.ranges:
        part = max(0.2 * (span.high - span.low), 1e-4 * scale)
        assert min(aid[span.county] for aid in shown) <= span.low + part
        assert max(aid[span.county] for aid in shown) >= span.high - part
    assert min(plan.moved for plan in found.plans) > 0.001 * scale


def test_the_range_of_a_county_is_covered_and_proven():
    """Of 100 in two counties pens bring a job for 1, sheds 0.98: with one job in a hundred lost, half goes there."""
    counties = {"yutian": {"jobseekers": None}}
    measures = {"sheds": {"county": "yutian", "jobs": 0.98}}
    found = alloc.alternatives(instance_of(rivals(counties=counties, measures=measures)), count=3, within=0.01)
    ranges = {span.county: span for span in found.ranges}
    assert (ranges["cele"].low, ranges["cele"].high) == pytest.approx((50, 100), abs=1e-3)
    assert (ranges["yutian"].low, ranges["yutian"].high) == pytest.approx((0, 50), abs=1e-3)
    assert (ranges["yutian"].least, ranges["yutian"].most) == pytest.approx((0, 50), abs=0.1)
    covered = {end for plan in found.plans for end in plan.covers}
    assert {"cele least", "cele most", "yutian least", "yutian most"} <= covered
    aid = [plan.run.tables["counties"].set_index("county")["aid"]["cele"] for plan in found.plans]
    assert min(aid) == pytest.approx(50, abs=1e-3)


def test_equal_measures_swapped_are_no_alternative():
    """Two measures alike in one place: whichever is funded, the place gets the same; only the courses differ."""
    twin = {"fixed_cost": 60, "unit_cost": None, "min_units": 1, "max_units": 1, "jobs": 60}
    fair = {**twin, "category": "training", "jobs": 59.5}
    measures = {"pens": twin, "courses": fair, "again": twin}
    found = alloc.alternatives(instance_of(rivals(measures=measures)), count=5)
    assert [plan.moved for plan in found.plans] == [pytest.approx(60)]
    assert not found.complete


def test_each_plan_says_what_it_favours():
    question = instance_of(rivals(counties={"yutian": {"jobseekers": None, "name_zh": "于田", "name": "Yutian"}}))
    where = {"county": ["cele", "cele", "yutian"], "category": ["infrastructure", "training", "training"]}
    best, plan = (pd.DataFrame({**where, "aid": aid}) for aid in ([60.0, 40.0, 0.0], [10.0, 40.0, 50.0]))
    line = "more to Yutian training (+50 万元); less to cele infrastructure (-50 万元)"
    assert describe_favours(question, best, plan, "en") == line
    assert describe_favours(question, best, plan, "zh") == "增加于田培训（+50 万元）；减少cele配套设施（-50 万元）"
    assert describe_favours(question, best, best, "zh") == "资金去向与最优方案相同"
    assert (
        describe_favours(question, best, best.assign(aid=[60.0, 30.0, 0.0]), "en") == "less to cele training (-10 万元)"
    )


def test_an_order_of_goals_is_kept_goal_by_goal():
    measures = {"courses": {"jobs": 0.99, "linkage": 1}, "fair": {"jobs": 0.99, "linkage": 1, "category": "technology"}}
    raw = rivals(measures=measures, objective={"order": ["employment", "linkage"], "tolerance": 0.005})
    best = alloc.solve(instance_of(raw))
    found = alloc.alternatives(instance_of(raw), count=3, within=0.1)
    first, second = (stage["objective"] for stage in best.figures["stages"])
    for plan in found.plans:
        assert plan.run.figures["employment"] >= 0.9 * first - 1e-6
        assert plan.run.figures["linkage"] >= 0.9 * second - 1e-6
        assert plan.proven


# --- All best plans -------------------------------------------------------------------------------------------------


def subsets(costs: Sequence[float], jobs: Sequence[float], money: float, within: float = 0.0) -> int:
    """Return how many subsets that the money can pay for lose at most a part of the most jobs."""
    values = [
        sum(j * x for j, x in zip(jobs, choice, strict=True))
        for choice in itertools.product((0, 1), repeat=len(costs))
        if sum(c * x for c, x in zip(costs, choice, strict=True)) <= money
    ]
    return sum(value >= max(values) * (1 - within) - 1e-9 for value in values)


def lines(costs: Sequence[float], jobs: Sequence[float], money: float, **row: Any) -> Raw:
    whole = {"industry": None, "effect": None, "unit_cost": None, "min_units": 1, "max_units": 1, **row}
    cost = "unit_cost" if row.get("integer") else "fixed_cost"
    measures: Raw = {f"m{i}": {**whole, cost: c, "jobs": j} for i, (c, j) in enumerate(zip(costs, jobs, strict=True))}
    return rivals(measures=measures, funds={"aid": {"amount": money}}) | {
        "measures": asked(measures={"pens": None, **measures})["measures"]
    }


@pytest.mark.parametrize("row", [{}, {"integer": True, "min_units": None}])
@pytest.mark.parametrize("seed", range(3))
def test_all_best_plans_are_as_many_as_brute_force_counts(seed: int, row: Raw):
    import random

    dice = random.Random(seed)
    costs = [float(dice.randint(2, 6)) for _ in range(8)]
    jobs = [float(dice.randint(2, 4)) for _ in range(8)]
    expected = subsets(costs, jobs, 15)
    found = alloc.alternatives(instance_of(lines(costs, jobs, 15, **row)), every=True, count=100)
    assert len(found.plans) == expected
    assert found.complete
    assert len({tuple(plan.run.measures["funded"]) for plan in found.plans}) == expected
    assert len({round(plan.run.objective, 6) for plan in found.plans}) == 1


def test_plans_nearly_as_good_can_be_listed_too():
    costs, jobs = [3.0, 4, 5, 6, 7], [3.0, 4, 5, 6, 7.5]
    found = alloc.alternatives(instance_of(lines(costs, jobs, 12)), every=True, within=0.1, count=100)
    assert len(found.plans) == subsets(costs, jobs, 12, 0.1)
    assert found.complete


def test_numbers_of_units_tell_plans_apart():
    """10 to spend, 1 a unit of either: 0 to 4 of one and the rest of the other, at most 8; so 3 plans."""
    unit = {"integer": True, "unit_cost": 1, "jobs": 1}
    measures = {"pens": {**unit, "max_units": 4}, "courses": {**unit, "max_units": 8}}
    raw = rivals(measures=measures, funds={"aid": {"amount": 10}})
    found = alloc.alternatives(instance_of(raw), every=True)
    assert sorted(tuple(plan.run.measures["units"]) for plan in found.plans) == [(2, 8), (3, 7), (4, 6)]
    assert found.complete


def test_a_count_cut_off_says_so():
    raw = lines([1.0] * 6, [1.0] * 6, 3)
    found = alloc.alternatives(instance_of(raw), every=True, count=10)
    assert len(found.plans) == 10
    assert not found.complete
    exact = alloc.alternatives(instance_of(raw), every=True, count=20)
    assert len(exact.plans) == 20 == math.comb(6, 3)
    assert exact.complete


# --- Files and messages ---------------------------------------------------------------------------------------------


def test_every_alternative_is_a_plan_that_can_be_opened(tmp_path: Path):
    out = tmp_path / "found"
    command = ["alternatives", str(DEMO), "--count", "3", "--within", "2%", "--out", str(out), "--json"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads((out / "alternatives.json").read_text(encoding="utf-8"))
    with (out / "alternatives.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["alternative"] for row in rows] == ["1", "2", "3"]
    for row in rows:
        run = json.loads((out / row["plan"] / "run.json").read_text(encoding="utf-8"))
        assert run["objective"] == float(row["objective"]) >= 79 * 0.98 - 1e-6
        assert run["audit"]["passed"]
        assert run["through_aid"]["employment"] == pytest.approx(float(row["employment_aid"]))
        assert row["favours"]
    with (out / "ranges.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["county"] for row in csv.DictReader(file)] == ["cele", "yutian"]


def test_the_command_says_when_a_count_is_cut_off(tmp_path: Path):
    written = tmp_path / "instance.yaml"
    written.write_text(json.dumps(lines([1.0] * 4, [1.0] * 4, 2)), encoding="utf-8")  # JSON is YAML
    command = ["alternatives", str(written), "--all", "--limit", "5", "--out", str(tmp_path / "found")]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0
    assert "Cut off: there are at least 5 such plans." in done.output


def test_a_question_without_a_plan_says_so():
    command = ["alternatives", str(DEMO), "--set", "funds.tianjin.min_use=37", "--set", "funds.tianjin.amount=37"]
    done = CliRunner().invoke(main, [*command, "--set", "rules.livelihood at least 30 %.min=0.99"])
    assert done.exit_code == 3
    assert "infeasible" in done.output


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--within", "2"], "write 0.02 or 2%"), (["--within", "a lot"], "write 0.02 or 2%"), (["--count", "0"], "range")],
)
def test_every_mistake_has_its_message(options: list[str], message: str):
    done = CliRunner().invoke(main, ["alternatives", str(DEMO), *options])
    assert done.exit_code == 2
    assert message in done.output


def test_wrong_calls_are_refused():
    with pytest.raises(alloc.RequestError, match="at least 1 alternative"):
        alloc.alternatives(DEMO, count=0)
    with pytest.raises(alloc.RequestError, match="no language"):
        alloc.alternatives(DEMO, lang="fr")
    with pytest.raises(alloc.RequestError, match="path"):
        alloc.alternatives(alloc.read(DEMO), overrides={"funds.tianjin.amount": 3})


def courses_in_lots() -> Instance:
    """Return a question of 32 courses in all categories of a county, whole and in lots."""
    kinds = ("infrastructure", "training", "insurance", "technology", "enterprise")
    rows = {
        f"course-{n}": {
            "category": kinds[n % 5],
            "jobs": 1 + n / 97,
            "unit_cost": 1 + n / 31,
            "max_units": 9,
            "integer": True,
        }
        for n in range(32)
    }
    return instance_of({**rivals(measures=rows), "money": {"lot": 1}})


def test_plans_in_lots_are_as_many_as_asked_and_differ_in_more_than_the_ends_of_ranges():
    found = alloc.alternatives(courses_in_lots(), count=5, within=0.1, gap=1e-3, jobs=1)
    assert len(found.plans) == 5
    plans = [plan.run.allocation["amount"].to_numpy() for plan in found.plans]
    for money in plans:
        assert money == pytest.approx(np.round(money))
    assert all(plan.nearest > 10 for plan in found.plans)
    assert all(plan.run.figures["audit"]["passed"] for plan in found.plans)
