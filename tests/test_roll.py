"""Next year's question: what was bought works on, what was promised is kept, and no yuan is lost on the way."""

import csv
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import yaml
from click.testing import CliRunner

import alloc
from alloc.cli import main
from alloc.errors import InstanceError, RequestError
from alloc.study.follow.actuals import Actuals, CountedJobs, Delivery, Payment
from alloc.study.follow.delivery import shrink

QUESTION = {
    "alloc": 1,
    "name": "aid-2019",
    "title": "Aid of 2019",
    "year": 2019,
    "counties": {"west": {"jobseekers": 50, "population": 1000, "delivery": {"infrastructure": 0.8}}},
    "industries": {"dairy": {"name": "Milk", "name_zh": "奶业"}},
    "baseline": [
        {"county": "west", "industry": "dairy", "jobs": 10, "infrastructure": 10, "training": 30, "enterprise": 30}
    ],
    "measures": {
        "barn": {
            "county": "west",
            "category": "infrastructure",
            "industry": "dairy",
            "unit_cost": 2,
            "min_units": 10,
            "max_units": 14,
            "effect": 1,
            "recurrent": 0.25,
            "integer": True,
            "committed": True,
        },
        "shed": {"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 9, "requires": ["barn"]},
        "tent": {"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 9, "excludes": ["barn"]},
    },
    "funds": {"aid": {"kind": "aid", "amount": 30, "carry": 0.5}},
    "rules": [
        {"type": "change", "name": "steady", "of": {"category": "infrastructure"}, "max": 9, "previous": "plan-2018"}
    ],
}
BARN: dict[str, Any] = QUESTION["measures"]["barn"]  # type: ignore[index]
EARLIER = "measure,county,category,industry,fund,kind,amount\nbarn,west,infrastructure,dairy,aid,aid,12\n"


def solve(raw: dict[str, Any], folder: Path) -> Path:
    """Solve a question written to a folder and return its result's."""
    (folder / "question" / "plan-2018").mkdir(parents=True)
    (folder / "question" / "instance.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    (folder / "question" / "plan-2018" / "allocation.csv").write_text(EARLIER, encoding="utf-8")
    alloc.solve(folder / "question").save(folder / "result")
    return folder / "result"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return solve(QUESTION, tmp_path_factory.mktemp("roll"))


ACTUALS = Actuals(
    payments=(Payment("barn", "aid", 21.0),),
    deliveries=(Delivery("barn", 9.0, 8.0),),
    jobs=(CountedJobs("west", "dairy", 14.0, 46.0),),
)
"""10.5 barns were paid for, so 11 are begun: 8 are accepted, 3 promised at 1 more (22 less 21)."""


def test_every_figure_of_a_year_worked_out_by_hand(result: Path) -> None:
    rolled = alloc.roll(result, ACTUALS, year=2020)
    new = rolled.instance
    assert (new.name, new.title, new.year) == ("aid-2020", "Aid of 2020", 2020)
    today = new.baseline[0]
    assert today.jobs == 14
    assert today.infrastructure == pytest.approx(10 + 8 * 1 * 0.8)
    assert today.sources == {"jobs": "actuals-2019", "infrastructure": "actuals-2019"}
    assert new.counties["west"].jobseekers == 46
    planned = 14.0
    rate = (0.8 * planned + 8) / (planned + 10.5)
    assert new.counties["west"].delivery["infrastructure"] == pytest.approx(rate)
    barn, upkeep, promised = (new.measures[m] for m in ("barn", "barn-upkeep-2019", "barn-promised-2019"))
    assert not barn.eligible
    assert barn.reason == "11 units are in place since 2019; the 3 that are left are fewer than its least scale"
    assert not barn.committed
    assert (upkeep.committed, upkeep.min_units, upkeep.max_units, upkeep.unit_cost) == (True, 8, 8, 0.25)
    assert (upkeep.effect, upkeep.life) == (0, None)
    assert (promised.committed, promised.min_units, promised.max_units) == (True, 3, 3)
    assert (promised.unit_cost, promised.fixed_cost, promised.effect) == (0, pytest.approx(1), 1)
    assert new.measures["shed"].requires == ()
    assert not new.measures["tent"].eligible
    assert new.funds["aid"].amount == pytest.approx(30 + 0.5 * 9)
    assert new.rules[0].previous == "plan-2019"  # type: ignore[union-attr]
    assert new.previous["plan-2019"][0].amount == 28
    assert rolled.doubts == ("aid has the money of 2019: nothing is said of 2020",)
    assert rolled.faults == ()


def test_what_is_written_is_read_as_the_same_and_lists_every_change(result: Path, tmp_path: Path) -> None:
    rolled = alloc.roll(result, ACTUALS, year=2020, lang="zh")
    out = rolled.save(tmp_path / "next")
    read = alloc.read(out)
    assert read.model_copy(update={"sha256": ""}) == rolled.instance
    assert alloc.solve(out).status == "optimal"
    book = openpyxl.load_workbook(out / "changes.xlsx")
    assert book.sheetnames == ["变动", "重新估计的到位率"]
    listed = {(row[0], row[1], row[3]): row for row in book["变动"].iter_rows(min_row=2, values_only=True)}
    assert listed["基线", "west/dairy", "现有工位"][2] == "west · 奶业"
    assert listed["基线", "west/dairy", "现有工位"][4:] == (
        "10",
        "16.4",
        "2019 年验收的 barn 8 个单位继续发挥作用",
    )
    assert listed["财政年度", "", ""][4:6] == ("2019", "2020")
    page = (out / "changes.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page  # nothing is fetched from anywhere
    for change in rolled.changes:
        assert change.reason in page
    with (out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(rolled.changes)


def with_measures(**measures: dict[str, Any]) -> dict[str, Any]:
    return {**QUESTION, "measures": measures, "rules": []}


def test_a_curve_of_returns_ends_where_the_units_of_what_is_promised_do(tmp_path: Path) -> None:
    """19.1 pays for 9.55 units, of which 3.3 are accepted: in binary fractions that leaves a speck more than 6.25."""
    curve = {"integer": False, "committed": False, "min_units": 1, "returns": [[5, 1], [14, 0.5]]}
    result = solve(with_measures(barn={**BARN, **curve}), tmp_path)
    told = Actuals(
        (Payment("barn", "aid", 19.1),), (Delivery("barn", 9.0, 3.3),), (CountedJobs("west", "dairy", 10.0, 50.0),)
    )
    rolled = alloc.roll(result, told, year=2020)
    assert rolled.faults == ()
    promised = rolled.instance.measures["barn-promised-2019"]
    assert (promised.max_units, promised.returns) == (6.25, ((5, 1), (6.25, 0.5)))


@pytest.mark.parametrize(("units", "end"), [(14.00000000000007, (14.0000000000001, 0.5)), (16.0, (16, 0))])
def test_more_units_than_the_curve_of_returns_knows_are_there_and_bring_nothing_more(
    tmp_path: Path, units: float, end: tuple[float, float]
) -> None:
    """What does not work yet is a row, and no part of today's capacity."""
    curve = {"integer": False, "committed": False, "min_units": 1, "returns": [[5, 1], [14, 0.5]], "lead": 2}
    result = solve(with_measures(barn={**BARN, **curve}), tmp_path)
    rolled = alloc.roll(result, Actuals((), (Delivery("barn", units, units),)), year=2020)
    assert rolled.faults == ()
    assert rolled.instance.measures["barn-built-2019"].returns == ((5, 1), *([(14, 0.5)] if end[1] == 0 else []), end)


def test_what_upkeep_and_returns_are_measured_by_from_now_on_is_told(tmp_path: Path) -> None:
    raw = with_measures(barn={**BARN, "max_units": 40, "max_share": {"aid": 1}})
    raw["sharing"] = [{"county": "west", "tax": 0.1}]
    raw["rules"] = [{"type": "benefit", "name": "both", "side": "host", "min": 0}]
    told = Actuals((Payment("barn", "aid", 20.0),), (Delivery("barn", 10.0, 10.0),), ACTUALS.jobs)
    doubts = alloc.roll(solve(raw, tmp_path), told, year=2020).doubts
    assert [doubt.split(":")[0] for doubt in doubts if "aid has" not in doubt] == [
        "barn-upkeep-2019 is paid as a row of its own",
        "both asks for returns above the status quo of 2020",
    ]


def test_what_is_still_to_be_paid_in_one_lot_is_paid_by_one(tmp_path: Path) -> None:
    """9.6 of 10 lots are paid: of the one that is left nobody can pay a third. Of 4 one at least, and 2 at most."""
    lane = {"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 20, "committed": True}
    raw = with_measures(
        lane={**lane, "min_units": 10, "min_share": {"private": 0.3}, "max_share": {"private": 0.5}},
        road={**lane, "min_units": 10, "min_share": {"private": 0.3}, "max_share": {"private": 0.5}},
    )
    raw |= {
        "money": {"lot": 1},
        "funds": {"aid": {"kind": "aid", "amount": 30}, "own": {"kind": "private", "amount": 9}},
    }
    paid = (Payment("lane", "aid", 9.6), Payment("road", "aid", 6.0))
    told = Actuals(paid, tuple(Delivery(m, 10.0, 10.0) for m in ("lane", "road")), ACTUALS.jobs[:0])
    rolled = alloc.roll(solve(raw, tmp_path / "a"), told, year=2020)
    lane, road = (rolled.instance.measures[f"{m}-promised-2019"] for m in ("lane", "road"))
    assert (lane.fixed_cost, lane.min_share, lane.max_share) == (pytest.approx(0.4), {"private": 0}, {"private": 1})
    assert (road.fixed_cost, road.min_share, road.max_share) == (4, {"private": 0.25}, {"private": 0.5})
    assert alloc.solve(rolled.save(tmp_path / "b")).status == "optimal"


def test_the_rest_of_the_last_lot_promises_no_units_that_were_not_planned(tmp_path: Path) -> None:
    """Water for 8 lanes, paid by two lots of 5: all 8 are there, and nothing is owed."""
    lane = {"county": "west", "category": "training", "unit_cost": 1, "max_units": 20, "jobs": 1, "uses": {"water": 1}}
    raw = with_measures(lane=lane) | {"money": {"lot": 5}, "resources": {"water": {"amount": 8}}}
    told = Actuals((Payment("lane", "aid", 10.0),), (Delivery("lane", 8.0, 8.0),), ACTUALS.jobs)
    rolled = alloc.roll(solve(raw, tmp_path), told, year=2020)
    assert (rolled.rates[0].trust, rolled.rates[0].paid_for, rolled.rates[0].after) == (8, 8, 1)
    assert "lane-promised-2019" not in rolled.instance.measures
    assert rolled.instance.measures["lane"].max_units == 12


def test_what_others_leave_too_little_of_for_the_least_scale_is_closed(tmp_path: Path) -> None:
    """11 barns are in place and no more can be bought: a tenth of them is less than the fewest sheds, 5."""
    shed = {"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 9}
    result = solve(with_measures(barn=BARN, shed={**shed, "min_units": 5, "limited_by": {"barn": 0.1}}), tmp_path)
    rolled = alloc.roll(result, ACTUALS, year=2020)
    assert rolled.faults == ()
    assert not rolled.instance.measures["shed"].eligible
    reason = "barn cannot be bought any more; what was bought of it allows 1.1 units, fewer than the least scale"
    assert rolled.instance.measures["shed"].reason == reason


def test_what_ends_or_serves_a_whole_county_stands_as_a_row_that_the_next_roll_takes_away(tmp_path: Path) -> None:
    raw = with_measures(
        school={"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 6, "effect": 1, "life": 2},
        hire={"county": "west", "category": "enterprise", "unit_cost": 1, "max_units": 6, "effect": 1, "jobs": 1},
    )
    result = solve(raw, tmp_path / "first")
    told = Actuals(
        payments=(Payment("school", "aid", 6.0), Payment("hire", "aid", 6.0)),
        deliveries=(Delivery("school", 6.0, 6.0), Delivery("hire", 6.0, 6.0)),
        jobs=(CountedJobs("west", "dairy", 10.0, 50.0),),
    )
    first = alloc.roll(result, told, year=2020, trust=0)
    stands = first.instance.measures["school-built-2019"]
    assert (stands.committed, stands.max_units, stands.unit_cost, stands.life) == (True, 6, 0, 1)
    assert stands.effect * first.instance.counties["west"].delivery["infrastructure"] == pytest.approx(0.8)
    assert not [m for m in first.instance.measures if m.startswith("hire-")]
    again = first.save(tmp_path / "question-2020")
    alloc.solve(again).save(tmp_path / "second")
    second = alloc.roll(tmp_path / "second", Actuals(), year=2021)
    assert not [m for m in second.instance.measures if m.startswith("school-")]
    assert second.doubts[:2] == (
        "jobs were not counted, last year's stand: west/dairy",
        "jobseekers were not counted, last year's stand: west",
    )


def test_what_is_accepted_of_a_promise_beside_new_units_works_and_is_kept_up_too(tmp_path: Path) -> None:
    """2019: 6 paid for, 4 accepted. 2020: the 2 promised and 3 new ones accepted: 9 work, and are kept up, in 2021."""
    row = {"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 20, "recurrent": 0.25}
    raw = with_measures(barn={**row, "industry": "dairy", "effect": 1}, road={**row, "effect": 1, "life": 5})
    del raw["counties"]
    raw["counties"] = {"west": {"jobseekers": 50, "population": 1000}}
    counted = (CountedJobs("west", "dairy", 10.0, 50.0),)
    both = ("barn", "road")
    paid, accepted = [Payment(m, "aid", 6.0) for m in both], [Delivery(m, 6.0, 4.0) for m in both]
    folder = alloc.roll(
        solve(raw, tmp_path / "2019"), Actuals((*paid,), (*accepted,), counted), year=2020, trust=1e9
    ).save(tmp_path / "question-2020")
    alloc.solve(folder).save(tmp_path / "2020")
    paid = [Payment(m, "aid", 3.0) for m in both]
    accepted = [Delivery(m, 3.0, 3.0) for m in both] + [Delivery(f"{m}-promised-2019", 2.0, 2.0) for m in both]
    rows = alloc.roll(tmp_path / "2020", Actuals((*paid,), (*accepted,), counted), year=2021, trust=1e9).instance
    for m in both:
        kept = [row.max_units for name, row in rows.measures.items() if name.startswith(m) and "-upkeep-" in name]
        assert sorted(kept) == [2, 3, 4]
    assert rows.baseline[0].infrastructure == pytest.approx(10 + 9)
    works = {name: row.effect * row.max_units for name, row in rows.measures.items() if "-built-" in name}
    assert sum(works.values()) == pytest.approx(9)


def test_a_place_for_the_whole_county_is_where_the_counted_jobs_need_it(tmp_path: Path) -> None:
    raw = with_measures(
        park={"county": "west", "category": "infrastructure", "unit_cost": 1, "max_units": 10, "effect": 1}
    )
    result = solve(raw, tmp_path)
    told = Actuals(
        payments=(Payment("park", "aid", 10.0),),
        deliveries=(Delivery("park", 10.0, 10.0),),
        jobs=(CountedJobs("west", "dairy", 16.0, 44.0),),
    )
    new = alloc.roll(result, told, year=2020).instance
    assert new.baseline[0].infrastructure == 16
    rate = new.counties["west"].delivery["infrastructure"]
    assert 10 * rate * new.measures["park-built-2019"].effect == pytest.approx(10 * 0.8 - 6)


@pytest.mark.parametrize(("seed", "factor"), [(2, 1.0), (3, 1e8)])
def test_money_is_conserved_over_five_rolled_years(seed: int, factor: float, tmp_path: Path) -> None:
    """Books kept beside the rolls agree to a hundredth of a yuan: own money, carried money, paid, promised, accepted.

    In one of the years nothing is paid at all; the money of new years is never said, so that each has last year's own.
    """
    rng, price, fixed = random.Random(seed), {"barn": 2.0 * factor, "lane": 0.7 * factor}, 1.0 * factor
    raw = with_measures(
        barn={**BARN, "committed": False, "min_units": 1, "max_units": 60, "unit_cost": price["barn"], "recurrent": 0},
        lane={"county": "west", "category": "infrastructure", "industry": "dairy", "fixed_cost": fixed, "effect": 1,
              "unit_cost": price["lane"], "max_units": 40},
    )  # fmt: skip
    raw["money"] = {"unit": 1e4 / factor, "label": "money"}
    raw["funds"] = {"aid": {"kind": "aid", "amount": 30 * factor, "carry": 0.5}}
    folder, there = solve(raw, tmp_path / "0"), 30.0 * factor
    accepted, spent, begun = dict.fromkeys(price, 0.0), dict.fromkeys(price, 0.0), dict.fromkeys(price, 0)
    for year in range(2020, 2025):
        told = _make_actuals(alloc.solve(folder.parent / "question").tables, rng, year, factor)
        rolled = alloc.roll(folder, told, year=year)
        assert rolled.faults == ()
        there = 30 * factor + 0.5 * (there - math.fsum(row.paid for row in told.payments))
        assert rolled.instance.funds["aid"].amount == pytest.approx(there, abs=1e-6 * factor)
        for m in price:
            mine = {row.measure: row.paid for row in told.payments if row.measure.startswith(m)}
            spent[m], begun[m] = spent[m] + math.fsum(mine.values()), begun[m] + (mine.get(m, 0.0) > 0)
            accepted[m] += math.fsum(row.accepted for row in told.deliveries if row.measure.startswith(m))
            promised = [row for name, row in rolled.instance.measures.items() if name.startswith(f"{m}-promised-")]
            units, owed = (math.fsum(getattr(row, key) for row in promised) for key in ("max_units", "fixed_cost"))
            cost = price[m] * (accepted[m] + units) + (fixed * begun[m] if m == "lane" else 0.0)
            assert spent[m] + owed == pytest.approx(cost, abs=1e-6 * factor)
        rolled.save(tmp_path / str(year) / "question")
        folder = tmp_path / str(year) / "result"
        alloc.solve(folder.parent / "question").save(folder)


def _make_actuals(tables: Any, rng: random.Random, year: int, factor: float) -> Actuals:
    """Return what became of a plan by chance: a part of it paid, in one year nothing; a part accepted."""
    payments, deliveries = [], []
    for m, f, x in zip(*(tables["allocation"][key] for key in ("measure", "fund", "amount")), strict=True):
        if x > 0 and year != 2022:
            payments.append(Payment(m, f, x if "-" in m else round(x / factor * rng.uniform(0.1, 1.0), 6) * factor))
    paid = {row.measure for row in payments}
    for m, units in zip(tables["measures"]["measure"], tables["measures"]["units"], strict=True):
        if m in paid or "-promised-" in m:
            part = rng.choice([0.0, 0.5, 1.0]) if "-" in m else rng.uniform(0.0, 0.1)
            deliveries.append(Delivery(m, float(units), float(int(units * part))))
    return Actuals(tuple(payments), tuple(deliveries), (CountedJobs("west", "dairy", 10.0, 50.0),))


@pytest.mark.parametrize("before", [0.6, 0.9, 1.0])
@pytest.mark.parametrize("truth", [0.5, 0.75, 0.9, 0.97])
def test_intervals_hold_a_known_truth_whatever_was_believed(before: float, truth: float) -> None:
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        tried = int(rng.integers(5, 200))
        _, low, high = shrink(before, float(tried), float(tried), float(rng.binomial(tried, truth)))
        inside += low <= truth <= high
    assert inside >= 0.75 * 400


def test_a_rate_moves_from_what_was_believed_to_what_was_seen() -> None:
    assert shrink(0.8, 10.0, 10.0, 10.0)[0] == pytest.approx(18 / 20)
    assert shrink(0.8, 0.0, 10.0, 5.0)[0] == pytest.approx(0.5)
    mean, low, high = shrink(1.0, 10.0, 10.0, 10.0)
    assert (mean, high) == (1.0, 1.0)
    assert low < 0.95
    assert shrink(0.6, 0.0, 0.0, 0.0) == (0.6, 0.6, 0.6)


def test_a_promise_outlives_a_year_without_payments(tmp_path: Path) -> None:
    raw = with_measures(
        lane={"county": "west", "category": "infrastructure", "industry": "dairy", "fixed_cost": 10, "unit_cost": 1,
              "max_units": 20, "effect": 1},
    )  # fmt: skip
    told = Actuals((Payment("lane", "aid", 4.0),), (), (CountedJobs("west", "dairy", 10.0, 50.0),))
    first = alloc.roll(solve(raw, tmp_path / "first"), told, year=2020).save(tmp_path / "second" / "question")
    owed = alloc.read(first).measures["lane-promised-2019"]
    assert (owed.max_units, owed.fixed_cost) == (20, 26)
    alloc.solve(first).save(tmp_path / "second" / "result")
    quiet = Actuals((), (Delivery("lane-promised-2019", 5.0, 3.0),), told.jobs)
    again = alloc.roll(tmp_path / "second" / "result", quiet, year=2021).instance
    owed = again.measures["lane-promised-2019"]
    assert (owed.max_units, owed.fixed_cost) == (17, 26)
    rate = 0.8 * 20 / (20 + 0)  # 20 planned and believed in at 0.8, nothing paid for yet: 0.8 stays
    assert again.baseline[0].infrastructure == pytest.approx(10 + 3 * rate)


def test_the_unit_of_money_changes_money_alone(tmp_path: Path) -> None:
    found = []
    for factor in (1.0, 1e4, 1e8):
        raw = yaml.safe_load(yaml.safe_dump(QUESTION))
        raw["money"] = {"unit": 1e8 / factor, "currency": "CNY"}
        raw["funds"]["aid"]["amount"] *= factor
        for row in raw["measures"].values():
            for key in ("unit_cost", "recurrent"):
                row[key] = row.get(key, 0) * factor
        raw["rules"] = []
        result = solve(raw, tmp_path / f"{factor:g}")
        told = Actuals((Payment("barn", "aid", 21.0 * factor),), ACTUALS.deliveries, ACTUALS.jobs)
        new = alloc.roll(result, told, year=2020).instance
        promised = new.measures["barn-promised-2019"]
        found.append((new.baseline[0].infrastructure, promised.max_units, promised.fixed_cost / factor))
        assert new.funds["aid"].amount == pytest.approx(34.5 * factor)
    assert found[1:] == [pytest.approx(found[0])] * 2


def test_the_money_of_the_new_year_is_read_and_its_mistakes_are_told(result: Path, tmp_path: Path) -> None:
    file = tmp_path / "funds.csv"
    file.write_text("fund,amount\naid,40\n", encoding="utf-8")
    rolled = alloc.roll(result, ACTUALS, year=2020, funds=file)
    assert rolled.instance.funds["aid"].amount == pytest.approx(44.5)
    assert rolled.doubts == ()
    file.write_text("fund,county,amount\nadi,,1\naid,west,-4\naid,,-1\naid,,x\naid,,1\naid,,2\n", encoding="utf-8")
    with pytest.raises(InstanceError) as error:
        alloc.roll(result, ACTUALS, year=2020, funds=file)
    assert error.value.say().replace(f"{tmp_path}/", "").split("\n") == [
        "funds.csv:2  fund: 'adi' is not a fund of this instance; did you mean 'aid'?",
        "funds.csv:3  fund: aid is not tied to counties: leave the county empty",
        "funds.csv:3  amount: -4 is below 0; 0 or more is expected",
        "funds.csv:4  amount: -1 is below 0; 0 or more is expected",
        "funds.csv:5  amount: 'x' is not a number",
        "funds.csv:7  fund: aid has an amount in an earlier row already",
    ]


def test_each_county_and_the_whole_carry_for_themselves(tmp_path: Path) -> None:
    raw = with_measures(barn={**BARN, "recurrent": 0})
    raw["funds"] = {"aid": {"kind": "aid", "amount": 30, "by_county": {"west": 40}, "carry": 0.5}}
    told = Actuals((Payment("barn", "aid", 20.0),), (Delivery("barn", 10.0, 10.0),), ACTUALS.jobs)
    result = solve(raw, tmp_path)
    fund = alloc.roll(result, told, year=2020).instance.funds["aid"]
    assert (fund.amount, fund.by_county, fund.carried) == (35, {"west": 50}, {"all": 5, "west": 10})
    (tmp_path / "funds.csv").write_text("fund,county,amount\naid,,10\naid,west,20\n", encoding="utf-8")
    fund = alloc.roll(result, told, year=2020, funds=tmp_path / "funds.csv").instance.funds["aid"]
    assert (fund.amount, fund.by_county) == (15, {"west": 30})


def test_what_cannot_be_rolled_is_said(result: Path, tmp_path: Path) -> None:
    def refused(text: str, **more: Any) -> None:
        with pytest.raises(RequestError) as error:
            alloc.roll(result, ACTUALS, **{"year": 2020, **more})
        assert text in error.value.say()

    refused("--year 2019 does not follow the plan's year 2019", year=2019)
    refused("--trust -1: 0 units or more are expected", trust=-1.0)
    refused("no such file", funds=tmp_path / "none.csv")
    (tmp_path / "poor.csv").write_text("fund,money\n", encoding="utf-8")
    refused("has no table with the columns fund, amount", funds=tmp_path / "poor.csv")
    told = Actuals(jobs=(CountedJobs("west", "goats", 1.0),))
    with pytest.raises(InstanceError, match="jobs of goats in west were counted, but the baseline has no such row"):
        alloc.roll(result, told, year=2020)


def test_the_command_writes_the_question_and_says_what_is_to_be_decided(result: Path, tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_text("measure,fund,paid\nbarn,aid,28\n", encoding="utf-8")
    (tmp_path / "jobs.csv").write_text("county,industry,jobs\nwest,dairy,14\n", encoding="utf-8")
    words = ["roll", str(result), str(tmp_path), "--year", "2020", "--out", str(tmp_path / "next"), "--lang", "en"]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 2
    assert "jobseekers were not counted, last year's stand: west" in found.stdout
    assert "baseline.csv:2  infrastructure: 14 jobs today are more than infrastructure allows (10)" in found.stderr
    assert (tmp_path / "next" / "instance.yaml").is_file()
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 2
    assert "next" in again.stderr
