"""Whole units and lots: a free plan rounded so that nothing breaks, its bound held against another optimum."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import hasty, instance_of, rivals
from oracle import optimum
from randoms import random_instance
from test_generate import raw_of

import alloc
from alloc.generate import generate
from alloc.instance import Options
from alloc.model import build
from alloc.solution import Status
from alloc.solver import CompiledModel, blocks, extract_mip_start, solve_blocks, solve_warm
from alloc.solver.asking import search
from alloc.solver.blocks import start_search
from alloc.solver.column_generation import ColumnGeneration
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import decompose
from alloc.solver.exact import make_exact, pick_exact
from alloc.solver.incumbent import Incumbent
from alloc.solver.matrix import Matrix, Rows
from alloc.solver.outcome import Outcome, Stop, Why
from alloc.solver.pricing_pool import open_pricing
from alloc.solver.primal import pick_plan
from alloc.solver.reoptimise import RepeatedMip
from alloc.solver.rounding import find_grains, relax_grains, round_in_turn, round_split, round_together, round_whole
from alloc.solver.safe import measure_violation
from alloc.solver.sub_mip import fix_and_solve


def in_lots(seed: int):
    """Return a random question in whole units and lots of one."""
    raw = random_instance(seed)
    raw["money"] = {**raw.get("money", {}), "lot": 1}
    rows = raw["measures"].values() if isinstance(raw["measures"], dict) else raw["measures"]
    for row in rows:
        row["integer"] = True
    return raw


@pytest.mark.parametrize("seed", [0, 1, 2, 5, 7, 10, 13, 14, 21, 28])
def test_a_rounded_plan_keeps_every_limit_and_its_bound_is_no_less_than_the_optimum(seed: int):
    raw = in_lots(seed)
    instance = instance_of(raw)
    kept = CompiledModel(build(instance))
    whole, best = kept.aimed(instance), optimum(raw)
    found = round_whole(whole, whole.goals[0], float(whole.constants[0]), 1e-4, Deadline(60.0))
    assert (found.x is None) >= (best.objective is None)
    if best.stages:
        assert found.bound >= best.stages[0] - 1e-6 * max(1.0, abs(best.stages[0]))
    if found.x is not None:
        assert measure_violation(whole, found.x) <= 1e-5
        assert found.value <= best.stages[0] + 1e-5 * max(1.0, abs(best.stages[0]))


@pytest.mark.parametrize("gap", [1e-6, 0.05])
@pytest.mark.parametrize("seed", [0, 1, 2, 5, 7, 10])
def test_a_repeated_search_in_lots_is_proven_to_the_gap_asked(seed: int, gap: float, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("alloc.solver.reoptimise.has_many_grains", lambda _: True)
    raw = in_lots(seed)
    instance = instance_of(raw)
    whole, best = CompiledModel(build(instance)).aimed(instance), optimum(raw)
    program = RepeatedMip(whole, np.zeros((0, len(whole.lower))), Deadline(60.0), 60.0)
    found = program.solve(whole.goals[0], {}, gap, gap)
    assert found.impossible == (best.objective is None)
    if found.x is None:
        return
    most, again = best.stages[0] - whole.constants[0], program.solve(whole.goals[0], {}, gap, gap, [found.x])
    speck = 1e-5 * max(1.0, abs(most))
    for answer in (found, again):
        assert measure_violation(whole, answer.x) <= 1e-5
        assert most - gap * max(1.0, abs(most)) - speck <= answer.value <= most + speck <= answer.bound + 2 * speck
        assert answer.bound - answer.value <= gap * max(1.0, abs(answer.value)) + speck


def test_what_is_asked_with_little_time_left_takes_no_more_than_a_moment(monkeypatch: pytest.MonkeyPatch):
    """A quarter of the time for one search was given to the rounding, however little of the whole was left."""
    left: list[float] = []

    def told(matrix, goal, constant, deadline, *more, **given):
        left.append(deadline.left)
        return search(matrix, goal, constant, deadline, *more, **given)

    monkeypatch.setattr("alloc.solver.reoptimise.search", told)
    monkeypatch.setattr("alloc.solver.reoptimise.has_many_grains", lambda _: True)
    instance = instance_of(in_lots(3))
    whole = CompiledModel(build(instance)).aimed(instance)
    RepeatedMip(whole, np.zeros((0, len(whole.lower))), Deadline(5.0), 600.0).solve(whole.goals[0], {}, 0.0)
    assert left
    assert max(left) <= 5.0


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_rounded_part_after_part_keeps_every_limit(seed: int):
    """In whatever two parts the decisions come; where a part has no plan with what the other leaves, there is none."""
    instance = instance_of(in_lots(seed))
    whole = CompiledModel(build(instance)).aimed(instance)
    free = search(relax_grains(whole), whole.goals[0], 0.0, Deadline(60.0), Stop(part=1e-4))
    if free.x is None:
        return
    first = np.random.default_rng(seed).random(len(free.x)) < 0.5
    found = round_in_turn(whole, whole.goals[0], free.x, [first, ~first], 1e-6, Deadline(60.0))
    if found is not None:
        assert measure_violation(whole, found) <= 1e-5
        assert whole.goals[0] @ found <= free.bound + 1e-5 * max(1.0, abs(free.bound))


@pytest.mark.parametrize("seed", range(12))
def test_only_what_a_free_plan_splits_is_chosen_anew_and_every_limit_is_kept(seed: int):
    instance = instance_of(in_lots(seed))
    whole = CompiledModel(build(instance)).aimed(instance)
    free = search(relax_grains(whole), whole.goals[0], 0.0, Deadline(60.0), Stop(part=1e-4))
    if free.x is None:
        return
    near = replace(whole, lower=whole.lower.copy(), upper=whole.upper.copy())
    yes = whole.integer & ~find_grains(whole)
    near.lower[yes] = near.upper[yes] = np.round(free.x[yes])
    found = round_split(near, free.x, Stop(1e-6), Deadline(60.0))
    kept = find_grains(whole) & (np.abs(free.x - np.round(free.x)) < 1e-7)
    if found.x is not None:
        assert measure_violation(near, found.x) <= 1e-5
        assert found.x[kept] == pytest.approx(np.round(free.x[kept]))


def test_decisions_have_their_names_though_nobody_else_keeps_the_model():
    whole = CompiledModel(build(instance_of(in_lots(0)))).aimed(instance_of(in_lots(0)))
    assert ("Funded", "m0") in whole.names


def test_where_what_is_split_cannot_be_made_whole_alone_every_lot_is_chosen_anew():
    """2 a + 3 b = 7: at a half and two only a is split, and no whole a goes with two; two and one do, by hand."""
    row = Rows(np.array([0, 2]), np.array([0, 1]), np.array([2.0, 3.0]), np.array([7.0]), np.array([7.0]))
    goal = np.array([0.0, 1.0])
    whole = Matrix((), np.zeros(2), np.full(2, 9.0), np.ones(2, dtype=bool), row, goal[None], np.zeros(1))
    free = Outcome(Why.DONE, np.array([0.5, 2.0]), 2.0, 2.0)
    assert round_split(whole, free.x, Stop(), Deadline(60.0)).x is None
    found = round_together(whole, goal, 0.0, free, 1e-4, Deadline(60.0))
    assert found.x == pytest.approx([2.0, 1.0])
    assert (found.value, found.bound) == (1.0, 2.0)


def many_courses(count: int = 40):
    """Return a question of many small measures in whole units, paid in whole lots: their costs are odd figures."""
    rows = {
        f"course-{n}": {"jobs": 1 + n / 97, "unit_cost": 1 + n / 31, "max_units": 9, "integer": True}
        for n in range(count)
    }
    return {**rivals(measures=rows), "money": {"lot": 1}}


def test_many_whole_numbers_are_rounded_before_the_whole_is_searched(monkeypatch):
    """What comes out is what SCIP finds, and the rounded plan was on the way."""
    calls = []

    def watched(*words):
        calls.append(round_whole(*words))
        return calls[-1]

    monkeypatch.setattr("alloc.solver.whole.round_whole", watched)
    raw = many_courses()
    instance = instance_of(raw)
    plan = solve_warm(CompiledModel(build(instance)), instance, instance.solver.model_copy(update={"gap": 1e-3}))
    best = optimum(raw).objective
    assert len(calls) == 1
    assert calls[0].x is not None
    assert plan.objective >= best * (1 - 1e-3)
    assert plan.bound >= best * (1 - 1e-9)


def test_a_plan_in_lots_for_another_budget_is_only_where_the_search_begins():
    """With twice the money the plan for the old budget is far from the best, which SCIP finds."""
    raw = many_courses()
    before = CompiledModel(build(instance_of(raw)))
    solve_warm(before, instance_of(raw), instance_of(raw).solver)
    start = extract_mip_start(before.model)
    raw["funds"]["aid"]["amount"] *= 2
    instance = instance_of(raw)
    plan = solve_warm(
        CompiledModel(build(instance)), instance, instance.solver.model_copy(update={"gap": 1e-3}), [start]
    )
    best = optimum(raw).objective
    assert plan.objective >= best * (1 - 1e-3)
    assert plan.bound >= best * (1 - 1e-9)
    assert plan.bound <= plan.objective * (1 + 1e-3) + 1e-9


def test_blocks_that_have_no_plan_round_the_free_one(monkeypatch):
    """Two counties whose choice of plans is made to lead to none."""
    monkeypatch.setattr("alloc.solver.blocks.pick_plan", lambda search, *words: nothing(search.bound))
    raw = many_courses()
    raw["counties"]["yutian"] = raw["counties"]["cele"]
    for name, row in raw["measures"].items():
        row["county"] = "yutian" if name.endswith(("1", "3", "5", "7", "9")) else "cele"
    instance = instance_of(raw)
    plan = solve_blocks(build(instance), instance, instance.solver.model_copy(update={"gap": 1e-3}), jobs=1)
    best = optimum(raw).objective
    assert plan.objective >= best * (1 - 1e-3)
    assert plan.bound >= best * (1 - 1e-9)


def nothing(bound: float) -> Incumbent:
    return Incumbent(None, 0.0, bound, Status.NO_SOLUTION)


def test_yes_and_no_are_no_grains():
    instance = instance_of(many_courses(3))
    kept = CompiledModel(build(instance))
    whole = kept.aimed(instance)
    names = {
        x.parent_component().local_name for x, loose in zip(whole.variables, find_grains(whole), strict=True) if loose
    }
    assert names == {"Units", "Lots"}
    assert np.all(whole.integer[find_grains(whole)])


def generated_in_lots(folder, counties: int, seed: int):
    """Return a generated question as plain data, with whole units everywhere and payments in lots of one."""
    generate(counties, seed, folder)
    raw = raw_of(folder)
    raw["money"] = {**raw.get("money", {}), "lot": 1}
    for row in raw["measures"]:
        row["integer"] = True
    return raw


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three counties in lots, as plain data, with the optimum that another program finds."""
    raw = generated_in_lots(tmp_path_factory.mktemp("made") / "question", 3, 1)
    return raw, optimum(raw).objective


