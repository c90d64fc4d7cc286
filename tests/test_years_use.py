"""What a plan over several years pays for nothing, and what funds have left: year by year, against hand work."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import asked, instance_of
from test_years_page import rows_of

from alloc.report.told import tell_use_of_years
from alloc.run import Run, solve


def ask(**changes: Any) -> dict[str, Any]:
    """Return the small question over three years, with some parts changed as `asked` does."""
    raw = asked(**changes)
    del raw["year"]
    return {**raw, "years": [2021, 2022, 2023]}


COURSES = {
    "funds": {"aid": {"amount": 200, "carry": 0.5}},
    "measures": {
        "pens": {"max_units": 40, "lead": 1},
        "courses": {"category": "training", "max_units": 50, "recurrent": 0.1},
    },
    "rules": [{"name": "courses", "type": "amount", "of": {"category": "training"}, "min": 20}],
    "by_year": {"2022": {"rules.courses.min": 0}},
}
"""Workplaces are what lacks: pens paid for in 2021 bring 40 jobs in each of the two years after. Courses are asked for
in the first year and kept up for 2 in each later one, and nobody needs them.
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return solve(instance_of(ask(**COURSES)), gap=1e-9)


def test_what_is_used_in_a_later_year_is_not_idle_and_what_is_used_in_none_is_with_its_upkeep(run: Run):
    rows = run.measures.set_index(["year", "measure"])
    assert rows["idle"].to_dict() == {
        **{(year, "pens"): 0 for year in (2021, 2022, 2023)},
        **{(year, "courses"): 1 for year in (2021, 2022, 2023)},
    }
    assert rows["cost"].xs("courses", level="measure").tolist() == pytest.approx([20, 2, 2])
    assert rows["asked_by"].xs("courses", level="measure").tolist() == ["courses", "recurrent", "recurrent"]
    without = ask(**{**COURSES, "rules": [], "by_year": {}})
    without["measures"]["courses"]["eligible"] = False
    assert run.objective == pytest.approx(80)
    assert solve(instance_of(without), gap=1e-9).objective == pytest.approx(80)


def test_what_a_later_purchase_hangs_on_is_not_idle():
    """Pens, which can be paid for from 2022 on, require a road: it brings nothing by itself in any year."""
    road = {"effect": 0, "min_units": 1, "max_units": 1}
    raw = ask(measures={"pens": {"requires": ["road"], "max_units": 10, "eligible": False}, "road": road})
    raw["measures"]["road"]["committed"] = True
    raw["by_year"] = {"2022": {"measures.pens.eligible": True}}
    found = solve(instance_of(raw), gap=1e-9)
    assert found.objective == pytest.approx(20)
    assert found.measures["idle"].tolist() == [0] * 6
    del raw["measures"]["pens"]["requires"]
    rows = solve(instance_of(raw), gap=1e-9).measures.set_index(["year", "measure"])
    assert rows.loc[(2021, "road"), ["cost", "idle", "asked_by"]].tolist() == [1, 1, "committed"]


LEFT = {
    "en": [
        "2021: Paid for and counted with no jobs and no linkage: 1 measure, 20.0 万元 of aid",
        "2021: Left in aid: 140.0 万元: no plan that spends more of it is better, within the proven gap; "
        "70.0 万元 of it is there in 2022",
        "2022: Paid for and counted with no jobs and no linkage: 1 measure, 2.0 万元 of aid",
        "2022: Left in aid: 268.0 万元: no plan that spends more of it is better, within the proven gap; "
        "134.0 万元 of it is there in 2023",
        "2023: Paid for and counted with no jobs and no linkage: 1 measure, 2.0 万元 of aid",
        "2023: Left in aid: 332.0 万元: no plan that spends more of it is better, within the proven gap",
    ],
    "zh": [
        "2021 年：有支出而未计入任何岗位与关联：1 项措施，援助 20.0 万元",
        "2021 年：aid 剩余 140.0 万元：在已证明的差距内，多用它的方案不会更好；其中 70.0 万元 结转至 2022 年",
    ],
}
"""Of 200 the pens take 40 and the courses 20; of the 140 left 70 go on, of 268 the half, of 334 there are 332 left."""


@pytest.mark.parametrize("lang", LEFT)
def test_what_is_left_and_idle_is_told_by_year_in_table_sentences_page_and_workbook(lang: str, tmp_path: Path):
    made = solve(instance_of(ask(**COURSES)), gap=1e-9, lang=lang)
    told = list(tell_use_of_years(made.instance, made.tables, lang))
    assert told[: len(LEFT[lang])] == LEFT[lang]
    folder = made.save(tmp_path / "plan", lang=lang)
    text = (folder / "report.html").read_text(encoding="utf-8")
    whys = made.funds["why_unspent"].tolist()
    for year, why in zip((2021, 2022, 2023), whys, strict=True):
        assert rows_of(text, f"funds-{year}")[0][-1] == why
        ((name, *_, asker),) = rows_of(text, f"idle-{year}")
        upkeep = {"en": "upkeep of what was bought before", "zh": "以前购置的运维"}[lang]
        assert (name, asker) == ("courses", "courses" if year == 2021 else upkeep)
    book = openpyxl.load_workbook(folder / "allocation.xlsx", read_only=True)
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {*whys, *told, {"en": "upkeep of what was bought before", "zh": "以前购置的运维"}[lang]} <= cells


def test_a_fund_whose_measures_were_all_bought_before_is_told_so():
    """Pens, 40 at most over all years, are bought in the first year, which counts them longest."""
    made = solve(instance_of(ask(measures={"pens": {"max_units": 40}})), gap=1e-9)
    assert made.measures["units"].tolist() == pytest.approx([40, 0, 0])
    assert made.funds["why_unspent"].tolist() == ["every measure it may pay for is at its largest scale"] * 3


def test_years_in_which_nothing_is_bought_are_not_told_of_what_is_left():
    made = solve(instance_of({**ask(measures={"pens": {"max_units": 40}}), "end_value": 1}), gap=1e-9)
    assert [bool(why) for why in made.funds["why_unspent"]] == [True, True, True, False]
