"""Each stage of the solver alone, on programs small enough to be solved by hand.

Most take one program apart: a hall (county Cele, worth 5, takes 3 of the money, has one site) and two courses (Yutian,
worth 4 and 3, 2 each), of which the teachers allow one: 2 · (both) ≤ 3, without whole decisions one and a half.
"""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.core as pyo
import pytest
from conftest import asked, instance_of, rivals

from alloc.instance import Instance, Options
from alloc.model import build, goal, stages
from alloc.solution import Stage
from alloc.solver import solve_whole
from alloc.solver.column_generation import ColumnGeneration, prove_infeasible, slack_costs
from alloc.solver.conclusion import allowed_loss, drop_idle, evaluate_stages, name_goal, read_values
from alloc.solver.deadline import GRACE, Deadline
from alloc.solver.decomposition import Decomposition, decompose
from alloc.solver.least_money import improve_and_bound, is_tight
from alloc.solver.lp_relaxation import solve_lp_relaxation
from alloc.solver.master import RestrictedMaster, lagrangian_bound
from alloc.solver.matrix import INF, Matrix, Rows, add_floor, compile_matrix, extend
from alloc.solver.multi.biobjective import Biobjective, ParetoPoint
from alloc.solver.multi.far_plans import measure_distance
from alloc.solver.multi.granularity import find_steps
from alloc.solver.multi.near_optimal import NearOptimalSet, find_floor
from alloc.solver.pricing import PricingRequest, load_block, price
from alloc.solver.pricing_pool import open_pricing
from alloc.solver.progress import Progress, SearchLog
from alloc.solver.reoptimise import RepeatedMip
from alloc.solver.safe import drop_unusable_prices
from alloc.solver.scaling import find_scales, scale
from alloc.solver.sub_mip import (
    add_slacks,
    find_split_blocks,
    fix_columns,
    pick_heaviest,
    search_neighbourhood,
)
from alloc.solver.tie_break import break_ties, maximise_linkage

CALM = Deadline(INF)
ONE = np.ones(1)
near = pytest.approx


def dense(rows: Rows, columns: int) -> list[list[float]]:
    """Return limits as a full table."""
    table = np.zeros((rows.count, columns))
    table[rows.owner(), rows.column] = rows.value
    return table.tolist()


def program(
    limits: list[list[float]],
    lower: list[float],
    upper: list[float],
    most: list[float],
    *goals: list[float],
    whole=True,
) -> Matrix:
    """Return a program with 0 ≤ x ≤ most and lower ≤ limits · x ≤ upper."""
    table, count = np.array(limits, dtype=float), len(most)
    owner, column = np.nonzero(table)
    start = np.searchsorted(owner, np.arange(len(table) + 1)).astype(np.int32)
    sides = np.array(lower, dtype=float), np.array(upper, dtype=float)
    rows = Rows(start, column.astype(np.int32), table[owner, column], *sides)
    aims = np.array(goals, dtype=float).reshape(-1, count)
    none = np.zeros(count)
    return Matrix((), none, np.array(most, dtype=float), np.full(count, whole), rows, aims, np.zeros(len(aims)))


def hall_and_courses(money: float = 4, least: float | None = None, penalty: float | None = None) -> pyo.ConcreteModel:
    """Return the program; penalty: what it costs to spend one too much."""
    model = pyo.ConcreteModel()
    model.Hall = pyo.Var(["cele"], domain=pyo.Binary)
    model.Course = pyo.Var(["yutian"], [1, 2], domain=pyo.Binary)
    hall, (first, second) = model.Hall["cele"], model.Course.values()
    model.site = pyo.Constraint(expr=hall <= 1)
    model.teachers = pyo.Constraint(expr=2 * first + 2 * second <= 3)
    spent = 3 * hall + 2 * first + 2 * second
    gain = 5 * hall + 4 * first + 3 * second + 10
    if penalty is not None:
        model.Over = pyo.Var(domain=pyo.NonNegativeReals)
        spent, gain = spent - model.Over, gain - penalty * model.Over
    model.money = pyo.Constraint(expr=(least, spent, money))
    model.Gain = pyo.Expression(expr=gain)
    return model


