"""What more jobs in one of several years take: bundles as cheap as the cheapest of all plans in whole units."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import asked, stands
from test_bottleneck import command, rows_of, write

import alloc
from alloc.errors import RequestError

UNITS = range(4)


def short(**changes: Any) -> dict[str, Any]:
    """Return a county with 20 jobs, workers for 31 and no aid, over two years, which lacks workplaces.

    Pens cost 5 and 1 a year to keep up, and 8 from 2022 on; barns cost 9 to begin and 2, and are there a year later.
    """
    measures = {
        "pens": {"unit_cost": 5, "max_units": 3, "recurrent": 1, "integer": True},
        "barns": {"unit_cost": 2, "fixed_cost": 9, "max_units": 3, "lead": 1, "integer": True},
    }
    baseline = [stands(jobs=20, infrastructure=20, training=31)]
    raw = asked(funds={"aid": {"amount": 0}}, baseline=baseline, measures=measures, **changes)
    del raw["year"]
    return {**raw, "years": [2021, 2022], "by_year": {"2022": {"measures.pens.unit_cost": 8}}}


def cheapest_of_all(more: int, year: int) -> float:
    """Return the least money of all plans in whole units with which so many workplaces are there in a year."""
    best = float("inf")
    for p1, p2, b1, b2 in product(UNITS, repeat=4):
        if p1 + p2 > 3 or b1 + b2 > 3:
            continue
        there = {2021: p1, 2022: p1 + p2 + b1}[year]
        cost = 5 * p1 + 1 * p1 + 8 * p2 + sum(9 + 2 * b for b in (b1, b2) if b)
        best = min(best, cost if there >= more else best)
    return best


@pytest.mark.parametrize(("more", "year"), [(1, 2022), (2, 2022), (3, 2022), (5, 2022), (2, 2021)])
def test_the_bundle_is_the_cheapest_of_all_plans_over_the_years(tmp_path: Path, more: int, year: int):
    found = alloc.bottleneck(write(short(), tmp_path), "cele", "sheep", jobs=more, year=year)
    (row,) = found.table.to_dict("records")
    assert found.proven
    assert row["money"] == pytest.approx(cheapest_of_all(more, year))
    assert (row["year"], row["limits_now"]) == (year, "infrastructure")
    assert found.bundle["money"].sum() == pytest.approx(row["money"])


def test_the_year_is_the_last_where_none_is_named_and_one_that_is_not_asked_for_is_refused(tmp_path: Path):
    """Three places: barns at 9 + 6 in 2021; one pen, which costs 5 and 1 the year after, is dearer with two barns."""
    path = write(short(), tmp_path)
    done = command("bottleneck", path, "cele", "sheep", "--jobs", 3, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "sheep in cele in 2022" in done.stdout
    assert "barns in 2021" in done.stdout
    (row,) = rows_of(tmp_path / "out/bundle.csv")
    assert (row["year"], row["measure"], float(row["money"])) == ("2021", "barns", 15)
    with pytest.raises(RequestError, match="2021, 2022"):
        alloc.bottleneck(path, year=2023)
    assert command("bottleneck", path, "--year", 2020, "--out", tmp_path / "no").exit_code == 2


def test_upkeep_of_the_bundle_stands_in_the_year_that_it_is_paid_in(tmp_path: Path):
    done = alloc.bottleneck(write(short(), tmp_path), "cele", "sheep", jobs=1, year=2021)
    rows = done.bundle.set_index(["year", "measure"])
    assert rows.loc[(2021, "pens"), ["units", "money"]].tolist() == pytest.approx([1, 5])
    assert rows.loc[(2022, "pens"), ["units", "money"]].tolist() == pytest.approx([0, 1])


def test_what_the_plan_has_in_each_year_stays_and_rules_of_each_year_hold(tmp_path: Path):
    """Aid of 5 in 2021 buys a pen there, which its upkeep keeps; a rule of 2021 leaves no money for barns then."""
    raw = short()
    raw["funds"]["aid"]["amount"] = 5
    rule = {"name": "later", "type": "amount", "of": {"measure": ["barns"]}, "max": 0}
    raw = {**raw, "rules": [rule], "solver": {"gap": 1e-9}}
    raw["measures"]["pens"]["max_total"] = 2
    path = write(raw, tmp_path)
    found = alloc.bottleneck(path, "cele", "sheep", jobs=1)
    units = found.best.measures.set_index(["year", "measure"])["units"]
    assert units[2021, "pens"] == pytest.approx(1)
    assert found.table["money"].tolist() == pytest.approx([6])  # another pen in 2021: 5 and its upkeep
    none = alloc.bottleneck(path, "cele", "sheep", jobs=2)
    assert (none.table["status"].tolist(), none.proven) == (["infeasible"], True)


def test_without_a_name_every_industry_that_could_grow_is_told_in_chinese_too(tmp_path: Path):
    done = command("bottleneck", write(short(), tmp_path), "--lang", "zh", "--year", 2021, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "2021 年celesheep" in done.stdout
    assert [row["year"] for row in rows_of(tmp_path / "out/bottlenecks.csv")] == ["2021"]
