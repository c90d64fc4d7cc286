"""Numbers for people: one way to write them everywhere; heads and figures on a terminal are never cut."""

import io
import math

import pytest
from rich.cells import cell_len
from rich.console import Console

from alloc.report.screen import Wide
from alloc.texts.figures import amount, count, decimals, exact, gap, percent


@pytest.mark.parametrize(("value", "shown"), [
    (26714031.9, "26,714,031.9"), (-1.7e-13, "0.0"), (0.0, "0.0"), (79, "79.0"), (0.46835, "0.468"),
    (0.005641, "0.00564"), (-18.94, "−18.9"), (0.5, "0.5"), (1e12, "1,000,000,000,000.0"),
    (None, "?"), (math.nan, "?"), (math.inf, "?"),
])  # fmt: skip
def test_amounts_are_written_out_with_one_decimal(value: float | None, shown: str):
    assert amount(value) == shown


@pytest.mark.parametrize(("value", "shown"), [
    (26714031.9, "26,714,032"), (12.3456789, "12.3457"), (0.05, "0.05"), (1e-13, "0"), (-1500.0, "−1,500"),
    (1e-5, "0.00001"),
])  # fmt: skip
def test_figures_of_any_kind_are_written_out(value: float, shown: str):
    assert exact(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(12.0, "12"), (-1e-13, "0"), (1234.0, "1,234")])
def test_what_is_counted_has_no_decimals(value: float, shown: str):
    assert count(value) == shown


@pytest.mark.parametrize(("value", "shown"), [
    (0.0, "0%"), (9.9e-16, "0%"), (-1e-12, "0%"), (4e-5, "<0.01%"), (0.0123, "1.23%"), (None, "?"), (math.inf, "?"),
])  # fmt: skip
def test_gaps_are_percent(value: float | None, shown: str):
    assert gap(value) == shown


def test_a_share_of_all_is_all_whatever_rounding_left():
    assert percent(1 - 1e-12) == "100%"
    assert percent(1 - 1e-6) == ">99.9%"


def test_shares_below_nothing_keep_their_sign():
    assert percent(-0.25) == "−25%"


def test_numbers_that_stand_together_have_the_same_decimals():
    assert decimals([0.0, 0.25, 1234.5]) == 1
    assert decimals([0.0056, 0.0]) == 5


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_tables_on_a_terminal_show_every_head_and_figure_whole(width: int):
    heads = ["County", "infra- structure", "through others' money", "配套 设施", *(f"column {i}" for i in range(9))]
    rows = [[name, *(f"{10 ** (i % 7) + i:,}.0" for i in range(12))] for name in ("Yutian (Keriya)", "Total")]
    screen = io.StringIO()
    Console(width=width, file=screen).print(Wide("Title", heads, rows, totals=1))
    said = screen.getvalue()
    assert "…" not in said
    assert all(cell_len(line) <= width for line in said.splitlines())
    words = said.split()
    assert all(word in words for head in heads for word in head.split())
    assert all(cell in words for row in rows for cell in row[1:])
