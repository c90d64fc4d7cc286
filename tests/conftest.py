"""A small question that a test changes one thing of, and two ways to ask it: at a point, and for the best plan."""

import copy
import csv
import gc
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pyomo.core as pyo
import pytest
import yaml
from browser import Browser, browsing
from click.testing import CliRunner, Result
from office import Office
from oracle import optimum
from pyomo.core.expr.visitor import identify_variables

import alloc
from alloc.cli import main
from alloc.instance import Instance
from alloc.memory import collect_seldom
from alloc.model import build
from alloc.processes import load_ahead
from alloc.solution import Solution
from alloc.solver import pool, solve_whole

os.environ["ALLOC_LANG"] = "en"  # commands speak the language of the system otherwise
load_ahead("alloc.study.points")  # most tests of studies open processes

Raw = dict[str, Any]
Previous = Mapping[str, Mapping[str, float]]

COUNTY = {"region": "hotan", "population": 1000, "jobseekers": 1000}
MEASURE = {
    "county": "cele",
    "category": "infrastructure",
    "industry": "sheep",
    "effect": 1,
    "unit_cost": 1,
    "max_units": 200,
}
NEW: Raw = {"counties": COUNTY, "measures": MEASURE}
"""What a new county or measure is like where a test does not say."""


def divisible(instance: Instance) -> Instance:
    """Return a question with payments and units of any size: where a test needs a proven plan in no time."""
    money = instance.money.model_copy(update={"lot": None})
    rows = {m: row.model_copy(update={"integer": False}) for m, row in instance.measures.items()}
    return instance.model_copy(update={"money": money, "measures": rows})


def listed(data: Any) -> Any:
    """Return data as it is parsed, with lists in the place of tuples: as the oracle reads them."""
    if isinstance(data, dict):
        return {key: listed(value) for key, value in data.items()}
    return [listed(item) for item in data] if isinstance(data, tuple) else data


def stands(industry: str = "sheep", county: str = "cele", **keys: Any) -> Raw:
    """Return a row of the baseline without jobs and with room for 1000 of them in every category."""
    room = {"infrastructure": 1000, "training": 1000, "enterprise": 1000}
    return {"county": county, "industry": industry, **room, **keys}


SMALL: Raw = {
    "alloc": 1,
    "name": "small",
    "year": 2019,
    "counties": {"cele": COUNTY},
    "industries": {"sheep": {}},
    "baseline": [stands(infrastructure=0)],
    "funds": {"aid": {"kind": "aid", "amount": 100}},
    "measures": {"pens": MEASURE},
    "objective": {"employment": 1},
    "solver": {"gap": 1e-7},
}
"""A county lacks nothing but workplaces; pens make one for one unit of money; there are 100: 100 jobs."""


def asked(**changes: Any) -> Raw:
    """Return the small question with some parts changed.

    A row of a table with ids is changed key by key, or added; None takes a key or a row away. Other
    parts are put in the place of what was there.
    """
    raw = copy.deepcopy(SMALL)
    for table, change in changes.items():
        if table in ("counties", "industries", "funds", "measures"):
            for row, keys in change.items():
                if keys is None:
                    del raw[table][row]
                else:
                    merged = {**raw[table].get(row, NEW.get(table, {})), **keys}
                    raw[table][row] = {key: value for key, value in merged.items() if value is not None}
        else:
            raw[table] = change
    return raw


def one_measure(aid_money: float = 60, national_money: float = 60, **keys: Any) -> Raw:
    """Return the small question with two payers and one measure that costs 100 at most: a job for each unit."""
    funds = {"aid": {"amount": aid_money}, "national": {"kind": "national", "amount": national_money}}
    return asked(funds=funds, measures={"pens": {"max_units": 100, **keys}})


def rivals(**changes: Any) -> Raw:
    """Return a question without industries: pens bring one job for a unit of money, courses half a job.

    There is money for 100 units, and no limit on people.
    """
    bare = {"industry": None, "effect": None}
    pens, courses = {**bare, "jobs": 1}, {**bare, "jobs": 0.5, "category": "training"}
    extra = changes.pop("measures", {})
    measures = {name: {**row, **extra.pop(name, {})} for name, row in (("pens", pens), ("courses", courses))}
    measures |= {name: {**bare, **row} for name, row in extra.items()}
    counties = {"cele": {"jobseekers": None}} | changes.pop("counties", {})
    return asked(industries={"sheep": None}, baseline=[], counties=counties, measures=measures, **changes)


def instance_of(raw: Raw, previous: Previous | None = None) -> Instance:
    """Write a question into a folder and read it as a planner's would be read.

    previous: for each rule of type `change` the aid of last year, by measure.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.yaml"
        plain = json.loads(json.dumps(raw))  # without aliases, which the reader refuses
        path.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
        for rule in raw.get("rules", []):
            if rule["type"] == "change":
                _write_plan(Path(folder) / rule["previous"], raw, (previous or {})[rule["name"]])
        return alloc.read(path)


def write(raw: Raw, folder: Path) -> Path:
    """Write a question into a folder, and return its file."""
    path = folder / "question.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table as it was written."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def command(*words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


def _write_plan(folder: Path, raw: Raw, money: Mapping[str, float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "allocation.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["measure", "county", "category", "industry", "fund", "kind", "amount"])
        for m, amount in money.items():
            row = raw["measures"][m]
            rows.writerow([m, row["county"], row["category"], row.get("industry", ""), "aid", "aid", amount])


def plan_of(raw: Raw, previous: Previous | None = None) -> Solution:
    """Return the best plan of a question."""
    instance = instance_of(raw, previous)
    return solve_whole(build(instance), instance, instance.solver)


@contextmanager
def hasty() -> Iterator[None]:
    """Wait half a second for a search for least money that never ends with a proof: more is given to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alloc.solver.least_money.LOTS_TIME", 0.5)
        patch.setattr("alloc.solver.least_money.LEAST_TIME", 0.5)
        yield


