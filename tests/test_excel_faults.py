"""Every mistake that a workbook can hold is told with its sheet and cell, and nothing is guessed."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from test_instance import QUESTION, lay

from alloc.errors import RequestError
from alloc.instance import inspect, read
from alloc.instance.excel import metadata
from alloc.instance.writing import sheets

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def question(tmp_path_factory) -> dict[str, list[list[Any]]]:
    """The question of test_instance as sheets: name → rows, the first the headings."""
    folder = tmp_path_factory.mktemp("question")
    lay(folder, QUESTION)
    return {sheet.name: [list(sheet.header), *map(list, sheet.rows)] for sheet in sheets(read(folder))}


def made(path: Path, rows: dict[str, list[list[Any]]], change: Change | None = None) -> Path:
    """Write a workbook as a planner would have it, after one change."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in rows.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    if change:
        change(book)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def faults(path: Path, lang: str = "en") -> list[str]:
    return [fault.say(lang).replace(f"{path.parent}/", "") for fault in inspect(path).faults]


def put(sheet: str, cell: str, value: Any) -> Change:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


def head(book: Any, sheet: str, column: str) -> str:
    """Return the letter of a column."""
    return next(cell.column_letter for cell in book[sheet][1] if cell.value == column)


def at(sheet: str, column: str, row: int, value: Any) -> Change:
    def change(book: Any) -> None:
        book[sheet][f"{head(book, sheet, column)}{row}"] = value

    return change


def test_the_question_reads_from_a_workbook_as_from_yaml(tmp_path, question):
    path = made(tmp_path / "book/plan.xlsx", question)
    other = lay(tmp_path / "yaml", QUESTION)
    assert not faults(path)
    assert read(path).model_copy(update={"sha256": ""}) == read(other).model_copy(update={"sha256": ""})


