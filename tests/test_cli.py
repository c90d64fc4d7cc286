"""Words in, words out: exit codes, streams, files."""

import json
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner

from alloc.cli import main
from alloc.cli.answer import _tell
from alloc.instance import read
from alloc.run import Run
from alloc.solution import Solution, Status

ROOT = Path(__file__).parent.parent
ALLOC = str(Path(sys.executable).parent / "alloc")
DEMO = ROOT / "instances/demo"


def program(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ALLOC, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)


def alloc(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Answer like the program, in this process: starting one takes longer than most of what is asked."""
    with chdir(cwd):
        done = CliRunner().invoke(main, [*map(str, words)])
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def test_json_is_the_only_thing_on_standard_output(tmp_path: Path):
    done = program("solve", DEMO, "--json", cwd=tmp_path)
    assert done.returncode == 0
    figures = json.loads(done.stdout)
    assert figures["status"] == "optimal"
    assert figures["objective"] == pytest.approx(79)  # worked by hand in instances/demo/README.md
    assert figures == json.loads((tmp_path / "results/demo/run.json").read_text(encoding="utf-8"))


def test_a_results_folder_is_never_written_over_unless_told(tmp_path: Path):
    assert alloc("solve", DEMO, "--out", "out", cwd=tmp_path).returncode == 0
    again = alloc("solve", DEMO, "--out", "out", cwd=tmp_path)
    assert again.returncode == 2
    assert "--overwrite" in again.stderr
    assert alloc("solve", DEMO, "--out", "out", "--overwrite", cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_infeasible_question_is_said_with_what_must_give_and_leaves_nothing(tmp_path: Path):
    # 37 of aid must be spent, no category may have more than a tenth, and there are five categories
    tight = "rules.no category above 60 %.max=0.1"
    done = alloc("solve", DEMO, "--set", "funds.tianjin.min_use=37", "--set", tight, "--json", cwd=tmp_path)
    assert done.returncode == 3
    figures = json.loads(done.stdout)
    assert figures["status"] == "infeasible"
    assert figures["objective"] is None
    assert any("no category above 60 %" in line for line in figures["clash"])
    assert "the least use of" in done.stderr
    assert done.stderr.count("These cannot hold together") == 1
    assert "1. " in done.stderr
    assert "alloc repair" in done.stderr.splitlines()[-1]
    assert "alloc repair tells what cannot hold together" in done.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["solve", "nowhere"], "there is no instance at nowhere"),
        (["solve", DEMO, "--set", "nonsense"], "must look like"),
        (["solve", DEMO, "--set", "funds.nobody.amount.x.y=1"], "nothing called 'nobody' there"),
        (["export", DEMO, "model.txt"], "must end in .mps or .lp"),
        (["new", DEMO], "exists already"),
        (["solve", DEMO, "--gap", "-1"], "not in the range"),
    ],
)
def test_a_wrong_call_is_answered_in_words(tmp_path: Path, words: list[object], message: str):
    done = alloc(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_every_word_has_its_chinese(tmp_path: Path):
    done = alloc("solve", DEMO, "--lang", "zh", cwd=tmp_path)
    assert "最优" in done.stdout
    assert "自愿" in done.stdout
    assert "策勒" in done.stdout
    assert "瓶颈是配套设施，不是企业补贴" in (tmp_path / "results/demo/measures.csv").read_text(encoding="utf-8-sig")


def test_export_gives_the_same_optimum_to_another_reader(tmp_path: Path):
    from pyscipopt import Model

    for ending in ("mps", "lp"):
        assert alloc("export", DEMO, f"model.{ending}", cwd=tmp_path).returncode == 0
        scip = Model()
        scip.hideOutput()
        scip.readProblem(str(tmp_path / f"model.{ending}"))
        scip.optimize()
        assert abs(scip.getObjVal()) == pytest.approx(79)


def test_the_schema_accepts_the_instances_in_the_repository(tmp_path: Path):
    schema = json.loads(alloc("schema", cwd=tmp_path).stdout)
    assert schema["properties"]["measures"]["anyOf"]
    assert "jobseekers" in schema["$defs"]["County"]["properties"]


def test_the_starter_solves(tmp_path: Path):
    assert alloc("new", "mine", cwd=tmp_path).returncode == 0
    checked = alloc("check", "mine", cwd=tmp_path)
    assert "0 warnings" in checked.stdout
    assert alloc("solve", "mine", cwd=tmp_path).returncode == 0


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    """Return a question that takes long: many synergies that pull against each other under tight knapsacks."""
    import random

    import yaml

    dice = random.Random(5)
    ids = [f"m{i}" for i in range(150)]
    measures = [
        {
            "id": m,
            "county": "a",
            "category": "training",
            "fixed_cost": dice.randint(20, 90),
            "max_units": 1,
            "min_units": 1,
            "jobs": dice.randint(1, 20),
            "uses": {r: dice.randint(5, 60) for r in ("r1", "r2", "r3", "r4", "r5")},
        }
        for m in ids
    ]
    pairs = [dice.sample(ids, 2) for _ in range(1500)]
    raw = {
        "alloc": 1,
        "name": "hard",
        "year": 2020,
        "counties": {"a": {}},
        "funds": {"f": {"kind": "aid", "amount": 2500}},
        "measures": measures,
        "resources": {r: {"amount": 1500} for r in ("r1", "r2", "r3", "r4", "r5")},
        "synergies": [{"measures": pair, "employment": dice.randint(-20, 30)} for pair in pairs],
        "solver": {"gap": 0},
    }
    path = tmp_path / "hard.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def test_a_plan_stopped_early_is_never_called_optimal(hard: Path):
    done = alloc("solve", hard, "--time-limit", "2", "--json", cwd=hard.parent)
    figures = json.loads(done.stdout)
    assert done.returncode == 4
    assert figures["status"] == "feasible"
    assert figures["gap"] > 0
    assert figures["bound"] > figures["objective"]
    assert figures["audit"]["passed"]


INTERRUPTED = """
import contextlib, os, signal, sys
import alloc.cli as cli
import alloc.cli.answer as answer
from alloc.solver.progress import Progress

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored in the background

sent = []

def tell(news):
    if "inf" not in news and not sent:  # the search has a plan
        sent.append(news)
        os.kill(os.getpid(), signal.SIGINT)

@contextlib.contextmanager
def watched(words):
    yield Progress(tell)

answer.progress = watched
cli.main(["solve", sys.argv[1], "--json"])
"""


def test_an_interrupt_keeps_the_best_plan_with_its_honest_status(hard: Path):
    command = [sys.executable, "-c", INTERRUPTED, str(hard)]
    done = subprocess.run(command, cwd=hard.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
    figures = json.loads(done.stdout)
    assert figures["status"] == "feasible"
    assert figures["interrupted"]
    assert (hard.parent / "results/hard/run.json").exists()


def test_a_generated_question_is_sound_and_solves(tmp_path: Path):
    assert alloc("generate", "--counties", 3, "--seed", 5, "made", cwd=tmp_path).returncode == 0
    assert "no fault, 0 warnings" in alloc("check", "made", cwd=tmp_path).stdout
    assert alloc("solve", "made", "--out", "out", cwd=tmp_path).returncode == 0


def test_who_interrupts_a_search_without_a_plan_is_not_told_to_allow_more_time(capsys):
    for interrupted, words in ((True, "interrupted before a plan was found\n"), (False, "allow more time\n")):
        found = Solution(Status.NO_SOLUTION, interrupted=interrupted)
        _tell(Run(read(ROOT / "instances/demo"), found, {}, {}), as_json=False, lang="en")
        assert capsys.readouterr().err.endswith(words)


@pytest.mark.parametrize("command", [["solve"], ["sensitivity", "--only", "funds"], ["verify"]])
def test_every_command_that_finds_faults_says_that_they_may_hide_others(command, tmp_path: Path):
    first, *options = command
    done = alloc(
        first, DEMO, *([DEMO] if first == "verify" else []), *options, "--set", "funds.tianjin.amount=-1", cwd=tmp_path
    )
    assert done.returncode == 2
    assert "these faults may hide others" in done.stderr
