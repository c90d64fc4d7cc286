"""A plan made by hand: the best one passes wherever it is written, each way to break it is found and said."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import asked, command, instance_of, one_measure, plan_of, rivals
from randoms import random_instance

import alloc
from alloc.counterfactual import find_worlds
from alloc.errors import InstanceError, RequestError
from alloc.run import Run, solve
from alloc.study.compare.verify import OPTIMUM
from alloc.study.handmade import HandmadePlan

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "instances/demo"


@pytest.fixture(scope="module")
def demo() -> Run:
    return solve(DEMO)


@pytest.fixture(scope="module")
def written(demo: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.save(tmp_path_factory.mktemp("written") / "demo")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """Return a copy of a result, to do with as one likes."""
    return shutil.copytree(written, tmp_path / "demo")


def by_hand(**money: float) -> HandmadePlan:
    """Return a plan by payments: measure__fund=amount, hyphens as underscores."""
    pairs = {tuple(key.replace("_", "-").split("--")): amount for key, amount in money.items()}
    return HandmadePlan("hand", pairs, {}, {})  # type: ignore[arg-type]


# --- round trips --------------------------------------------------------------------------------


def comes_back(run: Run, *sources: Path) -> None:
    """Check that a plan as written passes, and loses nothing; units that its money would also buy may do better."""
    worlds = find_worlds(run.instance, run.instance.solver)  # the same beside every plan
    for source in sources:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("alloc.study.compare.handmade_result.find_worlds", lambda *_: worlds)
            found = alloc.verify(run.instance, source, against=run)
        assert [breach.say() for breach in found.breaches] == []
        assert -run.figures["gap"] - 1e-6 <= found.figures["loss"] / max(1, abs(run.objective or 0)) <= 1e-6


def test_a_workbook_in_chinese_comes_back_with_its_row_of_totals_left_out(demo: Run, tmp_path: Path):
    comes_back(demo, demo.save(tmp_path / "zh", lang="zh") / "allocation.xlsx")


@pytest.mark.parametrize("source", ["instances/demo", "tests/everything", *range(9)])
def test_the_best_plan_comes_back_from_every_file_it_is_written_to(source: str | int, tmp_path: Path):
    """Nine questions are random ones. A CSV file alone holds no units: they follow from the money."""
    question = ROOT / source if isinstance(source, str) else instance_of(random_instance(source))
    run = solve(question)
    if run.tables:
        folder = run.save(tmp_path / "out")
        (tmp_path / "alone").mkdir()
        alone = tmp_path / "alone/allocation.csv"
        alone.write_bytes((folder / "allocation.csv").read_bytes())
        comes_back(run, folder, alone, folder / "allocation.xlsx")


# --- what a plan breaks, each by hand on a question of one measure ------------------------------


NO_PLAN: dict[str, object] = {**dict.fromkeys(OPTIMUM), "status": "infeasible", "stages": []}
"""What is known of the best plan where there is none."""


def breaches(raw: dict[str, Any], **money: float) -> dict[str, str]:
    """Return what a plan breaks, by check. That does not hang on the best plan, which is not searched for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alloc.study.compare.verify._find_best", lambda *_: NO_PLAN)
        found = alloc.verify(instance_of(raw), by_hand(**money))
    return {breach.finding.check: breach.say() for breach in found.breaches}


def two(**keys: Any) -> dict[str, Any]:
    """Return the small question with a second measure beside the first, which is changed."""
    return asked(measures={"pens": keys, "road": {"fixed_cost": 5}})