CELLS = [
    ("cell_error", at("measures", "unit_cost", 3, "#N/A"), "measures!G3  unit_cost: the cell holds the error #N/A"),
    ("cell_error", at("counties", "id", 3, "#REF!"), "counties!A3  id: the cell holds the error #REF!"),
    (
        "cell_uncalculated",
        at("measures", "unit_cost", 3, "=1+1"),
        "measures!G3  unit_cost: the formula was never calculated: open the workbook in Excel, WPS or LibreOffice",
    ),
    ("cell_uncalculated", at("funds", "amount", 2, "=100"), "funds!C2  amount: the formula was never calculated"),
    (
        "text_number",
        at("measures", "unit_cost", 3, "1.5"),
        "measures!G3  unit_cost: '1.5' is text that looks like a number: type 1.5 as a number",
    ),
    (
        "text_number",
        at("funds", "amount", 2, "1,200"),
        "funds!C2  amount: '1,200' is text that looks like a number",
    ),
    ("text_number", at("funds", "amount", 2, "1 200\u00a0"), "looks like a number: type 1200 as a number"),
    ("text_number", at("funds", "amount", 2, "120万元"), "looks like a number: type 120 as a number"),
    ("text_number", at("counties", "delivery.training", 2, "80%"), "'80%' is text that looks like a number"),
    (
        "text_number",
        at("funds", "amount", 2, "１２０"),
        "funds!C2  amount: '１２０' is text that looks like a number: type 120",
    ),
    ("text_number", at("rules", "min", 2, "30%"), "rules!M2  min: '30%' is text that looks like a number: type 0.3 as"),
    ("above_one_percent", at("rules", "min", 2, 30), "rules!M2  min: 30 must be 1 or less: a share, not a percentage"),
    ("text_number", at("funds", "amount", 2, "3.5亿元"), "'3.5亿元' is text that looks like a number: type 35000 as"),
    ("text_number", at("counties", "population", 2, "16万"), "'16万' is text that looks like a number: type 160000 as"),
    ("text_number", at("industries", "hazard", 2, "20‰"), "'20‰' is text that looks like a number: type 0.02 as"),
    ("which_mark", at("measures", "unit_cost", 3, "1.234,5"), "'1.234,5' is text: is the comma or the point its"),
    (
        "which_mark",
        at("measures", "unit_cost", 3, "0,25"),
        "'0,25' is text: is the comma or the point its decimal mark?",
    ),
    (
        "cell_wide",
        at("counties", "code", 2, "０６５２２５"),
        "code: '０６５２２５' is written with full-width signs: type 065225",
    ),
    ("cell_wide", at("measures", "funds", 4, "aid｜county"), "funds: 'aid｜county' is written with full-width signs"),
    ("cell_wide", at("measures", "returns", 2, "20:1|４１:0.6"), "returns: '20:1|４１:0.6' is written with full-width"),
    ("cell_invisible", at("measures", "county", 2, "we\u200bst"), "county: invisible signs stand in 'west'"),
    (
        "cell_date",
        at("measures", "returns", 2, datetime.time(20, 1)),
        "returns: the cell is a date or time (20:01:00): Excel made it of what was typed",
    ),
    ("cell_date", at("funds", "amount", 2, datetime.datetime(2020, 3, 1)), "the cell is a date or time (2020-03-01)"),
    ("cell_truth", at("measures", "unit", 2, True), "unit: TRUE is a truth value where text is expected"),
    ("not_a_number", at("measures", "unit_cost", 3, "cheap"), "measures!G3  unit_cost: 'cheap' must be a number"),
    ("not_a_number", at("measures", "unit_cost", 3, True), "measures!G3  unit_cost: true must be a number"),
    ("not_truth", at("measures", "integer", 2, "maybe"), "integer: 'maybe' must be true or false"),
    (
        "not_one_of",
        at("measures", "category", 4, "trainning"),
        "measures!C4  category: 'trainning' is not a category; did you mean 'training'?",
    ),
    ("unknown_id", at("measures", "county", 4, "wset"), "measures!B4  county: 'wset' is not in counties; did you mean"),
    ("below", at("funds", "amount", 2, -1), "funds!C2  amount: -1 must be 0 or more (万元)"),
    ("missing", at("measures", "max_units", 3, None), "measures!J3  max_units: is missing (most units)"),
    ("missing", at("measures", "max_units", 3, "  \u00a0"), "measures!J3  max_units: is missing (most units)"),
    ("id_missing", at("counties", "id", 3, None), "counties!A3  id: '' must be text: every row needs an id"),
    (
        "duplicate_id",
        at("measures", "id", 3, "barn"),
        "measures!A3  id: 'barn' stands twice; first at plan.xlsx:measures!A2",
    ),
    ("missing", at("measures", "returns", 2, 100), "measures!L2  returns[1][2]: is missing (piecewise-linear"),
    (
        "format_number",
        put("settings", "B2", 2),
        "settings!B2  alloc: 2 is not a format that this version reads; write 1",
    ),
    ("below", put("settings", "B5", 20), "settings!B5  year: 20 must be 1900 or more"),
    ("text_number", put("settings", "B5", "2020"), "settings!B5  year: '2020' is text that looks like a number"),
    ("unknown_key", put("settings", "A5", "yeer"), "settings!A5  yeer: is not a known key; did you mean 'year'?"),
    (
        "duplicate_setting",
        put("settings", "A4", "name"),
        "settings!A4  name: stands twice; first at plan.xlsx:settings!A3",
    ),
    ("duplicate_id", lambda book: book["sources"].append(["survey", "again"]), "'survey' stands twice; first at"),
    ("id_missing", lambda book: book["sources"].append([None, "again"]), "sources!A3  id: '' must be text"),
    ("plan_row", at("previous", "amount", 2, "much"), "previous!H2  amount: 'much' will not do"),
    ("plan_row", at("previous", "plan", 2, None), "previous!A2  plan: '' will not do"),
]


@pytest.mark.parametrize(("text", "change", "said"), CELLS, ids=lambda x: x if isinstance(x, str) else "")
def test_a_cell_at_fault_is_named_by_sheet_and_cell_and_draws_no_further_faults(tmp_path, question, text, change, said):
    found = faults(made(tmp_path / "plan.xlsx", question, change))
    assert any(said in line and line.startswith("plan.xlsx:") for line in found), found
    if text.startswith("cell_"):  # ids at fault apart, to which others still refer
        assert len([line for line in found if "is not in" not in line and "results/2019" not in line]) == 1, found


def hide(sheet: str, row: int) -> Change:
    def change(book: Any) -> None:
        book[sheet].row_dimensions[row].hidden = True

    return change


def both(*changes: Change) -> Change:
    def change(book: Any) -> None:
        for one in changes:
            one(book)

    return change


def renamed(old: str, new: str) -> Change:
    def change(book: Any) -> None:
        book[old].title = new

    return change


def copied(name: str, new: str) -> Change:
    def change(book: Any) -> None:
        book.copy_worksheet(book[name]).title = new

    return change


def added(name: str, *rows: list[Any]) -> Change:
    def change(book: Any) -> None:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)

    return change


def appended(sheet: str, row: list[Any]) -> Change:
    return lambda book: book[sheet].append(row)


