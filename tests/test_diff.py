"""Plan against plan: each change and each effect as a pencil finds it on the demo, and what cannot be told."""

import json
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pytest
from conftest import asked, command, instance_of, rivals

import alloc
from alloc.errors import RequestError
from alloc.instance.schema import Market
from alloc.run import Run, solve
from alloc.study.compare.handmade_result import complete_by_hand
from alloc.study.compare.results import Result, read_result
from alloc.study.compare.split import split
from alloc.texts.figures import amount

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "instances/demo"
MORE_AID = {"funds.tianjin.amount": 45}
FEWER_COURSES = {"measures.yutian-courses.max_units": 30}
MORE_LIVELIHOOD = {"rules.livelihood at least 30 %.min": 0.6}


@pytest.fixture(scope="module")
def demo() -> Run:
    return solve(DEMO)


def changed(**overrides: Any) -> Run:
    return solve(DEMO, overrides=overrides)


def effects(found: alloc.Difference) -> dict[str, float]:
    return {effect.name: effect.jobs for effect in found.split.effects}


def row(found: alloc.Difference, table: str, key: str) -> dict[str, Any]:
    """Return the row of a table by its first column."""
    (one,) = [r for r in found.figures["tables"][table] if next(iter(r.values())) == key]
    return dict(one)


def test_who_gains_and_who_loses_with_more_money(demo: Run):
    """8 万元 more: the workshop grows until infrastructure is 60 % of 45, 27 万元 and 32 workplaces: 7 jobs more."""
    found = alloc.diff(demo, changed(**MORE_AID))
    assert row(found, "goals", "employment")["value_change"] == pytest.approx(7)
    cele, yutian = (row(found, "counties", c) for c in ("cele", "yutian"))
    assert (cele["aid_a"], cele["aid_b"], cele["aid_change"]) == pytest.approx((24.5, 32.5, 8))
    assert cele["jobs_gained_change"] == pytest.approx(7)
    assert (yutian["aid_change"], yutian["jobs_gained_change"]) == pytest.approx((0, 0))
    assert row(found, "categories", "infrastructure")["aid_change"] == pytest.approx(7)
    tianjin = row(found, "funds", "tianjin")
    assert (tianjin["available_change"], tianjin["spent_change"]) == pytest.approx((8, 8))
    assert row(found, "measures", "cele-workshop")["what"] == "more"
    assert row(found, "measures", "yutian-courses")["what"] == "same"
    assert row(found, "measures", "yutian-park")["what"] == "out"


def test_whose_jobs_change_is_told(demo: Run):
    """Nothing comes about without the aid: all 7 jobs more are through it, of which cele has as many as it gains."""
    found = alloc.diff(demo, changed(**MORE_AID))
    assert row(found, "goals", "through_aid")["value_change"] == pytest.approx(7)
    assert row(found, "goals", "anyway")["value_change"] == row(found, "goals", "through_others")["value_change"] == 0
    for _, county in found.tables["counties"].iterrows():
        assert county["through_aid_change"] == pytest.approx(county["jobs_gained_change"])


def test_rules_that_bind_differently_are_named(demo: Run):
    found = alloc.diff(demo, changed(**MORE_AID))
    rules = {(r["rule"], r["group"]): r["what"] for r in found.figures["tables"]["rules"]}
    assert rules["no category above 60 %", "infrastructure"] == "only_b"
    assert rules["livelihood at least 30 %", ""] == "none"


def test_changes_add_up(demo: Run):
    found = alloc.diff(demo, changed(**MORE_AID, **FEWER_COURSES))
    tables = found.tables
    aid = tables["goals"].set_index("goal").loc["aid", "value_change"]
    for name in ("counties", "categories", "measures"):
        assert tables[name]["aid_change"].sum() == pytest.approx(aid)
        for column in ("aid", "national", "other") if name != "measures" else ("aid", "cost", "units"):
            change = tables[name][f"{column}_b"] - tables[name][f"{column}_a"]
            assert change.tolist() == pytest.approx(tables[name][f"{column}_change"].tolist())
    assert tables["funds"]["spent_change"].sum() == pytest.approx(aid)


