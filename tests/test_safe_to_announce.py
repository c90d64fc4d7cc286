"""What all nearly best plans have in common: ends that another solver finds too, classes by hand."""

import csv
import json
import math
import os
import signal
from collections import Counter
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import Raw, asked, command, rivals, write
from oracle import Program, optimum
from randoms import random_instance

import alloc
from alloc.solver import MipResult, NearOptimalSet, RelaxedEnds, rounding
from alloc.study import request
from alloc.study.answers import ranges
from alloc.study.answers.certainty import SafeMoney

DEMO = Path(__file__).parent.parent / "instances/demo"

NOTHING = MipResult(None, float("-inf"), float("inf"))
"""What a search leaves that finds and proves nothing."""


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["measure"] if "measure" in row else f"{row['county']} {row.get('category', '')}": row for row in rows}


def find_end(raw: Raw, floor: float, measures: Iterable[str], fund: str, sense: str) -> float:
    """Return the least or most money for measures in plans with a goal of at least the floor, by SCIP."""
    program = Program(raw, None, None)
    program.row(program.goals()[0] >= floor)
    program.scip.setObjective(program.paid(frozenset(measures), fund), sense)
    program.scip.optimize()
    assert program.scip.getStatus() == "optimal"
    return float(program.scip.getObjVal())


def test_classes_and_ends_are_those_found_by_hand(tmp_path: Path):
    """A unit of money moved from pens to courses loses half a job: of 100, a tenth is lost with 20."""
    found = alloc.certainty(
        write(rivals(measures={"walls": {"eligible": False, "reason": "no"}}), tmp_path), within=0.1
    )
    measures = found.measures.set_index("measure")
    assert measures["class"].to_dict() == {"pens": "always", "courses": "open", "walls": "never"}
    assert measures.loc["pens", ["least", "most"]].tolist() == pytest.approx([80, 100], abs=0.01)
    assert measures.loc["courses", ["least", "most"]].tolist() == pytest.approx([0, 20], abs=0.01)
    assert found.proven
    assert found.figures["safe_share"] == pytest.approx(0.8, abs=1e-3)
    assert found.counties[["least", "most"]].iloc[0].tolist() == pytest.approx([90, 100], abs=0.01)


def test_with_nothing_to_lose_ties_are_open_and_what_is_not_tied_is_sure(tmp_path: Path):
    sure = alloc.certainty(write(rivals(), tmp_path), within=0)
    assert sure.measures.set_index("measure")["class"].to_dict() == {"pens": "always", "courses": "never"}
    tied = alloc.certainty(write(rivals(measures={"courses": {"jobs": 1}}), tmp_path), within=0)
    assert set(tied.measures["class"]) == {"open"}
    assert tied.figures["safe_share"] == pytest.approx(0, abs=1e-4)
    assert tied.counties["class"].tolist() == ["always"]


def test_what_the_relaxed_program_proves_needs_no_search(tmp_path: Path):
    """Of eighteen ends two need whole decisions."""
    found = alloc.certainty(write(rivals(), tmp_path), within=0.1)
    assert found.proven
    assert found.solves <= 2


