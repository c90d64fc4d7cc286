"""The one way to HiGHS: units of its own, why it stopped, asking again, going on, and being stopped."""

import io
import json
import math
import os
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pytest
from conftest import instance_of
from randoms import random_instance

import alloc
from alloc.errors import SolveError
from alloc.instance import Options
from alloc.model import build
from alloc.solver import blocks, highs, solve_blocks, solve_whole, whole
from alloc.solver.asking import search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live, rescale_log
from alloc.solver.matrix import INF, Floats, Matrix, Rows
from alloc.solver.outcome import STOP, Outcome, Stop, Why
from alloc.solver.scaling import find_scales, scale

CALM = Deadline(INF)

DEMO = Path(__file__).parent.parent / "instances" / "demo"


def program(limits: list[list[float]], upper: list[float], most: list[float], whole: bool = True) -> Matrix:
    """Return a program with 0 ≤ x ≤ most and limits · x ≤ upper."""
    rows, columns = np.array(limits, dtype=np.float64), len(most)
    start = columns * np.arange(len(rows) + 1, dtype=np.int32)
    place = np.tile(np.arange(columns, dtype=np.int32), len(rows))
    inner = Rows(start, place, rows.ravel(), np.full(len(rows), -INF), np.array(upper, dtype=np.float64))
    none = np.zeros((0, columns))
    flags = np.full(columns, whole)
    return Matrix((), np.zeros(columns), np.array(most, dtype=np.float64), flags, inner, none, np.zeros(0))


def knapsack(count: int, seed: int = 0) -> tuple[Matrix, Floats]:
    """Return a knapsack with several limits, which takes HiGHS some nodes, and what things are worth."""
    random = np.random.default_rng(seed)
    weights = random.integers(5, 90, (5, count)).astype(np.float64)
    return program(weights.tolist(), (weights.sum(axis=1) / 3).tolist(), [1] * count), random.integers(10, 99, count)


# Units of its own


def test_scales_are_powers_of_two_and_leave_whole_decisions_alone() -> None:
    mixed = replace(program([[1, 3e7]], [2e8], [1, 7e7]), integer=np.array([True, False]))
    by = find_scales(mixed.lower, mixed.upper, mixed.integer, mixed.rows)
    assert by.columns[0] == 1
    assert (np.log2(np.append(by.rows, by.columns)) % 1 == 0).all()


@pytest.mark.parametrize("factor", [1e-6, 1e4, 1e10])
def test_a_program_in_its_own_units_is_the_same_in_any_unit_of_money(factor: float) -> None:
    """Two purses of 30 and 50 pay 1 for a unit and 5 for going ahead; within a factor of four all figures agree."""
    limits = [[1, 0, -1, -5], [0, 1, 0, 0], [1, 1, 0, 0]]
    money = np.array([factor, factor, 1, 1])
    one = replace(program(limits, [0, 30, 50], [30, 50, 20, 1], whole=False), integer=np.arange(4) == 3)
    rows = replace(one.rows, value=one.rows.value * np.tile([1, 1, factor, factor], 3), upper=one.rows.upper * factor)
    other = replace(one, upper=one.upper * money, rows=rows)
    same, like = scale(one)[0], scale(other)[0]
    kept = same.rows.value != 0
    assert (np.abs(np.log2(like.rows.value[kept] / same.rows.value[kept])) <= 2).all()
    assert (np.abs(np.log2(like.upper / same.upper)) <= 2).all()


def test_a_budget_alone_does_not_change_the_scales() -> None:
    one, other = (program([[1, 2], [3, 1]], [budget, 9], [4, 5], whole=False) for budget in (10, 7000))
    first, second = (find_scales(each.lower, each.upper, each.integer, each.rows) for each in (one, other))
    assert (first.columns == second.columns).all()
    assert (first.rows == second.rows).all()


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1e300])
def test_scales_of_figures_of_any_size_are_numbers(size: float) -> None:
    for figures in ([[size]], [1.0], [1.0]), ([[1.0]], [size], [1.0]), ([[1.0]], [1.0], [size]):
        one = program(*figures, whole=False)
        by = find_scales(one.lower, one.upper, one.integer, one.rows)
        assert np.isfinite(np.log2(np.append(by.rows, by.columns))).all()


