"""What a meeting asks, answered beside a plan: every figure by hand, and nothing that was there is another.

Aid has 20. Pens, 15 units at most, bring a job for a unit of money; courses a quarter of one, and at most 4 may go to
them; a hall of 18 brings 12 jobs.
"""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from conftest import Raw, command, rivals, rows_of, write

import alloc
from alloc.report.answers import Answers
from alloc.report.page.questions import add_questions
from alloc.study.answers.timed import solve_until


def make_raw() -> Raw:
    hall: Raw = {
        "category": "enterprise",
        "fixed_cost": 18,
        "unit_cost": 0,
        "max_units": 1,
        "integer": True,
        "jobs": 12,
    }
    measures = {"pens": {"max_units": 15}, "courses": {"unit_cost": 2, "max_units": 10}, "hall": hall}
    rules = [{"name": "few courses", "type": "amount", "of": {"measure": "courses"}, "max": 4}]
    return rivals(funds={"aid": {"amount": 20}}, measures=measures, rules=rules)


@pytest.fixture(scope="module", params=["en", "zh"])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, bytes], str]:
    """A result with its answers, the files as they were before, and the language."""
    folder = tmp_path_factory.mktemp("told")
    out = folder / "result"
    alloc.solve(write(make_raw(), folder), gap=1e-7).save(out, lang=request.param)
    before = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    alloc.explain(out, minutes=1, jobs=1, gap=1e-7).save()
    return out, before, request.param


def test_nothing_that_was_there_is_another(told: tuple[Path, dict[str, bytes], str]):
    out, before, _ = told
    changed = [name for name, content in before.items() if (out / name).read_bytes() != content]
    assert sorted(changed) == ["allocation.xlsx", "report.html"]


def test_the_page_is_as_it_was_but_for_a_section_in_its_own_language(told: tuple[Path, dict[str, bytes], str]):
    out, before, lang = told
    page, earlier = (out / "report.html").read_text(encoding="utf-8"), before["report.html"].decode()
    asked = "Questions that will be asked" if lang == "en" else "会被问到的问题"
    assert asked in page
    assert asked not in earlier
    kept, rest = page, []
    for begin, end in (("<!-- link -->\n", "<!-- /link -->\n"), ("<!-- questions -->\n", "<!-- /questions -->\n")):
        head, _, tail = kept.partition(begin)
        middle, _, tail = tail.partition(end)
        kept = head + tail
        rest.append(middle)
    assert kept == earlier
    assert rest[1].count('<section id="question') == 7
    assert rest[1].count('<svg class="chart" role="img"') == rest[1].count("<figure>") >= 3
    assert "Chart(" not in rest[1]
    assert not re.search("<td>(true|false|supplement|any|none)</td>", rest[1])


def test_of_a_difference_that_is_not_proven_the_page_shows_the_range_alone(told: tuple[Path, dict[str, bytes], str]):
    """The worth, 40.1 as found, is said to be 30.2 to 50.5 where the search for the plan without it was cut short."""
    out, before, lang = told
    tables = {file.stem: pd.read_csv(file) for file in (out / "answers").glob("*.csv")}
    tables["why"] = tables["why"].assign(worth=40.125, worth_least=30.25, worth_most=50.5)
    question, page = alloc.read(out / "instance" / "instance.yaml"), before["report.html"].decode()
    for status, shown in (("optimal", True), ("feasible", False)):
        answers = Answers({**tables, "why": tables["why"].assign(status=status)}, {}, 0.01, 1.0)
        cells = re.findall('<td class="n">([^<]*)</td>', add_questions(page, question, answers, lang))
        assert ("40.1" in cells) == shown
        assert {"30.2", "50.5"} <= set(cells)


def test_a_step_of_money_from_a_plan_that_is_not_proven_shows_its_range_alone(
    told: tuple[Path, dict[str, bytes], str],
):
    out, before, lang = told
    tables = {file.stem: pd.read_csv(file) for file in (out / "answers").glob("*.csv")}
    question, page = alloc.read(out / "instance" / "instance.yaml"), before["report.html"].decode()
    steps = tables["margin"].assign(gain=[None, 40.125, 20.125], status=["feasible", "optimal", "optimal"])
    shown = add_questions(page, question, Answers({**tables, "margin": steps}, {}, 0.01, 1.0), lang)
    assert ("40.1" in shown, "20.1" in shown) == (False, True)


def test_the_workbook_has_five_sheets_more_and_all_others_as_they_were(
    told: tuple[Path, dict[str, bytes], str], tmp_path: Path
):
    out, before, lang = told
    (tmp_path / "before.xlsx").write_bytes(before["allocation.xlsx"])
    old, new = (openpyxl.load_workbook(path) for path in (tmp_path / "before.xlsx", out / "allocation.xlsx"))
    names = {
        "en": ["Prices", "Certainty", "Next million", "Why not", "Why"],
        "zh": ["限制的代价", "确定性", "再多一笔", "为何未列入", "为何列入"],
    }
    assert new.sheetnames == [*old.sheetnames, *names[lang]]
    for sheet in old.sheetnames:
        assert list(new[sheet].values) == list(old[sheet].values)


