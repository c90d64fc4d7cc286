"""Files that are broken, foreign, too deep, elsewhere or not there are refused with their name and line."""

import time

import pytest
from test_instance import PREVIOUS, QUESTION, TABLES, lay, lines, tabled, told

from alloc.instance import inspect
from alloc.texts import say

NO_ALIAS = "anchors and aliases (& and *) are not allowed: write the value out"
OUTSIDE = "leads out of the instance's folder; tables must stand beside the instance"
NOT_UTF8 = "is not UTF-8, perhaps GBK: save it as 'CSV UTF-8', or as UTF-8 in an editor"
ANEW = "or as UTF-8 in an editor"
WIDE = f"is UTF-16, not UTF-8 (Excel's 'Unicode text' is UTF-16): save it as 'CSV UTF-8', {ANEW}"
PACKED = "is no text: it begins like a workbook, a PDF or a packed file, whatever its name says"
UNSEEN = "holds the sign {}, which is not seen but changes what is shown: delete it"
PLAN = "is not the allocation of a previous plan; expected the columns measure, county, category, industry, fund, "
PLAN += "kind, amount"
BOMB = "\n".join(["a0: &a0 [x]", *(f"a{i}: &a{i} [{f'*a{i - 1}, ' * 9}*a{i - 1}]" for i in range(1, 30))])
MISSING = [
    f"instance.yaml:1  {key}: is missing ({meaning})"
    for key, meaning in [
        ("alloc", "format number"),
        ("name", "names the results folder"),
        ("year", "fiscal year"),
        ("counties", "the counties"),
        ("measures", "what money can be spent on"),
        ("funds", "the purses"),
    ]
]

BROKEN = {
    "a: b: c": "yaml_says_1",
    "a: 1\n---\nb: 2\n": "yaml_says_2",
    "a: {b: 1\nc: 2": "yaml_says_3",
    "a: [1\nname: x": "yaml_says_4",
    "a: 1\n- b": "yaml_says_5",
    "a: ]": "yaml_says_6",
    "- a\nb: 1": "yaml_says_7",
    "a: 1\nno colon\n": "yaml_says_8",
    "a: @x": "yaml_says_9",
    "a: |\n\tb": "yaml_says_10",
    "a: 'x": "yaml_says_11",
    'a: "\\q"': "yaml_says_12",
}
"""What is no YAML → what its parser says of it."""