@pytest.mark.parametrize(
    ("overrides", "group", "jobs"),
    [
        (MORE_AID, "budget", 7),
        # courses at 30: 50 - 30 = 20 jobs less, and the workshop gets up to 60 %, 22.2 万元: 27.2 - 25 = 2.2 more
        (FEWER_COURSES, "data", -17.8),
        # at least 22.2 万元 for courses and insurance leave 14.8 for the workshop: 19.8 - 25 workplaces
        (MORE_LIVELIHOOD, "rules", -5.2),
    ],
)
def test_where_one_group_differs_the_whole_difference_is_its_effect(
    demo: Run, overrides: dict[str, Any], group: str, jobs: float
):
    found = alloc.diff(demo, changed(**overrides))
    others = dict.fromkeys({"budget", "rules", "data"} - {group}, 0.0)
    assert effects(found) == pytest.approx({group: jobs, "total": jobs, **others})
    assert (found.split.differ, found.split.solves) == ((group,), 0)


@pytest.mark.parametrize("overrides", [{"nation": "first"}, {"money.lot": 5}])
def test_who_decides_on_national_money_and_lots_are_rules(demo: Run, overrides: dict[str, Any]):
    found = alloc.diff(demo, changed(**overrides))
    total = found.split.effects[-1].jobs
    assert total < -1
    assert found.split.differ == ("rules",)
    assert effects(found) == pytest.approx({"budget": 0, "rules": total, "data": 0, "total": total})


def test_a_shared_market_is_data(demo: Run):
    wide = Market(industry=next(iter(demo.instance.industries)), amount=1e6)
    narrow = demo.instance.model_copy(update={"markets": (wide,)})
    found = alloc.diff(demo, solve(narrow))
    assert found.split.differ == ("data",)
    assert "choice" not in effects(found)


def test_two_groups_share_the_difference_by_the_mean_of_both_orders(demo: Run):
    """Budget first: 79 → 86 → 66; data first: 79 → 61.2 → 66 (courses 30, insurance 4, workplaces 32)."""
    found = alloc.diff(demo, changed(**MORE_AID, **FEWER_COURSES))
    assert effects(found) == pytest.approx(
        {"budget": (7 + 4.8) / 2, "rules": 0, "data": -(17.8 + 20) / 2, "total": -13}
    )
    assert found.split.solves == 2


def test_three_groups_share_the_difference_by_the_mean_of_all_six_orders(demo: Run):
    """The employment of each mixture by solving it apart, and the six orders written out."""
    groups = {"budget": MORE_AID, "rules": MORE_LIVELIHOOD, "data": FEWER_COURSES}

    def jobs(*names: str) -> float:
        return float(changed(**{k: v for name in names for k, v in groups[name].items()}).figures["employment"])

    b, r, d = jobs("budget"), jobs("rules"), jobs("data")
    br, bd, rd, brd = jobs("budget", "rules"), jobs("budget", "data"), jobs("rules", "data"), jobs(*groups)
    expected = {
        "budget": (2 * (b - 79) + (br - r) + (bd - d) + 2 * (brd - rd)) / 6,
        "rules": (2 * (r - 79) + (br - b) + (rd - d) + 2 * (brd - bd)) / 6,
        "data": (2 * (d - 79) + (bd - b) + (rd - r) + 2 * (brd - br)) / 6,
        "total": brd - 79,
    }
    found = alloc.diff(demo, changed(**MORE_AID, **MORE_LIVELIHOOD, **FEWER_COURSES))
    assert effects(found) == pytest.approx(expected)
    assert sum(expected[name] for name in groups) == pytest.approx(expected["total"])
    assert found.split.solves == 6


def test_gaps_of_the_plans_widen_what_an_effect_may_be(demo: Run):
    """A plan whose bound is 3 jobs higher may be worth 3 more: each effect that it is in gets room."""
    more = read_result(changed(**MORE_AID))
    stage = {**more.figures["stages"][0], "bound": 89.0}
    loose = Result(more.name, more.instance, more.tables, {**more.figures, "stages": [stage]})
    (budget,) = [effect for effect in split(read_result(demo), loose).effects if effect.name == "budget"]
    assert (budget.low, budget.jobs, budget.high) == pytest.approx((7, 7, 10))
    (budget,) = [effect for effect in split(loose, read_result(demo)).effects if effect.name == "budget"]
    assert (budget.low, budget.jobs, budget.high) == pytest.approx((-10, -7, -7))


