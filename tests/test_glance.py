"""Results at a glance: one line where they are printed, the answer and its charts in a notebook, nothing unescaped."""

import base64
from pathlib import Path

import lxml.html
import pytest
from conftest import asked, instance_of, one_measure

import alloc
from alloc.report.charts import standalone
from alloc.report.page.drawings import draw_charts
from alloc.report.page.view import View
from alloc.run import Run
from alloc.study.handmade import HandmadePlan

DEMO = Path(__file__).parent.parent / "instances/demo"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def demo() -> Run:
    """79 jobs with 37 万元, as the README of the demo works out by hand."""
    return alloc.solve(DEMO)


def shown(of: object) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(of._repr_html_())  # type: ignore[attr-defined]


def charts(page: lxml.html.HtmlElement) -> list[str]:
    """Return the charts that a notebook shows, as SVG files."""
    return [base64.b64decode(image.get("src").split(",")[1]).decode() for image in page.iter("img")]


def test_a_question_and_its_plan_are_told_in_a_line(demo: Run):
    question = "<Instance demo 2020: 2 counties, 5 measures, 2 funds, 2 rules; 37.0 万元 of aid>"
    assert repr(demo.instance) == str(demo.instance) == question
    plan = "<Run demo 2020: optimal; goal 79.0, bound 79.0, gap 0%; 3 of 5 measures funded with 37.0 万元 of aid>"
    assert repr(demo) == plan


def test_a_notebook_shows_the_answer_and_the_charts_of_the_page(demo: Run):
    page = shown(demo)
    assert page.findtext("h4") == "Run demo 2020"
    drawn = draw_charts(View(demo.instance, "en", demo.tables, demo.figures))
    assert charts(page) == [standalone(drawn[name]) for name in ("money-flow", "jobs-by-county")]
    assert "79.0 through the aid" in page.text_content()
    assert demo._repr_html_() == demo._repr_html_()


def test_a_notebook_speaks_the_language_of_the_variable(demo: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALLOC_LANG", "zh")
    assert shown(demo).findtext("p") == "最优; 目标 79.0，界 79.0，差距 0%; 5 项措施中资助 3 项，援助资金 37.0 万元"
    assert repr(demo).startswith("<Run demo 2020: optimal; goal 79.0")
    monkeypatch.setenv("ALLOC_LANG", "tlh")
    assert shown(demo).findtext("p").startswith("optimal; goal 79.0")


def test_what_has_no_plan_tells_what_is_in_conflict():
    rules = [{"name": "most", "type": "amount", "max": 10}, {"name": "least", "type": "amount", "min": 20}]
    run = alloc.solve(instance_of(asked(rules=rules)))
    told = len(run.figures["clash"]) - 1
    assert repr(run) == f"<Run small 2019: infeasible; {told} limits in conflict>"
    assert all(line.strip() in shown(run).text_content() for line in run.figures["clash"])


def test_two_plans_are_told_by_their_jobs_and_shown_as_the_page_of_the_comparison(demo: Run):
    found = alloc.diff(demo, alloc.solve(DEMO, overrides={"funds.tianjin.amount": 45}))
    assert repr(found) == "<Difference demo → demo: 86.0 jobs against 79.0 (+7.0); now funded: 1; more: 2>"
    rows = [[cell.text_content().strip() for cell in row] for row in next(shown(found).iter("table")).iter("tr")]
    assert rows[1] == ["Employment", "79.0", "86.0", "+7.0"]


def test_a_plan_by_hand_is_told_by_what_it_breaks_and_loses():
    instance = instance_of(one_measure(aid_money=60, national_money=60))
    good = alloc.verify(instance, HandmadePlan("hand", {("pens", "aid"): 30.0}, {}, {}))
    assert repr(good) == (
        "<Verification hand · small 2019: keeps every limit; goal 30.0; "
        "loses 70.0 against the best plan known (100.0); 1 of 1 measure funded with 30.0 万元 of aid>"
    )
    bad = alloc.verify(instance, HandmadePlan("hand", {("pens", "aid"): 90.0}, {}, {}))
    assert f"breaks {len(bad.breaches)} limit" in repr(bad)
    page = shown(bad)
    assert all(breach.say() in page.text_content() for breach in bad.breaches)
    assert len(charts(page)) == 2


def test_studies_are_told_by_their_counts_and_shown_with_their_charts(demo: Run):
    swept = alloc.sweep(DEMO, {"grid": {"funds.tianjin.amount": [30, 37, -1]}}, jobs=1)
    assert repr(swept) == "<Sweep demo 2020: 3 points: 1 fault, 2 optimal; 3 solved now>"
    assert len(charts(shown(swept))) == 2
    curve = alloc.frontier(DEMO, points=3)
    assert repr(curve) == "<Frontier demo 2020: 1 efficient plan, employment against linkage; complete>"
    assert len(charts(shown(curve))) == 1
    others = alloc.alternatives(DEMO, count=2, within=0.05)
    assert repr(others) == (
        "<Alternatives demo 2020: 2 plans that lose at most 5% of the goal; complete; "
        "optimal, goal 79.0, bound 79.0, gap 0%>"
    )
    rows = [[cell.text_content() for cell in row] for row in next(shown(others).iter("table")).iter("tr")]
    assert [row[0] for row in rows] == ["alternative", "1", "2"]
    varied = alloc.sensitivity(DEMO, methods=["tornado"], overrides={"funds.tianjin.range.amount": [30, 45]})
    assert repr(varied) == (
        "<Sensitivity demo 2020: optimal, goal 79.0, bound 79.0, gap 0%; 1 figure varied, 3 searches; tornado: 1 row>"
    )
    assert "funds.tianjin.amount" in charts(shown(varied))[0]


def test_no_name_becomes_html_or_fills_the_screen():
    raw = asked(
        counties={"cele": {"name": EVIL}},
        measures={"pens": {"name": EVIL}},
        rules=[{"name": EVIL, "type": "amount", "max": 60}],
    )
    run = alloc.solve(instance_of(raw))
    other = alloc.solve(instance_of(asked()))
    plan = HandmadePlan(EVIL + "長" * 300, {("pens", "aid"): 90.0}, {}, {})
    for found in (run.instance, run, alloc.diff(run, other), alloc.verify(run.instance, plan, against=run)):
        html = found._repr_html_()
        written = html + " ".join(charts(lxml.html.fromstring(html)))
        assert "<script" not in written
        assert ("&lt;script&gt;" in written) == (found is not run.instance)
        assert len(repr(found)) < 300
