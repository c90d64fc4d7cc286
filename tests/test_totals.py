"""A row of totals is a fault in every form, by its name or because all its figures are sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_excel_faults import appended, faults, made, question  # noqa: F401
from test_instance import QUESTION, TABLES, in_chinese, lay, lines, tabled

from alloc.instance import inspect
from alloc.instance.document import Source
from alloc.instance.totals import leave_out

COUNTIES = TABLES["counties"].splitlines()
HEADINGS = COUNTIES[0].split(",")


def row(**cells: object) -> str:
    return ",".join(str(cells.get(heading, "")) for heading in HEADINGS)


@pytest.mark.parametrize(
    "word",
    [
        "合计",
        "总计",
        "小计",
        "全县合计",
        "合 计：",
        "合计（五县）",
        "total",
        "Total:",
        "Grand total",
        "SUBTOTAL",
        "Sum",
    ],
)
def test_a_row_that_is_called_a_total_is_a_fault_wherever_it_stands(tmp_path, word):
    for files in ([*COUNTIES, row(id=word, population=7)], [COUNTIES[0], row(id=word, population=7), *COUNTIES[1:]]):
        lay(tmp_path, tabled("counties"), {"counties.csv": "\n".join(files)})
        (line,) = lines(tmp_path)
        assert line.endswith(f"'{word}' is a row of totals: delete it, sums are worked out")
        assert "合计行" in in_chinese(tmp_path)[0]


def test_a_total_without_an_id_is_known_by_its_name(tmp_path):
    lay(tmp_path, tabled("counties"), {"counties.csv": "\n".join([*COUNTIES, row(name="合计", population=360000)])})
    assert lines(tmp_path) == ["counties.csv:4  name: '合计' is a row of totals: delete it, sums are worked out"]


def test_a_row_whose_figures_are_all_sums_is_a_fault(tmp_path):
    lay(
        tmp_path,
        tabled("counties"),
        {"counties.csv": "\n".join([*COUNTIES, row(id="all", population=360000, jobseekers=100)])},
    )
    assert lines(tmp_path) == [
        "counties.csv:4  id: every figure of this row (population, jobseekers) is the sum of the 2 rows above: "
        "delete it if it is a total; if it is none, move it up"
    ]
    first = [COUNTIES[0], row(id="all", population=360000, jobseekers=100), *COUNTIES[1:]]
    lay(tmp_path, tabled("counties"), {"counties.csv": "\n".join(first)})
    assert lines(tmp_path) == []


def test_a_total_is_a_fault_in_yaml_and_excel_too(tmp_path, question):  # noqa: F811
    text = QUESTION.replace("industries:\n", "  all: {population: 360000, jobseekers: 100}\nindustries:\n", 1)
    lay(tmp_path, text)
    (line,) = lines(tmp_path)
    assert line.startswith("instance.yaml:13  counties.all: every figure of this row")
    path = made(tmp_path / "plan.xlsx", question, appended("counties", ["合计"]))
    assert faults(path) == ["plan.xlsx:counties!A4  id: '合计' is a row of totals: delete it, sums are worked out"]


def test_a_sum_in_a_sheet_is_told_in_the_titles_of_its_columns(tmp_path, question):  # noqa: F811
    def summed(book):
        heads = [cell.value for cell in book["counties"][1]]
        figures = {"id": "all", "population": 360000, "jobseekers": 100}
        book["counties"].append([figures.get(head) for head in heads])

    (said,) = inspect(made(tmp_path / "plan.xlsx", question, summed)).faults
    assert "（人口、自愿求职人数）" in said.say("zh")
    assert "(population, jobseekers)" in said.say("en")


def test_subtotals_and_totals_of_a_baseline_are_named_and_break_no_reference(tmp_path):
    text = TABLES["baseline"] + "小计,milk,50,,,,,,,\n"
    lay(tmp_path, tabled("baseline"), {"baseline.csv": text})
    assert lines(tmp_path) == ["baseline.csv:4  county: '小计' is a row of totals: delete it, sums are worked out"]


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=3, max_size=6, unique=True))
def test_rows_are_totals_only_if_they_are_sums(rows):
    table = {f"c{i}": {"population": a, "jobseekers": b} for i, (a, b) in enumerate(rows)}
    source = Source(data={"counties": table}, places={(): "x"})
    leave_out(source, "counties")
    told = [i for i, row in enumerate(rows) if i > 1 and row == tuple(map(sum, zip(*rows[:i], strict=True)))]
    assert len(source.faults) <= len(told)
    total = {**table, "all": dict(zip(("population", "jobseekers"), map(sum, zip(*rows, strict=True)), strict=True))}
    source = Source(data={"counties": total}, places={(): "x"})
    leave_out(source, "counties")
    assert source.faults


@pytest.mark.parametrize("amounts", [(10, 20, 30), (10, 20, 31), (5, 5, 10, 40)])
def test_two_round_amounts_that_add_up_to_the_third_are_no_total(amounts):
    funds = {f"f{i}": {"kind": "aid", "amount": amount} for i, amount in enumerate(amounts)}
    source = Source(data={"funds": funds}, places={(): "x"})
    leave_out(source, "funds")
    assert source.faults == []
