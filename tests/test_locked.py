"""Keep what a person decided: what is locked is held, locks cost differences of optima, contradictions are named."""

import json
from itertools import combinations
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import Raw, asked, one_measure, rivals, rows_of, write
from oracle import Program, optimum
from randoms import random_instance

import alloc
from alloc import LockedPlan
from alloc.cli import main
from alloc.model.measures import _about


def command(*words: object) -> Result:
    return CliRunner().invoke(main, [*(str(word) for word in words), "--jobs", "1"])


def solve_locked(question: Path, edited: Path, **how: object) -> LockedPlan:
    return alloc.solve_locked(question, edited, jobs=1, **how)  # type: ignore[arg-type]


def write_locks(folder: Path, *rows: str, head: str = "measure,fund,amount,lock") -> Path:
    path = folder / "edited.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def find_best(raw: Raw, held: dict[tuple[str, str], float]) -> float | None:
    """Return the optimum of a question with some payments held, by SCIP; None where there is no plan."""
    program = Program(raw, None, None)
    for pair, amount in held.items():
        program.row(program.spend[pair] == amount)
    (goal,) = program.goals()
    program.scip.setObjective(goal, "maximize")
    program.scip.optimize()
    return float(program.scip.getObjVal()) if program.scip.getStatus() == "optimal" else None


def test_a_fund_that_carries_the_name_of_its_kind_is_held_alone(tmp_path: Path):
    """Beijing pays for courses alone: with 30 of the fund `aid` there, 70 are left for pens, and 80 go to courses."""
    raw = rivals(funds={"beijing": {"kind": "aid", "amount": 50, "categories": ["training"]}})
    found = solve_locked(write(raw, tmp_path), write_locks(tmp_path, "courses,aid,30,x"))
    assert found.run is not None
    assert found.run.objective == pytest.approx(find_best(raw, {("courses", "aid"): 30})) == pytest.approx(110)
    payments = tmp_path / "payments.csv"
    payments.write_text("measure,fund,paid\ncourses,aid,30\n", encoding="utf-8")
    assert alloc.solve_rest(tmp_path / "question.yaml", tmp_path).objective == pytest.approx(110)


def test_money_that_is_locked_stays_and_the_rest_is_planned_anew(tmp_path: Path):
    """A unit of money brings a job for pens, half a job for courses: 30 locked there cost 15 of 100."""
    found = solve_locked(write(rivals(), tmp_path), write_locks(tmp_path, "courses,aid,30,x", "pens,aid,10,"))
    assert found.run is not None
    assert found.run.objective == pytest.approx(85)
    paid = found.run.allocation.set_index("measure")["amount"].to_dict()
    assert paid == pytest.approx({"pens": 70, "courses": 30})
    assert found.table["gain"].tolist() == pytest.approx([15, 15])
    assert found.table["aid_moved"].tolist() == pytest.approx([30, 30])
    assert found.proven


@pytest.mark.parametrize("seed", [8, 9, 16])
def test_each_lock_costs_the_difference_of_two_optima_of_another_solver(tmp_path: Path, seed: int):
    raw = {**random_instance(seed, "tiny"), "solver": {"gap": 1e-7}}
    best = optimum(raw)
    lot = (raw.get("money") or {}).get("lot") or 0.01
    chosen = sorted(pair for pair, paid in best.spend.items() if paid > 1)[:3]
    held = {pair: round(0.5 * best.spend[pair] / lot) * lot for pair in chosen}
    held = next(part for n in (3, 2, 1) for part in map(dict, combinations(held.items(), n)) if find_best(raw, part))
    edited = write_locks(tmp_path, *(f"{m},{f},{paid!r},x" for (m, f), paid in held.items()))
    found = solve_locked(write(raw, tmp_path), edited)
    with_all = find_best(raw, held)
    assert found.run is not None
    assert with_all is not None
    assert found.run.objective == pytest.approx(with_all, rel=1e-6)
    for row in found.table.to_dict("records"):
        rest = {pair: x for pair, x in held.items() if row["lock"] != "all" and pair != (row["measure"], row["fund"])}
        without = find_best(raw, rest)
        assert without is not None
        assert row["gain"] == pytest.approx(without - with_all, rel=1e-5, abs=1e-4)
        assert row["gain_least"] - 1e-4 <= without - with_all <= row["gain_most"] + 1e-4
    for _, paid in found.run.allocation.iterrows():
        if (paid["measure"], paid["fund"]) in held:
            assert paid["amount"] == pytest.approx(held[paid["measure"], paid["fund"]], abs=1e-6)


