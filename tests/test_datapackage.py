"""What results are handed on as: a Data Package (version 2), and one long table for statistics packages."""

import csv
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from click.testing import CliRunner

import alloc
from alloc.cli import main
from alloc.report.dictionary import dictionary
from alloc.report.statistics import KEYS, LEVELS
from alloc.run import Run, solve

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def run() -> Run:
    return solve(ROOT / "tests/everything")


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.save(tmp_path_factory.mktemp("results") / "everything", lang="zh")


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def faults(package: dict[str, Any]) -> list[str]:
    """Return what is wrong under the profile of version 2.0, as the package dplib-py ships it."""
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    profile = json.loads(files("dplib").joinpath("profiles/2.0/datapackage.json").read_text(encoding="utf-8"))
    return [fault.message for fault in jsonschema.Draft7Validator(profile).iter_errors(package)]


def test_the_package_is_valid_under_its_profile(package: dict[str, Any]):
    assert faults(package) == []
    assert faults({**package, "resources": []})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_studies_of_many_plans_have_a_package_of_their_own(tmp_path: Path, lang: str):
    demo = ROOT / "instances/demo"
    alloc.frontier(demo, objectives=("employment", "cost"), points=2).save(tmp_path / "frontier", lang=lang)
    alloc.alternatives(demo, count=2, within=0.05).save(tmp_path / "alternatives", lang=lang)
    for study, names in (("frontier", ["frontier"]), ("alternatives", ["alternatives", "ranges"])):
        package = json.loads((tmp_path / study / "datapackage.json").read_text(encoding="utf-8"))
        assert faults(package) == []
        assert [resource["name"] for resource in package["resources"]] == names
        for resource in package["resources"]:
            content = (tmp_path / study / resource["path"]).read_bytes()
            assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
            table = pd.read_csv(tmp_path / study / resource["path"])
            assert [field["name"] for field in resource["schema"]["fields"]] == list(table.columns)
            assert not table.duplicated(resource["schema"]["primaryKey"]).any()


def test_each_resource_is_the_file_it_says(package: dict[str, Any], folder: Path):
    assert {resource["path"] for resource in package["resources"]} == {
        f"{name}.csv" for name in (*dictionary(), "sharing", "payers")
    }
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        content.decode(resource["encoding"])


def test_keys_tell_rows_apart_and_references_are_found(package: dict[str, Any], folder: Path):
    tables = {
        r["name"]: pd.read_csv(folder / r["path"], dtype=str, keep_default_na=False) for r in package["resources"]
    }
    references = 0
    for resource in package["resources"]:
        table = tables[resource["name"]]
        assert not table.duplicated(resource["schema"]["primaryKey"]).any()
        for key in resource["schema"].get("foreignKeys", []):
            to = key["reference"]
            assert set(table[key["fields"][0]]) <= set(tables[to["resource"]][to["fields"][0]])
            references += 1
    assert references == 8


@pytest.mark.parametrize("room", ["alloc.report", "alloc.study", "alloc.study.follow"])
def test_what_tells_rows_apart_is_a_column_of_the_table(room: str):
    for name, table in dictionary(room).items():
        known = [column.partition(".")[0] for column in table["columns"]]
        assert {*table.get("key", ())} <= {*known}, name


def test_cells_are_of_the_type_and_unit_that_is_said(package: dict[str, Any], folder: Path):
    for resource in package["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows
        for field in resource["schema"]["fields"]:
            cells = [row[field["name"]] for row in rows]
            if field["type"] == "integer":
                assert set(cells) <= {"0", "1"}
            if field["type"] == "number":
                assert all(float(cell) == float(cell) for cell in cells if cell)
    fields = {f["name"]: f for r in package["resources"] for f in r["schema"]["fields"]}
    assert fields["amount"]["unit"] == "万元"
    assert fields["amount"]["title"] == "金额"


def test_one_long_table_holds_every_number(run: Run, folder: Path, tmp_path: Path):
    done = CliRunner().invoke(main, ["export", str(folder), str(tmp_path / "s.csv")])
    assert done.exit_code == 0, done.stderr
    assert not (tmp_path / "s.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(tmp_path / "s.csv", keep_default_na=False)
    assert list(table.columns) == ["year", "level", *KEYS, "variable", "value"]
    assert all(name.isascii() for name in table.columns)
    assert not table.duplicated(["level", *KEYS, "variable"]).any()
    for level in LEVELS:
        numbers = run.tables[level].select_dtypes("number")
        mine = table[table["level"] == level].groupby("variable")["value"].sum()
        assert mine.to_dict() == pytest.approx(numbers.sum()[numbers.notna().any()].to_dict())
    codebook = pd.read_csv(tmp_path / "s-codebook.csv", keep_default_na=False)
    assert set(zip(table["level"], table["variable"], strict=True)) <= set(
        zip(codebook["level"], codebook["variable"], strict=True)
    )
    assert "10000 CNY" in set(codebook["unit"])
    labels = codebook.set_index(["level", "variable"]).loc[("counties", "aid_per_head")]
    assert labels["label_zh"] == "人均援助"
    assert labels["label_en"].isascii()


def test_a_format_that_is_not_known_is_refused(folder: Path, tmp_path: Path):
    done = CliRunner().invoke(main, ["export", str(folder), str(tmp_path / "plan.pdf")])
    assert done.exit_code == 2
    assert "must end in .mps or .lp" in done.stderr
    done = CliRunner().invoke(main, ["export", str(folder), str(tmp_path / "plan.txt"), "--format", "lp"])
    assert "must end in .mps or .lp, as its format does" in done.stderr
