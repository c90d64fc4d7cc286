"""Frontiers: what is published, what brute force finds, and what is proven of every point."""

import csv
import itertools
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from conftest import asked, holds, instance_of, rivals

import alloc
from alloc.cli import main
from alloc.instance import Instance
from alloc.model import build
from alloc.model.aims import add_least
from alloc.solver import Deadline
from alloc.solver.matrix import compile_matrix
from alloc.solver.multi.biobjective import ParetoPoint
from alloc.solver.multi.granularity import find_steps
from alloc.study.frontier.climbs import Climbers
from alloc.study.frontier.efficiency import Ends, enumerate_points, find_hull, find_knee, spread_evenly
from alloc.study.frontier.pictures import draw_frontier

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "instances/demo"
STORED = yaml.safe_load((ROOT / "tests/classics/biknapsack.yaml").read_text(encoding="utf-8"))
BARE = {"industries": {"sheep": None}, "baseline": [], "counties": {"cele": {"jobseekers": None}}}
"""No industries, no jobseekers: gains are direct."""

Raw = dict[str, Any]
Points = list[tuple[float, ...]]


def knapsack(name: str, style: str) -> Instance:
    """Return a published problem as an instance: an item is a measure, its two profits are jobs and linkage."""
    problem = STORED["problems"][name]
    items = STORED["items"][problem["items"]]
    one = {"unit_cost": "unit_cost", "fixed_cost": "fixed_cost"}[style]
    whole: Raw = {"integer": True} if style == "unit_cost" else {"min_units": 1}
    measures: Raw = {"pens": None}
    for i, (jobs, linkage, weight) in enumerate(zip(items["first"], items["second"], items["weights"], strict=True), 1):
        row = {"industry": None, "effect": None, "unit_cost": None, "max_units": 1, "jobs": jobs, "linkage": linkage}
        measures[f"item-{i}"] = {**row, one: weight, **whole}
    return instance_of(asked(**BARE, measures=measures, funds={"aid": {"amount": problem["capacity"]}}))


@cache
def published(name: str, style: str) -> alloc.Frontier:
    return alloc.frontier(knapsack(name, style), exact=True)


PROBLEMS = [
    ("2KP50-11", "unit_cost"),
    ("2KP50-92", "fixed_cost"),
]


@pytest.mark.parametrize(("name", "style"), PROBLEMS)
def test_the_exact_frontier_is_the_published_one_point_for_point(name: str, style: str):
    problem, found = STORED["problems"][name], published(name, style)
    assert found.table[["employment", "linkage"]].to_numpy().tolist() == problem["points"]
    assert found.complete
    assert found.curves[0].steps == (1.0, 1.0)
    assert set(found.table["proven"]) == {1}
    assert all(point.run.figures["audit"]["passed"] for point in found.points)
    supported = [kind for kind in found.table["kind"] if kind.startswith("supported")]
    assert len(supported) == problem["supported"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_points_spread_over_a_larger_frontier_are_among_the_published_ones(jobs: int):
    """Of its 149 points eight are asked for: each is proven efficient, and both ends are among them."""
    points = STORED["problems"]["2KP100-50"]["points"]
    found = alloc.frontier(knapsack("2KP100-50", "unit_cost"), points=8, jobs=jobs)
    shown = found.table[["employment", "linkage"]].to_numpy().tolist()
    assert len(shown) == 8
    assert all(point in points for point in shown)
    assert (shown[0], shown[-1]) == (points[0], points[-1])
    assert set(found.table["proven"]) == {1}


def test_the_knee_is_the_point_farthest_beyond_the_line_between_the_ends():
    table = published("2KP50-11", "unit_cost").table
    first, second = table["employment"].to_numpy(), table["linkage"].to_numpy()
    far = (first - first[0]) / (first[-1] - first[0]) + (second - second[-1]) / (second[0] - second[-1])
    assert [kind.endswith("knee") for kind in table["kind"]] == [i == far.argmax() for i in range(len(far))]


def test_points_below_the_line_between_the_ends_have_no_knee():
    assert find_knee([(0, 10), (1, 1), (10, 0)]) is None
    assert find_knee([(0, 10), (9, 8), (10, 0)]) == 1
    assert find_knee([(0, 10), (10, 0)]) is None


# --- Brute force over all subsets ----------------------------------------------------------------------------------


def listed(costs: list[float], gains: list[tuple[float, float]], money: float) -> Points:
    """Return the efficient points over all subsets that the money can pay for."""
    reached = set()
    for choice in itertools.product((0, 1), repeat=len(costs)):
        if sum(c * x for c, x in zip(costs, choice, strict=True)) <= money + 1e-9:
            reached.add(tuple(round(sum(g[k] * x for g, x in zip(gains, choice, strict=True)), 9) for k in (0, 1)))
    return sorted(p for p in reached if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in reached))


