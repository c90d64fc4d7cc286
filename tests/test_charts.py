"""Charts: a mark for every number, words inside the paper, equal bytes, files that stand alone."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from alloc.report.charts import (
    DARK,
    LIGHT,
    ROLES,
    Chart,
    Node,
    Series,
    bars,
    dots,
    heat,
    inline,
    lines,
    matrix,
    number,
    png,
    regions,
    sankey,
    stages,
    standalone,
    style,
    tornado,
    variables,
)
from alloc.report.charts.axis import scale, ticks
from alloc.report.charts.svg import fitted, width

LONG = "于田县现代农业与鞋服产业园标准化厂房及配套基础设施建设项目（二期）infrastructure & utilities <b>"
PARTS = [("aid", "aid"), ("national", "national")]

SQUARE = ((80.0, 36.0), (81.0, 36.0), (81.0, 37.0), (80.0, 37.0), (80.0, 36.0))

CHARTS: dict[str, tuple[Callable[[], Chart], int]] = {
    "bars": (lambda: bars([(LONG, [3, 4]), ("b", [1, 0]), ("", [0, 0])], PARTS, title=LONG, x=LONG), 3),
    "bars with a line": (lambda: bars([("a", [3])], [("", "aid")], title="t", line=(LONG[:40], 9)), 1),
    "tornado": (lambda: tornado([(LONG, 60, 90), ("b", 80, 70)], 79, title="t", x="jobs", names=("low", "high")), 4),
    "tornado on one side": (lambda: tornado([("a", 80, 95)], 79, title="t"), 2),
    "heat": (lambda: heat([LONG, "b"], ["x", LONG], [[1, None], [1e7, 0]], title="t", totals="合计", root=True), 3),
    "heat below zero": (lambda: heat(["a"], ["x", "y"], [[-2.5, 3]], title="t", x=LONG, y=LONG, unit="万元"), 2),
    "matrix": (lambda: matrix([LONG, "b"], ["x", LONG], {(0, 1), (1, 0)}, title="t", roles=["aid", "bad"]), 2),
    "lines": (
        lambda: lines(
            [Series("a", [(1, 2), (2, 9)], labels=["", LONG[:20]]), Series("b", [(1, 1)], joined=False)],
            title="t",
            x=LONG,
            y=LONG,
            marked=("today", 1.5),
        ),
        3,
    ),
    "a line without dots": (lambda: lines([Series("a", [(0, 0), (1, 1)], dotted=False)], title="t", x="", y=""), 1),
    "sankey": (
        lambda: sankey(
            [[Node("f", LONG, "aid"), Node("g", "g")], [Node("k", LONG)], [Node("c", LONG)]],
            [("f", "k", 1e6, "aid"), ("g", "k", 1, "national"), ("k", "c", 1e6 + 1, "aid"), ("f", "k", 0, "aid")],
            title="t",
            heads=["a", "b", "c"],
        ),
        3,
    ),
    "no sankey": (lambda: sankey([[], [], []], [], title="t", heads=["a", "b", "c"]), 0),
    "dots": (lambda: dots([(LONG, [1, 2, 3]), ("b", [5, 5, -4])], [*PARTS, (LONG[:40], "plan")], title="t", x="j"), 6),
    "no dots": (lambda: dots([], PARTS, title="t"), 0),
    "stages": (
        lambda: stages(
            [
                (LONG, [(LONG, "stood"), ("一二三四五六七八九十一二三四五六", "new"), ("x", "missing")], "2"),
                ("b", [], ""),
            ],
            [("stood", "stands"), ("new", "new"), ("missing", "missing")],
            title="t",
        ),
        3,
    ),
    "map": (
        lambda: regions(
            [(LONG, [SQUARE], 3.5), ("b", [SQUARE], None), ("empty", [], 1)], title="t", unit=LONG, wide=420
        ),
        3,
    ),
    "nothing": (lambda: bars([], [("", "aid")], title="t"), 0),
    "no heat": (lambda: heat([], [], [], title="t", totals="Total"), 0),
}


@pytest.fixture(params=CHARTS, ids=lambda name: name.replace(" ", "-"))
def drawn(request: pytest.FixtureRequest) -> tuple[Chart, int]:
    draw, marks = CHARTS[request.param]
    return draw(), marks


def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def test_there_is_a_mark_for_every_number(drawn: tuple[Chart, int]):
    chart, marks = drawn
    found = [x for x in tree(standalone(chart)).iter() if "mark" in x.get("class", "").split()]
    assert len(found) == chart.marks == marks


def test_words_stay_on_the_paper(drawn: tuple[Chart, int]):
    chart, _ = drawn
    for text in tree(inline(chart)).iter("text"):
        x, y = float(text.get("x", 0)), float(text.get("y", 0))
        wide = width(text.text or "", 11 if "small" in text.get("class", "").split() else 13)
        start = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        assert start >= -1, text.text
        assert start + wide <= chart.width + 1, text.text
        assert 8 <= y <= chart.height, text.text


def test_words_that_are_cut_are_told_by_a_tooltip(drawn: tuple[Chart, int]):
    chart, _ = drawn
    for text in tree(inline(chart)).iter("text"):
        if (text.text or "").endswith("…"):
            whole = text.find("title")
            assert whole is not None
            assert (whole.text or "").startswith((text.text or "").removesuffix("…"))


def test_every_role_and_step_has_a_colour_on_both_papers(drawn: tuple[Chart, int]):
    chart, _ = drawn
    used = set(re.findall(r"\b(?:f|s)-(\w+)", chart.body))
    assert used <= set(ROLES)
    for paper in (LIGHT, DARK):
        defined = set(re.findall(r"--(\w+):#[0-9a-f]{6}", variables(paper)))
        assert set(re.findall(r"var\(--(\w+)\)", style())) <= defined


def test_equal_data_give_equal_bytes(drawn: tuple[Chart, int], request: pytest.FixtureRequest):
    chart, _ = drawn
    draw, _ = CHARTS[request.node.callspec.params["drawn"]]
    assert standalone(draw()) == standalone(chart)


def test_a_file_needs_nothing_from_elsewhere(drawn: tuple[Chart, int]):
    text = standalone(drawn[0], "alloc · demo")
    assert "var(" not in text
    assert re.findall(r"https?://[^\"']+", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(script|image|use|foreignObject)", text)


def test_png_is_twice_as_fine(drawn: tuple[Chart, int]):
    picture = png(standalone(drawn[0]))
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture[16:20], "big") == 2 * (drawn[0].width + 40)


def test_bars_are_as_long_as_their_numbers():
    found = [
        (float(x.get("width", 0)), float(x.get("x", 0)))
        for x in tree(inline(bars([("a", [10, 30]), ("b", [20, 0])], PARTS, title="t"))).iter("rect")
        if "mark" in x.get("class", "")
    ]
    (ten, start), (thirty, after), (twenty, _) = found
    assert thirty == pytest.approx(3 * ten, abs=0.2)
    assert twenty == pytest.approx(2 * ten, abs=0.2)
    assert after == pytest.approx(start + ten, abs=0.1)


@pytest.mark.parametrize("value", [6580.2, -3.0])
def test_a_scale_of_one_value_has_it_near_the_middle(value: float):
    at = scale([value, value], 0, 100, zero=False)
    assert at.marks[-1] - at.marks[0] <= 0.1 * abs(value)
    assert 20 <= at(value) <= 80


def test_points_lie_where_their_axes_say():
    at = scale([10, 30], 100, 300, zero=False)
    assert (at.marks[0], at.marks[-1]) == (10, 30)
    assert [at(x) for x in (10, 15, 30)] == [100, 150, 300]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 4, [-4, -2, 0, 2, 4]), (98, 99, None)],
)
def test_axes_have_round_numbers(low: float, high: float, expected: list[float] | None):
    found = ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert expected is None or found == pytest.approx(expected)
    assert len(found) <= 8


@pytest.mark.parametrize("values", [(0, 2e-14), (-3e-15, 0), (1e9, 1e9 + 1e-7), (5, 5 + 1e-15), (1e-6, 3e-6)])
@pytest.mark.parametrize("zero", [True, False])
def test_what_a_solver_leaves_of_nothing_has_a_scale(values: tuple[float, float], zero: bool):
    at = scale(values, 20, 80, zero=zero)
    assert at.marks[0] < at.marks[-1]
    assert all(20 - 1e-9 <= at(value) <= 80 + 1e-9 for value in values)
    assert at.label(values[1])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (-0.0, "0"), (1234567.8, "1,234,568"), (79, "79"), (12.34, "12.3"), (0.5, "0.50"), (-3.5, "−3.50")],
)
def test_numbers_have_as_many_decimals_as_they_deserve(value: float, shown: str):
    assert number(value) == shown


def test_a_text_is_cut_to_its_room():
    assert fitted("策勒", 100) == "策勒"
    assert fitted("策勒县和田地区", 60).endswith("…")
    assert width(fitted("策勒县和田地区", 60)) <= 60


def test_letters_that_mean_something_to_xml_stay_text():
    svg = inline(bars([("<script>alert(1)</script>", [1])], [("", "aid")], title='"><script>'))
    assert "<script" not in svg
    assert tree(svg).get("aria-label") == '"><script>'


def test_bands_are_as_broad_as_their_money():
    chart = sankey(
        [[Node("a", "a")], [Node("x", "x"), Node("y", "y")]], [("a", "x", 30, "aid"), ("a", "y", 10, "aid")], title="t"
    )
    broad = [float(v) for v in re.findall(r'v([\d.]+)C[^"]*" class="mark', chart.body)]
    assert broad[0] == pytest.approx(3 * broad[1], rel=0.01)


def test_dots_tell_the_change_from_the_last_state_but_one():
    chart = dots(
        [("a", [10, 12, 15]), ("b", [10, 12, 12])], [("today", "ink"), ("no", "quo"), ("yes", "plan")], title="t"
    )
    texts = [text.text for text in tree(inline(chart)).iter("text")]
    assert "+3" in texts
    assert "0" in texts


def test_eight_colours_run_from_the_least_to_the_most():
    chart = heat(["a"], [str(i) for i in range(17)], [[i * 10.5 for i in range(17)]], title="t")
    steps = [int(step) for step in re.findall(r'class="mark q(\d)"', chart.body)]
    assert (steps[0], steps[-1]) == (0, 7)
    assert steps == sorted(steps)
    assert set(steps) == set(range(8))
