"""A plan followed up: planned against actual, the goal with what is there, and the workbook that offices fill in."""

import datetime
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from office import differences

import alloc
from alloc.cli import main
from alloc.errors import RequestError
from alloc.study.follow.progress import Line

QUESTION = """\
alloc: 1
name: year
year: 2019
counties:
  west: {name: West, name_zh: 西县, jobseekers: 50}
industries:
  dairy: {productivity: 5}
baseline:
  - {county: west, industry: dairy, jobs: 10, infrastructure: 10, training: 10, enterprise: 30}
measures:
  barn:
    {name_zh: 牛棚, county: west, category: infrastructure, industry: dairy, unit_cost: 2, max_units: 20,
     effect: 1, uses: {water: 1}}
  course: {county: west, category: training, unit_cost: 1, max_units: 20, effect: 1, start: 2019-04, end: 2019-09}
  spare: {county: west, category: technology, unit_cost: 1, max_units: 20, effect: 1, funds: [other]}
funds:
  aid: {kind: aid, amount: 30, name_zh: 援助}
  other: {kind: local, amount: 6}
resources:
  water: {amount: 12}
"""  # fmt: skip
# The best plan: 12 units each of barn (24) and course (12), which is all the money: 22 jobs in place of 10.

PAYMENTS = """\
measure,fund,paid,date
barn,aid,18,2019-03-31
barn,other,4,
course,aid,12,2019-04-01
course,aid,1,2020-01-05
"""
DELIVERIES = "measure,units,accepted,note\nbarn,8,5,one roof leaks\ncourse,12,12,\n"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("track") / "year.yaml"
    path.write_text(QUESTION, encoding="utf-8")
    return alloc.solve(path)


@pytest.fixture(scope="module")
def result(plan, tmp_path_factory):
    return plan.save(tmp_path_factory.mktemp("result") / "r")


@pytest.fixture
def lay(tmp_path):
    def lay(**tables: str) -> Path:
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return lay


@pytest.fixture
def found(plan, lay):
    return alloc.track(plan, lay(payments=PAYMENTS, deliveries=DELIVERIES))


def rows(found, by, *columns):
    return [tuple(row) for row in found.get_rows(by)[list(columns)].itertuples(index=False)]


def test_money_is_told_by_measure_payment_county_category_fund_and_quarter(found):
    money = ("planned_money", "paid", "state")
    assert rows(found, "total", *money) == [(36, 35, "behind")]
    assert rows(found, "measure", "measure", "planned_money", "paid") == [
        ("barn", 24, 22), ("course", 12, 13), ("spare", 0, 0),
    ]  # fmt: skip
    assert rows(found, "county", "county", *money) == [("west", 36, 35, "behind")]
    assert [row for row in rows(found, "category", "category", *money) if row[1]] == [
        ("infrastructure", 24, 22, "behind"), ("training", 12, 13, "over"),
    ]  # fmt: skip
    assert rows(found, "fund", "fund", *money) == [("aid", 30, 31, "over"), ("other", 6, 4, "behind")]
    # barn is spread over the year, 6 a quarter; course over April to September, 6 in each of two; what comes after
    # the last day of a payment in the year has no state
    assert rows(found, "quarter", "quarter", *money) == [
        ("Q1", 6, 18, "over"), ("Q2", 12, 12, "as_planned"), ("Q3", 12, 0, ""), ("Q4", 6, 0, ""),
        ("undated", 0, 4, ""), ("other_years", 0, 1, ""),
    ]  # fmt: skip
    whole = found.get_rows("total")["paid"].sum()
    for by in ("measure", "payment", "county", "category", "fund", "quarter"):
        assert found.get_rows(by)["paid"].sum() == whole