def choices(costs: list[float], gains: list[tuple[float, float]], money: float, **more: Any) -> Raw:
    row = {"industry": None, "effect": None, "unit_cost": None, "min_units": 1, "max_units": 1}
    measures: Raw = {
        f"m{i}": {**row, "fixed_cost": c, "jobs": a, "linkage": b}
        for i, (c, (a, b)) in enumerate(zip(costs, gains, strict=True))
    }
    return asked(**BARE, measures={"pens": None, **measures}, funds={"aid": {"amount": money}}, **more)


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_frontier_is_what_all_subsets_give(seed: int):
    import random

    dice = random.Random(seed)
    costs = [float(dice.randint(5, 30)) for _ in range(9)]
    gains = [(dice.randint(1, 40) / 4, dice.randint(1, 40) * 0.3) for _ in range(9)]
    found = alloc.frontier(instance_of(choices(costs, gains, 70)), exact=True)
    expected = listed(costs, gains, 70)
    assert found.table[["employment", "linkage"]].to_numpy().tolist() == [pytest.approx(p, abs=1e-7) for p in expected]
    assert found.complete
    assert found.curves[0].steps == pytest.approx((0.25, 0.3))


@pytest.mark.parametrize("seed", range(3))
def test_a_point_in_lots_is_a_plan_and_no_plan_beats_it_by_more_than_is_said(
    seed: int, monkeypatch: pytest.MonkeyPatch
):
    """Four units at most of each of six things: all 4,096 plans are counted."""
    import random

    monkeypatch.setattr("alloc.solver.multi.biobjective.has_many_grains", lambda _: True)
    dice = random.Random(seed)
    costs = [dice.uniform(5, 30) for _ in range(6)]
    gains = [(dice.uniform(0.5, 10), dice.uniform(0.5, 12)) for _ in range(6)]
    row = {"industry": None, "effect": None, "max_units": 3, "integer": True}
    measures: Raw = {
        f"m{i}": {**row, "unit_cost": c, "jobs": a, "linkage": b}
        for i, (c, (a, b)) in enumerate(zip(costs, gains, strict=True))
    }
    raw = asked(**BARE, measures={"pens": None, **measures}, funds={"aid": {"amount": 120}})
    found = alloc.frontier(instance_of(raw), points=6)
    plans = [
        tuple(sum(g[k] * x for g, x in zip(gains, units, strict=True)) for k in (0, 1))
        for units in itertools.product(range(4), repeat=6)
        if sum(c * x for c, x in zip(costs, units, strict=True)) <= 120 + 1e-9
    ]
    assert len(found.points) >= 2
    drawn = draw_frontier(found.figures, "en").title
    assert drawn.endswith("some are not proven efficient") != all(point.proven for point in found.points)
    for point in found.points:
        assert any(point.values == pytest.approx(plan, abs=1e-6) for plan in plans)
        for k in (0, 1):
            as_good = [plan[k] for plan in plans if plan[1 - k] >= point.values[1 - k] - 1e-9]
            assert max(as_good) <= point.values[k] + point.slack[k] + 1e-6
    ends = found.points[-1], found.points[0]
    assert [max(plan[k] for plan in plans) for k in (0, 1)] <= [
        end.values[k] + end.slack[k] + 1e-6 for k, end in enumerate(ends)
    ]
    assert all(end.values[k] >= 0.9 * max(plan[k] for plan in plans) for k, end in enumerate(ends))
    shown = [point.values for point in found.points]
    assert not any(a != b and a[0] >= b[0] and a[1] >= b[1] for a in shown for b in shown)


