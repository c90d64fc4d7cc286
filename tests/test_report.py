"""The results: tables that add up, files that Excel reads, text that stays text."""

import csv
import io
import json
import math
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml
from conftest import asked, instance_of, stands
from rich.console import Console

import alloc
from alloc.errors import RequestError
from alloc.instance import read
from alloc.report.dictionary import described, dictionary
from alloc.report.terminal import summarise
from alloc.run import Run, solve

EVERYTHING = Path(__file__).parent / "everything"
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "@SUM(1)",
    "+1",
    "-41+7",
    "<script>alert(1)</script>",
    "長" * 300,
    "مرحبا",
    "🐑",
]


@pytest.fixture(scope="module")
def run() -> Run:
    return solve(EVERYTHING)


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.save(tmp_path_factory.mktemp("results") / "everything")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_file_of_a_result_is_there(folder: Path):
    tables = {f"{name}.csv" for name in (*dictionary(), "sharing", "payers")}
    others = {"run.json", "datapackage.json", "allocation.xlsx", "report.html", "charts", "instance"}
    assert {path.name for path in folder.iterdir()} == tables | others
    asked = {path.name for path in (folder / "instance").iterdir()}
    assert {"instance.yaml", "measures.csv", "results"} <= asked


def test_a_result_holds_the_question_it_answers(run: Run, folder: Path):
    again, asked = read(folder / "instance"), run.instance
    assert again.model_copy(update={"sha256": asked.sha256}) == asked


