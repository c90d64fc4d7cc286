"""Forms that an office hands in: numbers are the plan's, stay numbers, and say where they stand."""

import re

import openpyxl
import pytest
import yaml
from click.testing import CliRunner
from office import differences

import alloc
from alloc.cli import main
from alloc.report.quarters import find_quarters, spread
from alloc.report.workbook.styles import LINE, lines
from alloc.study.forms import KINDS_OF_FORM, fill_form
from alloc.study.forms.layout_file import read_layouts

QUESTION = {
    "alloc": 1,
    "name": "forms",
    "year": 2019,
    "money": {"lot": 1},
    "counties": {"cele": {"population": 1000, "name_zh": "策勒县"}},
    "measures": {
        "park": {
            "county": "cele", "category": "infrastructure", "unit": "m²", "unit_cost": 2, "min_units": 10,
            "max_units": 20, "jobs": 1, "implementer": "Park office", "start": "2018-10", "end": "2019-06-30",
            "total_cost": 90, "continuing": True, "stage": "started", "mode": "turnkey", "name": "[Park]: 'one'?",
        },
        "=course": {
            "county": "cele", "category": "training", "unit_cost": 1, "max_units": 7, "jobs": 1,
        },
        "left-out": {"county": "cele", "category": "training", "unit_cost": 100, "max_units": 7, "jobs": 1},
    },
    "funds": {
        "donor": {"kind": "aid", "amount": 37},
        "firm": {"kind": "private", "amount": 10},
    },
}  # fmt: skip
QUESTION["measures"]["course"] = QUESTION["measures"].pop("=course")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("forms") / "question.yaml"
    path.write_text(yaml.safe_dump(QUESTION, allow_unicode=True, sort_keys=False))
    return alloc.solve(path)


@pytest.fixture(scope="module")
def result(plan, tmp_path_factory):
    return plan.save(tmp_path_factory.mktemp("result") / "r")


def cells(path, sheet=0):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path, data_only=True).worksheets[sheet]]


@pytest.mark.parametrize("kind", ["targets", "plan", "schedule", "self-assessment"])
def test_every_number_of_a_form_is_the_one_of_the_results_that_it_names(plan, result, tmp_path, kind):
    book = openpyxl.load_workbook(fill_form(result, kind, tmp_path / "f.xlsx"), data_only=True)
    measures = plan.measures.set_index("measure")
    paid = plan.allocation.groupby("measure")["amount"].sum()
    places = list(book.worksheets[-1].iter_rows(min_row=2, values_only=True))
    assert places
    for sheet, cell, place, value in places:
        assert book[sheet][cell].value == value
        table, m, *column = place.split(" · ")
        if table == "measures" and column[0] in measures:
            assert value == pytest.approx(measures.at[m, column[0]])
        elif table == "measures":
            assert value == pytest.approx(measures.at[m, "cost"] / measures.at[m, "units"])
        elif kind in ("targets", "self-assessment") and column == ["amount"]:
            assert value == pytest.approx(paid[m])


def test_payments_of_the_quarters_are_whole_lots_and_add_up_to_the_fund(plan, result, tmp_path):
    head, *rows = cells(fill_form(result, "schedule", tmp_path / "s.xlsx", lang="en"))[2:]
    first = next(i for i, word in enumerate(head) if word.startswith("Quarter 1"))
    names = head.index("Project")
    *payments, total = rows
    for row in payments:
        quarters = [part or 0 for part in row[first : first + 4]]
        assert sum(quarters) == row[first - 1]
        assert all(part == int(part) for part in quarters)
        assert row[first + 4] == 0
        assert bool(quarters[2] or quarters[3]) == (row[names] == "course")  # the park ends in June
    assert total[first - 1] == plan.funds["spent"].sum() == sum(row[first - 1] for row in payments)


