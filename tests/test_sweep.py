"""Sweeps: every point is a row, nothing is lost or repeated, and neighbours change nothing but the time."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from conftest import asked
from oracle import optimum
from randoms import draw_overrides, random_instance

import alloc
from alloc.cli import main
from alloc.counterfactual import find_without_aid
from alloc.instance import Options, draft
from alloc.model import build
from alloc.report.charts import draws_chinese
from alloc.solver import CompiledModel, solve_suited, solve_warm
from alloc.solver import pool as pools
from alloc.study.points import Point, PointQuestion, PointSolver, open_points, warm
from alloc.study.points.order import neighbours, spread
from alloc.study.request import StudyProgress
from alloc.study.sweep import Sweep

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "instances/demo"
ALLOC = str(Path(sys.executable).parent / "alloc")

BUDGETS = {"grid": {"funds.tianjin.amount": [30, 37, 45]}}
MANY = {
    "grid": {
        "funds.tianjin.amount": {"range": "25…50", "count": 3},
        "measures[category=training].unit_cost × 0.8…1.2": {"count": 2},
    }
}

sweep = partial(alloc.sweep, jobs=1)
"""Most need no other process."""


def evaluated(path: Path, points: list[dict[str, object]], **options: Any) -> list[Point]:
    with open_points(PointQuestion(draft(path), options), 1, None) as pool:
        return pool.solve_all(points)


def told(points: list[Point]) -> list[Point]:
    """Return points without the time they took."""
    return [replace(point, seconds=0.0) for point in points]


def written(raw: Any, folder: Path, name: str = "instance.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, tuple[str, str]]:
    """Return what a store holds by key, without the time that points took."""
    with sqlite3.connect(folder / "sweep.sqlite") as store:
        rows = store.execute("SELECT key, point, choice FROM points").fetchall()
    return {key: (json.dumps(json.loads(point) | {"seconds": 0}), choice) for key, point, choice in rows}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sweep]:
    """A sweep by one process that nothing disturbed, and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, sweep(DEMO, MANY, folder)


def test_a_budget_sweep_of_the_demo_is_what_was_worked_by_hand():
    """79 with 37 万元 is worked in instances/demo/README.md, where the last 万元 buys 1 / 1.1 jobs."""
    found = sweep(DEMO, {"grid": {"funds.tianjin.amount": [30, 37]}})
    assert list(found.table["objective"]) == pytest.approx([79 - 7 / 1.1, 79], abs=1e-4)
    assert list(found.table["aid"]) == pytest.approx([30, 37])
    assert set(found.table["status"]) == {"optimal"}
    assert found.exit_code == 0


def agrees(point: Point, data: Any) -> bool:
    """Tell whether a point has the status and the optimum that another program with another solver finds."""
    answer = optimum(json.loads(json.dumps(data)))  # the oracle knows lists, no tuples
    if point.status != answer.status:
        return False
    return point.objective is None or point.objective == pytest.approx(answer.stages[-1], rel=2e-6, abs=2e-6)


@pytest.mark.parametrize("seed", [1, 3])
def test_points_agree_with_another_solver_and_with_a_fresh_solve(tmp_path: Path, seed: int):
    raw = random_instance(seed)
    path = written(raw, tmp_path)
    of = draft(path)
    asked_for = [one for one in draw_overrides(of.source.data, random.Random(seed)) if not of.inspect(one).faults]
    assert len(asked_for) > 5
    points = evaluated(path, asked_for, gap=1e-7)
    for one, point in zip(asked_for, points, strict=True):
        assert agrees(point, of.replaced(one).data), one
        instance = of.inspect(one).instance
        fresh = solve_suited(build(instance), instance, Options(gap=1e-7))
        assert fresh.status == point.status
        if fresh.objective is not None:
            assert point.objective == pytest.approx(fresh.objective, rel=2e-6, abs=2e-6)


