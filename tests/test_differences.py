"""Prices, losses and worths on 40 random questions: each the difference of two optima that another program finds.

Half of the questions are solved to the end, the others stopped early.
"""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Raw, listed
from oracle import optimum
from randoms import random_instance

import alloc
from alloc.instance import Draft, Instance, draft
from alloc.report.names import Names
from alloc.study.answers.findings import measure_loss
from alloc.study.answers.price import PriceQuestion, choose_levers, list_questions, make_row
from alloc.study.answers.why import ask_for, take_out
from alloc.study.points import Point, PointQuestion, open_points

SEEDS = [3, 5, 8, 9, 10, 11, 13, 14, 16, 17, 18, 19, 20, 22, 23, 24, 25, 27, 28, 29, 31, 34, 35, 36, 37, 38, 39, 40, 41,
         42, 44, 45, 46, 48, 49, 50, 53, 54, 56, 59]  # fmt: skip
"""Questions with a plan and one goal, in which both purses are planned together: what the other program knows."""

EARLY, TO_THE_END = 0.2, 1e-7
"""Gaps at which a search stops."""

Bracket = tuple[float | None, float | None, float | None]
"""A difference, and between what it is proven to lie."""


@pytest.mark.parametrize("seed", SEEDS)
def test_what_answers_differ_by_is_what_another_program_finds(tmp_path: Path, seed: int):
    raw, path = random_instance(seed, "tiny"), tmp_path / "random.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    question, written, gap = alloc.read(path), draft(path), EARLY if seed % 2 else TO_THE_END
    drawn = random.Random(seed)
    prices = drawn.sample(list(list_questions(choose_levers(question, ()), 0.01, True)), 1)
    measures = list(list_measures(question, drawn))
    asked = [*(one.settings for one in prices), *(changes for *_, changes in measures)]
    with open_points(PointQuestion(written, {"gap": gap}, claims=False), 1, None) as pool:
        base, *points = pool.solve_all([{}, *asked])
    known = optimum(raw).objective
    assert known is not None
    for one, point in zip(prices, points, strict=False):
        check(find_truth(written, one.settings), known, point, price_bracket(question, one, point, base), 1, gap)
    for (m, kind, changes), point in zip(measures, points[len(prices) :], strict=True):
        check(find_truth(written, changes), known, point, measure_loss(question, m, kind, base, point)[1], -1, gap)


def list_measures(question: Instance, drawn: random.Random) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield a measure that is taken out, or one that is asked for, with the figures that are other then."""
    able = [m for m, row in question.measures.items() if row.eligible and row.max_units]
    m = drawn.choice(able)
    if drawn.random() < 0.5:
        yield m, "planned", take_out(question, m)
    else:
        yield m, "absent", ask_for(question, m)


def price_bracket(question: Instance, one: PriceQuestion, point: Point, base: Point) -> Bracket:
    row = make_row(question, one, point, base, Names(question, "en"))
    return row["gain"], row["gain_least"], row["gain_most"]


def find_truth(written: Draft, changes: Mapping[str, object]) -> float | str | None:
    """Return the optimum with some figures replaced, by the other program; None where there is no plan."""
    if written.inspect(changes).instance is None:
        return "fault"
    raw: Raw = listed(written.replaced(changes).data)
    return optimum(raw).objective


def check(truth: Any, known: float, point: Point, found: Bracket, sign: int, gap: float) -> None:
    """Compare one answer with what another program finds. sign: 1 for what is gained, -1 for what is lost."""
    if truth is None or truth == "fault":
        assert point.status == ("fault" if truth else "infeasible")
        return
    difference, near = sign * (truth - known), 2e-5 * max(1.0, abs(known))
    told, least, most = found
    assert told is not None
    assert least is not None
    assert most is not None
    assert least - near <= difference <= most + near, point.overrides
    if gap == TO_THE_END:
        assert told == pytest.approx(difference, abs=near), point.overrides
