"""Figures that the format holds together move together; what leaves no plan is no largest effect."""

from functools import partial
from pathlib import Path

import pytest
from conftest import asked, instance_of, one_measure, rivals
from test_sensitivity import laid

import alloc
from alloc.cli.sensitivity_summary import show_sensitivity
from alloc.instance import draft
from alloc.instance.starter import start
from alloc.study.sensitivity.linked import link_figures
from alloc.study.sensitivity.uncertain import select_figures

sensitivity = partial(alloc.sensitivity, jobs=1)
"""Small questions need no other process."""

ROOT = Path(__file__).parent.parent
WORKS = {"county": "cele", "industry": "sheep", "jobs": 50, "infrastructure": 50, "training": 80, "enterprise": 1000}
STANDING = asked(industries={"sheep": {"productivity": 2}}, baseline=[{**WORKS, "market": 200, "max_jobs": 90}])
SHARED = one_measure(min_share={"aid": 0.3}, max_share={"aid": 0.3})
FIXED = rivals(
    measures={"pens": {"min_units": 60, "max_units": 60}, "courses": {"min_units": 5}},
    rules=[
        {"name": "just", "type": "share", "of": {"measure": "pens"}, "min": 0.5, "max": 0.5},
        {"name": "some", "type": "amount", "of": {"measure": "pens"}, "min": 20, "max": 70},
    ],
    funds={"aid": {"min_use": 50}},
)
PLANNED = one_measure(national_ceiling=40, national_planned=30)


@pytest.mark.parametrize(
    ("raw", "moved", "along"),
    [
        (STANDING, {"baseline.1.jobs": 60}, {"baseline.1.infrastructure": 60}),
        (STANDING, {"baseline.1.jobs": 85}, {"baseline.1.infrastructure": 85, "baseline.1.training": 85}),
        (STANDING, {"baseline.1.jobs": 40}, {}),
        (STANDING, {"baseline.1.infrastructure": 60}, {}),
        (STANDING, {"baseline.1.infrastructure": 40}, {"baseline.1.jobs": 40}),
        (STANDING, {"baseline.1.max_jobs": 45}, {"baseline.1.jobs": 45}),
        (STANDING, {"baseline.1.market": 90}, {"baseline.1.jobs": 45}),
        (STANDING, {"industries.sheep.productivity": 5}, {"baseline.1.market": 250}),
        (STANDING, {"baseline.1.jobs": 60, "baseline.1.infrastructure": 40}, {"baseline.1.infrastructure": 60}),
        (SHARED, {"measures.pens.min_share.aid": 0.2}, {"measures.pens.max_share.aid": 0.2}),
        (SHARED, {"measures.pens.max_share.aid": 0.4}, {"measures.pens.min_share.aid": 0.4}),
        (FIXED, {"measures.pens.max_units": 40}, {"measures.pens.min_units": 40}),
        (FIXED, {"measures.courses.min_units": 4}, {}),
        (FIXED, {"rules.just.min": 0.4}, {"rules.just.max": 0.4}),
        (FIXED, {"rules.some.min": 30}, {}),
        (FIXED, {"rules.some.min": 80}, {"rules.some.max": 80}),
        (FIXED, {"rules.some.max": 10}, {"rules.some.min": 10}),
        (FIXED, {"funds.aid.amount": 40}, {"funds.aid.min_use": 40}),
        (FIXED, {"measures.pens.eligible": False}, {}),
        (PLANNED, {"measures.pens.national_planned": 50}, {"measures.pens.national_ceiling": 50}),
        (PLANNED, {"measures.pens.national_ceiling": 20}, {"measures.pens.national_planned": 20}),
    ],
)
def test_what_cannot_move_alone_takes_along_just_what_it_must(raw, moved, along):
    assert link_figures(instance_of(raw)).along(moved) == pytest.approx(along)