YAML_FILES = [
    (
        "yaml_broken",
        "alloc: [1\nname: x",
        ["instance.yaml:2  this is not valid YAML: did not find expected ',' or ']'"],
    ),
    (
        "yaml_broken",
        "alloc: 1\n\tname: x",
        ["instance.yaml:2  this is not valid YAML: found a tab character that violates indentation"],
    ),
    (
        "yaml_broken",
        "alloc: 1\n---\nalloc: 1\n",
        ["instance.yaml:2  this is not valid YAML: but found another document"],
    ),
    (
        "control_sign",
        b"\x00\x01\x02\x03",
        ["instance.yaml:1  " + UNSEEN.format("U+0000")],
    ),
    ("yaml_alias", QUESTION + BOMB, ["instance.yaml:60  " + NO_ALIAS]),
    (
        "yaml_selector",
        "base: {measures[*].unit_cost: 3}\n",
        [
            "instance.yaml:1  inside brackets or braces, a path with brackets must stand in quotes: "
            "'measures[*].unit_cost'"
        ],
    ),
    ("yaml_alias", "alloc: 1\nname: *name\n", ["instance.yaml:2  " + NO_ALIAS]),
    ("yaml_alias", "alloc: 1\nname: &name x\n", ["instance.yaml:2  " + NO_ALIAS]),
    (
        "yaml_tag",
        "alloc: 1\nname: !!python/object/apply:os.system ['true']\n",
        ["instance.yaml:2  the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed"],
    ),
    ("yaml_tag", "alloc: !money 1\n", ["instance.yaml:1  the tag !money is not allowed"]),
    ("yaml_deep", "alloc: 1\nname: " + "[" * 10_000, ["instance.yaml:2  nested deeper than 12 levels"]),
    (
        "yaml_deep",
        "alloc: 1\nname: " + "[" * 10_000 + "]" * 10_000,
        ["instance.yaml:2  nested deeper than 12 levels"],
    ),
    ("yaml_deep", "\n".join(" " * i + "a:" for i in range(3_000)), ["instance.yaml:13  nested deeper than 12 levels"]),
    ("key_not_a_word", QUESTION + "? [a, b]\n: 3\n", ["instance.yaml:60  a key must be one word"]),
    ("not_utf8", QUESTION.encode("gbk", errors="ignore"), ["instance.yaml  " + NOT_UTF8]),
    ("is_utf16", QUESTION.encode("utf-16"), ["instance.yaml  " + WIDE]),
    ("is_utf16", QUESTION.encode("utf-16-be"), ["instance.yaml  " + WIDE]),
    ("is_utf16", QUESTION.encode("utf-32"), ["instance.yaml  " + WIDE.replace("is UTF-16,", "is UTF-32,")]),
    (
        "not_unicode",
        b"alloc: \xff\xff\xff",
        ["instance.yaml  is neither UTF-8 nor GBK: save it as 'CSV UTF-8', " + ANEW],
    ),
    ("not_text_file", b"PK\x03\x04\xff\xfe\x93\x80", ["instance.yaml  " + PACKED]),
    ("not_text_file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["instance.yaml  " + PACKED]),
    ("control_sign", QUESTION + "# \x1b[2J\n", ["instance.yaml:60  " + UNSEEN.format("U+001B")]),
    ("missing", "", MISSING),
    ("missing", "# nothing but words\n", MISSING),
    ("missing", "{}", MISSING),
    ("not_a_mapping", "- alloc: 1\n", ["instance.yaml:1  [{alloc: 1}] must be a table of keys and values"]),
    ("not_a_mapping", "alloc", ["instance.yaml:1  'alloc' must be a table of keys and values"]),
]

MISTAKEN_CELL = "x" * 70
CSV_FILES = [
    ("not_utf8", "chains", "id,name_zh\ndairy,奶业\n".encode("gbk"), ["chains.csv  " + NOT_UTF8]),
    (
        "quote_open",
        "chains",
        'id,closure_bonus\ndairy,"45\nbeef,3\n',
        ["chains.csv:2  a quotation mark is opened in this row and nowhere closed"],
    ),
    (
        "quote_within",
        "chains",
        'id,closure_bonus\n\ndairy,"4"5\n',
        ["chains.csv:3  a quotation mark stands within a cell in quotation marks: write it twice"],
    ),
    (
        "csv_broken",
        "chains",
        "id,closure_bonus\ndairy," + "4" * 200_000 + "\n",
        ["chains.csv:2  this is not valid CSV: field larger than field limit (131072)"],
    ),
    (
        "header_mark",
        "chains",
        "sep=;\nid,closure_bonus\ndairy,45\n",
        ["chains.csv:2  the first row is one single cell: its headings stand between ',', where ';' is read"],
    ),
    (
        "header_mark",
        "chains",
        "id，closure_bonus\ndairy，45\n",
        ["chains.csv:1  the first row is one single cell: its headings stand between '，', where ',' is read"],
    ),
    (
        "too_many_cells",
        "chains",
        "id,closure_bonus\ndairy,4,5\n",
        ["chains.csv:2  3 cells in the row, but 2 columns: a text with a comma in it must stand in quotes"],
    ),
    (
        "cut_number",
        "chains",
        "id,closure_bonus,note\ndairy,1,405,\n",
        ["chains.csv:2  4 cells in the row, but 3 columns: is 1,405 one number? Write 1405"],
    ),
    (
        "other_mark",
        "chains",
        "id,closure_bonus,note\ndairy;45;\n",
        ["chains.csv:2  the cells of this row stand between ';', those of the first row between ','"],
    ),
    (
        "other_mark",
        "chains",
        "id;closure_bonus;note\ndairy\t45\t\n",
        ["chains.csv:2  the cells of this row stand between 'Tab', those of the first row between ';'"],
    ),
    ("is_utf16", "chains", "id,note\ndairy,奶\n".encode("utf-16"), ["chains.csv  " + WIDE]),
    ("column_without_name", "chains", "id,,closure_bonus\ndairy,3,45\n", ["chains.csv:1  column 2 has no name"]),
    (
        "duplicate_column",
        "chains",
        "id,closure_bonus,closure_bonus\ndairy,45,46\n",
        ["chains.csv:1  closure_bonus: this column stands twice"],
    ),
    (
        "unknown_key",
        "chains",
        "\nid,closure_bonos\ndairy,45\n",
        ["chains.csv:2  closure_bonos: is not a known key; did you mean 'closure_bonus'?"],
    ),
    (
        "unknown_key",
        "counties",
        TABLES["counties"].replace("delivery.training", "training"),
        ["counties.csv:1  training: is not a known key"],
    ),
    (
        "unknown_key",
        "rules",
        TABLES["rules"].replace("of.tag", "of.tagg"),
        ["rules.csv:1  of.tagg: is not a known key; did you mean 'of.tag'?"],
    ),
    (
        "not_one_of",
        "counties",
        TABLES["counties"].replace("delivery.training", "delivery.trainning"),
        ["counties.csv:2  delivery.trainning: 'trainning' is not a category; did you mean 'training'?"],
    ),
    (
        "not_one_of",
        "measures",
        TABLES["measures"].replace("course,west,training", "course,west,trainning"),
        ["measures.csv:4  category: 'trainning' is not a category; did you mean 'training'?"],
    ),
    (
        "id_missing",
        "chains",
        "id,closure_bonus\n,3\ndairy,45\n",
        ["chains.csv:2  id: '' must be text: every row needs an id"],
    ),
    (
        "duplicate_id",
        "chains",
        'id,note\ndairy,"two\nlines"\ndairy,\n',
        ["chains.csv:4  id: 'dairy' stands twice; first at chains.csv:2"],
    ),
    (
        "duplicate_row",
        "baseline",
        TABLES["baseline"] + "west,milk,,,,,,,,\n",
        ["baseline.csv:4  west, milk stands twice; first in row 2"],
    ),
    (
        "unknown_id",
        "synergies",
        "measures,employment\nbarn|coarse,3\n",
        ["synergies.csv:2  measures: 'coarse' is not in measures; did you mean 'course'?"],
    ),
    (
        "missing",
        "funds",
        TABLES["funds"].replace("county,local", "county,"),
        ["funds.csv:4  kind: is missing (whose money it is)"],
    ),
    (
        "curve_short",
        "measures",
        TABLES["measures"].replace("41:0.6", "40:0.6"),
        ["measures.csv:2  returns: the curve ends at 40 and does not reach max_units 41"],
    ),
    (
        "not_a_number",
        "measures",
        TABLES["measures"].replace("41:0.6", "41:60%"),
        ["measures.csv:2  returns[2][2]: '60%' must be a number"],
    ),
    (
        "missing",
        "measures",
        TABLES["measures"].replace("41:0.6", "41"),
        [
            "measures.csv:2  returns[2][2]: is missing (piecewise-linear returns: slope φ up to u units, "
            "as [[u1, φ1], [u2, φ2], …])"
        ],
    ),
    *[
        (fault, "chains", f"id,closure_bonus\ndairy,{cell}\n", [f"chains.csv:2  closure_bonus: {said}"])
        for fault, cell, said in [
            ("not_a_number", "x", "'x' must be a number"),
            ("not_a_number", "nan", "'nan' must be a number"),
            ("text_number", "４５", "'４５' is text that looks like a number: type 45 as a number"),
            ("text_number", '"4,500"', "'4,500' is text that looks like a number: type 4500 as a number"),
            ("not_a_number", "45%", "'45%' must be a number"),
            ("not_a_number", "NO", "'NO' must be a number"),
            ("text_number", "045", "'045' is text that looks like a number: type 45 as a number"),
            ("not_a_number", "=40+5", "'=40+5' must be a number"),
            ("not_a_number", MISTAKEN_CELL, f"'{MISTAKEN_CELL[:56]}... must be a number"),
            ("not_finite", "1e999", "1e999 must be a finite number"),
            ("not_finite", ".nan", ".nan must be a finite number"),
            ("below", "-1", "-1 must be 0 or more (linkage)"),
        ]
    ],
]

PATHS = [
    ("leaves_folder", "../outside.csv", OUTSIDE),
    ("leaves_folder", "tables/../../outside.csv", OUTSIDE),
    ("leaves_folder", "/etc/hostname", OUTSIDE),
    ("leaves_folder", "link.csv", OUTSIDE),
    ("leaves_folder", "away/outside.csv", OUTSIDE),
    ("no_such_file", "chain.csv", ""),
    ("not_a_csv", "instance.yaml", "is not a .csv file"),
    ("no_such_file", "tables", ""),
    ("no_such_file", "dairy", ""),
    ("no_such_file", "chains.csv/x", ""),
    ("no_such_file", "'https://example.org/chains.csv'", ""),
    ("no_such_file", "x" * 5000, ""),
    ("no_such_file", '"a\\0b"', ""),
]

PLANS = [
    ("not_an_allocation", "a,b\n1,2\n"),
    ("not_an_allocation", PREVIOUS.replace("30.5", "x")),
    ("not_an_allocation", PREVIOUS.replace("30.5", "nan")),
    ("not_an_allocation", PREVIOUS.replace("30.5", "")),
    ("not_an_allocation", PREVIOUS.replace(",30.5", "")),
    ("not_an_allocation", ""),
    ("not_an_allocation", '"' + PREVIOUS),
    ("not_an_allocation", PREVIOUS + "x" * 200_000),
]


def test_what_is_wrong_with_yaml_is_said_in_chinese_too(tmp_path):
    lay(tmp_path, "alloc: [1\nname: x")
    (fault,) = inspect(tmp_path).faults
    assert fault.say("zh").endswith("不是有效的 YAML：缺少“,”或“]”")


def test_a_word_that_a_list_or_a_setting_cannot_be_is_told_by_its_chinese_name(tmp_path):
    written = QUESTION.replace("categories: [training,", "categories: [trainig,") + "nation: mine\n"
    lay(tmp_path, written)
    said = sorted(fault.say("zh").rpartition("  ")[2] for fault in inspect(tmp_path).faults)
    assert said == [
        "funds.county.categories[1]: 'trainig' 不是有效的类别；是否想写 'training（培训）'？",
        "nation: 'mine' 不能用于“国家资金先行”；可用：joint（统筹）、first（国家先定）、both（两者比较）",
    ]


@pytest.mark.parametrize(("content", "says"), BROKEN.items(), ids=BROKEN.values())
def test_what_the_parser_of_yaml_says_is_said_in_chinese_too(tmp_path, content, says):
    lay(tmp_path, files={"instance.yaml": content})
    (fault,) = inspect(tmp_path).faults
    assert say("yaml_broken", "en", problem=say(says, "en")) in fault.say("en")
    assert say("yaml_broken", "zh", problem=say(says, "zh")) in fault.say("zh")


@pytest.mark.parametrize(
    ("text", "content", "said"), YAML_FILES, ids=[f"{t}-{i}" for i, (t, *_) in enumerate(YAML_FILES)]
)
def test_a_yaml_file_that_is_no_question_is_refused_at_once(tmp_path, text, content, said):
    lay(tmp_path, files={"instance.yaml": content})
    start = time.process_time()
    assert told(tmp_path) == [(text, line) for line in said]
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "table", "content", "said"), CSV_FILES, ids=[f"{t}-{i}" for i, (t, *_) in enumerate(CSV_FILES)]
)
def test_a_mistake_in_a_csv_file_is_told_with_the_name_and_line_of_that_file(tmp_path, text, table, content, said):
    lay(tmp_path, tabled(table), {f"{table}.csv": content})
    found = told(tmp_path)
    assert found[0][0] == text
    assert [line for _, line in found if line.startswith(f"{table}.csv")] == said


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_leave_the_lines_where_they_are(tmp_path, mark, end):
    funds = (mark + TABLES["funds"].replace("county,local", "county,lokal")).replace("\n", end)
    text = (mark + tabled("funds").replace("weight: 1.5", "weight: x")).replace("\n", end)
    lay(tmp_path, text, {"funds.csv": funds})
    assert lines(tmp_path) == [
        "instance.yaml:11  counties.west.weight: 'x' must be a number",
        "funds.csv:4  kind: 'lokal' is not a kind; did you mean 'local'?",
    ]


