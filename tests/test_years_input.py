"""Questions over several years as they are read: figures by year, faults with their places, every way to write them."""

from pathlib import Path

import pytest
import yaml
from test_instance import lay

import alloc
from alloc.errors import RequestError
from alloc.instance.conversion import different_parts, write
from alloc.instance.reading import inspect
from alloc.model import build

QUESTION = """\
alloc: 1
name: park
years: [2021, 2022, 2024]
discount: 0.03
by_year:
  2022: {funds.aid.amount: 5, "measures[county=hotan].unit_cost": 2}
  2024: {funds.aid.amount: 6}
end_value: 2
counties: {hotan: {population: 1000, jobseekers: 10}}
funds: {aid: {kind: aid, amount: 4, carry: 0.5}}
measures:
  - {id: park, county: hotan, category: infrastructure, unit_cost: 1, max_units: 3, lead: 1, recurrent: 0.1,
     committed: true, max_total: 3}
  - {id: wage, county: hotan, category: enterprise, unit_cost: 1, max_units: 3, life: 2}
"""


def test_each_year_has_all_figures_replaced_up_to_it_and_further_years_those_of_the_last(tmp_path):
    instance = alloc.read(lay(tmp_path, QUESTION))
    assert instance.year == 2021
    assert [of.year for of in instance.questions] == [2021, 2022, 2024, 2025, 2026]
    assert [of.funds["aid"].amount for of in instance.questions] == [4, 5, 6, 6, 6]
    assert [of.measures["wage"].unit_cost for of in instance.questions] == [1, 2, 2, 2, 2]
    assert [of.measures["park"].committed for of in instance.questions] == [True, False, False, False, False]


def test_what_lasts_is_known_from_the_category_where_nothing_is_said(tmp_path):
    park, wage = alloc.read(lay(tmp_path, QUESTION)).measures.values()
    assert [park.is_working(after) for after in range(3)] == [False, True, True]
    assert [wage.is_working(after) for after in range(3)] == [True, True, False]
    assert park.model_copy(update={"category": "insurance"}).lasts == 1


def test_one_year_alone_is_the_question_of_that_year_and_every_command_takes_it(tmp_path):
    words = (("[2021, 2022, 2024]", "[2021]"), ("2022: {", "2021: {"), ("  2024: {funds.aid.amount: 6}\n", ""))
    one = QUESTION.replace("end_value: 2", "nation: first")
    for old, new in words:
        one = one.replace(old, new)
    instance = alloc.read(lay(tmp_path, one))
    assert (instance.year, instance.years, instance.questions) == (2021, (), ())
    assert instance.funds["aid"].amount == 5
    assert instance.measures["wage"].unit_cost == 2
    assert build(instance).Units
    twice = one.replace("[2021]", "[2021, 2022]")
    assert [fault.text for fault in inspect(lay(tmp_path, twice)).faults] == ["not_over_years"]


@pytest.mark.parametrize("form", ["plan.xlsx", "plan.yaml", "folder"])
def test_every_form_holds_several_years(tmp_path, form):
    instance = alloc.read(lay(tmp_path, QUESTION))
    again = alloc.read(write(instance, tmp_path / "out" / form))
    assert different_parts(instance, again) == []
    assert [of.funds for of in again.questions] == [of.funds for of in instance.questions]


def test_years_are_written_as_the_numbers_that_they_are(tmp_path):
    written = write(alloc.read(lay(tmp_path, QUESTION)), tmp_path / "again.yaml")
    assert list(yaml.safe_load(written.read_text(encoding="utf-8"))["by_year"]) == [2022, 2024]


MISTAKES = [
    ("year_and_years", "name: park", "name: park\nyear: 2020", "year: 2020 stands beside `years`: give one of the two"),
    ("years_not_increasing", "[2021, 2022,", "[2021, 2021,", "years[2]: 2021 does not come after 2021"),
    ("below", "discount: 0.03", "discount: -1", "discount: -1 must be 0 or more"),
    ("year_not_asked", "  2022: {", "  2023: {", "by_year.2023: '2023' is not among `years`; did you mean"),
    (
        "nothing_there",
        "aid.amount: 5",
        "ad.amount: 5",
        "by_year.2022.funds.ad.amount: the instance has nothing called 'ad' there",
    ),
    (
        "by_year_no_table",
        "funds.aid.amount: 5",
        "objective.linkage: 5",
        "2022.objective.linkage: 'objective' is no table whose figures go",
    ),
    ("below", "aid.amount: 6", "aid.amount: -6", "by_year.2024.funds.aid.amount: -6 must be 0 or more"),
    ("above_one_percent", "carry: 0.5", "carry: 2", "funds.aid.carry: 2 must be 1 or less"),
    ("below", "lead: 1", "lead: -1", "measures.park.lead: -1 must be 0 or more"),
    ("below", "life: 2", "life: 0", "measures.wage.life: 0 must be 1 or more"),
    ("not_whole", "end_value: 2", "end_value: 0.5", "end_value: 0.5 must be a whole number"),
    (
        "years_missing",
        "years: [2021, 2022, 2024]",
        "year: 2021",
        "needs `years`: it is of a question over several years",
    ),
    (
        "not_over_years",
        "name: park",
        "name: park\nrisk: {measure: worst}",
        "'risk' is not possible over several `years` yet",
    ),
]