def matrix_of(**changes: Any) -> Matrix:
    model = hall_and_courses(**changes)
    return compile_matrix(model, [model.Gain])


TWO_COUNTIES: Instance = instance_of(asked(counties={"yutian": {}}))


def parts_of(**changes: Any) -> Decomposition:
    return decompose(matrix_of(**changes), TWO_COUNTIES)


# --- Matrix ---------------------------------------------------------------------------------------------------------


def test_a_model_becomes_arrays_row_by_row():
    found = matrix_of(least=1)
    assert [x.name for x in found.variables] == ["Hall[cele]", "Course[yutian,1]", "Course[yutian,2]"]
    assert dense(found.rows, 3) == [[1, 0, 0], [0, 2, 2], [3, 2, 2]]
    assert (found.rows.lower.tolist(), found.rows.upper.tolist()) == ([-INF, -INF, 1], [1, 3, 4])
    assert (found.goals.tolist(), found.constants.tolist()) == ([[5, 4, 3]], [10])
    assert found.integer.all()


def test_a_decision_that_is_fixed_is_bounded_by_its_value_and_constants_move_to_the_sides():
    model = pyo.ConcreteModel()
    model.X = pyo.Var(bounds=(0, 9))
    model.Y = pyo.Var()
    model.X.fix(4)
    model.limit = pyo.Constraint(expr=2 * model.X + model.Y + 5 <= 20)
    found = compile_matrix(model, [model.Y])
    assert (found.lower[0], found.upper[0]) == (4, 4)
    assert (found.lower[1], found.upper[1]) == (-INF, INF)
    value = found.rows.times(np.array([4.0, 7.0]))[0]
    assert (value <= found.rows.upper[0]) == (2 * 4 + 7 + 5 <= 20)
    assert found.rows.upper[0] - value == near(0)


def test_rows_are_taken_with_their_columns_under_other_numbers():
    rows = program([[1, 0, 2], [0, 3, 0], [4, 5, 0]], [0, 1, 2], [7, 8, 9], [1, 1, 1]).rows
    found = rows.take(np.array([2, 0], dtype=np.int32), np.array([2, 0, 1], dtype=np.int32))
    assert dense(found, 3) == [[5, 0, 4], [0, 2, 1]]
    assert (found.lower.tolist(), found.upper.tolist()) == ([2, 0], [9, 7])
    assert rows.times(np.array([1.0, 2.0, 3.0])).tolist() == [7, 6, 14]


def test_a_program_grows_by_a_floor_and_by_decisions_that_no_goal_speaks_of():
    small = program([[1, 2]], [-INF], [5], [3, 3], [1, 1])
    floored = add_floor(small, np.array([0.0, 4.0]), 8)
    assert dense(floored.rows, 2) == [[1, 2], [0, 4]]
    assert (floored.rows.lower.tolist(), floored.rows.upper.tolist()) == ([-INF, 8], [5, INF])
    rows = [(np.array([1, 2], dtype=np.int32), np.array([1.0, -6.0]), -INF, 0.0)]
    longer = extend(small, np.zeros(1), np.array([2.0]), np.array([False]), rows)
    assert dense(longer.rows, 3) == [[1, 2, 0], [0, 1, -6]]
    assert longer.goals.tolist() == [[1, 1, 0]]
    assert (longer.upper.tolist(), longer.integer.tolist()) == ([3, 3, 2], [True, True, False])


# --- Scaling --------------------------------------------------------------------------------------------------------


def test_money_of_1024_beside_a_yes_or_no_is_counted_in_units_of_1024():
    """x + 1024 y ≤ 2048 with x ≤ 1024 becomes x' + y ≤ 2 with x' ≤ 1."""
    mixed = replace(program([[1, 1024]], [-INF], [2048], [1024, 1], [3, 7]), integer=np.array([False, True]))
    found, by = scale(mixed)
    assert (by.columns.tolist(), by.rows.tolist()) == ([1024, 1], [2**-10])
    assert dense(found.rows, 2) == [[1, 1]]
    assert (found.rows.upper.tolist(), found.upper.tolist()) == ([2], [1, 1])
    assert found.goals.tolist() == [[3 * 1024, 7]]