@pytest.mark.parametrize("kind", ["targets", "plan", "schedule", "self-assessment"])
def test_of_a_plan_over_several_years_the_first_is_filled_and_every_place_names_it(tmp_path, kind):
    """Of 37 a year 20 are for the park in 2019, the rest of it waits: what later years pay stands in no form."""
    over_years = {key: value for key, value in QUESTION.items() if key != "year"} | {"years": [2019, 2020]}
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(over_years, allow_unicode=True, sort_keys=False))
    plan = alloc.solve(path)
    book = openpyxl.load_workbook(fill_form(plan, kind, tmp_path / "f.xlsx", lang="en"), data_only=True)
    assert "2019" in book.worksheets[0]["A2"].value
    first = plan.allocation[plan.allocation["year"] == 2019].groupby("measure")["amount"].sum()
    places = list(book.worksheets[-1].iter_rows(min_row=2, values_only=True))
    assert places
    for sheet, cell, place, value in places:
        assert book[sheet][cell].value == value
        year, table, m, *column = place.split(" · ")
        assert year == "2019"
        if table == "allocation" and column == ["amount"]:
            assert value == pytest.approx(first[m])


def test_the_heads_of_the_declaration_stand_in_the_order_of_the_published_form(result, tmp_path):
    rows = cells(fill_form(result, "targets", tmp_path / "t.xlsx"))
    words = [str(word) for row in rows for word in row if word]
    heads = [
        "绩效目标申报表", "项目名称", "项目负责人及联系电话", "主管部门", "实施单位", "年度资金总额", "其中：财政拨款",
        "其他资金", "总体目标", "一级指标", "二级指标", "三级指标", "指标值", "备注", "产出指标", "数量指标",
        "质量指标",
        "时效指标", "成本指标", "效益指标", "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标",
        "满意度指标", "服务对象满意度指标", "审核意见",
    ]  # fmt: skip
    assert [word for word in words if word in heads] == heads
    assert "Park office" in words


def test_a_project_has_its_own_sheet_and_what_only_a_person_knows_is_empty(result, tmp_path):
    book = openpyxl.load_workbook(fill_form(result, "self-assessment", tmp_path / "a.xlsx", lang="en"))
    assert len(book.sheetnames) == 3  # two projects, and where numbers come from
    assert not re.search(r"[\[\]:*?/\\']", book.sheetnames[0])
    sheet = book.worksheets[0]
    spent = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Paid")
    assert sheet.cell(spent.row + 1, spent.column).value is None
    assert sheet.cell(spent.row + 1, spent.column - 1).value == 40  # 20 m² at 2


def test_the_plan_lists_what_is_funded_with_its_facts(result, tmp_path):
    head, *rows = cells(fill_form(result, "plan", tmp_path / "p.xlsx"))[2:]
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["项目名称"] for row in told[:-1]] == ["[Park]: 'one'?", "course"]
    assert told[0]["建设性质"] == "续建"
    assert told[0]["实施方式"] == "交钥匙"
    assert told[0]["阶段"] == "已开工"
    assert told[0]["总投资（万元）"] == 90
    assert told[1]["总投资（万元）"] is None
    assert told[-1]["本年计划（万元）"] == 47


def test_an_adjustment_has_what_differs_and_its_difference_is_a_formula(result, tmp_path):
    path = tmp_path / "less.yaml"
    path.write_text(yaml.safe_dump(QUESTION, allow_unicode=True, sort_keys=False))
    less = alloc.solve(path, overrides={"funds.donor.amount": 30})
    out = fill_form(less, "adjustment", tmp_path / "c.xlsx", before=result, lang="en")
    head, *rows = cells(out)[2:]
    before, after = (next(i for i, word in enumerate(head) if word.startswith(w)) for w in ("Before", "After"))
    assert rows[-1][before] - rows[-1][after] == 7
    assert all(row[after + 1] == row[after] - row[before] for row in rows)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert sheet.cell(4, after + 2).value == "=F4-E4"
    assert {row[-1].removeprefix("elsewhere: ") for row in rows[:-1]} == {"donor (Amount): 37 → 30"}


PARKS = {"name": "parks", "type": "amount", "of": {"measure": "park"}, "fund": "all", "max": 40}


def adjust(folder, lang, **changes):
    """Return the reasons of each project's payments where figures by path, or tables, are other than they were."""
    plans = []
    for name, figures in (("before", {}), ("after", changes)):
        path = folder / f"{name}.yaml"
        data = yaml.safe_load(yaml.safe_dump({**QUESTION, "rules": [PARKS]}))
        for key, figure in figures.items():
            data[key].update(figure) if isinstance(data[key], dict) else data.update({key: figure})
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
        plans.append(alloc.solve(path, lang="en"))
    out = fill_form(plans[1], "adjustment", folder / "a.xlsx", before=plans[0], lang=lang, overwrite=True)
    told = {}
    for row in cells(out)[3:-1]:
        told.setdefault(row[1].split("]")[0].strip("["), set()).add(row[-1])
    return told


