"""Gains on both sides: who earns by output above the status quo's, rules on it, who paid what."""

import copy
import re

import oracle
import pandas as pd
import pytest
from conftest import instance_of

import alloc
from alloc.audit import audit
from alloc.instance import Options
from alloc.model import build
from alloc.run import solve
from alloc.solver import solve_blocks

near = pytest.approx

QUESTION = {
    "alloc": 1,
    "name": "sides",
    "year": 2021,
    "counties": {
        "cele": {"region": "hotan", "jobseekers": 100},
        "minfeng": {"region": "hotan", "jobseekers": 100},
    },
    "industries": {
        "sheep": {"chain": "mutton", "productivity": 2},
        "dates": {"chain": "fruit", "productivity": 4, "uplift": 1},
    },
    "baseline": [
        {"county": "cele", "industry": "sheep", "jobs": 10, "infrastructure": 10, "training": 99, "enterprise": 99},
        {"county": "cele", "industry": "dates", "jobs": 5, "infrastructure": 6, "training": 99, "enterprise": 99,
         "technology": 2},
        {"county": "minfeng", "industry": "sheep", "jobs": 10, "infrastructure": 10, "training": 99, "enterprise": 99},
    ],
    "measures": {
        "pens": {"county": "cele", "category": "infrastructure", "industry": "sheep", "effect": 1, "unit_cost": 1,
                 "max_units": 40},
        "orchards": {"county": "cele", "category": "infrastructure", "industry": "dates", "effect": 1, "unit_cost": 2,
                     "max_units": 40},
        "far": {"county": "minfeng", "category": "infrastructure", "industry": "sheep", "effect": 1, "unit_cost": 1,
                "max_units": 40},
    },
    "funds": {
        "tianjin": {"kind": "aid", "amount": 30, "donor": "Tianjin"},
        "beijing": {"kind": "aid", "amount": 10, "donor": "Beijing", "counties": ["minfeng"]},
        "own": {"kind": "local", "amount": 4, "counties": ["minfeng"]},
    },
    "sharing": [
        {"county": "cele", "profit": 0.2, "tax": 0.1, "donor_profit": 0.5},
        {"county": "cele", "industry": "dates", "profit": 0.3, "tax": 0.1, "donor_profit": 0.5, "donor_tax": 0.2},
        {"county": "minfeng", "industry": "sheep", "profit": 0.2, "donor_profit": 0.25},
    ],
}  # fmt: skip
"""Orchards cost twice as much as pens for a job that makes twice as much. Dates have room for a sixth job and
technology for two already: that is the status quo's output, 4·6 + 2 = 26. Of more output the donor has
0.3·0.5 + 0.1·0.2 = 0.17 of dates and 0.1 of sheep in Cele, 0.05 in Minfeng; the host 0.23, 0.2 and 0.15. Without a rule
all 44 buy a job each, and the sixth job in dates comes anyway: 45.
"""


def under(*rules, **changes):
    """Return the question under some rules, with some of its parts changed."""
    named = [{"name": f"rule {i}", "type": "benefit", **rule} for i, rule in enumerate(rules)]
    return {**copy.deepcopy(QUESTION), "rules": named, **changes}


@pytest.mark.parametrize(
    ("rule", "jobs"),
    [
        ({"side": "donor", "min": 0}, 45),
        # 3.4 = 0.17 · 4 · 5 jobs in dates, which cost 10 and 5 jobs more elsewhere
        ({"side": "donor", "of": {"industry": "dates"}, "min": 3.4}, 40),
        ({"side": "host", "of": {"chain": "fruit"}, "min": 4.6}, 40),  # 0.23 · 20
        ({"side": "donor", "each": "industry", "within": "county", "min": 3.4}, None),  # minfeng: 0.1 a job, 40 at most
        ({"side": "donor", "each": "industry", "of": {"county": "cele"}, "min": 2.72}, 41),  # 4 jobs in dates, 14 sheep
        ({"side": "host", "of": {"region": "hotan"}, "min": 9}, 45),
        ({"side": "donor", "of": {"industry": "dates"}, "min": 3.4, "penalty": 0.4}, 43.64),  # not at 0.34 a job lost
        ({"side": "donor", "of": {"industry": "dates"}, "min": 3.4, "penalty": 2}, 40),  # 1.36 for each job
    ],
)
def test_a_side_earns_what_a_rule_asks_for(rule, jobs):
    raw = under(rule)
    found, other = solve(instance_of(raw)), oracle.optimum(raw)
    if jobs is None:
        assert (found.status, other.status) == ("infeasible", "infeasible")
        return
    assert found.objective == near(jobs)
    assert other.objective == near(jobs)


WORLDS = {"good": {"probability": 0.75}, "bad": {"probability": 0.25, "productivity": {"dates": 0.5}}}


