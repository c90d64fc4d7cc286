"""CSV files as Excel saves them anywhere in the world are read rightly, or refused with the cause."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_instance import PREVIOUS, QUESTION, TABLES, in_chinese, lay, lines, tabled

from alloc.instance import read
from alloc.instance.separated import read_grid, split_number

COMMA = TABLES["measures"]


def parted(text: str, mark: str) -> str:
    """Return the same table with another mark between cells, quoted where that is needed."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("declared", ["", "sep={mark}\r\n", '"sep={mark}"\r\n', "SEP={mark},,,,\r\n"])
def test_a_table_between_semicolons_or_tabs_is_the_table_between_commas(tmp_path, mark, declared):
    lay(tmp_path / "comma", tabled("measures"), {"measures.csv": COMMA})
    saved = "\ufeff" + declared.format(mark=mark) + parted(COMMA, mark)
    lay(tmp_path / "other", tabled("measures"), {"measures.csv": saved})
    assert read(tmp_path / "comma").measures == read(tmp_path / "other").measures


def test_lines_keep_their_numbers_below_a_line_that_declares_the_mark(tmp_path):
    lay(tmp_path, tabled("chains"), {"chains.csv": "sep=;\nid;closure_bonus\ndairy;x\n"})
    assert lines(tmp_path) == ["chains.csv:3  closure_bonus: 'x' must be a number"]


def test_empty_columns_at_the_end_or_between_are_no_columns(tmp_path):
    lay(tmp_path, tabled("chains"), {"chains.csv": "id,,closure_bonus,,,\ndairy,,45,,,\n,,,,,\n"})
    assert lines(tmp_path) == []
    lay(tmp_path, tabled("chains"), {"chains.csv": "id,closure_bonus,,\ndairy,45,,9\n"})
    assert lines(tmp_path) == ["chains.csv:1  column 4 has no name"]


def test_a_comma_between_thousands_never_shifts_cells_in_silence(tmp_path):
    lay(tmp_path, tabled("chains"), {"chains.csv": "id,closure_bonus,note\ndairy,1,405,\n"})
    assert lines(tmp_path) == [
        "chains.csv:2  4 cells in the row, but 3 columns: is 1,405 one number? Write 1405",
    ]
    assert in_chinese(tmp_path) == ["chains.csv:2  这一行有 4 个单元格，但只有 3 列：1,405 是一个数吗？请写 1405"]


def test_a_row_that_does_not_fit_takes_no_others_with_it(tmp_path):
    rows = TABLES["counties"].splitlines()
    lay(tmp_path, tabled("counties"), {"counties.csv": "\n".join([rows[0], rows[1] + ",1", *rows[2:]])})
    (line,) = lines(tmp_path)
    assert line.startswith("counties.csv:2  ")


@pytest.mark.parametrize(
    ("cells", "found"),
    [(("a", "1", "405"), "1,405"), (("a", "12", "345.5"), "12,345.5"), (("0", "405"), ""), (("1", "40"), ""), ((), "")],
)
def test_a_number_cut_in_two_is_one_to_three_digits_before_three(cells, found):
    assert split_number(cells) == found


@given(st.lists(st.lists(st.text(alphabet=' ,;\t"\nab1', max_size=4), min_size=1, max_size=4), max_size=4))
def test_what_a_csv_writer_writes_comes_back_as_its_cells(rows):
    out = io.StringIO()
    csv.writer(out).writerows([["id", "note"], *rows])
    found = read_grid(out.getvalue(), {"id", "note"}.__contains__)
    assert [cells for _, cells in found.rows] == [s for row in rows if any(s := tuple(x.strip() for x in row))]


def test_a_question_in_another_encoding_is_said_to_be_in_that_encoding(tmp_path):
    for encoding, said in (("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("gbk", "GBK")):
        lay(tmp_path, files={"instance.yaml": QUESTION.replace("µ", "u").encode(encoding, errors="ignore")})
        (line,), (chinese,) = lines(tmp_path), in_chinese(tmp_path)
        assert said in line
        assert said in chinese


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_previous_plan_may_be_saved_in_the_same_ways(tmp_path, mark):
    lay(tmp_path / "comma", files={"results/2019/allocation.csv": PREVIOUS})
    lay(tmp_path / "other", files={"results/2019/allocation.csv": "\ufeff" + parted(PREVIOUS, mark)})
    assert read(tmp_path / "comma").previous == read(tmp_path / "other").previous
    lay(tmp_path / "other", files={"results/2019/allocation.csv": PREVIOUS.replace("30.5", "1,305")})
    assert "is 1,305 one number? Write 1305" in lines(tmp_path / "other")[0]