def test_files_begin_with_the_mark_that_excel_needs_for_chinese(folder: Path):
    for name in dictionary():
        assert (folder / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_columns_are_those_of_the_data_dictionary(folder: Path):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    known = {name: dictionary().get(name) or described(name) for name in (*dictionary(), "sharing", "payers")}
    for resource in package["resources"]:
        fields = [field["name"] for field in resource["schema"]["fields"]]
        with (folder / resource["path"]).open(encoding="utf-8-sig") as file:
            assert next(csv.reader(file)) == fields == list(known[resource["name"]]["columns"])


def test_every_yuan_adds_up_to_its_fund_its_measure_and_its_county(run: Run):
    spent = run.allocation.groupby("fund")["amount"].sum()
    assert spent.to_dict() == pytest.approx(run.funds.groupby("fund")["spent"].sum().to_dict())
    assert spent.sum() == pytest.approx(run.measures["cost"].sum())
    assert spent.sum() == pytest.approx(run.counties[["aid", "national", "other"]].sum().sum())
    assert (run.funds["available"] - run.funds["spent"] - run.funds["unspent"]).abs().max() < 1e-6


def test_zero_rows_are_kept(run: Run):
    instance = run.instance
    assert len(run.measures) == len(instance.measures)
    assert len(run.counties) == len(instance.counties)
    assert len(run.industries) == len(instance.baseline)
    assert len(run.chains) == len(instance.counties) * len(instance.chains)
    assert (run.allocation["amount"] == 0).any()
    assert (run.flows["flow"] == 0).any()


def test_employment_and_linkage_follow_from_the_tables(run: Run):
    instance = run.instance
    weight = {c: row.weight for c, row in instance.counties.items()}
    joined = [all(run.measures.set_index("measure")["funded"][m] for m in y.measures) for y in instance.synergies]
    jobs = sum(
        weight[c] * gained for c, gained in zip(run.counties["county"], run.counties["jobs_gained"], strict=True)
    )
    jobs += sum(y.employment for y, on in zip(instance.synergies, joined, strict=True) if on)
    assert jobs == pytest.approx(run.figures["employment"])
    across = [len({instance.measures[m].county for m in y.measures}) > 1 for y in instance.synergies]
    linkage = run.counties["linkage"].sum()
    linkage += sum(y.linkage for y, on, far in zip(instance.synergies, joined, across, strict=True) if on and far)
    assert linkage == pytest.approx(run.figures["linkage"])


def test_each_measure_left_out_and_each_fund_left_over_has_its_reason(run: Run):
    left_out = run.measures[run.measures["funded"] == 0]
    assert (left_out["reason"] != "").all()
    assert (run.measures[run.measures["funded"] == 1]["reason"] == "").all()
    left_over = run.funds[run.funds["unspent"] > 1e-3]
    assert (left_over["why_unspent"] != "").all()


def test_the_workbook_holds_the_same_numbers(run: Run, folder: Path):
    book = openpyxl.load_workbook(folder / "allocation.xlsx")
    amounts = [row[6].value for row in book["Allocation"].iter_rows(min_row=2, max_row=1 + len(run.allocation))]
    assert sorted(amounts) == pytest.approx(sorted(run.allocation["amount"]))


def test_equal_runs_give_equal_bytes(run: Run, tmp_path: Path):
    for name in ("one", "two"):
        run.save(tmp_path / name)
    for path in (tmp_path / "one").rglob("*.*"):
        again = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == again.read_bytes(), path.name


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(tmp_path: Path, text: str):
    raw = yaml.safe_load((EVERYTHING / "instance.yaml").read_text(encoding="utf-8"))
    raw["rules"] = [{"name": text, "type": "count", "max": 9}]
    raw["measures"][-2]["reason"] = text
    raw["title"] = text
    path = tmp_path / "hostile.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    folder = solve(path).save(tmp_path / "out")
    for name in ("rules", "measures"):
        for row in rows(folder / f"{name}.csv"):
            for cell in row.values():
                assert cell[:1] not in ("=", "@", "\t") or not cell
                assert cell[:1] not in ("+", "-") or not math.isnan(float(cell))
    for sheet in openpyxl.load_workbook(folder / "allocation.xlsx"):
        cells = [cell for line in sheet.iter_rows() for cell in line]
        assert all(cell.hyperlink is None for cell in cells)
        assert not any(cell.data_type == "f" and text.lstrip("=") in str(cell.value) for cell in cells)
        assert all(cell.data_type == "s" for cell in cells if cell.value == text)


def test_a_failed_write_leaves_nothing_behind(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*words: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("alloc.report.files.write_workbook", broken)
    with pytest.raises(RequestError, match="out: disk full"):
        run.save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_tables_are_frames_with_numbers(run: Run):
    for name, table in dictionary().items():
        frame: pd.DataFrame = getattr(run, name)
        for column, of in table["columns"].items():
            assert pd.api.types.is_numeric_dtype(frame[column]) == (of["type"] != "text"), (name, column)


def test_reading_the_instance_again_gives_the_hash_in_the_result(folder: Path):
    figures = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert figures["instance_sha256"] == read(EVERYTHING).sha256


def test_the_summary_of_many_counties_shows_the_largest_and_adds_up(run: Run):
    counties = {f"c{i:03}": row for i, row in enumerate([next(iter(run.instance.counties.values()))] * 60)}
    many = run.instance.model_copy(update={"counties": counties})
    allocation = pd.DataFrame(
        [{"county": c, "category": "training", "kind": "aid", "amount": float(i)} for i, c in enumerate(counties)]
    )
    columns = ("national", "other", "jobs_gained", "jobs_gained_quo")
    places = allocation[["county"]].assign(aid=allocation["amount"], **dict.fromkeys(columns, 0.0))
    jobs = dict.fromkeys(("anyway", "through_others", "through_aid", "employment", "aid_per_job"), 0.0)
    bridge = pd.DataFrame([{"part": "county", "county": c, **jobs} for c in counties])
    bridge = pd.concat([bridge, run.bridge[run.bridge["part"] != "county"]])
    tables = {**run.tables, "allocation": allocation, "counties": places, "funds": run.funds.head(0), "bridge": bridge}
    tables |= {name: run.tables[name].head(0) for name in ("chains", "rules")}
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(summarise(many, tables, run.figures, "en"))
    said = console.export_text()
    assert "20 other counties" in said
    assert "190.0" in said  # 0 + 1 + … + 19
    assert "1,770.0" in said  # 0 + 1 + … + 59


@pytest.mark.parametrize(
    ("stand", "keys", "limit"),
    [
        ({"infrastructure": 0}, {"pens": {"max_units": 40}}, "infrastructure"),
        ({"training": 50}, {}, "training"),
        ({"enterprise": 50}, {}, "enterprise"),
        ({"market": 30}, {}, "market"),
        ({"max_jobs": 20}, {}, "max_jobs"),
    ],
)
def test_what_keeps_an_industry_from_more_jobs_is_named(stand, keys, limit):
    """There is room for 1,000 jobs, but for one thing."""
    raw = asked(industries={"sheep": {"productivity": 1}}, baseline=[stands(**stand)], measures=keys)
    found = alloc.solve(instance_of(raw)).industries
    assert found["bottleneck"].tolist() == [limit]


def test_people_and_a_size_not_reached_are_named_as_what_limits():
    found = alloc.solve(instance_of(asked(counties={"cele": {"jobseekers": 30}}, baseline=[stands()]))).industries
    assert found["bottleneck"].tolist() == ["people"]
    found = alloc.solve(instance_of(asked(industries={"sheep": {"viable_jobs": 500}}))).industries
    assert "viable_jobs" in found["bottleneck"].tolist()[0].split("|")
