"""The workbook: sheets for people, formulas whose values are the plan's, text that stays text."""

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import yaml
from conftest import instance_of, rivals
from office import opened

import alloc.report.workbook as room
from alloc.instance import Instance, read
from alloc.report.workbook import write_workbook
from alloc.report.workbook.sentences import write_sentences
from alloc.report.workbook.view import PlanView
from alloc.run import Run, solve
from alloc.texts.figures import amount

ROOT = Path(__file__).parent
EVERYTHING = ROOT / "everything"
ENGLISH = (
    "Summary", "Allocation", "By source", "Measures", "By county", "Whose jobs", "Funds", "Rules",
    "Complementarity", "Resources",
    "Jobs and bottlenecks", "Chains and flows", "Gains on both sides", "Not funded", "About",
)  # fmt: skip
CHINESE = (
    "汇总", "分配", "资金来源", "措施", "分县", "成效归属", "资金", "规则", "互补性", "资源",
    "就业与瓶颈", "产业链与流向", "双方收益", "未资助", "说明",
)  # fmt: skip
OLD = {"ABS", "AND", "COUNTIF", "COUNTIFS", "IF", "INT", "MAX", "MIN", "OR", "ROUND", "SUM", "SUMIFS", "SUMPRODUCT"}
"""Functions that Excel 2010 and WPS have."""

LIVE = tuple(name for name in ENGLISH[1:10] if name != "Whose jobs")
"""The sheets that follow a changed amount."""


@pytest.fixture(scope="module")
def run() -> Run:
    return solve(EVERYTHING)


def written(run: Run, folder: Path, lang: str = "en") -> Path:
    path = folder / f"{run.instance.name}-{lang}.xlsx"
    write_workbook(run.instance, run.tables, run.figures, path, lang)
    return path


