"""All mistakes of a question are told together, once each, on the command line too, and every sentence is in use."""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from test_bad_input import MISTAKES
from test_bad_input_files import BROKEN, CSV_FILES, PATHS, PLANS, YAML_FILES
from test_drawn import MISTAKES as DRAWN
from test_instance import QUESTION, TABLES, in_chinese, lay, lines, tabled
from test_sharing import MISTAKES as RETURNS
from test_years_input import MISTAKES as OVER_YEARS

from alloc.errors import RequestError, total
from alloc.instance import inspect, read
from alloc.instance.encoding import explain_unreadable


def changed(*changes: tuple[str, str], text: str = QUESTION) -> str:
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


MANY = [
    ("year: 2020", "year: soon"),
    ("label: 万元", "lable: 万元"),
    ("weight: 1.5", "weight: .nan"),
    ("hazard: 0.2", "hazard: 20"),
    ("closure_bonus: 45", "closure_bonus: -45"),
    ("west, category: training", "wset, category: training"),
    ("requires: barn", "requires: bran"),
    ("national_planned: 11", "national_planned: 22"),
    ("min_use: 13", "min_use: 130"),
    ("probability: 0.75", "probability: 0.5"),
    ("max: 0.0011", "max: -0.0011"),
    ("name: gini", "name: parity"),
    ("previous: results/2019", "previous: results/2018"),
]
MANY_SAID = """\
instance.yaml:4  year: 'soon' must be a whole number
instance.yaml:6  money.lable: is not a known key; did you mean 'label'?
instance.yaml:11  counties.west.weight: .nan must be a finite number
instance.yaml:14  industries.fodder.hazard: 20 must be 1 or less: a share, not a percentage (0.3 for 30 %)
instance.yaml:23  chains.dairy.closure_bonus: -45 must be 0 or more (linkage)
instance.yaml:31  measures.course.county: 'wset' is not in counties; did you mean 'west'?
instance.yaml:32  measures.course.requires: 'bran' is not in measures; did you mean 'barn'?
instance.yaml:34  measures.cover.national_planned: 22 is above national_ceiling 21
instance.yaml:41  funds.aid.min_use: 'min' 130 is above 'max' 100 (money)
instance.yaml:46  scenarios: the probabilities sum to 0.75, not to 1
instance.yaml:52  rules[2].max: -0.0011 must be 0 or more (万元)
instance.yaml:56  rules[6].name: 'parity' stands twice; first at rules[5]
instance.yaml:57  rules[7].previous: there is no file results/2018/allocation.csv beside the instance"""


def number(line: str) -> int:
    return int(re.search(r":(\d+)", line).group(1))


def test_faults_of_every_kind_in_one_file_are_told_together(tmp_path):
    lay(tmp_path, changed(*MANY))
    assert sorted(lines(tmp_path), key=number) == MANY_SAID.splitlines()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("west, category: training", "wset, category: trainng"), "'wset' is not in counties; did you mean 'west'?"),
        (("requires: barn", "requires: bran, maxunits: 3"), "'bran' is not in measures; did you mean 'barn'?"),
        (("west, industry: milk, jobs: 30", "wset, industry: [], jobs: 30"), "'wset' is not in counties; did you mean"),
        (("22, counties: [east, west]", "22, counties: [east, wets], kind: x"), "stands twice"),
        (("kind: local, amount: 22, counties: [east, west]", "kind: x, counties: [wets]"), "'wets' is not in counties"),
    ],
)
def test_a_fault_of_shape_hides_no_wrong_reference_in_its_own_row(tmp_path, row, said):
    lay(tmp_path, changed(row))
    found = lines(tmp_path)
    assert any(said in line for line in found), found
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "shape",
    [
        ("jobs: 20", "jobs: x"),
        ("{from: fodder, ", "{"),
        ("sells: 0.9", "sels: 0.9"),
        ("employment: 3", "employment: x"),
        ("[barn, course]", "3"),
        ("name: parity, ", ""),
        ("type: parity", "type: pairity"),
        ("max: 9}", "max: x}"),
        ("- {name: parity, type: parity, max: 9}", "- 3"),
        ("weight: 1.5", "weight: x"),
        ("kind: local, ", ""),
        ("max_units: 41, ", ""),
        ("year: 2020", "year: x"),
    ],
)
def test_a_fault_of_shape_in_one_table_hides_no_wrong_reference_in_another(tmp_path, shape):
    lay(tmp_path, changed(shape, ("requires: barn", "requires: bran")))
    found = lines(tmp_path)
    assert len(found) == 2
    assert any("'bran' is not in measures; did you mean 'barn'?" in line for line in found)


