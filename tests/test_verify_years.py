"""A plan over several years made by hand: what each year breaks, with what those before it leave, and its loss."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from conftest import command, instance_of

import alloc
from alloc.errors import InstanceError
from alloc.study.handmade import HandmadePlan

TOY: dict[str, Any] = {
    "alloc": 1,
    "name": "toy",
    "years": [2021, 2022, 2023],
    "counties": {"hotan": {"population": 20000, "jobseekers": 100}, "cele": {"population": 1000, "jobseekers": 50}},
    "funds": {
        "aid": {"kind": "aid", "amount": 3, "carry": 0.5},
        "own": {"kind": "local", "amount": 1, "counties": ["cele"]},
    },
    "measures": {
        "park": {"county": "hotan", "category": "infrastructure", "unit_cost": 2, "min_units": 1, "max_units": 1,
                 "jobs": 9, "recurrent": 0.5, "life": 2},
        "wage": {"county": "hotan", "category": "enterprise", "unit_cost": 1, "max_units": 2, "jobs": 1,
                 "max_total": 3},
        "shop": {"county": "cele", "category": "enterprise", "unit_cost": 1, "max_units": 2, "jobs": 2,
                 "requires": ["park"], "excludes": ["stall"]},
        "stall": {"county": "cele", "category": "enterprise", "unit_cost": 1, "max_units": 1, "jobs": 0.5},
    },
    "by_year": {2022: {"funds.aid.amount": 2}},
}  # fmt: skip
RULE = {"name": "some for cele", "type": "amount", "of": {"county": "cele"}, "min": 1}
BEST = {2021: {"park": 2, "shop": 1}, 2022: {"park": 0.5, "shop": 1, "wage": 0.5}, 2023: {"shop": 1, "wage": 1}}
"""What the aid pays in a plan that keeps everything: the other shop of each year is the county's own."""

Years = Mapping[int, Mapping[str, float]]


def by_hand(years: Years, own: float = 1) -> HandmadePlan:
    """Return what the aid pays in each year, with what the county itself pays for a shop."""
    plans = {}
    for year, money in years.items():
        spend = {(m, "aid"): x for m, x in money.items()} | {("shop", "own"): own}
        plans[year] = HandmadePlan("hand", spend, {pair: f"{pair[0]} {year}" for pair in spend}, {})
    return HandmadePlan("hand", {}, {}, {}, plans)


@cache
def solve_toy() -> alloc.Run:
    return alloc.solve(instance_of(TOY))


