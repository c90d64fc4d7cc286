"""What the next steps of a fund's money buy: every step a plan that another solver finds too."""

import json
from pathlib import Path

import pytest
from conftest import Raw, command, listed, rivals, rows_of, write
from oracle import optimum
from randoms import random_instance

import alloc
from alloc.instance import draft
from alloc.study.answers.margin import Margin, margin
from alloc.study.answers.summary import say_step
from alloc.study.points import Point

HALL: Raw = {"category": "enterprise", "fixed_cost": 30, "unit_cost": 0, "max_units": 1, "integer": True, "jobs": 50}


@pytest.fixture
def question(tmp_path: Path) -> Path:
    """Pens bring a job for a unit of money, at most 15 of them; a hall of 30 brings 50 jobs."""
    measures = {"pens": {"max_units": 15}, "courses": {"eligible": False, "reason": "full"}, "hall": HALL}
    return write(rivals(funds={"aid": {"amount": 20}}, measures=measures), tmp_path)


def test_steps_none_of_which_has_a_plan_are_told_as_such(tmp_path: Path):
    path = write(rivals(rules=[{"name": "much", "type": "amount", "min": 500}]), tmp_path)
    done = command(
        "margin", path, "--fund", "aid", "--step", 1, "--steps", "0..1", "--out", tmp_path / "o", "--jobs", 1
    )
    assert done.exit_code == 0, done.stderr
    assert [row["status"] for row in rows_of(tmp_path / "o/margin.csv")] == ["infeasible"] * 2


def test_a_step_may_take_from_one_what_it_gives_another(question: Path):
    """With 10 the pens have it all, with 20 they have 15, with 30 the hall has it all and with 40 pens the rest."""
    found = margin(question, fund="aid", step=10, steps=(-1, 2), jobs=1, gap=1e-7)
    assert found.table["amount"].tolist() == [10, 20, 30, 40]
    assert found.table["objective"].tolist() == pytest.approx([10, 15, 50, 60])
    assert found.table["gain"].tolist()[1:] == pytest.approx([5, 35, 10])
    assert found.table["nested"].tolist()[1:] == [1, 0, 1]
    assert found.table.loc[0, ["gain", "nested"]].isna().all()
    cells = found.cells.set_index(["step", "category"])
    assert cells.loc[(1, "infrastructure"), "change"] == pytest.approx(-15)
    assert cells.loc[(1, "enterprise"), "change"] == pytest.approx(30)
    assert cells.loc[2, "change"].sum() == pytest.approx(10)


