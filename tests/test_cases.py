"""The checked cases, whose optima another program found, with the aid and without, are solved to the same optima."""

import json
from functools import cache
from pathlib import Path

import pytest
from conftest import hasty
from test_verify import comes_back

import alloc
from alloc.errors import InstanceError
from alloc.instance import Options
from alloc.model import build
from alloc.report.workbook import write_workbook
from alloc.solver import solve_suited

CASES = Path(__file__).parent / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
CLOSELY, LOOSELY = 1e-9, 1e-4
OPTIMAL = [case for case, known in EXPECTED.items() if known["status"] == "optimal"]


@cache
def solved(case: str, **asked: object) -> alloc.Run:
    """Return the best plan of a case; tests read it, and change nothing."""
    with hasty():
        return alloc.solve(CASES / f"{case}.yaml", **asked)


def agrees(case: str, **asked: object) -> None:
    expected = EXPECTED[case]
    if expected["status"] == "fault":
        with pytest.raises(InstanceError):
            alloc.read(CASES / f"{case}.yaml")
        return
    run = solved(case, **asked)
    assert run.status == expected["status"]
    if run.status == "infeasible":
        return
    slack = 1e-6 * max(1, abs(expected["objective"]))
    assert run.objective == pytest.approx(expected["objective"], rel=0, abs=slack)
    assert run.figures["bound"] >= expected["objective"] - slack, "the bound does not claim more than is true"
    assert run.figures["audit"]["passed"]
    alone = expected["without_aid"]
    assert run.figures["without_aid"]["objective"] == pytest.approx(alone, rel=0, abs=1e-6 * max(1, abs(alone)))
    assert run.bridge["through_aid"].sum() == pytest.approx(2 * run.figures["through_aid"]["employment"], abs=1e-6)


@pytest.mark.parametrize("case", OPTIMAL)
def test_a_checked_case_has_its_known_optimum(case: str) -> None:
    instance, best = alloc.read(CASES / f"{case}.yaml"), EXPECTED[case]["objective"]
    plan = solve_suited(build(instance), instance, Options(gap=CLOSELY), jobs=1)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert plan.bound >= best - 1e-6 * max(1, abs(best)), "the bound does not claim more than is true"


@pytest.mark.parametrize("case", OPTIMAL[::3])
def test_the_best_plan_of_a_checked_case_comes_back_from_its_workbook(case: str, tmp_path: Path) -> None:
    run = solved(case, gap=LOOSELY)
    write_workbook(run.instance, run.tables, run.figures, tmp_path / "allocation.xlsx", "en")
    comes_back(run, tmp_path / "allocation.xlsx")


@pytest.mark.parametrize("case", EXPECTED)
def test_a_small_case_is_driven_to_its_optimum_even_under_a_loose_gap(case: str) -> None:
    agrees(case, gap=LOOSELY)


@pytest.mark.parametrize("case", EXPECTED)
def test_a_checked_case_has_its_known_optimum_by_blocks_too(case: str) -> None:
    agrees(case, gap=CLOSELY, method="blocks", jobs=1)


def test_every_case_that_is_stored_is_checked() -> None:
    assert {file.stem for file in CASES.glob("*.yaml")} == set(EXPECTED)
