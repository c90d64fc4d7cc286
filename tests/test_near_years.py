"""As little change as can be over several years: least changes that other programs find, and what is not compared."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.optimize import linprog
from test_near import command, rows_of, write_plan
from test_price_years import TOY, lay

import alloc
from alloc.errors import RequestError

HEAD = "year,measure,fund,amount"
YEARS = (2021, 2022, 2023)


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Of 3, 2 and 2 a cap leaves 0.5, 0.5 and 1.5 to shops, of which one is worth two wages: 9.5 in all."""
    return lay(tmp_path, TOY)


LAST = {("wage", 2021): 1, ("shop", 2021): 0, ("wage", 2022): 2, ("shop", 2022): 0.2, ("shop", 2023): 2}


def find_least_moved(within: float) -> float:
    """Return half of the least change from LAST, by a program of the toy's own arithmetic: 6 payments, 6 changes."""
    pairs = list(product(("wage", "shop"), YEARS))
    money, cap = {2021: 3, 2022: 2, 2023: 2}, {2021: 0.5, 2022: 0.5, 2023: 1.5}
    rows, right = [[-(1.0 if m == "wage" else 2.0) for m, _ in pairs] + [0.0] * 6], [-(1 - within) * 9.5]
    for year in YEARS:
        rows.append([float(t == year) for _, t in pairs] + [0.0] * 6)
        right.append(money[year])
    for i, pair in enumerate(pairs):
        for sign in (1, -1):
            row = np.zeros(12)
            row[i], row[6 + i] = sign, -1
            rows.append(list(row))
            right.append(sign * LAST.get(pair, 0))
    bounds = [(0, 9 if m == "wage" else cap[t]) for m, t in pairs] + [(0, None)] * 6
    found = linprog([0] * 6 + [1] * 6, A_ub=rows, b_ub=right, bounds=bounds)
    return float(found.fun) / 2


@pytest.mark.parametrize("within", [0, 0.1, 0.3])
def test_the_least_change_of_all_years_is_that_of_another_program(toy: Path, within: float):
    last = write_plan(toy.parent, *(f"{year},{m},aid,{paid}" for (m, year), paid in LAST.items()), head=HEAD)
    found = alloc.solve_near(toy, last, within=within, gap=1e-9, jobs=1)
    assert found.proven
    assert found.figures["near"]["moved"] == pytest.approx(find_least_moved(within), abs=1e-6)
    assert found.run.objective >= (1 - within) * 9.5 - 1e-6
    now = found.run.allocation.set_index(["measure", "year"])["amount"].to_dict()
    changes = {pair: now[pair] - LAST.get(pair, 0) for pair in product(("wage", "shop"), YEARS)}
    assert sum(map(abs, changes.values())) / 2 == pytest.approx(found.figures["near"]["moved"], abs=1e-6)
    moved = found.moved.set_index(["measure", "year"])["change"].to_dict()
    assert moved == pytest.approx({pair: x for pair, x in changes.items() if abs(x) > 1e-5}, abs=1e-6)


WHOLE = {
    "alloc": 1,
    "name": "whole",
    "years": [2021, 2022],
    "counties": {"hotan": {"population": 1000}},
    "funds": {"aid": {"kind": "aid", "amount": 3, "carry": 0.5}},
    "measures": {
        "park": {"county": "hotan", "category": "infrastructure", "unit_cost": 2, "max_units": 2, "jobs": 3},
        "wage": {"county": "hotan", "category": "enterprise", "unit_cost": 1, "max_units": 3, "jobs": 2},
    },
    "objective": {"employment": 1},
}
for row in WHOLE["measures"].values():
    row["integer"] = True


def list_plans() -> list[tuple[tuple[int, ...], float]]:
    """Return every plan of whole units with its goal: parks last, and half of what is left is there next year."""
    found = []
    for p1, w1, p2, w2 in product(range(3), range(4), range(3), range(4)):
        first, second = 2 * p1 + w1, 2 * p2 + w2
        if first <= 3 and second <= 3 + 0.5 * (3 - first) and p1 + p2 <= 2:
            found.append(((2 * p1, w1, 2 * p2, w2), 3 * p1 + 2 * w1 + 3 * (p1 + p2) + 2 * w2))
    return found