BROKEN: list[tuple[str, dict[str, Any], dict[str, float], str]] = [
    ("within_fund", one_measure(aid_money=50), {"pens__aid": 60}, "60.0 ≤ 50.0"),
    ("pays_forward", one_measure(), {"pens__aid": 60, "pens__national": -10}, "-10.0 ≥ 0.0"),
    ("within_scale", one_measure(aid_money=200), {"pens__aid": 120}, "120.0 ≤ 100.0"),
    ("within_scale", one_measure(min_units=20), {"pens__aid": 5}, "5.0 ≥ 20.0"),
    ("within_scale", one_measure(integer=True), {"pens__aid": 7.5}, "7.5 = 8"),
    ("covers_cost", one_measure(fixed_cost=30), {"pens__aid": 10}, "10.0 = 30.0"),
    ("keeps_commitments", one_measure(committed=True, min_units=5), {}, "0.0 = 1.0"),
    ("keeps_commitments", one_measure(eligible=False), {"pens__aid": 10}, "1.0 = 0.0"),
    ("within_ceiling", one_measure(national_ceiling=20), {"pens__national": 30}, "30.0 ≤ 20.0"),
    ("keeps_planned", one_measure(national_planned=20), {"pens__aid": 30}, "0.0 = 20.0"),
    (
        "supplements_national",
        one_measure(national="supplement", national_ceiling=40),
        {"pens__aid": 10, "pens__national": 30},
        "10.0 ⊥ 10.0",
    ),
    ("excludes_national", one_measure(national="exclusive"), {"pens__aid": 10, "pens__national": 30}, "10.0 ⊥ 30.0"),
    ("takes_no_national", one_measure(national="none"), {"pens__national": 30}, "30.0 = 0.0"),
    ("pays_eligible", one_measure(national="none"), {"pens__national": 30}, "30.0 = 0.0"),
    ("pays_eligible", one_measure(funds=["aid"]), {"pens__national": 30}, "30.0 = 0.0"),
    ("shares_cost", one_measure(max_share={"aid": 0.5}), {"pens__aid": 10}, "10.0 ≤ 5.0"),
    ("shares_cost", one_measure(min_share={"national": 0.2}), {"pens__aid": 10}, "0.0 ≥ 2.0"),
    ("uses_fund", asked(funds={"aid": {"min_use": 30}}), {"pens__aid": 10}, "10.0 ≥ 30.0"),
    (
        "within_resource",
        asked(resources={"water": {"amount": 5}}, measures={"pens": {"uses": {"water": 1}}}),
        {"pens__aid": 10},
        "10.0 ≤ 5.0",
    ),
    ("requires_others", two(requires=["road"]), {"pens__aid": 10}, "1.0 ≤ 0.0"),
    ("excludes_others", two(excludes=["road"]), {"pens__aid": 10, "road__aid": 9}, "2.0 ≤ 1.0"),
    ("limited_by_others", two(limited_by={"road": 2}), {"pens__aid": 30, "road__aid": 15}, "30.0 ≤ 20.0"),
    ("keeps_rule", asked(rules=[{"name": "few", "type": "amount", "max": 8}]), {"pens__aid": 10}, "10.0 ≤ 8.0"),
    ("keeps_rule", asked(rules=[{"name": "none", "type": "count", "max": 0}]), {"pens__aid": 10}, "1.0 ≤ 0.0"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "raw", "money", "sides"), BROKEN, ids=[f"{b[0]}-{i}" for i, b in enumerate(BROKEN)])
def test_what_a_plan_breaks_is_found_and_said(check: str, raw: dict[str, Any], money: dict[str, float], sides: str):
    found = breaches(raw, **money)
    assert set(found) <= {check, "takes_no_national", "pays_eligible"}, found
    assert sides in found[check]


def test_a_plan_within_all_limits_breaks_nothing():
    assert breaches(one_measure(), pens__aid=10, pens__national=30) == {}
    assert breaches(one_measure()) == {}


def test_money_beyond_the_last_unit_brings_no_more_jobs():
    found = alloc.verify(instance_of(one_measure(aid_money=200)), by_hand(pens__aid=120))
    assert found.figures["employment"] == pytest.approx(100)


def test_the_places_of_broken_payments_are_named(folder: Path):
    path = folder / "allocation.csv"
    text = path.read_text(encoding="utf-8-sig")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith("yutian-courses"))
    path.write_text(text.replace(",aid,12.5", ",aid,-1"), encoding="utf-8")
    done = command("verify", DEMO, path)
    assert done.exit_code == 6
    assert f"allocation.csv:{line}  pays_forward at Courses for shoe makers · Tianjin aid: -1.0 ≥ 0.0" in done.stdout


