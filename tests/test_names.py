"""Names that one row alone has are read as its id, in every form and in last year's plans, and written back as ids."""

import openpyxl
import pytest
from test_instance import PREVIOUS, QUESTION, TABLES, contents, in_chinese, lay, lines, tabled

from alloc.instance import inspect, read, write

CALLED = QUESTION
for old, new in [
    ("barn: {county", "barn: {name: Big barn, name_zh: 大棚, county"),
    ("aid: {kind", "aid: {name_zh: 天津援助, kind"),
    ("fodder: {chain", "fodder: {name_zh: 饲草, chain"),
    ("west: {region", "west: {name: West, region"),
]:
    assert CALLED.count(old) == 1
    CALLED = CALLED.replace(old, new)

NAMED = [
    ("category: insurance, industry: fodder", "category: insurance, industry: 饲草"),
    ("county: east, category: insurance", "county: 东谷, category: insurance"),
    ("requires: barn", "requires: Big barn"),
    ("limited_by: {barn", "limited_by: {大棚"),
    ("funds: [aid, county]", "funds: [天津援助, county]"),
    ("counties: [east, west], min_use", "counties: [东谷, West], min_use"),
    ("by_county: {east: 33", "by_county: {东谷: 33"),
    ("by_county: {east: 300", "by_county: {East: 300"),
    ("measures: [barn", "measures: [大棚"),
    ("hazard: {fodder", "hazard: {饲草"),
    ("in: {county: [east", "in: {county: [东谷"),
    ("of: {industry: [milk, fodder]}", "of: {industry: [milk, 饲草]}"),
    ("fund: all, penalty", "fund: 天津援助, penalty"),
    ("from: fodder", "from: 饲草"),
    ("- {county: east, industry: fodder", "- {county: 东谷, industry: 饲草"),
]


@pytest.mark.parametrize(("old", "new"), NAMED, ids=[new for _, new in NAMED])
def test_a_name_that_one_row_has_is_read_as_its_id(tmp_path, old, new):
    assert CALLED.count(old) == 1
    meant = CALLED.replace("fund: all, penalty", "fund: aid, penalty") if "penalty" in old else CALLED
    named = read(lay(tmp_path / "named", CALLED.replace(old, new)))
    assert contents(named) == contents(read(lay(tmp_path / "plain", meant)))


def test_names_are_read_in_csv_tables_and_workbooks_too_and_convert_writes_ids(tmp_path):
    plain = read(lay(tmp_path / "plain", CALLED))
    table = TABLES["measures"].replace("cover,east,", "cover,东谷,")
    named = read(lay(tmp_path / "csv", tabled("measures"), {"measures.csv": table}))
    assert contents(named) == contents(
        read(lay(tmp_path / "ids", tabled("measures"), {"measures.csv": TABLES["measures"]}))
    )
    path = write(plain, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    last = {"barn": "大棚", "west": "West"}
    renamed = {"measures": {"east": "东谷", "barn": "Big barn"}, "previous": last}
    for sheet, words in renamed.items():
        for cell in (cell for row in book[sheet].iter_rows(min_row=3, min_col=2) for cell in row):
            cell.value = words.get(cell.value, cell.value)
    book["funds"].cell(1, [c.value for c in book["funds"][1]].index("by_county.east") + 1).value = "by_county.东谷"
    heading = book["funds"][2][[c.value for c in book["funds"][1]].index("by_county.东谷")]
    heading.value = "For county: 东谷"
    book.save(path)
    again = read(path)
    assert contents(again) == contents(plain)
    assert "东谷" not in write(again, tmp_path / "again.yaml").read_text(encoding="utf-8").replace("name_zh: 东谷", "")


def test_a_name_that_several_rows_have_is_asked_about(tmp_path):
    text = QUESTION.replace("west: {region: south", "west: {name_zh: 东谷, region: south")
    lay(tmp_path, text.replace("course: {county: west", "course: {county: 东谷"))
    assert lines(tmp_path) == [
        "instance.yaml:31  measures.course.county: several rows are called '东谷': write the id that is meant (east, "
        "west)"
    ]
    assert in_chinese(tmp_path) == [
        "instance.yaml:31  measures.course.county: 有多行名为“东谷”：请写明编号（east, west）"
    ]


def test_an_id_comes_before_a_name_and_a_misspelt_name_is_answered_with_the_id(tmp_path):
    text = QUESTION.replace("east: {name: East", "east: {name: west")
    assert contents(read(lay(tmp_path, text)))["measures"]["course"]["county"] == "west"
    lay(
        tmp_path,
        QUESTION.replace("name_zh: 东谷", "name_zh: 东谷县城").replace(
            "west, category: training", "东谷县, category: training"
        ),
    )
    assert lines(tmp_path) == [
        "instance.yaml:31  measures.course.county: '东谷县' is not in counties; did you mean 'east'?"
    ]


# --- last year's plan -----------------------------------------------------------------------------


def planned(tmp_path, row: str, text: str = CALLED):
    rows = PREVIOUS.splitlines()[0] + "\n" + row + "\n"
    return lay(tmp_path, text, {"results/2019/allocation.csv": rows})


@pytest.mark.parametrize(
    "row",
    [
        "大棚,West,配套设施,milk,天津援助,援助资金,30.5",
        "Big barn,west,infrastructure,milk,aid,援助,30.5",
        "barn,,,,aid,,30.5",
    ],
)
def test_last_years_plan_is_read_by_names_and_its_gaps_are_filled_from_what_it_names(tmp_path, row):
    found = read(planned(tmp_path, row)).previous
    assert found == read(lay(tmp_path / "plain", CALLED)).previous


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("barn,wset,infrastructure,milk,aid,aid,3", "county: 'wset' is not in counties; did you mean 'west'?"),
        ("barn,Westt,infrastructure,milk,aid,aid,3", "county: 'Westt' is not in counties; did you mean 'west'?"),
        ("barn,west,infrastructure,mlik,aid,aid,3", "industry: 'mlik' is not in industries; did you mean 'milk'?"),
        ("bran,west,infrastructure,milk,aid,aid,3", "measure: 'bran' is not in measures; did you mean 'barn'?"),
        ("barn,west,infrastructure,milk,cuonty,local,3", "fund: 'cuonty' is not in funds; did you mean 'county'?"),
        ("barn,west,infrastructur,milk,aid,aid,3", "category: 'infrastructur' is not a category; did you mean 'infra"),
        ("barn,west,infrastructure,milk,aid,aids,3", "kind: 'aids' is not a kind; did you mean 'aid'?"),
        ("barn,north,infrastructure,milk,aid,aid,3", "county: 'north' is not in counties"),
        ("old-road,,infrastructure,,aid,aid,3", "county: is missing"),
    ],
)
def test_a_word_of_last_years_plan_that_is_no_id_and_no_name_is_a_fault(tmp_path, row, said):
    planned(tmp_path, row)
    (line,) = lines(tmp_path)
    assert line.startswith(f"results/2019/allocation.csv:2  {said}")