def test_what_comes_back_is_in_the_users_units() -> None:
    """3e8 buy three halves of a thing for 2e8 that is worth 8e5; a unit more money is worth 8e5 / 2e8."""
    one = program([[2e8]], [3e8], [10], whole=False)
    found = search(one, np.array([8e5]), 7.0, CALM)
    assert found.why is Why.DONE
    assert found.x is not None
    assert found.prices is not None
    assert found.x[0] == 1.5
    assert found.value == found.bound == 1.2e6 + 7
    assert found.prices[0] == pytest.approx(4e-3)


def test_a_figure_that_the_solver_would_leave_out_is_refused() -> None:
    """One unit costs 1e-30 of the other, and there may be 1e29 of it: no unit makes both visible."""
    lost = replace(program([[1e-30, 1], [1, 1]], [1, 1], [INF, 1]), integer=np.array([True, True]))
    with pytest.raises(SolveError, match="so small beside the others"):
        search(lost, np.ones(2), 0.0, CALM)


def test_a_figure_of_no_effect_is_not_refused() -> None:
    found = search(program([[1e-30, 1]], [1.5], [9, 9]), np.ones(2), 0.0, CALM)
    assert found.value == 10


def test_a_high_penalty_does_not_hide_a_job() -> None:
    """Each thing is worth a job; one that is not bought would cost 1e9."""
    found = search(program([[1, 1, 1, -1]], [2], [1, 1, 1, 9]), np.array([1, 1, 1, -1e9]), 0.0, CALM)
    assert found.value == 2


def test_a_program_without_decisions_is_its_constant_or_infeasible() -> None:
    nothing = program([], [], [])
    assert search(nothing, np.zeros(0), 3.0, CALM).value == 3
    broken = replace(
        nothing, rows=Rows(np.zeros(2, np.int32), np.zeros(0, np.int32), np.zeros(0), np.ones(1), np.ones(1))
    )
    assert search(broken, np.zeros(0), 3.0, CALM).infeasible


# Why it stopped


def test_no_plan_and_no_best_plan_are_told_apart() -> None:
    assert search(program([[1]], [-1], [1]), np.ones(1), 0.0, CALM).why is Why.INFEASIBLE
    assert search(program([[-1]], [1], [INF]), np.ones(1), 0.0, CALM).why is not Why.DONE


def test_an_infeasible_that_another_way_denies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    run, said = Live.run, []

    def liar(self: Live, deadline: Deadline, stop: Stop = STOP) -> Outcome:
        said.append(stop)
        return Outcome(Why.INFEASIBLE, bound=-INF) if len(said) == 1 else run(self, deadline, stop)

    monkeypatch.setattr(Live, "run", liar)
    found = search(program([[2, 3]], [4], [1, 1]), np.array([5.0, 6.0]), 0.0, CALM)
    assert (found.value, found.bound) == (6, 6)