def test_returns_are_expected_over_scenarios():
    """Dates make 4 · (0.75 + 0.125) = 3.5 a job: 3.4 takes 5.714 jobs more, at twice the price of others."""
    raw = under({"side": "donor", "of": {"industry": "dates"}, "min": 3.4}, scenarios=WORLDS)
    jobs = 3.4 / 0.17 / 3.5
    assert solve(instance_of(raw)).objective == near(45 - jobs)
    assert oracle.optimum(raw).objective == near(45 - jobs)


def test_county_by_county_the_optimum_is_the_same():
    instance = instance_of(under({"side": "donor", "of": {"region": "hotan"}, "min": 5.1}))
    whole = solve(instance).objective
    blocks = solve_blocks(build(instance), instance, Options(gap=1e-6), jobs=1)
    assert blocks.objective == near(whole, rel=1e-5)
    assert oracle.optimum(under({"side": "donor", "of": {"region": "hotan"}, "min": 5.1})).objective == near(whole)


@pytest.fixture(scope="module")
def run():
    """Return the plan in which the donor has 3.4 of dates."""
    return solve(instance_of(under({"name": "gives back", "side": "donor", "of": {"industry": "dates"}, "min": 3.4})))


def test_tables_tell_what_each_side_earns_and_who_paid(run):
    gains = run.sharing.set_index(["county", "industry"])
    dates = gains.loc["cele", "dates"]
    assert (dates["output_quo"], dates["output"]) == (near(26), near(46))
    assert (dates["donor"], dates["host"]) == (near(3.4), near(4.6))
    more = gains["output"] - gains["output_quo"]
    assert gains["donor"].tolist() == near([0.1 * more.iloc[0], 3.4, 0.05 * more.iloc[2]])
    payers = run.payers.set_index(["kind", "donor"])
    paid = run.allocation.groupby(["fund", "county"])["amount"].sum()
    assert payers["paid"].tolist() == near([30, 10, 4])
    far = gains["donor"].iloc[2]
    aid_far = paid["tianjin", "minfeng"] + paid["beijing", "minfeng"]
    assert payers.loc[("aid", "Beijing"), "earned"] == near(far * paid["beijing", "minfeng"] / aid_far)
    assert payers["earned"].sum() == near(gains["donor"].sum())
    assert payers.loc[("aid", "Tianjin"), "earned_per_money"] == near(payers.loc[("aid", "Tianjin"), "earned"] / 30)
    assert pd.isna(payers.loc[("local", ""), "earned"])


def test_the_indicator_is_what_both_sides_earn_for_a_unit_of_aid(run):
    row = run.indicators.set_index("indicator").loc["returns"]
    both = run.sharing[["donor", "host"]].sum()
    assert "mutual" not in set(run.indicators["indicator"])
    assert (row["over"], row["of"]) == (near(both.sum()), near(40))
    assert row["value"] == near(both.sum() / 40)
    assert row["finer"] == near(both["donor"] / both.sum())


def test_a_measure_that_makes_more_there_is_asked_for_by_the_rule(run):
    asked = run.measures.set_index("measure")["asked_by"]
    assert asked["orchards"] == "gives back"
    assert asked["pens"] == ""


def test_without_the_aid_no_return_is_asked_for(run):
    assert run.figures["without_aid"]["status"] == "optimal"
    assert run.figures["without_aid"]["left_out"] == []
    assert run.figures["without_aid"]["employment"] == near(5)


@pytest.mark.parametrize(
    ("table", "column", "check"),
    [
        ("sharing", "donor", "shares_gains"),
        ("sharing", "output", "shares_gains"),
        ("sharing", "donor_profit", "shares_gains"),
        ("payers", "paid", "adds_payers"),
        ("payers", "earned", "adds_payers"),
        ("rules", "value", "shows_rule"),
    ],
)
def test_the_audit_finds_a_figure_that_is_off(run, table, column, check):
    wrong = run.tables[table].copy()
    wrong.loc[wrong.index[0], column] += 0.01
    found = audit(run.instance, {**run.tables, table: wrong}, run.figures)
    assert check in {finding.check for finding in found.findings}


def test_the_audit_finds_a_rule_on_returns_that_is_not_kept(run):
    (rule,) = run.instance.rules
    more = run.instance.model_copy(update={"rules": (rule.model_copy(update={"min": 3.5}),)})
    found = audit(more, run.tables, run.figures)
    assert "keeps_rule" in {finding.check for finding in found.findings}


def test_what_cannot_be_earned_is_named():
    """All 30 of Tianjin's money are 15 jobs in dates: 0.17 · 4 · 15 = 10.2, and the sixth comes anyway."""
    found = solve(instance_of(under({"name": "too much", "side": "donor", "of": {"industry": "dates"}, "min": 12})))
    assert found.status == "infeasible"
    assert any("too much" in line and line.endswith(": 12") for line in found.figures["clash"])


