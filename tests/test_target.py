"""Where results go: nobody's files are lost, whoever writes at the same time and whatever fails."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from conftest import SMALL

import alloc
from alloc import RequestError, Run
from alloc.cli import main
from alloc.report.target import fill
from alloc.study.points.store import FILE, LOCK, Store, open_store


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("question") / "instance.yaml"
    path.write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(question: Path) -> Run:
    return alloc.solve(question)


@pytest.fixture(scope="module")
def written(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.save(tmp_path_factory.mktemp("written") / "result")


@pytest.fixture
def result(written: Path, tmp_path: Path) -> Path:
    """Return a copy of a result, to do with as one likes."""
    return shutil.copytree(written, tmp_path / "result")


def ran(*words: object) -> Any:
    return CliRunner().invoke(main, [str(word) for word in words])


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


# --- folders


def test_files_of_somebody_else_stay_where_a_result_is_replaced(run: Run, result: Path):
    for name in ("notes.txt", "charts/mine.svg", "letters/reply.txt"):
        (result / name).parent.mkdir(exist_ok=True)
        (result / name).write_text("mine")
    (result / "charts/figures.svg").write_text("alloc's own, and old")
    (result / "link").symlink_to("notes.txt")
    run.save(result, overwrite=True)
    run.save(result, overwrite=True)  # and once more: they have not become alloc's
    assert [(result / name).read_text() for name in ("notes.txt", "charts/mine.svg", "letters/reply.txt")] == 3 * [
        "mine"
    ]
    assert (result / "link").is_symlink()
    assert (result / "charts/figures.svg").read_text() != "alloc's own, and old"


def test_files_of_somebody_else_stay_where_a_page_is_drawn_again(question: Path, result: Path):
    (result / "charts/mine.svg").write_text("mine")
    assert ran("page", result, question, "--png").exit_code == 0
    assert (result / "charts/figures.png").is_file()
    assert ran("page", result, question).exit_code == 0
    assert (result / "charts/mine.svg").read_text() == "mine"
    assert not (result / "charts/figures.png").exists()
    written = json.loads((result / "datapackage.json").read_text(encoding="utf-8"))["files"]
    assert "charts/mine.svg" not in written
    assert {"run.json", "report.html", "allocation.xlsx", "charts/figures.svg", "instance/instance.yaml"} <= set(
        written
    )


def test_what_alloc_no_longer_writes_does_not_stay(run: Run, result: Path):
    package = json.loads((result / "datapackage.json").read_text(encoding="utf-8"))
    (result / "old.csv").touch()
    (result / "datapackage.json").write_text(json.dumps({**package, "files": [*package["files"], "old.csv"]}))
    run.save(result, overwrite=True)
    assert not (result / "old.csv").exists()


def test_a_workbook_that_another_process_writes_is_the_same(
    run: Run, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("alloc.run.MANY", 0)
    run.save(tmp_path / "out")
    for name in ("allocation.xlsx", "datapackage.json", "report.html"):
        assert (tmp_path / "out" / name).read_bytes() == (written / name).read_bytes()


def test_a_link_is_written_through(run: Run, tmp_path: Path):
    (tmp_path / "there").mkdir()
    (tmp_path / "out").symlink_to("there/result")
    run.save(tmp_path / "out")
    run.save(tmp_path / "out", overwrite=True)
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "there/result/run.json").is_file()


@pytest.mark.parametrize("overwrite", [False, True])
def test_of_many_that_want_a_name_at_once_nobody_loses_a_result(tmp_path: Path, overwrite: bool):
    """All have been told that the name is free before the first takes it."""
    ready, told = threading.Barrier(6), []

    def write(number: int) -> None:
        try:
            with fill(tmp_path / "out", ("mark",), overwrite) as new:
                (new / "mark").write_text(str(number))
                ready.wait()
            told.append(number)
        except RequestError as error:
            told.append(error.text)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    numbers = [str(word) for word in told if isinstance(word, int)]
    assert (tmp_path / "out/mark").read_text() in numbers
    assert len(numbers) == (6 if overwrite else 1)
    assert told.count("folder_exists") == 6 - len(numbers)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_result_whose_name_was_taken_meanwhile_is_kept_beside(
    question: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def late(*given: Any, **options: Any) -> Run:
        run.save(tmp_path / "out")  # somebody is faster
        (tmp_path / "out/notes.txt").touch()
        return run

    monkeypatch.setattr("alloc.run.complete", late)
    done = ran("solve", question, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert f"another run wrote {tmp_path}/out meanwhile; this result is in {tmp_path}/out-2" in done.stderr
    assert (tmp_path / "out/notes.txt").exists()
    assert (tmp_path / "out-2/run.json").exists()


def test_a_replacement_that_fails_leaves_what_was_there(result: Path, monkeypatch: pytest.MonkeyPatch):
    real = Path.rename

    def broken(path: Path, to: Path) -> Path:
        if path.name == "new":
            raise KeyboardInterrupt
        return real(path, to)

    monkeypatch.setattr(Path, "rename", broken)
    before = sorted(result.rglob("*"))
    with pytest.raises(KeyboardInterrupt), fill(result, overwrite=True) as new:
        (new / "half").touch()
    assert sorted(result.rglob("*")) == before
    assert hidden(result.parent) == []


WRITING = """
import os, signal, sys
import alloc.report.files as writer

