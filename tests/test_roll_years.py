"""Plans over several years rolled on: without surprises the same decisions again, and what is bought is bought."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import alloc
from alloc.cli import main
from alloc.errors import RequestError
from alloc.run import Run
from alloc.study.follow.actuals import Actuals, CountedJobs, Delivery, Payment

ROOT = Path(__file__).parent
SURE = 1e12
"""Units that the rate of delivery so far counts for: nothing that arrives changes it."""

WEST = {"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 10}
QUESTION: dict[str, Any] = {
    "alloc": 1,
    "name": "aid-2021",
    "years": [2021, 2022, 2023],
    "discount": 0.1,
    "end_value": 2,
    "counties": {"west": {"jobseekers": 500, "population": 1000}, "east": {"jobseekers": 500, "population": 900}},
    "industries": {"dairy": {"productivity": 1}},
    "baseline": [
        {"county": "west", "industry": "dairy", "jobs": 10, "infrastructure": 10, "training": 90, "enterprise": 90}
    ],
    "measures": {
        "barn": {**WEST, "industry": "dairy", "effect": 1, "recurrent": 0.1, "unit_cost": 2, "max_units": 30},
        "road": {**WEST, "jobs": 0.4, "min_units": 5, "lead": 1},
        "camp": {**WEST, "county": "east", "category": "training", "jobs": 0.6, "life": 2, "max_total": 25},
        "wage": {**WEST, "county": "east", "category": "enterprise", "jobs": 0.3, "max_units": 40},
        "well": {**WEST, "county": "east", "jobs": 0.5, "fixed_cost": 2, "requires": ["road"], "excludes": ["tent"]},
        "tent": {**WEST, "county": "east", "jobs": 0.2},
        "fair": {**WEST, "county": "east", "jobs": 0.1, "limited_by": {"camp": 0.5}},
    },
    "synergies": [{"measures": ["road", "well"], "employment": 6}],
    "funds": {"aid": {"kind": "aid", "amount": 24, "carry": 0.9}, "host": {"kind": "local", "by_county": {"east": 6}}},
    "rules": [{"type": "count", "name": "few", "each": "county", "max": 3}],
    "by_year": {"2022": {"funds.aid.amount": 11}, "2023": {"funds.aid.amount": 30, "measures.wage.jobs": 0.5}},
    "objective": {"employment": 1},
}
"""A barn makes room for dairy jobs, the rest brings jobs directly; nothing of it is anybody's real figure."""


