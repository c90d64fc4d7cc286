"""Blocks: the same answer as the whole model, a bound that holds, and workers that may be lost."""

import copy
import itertools
import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import Raw, asked, instance_of, stands
from randoms import random_instance

import alloc
from alloc.audit import audit
from alloc.counterfactual import find_worlds
from alloc.errors import InstanceError
from alloc.instance import Instance, Options
from alloc.model import build, goal, stages
from alloc.report.tables import make_tables
from alloc.run_figures import list_figures
from alloc.solution import Solution, Status
from alloc.solver import CompiledModel, blocks, choose_method, incumbent, solve_blocks, solve_whole
from alloc.solver.decomposition import decompose
from alloc.solver.matrix import compile_matrix
from alloc.solver.pricing import PricingRequest
from alloc.solver.pricing_pool import PricingPool, open_pricing

FINE = Options(gap=1e-7, time_limit=120, threads=1)
FINEST = Options(gap=1e-9, time_limit=120, threads=1)
NEAR = 2e-6
"""Two searches at the finest gaps agree to this part of the goal."""

STEP = 1000
"""Seeds of questions drawn in place of another are so far apart."""


def _table(raw: Raw, key: str) -> Raw:
    rows = raw.get(key, {})
    if isinstance(rows, list):
        return {row["id"]: {k: v for k, v in row.items() if k != "id"} for row in rows}
    return copy.deepcopy(rows)


def cloned(raw: Raw, times: int, seed: int) -> Raw:
    """Return a question with every county several times, tied by funds, rules, locks and synergies."""
    draw = random.Random(seed)
    raw, signs = copy.deepcopy(raw), ["", *(f"x{i}" for i in range(1, times))]
    counties, measures = _table(raw, "counties"), _table(raw, "measures")
    for row in counties.values():
        row.pop("code", None)
    raw["counties"] = {c + s: dict(row) for s in signs for c, row in counties.items()}
    raw["baseline"] = [{**row, "county": row["county"] + s} for s in signs for row in raw.get("baseline", [])]
    raw["measures"] = {m + s: _measure(row, s, draw) for s in signs for m, row in measures.items()}
    for key in ("funds", "resources"):
        rows = _table(raw, key)
        for row in rows.values():
            if row.get("by_county"):
                row["by_county"] = {c + s: x for s in signs for c, x in row["by_county"].items()}
            if "counties" in row:
                row["counties"] = [c + s for s in signs for c in row["counties"]]
            if "amount" in row:
                row["amount"] *= 0.8 * times
        if rows:
            raw[key] = rows
    synergies = {}
    for s in signs:
        for row in raw.get("synergies", []):
            together = tuple(sorted(m + draw.choice(["", s, s]) for m in row["measures"]))
            synergies[together] = {**row, "measures": list(together)}
    raw.pop("synergies", None)
    return raw | ({"synergies": list(synergies.values())} if synergies else {})


def _measure(row: Raw, sign: str, draw: random.Random) -> Raw:
    row = copy.deepcopy(row)
    row["county"] += sign
    if "unit_cost" in row:
        row["unit_cost"] = round(row["unit_cost"] * draw.uniform(0.8, 1.2), 3)
    if sign:
        row.pop("committed", None)
    for key in ("requires", "excludes"):
        if key in row:
            row[key] = [m + draw.choice(["", sign, sign]) for m in row[key]]
    if "limited_by" in row:
        row["limited_by"] = {m + sign: x for m, x in row["limited_by"].items()}
    if "national_planned" in row:
        row["national_planned"] = 0
    return row


def question(seed: int) -> Instance:
    """Return a random question of several counties; where cloning made one contradict itself, another is drawn."""
    for other in range(seed, seed + 20 * STEP, STEP):
        try:
            return instance_of(cloned(random_instance(other, "small"), 2 + seed % 3, other))
        except InstanceError:
            continue
    raise AssertionError("twenty questions in a row contradict themselves")


def both(instance: Instance) -> tuple[Solution, Solution]:
    return (
        solve_whole(build(instance), instance, FINEST),
        solve_blocks(build(instance), instance, FINE, jobs=1),
    )


def passes(instance: Instance, plan: Solution) -> bool:
    """Tell whether a plan survives the audit."""
    worlds = find_worlds(instance, FINE)
    found = make_tables(instance, plan, worlds.quo, worlds.without.solution)
    return audit(instance, found, list_figures(instance, FINE, plan, 0.0, worlds, found)).passed