def test_a_decision_without_a_bound_is_sized_by_those_it_shares_a_limit_with():
    """x ≤ 4096 tells y its size through 2 x − y = 0: 8192."""
    open_ = program([[2, -1]], [0], [0], [4096, INF], whole=False)
    by = find_scales(open_.lower, open_.upper, open_.integer, open_.rows)
    assert by.columns.tolist() == [4096, 8192]
    assert by.rows.tolist() == [2**-13]


# --- Decomposition --------------------------------------------------------------------------------------------------


def test_each_county_is_a_block_and_the_money_couples_them():
    parts = parts_of()
    hall, courses = parts.blocks
    assert (hall.columns.tolist(), courses.columns.tolist()) == ([0], [1, 2])
    assert (hall.rows.count, dense(courses.rows, 2)) == (1, [[2, 2]])
    assert parts.coupling.tolist() == [2]
    assert (hall.link.tolist(), courses.link.tolist()) == ([[3]], [[2, 2]])
    assert (hall.goals.tolist(), courses.goals.tolist()) == ([[5]], [[4, 3]])
    assert not len(parts.own)


def test_what_names_no_county_is_the_masters_and_bounded_by_what_its_limit_can_lack():
    """All together spend 7, of 4: no more than 3 are ever over."""
    parts = parts_of(penalty=9)
    assert parts.own.tolist() == [3]
    assert parts.matrix.upper[3] == near(3)


def test_counties_that_share_a_limit_become_one_where_they_stay_small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("alloc.solver.decomposition.HALF", 1.0)
    (block,) = parts_of().blocks
    assert block.columns.tolist() == [0, 1, 2]
    assert block.rows.count == 3
    monkeypatch.setattr("alloc.solver.decomposition.MERGED", 2)
    assert len(parts_of().blocks) == 2


# --- Pricing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "worth", "plan"), [(0.5, 3, [1, 0]), (1.9, 0.2, [1, 0]), (3, 0, [0, 0])])
def test_a_block_answers_with_its_best_plan_after_paying_for_what_it_takes(at: float, worth: float, plan: list[float]):
    """One course is worth 4 and takes 2 of the money at a price."""
    answer = price(load_block(parts_of().blocks[1]), PricingRequest(ONE, np.array([at]), 1e-9))
    assert answer.bound == near(worth, abs=1e-7)
    assert answer.plans[0].tolist() == plan


def test_whole_decisions_held_are_a_plan_without_a_bound_and_no_time_is_no_answer():
    block = load_block(parts_of().blocks[1])
    held = np.array([[0.0, 1.0], [1.0, 1.0]])
    answer = price(block, PricingRequest(ONE, np.zeros(1), 1e-9, held=held))
    assert (answer.bound, answer.plans.tolist()) == (INF, [[0, 1]])  # both courses have no teachers
    late = price(block, PricingRequest(ONE, np.zeros(1), 1e-9, seconds=0))
    assert (late.bound, len(late.plans)) == (INF, 0)


def test_a_block_answers_the_same_whatever_it_was_asked_before():
    once, again = load_block(parts_of().blocks[1]), load_block(parts_of().blocks[1])
    held = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    for at in (1.9, 0.0, 3.0):
        price(again, PricingRequest(ONE, np.array([at]), 1e-9))
        price(again, PricingRequest(ONE, np.array([at]), 1e-9, held=held[::-1]))
    for rows in (None, held):
        ask = PricingRequest(ONE, np.array([0.5]), 1e-9, held=rows)
        first, later = price(once, ask), price(again, ask)
        assert (first.bound, first.plans.tolist()) == (later.bound, later.plans.tolist())


def test_a_block_without_any_plan_says_so():
    block = parts_of().blocks[1]
    rows = replace(block.rows, lower=np.array([2.5]))  # of 2, 4 and nothing none lies between 2.5 and 3
    answer = price(load_block(replace(block, rows=rows)), PricingRequest(ONE, np.zeros(1), 1e-9))
    assert (answer.bound, len(answer.plans)) == (-INF, 0)


