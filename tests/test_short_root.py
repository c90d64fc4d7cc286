"""A puzzle beside a small program: the answer is the program's own, and HiGHS cuts less at its root."""

import io
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from alloc.generate import generate
from alloc.instance import read
from alloc.model import build
from alloc.solver import asking
from alloc.solver.asking import PLAIN, STEADY, search
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Matrix, Rows
from alloc.solver.outcome import Stop, Why
from alloc.solver.safe import measure_violation
from alloc.solver.short_root import FEWEST, MOST, SOLVED, add_puzzle, suits

NOTHING = Rows(np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0), np.zeros(0), np.zeros(0))


def made(tmp_path, counties, seed):
    generate(counties, seed, tmp_path / "question")
    instance = read(tmp_path / "question")
    return CompiledModel(build(instance)).aimed(instance)


def best_by_scipy(matrix):
    """Return the value of the best plan of the program as it was written, by scipy's own call."""
    rows = matrix.rows
    table = csr_array((rows.value, rows.column, rows.start), shape=(rows.count, len(matrix.lower)))
    found = milp(
        -matrix.goals[0], integrality=matrix.integer.astype(int), bounds=Bounds(matrix.lower, matrix.upper),
        constraints=LinearConstraint(table, rows.lower, rows.upper), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return -found.fun + float(matrix.constants[0])


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
def test_the_best_of_the_puzzle_is_worth_nothing(size):
    none = np.zeros(1)
    alone = add_puzzle(Matrix((), none, none, none > 0, NOTHING, np.full((1, 1), size), np.array([7.0])))
    worth = {}
    for ring in itertools.product((0.0, 1.0), repeat=5):
        for number in range(int(alone.lower[-1]), int(alone.upper[-1]) + 1, 500):
            x = np.array([0.0, *ring, float(number)])
            if measure_violation(alone, x) == 0:
                worth[tuple(x[1:])] = float(alone.goals[0] @ x)
    best = max(worth, key=worth.__getitem__)
    assert worth[best] + alone.constants[0] == pytest.approx(7.0, abs=1e-8 * size)
    assert worth[tuple(SOLVED)] == pytest.approx(worth[best])


@pytest.mark.parametrize(("counties", "seed"), [(3, 11), (5, 13)])
def test_the_best_plan_is_that_of_the_program_alone(tmp_path, counties, seed):
    asked = made(tmp_path, counties, seed)
    assert suits(asked)
    found = search(asked, asked.goals[0], float(asked.constants[0]), Deadline(60), Stop(part=1e-6), None, STEADY)
    assert found.why is Why.DONE
    assert len(found.x) == len(asked.lower)
    assert found.value == pytest.approx(float(asked.goals[0] @ found.x + asked.constants[0]), rel=1e-12)
    best = best_by_scipy(asked)
    assert found.value == pytest.approx(best, rel=2e-6)
    assert found.bound >= best * (1 - 1e-9)
    again = search(asked, asked.goals[0], float(asked.constants[0]), Deadline(60), Stop(part=1e-6), found.x, STEADY)
    assert again.value == pytest.approx(best, rel=2e-6)


def test_a_program_without_a_plan_has_none_beside_the_puzzle(tmp_path):
    asked = made(tmp_path, 4, 12)
    asked = replace(asked, lower=np.where(asked.integer, np.minimum(asked.upper, 1.0), asked.lower))
    found = search(asked, asked.goals[0], 0.0, Deadline(60), settings=STEADY)
    assert found.infeasible


def test_a_bound_before_the_search_has_ended_is_one_of_the_program(tmp_path):
    asked = made(tmp_path, 4, 12)
    early = search(asked, asked.goals[0], float(asked.constants[0]), Deadline(60), Stop(nodes=1), None, STEADY)
    best = best_by_scipy(asked)
    assert best <= early.bound * (1 + 1e-9) < 2 * best


def count_rounds(asked):
    """Return the lines that HiGHS writes before it branches: one a round of cuts, where it is to write them all."""
    log, settings = io.StringIO(), {**STEADY, "mip_min_logging_interval": 0.0}
    search(asked, asked.goals[0], 0.0, Deadline(60), Stop(part=1e-4), None, settings, log=log)
    return len(re.findall(r"^ .\s+0\s+0\s+0 ", log.getvalue(), re.MULTILINE))


def test_highs_ends_cutting_sooner(tmp_path, monkeypatch):
    asked = made(tmp_path, 5, 201)
    short = count_rounds(asked)
    assert short > 5
    monkeypatch.setattr(asking, "suits", lambda matrix: False)
    assert short < 0.8 * count_rounds(asked)


def test_programs_of_another_size_and_other_searches_have_no_puzzle(tmp_path, monkeypatch):
    asked = made(tmp_path, 3, 11)
    count = int(asked.integer.sum())
    assert FEWEST <= count <= MOST
    assert not suits(replace(asked, integer=asked.integer & (np.cumsum(asked.integer) < FEWEST)))

    def refuse(matrix):
        raise AssertionError("a search without helpers needs none")

    monkeypatch.setattr(asking, "add_puzzle", refuse)
    search(asked, asked.goals[0], 0.0, Deadline(60), Stop(part=1e-4), None, PLAIN)
