"""Goals that look at bad scenarios: optima found by another program, by counting out every plan, and audited."""

import csv
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import highspy
import openpyxl
import pytest
from click.testing import CliRunner
from conftest import asked, instance_of, plan_of, stands

import alloc
from alloc.audit import audit
from alloc.cli import main
from alloc.model import build
from alloc.solver import solve_suited

ROOT = Path(__file__).parent
CHECKED = {"risk-03": 11.2, "risk-07": 0.0, "risk-09": 19.775, "risk-10": 104.6375}
"""Optima that another program found with another solver: the worst, regret, CVaR, the worst with the expectation."""


@pytest.mark.parametrize("name", CHECKED)
def test_an_independent_program_finds_the_same_optimum(name):
    run = alloc.solve(ROOT / f"risk/{name}.yaml", gap=1e-7)  # audited
    assert run.objective == pytest.approx(CHECKED[name], abs=1e-6)
    assert run.figures["risk"]["value"] == run.objective


@pytest.mark.parametrize("name", ["risk-09", "risk-10"])
def test_by_blocks_the_optimum_is_the_same(name):
    instance = alloc.read(ROOT / f"risk/{name}.yaml")
    options = instance.solver.model_copy(update={"method": "blocks", "gap": 1e-7})
    found = solve_suited(build(instance), instance, options, jobs=1)
    assert found.objective == pytest.approx(CHECKED[name], abs=1e-6)
    assert found.method == "blocks"


@dataclass(frozen=True)
class Year:
    """A scenario: probability, hazard, part of pens and of cover that arrives, part of the market that is left."""

    chance: float
    hazard: float
    pens: float = 1.0
    cover: float = 1.0
    market: float = 1.0

    def raw(self):
        told = {"delivery": {"infrastructure": self.pens, "insurance": self.cover}, "market": {"sheep": self.market}}
        return {"probability": self.chance, "hazard": {"sheep": self.hazard}, **told}


YEARS = {
    "calm": Year(0.5, 0.1),
    "drought": Year(0.2, 0.8, cover=0.5),
    "frost": Year(0.2, 0.5, pens=0.5),
    "glut": Year(0.1, 0.0, market=0.4),
}
BUDGET, MARKET = 7, 8.0


def shepherds(**risk):
    """Return a question with at most 5 pens at 1 and 5 covers at 0.5, and money for 7; a sheep job makes 2, of 16."""
    measures = {
        "pens": {"max_units": 5, "integer": True, "effect": 2},
        "cover": {"category": "insurance", "max_units": 5, "unit_cost": 0.5, "integer": True, "effect": 2},
        "camp": {"max_units": 3, "unit_cost": 2, "integer": True, "industry": None, "effect": None, "jobs": 1.5},
    }
    raw = asked(
        industries={"sheep": {"productivity": 2}},
        baseline=[stands(infrastructure=0, market=2 * MARKET)],
        funds={"aid": {"amount": BUDGET}},
        measures=measures,
    )
    return {**raw, "scenarios": {w: year.raw() for w, year in YEARS.items()}, **({"risk": risk} if risk else {})}


def plans():
    """Yield what every plan brings in every year, worked out without any program."""
    for pens, cover, camp in itertools.product(range(6), range(6), range(4)):
        if pens + 0.5 * cover + 2 * camp > BUDGET:
            continue
        jobs = min(2 * pens, MARKET)
        kept = {}
        for w, year in YEARS.items():
            covered = min(jobs, 2 * cover * year.cover)
            left = jobs - year.hazard * (jobs - covered)
            kept[w] = min(left, 2 * pens * year.pens, MARKET * year.market) + 1.5 * camp
        yield kept


def expected(values):
    return sum(YEARS[w].chance * value for w, value in values.items())


def tail_mean(values, tail):
    """Return the mean of the worst part of probability, by its definition."""
    left, found = tail, 0.0
    for value, w in sorted((value, w) for w, value in values.items()):
        part = min(left, YEARS[w].chance)
        found, left = found + part * value, left - part
    return found / tail


def largest_regret(values, best):
    return max(best[w] - value for w, value in values.items())


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("tail", [0.05, 0.1, 0.25, 1.0])
def test_cvar_is_the_best_of_all_plans_counted_out(weight, tail):
    best = max((1 - weight) * expected(plan) + weight * tail_mean(plan, tail) for plan in plans())
    found = plan_of(shepherds(measure="cvar", tail=tail, weight=weight))
    assert found.objective == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_the_worst_year_is_the_best_of_all_plans_counted_out(weight):
    best = max((1 - weight) * expected(plan) + weight * min(plan.values()) for plan in plans())
    assert plan_of(shepherds(measure="worst", weight=weight)).objective == pytest.approx(best, abs=1e-6)