def shown(sheet: str, cell: str, number: str) -> Change:
    return lambda book: setattr(book[sheet][cell], "number_format", number)


def emptied(sheet: str) -> Change:
    return lambda book: book[sheet].delete_rows(1, 99)


SHEETS = [
    (
        "duplicate_hidden",
        both(at("measures", "id", 3, "barn"), hide("measures", 2)),
        "measures!A3  id: 'barn' stands twice; first at plan.xlsx:measures!A2, and one of the two rows is hidden",
    ),
    (
        "duplicate_hidden",
        both(appended("baseline", ["west", "milk"]), hide("baseline", 4)),
        "baseline!A4  'west, milk' stands twice; first at plan.xlsx:baseline!A3, and one of the two rows is hidden",
    ),
    (
        "duplicate_id",
        appended("baseline", ["west", "milk"]),
        "baseline!A4  'west, milk' stands twice; first at plan.xlsx:baseline!A3",
    ),
    (
        "duplicate_hidden",
        both(at("rules", "name", 7, "parity"), hide("rules", 6)),
        "rules!A7  name: 'parity' stands twice; first at plan.xlsx:rules!A6, and one of the two rows is hidden",
    ),
    (
        "looks_alike",
        at("rules", "name", 7, "parity\u00a0"),
        "rules!A7  name: 'parity' looks the same as plan.xlsx:rules!A6 but differs in blanks",
    ),
    (
        "looks_alike",
        both(at("measures", "id", 2, "new barn"), at("measures", "id", 3, "new\u00a0barn")),
        "measures!A3  id: 'new barn' looks the same as plan.xlsx:measures!A2",
    ),
    ("cell_merged", lambda book: book["measures"].merge_cells("B2:B3"), "measures!B2:B3  cells are merged"),
    (
        "cell_zeros",
        both(at("counties", "code", 2, 65225), shown("counties", "E2", "000000")),
        "counties!E2  code: the cell shows 065225 but holds the number 65225",
    ),
    (
        "unknown_heading",
        put("measures", "C1", "categroy"),
        "measures!C1  categroy: is not a heading of this table; did you mean 'cat",
    ),
    ("column_missing", put("chains", "A1", None), "chains!B1  id: this column is required and is missing"),
    (
        "unknown_heading",
        put("measures", "C1", "资助类别"),
        "measures!C1  资助类别: is not a heading of this table; did you mean '类",
    ),
    ("duplicate_column", put("measures", "C1", "county"), "measures!C1  county: this column stands twice"),
    ("duplicate_column", put("measures", "C1", "县"), "measures!C1  county: this column stands twice"),
    (
        "heading_differs",
        both(put("chains", "A2", "编号"), put("chains", "B2", "备注"), put("chains", "A3", "dairy")),
        "chains!B2  备注: is another column than 'closure_bonus' above it",
    ),
    ("cell_without_heading", put("chains", "D2", 3), "chains!D2  something stands here, but the column has no heading"),
    (
        "no_headings",
        both(put("chains", "A1", "my"), put("chains", "B1", "plan")),
        "chains!A1  the first row that is not empty must hold",
    ),
    ("no_headings", emptied("chains"), "chains!A1  the first row that is not empty must hold"),
    (
        "unknown_sheet",
        renamed("measures", "mesures"),
        "plan.xlsx:mesures  there is no table 'mesures'; did you mean 'measure",
    ),
    ("unknown_sheet", added("Sheet 1", ["note"]), "plan.xlsx:'Sheet 1'  there is no table 'Sheet 1'; a sheet"),
    (
        "duplicate_sheet",
        copied("chains", "产业链"),
        "plan.xlsx:产业链  the table chains stands in two sheets; first in plan.xlsx:chains",
    ),
    (
        "more_faults",
        both(*(appended("counties", [f"c{i}", *[None] * 4, "1"]) for i in range(300))),
        "plan.xlsx:counties  and 100 more faults here",
    ),
]


def test_a_heading_that_is_not_understood_draws_no_fault_in_each_row(tmp_path, question):
    found = faults(made(tmp_path / "plan.xlsx", question, put("measures", "C1", "categroy")))
    assert [line for line in found if "C1" not in line and "category" in line] == []
    found = faults(made(tmp_path / "plan.xlsx", question, put("measures", "C1", None)))
    assert [line for line in found if "required" in line] == [
        "plan.xlsx:measures!A1  category: this column is required and is missing"
    ]