def test_without_searches_ends_are_brackets_and_nothing_is_called_proven_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Money in lots of 7 and courses by at least 9: the relaxed program alone leaves room between plans and bounds."""
    path = write(rivals(money={"lot": 7}, measures={"courses": {"min_units": 9, "integer": True}}), tmp_path)
    patient = alloc.certainty(path, within=0.1)
    monkeypatch.setattr(ranges, "search_end", lambda *_: NOTHING)
    hurried = alloc.certainty(path, within=0.1)
    assert patient.proven
    assert not hurried.proven
    for short, long in zip(hurried.measures.to_dict("records"), patient.measures.to_dict("records"), strict=True):
        assert short["least_bound"] - 1e-6 <= long["least"] <= short["least"] + 1e-6
        assert short["most"] - 1e-6 <= long["most"] <= short["most_bound"] + 1e-6
        assert short["class"] in ("open", long["class"])


def test_where_the_nation_decides_first_its_payments_stand_in_every_plan(tmp_path: Path):
    funds = {"national": {"kind": "national", "amount": 30}}
    raw = rivals(funds=funds, nation="first")
    found = alloc.certainty(write(raw, tmp_path), within=0.1)
    pens = found.measures.set_index("measure").loc["pens"]
    assert found.proven
    assert pens["class"] == "always"
    assert pens["money"] == pytest.approx(130)


def test_of_goals_in_an_order_none_may_lose_more(tmp_path: Path):
    raw = rivals(objective={"order": ["employment", "linkage"]})
    found = alloc.certainty(write(raw, tmp_path), within=0.1)
    assert found.measures.set_index("measure").loc["pens", "least"] == pytest.approx(80, abs=0.01)


@pytest.mark.parametrize("seed", [3, 5, 8])
@pytest.mark.parametrize(("within", "small", "by_goal"), [(0.0, 100, True), (0.03, 0, True), (0.03, 0, False)])
def test_ends_are_those_that_another_program_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, within: float, small: int, by_goal: bool
):
    """Whether a question counts as small, and is searched as a whole from the start, or the goal is asked for targets,
    or ends are sought county by county."""
    monkeypatch.setattr(request, "FEW", small)
    monkeypatch.setattr(NearOptimalSet, "has_targets", by_goal)
    raw = random_instance(seed, "tiny")
    path, best = write(raw, tmp_path), optimum(raw)
    if best.objective is None or len(best.stages) > 1 or alloc.inspect(path).instance is None or raw.get("nation"):
        pytest.skip("no plan, goals in an order, or the nation decides first")
    found = alloc.certainty(path, within=within, gap=1e-9, jobs=1)
    assert found.proven
    floor = best.objective - max(within, 1e-6) * abs(best.objective)
    slack = 2e-4 * max(1.0, found.aid)
    places = raw["measures"] if isinstance(raw["measures"], dict) else {row["id"]: row for row in raw["measures"]}
    for row in found.measures.to_dict("records"):
        _compare(raw, floor, row, [row["measure"]], "all", slack)
    for row in found.cells.to_dict("records"):
        where = (row["county"], row["category"])
        inside = [m for m, keys in places.items() if (keys["county"], keys["category"]) == where]
        _compare(raw, floor, row, inside, "aid", slack)


def _compare(raw: Raw, floor: float, row: dict[Any, Any], measures: list[str], fund: str, slack: float) -> None:
    least, most = (find_end(raw, floor, measures, fund, sense) for sense in ("minimize", "maximize"))
    assert row["least"] == pytest.approx(least, abs=slack)
    assert row["most"] == pytest.approx(most, abs=slack)
    assert row["least_bound"] <= least + slack / 20
    assert row["most_bound"] >= most - slack / 20


BOUGHT = {"pens": (7, 5.0, 6), "courses": (11, 8.2, 4), "walls": (4, 2.0, 5), "shops": (13, 9.9, 3)}
"""Unit cost, jobs of a unit and most units of each measure, in whole units: every plan can be listed."""

PLACES = {"pens": "cele", "courses": "cele", "walls": "yutian", "shops": "yutian"}
"""Whose county each is."""


def list_plans(within: float, lot: int, budget: int = 60) -> list[dict[str, int]]:
    """Return what every plan within the tolerance pays for each measure, of all plans there are."""
    plans = []
    for units in product(*(range(most + 1) for _, _, most in BOUGHT.values())):
        paid, jobs = {}, 0.0
        for (m, (cost, each, _)), count in zip(BOUGHT.items(), units, strict=True):
            paid[m] = lot * math.ceil(cost * count / lot)
            jobs += each * count
        if sum(paid.values()) <= budget:
            plans.append((jobs, paid))
    best = max(jobs for jobs, _ in plans)
    return [paid for jobs, paid in plans if jobs >= best * (1 - within) - 1e-9]


def buy(lot: int) -> Raw:
    """Return the question of which all plans are listed."""
    measures = {}
    for m, (cost, jobs, most) in BOUGHT.items():
        keys = {"unit_cost": cost, "jobs": jobs, "max_units": most, "integer": True, "county": PLACES[m]}
        measures[m] = {**keys, "category": "training" if m == "courses" else "infrastructure"}
    yutian = {"yutian": {"name": "Yutian", "jobseekers": None}}
    return rivals(measures=measures, counties=yutian, funds={"aid": {"amount": 60}}, money={"lot": lot})


def tell_class(amounts: list[int]) -> str:
    return "always" if min(amounts) > 0 else "open" if max(amounts) > 0 else "never"


@pytest.mark.parametrize(("within", "lot", "few"), [(0.0, 1, 100), (0.02, 5, 0), (0.1, 1, 100), (0.1, 1, 0)])
def test_ends_and_classes_are_those_of_all_plans_listed_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: float, lot: int, few: int
):
    """Neither certainty nor alternatives say anything else of 840 combinations of whole units, asked for targets or
    not."""
    monkeypatch.setattr(request, "FEW", few)
    if not few:
        monkeypatch.setattr(rounding, "MANY", 1)
    path, plans, early = write(buy(lot), tmp_path), list_plans(within, lot), list[SafeMoney]()
    found = alloc.certainty(path, within=within, gap=1e-9, jobs=1, preview=early.append)
    assert found.proven
    cells = [[sum(paid[m] for m in cell) for paid in plans] for cell in (["pens"], ["courses"], ["walls", "shops"])]
    classes = Counter(map(tell_class, cells))
    assert len(early) == (not few), "a small question is answered at once"
    for first in early:
        assert first.safe <= sum(map(min, cells)) + 0.01
        assert first.aid == pytest.approx(found.aid)
        assert first.always <= classes["always"]
        assert first.never <= classes["never"] + first.cells - len(cells)
    for row in found.measures.to_dict("records"):
        amounts = [paid[row["measure"]] for paid in plans]
        assert row["class"] == tell_class(amounts), row["measure"]
        assert [row["least"], row["most"]] == pytest.approx([min(amounts), max(amounts)], abs=0.01)
    others = {reach.county: reach for reach in alloc.alternatives(path, count=3, within=within, gap=1e-9).ranges}
    for row in found.counties.to_dict("records"):
        amounts = [sum(paid[m] for m, county in PLACES.items() if county == row["county"]) for paid in plans]
        assert [row["least"], row["most"]] == pytest.approx([min(amounts), max(amounts)], abs=0.01)
        assert [others[row["county"]].low, others[row["county"]].high] == pytest.approx(
            [min(amounts), max(amounts)], abs=0.01
        )


@pytest.mark.parametrize("within", [0.02, 0.05, 0.1])
def test_the_class_is_asked_before_ends_and_is_that_of_all_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: float
):
    """Where nothing but the class is answered, it is known of every measure, and no end is said to be proven beyond."""
    monkeypatch.setattr(request, "FEW", 0)
    monkeypatch.setattr(rounding, "MANY", 1)
    monkeypatch.setattr(ranges, "search_end", lambda *_: NOTHING)
    monkeypatch.setattr(ranges, "search_jointly", lambda *_: NOTHING)
    search_target = ranges.search_target
    monkeypatch.setattr(ranges, "search_target", lambda kept, of: search_target(kept, of) if of.steps == 1 else NOTHING)
    found, plans = alloc.certainty(write(buy(1), tmp_path), within=within, gap=1e-9, jobs=1), list_plans(within, 1)
    for row in found.measures.to_dict("records"):
        amounts = [paid[row["measure"]] for paid in plans]
        assert (row["class"], row["class_proven"]) == (tell_class(amounts), 1), row["measure"]
        assert row["least_bound"] <= min(amounts) <= row["least"] + 0.01
        assert row["most"] - 0.01 <= max(amounts) <= row["most_bound"]
    assert not found.proven
    assert found.told == found.rows


def test_alternatives_lie_within_what_is_certain():
    found, others = alloc.certainty(DEMO, within=0.02), alloc.alternatives(DEMO, count=4, within=0.02)
    ranges = found.counties.set_index("county")
    for reach in others.ranges:
        assert ranges.loc[reach.county, "least"] == pytest.approx(reach.low, abs=2e-4 * found.aid)
        assert ranges.loc[reach.county, "most"] == pytest.approx(reach.high, abs=2e-4 * found.aid)
    cells = found.cells.set_index(["county", "category"])
    for plan in others.plans:
        for where, aid in plan.run.measures.groupby(["county", "category"])["aid"].sum().items():
            assert cells.loc[where, "least_bound"] - 1e-5 <= aid <= cells.loc[where, "most_bound"] + 1e-5


def test_the_command_writes_its_tables_and_says_what_is_safe(tmp_path: Path):
    out = tmp_path / "out"
    done = command("certainty", write(rivals(), tmp_path), "--within", "10%", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "lose at most 10% of the goal" in done.stdout
    assert "Safe to announce: 80% of the aid" in done.stdout
    assert "Measures: 1 always funded, 1 open, 0 never." in done.stdout
    assert rows_of(out / "measures.csv")["courses"]["class"] == "open"
    assert rows_of(out / "cells.csv")["cele infrastructure"]["class"] == "always"
    assert set(rows_of(out / "counties.csv")) == {"cele "}
    figures = json.loads((out / "certainty.json").read_text(encoding="utf-8"))
    assert figures["proven"] is True
    assert figures["cells"] == {"always": 1, "never": 3, "open": 1}


def test_the_same_is_said_in_chinese_and_as_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(request, "FEW", 0)
    path = write(rivals(), tmp_path)
    told = command("certainty", path, "--within", "0", "--out", tmp_path / "one", "--lang", "zh").stdout
    assert "目前已证明：至少" in told
    assert "目标损失不超过 0% 的所有方案" in told
    done = command("certainty", path, "--json", "--out", tmp_path / "two")
    assert json.loads(done.stdout)["within"] == 0.01


def test_what_is_not_searched_to_its_end_is_not_called_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where no search proves or finds anything, what funds and units allow is all that is known."""
    monkeypatch.setattr(ranges, "search_end", lambda *_: NOTHING)
    monkeypatch.setattr(RelaxedEnds, "solve", lambda *_: (float("inf"), None))
    done = command("certainty", write(rivals(), tmp_path), "--out", tmp_path / "out")
    assert done.exit_code == 4
    assert "Not every end is proven" in done.stdout
    assert "It is proven of 3 among 8 counties, cells and measures" in done.stdout
    rows = rows_of(tmp_path / "out/measures.csv")
    assert (rows["pens"]["least_bound"], rows["pens"]["class"], rows["pens"]["proven"]) == ("0.0", "open", "0")
    assert rows["pens"]["most"] == rows["pens"]["money"]


