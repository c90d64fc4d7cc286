"""Ctrl-C and SIGTERM at every stage of every command: what is found is kept, and nothing else is said."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

import alloc
from alloc.claims import finite
from alloc.cli import main

DEMO = Path(__file__).parent.parent / "instances/demo"
PLAN = {"grid": {"funds.tianjin.amount": [30, 37, 45]}}


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    """Undo what a shell does to processes in the background, and what a command leaves behind."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_DFL) for number in names]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in zip(names, before, strict=True):
        signal.signal(number, handler)


def strike(patch: pytest.MonkeyPatch, place: str, number: int = signal.SIGINT, call: int = 1) -> list[int]:
    """Send a signal as soon as a function is called for the n-th time; return the list of its calls."""
    room, _, name = place.rpartition(".")
    owner: Any = None
    parts = room.split(".")
    for k in range(len(parts), 0, -1):
        try:
            owner = __import__(".".join(parts[:k]), fromlist=["_"])
        except ModuleNotFoundError:
            continue
        for part in parts[k:]:
            owner = getattr(owner, part)
        break
    real, calls = getattr(owner, name), []

    def struck(*given: Any, **options: Any) -> Any:
        calls.append(len(calls))
        if len(calls) == call:
            os.kill(os.getpid(), number)
        return real(*given, **options)

    patch.setattr(owner, name, struck)
    return calls


def ended(patch: pytest.MonkeyPatch, place: str, *words: object, number: int = signal.SIGINT, call: int = 1) -> Any:
    """Run a command that is struck at a place, and check how it ends."""
    calls = strike(patch, place, number, call)
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert len(calls) >= call, "this stage was not reached"
    assert done.exit_code == 130, (done.output, done.exception)
    assert "Traceback" not in done.output
    return done


ALTERNATIVES = "alloc.study.alternatives.search"


@pytest.mark.parametrize(
    ("place", "plans", "number"),
    [
        ("alloc.study.request.solve_suited", False, signal.SIGINT),
        ("alloc.study.request.solve_suited", False, signal.SIGTERM),
        (f"{ALTERNATIVES}.NearOptimalSet", False, signal.SIGTERM),
        ("alloc.solver.multi.near_optimal.NearOptimalSet.find_county_end", False, signal.SIGINT),
        ("alloc.solver.multi.far_plans.FarPlans.go_toward", True, signal.SIGTERM),
        ("alloc.solver.multi.far_plans.FarPlans.find_farthest", True, signal.SIGINT),
        ("alloc.solver.multi.far_plans.FarPlans.drive_back", True, signal.SIGTERM),
        ("alloc.solver.multi.near_optimal.NearOptimalSet.as_solution", True, signal.SIGINT),
        ("alloc.run.audit", False, signal.SIGTERM),
    ],
)
def test_alternatives_keep_what_they_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, plans: bool, number: int
):
    words = ["alternatives", DEMO, "--count", 3, "--within", "10%", "--out", tmp_path / "out", "--json"]
    done = ended(monkeypatch, place, *words, number=number)
    figures = json.loads(done.stdout)
    assert figures["interrupted"]
    assert not figures["complete"]
    if place.endswith("solve_suited"):  # whatever it has at hand by then
        assert figures["best"].get("objective", 0) <= 79 + 1e-6
        assert not figures["best"].get("proven")
        return
    assert figures["best"]["objective"] == pytest.approx(79)
    assert len(figures["plans"]) >= plans
    assert figures == json.loads((tmp_path / "out/alternatives.json").read_text(encoding="utf-8"))
    for row in figures["plans"]:
        assert json.loads((tmp_path / "out" / row["plan"] / "run.json").read_text(encoding="utf-8"))["audit"]["passed"]


def test_a_range_that_was_not_searched_is_no_infinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    words = ["alternatives", DEMO, "--out", tmp_path / "out", "--json"]
    done = ended(monkeypatch, "alloc.solver.multi.near_optimal.NearOptimalSet.find_county_end", *words)
    assert "Infinity" not in done.stdout
    assert "NaN" not in done.stdout
    assert "inf" not in (tmp_path / "out/ranges.csv").read_text(encoding="utf-8-sig")
    assert (finite(float("inf")), finite(float("-inf")), finite(None), finite(2.0)) == (None, None, None, 2.0)


