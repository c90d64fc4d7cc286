"""The rest of a year: nothing paid ever moves, what is free is planned as well as can be."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from randoms import random_instance

import alloc
from alloc.cli import main
from alloc.errors import InstanceError
from alloc.study.follow.actuals import Actuals, Delivery, Payment

DEMO = Path(__file__).parent.parent / "instances" / "demo"


def write(raw: dict[str, Any], folder: Path) -> Path:
    (folder / "year.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return folder / "year.yaml"


def short(**more: Any) -> dict[str, Any]:
    """Return a county with room for 30 more jobs that only lacks places: sheds for 1 each, tents for 2 each."""
    place = {"county": "west", "category": "infrastructure", "industry": "dairy", "max_units": 50, "effect": 1}
    return {
        "alloc": 1,
        "name": "year",
        "year": 2019,
        "counties": {"west": {"jobseekers": 30}},
        "industries": {"dairy": {}},
        "baseline": [
            {"county": "west", "industry": "dairy", "jobs": 10, "infrastructure": 10, "training": 90, "enterprise": 90}
        ],
        "measures": {"shed": {**place, "unit_cost": 1}, "tent": {**place, "unit_cost": 2}},
        "funds": {"aid": {"kind": "aid", "amount": 24}},
        **more,
    }


def test_what_is_paid_for_the_dearer_places_leaves_less_for_the_cheaper_ones(tmp_path: Path) -> None:
    """24 buy 24 sheds. With 6 paid for tents they buy 3 tents and 18 sheds."""
    file = write(short(), tmp_path)
    assert alloc.solve(file).objective == pytest.approx(24)
    run = alloc.solve_rest(file, Actuals((Payment("tent", "aid", 6.0),)))
    assert (run.status, run.objective) == ("optimal", pytest.approx(21, abs=1e-6))
    assert run.tables["measures"].set_index("measure")["cost"].to_dict() == pytest.approx({"shed": 18, "tent": 6})
    run = alloc.solve_rest(file, Actuals((), (Delivery("tent", 4.0, 1.0),)))
    assert run.objective == pytest.approx(4 + 16)


@pytest.mark.parametrize("seed", [3, 5, 8, 13])
def test_nothing_paid_ever_moves(seed: int, tmp_path: Path) -> None:
    """Half of the plan is paid; then the goal turns round, and every payment still stands."""
    rng, raw = random.Random(seed), random_instance(seed)
    file = write(raw, tmp_path)
    first = alloc.solve(file)
    paid = []
    for m, f, x in zip(*(first.tables["allocation"][key] for key in ("measure", "fund", "amount")), strict=True):
        if x > 0 and rng.random() < 0.6:
            paid.append(Payment(m, f, round(x * rng.choice([0.3, 0.7, 1.0]), 2)))
    other = {"objective": {"linkage": 1.0}}
    run = alloc.solve_rest(write({**raw, **other}, tmp_path), Actuals(tuple(paid)))
    amounts = run.tables["allocation"].set_index(["measure", "fund"])["amount"]
    for row in paid:
        assert amounts[row.measure, row.fund] * run.instance.money.unit >= row.paid * run.instance.money.unit - 0.01


def test_with_all_of_the_plan_paid_the_plan_stands(tmp_path: Path) -> None:
    first = alloc.solve(DEMO)
    paid = zip(*(first.tables["allocation"][key] for key in ("measure", "fund", "amount")), strict=True)
    run = alloc.solve_rest(DEMO, Actuals(tuple(Payment(m, f, x) for m, f, x in paid if x > 0)))
    assert run.objective == pytest.approx(first.objective)


def test_what_the_question_does_not_allow_is_said(tmp_path: Path) -> None:
    loan = {"kind": "local", "amount": 5, "categories": ["training"]}
    raw = short(funds={"aid": {"kind": "aid", "amount": 24}, "loan": loan})
    file = write(raw, tmp_path)
    told = Actuals((Payment("tent", "loan", 1.0),), (Delivery("shed", 60.0, 0.0),))
    with pytest.raises(InstanceError) as error:
        alloc.solve_rest(file, told)
    assert error.value.say().split("\n") == [
        "payments  fund: cannot be held: loan may not pay for tent; what may: aid",
        "deliveries  units: 60 units of shed are delivered, more than the question allows (50): raise max_units first",
    ]


def test_the_command_holds_what_is_paid_and_explains_what_cannot_be(tmp_path: Path) -> None:
    file = write(short(), tmp_path)
    told = tmp_path / "told"
    told.mkdir()
    (told / "payments.csv").write_text("measure,fund,paid\ntent,aid,6\n", encoding="utf-8")
    words = ["solve", str(file), "--actuals", str(told), "--lang", "en", "--out"]
    found = CliRunner().invoke(main, [*words, str(tmp_path / "rest")])
    assert found.exit_code == 0
    again = alloc.read(tmp_path / "rest" / "instance")
    assert [rule.name for rule in again.rules] == ["paid: tent, aid"]
    (told / "payments.csv").write_text("measure,fund,paid\ntent,aid,26\n", encoding="utf-8")
    found = CliRunner().invoke(main, [*words, str(tmp_path / "more")])
    assert found.exit_code != 0
    assert "paid: tent, aid" in found.stdout + found.stderr


def two_years(**later: Any) -> dict[str, Any]:
    """Return the county of `short` over two years, of which the second has money for 9 sheds."""
    raw = short(years=[2019, 2020], by_year={"2020": {"funds.aid.amount": 9, **later}})
    del raw["year"]
    return raw


def find_costs(run: alloc.Run) -> dict[tuple[int, str], float]:
    table = run.tables["measures"]
    return {(t, m): round(x, 6) for t, m, x in zip(table["year"], table["measure"], table["cost"], strict=True)}


def test_of_several_years_the_first_is_held_and_the_others_are_planned_anew(tmp_path: Path) -> None:
    """6 for tents leave 18 sheds: 21 jobs in 2019, and all 30 in 2020, when 9 more sheds are all that there is."""
    file = write(two_years(), tmp_path)
    run = alloc.solve_rest(file, Actuals((Payment("tent", "aid", 6.0),)))
    assert run.objective == pytest.approx(21 + 30, abs=1e-5)
    assert find_costs(run) == {(2019, "shed"): 18, (2019, "tent"): 6, (2020, "shed"): 9, (2020, "tent"): 0}


def test_units_delivered_in_the_first_of_several_years_are_not_asked_again(tmp_path: Path) -> None:
    """4 tents stand, and 16 sheds beside them; that tents come by 3 or more from 2020 on stays as it is written."""
    raw = two_years(**{"measures.tent.min_units": 3})
    raw["by_year"]["2019"] = {"measures.tent.min_units": 2}
    raw["measures"]["tent"]["eligible"] = False
    raw["measures"]["tent"]["reason"] = "no more tents"
    told = Actuals((Payment("tent", "aid", 2.0),), (Delivery("tent", 4.0, 1.0),))
    run = alloc.solve_rest(write(raw, tmp_path), told)
    assert run.objective == pytest.approx(20 + 29, abs=1e-5)
    first, second = run.instance.questions
    assert [of.measures["tent"].min_units for of in (first, second)] == [4, 3]
    assert [of.measures["tent"].eligible for of in (first, second)] == [True, False]
    assert [of.rules[0].min for of in (first, second)] == pytest.approx([2, 0], abs=1e-5)  # type: ignore[attr-defined]
    assert find_costs(run)[2019, "tent"] == 8
    again = alloc.read(run.save(tmp_path / "rest") / "instance")
    assert [of.measures["tent"].min_units for of in again.questions] == [4, 3]


def test_with_all_of_the_first_year_paid_the_plan_over_several_years_is_as_good(tmp_path: Path) -> None:
    file = write(two_years(), tmp_path)
    first = alloc.solve(file)
    table = first.tables["allocation"].query("year == 2019 and amount > 0")
    paid = tuple(map(Payment, table["measure"], table["fund"], table["amount"]))
    assert alloc.solve_rest(file, Actuals(paid)).objective == pytest.approx(first.objective, abs=1e-5)


def test_what_the_first_of_several_years_does_not_allow_is_said(tmp_path: Path) -> None:
    raw = two_years()
    raw["by_year"]["2019"] = {"measures.tent.max_units": 3}
    with pytest.raises(InstanceError, match=r"4 units of tent are delivered, more than the question allows \(3\)"):
        alloc.solve_rest(write(raw, tmp_path), Actuals((), (Delivery("tent", 4.0, 1.0),)))