@pytest.mark.parametrize("seed", [4])
def test_what_is_kept_between_points_changes_nothing(tmp_path: Path, seed: int):
    """One that keeps model and status quo answers to the last digit like one that has never heard of other points."""
    raw = random_instance(seed)
    of = draft(written(raw, tmp_path))
    question, keeper = PointQuestion(of), PointSolver(PointQuestion(of))
    ones = draw_overrides(of.source.data, random.Random(seed))
    for one in [*ones, ones[0]]:
        old, new = keeper.solve(one), PointSolver(question).solve(one)
        assert told([old.point]) == told([new.point])
        assert old.start == new.start


def test_the_worlds_kept_are_those_of_the_question(tmp_path: Path):
    """Figures that a world depends on make another one; amounts of aid make none."""
    raw = random_instance(4)
    of = draft(written(raw, tmp_path))
    keeper = PointSolver(PointQuestion(of))
    for one in draw_overrides(of.source.data, random.Random(4)):
        if (instance := of.inspect(one).instance) is None:
            continue
        fresh = PointSolver(PointQuestion(of))
        mine, other = (asker._solver._worlds(instance, instance.solver) for asker in (keeper, fresh))
        for name in ("Jobs", "Retained", "Output", "Established", "Flow", "Closed", "ExpectedLinkage"):
            assert mine.quo.values[name] == other.quo.values[name]
        assert mine.without.solution.objective == pytest.approx(other.without.solution.objective, rel=1e-6, abs=1e-6)
        assert (mine.without.lapsed, mine.without.left_out) == (other.without.lapsed, other.without.left_out)


def test_one_world_without_the_aid_serves_every_amount_of_aid(monkeypatch: pytest.MonkeyPatch):
    """What is through the aid is the difference, point by point."""
    asked = []

    def told(*of):
        asked.append(of)
        return find_without_aid(*of)

    monkeypatch.setattr(warm, "find_without_aid", told)
    found = sweep(DEMO, {"grid": {"funds.tianjin.amount": [0, 20, 40]}}, jobs=1)
    assert len(asked) == 1
    table = found.table
    assert table["employment_aid"].tolist() == pytest.approx(table["employment"] - table["employment_without_aid"])
    assert table["employment_without_aid"].nunique() == 1
    assert table["employment_aid"].is_monotonic_increasing
    assert table["employment_aid"].iloc[-1] > 0


def test_an_instance_that_was_read_is_swept_like_its_file(tmp_path: Path):
    """Selectors, rules and previous plans included; only figures are replaced by path in a file alone."""
    for path in (DEMO, ROOT / "tests/everything"):
        plan = {"grid": {"funds.tianjin.amount": [30, 37]}, "base": {"measures[*].unit_cost": "× 1.1"}}
        if path != DEMO:
            fund = next(iter(alloc.read(path).funds))
            plan = {"list": [{f"funds.{fund}.min_use": 0}]}
        there, here = sweep(path, plan), sweep(alloc.read(path), plan, tmp_path / path.name)
        assert told(there.points) == told(here.points)
        assert here.manifest["instance_sha256"] != ""
    with pytest.raises(alloc.RequestError, match="path"):
        sweep(alloc.read(DEMO), BUDGETS, overrides={"funds.tianjin.amount": 1})


def test_faults_and_questions_without_a_plan_are_rows():
    tight = {"funds.tianjin.min_use": 37, "rules.no category above 60 %.max": 0.1}
    plan = {"list": [{}, {"funds.tianjin.amount": -1}, tight]}
    found = sweep(DEMO, plan)
    assert list(found.table["status"]) == ["optimal", "fault", "infeasible"]
    assert "-1 must be 0 or more" in found.table["message"][1]
    assert "the most of rule “no category above 60 %”: 0.1" in found.table["message"][2]
    assert "These cannot hold" not in found.table["message"][2]
    assert found.table["objective"].isna().tolist() == [False, True, True]
    assert found.exit_code == 2


