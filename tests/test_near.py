"""As little change as can be: least changes that another solver finds too, what is lost, and every word about it."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from conftest import Raw, asked, listed, rivals, rows_of, write
from oracle import Program, optimum
from pyscipopt import quicksum
from randoms import random_instance

import alloc
from alloc.cli import main
from alloc.texts import say

SEEDS = (1, 6, 9, 14)
"""Small random questions: lots, goals in an order both ways, rules, soft ones among them."""

Payments = Mapping[tuple[str, str], float]


def command(*words: object) -> Result:
    return CliRunner().invoke(main, [*(str(word) for word in words), "--jobs", "1"])


def write_plan(folder: Path, *rows: str, head: str = "measure,fund,amount") -> Path:
    path = folder / "allocation.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def find_least_moved(raw: Raw, last: Payments, within: float) -> float:
    """Return the least aid moved from another plan by one that loses at most a part of each goal, by SCIP."""
    best, program = optimum(raw), Program(raw, None, None)
    for goal, most in zip(program.goals(), best.stages, strict=True):
        program.row(goal >= most - within * abs(most) - 1e-9 * max(1.0, abs(most)))
    changes = []
    for pair, payment in program.spend.items():
        if program.data.funds[pair[1]]["kind"] == "aid":
            change = program.scip.addVar(lb=0)
            program.row(change >= payment - last.get(pair, 0))
            program.row(change >= last.get(pair, 0) - payment)
            changes.append(change)
    program.scip.setObjective(quicksum(changes), "minimize")
    program.scip.optimize()
    assert program.scip.getStatus() == "optimal"
    return float(program.scip.getObjVal()) / 2


def shift(payments: Payments, seed: int) -> dict[tuple[str, str], float]:
    """Return a plan like another, with some payments more, less, or none."""
    draw = random.Random(seed)
    return {
        pair: round(paid * draw.choice((0, 0.5, 1, 1, 1.5)) + draw.choice((0, 0, 5)), 2)
        for pair, paid in payments.items()
    }


WAGES = {"county": "a", "category": "enterprise", "effect": 1, "unit_cost": 1, "max_units": 10}
STORMS = {
    "alloc": 1,
    "name": "storms",
    "year": 2021,
    "counties": {"a": {"population": 1000, "jobseekers": 100}},
    "industries": {"sheep": {}, "melon": {}},
    "baseline": [
        {"county": "a", "industry": "sheep", "jobs": 0, "infrastructure": 50, "training": 50},
        {"county": "a", "industry": "melon", "jobs": 0, "infrastructure": 50, "training": 50},
    ],
    "funds": {"aid": {"kind": "aid", "amount": 12}},
    "measures": {
        "herd": {**WAGES, "industry": "sheep"},
        "field": {**WAGES, "industry": "melon"},
    },
    "scenarios": {
        "frost": {"probability": 0.5, "hazard": {"melon": 1}},
        "sickness": {"probability": 0.5, "hazard": {"sheep": 0.5}},
    },
    "risk": {"measure": "regret"},
}
"""Of 12, h for the herd and the rest for the field: regret is the larger of 10 - h and h/2 - 1, least at 22/3."""


@pytest.mark.parametrize(("within", "moved", "regret"), [(0, 8 / 3, 8 / 3), (0.1, 32 / 15, 44 / 15), (0.5, 0, 4)])
def test_the_least_change_keeps_the_regret_that_it_may(tmp_path: Path, within: float, moved: float, regret: float):
    last = write_plan(tmp_path, "herd,aid,10", "field,aid,2")
    done = command(
        "solve", write(STORMS, tmp_path), "--near", last, "--within", within, "--out", tmp_path / "o", "--json"
    )
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["near"]["moved"] == pytest.approx(moved, abs=1e-6)
    assert -figures["objective"] == pytest.approx(regret, abs=1e-6)


def test_a_frontier_and_answers_know_what_regret_is_measured_by(tmp_path: Path):
    question, out = write(STORMS, tmp_path), tmp_path / "plan"
    best = CliRunner().invoke(main, ["frontier", str(question), "--out", str(tmp_path / "frontier")])
    assert best.exit_code == 0, best.stderr
    assert command("solve", question, "--out", out).exit_code == 0
    told = command("explain", out, "--minutes", 0.1)
    assert told.exit_code in (0, 4), told.stderr


@pytest.mark.parametrize(("seed", "method"), [*((seed, "whole") for seed in SEEDS), (1, "blocks"), (9, "blocks")])
def test_the_least_change_is_that_of_another_solver(tmp_path: Path, seed: int, method: str):
    raw = {**random_instance(seed, "tiny"), "solver": {"gap": 1e-7}}
    last = shift(optimum(raw).spend, seed)
    plan = write_plan(tmp_path, *(f"{m},{f},{paid}" for (m, f), paid in last.items()))
    for within in (0, 0.2):
        found = alloc.solve_near(write(raw, tmp_path), plan, within=within, jobs=1, method=method)
        told = found.figures["near"]
        assert told["moved"] == pytest.approx(find_least_moved(raw, last, within), rel=1e-4, abs=1e-4)
        assert told["proven"]
        assert found.run.figures["audit"]["passed"]
        assert told["moved"] == pytest.approx(found.moved["change"].abs().sum() / 2, abs=1e-4)


def test_the_random_plans_have_lots_and_goals_in_an_order():
    raws = [random_instance(seed, "tiny") for seed in SEEDS]
    assert any((raw.get("money") or {}).get("lot") for raw in raws)
    assert any("order" in (raw.get("objective") or {}) for raw in raws)


def test_a_plan_within_the_tolerance_stays_as_it_is(tmp_path: Path):
    """A unit of money moved from pens to courses loses half a job: of 100, 20 moved lose 10."""
    plan = write_plan(tmp_path, "pens,aid,80", "courses,aid,20")
    found = alloc.solve_near(write(rivals(), tmp_path), plan, within=0.1)
    assert found.figures["near"]["moved"] == 0
    assert not len(found.moved)
    assert found.run.objective == pytest.approx(90)
    assert (found.run.status, found.proven) == ("feasible", True)


def test_only_so_much_moves_as_the_goal_asks_for(tmp_path: Path):
    """Of 60 for courses, 20 may stay at a loss of a tenth; with nothing to lose all go. Both are the curve's ends."""
    plan = write_plan(tmp_path, "pens,aid,40", "courses,aid,60")
    found = alloc.solve_near(write(rivals(), tmp_path), plan, within=0.1, curve=True)
    assert found.figures["near"]["moved"] == pytest.approx(40)
    assert found.moved.set_index("measure")["change"].to_dict() == pytest.approx({"pens": 40, "courses": -40})
    assert found.curve is not None
    assert found.curve["tolerance"].tolist() == [0, 0.005, 0.01, 0.02, 0.05, 0.1]
    assert found.curve["moved"].tolist() == pytest.approx([60, 59, 58, 56, 50, 40])
    assert found.curve["moved_least"].tolist() == pytest.approx([60, 59, 58, 56, 50, 40], rel=1e-4)
    assert found.curve["objective"].tolist() == pytest.approx([100, 99.5, 99, 98, 95, 90])
    assert found.curve["proven"].tolist() == [1] * 6