@pytest.fixture(scope="module")
def english(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def chinese(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, tmp_path_factory.mktemp("book"), "zh")


def column(sheet, title: str) -> list[object]:
    """Return the cells below a title, up to the row of totals."""
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    found = [row[heads.index(title)].value for row in sheet.iter_rows(min_row=2)]
    first = [row[0].value for row in sheet.iter_rows(min_row=2)]
    return found[: first.index("Total")] if "Total" in first else found


def test_sheets_have_names_that_people_look_for(english: Path, chinese: Path):
    for path, names, mark in ((english, ENGLISH, "input "), (chinese, CHINESE, "输入 ")):
        sheets = opened(path).sheetnames
        assert tuple(name for name in sheets if not name.startswith(mark)) == names
        assert sum(name.startswith(mark) for name in sheets) == 16
        assert all(len(name.encode("utf-16-le")) <= 62 and not set(name) & set("[]:*?/\\") for name in sheets)


def test_every_cell_of_the_answer_that_can_be_worked_out_is_a_formula_with_its_value(english: Path):
    formulas, values = opened(english, formulas=True), opened(english)
    count = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    count += 1
                    assert not sheet.title.startswith("input ")
                    assert values[sheet.title][cell.coordinate].data_type in "ns", cell
    assert count > 500
    for name, titles in {
        "Funds": ("Spent", "Unspent", "Used", "State"),
        "Rules": ("Left: what the plan does", "Slack", "State", "Broken by"),
        "Measures": ("Funded", "Cost", "Aid", "National funds"),
        "Complementarity": ("Which side of ⊥ is zero", "What national money could still pay"),
        "By county": ("training", "Aid", "Aid per head"),
    }.items():
        for title in titles:
            assert any(str(x).startswith("=") for x in column(formulas[name], title)), (name, title)


def test_values_are_those_of_the_tables(run: Run, english: Path):
    book = opened(english)
    assert sorted(column(book["Allocation"], "Amount")) == pytest.approx(sorted(run.allocation["amount"]))
    assert column(book["Measures"], "Units") == pytest.approx(list(run.measures["units"]))
    assert column(book["Measures"], "Funded") == list(run.measures["funded"])
    assert column(book["By county"], "Aid") == pytest.approx(list(run.counties["aid"]))
    assert column(book["Rules"], "Left: what the plan does") == pytest.approx(list(run.rules["value"]))
    assert column(book["Rules"], "Slack") == pytest.approx(list(run.rules["slack"]), abs=1e-6)
    assert column(book["Rules"], "Broken by") == pytest.approx(list(run.rules["broken_by"]))
    spent = zip(
        column(book["Funds"], "Spent"), column(book["Funds"], "1 = whole fund, 2 = a county's part"), strict=True
    )
    assert sum(money for money, level in spent if level == 1) == pytest.approx(run.allocation["amount"].sum())
    assert column(book["Not funded"], "What the plan shows") == [x for x in run.measures["reason"] if x]


def test_the_summary_says_how_far_the_answer_is_proven_and_that_labour_is_voluntary(english: Path, chinese: Path):
    for path, proven, free in (
        (english, "optimal: goal", "of their own will"),
        (chinese, "最优：目标值", "自愿寻找工作"),
    ):
        texts = [str(cell.value) for row in opened(path).worksheets[0].iter_rows(max_row=12) for cell in row]
        assert any(text.startswith(proven) for text in texts)
        assert any(free in text for text in texts)


def test_about_says_where_the_plan_comes_from(run: Run, english: Path):
    texts = [str(cell.value) for row in opened(english)["About"].iter_rows() for cell in row if cell.value]
    for text in (run.instance.sha256, "optimal", "allocation.csv", "why_unspent", "amount", "Change a yellow amount"):
        assert any(text in found for found in texts), text
    assert any("highspy" in text for text in texts)


def test_only_amounts_and_locks_may_be_changed_and_amounts_only_to_money(english: Path):
    book = opened(english, formulas=True)
    for name in LIVE:
        sheet = book[name]
        assert sheet.protection.sheet
        open_cells = {cell.column_letter for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        assert open_cells == ({"G", "J"} if name == "Allocation" else set())
    rules = book["Allocation"].data_validations.dataValidation
    assert [(rule.type, rule.operator, rule.formula1) for rule in rules] == [("decimal", "greaterThanOrEqual", "0")]


def test_sheets_are_ready_to_read_and_to_print(english: Path):
    book = opened(english, formulas=True)
    for sheet in book:
        assert sheet.print_area, sheet.title
        assert sheet.page_setup.orientation == ("portrait" if sheet.title == "Summary" else "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title not in ("Summary", "About"):
            assert sheet.freeze_panes, sheet.title
    for name in ("Summary", *LIVE):
        if name not in ("By source", "By county"):
            assert book[name].conditional_formatting, name
    assert book["Allocation"]["G2"].number_format.startswith("#,##0.00")
    names = set(book.defined_names)
    assert {"amount", "amount_fund", "fund_available", "fund_spent", "rule_slack", "checks_broken"} <= names


def test_the_summary_has_three_charts_of_live_cells(english: Path):
    with zipfile.ZipFile(english) as book:
        charts = [book.read(name).decode() for name in book.namelist() if re.match(r"xl/charts/chart\d", name)]
    assert len(charts) == 3
    assert all("Summary!" in chart for chart in charts)
    assert sorted(len(re.findall("<c:ser>", chart)) for chart in charts) == [2, 3, 5]


def test_columns_are_wide_enough_for_chinese(chinese: Path):
    sheet = opened(chinese)["分配"]
    for letter in "ABCDEF":
        texts = [str(cell.value or "") for cell in sheet[letter]]
        widest = max(sum(2 if ord(x) > 0x2E80 else 1 for x in text) for text in texts)
        assert sheet.column_dimensions[letter].width >= min(widest, 36)


def test_formulas_use_nothing_that_excel_2010_lacks(english: Path):
    used: set[str] = set()
    for sheet in opened(english, formulas=True):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    bare = re.sub(r'"[^"]*"', "", cell.value)
                    used |= set(re.findall(r"([A-Z][A-Z0-9.]*)\(", bare))
                    assert len(cell.value) < 8192
    assert used <= OLD
    assert {"SUMIFS", "SUMPRODUCT", "IF"} <= used


def test_equal_plans_give_equal_bytes(run: Run, tmp_path: Path):
    (tmp_path / "again").mkdir()
    assert written(run, tmp_path, "zh").read_bytes() == written(run, tmp_path / "again", "zh").read_bytes()


def test_rules_with_nothing_on_either_side_are_not_called_tight(tmp_path: Path):
    raw = yaml.safe_load((EVERYTHING / "instance.yaml").read_text(encoding="utf-8"))
    del raw["measures"][7:]
    raw["measures"][2]["committed"] = False
    raw["synergies"], raw["funds"]["donor"]["min_use"] = [], 0
    raw["rules"] = [
        {"name": "nowhere", "type": "share", "of": {"county": "a"}, "max": 0.5, "in": {"county": "a"}},
        {"name": "none there", "type": "amount", "of": {"county": "b"}, "max": 0},
    ]
    for row in raw["measures"]:
        row["eligible"] = row["county"] != "a"
        row.pop("requires", None)
        row.pop("excludes", None)
        row.pop("committed", None)
    run = solve(instance_of(raw))
    states = column(opened(written(run, tmp_path))["Rules"], "State")
    assert states == ["0 = 0, nothing there", "at its limit"]
    assert list(run.rules["binding"]) == [1, 1]


def test_a_plan_too_large_for_formulas_has_values_and_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english: Path
):
    monkeypatch.setattr(room, "MOST_LIVE", 1)
    book = opened(written(run, tmp_path), formulas=True)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any("too large for formulas" in str(cell.value) for cell in cells)
    assert column(book["Rules"], "Slack") == pytest.approx(column(opened(english)["Rules"], "Slack"))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("source", [EVERYTHING, ROOT.parent / "instances/demo"], ids=["everything", "demo"])
def test_the_inputs_in_it_read_back_as_the_same_question(run: Run, tmp_path: Path, lang: str, source: Path):
    solved = run if source == EVERYTHING else solve(source)
    back = read(written(solved, tmp_path, lang))
    assert back.model_copy(update={"sha256": ""}) == read(source).model_copy(update={"sha256": ""})


def test_reasons_name_things_in_the_readers_language():
    raw = rivals(measures={"pens": {"requires": ["courses"], "name_zh": "圈舍"}, "courses": {"name_zh": "培训班"}})
    raw["rules"] = [
        {"name": "no lines", "name_zh": "不设项目", "type": "count", "max": 0, "of": {"category": "training"}}
    ]
    reasons = solve(instance_of(raw), lang="zh").measures.set_index("measure")["reason"]
    assert reasons.to_dict() == {
        "pens": "需要“培训班 (courses)”，而它未获资助",
        "courses": "未列入最优方案；规则“不设项目”名额已满（0 项中已有 0 项）",
    }


HOSTILE = ['=HYPERLINK("http://x","y")', "@SUM(1)", '"&A1&"', "http://example.org", "1e5", "a\nb", "🐑" * 60, "{0}{x}"]


def hostile() -> Instance:
    """Return everything with names that would like to be formulas, links, numbers or two cells."""
    instance = read(EVERYTHING)
    names = iter(HOSTILE * 20)

    def renamed(rows):
        return {key: row.model_copy(update={"name": next(names), "name_zh": next(names)}) for key, row in rows.items()}

    tables = ("counties", "industries", "chains", "funds", "measures", "resources", "scenarios")
    rules = tuple(rule.model_copy(update={"name_zh": next(names), "note": next(names)}) for rule in instance.rules)
    changes = {table: renamed(getattr(instance, table)) for table in tables}
    return instance.model_copy(update={**changes, "rules": rules, "title": HOSTILE[0], "description": HOSTILE[1]})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_stay_text(run: Run, tmp_path: Path, lang: str):
    path = tmp_path / "hostile.xlsx"
    write_workbook(hostile(), run.tables, run.figures, path, lang)
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    plain = tmp_path / "plain.xlsx"
    write_workbook(run.instance, run.tables, run.figures, plain, lang)
    expected = [
        cell.value
        for sheet in opened(plain, formulas=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert [cell.value for cell in cells if cell.data_type == "f"] == expected
    assert all(cell.hyperlink is None for cell in cells)
    shown = {cell.value for cell in cells if cell.data_type == "s"}
    assert set(HOSTILE) <= shown
    with zipfile.ZipFile(path) as book:
        assert not any("hyperlink" in name or "externalLink" in name for name in book.namelist())


def rows_of(sheet, first: int, width: int) -> list[tuple[object, ...]]:
    """Return the rows below a head, up to an empty one."""
    found = []
    for row in sheet.iter_rows(min_row=first, max_col=width, values_only=True):
        if row[0] is None:
            break
        found.append(row)
    return found


def test_whose_the_jobs_are_is_the_table_of_the_results(run: Run, english: Path):
    sheet = opened(english)["Whose jobs"]
    starts = {row[0].value: row[0].row for row in sheet.iter_rows(max_col=1)}
    bridge = rows_of(sheet, starts["Whose the jobs are"] + 2, 6)
    columns = ["anyway", "through_others", "through_aid", "employment", "aid"]
    assert len(bridge) == len(run.bridge)
    for row, (_, of) in zip(bridge, run.bridge.iterrows(), strict=True):
        assert [x or 0.0 for x in row[1:]] == pytest.approx(list(of[columns].fillna(0.0).astype(float)))
    assert sum(row[3] for row in bridge[:-1]) == pytest.approx(bridge[-1][3])
    scenarios = rows_of(sheet, starts["What each scenario brings"] + 2, 5)
    assert [row[4] for row in scenarios] == pytest.approx(list(run.scenarios["employment"]))
    tags = rows_of(sheet, starts["Money by tag"] + 2, 5)
    assert [row[4] for row in tags] == pytest.approx(list(run.tags["aid"]))


def test_measures_left_out_have_their_costs_beside_their_names(run: Run, english: Path):
    sheet = opened(english)["Not funded"]
    left = [run.instance.measures[m] for m in run.measures["measure"][run.measures["funded"] == 0]]
    assert left
    assert column(sheet, "Largest cost") == pytest.approx([m.fixed_cost + m.unit_cost * m.max_units for m in left])
    assert column(sheet, "Least cost") == pytest.approx([m.fixed_cost + m.unit_cost * m.min_units for m in left])


def test_what_a_measure_brings_stands_beside_its_money(run: Run, english: Path):
    sheet = opened(english)["Measures"]
    assert column(sheet, "Units in effect (plan as solved)") == pytest.approx(list(run.measures["gain"]))
    marks = [int(cell == "yes") for cell in column(sheet, "Paid for, nothing counted")]
    assert marks == list(run.measures["idle"])


def test_aid_per_head_is_in_the_currency(run: Run, english: Path):
    each = [x * run.instance.money.unit for x in run.counties["aid_per_head"]]
    assert column(opened(english)["By county"], "Aid per head") == pytest.approx(each)


def test_the_summary_opens_with_what_the_aid_brings_and_what_is_left(run: Run, english: Path):
    texts = [str(row[0].value) for row in opened(english)["Summary"].iter_rows(max_row=10)]
    through = amount(run.figures["through_aid"]["employment"])
    assert texts[2].startswith(f"Through the aid: {through} jobs")
    aid = run.funds[run.funds["kind"] == "aid"]
    assert texts[3].startswith(f"Aid: {amount(aid['spent'].sum())} of {amount(aid['available'].sum())} ")
    for why in aid["why_unspent"]:
        assert why in texts[3]
    assert any(text.startswith("Against last year's plan") for text in texts) == bool(run.instance.previous)


def test_what_changed_against_last_year_by_hand(run: Run):
    old = [x for rows in run.instance.previous.values() for x in rows]
    assert old
    (told,) = [
        text for text in write_sentences(PlanView(run.instance, "en", run.tables, run.figures)) if "last year" in text
    ]
    before = sum(row.amount for row in old if row.kind == "aid")
    now = run.allocation["amount"][run.allocation["kind"] == "aid"].sum()
    assert f"aid {amount(now)} " in told
    assert f"after {amount(before)} " in told
    fresh = set(run.measures["measure"][run.measures["funded"] == 1]) - {row.measure for row in old if row.amount > 0}
    assert f"{len(fresh)} measures newly funded" in told
