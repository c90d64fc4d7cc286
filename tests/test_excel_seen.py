"""What a workbook holds and does not show is told with its cell, and read all the same."""

import re
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from test_excel_faults import Change, appended, at, both, faults, head, hide, made, question, shown, zipped  # noqa: F401

from alloc.instance import inspect, read
from alloc.instance.excel.metadata import read_metadata
from alloc.instance.excel.number_formats import find_misreading
from alloc.instance.excel.number_formats import format_number as as_shown

WAN = '[>=100000000]0!.00,,"亿";[>=10000]0!.0,"万";0'
ACCOUNTS = '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)'


def warnings(path: Path, lang: str = "en") -> list[str]:
    return [warning.say(lang).replace(f"{path.parent}/", "") for warning in inspect(path).warnings]


def hide_column(sheet: str, letter: str) -> Change:
    return lambda book: setattr(book[sheet].column_dimensions[letter], "hidden", True)


def hide_sheet(sheet: str, state: str = "hidden") -> Change:
    return lambda book: setattr(book[sheet], "sheet_state", state)


def formatted(sheet: str, column: str, row: int, code: str) -> Change:
    return lambda book: shown(sheet, f"{head(book, sheet, column)}{row}", code)(book)


AMOUNT = at("funds", "amount", 2, 370000)
SEEN = [
    (
        "cell_shows",
        both(AMOUNT, shown("funds", "C2", "0!.0,")),
        "funds!C2  amount: the cell shows 37.0 but holds 370000, and 370000 is what counts: mend the number or",
    ),
    (
        "cell_shows",
        both(AMOUNT, shown("funds", "C2", "#,##0,")),
        "funds!C2  amount: the cell shows 370 but holds 370000",
    ),
    ("cell_shows", both(AMOUNT, shown("funds", "C2", "0.00,,")), "the cell shows 0.37 but holds 370000"),
    ("cell_shows", both(AMOUNT, shown("funds", "C2", WAN)), "the cell shows 37.0万 but holds 370000"),
    (
        "cell_shows",
        both(at("counties", "population", 2, 1600), formatted("counties", "population", 2, '0"万"')),
        "population: the cell shows 1600万 but holds 1600, and 1600 is what counts: mend the number or the format",
    ),
    (
        "cell_shows_nothing",
        shown("funds", "C2", ";;;"),
        "funds!C2  amount: the cell shows nothing but holds 100, which",
    ),
    ("row_hidden", hide("measures", 3), "measures!A3  row 3 is hidden, by a filter perhaps, and counts all the same"),
    (
        "rows_hidden",
        both(hide("measures", 3), hide("measures", 4), hide("measures", 6)),
        "measures!A3  rows 3 to 4 are hidden, by a filter perhaps, and count all the same",
    ),
    (
        "column_hidden",
        hide_column("funds", "C"),
        "funds!C1  amount: this column is hidden, and what stands in it counts",
    ),
    ("sheet_hidden", hide_sheet("measures"), "plan.xlsx:measures  this sheet is hidden, and what stands in it counts"),
    ("sheet_hidden", hide_sheet("settings", "veryHidden"), "plan.xlsx:settings  this sheet is hidden"),
]


@pytest.mark.parametrize(("text", "change", "said"), SEEN, ids=lambda x: x if isinstance(x, str) else "")
def test_what_is_not_seen_is_told_and_counts(tmp_path, question, text, change, said):  # noqa: F811
    path = made(tmp_path / "plan.xlsx", question, change)
    found = inspect(path)
    assert found.instance is not None
    assert text in {warning.text for warning in found.warnings}
    assert any(said in line for line in warnings(path)), warnings(path)
    assert len(found.instance.measures) == 6
    assert re.search("[一-鿿]", warnings(path, "zh")[0])


def test_what_is_hidden_and_empty_or_set_aside_is_nobodys_concern(tmp_path, question):  # noqa: F811
    empty = both(hide("measures", 40), hide_column("measures", "ZZ"), lambda book: book.create_sheet("#notes"))
    assert warnings(made(tmp_path / "plan.xlsx", question, both(empty, hide_sheet("#notes")))) == []


def test_a_row_or_column_without_any_height_or_width_is_hidden():
    sheet = b'<s><cols><col min="2" max="3" width="0"/></cols><row r="3" ht="0"/><row r="4" ht="13.5"/></s>'
    found = read_metadata(zipped({"sheet.xml": sheet}), "sheet.xml")
    assert (found.hidden, found.columns) == ({3}, (range(2, 4),))


def test_every_sentence_about_what_is_not_seen_is_said_by_some_workbook():
    page = yaml.safe_load(files("alloc.texts").joinpath("seen.yaml").read_text(encoding="utf-8"))
    assert set(page) == {case[0] for case in SEEN}


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (370000, "0!.0,", "37.0"),
        (370000, '0"."0,', "37.0"),
        (370000, "0.00,,", "0.37"),
        (1234567.891, "#,##0,", "1,235"),
        (37, '#,##0.00##" 万元"', "37.00 万元"),
        (0.305, "0.0%", "30.5%"),
        (30, '0"%"', "30%"),
        (999.5, "0", "1000"),
        (-5, "0;0", "5"),
        (-1234.5, ACCOUNTS, "(1,234.50)"),
        (12, "000000", "000012"),
        (12, "0000-0000", "0000-0012"),
        (0.25, ".00", ".25"),
        (37, "0.0##", "37.0"),
        (1234.5, "[$¥-804]#,##0.0", "¥1,234.5"),
        (5, ";;;", ""),
        (44000, "yyyy-mm-dd", None),
        (0.5, "# ?/?", None),
        (1e20, "0", None),
        (37, "General", None),
    ],
)
def test_a_number_is_shown_as_its_format_says(value, code, seen):
    """As LibreOffice shows them; `!` is Excel's own, and stands before a sign that is shown as it is."""
    assert as_shown(value, code) == seen


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (37, "0"),
        (37.4, "0"),
        (0.3, "0%"),
        (-5, "0.0"),
        (-1234.5, ACCOUNTS),
        (0, ";;;"),
        (12, "000000"),
    ],
)
def test_ordinary_formats_draw_no_doubt(value, code):
    assert find_misreading(value, code) is None