@pytest.mark.parametrize(("text", "change", "said"), SHEETS, ids=lambda x: x if isinstance(x, str) else "")
def test_a_sheet_at_fault_is_named(tmp_path, question, text, change, said):
    found = faults(made(tmp_path / "plan.xlsx", question, change))
    assert any(said in line and line.startswith("plan.xlsx") for line in found), found
    assert all("plan.xlsx" in line for line in faults(tmp_path / "plan.xlsx", "zh"))


@pytest.mark.parametrize(
    "change", [added("Sheet1"), added("#notes", ["x"]), added("guide", ["x"]), added("字典", ["x"])]
)
def test_empty_sheets_and_sheets_set_aside_are_left_alone(tmp_path, question, change):
    assert not faults(made(tmp_path / "plan.xlsx", question, change))


def test_a_hidden_row_that_repeats_nothing_is_read_as_any_other(tmp_path, question):
    assert len(read(made(tmp_path / "plan.xlsx", question, hide("measures", 3))).measures) == 6


def test_a_whole_number_typed_as_code_or_id_is_its_digits(tmp_path, question):
    path = made(tmp_path / "plan.xlsx", question, both(at("counties", "code", 2, 653225), at("counties", "name", 2, 7)))
    county = read(path).counties["east"]
    assert (county.code, county.name) == ("653225", "7")


def test_formulas_that_were_calculated_are_their_values(tmp_path, question):
    import xlsxwriter

    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in question.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    sheet.write(i, j, cell)
            if name == "funds":
                sheet.write_formula(1, rows[0].index("amount"), "=60+60", None, 120)
    assert read(path).funds["aid"].amount == 120


def test_sheets_and_headings_are_read_in_either_language(tmp_path, question):
    chinese = {
        "设置": [["设置项", "取值"], ["格式编号", 1], ["短名", "least"], ["财政年度", 2020]],
        "县": [["编号", "自愿求职人数", "到位率：培训", "Delivery.enterprise"], ["a", 5, 0.5, 0.6]],
        "产业": [["编号"], ["sheep"]],
        "基线": [["县", "产业", "现有岗位"], ["a", "sheep", 0]],
        "资金": [["Id", "资金类别", "Amount"], ["f", "援助", 9], ["g", "national", 9]],
        "措施": [
            ["编号", "县", "类别", "产业", "最大规模\n（单位）", "只取整数", "Largest share: aid", "国家资金关系"],
            ["m", "a", "培训", "sheep", 4, "是", 0.5, "二选一"],
        ],
        "规则": [["规则名称", "规则类型", "计入：类别", "最高"], ["r", "比例", "培训|保险", 0.5]],
    }
    found = read(made(tmp_path / "plan.xlsx", chinese))
    measure, rule = found.measures["m"], found.rules[0]
    assert (found.name, found.year, found.funds["f"].kind) == ("least", 2020, "aid")
    assert (measure.category, measure.max_units, measure.integer, measure.national) == (
        "training",
        4,
        True,
        "exclusive",
    )
    assert (measure.max_share, found.counties["a"].delivery) == ({"aid": 0.5}, {"training": 0.5, "enterprise": 0.6})
    assert (rule.type, rule.of.category, rule.max) == ("share", ("training", "insurance"), 0.5)


def test_results_beside_prefixed_inputs_are_left_alone(tmp_path, question):
    for prefix in ("input ", "输入 ", "Input_"):
        rows = {prefix + name: content for name, content in question.items()}
        results = {"Funds": [["Fund", "Spent"], ["aid", 1]], "counties": [["County"], ["x"]], "汇总": [["x"]]}
        assert not faults(made(tmp_path / "plan.xlsx", results | rows))
    found = faults(made(tmp_path / "plan.xlsx", rows, at("Input_measures", "county", 2, "wset")))
    assert found[0].startswith("plan.xlsx:Input_measures!B2  county: 'wset' is not in counties")


