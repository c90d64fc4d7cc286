"""What more jobs take: bundles as cheap as the cheapest of all subsets, limits by hand, the command as it speaks."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Raw, asked, command, rows_of, stands, write

import alloc


def short(**changes: Any) -> Raw:
    """Return a county with 20 jobs that lacks workplaces and workers for more, and has no aid at all.

    pens and barns make workplaces, courses and a school workers; two of them cost something to begin.
    """
    more = {
        "pens": {"unit_cost": 5, "max_units": 50},
        "barns": {"unit_cost": 1, "fixed_cost": 60, "max_units": 50},
        "courses": {"unit_cost": 4, "max_units": 50, "category": "training"},
        "school": {"unit_cost": 0.5, "fixed_cost": 50, "max_units": 50, "category": "training"},
    }
    extra = changes.pop("measures", {})
    measures = {name: {**row, **extra.get(name, {})} for name, row in more.items()}
    baseline = changes.pop("baseline", [stands(jobs=20, infrastructure=20, training=20)])
    return asked(funds={"aid": {"amount": 0}}, baseline=baseline, measures=measures, **changes)


def cheapest_of_all(raw: Raw, more: float) -> float:
    """Return the least money over all subsets of measures: each covers workplaces or workers, cheapest units first."""
    measures = raw["measures"]
    best = float("inf")
    for count in range(len(measures) + 1):
        for chosen in itertools.combinations(measures, count):
            costs = [
                _cover([measures[m] for m in chosen], category, more) for category in ("infrastructure", "training")
            ]
            best = min(best, sum(costs) + sum(measures[m].get("fixed_cost", 0) for m in chosen))
    return best


def _cover(rows: list[Raw], category: str, need: float) -> float:
    cost = 0.0
    for row in sorted((row for row in rows if row["category"] == category), key=lambda row: row["unit_cost"]):
        taken = min(need, row["max_units"])
        cost, need = cost + taken * row["unit_cost"], need - taken
    return cost if need <= 0 else float("inf")


@pytest.mark.parametrize("more", [5, 10, 20, 35, 60])
def test_the_bundle_is_the_cheapest_of_all_subsets(tmp_path: Path, more: float):
    raw = short()
    path = write(raw, tmp_path)
    found = alloc.bottleneck(path, "cele", "sheep", jobs=more)
    (row,) = found.table.to_dict("records")
    assert row["money"] == pytest.approx(cheapest_of_all(raw, more), rel=1e-4)
    assert found.proven
    assert found.bundle["money"].sum() == pytest.approx(row["money"])
    for category in ("infrastructure", "training"):
        units = found.bundle[found.bundle["category"] == category]["units"].sum()
        assert units == pytest.approx(more, rel=1e-6)


def test_two_fixed_costs_that_pay_only_together_are_found_together(tmp_path: Path):
    """At 20 jobs barns and a school take 60 + 20 + 50 + 10, pens and courses 180; one of each 160 or 160."""
    found = alloc.bottleneck(write(short(), tmp_path), "cele", "sheep", jobs=20)
    assert found.table["money"].iloc[0] == pytest.approx(140)
    assert set(found.bundle["measure"]) == {"barns", "school"}
    assert found.bundle["aid"].sum() == pytest.approx(140)


def test_what_limits_jobs_now_and_next_is_named(tmp_path: Path):
    """Workplaces lack alone; with 10 more, in whole pens of 4 for up to 12, the workers for 11 are next."""
    measures = {m: {"eligible": False, "reason": "no"} for m in ("barns", "courses", "school")}
    measures |= {"pens": {"integer": True, "effect": 4}}
    raw = short(baseline=[stands(jobs=20, infrastructure=20, training=31)], measures=measures)
    found = alloc.bottleneck(write(raw, tmp_path), "cele", "sheep", jobs=10)
    (row,) = found.table.to_dict("records")
    assert (row["limits_now"], row["limits_next"]) == ("infrastructure", "training")
    assert row["money"] == pytest.approx(15)
    none = alloc.bottleneck(write(raw, tmp_path), "cele", "sheep", jobs=12)
    assert none.table["status"].tolist() == ["infeasible"]
    assert none.proven
    assert not len(none.bundle)


def test_measures_jobs_and_rules_of_the_plan_stay(tmp_path: Path):
    """Goats have workers that sheep lack; taking theirs is no bundle, and a rule that holds goes on holding."""
    raw = short(
        industries={"goats": {}},
        baseline=[
            stands(jobs=20, infrastructure=90, training=20),
            stands("goats", jobs=0, infrastructure=90, training=0),
        ],
        rules=[{"name": "few", "type": "amount", "of": {"measure": ["courses"]}, "max": 44}],
        measures={
            "school": {"industry": None, "fixed_cost": 0, "max_units": 10},
            "pens": {"eligible": False, "reason": "no"},
            "barns": {"eligible": False, "reason": "no"},
        },
    )
    raw["funds"]["aid"]["amount"] = 5
    found = alloc.bottleneck(write(raw, tmp_path), "cele", "sheep", jobs=10)
    jobs = found.best.industries.set_index("industry")["jobs"]
    assert jobs.sum() == pytest.approx(30)
    (row,) = found.table.to_dict("records")
    assert row["money"] == pytest.approx(40)
    assert found.bundle["measure"].tolist() == ["courses"]
    more = alloc.bottleneck(write(raw, tmp_path), "cele", "sheep", jobs=12)
    assert more.table["status"].tolist() == ["infeasible"]


def test_money_is_told_by_who_pays_it(tmp_path: Path):
    raw = short(measures={"pens": {"max_share": {"aid": 0.5}}, "barns": {"eligible": False, "reason": "no"}})
    raw["funds"]["national"] = {"kind": "national", "amount": 30}
    raw["baseline"] = [stands(jobs=20, infrastructure=20, training=31)]
    found = alloc.bottleneck(write(raw, tmp_path), "cele", "sheep", jobs=1)
    (row,) = found.bundle.to_dict("records")
    assert row["money"] == pytest.approx(row["aid"] + row["national"])
    assert row["measure"] == "pens"


def test_without_a_name_every_industry_that_could_grow_has_a_row_the_cheapest_a_job_first(tmp_path: Path):
    raw = short(
        industries={"goats": {}, "mules": {}},
        baseline=[
            stands(jobs=20, infrastructure=20, training=20),
            stands("goats", jobs=40, infrastructure=40, training=90),
            stands("mules", jobs=10, infrastructure=10),
        ],
        measures={"school": {"eligible": False, "reason": "no"}},
    )
    raw["measures"]["sheds"] = {**raw["measures"]["pens"], "industry": "goats", "unit_cost": 3}
    found = alloc.bottleneck(write(raw, tmp_path))
    assert found.table["industry"].tolist() == ["goats", "sheep"]
    assert found.table["more"].tolist() == [4, 2]
    assert found.table["money_per_job"].tolist() == pytest.approx([3, 9])


def test_the_command_writes_its_tables_and_says_what_they_are(tmp_path: Path):
    path, out = write(short(), tmp_path), tmp_path / "out"
    done = command("bottleneck", path, "cele", "sheep", "--jobs", "20", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "the cheapest measures to add to the plan for more jobs" in done.stdout
    assert "barns" in done.stdout
    assert [row["measure"] for row in rows_of(out / "bundle.csv")] == ["barns", "school"]
    assert rows_of(out / "bottlenecks.csv")[0]["status"] == "optimal"
    figures = json.loads((out / "bottleneck.json").read_text(encoding="utf-8"))
    assert figures["industries"][0]["money"] == pytest.approx(140)
    told = command("bottleneck", path, "cele", "sheep", "--jobs", "120", "--out", tmp_path / "zh", "--lang", "zh")
    assert "不可能" in told.stdout
    assert told.exit_code == 0


def test_what_cannot_be_asked_is_refused(tmp_path: Path):
    path = write(short(), tmp_path)
    for words, said in (
        (("cele",), "Name a county and an industry, or neither."),
        (("cele", "shep"), "no industry stands there; did you mean 'cele sheep'?"),
    ):
        done = command("bottleneck", path, *words, "--out", tmp_path / "out")
        assert done.exit_code == 2
        assert said in done.stderr
    with pytest.raises(alloc.RequestError, match="jobs: expected a number above 0; found -1"):
        alloc.bottleneck(path, "cele", "sheep", jobs=-1)


def test_a_question_without_a_plan_says_so(tmp_path: Path):
    raw = asked(rules=[{"name": "much", "type": "amount", "min": 200}])
    done = command("bottleneck", write(raw, tmp_path), "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "There is no plan to add to (infeasible)" in done.stdout


def test_what_there_was_no_time_to_prove_is_not_called_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from alloc.solver.reoptimise import MipResult

    nothing = MipResult(None, float("-inf"), float("inf"))
    monkeypatch.setattr("alloc.solver.cheapest.RepeatedMip.solve", lambda *_: nothing)
    done = command("bottleneck", write(short(), tmp_path), "cele", "sheep", "--out", tmp_path / "out")
    assert done.exit_code == 4
    assert "none found" in done.stdout
    assert "Not every bundle is proven to be the cheapest." in done.stdout
