"""The benchmark reads each solver's log as it is, and its own figures are those of the course of a run."""

import math
import sys

import pytest
from bench import figure, files_table, growth_table, race_table, table, written
from contestants import BLOCKS, CONTESTANTS, last_words, read_cbc, read_cpsat, read_highs, read_scip
from ordinary import SOLVERS, Refused, race, summary
from race import Race, gap_of, read, watched

SCIP_ROW = "d 4.8s| 1 | 0 | 7765 | - |farkasdi| 0 | 927 |1184 |1165 | 0 | {} | {} | 0.01%| unknown"
LINES = [
    (read_highs, " R 0 0 0 0.00%   2329.5   2326.0   0.13%  5438  703  112  4942  24.0s", (2326.0, 2329.5)),
    (read_highs, "   0 0 0 0.00%   3088.4   -inf       inf     0    0    0     0   0.9s", (math.nan, 3088.4)),
    (read_highs, " J 0 0 0 0.00%   inf      236.5    Large     0    0    0     0   0.8s", (236.5, math.nan)),
    (read_highs, "  Dual bound        23295.5", (math.nan, 23295.5)),
    (read_highs, "Presolving model", None),
    (read_scip, SCIP_ROW.format("2.717481e+03", "2.717329e+03"), (2717.329, 2717.481)),
    (read_scip, SCIP_ROW.format("2.933900e+03", "     --     "), (math.nan, 2933.9)),
    (read_scip, "Dual Bound         : +2.71748105968512e+03", (math.nan, 2717.48105968512)),
    (read_scip, " time | node  | left  |LP iter|LP it/n|mem/heur|mdpt |vars |cons |rows |dualbound", None),
    (
        read_cbc,
        "Cbc0010I After 9 nodes, 5 on tree, -2716.9 best solution, best possible -2727.2 (6.1 s)",
        (2716.9, 2727.2),
    ),
    (
        read_cbc,
        "Cbc0010I After 0 nodes, 1 on tree, 1e+50 best solution, best possible -2730.3 (2 s)",
        (math.nan, 2730.3),
    ),
    (read_cbc, "Cbc0012I Integer solution of -2717.4048 found by heuristic (7.07 seconds)", (2717.4048, math.nan)),
    (read_cbc, "Cbc0005I Partial search - best objective -2717.4 (best possible -2720.5), took 1", (2717.4, 2720.5)),
    (read_cpsat, "#12      3.40s best:2700.1  next:[2700.2,2710] graph_var_lns", (2700.1, 2710.0)),
    (read_cpsat, "#Bound   0.33s best:-inf    next:[0,2933] am1_presolve", (math.nan, 2933.0)),
]


@pytest.mark.parametrize(("reader", "line", "said"), LINES)
def test_a_line_of_a_log_gives_plan_and_bound(reader, line, said):
    found = reader(line)
    assert (found is None) == (said is None)
    if said:
        assert found == pytest.approx(said, nan_ok=True)


def test_a_course_keeps_the_best_plan_and_the_best_bound():
    lines = [(1.0, "Primal bound 10"), (2.0, "Dual bound 12"), (3.0, "Dual bound 13"), (4.0, "Primal bound 11")]
    course = read(lines, read_highs)
    assert course[-1] == (4.0, 11.0, 12.0)
    race = Race("highs", 3, tuple(course), 4.5, 100)
    assert [race.gap_at(t) for t in (0, 1, 2, 9)] == [math.inf, math.inf, pytest.approx(0.2), pytest.approx(1 / 11)]
    assert race.time_to(0.1) == 4.0
    assert math.isnan(race.time_to(0.01))
    assert gap_of(math.nan, 3.0) == math.inf


def test_the_course_of_alloc_is_read_off_its_json():
    lines = [
        (9.0, "a warning"),
        (9.0, '{"objective": 5, "bound": 6, "seconds": 8,'),
        (9.0, ' "progress": [[1, null, 7], [2, 4, 7]]}'),
        (9.1, "wrote it"),
    ]
    first, *others = last_words(lines)
    assert math.isnan(first[1])
    assert (first[0], first[2]) == (1.0, 7.0)
    assert others == [(2.0, 4.0, 7.0), (8.0, 5.0, 6.0)]
    assert last_words([(1.0, "Traceback")]) == []


def test_a_process_is_watched_and_killed_at_the_deadline():
    lines, seconds, memory, code = watched([sys.executable, "-c", "print(1); import time; print(2); time.sleep(60)"], 2)
    assert [text for _, text in lines] == ["1", "2"]
    assert lines[0][0] < 2 < seconds < 20
    assert memory > 1
    assert code != 0


def test_tables_compare_at_the_moment_when_blocks_ends():
    races = [
        Race(BLOCKS, 3, ((2.0, 100.0, 101.0),), 2.5, 50),
        Race("highs", 3, ((1.0, 90.0, 110.0), (9.0, 100.0, 100.0)), 9.5, 70),
        Race("cbc", 3, why="not installed"),
    ]
    text = race_table(3, races)
    assert "gap after 2 s, when blocks ends" in text
    assert next(line for line in text.splitlines() if "HiGHS" in line).split(" | ")[5:7] == ["22.2 %", "22.2"]
    assert "not installed" in text
    assert "(×1)" in growth_table(races)
    took = {"generate": 1.0, "read": 1.0, "build": 2.0, "export": 1.0, "columns": 300, "memory": 60.0}
    assert files_table({3: took, 6: {**took, "read": 4.0}}, races).splitlines()[-1].endswith("| 1 | – |")


def test_only_what_stands_between_the_marks_is_replaced(tmp_path):
    for words in ("sooner-written", "later-written"):
        written(words, tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "later-written" in text
    assert "sooner-written" not in text
    assert text.startswith("# Solvers side by side")
    assert text.rstrip().endswith("![Gap against time](gap.svg)")


def test_small_things():
    assert [figure(x, "%") for x in (0.12345, math.inf, math.nan)] == ["0.123 %", "none", "–"]
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert all(contestant.label for contestant in CONTESTANTS.values())


def test_means_are_compared_with_the_first_of_those_that_searched_everything():
    told = summary(11, {"HiGHS": [2.0, 8.0], "alloc": [1.0, 1.0], "SCIP": [3.0], "Gurobi": []})
    assert told == "11 counties, geometric mean of 2: HiGHS 4.00 s (×1.00), alloc 1.00 s (×0.25)"


def test_a_solver_that_does_not_take_part_says_why_and_the_others_agree(monkeypatch):
    """The question is tiny; HiGHS on the exported MPS is the other way to its value."""

    def refuse(*_):
        raise Refused("not installed")

    monkeypatch.setitem(SOLVERS, "Gurobi", refuse)
    lines = list(race(3, [2], ["HiGHS", "alloc", "Gurobi"], 1e-6, 60.0))
    assert lines[2] == "3 counties, seed 2, Gurobi: not installed"
    assert lines[0].split(", value ")[1].split(",")[0] == lines[1].split(", value ")[1].split(",")[0]
    assert "geometric mean of 1" in lines[3]
