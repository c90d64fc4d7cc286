"""Programs that fall apart into components, and plans filled for one goal after another, against SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from alloc.solver.components import split_components
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import INF, Floats, Matrix, Rows
from alloc.solver.sub_mip import fix_and_solve, fix_and_solve_in_order


def program(seed: int, columns: int, limits: int, goals: int, entries: int = 2) -> Matrix:
    """Return a bounded program: every limit is at most what half of all its columns at their most would take."""
    random = np.random.default_rng(seed)
    dense = np.zeros((limits, columns))
    for row in dense:
        row[random.choice(columns, entries, replace=False)] = random.integers(1, 6, entries)
    sparse = csr_array(dense)
    upper = random.integers(1, 5, columns).astype(float)
    return Matrix(
        variables=(),
        lower=np.zeros(columns),
        upper=upper,
        integer=np.zeros(columns, dtype=bool),
        rows=Rows(
            sparse.indptr.astype(np.int32),
            sparse.indices.astype(np.int32),
            sparse.data,
            np.full(limits, -INF),
            0.5 * (dense @ upper),
        ),
        goals=random.integers(0, 4, (goals, columns)).astype(float),
        constants=np.zeros(goals),
    )


def dense(matrix: Matrix) -> Floats:
    """Return the limits as a full table."""
    rows = matrix.rows
    where = (rows.owner(), rows.column)
    return np.asarray(coo_array((rows.value, where), (rows.count, len(matrix.lower))).todense())


def best(matrix: Matrix, goal: Floats, more: Floats | None = None, least: Floats | None = None) -> float:
    """Return the most that a goal can be, by SciPy; more: further limits, their values at least so much."""
    limits, most = dense(matrix), matrix.rows.upper
    if more is not None and least is not None:
        limits, most = np.vstack([limits, -more]), np.append(most, -least)
    found = linprog(-goal, limits, most, bounds=list(zip(matrix.lower, matrix.upper, strict=True)))
    assert found.status == 0
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(20))
def test_components_are_those_of_scipy_and_add_up_to_the_whole(seed: int):
    whole = program(seed, 30, 18, 1)
    rows = whole.rows
    meets = coo_array((np.ones(len(rows.column)), (rows.column, 30 + rows.owner())), (48, 48))
    _, label = connected_components(meets, directed=False)
    expected = {tuple(np.flatnonzero(label[:30] == k).tolist()) for k in set(label[:30].tolist())}
    found = split_components(whole)
    assert {tuple(columns.tolist()) for columns, _ in found} == expected
    assert sum(component.rows.count for _, component in found) == 18
    alone = [best(component, component.goals[0]) for _, component in found]
    assert sum(alone) == pytest.approx(best(whole, whole.goals[0]))


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_is_filled_for_one_goal_and_then_for_the_next(seed: int):
    whole = program(seed, 14, 9, 2, entries=4)
    whole = replace(whole, integer=np.arange(14) < 3)
    x = np.where(whole.integer, np.floor(0.5 * whole.upper), 0.0)
    held = replace(whole, lower=np.where(whole.integer, x, 0.0), upper=np.where(whole.integer, x, whole.upper))
    first, second = whole.goals
    most = best(held, first)
    then = best(held, second, first[None], np.array([most - 1e-9 * max(1.0, most)]))
    plan, reached, _ = fix_and_solve_in_order(whole, [first, second], x, Deadline(60.0))
    assert plan is not None
    assert reached == 2
    assert (first @ plan, second @ plan) == (pytest.approx(most), pytest.approx(then))
    alone = fix_and_solve(whole, np.array([1.0, 0.0]), x, Deadline(60.0))
    assert alone is not None
    assert alone.value == pytest.approx(most)
    again, *_ = fix_and_solve_in_order(whole, [first, second], x, Deadline(60.0), alone.basis)
    assert again is not None
    assert (first @ again, second @ again) == (pytest.approx(most), pytest.approx(then))


def test_whole_decisions_that_break_a_limit_of_their_own_cannot_be_filled():
    whole = replace(program(1, 6, 3, 1), integer=np.ones(6, dtype=bool))
    assert fix_and_solve(whole, np.ones(1), whole.upper, Deadline(60.0)) is None
    kept = fix_and_solve(whole, np.ones(1), whole.lower, Deadline(60.0))
    assert kept is not None
    assert kept.value == 0
