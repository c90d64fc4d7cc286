"""Published replacement costs of projects come out of why, and a larger budget drops what a smaller one buys.

From oppr's own test of `replacement_costs` (github.com/prioritizr/oppr, tests/testthat/test_replacement_costs.R): four
projects with a chance of success, three features, of each of which the best project that is funded counts. Actions cost
0.10, 0.10, 0.15 and 0; the budget is 0.26. Here money is in hundredths, and what is expected in thousandths.
"""

from pathlib import Path

import pytest
import yaml
from conftest import rivals

from alloc.study.answers.margin import margin
from alloc.study.answers.why import why

FIRST, SECOND, THIRD, FOURTH = 0.91 * 0.95, 0.96 * 0.92, 0.94 * 0.80, 1.00 * 0.10
"""What each project brings to each feature that it helps."""

WITHOUT_FIRST = 1000 * (THIRD + SECOND + FOURTH)
WITHOUT_THIRD = 1000 * (FIRST + SECOND + FOURTH)
GIVEN = 1000 * (FIRST + THIRD + FOURTH)
"""As published: the best without the first action, without the third, and the plan given, which lacks the second."""


def helps(feature: str, worth: float, **keys: object) -> dict[str, object]:
    return {"jobs": 1000 * worth, "max_units": 1, "integer": True, "unit_cost": 0, "tags": [feature], **keys}


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    measures = {
        "p1": helps("f1", FIRST, unit_cost=10),
        "p2": helps("f2", SECOND, unit_cost=10),
        "p3": {"min_units": 1, "max_units": 1, "integer": True, "unit_cost": 15},
        "p3-f1": helps("f1", THIRD, requires=["p3"]),
        "p3-f2": helps("f2", THIRD, requires=["p3"]),
        "p4-f1": helps("f1", FOURTH),
        "p4-f2": helps("f2", FOURTH),
        "p4-f3": helps("f3", FOURTH),
    }
    best = [{"name": f, "type": "count", "of": {"tag": f}, "max": 1} for f in ("f1", "f2", "f3")]
    raw = rivals(measures=measures, funds={"aid": {"amount": 26}}, rules=best)
    raw["measures"] = {m: {"county": "cele", "category": "training", **row} for m, row in measures.items()}
    path = tmp_path / "projects.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("project", "without"),
    [("p1", WITHOUT_FIRST), ("p2", GIVEN)],
)
def test_what_a_project_is_worth_is_its_published_replacement_cost(projects: Path, project: str, without: float):
    found = why(projects, project, jobs=1, gap=1e-7)
    assert found.kind == "planned"
    assert found.base.objective == pytest.approx(WITHOUT_THIRD)
    assert found.then.objective == pytest.approx(without)


def test_a_larger_budget_drops_what_a_smaller_one_buys(projects: Path):
    """15 buy the third project alone, 752 + 752 + 100; 20 buy the first two in its place."""
    found = margin(projects, fund="aid", step=5, steps=(0, 1), overrides={"funds.aid.amount": 15}, jobs=1, gap=1e-7)
    assert [point.objective for point in found.points.values()] == pytest.approx(
        [1000 * (2 * THIRD + FOURTH), WITHOUT_THIRD]
    )
    assert "p3" in found.points[0].funded
    assert {"p1", "p2"} <= set(found.points[1].funded)
    assert "p3" not in found.points[1].funded