def test_a_cost_is_made_small_and_an_even_spread_is_part_of_the_whole_set():
    costs, gains = [10.0, 20.0, 30.0, 40.0], [(5.0, 0.0), (12.0, 0.0), (14.0, 0.0), (21.0, 0.0)]
    question = instance_of(choices(costs, gains, 100))
    whole = alloc.frontier(question, objectives=("cost", "employment"), exact=True)
    best = {}
    for choice in itertools.product((0, 1), repeat=4):
        cost, jobs = (sum(v[i] * x for i, x in enumerate(choice)) for v in (costs, [a for a, _ in gains]))
        best[cost] = max(jobs, best.get(cost, 0.0))
    efficient = {c: j for c, j in best.items() if not any(d < c and k >= j for d, k in best.items())}
    points = whole.table[["cost", "employment"]].to_numpy().tolist()
    assert points == [[c, j] for c, j in sorted(efficient.items(), reverse=True) if c <= 100]
    assert list(whole.table["money"]) == list(whole.table["cost"])
    some = alloc.frontier(question, objectives=("cost", "employment"), points=4)
    assert 2 <= len(some.points) <= 4
    assert all(row in points for row in some.table[["cost", "employment"]].to_numpy().tolist())


def test_gains_limited_by_the_same_bottleneck_have_no_step_but_are_counted():
    """Jobs are the least of workplaces and courses: no sum of whole decisions, yet efficient points are few."""
    row = {"unit_cost": None, "min_units": 1, "max_units": 1}
    measures = {
        "pens": {**row, "fixed_cost": 30, "effect": 20},
        "sheds": {**row, "fixed_cost": 50, "effect": 35},
        "courses": {**row, "fixed_cost": 20, "effect": 25, "category": "training", "linkage": 4},
        "fair": {**row, "fixed_cost": 40, "industry": None, "effect": None, "linkage": 9},
    }
    baseline = [{"county": "cele", "industry": "sheep", "training": 10, "enterprise": 1000}]
    found = alloc.frontier(instance_of(asked(measures=measures, baseline=baseline)), exact=True)
    effects = {"pens": (30, 20, 0, 0), "sheds": (50, 35, 0, 0), "courses": (20, 0, 25, 4), "fair": (40, 0, 0, 9)}
    reached = set()
    for n in range(5):
        for subset in itertools.combinations(effects.values(), n):
            if sum(cost for cost, *_ in subset) <= 100:
                places, taught, linkage = (sum(x[k] for x in subset) for k in (1, 2, 3))
                reached.add((float(min(places, 10 + taught)), float(linkage)))
    expected = sorted(p for p in reached if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in reached))
    assert found.curves[0].trace.method == "counted"
    assert None in found.curves[0].steps
    assert [point.values for point in found.points] == [pytest.approx(p, abs=1e-6) for p in expected]
    assert found.complete


# --- Where money can be divided at will -----------------------------------------------------------------------------


def test_a_continuous_frontier_is_its_corners_with_the_segments_between_them():
    """100 of money: pens bring a job, courses 2 linkage for one unit, each up to 60."""
    measures = {"pens": {"max_units": 60}, "courses": {"jobs": None, "linkage": 2, "max_units": 60}}
    found = alloc.frontier(instance_of(rivals(measures=measures)), exact=True)
    assert [point.values for point in found.points] == [pytest.approx((40, 120)), pytest.approx((60, 80))]
    assert [point.kind for point in found.points] == ["supported|extreme|segment", "supported|extreme"]
    (segment,) = found.curves[0].trace.segments
    assert segment.reached
    assert segment.within == pytest.approx(0, abs=1e-6)
    assert found.curves[0].trace.method == "hull"
    assert found.complete


