"""The world without the aid over several years: worked by hand, told in every form, and read a second time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import instance_of

from alloc import counterfactual
from alloc.audit import audit_years
from alloc.counterfactual import UNKNOWN, Counterfactual, find_worlds
from alloc.horizon import list_years, make_tables_of_years
from alloc.instance import Instance
from alloc.report.annual import summarise_years
from alloc.report.told import tell_whose
from alloc.run import Run, solve
from alloc.solution import Status
from alloc.study.compare.diff import diff

OWN: dict[str, Any] = {
    "alloc": 1,
    "name": "own",
    "years": [2021, 2022],
    "discount": 0.25,
    "counties": {"hotan": {"population": 20000, "jobseekers": 100}},
    "funds": {"aid": {"kind": "aid", "amount": 4}, "own": {"kind": "local", "amount": 3, "carry": 1}},
    "measures": {
        "park": {"county": "hotan", "category": "infrastructure", "unit_cost": 2, "max_units": 4, "jobs": 1},
        "wage": {"county": "hotan", "category": "enterprise", "unit_cost": 1, "max_units": 1, "jobs": 1},
    },
    "objective": {"employment": 1},
}
"""Own money comes to 3 a year, and what is left stays; later years count 0.8. Without the aid: a wage (1) and a park
place (2) in 2021, the same in 2022. With it 7 a year: a wage and 3 park places in 2021; in 2022 a wage and the last
park place, of which there are 4 in all.
"""

ROAD: dict[str, Any] = {"county": "hotan", "category": "infrastructure", "min_units": 1, "max_units": 1}


def ask(**more: Any) -> Instance:
    return instance_of({**OWN, "measures": {**OWN["measures"], **more}})


@pytest.fixture(scope="module")
def run() -> Run:
    return solve(ask(), gap=1e-9)


def test_others_money_alone_brings_what_arithmetic_says(run: Run) -> None:
    alone = [(of["without_aid"]["employment"], of["employment"]) for of in run.figures["by_year"]]
    assert alone == [pytest.approx((2, 4)), pytest.approx((3, 5))]
    assert run.figures["without_aid"]["employment"] == pytest.approx(2 + 0.8 * 3)
    assert run.figures["through_others"]["employment"] == pytest.approx(2 + 0.8 * 3)
    assert run.figures["through_aid"]["employment"] == pytest.approx(2 + 0.8 * 2)
    assert run.figures["through_aid"]["range"] is None
    assert run.figures["status_quo"]["employment"] == pytest.approx(0)
    units = run.tables["measures"].set_index(["year", "measure"])["units_without_aid"]
    assert list(units) == pytest.approx([1, 1, 1, 1])
    aid = run.tables["allocation"].query("kind == 'aid'")
    assert (aid["amount_without_aid"] == 0).all()
    assert aid["amount"].sum() > 0


def test_money_that_others_leave_is_carried_without_the_aid_too() -> None:
    """A hall for 6 is paid by the own money of two years: in 2022 it stands, and nothing else is paid."""
    hall = {**ROAD, "unit_cost": 6, "jobs": 20}
    run = solve(ask(hall=hall), gap=1e-9)
    alone = [of["without_aid"]["employment"] for of in run.figures["by_year"]]
    assert alone == pytest.approx([0, 20])


@pytest.mark.parametrize(("cost", "upkeep", "lapsed"), [(3, 3, []), (5, 0, ["road"]), (2, 4.5, ["road"])])
def test_a_commitment_lapses_that_others_cannot_pay_for_or_keep_up(cost: float, upkeep: float, lapsed: list) -> None:
    """Own money pays 3 for the road in 2021 and 3 of upkeep in 2022. 5 in 2021 are too much; of 3 + 3 with 2 paid in
    2021 4 are left for an upkeep of 4.5."""
    road = {**ROAD, "unit_cost": cost, "recurrent": upkeep, "committed": True}
    run = solve(ask(road=road), gap=1e-9)
    assert run.figures["without_aid"]["lapsed"] == lapsed
    told = list(tell_whose(run.instance, run.figures, "en"))
    assert any("1 commitment lapses" in line for line in told) == bool(lapsed)


def test_whose_the_jobs_are_is_told(run: Run) -> None:
    said = "Of 8.0 job-years of all years, later ones discounted, 0.0 would be there anyway, 4.4 come through others' "
    assert list(tell_whose(run.instance, run.figures, "en")) == [said + "money and 3.6 through the aid."]
    assert "由援助带来 3.6" in "".join(tell_whose(run.instance, run.figures, "zh"))
    assert summarise_years(run.instance, run.tables, run.figures, "en")


def test_a_notebook_shows_a_plan_over_several_years(run: Run) -> None:
    shown = run._repr_html_()
    assert "Over 2021–2022 the plan spends" in shown
    assert "3.6 through the aid" in shown
    assert shown.count("<img") == 2


def test_a_world_that_is_not_known_or_not_proven_is_said_to_be(run: Run) -> None:
    worlds = find_worlds(run.instance, run.instance.solver)
    for without in (UNKNOWN, Counterfactual(replace(worlds.without.solution, status=Status.FEASIBLE))):
        told = list_years(run.instance, run.solution, replace(worlds, without=without))
        assert [of["through_aid"] for of in told] == [None, None]


def test_the_world_of_a_large_question_is_not_waited_for_longer_than_is_due(monkeypatch) -> None:
    """Sought in a process of its own it is as above; where no time is left for it it is said to be unknown."""
    monkeypatch.setattr(counterfactual, "MANY", 1)
    known = solve(ask(), gap=1e-9)
    assert known.figures["without_aid"]["employment"] == pytest.approx(4.4)
    monkeypatch.setattr(counterfactual, "LEAST", 0.0)
    monkeypatch.setattr(counterfactual, "AFTER", 0.0)
    unknown = solve(ask(), gap=1e-9)
    assert (unknown.objective, unknown.figures["without_aid"]["employment"]) == (pytest.approx(8), None)
    told = list(tell_whose(unknown.instance, unknown.figures, "en"))
    assert "between ? and ? through the aid." in told[0]
    assert "is not proven" in told[1]
    assert unknown.tables["counties"]["jobs_gained_without_aid"].isna().all()


def test_the_audit_reads_the_world_without_the_aid_a_second_time(run: Run) -> None:
    worlds = find_worlds(run.instance, run.instance.solver)

    def find(change: Any) -> set[str]:
        tables = make_tables_of_years(run.instance, run.solution, worlds)
        change(tables)
        return {finding.check for finding in audit_years(run.instance, tables, run.figures).findings}

    def spend(tables: Any) -> None:
        tables[2022]["allocation"].loc[lambda of: of["kind"] == "local", "amount_without_aid"] += 0.001

    def gain(tables: Any) -> None:
        tables[2022]["measures"]["gain_without_aid"] += 1.0

    assert find(lambda tables: None) == set()
    assert {"covers_cost", "within_fund"} <= find(spend)
    assert {"lasts_by_returns", "totals_without_aid"} <= find(gain)


def test_another_sum_over_years_of_the_world_without_the_aid_is_found(run: Run) -> None:
    worlds = find_worlds(run.instance, run.instance.solver)
    tables = make_tables_of_years(run.instance, run.solution, worlds)
    figures = {**run.figures, "without_aid": {**run.figures["without_aid"], "employment": 5.0}}
    found = {finding.check for finding in audit_years(run.instance, tables, figures).findings}
    assert {"adds_worlds", "attributes_jobs"} <= found


def test_two_plans_over_years_are_set_side_by_side_year_by_year(run: Run, tmp_path: Path) -> None:
    """Without the aid there are two jobs less in each of both years: two park places in 2021 that are there in 2022."""
    found = diff(
        run, solve(instance_of({**OWN, "funds": {**OWN["funds"], "aid": {"kind": "aid", "amount": 0}}}), gap=1e-9)
    )
    goals, counties, funds, measures = (
        found.tables[name].set_index(key)
        for name, key in (
            ("goals", "goal"),
            ("counties", "year"),
            ("funds", ["year", "fund"]),
            ("measures", ["year", "measure"]),
        )
    )
    assert goals["value_change"][["employment", "through_aid"]].tolist() == pytest.approx([-2 - 0.8 * 2] * 2)
    assert counties["jobs_gained_change"].to_dict() == pytest.approx({"2021": -2, "2022": -2})
    assert funds["available_change"].xs("aid", level="fund").to_dict() == pytest.approx({"2021": -4, "2022": -4})
    assert funds["available_b"].xs("own", level="fund").to_dict() == pytest.approx({"2021": 3, "2022": 3})
    assert measures["what"].xs("park", level="measure").to_dict() == {"2021": "less", "2022": "same"}
    assert found.split.why_not == "What budget, rules and data each bring about is not split over several years."
    kept = found.save(tmp_path / "diff")
    assert "2022" in (kept / "diff.html").read_text(encoding="utf-8")


def test_money_that_is_carried_is_there_in_the_year_of_a_comparison_and_a_year_stands_beside_several() -> None:
    years = solve(instance_of({**OWN, "measures": {"wage": OWN["measures"]["wage"]}}), gap=1e-9)
    first = solve(instance_of({**OWN, "years": [2021]}), gap=1e-9)
    found = diff(first, years)
    funds = found.tables["funds"].set_index(["year", "fund"])
    own = years.tables["funds"].set_index(["year", "fund"])["available"]
    assert funds["available_b"].tolist() == pytest.approx([own[int(year), fund] for year, fund in funds.index])
    assert own[2022, "own"] > 3
    assert funds["available_a"]["2022"].tolist() == [0, 0]
    assert found.figures["a"]["year"] == 2021
    assert found.figures["b"]["year"] == [2021, 2022]