def test_units_and_states_are_told_by_measure(found):
    assert rows(found, "measure", "planned_units", "delivered", "accepted", "state") == [
        (12, 8, 5, "behind|not_accepted"), (12, 12, 12, "over"), (0, 0, 0, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "states"),
    [
        (Line(), ()),
        (Line(10, 10, 5, 5, 5), ("as_planned",)),
        (Line(10, 10.004, 5, 5, 5), ("as_planned",)),
        (Line(10, 9.99, 5, 5, 5), ("behind",)),
        (Line(10, 10.01, 5, 5, 5), ("over",)),
        (Line(10, 10, 5, 4, 4), ("behind",)),
        (Line(10, 10, 5, 6, 6), ("over",)),
        (Line(10, 10, 5, 5, 4), ("not_accepted",)),
        (Line(10, 12, 5, 4, 3), ("over", "behind", "not_accepted")),
        (Line(0, 1), ("not_planned",)),
        (Line(0, 0, 0, 2, 1), ("not_planned", "not_accepted")),
    ],
)
def test_a_line_is_in_the_states_that_its_figures_say(line, states):
    assert line.find_states(0.005) == states


def test_the_forecast_is_the_case_worked_by_hand(found):
    # 5 barns accepted: 15 workplaces, 22 qualified workers, 30 positions, so 15 jobs; with all 8 delivered, 18
    goals = found.tables["forecast"].set_index("case")["employment"].to_dict()
    assert goals == pytest.approx({"status_quo": 0, "plan": 12, "accepted": 5, "delivered": 8})
    assert rows(found, "industry", "jobs_before", "planned_jobs", "jobs_forecast") == [(10, 22, 15)]


def test_what_is_there_counts_whatever_limit_it_breaks(plan, lay):
    # 14 barns take more water than there is, and more money; 25 courses are more than can be bought
    told = alloc.track(plan, lay(payments="measure,fund,paid\nbarn,aid,60\n", deliveries=
        "measure,units,accepted\nbarn,14,14\ncourse,25,25\n"))  # fmt: skip
    # jobs: min(10 + 14 workplaces, 10 + 20 workers: units beyond the most bring nothing, 30 positions) = 24
    assert told.figures["goals"]["accepted"]["employment"] == pytest.approx(14)


def test_a_plan_delivered_as_planned_brings_its_own_goal(plan, lay):
    paid = plan.allocation[plan.allocation["amount"] > 0].rename(columns={"amount": "paid"})
    units = plan.measures.assign(accepted=plan.measures["units"])
    told = alloc.track(plan, lay(payments=paid.to_csv(index=False), deliveries=units.to_csv(index=False)))
    goals = told.figures["goals"]
    assert goals["accepted"] == goals["delivered"] == pytest.approx(goals["plan"])
    assert told.figures["measures"] == {
        "not_planned": 0, "over": 0, "behind": 0, "not_accepted": 0, "as_planned": 2,
    }  # fmt: skip
    assert told.list_open_measures().empty


@pytest.mark.parametrize("case", ["00", "06", "09", "21"])
def test_any_plan_delivered_as_planned_brings_its_own_goal(case, lay):
    # 06 and 09 fund measures at no units, which synergies need
    plan = alloc.solve(Path(__file__).parent / f"cases/case-{case}.yaml")
    paid = plan.allocation[plan.allocation["amount"] > 0].rename(columns={"amount": "paid"})
    units = plan.measures.assign(accepted=plan.measures["units"])
    goals = alloc.track(plan, lay(payments=paid.to_csv(index=False), deliveries=units.to_csv(index=False))).figures[
        "goals"
    ]
    assert goals["accepted"] == pytest.approx(goals["plan"])


def test_delivery_is_estimated_anew(found):
    # barn: 22 paid for 11 units, 5 accepted, 12 planned; course: 13 paid for 13 units, 12 accepted, 12 planned
    rates = found.tables["rates"].set_index("category")
    assert rates["after"].to_dict() == pytest.approx({"infrastructure": 17 / 23, "training": 24 / 25})
    assert ((rates["low"] <= rates["after"]) & (rates["after"] <= rates["high"])).all()


