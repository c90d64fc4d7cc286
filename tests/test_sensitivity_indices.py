"""Morris and Sobol indices against functions whose indices are known."""

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from conftest import rivals
from test_sensitivity import laid

import alloc
from alloc.errors import RequestError
from alloc.study.sensitivity import indices
from alloc.study.sensitivity.uncertain import Uncertain

needs_salib = pytest.mark.skipif(
    indices.find_spec("SALib") is None, reason="SALib is not installed: pip install 'alloc[sensitivity]'"
)


def between(**ends: tuple[float, float]) -> tuple[Uncertain, ...]:
    return tuple(Uncertain(name, low, low, high, "range") for name, (low, high) in ends.items())


sensitivity = partial(alloc.sensitivity, jobs=1)
"""Small questions need no other process."""

ANGLES = between(x1=(-math.pi, math.pi), x2=(-math.pi, math.pi), x3=(-math.pi, math.pi))


def ishigami(x: indices.Numbers) -> dict[str, indices.Numbers]:
    """Return the function of Ishigami & Homma 1990 with a = 7 and b = 0.1."""
    x1, x2, x3 = x.T
    return {"objective": np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)}


@needs_salib
def test_the_indices_of_ishigami_are_the_known_ones():
    a, b = 7, 0.1
    v1, v2, v13 = 0.5 * (1 + b * math.pi**4 / 5) ** 2, a**2 / 8, b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    found = indices.sobol(ANGLES, 1024, 1, ishigami).set_index("figure")
    known = {"x1": (v1 / v, (v1 + v13) / v), "x2": (v2 / v, v2 / v), "x3": (0, v13 / v)}
    for figure, (alone, total) in known.items():
        row = found.loc[figure]
        assert abs(row["s1"] - alone) <= row["s1_conf"] + 1e-3
        assert abs(row["st"] - total) <= row["st_conf"] + 1e-3
    assert list(found.index) == ["x1", "x2", "x3"]
    assert set(found["runs"]) == {1024}
    assert found["variance"].iloc[0] == pytest.approx(v, rel=0.05)


@needs_salib
def test_groups_in_which_one_question_has_no_plan_are_left_out():
    def patchy(x: indices.Numbers) -> dict[str, indices.Numbers]:
        y = ishigami(x)["objective"]
        y[[3, 4, 17]] = math.nan  # five questions a group: the first and the fourth
        return {"objective": y, "linkage": np.full(len(x), math.nan), "employment": np.zeros(len(x))}

    found = indices.sobol(ANGLES, 64, 1, patchy).set_index(["output", "figure"])
    assert found.loc[("objective", "x1"), "runs"] == 62
    assert found.loc[("linkage", "x1"), "runs"] == 0
    assert math.isnan(found.loc[("employment", "x1"), "st"])  # what does not vary has no shares of variance
    first = indices.morris(ANGLES, 8, 1, patchy).set_index(["output", "figure"])
    assert first.loc[("objective", "x1"), "runs"] == 5  # four questions a trajectory: the first, second and fifth
    assert list(dict.fromkeys(found.reset_index()["output"])) == ["objective", "employment", "linkage"]


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Path:
    """Return a question with money for all: the best goal is jobs · units of pens + 5 · jobs of a course."""
    pens = {"jobs": 1, "max_units": 20, "range": {"jobs": [0.5, 1.5], "max_units": [10, 30]}}
    courses = {"jobs": 4, "max_units": 5, "range": {"jobs": [3, 5]}}
    return laid(rivals(measures={"pens": pens, "courses": courses}), tmp_path_factory.mktemp("product"))


FIGURES = ("measures.pens.max_units", "measures.pens.jobs", "measures.courses.jobs")
ENDS = between(**dict(zip(FIGURES, [(10, 30), (0.5, 1.5), (3, 5)], strict=True)))


def known_goal(x: indices.Numbers) -> dict[str, indices.Numbers]:
    """Return the best goal of the question by hand: jobs · units of pens, and 5 courses."""
    return {"objective": x[:, 0] * x[:, 1] + 5 * x[:, 2]}


def known_indices() -> dict[str, tuple[float, float]]:
    """Return first-order and total indices by hand; a figure even over a width w has the variance w² / 12."""
    vj, vu, vc = 1 / 12, 20**2 / 12, 2**2 / 12
    alone, both = dict(zip(FIGURES, [vu * 1**2, vj * 20**2, 5**2 * vc], strict=True)), vj * vu
    v = sum(alone.values()) + both
    return {f: (part / v, (part + (both if "pens" in f else 0)) / v) for f, part in alone.items()}


@needs_salib
def test_sobol_indices_of_an_instance_with_an_analytic_answer_come_out_within_their_confidence(product):
    found = sensitivity(product, methods=["sobol"], samples=8).sobol
    asked = found[found["output"] == "objective"].set_index("figure")
    by_hand = indices.sobol(ENDS, 8, 1, known_goal).set_index("figure")  # the same samples, answered by the formula
    many = indices.sobol(ENDS, 2048, 1, known_goal).set_index("figure")
    columns = ["s1", "s1_conf", "st", "st_conf", "variance"]
    for figure, (alone, total) in known_indices().items():
        assert list(asked.loc[figure, columns]) == pytest.approx(list(by_hand.loc[figure, columns]), rel=1e-6)
        assert abs(asked.loc[figure, "s1"] - alone) <= asked.loc[figure, "s1_conf"]
        row = many.loc[figure]
        assert abs(row["s1"] - alone) <= row["s1_conf"] < 0.06
        assert abs(row["st"] - total) <= row["st_conf"] < 0.06


@needs_salib
def test_elementary_effects_of_an_additive_goal_are_its_slopes(product):
    found = sensitivity(product, methods=["morris"], only=["measures.courses.jobs"], samples=2).morris
    row = found[found["output"] == "objective"].iloc[0]
    assert row["mu"] == row["mu_star"] == pytest.approx(5 * 2)  # 5 courses, 2 jobs from end to end
    assert row["sigma"] == pytest.approx(0, abs=1e-9)
    assert set(found[found["output"] == "linkage"]["mu_star"].isna()) == {True}


def test_without_salib_the_way_to_it_is_said_before_anything_is_solved(product, monkeypatch):
    monkeypatch.setattr(indices, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"need the package SALib: pip install 'alloc\[sensitivity\]'"):
        sensitivity(product, methods=["morris"])