@pytest.mark.parametrize(("text", "right", "wrong", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_place_what_was_found_and_what_would_do(tmp_path, text, right, wrong, said):
    faults = inspect(lay(tmp_path, QUESTION.replace(right, wrong))).faults
    assert any(fault.text == text and said in str(fault) for fault in faults), [*map(str, faults)]
    assert all(fault.say("zh") for fault in faults)


def test_all_mistakes_are_told_at_once(tmp_path):
    text = QUESTION.replace("years: [2021, 2022", "years: [2021, 2021").replace("  2024:", "  2025:")
    found = [fault.text for fault in inspect(lay(tmp_path, text.replace("name: park", "name: park\nyear: 1"))).faults]
    assert {"year_and_years", "years_not_increasing", "year_not_asked"} <= {*found}


def test_what_only_several_years_have_is_refused_where_there_is_one(tmp_path):
    text = QUESTION.replace("years: [2021, 2022, 2024]", "year: 2021")
    assert [fault.key for fault in inspect(lay(tmp_path, text)).faults] == ["discount", "by_year", "end_value"]


def test_what_plans_one_year_only_refuses_several(tmp_path: Path):
    with pytest.raises(RequestError, match="several years"):
        build(alloc.read(lay(tmp_path, QUESTION)))


@pytest.mark.parametrize("year", ["1899", "10000", "soon"])
def test_of_a_year_that_is_none_it_is_said_where_it_is_written(tmp_path, year):
    faults = inspect(lay(tmp_path, QUESTION.replace("[2021, 2022,", f"[{year}, 2022,"))).faults
    assert faults
    assert "year" not in {fault.key for fault in faults}


@pytest.mark.parametrize(
    ("path", "value", "money"),
    [
        ("by_year.2022.funds.aid.amount", "7", [4, 7, 6, 6, 6]),
        ("by_year.2024.funds.aid.amount", "×0.5", [4, 5, 3, 3, 3]),
        ("by_year.2021.funds.aid.amount", 9, [9, 5, 6, 6, 6]),
        ("by_year.2022.funds.aid.amount", None, [4, 4, 6, 6, 6]),
    ],
)
def test_a_figure_of_a_year_is_replaced_by_its_path_whatever_way_it_is_written(tmp_path, path, value, money):
    folder = lay(tmp_path, QUESTION)
    book = write(alloc.read(folder), tmp_path / "book.xlsx")
    for written in (folder, tmp_path / "book.xlsx" if book is None else book):
        instance = alloc.read(written, {path: value})
        assert [of.funds["aid"].amount for of in instance.questions] == money, written


def test_a_figure_of_a_year_holds_whatever_selector_is_written_for_that_year(tmp_path):
    given = {"by_year.2022.measures.wage.unit_cost": 3, "by_year.2024.measures.wage.max_units": "5"}
    instance = alloc.read(lay(tmp_path, QUESTION), given)
    assert [of.measures["wage"].unit_cost for of in instance.questions] == [1, 3, 3, 3, 3]
    assert [of.measures["wage"].max_units for of in instance.questions] == [3, 3, 5, 5, 5]


@pytest.mark.parametrize("form", ["plan.xlsx", "plan.yaml", "folder"])
def test_a_figure_that_a_later_year_leaves_out_is_left_out_in_every_form(tmp_path, form):
    text = QUESTION.replace("2024: {", "2024: {measures.park.max_total: null, ")
    instance = alloc.read(lay(tmp_path, text))
    assert [of.measures["park"].max_total for of in instance.questions] == [3, 3, None, None, None]
    again = alloc.read(write(instance, tmp_path / "out" / form))
    assert [of.measures for of in again.questions] == [of.measures for of in instance.questions]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("by_year.2023.funds.aid.amount", "'2023' is not among `years`"),
        ("by_year.2022.funds.ade.amount", "'ade'"),
        ("by_year.2022.objective.employment", "'objective' is no table"),
        ("by_year.2022", "must be a table"),
    ],
)
def test_a_replaced_figure_of_a_year_that_is_wrong_is_told_where_it_was_given(tmp_path, path, said):
    (fault,) = inspect(lay(tmp_path, QUESTION), {path: "3"}).faults
    assert said in fault.say()
    assert fault.say().startswith(f"--set  {path}".rpartition(".")[0].partition(".2")[0])


def test_a_figure_of_a_year_of_a_question_of_one_year_is_refused_where_it_was_given(tmp_path):
    one = QUESTION.replace("years: [2021, 2022, 2024]", "year: 2021").replace("discount: 0.03\n", "")
    lines = [line for line in one.splitlines() if not line.startswith(("by_year", "end_value", "  202"))]
    (fault,) = inspect(lay(tmp_path, "\n".join(lines)), {"by_year.2022.funds.aid.amount": "3"}).faults
    assert fault.say().startswith("--set  by_year: needs `years`")