def test_the_command_writes_every_step_its_cells_and_a_chart(question: Path, tmp_path: Path):
    out = tmp_path / "out"
    done = command("margin", question, "--fund", "aid", "--step", "50%", "--steps", "-1..1", "--out", out, "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    assert "(others lose)" in done.stdout
    rows = rows_of(out / "margin.csv")
    assert [(row["step"], row["amount"], row["nested"]) for row in rows] == [
        ("-1", "10.0", ""),
        ("0", "20.0", "1"),
        ("1", "30.0", "0"),
    ]
    assert {row["step"] for row in rows_of(out / "cells.csv")} == {"-1", "0", "1"}
    assert "+35" in (out / "margin.svg").read_text(encoding="utf-8")
    assert json.loads((out / "margin.json").read_text(encoding="utf-8"))["steps"] == [-1, 0, 1]
    named = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert {table["name"] for table in named} == {"margin", "cells"}


def test_a_step_is_a_hundredth_of_the_fund_where_nothing_is_said(question: Path):
    assert margin(question, fund="aid", steps=(0, 1), jobs=1).table["amount"].tolist() == [20, 20.2]


def test_a_step_without_a_plan_says_so_and_the_next_has_nothing_to_gain_from(tmp_path: Path):
    raw = rivals(funds={"aid": {"amount": 20}}, rules=[{"name": "some", "type": "amount", "min": 15}])
    out = tmp_path / "out"
    words = ("--fund", "aid", "--step", 10, "--steps", "-1..1", "--jobs", 1, "--out", out)
    done = command("margin", write(raw, tmp_path), *words)
    assert done.exit_code == 0, done.stderr
    rows = rows_of(out / "margin.csv")
    assert [(row["status"], row["gain"] != "") for row in rows] == [
        ("infeasible", False),
        ("optimal", False),
        ("optimal", True),
    ]
    assert "infeasible" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fund", "ad"), "--fund ad: the instance has no such fund; did you mean 'aid'?"),
        (("--fund", "zinc"), "--fund zinc: the instance has no such fund; expected one of: aid, counties"),
        (("--fund", "counties"), "--fund counties: its money is given by county only"),
        (("--fund", "aid", "--step", 15), "--steps: at step -2 aid would have -10; expected 0 or more"),
        (("--fund", "aid", "--step", 0), "--step 0: expected an amount above 0"),
        (("--fund", "aid", "--step", "nan"), "--step nan: expected an amount above 0"),
        (("--fund", "aid", "--step", "a lot"), "--step a lot: expected an amount above 0"),
        (("--fund", "aid", "--steps", "3"), "--steps 3: expected the first and the last step, like -2..3"),
        (("--fund", "aid", "--steps", "3..1"), "--steps 3..1: expected the first and the last step"),
    ],
)
def test_what_cannot_be_asked_is_said(tmp_path: Path, words: tuple[object, ...], said: str):
    funds = {"aid": {"amount": 20}, "counties": {"kind": "local", "by_county": {"cele": 5}}}
    done = command("margin", write(rivals(funds=funds), tmp_path), *words, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_same_is_said_in_chinese(tmp_path: Path):
    done = command("margin", write(rivals(), tmp_path), "--fund", "ad", "--lang", "zh")
    assert "--fund ad：实例中没有这项资金；是否想写 'aid'？" in done.stderr


@pytest.mark.parametrize("seed", range(4))
def test_every_step_is_what_another_program_finds(tmp_path: Path, seed: int):
    raw = random_instance(seed, "tiny")
    path = write(raw, tmp_path)
    question, base = alloc.inspect(path).instance, optimum(raw)
    held = {f: row.amount for f, row in question.funds.items() if row.amount} if question else {}
    if not held or base.objective is None or len(base.stages) > 1:
        pytest.skip("no fund with an amount, no plan, or goals in an order")
    fund, amount = next(iter(held.items()))
    found = margin(path, fund=fund, steps=(-1, 1), step=amount / 10, jobs=1, gap=1e-7)
    for row in found.table.to_dict("records"):
        changed = draft(path).replaced({f"funds.{fund}.amount": row["amount"]}).data
        other = optimum(listed(changed))
        assert row["objective"] == pytest.approx(other.objective, rel=1e-5, abs=1e-5)


def test_only_of_two_plans_it_is_said_whether_one_holds_the_other(question: Path):
    cell = ("cele", "training")
    less, more, none = Point({}, "optimal", money={cell: 1.0}), Point({}, "optimal", money={cell: 2.0}), Point({}, "")
    found = Margin(alloc.read(question), "aid", 1.0, {}, 0.0)
    pairs = [(less, more), (more, less), (less, none), (none, less), (None, less)]
    assert [found._is_nested(*pair) for pair in pairs] == [1, 0, None, None, None]


@pytest.mark.parametrize("few", [0, 30])
def test_each_step_is_told_once_it_is_solved(question: Path, monkeypatch: pytest.MonkeyPatch, few: int):
    """With what is proven of it; not where all takes a moment."""
    monkeypatch.setattr("alloc.study.request.FEW", few)
    told: dict[int, tuple[float, Point]] = {}
    found = margin(
        question,
        fund="aid",
        step=10,
        steps=(-1, 2),
        jobs=1,
        gap=1e-7,
        preview=lambda step, amount, point: told.update({step: (amount, point)}),
    )
    assert sorted(told) == ([] if few else [-1, 0, 1, 2])
    for row in found.table.to_dict("records") if told else ():
        amount, point = told[row["step"]]
        assert amount == row["amount"]
        assert point.objective == pytest.approx(row["objective"])
    if told:
        line = say_step(1, *told[1], found.instance, "en")
        assert line == "Step +1 (30 万元): goal at least 50.0, at most 50.0"