@pytest.mark.parametrize(
    ("value", "code", "unit", "money", "seen"),
    [
        (16, '0"万"', "persons", None, "16万"),
        (16, '0"万人"', "persons", None, "16万人"),
        (16, '0" k"', "jobs", None, "16 k"),
        (160000, '[>=10000]0!.0,"万";0', "persons", None, None),
        (16, '0"人"', "persons", None, None),
        (16, '0"万元"', "money", None, None),
        (16, '0"万"', "money", None, None),
        (16, '0"亿元"', "money", None, "16亿元"),
        (16, '0"亿元"', "money", {"unit": 100_000_000, "label": "亿元"}, None),
        (16, '0"万元"', "money", {"unit": 1, "label": "元"}, "16万元"),
        (160000, '[>=10000]0!.0,"万元";0', "money", {"unit": 1, "label": "元"}, None),
        (16, '0.0"百万"', "money per year", {"unit": 1_000_000}, None),
        (16, '0"万元"', "money", {"unit": 10_000, "currency": "USD"}, None),
        (16, '0"万立方米"', "its unit", None, None),
        (16, '0"千克"', "resource per unit", None, None),
    ],
)
def test_a_word_behind_a_number_multiplies_it_unless_it_is_the_unit_of_the_column(value, code, unit, money, seen):
    assert find_misreading(value, code, unit, money) == seen


@pytest.mark.parametrize(
    ("value", "code"), [(0.3, "0"), (2.5, "0"), (30, '0"%"'), (-5, "0;0"), (37, '"100"'), (5, "0.0,")]
)
def test_a_format_that_shows_another_number_draws_one(value, code):
    assert find_misreading(value, code) is not None


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def strict(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return a workbook in the namespaces of Strict Open XML."""
    old, new = (
        rb"http://schemas.openxmlformats.org/(officeDocument|spreadsheetml)/2006/",
        rb"http://purl.oclc.org/ooxml/\1/",
    )
    return {name: re.sub(old, new, part) for name, part in parts.items()}


def shouted(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return a workbook whose parts are named in other letters than those that refer to them."""
    return {re.sub(r"sheets/sheet(\d+)", r"sheets/Sheet\1", name): part for name, part in parts.items()}


def backwards(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name.replace("/", "\\"): part for name, part in parts.items()}


@pytest.mark.parametrize("spelt", [strict, shouted, backwards, lambda parts: shouted(strict(parts))])
def test_strict_open_xml_and_parts_in_other_case_are_the_same_question(tmp_path, question, spelt):  # noqa: F811
    path = made(tmp_path / "plan.xlsx", question)
    usual = read(path)
    path.write_bytes(zipped(spelt(parts_of(path))))
    assert read(path).model_copy(update={"sha256": ""}) == usual.model_copy(update={"sha256": ""})


def test_a_sheet_that_is_listed_and_not_there_is_never_dropped_in_silence(tmp_path, question):  # noqa: F811
    path = made(tmp_path / "plan.xlsx", question)
    parts = parts_of(path)
    names = [*question]
    del parts[f"xl/worksheets/sheet{names.index('rules') + 1}.xml"]
    path.write_bytes(zipped(parts))
    (line,) = faults(path)
    assert line.startswith("plan.xlsx  this is not a whole Excel workbook: it lists rules and does not hold it")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"Index/Document.iwa": b"x"}, "is not an Excel workbook, whatever its name says"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}, "is not an Excel"),
        ({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}, "is not an Excel workbook"),
        ({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"}, ".xlsb files are not read: save it in Excel"),
    ],
)
def test_other_packed_files_under_the_name_of_a_workbook_are_one_plain_fault(tmp_path, parts, said):
    (tmp_path / "plan.xlsx").write_bytes(zipped(parts))
    (line,) = faults(tmp_path / "plan.xlsx")
    assert line.startswith(f"plan.xlsx  {said}")


def test_a_merged_heading_is_one_fault(tmp_path, question):  # noqa: F811
    path = made(tmp_path / "plan.xlsx", question, lambda book: book["chains"].merge_cells("A1:B1"))
    assert [line for line in faults(path) if "merged" in line] == [
        "plan.xlsx:chains!A1:B1  cells are merged: only the first of them holds a value; unmerge them and fill in each"
    ]


def test_a_cell_that_begins_a_hostile_sign_is_named(tmp_path, question):  # noqa: F811
    change = both(at("counties", "name", 2, "a_x001B_[31mb"), at("measures", "tags", 2, "a\u202eb"))
    assert faults(made(tmp_path / "plan.xlsx", question, change)) == [
        "plan.xlsx:counties!B2  name: holds the sign U+001B, which is not seen but changes what is shown: delete it",
        "plan.xlsx:measures!AB2  tags: holds the sign U+202E, which is not seen but changes what is shown: delete it",
    ]
