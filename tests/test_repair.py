"""What cannot hold together, and what would have to give: both checked with another solver."""

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import asked, command, instance_of, listed, rivals, write
from oracle import optimum
from randoms import random_instance

import alloc
from alloc.infeasibility import conflict as conflicts
from alloc.infeasibility.levers import levers
from alloc.infeasibility.telling import say_figure, say_lever
from alloc.instance import draft
from alloc.report.names import Names
from alloc.solver import Deadline
from alloc.study.answers.repair import _moved, repair
from alloc.study.points import Point
from alloc.texts import say

CROSSED = {
    "measures": {"far": {"county": "yutian"}},
    "counties": {"yutian": {}},
    "rules": [
        {"name": "cele", "type": "amount", "of": {"county": "cele"}, "min": 70},
        {"name": "yutian", "type": "amount", "of": {"county": "yutian"}, "min": 50},
        {"name": "idle", "type": "count", "max": 2},
    ],
}
"""70 for Cele and 50 for Yutian cannot both be had of 100."""


def crossed(folder: Path, **changes: Any) -> Path:
    raw = asked(**copy.deepcopy(CROSSED))
    raw["baseline"].append({**raw["baseline"][0], "county": "yutian"})
    for rule in raw["rules"]:
        rule.update(changes.get(rule["name"], {}))
    return write(raw, folder)


def test_three_limits_conflict_and_each_of_them_repairs(tmp_path: Path):
    found = repair(crossed(tmp_path), jobs=1)
    assert found.feasible is False
    assert found.complete
    assert [{lever.path for lever in conflict} for conflict in found.conflicts] == [
        {"rules.cele.min", "rules.yutian.min", "funds.aid.amount"}
    ]
    menu = {tuple((c.path, c.before, c.to) for c in one.changes): point for one, point in found.menu}
    assert menu.keys() == {
        (("rules.cele.min", 70.0, 50.0),),
        (("rules.yutian.min", 50.0, 30.0),),
        (("funds.aid.amount", 100.0, 120.0),),
    }
    assert [point.objective for point in menu.values()] == pytest.approx([120, 100, 100])
    assert [entry["money"] for entry in found.figures["menu"]] == pytest.approx([20, 20, 20])
    assert [entry["rank_objective"] for entry in found.figures["menu"]] == [1, 2, 2]


def test_what_is_firm_may_be_in_a_conflict_and_is_never_on_the_menu(tmp_path: Path):
    found = repair(crossed(tmp_path, cele={"firm": True}), jobs=1)
    assert "rules.cele.min" in {lever.path for lever in found.conflicts[0]}
    assert all(change.path != "rules.cele.min" for one, _ in found.menu for change in one.changes)
    assert len(found.menu) == 2