@pytest.mark.parametrize("method", ["whole", "blocks"])
def test_a_generated_question_in_lots_has_either_way_what_another_program_finds(made, method: str):
    raw, best = made
    with hasty():
        run = alloc.solve(instance_of(raw), gap=1e-3, method=method, jobs=1)
    assert run.status == "optimal"
    assert best * (1 - 1e-3) <= run.objective <= best * (1 + 1e-6)
    assert run.solution.bound >= best * (1 - 1e-6)
    assert run.figures["audit"]["passed"]
    paid = [money for money in run.solution.values["Spend"].values() if money]
    assert paid
    assert paid == [round(money) for money in paid]


def test_the_bound_of_the_blocks_in_lots_is_never_below_the_best_plan(made, monkeypatch):
    """Without a search over the whole: plans are rounded block by block, and blocks alone bound them."""
    monkeypatch.setattr("alloc.solver.incumbent.SMALL", 0)
    monkeypatch.setattr("alloc.solver.neighbourhoods.STALLED", 1)
    raw, best = made
    with hasty():
        run = alloc.solve(instance_of(raw), gap=3e-2, method="blocks", jobs=1)
    assert run.objective <= best * (1 + 1e-6)
    assert run.solution.bound >= best * (1 - 1e-6)
    assert run.figures["audit"]["passed"]


