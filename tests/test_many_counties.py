"""Frontiers and alternatives by blocks: what is found and proven is what one search over the whole finds and proves."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import asked, instance_of
from test_frontier import listed

import alloc
from alloc.cli import main
from alloc.cli.tradeoff_summary import show_frontier
from alloc.instance import Instance
from alloc.model import build
from alloc.solver import Biobjective, Deadline, open_block_search, solve_whole

DEMO = Path(__file__).parent.parent / "instances/demo"
COUNTIES = ("cele", "yutian", "minfeng", "pishan")


def whole_measures(seed: int, money: float = 70) -> tuple[Instance, list[tuple[float, ...]]]:
    """Return a question of eight measures in four counties that are funded whole, and its efficient points."""
    random = np.random.default_rng(seed)
    costs = [float(cost) for cost in random.integers(5, 30, 8)]
    gains = [(float(a) / 4, float(b) * 0.3) for a, b in random.integers(1, 40, (8, 2))]
    row = {"industry": None, "effect": None, "unit_cost": None, "min_units": 1, "max_units": 1}
    measures: dict[str, Any] = {"pens": None}
    for i, (cost, (jobs, linkage)) in enumerate(zip(costs, gains, strict=True)):
        measures[f"m{i}"] = {**row, "county": COUNTIES[i % 4], "fixed_cost": cost, "jobs": jobs, "linkage": linkage}
    counties = {county: {"jobseekers": None} for county in COUNTIES}
    raw = asked(
        industries={"sheep": None}, baseline=[], counties=counties, measures=measures, funds={"aid": {"amount": money}}
    )
    return instance_of(raw), listed(costs, gains, money)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_efficient_point_is_found_by_blocks_as_all_subsets_give_it(seed: int):
    question, expected = whole_measures(seed)
    found = alloc.frontier(question, exact=True, method="blocks", jobs=1)
    assert found.table[["employment", "linkage"]].to_numpy().tolist() == [pytest.approx(p, abs=1e-7) for p in expected]
    assert found.complete
    assert found.figures["curves"][0]["solved_by"] == "blocks"
    assert {point.run.figures["method"] for point in found.points} == {"blocks"}


@cache
def both(objectives: tuple[str, str]) -> tuple[alloc.Frontier, alloc.Frontier]:
    whole, blocks = (
        alloc.frontier(DEMO, objectives=objectives, points=4, method=method, jobs=1) for method in ("whole", "blocks")
    )
    return whole, blocks


@pytest.mark.parametrize("objectives", [("employment", "cost"), ("equity", "employment")])
def test_points_spread_evenly_are_the_same_by_blocks(objectives: tuple[str, str]):
    whole, blocks = both(objectives)
    assert len(whole.points) == len(blocks.points) > 2
    for one, other in zip(whole.points, blocks.points, strict=True):
        assert other.values == pytest.approx(one.values, abs=1e-5)
        assert other.proven
        assert other.run.status in ("optimal", "feasible")
        assert other.run.figures["bound"] >= other.run.objective - 1e-6


def test_ranges_of_counties_are_the_same_by_blocks_and_every_plan_is_within_the_tolerance():
    whole, blocks = (
        alloc.alternatives(DEMO, count=3, within=0.05, method=method, jobs=1) for method in ("whole", "blocks")
    )
    assert blocks.complete
    assert (whole.solved_by, blocks.solved_by) == ("whole", "blocks")
    for one, other in zip(whole.ranges, blocks.ranges, strict=True):
        assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-2)
        assert other.least <= other.low + 1e-6
        assert other.most >= other.high - 1e-6
    for plan in blocks.plans:
        assert plan.run.objective >= 0.95 * 79 - 1e-6
        assert plan.proven
    assert len(blocks.plans) == 3


def test_all_best_plans_are_listed_by_blocks():
    """Two measures of two counties that bring as much: one of both can be paid for."""
    row = {"industry": None, "effect": None, "unit_cost": None, "min_units": 1, "max_units": 1, "fixed_cost": 60}
    measures: dict[str, Any] = {"pens": None}
    for county in COUNTIES[:3]:
        measures[f"in-{county}"] = {**row, "county": county, "jobs": 5}
    raw = asked(
        industries={"sheep": None},
        baseline=[],
        counties={county: {"jobseekers": None} for county in COUNTIES[:3]},
        measures=measures,
    )
    found = alloc.alternatives(instance_of(raw), every=True, method="blocks", jobs=1)
    assert sorted(plan.run.measures.query("funded == 1")["measure"].item() for plan in found.plans) == [
        "in-cele",
        "in-minfeng",
        "in-yutian",
    ]
    assert found.complete


@pytest.mark.usefixtures("all_is_large")
def test_a_large_question_is_not_enumerated_by_blocks_but_its_hull_is_proven():
    """A step of its values cannot be proven there."""
    question, expected = whole_measures(2)
    found = alloc.frontier(question, exact=True, method="blocks", jobs=1)
    (curve,) = found.curves
    assert curve.trace is not None
    assert curve.trace.method == "hull"
    points = [point.values for point in found.points]
    assert all(any(point == pytest.approx(other, abs=1e-6) for other in expected) for point in points)
    assert len(points) < len(expected)
    assert found.complete
    done = list(show_frontier(found, "en"))
    assert "searched by blocks" in str(done[-1])
    assert "Infinitely many" not in str(done[-1])


@pytest.fixture
def all_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any question count as one of hundreds of counties."""
    for file in ("biobjective", "near_optimal"):
        monkeypatch.setattr(f"alloc.solver.multi.{file}.SMALL", 1)