def test_jobs_are_counted_for_a_county_only_where_every_industry_is(plan, lay):
    told = alloc.track(plan, lay(jobs="county,industry,jobs\nwest,dairy,14\n"))
    assert rows(told, "county", "jobs_counted") == rows(told, "industry", "jobs_counted") == [(14,)]
    assert pd.isna(alloc.track(plan, lay(jobs="county,industry,jobs\n")).get_rows("county")["jobs_counted"]).all()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_template_filled_as_planned_reads_back(plan, result, tmp_path, lang):
    path = alloc.write_actuals_template(result, tmp_path / "t.xlsx", lang=lang)
    assert alloc.read_actuals(path, plan.instance) == alloc.Actuals()
    book = openpyxl.load_workbook(path)
    _, payments, deliveries, jobs, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    for row in range(2, 4):
        payments.cell(row, 5).value = payments.cell(row, 4).value
        payments.cell(row, 6).value = datetime.datetime(2019, 6, 30)
    for row in range(2, 4):
        for column in (5, 6):
            deliveries.cell(row, column).value = deliveries.cell(row, 4).value
    jobs["E2"], jobs["F2"] = jobs["D2"].value, 38
    book.save(tmp_path / "filled.xlsx")
    read = alloc.read_actuals(tmp_path / "filled.xlsx", plan.instance)
    paid = {key: x for key, x in read.add_paid().items() if x}
    wanted = plan.allocation.set_index(["measure", "fund"])["amount"]
    assert {row.date for row in read.payments} == {datetime.date(2019, 6, 30)}
    assert sum(paid.values()) == wanted.iloc[: len(wanted)][list(paid)].sum()
    assert all(paid[key] == wanted[key] for key in paid)
    assert read.add_accepted() == read.add_delivered() == {"barn": 12, "course": 12}
    assert read.jobs == (alloc.CountedJobs("west", "dairy", 22, 38),)


def test_the_template_guards_what_is_typed(result, tmp_path):
    book = openpyxl.load_workbook(alloc.write_actuals_template(result, tmp_path / "t.xlsx"))
    payments, deliveries = book["Payments"], book["Deliveries"]
    assert payments.protection.sheet
    assert (payments["D2"].protection.locked, payments["E2"].protection.locked) == (True, False)
    rules = [(rule.type, str(rule.sqref)) for rule in deliveries.data_validations.dataValidation]
    kinds = [kind for kind, _ in rules]
    assert kinds == ["list", "decimal", "custom"]
    assert [rule.type for rule in payments.data_validations.dataValidation] == ["list", "list", "decimal", "date"]


def test_the_folder_holds_the_tables_with_their_dictionary(found, tmp_path):
    out = found.save(tmp_path / "out", lang="zh")
    table = pd.read_csv(out / "tracking.csv", encoding="utf-8-sig")
    assert len(table) == len(found.tables["tracking"])
    resources = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert [resource["title"] for resource in resources] == ["计划与执行", "按完成情况的目标", "重新估计的到位率"]
    assert json.loads((out / "tracking.json").read_text(encoding="utf-8")) == found.figures
    with pytest.raises(RequestError):
        found.save(tmp_path / "out")
    found.save(tmp_path / "out", overwrite=True)


WORDS = {"en": ("Measures", "behind; not accepted", "no day given"), "zh": ("措施", "滞后；未验收", "未注明日期")}


@pytest.mark.office
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_workbook_says_what_its_formulas_say(found, tmp_path, lang, office):
    book = found.save(tmp_path / "out", lang=lang) / "tracking.xlsx"
    (again,) = office.convert([book], tmp_path / "again")
    assert list(differences(book, again)) == []
    title, states, _ = WORDS[lang]
    head, *told = openpyxl.load_workbook(book, data_only=True)[title].iter_rows(values_only=True)
    assert told[0][3:] == (24, 22, 2, 12, 8, 5, states)
    assert told[-1][3:6] == (36, 35, 1)  # spare, which nobody planned or paid, has no row
    assert len(told) == 3
    assert "\n(万元)" in head[3]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_of_the_plan_has_a_section_of_what_became_of_it(found, result, tmp_path, lang):
    page = (found.save(tmp_path / "out", lang=lang) / "report.html").read_text(encoding="utf-8")
    assert page.count('<section id="tracking"') == page.count('href="#tracking"') == 1
    assert page.index('id="tracking"') < page.index('<section id="flow"')
    for word in (*WORDS[lang], *SAID[lang].splitlines()):
        assert word in page
    alone = alloc.track(result / "allocation.xlsx", found.actuals)
    told = (alone.save(tmp_path / "alone", lang=lang) / "report.html").read_text(encoding="utf-8")
    assert '<section id="tracking"' in told
    assert 'id="flow"' not in told


