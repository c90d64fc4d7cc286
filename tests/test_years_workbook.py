"""The workbook of several years: LibreOffice finds what the solver found, and counts what breaks year by year."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import instance_of
from office import Office, differences, opened
from test_years_page import SAVED

import alloc
from alloc.run import solve

RICH = {
    **SAVED,
    "counties": {**SAVED["counties"], "cele": {"population": 500, "jobseekers": 50}},
    "industries": {"sheep": {"productivity": 2}},
    "baseline": [{"county": "hotan", "industry": "sheep", "infrastructure": 5, "training": 9, "enterprise": 9}],
    "sharing": [{"county": "hotan", "profit": 0.5, "donor_profit": 0.5}],
    "measures": {
        **SAVED["measures"],
        "pens": {"county": "hotan", "category": "infrastructure", "industry": "sheep", "effect": 1, "unit_cost": 0.2,
                 "max_units": 9, "life": 2, "tags": ["soft"]},
        "court": {"county": "cele", "category": "training", "unit_cost": 0.2, "max_units": 3, "jobs": 0.9, "life": 1},
    },
    "rules": [
        {"name": "soft", "type": "share", "of": {"tag": "soft"}, "in": {"county": ["hotan", "cele"]}, "max": 0.6},
        {"name": "change", "type": "change", "each": "county", "max": 4, "previous": "old", "penalty": 0.1},
        {"name": "even", "type": "gini", "max": 0.9},
        {"name": "near", "type": "parity", "fund": "all", "max": 40, "each": "category", "of": {"category": "training"},
         "penalty": 0.01},
        {"name": "few", "type": "count", "each": "category", "max": 2},
        {"name": "earns", "type": "benefit", "side": "donor", "min": 0.1},
    ],
}  # fmt: skip
"""Rules of every form over three years: a tag, a change from year to year, equity, numbers, returns."""

LAST_YEAR = {"change": {"park": 1.0, "court": 0.5}}


def checks(path: Path) -> dict[str, list[float]]:
    """Return what the summary counts as broken in each year, check by check."""
    rows = [[cell.value for cell in row] for row in opened(path)["Summary"].iter_rows()]
    (top,) = (i for i, row in enumerate(rows) if row[:2] == ["What is checked", "Sheet"])
    return {row[0]: row[2:5] for row in rows[top + 1 : top + 9]}


def pay(path: Path, where: tuple[int, str, str], amount: float) -> Path:
    """Return a copy of a workbook in which a measure has been paid another amount by a fund in a year."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    heads = {str(cell.value).split("\n")[0]: cell.column for cell in sheet[1]}
    columns = [heads.get(en) or heads[zh] for en, zh in HEADS]
    (row,) = (
        i for i in range(2, sheet.max_row + 1)
        if tuple(sheet.cell(i, column).value for column in columns[:3]) == where
    )  # fmt: skip
    sheet.cell(row, columns[3]).value = amount
    copy = path.with_name(f"{path.stem}-moved.xlsx")
    book.save(copy)
    return copy


HEADS = (("Fiscal year", "财政年度"), ("Measure", "措施"), ("Fund", "资金"), ("Amount", "金额"))


@pytest.fixture(scope="module")
def books(office: Office, tmp_path_factory) -> dict[str, Any]:
    """Return workbooks as written and as LibreOffice works them out; one has money moved in its first year."""
    folder = tmp_path_factory.mktemp("books")
    saved, rich = solve(instance_of(SAVED), gap=1e-9), solve(instance_of(RICH, LAST_YEAR), gap=1e-9)
    paths = {}
    for name, run, lang in (("saved", saved, "en"), ("rich", rich, "zh")):
        paths[name] = run.save(folder / name, lang=lang) / "allocation.xlsx"
        paths[name] = paths[name].rename(folder / f"{name}.xlsx")
    paths["moved"] = pay(paths["saved"], (2021, "Park place", "Tianjin aid"), 0.5)
    paths["uneven"] = pay(paths["rich"], (2022, "court", "天津援助"), 0.5)
    again = office.convert(list(paths.values()), folder / "again")
    return {name: (path, found) for (name, path), found in zip(paths.items(), again, strict=True)}


@pytest.mark.parametrize("name", ["saved", "rich"])
def test_recalculated_every_cell_says_what_the_solver_found(books, name):
    assert list(differences(*books[name]))[:5] == []


def test_nothing_is_broken_in_the_plan_as_it_was_solved(books):
    assert {sum(cells) for cells in checks(books["saved"][1]).values()} == {0}


def test_money_moved_in_a_year_breaks_what_it_pays_for_there_and_is_not_carried_after_it(books):
    """0.5 is spent too much in the first year: 0.5 is carried in place of 0.75, and nothing is left of the second."""
    found = {name: cells for name, cells in checks(books["moved"][1]).items() if any(cells)}
    assert list(found.values()) == [[1, 0, 0], [1, 0, 0]]
    assert next(iter(found)) == "Limits of measures"
    rows = list(opened(books["moved"][1])["Funds"].iter_rows(values_only=True))
    heads = [str(head).split("\n")[0] for head in rows[0]]
    shown = [row[heads.index("Carried in")] for row in rows[1:] if row[1] == "Tianjin aid"]
    assert shown == pytest.approx([0, 0.5, 0], abs=1e-6)


def test_rules_on_money_per_head_follow_what_is_paid_in_their_year_alone(books):
    """Hotan has 1000 people, cele 500. In 2022 hotan has 0.1333 of aid, and cele 0.5 in place of 0.6."""
    found = []
    for name in ("rich", "uneven"):
        rows = [row[:12] for row in opened(books[name][1])["规则"].iter_rows(min_row=2, values_only=True)]
        found.append([(row[0], row[1], row[5], row[11]) for row in rows if row[1] in ("even", "near")])
    assert [a == b for a, b in zip(*found, strict=True)] == [True, True, False, False, True, True]
    index = abs(0.4 / 3 * 500 - 0.5 * 1000) / (1500 * (0.4 / 3 + 0.5))
    assert found[1][2][3] == pytest.approx(index)
    assert found[1][3][2] == pytest.approx(0.5 / 500)


def test_the_question_of_several_years_is_read_back_from_the_workbook(books):
    assert alloc.read(books["saved"][0]).years == (2021, 2022, 2023)
    assert alloc.read(books["saved"][0]).measures == instance_of(SAVED).measures
