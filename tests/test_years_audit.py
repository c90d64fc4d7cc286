"""A plan over several years read a second time: what one year leaves to the next is found wrong where it is."""

import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner

import alloc
from alloc.audit import audit_years
from alloc.audit.horizon import _carry
from alloc.claims import compare_worlds
from alloc.cli import main
from alloc.counterfactual import find_worlds
from alloc.horizon import list_years, make_tables_of_years
from alloc.instance import Instance
from alloc.instance.schema import Fund
from alloc.model import build_years
from alloc.solver import solve_suited

TOY = """\
alloc: 1
name: toy
years: [2021, 2022, 2023]
counties: {hotan: {population: 20000, jobseekers: 100}}
funds: {aid: {kind: aid, amount: 1.5, carry: 0.6}}
measures:
  park: {county: hotan, category: infrastructure, unit_cost: 2, min_units: 1, max_units: 1, jobs: 9, recurrent: 0.5,
         life: 2}
  wage: {county: hotan, category: enterprise, unit_cost: 1, max_units: 2, jobs: 1, max_total: 1}
"""


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    path = tmp_path_factory.mktemp("years") / "toy.yaml"
    path.write_text(TOY, encoding="utf-8")
    instance = alloc.read(path)
    plan = solve_suited(build_years(instance), instance, instance.solver, jobs=1)
    worlds = find_worlds(instance, instance.solver)
    figures = {
        "status": "optimal",
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "employment": plan.values["ExpectedEmployment"][None],
        "linkage": plan.values["ExpectedLinkage"][None],
        "penalties": 0.0,
        "by_year": list_years(instance, plan, worlds),
        **compare_worlds(instance, plan, worlds, None),
    }
    return instance, make_tables_of_years(instance, plan, worlds), figures


def changed(instance: Instance, table: str, row: str, **keys: object) -> Instance:
    """Return the instance with other figures in every year."""
    questions = []
    for of in instance.questions:
        rows = {**getattr(of, table)}
        rows[row] = rows[row].model_copy(update=keys)
        questions.append(of.model_copy(update={table: rows}))
    return instance.model_copy(update={"questions": tuple(questions)})


def names(instance: Instance, tables: object, figures: object) -> set[str]:
    return {finding.check for finding in audit_years(instance, tables, figures).findings}


def test_a_plan_over_years_passes(answered):
    instance, tables, figures = answered
    # 1.5 saved, 0.9 carried: a park in the second year for 2, 0.24 of the rest carried to the third beside its upkeep
    assert tables[2022]["measures"].set_index("measure")["units"]["park"] == pytest.approx(1)
    assert names(instance, tables, figures) == set()


MUTANTS = {
    "carry": ("funds", "aid", {"carry": 0.3}, "within_fund"),
    "life": ("measures", "park", {"life": 1}, "lasts_by_returns"),
    "lead": ("measures", "park", {"lead": 1}, "lasts_by_returns"),
    "recurrent": ("measures", "park", {"recurrent": 0.6}, "covers_cost"),
    "max_total": ("measures", "wage", {"max_total": 0.1}, "keeps_totals"),
}


@pytest.mark.parametrize("key", MUTANTS)
def test_another_figure_of_what_years_leave_is_found(answered, key):
    instance, tables, figures = answered
    table, row, keys, check = MUTANTS[key]
    assert check in names(changed(instance, table, row, **keys), tables, figures)


def test_another_discount_is_found(answered):
    instance, tables, figures = answered
    assert "adds_years" in names(instance.model_copy(update={"discount": 0.5}), tables, figures)


def test_a_payment_moved_by_a_yuan_from_one_year_to_the_next_is_found(answered):
    instance, tables, figures = answered
    moved = {year: {name: frame.copy() for name, frame in of.items()} for year, of in tables.items()}
    moved[2022]["allocation"].loc[0, "amount"] -= 0.0001
    assert "covers_cost" in names(instance, moved, figures)


def test_solve_writes_tables_with_a_year_and_tells_each_year(tmp_path):
    data = yaml.safe_load(TOY)
    path = tmp_path / "toy.yaml"
    path.write_text(yaml.safe_dump({**data, "end_value": 1}, sort_keys=False), encoding="utf-8")
    told = CliRunner().invoke(main, ["solve", str(path), "--out", str(tmp_path / "out"), "--lang", "en"])
    assert told.exit_code == 0, told.output
    assert "2021-2023" in told.output
    assert "After 2023 nothing is bought" in told.output
    figures = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert [of["year"] for of in figures["by_year"]] == [2021, 2022, 2023, 2024]
    assert figures["audit"]["passed"]
    for name in ("allocation", "measures", "funds", "counties"):
        assert (Path(tmp_path) / f"out/{name}.csv").read_text(encoding="utf-8-sig").startswith("year,")
    out = str(tmp_path / "out")
    verified = CliRunner().invoke(main, ["verify", str(path), out, "--lang", "en"])
    assert verified.exit_code == 0, verified.output
    assert "keeps every limit and every rule" in verified.output
    refused = CliRunner().invoke(main, ["frontier", str(path), "--lang", "en"])
    assert refused.exit_code == 2, refused.output
    assert "over several years (2021, 2022, 2023)" in refused.output
    chinese = CliRunner().invoke(main, ["solve", str(path), "--out", str(tmp_path / "zh"), "--lang", "zh"])
    assert "各年购置或建设的数量" in chinese.output


def test_what_a_county_has_left_of_its_own_money_is_carried_by_its_share():
    """Of 10 for Cele 4 are spent, of 5 for Yutian all: half of 6 and of nothing goes on to the next year."""
    old, new = (
        Fund(kind="aid", by_county=money, carry=0.5) for money in ({"cele": 10, "yutian": 5}, {"cele": 20, "yutian": 7})
    )
    spent = {"aid": {"cele": Decimal(4), "yutian": Decimal(5)}, "other": {"cele": Decimal(3)}}
    before = SimpleNamespace(instance=SimpleNamespace(funds={"aid": old}), spent=spent)
    assert _carry(before, "aid", new).by_county == {"cele": 23.0, "yutian": 7.0}