@pytest.mark.parametrize("method", ["whole", "blocks"])
def test_locks_that_cannot_hold_together_are_named(tmp_path: Path, method: str):
    """Each of 70 and 60 alone leaves a plan, and 5 has nothing to do with it; together they are more than there is."""
    question = write(rivals(measures={"walls": {"jobs": 0.1}}), tmp_path)
    edited = write_locks(tmp_path, "walls,aid,5,x", "courses,aid,70,x", "pens,aid,60,x")
    found = solve_locked(question, edited, method=method)
    assert (found.status, found.run) == ("infeasible", None)
    assert [lever.path for lever in found.conflict] == ["rules.lock 2", "rules.lock 3", "funds.aid.amount"]
    for left_out in (1, 2):
        rows = [row for i, row in enumerate(("courses,aid,70,x", "pens,aid,60,x"), 1) if i != left_out]
        assert solve_locked(question, write_locks(tmp_path, *rows)).run is not None
    with pytest.raises(alloc.RequestError):
        found.save(tmp_path / "out")


def test_a_conflict_is_said_in_words(tmp_path: Path):
    raw = rivals(measures={"pens": {"name": "Sheep pens", "name_zh": "羊圈"}})
    question, out = write(raw, tmp_path), tmp_path / "out"
    edited = write_locks(tmp_path, "courses,aid,70,x", "pens,aid,60,x")
    english = command("solve", question, "--fix", edited, "--out", out)
    assert english.exit_code == 3
    assert "Not all of this can be kept." in english.output
    assert f"the lock on what aid pays for Sheep pens: 60 [{edited}:3]" in english.output
    assert "the money of aid: 100" in english.output
    chinese = command("solve", question, "--fix", edited, "--out", out, "--lang", "zh")
    assert "无法全部保留" in chinese.output
    assert "羊圈" in chinese.output
    told = json.loads(command("solve", question, "--fix", edited, "--out", out, "--json").stdout)
    assert [row["id"] for row in told["conflict"]] == ["rules.lock 1", "rules.lock 2", "funds.aid.amount"]
    assert not out.exists()


def test_a_lock_that_no_plan_can_keep_stands_alone(tmp_path: Path):
    """More than all pens that can be built would cost."""
    raw = rivals(measures={"pens": {"max_units": 20}})
    found = solve_locked(write(raw, tmp_path), write_locks(tmp_path, "pens,aid,50,x", "courses,aid,10,x"))
    assert [lever.path for lever in found.conflict] == ["rules.lock 1"]


def test_a_question_that_has_no_plan_without_locks_names_what_is_not_a_lock(tmp_path: Path):
    raw = rivals(rules=[{"type": "amount", "name": "much", "min": 150}])
    found = solve_locked(write(raw, tmp_path), write_locks(tmp_path, "pens,aid,50,x"))
    assert [lever.path for lever in found.conflict] == ["rules.much.min", "funds.aid.amount"]