def best(raw: Raw, previous: Previous | None = None) -> Solution:
    """Return the best plan, after checking that the oracle, another program and solver, finds one as good."""
    plan = plan_of(raw, previous)
    answer = optimum(raw, previous)
    assert plan.status == answer.status
    reached = [stage.objective for stage in plan.stages]
    assert reached == pytest.approx(answer.stages, rel=1e-6, abs=1e-6)
    return plan


def model_of(raw: Raw, previous: Previous | None = None) -> pyo.ConcreteModel:
    """Return the model of a question."""
    return build(instance_of(raw, previous))


def holds(*limits: Any, **point: Any) -> bool:
    """Tell whether a point keeps one limit, or several together, without a solver.

    point: a decision's name → its value or {index: value}; or the last word of its index → its value, so
    that `aid=1` is one unit of money from the fund `aid`. What is left out is 0; a yes-or-no decision that
    is left out may be either. A word that none of the limits knows is an error.
    """
    rows = [row for limit in limits for row in (limit.values() if limit.is_indexed() else [limit])]
    variables = {id(x): x for row in rows for x in identify_variables(row.body)}.values()
    open_ones, known = [], set()
    for x in variables:
        name, index = x.parent_component().local_name, x.index()
        last = index[-1] if isinstance(index, tuple) else index
        given = point.get(name, point.get(last))
        known |= {name, last, (name, index)}
        value = given.get(index) if isinstance(given, dict) else given
        if value is None and x.is_binary():
            open_ones.append(x)
        x.set_value(value or 0, skip_validation=True)
    named = set(point) | {(name, i) for name, value in point.items() if isinstance(value, dict) for i in value}
    if not named <= known:
        raise KeyError(f"not in these limits: {named - known}")
    return any(_kept(rows, open_ones, choice) for choice in itertools.product((0, 1), repeat=len(open_ones)))


def _kept(rows: list[Any], decisions: list[Any], choice: tuple[int, ...]) -> bool:
    for x, value in zip(decisions, choice, strict=True):
        x.set_value(value)
    values = [(pyo.value(row.body), row.lb, row.ub) for row in rows]
    return all(
        (low is None or value >= low - 1e-9) and (high is None or value <= high + 1e-9) for value, low, high in values
    )


def square(c: float, code: str = "", name: str = "", size: float = 1.0) -> dict[str, Any]:
    """Return a made-up feature: a square, which is no county's shape."""
    ring = [[80 + c, 36], [80 + c + size, 36], [80 + c + size, 36 + size], [80 + c, 36 + size], [80 + c, 36]]
    properties = {key: word for key, word in (("adcode", code), ("name", name)) if word}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def geojson(folder: Path, *features: Mapping[str, Any]) -> Path:
    path = folder / "counties.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


SLOW = {
    "test_cases": 52,
    "test_sweep": 32,
    "test_desk": 30,
    "test_workbook_live": 29,
    "test_docs": 26,
    "test_sensitivity": 26,
    "test_verify": 25,
    "test_frontier": 23,
    "test_blocks": 22,
    "test_interrupts": 19,
    "test_target": 18,
    "test_alternatives": 18,
    "test_why": 18,
    "test_hotan": 17,
    "test_generate": 17,
    "test_meeting_years": 17,
    "test_worlds": 16,
    "test_cli": 15,
    "test_highs": 15,
    "test_diff": 15,
    "test_rounding": 14,
    "test_question": 14,
    "test_excel_roundtrips": 13,
    "test_excel_template": 13,
    "test_repair": 13,
    "test_amounts": 12,
    "test_random": 12,
    "test_roll": 12,
    "test_classics": 10,
    "test_track": 10,
    "test_whatif": 10,
    "test_edges": 10,
    "test_rule_recipe": 10,
    "test_near": 10,
    "test_every_figure": 10,
    "test_hand_rounded": 10,
    "test_public": 9,
    "test_reasons": 9,
    "test_proof": 9,
    "test_report": 9,
    "test_many_counties": 9,
    "test_locked": 9,
    "test_sensitivity_command": 9,
    "test_verify_years": 9,
    "test_explain": 8,
    "test_invariances": 8,
}
"""Files of tests that take eight seconds or more, and how many [s of a core]: left out by `check.py --fast`."""

PROGRAMS = {"chromium": "browser", "office": "office"}
"""Fixtures that need a program which pip does not install, and the marker of the tests that use them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they need, so that no test has to say it; the long files begin, so that none ends alone."""
    items.sort(key=lambda item: -SLOW.get(item.path.stem, 0))
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker("slow")
        for name in PROGRAMS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(PROGRAMS[name])


def pytest_collection_finish() -> None:
    """Spare the collector what is loaded by now and stays: walking over it takes an eighth of the time of the tests."""
    gc.collect()
    gc.freeze()
    collect_seldom()


@pytest.fixture(autouse=True)
def no_spares() -> Iterator[None]:
    """End what waits for the next study: it was begun with the folder and the surroundings of this test."""
    yield
    pool._places[0] = 0
    while pool._spares:
        pool._close_process(pool._spares.pop())


def lacking(words: str) -> NoReturn:
    """Skip a test where a program is missing; where a machine checks what lands, that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium without a network."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        lacking("Chromium is not installed (Debian: chromium)")
    with browsing(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return LibreOffice, which works out every formula of a workbook."""
    program = shutil.which("soffice")
    if program is None:
        lacking("LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
    return Office(program, tmp_path_factory.mktemp("office"))