def test_names_in_the_data_never_become_html(plan, lay, tmp_path):
    row = plan.instance.measures["barn"].model_copy(update={"name": "<b>barn</b>", "name_zh": ""})
    named = plan.instance.model_copy(update={"measures": {**plan.instance.measures, "barn": row}})
    of = alloc.Result("r", named, plan.tables, plan.figures)
    told = alloc.track(of, lay(payments=PAYMENTS)).save(tmp_path / "out")
    page = (told / "report.html").read_text(encoding="utf-8")
    assert "<b>barn" not in page
    assert "&lt;b&gt;barn" in page


SAID = {
    "en": """\
paid 35.0 of 36.0 万元 (97.2%)
measures: over 1; behind 1; not accepted 1
with the units accepted so far: 5.0 jobs gained (planned 12.0), goal 5.0
if all that is delivered is accepted: 8.0 jobs gained (planned 12.0), goal 8.0
4.0 万元 are paid without a day and stand in no quarter
""",
    "zh": """\
已支付 35.0，计划 36.0 万元（97.2%）
措施：超出计划 1；滞后 1；未验收 1
按已验收数量：新增岗位 5.0（计划 12.0），目标值 5.0
若已完成的全部通过验收：新增岗位 8.0（计划 12.0），目标值 8.0
有 4.0 万元支付未注明日期，不计入任何季度
""",
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_tells_the_summary_and_what_is_not_as_planned(result, lay, tmp_path, lang):
    folder = lay(payments=PAYMENTS, deliveries=DELIVERIES)
    done = CliRunner().invoke(main, ["track", str(result), str(folder), "--out", str(tmp_path / "o"), "--lang", lang])
    assert done.exit_code == 0
    assert done.stdout.startswith(SAID[lang])
    assert ("behind; not accepted" if lang == "en" else "滞后；未验收") in done.stdout
    assert ("2020-01-05 is not a day of 2019" if lang == "en" else "2020-01-05 不是 2019 年的日期") in done.stderr
    assert (tmp_path / "o" / "tracking.csv").is_file()
    told = CliRunner().invoke(main, ["track", str(result), str(folder), "--json"])
    assert json.loads(told.stdout)["paid"] == 35


def test_a_payment_from_a_fund_that_may_not_pay_counts_and_is_doubtful(plan, lay):
    told = alloc.track(plan, lay(payments="measure,fund,paid\nspare,aid,2\n"))
    assert told.figures["paid"] == 2
    assert [fault.say() for fault in told.warnings] == ["spare · aid  aid may not pay for spare; what may: other"]
    assert [fault.say("zh") for fault in told.warnings] == ["spare · aid  aid 不能支付 spare；可支付的资金：other"]
    assert rows(told, "measure", "state")[2] == ("not_planned",)


REFUSED = [
    (["{r}"], "give either ACTUALS or --template"),
    (["{r}", "{a}", "--template", "x.xlsx"], "give either ACTUALS or --template"),
    (["{r}", "--template", "{a}/x.xls"], "{a}/x.xls must end in .xlsx"),
    (["{a}", "{a}"], "{a} holds no results"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_done_is_said(result, lay, words, said):
    folder = lay(payments=PAYMENTS)
    places = {"r": result, "a": folder}
    done = CliRunner().invoke(main, ["track", *(word.format(**places) for word in words)])
    assert done.exit_code == 2
    assert done.stderr.startswith(said.format(**places))


def test_a_template_that_is_there_stays_unless_said_otherwise(result, tmp_path):
    path = alloc.write_actuals_template(result, tmp_path / "t.xlsx")
    with pytest.raises(RequestError, match="exists already"):
        alloc.write_actuals_template(result, path)
    assert alloc.write_actuals_template(result, path, overwrite=True) == path
