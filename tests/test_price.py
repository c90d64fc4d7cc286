"""What each limit costs: the difference of two optima that another solver finds too."""

import csv
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import asked, command, listed, rivals, write
from oracle import optimum
from randoms import random_instance

import alloc
from alloc.errors import RequestError
from alloc.infeasibility.grouped import list_grouped
from alloc.infeasibility.levers import levers
from alloc.instance import draft
from alloc.study.answers.price import list_dearest, price
from alloc.study.answers.summary import say_dearest
from alloc.study.points import Point

NEEDS = [{"name": "little", "type": "amount", "max": 60}, {"name": "few", "type": "count", "max": 1}]


@pytest.fixture
def question(tmp_path: Path) -> Path:
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(asked(rules=NEEDS), allow_unicode=True), encoding="utf-8")
    return path


def test_a_rule_costs_what_the_best_plan_gains_without_it(question: Path):
    """60 jobs for 60; without the rule 100, with 10 % less 54; more money buys nothing."""
    found = price(question, tighten=True, jobs=1).table.set_index(["lever", "change"])["gain"]
    assert found.to_dict() == pytest.approx(
        {
            ("rules.little.max", "release"): 40,
            ("rules.little.max", "tighten"): -6,
            ("rules.few.max", "release"): 0,
            ("rules.few.max", "tighten"): -60,
            ("funds.aid.amount", "step"): 0,
            ("funds.aid.amount", "tighten"): 0,
        }
    )


def test_a_soft_rule_costs_what_the_best_plan_gains_where_breaking_it_is_free(tmp_path: Path):
    """100 jobs for 100 cost 0.5 of each 1 beyond 60, so that 80 are left; without the rule nothing is taken off."""
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(asked(rules=[NEEDS[0] | {"penalty": 0.5}])), encoding="utf-8")
    found = price(path, only=["rules"], jobs=1).table.set_index("lever")
    assert found["gain"].to_dict() == pytest.approx({"rules.little.max": 20})


def test_a_fund_with_nothing_in_it_has_no_step_and_no_price(tmp_path: Path):
    empty = {"kind": "national", "by_county": {"cele": 0}}
    raw = asked()
    path = write(raw | {"funds": {**raw["funds"], "empty": empty}}, tmp_path)
    assert set(price(path, tighten=True, jobs=1).table["lever"]) == {"funds.aid.amount"}
    with pytest.raises(RequestError, match="no such limit"):
        price(path, only=["funds.empty"], jobs=1)


@pytest.mark.parametrize("words", [("price",), ("why", "pens"), ("risk",)], ids=lambda words: words[0])
def test_without_a_plan_to_begin_with_the_exit_code_is_that_of_a_solve(tmp_path: Path, words: tuple[str, ...]):
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(asked(rules=[{"name": "much", "type": "amount", "min": 101}])), encoding="utf-8")
    done = command(words[0], path, *words[1:], "--out", tmp_path / "out", "--jobs", 1)
    assert done.exit_code == 3
    assert "there is no plan" in done.stderr


