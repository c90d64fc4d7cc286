"""What a meeting asks of a plan over several years: each answer a difference of plans of all years, worked by hand."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from test_price_years import CASES, TOY, lay, solve_elsewhere, with_more_in

import alloc
from alloc.cli import main
from alloc.errors import RequestError


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return lay(tmp_path, TOY)


def command(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


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
    assert "2021 年aid" in command("--lang", "zh", *words, tmp_path / "zh").stdout


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