def donors(count: int, **changes: Any) -> Raw:
    """Return a question of some counties that share one fund: pens with a fixed cost, and courses."""
    names = [f"c{i}" for i in range(count)]
    room = {"infrastructure": 20, "training": 30, "enterprise": 1000}
    measures = {}
    for i, c in enumerate(names):
        for j, category in enumerate(("infrastructure", "training", "infrastructure")):
            measures[f"{c}-{j}"] = {
                "county": c,
                "category": category,
                "industry": "sheep",
                "effect": 1 + (7 * i + 3 * j) % 5 / 10,
                "unit_cost": 1 + (3 * i + j) % 4 / 10,
                "fixed_cost": 5 + (5 * i + j) % 7,
                "max_units": 60,
            }
    return asked(
        counties={"cele": None} | {c: {"region": f"r{i // 3}"} for i, c in enumerate(names)},
        baseline=[{"county": c, "industry": "sheep", "jobs": 10, **room} for c in names],
        measures={"pens": None} | measures,
        funds={"aid": {"amount": 60 * count}},
        **changes,
    )


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_blocks_agree_with_the_whole_model(seed):
    instance = question(seed)
    whole, parts = both(instance)
    assert parts.status == whole.status
    reached = [stage.objective for stage in whole.stages]
    assert [stage.objective for stage in parts.stages] == pytest.approx(reached, rel=NEAR, abs=NEAR)
    assert not parts.has_plan or passes(instance, parts)


@pytest.mark.parametrize("seed", range(40, 58, 2))
def test_the_bound_of_the_blocks_alone_is_never_below_the_best_plan(seed, monkeypatch):
    """Without the last search over the whole, the bound is that of the prices alone."""
    monkeypatch.setattr(incumbent, "SMALL", 0)
    instance = question(seed)
    whole, parts = both(instance)
    if whole.status == Status.INFEASIBLE:
        assert not parts.has_plan
        return
    assert parts.status in (Status.OPTIMAL, Status.FEASIBLE, Status.NO_SOLUTION)
    if parts.has_plan:
        first = whole.stages[0].objective
        assert parts.stages[0].bound >= first - NEAR * max(1, abs(first))
        assert passes(instance, parts)


def test_every_decision_and_limit_has_one_place():
    instance = instance_of(donors(6, rules=[{"name": "equal", "type": "parity", "max": 3}]))
    model = build(instance)
    parts = decompose(compile_matrix(model, [goal(model, stages(instance)[0])]), instance)
    columns = np.concatenate([parts.own, *(block.columns for block in parts.blocks)])
    assert sorted(columns) == list(range(len(parts.matrix.lower)))
    assert len(parts.blocks) == 6
    assert sum(block.rows.count for block in parts.blocks) + parts.rows.count == parts.matrix.rows.count
    own = {parts.matrix.variables[j].parent_component().local_name for j in parts.own}
    assert own == {"Lowest", "Highest", "Unequal"}
    assert np.isfinite(parts.matrix.upper[parts.own]).all()


def test_counties_that_lock_each_other_are_one_block():
    raw = donors(4)
    raw["measures"]["c0-0"]["excludes"] = ["c1-0"]
    instance = instance_of(raw)
    model = build(instance)
    parts = decompose(compile_matrix(model, [goal(model, stages(instance)[0])]), instance)
    assert len(parts.blocks) == 3


def test_a_fund_that_must_be_used_beyond_what_measures_take_is_infeasible():
    instance = instance_of(donors(5, rules=[{"name": "all", "type": "amount", "fund": "all", "min": 5000}]))
    assert solve_blocks(build(instance), instance, FINE, jobs=1).status == Status.INFEASIBLE


def test_counts_over_counties_that_contradict_each_other_are_infeasible():
    rules = [
        {"name": "many", "type": "count", "of": {"category": "training"}, "min": 4},
        {"name": "little", "type": "amount", "of": {"category": "training"}, "max": 10},
    ]
    raw = donors(5, rules=rules)
    for row in raw["measures"].values():
        row["min_units"] = 10
    instance = instance_of(raw)
    assert solve_whole(build(instance), instance, FINE).status == Status.INFEASIBLE
    assert solve_blocks(build(instance), instance, FINE, jobs=1).status == Status.INFEASIBLE


def _priced(pool: PricingPool, parts: Any, over: Callable[[], bool] = lambda: False) -> list[Any]:
    """Ask every block at some prices, and then with the whole decisions of its answers held."""
    prices, found = np.full(parts.rows.count, 0.5), []
    for i in range(12):
        ask = PricingRequest(np.ones(1), prices * i / 12, 1e-9)
        answers = pool.price([ask] * len(parts.blocks), over)
        held = [answer.plans[:, block.integer] for answer, block in zip(answers, parts.blocks, strict=True)]
        found += answers + pool.price([replace(ask, held=numbers) for numbers in held], over)
    return found


def test_a_worker_killed_in_mid_round_changes_nothing():
    """It is killed while blocks are at work, at a look whether to stop, whatever the machine's speed."""
    instance = instance_of(donors(9))
    model = build(instance)
    parts = decompose(compile_matrix(model, [goal(model, stages(instance)[0])]), instance)
    with open_pricing(1, None) as alone:
        alone.load(parts.blocks)
        expected = _priced(alone, parts)
    with open_pricing(2, None) as pool:
        pool.load(parts.blocks)
        pool.price([PricingRequest(np.ones(1), np.zeros(parts.rows.count), 1e-9)] * len(parts.blocks), lambda: False)
        victim, looks = multiprocessing.active_children()[0].pid, itertools.count()

        def over() -> bool:
            if next(looks) == 25:
                os.kill(victim, signal.SIGKILL)  # type: ignore[arg-type]
            return False

        found = _priced(pool, parts, over)
        assert victim not in {child.pid for child in multiprocessing.active_children()}
    assert [answer.bound for answer in found] == [answer.bound for answer in expected]
    assert all(np.array_equal(a.plans, b.plans) for a, b in zip(found, expected, strict=True))