def change(measure, **figures):
    return {measure: {**QUESTION["measures"][measure], **figures}}


@pytest.mark.parametrize(("lang", "said"), [("en", "nothing is adjusted"), ("zh", "没有调整")])
def test_an_adjustment_in_which_nothing_moved_says_so_in_a_sentence(result, tmp_path, lang, said):
    out = fill_form(result, "adjustment", tmp_path / "a.xlsx", before=result, lang=lang)
    assert said in openpyxl.load_workbook(out).worksheets[0]["A4"].value


def test_a_reason_is_what_the_two_plans_show_of_a_payment(tmp_path):
    told = adjust(tmp_path, "zh", measures={**change("park", unit_cost=4), **change("course", eligible=False)})
    assert told["course"] == {"合格：是 → 否；不合格"}
    assert told["left-out"] == {"他处：course（合格）：是 → 否；[Park]: 'one'?（单位成本）：2 → 4"}
    told = adjust(tmp_path, "en", rules=[{**PARKS, "max": 20}], funds={"firm": {"kind": "private", "amount": 0}})
    assert told["Park"] == {"firm (Amount): 10 → 0; parks (Most): 40 → 20", "parks (Most): 40 → 20"}
    told = adjust(tmp_path, "zh", measures={"new": {**QUESTION["measures"]["course"], "jobs": 9, "max_units": 40}})
    assert told["new"] == {"new：原问题中没有"}
    assert told["Park"] == {"未列入最优方案；可用资金在策勒县已无剩余"}  # the plan was made in English
    assert adjust(tmp_path, "en", rules=[]) == {}
    told = adjust(tmp_path, "en", rules=[PARKS, {**PARKS, "of": {"measure": "park"}, "name": "fewer parks", "max": 30}])
    assert told["Park"] == {"“parks” no longer binds; “fewer parks” binds now"}


@pytest.mark.parametrize(
    ("start", "end", "quarters"),
    [
        ("", "", (1, 2, 3, 4)),
        ("2019", "2019", (1, 2, 3, 4)),
        ("2019-04", "", (2, 3, 4)),
        ("2018-11-05", "2019-03-31", (1,)),
        ("2019-12", "2021", (4,)),
        ("2020-02", "2021", (4,)),
        ("", "2018", (1,)),
    ],
)
def test_a_project_is_paid_in_the_quarters_in_which_it_runs(start, end, quarters):
    row = {"county": "c", "category": "training", "max_units": 1, "start": start, "end": end}
    assert find_quarters(alloc.instance.schema.Measure(**row), 2019) == quarters


def test_what_is_spread_adds_up_exactly():
    assert spread(10, (1, 2, 3), 1.0) == {1: 3, 2: 3, 3: 4}
    assert spread(0.1, (1, 2, 3, 4), 0.01) == {1: 0.02, 2: 0.02, 3: 0.02, 4: 0.04}


def test_a_layout_of_ones_own_is_used_and_its_faults_are_told_at_once(result, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "mine:\n  title: {zh: 我的, en: Mine}\n  rows: projects\n"
        "  columns:\n    - {words: {zh: 甲, en: A}, from: name}\n    - {words: {zh: 乙, en: B}, from: aid}\n"
    )
    rows = cells(fill_form(result, "mine", tmp_path / "m.xlsx", layout=own, lang="en"))
    assert rows[2:4] == [["A", "B"], ["[Park]: 'one'?", pytest.approx(rows[3][1])]]
    own.write_text(
        "mine:\n  title: {zh: 我的, en: Mine}\n  rows: projects\n"
        "  columns:\n    - {words: {zh: 甲, en: A}, from: nme}\n"
        "other:\n  title: {zh: 我的, en: Mine}\n  column: []\n  rows: projects\n"
    )
    with pytest.raises(alloc.InstanceError) as caught:
        fill_form(result, "mine", tmp_path / "m.xlsx", layout=own, overwrite=True)
    told = [str(fault) for fault in caught.value.faults]
    own.write_text(
        "mine:\n  title: {zh: 我的, en: Mine}\n  rows: projects\n"
        "  columns:\n    - {from: paid, as: paid}\n    - {formula: '{piad}+1'}\n"
        "    - {from: paid, part_of: all, formula: '1{'}\n"
        "    - {formula: '{}'}\n"
        "sheet:\n  title: {zh: 我的, en: Mine}\n  lines:\n    - [{formula: '{later}'}, {as: later}]\n"
    )
    with pytest.raises(alloc.InstanceError) as caught:
        fill_form(result, "mine", tmp_path / "m.xlsx", layout=own, overwrite=True)
    named = [str(fault) for fault in caught.value.faults]
    assert any("own.yaml:6" in one and "is called 'piad' (as)" in one and "did you mean 'paid'" in one for one in named)
    assert [sum(f"own.yaml:{line}" in one for one in named) for line in (7, 8, 12)] == [2, 1, 1]
    assert any("own.yaml:5" in one and "'nme'" in one and "did you mean 'name'" in one for one in told)
    assert any("own.yaml:8" in one and "did you mean 'columns'" in one for one in told)