def test_faults_of_yaml_and_of_csv_files_are_told_together(tmp_path):
    csv = {
        "funds.csv": TABLES["funds"].replace("county,local", "county,lokal"),
        "measures.csv": TABLES["measures"]
        .replace("fair,east", "fair,eats")
        .replace("barn,west,infra", "barn,west,infar"),
    }
    lay(tmp_path, changed(("weight: 1.5", "weight: x"), text=tabled("funds", "measures", "chains")), csv)
    assert sorted(lines(tmp_path)) == [
        "funds.csv:4  kind: 'lokal' is not a kind; did you mean 'local'?",
        "instance.yaml:11  counties.west.weight: 'x' must be a number",
        "instance.yaml:22  chains: there is no file chains.csv beside the instance",
        "measures.csv:2  category: 'infarstructure' is not a category; did you mean 'infrastructure'?",
        "measures.csv:6  county: 'eats' is not in counties; did you mean 'east'?",
    ]


def test_every_circle_of_requirements_is_told(tmp_path):
    requires = [("31, excludes: cover", "31, requires: course"), ("requires: barn", "requires: shed")]
    requires += [("committed: true", "requires: drone"), ("reason: no", "requires: fair, reason: no")]
    lay(tmp_path, changed(*requires))
    shed, fair = sorted(lines(tmp_path), key=number)
    assert re.fullmatch(r"instance.yaml:3[01].*requires: goes round in a circle: (\w+) → \w+ → \1", shed)
    assert {"shed", "course"} == set(re.findall(r"shed|course|fair|drone", shed.partition("circle")[2]))
    assert re.fullmatch(r"instance.yaml:3[78].*requires: goes round in a circle: (\w+) → \w+ → \1", fair)
    assert {"fair", "drone"} == set(re.findall(r"shed|course|fair|drone", fair.partition("circle")[2]))


def test_rules_about_money_per_head_ask_for_people_once_a_county(tmp_path):
    said = "instance.yaml:9  counties.east.population: must be above 0: the rule '{}' compares money per head"
    left_out = [("population: 160000, ", "")]
    for rule in ("per head", "parity", "gini"):
        lay(tmp_path, changed(*left_out))
        assert lines(tmp_path) == [said.format(rule)]
        left_out.append((re.search(rf"  - .name: {rule},.*\n", QUESTION)[0], ""))


@pytest.mark.parametrize(
    ("table", "old", "new", "meant"),
    [
        ("counties", "population", "popluation", "population"),
        ("counties", "jobseekers", "jobseekrs", "jobseekers"),
        ("counties", "id", "idd", "id"),
        ("industries", "id", "idd", "id"),
        ("measures", "max_units", "max_unts", "max_units"),
        ("funds", "amount", "amuont", "amount"),
        ("baseline", "infrastructure", "infrastrcture", "infrastructure"),
        ("scenarios", "probability", "probabilty", "probability"),
        ("rules", "type", "tpye", "type"),
    ],
)
def test_a_misspelt_heading_is_one_fault_and_none_in_each_row(tmp_path, table, old, new, meant):
    lay(tmp_path, tabled(table), {f"{table}.csv": TABLES[table].replace(old, new, 1)})
    assert lines(tmp_path) == [f"{table}.csv:1  {new}: is not a known key; did you mean '{meant}'?"]


def test_a_column_that_every_row_needs_is_missed_once(tmp_path):
    short = "".join(f"{line.partition(',')[2]}\n" for line in TABLES["industries"].splitlines())
    lay(tmp_path, tabled("industries"), {"industries.csv": short})
    assert lines(tmp_path) == ["industries.csv:1  id: this column is required and is missing"]


def test_a_table_that_is_not_there_draws_no_fault_where_its_rows_are_named(tmp_path):
    lay(tmp_path, tabled("industries"))
    assert lines(tmp_path) == ["instance.yaml:13  industries: there is no file industries.csv beside the instance"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("infrastructure: 40", "infrastructure: true"),
        ("probability: 0.75", "probability: x"),
        ("{east: 33, west: 34}", "{east: x, west: 34}, min_use: 50"),
        ("hazard: 0.2,", "hazard: x, range: {hazard: [0.1, 0.3]},"),
        ("unit_cost: 2.5, max_units: 10,", "unit_cost: x, max_units: 10, national_planned: 9,"),
        ("effect: 1, unit_cost: 1, max_units: 31,", "unit_cost: 1, max_unit: 31,"),
    ],
)
def test_what_follows_from_a_figure_at_fault_is_not_told(tmp_path, old, new):
    lay(tmp_path, changed((old, new)))
    assert len(lines(tmp_path)) == 1


