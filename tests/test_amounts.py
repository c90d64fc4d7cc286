"""Amounts of any size: the optimum of a question does not depend on the unit in which anything is measured."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Raw, divisible, hasty, instance_of
from oracle import optimum
from randoms import random_instance
from test_invariances import in_money, rows_of

import alloc
from alloc.instance import Instance, Options
from alloc.instance.schema import Document
from alloc.model import build
from alloc.solver import solve_whole

AMOUNTS = Path(__file__).parent / "amounts"
HOTAN = Path(__file__).parent.parent / "instances" / "hotan-2019"
near = pytest.approx

KNOWN: dict[str, float | None] = {
    "uganda-125-measures": 26714031.87,  # the published optimum of a health package, in dollars
    "uganda-11-measures": 7170686.67,
    "yuan-false-optimum": 100.0,
    "yuan-plain-20-million": 3493.0478,
    "yuan-share-rule-200-million": 3893.1370,
    "demo-times-1e8": 79.0,
}
"""Values that at least two other programs found."""


def goals(raw: Raw, method: str = "whole") -> list[float]:
    """Return what each goal reaches in a plan that survived the audit, or nothing where no plan exists."""
    run = alloc.solve(instance_of(raw), method=method, jobs=1, gap=1e-7)
    assert run.status in ("optimal", "infeasible")
    return [stage["objective"] for stage in run.figures["stages"]]


def asked(name: str) -> Raw:
    raw: Raw = yaml.safe_load((AMOUNTS / f"{name}.yaml").read_text(encoding="utf-8"))
    return raw


@pytest.mark.parametrize("method", ["whole", "blocks"])
@pytest.mark.parametrize("name", KNOWN)
def test_a_question_with_large_amounts_has_its_known_optimum(name: str, method: str) -> None:
    assert goals(asked(name), method) == near([KNOWN[name]], rel=1e-8)


@pytest.mark.parametrize(
    "name",
    ["case-18-times-1e6", "case-32-times-1e6", "yuan-false-infeasible", "yuan-plain-200-million", "solver-error-173"],
)
def test_a_question_with_large_amounts_has_the_optimum_of_another_solver(name: str) -> None:
    assert goals(asked(name)) == near(optimum(asked(name)).stages, rel=1e-6)


def test_what_no_plan_can_keep_is_infeasible_and_no_failure_of_the_solver() -> None:
    assert optimum(asked("solver-error-39")).status == "infeasible"
    assert alloc.solve(AMOUNTS / "solver-error-39.yaml").status == "infeasible"


@pytest.mark.parametrize(("amount", "jobs"), [(50e6, 600), (60e6, 720), (300e6, 1615)])
def test_a_larger_purse_is_worth_what_it_buys(amount: float, jobs: float) -> None:
    """60 % may go to roads: at 200,000 for two jobs 1 job for 100,000; courses bring one for 75,000, 760 at most.

    Of 50 million 30 go to courses (400 jobs) and 20 to roads (200); of 300 million 57 buy all courses (760 jobs),
    and roads take 60 % of all that is spent at most, which is 85.5 (855 jobs).
    """
    raw = asked("goal-zero")
    raw["funds"]["aid"]["amount"] = amount
    assert goals(raw) == near([jobs])
    assert goals(raw, "blocks") == near([jobs])


@cache
def known_stages(seed: int) -> tuple[float, ...]:
    """Return what another solver finds for each goal of a random question."""
    return tuple(optimum(random_instance(seed)).stages)


@pytest.mark.parametrize("factor", [1e-6, 1e4, 1e10])
@pytest.mark.parametrize("seed", [3, 7, 22])
def test_the_unit_of_money_is_of_no_account(seed: int, factor: float) -> None:
    raw = random_instance(seed)
    units = [factor if goal == "linkage" else 1 for goal in raw.get("objective", {}).get("order", ["weighted"])]
    expected = [unit * value for unit, value in zip(units, known_stages(seed), strict=False)]
    assert goals(in_money(raw, factor)) == near(expected, rel=2e-6, abs=1e-6 * min(units, default=1))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("seed", [1, 12])
def test_the_unit_of_measures_is_of_no_account(seed: int, factor: float) -> None:
    raw = random_instance(seed)
    assert goals(in_units(raw, factor)) == near(list(known_stages(seed)), rel=2e-6, abs=1e-6)


@pytest.mark.parametrize("seed", [3, 12])
def test_a_million_times_the_people_are_a_million_times_the_jobs(seed: int) -> None:
    raw = random_instance(seed)
    raw["objective"] = {"employment": 1}
    raw["rules"] = []
    expected = [1e6 * value for value in optimum(raw).stages]
    assert goals(with_jobs(raw, 1e6)) == near(expected, rel=2e-6)


def in_units(raw: Raw, factor: float) -> Raw:
    """Return the question with every divisible measure counted in units so much smaller."""
    new = copy.deepcopy(raw)
    listed = not isinstance(new["measures"], dict)
    rows = {row["id"]: row for row in new["measures"]} if listed else new["measures"]
    counted = {m: factor for m, row in rows.items() if not row.get("integer")}
    for m, row in rows.items():
        by = counted.get(m, 1.0)
        _multiply(row, ("min_units", "max_units"), by)
        _multiply(row, ("unit_cost", "effect", "jobs", "linkage", "outlet"), 1 / by)
        if "returns" in row:
            row["returns"] = [[point * by, rate] for point, rate in row["returns"]]
        for key in ("uses", "supplies"):
            if key in row:
                row[key] = {r: amount / by for r, amount in row[key].items()}
        if "limited_by" in row:
            row["limited_by"] = {o: rate * by / counted.get(o, 1.0) for o, rate in row["limited_by"].items()}
    return new


def with_jobs(raw: Raw, factor: float) -> Raw:
    """Return the question with so many more people, places and jobs for the same money."""
    new = copy.deepcopy(raw)
    for row in rows_of(new, "counties"):
        _multiply(row, ("population", "jobseekers"), factor)
    for row in new.get("baseline", []):
        _multiply(
            row, ("jobs", "max_jobs", "infrastructure", "training", "insurance", "technology", "enterprise"), factor
        )
    for row in rows_of(new, "industries"):
        _multiply(row, ("productivity", "uplift"), 1 / factor)
        _multiply(row, ("viable_jobs", "cluster_jobs"), factor)
    for row in rows_of(new, "measures"):
        _multiply(row, ("effect", "jobs"), factor)
    for row in new.get("synergies", []):
        _multiply(row, ("employment",), factor)
    return new


def _multiply(row: dict[str, Any], keys: tuple[str, ...], by: float) -> None:
    row |= {key: row[key] * by for key in keys if key in row}


def test_hotan_in_yuan_is_worth_what_it_is_in_ten_thousands() -> None:
    instance = divisible(alloc.read(HOTAN))
    raw = instance.model_dump(mode="json", by_alias=True, exclude_unset=True)
    read_only = {*Instance.model_fields} - {*Document.model_fields}
    raw = {key: value for key, value in raw.items() if key not in read_only and value not in (None, {}, [])}
    del raw["description"]
    del raw["money"]["lot"]
    questions = [instance_of(raw), *(instance_of(in_money(raw, factor)) for factor in (1e4, 1e-4))]
    with hasty():
        plans = [solve_whole(build(each), each, Options(gap=1e-6)) for each in questions]
    assert [plan.status for plan in plans] == ["optimal"] * 3
    assert [plan.objective for plan in plans] == near([plans[0].objective] * 3, rel=2e-6)