def all_but_a_lot(speck: float = 1e-5):
    """Return a question of which 5 pens have land and 6 lots are asked for, as arrays, and a plan as a search keeps it.

    Six lots that are a speck less than six leave all but a speck of a lot beside what pens cost, six do not.
    """
    rules = [{"name": "more", "type": "amount", "of": {"measure": ["pens"]}, "min": 6, "penalty": 3}]
    land = {"resources": {"land": {"amount": 5, "unit": "ha"}}, "money": {"lot": 1}}
    instance = instance_of({**rivals(measures={"pens": {"uses": {"land": 1}}}, rules=rules), **land})
    whole = CompiledModel(build(instance)).aimed(instance)
    lower, upper = whole.lower.copy(), whole.upper.copy()
    kept = {"pens": 6 - speck, "courses": 94.0}
    for (m, _), j in whole.columns("Lots").items():
        lower[j] = upper[j] = kept[m]
    free = replace(whole, lower=lower, upper=upper, integer=np.zeros_like(whole.integer))
    return whole, search(free, whole.goals[0], float(whole.constants[0]), Deadline(9.0))


def test_six_lots_that_a_search_may_take_for_whole_leave_no_more_than_six_do():
    """HiGHS lets a millionth be missing of a whole number: that is no room for a lot beside what pens cost."""
    assert all_but_a_lot(speck=1e-6)[1].infeasible