MINE = "mine:\n  title: {zh: x, en: x}\n"


@pytest.mark.parametrize(
    ("written", "said", "chinese"),
    [
        ("- a\n", "own.yaml:1  ['a'] must be a table of keys and values", "['a'] 必须是键和值的表"),
        ("mine:\n  rows: projects\n  columns: [{from: name}]\n", "mine.title: is missing", "mine.title: 缺失"),
        (MINE, "own.yaml:1  mine: a form has either `rows` and `columns`, or `lines`", "要么用 lines"),
        (
            MINE + "  rows: people\n  columns: [{from: name}]\n",
            "own.yaml:3  mine.rows: 'people' is not possible for 'rows'; expected one of: projects, payments, changes",
            "'people' 不能用于“rows”；可用：projects, payments, changes",
        ),
        (
            MINE + "  rows: projects\n  columns: [{from: name, letters: 1}]\n",
            "mine.columns[1].letters: 1 must be 4 or more",
            "1 必须大于或等于 4",
        ),
        (
            MINE
            + "  width: 3\n  lines:\n    - [{across: 1}, {from: name, down: 2}]\n    - [{from: paid, across: 3}]\n",
            "own.yaml:6  mine.lines[2][1]: this cell begins in column 1 and reaches over one of a line above (down)",
            "此单元格从第 1 列开始，与上面某行的单元格（down）重叠",
        ),
    ],
)
def test_what_a_layout_cannot_be_is_told_in_a_planners_words(result, tmp_path, written, said, chinese):
    own = tmp_path / "own.yaml"
    own.write_text(written, encoding="utf-8")
    with pytest.raises(alloc.InstanceError) as caught:
        fill_form(result, "mine", tmp_path / "m.xlsx", layout=own)
    (fault,) = caught.value.faults
    assert fault.say("en").endswith(said)
    assert fault.say("zh").endswith(chinese)


def test_a_title_that_no_sheet_may_have_is_the_name_of_its_sheet_as_far_as_can_be(result, tmp_path):
    own = tmp_path / "own.yaml"
    title = "Where numbers come from: [this] / a very long title"
    for words, name in [
        (title, "Where numbers come from   this"),
        ("Where numbers come FROM", "Where numbers come FROM"),
    ]:
        own.write_text(f"mine:\n  title: {{zh: x, en: '{words}'}}\n  rows: projects\n  columns: [{{from: name}}]\n")
        path = fill_form(result, "mine", tmp_path / "m.xlsx", layout=own, lang="en", overwrite=True)
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[0] == name
        assert book.worksheets[0]["A1"].value == words
        assert len({sheet.lower() for sheet in book.sheetnames}) == 2


@pytest.fixture
def actuals(tmp_path):
    (tmp_path / "payments.csv").write_text("measure,fund,paid\npark,donor,20\nleft-out,donor,1\n")
    (tmp_path / "deliveries.csv").write_text("measure,units,accepted\npark,16,12\n")
    return tmp_path


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_self_assessment_has_what_was_reached_and_its_points(plan, result, tmp_path, actuals, lang):
    path = fill_form(result, "self-assessment", tmp_path / "a.xlsx", actuals=actuals, lang=lang)
    park, left_out, course, _ = openpyxl.load_workbook(path, data_only=True).worksheets
    # 20 of 40 paid; 16 of 20 m² delivered, 12 of them accepted; 1.25 a m² against 2 planned
    assert [park.cell(6, column).value for column in range(3, 9)] == [40, 40, 20, 10, 0.5, 5]
    scores = [[park.cell(row, column).value for column in (4, 5, 6, 7)] for row in (13, 14, 15, 16)]
    assert scores == [[20, 16, 15, 12], [None, 0.75, 15, 11.25], ["2019-06-30", None, 10, None], [2, 1.25, 10, 10]]
    said = {"en": "20 万元 paid; 16 m² delivered, 12 of them accepted.", "zh": "已支付20万元；已完成16m²，其中验收12。"}
    assert park["E11"].value == said[lang]
    assert [course.cell(6, column).value for column in (5, 7, 8)] == [0, 0, 0]
    assert [left_out.cell(6, column).value for column in (4, 5, 7, 8)] == [0, 1, None, None]
    points = [park.cell(row, 6).value for row in (6, *range(13, 21))]
    assert sum(points) == park["F21"].value == 100
    assert park["G21"].value is None  # some are not graded yet