def test_of_two_figures_that_are_one_the_one_with_a_range_varies():
    raw = one_measure(min_share={"aid": 0.3}, max_share={"aid": 0.3}, range={"max_share.aid": [0.1, 0.5]})
    spread = {"default": 0.1}
    shares = [one.path for one in select_figures(instance_of(raw), ["measures.*share*"], spread).varied]
    assert shares == ["measures.pens.max_share.aid"]
    shares = [one.path for one in select_figures(instance_of(SHARED), ["measures.*share*"], spread).varied]
    assert shares == ["measures.pens.min_share.aid"]


def test_a_spread_does_not_lead_beyond_the_end_of_a_curve():
    raw = rivals(measures={"pens": {"max_units": 100, "returns": [[50, 1], [110, 0.5]]}})
    (units,) = select_figures(instance_of(raw), ["measures.pens.max_units"], {"default": 0.2}).varied
    assert (units.low, units.high) == (80, 110)


@pytest.fixture(scope="module")
def starter(tmp_path_factory) -> Path:
    """Return the starter as it is shipped."""
    return start(tmp_path_factory.mktemp("new") / "starter", excel=False, lang="en").parent


@pytest.mark.parametrize("place", ["starter", "instances/demo", "tests/everything"])
def test_no_figure_is_refused_at_an_end_of_its_spread(place, starter):
    question = draft(starter if place == "starter" else ROOT / place)
    instance = question.inspect({}).instance
    bound = link_figures(instance)
    varied = select_figures(
        instance, [], {"default": 0.4, **dict.fromkeys((*instance.sources, "assumption"), 0.4)}
    ).varied
    assert len(varied) > 20
    for one in varied:
        for end in (one.low, one.high):
            point = {one.path: end}
            assert question.inspect({**point, **bound.along(point)}).faults == ()


def test_the_starter_has_no_figure_that_leaves_it_without_a_plan(starter):
    only = ["baseline.4.jobs", "baseline.2.infrastructure", "measures.north-cover", "measures.south-courses.max_units"]
    found = sensitivity(starter, methods=["tornado"], spread={"default": 0.2}, only=only)
    bars = found.tornado.set_index("figure")
    assert found.figures["statuses"] == {"optimal": found.figures["questions"]}
    jobs = bars.loc["baseline.4.jobs"]
    assert (jobs["with_low"], jobs["with_high"]) == ("", "baseline.4.training")
    both = alloc.solve(starter, overrides={"baseline.4.jobs": 72, "baseline.4.training": 72})
    assert jobs["objective_high"] == pytest.approx(both.objective, rel=1e-6)
    fewer = bars.loc["baseline.2.infrastructure"]
    assert (fewer["with_low"], fewer["with_high"]) == ("baseline.2.jobs", "")
    shares = bars.loc[["measures.north-cover.min_share.household", "measures.north-cover.max_share.household"]]
    assert (shares[["with_low", "with_high"]] == "").all(axis=None)  # there is room between them
    told = "\n".join(show_sensitivity(found.tables, found.figures))
    assert "baseline.4.jobs (with baseline.4.training) from 48 to 72" in told
    assert "baseline.4.jobs（连同 baseline.4.training）" in "\n".join(
        show_sensitivity(found.tables, found.figures, "zh")
    )


def test_what_leaves_no_plan_is_not_ranked_as_the_largest_effect(tmp_path):
    least = {"name": "courses", "type": "amount", "of": {"measure": "courses"}, "min": 20, "range": {"min": [19, 150]}}
    path = laid(rivals(rules=[least], measures={"pens": {"range": {"jobs": [0.6, 1.5]}}}), tmp_path)
    found = sensitivity(path, methods=["tornado"])
    assert list(found.tornado["figure"]) == ["measures.pens.jobs", "rules.courses.min"]
    told = list(show_sensitivity(found.tables, found.figures))
    assert "  rules.courses.min from 19 to 150: goal 90.5 to no plan" in told
    at = told.index("No plan at an end of these figures:")
    assert told[at + 1].startswith("  rules.courses.min at 150: infeasible")
    assert "  rules.courses.min 取 150：无可行方案" in "\n".join(show_sensitivity(found.tables, found.figures, "zh"))