@pytest.mark.parametrize(
    ("place", "call", "points"),
    [
        ("alloc.study.request.solve_suited", 1, None),
        ("alloc.study.request.find_worlds", 1, None),
        ("alloc.solver.multi.biobjective.Biobjective.find_efficient", 3, 2),
        ("alloc.solver.multi.biobjective.Biobjective.as_solution", 1, 2),
        ("alloc.study.request.complete_run", 1, 2),
    ],
)
def test_a_frontier_keeps_the_points_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, call: int, points: int | None
):
    out = tmp_path / "out"
    words = ["frontier", DEMO, "--objectives", "employment,cost", "--points", 4, "--out", out, "--json"]
    done = ended(monkeypatch, place, *words, call=call)
    if points is None:
        assert not out.exists()
        return
    figures = json.loads(done.stdout)
    assert figures["interrupted"]
    assert not figures["complete"]
    assert len(figures["curves"][0]["points"]) >= points
    assert figures == json.loads((out / "frontier.json").read_text(encoding="utf-8"))


def test_frontiers_of_several_budgets_keep_those_that_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    words = ["frontier", DEMO, "--points", 2, "--budgets", "tianjin=30,37", "--out", tmp_path / "out", "--json"]
    done = ended(monkeypatch, "alloc.study.request.find_worlds", *words, call=2)
    figures = json.loads(done.stdout)
    assert [(curve["budget"], len(curve["points"])) for curve in figures["curves"]] == [(30, 1)]
    assert not figures["complete"]


ONLY = ["--only", "funds.tianjin.amount", "--spread", "example=0.1", "--jobs", 1]


def test_sensitivity_keeps_the_methods_that_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "out"
    words = ["sensitivity", DEMO, *ONLY, "--method", "tornado", "--method", "switching", "--out", out, "--json"]
    done = ended(monkeypatch, "alloc.study.sensitivity.search.switching", *words)
    assert json.loads(done.stdout)["methods"] == ["tornado"]
    assert json.loads(done.stdout)["interrupted"]
    assert (out / "tornado.csv").is_file()
    assert not (out / "switching.csv").exists()


@pytest.mark.parametrize("place", ["alloc.study.sensitivity.search.solve", "alloc.study.points.warm.solve_warm"])
def test_sensitivity_without_any_method_done_says_only_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
):
    done = ended(monkeypatch, place, "sensitivity", DEMO, *ONLY, "--method", "tornado", "--out", tmp_path / "out")
    assert (done.stdout, done.stderr) == ("", "interrupted\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("alloc.study.compare.verify.solve", signal.SIGINT),
        ("alloc.study.compare.verify.solve", signal.SIGTERM),
        ("alloc.study.compare.handmade_result.complete", signal.SIGINT),
        ("alloc.study.compare.handmade_result.find_worlds", signal.SIGTERM),
    ],
)
def test_half_a_search_verifies_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, number: int):
    plan = tmp_path / "plan.csv"
    plan.write_text("measure,fund,amount\ncele-workshop,tianjin,1\n")
    done = ended(monkeypatch, place, "verify", DEMO, plan, number=number)
    assert (done.stdout, done.stderr) == ("", "interrupted\n")