# --- Restricted master ----------------------------------------------------------------------------------------------

NONE, HALL, FIRST, SECOND = (np.array([x]) for x in ([0.0], [1.0], [1.0, 0.0], [0.0, 1.0]))
NO_COURSE = np.array([[0.0, 0.0]])


def master_of(parts: Decomposition, slack: float = 10.0) -> RestrictedMaster:
    master = RestrictedMaster(parts, ONE, np.array([slack]))
    for k, plan in ((0, NONE), (0, HALL), (1, NO_COURSE), (1, FIRST)):
        assert master.add_plans(k, plan) == 1
    return master


def test_the_master_mixes_plans_and_prices_the_money():
    """One course takes 2 of 4; the other 2 are two thirds of a hall: 10 + 4 + 10/3, and one more is worth 5/3."""
    master = master_of(parts_of())
    mix = master.solve(CALM)
    assert mix is not None
    assert mix.value == near(10 + 4 + 10 / 3)
    assert mix.prices.tolist() == [near(5 / 3)]
    assert mix.plan_weights.tolist() == [near(x, abs=1e-9) for x in (1 / 3, 2 / 3, 0, 1)]
    assert mix.slack == near(0)
    assert master.add_plans(1, FIRST) == 0


def test_in_a_box_the_price_is_no_higher_and_what_is_lacking_is_bought():
    """At 1 at most, hall and course are both worth it: 5 of money, one of it bought."""
    master = master_of(parts_of())
    master.set_dual_box(np.array([0.0]), np.array([1.0]))
    mix = master.solve(CALM)
    assert mix is not None
    assert (mix.value, mix.prices[0], mix.slack) == (near(10 + 9 - 1), near(1), near(1))


def test_with_whole_weights_the_master_picks_one_plan_of_each_block():
    """Hall and course together take 5 of 4: the hall alone is worth more than the course alone."""
    master = master_of(parts_of())
    assert master.solve(CALM) is not None
    chosen = master.solve_integer(CALM, 10.0, 0.0, np.array([10.0]))
    assert chosen == [1, 2]
    assert master.assemble(chosen, np.zeros(0)).tolist() == [1, 0, 0]


def test_a_master_without_a_plan_of_every_block_has_no_mix():
    master = RestrictedMaster(parts_of(), ONE, np.array([10.0]))
    master.add_plans(0, HALL)
    assert master.solve(CALM) is None


@pytest.mark.parametrize(("at", "bound"), [(0, 10 + 5 + 4), (5 / 3, 10 + 4 + 10 / 3), (2, 10 + 8), (3, 10 + 12)])
def test_any_price_gives_a_bound_and_the_right_one_the_best(at: float, bound: float):
    """10 + 4 p + max(0, 5 − 3 p) + max(0, 4 − 2 p)."""
    parts = parts_of()
    bounds = np.array([max(0.0, 5 - 3 * at), max(0.0, 4 - 2 * at)])
    assert lagrangian_bound(parts, ONE, np.array([float(at)]), bounds) == near(bound)


def test_a_column_of_the_master_counts_at_its_better_end():
    """Over costs 1, and saves the price of 3: at most 3 are over, which is worth 3 · (3 − 1)."""
    parts = parts_of(penalty=1)
    assert lagrangian_bound(parts, ONE, np.array([3.0]), np.zeros(2)) == near(10 + 12 + 3 * (3 - 1))


def test_a_price_on_a_side_that_a_row_does_not_have_proves_nothing():
    sides = Rows(np.zeros(4, dtype=np.int32), *[np.zeros(0)] * 2, np.array([-INF, 1, 0]), np.array([4, INF, 2]))
    assert drop_unusable_prices(sides, np.array([-2.0, 2.0, -2.0])).tolist() == [0, 0, -2]
    assert drop_unusable_prices(sides, np.array([2.0, -2.0, 2.0])).tolist() == [2, -2, 2]


# --- Column generation ----------------------------------------------------------------------------------------------