# --- what it costs --------------------------------------------------------------------------------


def test_the_loss_is_what_a_pencil_says(demo: Run):
    """Without the workshop 50 courses and insurance of 20 jobs bring 54 of 79 jobs: instances/demo/README.md."""
    hand = by_hand(yutian_courses__tianjin=12.5, cele_cover__tianjin=2)
    found = alloc.verify(DEMO, hand, against=demo)
    assert found.figures["employment"] == pytest.approx(54)
    assert found.figures["loss"] == pytest.approx(25)
    assert found.figures["loss_most"] == pytest.approx(25)
    assert found.figures["loss_share"] == pytest.approx(25 / 79)
    (broken,) = found.breaches  # courses are 12.5 of 14.5 万元, above 60 %
    assert broken.finding.check == "keeps_rule"
    (said,) = found.figures["breaches"]
    assert said["by"] == pytest.approx(12.5 - 0.6 * 14.5)


def test_the_best_plan_is_searched_for_where_none_is_given():
    found = alloc.verify(DEMO, by_hand(), overrides={"funds.tianjin.amount": 45})
    assert found.figures["optimum"]["objective"] == pytest.approx(86)
    assert found.figures["loss"] == pytest.approx(86)


def test_what_a_plan_breaks_is_told_by_names_in_the_readers_language(tmp_path: Path):
    path = tmp_path / "plan.csv"
    path.write_text("measure,fund,amount\nyutian-courses,tianjin,1\nyutian-park,national,9\n")
    told = command("verify", DEMO, path, "--lang", "zh").stdout
    assert "keeps_rule（单类不超过 60 % · 培训）" in told
    assert "within_fund（国家资金 · 于田）：9.0 ≤ 0.0" in told
    assert "within_scale（鞋业园 · min_units）" in told


def test_a_plan_ahead_of_the_best_is_told_why(tmp_path: Path):
    path = tmp_path / "plan.csv"
    path.write_text(
        "measure,fund,amount\nyutian-courses,tianjin,12.5\ncele-cover,tianjin,5.8\ncele-workshop,tianjin,33\ncele-workshop,national,15\n"
    )
    done = command("verify", DEMO, path)
    assert done.exit_code == 6
    assert "within_fund at Tianjin aid: 51.3 ≤ 37.0" in done.stdout
    assert "It is ahead only because it breaks what the best plan keeps." in done.stdout


def test_a_goal_that_must_be_kept_is_kept_to_its_floor():
    """First jobs, then linkage, which may cost a tenth: plans come back from their money with both."""
    order = {"order": ["employment", "linkage"], "tolerance": 0.1}
    raw = asked(objective=order, measures={"road": {"linkage": 1, "effect": 0, "industry": None}})
    run = solve(instance_of(raw))
    assert run.figures["stages"][0]["value"] == pytest.approx(90)
    assert run.objective == pytest.approx(plan_of(raw).objective) == pytest.approx(10)
    found = alloc.verify(run.instance, run, against=run)
    assert found.passed
    assert found.figures["loss"] == pytest.approx(0)


def test_without_any_best_plan_the_audit_still_speaks():
    raw = asked(rules=[{"name": "much", "type": "amount", "min": 500}])
    found = alloc.verify(instance_of(raw), by_hand(pens__aid=10))
    assert found.figures["optimum"]["status"] == "infeasible"
    assert found.figures["loss"] is None
    assert [breach.finding.check for breach in found.breaches] == ["keeps_rule"]


# --- reading ----------------------------------------------------------------------------------------


def edited(folder: Path, change: Callable[[Any], None]) -> Path:
    """Change the sheet of the allocation as a person would, and save the workbook under another name."""
    book = openpyxl.load_workbook(folder / "allocation.xlsx")
    change(book["Allocation"])
    path = folder.parent / "edited.xlsx"
    book.save(path)
    return path