@pytest.mark.parametrize("word", [Why.INFEASIBLE, Why.FAILED])
def test_what_no_way_answers_is_not_called_infeasible(word: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    words = iter([word])
    monkeypatch.setattr(Live, "run", lambda self, deadline, stop: Outcome(next(words, Why.FAILED)))
    found = search(program([[2]], [4], [1]), np.ones(1), 0.0, CALM)
    assert not found.infeasible
    assert found.x is None


def test_a_search_without_a_plan_so_far_is_not_taken_for_proven() -> None:
    """Before the first plan the best value is infinitely bad, and any gap is a part of it."""
    watch = highs._watch(CALM, Stop(1e-4, 1e-4, further=(1e-6, 100)), 2.0)
    for nodes, best, bound, ends in [
        (0, -INF, INF, False),
        (500, -INF, 300.0, False),
        (900, 200.0, 300.0, False),
        (1000, 299.99, 300.0, False),
        (1100, 299.99, 300.0, False),
        (1101, 299.99, 300.0, True),
    ]:
        event = Asked(nodes, best, bound)
        watch(event)
        assert event.ended == ends


@pytest.mark.parametrize(
    ("best", "bound", "ends"),
    [(-INF, INF, False), (250.0, 300.0, False), (-INF, 300.0, False), (262.0, 300.0, True), (-INF, 199.0, True)],
)
def test_a_search_ends_with_a_plan_worth_enough_and_where_none_is_worth_the_least(
    best: float, bound: float, ends: bool
):
    """By the goal's own unit, half of what HiGHS counts; what HiGHS does not have yet is infinite."""
    event = Asked(1, best, bound)
    highs._watch(CALM, Stop(enough=130.0, least=100.0), 2.0)(event)
    assert event.ended == ends


def test_a_search_ends_after_so_many_glances() -> None:
    watch = highs._watch(CALM, Stop(glances=2), 1.0)
    asked = [Asked(1, -np.inf, np.inf) for _ in range(4)]
    for event in asked:
        watch(event)
    assert [event.ended for event in asked] == [False, False, True, True]


class Asked:
    """HiGHS in the midst of a search, asking whether to go on."""

    callback_type = highspy.cb.HighsCallbackType.kCallbackMipInterrupt

    def __init__(self, nodes: int, best: float, bound: float):
        self.data_out = SimpleNamespace(mip_node_count=nodes, mip_primal_bound=best, mip_dual_bound=bound)
        self.ended = False

    def interrupt(self) -> None:
        """End the search."""
        self.ended = True


def test_a_start_that_spoils_the_answer_is_left_out_and_all_asking_keeps_to_the_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, begin, begun, given = Live.run, Live.begin, [], []

    def spoilt(self: Live, deadline: Deadline, stop: Stop = STOP) -> Outcome:
        given.append(stop.seconds)
        return Outcome(Why.FAILED) if len(given) == 1 else run(self, deadline, stop)

    monkeypatch.setattr(Live, "run", spoilt)
    monkeypatch.setattr(Live, "begin", lambda self, x: (begun.append(x), begin(self, x)))
    found = search(program([[2, 3]], [4], [1, 1]), np.array([5.0, 6.0]), 0.0, CALM, Stop(seconds=9.0), np.zeros(2))
    assert found.value == 6
    assert len(begun) == 1
    assert given[1] < given[0] <= 9.0


def test_a_plan_that_breaks_a_limit_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Live, "_breaks", lambda self, solution: True)
    assert search(program([[2]], [4], [1]), np.ones(1), 0.0, CALM).why is Why.FAILED


@pytest.mark.parametrize(("beyond", "why"), [(1.0, Why.FAILED), (1e-3, Why.FAILED), (0.0, Why.DONE)])
def test_a_plan_beside_the_value_of_another_plan_is_no_answer(beyond: float, why: Why) -> None:
    """Of two things worth 3 each one may be taken; HiGHS says a little more than the plan that it hands out."""
    live = Live(np.zeros(2), np.ones(2), np.ones(2, dtype=bool), program([[1, 1]], [1], [1, 1]).rows, own_units=False)
    live.aim(np.array([3.0, 3.0]))
    assert live.run(CALM).value == 3
    live._solver = Boasting(live._solver, beyond * live._size)  # type: ignore[assignment]
    assert live._read(Stop()).why is why


class Boasting:
    """HiGHS, but for the value of its plan."""

    def __init__(self, real: Any, more: float):
        self._real, self._more = real, more

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def getInfo(self) -> Any:
        """Return what HiGHS says of its search, with a value that no plan of it has."""
        info = self._real.getInfo()
        info.objective_function_value += self._more
        return info


def test_the_solvers_words_are_told_in_the_goals_unit() -> None:
    row = " R       0       0         0   0.00%   640             512               25.00%        0      0\n"
    assert rescale_log(row, 64.0).split()[5:7] == ["10", "8"]
    assert rescale_log("  Primal bound      128\n", 64.0).split() == ["Primal", "bound", "2"]
    heard = io.StringIO()
    matrix, worth = knapsack(40)
    found = search(matrix, worth, 0.0, CALM, log=heard)
    assert f"Primal bound      {found.value:g}".split() in [line.split() for line in heard.getvalue().splitlines()]


# More time never gives less


def test_a_search_that_goes_on_only_tightens_what_was_proven() -> None:
    matrix, worth = knapsack(60)
    loose = search(matrix, worth, 0.0, CALM, Stop(part=0.05))
    further = search(matrix, worth, 0.0, CALM, Stop(part=0.05, further=(1e-9, 10**6)))
    barely = search(matrix, worth, 0.0, CALM, Stop(part=0.05, further=(1e-9, 0)))
    assert loose.why is further.why is barely.why is Why.DONE
    assert loose.bound >= barely.bound >= further.bound
    assert loose.value <= further.value == pytest.approx(further.bound)