def test_prices_prove_what_the_relaxed_program_does_not():
    """With 5.5 of money the relaxed program adds a quarter of the second course; hall and first course are the best."""
    parts = parts_of(money=5.5)
    start = solve_lp_relaxation(parts.matrix, ONE, CALM)
    assert (start.value, start.exact) == (near(10 + 9 + 0.75), True)
    search = ColumnGeneration.from_relaxation(parts, ONE, start)
    with open_pricing(1, None) as pool:
        pool.load(parts.blocks)
        search.run(pool, CALM, CALM, 1e-7, 1e-7)
    assert search.solution is not None
    assert search.bound == near(10 + 9 + (5.5 - 5) * float(search.prices[0]))
    assert 10 + 9 <= search.bound < start.value - 0.5
    assert search.solution.value == near(10 + 9)
    assert [rows.tolist() for rows in search.used_integers(search.solution)] == [[[1]], [[1, 0]]]


@pytest.mark.parametrize(("least", "proven"), [(5.5, True), (5.0, False)])
def test_what_only_half_a_course_could_keep_is_proven_infeasible(least: float, proven: bool):
    """All that is whole spends 5 at most; the relaxed program 6."""
    parts = parts_of(money=9, least=least)
    master = RestrictedMaster(parts, ONE, np.array([10.0]))
    for k, plan in ((0, NONE), (1, NO_COURSE)):
        master.add_plans(k, plan)
    with open_pricing(1, None) as pool:
        pool.load(parts.blocks)
        assert prove_infeasible(parts, master, np.zeros(1), pool, CALM) == proven


def test_a_lack_costs_what_its_row_does_and_never_next_to_nothing():
    costs = slack_costs(np.array([100.0, -40.0, 0.0]), 3.0)
    assert costs[:2].tolist() == [300, 120]
    assert 0 < costs[2] < 120
    assert slack_costs(np.zeros(2), 2.0).min() > 0


# --- Sub-MIP --------------------------------------------------------------------------------------------------------


def test_columns_that_are_fixed_leave_the_rest_what_is_over():
    matrix = matrix_of()
    inner = fix_columns(matrix, np.array([1.0, 0.0, 0.0]), np.array([False, True, True]))
    assert dense(inner.rows, 2) == [[2, 2], [2, 2]]
    assert inner.rows.upper.tolist() == [3, 1]
    assert (inner.goals.tolist(), inner.constants.tolist()) == ([[4, 3]], [15])


def test_a_neighbourhood_finds_only_what_its_free_columns_allow():
    """From the second course: the first is better with the hall held, the hall with all free."""
    matrix, here = matrix_of(), np.array([0.0, 0.0, 1.0])
    courses = search_neighbourhood(matrix, ONE, here, np.array([False, True, True]), CALM, 10.0, 0.0)
    assert (courses.value, courses.x.tolist()) == (near(14), [0, 1, 0])
    everything = search_neighbourhood(matrix, ONE, here, np.ones(3, dtype=bool), CALM, 10.0, 0.0)
    assert (everything.value, everything.bound) == (near(15), near(15))
    nothing = add_floor(matrix, np.array([0.0, 1.0, 1.0]), 2)
    assert search_neighbourhood(nothing, ONE, here, np.ones(3, dtype=bool), CALM, 10.0, 0.0).impossible


def test_blocks_that_are_split_come_most_evenly_first_and_the_heaviest_plan_is_picked():
    plans = [(0, NONE), (0, HALL), (1, FIRST), (2, NONE), (2, HALL)]
    weights = np.array([0.3, 0.7, 1.0, 0.5, 0.5])
    assert find_split_blocks(weights, plans) == [2, 0]
    assert pick_heaviest(weights, plans) == [1, 2, 3]


def test_a_limit_may_be_missed_either_way_at_its_price():
    loose = add_slacks(matrix_of(), ONE, np.array([2], dtype=np.int32), np.array([7.0]))
    assert dense(loose.rows, 5) == [[1, 0, 0, 0, 0], [0, 2, 2, 0, 0], [3, 2, 2, 1, -1]]
    assert loose.goals.tolist() == [[5, 4, 3, -7, -7]]
    assert (loose.upper[3:].tolist(), loose.integer[3:].tolist()) == ([INF, INF], [False, False])