def amount_of(sheet: Any, measure: str, fund: str) -> Any:
    """Return the cell of an amount, by the title of its column and the words of its row."""
    rows = list(sheet.iter_rows())
    column = next(i for i, cell in enumerate(rows[0]) if str(cell.value).startswith("Amount"))
    return next(row[column] for row in rows if {measure, fund} <= {cell.value for cell in row})


def test_a_workbook_edited_by_hand_is_checked(folder: Path):
    def less(sheet: Any) -> None:
        amount_of(sheet, "yutian-courses", "tianjin").value = 10

    found = alloc.verify(DEMO, edited(folder, less), against=folder)
    assert found.figures["loss"] == pytest.approx(10)  # 2.5 万元 of courses are 10 jobs
    assert found.passed


def test_a_formula_without_a_value_is_refused(folder: Path):
    def formula(sheet: Any) -> None:
        amount_of(sheet, "yutian-courses", "tianjin").value = "=5+5"

    with pytest.raises(InstanceError, match="has never been calculated"):
        alloc.verify(DEMO, edited(folder, formula), against=folder)


def test_every_row_at_fault_is_named_at_once(tmp_path: Path):
    path = tmp_path / "plan.csv"
    rows = ["yutian-coures,tianjin,1", "cele-cover,tianjn,1", "cele-cover,tianjin,a lot", "cele-workshop,national,1"]
    path.write_text("\n".join(["measure,fund,amount", *rows, "cele-workshop,national,2", ",,"]), encoding="utf-8")
    done = command("verify", DEMO, path)
    assert done.exit_code == 2
    for words in (
        "plan.csv:2  measure: 'yutian-coures' is not a measure of this instance; did you mean 'yutian-courses'?",
        "plan.csv:3  fund: 'tianjn' is not a fund of this instance; did you mean 'tianjin'?",
        "plan.csv:4  amount: 'a lot' is not a number",
        "plan.csv:6  measure: national pays for cele-workshop in an earlier row already",
    ):
        assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 5
    assert "these faults may hide others" in done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.csv", None, "no such plan"),
        ("plan.csv", b"measure,fund,amunt\n", "plan.csv:1  amount: this column is required and is missing"),
        ("plan.csv", b"a,b\n1,2\n", "has no table with the columns measure, fund, amount"),
        ("plan.csv", "measure,fund,amount\n策勒,x,1\n".encode("gbk"), "is not UTF-8, perhaps GBK"),
        ("plan.xlsx", b"not a workbook", "cannot be read as a workbook"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes | None, message: str):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = command("verify", DEMO, tmp_path / name)
    assert done.exit_code == 2
    assert message in done.stderr


def test_names_units_and_semicolons_are_understood(tmp_path: Path, demo: Run):
    """As an office might send it: Chinese titles with a unit, Chinese names, semicolons, a row of totals."""
    workshop = demo.instance.measures["cele-workshop"].name_zh
    assert workshop
    path = tmp_path / "plan.csv"
    rows = [f"{workshop};国家资金;15", "yutian-courses;天津援助;12.5", "合计;;27.5"]
    path.write_text("\n".join(["措施;资金;金额（万元）", *rows]), encoding="utf-8-sig")
    found = alloc.verify(DEMO, path, against=demo)
    assert found.plan.spend == {("cele-workshop", "national"): 15.0, ("yutian-courses", "tianjin"): 12.5}


def test_figures_of_another_question_are_not_compared_with(demo: Run):
    with pytest.raises(RequestError, match="answers another question"):
        alloc.verify(ROOT / "tests/everything", by_hand(), against=demo)


