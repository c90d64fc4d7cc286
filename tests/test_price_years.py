"""What limits cost over several years: differences of optima that another solver finds of questions written by hand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pyscipopt import Model

import alloc
from alloc.cli import main
from alloc.infeasibility.levers import levers
from alloc.instance import draft
from alloc.model import build_years
from alloc.model.export import written
from alloc.study.answers.price import choose_levers, price
from alloc.study.answers.summary import show_prices

CASES = Path(__file__).parent / "years"

TOY: dict[str, Any] = {
    "alloc": 1,
    "name": "toy",
    "years": [2021, 2022, 2023],
    "counties": {"hotan": {"population": 20000}, "cele": {"population": 1000}},
    "funds": {"aid": {"kind": "aid", "amount": 3}},
    "measures": {
        "wage": {"county": "hotan", "category": "enterprise", "unit_cost": 1, "max_units": 9, "jobs": 1},
        "shop": {"county": "cele", "category": "enterprise", "unit_cost": 1, "max_units": 9, "jobs": 2},
    },
    "rules": [{"name": "little", "type": "amount", "of": {"county": "cele"}, "max": 0.5}],
    "by_year": {2022: {"funds.aid.amount": 2}, 2023: {"rules[type=amount].max": 1.5}},
}
"""2021: 0.5 shops and 2.5 wages; 2022: 0.5 and 1.5; 2023: 1.5 and 0.5: 3.5 + 2.5 + 3.5 = 9.5 of 14 without the rule."""


def lay(folder: Path, raw: dict[str, Any]) -> Path:
    path = folder / "question.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def solve_elsewhere(folder: Path, raw: dict[str, Any]) -> float:
    """Return the optimum that SCIP finds of a question as it is written."""
    written(build_years(alloc.read(lay(folder, raw))), folder / "model.lp")
    model = Model()
    model.hideOutput()
    model.readProblem(str(folder / "model.lp"))
    model.setParam("limits/gap", 0.0)
    model.optimize()
    assert model.getStatus() == "optimal"
    return float(model.getObjVal())


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return lay(tmp_path, TOY)


def test_a_rule_is_released_in_all_years_and_money_is_that_of_one(toy: Path):
    """A tenth tighter the rule takes 0.05, 0.05 and 0.15 from shops; money of a year buys wages, less of it none."""
    found = price(toy, tighten=True, jobs=1).table.set_index(["lever", "change"])
    assert found["gain"].to_dict() == pytest.approx(
        {
            ("rules.little.max", "release"): 4.5,
            ("rules.little.max", "tighten"): -0.25,
            ("by_year.2021.funds.aid.amount", "step"): 0.03,
            ("by_year.2021.funds.aid.amount", "tighten"): -0.3,
            ("by_year.2022.funds.aid.amount", "step"): 0.02,
            ("by_year.2022.funds.aid.amount", "tighten"): -0.2,
            ("by_year.2023.funds.aid.amount", "step"): 0.02,
            ("by_year.2023.funds.aid.amount", "tighten"): -0.2,
        }
    )
    assert found.loc[("rules.little.max", "release"), "from"] == "2021: 0.5, 2023: 1.5"
    assert found.loc[("rules.little.max", "tighten"), "to"] == "2021: 0.45, 2023: 1.35"
    assert found.loc[("rules.little.max", "release"), "aid_moved"] == pytest.approx(2.5 + 1.5 + 0.5)


def test_a_word_without_a_year_means_the_money_of_every_year(toy: Path):
    assert [lever.path[:12] for lever in choose_levers(alloc.read(toy), ["funds"])] == [
        f"by_year.{y}" for y in TOY["years"]
    ]
    assert list(price(toy, only=["by_year.2022"], jobs=1).table["lever"]) == ["by_year.2022.funds.aid.amount"]


@pytest.mark.parametrize(("lang", "said"), [("en", "the money of aid in 2022"), ("zh", "2022 年aid的总额")])
def test_the_command_tells_prices_over_years_and_writes_them(toy: Path, tmp_path: Path, lang: str, said: str):
    words = ["--lang", lang, "price", str(toy), "--only", "by_year.2022", "--jobs", "1", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.stderr
    assert said in done.stdout
    assert json.loads((tmp_path / "out/prices.json").read_text())["prices"] == 1


def list_limits_of_rules(instance: alloc.Instance) -> set[str]:
    return {lever.path for lever in levers(instance, soft=True) if lever.path.startswith("rules.")}


@pytest.mark.parametrize("case", ["years-02", "years-10"])
def test_released_in_all_years_a_limit_is_in_none_and_the_others_are_as_they_were(case: str):
    question, source = alloc.read(CASES / f"{case}.yaml"), draft(CASES / f"{case}.yaml")
    for lever in levers(question, soft=True):
        left = list_limits_of_rules(source.read(lever.released))
        free = "penalty" in str(lever.instead)  # its bound must be written
        assert left == list_limits_of_rules(question) - (set() if free else {lever.path}), lever.path


def without_rule(raw: dict[str, Any], name: str, bound: str) -> dict[str, Any]:
    """Return a question without a bound of a rule, written as a person would."""
    raw = copy.deepcopy(raw)
    for rule in raw["rules"]:
        if rule["name"] == name:
            del rule[bound]
    for figures in raw.get("by_year", {}).values():
        figures.pop(f"rules.{name}.{bound}", None)
    return raw


def with_more_in(raw: dict[str, Any], year: int, fund: str) -> dict[str, Any]:
    """Return a question in which a fund has a tenth more in one year: each year's amount is written down."""
    raw = copy.deepcopy(raw)
    now = raw["funds"][fund]["amount"]
    by_year = {int(key): figures for key, figures in raw.get("by_year", {}).items()}
    for t in raw["years"]:
        now = by_year.setdefault(t, {}).get(f"funds.{fund}.amount", now)
        by_year[t][f"funds.{fund}.amount"] = now * (1.1 if t == year else 1)
    return {**raw, "by_year": by_year}