def test_locks_without_a_plan_are_told_where_no_conflict_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from alloc.study.answers import fix

    monkeypatch.setattr(fix, "find_conflict", lambda _: ())
    edited = write_locks(tmp_path, "courses,aid,70,x", "pens,aid,60,x")
    result = command("solve", write(rivals(), tmp_path), "--fix", edited, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "no plan can keep all" in result.output
    assert not (tmp_path / "out").exists()


def test_money_typed_to_the_cent_is_held_to_the_cent(tmp_path: Path):
    """Three pens cost 1 yuan each third: 100.00 is typed, 99.999 is what they cost, and no other payer is there."""
    raw = asked(
        money={"unit": 1}, funds={"aid": {"amount": 1000}}, measures={"pens": {"unit_cost": 33.333, "integer": True}}
    )
    found = solve_locked(write(raw, tmp_path), write_locks(tmp_path, "pens,aid,100,x"))
    assert found.run is not None
    assert found.run.measures["units"].tolist() == [3]
    none = solve_locked(write(raw, tmp_path), write_locks(tmp_path, "pens,aid,100.01,x"))
    assert [lever.path for lever in none.conflict] == ["rules.lock 1"]


def test_money_of_one_payer_is_held_and_not_that_of_another(tmp_path: Path):
    question = write(one_measure(), tmp_path)
    found = solve_locked(question, write_locks(tmp_path, "pens,national,20,yes", "pens,aid,,no"))
    assert found.run is not None
    paid = found.run.allocation.set_index("fund")["amount"].to_dict()
    assert paid == pytest.approx({"aid": 60, "national": 20})
    nothing = solve_locked(question, write_locks(tmp_path, "pens,national,,是"))
    assert nothing.run is not None
    assert nothing.run.objective == pytest.approx(60)


def test_every_row_that_cannot_be_held_is_named_with_its_place(tmp_path: Path):
    funds = {"other": {"kind": "aid", "amount": 1, "categories": ["training"]}}
    closed = {"eligible": False, "reason": "flooded"}
    raw = rivals(funds=funds, money={"lot": 5}, measures={"walls": closed})
    rows = (
        "courses,aid,7,x",
        "pen,aid,5,x",
        "pens,aid,-5,x",
        "pens,other,5,x",
        "walls,other,1.5,x",
        "courses,other,nan,x",
    )
    edited = write_locks(tmp_path, *rows)
    result = command("solve", write(raw, tmp_path), "--fix", edited, "--out", tmp_path / "out")
    assert result.exit_code == 2
    for line, said in (
        (2, "whole lots of 5"), (3, "did you mean 'pens'"), (4, "-5 is below 0"), (5, "other may not pay for pens"),
        (6, "whole lots of 5"), (6, "walls may not be funded: flooded"), (7, "'nan' is not a number"),
    ):  # fmt: skip
        assert any(f"edited.csv:{line} " in told and said in told for told in result.output.splitlines()), said
    chinese = command("solve", tmp_path / "question.yaml", "--fix", edited, "--out", tmp_path / "out", "--lang", "zh")
    assert "无法锁定" in chinese.output


def test_a_plan_without_marks_is_refused(tmp_path: Path):
    result = command("solve", write(rivals(), tmp_path), "--fix", write_locks(tmp_path, "pens,aid,7,0", "pens,aid,,"))
    assert result.exit_code == 2
    assert "earlier row" in result.output
    result = command("solve", tmp_path / "question.yaml", "--fix", write_locks(tmp_path, "pens,aid,7, "))
    assert result.exit_code == 2
    assert "no row has a mark in the column lock" in result.output


@pytest.mark.parametrize(("lang", "head"), [("en", "Lock"), ("zh", "锁定")])
def test_a_workbook_has_a_column_for_locks_which_is_read_back(tmp_path: Path, lang: str, head: str):
    """The amount of courses is typed over and locked in Excel; the results folder tells what that costs."""
    question, out = write(rivals(), tmp_path), tmp_path / "first"
    alloc.solve(question, lang=lang).save(out, lang=lang)
    book = openpyxl.load_workbook(out / "allocation.xlsx")
    sheet = book["Allocation" if lang == "en" else "分配"]
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    column, amount = (heads.index(name) + 1 for name in (head, "Amount" if lang == "en" else "金额"))
    assert all(sheet.cell(row, column).value in (None, "") for row in range(2, sheet.max_row + 1))
    assert not sheet.cell(2, column).protection.locked
    row = next(r for r in range(2, sheet.max_row) if sheet.cell(r, 3).value == "courses")
    sheet.cell(row, amount).value, sheet.cell(row, column).value = 40, "x"
    book.save(tmp_path / "edited.xlsx")
    result = command("solve", question, "--fix", tmp_path / "edited.xlsx", "--out", tmp_path / "out", "--lang", lang)
    assert result.exit_code == 0
    assert ("What the locks cost" if lang == "en" else "锁定的代价") in result.output
    rows = rows_of(tmp_path / "out/locks.csv")
    assert [(r["lock"], r["measure"], float(r["gain"])) for r in rows] == [
        ("lock 1", "courses", pytest.approx(20)),
        ("all", "", pytest.approx(20)),
    ]
    told = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert told["locks"] == [{"measure": "courses", "fund": "aid", "amount": 40}]
    assert alloc.solve(tmp_path / "out/instance").objective == pytest.approx(80)
    package = json.loads((tmp_path / "out/datapackage.json").read_text(encoding="utf-8"))
    assert "locks" in [resource["name"] for resource in package["resources"]]


def test_names_of_rules_that_are_taken_are_not_taken_again(tmp_path: Path):
    raw = rivals(rules=[{"type": "amount", "name": "lock 1", "of": {"measure": ["pens"]}, "max": 90}])
    found = solve_locked(write(raw, tmp_path), write_locks(tmp_path, "courses,aid,30,x"))
    assert [lock.name for lock in found.locks] == ["lock 2"]


def test_a_payment_that_is_decided_may_differ_by_a_speck_of_itself_and_nothing_stays_nothing():
    assert _about(20.0) == pytest.approx((20 - 2e-6, 20 + 2e-6), rel=1e-12)
    assert _about(0.5) == pytest.approx((0.5 - 1e-7, 0.5 + 1e-7), rel=1e-12)
    assert _about(0.0) == (0.0, 0.0)
