"""Sums that limits share, as decisions of their own: the program says the same, in fewer entries."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from alloc.generate import generate
from alloc.instance import read
from alloc.model import build
from alloc.solver.asking import search
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.long_rows import extend_plan
from alloc.solver.matrix import INF, Matrix, Rows
from alloc.solver.shared_sums import share_sums

HOTAN = Path(__file__).parent.parent / "instances/hotan-2019"

PARTS, EACH = 5, 6


def program(seed):
    """Make a program with pairwise distances of parts, and limits on each kind against the total, one of them odd."""
    draw = np.random.default_rng(seed)
    count, pairs = PARTS * EACH, [(a, b) for a in range(PARTS) for b in range(a)]
    size, weight = count + len(pairs), draw.uniform(0.5, 2, PARTS)
    rows, lower, upper = [], [], []

    def add(row, low, high):
        rows.append(np.append(row, np.zeros(size - len(row))))
        lower.append(low)
        upper.append(high)

    part = np.repeat(np.arange(PARTS), EACH)
    for apart, (a, b) in enumerate(pairs):
        ahead = np.append(np.where(part == a, weight[a], np.where(part == b, -weight[b], 0.0)), np.zeros(len(pairs)))
        for sign in (1.0, -1.0):
            row = sign * ahead
            row[count + apart] = -1.0
            add(row, -INF, 0.0)
    add(np.append(np.full(count, -draw.uniform(0.5, 1)), np.ones(len(pairs))), -INF, 0.0)
    for kind in range(3):
        of_kind = np.arange(count) % 3 == kind
        add(np.where(of_kind, 1.0, 0.0) - draw.uniform(0.3, 0.5), -INF, 0.0)
    add(np.where(np.arange(count) % 3 == 0, 1.0, 0.3) + 1e-12 * (np.arange(count) == 1), 2.0, INF)
    add(draw.uniform(0.1, 1, count), -INF, 12.0)
    matrix = csr_array(np.array(rows))
    return Matrix(
        (), np.zeros(size), np.append(np.full(count, 4.0), np.full(len(pairs), INF)), np.arange(size) % 2 == 0,
        Rows(matrix.indptr, matrix.indices, matrix.data, np.array(lower), np.array(upper)),
        np.append(draw.uniform(0, 1, count), np.zeros(len(pairs)))[None], np.zeros(1),
    )  # fmt: skip


def best_by_scipy(matrix):
    """Return the value of the best plan of the program as it was written, by scipy's own call."""
    rows = matrix.rows
    table = csr_array((rows.value, rows.column, rows.start), shape=(rows.count, len(matrix.lower)))
    found = milp(
        -matrix.goals[0], integrality=matrix.integer.astype(int), bounds=Bounds(matrix.lower, matrix.upper),
        constraints=LinearConstraint(table, rows.lower, rows.upper), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return -found.fun


@pytest.mark.parametrize("seed", range(6))
def test_the_best_plan_is_that_of_the_program_as_it_was_written(seed):
    written = program(seed)
    assert len(share_sums(written).rows.value) < 0.6 * len(written.rows.value)
    found = search(written, written.goals[0], 0.0, Deadline(60))
    assert found.value == pytest.approx(best_by_scipy(written), rel=1e-6)
    assert len(found.x) == len(written.lower)


def test_every_limit_counts_what_it_did():
    written = program(1)
    shared = share_sums(written)
    x = np.random.default_rng(0).uniform(0, 4, len(written.lower))
    longer = extend_plan(shared, x)
    sums = len(shared.rows.lower) - written.rows.count
    assert sums == len(longer) - len(x) == PARTS + 2  # the parts, their total, and one kind

    def slack(rows, plan):
        at = rows.times(plan)
        return np.sort(np.minimum(rows.upper - at, at - rows.lower))

    more = np.append(slack(written.rows, x), np.zeros(sums))
    assert slack(shared.rows, longer) == pytest.approx(np.sort(more), abs=1e-9)


def test_a_program_in_which_no_sum_stands_twice_stays_as_it_is():
    written = program(0)
    one = written.rows.take(np.array([written.rows.count - 1, written.rows.count - 2]), np.arange(len(written.lower)))
    alone = Matrix((), written.lower, written.upper, written.integer, one, written.goals, written.constants)
    assert share_sums(alone) is alone


def test_a_gini_rule_of_eleven_counties_is_written_in_a_part_of_the_entries(tmp_path):
    generate(11, 303, tmp_path / "question")
    instance = read(tmp_path / "question")
    written = CompiledModel(build(instance)).aimed(instance)
    assert len(share_sums(written).rows.value) < 0.6 * len(written.rows.value)


def test_where_few_entries_are_spared_the_program_stays_as_it_is():
    instance = read(HOTAN)
    written = CompiledModel(build(instance)).aimed(instance)
    assert share_sums(written) is written


def test_a_search_begins_with_a_plan_whose_sums_are_filled_in():
    written = program(2)
    best = search(written, written.goals[0], 0.0, Deadline(60))
    again = search(written, written.goals[0], 0.0, Deadline(60), start=best.x)
    assert again.value == pytest.approx(best.value)