@pytest.mark.parametrize(
    ("case", "rule", "year", "fund"),
    [("02", "category cap", 2021, "donor"), ("06", "category cap", 2022, "donor")],
)
def test_a_price_is_the_difference_of_two_optima_that_another_solver_finds(
    case: str, rule: str, year: int, fund: str, tmp_path: Path
):
    path = CASES / f"years-{case}.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    only = [f"rules.{rule}.max", f"by_year.{year}.funds.{fund}.amount"]
    found = price(path, only=only, step=0.1, gap=1e-9, jobs=1)
    now = json.loads((CASES / "expected.json").read_text())[path.stem]
    gains = [
        solve_elsewhere(tmp_path, asked) - now
        for asked in (without_rule(raw, rule, "max"), with_more_in(raw, year, fund))
    ]
    assert found.table.set_index("lever")["gain"][only].tolist() == pytest.approx(gains, abs=1e-5)


EVEN: dict[str, Any] = {
    **{key: TOY[key] for key in ("alloc", "name", "years", "counties", "funds", "measures")},
    "rules": [{"name": "even", "type": "amount", "each": "county", "max": 1, "min": 0.25}],
    "by_year": {
        2022: {"rules[type=amount].max": 1.2, "rules.even.min": None},
        2023: {"rules.even.max": 0.75, "funds.aid.amount": 2},
    },
}
"""Each county at most 1, 1.2 and 0.75 of 3, 3 and 2, and in 2021 at least 0.25: 3, 3.6 and 2.25 are reached."""


def test_a_repeated_rule_whose_figures_change_is_priced_group_by_group(tmp_path: Path):
    """Shops that are free take all but the 0.25 that wages must have in 2021; else the other county's limit stays.

    Each is the optimum that another solver finds of the rule on the other county alone, written by hand.
    """
    found = price(lay(tmp_path, EVEN), only=["rules"], groups=True, jobs=1, gap=1e-9).table.set_index("lever")
    now = solve_elsewhere(tmp_path, EVEN)
    assert now == pytest.approx(3 + 3.6 + 2.25)
    for free, held in (("cele", "hotan"), ("hotan", "cele")):
        both = {"type": "amount", "of": {"county": held}}
        raw = copy.deepcopy(EVEN)
        raw["rules"] = [
            {"name": "even", **both, "max": 1},
            {"name": "least", "type": "amount", "each": "county", "min": 0.25},
        ]
        raw["by_year"] = {
            2022: {"rules.even.max": 1.2, "rules.least.min": None},
            2023: {"rules.even.max": 0.75, "funds.aid.amount": 2},
        }
        gain = solve_elsewhere(tmp_path, raw) - now
        assert found.loc[f"rules.even.max ({free})", "gain"] == pytest.approx(gain, abs=1e-6)
    assert found.loc["rules.even.max (cele)", "gain"] == pytest.approx(2.75 + 2.4 + 1.75)
    assert found.loc["rules.even.min (hotan)", "gain"] == pytest.approx(0)
    assert found.loc["rules.even.max (cele)", "from"] == "2021: 1.0, 2022: 1.2, 2023: 0.75"


def test_a_rule_that_selects_otherwise_in_a_later_year_has_no_rows_of_its_groups(tmp_path: Path):
    raw = {**EVEN, "by_year": {2022: {"rules.even.each": "category"}}}
    path = lay(tmp_path, raw)
    found = price(path, only=["rules.even.max"], groups=True, jobs=1)
    assert found.table["lever"].tolist() == ["rules.even.max"]
    assert found.figures["ungrouped"] == ["even"]
    assert price(path, only=["rules.even.max"], jobs=1).ungrouped == ()
    assert "以下规则各年选取的范围不同，未按组分列：even。" in [*show_prices(found, "zh")]


@pytest.mark.parametrize("turned", [False, True])
def test_a_figure_of_a_year_that_a_path_and_a_selector_write_is_released_and_tightened_there(
    tmp_path: Path, turned: bool
):
    """Whichever is written last holds, 1.2 or 1; released neither does, and a tenth tighter it is 1.08 or 0.9."""
    both: dict[str, Any] = {"rules.little.max": 1.2, "rules[type=amount].max": 1.0}
    if turned:
        both = dict(reversed(both.items()))
    raw = {**copy.deepcopy(TOY), "by_year": {2022: both}}
    path, most = lay(tmp_path, raw), 1.2 if turned else 1.0
    rows = price(path, only=["rules"], tighten=True, jobs=1).table.set_index("change")
    assert rows.loc["release", "gain"] == pytest.approx((3 - 0.5) + 2 * (3 - most))
    assert rows.loc["tighten", "gain"] == pytest.approx(-0.05 - 2 * 0.1 * most)
    kept = draft(path).read({"by_year.2022.rules.little.max": None})
    assert [of.rules[0].max for of in kept.questions] == [0.5, None, None]
