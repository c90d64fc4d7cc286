"""A new kind of rule by the steps of CONTRIBUTING, taken in a copy of the program: nothing else is needed."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml
from conftest import one_measure

from alloc.instance.excel import headings
from alloc.instance.rules import RULES
from alloc.texts import LANGUAGES, catalogue

ROOT = Path(__file__).parent.parent
RULE = {"name": "two for one", "type": "match", "against": "The centre", "ratio": 2}


def put(path: Path, text: str, before: str) -> None:
    """Put lines before a place that there is once."""
    whole = path.read_text(encoding="utf-8")
    assert whole.count(before) == 1, before
    path.write_text(whole.replace(before, text + before), encoding="utf-8")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the program after the steps that CONTRIBUTING tells."""
    folder = tmp_path_factory.mktemp("program")
    shutil.copytree(ROOT / "alloc", folder / "alloc", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests/everything", folder / "everything")
    blocks = re.findall(r"```(py|yml)\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.S)
    (_, written), (_, words), (_, reading) = blocks
    heading, word, sentence, shown = words.splitlines(keepends=True)
    rules, audit = folder / "alloc/instance/rules.py", folder / "alloc/audit/rules.py"
    put(rules, f"{written}\n\n", before="Rule = Annotated[")
    put(rules, " | Match", before=', Field(discriminator="type")]')
    put(folder / "alloc/instance/excel/headings.yaml", heading, before="  ratio: {")
    put(folder / "alloc/instance/excel/headings.yaml", word, before="  complement: ")
    put(folder / "alloc/instance/excel/headings.yaml", sentence, before="  Complement: ")
    put(folder / "alloc/texts/workbook.yaml", shown, before="wb_type_complement: ")
    put(audit, "from alloc.instance.rules import Match\n", before="from alloc.instance.schema import ")
    put(audit, reading, before="    if isinstance(rule, Parity):\n        return _parity")
    return folder


def run(program: Path, *words: object, module: str = "alloc.cli") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        cwd=program, env={**os.environ, "PYTHONPATH": str(program), "ALLOC_LANG": "en"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def write(program: Path, folder: str, **changes: object) -> Path:
    """Write a question: aid and national money of 60 each for one measure that brings a job for each unit."""
    raw = one_measure()
    raw["funds"]["centre"] = {**raw["funds"].pop("national"), "name": "The centre"}
    raw["rules"] = [{**RULE, **changes}]
    path = program / folder / "instance.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return path.parent


def test_a_rule_written_by_the_readme_is_checked_solved_audited_and_written_down(program: Path):
    """All 60 of aid let 30 of national money in: 90 jobs, where 100 would be without the rule."""
    question = write(program, "asked")
    assert "no fault, 0 warnings" in run(program, "check", question).stdout
    done = run(program, "solve", question, "--out", "out", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["status"], figures["audit"]["passed"]) == ("optimal", True)
    assert figures["objective"] == pytest.approx(90)
    (row,) = csv.DictReader((program / "out/rules.csv").open(encoding="utf-8-sig"))
    assert (row["type"], row["unit"], row["max"], row["binding"]) == ("match", "money", "", "1")
    assert float(row["value"]) == pytest.approx(60)
    assert float(row["min"]) == pytest.approx(60)
    sheet = openpyxl.load_workbook(program / "out/allocation.xlsx")["Rules"]
    cells = [cell.value for line in sheet.iter_rows() for cell in line]
    assert "match" in cells
    assert any("SUMIFS(amount,amount_fund," in str(cell) for cell in cells)


def test_what_is_wrong_in_such_a_rule_is_told_at_its_place(program: Path):
    found = run(program, "check", write(program, "unknown", against="natonal"))
    assert found.returncode == 2
    assert "rules[1].against" in found.stderr + found.stdout
    assert "did you mean 'national'?" in found.stderr + found.stdout
    found = run(program, "check", write(program, "percent", ratio=30))
    assert "rules[1].ratio" in found.stderr + found.stdout


def test_what_such_a_rule_would_have_to_give_is_told(program: Path):
    """At most 60 of aid against at least 40 of national money: 1.5, where 2 is asked."""
    question = write(program, "clash")
    done = run(program, "solve", question, "--set", "funds.centre.min_use=40", "--out", "clashing")
    assert done.returncode == 3
    assert "1.5" in done.stdout + done.stderr


def test_such_a_rule_goes_to_excel_and_back(program: Path):
    question = write(program, "kept")
    for made in ("sheets.xlsx", "back"):
        done = run(program, "convert", question if made == "sheets.xlsx" else "sheets.xlsx", made)
        assert done.returncode == 0, done.stderr
    (row,) = csv.DictReader((program / "back/rules.csv").open(encoding="utf-8-sig"))
    assert {key: row[key] for key in RULE} == {**RULE, "against": "centre", "ratio": "2"}
    sheet = openpyxl.load_workbook(program / "sheets.xlsx")["rules"]
    heads = [cell for line in sheet.iter_rows(max_row=3) for cell in line]
    columns = [str(cell.column_letter) for cell in heads if cell.value == "against"]
    offered = {
        str(rule.sqref).rstrip("0123456789").split(":")[0].rstrip("0123456789"): rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    assert columns
    assert "words_funds" in offered[columns[0]]


def test_the_pages_made_from_the_program_tell_of_such_a_rule(program: Path):
    for lang, title in (("en", "### rules: match"), ("zh", "match 匹配")):
        page = run(program, lang, module="alloc.instance.dictionary").stdout
        assert title in page
        assert "| `against` |" in page
    assert '"against"' in run(program, "schema").stdout
    assert "keeps" in run(program, "everything", module="alloc.model.notation").stdout


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_type_of_rule_has_its_words(rule: type):
    (word,) = rule.model_fields["type"].annotation.__args__
    assert word in headings.catalogue()["words"]
    assert rule.__name__ in headings.catalogue()["page"]
    assert set(catalogue()[f"wb_type_{word}"]) == set(LANGUAGES)
    assert word in headings.catalogue()["rules"]["type"]["about"]
