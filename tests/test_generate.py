"""Synthetic questions: the same bytes twice, without fault or doubt, solvable, and in the shape of hotan-2019."""

import csv
import hashlib
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyomo.core as pyo
import pytest
import yaml
from conftest import divisible, hasty
from oracle import optimum
from pyomo.repn import generate_standard_repn

import alloc
from alloc.errors import RequestError
from alloc.generate import generate
from alloc.generate.country import _sizes
from alloc.generate.draws import draw, pick, ranges, some
from alloc.generate.lines import BUILDINGS, stretch
from alloc.instance import CATEGORIES, Instance, Options, inspect, read
from alloc.instance.money import eligible_funds
from alloc.model import build
from alloc.solver import solve_suited

Raw = dict[str, Any]
HOTAN = Path(__file__).parent.parent / "instances/hotan-2019"
LISTS = {"measures", "funds", "requires", "excludes", "tags"}
WORDS = {"id", "name", "name_zh", "county", "category", "industry", "unit", "source", "national", "region", "chain"}
WORDS |= {"scope", "from", "to", "reason"}
FIGURES = ("effect", "unit_cost", "fixed_cost", "min_units", "max_units", "deadweight", "outlet")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return the folder of a synthetic question, made once."""
    place, known = tmp_path_factory.mktemp("made"), {}

    def folder(counties: int, seed: int = 7) -> Path:
        if (counties, seed) not in known:
            known[counties, seed] = place / f"{counties}-{seed}"
            generate(counties, seed, known[counties, seed])
        return known[counties, seed]

    return folder


@pytest.fixture(scope="module")
def question(made) -> Callable[..., Instance]:
    """Return a synthetic question, read once."""
    known: dict[tuple[int, int], Instance] = {}

    def instance(counties: int, seed: int = 7) -> Instance:
        if (counties, seed) not in known:
            known[counties, seed] = read(made(counties, seed))
        return known[counties, seed]

    return instance


@pytest.fixture(scope="module")
def hotan() -> Instance:
    return read(HOTAN)


def cell(column: str, text: str) -> Any:
    """Return what a cell of a CSV table holds, read without alloc."""
    if column in LISTS:
        return text.split("|")
    if column == "returns":
        return [[float(x) for x in point.split(":")] for point in text.split("|")]
    if column in WORDS:
        return text
    return {"true": True, "false": False}[text] if text in ("true", "false") else float(text)


def rows_of(file: Path) -> list[Raw]:
    rows = []
    with file.open(encoding="utf-8", newline="") as lines:
        for cells in csv.DictReader(lines):
            row: Raw = {}
            for column, text in cells.items():
                root, _, inner = column.partition(".")
                if text and inner:
                    row.setdefault(root, {})[inner] = cell(root, text)
                elif text:
                    row[root] = cell(root, text)
            rows.append(row)
    return rows


def raw_of(folder: Path) -> Raw:
    """Return a question as plain data, read by yaml and csv alone."""
    raw: Raw = yaml.safe_load((folder / "instance.yaml").read_text(encoding="utf-8"))
    return {
        key: rows_of(folder / value) if isinstance(value, str) and value.endswith(".csv") else value
        for key, value in raw.items()
    }


def digest(folder: Path) -> str:
    files = sorted(folder.iterdir())
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()


def kind_of(m: str) -> str:
    """Return the template of a synthetic measure."""
    return next(kind for kind in ranges()["measures"] if m.partition("-")[2].split("-")[0] == kind)


# ------------------------------------------------------------------------------------------------------ the files


def test_every_county_can_keep_its_share_for_livelihood(question):
    instance = question(400)
    for county in instance.counties:
        rows = [row for row in instance.measures.values() if row.county == county and row.category != "insurance"]
        assert sum("livelihood" in row.tags and row.eligible for row in rows) >= 2, county


def test_two_processes_with_different_hash_seeds_write_the_same_bytes(tmp_path):
    program = "import sys, pathlib; from alloc.generate import generate; generate(12, 5, pathlib.Path(sys.argv[1]))"
    for seed in ("0", "4242"):
        command = [sys.executable, "-c", program, str(tmp_path / seed)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    assert digest(tmp_path / "0") == digest(tmp_path / "4242")


def test_another_seed_gives_another_question(made, question):
    assert digest(made(3, 1)) != digest(made(3, 2))


def test_line_ends_are_those_of_unix_everywhere(made):
    assert all(b"\r" not in file.read_bytes() for file in made(3).iterdir())


def test_an_instance_is_not_overwritten(made):
    with pytest.raises(RequestError):
        generate(3, 7, made(3))


def test_an_instance_in_a_workbook_is_not_hidden_by_another_beside_it(tmp_path):
    (tmp_path / "instance.xlsx").write_bytes(b"")
    with pytest.raises(RequestError, match=r"instance\.xlsx exists already"):
        generate(3, 7, tmp_path)


def test_fewer_than_three_counties_are_refused(tmp_path):
    with pytest.raises(ValueError):
        generate(2, 7, tmp_path)


@pytest.mark.parametrize("counties", [3, 12, 82])
def test_it_is_checked_without_fault_or_doubt(made, counties):
    reading = inspect(made(counties))
    assert [str(fault) for fault in (*reading.faults, *reading.warnings)] == []
    assert reading.instance is not None
    assert len(reading.instance.counties) == counties


def test_small_questions_of_many_seeds_have_no_fault_or_doubt(tmp_path):
    for seed in range(25):
        generate(3 + seed % 4, seed, tmp_path / str(seed))
        reading = inspect(tmp_path / str(seed))
        assert [str(fault) for fault in (*reading.faults, *reading.warnings)] == [], seed


def test_832_counties_take_seconds(tmp_path):
    started = time.process_time()
    generate(832, 7, tmp_path / "many")
    assert time.process_time() - started < 20


def test_every_row_says_that_it_is_made_up(made):
    raw = raw_of(made(12))
    for table in ("counties", "industries", "baseline", "links", "measures", "synergies", "rules"):
        assert {row["source"] for row in raw[table]} == {"synthetic"}
    for table in ("chains", "funds", "resources", "scenarios"):
        assert {row["source"] for row in raw[table].values()} == {"synthetic"}
    assert set(raw["sources"]) == {"synthetic"}


# ---------------------------------------------------------------------------------------------------- what is in it


def test_every_county_has_lines_of_all_categories(question):
    instance = question(82)
    least, most = ranges()["county"]["measures"]["range"]
    for c in instance.counties:
        lines = [row for row in instance.measures.values() if row.county == c]
        assert {row.category for row in lines} == set(CATEGORIES)
        assert least <= len(lines) <= most
        assert 3 <= sum(row.county == c for row in instance.baseline) <= 5


def test_every_feature_of_a_national_question_occurs(question):
    instance = question(82)
    lines = instance.measures.values()
    assert {row.national for row in lines} == {"any", "none", "supplement", "exclusive"}
    assert any(row.requires for row in lines)
    assert any(row.excludes for row in lines)
    assert any(row.committed for row in lines)
    assert any(not row.eligible and row.reason for row in lines)
    assert any(row.national_planned for row in lines)
    assert any(row.integer for row in lines)
    assert any(row.returns and row.returns[0][1] < row.returns[1][1] for row in lines)
    assert any(row.returns and row.returns[0][1] > row.returns[1][1] for row in lines)
    homes = [{instance.measures[m].county for m in row.measures} for row in instance.synergies]
    assert {len(home) for home in homes} == {1, 2}
    assert any(link.scope == "region" and link.friction > 0 for link in instance.links)
    assert set(instance.scenarios) == {"normal", "bad"}
    assert {rule.type for rule in instance.rules} == {"share", "complement", "count", "amount"}


def test_aid_comes_from_one_fund_over_all_counties_and_from_paired_donors(question):
    instance = question(120)
    aid = {f: row for f, row in instance.funds.items() if row.kind == "aid"}
    assert [f for f, row in aid.items() if not row.counties] == ["central-aid"]
    paired = [c for row in aid.values() for c in row.counties]
    assert sorted(paired) == sorted(instance.counties)
    donors = {c: f for f, row in aid.items() for c in row.counties}
    by_region: dict[str, set[str]] = {}
    for c, row in instance.counties.items():
        by_region.setdefault(row.region, set()).add(donors[c])
    assert all(len(found) == 1 for found in by_region.values())
    assert set(instance.funds["national-poverty"].by_county or {}) == set(instance.counties)


def test_equity_rules_stop_before_they_take_too_many_rows(made):
    kinds = {n: {rule["type"] for rule in raw_of(made(n))["rules"]} & {"parity", "gini"} for n in (12, 30, 82)}
    assert kinds == {12: {"parity", "gini"}, 30: {"parity"}, 82: set()}


def test_regions_have_6_to_14_counties():
    for counties in (12, 82, 400, 832, 2843):
        sizes = _sizes(random.Random(1), counties)
        assert sum(sizes) == counties
        assert 6 <= min(sizes) <= max(sizes) <= 14


def test_water_is_short_in_the_basin_and_in_the_county(question):
    instance = question(82)
    basins = {r: row for r, row in instance.resources.items() if r.startswith("water-")}
    assert len(basins) > 1
    for r, row in basins.items():
        assert row.amount < sum(row.by_county.values())
        for c, here in row.by_county.items():
            assert here < sum(x.uses.get(r, 0) * x.max_units for x in instance.measures.values() if x.county == c)


# -------------------------------------------------------------------------------------------------------- drawing


def test_figures_stay_in_their_range_and_lean_with_their_county():
    rng = random.Random(3)
    figure = {"range": [10, 1000], "lean": True}
    small, large = ([draw(rng, figure, lean) for _ in range(300)] for lean in (0.0, 1.0))
    assert 10 <= min(small) < max(small) <= 100 < 1000 >= max(large) > min(large) >= 99
    assert all(draw(rng, {"range": [1, 2], "chance": 0.0}) == 0 for _ in range(9))


def test_keys_are_picked_by_their_chances_and_some_are_drawn_once():
    rng = random.Random(3)
    keys = [pick(rng, {"a": 0.8, "b": 0.2}) for _ in range(500)]
    assert 350 < keys.count("a") < 450
    assert sorted(some(rng, range(9), 9)) == list(range(9))


# ------------------------------------------------------------------------------------------------------ the answer


@pytest.mark.parametrize("seed", [1, 7])
def test_three_counties_have_the_optimum_that_another_program_finds(made, seed):
    folder = made(3, seed)
    run, answer = alloc.solve(folder, gap=1e-7), optimum(raw_of(folder))
    assert run.status == answer.status == "optimal"
    assert run.objective == pytest.approx(answer.objective, rel=1e-6)
    assert run.figures["audit"]["passed"]


def test_aid_is_about_a_third_of_what_worthwhile_lines_would_cost(question):
    instance = question(12)
    aid = {f: row for f, row in instance.funds.items() if row.kind == "aid"}
    ample = {f: row.model_copy(update={"amount": 100 * row.amount}) for f, row in aid.items()}
    local = tuple(rule for rule in instance.rules if rule.type not in ("parity", "gini"))
    free = instance.model_copy(update={"funds": {**instance.funds, **ample}, "rules": local})
    with hasty():
        plan = solve_suited(build(free), free, Options(gap=0.01), jobs=1)
    spent = sum(money for (_, f), money in plan.values["Spend"].items() if f in aid)
    assert 0.2 < sum(row.amount for row in aid.values()) / spent < 0.45


# ------------------------------------------------------------------------------------------------- the resemblance


def shape(instance: Instance) -> dict[str, float]:
    """Return figures of the model's matrix and of the tables that do not grow with the counties."""
    model = build(instance)
    columns = sum(1 for _ in model.component_data_objects(pyo.Var))
    rows = [
        len(generate_standard_repn(row.body).linear_vars)
        for row in model.component_data_objects(pyo.Constraint, active=True)
    ]
    lines = instance.measures
    return {
        "entries a column": sum(rows) / columns,
        "entries a row": sum(rows) / len(rows),
        "rows a column": len(rows) / columns,
        "integers a column": sum(x.is_integer() for x in model.component_data_objects(pyo.Var)) / columns,
        "columns a measure": columns / len(lines),
        "measures an industry": len(lines) / len(instance.baseline),
        "payers a measure": sum(len(eligible_funds(instance, m)) for m in lines) / len(lines),
    }