def test_what_is_of_the_year_and_what_is_left_of_the_last_is_not_told_apart_where_a_fund_has_both(tmp_path, actuals):
    def shown(funds):
        path = tmp_path / "question.yaml"
        path.write_text(yaml.safe_dump(QUESTION | {"funds": funds}, allow_unicode=True, sort_keys=False))
        book = fill_form(alloc.solve(path), "self-assessment", tmp_path / "a.xlsx", actuals=actuals, overwrite=True)
        return [row[1:5] for row in cells(book)[5:9]]

    funds = QUESTION["funds"]
    assert shown(funds) == [
        ["年度资金总额", 40, 40, 20],
        ["其中：本年财政拨款", 37, 37, 20],
        ["上年结转资金", None, None, None],
        ["其他资金", 3, 3, 0],
    ]
    held = funds | {"donor": funds["donor"] | {"carried": {"all": 5}}}
    assert [row[1:] for row in shown(held)][:2] == [[40, 40, 20], [None, None, None]]


@pytest.mark.parametrize(
    ("said", "variable", "title"),
    [([], "", "年度项目计划表"), (["--lang", "en"], "", "Yearly project plan"), ([], "en", "Yearly project plan")],
)
def test_a_form_is_in_chinese_unless_another_language_is_asked_for(
    result, tmp_path, monkeypatch, said, variable, title
):
    for name in ("LC_ALL", "LANG"):
        monkeypatch.setenv(name, "en_US.UTF-8")
    monkeypatch.setenv("ALLOC_LANG", variable)
    out = tmp_path / "f.xlsx"
    words = ["forms", str(result), "--kind", "plan", "--out", str(out), *said]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert cells(out)[0][0] == title


def test_a_payment_of_a_project_whose_days_are_not_in_the_year_says_so(tmp_path):
    path = tmp_path / "question.yaml"
    course = QUESTION["measures"]["course"] | {"start": "2020-03"}
    measures = QUESTION["measures"] | {"course": course}
    path.write_text(yaml.safe_dump(QUESTION | {"measures": measures}, allow_unicode=True, sort_keys=False))
    rows = cells(fill_form(alloc.solve(path), "schedule", tmp_path / "s.xlsx", lang="en"))[3:-1]
    notes = {row[2]: row[-1] for row in rows}
    assert notes["course"] == "start and end lie outside 2019: paid in its nearest quarter (assumption)"
    assert notes["[Park]: 'one'?"] is None


@pytest.mark.office
def test_the_points_that_are_written_are_those_that_the_formulas_give(result, tmp_path, actuals, office):
    path = fill_form(result, "self-assessment", tmp_path / "a.xlsx", actuals=actuals)
    (found,) = office.convert([path], tmp_path / "again")
    assert not list(differences(path, found))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kind", "plans"], "there is no form 'plans'; known: targets, plan, schedule, adjustment, self-assessment"),
        (["--kind", "adjustment"], "give the earlier one with --before"),
        (["--kind", "plan", "--before", "R"], "plan is of one plan: leave out --before"),
        (["--kind", "schedule", "--actuals", "R"], "schedule lists no projects: leave out --actuals"),
        (["--kind", "plan", "--out", "p.csv"], "p.csv must end in .xlsx"),
        (["--kind", "plan", "--layout", "none.yaml"], "no such layout: none.yaml"),
    ],
)
def test_a_planner_is_told_what_cannot_be_filled(result, words, message):
    said = CliRunner().invoke(main, ["forms", str(result), *(str(result) if w == "R" else w for w in words)])
    assert said.exit_code != 0
    assert message in said.output


