"""Tornado, core and border, switching values and the value of information, worked by hand."""

import json
from functools import partial
from pathlib import Path

import pytest
import yaml
from conftest import MEASURE, SMALL, Raw, rivals
from oracle import optimum

import alloc
from alloc.study.sensitivity.sampling import bound_share, draw_latin
from alloc.study.sensitivity.tornado import _open, _swing

sensitivity = partial(alloc.sensitivity, jobs=1)
"""Small questions need no other process."""

DEMO = Path(__file__).parent.parent / "instances/demo"


def laid(raw: Raw, folder: Path) -> Path:
    """Write a question into a folder and return its path."""
    path = folder / "instance.yaml"
    path.write_text(yaml.safe_dump(json.loads(json.dumps(raw)), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


STRICT = {"measures.cele-workshop.national": "supplement-strict"}
"""With less national money than its ceiling the workshop may take no aid at all."""


@pytest.fixture(scope="module")
def bars():
    """Return the tornado of the demo: four figures with ranges that its README lets one work out."""
    ranges = {
        "funds.tianjin.range": {"amount": [32, 42]},
        "funds.national.range": {"by_county.cele": [12, 18]},
        "industries.garments.range": {"hazard": [0.15, 0.25]},
        "measures.yutian-courses.range": {"unit_cost": [0.22, 0.28]},
        **STRICT,
    }
    return sensitivity(DEMO, methods=["tornado"], overrides=ranges)


def test_a_tornado_is_what_the_demo_gives_by_hand(bars):
    # u workplaces: 1.1 u − 5 = aid − 50 · cost of a course − 2; the goal is 50 + 20 · hazard + u
    found = bars.tornado.set_index("figure")
    assert list(found.index) == [
        "funds.national.by_county.cele",
        "funds.tianjin.amount",
        "measures.yutian-courses.unit_cost",
        "industries.garments.hazard",
    ]
    by_hand = {
        "funds.tianjin.amount": (54 + 22.5 / 1.1, 54 + 32.5 / 1.1),
        "measures.yutian-courses.unit_cost": (54 + 29 / 1.1, 54 + 26 / 1.1),
        "industries.garments.hazard": (50 + 3 + 25, 50 + 5 + 25),
        "funds.national.by_county.cele": (54, 79),  # below the ceiling of 15 the workshop may take no aid
    }
    for figure, (low, high) in by_hand.items():
        row = found.loc[figure]
        assert (row["objective_low"], row["objective_high"]) == pytest.approx((low, high), rel=1e-6)
        assert row["swing"] == pytest.approx(abs(high - low), rel=1e-6)
        assert row["swing_employment"] == pytest.approx(row["swing"])
        assert row["swing_employment_aid"] == pytest.approx(row["swing"])  # without the aid the demo brings nothing
        assert row["employment_aid"] == row["employment"]
        assert row["swing_linkage"] == 0
    assert set(found["plan_high"]) == {"same"}
    assert list(found["plan_low"]) == ["other", "same", "same", "same"]
    lost = found.loc["funds.national.by_county.cele"]
    # without the workshop the rule that no category takes above 60 % needs money elsewhere
    assert (lost["enters_low"], lost["leaves_low"]) == ("cele-subsidy", "cele-workshop")


def test_figures_without_a_range_are_counted_and_not_varied(bars):
    assert bars.figures["varied"] == {"count": 4, "by": {"range": 4}}
    assert bars.figures["not_varied"]["by_source"].keys() == {"example", "none"}
    assert bars.figures["not_varied"]["count"] > 40


def rivals_with(jobs: float, cost: float = 1.0) -> Raw:
    """Return the rivals: pens bring a job for a unit of money, courses some, a hall 0.1; there is money for 100."""
    return rivals(measures={"courses": {"jobs": jobs}, "pens": {"unit_cost": cost}, "hall": {"jobs": 0.1}})


@pytest.fixture(scope="module")
def ranged(tmp_path_factory):
    """Return the path of the rivals, of which courses may bring up to 1.8 jobs and pens cost up to 2."""
    courses = {"jobs": 0.8, "range": {"jobs": [0.8, 1.8]}}
    pens = {"range": {"unit_cost": [1, 2]}}
    return laid(
        rivals(measures={"courses": courses, "pens": pens, "hall": {"jobs": 0.1}}), tmp_path_factory.mktemp("rivals")
    )


def test_switching_values_are_exact_and_both_sides_are_solved(ranged):
    found = sensitivity(ranged, methods=["switching"]).switching.set_index(["figure", "direction"])
    by_hand = {("measures.courses.jobs", "up"): 1.0, ("measures.pens.unit_cost", "up"): 1.25}
    for key, switch in by_hand.items():
        row = found.loc[key]
        assert row["result"] == "switch"
        assert row["switch"] == pytest.approx(switch, abs=2e-6)
        assert row["inside"] < row["switch"] < row["outside"] < row["inside"] + 1e-5
        assert (row["status_inside"], row["status_outside"]) == ("optimal", "optimal")
        assert row["best_inside"] == pytest.approx(row["held_inside"], rel=1e-5)
        assert row["best_outside"] > row["held_outside"]
        assert (row["enters"], row["leaves"]) == ("courses", "pens")


@pytest.mark.parametrize("side", [-1, 1])
def test_on_either_side_of_a_switching_value_another_program_funds_what_is_said(side):
    courses, pens = optimum(rivals_with(1 + side * 0.001)), optimum(rivals_with(0.8, 1.25 + side * 0.001))
    assert courses.stages == pytest.approx([100 * max(1, 1 + side * 0.001)], rel=1e-6)
    assert pens.stages == pytest.approx([max(80, 100 / (1.25 + side * 0.001))], rel=1e-6)


def test_insurance_stops_being_worth_it_at_the_hazard_worked_by_hand():
    # insuring a job costs 0.1 and keeps `hazard` jobs; in workplaces the same money keeps 0.1 (1 − hazard): 1 / 11
    found = sensitivity(
        DEMO,
        methods=["switching"],
        overrides={"industries.garments.range": {"hazard": [0, 0.25]}, "rules.no category above 60 %.max": 1},
    ).switching
    down, up = found.to_dict("records")
    assert down["switch"] == pytest.approx(1 / 11, abs=5e-6)
    assert (down["enters"], down["leaves"]) == ("", "cele-cover")
    assert up["result"] == "none"
    for at, covered in ((down["inside"], 1), (down["outside"], 0)):
        settings = {"industries.garments.hazard": at, "rules.no category above 60 %.max": 1}
        measures = alloc.solve(DEMO, overrides=settings).measures.set_index("measure")
        assert measures.loc["cele-cover", "funded"] == covered or abs(at - 1 / 11) < 5e-6


def test_a_reach_looks_beyond_ranges_and_where_there_is_none(ranged):
    rows = sensitivity(ranged, methods=["switching"], only=["measures.hall.jobs"], reach=11).switching
    assert list(rows["limit"]) == pytest.approx([0, 1.2])  # 0.1 ± 1.1, but jobs are never below 0
    assert list(rows["result"]) == ["none", "switch"]
    assert rows["switch"][1] == pytest.approx(1, abs=1e-5)


def test_what_the_instance_refuses_ends_a_search_with_its_reason(tmp_path):
    local = {"amount": None, "by_county": {"cele": 90}, "min_use": 50, "range": {"by_county.cele": [10, 100]}}
    path = laid(rivals(funds={"aid": local}), tmp_path)
    rows = sensitivity(path, methods=["switching"]).switching.to_dict("records")
    assert [row["result"] for row in rows] == ["refused", "none"]
    assert "'min' 50 is above 'max' 30" in rows[0]["message"]


def test_a_measure_is_core_border_or_exterior_by_the_share_of_samples_that_fund_it(tmp_path):
    # of eight even slices between 0.6 and 1.4, four lie above the one job that pens bring
    path = laid(
        rivals(
            measures={
                "courses": {"jobs": 0.8, "range": {"jobs": [0.6, 1.4]}},
                "hall": {"jobs": 0.1},
                "sure": {"jobs": 9, "max_units": 1},
            }
        ),
        tmp_path,
    )
    found = sensitivity(path, methods=["decisions"], samples=8).decisions.set_index("measure")
    assert dict(found["share"]) == {"pens": 0.5, "courses": 0.5, "hall": 0, "sure": 1}
    assert dict(found["class"]) == {"pens": "border", "courses": "border", "hall": "exterior", "sure": "core"}
    assert dict(found["funded"]) == {"pens": 1, "courses": 0, "hall": 0, "sure": 1}
    assert set(found["samples"]) == {8}


def test_knowing_a_figure_is_worth_what_it_lets_one_decide_better(tmp_path):
    # two places, 0.6 and 1.4 jobs a course: knowing brings (100 + 140) / 2, pens or courses blindly 100 either way
    courses = {"jobs": 0.8, "range": {"jobs": [0.2, 1.8]}}
    path = laid(rivals(measures={"courses": courses, "hall": {"jobs": 0.1, "range": {"jobs": [0, 0.2]}}}), tmp_path)
    found = sensitivity(path, methods=["information"], nodes=2).information
    assert list(found["figure"]) == ["measures.courses.jobs", "measures.hall.jobs"]
    assert list(found["informed"]) == pytest.approx([120, 100])
    assert list(found["evppi"]) == pytest.approx([20, 0], abs=1e-5)
    assert list(found["clear"]) == [1, 0]
    assert list(found["plans"]) == [2, 1]


def test_a_plan_that_cannot_be_carried_out_whole_is_worth_its_best_part():
    # Cele's national money at 12.6, 13.8, 15, 16.2, 17.4: twice 54 with subsidies instead of the workshop, else 79.
    # Today's measures without the workshop: 8 for insurance, at most 60 % = 12 for courses: 48 + 4 = 52.
    ranges = {"funds.national.range": {"by_county.cele": [12, 18]}, **STRICT}
    (row,) = sensitivity(DEMO, methods=["information"], overrides=ranges).information.to_dict("records")
    assert row["informed"] == pytest.approx((2 * 54 + 3 * 79) / 5)
    assert row["evppi"] == row["stay"] == pytest.approx((2 * 54 + 3 * 79) / 5 - (2 * 52 + 3 * 79) / 5)


def test_a_latin_hypercube_has_one_draw_in_each_slice_of_each_figure():
    draws = draw_latin(10, 3, seed=4)
    assert all(sorted(int(x * 10) for x in column) == list(range(10)) for column in draws.T)
    assert (draw_latin(10, 3, seed=4) == draws).all()
    assert (draw_latin(10, 3, seed=5) != draws).any()


def test_the_interval_of_a_share_is_that_of_wilson():
    # Newcombe 1998, table 1, method 3: 81 of 263 and 0 of 20
    assert bound_share(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert bound_share(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


TWO_COUNTIES = Path(__file__).parent / "cases/two-counties.yaml"


def test_best_and_held_plans_beside_a_switch_are_those_of_another_program():
    scarce = {"resources.water.range": {"amount": [80, 150]}}
    found = sensitivity(TWO_COUNTIES, methods=["switching"], overrides=scarce)
    (row,) = found.switching.to_dict("records")
    assert (row["result"], row["leaves"]) == ("switch", "yutian-fodder")
    assert row["inside"] - row["outside"] < 1e-4
    units = alloc.solve(TWO_COUNTIES).measures.set_index("measure")["units"]
    for side in ("inside", "outside"):
        raw = yaml.safe_load(TWO_COUNTIES.read_text(encoding="utf-8"))
        raw["resources"]["water"]["amount"] = row[side]
        assert optimum(raw).stages == pytest.approx([row[f"best_{side}"]], rel=1e-6)
        for measure in raw["measures"]:
            if measure["id"] in found.figures["funded"]:
                least = max(measure.get("min_units", 0), units[measure["id"]] / 10)
                measure |= {"committed": True, "min_units": float(least)}
            else:
                measure["eligible"] = False
        assert optimum(raw).stages == pytest.approx([row[f"held_{side}"]], rel=1e-6)
    assert row["best_inside"] - row["held_inside"] < 1e-4
    assert row["best_outside"] > row["held_outside"]


def test_a_measure_at_no_units_is_not_funded(tmp_path: Path):
    """Of 15, ten go to the better measure and five to the other, which has nothing left from 10 downwards."""
    measures = {
        "good": {**MEASURE, "category": "infrastructure", "max_units": 10, "min_units": 1, "jobs": 2, "effect": 0},
        "fair": {**MEASURE, "category": "training", "max_units": 10, "min_units": 0, "jobs": 1, "effect": 0},
    }
    raw = {**SMALL, "measures": measures, "funds": {"aid": {"kind": "aid", "amount": 15}}}
    raw["solver"] = {"gap": 1e-4}
    found = sensitivity(laid(raw, tmp_path), methods=["switching"], only=["funds.aid.amount"], reach=0.6)
    down = found.switching.set_index("direction").loc["down"]
    assert down["switch"] == pytest.approx(10, abs=1e-4)
    assert (down["enters"], down["leaves"]) == ("", "fair")


def test_what_solvers_leave_behind_is_no_swing():
    assert _swing([800.0, 800.00001, 799.99999], noise=8e-5) == 0
    assert _swing([800.0, 800.1, 799.99999], noise=8e-5) == pytest.approx(0.10001)
    assert _open({"objective": 5.0, "bound": 5.5}) == 0.5
    assert _open({"objective": 5.0, "bound": 4.9999999}) == _open({"objective": None, "bound": None}) == 0