def test_regret_is_the_least_of_all_plans_counted_out():
    best = {w: max(plan[w] for plan in plans()) for w in YEARS}
    run = alloc.solve(instance_of(shepherds(measure="regret")), gap=1e-7)
    assert run.objective == pytest.approx(-min(largest_regret(plan, best) for plan in plans()), abs=1e-6)
    told = run.figures["risk"]["scenarios"]
    assert {w: told[w]["optima"][0] for w in YEARS} == pytest.approx(best, abs=1e-6)
    assert run.figures["risk"]["regret"] == pytest.approx(-run.objective, abs=1e-9)


@pytest.mark.parametrize("measure", ["cvar", "worst"])
def test_one_scenario_and_no_weight_are_the_expectation(measure):
    sure = shepherds(measure=measure, weight=0.7)
    sure["scenarios"] = {"drought": {**YEARS["drought"].raw(), "probability": 1.0}}
    plain = {key: part for key, part in sure.items() if key != "risk"}
    assert plan_of(sure).objective == pytest.approx(plan_of(plain).objective, abs=1e-6)
    assert plan_of(shepherds(measure=measure, weight=0.0)).objective == pytest.approx(
        plan_of(shepherds()).objective, abs=1e-6
    )


@pytest.mark.parametrize("measure", ["cvar", "worst", "regret"])
def test_a_question_without_scenarios_may_look_at_risk_too(measure):
    run = alloc.solve(instance_of(asked(risk={"measure": measure})))
    assert run.objective == pytest.approx(0.0 if measure == "regret" else 100.0, abs=1e-6)


def test_an_order_measures_each_goal_by_its_own_risk():
    raw = shepherds(measure="worst", weight=1.0)
    raw["objective"] = {"order": ["employment", "linkage"]}
    run = alloc.solve(instance_of(raw))
    best = max(min(plan.values()) for plan in plans())
    assert run.figures["stages"][0]["value"] == pytest.approx(best, abs=1e-6)
    assert run.objective == pytest.approx(0.0, abs=1e-9)  # there are no links


def test_what_the_goal_leaves_open_has_the_most_jobs_of_every_year():
    run = alloc.solve(instance_of(shepherds(measure="worst", weight=1.0)), gap=1e-7)
    units = {m: run.measures.set_index("measure")["units"][m] for m in ("pens", "cover", "camp")}
    jobs = min(2 * units["pens"], MARKET)
    for w, year in YEARS.items():
        left = jobs - year.hazard * (jobs - min(jobs, 2 * units["cover"] * year.cover))
        kept = min(left, 2 * units["pens"] * year.pens, MARKET * year.market)
        row = run.outcomes[run.outcomes["scenario"] == w].iloc[0]
        assert row["retained"] == pytest.approx(kept, abs=1e-6), w
    fewest = run.outcomes["retained"].min()
    assert run.industries["retained_least"].tolist() == pytest.approx([fewest])


def test_what_a_scenario_says_of_a_county_goes_before_what_it_says_of_all():
    raw = shepherds(measure="worst", weight=1.0)
    for year in raw["scenarios"].values():
        year["counties"] = {"cele": {"hazard": {"sheep": 0}, "delivery": {"infrastructure": 1, "insurance": 1},
                                     "market": {"sheep": 1}}}  # fmt: skip
    # nothing strikes any more: jobs are all that money can make, 8 for 4 pens and one camp with what is left
    assert plan_of(raw).objective == pytest.approx(max(min(2 * p, 8) + 1.5 * c for p in range(6) for c in range(4)
                                                       if p + 2 * c <= BUDGET))  # fmt: skip


def test_factors_of_one_change_nothing():
    plain = shepherds(measure="cvar", tail=0.25, weight=0.5)
    for year in plain["scenarios"].values():
        year.pop("delivery"), year.pop("market")
    said = json.loads(json.dumps(plain))
    for year in said["scenarios"].values():
        year |= {"delivery": {"insurance": 1}, "market": {"sheep": 1}}
    assert plan_of(said).objective == pytest.approx(plan_of(plain).objective, abs=1e-9)


@pytest.fixture(scope="module")
def run():
    return alloc.solve(instance_of(shepherds(measure="cvar", tail=0.25, weight=0.5)), gap=1e-7)


def mutated(run, table, column, row, value):
    found = {name: frame.copy() for name, frame in run.tables.items()}
    found[table].loc[row, column] = found[table].loc[row, column] + value
    return {finding.check for finding in audit(run.instance, found, run.figures).findings}


@pytest.mark.parametrize(
    ("table", "column", "value", "check"),
    [
        ("outcomes", "retained", 3.0, "follows_scenario"),
        ("outcomes", "insured", 9.0, "follows_scenario"),
        ("outcomes", "upgraded", 2.0, "follows_scenario"),
        ("outcomes", "output", 1.0, "follows_scenario"),
        ("industries", "retained_least", 0.1, "retains_least"),
        ("scenarios", "value", 0.1, "shows_risk"),
        ("scenarios", "employment", 0.1, "shows_risk"),
        ("scenarios", "employment", 0.1, "weighs_scenarios"),
    ],
)
def test_a_table_that_is_changed_is_found(run, table, column, value, check):
    for row in range(len(run.tables[table])):
        assert check in mutated(run, table, column, row, value), row