def test_a_plan_of_the_past_is_missed_at_the_number_of_its_rule_as_written(tmp_path):
    lay(tmp_path, changed(("name: per head, ", ""), ("previous: results/2019", "previous: results/2018")))
    assert [line.partition("  ")[2].partition(":")[0] for line in lines(tmp_path)] == [
        "rules[2].name",
        "rules[7].previous",
    ]


def test_rows_after_one_at_fault_keep_their_lines_and_numbers(tmp_path):
    rows = [("jobs: 20", "jobs: x"), ("west, industry: milk, jobs: 30", "west, industry: mlik, jobs: 30")]
    rows += [("name: per head, ", ""), ("of: {region: south}", "of: {region: soth}")]
    lay(tmp_path, changed(*rows))
    assert sorted(lines(tmp_path), key=number) == [
        "instance.yaml:17  baseline[1].jobs: 'x' must be a number",
        "instance.yaml:19  baseline[2].industry: 'mlik' is not in industries; did you mean 'milk'?",
        "instance.yaml:52  rules[2].name: is missing (unique name)",
        "instance.yaml:56  rules[6].of.region: 'soth' is not in regions; did you mean 'south'?",
    ]


def test_a_row_at_fault_still_lends_its_id_and_draws_no_further_faults(tmp_path):
    rows = [("barn: {county: west", "barn: {county: 3"), ("kind: local", "kind: 3"), ("amount: 100", "amount: x")]
    rows += [("jobseekers: 40", "jobseekers: x"), ("national_ceiling: 21", "national_ceiling: x")]
    lay(tmp_path, changed(*rows))
    assert [re.sub(r"^.*:\d+  (\S+): .*", r"\1", line) for line in sorted(lines(tmp_path), key=number)] == [
        "counties.east.jobseekers",
        "measures.barn.county",
        "measures.cover.national_ceiling",
        "funds.aid.amount",
        "funds.county.kind",
    ]


@pytest.mark.parametrize("key", ["yaer:", "yaer: null", "yaer: ~"])
def test_an_unknown_key_without_a_value_is_refused_too(tmp_path, key):
    lay(tmp_path, changed(("year: 2020", f"year: 2020\n{key}")))
    assert lines(tmp_path) == ["instance.yaml:5  yaer: is not a known key; did you mean 'year'?"]


def test_a_number_with_thousands_of_digits_is_refused(tmp_path):
    for digits in (400, 5000):
        lay(tmp_path, changed(("weight: 1.5", f"weight: {'1' * digits}")))
        (line,) = lines(tmp_path)
        assert line.startswith("instance.yaml:11  counties.west.weight: ")


# --- the command line ----------------------------------------------------------------------------


def alloc(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alloc.cli", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        cwd=folder,
    )