def test_what_rows_say_to_people_is_no_difference(demo: Run):
    found = alloc.diff(demo, changed(**{"measures.cele-workshop.name_zh": "新车间", "title": "x"}))
    assert found.split.differ == ()
    assert effects(found)["total"] == 0


def test_a_choice_beside_the_best_plan_is_told_apart(demo: Run, tmp_path: Path):
    """2.5 万元 less for courses, by hand: 10 jobs that neither budget nor rules nor data explain."""
    run = changed(**MORE_AID)
    path = run.save(tmp_path / "more") / "allocation.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(",aid,12.5", ",aid,10"), encoding="utf-8")
    hand = Result("hand", run.instance, *complete_by_hand(run.instance, path))
    found = alloc.diff(demo, hand)
    assert effects(found) == pytest.approx({"budget": 7, "rules": 0, "data": 0, "choice": -10, "total": -3})
    assert found.split.solves == 1


def test_a_fund_that_is_new_is_budget():
    """100 万元 of a second purse pay for 50 more pens, up to 150 of 200."""
    before = asked(measures={"pens": {"max_units": 150}})
    after = asked(measures={"pens": {"max_units": 150}}, funds={"beijing": {"kind": "aid", "amount": 100}})
    found = alloc.diff(solve(instance_of(before)), solve(instance_of(after)))
    assert effects(found)["budget"] == pytest.approx(50)
    assert found.split.solves == 0
    assert row(found, "funds", "beijing")["available_a"] == 0


def test_a_measure_that_is_new_is_data():
    before, after = (
        rivals(measures={"pens": {"max_units": 40}}),
        rivals(measures={"pens": {"max_units": 40}, "sheds": {"jobs": 2}}),
    )
    found = alloc.diff(solve(instance_of(before)), solve(instance_of(after)))
    assert effects(found) == pytest.approx({"budget": 0, "rules": 0, "data": 200 - (40 + 30), "total": 130})
    assert row(found, "measures", "sheds")["what"] == "new"
    assert row(found, "measures", "pens")["what"] == "dropped"


def test_what_cannot_be_split_says_why():
    """A rule names a measure that the other question does not have."""
    rule = {"name": "sheds only", "type": "share", "of": {"measure": "sheds"}, "min": 0.5}
    after = rivals(measures={"sheds": {"jobs": 2}}, rules=[rule])
    found = alloc.diff(solve(instance_of(rivals())), solve(instance_of(after)))
    assert found.split.effects == ()
    assert "cannot be split" in found.split.why_not
    assert "'sheds' is not in measures" in found.split.why_not
    assert found.tables["effects"].empty


def test_a_mixture_without_a_plan_says_so():
    """B has 300 of money and must spend 250 of it; A's data allow 200 only."""
    rule = {"name": "much", "type": "amount", "min": 250}
    after = asked(funds={"aid": {"amount": 300}}, measures={"pens": {"max_units": 300}}, rules=[rule])
    found = alloc.diff(solve(instance_of(asked())), solve(instance_of(after)), lang="zh")
    assert "岗位差额无法分解" in found.split.why_not
    assert "无可行方案" in found.split.why_not


def test_money_in_other_units_is_not_compared(demo: Run):
    yuan = asked(money={"currency": "CNY", "unit": 1, "label": "元"})
    with pytest.raises(RequestError, match="different units: 10000 CNY and 1 CNY"):
        alloc.diff(demo, solve(instance_of(yuan)))


# --- files ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(demo: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    place = tmp_path_factory.mktemp("results")
    return demo.save(place / "before"), changed(**MORE_AID, **FEWER_COURSES).save(place / "after")


def test_folders_are_compared_as_runs_are(folders: tuple[Path, Path]):
    done = command("diff", *folders, "--json")
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert [figures[side]["name"] for side in "ab"] == ["before", "after"]
    jobs = {effect["name"]: effect["jobs"] for effect in figures["split"]["effects"]}
    assert jobs == pytest.approx({"budget": 5.9, "rules": 0, "data": -18.9, "total": -13})