@pytest.mark.parametrize(("last", "within"), [((0, 3, 2, 0), 0.1), ((0, 0, 0, 3), 0.05), ((2, 0, 0, 2), 0.25)])
def test_of_all_plans_in_whole_units_it_is_the_one_that_moves_least(tmp_path: Path, last: tuple, within: float):
    plans = list_plans()
    best = max(goal for _, goal in plans)
    moves = [sum(abs(a - b) for a, b in zip(plan, last, strict=True)) / 2 for plan, goal in plans
             if goal >= (1 - within) * best - 1e-9]  # fmt: skip
    rows = zip((2021, 2021, 2022, 2022), ("park", "wage") * 2, last, strict=True)
    edited = write_plan(tmp_path, *(f"{year},{m},aid,{paid}" for year, m, paid in rows), head=HEAD)
    found = alloc.solve_near(lay(tmp_path, WHOLE), edited, within=within, gap=1e-9, jobs=1)
    assert found.best == pytest.approx(best)
    assert found.figures["near"]["moved"] == pytest.approx(min(moves))
    assert found.proven
    blocks = alloc.solve_near(tmp_path / "question.yaml", edited, within=within, gap=1e-9, jobs=1, method="blocks")
    assert blocks.figures["near"]["moved"] == pytest.approx(min(moves))


def test_money_without_a_year_is_compared_with_each(toy: Path):
    """Wages of 1 each year: at no loss shops stay 0.5, 0.5 and 1.5, wages are 2.5, 1.5 and 0.5."""
    found = alloc.solve_near(toy, write_plan(toy.parent, "wage,aid,1"), within=0, gap=1e-9, jobs=1)
    assert found.figures["near"]["moved"] == pytest.approx((1.5 + 0.5 + 0.5 + 2.5) / 2)


def test_of_a_plan_of_other_years_too_the_common_ones_are_compared(toy: Path, tmp_path: Path):
    last = write_plan(toy.parent, "2020,wage,aid,3", "2021,wage,aid,2.5", "2021,shop,aid,0.5", head=HEAD)
    done = command("solve", toy, "--near", last, "--within", "0", "--curve", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "are not compared: 2020" in done.stdout
    told = json.loads((tmp_path / "out/run.json").read_text())["near"]
    assert (told["moved"], told["other_years"]) == (pytest.approx(2), [2020])
    rows = rows_of(tmp_path / "out/moved.csv")
    assert {(row["year"], row["measure"]): float(row["change"]) for row in rows} == pytest.approx(
        {("2022", "wage"): 1.5, ("2022", "shop"): 0.5, ("2023", "wage"): 0.5, ("2023", "shop"): 1.5}
    )
    curve = rows_of(tmp_path / "out/change.csv")
    assert float(curve[0]["moved"]) == pytest.approx(2)
    assert float(curve[-1]["moved"]) == pytest.approx(2 - 0.95 / 2)  # of 9.5 a tenth is lost: wages are not paid
    elsewhere = write_plan(toy.parent, "2019,wage,aid,3", head=HEAD)
    with pytest.raises(RequestError, match="2019, and this question of 2021, 2022, 2023"):
        alloc.solve_near(toy, elsewhere)


def test_a_question_of_one_year_is_compared_with_that_year_of_several(tmp_path: Path):
    """The toy's second year alone, which its own plan over three years begins in 2021 to plan: nothing moves."""
    one = {key: value for key, value in TOY.items() if key not in ("years", "by_year")}
    one |= {"year": 2022, "funds": {"aid": {"kind": "aid", "amount": 2}}}
    alloc.solve(lay(tmp_path, TOY), jobs=1).save(tmp_path / "three")
    path = tmp_path / "one.yaml"
    path.write_text(yaml.safe_dump(one), encoding="utf-8")
    found = alloc.solve_near(path, tmp_path / "three", within=0, jobs=1)
    assert found.figures["near"]["moved"] == pytest.approx(0, abs=1e-6)
    assert found.figures["near"]["other_years"] == [2021, 2023]


def test_what_cannot_be_paid_any_more_moves_in_each_year_that_it_was_paid(toy: Path):
    rows = ("2021,wage,aid,2.5", "2021,gone,aid,1", "2023,gone,aid,0.4")
    last = write_plan(toy.parent, *rows, head=HEAD)
    found = alloc.solve_near(toy, last, within=0, gap=1e-9, jobs=1)
    lost = found.moved[found.moved["lost"] == 1]
    assert list(zip(lost["year"], lost["last"], strict=True)) == [(2021, 1), (2023, 0.4)]
    assert found.figures["near"]["moved"] == pytest.approx((0.5 + 2 + 2 + 1.4) / 2)