def test_a_name_that_several_measures_have_is_one_in_the_county_of_its_row(tmp_path):
    text = QUESTION.replace("shed: {county: west", "shed: {name_zh: 大棚, county: west").replace(
        "cover: {county: east", "cover: {name_zh: 大棚, county: east"
    )
    (row,) = read(planned(tmp_path, "大棚,east,insurance,fodder,aid,aid,3", text)).previous["results/2019"]
    assert row.measure == "cover"
    planned(tmp_path, "大棚,,insurance,fodder,aid,aid,3", text)
    assert lines(tmp_path) == [
        "results/2019/allocation.csv:2  measure: several rows are called '大棚': "
        "write the id that is meant (shed, cover)"
    ]


def test_a_measure_that_is_no_more_counts_by_its_county_and_is_warned_about_where_a_rule_goes_by_measures(tmp_path):
    row = "old-road,west,infrastructure,milk,aid,aid,3"
    assert inspect(planned(tmp_path, row)).warnings == ()
    text = CALLED.replace("of: {industry: [milk, fodder]}, max", "of: {measure: [barn, fair]}, max")
    found = [warning for warning in inspect(planned(tmp_path, row, text)).warnings if warning.text == "plan_of_others"]
    assert [str(warning).partition("rules[7].previous: ")[2] for warning in found] == [
        "results/2019 names measures that are not in this question and count in no tag or measure of the rule: old-road"
    ]
    assert "本次没有的措施" in found[0].say("zh")


def test_a_change_from_nothing_is_warned_about_in_both_languages(tmp_path):
    text = CALLED.replace("of: {industry: [milk, fodder]}, max", "each: county, max")
    (warning,) = inspect(lay(tmp_path, text)).warnings
    assert "no money can go there without breaking the rule (east)" in warning.say()
    assert "零的任何比例仍为零" in warning.say("zh")


def test_a_misspelt_word_in_the_sheet_of_last_years_plan_is_told_with_its_cell(tmp_path):
    path = write(read(lay(tmp_path, CALLED)), tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["previous"]
    columns = [cell.value for cell in sheet[1]]
    sheet.cell(3, columns.index("county") + 1).value = "wset"
    book.save(path)
    letter = "ABCDEFGH"[columns.index("county")]
    assert [str(fault).replace(f"{tmp_path}/", "") for fault in inspect(path).faults] == [
        f"book.xlsx:previous!{letter}3  county: 'wset' is not in counties; did you mean 'west'?"
    ]