def test_no_plan_lies_farther_beyond_a_segment_than_is_said():
    """Flattening returns make a curved frontier of 20 corners; the tolerance decides how many are shown."""
    curve = [[5 * i, 1 - 0.045 * i] for i in range(1, 21)]
    measures = {
        "pens": {"max_units": 100, "returns": curve},
        "courses": {"jobs": None, "linkage": 1, "returns": curve, "max_units": 100},
    }
    question = instance_of(rivals(measures=measures))

    def gain(units: float) -> float:
        return sum(min(max(units - 5 * i, 0), 5) * (1 - 0.045 * (i + 1)) for i in range(20))

    for tolerance in (0.1, 0.02):
        found = alloc.frontier(question, exact=True, tolerance=tolerance)
        points = [point.values for point in found.points]
        width = points[-1][0] - points[0][0], points[0][1] - points[-1][1]
        for spent in range(0, 101, 5):
            x, y = gain(spent), gain(100 - spent)
            beyond = min(
                ((x - a) / width[0] * (b - d) / width[1] + (y - b) / width[1] * (c - a) / width[0])
                / (((b - d) / width[1]) ** 2 + ((c - a) / width[0]) ** 2) ** 0.5
                for (a, b), (c, d) in itertools.pairwise(points)
            )
            assert beyond <= tolerance + 1e-9
        assert found.complete
        assert len(points) > 3 if tolerance < 0.05 else len(points) >= 3


def test_demo_against_its_cost_has_the_corners_worked_by_hand():
    """Nothing costs nothing, and the whole 37 brings the 79 jobs of the README."""
    found = alloc.frontier(DEMO, objectives=("employment", "cost"), exact=True)
    assert found.points[0].values == pytest.approx((0, 0), abs=1e-7)
    assert found.points[-1].values == pytest.approx((79, 37))
    assert found.points[-1].run.status == "optimal"


def test_equity_is_the_aid_per_head_of_the_county_that_gets_least():
    """Mean population is 2000: 10 for 1000 heads is as much as 20 for 2000."""
    question = instance_of(asked(counties={"yutian": {"population": 3000}}, measures={"sheds": {"county": "yutian"}}))
    model = build(question)
    add_least(model, question)
    spend = {("pens", "aid"): 10, ("sheds", "aid"): 30}
    assert holds(model.bounds_least, Least=20, Spend=spend)
    assert not holds(model.bounds_least, Least=20.1, Spend=spend)
    found = alloc.frontier(DEMO, objectives=("equity", "employment"), points=3)
    for point in found.points:
        assert point.values[0] == point.run.counties["aid_per_head"].min()
    assert found.points[0].values[0] < found.points[-1].values[0]


def test_insured_jobs_are_those_of_the_table():
    found = alloc.frontier(DEMO, objectives=("insured", "employment"), points=4)
    assert all(point.values[0] == pytest.approx(point.run.industries["insured"].sum()) for point in found.points)
    assert [point.proven for point in found.points] == [True] * len(found.points)


def test_soft_rules_are_broken_no_more_than_by_the_best_plan():
    rule = {"name": "little", "type": "amount", "max": 40, "penalty": 0.1}
    measures = {"courses": {"jobs": None, "linkage": 1}}
    found = alloc.frontier(instance_of(rivals(measures=measures, rules=[rule])), exact=True)
    best = alloc.solve(instance_of(rivals(measures=measures, rules=[rule])))
    assert best.figures["penalties"] == pytest.approx(6)
    assert all(point.run.figures["penalties"] <= 6 + 1e-6 for point in found.points)
    assert found.points[-1].values == pytest.approx((100, 0), abs=1e-6)


# --- Steps ----------------------------------------------------------------------------------------------------------


def test_steps_are_read_off_only_where_whole_decisions_decide():
    whole = choices([10, 20], [(1.5, 2.0), (0.9, 3.0)], 25)
    for raw, expected in ((whole, ("3/10", "1")), (rivals(), (None, "1"))):
        model = build(instance_of(raw))
        program = compile_matrix(model, [model.ExpectedEmployment, model.ExpectedLinkage])
        found = find_steps(program, list(program.goals))
        assert tuple(None if step is None else str(step) for step in found) == expected


def test_jobseekers_who_may_run_out_leave_no_step():
    """Both lines would bring 70 jobs; 55 can be filled, with all of the second line and half of the first."""
    whole = choices([10, 20], [(30, 2.0), (40, 3.0)], 40)
    whole["counties"]["cele"]["jobseekers"] = 55
    found = alloc.frontier(instance_of(whole), exact=True)
    assert found.curves[0].steps[0] is None
    assert [point.values for point in found.points] == [pytest.approx((55, 4))]