def test_more_sold_than_buyers_take_is_found(run):
    glut = run.outcomes.index[run.outcomes["scenario"] == "glut"]
    assert "sells_in_scenario" in mutated(run, "outcomes", "retained", glut, 0.1)


@pytest.mark.parametrize("key", ["value", "expected", "cvar", "worst", "measure"])
def test_a_figure_of_risk_that_is_changed_is_found(run, key):
    told = run.figures["risk"]
    wrong = "worst" if key == "measure" else told[key] + 0.01
    found = audit(run.instance, run.tables, {**run.figures, "risk": {**told, key: wrong}})
    assert {finding.check for finding in found.findings} == {"shows_risk"}


def test_an_objective_that_is_the_expectation_alone_is_found(run):
    wrong = {**run.figures, "objective": run.figures["risk"]["expected"], "bound": run.figures["risk"]["expected"]}
    assert "totals_objective" in {finding.check for finding in audit(run.instance, run.tables, wrong).findings}


@pytest.mark.parametrize(("name", "optimum"), [("risk-07", 0.0), ("risk-03", 11.2)])
def test_a_question_that_looks_at_bad_scenarios_is_handed_on_with_what_its_goal_is_measured_by(tmp_path, name, optimum):
    """Regret is measured by the best plan of each scenario alone, which another solver cannot know."""
    path = tmp_path / "model.mps"
    assert CliRunner().invoke(main, ["export", str(ROOT / f"risk/{name}.yaml"), str(path)]).exit_code == 0
    solver = highspy.Highs()
    solver.silent()
    solver.readModel(str(path))
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(optimum, abs=1e-4)


def test_of_goals_in_an_order_the_first_is_handed_on_and_that_is_said(tmp_path):
    path = tmp_path / "question.yaml"
    path.write_text(
        json.dumps(shepherds(measure="worst") | {"objective": {"order": ["linkage", "employment"]}}), encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["export", str(path), str(tmp_path / "model.mps"), "--lang", "en"])
    assert "goals are in an order: the file has the first, linkage" in done.output


def test_an_outcome_that_is_missing_is_found(run):
    found = {**run.tables, "outcomes": run.outcomes.iloc[1:]}
    assert "lists_rows" in {finding.check for finding in audit(run.instance, found, run.figures).findings}


def test_what_was_drawn_and_kept_can_be_pasted_back_under_scenarios(tmp_path):
    draws = {"count": 20, "keep": 4, "over": {"hazard.sheep": [0, 0.9], "cele/market.sheep": [0.4, 1]}}
    raw = {key: part for key, part in shepherds(measure="worst").items() if key != "scenarios"}
    drawn = alloc.solve(instance_of({**raw, "draws": draws}))
    drawn.save(tmp_path / "result")
    (tmp_path / "scenarios.csv").write_bytes((tmp_path / "result/scenarios.csv").read_bytes())
    (tmp_path / "again.yaml").write_text(json.dumps({**raw, "scenarios": "scenarios.csv"}), encoding="utf-8")
    again = alloc.read(tmp_path / "again.yaml")
    assert list(again.scenarios) == list(drawn.instance.drawn)
    for w, row in drawn.instance.drawn.items():
        assert again.scenarios[w].probability == pytest.approx(row.probability)
        assert again.scenarios[w].hazard == pytest.approx(row.hazard)
        assert again.scenarios[w].counties["cele"].market == pytest.approx(row.counties["cele"].market)
    assert alloc.solve(again).objective == pytest.approx(drawn.objective)
    alloc.write(again, tmp_path / "again.xlsx")
    book = openpyxl.load_workbook(tmp_path / "again.xlsx")
    book.remove(book["scenarios"])
    sheet = book.create_sheet("scenarios")
    for row in csv.reader((tmp_path / "scenarios.csv").read_text(encoding="utf-8-sig").splitlines()):
        sheet.append([float(cell) if cell[:1].isdigit() else cell for cell in row])
    book.save(tmp_path / "again.xlsx")
    pasted = alloc.read(tmp_path / "again.xlsx").scenarios
    assert list(pasted) == list(again.scenarios)
    for w, row in again.scenarios.items():
        assert pasted[w].hazard == pytest.approx(row.hazard)
        assert pasted[w].counties["cele"].market == pytest.approx(row.counties["cele"].market)


def test_a_result_with_risk_is_written_and_read_back(run, tmp_path):
    run.save(tmp_path / "result")
    from alloc.report.files import read_result_tables

    tables, figures = read_result_tables(tmp_path / "result")
    assert set(tables) == set(run.tables)
    assert list(tables["outcomes"].columns) == list(run.outcomes.columns)
    assert figures["risk"]["measure"] == "cvar"
    assert {"value", "scenario"} <= set(tables["scenarios"].columns)
