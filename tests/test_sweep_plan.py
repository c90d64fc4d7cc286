"""Plans of sweeps: what they mean, and every mistake with its sentence."""

from pathlib import Path
from typing import Any

import pytest

import alloc
from alloc.errors import InstanceError
from alloc.instance import Draft, draft
from alloc.instance.paths import find_number, list_paths
from alloc.instance.spans import UnclearError, read_span
from alloc.study.sweep.cases import Case, make_cases
from alloc.study.sweep.plan import read_plan

DEMO = Path(__file__).parent.parent / "instances/demo"
HOTAN = DEMO.parent / "hotan-2019"


@pytest.fixture(scope="module")
def demo() -> Draft:
    return draft(DEMO)


def planned(of: Draft, **plan: Any) -> list[Case]:
    written, source = read_plan(plan)
    return make_cases(written, source, of, {})[1]


def _laid(of: Draft, file: Path) -> None:
    written, source = read_plan(file)
    make_cases(written, source, of, {})


def told(of: Draft, tmp_path: Path, text: str) -> list[str]:
    """Return the faults of a plan file."""
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InstanceError) as caught:
        _laid(of, file)
    return [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("key", "value", "path", "factor", "values"),
    [
        ("a.b", [1, 2], "a.b", False, (1, 2)),
        ("a.b", 3, "a.b", False, (3,)),
        ("a.b", ["× 0.8", "x 1", "* 1.2"], "a.b", True, (0.8, 1, 1.2)),
        ("a.b ×", [0.8, 1], "a.b", True, (0.8, 1)),
        ("a.b", {"range": "1…2", "count": 3}, "a.b", False, (1, 1.5, 2)),
        ("a.b", {"range": "1..2", "step": 0.5}, "a.b", False, (1, 1.5, 2)),
        ("a.b", {"range": "× 0.8...1.2", "count": 3}, "a.b", True, (0.8, 1, 1.2)),
        ("a.b × 0.8…1.2", {"count": 3}, "a.b", True, (0.8, 1, 1.2)),
        ("a.b x 0.1..0.3", {"step": 0.1}, "a.b", True, (0.1, 0.2, 0.3)),
        ("rules.max x of y.min", [1], "rules.max x of y.min", False, (1,)),
    ],
)
def test_a_line_is_a_list_a_range_or_factors(key: str, value: Any, path: str, factor: bool, values: tuple[object, ...]):
    found = read_span(key, value)
    assert (found.path, found.factor, found.values) == (path, factor, values)


def test_a_range_to_draw_from_needs_no_count():
    found = read_span("a.b × 0.8…1.2", None, drawn=True)
    assert found.factor
    assert [found.at(part) for part in (0, 0.25, 0.5)] == [0.8, 0.9, 1.0]
    assert [read_span("a.b", ["p", "q", "r"], drawn=True).at(x) for x in (0, 0.4, 0.99)] == ["p", "q", "r"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.8…1.2", "sweep_count_or_step"),
        ({"range": "0.8…1.2"}, "sweep_count_or_step"),
        ({"range": "1.2…0.8", "count": 3}, "sweep_empty_range"),
        ({"range": "0.8…1.2", "count": 1}, "sweep_bad_count"),
        ({"range": "0.8…1.2", "step": 0}, "sweep_bad_count"),
        ({"range": "0.8…1.2", "count": 1_000_000_000}, "sweep_too_many"),
        ({"range": "0.8…1.2", "step": 1e-9}, "sweep_too_many"),
        ({"range": "0.8…1.2", "cuont": 3}, "sweep_no_range"),
        ({"count": 3}, "sweep_no_range"),
        ([1, "× 2"], "sweep_mixed_factors"),
        (["× two"], "sweep_not_a_factor"),
        ([], "sweep_not_values"),
        ([[1]], "sweep_not_values"),
        (None, "sweep_not_values"),
    ],
)
def test_a_line_that_is_unclear_says_so(value: Any, text: str):
    with pytest.raises(UnclearError) as caught:
        read_span("a.b", value)
    assert caught.value.text == text