# --- Budgets, files, messages ---------------------------------------------------------------------------------------


def test_budgets_are_a_third_axis():
    found = alloc.frontier(DEMO, objectives=("employment", "cost"), points=3, budgets={"tianjin": [20, 37]})
    whose = ["employment_aid", "employment_without_aid"]
    rest = ["money", "proven", "kind", "budget", "plan"]
    assert list(found.table.columns) == ["point", "employment", "cost", *whose, *rest]
    assert set(found.table["budget"]) == {20.0, 37.0}
    assert all(point.money <= point.budget + 1e-6 for point in found.points)
    assert found.table["point"].tolist() == list(range(1, len(found.points) + 1))


def test_every_point_is_a_plan_that_can_be_opened(tmp_path: Path):
    out = tmp_path / "frontier"
    done = CliRunner().invoke(
        main, ["frontier", str(DEMO), "--objectives", "employment,cost", "--points", "3", "--out", str(out), "--json"]
    )
    assert done.exit_code == 0, done.output
    with (out / "frontier.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    whose = ["employment_aid", "employment_without_aid"]
    assert list(rows[0]) == ["point", "employment", "cost", *whose, "money", "proven", "kind", "plan"]
    assert json.loads(done.stdout) == json.loads((out / "frontier.json").read_text(encoding="utf-8"))
    for row in rows:
        run = json.loads((out / row["plan"] / "run.json").read_text(encoding="utf-8"))
        assert run["audit"]["passed"]
        assert run["employment"] == pytest.approx(float(row["employment"]))
        assert run["through_aid"]["employment"] == pytest.approx(float(row["employment_aid"]))
        assert run["without_aid"]["employment"] == pytest.approx(float(row["employment_without_aid"]))
        assert run["frontier"]["kind"] == row["kind"]
        with (out / row["plan"] / "allocation.csv").open(encoding="utf-8-sig", newline="") as file:
            paid = sum(float(line["amount"]) for line in csv.DictReader(file) if line["kind"] == "aid")
        assert paid == pytest.approx(float(row["money"]))


def test_equal_questions_give_equal_tables():
    one, two = (alloc.frontier(DEMO, objectives=("employment", "equity"), points=5).table for _ in range(2))
    assert one.equals(two)


def test_an_earlier_frontier_is_replaced_only_when_told_and_nothing_else_ever(tmp_path: Path):
    run = CliRunner()
    command = ["frontier", str(DEMO), "--objectives", "employment,cost", "--points", "2", "--out", str(tmp_path / "f")]
    assert run.invoke(main, command).exit_code == 0
    again = run.invoke(main, command)
    assert again.exit_code == 2
    assert "exists already" in again.output
    assert run.invoke(main, [*command, "--overwrite"]).exit_code == 0
    (tmp_path / "f" / "frontier.json").unlink()
    other = run.invoke(main, [*command, "--overwrite"])
    assert other.exit_code == 2
    assert "holds no frontier.json" in other.output


def test_a_question_without_a_plan_says_what_must_give(tmp_path: Path):
    done = CliRunner().invoke(
        main, ["frontier", str(DEMO), "--set", "funds.tianjin.min_use=30", "--set", "funds.tianjin.amount=30",
               "--set", "rules.livelihood at least 30 %.min=0.99", "--out", str(tmp_path / "f")]
    )  # fmt: skip
    assert done.exit_code == 3
    assert "infeasible" in done.output
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--objectives", "employment,joy"], "two different objectives of employment, linkage, cost, equity, insured"),
        (["--objectives", "cost,cost"], "found: cost, cost"),
        (["--budgets", "tianjin=a"], "budgets are compared for one fund"),
        (["--budgets", "nobody=3"], "there is no fund 'nobody'; known: tianjin, national"),
        (["--budgets", "tianjin=-3"], "must be 0 or more"),
        (["--tolerance", "3"], "write 0.02 or 2%"),
        (["--points", "1"], "1 is not in the range"),
        (["--objectives", "employment,equity", "--set", "counties.cele.population=0"], "needs a population"),
    ],
)
def test_every_mistake_has_its_message(options: list[str], message: str):
    done = CliRunner().invoke(main, ["frontier", str(DEMO), *options])
    assert done.exit_code == 2
    assert message in done.output


