"""How sure the proof is, in one line: what no rounding can spoil, what rests on the search, what is not proven."""

import pytest

from alloc.report.certainty import tell_certainty


def told(lang: str = "en", **figures) -> str:
    return tell_certainty(figures, "万元", lang)


def least(value: float, bound: float, proven: bool) -> dict[str, object]:
    return {"value": value, "bound": bound, "proven": proven}


def test_a_bound_that_is_safe_to_its_end_is_called_certain():
    line = told(bound=100.0, bound_safe=100.00000001)
    assert "no plan reaches more than 100.0, whatever rounding does" in line
    assert "search" not in line


def test_what_the_search_proved_beyond_the_safe_bound_rests_on_its_word():
    line = told(bound=6572.8217, bound_safe=6744.0668)
    assert "no plan reaches more than 6,744.1, whatever rounding does" in line
    assert "none more than 6,572.8 by the solver's search" in line


@pytest.mark.parametrize("figures", [{}, {"bound": 5.0}, {"bound": None, "bound_safe": 5.0}, {"bound_safe": None}])
def test_nothing_is_said_where_nothing_is_known(figures):
    assert told(**figures) == ""


def test_least_money_is_said_to_be_proven_or_not():
    proven = told(least_money=least(9691.25, 9691.25, True))
    assert "9,691.2 万元" in proven
    assert "not proven" not in proven
    open_ = told(least_money=least(9691.25, 9000.0, False))
    assert "not proven" in open_
    assert "9,000.0" in open_


def test_a_bound_of_zero_on_least_money_is_not_told():
    line = told(least_money=least(9691.25, 1.4e-320, False))
    assert line == "Proof: the plan spends 9,691.2 万元 of all funds; that none as good spends less is not proven."
    assert "不会少于" not in told("zh", least_money=least(9691.25, 0.0, False))


def test_bound_and_money_stand_in_one_line():
    line = told(bound=1.0, bound_safe=1.0, least_money=least(5.0, 5.0, True))
    assert line.count(";") == 1
    assert "\n" not in line


@pytest.mark.parametrize("figures", [
    {"bound": 1.0, "bound_safe": 1.0}, {"bound": 1.0, "bound_safe": 2.0},
    {"least_money": least(1.0, 1.0, True)}, {"least_money": least(2.0, 1.0, False)},
])  # fmt: skip
def test_every_line_is_there_in_chinese(figures):
    assert any("一" <= sign <= "鿿" for sign in told("zh", **figures))