@pytest.mark.parametrize(
    ("path", "count", "one"),
    [
        ("funds.tianjin-aid.amount", 1, "funds.tianjin-aid.amount"),
        ("measures[category=training].unit_cost", 20, None),
        ("measures[category=training,county=cele].unit_cost", None, None),
        ("measures[*].unit_cost", 128, None),
        ("measures.*.unit_cost", 128, None),
        ("measures[chain=sheep].unit_cost", None, None),
        ("measures[tag=livelihood].unit_cost", None, None),
        ("measures[region=hotan].unit_cost", 128, None),
        ("baseline[county=cele,industry=fodder].jobs", 1, None),
        ("rules[type=parity].max", 1, "rules.aid to industry and work a head within 1.25 times.max"),
        ("funds.national-poverty.by_county.*", 3, "funds.national-poverty.by_county.cele"),
        ("funds[kind=national|household].min_use", 3, None),
    ],
)
def test_a_path_picks_figures(path: str, count: int | None, one: str | None):
    of = draft(HOTAN)
    instance = of.inspect().instance
    assert instance is not None
    found = list_paths(of.source.data, path)
    if one is not None:
        assert one in found
    if count is not None:
        assert len(found) == count
    elif "[tag" in path:
        assert len(found) == sum("livelihood" in row.tags for row in instance.measures.values()) > 0
    elif "[chain" in path:
        chain = {s for s, row in instance.industries.items() if row.chain == "sheep"}
        assert len(found) == sum(row.industry in chain for row in instance.measures.values()) > 0
    else:
        rows = [r for r in instance.measures.values() if r.category == "training" and r.county == "cele"]
        assert len(found) == len(rows) > 0
    faults = of.inspect(dict.fromkeys(found, 1.0)).faults  # that a path leads nowhere is none of them
    assert {fault.text for fault in faults} <= {"commitments_unpaid", "committed_parts_unpaid"}


def test_a_factor_multiplies_what_is_written_or_its_default(demo: Draft):
    data = demo.source.data
    assert find_number(data, "funds.tianjin.amount") == 37
    assert find_number(data, "counties.cele.weight") == 1.0  # not written
    assert find_number(data, "objective.tolerance") == 0.0
    assert find_number(data, "solver.time_limit") == 600
    assert find_number(data, "counties.cele.name") is None


def test_the_points_are_every_combination_in_the_order_written(demo: Draft):
    found = planned(
        demo,
        scenarios={"as-is": None, "lean": {"funds.tianjin.amount": "× 0.5"}},
        grid={"objective.linkage": [0, 0.02], "funds.tianjin.amount": ["× 1", "× 2"]},
        zip={"counties.cele.jobseekers": [40, 50], "counties.yutian.jobseekers": [60, 70]},
    )
    assert len(found) == 2 * 2 * 2 * 2
    assert [case.scenario for case in found] == ["as-is"] * 8 + ["lean"] * 8
    assert found[3].cells == {
        "objective.linkage": 0,
        "funds.tianjin.amount ×": 2,
        "counties.cele.jobseekers": 50,
        "counties.yutian.jobseekers": 70,
    }
    assert found[3].overrides["funds.tianjin.amount"] == 74
    assert found[-1].overrides["funds.tianjin.amount"] == 37  # half of it, doubled again


def test_what_is_left_empty_keeps_its_place(tmp_path: Path, demo: Draft):
    file = tmp_path / "plan.yaml"
    file.write_text("scenarios:\n  as it is:\n  lean: {funds.tianjin.amount: × 0.5}\n  last:\n", encoding="utf-8")
    written, source = read_plan(file)
    assert [case.scenario for case in make_cases(written, source, demo, {})[1]] == ["as it is", "lean", "last"]


def test_a_rule_can_be_on_or_off(demo: Draft):
    on, off = planned(demo, grid={"rules.livelihood at least 30 %": ["on", "off"]})
    assert on.overrides == {}
    assert off.overrides == {"rules.livelihood at least 30 %.penalty": 0.0}


def test_a_list_leaves_out_what_a_point_does_not_change(demo: Draft):
    found = planned(demo, list=[{"funds.tianjin.amount": 30}, {"objective.linkage": 0.1}, {}])
    assert [dict(case.overrides) for case in found] == [{"funds.tianjin.amount": 30}, {"objective.linkage": 0.1}, {}]


@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_samples_fill_their_ranges_and_repeat_with_their_seed(demo: Draft, method: str):
    pytest.importorskip("scipy", reason="samples need scipy")
    over = {"funds.tianjin.amount": "30…50", "measures[category=training].unit_cost × 0.8…1.2": None}
    sample = {"method": method, "points": 16, "seed": [3, 4], "over": over}
    found = planned(demo, sample=sample)
    assert [case.seed for case in found] == [3] * 16 + [4] * 16
    for seed in (3, 4):
        drawn = [float(str(case.cells["funds.tianjin.amount"])) for case in found if case.seed == seed]
        slices = [int((x - 30) / 20 * 16) for x in drawn]  # one draw in each sixteenth: both are stratified
        assert sorted(slices) == list(range(16))
    assert found == planned(demo, sample=sample)
    assert found[0] != found[16]