def stopped(*given):
    os.kill(os.getpid(), signal.{signal})

writer.write_workbook = stopped  # the tables are written, the workbook is about to be
from alloc.cli import main
main(["solve", sys.argv[1], "--out", sys.argv[2]])
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_files_are_written_leaves_none(question: Path, tmp_path: Path, name: str):
    command = [sys.executable, "-c", WRITING.format(signal=name), str(question), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=listening)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
    assert list(tmp_path.iterdir()) == []


def listening() -> None:
    """Undo what a shell does to processes in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def test_a_folder_inside_of_a_file_is_refused_before_anything_is_solved(question: Path) -> None:
    said = CliRunner().invoke(main, ["solve", str(question), "--out", str(question / "out")])
    assert (said.exit_code, said.output) == (2, f"{question} is not a folder\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_is_one_sentence(question: Path):
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "alloc.cli", "check", str(question)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "a file cannot be read or written: No space left on device\n")


@pytest.mark.parametrize("words", [["solve", "QUESTION", "--out", "OUT"], ["check", "nowhere"], ["check", "QUESTION"]])
def test_a_reader_who_goes_is_no_internal_error(question: Path, tmp_path: Path, words: list[str]):
    """Tables are printed by a library that would end with 1, and a sentence on standard error may find nobody too."""
    given = {"QUESTION": str(question), "OUT": str(tmp_path / "out")}
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "alloc.cli", *(given.get(word, word) for word in words)]
    done = subprocess.run(command, stdout=write, stderr=write, check=False)
    os.close(write)
    assert done.returncode == 141


def test_output_that_nobody_reads_is_no_error_of_the_plan(question: Path, tmp_path: Path):
    command = [sys.executable, "-m", "alloc.cli", "solve", str(question), "--out", str(tmp_path / "out"), "--json"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, f"wrote {tmp_path}/out\n")
    closed = " ".join([*command[:-1], "--overwrite", ">&-"])
    done = subprocess.run(closed, shell=True, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, f"wrote {tmp_path}/out\n")


# --- reading back


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("run.json", "[]", "run.json"),
        ("run.json", "[" * 100_000, "is not a whole results folder"),
        ("run.json", "{}", "run.json.instance_sha256"),
        ("run.json", '{"status_quo": 5}', "run.json."),
        ("measures.csv", "measure\n1\n", "measures.csv: measure"),
        ("measures.csv", "\udcff", "is not a whole results folder"),
        ("measures.csv", "", "is not a whole results folder"),
    ],
)
def test_a_folder_that_somebody_else_wrote_is_a_fault(
    question: Path, result: Path, tmp_path: Path, file: str, content: str, words: str
):
    (result / file).write_bytes(content.encode(errors="surrogateescape"))
    for command in (["page", result, question], ["diff", result, result], ["export", result, tmp_path / "out.csv"]):
        done = ran(*command, "--unchecked")
        assert done.exit_code == 2, done.output
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_number_without_end_is_a_fault(question: Path, result: Path):
    table = pd.read_csv(result / "funds.csv", encoding="utf-8-sig", dtype=str)
    table.loc[0, "spent"] = "1e999"
    table.to_csv(result / "funds.csv", index=False, encoding="utf-8-sig")
    done = ran("page", result, question, "--unchecked")
    assert (done.exit_code, "funds.csv: spent" in done.stderr) == (2, True)


def test_tables_that_were_edited_are_taken_only_where_that_is_said(question: Path, result: Path, tmp_path: Path):
    file = result / "measures.csv"
    file.write_bytes(file.read_bytes().replace(b"pens", b"pens", 1) + b"\r\n")
    for command in (["page", result, question], ["diff", result, result], ["export", result, tmp_path / "out.csv"]):
        done = ran(*command)
        assert done.exit_code == 2
        assert "edited since it was written: measures.csv" in done.stderr
        assert ran(*command, "--unchecked").exit_code == 0, done.output
    with pytest.raises(RequestError, match=r"measures\.csv"):
        alloc.diff(result, result)
    assert alloc.diff(result, result, unchecked=True).figures


@pytest.mark.parametrize("package", [None, "{}", '{"resources": 3}', "[]"])
def test_tables_whose_hashes_are_lost_were_edited_too(result: Path, package: str | None):
    (result / "datapackage.json").unlink()
    if package is not None:
        (result / "datapackage.json").write_text(package)
    with pytest.raises(RequestError, match=r"edited since it was written: datapackage\.json"):
        alloc.diff(result, result)
    assert alloc.diff(result, result, unchecked=True).figures


def test_verify_reads_the_figures_of_a_result_with_the_same_care(question: Path, result: Path):
    (result / "run.json").write_text('{"instance_sha256": 1}')
    done = ran("verify", question, result, "--against", result)
    assert (done.exit_code, "is not a whole results folder" in done.stderr) == (2, True)


# --- stores of sweeps

TWO = {"grid": {"funds.aid.amount": [50, 100]}}


@pytest.fixture(scope="module")
def stored(question: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored") / "sweep"
    alloc.sweep(question, TWO, folder, jobs=1)
    return folder


@pytest.fixture
def swept(stored: Path, tmp_path: Path) -> Path:
    """Return a copy of a sweep, to do with as one likes."""
    return shutil.copytree(stored, tmp_path / "sweep")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(TWO))
    return path


def kept(folder: Path) -> int:
    with open_store(folder) as points:
        return len(points.known())


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()


@pytest.mark.parametrize("more", [[], ["--overwrite"]])
def test_a_sweep_that_is_refused_takes_nothing_from_the_one_that_runs(
    question: Path, swept: Path, plan: Path, more: Any
):
    with open_store(swept):
        before = digest(swept)
        done = ran("sweep", question, plan, "--out", swept, *more)
        assert (done.exit_code, done.stderr) == (2, f"another run is writing to {swept}\n")
        assert digest(swept) == before
    assert kept(swept) == 2


def test_to_overwrite_a_sweep_is_to_begin_anew_even_where_its_store_is_broken(question: Path, swept: Path):
    (swept / "notes.txt").write_text("mine")
    (swept / "charts/mine.svg").write_text("mine")
    assert alloc.sweep(question, TWO, swept, jobs=1).solved == 0
    assert alloc.sweep(question, TWO, swept, overwrite=True, jobs=1).solved == 2
    (swept / FILE).write_text("no store")
    with pytest.raises(RequestError, match=r"sweep\.sqlite cannot be used as a store: file is not a database"):
        alloc.sweep(question, TWO, swept, jobs=1)
    assert alloc.sweep(question, TWO, swept, overwrite=True, jobs=1).solved == 2
    assert (swept / "notes.txt").read_text() == (swept / "charts/mine.svg").read_text() == "mine"


def test_a_chart_that_another_plan_drew_does_not_stay(question: Path, swept: Path):
    drawn = {path.name for path in (swept / "charts").iterdir()}
    assert drawn
    note = json.loads((swept / "sweep.json").read_text(encoding="utf-8"))
    (swept / "charts/old.svg").touch()
    (swept / "sweep.json").write_text(json.dumps({**note, "charts": [*note["charts"], "old.svg"]}))
    alloc.sweep(question, TWO, swept, jobs=1)
    assert {path.name for path in (swept / "charts").iterdir()} == drawn


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("column", "value"),
    [("point", "[]"), ("point", "{"), ("point", '{"money": 5}'), ("point", "[" * 100_000), ("choice", "7")],
)
def test_a_broken_row_of_a_store_is_a_fault(
    question: Path, swept: Path, plan: Path, more: list[str], column: str, value: str
):
    with sqlite3.connect(swept / FILE) as broken:
        broken.execute(f"UPDATE points SET {column} = ?", (value,))
    done = ran("sweep", question, plan, "--out", swept, *more)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith(f"{swept / FILE} cannot be used as a store: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_store_of_another_program_is_a_fault(question: Path, tmp_path: Path, plan: Path, more: list[str]):
    (tmp_path / "sweep").mkdir()
    with sqlite3.connect(tmp_path / "sweep" / FILE) as other:
        other.execute("CREATE TABLE points (x)")
        other.execute("INSERT INTO points VALUES (5)")
    done = ran("sweep", question, plan, "--out", tmp_path / "sweep", *more)
    assert (done.exit_code, "no such column: key" in done.stderr) == (2, True)


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_store_that_another_program_holds_is_said(question: Path, swept: Path, plan: Path, more: list[str]):
    holding = sqlite3.connect(swept / FILE, isolation_level=None)
    holding.execute("PRAGMA journal_mode = DELETE")
    holding.execute("BEGIN EXCLUSIVE")
    done = ran("sweep", question, plan, "--out", swept, *more)
    assert (done.exit_code, done.stderr) == (2, f"{swept / FILE} cannot be used as a store: database is locked\n")
    holding.close()
    assert kept(swept) == 2


def test_a_store_that_cannot_be_written_is_not_called_busy(
    question: Path, swept: Path, plan: Path, monkeypatch: pytest.MonkeyPatch
):
    (swept / LOCK).unlink()
    (swept / LOCK).mkdir()
    done = ran("sweep", question, plan, "--out", swept)
    assert (done.exit_code, "unable to open database file" in done.stderr) == (2, True)


def test_a_store_on_a_full_disk_is_said_and_keeps_what_it_has(question: Path, tmp_path: Path, plan: Path):
    out = tmp_path / "sweep"
    alloc.sweep(question, {"grid": {"funds.aid.amount": [50]}}, out, jobs=1)

    def keep(self: Any, key: str, answer: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "keep", keep)
        done = ran("sweep", question, plan, "--out", out)
    assert (done.exit_code, done.stderr) == (
        2,
        f"{out / FILE} cannot be used as a store: database or disk is full\n",
    )
    assert kept(out) == 1


def test_points_of_another_version_are_solved_again(question: Path, swept: Path, monkeypatch: pytest.MonkeyPatch):
    assert alloc.sweep(question, TWO, swept, jobs=1).solved == 0
    monkeypatch.setattr("alloc.study.points.store.list_versions", lambda: {"alloc": "0.1.0", "highspy": "99"})
    assert alloc.sweep(question, TWO, swept, jobs=1).solved == 2


def test_a_dry_run_looks_into_a_store_that_is_written_and_changes_nothing(question: Path, swept: Path, plan: Path):
    with open_store(swept):
        before = sorted(path.name for path in swept.iterdir())
        done = ran("sweep", question, plan, "--out", swept, "--dry-run")
        assert (done.exit_code, done.stdout) == (0, "2 points, all solved already\n")
        assert sorted(path.name for path in swept.iterdir()) == before