def test_the_command_writes_the_dearest_first(question: Path, tmp_path: Path):
    words = ("--out", tmp_path / "out", "--jobs", 1, "--only", "rules", "--only", "funds.*.amount")
    done = command("price", question, *words)
    assert done.exit_code == 0, done.stderr
    assert "the most of rule “little”" in done.stdout
    with (tmp_path / "out/prices.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["lever"] for row in rows] == ["rules.little.max", "funds.aid.amount", "rules.few.max"]
    assert float(rows[0]["gain_least"]) - 1e-6 <= 40 <= float(rows[0]["gain_most"]) + 1e-6
    assert json.loads((tmp_path / "out/prices.json").read_text(encoding="utf-8"))["objective"] == pytest.approx(60)


def test_rows_of_equal_gain_stand_by_name_whatever_the_solver_left_between_them():
    gains = {"b": 1e-9, "a": 0.0, "d": None, "c": 2.0, "aa": -1e-4}
    rows = [{"lever": lever, "change": "release", "gain": gain} for lever, gain in gains.items()]
    assert list_dearest(rows, Point({}, "optimal", objective=1000.0))["lever"].tolist() == ["c", "a", "aa", "b", "d"]


def test_what_is_no_limit_and_what_has_no_plan_is_said(question: Path, tmp_path: Path):
    done = command("price", question, "--only", "rules.litle")
    assert done.exit_code == 2
    assert (
        "--only rules.litle: the instance has no such limit that may be moved; did you mean 'rules.little'?"
        in done.stderr
    )
    done = command("price", question, "--only", "nothing")
    assert "--only nothing: the instance has no such limit that may be moved; expected one of: " in done.stderr
    done = command("price", question, "--rule", "{type: amount, min: 70}", "--jobs", 1, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "alloc repair tells what must give" in done.stderr


def test_a_repeated_rule_is_priced_group_by_group(tmp_path: Path):
    """30 for each county of 100. Cele could use all that Yutian leaves, 70; Yutian has work for 35."""
    raw = asked(measures={"far": {"county": "yutian", "max_units": 35}}, counties={"yutian": {}})
    raw["baseline"].append({**raw["baseline"][0], "county": "yutian"})
    raw["rules"] = [{"name": "even", "type": "amount", "each": "county", "max": 30}]
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    done = command("price", path, "--only", "rules", "--groups", "--jobs", 1, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    with (tmp_path / "out/prices.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["lever"]: row for row in csv.DictReader(file)}
    assert {lever: float(row["gain"]) for lever, row in rows.items()} == pytest.approx(
        {"rules.even.max": 40, "rules.even.max (cele)": 40, "rules.even.max (yutian)": 5}
    )
    assert {row["path"] for row in rows.values()} == {"rules.even.max"}
    assert "yutian" in rows["rules.even.max (yutian)"]["text"]


@pytest.mark.parametrize("seed", [1, 2, 11, 17, 21, 33, 38])
def test_a_rule_written_out_group_by_group_is_the_rule(tmp_path: Path, seed: int):
    """All groups held by rules of their own, the plan is as good: nothing but the group that is released is freed."""
    raw = random_instance(seed, "tiny")
    path = tmp_path / "random.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    if alloc.inspect(path).instance is None:
        pytest.skip("at fault")
    base, written, question = optimum(raw).stages, draft(path), alloc.read(path)
    for lever in levers(question):
        grouped = [one.released for one in list_grouped(question, lever)]
        if grouped:
            source = written.replaced({key: value for freed in grouped for key, value in freed.items()})
            assert source.faults == []
            assert optimum(listed(source.data)).stages == pytest.approx(base, rel=1e-6, abs=1e-6), lever.path


@pytest.mark.parametrize(
    ("lang", "said"), [("en", ("no plan", "contradicts the question")), ("zh", ("无方案", "与问题相矛盾"))]
)
def test_a_bound_that_cannot_be_tighter_is_answered_in_words(tmp_path: Path, lang: str, said: tuple[str, str]):
    """A tenth more than 95 of 100 leaves no plan; a smallest scale of 22 is beyond the largest."""
    rule = {"name": "much", "type": "amount", "min": 95}
    raw = rivals(measures={"pens": {"min_units": 20, "max_units": 20}}, rules=[rule])
    done = command(
        "price", write(raw, tmp_path), "--tighten", "--only", "rules", "--only", "measures", "--jobs", 1,
        "--lang", lang, "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "?" not in done.stdout
    for words in said:
        assert words in done.stdout


@pytest.mark.parametrize("seed", [3, 5])
def test_prices_are_differences_of_what_another_program_finds(tmp_path: Path, seed: int):
    raw = random_instance(seed, "tiny")
    path = tmp_path / "random.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    base = optimum(raw)
    found, written = price(path, jobs=1, gap=1e-7, time_limit=60), draft(path)
    assert len(found.table) > 2
    for row in found.table.to_dict("records"):
        to = None if row["to"] == "" else yaml.safe_load(row["to"])
        change = {row["path"]: to}
        if row["to"] == "" and row["path"].startswith("rules."):
            change = {f"{row['path'].rpartition('.')[0]}.penalty": 0.0} if row["from"] != "" else change
        other = optimum(listed(written.replaced(change if _left_out(raw, row["path"]) else {row["path"]: to}).data))
        if other.objective is None:
            assert row["status"] == "infeasible"
            continue
        gain = other.objective - base.objective
        assert row["gain"] == pytest.approx(gain, abs=1e-5 * max(1, abs(base.objective)))
        assert row["gain_least"] - 1e-5 <= gain <= row["gain_most"] + 1e-5 or math.isclose(gain, row["gain"])


def _left_out(raw: dict[str, object], path: str) -> bool:
    """Tell whether a rule's bound must be written, so that the whole rule is made free of charge."""
    rules = {rule["name"]: rule for rule in raw.get("rules") or ()}  # type: ignore[attr-defined, union-attr]
    name, bound = path.removeprefix("rules.").rpartition(".")[::2]
    needed = {"parity": "max", "gini": "max", "change": "max", "complement": "ratio"}
    return name in rules and needed.get(rules[name]["type"]) == bound


@pytest.mark.parametrize("few", [0, 30])
def test_the_dearest_is_told_while_others_are_solved(question: Path, monkeypatch: pytest.MonkeyPatch, few: int):
    """Each that is dearer than those before, so that the last heads the table; not where all takes a moment."""
    monkeypatch.setattr("alloc.study.request.FEW", few)
    told: list[Mapping[str, Any]] = []
    found = price(question, tighten=True, jobs=1, preview=told.append)
    if few:
        assert told == []
        return
    gains = [row["gain"] for row in told]
    assert gains == sorted(gains)
    assert told[-1] == found.table.loc[0].to_dict()
    for lang, words in (("en", "Dearest so far: "), ("zh", "目前代价最高的一项：")):
        assert say_dearest(told[-1], lang).startswith(words + told[-1]["text"])