def test_half_a_search_splits_no_difference_and_exports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    one, other = tmp_path / "one", tmp_path / "other"
    alloc.solve(DEMO).save(one)
    alloc.solve(DEMO, overrides={"funds.tianjin.amount": 45, "measures.yutian-courses.unit_cost": 0.2}).save(other)
    with pytest.MonkeyPatch.context() as patch:
        done = ended(patch, "alloc.study.compare.split.solve", "diff", one, other, "--out", tmp_path / "diff")
    assert (done.stdout, done.stderr) == ("", "interrupted\n")
    done = ended(monkeypatch, "alloc.planning.solve_suited", "export", DEMO, tmp_path / "plan.csv")
    assert (done.stdout, done.stderr) == ("", "interrupted\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


@pytest.mark.parametrize(
    "place",
    ["alloc.study.points.PointPool.solve", "alloc.solver.pool.Pool.give", "alloc.study.points.store.Store.keep"],
)
def test_a_sweep_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str):
    plan = tmp_path / "plan.yaml"
    plan.write_text(yaml.safe_dump(PLAN))
    with pytest.MonkeyPatch.context() as patch:
        done = ended(patch, place, "sweep", DEMO, plan, "--out", tmp_path / "out", "--jobs", 1)
    assert "the same command goes on from there" in done.stderr
    again = CliRunner().invoke(main, ["sweep", str(DEMO), str(plan), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("place", ["alloc.planning.build", "alloc.run.audit", "alloc.report.files.write_workbook"])
def test_solve_ends_whatever_it_is_doing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str):
    done = ended(monkeypatch, place, "solve", DEMO, "--out", tmp_path / "out")
    assert done.stderr.endswith("interrupted\n")
    assert list(tmp_path.iterdir()) == []


LOADING = """
import os, runpy, signal, sys

class Striking:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Striking())
sys.argv[1:] = ["check", {demo!r}]
runpy.run_module("alloc", run_name="__main__")
raise SystemExit("was not struck")
"""


@pytest.mark.parametrize("module", ["alloc.cli", "alloc.cli.speech", "alloc.cli.sweep", "alloc.instance.document"])
def test_ctrl_c_while_the_program_loads_says_nothing_of_its_inside(module: str):
    program = LOADING.format(module=module, demo=str(DEMO))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr in ("", "interrupted\n")


def test_ctrl_c_while_words_are_read_is_an_interrupt_too(monkeypatch: pytest.MonkeyPatch):
    assert ended(monkeypatch, "alloc.cli.listen", "check", DEMO).stderr == ""


MEETING = "alloc.study.points.store.Store.keep"


@pytest.mark.parametrize(
    "words",
    [
        ["price", DEMO],
        ["margin", DEMO, "--fund", "tianjin", "--steps", "-1..1"],
        ["why", DEMO, "county=cele,category=training", "--aid", "+20%"],
    ],
)
def test_an_answer_goes_on_where_it_was_stopped(tmp_path: Path, words: list[object]):
    words += ["--out", tmp_path / "out", "--jobs", 1]
    with pytest.MonkeyPatch.context() as patch:
        done = ended(patch, MEETING, *words, call=2)
    assert "the same command goes on from there" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.part"]
    with pytest.MonkeyPatch.context() as patch:
        once = strike(patch, MEETING, call=0)
        again = CliRunner().invoke(main, [str(word) for word in words])
    assert again.exit_code == 0, again.output
    words[words.index(tmp_path / "out")] = tmp_path / "anew"
    with pytest.MonkeyPatch.context() as patch:
        anew = strike(patch, MEETING, call=0)
        CliRunner().invoke(main, [str(word) for word in words])
    assert len(once) == len(anew) - 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["anew", "out"]
    for file in (tmp_path / "anew").glob("*.csv"):
        assert (tmp_path / "out" / file.name).read_text(encoding="utf-8") == file.read_text(encoding="utf-8")


def test_a_search_for_what_must_give_goes_on_where_it_was_stopped(tmp_path: Path):
    rule = {"name": "much", "type": "amount", "of": {"county": "yutian"}, "min": 45}
    words = ["repair", DEMO, "--rule", json.dumps(rule), "--out", tmp_path / "out", "--jobs", 1]
    with pytest.MonkeyPatch.context() as patch:
        ended(patch, MEETING, *words, call=4)
    assert json.loads((tmp_path / "out/repair.json").read_text(encoding="utf-8"))["interrupted"] is True
    with pytest.MonkeyPatch.context() as patch:
        asked = strike(patch, "alloc.infeasibility.conflict.judge", call=0)
        again = CliRunner().invoke(main, [str(word) for word in words])
    assert again.exit_code == 0, again.output
    found = json.loads((tmp_path / "out/repair.json").read_text(encoding="utf-8"))
    anew = alloc.repair(DEMO, overrides={"rules.much": rule}, jobs=1)
    assert (found["conflicts"], found["menu"]) == (anew.figures["conflicts"], anew.figures["menu"])
    assert len(asked) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_that_name_that_is_another_s_is_left_alone(tmp_path: Path):
    other = tmp_path / "out.part/mine.txt"
    other.parent.mkdir()
    other.write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(main, ["price", str(DEMO), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 2
    assert "out.part holds other things" in done.stderr
    assert other.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="there are no masks of signals here")
def test_a_process_begins_with_ctrl_c_held_back():
    """What is struck while it still loads would be told as an error of its own."""
    from alloc.solver.pool import open_process

    with open_process() as process:
        held = process.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []).result(60)
    assert signal.SIGINT in held
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_an_explanation_goes_on_where_it_was_stopped(tmp_path: Path):
    alloc.solve(DEMO).save(tmp_path / "plan")
    with pytest.MonkeyPatch.context() as patch:
        ended(patch, MEETING, "explain", tmp_path / "plan", "--jobs", 1, call=1)
    assert (tmp_path / "plan/answers.part").is_dir()
    kept = pd.read_csv(tmp_path / "plan/answers/questions.csv").set_index("question")
    assert kept.loc["rules", ["answered", "status"]].tolist() == [1, "partly"]
    assert kept["answered"].sum() == len(pd.read_csv(tmp_path / "plan/answers/prices.csv")) == 1
    with pytest.MonkeyPatch.context() as patch:
        strike(patch, MEETING, call=0)
        again = CliRunner().invoke(main, ["explain", str(tmp_path / "plan"), "--jobs", "1"])
    assert again.exit_code == 0, again.output
    assert not (tmp_path / "plan/answers.part").exists()
    assert json.loads((tmp_path / "plan/answers/explain.json").read_text(encoding="utf-8"))["interrupted"] is False