def test_wrong_calls_are_refused():
    with pytest.raises(alloc.RequestError, match="2 points or more"):
        alloc.frontier(DEMO, points=1)
    with pytest.raises(alloc.RequestError, match="path"):
        alloc.frontier(alloc.read(DEMO), overrides={"funds.tianjin.amount": 3})
    with pytest.raises(alloc.RequestError, match="0 or more"):
        alloc.frontier(alloc.read(DEMO), budgets={"tianjin": [-1]})
    with pytest.raises(alloc.RequestError, match="no language"):
        alloc.frontier(DEMO, lang="fr")


def test_what_is_stopped_early_is_not_called_complete():
    found = alloc.frontier(knapsack("2KP100-50", "unit_cost"), points=4, time_limit=0.02)
    assert not found.complete


def test_one_plan_at_both_ends_is_all_there_is_only_where_both_are_proven():
    """Out of time, the search for the second end hands back the plan of the first, of which nothing is proven there."""
    one = ParetoPoint(np.zeros(1), (1.0, 2.0), (0.0, 0.0), True)
    for proven in (True, False):
        ends, none = Ends(one, replace(one, proven=proven)), SimpleNamespace(stepped=1, steps=(1, 1))
        nobody = SimpleNamespace(searches=1, run=lambda climbs: [])
        assert spread_evenly(nobody, ends, 2, lambda _: None).complete is proven
        assert enumerate_points(none, ends, lambda _: None).complete is proven
        assert find_hull(none, ends, 1e-3, lambda _: None).complete is proven


def point_at(first: float, second: float) -> ParetoPoint:
    return ParetoPoint(np.zeros(1), (first, second), (0.0, 0.0), True)


class LosesOne:
    """Two workers, of which the second loses its process at the first task."""

    count = 2

    def __init__(self) -> None:
        self.given: dict[int, Any] = {}
        self.asked: list[tuple[int, float]] = []

    @property
    def idle(self) -> list[int]:
        return [worker for worker in (0, 1) if worker not in self.given]

    def give(self, worker: int, needs: Any, task: Any, search: int, ask: Any) -> None:
        self.given[worker] = ask
        self.asked.append((search, ask[1]))

    def receive(self) -> list[tuple[int, Any]]:
        found, self.given = self.given, {}
        lost = len(self.asked) == 2
        return [(w, None if lost and w == 1 else point_at(100 - ask[1], ask[1] + 1)) for w, ask in found.items()]

    def abandon(self) -> None:
        pass


def test_points_side_by_side_have_a_part_each_and_a_lost_process_leaves_the_rest():
    pool, told = LosesOne(), []
    here = SimpleNamespace(asked=SimpleNamespace(worlds=None))
    climbers = Climbers(here, pool, 2, Deadline(math.inf))
    found = spread_evenly(climbers, Ends(point_at(100, 0), point_at(10, 90)), 10, told.append)
    assert sorted(pool.asked) == [(0, 10), (0, 20), (0, 30), (0, 40), (1, 50), (1, 60), (1, 70), (1, 80)]
    assert [point.values[1] for point in reversed(found.points)] == [0, 11, 21, 31, 41, 61, 71, 81, 90]
    assert len(told) == len(found.points)
    assert not found.complete


def test_after_ctrl_c_no_climb_asks_for_more():
    pool, deadline = LosesOne(), Deadline(math.inf)
    deadline.stop()
    here = SimpleNamespace(asked=SimpleNamespace(worlds=None))
    found = spread_evenly(
        Climbers(here, pool, 2, deadline), Ends(point_at(100, 0), point_at(10, 90)), 10, lambda _: None
    )
    assert pool.asked == []
    assert (len(found.points), found.complete) == (2, False)


def test_the_chart_has_a_mark_for_every_point_and_names_the_knee(tmp_path: Path):
    found = alloc.frontier(DEMO, objectives=("employment", "cost"), points=3)
    found.save(tmp_path / "out")
    drawn = (tmp_path / "out/frontier.svg").read_text(encoding="utf-8")
    assert drawn.count("<circle") == len(found.points) == 3
    assert "knee" in drawn
    assert "(0.0 of it without the aid)" in drawn
