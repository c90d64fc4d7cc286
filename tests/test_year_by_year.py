"""First plans over several years: they keep every limit, are no better than what another program found, and near it."""

import numpy as np
import pytest
from test_years import OPTIMA, ROOT, plan, question

import alloc
from alloc.model import build_years
from alloc.solver import rounding, year_by_year
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.outcome import Stop

CASES = list(OPTIMA)[:6]


def arrays(instance):
    """Return a question as arrays, with its goal and what that has beside decisions."""
    whole = CompiledModel(build_years(instance)).aimed(instance)
    return whole, whole.goals[0], float(whole.constants[0])


def keeps_limits(whole, x):
    sums = whole.rows.times(x)
    inside = (x >= whole.lower - 1e-6).all() and (x <= whole.upper + 1e-6).all()
    return inside and (sums >= whole.rows.lower - 1e-5).all() and (sums <= whole.rows.upper + 1e-5).all()


@pytest.fixture
def always(monkeypatch):
    """Let the smallest question be decided a year at a time."""
    monkeypatch.setattr(year_by_year, "MANY", 0)


@pytest.mark.parametrize("case", CASES)
def test_a_first_plan_keeps_every_limit_and_is_no_better_than_the_best(always, case):
    whole, goal, constant = arrays(alloc.read(ROOT / f"years/{case}.yaml"))
    x = year_by_year.decide_by_year(whole, goal, constant, 1e-6, Deadline(60))
    if x is not None:  # a year may leave none to those after it
        assert keeps_limits(whole, x)
        assert np.allclose(x[whole.integer], np.round(x[whole.integer]), atol=1e-6)
        assert goal @ x + constant <= OPTIMA[case] + 1e-6


@pytest.mark.parametrize("case", CASES)
def test_what_begins_a_year_at_a_time_ends_with_the_optimum(always, monkeypatch, case):
    monkeypatch.setattr(rounding, "MANY", 1)
    assert plan(alloc.read(ROOT / f"years/{case}.yaml")).objective == pytest.approx(OPTIMA[case], abs=1e-6)


@pytest.mark.parametrize("order", [(2021, 2022, 2023), (2023, 2022, 2021)])
def test_years_are_decided_in_the_order_told(tmp_path, order):
    whole, goal, constant = arrays(question(tmp_path))
    x = year_by_year.decide_in_turn(whole, goal, constant, order, Stop(), Deadline(60))
    assert keeps_limits(whole, x)
    assert goal @ x + constant == pytest.approx(3 + 2 + 2)  # a park place in three years, two wages in the later two


def test_one_year_has_no_first_plan(always):
    whole, goal, constant = arrays(alloc.read(ROOT / "cases/case-01.yaml"))
    assert year_by_year.decide_by_year(whole, goal, constant, 1e-6, Deadline(60)) is None


def test_two_years_decided_anew_mend_what_a_year_at_a_time_loses(always):
    whole, goal, constant = arrays(alloc.read(ROOT / "years/years-07.yaml"))
    years = sorted(set(year_by_year.find_years(whole)[whole.integer].tolist()))
    in_turn = year_by_year.decide_in_turn(whole, goal, constant, years, Stop(), Deadline(60))
    mended = year_by_year.decide_by_year(whole, goal, constant, 1e-6, Deadline(60))
    assert goal @ in_turn + constant < OPTIMA["years-07"] - 1
    assert goal @ mended + constant == pytest.approx(OPTIMA["years-07"])