def test_samples_without_scipy_say_how_to_get_it(demo: Draft, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "scipy.stats", None)
    with pytest.raises(alloc.RequestError, match=r"pip install 'alloc\[sample\]'"):
        planned(demo, sample={"points": 2, "over": {"funds.tianjin.amount": "30…50"}})


def test_the_faults_of_a_plan_come_all_at_once_with_their_lines(demo: Draft, tmp_path: Path):
    found = told(
        demo,
        tmp_path,
        "sweep: 2\ngrids: {}\nzip: 3\nsample:\n  method: latin\n  pints: 3\n  over: {a.b: 1…2}\n  seed: one\n",
    )
    assert found == [
        "1  sweep: 2 is not possible for 'sweep'; expected one of: 1",
        "3  zip: 3 must be a table of keys and values",
        "5  sample.method: latin is not possible for 'method'; expected one of: lhs, sobol",
        "4  sample.points: is missing (how many points each seed draws)",
        "8  sample.seed: one must be a list",
        "6  sample.pints: is not a known key; did you mean 'points'?",
        "2  grids: is not a known key; did you mean 'grid'?",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("  funds.tianjin.amount: 1…2", 2, "funds.tianjin.amount: a range needs a count or a step here"),
        ("  funds.tianjn.amount: [1]", 2, "has nothing called 'tianjn' there; did you mean 'tianjin'?"),
        ("  funds.tianjin.amuont: [1]", 2, "funds.tianjin.amuont: is not a known key; did you mean 'amount'?"),
        ("  funds.nobody.amount ×: [1]", 2, "funds.nobody.amount has no figure to multiply"),
        (
            "  measures[categry=training].effect: [1]",
            2,
            "'categry' is not a column of measures; did you mean 'category'",
        ),
        ("  measures[category=no].effect: [1]", 2, "measures[category=no].effect picks nothing"),
        ("  measures[training].effect: [1]", 2, "'training' must look like category=training"),
        ("  rules.no category above 60 %: [1]", 2, "a whole rule can be on or off, not 1"),
        ("  solver.gap: {range: 0…1, cuont: 3}", 2, "cuont: expected {range: 0.8…1.2, count: 5}"),
        ("  solver.gap: [1, × 2]", 2, "either all values are factors (× 0.8) or none is"),
        (
            "  a: [1]\nscenarios:\n  dry: {funds.x.y: 1}",
            4,
            "scenarios.dry.funds.x.y: the instance has nothing called 'x'",
        ),
        ("  a: [1]\nscenarios:\n  dry: {a: [1, 2]}", 4, "a must have one value here"),
        ("  solver.gap: [1]\nbase: {a: 1}", 3, "base.a: is not a known key"),
        (
            "  a: [1]\nzip:\n  b: [1]\n  c: [1, 2]",
            3,
            "zip: paths that go together need as many values each: b: 1, c: 2",
        ),
        (
            "  measures[*].unit_cost: [1]\n  measures.cele-workshop.unit_cost: [1]",
            1,
            "measures.cele-workshop.unit_cost is given more than one value at the same point",
        ),
        (
            "  solver.gap: {range: 0…1, step: 0.0001}\n  objective.linkage: {range: 0…1, step: 0.001}",
            1,
            "the plan means 10011001 points; 100000 are the most",
        ),
        ("  solver.gap: [", 3, "this is not valid YAML"),
    ],
)
def test_a_mistake_in_a_plan_has_its_line_and_its_sentence(
    demo: Draft, tmp_path: Path, text: str, line: int, words: str
):
    found = told(demo, tmp_path, f"grid:\n{text}\n")
    assert any(one.startswith(f"{line} ") and words in one for one in found), found


def test_a_plan_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(alloc.RequestError, match="there is no plan at"):
        alloc.sweep(DEMO, tmp_path / "none.yaml")


def test_an_instance_that_is_faulty_under_its_base_is_refused(demo: Draft):
    with pytest.raises(InstanceError, match="must be 0 or more"):
        planned(demo, base={"funds.tianjin.amount": -1})