def test_its_matrix_is_as_dense_as_hotans(question, hotan):
    here, there = shape(question(60)), shape(divisible(hotan))
    assert {key: here[key] / there[key] for key in there if not 2 / 3 < here[key] / there[key] < 3 / 2} == {}


def test_a_county_has_100_to_140_columns(question):
    columns = sum(1 for _ in build(question(60)).component_data_objects(pyo.Var))
    assert 100 <= columns / 60 <= 140


@pytest.mark.parametrize("category", CATEGORIES)
def test_costs_of_a_category_are_hotans(question, hotan, category):
    def costs(instance: Instance, key: str) -> list[float]:
        open_ones = [row for row in instance.measures.values() if row.category == category and row.effect > 0]
        return [x for x in (getattr(row, key) for row in open_ones if "block" not in row.tags) if x > 0]

    for key, factor in (("unit_cost", 1.5), ("fixed_cost", 2.0), ("largest_cost", 3.0)):
        here, there = costs(question(82), key), costs(hotan, key)
        if there:
            assert min(here) > min(there) / factor, key
            assert max(here) < max(there) * factor, key
    here, there = (statistics.median(costs(x, "largest_cost")) for x in (question(82), hotan))
    assert 0.4 < here / there < 2.5


@pytest.mark.parametrize("kind", ranges()["measures"])
def test_a_template_draws_what_it_says(question, kind):
    template = ranges()["measures"][kind]
    lines = [row for m, row in question(120).measures.items() if kind_of(m) == kind]
    assert lines
    for key in FIGURES:
        if key in template:
            low, high = template[key]["range"]
            if key == "min_units":
                low = 0
            found = [x for x in (getattr(row, key) for row in lines) if x or "chance" not in template[key]]
            assert low - 0.5 * (key == "max_units") <= min(found), key
            if key == "max_units":  # a line of livelihood grows where its county could not keep its floor of aid
                high = max([high, *(row.max_units for row in lines if is_stretched(row))])
            assert max(found) <= high + 0.5, key