def test_a_result_has_a_sheet_and_a_section_of_gains_in_both_languages(run, tmp_path):
    import openpyxl

    for lang, title, said in (("en", "Gains on both sides", "host"), ("zh", "双方收益", "受援方预期年收益")):
        folder = run.save(tmp_path / lang, lang=lang)
        book = openpyxl.load_workbook(folder / "allocation.xlsx")
        cells = [str(cell.value) for line in book[title].iter_rows() for cell in line]
        assert any("SUMIFS(fund_spent" in cell for cell in cells)
        rules = [str(cell.value) for line in book[{"en": "Rules", "zh": "规则"}[lang]].iter_rows() for cell in line]
        assert any("SUMIFS(sharing_donor,sharing_industry," in cell for cell in rules)
        page = (folder / "report.html").read_text(encoding="utf-8")
        section = re.search(r'<section id="sharing".*?</section>', page, flags=re.S)
        assert said in section[0]
        assert "Tianjin" in section[0]
    assert alloc.read(tmp_path / "en/instance").sharing == run.instance.sharing


def test_a_question_without_sharing_has_no_such_table():
    found = solve(instance_of({**QUESTION, "sharing": []}))
    assert not {"sharing", "payers"} & set(found.tables)


def test_a_rule_on_returns_is_part_of_the_program_that_is_exported(tmp_path):
    from alloc.model import written
    from alloc.solver import know_standing

    instance = instance_of(under({"side": "donor", "of": {"industry": "dates"}, "min": 3.4}))
    written(build(know_standing(instance)), tmp_path / "whole.lp")
    text = (tmp_path / "whole.lp").read_text()
    row = text[text.index("keeps_floor") :].split("\n\n")[0]
    assert "Jobs(cele_dates)" in row
    assert "<= -7.82" in row  # 3.4 + 0.17 · 26: the status quo's output is no decision


def faults(raw):
    with pytest.raises(alloc.InstanceError) as error:
        instance_of(raw)
    return error.value.faults


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"county": "cele", "profit": 1.2}, "profit: 1.2 must be 1 or less"),
        ({"county": "cele", "donor_tax": -0.1}, "donor_tax: -0.1 must be 0 or more"),
        ({"county": "cle", "profit": 0.1}, "county: 'cle' is not in counties; did you mean 'cele'?"),
        (
            {"county": "minfeng", "industry": "shep", "profit": 0.1},
            "industry: 'shep' is not in industries; did you mean",
        ),
        ({"county": "cele", "industry": "dates", "tax": 0.1}, "cele, dates stands twice; first in row 2"),
        ({"county": "cele", "profits": 0.1}, "profits: is not a known key; did you mean 'profit'?"),
    ],
)
def test_what_is_wrong_in_a_row_of_sharing_is_told_at_its_place(row, said):
    found = [fault.say() for fault in faults({**QUESTION, "sharing": [*QUESTION["sharing"], row]})]
    assert any("sharing[4]" in line and said in line for line in found), found


REGRET = {"scenarios": WORLDS, "risk": {"measure": "regret"}}
# fmt: off
MISTAKES = [
    ("benefit_by_place", {"side": "donor", "of": {"category": "training"}, "min": 1}, {},
     "rules[1].of.category: returns are counted by county, industry, chain and region, not by 'category'"),
    ("benefit_by_place", {"side": "donor", "of": {"measure": "pens"}, "min": 1}, {}, "not by 'measure'"),
    ("benefit_of_nothing", {"side": "donor", "of": {"county": "minfeng", "industry": "dates"}, "min": 1}, {},
     "rules[1].of: no industry with a row in 'baseline' and one in 'sharing' matches this"),
    ("benefit_and_regret", {"side": "donor", "min": 1}, REGRET, "rules[1]: a return is expected over all scenarios"),
    ("not_allowed", {"side": "guest", "min": 1}, {}, "rules[1].side: 'guest' is not possible for 'side'"),
    ("not_allowed", {"side": "donor", "each": "category", "min": 1}, {},
     "rules[1].each: 'category' is not possible for 'each'"),
    ("below", {"side": "donor", "min": -1}, {}, "rules[1].min: -1 must be 0 or more"),
    ("missing", {"side": "donor"}, {}, "rules[1].min: is missing"),
    ("unknown_id", {"side": "donor", "of": {"industry": "dats"}, "min": 1}, {},
     "'dats' is not in industries; did you mean 'dates'?"),
]
# fmt: on
"""Which sentence a rule brings about, what else is asked, and what the sentence says."""


@pytest.mark.parametrize(("text", "rule", "changes", "said"), MISTAKES)
def test_what_is_wrong_in_a_rule_on_returns_is_told_at_its_place(text, rule, changes, said):
    found = faults(under(rule, **changes))
    assert any(fault.text == text and said in fault.say() for fault in found), [fault.say() for fault in found]


def test_a_study_of_risk_refuses_a_rule_on_returns():
    raw = under({"side": "donor", "min": 1}, scenarios=WORLDS)
    with pytest.raises(alloc.RequestError) as error:
        alloc.risk(instance_of(raw))
    assert error.value.text == "risk_and_benefit"