def test_of_plans_that_move_as_little_the_best_is_taken(tmp_path: Path):
    """The plan before spends 50 in all; what is added moves half of itself, so nothing is, though more brings more."""
    plan = write_plan(tmp_path, "pens,aid,50")
    measures = {"courses": {"unit_cost": 0, "max_units": 8}}
    found = alloc.solve_near(write(rivals(measures=measures), tmp_path), plan, within=0.6)
    assert found.figures["near"]["moved"] == 0
    assert found.run.objective == pytest.approx(54)


def test_what_is_no_longer_there_moves_and_is_told(tmp_path: Path):
    """A bridge is gone, and with it a fund of another year; walls may not be paid for any more."""
    funds = {"other": {"kind": "aid", "amount": 1, "categories": ["training"]}}
    question = write(rivals(funds=funds), tmp_path)
    rows = ("pens,aid,90,aid", "bridge,aid,6,aid", "courses,gone,3,Aid", "pens,other,1,aid", "pens,state,50,national")
    plan = write_plan(tmp_path, *rows, head="measure,fund,amount,kind")
    found = alloc.solve_near(question, plan, within=0.5)
    told = found.figures["near"]
    assert (told["gone"], told["lost"], told["moved"]) == (["bridge"], 10, pytest.approx(5))
    lost = found.moved[found.moved["lost"] == 1]
    assert lost[["measure", "fund", "last"]].to_numpy().tolist() == [
        ["bridge", "aid", 6], ["courses", "gone", 3], ["pens", "other", 1],
    ]  # fmt: skip
    said = command("solve", question, "--near", plan, "--within", "50%", "--out", tmp_path / "out").output
    assert "No longer there, so that all their aid moves: bridge" in said
    assert "Aid that cannot be paid as it was, since the measure is gone or the fund may not pay" in said
    assert said.count("10.0") >= 1


