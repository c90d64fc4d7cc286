"""In which order the points of a sweep are asked."""

import pytest

from alloc.study.points.order import neighbours, spread


@pytest.mark.parametrize("count", range(1, 40))
def test_every_point_is_asked_once_and_both_ends_first(count):
    order = spread(count)
    assert sorted(order) == list(range(count))
    assert set(order[:2]) == {0, count - 1}


def test_a_point_begins_with_the_nearest_of_those_asked_before_it():
    """Budgets 0 to 8, asked as 0, 8, 4, 2, 6: 6 has 8, 4, 0 and 2 in the half before it, 8 and 4 the nearest."""
    points = [{"funds.aid.amount": x} for x in (0, 2, 4, 6, 8)]
    found = neighbours(points, [0, 4, 2, 1, 3])
    assert found[0] == ()
    assert found[4] == (0,)
    assert set(found[3][:2]) == {4, 2}


def test_of_two_points_neither_waits_for_the_other():
    assert neighbours([{}, {"rules.equal": "off"}], [0, 1]) == [(), ()]


def test_steps_of_the_golden_ratio_follow_the_ends():
    """Of eight, steps of 5 (0.618 · 8 = 4.9, which shares no divisor with 8): 0, 5, 2, 7, 4, 1, 6, 3, ends first."""
    assert spread(8) == [0, 7, 5, 2, 4, 1, 6, 3]
    assert spread(3) == [0, 2, 1]
    assert spread(10) == [0, 9, 7, 4, 1, 8, 5, 2, 6, 3]  # 0.618 · 10 = 6.2; 6 shares 2 with it, 7 nothing: 0, 7, 4, …