@pytest.mark.parametrize(("text", "path", "said"), PATHS, ids=[path[:30].replace("\\0", "NUL") for _, path, _ in PATHS])
def test_a_table_is_read_only_from_a_file_inside_the_folder(tmp_path, text, path, said):
    (tmp_path / "outside.csv").write_text(TABLES["chains"])
    home = tmp_path / "home"
    lay(home, QUESTION.replace("chains:\n  dairy: {closure_bonus: 45}", f"chains: {path}"), {"tables/x.csv": "id\n"})
    lay(home, (home / "instance.yaml").read_text(), {"chains.csv": TABLES["chains"]})
    (home / "link.csv").symlink_to(tmp_path / "outside.csv")
    (home / "away").symlink_to(tmp_path, target_is_directory=True)
    ((found, line),) = told(home)
    assert found == text
    assert line.startswith("instance.yaml:22  chains: ")
    assert (f"{path} {said}" if said else "there is no file ") in line


def test_a_link_that_stays_inside_the_folder_may_be_read(tmp_path):
    lay(tmp_path, tabled("chains"), {"shared/chains.csv": TABLES["chains"]})
    (tmp_path / "chains.csv").symlink_to(tmp_path / "shared" / "chains.csv")
    assert lines(tmp_path) == []


@pytest.mark.parametrize(("text", "content"), PLANS, ids=[f"{t}-{i}" for i, (t, _) in enumerate(PLANS)])
def test_a_previous_plan_that_is_none_is_refused(tmp_path, text, content):
    lay(tmp_path, files={"results/2019/allocation.csv": content})
    assert told(tmp_path) == [(text, "results/2019/allocation.csv  " + PLAN)]