def test_a_program_solved_again_keeps_the_floors_of_this_time_only():
    """Watched: how many courses. Without a floor the hall is best, with one course the course, with two nothing."""
    again = RepeatedMip(matrix_of(), np.array([[0.0, 1.0, 1.0]]), CALM, 10.0)
    goal = np.array([5.0, 4.0, 3.0])
    assert again.solve(goal, {}, 1e-9).value == near(5)
    one = again.solve(goal, {0: (1.0, INF)}, 1e-9, starts=[np.array([0.0, 0.0, 1.0])])
    assert (one.value, one.bound, one.proven(1e-6)) == (near(4), near(4), True)
    assert again.solve(goal, {0: (2.0, INF)}, 1e-9).impossible
    assert again.solve(goal, {}, 1e-9).value == near(5)
    assert again.solves == 4


# --- Ties and least money -------------------------------------------------------------------------------------------


def test_least_money_is_sought_over_whole_decisions_and_proven():
    """Ten jobs: one hall of 40, or four stalls of three jobs for 9 each."""
    jobs, cost = np.array([10.0, 3.0]), np.array([40.0, 9.0])
    limits = add_floor(program([[1, 0]], [-INF], [1], [1, 4]), jobs, 10)
    x, bound = improve_and_bound(limits, -cost, np.array([1.0, 0.0]), TWO_COUNTIES, CALM, 5.0)
    assert (x.tolist(), bound) == ([0, 4], near(-36))
    same, bound = improve_and_bound(limits, -cost, np.array([1.0, 0.0]), TWO_COUNTIES, CALM, 0.0)
    assert same.tolist() == [1, 0]
    assert bound == near(0)  # without time nothing is known but that money is not negative
    assert (is_tight(36, 36 + 1e-6), is_tight(36, 36.1)) == (True, False)


def test_of_plans_as_good_the_cheaper_one_is_taken_and_said_to_be_the_least():
    """Ten look for work; courses bring as many jobs as pens for half as much again."""
    counties = {"cele": {"jobseekers": 10}}
    instance = instance_of(rivals(measures={"courses": {"jobs": 1, "unit_cost": 1.5}}, counties=counties))
    model = build(instance)
    whole = compile_matrix(model, [goal(model, stages(instance)[0])])
    dear = np.array([x.name == "Units[pens]" for x in whole.variables])
    held = replace(whole, upper=np.where(dear, 0.0, whole.upper))
    found = search_neighbourhood(held, ONE, None, np.ones(len(dear), dtype=bool), CALM, 10.0, 1e-9)
    assert found.value == near(10)
    x, least = break_ties(model, whole, instance, found.x, [Stage("employment", 10.0, 10.0, 10.0)], CALM)
    units = {x_.name: value for x_, value in zip(whole.variables, x.tolist(), strict=True)}
    assert (units["Units[pens]"], units["Units[courses]"]) == (near(10), near(0, abs=1e-6))
    assert (least.value, least.bound, least.proven) == (near(10), near(10), True)


# --- Two objectives, granularity, plans nearly as good --------------------------------------------------------------


def steps(*words: Any, **options: Any) -> list[str | None]:
    matrix = program(*words, **options)
    return [None if step is None else str(step) for step in find_steps(matrix, list(matrix.goals))]


def test_a_plan_that_misses_a_limit_by_rounding_still_closes_its_chains():
    """Units a speck short of the jobs that hang on them: with the units held no plan has that many jobs."""
    place = {"county": "hotan", "category": "infrastructure", "industry": "sheep", "unit_cost": 1, "max_units": 8}
    instance = instance_of(
        asked(
            measures={"place": place | {"effect": 1}},
            counties={"hotan": {"population": 20000, "jobseekers": 100}},
            industries={"sheep": {"chain": "wool"}},
            chains={"wool": {"closure_bonus": 20}},
            baseline=[{"county": "hotan", "industry": "sheep", "jobs": 0, "training": 50, "enterprise": 50}],
            objective={"employment": 1},
        )
    )
    model = build(instance)
    plan = solve_whole(model, instance, Options(gap=1e-7))
    whole = compile_matrix(model, [goal(model, stages(instance)[0])])
    x = np.array([plan.values[name][index] for name, index in whole.names])
    closed, units = whole.columns("Closed")["hotan", "wool"], whole.columns("Units")["place"]
    x[closed], x[units] = 0, 8 - 3e-8
    assert maximise_linkage(model, whole, whole.goals, x, CALM)[closed] == 1


