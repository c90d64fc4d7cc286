"""Scenarios that say more, and scenarios that are drawn: reading, writing, drawing, keeping a few."""

from itertools import combinations

import numpy as np
import pytest

from alloc.instance import inspect, read
from alloc.instance.drawn import reduce_scenarios
from alloc.instance.excel.template import write_workbook
from alloc.instance.writing import files

TINY = """
alloc: 1
name: tiny
year: 2020
counties: {a: {name_zh: 甲, jobseekers: 10}, b: {jobseekers: 10}}
industries: {sheep: {hazard: 0.1, productivity: 2}, hay: {}}
baseline: [{county: a, industry: sheep, jobs: 5, infrastructure: 9, training: 9, enterprise: 9}]
funds: {x: {kind: aid, amount: 10}}
measures: {m: {county: a, category: training, industry: sheep, unit_cost: 1, max_units: 5, effect: 1}}
"""
DRAWS = """
draws:
  count: 60
  keep: 5
  seed: 7
  over: {hazard.sheep: [0.02, 0.3], "productivity.*": [0.8, 1.1], "a/hazard.sheep": [0.3, 0.1], market.hay: [0, 2]}
  together: [[hazard.sheep, a/hazard.sheep]]
"""


def written(tmp_path, text):
    path = tmp_path / "i.yaml"
    path.write_text(TINY + text, encoding="utf-8")
    return path


def told(path):
    return [fault.say() for fault in inspect(path).faults]


def test_draws_lie_between_their_ends_and_cover_them_evenly(tmp_path):
    drawn = read(written(tmp_path, DRAWS.replace("  keep: 5\n", ""))).drawn
    assert len(drawn) == 60
    assert sum(row.probability for row in drawn.values()) == pytest.approx(1)
    hazard = np.array([row.hazard["sheep"] for row in drawn.values()])
    # a Latin hypercube: one draw in each of as many equal parts as there are draws
    assert sorted(((hazard - 0.02) / 0.28 * 60).astype(int)) == list(range(60))
    for row in drawn.values():  # together, in the order of their ends, though one of them falls
        place = (row.hazard["sheep"] - 0.02) / 0.28
        assert row.counties["a"].hazard["sheep"] == pytest.approx(0.3 - 0.2 * place)
        assert set(row.productivity) == {"sheep", "hay"}
    apart = [row.productivity["sheep"] - row.productivity["hay"] for row in drawn.values()]
    assert max(map(abs, apart)) > 0.01  # a pattern draws every figure by itself


def test_the_same_seed_draws_the_same_and_another_seed_does_not(tmp_path):
    path = written(tmp_path, DRAWS)
    assert read(path).drawn == read(path).drawn
    assert read(path).drawn != read(path, {"draws.seed": 8}).drawn


def test_forward_selection_keeps_what_the_algorithm_of_the_paper_keeps():
    points = np.random.default_rng(3).random((12, 2))
    kept, chances = reduce_scenarios(points, 3)
    chosen: list[int] = []
    for _ in range(3):  # Heitsch and Römisch 2003, written out

        def left(u, chosen=chosen):
            return sum(min(np.linalg.norm(p - points[k]) for k in [*chosen, u]) for p in points)

        chosen.append(min((u for u in range(12) if u not in chosen), key=left))
    assert sorted(chosen) == kept.tolist()
    near = [min(kept.tolist(), key=lambda k, p=p: np.linalg.norm(p - points[k])) for p in points]
    assert chances.tolist() == pytest.approx([near.count(k) / 12 for k in kept.tolist()])
    # for a single one the choice is the best of all
    best = min(combinations(range(12), 1), key=lambda u: sum(np.linalg.norm(p - points[u[0]]) for p in points))
    assert reduce_scenarios(points, 1)[0].tolist() == list(best)


@pytest.mark.parametrize("count", [1, 5, 12])
def test_all_are_kept_where_nothing_is_left_out(count):
    points = np.random.default_rng(1).random((count, 3))
    kept, chances = reduce_scenarios(points, count)
    assert kept.tolist() == list(range(count))
    assert chances.tolist() == pytest.approx([1 / count] * count)


SAID = """
scenarios:
  calm: {probability: 0.5}
  bad:
    probability: 0.5
    delivery: {training: 0.5}
    market: {sheep: 0.8}
    counties: {甲: {hazard: {sheep: 0.4}, delivery: {training: 0}, market: {hay: 1.5}}}
"""


@pytest.mark.parametrize("text", [DRAWS, SAID], ids=["draws", "counties"])
def test_drawn_and_local_figures_read_the_same_from_csv_and_from_a_workbook(tmp_path, text):
    instance = read(written(tmp_path, text))
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files(instance).items():
        (folder / name).write_bytes(content)
    book = tmp_path / "book.xlsx"
    book.write_bytes(write_workbook(instance, "zh"))
    for path in (folder, book):
        again = read(path)
        assert again.model_copy(update={"sha256": ""}) == instance.model_copy(update={"sha256": ""})
    if "scenarios" in text:
        head = (folder / "scenarios.csv").read_text(encoding="utf-8-sig").splitlines()[0]
        assert "counties.a.hazard.sheep" in head.split(",")
        assert set(instance.scenarios["bad"].counties) == {"a"}  # a name in the place of an id


MISTAKES = [
    ("draws_keep", "keep: 5", "keep: 90 → 90 cannot be kept of 60"),
    ("draws_nothing", "hazard.sheep: [0.02", "hazard.shep: [0.02 → did you mean 'hazard.sheep'"),
    ("range_outside", "[0.02, 0.3]", "[0.02, 3] → leaves what the figure can be, 0 to 1"),
    ("range_ends", "[0.8, 1.1]", "[0.8] → must be two numbers"),
    ("draws_twice", "market.hay", '"*.hay" → speaks of figures that productivity.* speaks of too'),
    ("draws_in_two", "[[hazard.sheep, ", "[[hazard.sheep], [hazard.sheep, → stands in two groups"),
    ("draws_not_over", "[[hazard.sheep, ", "[[hazard.hay, → nothing is drawn for hazard.hay"),
    (
        "draws_beside_scenarios",
        "draws:",
        "scenarios: {w: {probability: 1}}\ndraws: → draws stand in place of scenarios",
    ),
    ("unknown_key", "count: 60", "counts: 60 → did you mean 'count'"),
]


@pytest.mark.parametrize(("fault", "text", "words"), MISTAKES)
def test_what_cannot_be_drawn_is_told(tmp_path, fault, text, words):
    new, _, expected = words.partition(" → ")
    faults = inspect(written(tmp_path, DRAWS.replace(text, new, 1))).faults
    assert any(one.text == fault and expected in str(one) for one in faults), [*map(str, faults)]


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("甲:", "zz:", "'zz' is not in counties"),
        ("hazard: {sheep: 0.4}", "hazard: {shep: 0.4}", "did you mean 'sheep'"),
        ("market: {sheep: 0.8}", "market: {shep: 0.8}", "did you mean 'sheep'"),
        ("hazard: {sheep: 0.4}", "hazzard: {sheep: 0.4}", "did you mean 'hazard'"),
        ("delivery: {training: 0}", "delivery: {trainning: 0}", "did you mean 'training'"),
        ("delivery: {training: 0.5}", "delivery: {training: -1}", "must be 0 or more"),
        ("hazard: {sheep: 0.4}", "hazard: {sheep: 1.4}", "must be 1 or less"),
    ],
)
def test_what_a_scenario_cannot_say_is_told(tmp_path, text, new, expected):
    faults = told(written(tmp_path, SAID.replace(text, new, 1)))
    assert any(expected in fault for fault in faults), faults