def test_a_question_without_a_plan_says_so(tmp_path: Path):
    raw = asked(rules=[{"name": "much", "type": "amount", "min": 200}])
    done = command("certainty", write(raw, tmp_path), "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "There is no plan to begin with (infeasible); alloc repair tells what must give." in done.stdout
    assert not (tmp_path / "out").exists()


def test_a_part_that_is_none_is_refused(tmp_path: Path):
    with pytest.raises(alloc.RequestError) as caught:
        alloc.certainty(write(rivals(), tmp_path), within=1.0)
    assert caught.value.say() == "within: expected a part of the goal from 0 to below 1; found 1"
    done = command("certainty", DEMO, "--within", "a lot")
    assert done.exit_code == 2
    assert "a lot" in done.stderr


def test_a_ctrl_c_while_the_best_plan_is_sought_leaves_a_plan_with_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What comes about beside the plan is found after it all the same."""
    solve = request.solve_suited

    def solve_and_interrupt(*args: Any, **more: Any) -> Any:
        found = solve(*args, **more)
        os.kill(os.getpid(), signal.SIGINT)
        return found

    monkeypatch.setattr(request, "solve_suited", solve_and_interrupt)
    found = alloc.certainty(write(rivals(), tmp_path), jobs=1)
    assert found.interrupted
    assert found.best.solution.has_plan
    assert len(found.measures) == 2
