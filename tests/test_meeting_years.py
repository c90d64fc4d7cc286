"""What a meeting asks of a plan over several years: each answer a difference of plans of all years, worked by hand."""

import json
from pathlib import Path

import openpyxl
import pytest
import yaml
from conftest import command
from test_price_years import CASES, TOY, lay, solve_elsewhere, with_more_in

import alloc
from alloc.errors import RequestError
from alloc.study.answers.otherwise import take_out


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return lay(tmp_path, TOY)


def test_steps_of_money_are_those_of_one_year(toy: Path):
    """Of 2022's 2 a step less leaves 1 for a half shop and a half wage, one more buys a wage: nothing else moves."""
    found = alloc.margin(toy, fund="aid", year=2022, step=1, steps=(-1, 1), jobs=1)
    assert found.table["amount"].tolist() == [1, 2, 3]
    assert found.table["objective"].tolist() == pytest.approx([8.5, 9.5, 10.5])
    assert found.table["nested"].tolist()[1:] == [1, 1]
    moved = found.cells[found.cells["change"].abs() > 1e-6]
    assert set(zip(moved["year"], moved["county"], moved["category"], strict=True)) == {(2022, "hotan", "enterprise")}


def test_where_no_year_is_named_the_money_of_the_first_moves(toy: Path, tmp_path: Path):
    words = ["margin", toy, "--fund", "aid", "--steps", "0..1", "--step", "1", "--jobs", "1", "--out"]
    done = command(*words, tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "what each step of aid in 2021 buys" in done.stdout
    assert json.loads((tmp_path / "out/margin.json").read_text())["year"] == 2021


@pytest.mark.parametrize("year", [2020, 2024])
def test_a_year_that_is_not_asked_for_has_no_money_to_move(toy: Path, year: int):
    with pytest.raises(RequestError, match="2021, 2022, 2023"):
        alloc.margin(toy, fund="aid", year=year)


def test_the_year_of_a_question_of_one_may_be_named():
    with pytest.raises(RequestError, match="expected one of"):
        alloc.margin(Path(__file__).parent.parent / "instances/demo", fund="tianjin", year=1999)


def test_a_step_buys_the_difference_of_two_optima_that_another_solver_finds(tmp_path: Path):
    path = CASES / "years-06.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = alloc.margin(path, fund="donor", year=2021, step=25, steps=(0, 1), gap=1e-9, jobs=1)
    more = solve_elsewhere(tmp_path, with_more_in(raw, 2021, "donor"))  # a tenth of 250
    now = json.loads((CASES / "expected.json").read_text())[path.stem]
    assert found.table["gain"].tolist()[1] == pytest.approx(more - now, abs=1e-5)


def test_a_measure_that_is_planned_is_taken_out_of_all_years(tmp_path: Path):
    """Of 3 and 2 a cap leaves 0.5 and 0.5 to shops: the first cost 1, those of 2022 half as much.

    Without them 1 and 2 jobs less 0.5 and 0.5 wages are lost. Of a cost c in 2021 it is c / 2 in 2022, where a shop is
    better than a wage below 2.
    """
    by_year = {2022: {"funds.aid.amount": 2, "measures.shop.unit_cost": 0.5}}
    found = alloc.why(lay(tmp_path, {**TOY, "years": [2021, 2022], "by_year": by_year}), "shop", jobs=1)
    assert found.loss == pytest.approx(2)
    assert found.figures["break_even"]["unit_cost"] == pytest.approx(4, rel=5e-3)
    assert {(row.year, row.measure): row.to for row in found.moves.itertuples()} == pytest.approx(
        {(2021, "wage"): 3, (2022, "wage"): 2, (2021, "shop"): 0, (2022, "shop"): 0}
    )
    assert {cell["year"] for cell in found.figures["cells"]} == {2021, 2022}


TALK = {"county": "hotan", "category": "training", "unit_cost": 1, "min_units": 1, "max_units": 2, "jobs": 0.25}


def test_a_measure_that_is_not_planned_is_asked_for_in_the_first_year(tmp_path: Path):
    """Its one unit brings a quarter of a job in each of 3 years for the money of a wage of 2021."""
    found = alloc.why(lay(tmp_path, TOY | {"measures": TOY["measures"] | {"talk": TALK}}), "talk", jobs=1)
    assert found.kind == "absent"
    assert found.loss == pytest.approx(0.25)
    assert found.figures["break_even"]["unit_cost"] == pytest.approx(0.75, rel=5e-3)
    assert {(row.year, row.measure) for row in found.moves.itertuples()} == {(2021, "talk"), (2021, "wage")}


def test_a_measure_that_may_not_begin_in_the_first_year_cannot_be_asked_for(tmp_path: Path):
    later = {**TALK, "eligible": False, "reason": "no room yet"}
    by_year = TOY["by_year"] | {2023: {"measures.talk.eligible": True}}
    path = lay(tmp_path, TOY | {"measures": TOY["measures"] | {"talk": later}, "by_year": by_year})
    with pytest.raises(RequestError, match="no room yet"):
        alloc.why(path, "talk", jobs=1)


def test_other_aid_is_asked_for_in_each_year_from_what_it_has_there(toy: Path):
    """Cele has 0.5, 0.5 and 1.5: half less in each year are three half shops that become half wages."""
    found = alloc.why(toy, "county=cele", aid="-0.5", jobs=1)
    assert found.loss == pytest.approx(1.5)
    assert found.changes == {
        "rules.asked 1": {"type": "amount", "of": {"county": ["cele"]}, "max": pytest.approx(0)},
        "by_year.2022.rules.asked 1.max": pytest.approx(0),
        "by_year.2023.rules.asked 1.max": pytest.approx(1),
    }


def test_an_amount_is_at_least_that_or_at_most_in_each_year_as_it_has_less_or_more(tmp_path: Path):
    """Without the rule Cele has all: 3, 2 and 2. 2.5 is at most that in 2021, and at least in the years after it."""
    raw = {key: value for key, value in TOY.items() if key not in ("rules", "by_year")}
    found = alloc.why(lay(tmp_path, {**raw, "by_year": {2022: {"funds.aid.amount": 2}}}), "county=cele", aid=1, jobs=1)
    assert found.loss == pytest.approx(2 + 1 + 1)
    found = alloc.why(
        lay(tmp_path, {**raw, "by_year": {2022: {"funds.aid.amount": 4}}}), "county=cele", aid=3.5, jobs=1
    )
    assert found.then.status == "infeasible"  # 3 are there in 2021
    assert list(found.changes.values())[1:] == [3.5, None, 3.5]


def test_what_cannot_hold_in_some_year_is_named(tmp_path: Path):
    shop = {**TOY["measures"]["shop"], "committed": True}
    rules = [{"name": "few", "type": "count", "max": 1}]
    path = lay(tmp_path, TOY | {"measures": {"shop": shop, "talk": TALK}, "rules": rules, "by_year": {}})
    found = alloc.why(path, "talk", jobs=1)
    assert found.then.status == "infeasible"
    assert {lever.path for lever in found.conflict or ()} >= {"rules.few.max", "measures.shop.committed"}


@pytest.mark.parametrize(("lang", "said"), [("en", "aid in 2022"), ("zh", "2022 年aid")])
def test_the_command_tells_why_over_years(toy: Path, tmp_path: Path, lang: str, said: str):
    done = command("--lang", lang, "why", toy, "county=cele", "--aid=-0.5", "--jobs", "1", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert said in done.stdout
    assert (tmp_path / "out/moves.csv").read_text(encoding="utf-8-sig").startswith("year,measure,")


def test_a_measure_taken_out_leaves_the_optimum_that_another_solver_finds(tmp_path: Path):
    path = CASES / "years-06.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    now = json.loads((CASES / "expected.json").read_text())[path.stem]
    plan = alloc.solve(path, gap=1e-9, jobs=1).measures
    m = plan[plan["units"] > 0]["measure"].iloc[0]
    (row,) = [row for row in raw["measures"] if row["id"] == m]
    row |= {"eligible": False, "committed": False}
    without = alloc.solve(path, overrides=take_out(alloc.read(path), m), gap=1e-9, jobs=1).objective
    assert without == pytest.approx(solve_elsewhere(tmp_path, raw), abs=1e-5)
    assert without < now


def test_what_is_safe_is_the_money_of_all_years_together(toy: Path, tmp_path: Path):
    """A tenth of 9.5 may be lost: by shops that become wages, which lose 1 each, or by wages that are not paid."""
    found = alloc.certainty(toy, within=0.1, jobs=1)
    assert found.proven
    ends = found.measures.set_index("measure")[["money", "least", "most", "class"]].T.to_dict("list")
    assert ends["shop"] == [*map(pytest.approx, (2.5, 2.5 - 0.95, 2.5)), "always"]
    assert ends["wage"] == [*map(pytest.approx, (4.5, 4.5 - 0.95, 4.5 + 0.95)), "always"]
    assert found.safe == pytest.approx(1.55 + 3.55)
    assert command("certainty", toy, "--within", "10%", "--out", tmp_path / "out").exit_code == 0
    assert "toy 2021–2023" in (tmp_path / "out/certainty.svg").read_text(encoding="utf-8")


def test_what_plans_one_year_only_still_refuses_several(toy: Path):
    for words in (["alternatives", toy], ["frontier", toy]):
        done = command(*words)
        assert done.exit_code == 2, words
        assert "over several years (2021, 2022, 2023)" in done.stderr


POOR = {
    **{key: TOY[key] for key in ("alloc", "name", "years", "counties")},
    "funds": {"aid": {"kind": "aid", "amount": 2}},
    "measures": {"wage": TOY["measures"]["wage"]},
    "rules": [{"name": "least", "type": "amount", "of": {"measure": ["wage"]}, "min": 0.5}],
    "by_year": {2022: {"funds.aid.amount": 1}, 2023: {"rules.least.min": 1.5}},
}
"""Money of 2, 1 and 1 where the rule asks for 0.5, 0.5 and 1.5: in 2023 a half is missing."""


def test_what_gives_over_years_is_money_of_a_year_or_what_a_rule_asks_for_in_it(tmp_path: Path):
    """Eased by 1 % less than the step, which is 0.5, none of them is enough."""
    path = lay(tmp_path, POOR)
    found = alloc.repair(path, jobs=1)
    assert [[lever.path for lever in conflict] for conflict in found.conflicts] == [
        ["rules.least.min", "by_year.2023.funds.aid.amount"]
    ]
    menu = {str(entry["changes"][0]["path"]): entry for entry in found.figures["menu"]}
    rule, money = menu["by_year.2023.rules.least.min"], menu["by_year.2023.funds.aid.amount"]
    assert (rule["changes"][0]["from"], rule["changes"][0]["to"]) == (1.5, 1)
    assert (money["changes"][0]["from"], money["changes"][0]["to"], money["money"]) == (1, 1.5, 0.5)
    assert (rule["objective"], money["objective"]) == pytest.approx((4, 4.5))
    for entry, short in ((rule, 1.005), (money, 1.495)):
        (change,) = entry["changes"]
        assert alloc.solve(path, overrides={change["path"]: change["to"]}).status == "optimal"
        assert alloc.solve(path, overrides={change["path"]: short}).status == "infeasible"


def test_the_command_tells_what_must_give_over_years(tmp_path: Path):
    done = command("--lang", "zh", "repair", lay(tmp_path, POOR), "--jobs", "1", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "2023 年aid" in done.stdout


def test_all_at_once_is_answered_beside_a_plan_over_years(toy: Path, tmp_path: Path):
    """Each answer as its own command has it: a rule of 4.5, money of each year, shops of 2.5, wages of 4.5."""
    folder = alloc.solve(toy, jobs=1).save(tmp_path / "result", lang="zh")
    found = alloc.explain(folder, minutes=1, jobs=1)
    tables = found.answers.tables
    assert found.proven
    assert tables["prices"]["gain"].tolist() == pytest.approx([4.5])
    assert set(tables["margin"]["year"]) == set(TOY["years"])
    assert tables["margin"]["gain"].dropna().tolist() == pytest.approx([0.03, 0.03, *[0.02] * 4])
    assert dict(zip(tables["why"]["measure"], tables["why"]["worth"], strict=True)) == pytest.approx(
        {"wage": 4.5, "shop": 2.5}
    )
    assert tables["why"].set_index("measure")["money"].to_dict() == pytest.approx({"wage": 4.5, "shop": 2.5})
    found.save()
    assert openpyxl.load_workbook(folder / "allocation.xlsx", read_only=True).sheetnames[-5:-3] == [
        "限制的代价",
        "确定性",
    ]
    assert 'id="questions"' in (folder / "report.html").read_text(encoding="utf-8")
    assert alloc.verify(toy, folder / "allocation.xlsx", against=folder).passed