def is_stretched(row):
    return "livelihood" in row.tags and not (row.requires or row.excludes or row.uses or row.national_ceiling)


@pytest.mark.parametrize(("counties", "seed"), [(300, 77), (120, 3), (82, 7)])
def test_every_county_can_keep_its_floor_of_aid_from_lines_that_wait_for_nothing(tmp_path, counties, seed):
    """These lines can take a county's whole floor for livelihood, so no rule by county is out of its reach."""
    generate(counties, seed, tmp_path / "q")
    question = read(tmp_path / "q")
    floor = next(rule.min for rule in question.rules if getattr(rule, "per", None))
    taken = dict.fromkeys(question.counties, 0.0)
    for row in question.measures.values():
        alone = is_stretched(row) and row.national_planned is None and row.min_units < row.max_units and row.eligible
        if alone and not row.national.startswith("supplement"):
            taken[row.county] += row.largest_cost * (1 - sum(row.min_share.values()))
    assert {c for c, row in question.counties.items() if taken[c] < floor * row.population} == set()


def test_a_county_that_could_not_keep_its_floor_is_named():
    """A course of 30 that stands alone grows until it takes 60; where it waits for another line nothing can grow."""
    course = {"county": "c0007", "tags": ["livelihood"], "unit_cost": 3.0, "min_units": 1, "max_units": 10}
    stretch([course], 60.0)
    assert course["max_units"] == 20
    with pytest.raises(RequestError, match="c0007"):
        stretch([{**course, "requires": ["base"]}], 60.0)


def test_what_only_some_questions_have_is_in_some(tmp_path):
    found = set()
    for seed in range(12):
        generate(5, seed, tmp_path / str(seed))
        question = read(tmp_path / str(seed))
        found |= {"markets"} if question.markets else set()
        found |= {"total"} if question.funds["national-poverty"].amount is not None else set()
        found |= {"supplies"} if any(row.supplies for row in question.measures.values()) else set()
    assert found == {"markets", "total", "supplies"}


def test_buildings_are_the_lines_that_make_workplaces():
    built = {kind for kinds in ranges()["builds"].values() for kind in kinds}
    assert built == set(BUILDINGS)
    assert {ranges()["measures"][kind]["category"] for kind in built} == {"infrastructure"}