def test_the_command_writes_the_form_and_does_not_replace_one(result, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["forms", str(result), "--kind", "plan"]
    assert CliRunner().invoke(main, words).exit_code == 0
    again = CliRunner().invoke(main, words)
    assert again.exit_code != 0
    assert "plan.xlsx exists already" in again.output
    assert CliRunner().invoke(main, [*words, "--overwrite"]).exit_code == 0


def test_every_kind_of_form_has_a_layout():
    from alloc.study.forms import read_layouts

    assert tuple(read_layouts()) == KINDS_OF_FORM


def test_what_is_not_ready_is_left_out_with_that_reason(tmp_path):
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(QUESTION, allow_unicode=True, sort_keys=False))
    words = ["solve", str(path), "--out", str(tmp_path / "r"), "--from-stage", "tendered"]
    assert CliRunner().invoke(main, words).exit_code == 0
    measures = alloc.study.compare.results.read_result(tmp_path / "r").tables["measures"].set_index("measure")
    assert measures["funded"].to_dict() == {"park": 1, "course": 0, "left-out": 0}
    assert "gives no stage, and only what is tendered is planned for" in measures.at["course", "reason"]
    words[3:] = [str(tmp_path / "s"), "--from-stage", "finished"]
    assert CliRunner().invoke(main, words).exit_code == 0
    measures = alloc.study.compare.results.read_result(tmp_path / "s").tables["measures"].set_index("measure")
    assert "is started, and only what is finished or further is planned for" in measures.at["park", "reason"]


def test_the_stages_of_the_command_are_those_of_the_format():
    from alloc.cli.answer import STAGES as SAID
    from alloc.instance.schema import STAGES

    assert SAID == STAGES


def test_a_form_that_is_interrupted_leaves_the_earlier_one_and_nothing_beside_it(result, tmp_path, monkeypatch):
    out = fill_form(result, "plan", tmp_path / "p.xlsx")
    before = out.read_bytes()

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("alloc.study.forms.fill.FormBook._write_places", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fill_form(result, "schedule", out, overwrite=True)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


def test_a_form_has_totals_where_its_layout_asks_for_them(result, tmp_path):
    columns = read_layouts()["plan"].columns
    sheet = openpyxl.load_workbook(fill_form(result, "plan", tmp_path / "p.xlsx")).worksheets[0]
    totals = [str(cell.value or "").startswith("=IF(COUNT(") for cell in sheet[sheet.max_row]]
    assert totals == [cell.sum for cell in columns]
    assert 0 < sum(totals) < len(columns)
    assert sheet.page_setup.paperSize == 8  # it is too wide to be read on A4


def test_a_total_of_what_nobody_gave_is_empty_and_heads_are_as_high_as_their_words(tmp_path):
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(QUESTION | {"measures": {"course": QUESTION["measures"]["course"]}}))
    made = alloc.solve(path)
    head, *_, total = cells(fill_form(made, "plan", tmp_path / "p.xlsx", lang="en"))[2:]
    known = dict(zip(head, total, strict=True))
    assert known["Total cost (万元)"] in ("", None)
    assert known["Planned this year (万元)"] == 7
    sheet = openpyxl.load_workbook(fill_form(made, "schedule", tmp_path / "s.xlsx", lang="en")).worksheets[0]
    assert sheet.row_dimensions[3].height == 2 * LINE  # Not yet in a quarter (万元)


def test_a_payment_names_its_fund_in_either_language_and_its_line_is_as_high_as_its_words(tmp_path):
    firm = {"kind": "private", "amount": 10, "name": "Wool and cotton of the oases Ltd " * 3}
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump(QUESTION | {"funds": {"firm": firm}}, allow_unicode=True, sort_keys=False))
    book = fill_form(alloc.solve(path).save(tmp_path / "r"), "schedule", tmp_path / "s.xlsx")
    assert any(str(value).startswith("Wool and cotton") for value in cells(book)[3])
    sheet, columns = openpyxl.load_workbook(book).worksheets[0], read_layouts()["schedule"].columns
    texts = [(cell.letters, row.value) for cell, row in zip(columns, sheet[4], strict=True)]
    most = max(lines(text, room) for room, text in texts if isinstance(text, str))
    assert most > 1
    assert sheet.row_dimensions[4].height == LINE * most