def test_a_previous_plan_in_another_encoding_is_refused(tmp_path):
    lay(tmp_path, files={"results/2019/allocation.csv": PREVIOUS.replace("west", "西").encode("gbk")})
    assert lines(tmp_path) == ["results/2019/allocation.csv  " + NOT_UTF8]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("content", ["3", "true", "[3]", "{a: [b]}", "none.csv"])
def test_a_table_that_is_no_table_is_a_fault_and_never_a_crash(tmp_path, table, content):
    lay(tmp_path, tabled(table).replace(f"{table}.csv", content))
    place = f"instance.yaml:{tabled(table).splitlines().index(f'{table}: {table}.csv') + 1}  {table}"
    assert [line for line in lines(tmp_path) if line.startswith(place)]


@pytest.mark.parametrize("needed", ["counties", "measures", "funds"])
@pytest.mark.parametrize("empty", ["{}", "[]"])
def test_an_empty_table_that_is_needed_is_a_fault(tmp_path, needed, empty):
    lay(tmp_path, tabled(needed).replace(f"{needed}.csv", empty))
    place = f"instance.yaml:{tabled(needed).splitlines().index(f'{needed}: {needed}.csv') + 1}"
    assert ("empty_table", f"{place}  {needed}: must not be empty") in told(tmp_path)
