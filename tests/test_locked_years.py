"""What a person locked in a plan over several years: held in its year, priced, and named where it cannot hold."""

import json
from pathlib import Path

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from pyscipopt import Model
from test_locked import rows_of, write_locks
from test_price_years import CASES, TOY, lay

import alloc
from alloc import LockedPlan
from alloc.cli import main
from alloc.errors import InstanceError
from alloc.model import build_years
from alloc.model.export import written

HEAD = "year,measure,fund,amount,lock"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Of 3, 2 and 2 a cap leaves 0.5, 0.5 and 1.5 to shops, of which one is worth two wages: 9.5 in all."""
    return lay(tmp_path, TOY)


def lock(toy: Path, *rows: str) -> LockedPlan:
    return alloc.solve_locked(toy, write_locks(toy.parent, *rows, head=HEAD), jobs=1)


def command(*words: object) -> Result:
    return CliRunner().invoke(main, [*(str(word) for word in words), "--jobs", "1"])


def test_money_is_held_in_its_year_and_each_lock_has_its_price(toy: Path):
    """Wages of 0.2 in place of 1.5 in 2022 cost 1.3; a shop of 1 in place of 1.5 in 2023 leaves 0.5 to a wage."""
    found = lock(toy, "2022,wage,aid,0.2,x", "2023,shop,aid,1,x", "2021,wage,aid,0.7,")
    assert found.run is not None
    assert found.proven
    assert found.run.objective == pytest.approx(9.5 - 1.3 - 0.5)
    paid = found.run.allocation.set_index(["year", "measure"])["amount"]
    assert (paid[2022, "wage"], paid[2023, "shop"]) == pytest.approx((0.2, 1))
    assert found.table["years"].tolist() == ["2022", "2023", ""]
    assert found.table["gain"].tolist() == pytest.approx([1.3, 0.5, 1.8])
    again = alloc.read(found.save(toy.parent / "plan") / "instance")
    assert alloc.solve(again, jobs=1).objective == pytest.approx(found.run.objective)
    assert found.table["aid_moved"].tolist() == pytest.approx([0.65, 0.5, 1.15])


def test_money_without_a_year_is_held_in_each(toy: Path):
    """Wages of 1 each year leave 0.5, 0.5 and 1 to shops."""
    found = lock(toy, ",wage,aid,1,x")
    assert found.run is not None
    assert found.run.objective == pytest.approx(3 * 1 + 2 * (0.5 + 0.5 + 1))
    assert found.table["years"].tolist() == ["2021|2022|2023", ""]
    assert found.table["amount"].tolist() == pytest.approx([1, 3])
    assert found.run.figures["locks"] == [{"measure": "wage", "fund": "aid", "amount": 1, "years": [2021, 2022, 2023]}]


def test_money_that_is_locked_is_not_moved_by_a_figure_of_a_year_that_speaks_of_all_rules(toy: Path):
    """From 2023 on every rule on money is at most 1.5, as the question says: a lock on 1.8 is none of them."""
    found = lock(toy, "2023,wage,aid,1.8,x", "2022,shop,aid,0,x")
    assert found.run is not None
    assert found.run.objective == pytest.approx(3.5 + 2 + 1.8 + 2 * 0.2)


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (["2022,wage,aid,1.8,x", "2022,shop,aid,0.4,x"], ["lock 1", "lock 2", "by_year.2022.funds.aid.amount"]),
        ([",wage,aid,1,x", "2022,wage,aid,0.4,x"], ["lock 1", "lock 2"]),
        (["2021,shop,aid,0.6,x", "2023,shop,aid,0.6,x"], ["lock 1", "rules.little.max"]),
    ],
)
def test_what_cannot_hold_together_is_named(toy: Path, rows: list[str], named: list[str]):
    found = lock(toy, *rows)
    assert (found.status, found.run) == ("infeasible", None)
    assert [lever.path.removeprefix("rules.lock") for lever in found.conflict] == [
        name.removeprefix("lock") for name in named
    ]


def test_rows_of_no_year_and_of_no_measure_are_told_together(toy: Path):
    with pytest.raises(InstanceError) as error:
        lock(toy, "2025,wage,aid,1,x", ",foo,aid,1,x", "2021,wage,aid,-1,x")
    said = [fault.say("en") for fault in error.value.faults]
    assert len(said) == 3
    assert "'2025' is not among the years of this instance: 2021, 2022, 2023" in said[0]


def test_of_a_plan_that_began_earlier_only_what_is_marked_must_be_of_a_year_of_the_question(toy: Path):
    found = lock(toy, "2020,gone,aid,1,", "2021,wage,aid,2.5,", "2022,wage,aid,0.2,x")
    assert found.run is not None
    assert found.run.objective == pytest.approx(8.2)
    with pytest.raises(InstanceError, match="'2020' is not among the years"):
        lock(toy, "2020,wage,aid,1,x", "2022,wage,aid,0.2,x")


def test_a_question_of_one_year_holds_what_is_marked_in_that_year_of_several(tmp_path: Path):
    """The toy's second year alone: wages of 0.2 and shops of 0.5."""
    one = {key: value for key, value in TOY.items() if key not in ("years", "by_year")}
    question = lay(tmp_path, {**one, "year": 2022, "funds": {"aid": {"kind": "aid", "amount": 2}}})
    found = lock(question, "2021,wage,aid,1,", "2022,wage,aid,0.2,x", "2023,wage,aid,2,")
    assert found.run is not None
    assert found.run.objective == pytest.approx(0.2 + 2 * 0.5)
    assert "years" not in found.table