def test_every_fault_of_the_other_plan_is_named_with_its_place(tmp_path: Path):
    rows = ("pens,aid,inf", "pen,aid,3", "courses,aids,3", "courses,aid,-4", "courses,aid,5", "courses,far away,5")
    plan = write_plan(tmp_path, *rows)
    with pytest.raises(alloc.InstanceError) as caught:
        alloc.solve_near(write(rivals(), tmp_path), plan)
    said = [fault.say("en") for fault in caught.value.faults]
    assert [line.split("  ")[0].rsplit(":", 1)[1] for line in said] == ["2", "3", "4", "5", "6", "7"]
    words = (
        "'inf' is not a number",
        "did you mean 'pens'",
        "did you mean 'aid'",
        "-4 is below 0",
        "earlier row",
        "far away",
    )
    for line, word in zip(said, words, strict=True):
        assert word in line
    chinese = " ".join(fault.say("zh") for fault in caught.value.faults)
    assert "-4 小于 0" in chinese
    result = command("solve", tmp_path / "question.yaml", "--near", plan, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "inf" in result.output


def test_names_that_two_measures_share_are_not_guessed(tmp_path: Path):
    raw = rivals(measures={"courses": {"name": "Works"}, "pens": {"name": "Works"}})
    with pytest.raises(alloc.InstanceError) as caught:
        alloc.solve_near(write(raw, tmp_path), write_plan(tmp_path, "Works,aid,5"))
    assert "courses, pens" in caught.value.faults[0].say("en").replace("pens, courses", "courses, pens")


def test_measures_that_the_other_question_knew_are_gone_and_not_misspelt(tmp_path: Path):
    """`pens-2` is much like `pens`, but the results folder has its own question, in which it is a measure."""
    before = asked(measures={"pens-2": {}, "pens": {"effect": 0.5}})
    out = tmp_path / "last"
    alloc.solve(write(before, tmp_path)).save(out)
    question = write(asked(), tmp_path)
    for last in (out, out / "allocation.xlsx", out / "allocation.csv"):
        told = alloc.solve_near(question, last).figures["near"]
        assert (told["gone"], told["lost"]) == (["pens-2"], pytest.approx(100))


def test_the_results_folder_is_that_of_a_plan_with_the_change_described(tmp_path: Path):
    question = write(rivals(), tmp_path)
    plan = write_plan(tmp_path, "pens,aid,40", "courses,aid,60")
    out = tmp_path / "out"
    result = command("solve", question, "--near", plan, "--within", "10%", "--curve", "--out", out)
    assert result.exit_code == 0
    assert "stopped early" not in result.output
    assert "chosen among plans nearly as good as the best" in result.output
    assert "Moves 40.0" in result.output
    assert "no plan that loses at most 10 % of the goal moves less than 40.0" in result.output
    assert [row["tolerance"] for row in rows_of(out / "change.csv")] == ["0.0", "0.005", "0.01", "0.02", "0.05", "0.1"]
    assert {row["measure"] for row in rows_of(out / "moved.csv")} == {"pens", "courses"}
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    described = {resource["name"]: resource for resource in package["resources"]}
    assert {"allocation", "moved", "change"} <= set(described)
    assert [field["name"] for field in described["moved"]["schema"]["fields"]] == list(rows_of(out / "moved.csv")[0])
    assert "change.csv" in package["files"]
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["near"]["moved"] == pytest.approx(40)
    assert "nearly as good as the best" in (out / "report.html").read_text(encoding="utf-8")
    again = command("solve", question, "--near", out, "--within", "10%", "--out", out, "--overwrite", "--json")
    assert json.loads(again.stdout)["near"]["moved"] == 0
    assert not (out / "change.csv").exists()
    chinese = command("solve", question, "--near", plan, "--curve", "--out", tmp_path / "zh", "--lang", "zh").output
    assert "变动援助资金" in chinese
    assert "最多损失" in chinese


def test_options_that_do_not_go_together_are_named(tmp_path: Path):
    question = write(rivals(), tmp_path)
    for words, said in (
        (("--within", "1%"), "--within is of --near PLAN"),
        (("--curve",), "--curve is of --near PLAN"),
        (("--near", question, "--fix", question), "ask one at a time"),
        (("--near", tmp_path / "nowhere.csv"), "nowhere.csv"),
    ):
        result = command("solve", question, *words, "--out", tmp_path / "out")
        assert result.exit_code == 2
        assert said in result.output
    with pytest.raises(alloc.RequestError, match="from 0 to below 1; found 1"):
        alloc.solve_near(question, question, within=1)


def test_a_question_without_a_plan_says_so(tmp_path: Path):
    raw = rivals(rules=[{"type": "amount", "name": "much", "min": 500}])
    result = command(
        "solve", write(raw, tmp_path), "--near", write_plan(tmp_path, "pens,aid,4"), "--out", tmp_path / "o"
    )
    assert result.exit_code == 3
    assert "much" in result.output
    assert not (tmp_path / "o").exists()


def test_what_is_not_proven_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A search that finds nothing leaves the best plan, and no bound but that nothing moves."""
    from alloc.solver.multi.least_change import LeastChange

    monkeypatch.setattr(LeastChange, "find", lambda *_: None)
    plan = write_plan(tmp_path, "pens,aid,40", "courses,aid,60")
    result = command("solve", write(rivals(), tmp_path), "--near", plan, "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "It is not proven that no plan moves less." in result.output
    told = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))["near"]
    assert (told["moved"], told["moved_least"], told["proven"]) == (pytest.approx(60), 0, False)


def test_an_empty_plan_moves_half_of_what_is_spent(tmp_path: Path):
    found = alloc.solve_near(write(listed(rivals()), tmp_path), write_plan(tmp_path, "pens,aid,"), within=0)
    assert found.figures["near"]["moved"] == pytest.approx(50)
    assert isinstance(found.moved, pd.DataFrame)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_best_plan_is_told_before_less_change_is_sought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str):
    """The best plan has all in pens and moves 50; one that loses a tenth leaves 20 in sheds. Not where all takes a
    moment, nor as JSON."""
    question = write(asked(measures={"sheds": {"effect": 0.5}}), tmp_path)
    last = write_plan(tmp_path, "pens,aid,50", "sheds,aid,50")
    words = ("solve", question, "--near", last, "--within", "10%", "--lang", lang)
    quiet = command(*words, "--out", tmp_path / "a")
    monkeypatch.setattr("alloc.study.request.FEW", 0)
    told, plain = command(*words, "--out", tmp_path / "b"), command(*words, "--json", "--out", tmp_path / "c")
    line = say("near_so_far", lang, goal="100.0", moved="50.0", label="万元", within="10")
    assert [line in done.stdout.splitlines() for done in (told, quiet)] == [True, False]
    assert json.loads(plain.stdout)["near"]["moved"] == pytest.approx(30)