@pytest.mark.usefixtures("all_is_large")
@pytest.mark.parametrize("gap", [0.1, 0.001])
def test_points_of_a_large_question_are_efficient_to_the_gap_and_say_how_much_better_any_plan_could_be(gap: float):
    question, expected = whole_measures(2)
    found = alloc.frontier(question, points=4, gap=gap, method="blocks", jobs=1)
    assert found.complete
    for point in found.points:
        for other in expected:
            more = [other[k] - point.values[k] for k in (0, 1)]
            assert more[0] <= 1e-6 or more[1] < 1e-6 or min(more) <= gap * max(other)
            if more[1] >= 0:
                assert more[0] <= point.slack[0] + 1e-6
            if more[0] >= 0:
                assert more[1] <= point.slack[1] + 1e-6


@pytest.mark.usefixtures("all_is_large")
def test_ranges_of_a_large_question_lie_within_the_true_ones_and_their_bounds_around_them():
    whole = alloc.alternatives(DEMO, count=1, within=0.05, method="whole")
    large = alloc.alternatives(DEMO, count=1, within=0.05, method="blocks", jobs=1)
    for one, other in zip(whole.ranges, large.ranges, strict=True):
        assert one.low - 1e-3 <= other.low <= other.high <= one.high + 1e-3
        assert other.least <= one.low + 1e-3
        assert other.most >= one.high - 1e-3
        assert other.high > other.low
    (plan,) = large.plans
    assert plan.run.objective >= 0.95 * 79 - 1e-6


def test_a_search_by_blocks_for_which_there_is_no_time_has_no_bound():
    question, _ = whole_measures(0)
    own = solve_whole(build(question), question, question.solver)
    ended = Deadline(math.inf)
    ended.stop()
    with open_block_search("blocks", question, question.solver, 1, None) as by_blocks:
        pareto = Biobjective(question, ("employment", "linkage"), question.solver, ended, 0.0, by_blocks)
        assert own.has_plan
        found = pareto.maximise_weighted((1.0, 0.0), 1e-6)
    assert found.x is None
    assert not found.impossible
    assert found.bound == math.inf


def test_the_commands_take_the_method_and_its_processes(tmp_path: Path):
    words = ["frontier", str(DEMO), "--points", "2", "--method", "blocks", "--jobs", "1", "--json"]
    done = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "frontier")])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["curves"][0]["solved_by"] == "blocks"
    words = ["alternatives", str(DEMO), "--count", "1", "--method", "blocks", "--jobs", "1", "--json"]
    done = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "alternatives")])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["solved_by"] == "blocks"
    for command in ("frontier", "alternatives"):
        done = CliRunner().invoke(main, [command, str(DEMO), "--cluster", "nowhere", "--out", str(tmp_path / "none")])
        assert done.exit_code == 2
        assert not (tmp_path / "none").exists()