def test_every_answer_is_that_of_hand_work(told: tuple[Path, dict[str, bytes], str]):
    """15 pens and 4 for courses are 16 jobs; the hall and 2 for pens 14; the hall and 2 for courses 12.5."""
    out = told[0] / "answers"
    (price,) = (row for row in rows_of(out / "prices.csv") if row["path"] == "rules.few courses.max")
    assert float(price["gain"]) == pytest.approx(0.25)
    steps = {row["step"]: row for row in rows_of(out / "margin.csv")}
    assert float(steps["0"]["gain"]) == pytest.approx(0.0)
    (hall,) = rows_of(out / "why_not.csv")
    assert (hall["measure"], float(hall["loss"])) == ("hall", pytest.approx(16 - 14))
    worth = {row["measure"]: float(row["worth"]) for row in rows_of(out / "why.csv")}
    assert worth == {"pens": pytest.approx(16 - 12.5), "courses": pytest.approx(1)}
    cells = {(row["county"], row["category"]): row["class"] for row in rows_of(out / "cells.csv")}
    assert cells["cele", "infrastructure"] == "always"
    assert {row["status"] for row in rows_of(out / "questions.csv")} <= {"proven", "nothing"}


def test_answers_are_written_again_only_when_told_so(told: tuple[Path, dict[str, bytes], str]):
    out = told[0]
    page = (out / "report.html").read_bytes()
    assert command("explain", out, "--minutes", 1, "--jobs", 1).exit_code == 2
    again = command(
        "explain", out, "--minutes", 1, "--jobs", 1, "--gap", "1e-7", "--overwrite", "--lang", "zh", "--json"
    )
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["proven"]
    assert (out / "report.html").read_bytes() == page


@pytest.fixture
def result(tmp_path: Path) -> Path:
    out = tmp_path / "result"
    alloc.solve(write(make_raw(), tmp_path)).save(out)
    return out


def test_what_had_no_time_is_told_so(result: Path):
    done = command("explain", result, "--minutes", "1e-6", "--jobs", 1, "--lang", "en")
    assert done.exit_code == 4
    assert "Rules: none of 1 answered in the time." in done.stdout
    rows = rows_of(result / "answers" / "questions.csv")
    assert {row["status"] for row in rows} <= {"no_time", "nothing"}
    assert "none of 1 answered in the time" in (result / "report.html").read_text(encoding="utf-8")


def test_a_workbook_that_was_edited_stays_and_the_one_with_the_answers_lies_beside(result: Path):
    book = openpyxl.load_workbook(result / "allocation.xlsx")
    book[book.sheetnames[0]]["A1"] = "mine"
    book.save(result / "allocation.xlsx")
    mine = (result / "allocation.xlsx").read_bytes()
    done = command("explain", result, "--minutes", "1e-6", "--jobs", 1, "--lang", "en")
    assert "stays as it is" in done.stderr
    assert (result / "allocation.xlsx").read_bytes() == mine
    assert "Prices" in openpyxl.load_workbook(result / "answers" / "allocation.xlsx").sheetnames


def test_the_page_made_anew_keeps_its_answers_and_a_new_plan_has_none(result: Path, tmp_path: Path):
    command("explain", result, "--minutes", "1e-6", "--jobs", 1)
    command("page", result, tmp_path / "question.yaml", "--lang", "en")
    assert 'id="questions"' in (result / "report.html").read_text(encoding="utf-8")
    command("page", result, tmp_path / "question.yaml", "--lang", "zh")
    assert 'id="questions"' not in (result / "report.html").read_text(encoding="utf-8")
    command("solve", tmp_path / "question.yaml", "--out", result, "--overwrite")
    assert not (result / "answers").exists()


def test_what_is_no_result_is_refused_in_words(tmp_path: Path):
    done = command("explain", tmp_path, "--lang", "en")
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    with pytest.raises(alloc.RequestError):
        alloc.explain(tmp_path, minutes=0)


def test_a_list_of_prices_and_what_is_safe_have_their_chart(tmp_path: Path):
    question = write(make_raw(), tmp_path)
    alloc.price(question, only=["rules"], jobs=1).save(tmp_path / "prices")
    alloc.certainty(question, jobs=1).save(tmp_path / "certainty", lang="zh")
    assert (tmp_path / "prices" / "prices.svg").read_text(encoding="utf-8").count('class="mark') == 1
    drawn = (tmp_path / "certainty" / "certainty.svg").read_text(encoding="utf-8")
    assert drawn.count('class="mark') == 5
    assert "必有" in drawn


class LastFirst:
    """A pool that answers what was asked last first, and is interrupted after so many answers."""

    def __init__(self, answers: int):
        self.answers = answers

    def solve(self, batch, known, until):
        for number in range(3, 3 - self.answers, -1):
            yield number, SimpleNamespace(point=f"answer {number}")
        if self.answers < 3:
            raise KeyboardInterrupt


def answers_of(pool: LastFirst):
    plan = SimpleNamespace(point=SimpleNamespace(overrides={}))
    return solve_until(pool, plan, [{"a": 1}, {"a": 2}, {"a": 3}], 1e9, None)


def test_answers_stand_in_the_order_asked_whichever_came_first():
    found, interrupted = answers_of(LastFirst(3))
    assert list(found.items()) == [(0, "answer 1"), (1, "answer 2"), (2, "answer 3")]
    assert not interrupted


def test_what_was_answered_before_an_interruption_is_kept():
    assert answers_of(LastFirst(2)) == ({1: "answer 2", 2: "answer 3"}, True)