def test_an_objective_of_whole_decisions_moves_in_the_greatest_common_divisor():
    assert steps([[1, 1]], [-INF], [9], [5, 5], [1.5, 0.9], [4, 6], [0, 0]) == ["3/10", "2", "1"]
    assert steps([[1, 1]], [-INF], [9], [5, 5], [1.5, 0.9], whole=False) == [None]


def test_what_an_equation_ties_to_whole_decisions_has_their_step():
    """y = 3 x: an objective 2 y + 4 x counts 10 for each x."""
    tied = program([[3, -1]], [0], [0], [5, 99], [4, 2])
    tied = replace(tied, integer=np.array([True, False]))
    assert find_steps(tied, list(tied.goals)) == (Fraction(10),)


def test_efficient_points_of_two_measures_are_those_of_the_two():
    """A hall brings 5 jobs, a course 4 jobs and linkage of 6; there is money for one of them."""
    each = {"unit_cost": None, "min_units": 1, "max_units": 1, "integer": True}
    measures = {
        "pens": {**each, "fixed_cost": 80, "jobs": 5},
        "courses": {**each, "fixed_cost": 70, "jobs": 4, "linkage": 6},
    }
    instance = instance_of(rivals(measures=measures))
    two = Biobjective(instance, ("employment", "linkage"), Options(gap=1e-7), CALM, 0.0)
    assert two.steps == (1, 6)
    most, other = (two.find_efficient(0, least, 6.0) for least in (-INF, 6.0))
    assert isinstance(most, ParetoPoint)
    assert isinstance(other, ParetoPoint)
    assert (most.values, most.proven) == ((5, 0), True)
    assert (other.values, other.proven) == ((4, 6), True)
    assert two.maximise_weighted((1.0, 1.0), 1e-9).value == near(10)
    assert two.maximise_weighted((7.0, 1.0), 1e-9).value == near(35)
    more = two.find_efficient(0, 12.0, 12.0)
    assert not isinstance(more, ParetoPoint)
    assert more.impossible


def test_near_plans_lose_no_more_than_they_may_of_what_is_proven():
    assert find_floor(100.0, 100.0, 0.1) == near(90)
    assert find_floor(99.0, 101.0, 0.1) == near(90.9)  # surely within a tenth of the best there can be
    assert find_floor(50.0, 101.0, 0.1) == near(45)
    assert find_floor(-50.0, -50.0, 0.1) == near(-55)


def test_the_distance_of_a_plan_is_that_from_the_nearest_of_the_others():
    here, one, two = np.array([5.0, 5.0]), np.array([9.0, 1.0]), np.array([5.0, 0.0])
    assert measure_distance(here, [(one, 1.0), (two, 2.0)]) == 8
    assert measure_distance(here, [(one, 1.0), (two, 1.0)]) == 5
    assert measure_distance(here, []) == INF


def test_a_county_has_most_and_least_aid_among_plans_nearly_as_good():
    """Pens in Cele bring 1 job, sheds in Yutian 0.5: of 100, plans with 90 jobs give Yutian 20 at most."""
    sheds = {"county": "yutian", "jobs": 0.5}
    raw = rivals(counties={"yutian": {"jobseekers": None}}, measures={"courses": {"eligible": False}, "sheds": sheds})
    instance = instance_of(raw)
    own = solve_whole(build(instance), instance, Options(gap=1e-7))
    plans = NearOptimalSet(instance, Options(gap=1e-7), own, 0.1, CALM)
    yutian = plans.counties.index("yutian")
    start = np.zeros(len(plans.whole.lower))
    most, least = (plans.find_county_end(yutian, end, start, 100.0) for end in (True, False))
    assert (most.value, least.value) == (near(20, abs=0.02), near(0, abs=0.02))
    assert plans.sum_aid(most.x).sum() == near(100, abs=0.02)


