"""The checked cases, whose optima another program found, with the aid and without, are solved to the same optima."""

import json
from pathlib import Path

import pytest

import alloc
from alloc.errors import InstanceError

CASES = Path(__file__).parent / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


def agrees(case: str, **asked: object) -> None:
    expected = EXPECTED[case]
    if expected["status"] == "fault":
        with pytest.raises(InstanceError):
            alloc.read(CASES / f"{case}.yaml")
        return
    run = alloc.solve(CASES / f"{case}.yaml", **asked)
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
    agrees(case, gap=1e-9)


@pytest.mark.parametrize("case", EXPECTED)
def test_a_small_case_is_driven_to_its_optimum_even_under_a_loose_gap(case: str) -> None:
    agrees(case, gap=1e-4)


@pytest.mark.parametrize("case", EXPECTED)
def test_a_checked_case_has_its_known_optimum_by_blocks_too(case: str) -> None:
    agrees(case, gap=1e-9, method="blocks", jobs=1)


def test_every_case_that_is_stored_is_checked() -> None:
    assert {file.stem for file in CASES.glob("*.yaml")} == set(EXPECTED)