def solve(raw: dict[str, Any], folder: Path) -> Run:
    folder.mkdir()
    (folder / "instance.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return alloc.solve(folder, gap=1e-9, jobs=1)


def carry_out(run: Run) -> Actuals:
    """Return a first year in which everything went as planned; nobody counted jobs."""
    paid, bought = (
        run.tables[name][run.tables[name]["year"] == run.instance.years[0]] for name in ("allocation", "measures")
    )
    payments = [
        Payment(m, f, float(x)) for m, f, x in zip(paid["measure"], paid["fund"], paid["amount"], strict=True) if x > 0
    ]
    units = [Delivery(m, float(x), float(x)) for m, x in zip(bought["measure"], bought["units"], strict=True) if x > 0]
    return Actuals(tuple(payments), tuple(units))


def list_goals(run: Run, first: int) -> dict[int, float]:
    """Return the jobs gained in each year from one on."""
    return {year["year"]: year["employment"] for year in run.figures["by_year"] if year["year"] >= first}


def roll_on(run: Run, actuals: Actuals) -> alloc.Rolled:
    return alloc.roll(run, actuals, year=run.instance.years[1], trust=SURE)


@pytest.mark.parametrize("case", ["years-02", "years-06"])
def test_a_first_year_without_surprises_leaves_a_plan_as_good_as_the_rest_of_the_one_before(case: str) -> None:
    """Decisions may tie; each year's goal is worth as much as before, discounted from the new first year on."""
    run = alloc.solve(ROOT / f"years/{case}.yaml", gap=1e-9, jobs=1)
    rolled = roll_on(run, carry_out(run))
    assert rolled.faults == ()
    again = alloc.solve(rolled.instance, gap=1e-9, jobs=1)
    rest = list_goals(run, again.instance.years[0])
    assert sum(list_goals(again, 0).values()) == pytest.approx(sum(rest.values()), rel=1e-6)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return solve(QUESTION, tmp_path_factory.mktemp("years") / "question")


def test_what_was_bought_brings_what_it_brings_by_the_figures_of_the_next_year(tmp_path: Path) -> None:
    """From 2022 on a barn has half its places and costs 0.2 a year, and a road, which works then, brings 0.3 jobs."""
    later = {"measures.barn.effect": 0.5, "measures.barn.recurrent": 0.2, "measures.road.jobs": 0.3}
    promised = {
        "barn": {**QUESTION["measures"]["barn"], "committed": True, "min_units": 4},
        "road": {**QUESTION["measures"]["road"], "committed": True},
    }
    bare = {**QUESTION, "measures": promised, "synergies": [], "rules": [], "by_year": {"2022": later}}
    run = solve(bare, tmp_path / "question")
    rolled = roll_on(run, carry_out(run))
    bought = run.tables["measures"].query("year == 2021").set_index("measure")["units"]
    assert rolled.instance.baseline[0].infrastructure == pytest.approx(10 + 0.5 * bought["barn"])
    assert rolled.instance.measures["barn-upkeep-2021"].unit_cost == 0.2
    assert rolled.instance.measures["road-built-2021"].jobs == 0.3


LONG = {
    **QUESTION,
    "years": [2021, 2022, 2023, 2024],
    "measures": {
        "barn": {**QUESTION["measures"]["barn"], "committed": True, "min_units": 4},
        "road": {**QUESTION["measures"]["road"], "committed": True},
        "camp": {**QUESTION["measures"]["camp"], "life": 3, "recurrent": 0.1, "committed": True, "min_units": 2},
        "wage": QUESTION["measures"]["wage"],
    },
    "synergies": [],
    "rules": [],
    "by_year": {
        "2022": {"funds.aid.amount": 11},
        "2023": {"measures.barn.effect": 0.5, "measures.barn.recurrent": 0.2, "measures[category=training].jobs": 0.4},
        "2024": {
            "measures.road.jobs ×": 0.5,
            "measures.barn.effect": 0.75,
            "counties.west.delivery.infrastructure": 0.8,
        },
    },
}
"""From the third year on a barn has half its places, then three quarters, and costs twice as much to keep up; a road
brings half as much in the fourth, in which less arrives.
"""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return solve(LONG, tmp_path_factory.mktemp("long") / "question")


def test_figures_of_all_later_years_reach_what_was_bought_however_often_it_is_rolled_on(long: Run) -> None:
    """What a year brings with what was bought before is what the plan of all years said that it would."""
    run = long
    while len(run.instance.years) > 1:
        rolled = roll_on(run, carry_out(run))
        assert rolled.faults == ()
        run = alloc.solve(rolled.instance, gap=1e-9, jobs=1)
        assert list_goals(run, 0) == pytest.approx(list_goals(long, run.instance.years[0]), rel=1e-6)
    assert run.instance.years == (2024,)


def test_of_what_was_bought_each_later_year_has_its_own_figures_and_old_rates_of_delivery(long: Run) -> None:
    """Of 10 paid for 5 are accepted: at 10 units of trust 0.75 arrives of what is bought from now on, until 2024."""
    paid = (Payment("barn", "aid", 20.0), Payment("road", "aid", 0.0), Payment("camp", "aid", 4.0))
    done = (Delivery("barn", 10.0, 5.0), Delivery("camp", 4.0, 4.0))
    rolled = alloc.roll(long, Actuals(paid, done), year=2022, trust=10)
    assert rolled.faults == ()
    west = [of.counties["west"].delivery["infrastructure"] for of in rolled.instance.questions]
    assert west[:3] == pytest.approx([0.75, 0.75, 0.8])
    barn, camp, upkeep = "barn-built-2021", "camp-built-2021", "barn-upkeep-2021"
    planned = rolled.instance.questions[:3]
    brought = [of.measures[barn].effect * rate for of, rate in zip(planned, west, strict=False)]
    assert brought == pytest.approx([1, 0.5, 0.75 * 0.8])
    assert [of.measures[camp].jobs for of in planned] == pytest.approx([0.6, 0.4, 0.4])
    assert [of.measures[upkeep].recurrent for of in planned] == pytest.approx([0.1, 0.2, 0.2])
    assert [of.measures[upkeep].jobs for of in planned] == [0, 0, 0]


def test_year_after_year_the_same_is_decided_again(planned: Run) -> None:
    run, bought = planned, planned.tables["measures"]
    while len(run.instance.years) > 1:
        rolled = roll_on(run, carry_out(run))
        assert rolled.faults == ()
        run = alloc.solve(rolled.instance, gap=1e-9, jobs=1)
        year = run.instance.years[0]
        assert list_goals(run, 0) == pytest.approx(list_goals(planned, year), rel=1e-6)
        now = run.tables["measures"].query("year == @year").set_index("measure")["units"]
        was = bought.query("year == @year").set_index("measure")["units"]
        assert now[list(was.index)].to_dict() == pytest.approx(was.to_dict(), abs=1e-5)
    assert run.instance.years == (2023,)


def test_what_one_year_leaves_to_those_that_were_planned_behind_it(planned: Run) -> None:
    half = Actuals(
        payments=(Payment("barn", "aid", 10.0), Payment("wage", "host", 2.0)),
        deliveries=(Delivery("barn", 5.0, 4.0), Delivery("wage", 2.0, 2.0)),
        jobs=(CountedJobs("west", "dairy", 10.0, 480.0),),
    )
    new = roll_on(planned, half).instance
    assert (new.name, new.year, new.years, new.discount, new.end_value) == ("aid-2022", 2022, (2022, 2023), 0.1, 2)
    assert new.funds["aid"].amount == pytest.approx(11 + 0.9 * 14)
    assert new.by_year == {"2023": {"funds.aid.amount": 30, "measures.wage.jobs": 0.5}}
    later = new.questions[1]
    assert (later.year, later.funds["aid"].amount, later.funds["host"].by_county) == (2023, 30, {"east": 6})
    barn, upkeep, owed = (new.measures[m] for m in ("barn", "barn-upkeep-2021", "barn-promised-2021"))
    assert (barn.max_units, barn.eligible) == (25, True)
    assert (upkeep.unit_cost, upkeep.recurrent, upkeep.max_units, upkeep.max_total) == (0.1, 0.1, 4, 4)
    assert (owed.max_units, owed.max_total, owed.fixed_cost, owed.recurrent) == (1, 1, 0, 0.1)
    assert new.baseline[0].infrastructure == 14
    assert not [m for m in new.measures if m.startswith("wage-")]
    assert new.counties["west"].jobseekers == 480
    assert new.rules[0].of.measure == tuple(QUESTION["measures"])  # type: ignore[union-attr]


def test_the_last_year_rolled_on_is_a_year_by_itself(tmp_path: Path) -> None:
    run = solve({**QUESTION, "years": [2023], "by_year": {}}, tmp_path / "question")
    new = alloc.roll(run, carry_out(run), year=2024).instance
    assert (new.years, new.by_year, new.name) == ((2024,), {}, "aid-2021-2024")


def test_the_last_year_that_is_left_is_a_question_of_that_year(tmp_path: Path) -> None:
    run = solve({**QUESTION, "years": [2022, 2023], "end_value": 0, "by_year": {}}, tmp_path / "question")
    rolled = roll_on(run, carry_out(run))
    assert (rolled.instance.year, rolled.instance.years, rolled.instance.discount) == (2023, (), 0)
    assert alloc.read(rolled.save(tmp_path / "next")).questions == ()


def test_money_that_only_the_new_year_has_is_not_there_in_the_years_behind_it(tmp_path: Path) -> None:
    raw = {
        **QUESTION,
        "by_year": {},
        "funds": {**QUESTION["funds"], "host": {"kind": "local", "by_county": {"east": 6}, "carry": 1}},
    }
    run = solve(raw, tmp_path / "question")
    new = roll_on(run, Actuals(payments=(Payment("wage", "host", 2.0),))).instance
    assert (new.funds["aid"].amount, new.funds["host"].by_county) == (pytest.approx(24 * 1.9), {"east": 10})
    assert new.by_year == {"2023": {"funds.aid.amount": 24, "funds.host.by_county.east": 6}}


def test_figures_of_later_years_that_were_written_before_are_told(planned: Run) -> None:
    raw = {**QUESTION["by_year"], "2023": {"counties.west.jobseekers": 700, "measures.barn.max_units": 9}}
    instance = planned.instance.model_copy(update={"by_year": raw})
    run = Run(instance, planned.solution, planned.tables, planned.figures)
    told = Actuals(
        (Payment("barn", "aid", 10.0),), (Delivery("barn", 5.0, 5.0),), (CountedJobs("west", "dairy", 10, 400),)
    )
    assert (
        "west jobseekers: the plan has 700 from 2023 on, as written in by_year before 2021 was known"
        in roll_on(run, told).doubts
    )


def test_a_limit_by_the_scale_of_another_counts_what_was_bought_where_it_can_be_said(planned: Run) -> None:
    def limit(camp: float, fair: float) -> tuple[Any, tuple[str, ...]]:
        bought = {"camp": camp, "fair": fair}
        rolled = roll_on(
            planned,
            Actuals(
                tuple(Payment(m, "aid", x) for m, x in bought.items()),
                tuple(Delivery(m, x, x) for m, x in bought.items()),
            ),
        )
        return rolled.instance.measures["fair"], rolled.doubts

    fair, _ = limit(camp=10, fair=1)  # 5 less 1 are left, which are fewer than the 9 that can be bought
    assert (fair.limited_by, fair.max_units) == ({"camp": 0.5}, 9)
    said = "fair is limited by the scale of camp: what was bought leaves 4 units beside that"
    assert any(said in doubt for doubt in limit(camp=10, fair=1)[1])
    fair, _ = limit(camp=25, fair=1)  # no camp is left to be bought
    assert (fair.limited_by, fair.max_units) == ({}, 9)
    fair, _ = limit(camp=25, fair=4)
    assert (fair.limited_by, fair.max_units) == ({}, 6)


def test_what_brings_something_together_goes_on_when_a_part_of_it_is_there(planned: Run) -> None:
    told = Actuals((Payment("road", "aid", 6.0),), (Delivery("road", 6.0, 6.0),))
    new = roll_on(planned, told).instance
    assert new.synergies[0].measures == ("road-built-2021", "well")
    both = Actuals((*told.payments, Payment("well", "aid", 6.0)), (*told.deliveries, Delivery("well", 4.0, 4.0)))
    assert roll_on(planned, both).instance.synergies[0].employment == 6
    counted = (CountedJobs("west", "dairy", 10.0),)
    assert roll_on(planned, Actuals(both.payments, both.deliveries, counted)).instance.synergies[0].employment == 6


def test_only_the_year_that_follows_can_be_rolled_to(planned: Run) -> None:
    with pytest.raises(RequestError, match="the plan goes on in 2022: --year 2022 comes first, not 2023"):
        alloc.roll(planned, Actuals(), year=2023)
    with pytest.raises(RequestError, match="2021"):
        alloc.roll(planned, Actuals(), year=2021)


def test_of_a_plan_over_several_years_the_first_is_followed(planned: Run, tmp_path: Path) -> None:
    found = alloc.track(planned, carry_out(planned))
    assert found.instance.year == 2021
    assert found.list_open_measures().empty
    goals = found.figures["goals"]
    assert goals["accepted"] == pytest.approx(goals["plan"])
    assert goals["plan"]["employment"] == pytest.approx(planned.figures["by_year"][0]["employment"])
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "aid-2021" in page
    alloc.write_actuals_template(planned, tmp_path / "template.xlsx")
    assert alloc.read_actuals(tmp_path / "template.xlsx", found.instance).payments == ()


def test_the_commands_take_the_folder_of_such_a_plan(planned: Run, tmp_path: Path) -> None:
    result = planned.save(tmp_path / "result")
    (tmp_path / "payments.csv").write_text("measure,fund,paid\nbarn,aid,10\n", encoding="utf-8")
    words = ["roll", str(result), str(tmp_path), "--year", "2022", "--out", str(tmp_path / "next")]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 0, found.output
    assert alloc.read(tmp_path / "next").years == (2022, 2023)
    found = CliRunner().invoke(main, ["track", str(result), str(tmp_path), "--out", str(tmp_path / "tracked")])
    assert found.exit_code == 0, found.output