# --- Conclusion -----------------------------------------------------------------------------------------------------


def test_a_later_goal_may_cost_the_tolerance_and_what_rounding_needs():
    assert allowed_loss(instance_of(asked()), 200.0) == near(200 * 1e-9)
    order = {"order": ["employment", "linkage"], "tolerance": 0.05}
    assert allowed_loss(instance_of(asked(objective=order)), -200.0) == near(10, rel=1e-6)
    assert name_goal({"employment": 1.0, "linkage": 0.0}) == "employment"
    assert name_goal({"employment": 1.0, "linkage": 0.02}) == "employment+linkage"


def test_stages_tell_what_the_plan_reaches_and_no_bound_lies_below_it():
    whole = replace(program([[1, 1]], [-INF], [9], [9, 9], [1, 0], [0, 2]), constants=np.array([10.0, 0.0]))
    found = evaluate_stages(whole, [Stage("a", 15.0, 15.5, 15.0), Stage("b", 7.0, 7.5, 7.0)], np.array([4.0, 4.0]))
    assert [stage.kept for stage in found] == [14, 8]
    assert (found[0].objective, found[0].bound) == (15, 15.5)
    assert (found[1].objective, found[1].bound) == (8, 8)


def test_specks_are_nothing_and_what_nothing_speaks_of_is_at_its_least():
    model = pyo.ConcreteModel()
    model.Spend = pyo.Var(["a", "b"], initialize={"a": 1e6, "b": 1e-7})
    model.Free = pyo.Var(bounds=(3, 9))
    values = read_values(model)
    assert values["Spend"] == {"a": 1e6, "b": 0.0}
    assert values["Free"] == {None: 3.0}


def test_a_measure_without_units_and_cost_is_not_funded_unless_something_hangs_on_it():
    values = {"Units": {"pens": 0.0, "courses": 0.0}, "Funded": {"pens": 1.0, "courses": 1.0}}
    drop_idle(instance_of(rivals()), values)
    assert values["Funded"] == {"pens": 0.0, "courses": 0.0}
    values["Funded"] = {"pens": 1.0, "courses": 1.0}
    drop_idle(instance_of(rivals(measures={"pens": {"requires": ["courses"]}})), values)
    assert values["Funded"] == {"pens": 0.0, "courses": 1.0}
    values["Funded"] = {"pens": 1.0, "courses": 1.0}
    drop_idle(instance_of(rivals(measures={"pens": {"committed": True}, "courses": {"fixed_cost": 3}})), values)
    assert values["Funded"] == {"pens": 1.0, "courses": 1.0}


# --- Progress and time ----------------------------------------------------------------------------------------------


def test_rows_of_the_log_become_news_and_nothing_else_does():
    told: list[str] = []
    log = Progress(told.append)
    log.write("Solving report\n L       0       0         0   0.00%   640        ")
    assert told == []
    log.write("     512               25.00%        0      0      0       17     1.5s\n")
    assert told == ["1.5 s, best 512, bound 640, gap 25.00%"]


def test_the_search_over_blocks_tells_in_rows_of_the_same_kind():
    told: list[str] = []
    log = SearchLog(Progress(told.append), Deadline(60.0))  # type: ignore[arg-type]
    log.record(120.0, None, 3, 1)
    log.record(110.0, 100.0, 7, 2)
    assert [(value, bound) for _, value, bound in log.entries] == [(None, 120), (100, 110)]
    assert [line.partition(" s, ")[2] for line in told] == [
        "best -inf, bound 120, gap inf",
        "best 100, bound 110, gap 10.0000%",
    ]
    silent = SearchLog(None, Deadline(60.0))
    silent.record(1.0, 1.0, 1, 1)
    assert len(silent.entries) == 1


def test_a_deadline_is_shared_with_its_parts_but_a_brief_one_outlasts_it():
    whole = Deadline(1000.0)
    part = whole.part(0.25)
    assert 240 < part.left <= 250
    assert whole.brief() is whole
    whole.stop()
    assert part.stopped
    assert part.over()
    assert 0 < whole.brief().left <= GRACE
    assert Deadline(0.0).over()