def test_more_nodes_never_give_less() -> None:
    matrix, worth = knapsack(60)
    found = [search(matrix, worth, 0.0, CALM, Stop(nodes=nodes)) for nodes in (0, 1, 3, 10, 30, 100, 1000, 10**6)]
    assert found[-1].why is Why.DONE
    assert [one.value for one in found] == sorted(one.value for one in found)
    assert [-one.bound for one in found] == sorted(-one.bound for one in found)


class Counted(Deadline):
    """A deadline that ends after so many looks at it: the same looks, the same search."""

    looks: int = 0
    last: "Counted"

    def __init__(self, seconds: float):
        super().__init__(INF)
        self.rest = Counted.looks
        Counted.last = self

    @property
    def left(self) -> float:
        self.rest -= 1
        return 60.0 if self.rest > 0 and not self.stopped else 0.0

    def part(self, share: float) -> Deadline:
        return self


@pytest.mark.parametrize("seed", [7, 9])
@pytest.mark.parametrize(("room", "solve"), [(whole, solve_whole), (blocks, solve_blocks)])
def test_more_time_never_gives_less(seed: int, room: Any, solve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proof is lost, and no bound gets looser, by a longer limit; the last is long enough, so longer ones are too.

    The plan that a whole search has is never a worse one; blocks put theirs together when the time is out.
    """
    monkeypatch.setattr(room, "Deadline", Counted)
    instance = instance_of(random_instance(seed, "medium"))
    options = Options(gap=5e-4, threads=1)
    one = {} if solve is solve_whole else {"jobs": 1}
    found = []
    for looks in (3, 10, 20, 40, 80, 160, 320, 640, 1280, 10**9):
        monkeypatch.setattr(Counted, "looks", looks)
        found.append(solve(build(instance), instance, options, **one))
        if Counted.last.rest > 0:
            break
    assert found[-1].status == "optimal"
    proven = [plan.status == "optimal" for plan in found]
    assert proven == sorted(proven)
    bounds = [plan.stages[0].bound if plan.has_plan else math.inf for plan in found]
    values = [plan.stages[0].objective if plan.has_plan else -math.inf for plan in found]
    for bound, value, longer, better in zip(bounds, values, bounds[1:], values[1:], strict=False):
        assert longer <= bound + 1e-9 * abs(bound)
        assert better >= value - 1e-9 * abs(value) or solve is solve_blocks


# Ctrl-C


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Send Ctrl-C once HiGHS has asked so many times whether to go on."""
    when, watch = [0], highs._watch

    def watched(*words: Any) -> Any:
        inner = watch(*words)

        def look(event: Any) -> None:
            when[0] -= 1
            if when[0] == 0:
                os.kill(os.getpid(), signal.SIGINT)
            inner(event)

        return look

    monkeypatch.setattr(highs, "_watch", watched)
    return when


@pytest.mark.parametrize("method", [solve_whole, solve_blocks])
@pytest.mark.parametrize("looks", [1, 10, 40])
def test_ctrl_c_is_heard_wherever_it_comes(looks: int, method: Any, later: list[int]) -> None:
    """What is found is kept, and the plan says that it was interrupted; no proof is claimed without one."""
    instance = instance_of(random_instance(7, "medium"))
    one = {} if method is solve_whole else {"jobs": 1}
    later[0] = looks
    found = method(build(instance), instance, Options(gap=0.0, threads=1), **one)
    assert later[0] <= 0
    assert found.interrupted
    assert found.status in ("optimal", "feasible", "no_solution")
    if found.status == "optimal":
        assert all(stage.gap <= 1e-7 for stage in found.stages)


def test_a_search_within_another_hears_and_is_heard() -> None:
    outer, inner = Deadline(60), Deadline(60)
    with outer.listening(), inner.listening():
        os.kill(os.getpid(), signal.SIGINT)
        assert outer.stopped
        assert inner.stopped
        assert Deadline(60).stopped
        assert inner.brief(1.0).left > 0
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("looks", [60, 400])
def test_what_alternatives_had_when_they_were_stopped_can_be_kept(looks: int, later: list[int], tmp_path: Path) -> None:
    """A range that was not searched is bounded by what the funds can pay."""
    later[0] = looks
    found = alloc.alternatives(DEMO, count=4)
    assert found.interrupted
    assert not found.complete
    found.save(tmp_path / "alternatives")
    kept = json.loads((tmp_path / "alternatives" / "alternatives.json").read_text(encoding="utf-8"))
    assert all(
        0 <= span["least_bound"] <= span["least"] <= span["most"] <= span["most_bound"] for span in kept["ranges"]
    )