def test_a_status_quo_with_nothing_to_decide_is_one(tmp_path: Path):
    """Without industries nothing comes about by itself; pens bring half a job for a unit of money."""
    bare = {"industry": "", "jobs": 0.5, "effect": 0}
    path = written(asked(industries={"sheep": None}, baseline=[], measures={"pens": bare}), tmp_path)
    found = sweep(path, {"grid": {"funds.aid.amount": [7, 9]}})
    assert list(found.table["objective"]) == pytest.approx([3.5, 4.5])


def test_a_point_out_of_time_is_a_row(monkeypatch: pytest.MonkeyPatch):
    found = sweep(ROOT / "instances/hotan-2019", {}, time_limit=0.01)
    assert found.points[0].status in ("feasible", "no_solution")
    assert found.exit_code == 4


def test_the_exit_code_is_that_of_the_worst_point():
    found = sweep(DEMO, {"grid": {"solver.gap": [0.1, 0.2]}})
    for status, code in (("infeasible", 0), ("no_solution", 4), ("fault", 2), ("failed", 1), ("audit_failed", 6)):
        points = [found.points[0], replace(found.points[1], status=status)]
        assert replace(found, points=points).exit_code == code


def test_neighbours_stand_in_an_earlier_half_and_lie_near():
    points = [{"a": x, "b": y} for x in range(8) for y in ("p", "q")]
    order = spread(len(points))
    assert sorted(order) == list(range(16))
    begins = neighbours(points, order)
    ranks = {number: rank for rank, number in enumerate(order)}
    for number, starts in enumerate(begins):
        for start in starts:
            assert ranks[start] < 1 << (ranks[number].bit_length() - 1)
    last = [number for number in order[8:] if begins[number]]
    assert all(points[begins[number][0]]["b"] == points[number]["b"] for number in last)


def test_a_start_that_is_no_plan_here_is_left_aside():
    of = draft(DEMO)
    instance = of.inspect().instance
    assert instance is not None
    nonsense = {"Funded[cele-workshop]": 7, "Nobody[x]": 1}
    plan = solve_warm(CompiledModel(build(instance)), instance, instance.solver, [nonsense])
    assert plan.objective == pytest.approx(79)


@pytest.fixture
def sweeping(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A sweep on the command line with two processes."""
    plan = written(getattr(request, "param", MANY), tmp_path, "plan.yaml")
    command = [ALLOC, "sweep", str(DEMO), str(plan), "--out", str(tmp_path / "out"), "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def solved(folder: Path) -> int:
    try:
        return len(content(folder))
    except sqlite3.OperationalError:  # not there yet
        return 0


KILLED = """
import os, signal, sys, threading
from alloc.cli import main
from alloc.study.points.store import Store

keep, left = Store.keep, [int(sys.argv[1])]

def kept(self, *given):
    keep(self, *given)
    left[0] -= 1
    if left[0] == 0:
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGKILL)).start()

Store.keep = kept
main(sys.argv[2:])
"""
"""A command that is killed a moment after it has kept so many points, whatever the machine's speed."""


