"""Bounds that floating point cannot have spoilt: above every plan in exact arithmetic, and near the relaxation."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import instance_of
from hypothesis import given, settings
from hypothesis import strategies as st
from randoms import random_instance

import alloc
from alloc.model import build
from alloc.solver import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Matrix, Rows
from alloc.solver.safe import find_bounds, safe_bound

HOTAN = Path(__file__).parent.parent / "instances" / "hotan-2019"


def written(rows, lower, upper, goal, most=(10.0, 10.0)):
    """Return a program of two decisions from 0: maximise the goal within lower ≤ rows·x ≤ upper."""
    dense = np.array(rows, dtype=np.float64)
    count, width = dense.shape
    return Matrix(
        (),
        np.zeros(width),
        np.array(most, dtype=np.float64),
        np.zeros(width, dtype=bool),
        Rows(
            np.arange(0, count * width + 1, width, dtype=np.int32),
            np.tile(np.arange(width, dtype=np.int32), count),
            dense.ravel(),
            np.array(lower, dtype=np.float64),
            np.array(upper, dtype=np.float64),
        ),
        np.array([goal], dtype=np.float64),
        np.zeros(1),
    )


def exact(of, prices):
    """Return the bound that prices prove, in fractions: reduced costs and prices at their better sides."""
    rows, goal = of.rows, of.goals[0]
    reduced = [Fraction(x) for x in goal.tolist()]
    for i, j, a in zip(rows.owner().tolist(), rows.column.tolist(), rows.value.tolist(), strict=True):
        reduced[j] -= Fraction(a) * Fraction(prices[i])
    total = Fraction(0)
    for r, low, high in zip(reduced, of.lower.tolist(), of.upper.tolist(), strict=True):
        total += max(r * Fraction(low), r * Fraction(high))
    for y, low, high in zip(prices, rows.lower.tolist(), rows.upper.tolist(), strict=True):
        if y:
            total += Fraction(y) * Fraction(high if y > 0 else low)
    return total


NUMBER = st.one_of(st.floats(-1e9, 1e9, width=32), st.sampled_from([0.1, 1 / 3, -0.7, 1e-7, 1e12, 5e-324]))
ROWS = st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(
    ROWS, st.tuples(NUMBER, NUMBER), st.lists(NUMBER, min_size=4, max_size=4), st.lists(NUMBER, min_size=4, max_size=4)
)
def test_whatever_the_prices_the_bound_is_not_below_the_exact_one(rows, goal, sides, prices):
    of = written(rows, [min(s, -s) for s in sides[: len(rows)]], [abs(s) for s in sides[: len(rows)]], goal)
    y = prices[: len(rows)]
    found = safe_bound(of, of.goals[0], 0.0, np.array(y))
    assert Fraction(found) >= exact(of, y)


def test_prices_of_the_optimum_prove_it():
    """Pens cost 1 and bring 1, courses cost 2 and bring 3; with 12 to spend six courses bring 18."""
    of = written([[1, 2]], [-INF], [12], [1, 3])
    assert safe_bound(of, of.goals[0], 0.0, np.array([1.5])) == pytest.approx(18, rel=1e-12)


def test_a_wrong_price_proves_less_but_nothing_false():
    of = written([[1, 2]], [-INF], [12], [1, 3])
    assert safe_bound(of, of.goals[0], 0.0, np.array([1.4])) >= 18
    assert safe_bound(of, of.goals[0], 0.0, np.array([-5.0])) == pytest.approx(40)  # no such side: the price is dropped


def test_a_decision_without_a_limit_is_bounded_by_its_row():
    of = written([[1, 2]], [-INF], [12], [1, 3], most=(INF, INF))
    assert find_bounds(of, of.goals[0])[1] == pytest.approx([12, 6])
    assert safe_bound(of, of.goals[0], 0.0, np.array([1.4])) == pytest.approx(18, abs=2)


def test_a_decision_that_nothing_limits_and_the_goal_rewards_has_no_bound():
    of = written([[-1, 2]], [-INF], [12], [1, 3], most=(INF, INF))
    assert safe_bound(of, of.goals[0], 0.0, np.array([1.5])) == INF


def test_room_that_only_costs_is_bounded_by_what_may_need_it():
    """Spend at least 5 of the first or fall short at a price of 2: nobody falls short by more than 5."""
    of = written([[1, 1]], [5], [INF], [-1, -2], most=(10, INF))
    assert find_bounds(of, of.goals[0])[1] == pytest.approx([10, 5])


def relaxation(of):
    """Return the value and the prices of the relaxed program."""
    live = Live(of.lower, of.upper, None, of.rows)
    live.aim(of.goals[0], float(of.constants[0]))
    found = live.run(Deadline(60.0))
    return found.value, found.prices


@pytest.mark.parametrize("seed", [0, 3, 4, 16, 31, 41, 43])
def test_ordinary_questions_have_a_bound_as_near_as_the_relaxation(seed):
    instance = instance_of(random_instance(seed))
    of = CompiledModel(build(instance)).aimed(instance)
    value, prices = relaxation(of)
    found = safe_bound(of, of.goals[0], float(of.constants[0]), prices)
    assert found == pytest.approx(value, rel=1e-6, abs=1e-6)


def test_the_real_question_has_one_too():
    instance = alloc.read(HOTAN)
    of = CompiledModel(build(instance)).aimed(instance)
    value, prices = relaxation(of)
    assert safe_bound(of, of.goals[0], float(of.constants[0]), prices) == pytest.approx(value, rel=1e-6)
