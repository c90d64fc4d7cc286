"""The Excel template is a valid instance that solves, guides whoever fills it in, and holds no error in LibreOffice."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from office import Office

import alloc
from alloc.cli import main
from alloc.instance.excel.headings import sheet_columns
from alloc.instance.excel.sheet_names import names
from alloc.instance.starter import start
from alloc.instance.tables import TABLES


@dataclass
class Template:
    """A template as written in one language, and opened."""

    lang: str
    path: Path
    book: Any

    def __getitem__(self, table: str) -> Any:
        """Return the sheet of a table."""
        return self.book[names()["tables"][table] if self.lang == "zh" else table]

    def row(self, table: str, number: int) -> dict[str, Any]:
        """Return column → what stands in one row."""
        return {cell.value: self[table].cell(number, cell.column).value for cell in self[table][1]}


@pytest.fixture(scope="module", params=["en", "zh"])
def template(request, tmp_path_factory) -> Template:
    path = start(tmp_path_factory.mktemp(request.param), excel=True, lang=request.param)
    return Template(request.param, path, openpyxl.load_workbook(path))


def rules(sheet: Any) -> dict[str, Any]:
    """Return column → what may be typed into it."""
    letters = {cell.column_letter: cell.value for cell in sheet[1]}
    found = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule for rule in sheet.data_validations.dataValidation}
    return {letters[letter]: rule for letter, rule in found.items()}


def test_a_new_template_has_no_fault_and_solves_as_it_stands(tmp_path):
    run = CliRunner()
    for lang, said in (("en", "no fault, 0 warnings"), ("zh", "没有错误，0 个警告")):
        folder = str(tmp_path / lang)
        done = run.invoke(main, ["new", folder, "--excel", "--lang", lang])
        assert (done.exit_code, f"alloc check {folder}/instance.xlsx" in done.stdout) == (0, True)
        assert said in run.invoke(main, ["check", f"{folder}/instance.xlsx", "--lang", lang]).stdout
        assert run.invoke(main, ["check", folder]).exit_code == 0
        again = run.invoke(main, ["new", folder])
        assert (again.exit_code, again.stderr) == (2, f"{folder}/instance.xlsx exists already\n")
    solved = alloc.solve(tmp_path / "en")
    assert solved.status == "optimal"
    assert solved.objective == pytest.approx(alloc.solve(tmp_path / "zh").objective)


def test_the_template_is_the_starter_and_equal_runs_give_equal_bytes(tmp_path):
    one, other = (start(tmp_path / folder / "plan", excel=True) for folder in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()
    starter = alloc.read(start(tmp_path / "c"))
    found = alloc.read(one)
    assert (found.counties, found.measures, found.funds) == (starter.counties, starter.measures, starter.funds)


@pytest.mark.parametrize(("folder", "name"), [("My_Year 2", "my-year-2"), ("2021", "2021"), ("明年", "starter")])
@pytest.mark.parametrize("excel", [False, True], ids=["yaml", "excel"])
def test_a_starter_is_called_as_its_folder_is_and_so_are_its_results(tmp_path, folder, name, excel):
    assert alloc.read(start(tmp_path / folder, excel=excel)).name == name


def test_every_table_has_its_sheet_with_every_column_and_an_example_row(template):
    for table in names()["tables"]:
        roots = {str(cell.value).partition(".")[0] for cell in template[table][1]}
        wanted = {column.partition(".")[0] for column in sheet_columns(table)}
        wanted -= {"limited_by", "sources", "range", "carried"} if table in TABLES else set()  # none in the example
        wanted -= {"counties"} if table == "scenarios" else set()
        assert wanted <= roots, table
        assert table == "previous" or template[table].cell(3, 1).value is not None, table


def test_headings_stand_in_both_languages_with_the_unit(template):
    row = template.row("measures", 2)
    order = 1 if template.lang == "en" else -1
    assert row["unit_cost"].split("\n")[:2] == ["Unit cost", "单位成本"][::order]
    assert "万元" in row["unit_cost"].split("\n")[2]
    assert row["category"].split("\n") == ["Category", "类别"][::order]


def test_drop_downs_follow_the_ids_of_the_sheets(template):
    english = template.lang == "en"
    measures = rules(template["measures"])
    assert measures["category"].formula1.startswith('"infrastructure,training' if english else '"配套设施,培训')
    assert rules(template["rules"])["type"].formula1.startswith('"share,amount,' if english else '"比例,金额,')
    for column, table in (("county", "counties"), ("industry", "industries"), ("funds", "funds")):
        assert measures[column].formula1 == f"ids_{table}"
        sheet = template[table].title
        defined = template.book.defined_names[f"ids_{table}"].value
        assert defined.startswith(f"OFFSET('{sheet}'!$A$3,0,0,MAX(1,COUNTA('{sheet}'!$A$3:")
    assert rules(template["rules"])["fund"].formula1 == "words_funds"
    assert rules(template["baseline"])["county"].formula1 == "ids_counties"
    assert rules(template["funds"])["kind"].type == "list"
    shares = rules(template["counties"])["delivery.training"]
    assert (shares.type, float(shares.formula1), float(shares.formula2)) == ("decimal", 0, 1)
    assert not measures["funds"].showErrorMessage  # several are written a|b


def test_every_heading_has_a_comment_and_money_shows_its_unit(template):
    for table in names()["tables"]:
        if table != "settings":
            assert all(cell.comment and len(cell.comment.text) > 1 for cell in template[table][2]), table
    sheet = template["measures"]
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    comment = sheet[f"{letters['category']}2"].comment.text
    assert ("One of: infrastructure" if template.lang == "en" else "可填：配套设施") in comment
    assert sheet[f"{letters['unit_cost']}3"].number_format == '#,##0.00##" 万元"'
    assert sheet["A3"].number_format == "@"
    assert sheet.column_dimensions["A"].width >= 10
    assert sheet.freeze_panes == "B3"


def test_the_dictionary_is_protected_and_names_every_column(template):
    sheet = template.book["字典" if template.lang == "zh" else "dictionary"]
    assert sheet.protection.sheet
    described = {(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)}
    for table in names()["tables"]:
        page = template[table]
        assert table == "settings" or {(page.title, cell.value) for cell in page[1]} <= described
    assert not template["measures"].protection.sheet
    assert template.book["选项" if template.lang == "zh" else "lists"].sheet_state == "hidden"


def bare(path: Path) -> alloc.Instance:
    return alloc.read(path).model_copy(update={"sha256": ""})


@pytest.mark.parametrize("row", [1, 2])
def test_either_row_of_headings_may_be_deleted(template, tmp_path, row):
    book = openpyxl.load_workbook(template.path)
    for table, chinese in names()["tables"].items():
        book[chinese if template.lang == "zh" else table].delete_rows(row)
    book.save(tmp_path / "plan.xlsx")
    assert bare(tmp_path / "plan.xlsx") == bare(template.path)


@pytest.fixture(scope="module")
def saved(office: Office, tmp_path_factory) -> dict[str, tuple[Path, Path]]:
    """Return the template of each language, and as LibreOffice saves it, which is begun once for both."""
    folder = tmp_path_factory.mktemp("saved")
    paths = [start(folder / lang, excel=True, lang=lang).rename(folder / f"{lang}.xlsx") for lang in ("en", "zh")]
    return {
        path.stem: (path, again) for path, again in zip(paths, office.convert(paths, folder / "again"), strict=True)
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_libreoffice_saves_the_template_without_errors_and_as_the_same_instance(saved, lang):
    written, again = saved[lang]
    assert bare(again) == bare(written)
    book = openpyxl.load_workbook(again, data_only=True)
    assert [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "e"] == []
    words = [book.worksheets[-1].cell(i, 1).value for i in range(1, 12)]
    assert words[:9] == ["all", "aid", "national", "local", "private", "household", "aid", "national", "farmers"]