def test_a_question_with_a_plan_has_nothing_to_give(tmp_path: Path):
    done = command("repair", crossed(tmp_path, cele={"min": 10}), "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert "There is a plan" in done.stdout
    figures = json.loads((tmp_path / "out/repair.json").read_text(encoding="utf-8"))
    assert (figures["feasible"], figures["conflicts"], figures["menu"], figures["levers"]) == (True, [], [], [])


def test_the_command_writes_what_it_says(tmp_path: Path):
    done = command("repair", crossed(tmp_path), "--out", tmp_path / "out", "--jobs", 1, "--lang", "zh")
    assert done.exit_code == 0, done.stderr
    assert "规则“cele”的下限由 70 改为 50" in done.stdout
    figures = json.loads((tmp_path / "out/repair.json").read_text(encoding="utf-8"))
    assert done.stdout.count(say("repair_conflict", "zh")) == len(figures["conflicts"]) == 1
    assert figures["menu"][1]["changes"] == [{"path": "rules.cele.min", "from": 70.0, "to": 50.0}]
    assert {lever["id"] for lever in figures["levers"]} == set(figures["conflicts"][0])
    assert len((tmp_path / "out/repairs.csv").read_text(encoding="utf-8-sig").splitlines()) == 4


def test_the_first_conflict_is_told_before_any_repair_is_sought(tmp_path: Path):
    heard: list[object] = []
    found = alloc.repair(crossed(tmp_path), preview=heard.append, tell=heard.append)
    assert heard[0] == found.conflicts[0]
    assert len(heard[1:]) == len(found.menu)
    assert all(repair in heard for repair, _ in found.menu)


def test_without_time_nothing_is_claimed(tmp_path: Path):
    done = command("repair", crossed(tmp_path), "--out", tmp_path / "out", "--time-limit", 1e-9)
    assert done.exit_code == 4
    assert json.loads((tmp_path / "out/repair.json").read_text(encoding="utf-8"))["feasible"] is None


def without_plan(seed: int, folder: Path) -> Path | None:
    """Return a random question that another program finds infeasible: more is asked of two counties than there is."""
    raw = random_instance(seed, "tiny")
    rules = list(raw.get("rules") or [])
    counties = [row["id"] for row in raw["counties"]] if isinstance(raw["counties"], list) else list(raw["counties"])
    for i, county in enumerate(counties):
        rules.append({"name": f"floor {i}", "type": "amount", "of": {"county": county}, "min": 30 + 10 * seed})
    raw["rules"] = rules
    path = write(raw, folder)
    reading = alloc.inspect(path)
    return path if reading.instance is not None and optimum(raw).objective is None else None


@pytest.mark.parametrize("seed", [1, 3, 7, 9, 63])
def test_conflicts_are_irreducible_and_repairs_as_small_as_can_be(tmp_path: Path, seed: int):
    path = without_plan(seed, tmp_path)
    if path is None:
        pytest.skip("this one has a plan, or is at fault")
    written, found = draft(path), repair(path, jobs=1, menu=2)

    def has_plan(settings: dict[str, object]) -> bool:
        source = written.replaced(settings)
        assert source.faults == []
        return optimum(listed(source.data)).objective is not None

    known = levers(found.instance)
    for conflict in found.conflicts:
        named = {lever.path for lever in conflict}
        rest = {path: to for lever in known if lever.path not in named for path, to in lever.released.items()}
        assert not has_plan(rest)
        assert all(has_plan({**rest, **lever.released}) for lever in conflict)
    for one, _ in found.menu:
        assert has_plan(one.settings)
        for change in one.changes:
            less = {**one.settings, change.path: change.before}
            if isinstance(change.before, float) and isinstance(change.to, float):
                less[change.path] = change.before + 0.99 * (change.to - change.before)
            if less[change.path] is None:
                del less[change.path]
            assert not has_plan(less), (change, one.settings)


def test_a_share_of_all_aid_moves_that_part_of_the_aid_and_another_share_nothing_that_is_known():
    share = {"type": "share", "of": {"category": "training"}, "max": 0.5}
    rules = [{**share, "name": "all"}, {**share, "name": "there", "in": {"county": "cele"}}]
    instance = instance_of(asked(rules=rules))
    moved = {
        lever.path: _moved(instance, lever, 0.3, Point({}, "optimal", aid=80.0))
        for lever in levers(instance)
        if lever.path.startswith("rules.")
    }
    assert moved == {"rules.all.max": pytest.approx(16), "rules.there.max": pytest.approx(math.nan, nan_ok=True)}


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every asking whether there is a plan, as it comes."""
    asked_so_far: list[int] = []
    real = conflicts.judge

    def judge(*given: Any) -> bool | None:
        asked_so_far.append(len(asked_so_far))
        return real(*given)

    monkeypatch.setattr(conflicts, "judge", judge)
    return asked_so_far


def test_what_a_solve_has_asked_is_not_asked_again(tmp_path: Path, judged: list[int]):
    path = crossed(tmp_path)
    run = alloc.solve(path)
    asked_by_solve = len(judged)
    known = repair(path, jobs=1, run=run)
    asked_on = len(judged) - asked_by_solve
    anew = repair(path, jobs=1)
    assert known.figures["menu"] == anew.figures["menu"]
    assert asked_by_solve > 3
    assert len(judged) == 2 * (asked_by_solve + asked_on)


@pytest.mark.parametrize(
    ("rule", "turn"),
    [
        ({"type": "amount", "of": {"county": "yutian"}, "min": 50}, 30),
        ({"type": "share", "of": {"county": "yutian"}, "min": 0.5}, 0.3),
        ({"type": "amount", "of": {"county": "cele"}, "per": "capita", "each": "county", "min": 0.09}, 0.07),
    ],
)
def test_the_relaxed_question_tells_how_far_a_figure_goes(tmp_path: Path, judged: list[int], rule: Any, turn: float):
    """70 of the 100 are promised to Cele, no more: 30 are left for Yutian. A thousand people live in Cele."""
    path = crossed(tmp_path, cele={"firm": True, "max": 70}, yutian={"type": None})
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw["counties"]["cele"]["population"] = 1000
    raw["rules"] = [raw["rules"][0], {"name": "much", **rule}]
    written = draft(write(raw, tmp_path))
    limits = conflicts.Limits(written, {}, levers(written.read()), Deadline(60))
    found = limits.find_least_change(lambda to: {"rules.much.min": to}, rule["min"], 0.99 * rule["min"])
    assert found == pytest.approx(turn, rel=1e-6)
    assert judged == []  # no whole number was looked for


def test_a_change_has_few_digits_also_where_the_first_neat_figure_beyond_is_not_enough():
    demo = Path(__file__).parent.parent / "instances/demo"
    crossed_ = {"funds.tianjin.min_use": "37", "rules.no category above 60 %.max": "0.1"}
    found = repair(demo, overrides=crossed_, jobs=1, largest=1)
    assert [one.settings for one, _ in found.menu] == [
        {"rules.no category above 60 %.max": 0.262},
        {"funds.tianjin.min_use": 0.0},
    ]
    for most, status in ((0.261, "infeasible"), (0.262, "optimal")):
        assert alloc.solve(demo, overrides={**crossed_, "rules.no category above 60 %.max": most}).status == status


def test_money_that_must_more_than_double_is_never_asked_about_as_less(tmp_path: Path):
    """Of 48 the main fund may pay 17. With no national money at all the commitment could not even be written down."""
    raw = rivals(
        measures={"pens": {"committed": True, "min_units": 48, "national": "any"}},
        funds={"aid": {"amount": 40}, "nation": {"kind": "national", "by_county": {"cele": 15}}},
        rules=[{"name": "little", "type": "amount", "of": {"measure": "pens"}, "max": 17}],
    )
    found = repair(write(raw, tmp_path), jobs=1, largest=1)
    assert {"funds.nation.by_county.cele": 31.0} in [one.settings for one, _ in found.menu]


def test_a_ceiling_of_nothing_goes_as_far_as_it_must_and_no_farther(tmp_path: Path):
    """Half of 48 is to come from the nation, whose ceiling is 0: 24 will do, all that pens may cost is not needed."""
    raw = rivals(
        measures={
            "pens": {
                "committed": True,
                "min_units": 48,
                "national": "supplement",
                "national_ceiling": 0,
                "min_share": {"national": 0.5},
            }
        },
        funds={"nation": {"kind": "national", "amount": 40}},
    )
    found = repair(write(raw, tmp_path), jobs=1, largest=1)
    (ceiling,) = (one for one, _ in found.menu if one.levers[0].path == "measures.pens.national_ceiling")
    assert ceiling.settings == {"measures.pens.national_ceiling": 24.0}


def test_what_stands_at_a_limit_is_called_by_its_name():
    raw = rivals(
        measures={
            "pens": {"name": "Sheep pens", "national": "supplement", "national_ceiling": 5, "committed": True},
            "courses": {"excludes": ["pens"], "committed": True},
        },
    )
    question = instance_of(raw)
    told = {lever.path: say_lever(lever, Names(question, "en")) for lever in levers(question)}
    assert told["measures.courses.excludes"] == "what courses excludes: Sheep pens"
    assert told["measures.pens.national"].endswith(": aid supplements")
    assert say_figure("any", Names(question, "zh")) == "不限"


def test_what_the_reader_refuses_without_a_limit_has_no_plan_either(tmp_path: Path):
    """Half of what pens cost is to be national money, of which pens take none, and of which there is none."""
    raw = rivals(
        measures={
            "pens": {"committed": True, "min_units": 20, "national": "none", "min_share": {"national": 0.5}},
            "courses": {"national": "supplement", "national_ceiling": 5},
        },
        funds={"nation": {"kind": "national", "amount": 0}},
    )
    found = repair(write(raw, tmp_path), jobs=1, largest=2)
    assert found.feasible is False
    assert {lever.path for lever in found.conflicts[0]} == {
        "measures.pens.committed",
        "measures.pens.min_units",
        "measures.pens.min_share.national",
        "measures.pens.national",
    }
    settings = [one.settings for one, _ in found.menu]
    assert {"measures.pens.committed": False} in settings
    assert {"measures.pens.national": "any", "funds.nation.amount": 10.0} in settings