def test_whole_decisions_held_are_filled_as_well_as_the_search_filled_them():
    instance = instance_of(donors(9))
    model = build(instance)
    parts = decompose(compile_matrix(model, [goal(model, stages(instance)[0])]), instance)
    with open_pricing(1, None) as alone:
        alone.load(parts.blocks)
        ask = PricingRequest(np.ones(1), np.full(parts.rows.count, 0.3), 1e-9)
        searched = alone.price([ask] * len(parts.blocks), lambda: False)
        held = [replace(ask, held=a.plans[:1, b.integer]) for a, b in zip(searched, parts.blocks, strict=True)]
        filled = alone.price(held, lambda: False)
    for block, answer, again in zip(parts.blocks, searched, filled, strict=True):
        aim = block.goals[0] - 0.3 * block.link.sum(axis=0)
        assert aim @ again.plans[0] == pytest.approx(aim @ answer.plans[0], rel=1e-7)
        assert again.bound == float("inf")


class Killer:
    """A log that kills a process at the first news."""

    def __init__(self) -> None:
        self.killed = False

    def write(self, text: str) -> int:
        if not self.killed:
            self.killed = True
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
        return len(text)


def test_processes_of_which_one_is_lost_give_the_same_plan_as_none():
    instance, log = instance_of(donors(9)), Killer()
    expected = solve_blocks(build(instance), instance, FINE, jobs=1)
    found = solve_blocks(build(instance), instance, FINE, log, jobs=2)  # type: ignore[arg-type]
    assert log.killed
    assert (found.stages, found.values) == (expected.stages, expected.values)


def test_a_cluster_gives_the_same_plan_and_survives_a_lost_worker():
    distributed = pytest.importorskip("distributed")
    instance = instance_of(donors(9))
    expected = solve_blocks(build(instance), instance, FINE, jobs=1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = solve_blocks(build(instance), instance, FINE, cluster=cluster.scheduler_address)
        assert (found.stages, found.values) == (expected.stages, expected.values)
        log = Killer()
        found = solve_blocks(build(instance), instance, FINE, log, cluster=cluster.scheduler_address)  # type: ignore[arg-type]
        assert log.killed
        assert (found.stages, found.values) == (expected.stages, expected.values)


def test_the_time_limit_keeps_an_honest_status():
    instance = instance_of(donors(9))
    plan = solve_blocks(build(instance), instance, Options(gap=0, time_limit=0.01), jobs=1)
    assert plan.status in (Status.FEASIBLE, Status.NO_SOLUTION)


def test_ctrl_c_keeps_the_plan(monkeypatch):
    """The signal comes while blocks are priced for the first time; what they have is used."""
    instance = instance_of(donors(9))
    price, rounds = PricingPool.price, []

    def interrupted(self: PricingPool, *args: Any) -> Any:
        answers = price(self, *args)
        if not rounds:
            rounds.append(True)
            os.kill(os.getpid(), signal.SIGINT)
        return answers

    monkeypatch.setattr(PricingPool, "price", interrupted)
    plan = solve_blocks(build(instance), instance, FINE, jobs=1)
    assert plan.interrupted
    assert plan.status == Status.FEASIBLE
    assert plan.gap > 0 or plan.has_plan


def test_few_decisions_are_one_model_and_many_are_blocks(monkeypatch):
    instance = instance_of(donors(9))
    model = build(instance)
    assert choose_method(instance, CompiledModel(model))[0] == "whole"
    monkeypatch.setattr(blocks, "FEW", 5)
    assert choose_method(instance, CompiledModel(model))[0] == "blocks"


def test_blocks_are_solved_in_a_process_that_has_searched_with_more_threads():
    """HiGHS keeps the thread number of its first search and refuses another one."""
    raw = asked()
    assert alloc.solve(instance_of(raw), method="whole", threads=2).objective == pytest.approx(100)
    assert alloc.solve(instance_of(raw), method="blocks", jobs=1).objective == pytest.approx(100)


@pytest.mark.parametrize(("purse", "jobs"), [(0, 100), (30, 130), (80, 160)])
def test_a_national_purse_that_counties_share_opens_them_to_aid_by_blocks_too(purse, jobs):
    """Each county's pens cost 80 at most, with a ceiling of 40; aid of 100 follows where that or the purse is full.

    A purse of 80 fills both ceilings, and the other 40 of each county are aid: 160 in all.
    """
    pens = {"max_units": 80, "national": "supplement", "national_ceiling": 40}
    raw = asked(
        counties={"yutian": {}},
        funds={"national": {"kind": "national", "amount": purse}},
        measures={"pens": pens, "sheds": {**pens, "county": "yutian"}},
        baseline=[stands(infrastructure=0), stands(county="yutian", infrastructure=0)],
    )
    for method in ("whole", "blocks"):
        assert alloc.solve(instance_of(raw), method=method, jobs=1).objective == pytest.approx(jobs)