def spoilt(content: bytes) -> dict[str, bytes]:
    """Return files that only look like a workbook, by the sentence that refuses them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    nameless = re.sub(rb'name="[^"]*" sheetId', b'name="#" sheetId', parts["xl/workbook.xml"])
    return {
        "workbook_locked": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        "workbook_foreign": b"id,name\na,b\n",
        "workbook_foreign ": b"",
        "workbook_broken": content[: len(content) // 2],
        "workbook_foreign  ": zipped({"readme.txt": b"nothing"}),
        "workbook_lost": zipped({name: part for name, part in parts.items() if name != "xl/worksheets/sheet3.xml"}),
        "workbook_broken  ": zipped(parts | {"xl/workbook.xml": b"<workbook"}),
        "workbook_broken   ": zipped(parts | {"xl/worksheets/sheet3.xml": parts["xl/worksheets/sheet3.xml"][:-40]}),
        "no_tables": zipped(parts | {"xl/workbook.xml": nameless}),
    }


def zipped(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


SPOILT = ["workbook_locked", "workbook_foreign", "workbook_broken", "workbook_lost", "no_tables"]


def test_files_that_are_no_workbook_are_one_plain_fault(tmp_path, question):
    content = made(tmp_path / "plan.xlsx", question).read_bytes()
    for text, broken in spoilt(content).items():
        (tmp_path / "plan.xlsx").write_bytes(broken)
        found = inspect(tmp_path / "plan.xlsx").faults
        assert text.strip() in {fault.text for fault in found}, (text, found)
        assert text.startswith("no_tables") or len(found) == 1


def test_a_workbook_that_unfolds_without_end_is_not_read(tmp_path, question, monkeypatch):
    path = made(tmp_path / "plan.xlsx", question)
    monkeypatch.setattr(metadata, "MOST_BYTES", 20_000)
    said = "plan.xlsx  unfolds into more than 256 MB and is not read: delete empty rows and formats"
    assert faults(path) == [said]


def test_other_spreadsheets_are_refused_with_the_way_out(tmp_path):
    for suffix in (".xls", ".et", ".ods"):
        path = tmp_path / f"plan{suffix}"
        path.write_bytes(b"anything")
        assert faults(path) == [
            f"plan{suffix}  {suffix} files are not read: save it in Excel, WPS or LibreOffice as .xlsx"
        ]


def test_a_workbook_cut_or_changed_anywhere_never_ends_in_a_crash(tmp_path, question):
    content = made(tmp_path / "plan.xlsx", question).read_bytes()
    for i in range(60):
        where = len(content) * i // 60
        (tmp_path / "plan.xlsx").write_bytes(content[:where] + bytes([content[where] ^ 0x55]) + content[where + 1 :])
        inspect(tmp_path / "plan.xlsx")
        (tmp_path / "plan.xlsx").write_bytes(content[:where])
        assert inspect(tmp_path / "plan.xlsx").faults


def test_a_yaml_instance_may_name_a_workbook_for_a_table(tmp_path, question):
    text = re.sub(r"^(measures|rules):\n(?:  .*\n)+", r"\1: data.xlsx\n", QUESTION, flags=re.MULTILINE)
    lay(tmp_path, text)
    made(tmp_path / "data.xlsx", {name: question[name] for name in ("measures", "rules")})
    lay(tmp_path / "yaml", QUESTION)
    assert read(tmp_path).model_copy(update={"sha256": ""}) == read(tmp_path / "yaml").model_copy(update={"sha256": ""})
    made(tmp_path / "data.xlsx", {"rules": question["rules"], "mesures": []})
    said = "data.xlsx  measures: the workbook has no sheet 'measures'; did you mean 'mesures'?"
    assert faults(tmp_path / "instance.yaml") == [said]
    (tmp_path / "data.xlsx").write_text("id\n")
    assert all("data.xlsx  is not an Excel workbook" in line for line in faults(tmp_path / "instance.yaml"))


def test_a_folder_with_two_instances_is_refused(tmp_path, question):
    lay(tmp_path, QUESTION)
    made(tmp_path / "instance.xlsx", question)
    with pytest.raises(RequestError, match="holds two instances"):
        read(tmp_path)
    (tmp_path / "instance.yaml").unlink()
    assert read(tmp_path) == read(tmp_path / "instance.xlsx")


def test_the_fingerprint_follows_the_workbook(tmp_path, question):
    one = read(made(tmp_path / "a/plan.xlsx", question))
    other = read(made(tmp_path / "b/plan.xlsx", question, at("funds", "amount", 2, 121)))
    assert one.sha256 != other.sha256


# --- closing -------------------------------------------------------------------------------------


def test_every_sentence_about_workbooks_is_said_by_some_mistake():
    page = (
        files("alloc.texts").joinpath("workbooks.yaml").read_text(encoding="utf-8").split("# words of the template")[0]
    )
    said = {case[0] for case in CELLS + SHEETS} | set(SPOILT)
    elsewhere = {
        "column_lacking",
        "column_lacking_like",
        "column_unread",
    }  # of what became of a plan, tests/test_actuals.py
    elsewhere |= {"workbook_format", "workbook_large", "two_instances", "no_such_sheet"}
    assert set(yaml.safe_load(page)) == (said | elsewhere) & set(yaml.safe_load(page))