COMMANDS = {
    "in Chinese": (
        changed(("weight: 1.5", "weight: x")),
        ["check"],
        ["--lang", "zh"],
        "counties.west.weight: 'x' 必须是数字",
    ),
    "solve in Chinese": (
        changed(("requires: barn", "requires: bran")),
        ["solve"],
        ["--lang", "zh"],
        "是否想写 'barn'？",
    ),
    "broken YAML": ("alloc: [", ["check"], [], "this is not valid YAML"),
    "too deep": ("a: " + "[" * 10_000, ["check"], [], "nested deeper than 12 levels"),
    "not UTF-8": (QUESTION.encode("gbk", errors="ignore"), ["check"], [], "is not UTF-8"),
    "a bad setting": (
        QUESTION,
        ["check"],
        ["--set", "funds.aid.amuont=3"],
        "--set  funds.aid.amuont: is not a known key",
    ),
    "no setting": (QUESTION, ["check"], ["--set", "funds.aid.amount"], "must look like funds.tianjin.amount=30000"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_line_tells_faults_on_standard_error_and_leaves_with_2(tmp_path, name):
    content, command, options, said = COMMANDS[name]
    lay(tmp_path, files={"instance.yaml": content})
    done = alloc(tmp_path, *command, tmp_path, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_line_tells_many_faults_in_one_call(tmp_path):
    lay(tmp_path, changed(*MANY))
    done = alloc(tmp_path, "check", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    *told, more, count = done.stderr.replace(f"{tmp_path}/", "").splitlines()
    assert sorted(told, key=number) == MANY_SAID.splitlines()
    assert more.startswith("these faults may hide others: warnings")
    assert count == "13 faults"


def test_the_command_line_tells_where_there_is_no_instance(tmp_path):
    done = alloc(tmp_path, "check", tmp_path / "none", "--lang", "zh")
    assert (done.returncode, done.stdout) == (2, "")
    way_out = "请给出 YAML 文件或 .xlsx 工作簿，或含有 instance.yaml 或 instance.xlsx 的文件夹"
    assert done.stderr == f"{tmp_path / 'none'} 处没有实例：{way_out}\n"


# --- closing -------------------------------------------------------------------------------------


def test_every_sentence_about_faults_is_said_by_some_mistake(tmp_path):
    every = (*MISTAKES, *DRAWN, *RETURNS, *OVER_YEARS, *YAML_FILES, *CSV_FILES, *PATHS, *PLANS)
    said = {fault for fault, *_ in every} | set(BROKEN.values())
    told = "".join(line for _, *case in MISTAKES for line in case)
    said |= {"did_you_mean"} if "; did you mean '" in told else set()
    said |= {"expected_one_of"} if "; expected one of: " in told else set()
    lay(tmp_path, changed(("{employment: 1, linkage: 0.02}", "{}")))
    for overrides in ({"year.next": 3}, {"requires": 3}, {"objective": {3: 4}}, {"chains": {}}, {"counties": {}}):
        said |= {fault.text for fault in inspect(tmp_path, overrides).faults}
    lay(tmp_path / "result/instance")
    (tmp_path / "result/run.json").write_text("{}", encoding="utf-8")
    for nothing in ("none", "result"):
        with pytest.raises(RequestError) as error:
            read(tmp_path / nothing)
        said |= {error.value.text}
    said |= {explain_unreadable(OSError(code, ""), "x").text for code in (1, 2, 5, 21, 40)}
    circle = (("31, excludes: cover", "31, requires: course"), ("requires: barn", "requires: shed"))
    idle = (("industry: milk, unit: place", "unit: place"), ("of: {tag: livelihood}", "of: {industry: milk}"))
    for changes in (circle, idle, (("population: 160000, ", ""),)):
        lay(tmp_path, changed(*changes))
        said |= {fault.text for fault in inspect(tmp_path).faults}
    totals = TABLES["counties"] + "a,,,,,360000,100\ntotal\n"
    lay(tmp_path, tabled("counties"), {"counties.csv": totals})
    said |= {fault.text for fault in inspect(tmp_path).faults}
    lay(tmp_path, tabled("chains"), {"chains.csv": "id,closure_bonus\n" + "dairy,x\n" * 300})
    said |= {fault.text for fault in inspect(tmp_path).faults}
    lay(
        tmp_path,
        changed(
            ("south, population", "south, name_zh: 东谷, population"),
            ("course: {county: west", "course: {county: 东谷"),
        ),
    )
    said |= {fault.text for fault in inspect(tmp_path).faults}
    page = yaml.safe_load((files("alloc.texts") / "faults.yaml").read_text(encoding="utf-8"))
    assert set(page) - said == set()


def test_of_one_file_the_first_two_hundred_faults_are_told_and_then_their_number(tmp_path):
    rows = "".join(f"c{i},x\n" for i in range(1000))
    lay(tmp_path, tabled("chains", "counties"), {"chains.csv": "id,closure_bonus\ndairy,4\n" + rows})
    lay(tmp_path, tabled("chains", "counties"), {"counties.csv": TABLES["counties"].replace("1.5", "heavy")})
    found = lines(tmp_path)
    assert sum(line.startswith("chains.csv:") for line in found) == 200
    assert [line for line in found if not line.startswith("chains.csv:")] == [
        "counties.csv:3  weight: 'heavy' must be a number",
        "chains.csv  and 800 more faults here",
    ]
    assert "chains.csv  此处还有 800 个错误" in in_chinese(tmp_path)
    assert total(inspect(tmp_path).faults) == 1001