def test_a_workbook_edited_by_hand_is_compared_by_its_inputs_and_its_money(folders: tuple[Path, Path], tmp_path: Path):
    """Against the folder it came from: the same question, and 2.5 万元 less for courses are 10 jobs less, by choice."""
    book = openpyxl.load_workbook(folders[0] / "allocation.xlsx")
    sheet = book["Allocation"]
    column = next(i for i, cell in enumerate(sheet[1]) if str(cell.value).startswith("Amount"))
    next(row for row in sheet.iter_rows() if {"yutian-courses", "tianjin"} <= {c.value for c in row})[column].value = 10
    book.save(tmp_path / "edited.xlsx")
    found = alloc.diff(folders[0], tmp_path / "edited.xlsx")
    assert effects(found) == pytest.approx({"budget": 0, "rules": 0, "data": 0, "choice": -10, "total": -10})
    assert found.split.differ == ()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["after compared with before", "Change in all jobs by cause", "−18.9", "now funded", "binds in B only"]),
        ("zh", ["全部岗位差额的来源", "−18.9", "新获资助", "仅在 B 中起约束作用", "配套设施"]),
    ],
)
def test_the_comparison_is_said_in_both_languages(folders: tuple[Path, Path], lang: str, words: list[str]):
    done = command("diff", *folders, "--lang", lang)
    assert done.exit_code == 0, done.stderr
    for word in words:
        assert word in done.stdout


def test_the_workbook_has_live_differences_with_their_values(folders: tuple[Path, Path], tmp_path: Path):
    assert command("diff", *folders, "--out", tmp_path / "d").exit_code == 0
    live, cached = (openpyxl.load_workbook(tmp_path / "d/diff.xlsx", data_only=value) for value in (False, True))
    assert live.sheetnames == [
        "Totals",
        "Change in all jobs by cause",
        "By county",
        "By category",
        "By fund",
        "Measures",
        "Rules",
    ]
    formulas = 0
    for sheet in live:
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, str) and cell.value.startswith("=") and "-" in cell.value:
                    after, before = cell.value[1:].split("-")
                    values = cached[sheet.title]
                    found = values[cell.coordinate].value
                    assert found == pytest.approx(values[after].value - values[before].value, abs=1e-6)
                    formulas += 1
    assert formulas > 50
    totals = {line[0].value: line[3].value for line in cached["By county"].iter_rows()}
    assert totals["Total"] == pytest.approx(8)


def test_the_page_stands_by_itself_and_escapes_what_data_say(folders: tuple[Path, Path], demo: Run, tmp_path: Path):
    page = (alloc.diff(*folders).save(tmp_path / "d") / "diff.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert "<table>" in page
    raw = asked(rules=[{"name": "<script>alert(1)</script>", "type": "amount", "max": 60}])
    hostile = alloc.diff(solve(instance_of(asked())), solve(instance_of(raw))).save(tmp_path / "h", "zh")
    page = (hostile / "diff.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(("lang", "code"), [("en", "en"), ("zh", "zh-CN")])
def test_the_page_shows_what_the_tables_hold(demo: Run, lang: str, code: str, tmp_path: Path):
    found = alloc.diff(demo, changed(**MORE_AID))
    page = lxml.html.fromstring((found.save(tmp_path / lang, lang) / "diff.html").read_bytes())
    assert page.get("lang") == code
    goals, effects, counties, *_ = page.iter("table")
    rows = [[cell.text_content().strip() for cell in row] for row in counties.iter("tr")][1:]
    table = found.tables["counties"]
    to = found.reader(lang)
    assert [row[0] for row in rows] == [to.labels["county"][c] for c in table["county"]]
    at = list(table.columns).index("aid_change")
    assert [row[at - 1] for row in rows] == [amount(x) for x in table["aid_b"]]
    assert [row[at] for row in rows] == [f"+{amount(x)}" if x > 0 else amount(x) for x in table["aid_change"]]
    cells = [row[at] for row in counties.iter("tr")][1:]
    bars = [bar.get("style") for cell in cells for bar in cell.iter("span")]
    widest = table["aid_change"].abs().max()
    assert bars == [f"width:{60 * abs(x) / widest:.0f}px" for x in table["aid_change"] if x]
    assert not list(goals.iter("span"))
    assert len(list(effects.iter("tr"))) == len(found.tables["effects"]) + 1


def test_a_question_is_no_answer(folders: tuple[Path, Path], tmp_path: Path):
    done = command("diff", DEMO, folders[0])
    assert done.exit_code == 2
    assert "holds no results" in done.stderr
    (tmp_path / "there").mkdir()
    done = command("diff", *folders, "--out", tmp_path / "there")
    assert done.exit_code == 2
