"""The checked cases, whose optima another program found, with the aid and without, are solved to the same optima."""

import json
from functools import cache
from pathlib import Path

import pytest
from test_verify import comes_back

import alloc
from alloc.errors import InstanceError
from alloc.report.workbook import write_workbook

CASES = Path(__file__).parent / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
CLOSELY = 1e-9


@cache
def solved(case: str, **asked: object) -> alloc.Run:
    """Return the best plan of a case; tests read it, and change nothing."""
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


@pytest.mark.parametrize("case", EXPECTED)
def test_a_checked_case_has_its_known_optimum(case: str) -> None:
    agrees(case, gap=CLOSELY)


@pytest.mark.parametrize("case", [case for case, known in EXPECTED.items() if known["status"] == "optimal"])
def test_the_best_plan_of_a_checked_case_comes_back_from_its_workbook(case: str, tmp_path: Path) -> None:
    run = solved(case, gap=CLOSELY)
    write_workbook(run.instance, run.tables, run.figures, tmp_path / "allocation.xlsx", "en")
    comes_back(run, tmp_path / "allocation.xlsx")


@pytest.mark.parametrize("case", EXPECTED)
def test_a_small_case_is_driven_to_its_optimum_even_under_a_loose_gap(case: str) -> None:
    agrees(case, gap=1e-4)


@pytest.mark.parametrize("case", EXPECTED)
def test_a_checked_case_has_its_known_optimum_by_blocks_too(case: str) -> None:
    agrees(case, gap=CLOSELY, method="blocks", jobs=1)


def test_every_case_that_is_stored_is_checked() -> None:
    assert {file.stem for file in CASES.glob("*.yaml")} == set(EXPECTED)
