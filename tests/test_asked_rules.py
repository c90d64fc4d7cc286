"""Rules asked for on the command line are the rules of the question, as if they were written there."""

import csv
import json
from pathlib import Path

import pytest
import yaml
from conftest import asked, command

import alloc

AT_LEAST = "{type: amount, of: {county: yutian}, min: 20}"


@pytest.fixture
def question(tmp_path: Path) -> Path:
    """Two counties: a place costs 1 in Cele and 2 in Yutian, and there are 100 to spend."""
    raw = asked(counties={"yutian": {}}, measures={"far": {"county": "yutian", "unit_cost": 2}})
    raw["baseline"].append({**raw["baseline"][0], "county": "yutian"})
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def test_an_asked_rule_is_kept_as_one_that_is_written(question: Path, tmp_path: Path):
    done = command("solve", question, "--out", tmp_path / "out", "--rule", AT_LEAST)
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "out/run.json").read_text())["objective"] == pytest.approx(80 + 10)
    written = yaml.safe_load(question.read_text(encoding="utf-8"))
    written["rules"] = [{"name": "asked 1", **yaml.safe_load(AT_LEAST)}]
    (tmp_path / "written.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    assert alloc.solve(tmp_path / "written.yaml").objective == pytest.approx(90)
    assert alloc.solve(question, overrides={"rules.far": yaml.safe_load(AT_LEAST)}).objective == pytest.approx(90)


def test_rules_without_a_name_are_numbered_and_figures_of_theirs_can_be_replaced(question: Path, tmp_path: Path):
    most = "{name: little, type: amount, of: {county: cele}, max: 30}"
    words = ("--rule", AT_LEAST, "--rule", most, "--rule", "{type: count, max: 2}", "--set", "rules.asked 1.min=50")
    done = command("solve", question, "--out", tmp_path / "out", *words)
    assert done.exit_code == 0, done.output
    with (tmp_path / "out/rules.csv").open(encoding="utf-8-sig", newline="") as file:
        rules = {row["rule"]: row for row in csv.DictReader(file)}
    assert list(rules) == ["asked 1", "little", "asked 3"]
    assert float(rules["asked 1"]["min"]) == 50


def test_a_sweep_asks_every_point_with_the_rule(question: Path, tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("sweep: 1\ngrid: {funds.aid.amount: [60, 100]}", encoding="utf-8")
    done = command("sweep", question, plan, "--out", tmp_path / "out", "--rule", AT_LEAST, "--jobs", 1)
    assert done.exit_code == 0, done.output
    with (tmp_path / "out/sweep.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [float(row["objective"]) for row in csv.DictReader(file)] == pytest.approx([50, 90])


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (["{type: amount, of: {county: yutan}, min: 20}"], "--rule  rules.asked 1.of.county: 'yutan' is not in count"),
        (["{type: amont, min: 20}"], "--rule  rules.asked 1.type: 'amont' is not a type; did you mean 'amount'?"),
        (["{type: amount, min:"], "--rule  this is not valid YAML"),
        (["at least 20"], "'at least 20' is no rule; it must look like '{type: amount, of: {county: yutian}, min: "),
        (["{name: a, type: count, max: 1}"] * 2, "two rules of --rule are called 'a'"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(question: Path, tmp_path: Path, rules: list[str], message: str):
    words = [word for rule in rules for word in ("--rule", rule)]
    done = command("check", question, *words)
    assert done.exit_code == 2
    assert message in done.stderr