def find_best(raw: dict, folder: Path, held: dict[tuple[int, str, str], float]) -> float:
    """Return the optimum of a question over years with some payments held, by SCIP: the payments' own bounds."""
    model = build_years(alloc.read(lay(folder, raw)))
    for (year, m, f), amount in held.items():
        model.Year[year].Spend[m, f].fix(amount)
    written(model, folder / "model.lp")
    scip = Model()
    scip.hideOutput()
    scip.readProblem(str(folder / "model.lp"))
    scip.setParam("limits/gap", 0.0)
    scip.optimize()
    assert scip.getStatus() == "optimal"
    return float(scip.getObjVal())


def test_each_lock_costs_the_difference_of_two_optima_of_another_solver(tmp_path: Path):
    raw = yaml.safe_load((CASES / "years-06.yaml").read_text(encoding="utf-8"))
    best = json.loads((CASES / "expected.json").read_text())["years-06"]
    question = lay(tmp_path, {**raw, "solver": {"gap": 1e-9}})
    plan = alloc.solve(question, jobs=1).allocation
    rows = plan[plan["amount"] > 1].iloc[[0, -1]].to_dict("records")
    held = {(row["year"], row["measure"], row["fund"]): round(0.9 * row["amount"], 2) for row in rows}
    edited = write_locks(tmp_path, *(f"{y},{m},{f},{paid!r},x" for (y, m, f), paid in held.items()), head=HEAD)
    found = alloc.solve_locked(question, edited, jobs=1)
    with_all = find_best(raw, tmp_path, held)
    assert found.run is not None
    assert found.run.objective == pytest.approx(with_all, rel=1e-6)
    costs = [find_best(raw, tmp_path, {key: held[key] for key in held if key != left}) for left in held]
    expected = [*(value - with_all for value in costs), best - with_all]
    assert found.table["gain"].tolist() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("lang", "said"), [("en", "aid for wage in 2022"), ("zh", "2022 年aid支付wage")])
def test_a_row_that_is_marked_in_the_workbook_is_held_by_the_command(toy: Path, tmp_path: Path, lang: str, said: str):
    alloc.solve(toy, jobs=1).save(tmp_path / "plan", lang=lang)
    file = tmp_path / "plan/allocation.xlsx"
    book = openpyxl.load_workbook(file)
    sheet = book["分配" if lang == "zh" else "Allocation"]
    heads = {str(cell.value).split("\n")[0]: cell.column for cell in sheet[1]}
    keys = {"en": ("Fiscal year", "Measure", "Amount", "Lock"), "zh": ("财政年度", "措施", "金额", "锁定")}[lang]
    year, measure, amount, mark = (heads[key] for key in keys)
    for row in range(2, sheet.max_row + 1):
        if (sheet.cell(row, year).value, sheet.cell(row, measure).value) == (2022, "wage"):
            sheet.cell(row, amount).value, sheet.cell(row, mark).value = 0.2, "x"
    book.save(file)
    out = tmp_path / "out"
    done = command("solve", toy, "--fix", file, "--out", out, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert said in done.stdout
    assert [row["years"] for row in rows_of(out / "locks.csv")] == ["2022", ""]
    assert json.loads((out / "run.json").read_text())["objective"] == pytest.approx(8.2)