def test_a_sweep_that_is_killed_goes_on_and_repeats_nothing(tmp_path: Path, whole: tuple[Path, Sweep]):
    target = random.Random(5).randint(2, 4)
    plan = written(MANY, tmp_path, "plan.yaml")
    words = [str(target), "sweep", str(DEMO), str(plan), "--out", str(tmp_path / "out"), "--jobs", "2"]
    done = subprocess.run([sys.executable, "-c", KILLED, *words], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    before = content(tmp_path / "out")
    assert target <= len(before) < 6
    stamps = {key: point.seconds for key, point in _points(tmp_path / "out").items()}
    rest = sweep(DEMO, MANY, tmp_path / "out")
    assert rest.solved == 6 - len(before)
    after = _points(tmp_path / "out")
    assert all(after[key].seconds == seconds for key, seconds in stamps.items())  # not asked again
    assert content(tmp_path / "out") == content(whole[0])
    assert told(rest.points) == told(whole[1].points)


def _points(folder: Path) -> dict[str, Point]:
    from alloc.study.points.store import open_store

    with open_store(folder) as kept_points:
        return {key: answer.point for key, answer in kept_points.known().items()}


LONG = {"grid": {"funds.tianjin.amount": [round(20 + 0.1 * i, 1) for i in range(200)]}}
"""More points than are solved before anybody can stop them."""


@pytest.fixture
def interrupts(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a process started now inherits: a shell has interrupts ignored by what it runs in the background."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("interrupts", [signal.default_int_handler, signal.SIG_IGN], indirect=True)
@pytest.mark.parametrize("sweeping", [LONG], indirect=True)
def test_ctrl_c_keeps_what_is_done(tmp_path: Path, interrupts: None, sweeping: subprocess.Popen[str]):
    while solved(tmp_path / "out") < 2:
        assert sweeping.poll() is None
        time.sleep(0.02)
    sweeping.send_signal(signal.SIGINT)
    _, words = sweeping.communicate(timeout=300)
    assert sweeping.returncode == 130
    assert "the same command goes on" in words
    assert "Traceback" not in words
    assert 2 <= solved(tmp_path / "out") < 200


def test_ctrl_c_is_heard_where_errors_are_forgiven(monkeypatch: pytest.MonkeyPatch):
    """What a weak reference's callback raises is written down and forgotten, an interrupt as well."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)

    class Gone:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0)

    told: list[int] = []

    def tell(progress: StudyProgress) -> None:
        if progress.status:
            told.append(progress.count)
            Gone()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            sweep(DEMO, {"list": [{}, {"funds.tianjin.amount": 30}, {"funds.tianjin.amount": 45}]}, tell=tell)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [1]


def test_a_process_that_is_killed_costs_only_its_points_second_try(whole: tuple[Path, Sweep]):
    """And two processes answer like one."""
    import multiprocessing

    killed: list[int] = []

    def kill(progress: StudyProgress) -> None:
        if progress.status and not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid or 0)
            os.kill(victim.pid or 0, signal.SIGKILL)

    found = sweep(DEMO, MANY, jobs=2, tell=kill)
    assert killed
    assert told(found.points) == told(whole[1].points)


def test_a_point_whose_process_dies_twice_has_failed_and_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    from alloc.solver.pool import Here

    deaths: list[object] = []

    class Mortal(Here):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
            if len(args) > 5 and args[5].get("funds.tianjin.amount") == 37:
                deaths.append(args[5])
                dead: Future[Any] = Future()
                dead.set_exception(BrokenProcessPool())
                return dead
            return super().submit(fn, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(pools, "openers", lambda jobs, client, apart: [Mortal] * jobs)
        found = sweep(DEMO, BUDGETS, tmp_path / "out", jobs=2)
    assert [point.status for point in found.points] == ["optimal", "failed", "optimal"]
    assert found.points[1].message == "the process that solved this point died 2 times"
    assert len(deaths) == 2
    assert found.exit_code == 1
    again = sweep(DEMO, BUDGETS, tmp_path / "out")
    assert again.solved == 1
    assert [point.status for point in again.points] == ["optimal"] * 3


def test_points_are_kept_by_content(tmp_path: Path):
    assert sweep(DEMO, BUDGETS, tmp_path).solved == 3
    assert sweep(DEMO, {"list": [{"funds.tianjin.amount": "45.0"}]}, tmp_path).solved == 0
    assert sweep(DEMO, BUDGETS, tmp_path, gap=0.01).solved == 3
    more = {"grid": {"funds.tianjin.amount": [30, 37, 45, 50, 50]}}
    assert sweep(DEMO, more, tmp_path).solved == 1
    assert sweep(DEMO, BUDGETS, tmp_path, overwrite=True).solved == 3


def test_an_answer_survives_the_store_to_the_last_digit(whole: tuple[Path, Sweep]):
    again = sweep(DEMO, MANY, whole[0])
    assert again.solved == 0
    assert again.points == whole[1].points


def test_two_sweeps_do_not_write_to_one_folder(tmp_path: Path):
    from alloc.study.points.store import open_store

    sweep(DEMO, BUDGETS, tmp_path)
    with open_store(tmp_path), pytest.raises(alloc.RequestError, match="another run is writing"):
        sweep(DEMO, BUDGETS, tmp_path)


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(alloc.RequestError, match="holds other things"):
        sweep(DEMO, BUDGETS, tmp_path)
    with pytest.raises(alloc.RequestError, match="is not a folder"):
        sweep(DEMO, BUDGETS, tmp_path / "letter.txt")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/sweep.sqlite").write_bytes(b"no database, but long enough to be looked at" * 20)
    with pytest.raises(alloc.RequestError, match="cannot be used as a store"):
        sweep(DEMO, BUDGETS, tmp_path / "broken")


def test_the_files_hold_one_row_a_point_and_one_a_county_and_category(tmp_path: Path):
    found = sweep(
        DEMO, {**MANY, "scenarios": {"现状": {}, "=lean": {"funds.national.min_use": 0}}}, tmp_path, details=True
    )
    assert (tmp_path / "sweep.csv").read_bytes().startswith(b"\xef\xbb\xbfpoint,scenario,funds.tianjin.amount,")
    table = pd.read_csv(tmp_path / "sweep.csv", encoding="utf-8-sig")
    assert len(table) == 12
    assert set(table["scenario"]) == {"现状", "'=lean"}
    totals = [column for column in table if column.startswith("aid.")]
    assert len(totals) == 2 * 5
    assert table[totals].sum(axis=1).tolist() == pytest.approx(table["aid"].tolist())
    assert table["objective"].tolist() == found.table["objective"].tolist()
    sheets = pd.read_excel(tmp_path / "sweep.xlsx", sheet_name=None)
    assert list(sheets) == ["Points", "Pivot", "About"]
    assert len(sheets["Points"]) == 12
    assert len(sheets["Pivot"]) == 12 * 10
    assert sheets["Pivot"].groupby("point")["aid"].sum().tolist() == pytest.approx(table["aid"].tolist())
    drawn = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "charts").glob("*.svg")}
    assert {name: svg.count('class="mark ') for name, svg in drawn.items()} == {
        "objective-1.svg": 12,
        "objective-2.svg": 12,
        "through-aid-1.svg": 12,
        "through-aid-2.svg": 12,
        "grid-1.svg": 6,
        "grid-2.svg": 6,
    }
    pictures = {file.stem: file.read_bytes() for file in (tmp_path / "charts").glob("*.png")}
    assert pictures.keys() == {Path(name).stem for name, svg in drawn.items() if svg.isascii() or draws_chinese()}
    assert all(content.startswith(b"\x89PNG") for content in pictures.values())
    note = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert note["statuses"] == {"optimal": 12}
    assert (tmp_path / "sweep.parquet").exists() == _has_pyarrow()


def _has_pyarrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def test_the_command_line_tells_and_writes_nothing_on_a_dry_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plan = written(MANY, tmp_path, "plan.yaml")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["sweep", str(DEMO), str(plan), "--out", "out", "--dry-run"])
    assert done.exit_code == 0
    assert done.stdout.startswith("6 points, 6 to solve; about ")
    assert "from 4 tried" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


def test_the_command_line_exits_with_words_where_a_point_is_not_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plan = written({"list": [{}, {"funds.tianjin.amount": -1}]}, tmp_path, "plan.yaml")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["sweep", str(DEMO), str(plan), "--jobs", "1"])
    assert done.exit_code == 2
    assert done.stdout == "2 points: 1 fault, 1 optimal\n"
    assert "not every point is proven: 1 of 2 are not" in done.stderr
    assert (tmp_path / "results/demo-plan/sweep.csv").exists()


def test_a_cluster_answers_like_one_process():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = sweep(DEMO, BUDGETS, cluster=cluster.scheduler_address)
    assert told(found.points) == told(sweep(DEMO, BUDGETS).points)


def test_blocks_are_points_too(tmp_path: Path):
    path = written(asked(), tmp_path)
    points = evaluated(path, [{"funds.aid.amount": 50}, {"funds.aid.amount": 100}], method="blocks")
    assert [point.objective for point in points] == pytest.approx([50, 100])  # a job for each unit of money