def test_the_command_prints_figures_and_writes_tables(folder: Path, tmp_path: Path):
    done = command("verify", DEMO, folder, "--against", folder, "--json", "--out", tmp_path / "checked")
    assert done.exit_code == 0
    figures = json.loads(done.stdout)
    assert figures == json.loads((tmp_path / "checked/verify.json").read_text(encoding="utf-8"))
    assert figures["passed"]
    assert figures["loss"] == pytest.approx(0)
    assert (tmp_path / "checked/industries.csv").exists()
    assert not (tmp_path / "checked/run.json").exists()
    assert command("verify", DEMO, folder, "--against", folder, "--out", tmp_path / "checked").exit_code == 2


def test_verdicts_are_said_in_chinese(folder: Path):
    done = command("verify", DEMO, folder, "--against", folder, "--lang", "zh")
    assert "符合所有限制和规则" in done.stdout


def test_a_workbook_that_calls_things_by_name_is_read_by_its_ids(tmp_path: Path, demo: Run):
    """Names that two measures share do not matter where ids stand beside them; where both speak, they must agree."""
    path = tmp_path / "plan.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Measure", "Fund", "Amount\n(万元)", "Id", "Id of the fund"])
    book.active.append(["Courses", "Aid", 12.5, "yutian-courses", "tianjin"])
    book.active.append(["Total", None, "=SUM(C2:C2)", None, None])
    book.save(path)
    found = alloc.verify(DEMO, path, against=demo)
    assert found.plan.spend == {("yutian-courses", "tianjin"): 12.5}
    book.active.append(["Garment workshop", "tianjin", 1, "yutian-park", "tianjin"])
    book.save(path)
    with pytest.raises(
        InstanceError, match=r"Sheet!A4  measure: the row says 'Garment workshop', but its id is yutian-"
    ):
        alloc.verify(DEMO, path, against=demo)


# --- a plan that beats the proof -----------------------------------------------------------------


def doctored(run: Run, **figures: Any) -> Run:
    """Return a run that claims other figures, as after a false proof."""
    return replace(run, figures={**run.figures, **figures})


def claiming(run: Run, value: float) -> Run:
    """Return a run that claims to have proven a smaller optimum."""
    stages = [{**stage, "objective": value, "bound": value, "value": value} for stage in run.figures["stages"]]
    return doctored(run, objective=value, bound=value, stages=stages)


def test_a_plan_that_beats_what_was_called_proven_is_an_internal_error():
    """100 for pens at 1 each are 100 jobs; a proof of 60 is false."""
    run = solve(instance_of(asked()))
    found = alloc.verify(run.instance, by_hand(pens__aid=100), against=claiming(run, 60))
    assert found.passed
    assert found.beats_the_proof
    assert found.figures["beats_the_proof"] is True


@pytest.mark.parametrize("claimed", [100, 100 - 1e-8, 120])
def test_a_plan_as_good_as_the_proof_or_worse_contradicts_nothing(claimed: float):
    run = solve(instance_of(asked()))
    assert not alloc.verify(run.instance, by_hand(pens__aid=100), against=claiming(run, claimed)).beats_the_proof


def test_a_plan_that_breaks_something_may_be_ahead_of_the_proof():
    run = solve(instance_of(asked()))
    found = alloc.verify(run.instance, by_hand(pens__aid=120), against=run)
    assert found.figures["loss"] < 0
    assert not found.beats_the_proof


def test_a_plan_of_a_question_that_was_called_infeasible_is_an_internal_error():
    run = solve(instance_of(asked()))
    none = doctored(run, status="infeasible", objective=None, bound=None, stages=[], employment=None, linkage=None)
    assert alloc.verify(run.instance, by_hand(pens__aid=100), against=none).beats_the_proof


def test_a_plan_that_gives_up_the_first_goal_may_have_more_of_the_second():
    """Courses bring 0.9 of a job and a unit of linkage, pens a job: linkage 100 is beyond what 100 jobs leave."""
    raw = rivals(measures={"courses": {"jobs": 0.9, "linkage": 1}}, objective={"order": ["employment", "linkage"]})
    run = solve(instance_of(raw))
    assert run.objective == pytest.approx(0, abs=1e-5)
    found = alloc.verify(run.instance, by_hand(courses__aid=100), against=run)
    assert found.passed
    assert not found.beats_the_proof