def breaches(years: Years, own: float = 1, **changes: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    instance = instance_of(TOY | changes) if changes else solve_toy().instance
    for breach in alloc.verify(instance, by_hand(years, own), against=None if changes else solve_toy()).breaches:
        told[breach.finding.check] = told.get(breach.finding.check, "") + breach.say()
    return told


def funds(**aid: Any) -> dict[str, Any]:
    return {"aid": TOY["funds"]["aid"] | aid, "own": TOY["funds"]["own"]}


def in_place(year: int, **money: float) -> Years:
    """Return the plan that keeps everything with other payments in one year."""
    return BEST | {year: BEST[year] | money}


BROKEN: list[tuple[str, Years, dict[str, Any], str]] = [
    ("within_fund", in_place(2022, wage=1.5), {}, "2022 · aid: 3.0 ≤ 2.0"),
    ("within_fund", {**in_place(2022, wage=2), 2021: {"park": 2}}, {}, "2022 · aid: 3.5 ≤ 2.5"),
    ("covers_cost", in_place(2022, park=0), {}, "2022 · park: 0.0 = 0.5"),
    ("keeps_totals", {**in_place(2022, wage=2), 2023: {"wage": 2}}, {"funds": funds(amount=9), "by_year": {}},
     "2023 · wage · max_total: 4.0 ≤ 3.0"),
    ("hangs_together", {2021: {}, 2022: {}, 2023: {}}, {}, "2021 · shop · park · requires: 1.0 ≤ 0.0"),
    ("hangs_together", {**in_place(2021, shop=0), 2023: {"stall": 1}}, {}, "2023 · shop · stall · excludes: 2.0 ≤ 1.0"),
    ("keeps_rule", BEST, {"rules": [RULE], "by_year": {**TOY["by_year"], 2023: {"rules.some for cele.min": 5}}},
     "2023 · some for cele"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "years", "changes", "said"), BROKEN, ids=[b[3] for b in BROKEN])
def test_what_a_year_breaks_is_found_and_said(check: str, years: Years, changes: dict[str, Any], said: str):
    found = breaches(years, **changes)
    assert set(found) == {check}, found
    assert said in found[check]


def test_money_that_is_carried_may_be_spent_in_the_year_after():
    """2021 leaves 1, of which half is there in 2022: 2.5 in all."""
    assert breaches({**in_place(2022, wage=1), 2021: {"park": 2}}) == {}


def test_a_payment_is_named_with_its_year_and_its_place():
    plan = by_hand(BEST)
    plan.years[2022].spend["wage", "own"] = 0.25  # type: ignore[index]
    plan.years[2022].places["wage", "own"] = "line 9"  # type: ignore[index]
    told = alloc.verify(solve_toy().instance, plan, against=solve_toy()).breaches
    found = [breach for breach in told if breach.finding.check == "pays_eligible"]
    assert [(breach.place, breach.finding.place) for breach in found] == [("line 9", "2022 · wage · own")]


def test_the_loss_over_all_years_is_what_a_pencil_says():
    """Without the wages of 2022 and 2023 half a job-year and a whole one are lost; by_year has each year's."""
    plan = by_hand({**in_place(2022, wage=0), 2023: {"shop": 1}})
    found = alloc.verify(solve_toy().instance, plan, against=solve_toy())
    assert found.passed
    assert found.figures["optimum"]["objective"] == pytest.approx(31.5)
    assert found.figures["loss"] == pytest.approx(1.5)
    assert [year["employment"] for year in found.figures["by_year"]] == pytest.approx([13, 13, 4])
    assert set(found.tables["measures"]["year"]) == {2021, 2022, 2023}


def test_in_whole_lots_what_upkeep_leaves_of_a_lot_buys_nothing():
    """Upkeep of 0.5 is paid with a lot of 1, of which half is left; a wage of 1 takes a lot."""
    years = {2021: {"park": 2, "shop": 1}, 2022: {"park": 1, "shop": 1}, 2023: {"shop": 1, "wage": 1}}
    assert breaches(years, money={"lot": 1}) == {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("years") / "toy.yaml"
    path.write_text(yaml.safe_dump(TOY, sort_keys=False), encoding="utf-8")
    alloc.solve(path).save(path.parent / "en")
    alloc.solve(path, lang="zh").save(path.parent / "zh", lang="zh")
    return path.parent


@pytest.mark.parametrize("file", ["en", "en/allocation.csv", "en/allocation.xlsx", "zh/allocation.xlsx"])
def test_the_best_plan_comes_back_from_every_file_it_is_written_to(folder: Path, file: str):
    found = alloc.verify(folder / "toy.yaml", folder / file, against=folder / "en")
    assert found.passed
    assert found.figures["loss"] == pytest.approx(0, abs=1e-6)


def test_a_workbook_edited_by_hand_is_checked_and_what_is_broken_is_told_with_its_cell(folder: Path):
    book = openpyxl.load_workbook(folder / "en/allocation.xlsx")
    rows = list(book["Allocation"].iter_rows())
    amount = next(i for i, cell in enumerate(rows[0]) if str(cell.value).startswith("Amount"))
    cell = next(row[amount] for row in rows if {2022, "park"} <= {cell.value for cell in row})
    cell.value = 0
    book.save(folder / "edited.xlsx")
    done = command("verify", folder / "toy.yaml", folder / "edited.xlsx", "--against", folder / "en")
    assert done.exit_code == 6
    assert f"Allocation!{cell.coordinate}  covers_cost at 2022 · park: 0.0 = 0.5" in done.stdout
    done = command("verify", folder / "toy.yaml", folder / "edited.xlsx", "--lang", "zh", "--out", folder / "told")
    assert "措施成本" in done.stdout
    assert {"breaches.csv", "allocation.csv", "verify.json"} <= {file.name for file in (folder / "told").iterdir()}


def test_every_row_at_fault_is_named_at_once(folder: Path, tmp_path: Path):
    path = tmp_path / "plan.csv"
    rows = ["2021,parc,aid,1", ",park,aid,1", "2024,park,aid,1", "2022,park,aid,1", "2022,park,aid,2", ",Total,,5"]
    path.write_text("\n".join(["year,measure,fund,amount", *rows]), encoding="utf-8")
    with pytest.raises(InstanceError) as error:
        alloc.verify(folder / "toy.yaml", path)
    assert sorted(fault.say().removeprefix(f"{path}:") for fault in error.value.faults) == [
        "2  measure: 'parc' is not a measure of this instance; did you mean 'park'?",
        "3  year: the payment has no year; the years are 2021, 2022, 2023",
        "4  year: '2024' is not among the years of this instance: 2021, 2022, 2023",
        "6  measure: aid pays for park in an earlier row already",
    ]


def test_a_plan_without_years_is_no_plan_over_several(folder: Path, tmp_path: Path):
    path = tmp_path / "plan.csv"
    path.write_text("measure,fund,amount\npark,aid,1\n", encoding="utf-8")
    with pytest.raises(InstanceError, match="year: this column is required and is missing; found: measure, fund"):
        alloc.verify(folder / "toy.yaml", path)