def test_a_plan_whose_lots_are_whole_by_the_tolerance_of_a_search_alone_is_made_one_that_keeps_every_limit():
    whole, roughly = all_but_a_lot()
    assert measure_violation(whole, roughly.x) <= 1.01e-5
    assert fix_and_solve(whole, np.ones(1), roughly.x, Deadline(9.0)) is None
    exact = make_exact(whole, np.ones(1), roughly, Deadline(0.0))
    assert exact.value == pytest.approx(5 + 94 * 0.5 - 3)
    assert np.array_equal(exact.x[whole.integer], np.round(exact.x[whole.integer]))
    assert measure_violation(whole, exact.x) <= 1e-9


def test_a_plan_that_keeps_every_limit_is_not_given_up_for_one_that_no_attempt_makes_exact(monkeypatch):
    whole, roughly = all_but_a_lot()
    exact = make_exact(whole, np.ones(1), roughly, Deadline(9.0))
    monkeypatch.setattr("alloc.solver.exact.settle", lambda *words: None)
    assert roughly.value > exact.value
    assert pick_exact(whole, np.ones(1), exact, roughly, Deadline(9.0)).x is exact.x
    assert pick_exact(whole, np.ones(1), Outcome(Why.LIMIT), roughly, Deadline(9.0)).x is roughly.x


def test_blocks_keep_a_quarter_of_their_time_for_whole_lots(made, monkeypatch):
    """The search with lots free is stopped as its time is out; its plan is made whole in the time that is kept."""
    left, search_goal = [], blocks.search_goal

    def search_till_stopped(search, known, gap, pool, deadline, search_log, longest):
        left.append(deadline.left)
        found = search_goal(search, known, gap, pool, deadline, search_log, longest)
        deadline.stop()
        return found

    monkeypatch.setattr(blocks, "search_goal", search_till_stopped)
    instance = instance_of(made[0])
    plan = solve_blocks(build(instance), instance, Options(gap=1e-2, time_limit=400), jobs=1)
    assert left == [pytest.approx(300, abs=40)]
    assert not plan.interrupted
    assert plan.gap <= 1e-2
    paid = plan.values["Spend"].values()
    assert sum(paid) > 0
    assert all(money == round(money) for money in paid)


def test_a_master_that_lacks_something_is_repaired_to_a_plan_when_the_time_of_the_search_is_out(made):
    """Blocks that were asked once, at the first prices, together want more than there is."""
    instance = instance_of(made[0])
    kept = CompiledModel(build(instance))
    parts = decompose(relax_grains(kept.aimed(instance)), instance)
    with open_pricing(1, None) as pool:
        pool.load(parts.blocks)
        search = start_search(parts, np.ones(1), Deadline(60.0))
        assert isinstance(search, ColumnGeneration)
        search.price_blocks(np.zeros(parts.rows.count), 1e-3, pool, Deadline(60.0))
        search.refill(pool, Deadline(0.0), 1e-3)
        assert search.solution is not None
        assert search.solution.slack > 1.0
        found = pick_plan(search, None, 1e-3, Deadline(0.0), Deadline(60.0))
    assert found.x is not None
    assert measure_violation(parts.matrix, found.x) <= 1e-6
    assert found.value <= found.bound * (1 + 1e-9)