@pytest.mark.parametrize(("lang", "words"), [("en", "Internal error"), ("zh", "内部错误")])
def test_the_terminal_says_that_the_proof_is_wrong_and_ends_with_1(lang: str, words: str, tmp_path: Path):
    folder = solve(DEMO).save(tmp_path / "best")
    figures = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    figures |= {"objective": 50.0, "bound": 50.0}
    figures["stages"] = [{**stage, "objective": 50.0, "bound": 50.0} for stage in figures["stages"]]
    (folder / "run.json").write_text(json.dumps(figures), encoding="utf-8")
    said = command("verify", DEMO, folder / "allocation.csv", "--against", folder, "--lang", lang)
    assert said.exit_code == 1
    assert words in said.stderr
    assert "%" not in said.output


@pytest.mark.parametrize(("lang", "words"), [("en", "was said to have no plan"), ("zh", "曾被判为无可行方案")])
def test_the_terminal_says_that_a_question_called_infeasible_has_a_plan(
    lang: str, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("alloc.study.compare.verify._find_best", lambda *_: NO_PLAN)
    said = command("verify", DEMO, folder / "allocation.csv", "--lang", lang)
    assert said.exit_code == 1
    assert words in said.stderr


# --- payments are never dropped -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",,,,,,500", "measure: must not be empty"),
        (",cele,training,,tianjin,aid,500", "measure: must not be empty"),
        ("cele-workshop,,,,,,500", "fund: must not be empty"),
        ("Total,,,,tianjin,,500", "measure: 'Total' is not a measure"),
        ("小计,,,,,,500", "measure: '小计' is not a measure"),
        ("cele-workshop,cele,infrastructure,,tianjin,aid,1,405,0", "9 cells in the row, but 8 columns"),
    ],
)
def test_a_row_with_money_is_never_left_out(folder: Path, row: str, words: str):
    with (folder / "allocation.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\r\n")
    with pytest.raises(InstanceError) as fault:
        alloc.verify(DEMO, folder, against=folder)
    assert words in str(fault.value)
    assert "allocation.csv:" in str(fault.value)


@pytest.mark.parametrize("row", ["Total,,,,,,37", "合计,,,,,,37", ",,,,,,", ",,,,,,0", ",合计,,,,,37"])
def test_a_total_and_a_row_without_anything_are_no_payments(folder: Path, row: str):
    with (folder / "allocation.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\r\n")
    assert alloc.verify(DEMO, folder, against=folder).passed


def test_a_row_of_a_workbook_with_ids_and_without_words_is_a_payment(folder: Path):
    def add(sheet: Any) -> None:
        heads = next(row for row in sheet.iter_rows() if "Id" in [str(cell.value).split("\n")[0] for cell in row])
        last = sheet.max_row + 1
        for cell in heads:
            title = str(cell.value).split("\n")[0]
            value = {"Id": "cele-workshop", "Id of the fund": "tianjin"}.get(title)
            value = 500 if title.startswith("Amount") else value
            sheet.cell(last, cell.column, value)

    with pytest.raises(
        InstanceError, match="in an earlier row already"
    ):  # it is seen: the same payment stands above with words
        alloc.verify(DEMO, edited(folder, add), against=folder)


@pytest.mark.parametrize("planned", [None, 1.5])
def test_a_measure_that_nobody_pays_for_is_not_funded(planned: float | None):
    raw = one_measure(national_planned=planned)
    empty = HandmadePlan("empty", {}, {}, {})
    assert alloc.verify(instance_of(raw), empty).passed


def test_a_limit_of_time_is_one_for_the_best_plan_alone(demo: Run, folder: Path):
    found = alloc.verify(demo.instance, folder, time_limit=1e-9)
    assert found.passed
    assert found.figures["objective"] == pytest.approx(79)
    assert found.figures["optimum"]["status"] in ("feasible", "optimal")  # what HiGHS has before it looks at the time
