"""Beside optlens, which explains an exported model: it answers in rows of that, `repair` in the planner's own figures.

It needs Python 3.12, so it runs in whichever Python has it: this one, or another one of this machine.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from conftest import asked

from alloc.cli import main
from alloc.study.answers.repair import repair

ASK = """
import sys
import optlens
from optlens.session import Session, Version

if __name__ == "__main__":
    session = Session({"v0": Version(optlens.load(sys.argv[1]), None, "original model")})
    print(session.get_model_overview(), session.compute_iis(), sep="\\n")
"""
"""What it says of a model, as its own page has it: https://pypi.org/project/optlens/."""

SECONDS = 60
"""Longest time that it gets [s]."""


def list_pythons() -> Iterator[str]:
    """Yield this Python and others that may have it."""
    yield sys.executable
    for name in ("python3.14", "python3.13", "python3.12"):
        place = shutil.which(name)
        if place is not None:
            yield place


@pytest.fixture
def python() -> str:
    for place in list_pythons():
        if subprocess.run([place, "-c", "import optlens"], capture_output=True, check=False).returncode == 0:
            return place
    pytest.skip("optlens is not installed in any Python here; it needs Python 3.12 or later: pip install optlens")


def test_it_names_rows_of_the_model_and_repair_names_what_a_planner_set(python: str, tmp_path: Path):
    """Aid has 100; a rule asks for 130."""
    path, model, script = tmp_path / "question.yaml", tmp_path / "model.mps", tmp_path / "ask.py"
    raw = asked(rules=[{"name": "much", "type": "amount", "min": 130}], measures={"pens": {"max_units": 200}})
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    script.write_text(ASK, encoding="utf-8")
    assert CliRunner().invoke(main, ["export", str(path), str(model)]).exit_code == 0
    done = subprocess.run([python, script, model], capture_output=True, text=True, timeout=SECONDS, check=True)
    ours = repair(path, jobs=1)
    assert "infeasible" in done.stdout.lower()
    assert {lever.path for lever in ours.conflicts[0]} == {"rules.much.min", "funds.aid.amount"}
    assert not any(lever.path in done.stdout for lever in ours.conflicts[0])
    assert json.dumps([one.settings for one, _ in ours.menu]).count("100") >= 1  # 100 could be kept: a figure to set
