"""Whatever form an instance is written in, it reads back as the same: YAML, CSV tables, one workbook."""

import csv
import json
import math
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import asked, instance_of
from randoms import random_instance
from test_instance import QUESTION, lay

import alloc
from alloc.cli import main
from alloc.errors import RequestError
from alloc.generate import generate
from alloc.instance import Instance, schema
from alloc.instance.excel.headings import catalogue, find_column, sheet_columns, title
from alloc.instance.excel.sheet_names import names
from alloc.instance.excel.template import write_workbook
from alloc.instance.tables import INSIDE, TABLES
from alloc.instance.writing import sheets, text

ROOT = Path(__file__).parent.parent
CASES = json.loads((ROOT / "tests/cases/expected.json").read_text(encoding="utf-8"))
INSTANCES = [
    *sorted(path.parent for path in ROOT.glob("instances/*/instance.yaml")),
    ROOT / "tests/everything",
    *[ROOT / f"tests/cases/{case}.yaml" for case, known in CASES.items() if known["status"] != "fault"][::3],
]
FORMS = ("plan.xlsx", "plan.yaml", "folder")


def bare(instance: Instance) -> Instance:
    """Return an instance without its fingerprint, which is that of the files."""
    return instance.model_copy(update={"sha256": ""})


def assert_survives(instance: Instance, folder: Path, forms: tuple[str, ...] = FORMS) -> None:
    """Write an instance from form to form, each read from the one before, and compare the last with the first."""
    found = instance
    for form in forms:
        alloc.write(found, folder / form, overwrite=True)
        found = alloc.read(folder / form)
    assert bare(found) == bare(instance)
    assert [[*getattr(found, table)] for table in TABLES] == [[*getattr(instance, table)] for table in TABLES]


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.stem)
def test_instances_of_the_repository_survive(tmp_path, path):
    assert_survives(alloc.read(path), tmp_path)


@pytest.mark.parametrize("tens", range(4))
def test_random_instances_survive(tmp_path, tens):
    for seed in range(10 * tens, 10 * tens + 10):
        raw = random_instance(seed, ("tiny", "small")[seed % 2])
        previous = {rule["name"]: {} for rule in raw.get("rules", ())}
        assert_survives(instance_of(raw, previous), tmp_path, FORMS if seed % 5 == 0 else FORMS[:1])


def test_a_generated_instance_survives(tmp_path):
    generate(12, 7, tmp_path / "made")
    assert_survives(alloc.read(tmp_path / "made"), tmp_path)


def test_a_workbook_with_every_column_and_a_chinese_one_survive(tmp_path):
    instance = alloc.read(lay(tmp_path / "question", QUESTION))
    for lang in ("en", "zh"):
        for complete in (True, False):
            (tmp_path / "plan.xlsx").write_bytes(write_workbook(instance, lang, complete))
            assert bare(alloc.read(tmp_path / "plan.xlsx")) == bare(instance)


RISKS = (
    {"measure": "cvar", "tail": 0.2, "weight": 0.6},
    {"measure": "regret"},
)


@pytest.mark.parametrize("risk", RISKS, ids=lambda risk: risk["measure"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_risk_and_drawn_scenarios_survive_in_a_workbook_of_either_language(tmp_path, lang, risk):
    draws = {"count": 9, "keep": 3, "seed": 7, "over": {"hazard.s": [0.02, 0.3]}, "together": [["hazard.s"]]}
    instance = instance_of(asked(industries={"s": {}}, draws=draws, risk=risk))
    (tmp_path / "plan.xlsx").write_bytes(write_workbook(instance, lang))
    assert bare(alloc.read(tmp_path / "plan.xlsx")) == bare(instance)


def test_equal_instances_give_equal_bytes():
    instance = alloc.read(ROOT / "instances/demo")
    assert write_workbook(instance) == write_workbook(instance.model_copy())


def test_previous_plans_go_along(tmp_path):
    instance = alloc.read(ROOT / "tests/everything")
    for form in FORMS:
        alloc.write(instance, tmp_path / form / "x" if form == "folder" else tmp_path / form)
    assert alloc.read(tmp_path / "plan.xlsx").previous == instance.previous
    assert (tmp_path / "results/2019/allocation.csv").is_file()
    assert (tmp_path / "folder/x/results/2019/allocation.csv").is_file()
    empty = bare(instance).model_copy(update={"previous": {"results/2019": ()}})
    assert_survives(empty, tmp_path)


NUMBERS = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 2.0**53 + 2, 1e15, 1e16, 123456789.123456789, 0.0]
TEXTS = (
    *("NO", "065225", "1e3", "1e5", ".5", "true", "null", "~", "=1+1", "@x", "-", "a|b", "{}", "1:2|3:4", "2020-01-01"),
    *("'quoted'", 'a "b"', "a: b # c", "两行\nline two", "tab\there", "cr\r\nlf", "emoji 🐑", "<&>"),
    *("x" * 3000, '=HYPERLINK("http://x")', "\u3000wide", " edge ", "end "),
)


def test_texts_that_look_like_something_else_survive(tmp_path):
    demo = alloc.read(ROOT / "instances/demo")
    row = next(iter(demo.counties.values()))
    counties = {f"c{i}": row.model_copy(update={"name": word, "note": word}) for i, word in enumerate(TEXTS)}
    sources = {f"s{i}": word for i, word in enumerate(TEXTS)}
    update = {"counties": demo.counties | counties, "sources": demo.sources | sources}
    for word in ("NO", "065225", "=1+1", " edge ", "cr\r\nlf"):
        assert_survives(demo.model_copy(update={**update, "title": word, "description": word}), tmp_path)


def test_every_bit_of_a_number_survives(tmp_path):
    demo = alloc.read(ROOT / "instances/demo")
    row = next(iter(demo.measures.values()))
    dice = random.Random(1)
    numbers = NUMBERS + [math.ldexp(dice.random(), dice.randint(-40, 40)) for _ in range(200)]
    measures = {
        f"m{i}": row.model_copy(update={"unit_cost": x, "returns": ((1e300, x),), "committed": False, "requires": ()})
        for i, x in enumerate(numbers)
    }
    synergies = tuple(schema.Synergy(measures=("m0", "m1"), employment=-x) for x in numbers)
    update = {"measures": measures, "synergies": synergies, "rules": ()}
    assert_survives(demo.model_copy(update=update), tmp_path)


def test_what_is_empty_but_not_left_out_survives(tmp_path):
    demo = alloc.read(ROOT / "instances/demo")
    funds = {f: fund.model_copy(update={"by_county": {}, "amount": 100.0}) for f, fund in demo.funds.items()}
    update = {"funds": funds, "objective": schema.Objective(), "money": schema.Money(currency="EUR", label="万元")}
    assert_survives(demo.model_copy(update=update), tmp_path)


def test_a_text_that_no_cell_can_hold_is_refused_and_nothing_is_written(tmp_path):
    demo = alloc.read(ROOT / "instances/demo")
    for update, said in (
        ({"title": "x" * 40_000}, "cannot hold all of: title"),
        ({"description": "   "}, "cannot hold all of: description"),
        ({"title": "_x000D_"}, "cannot hold all of: title"),
        (
            {"measures": {m: x.model_copy(update={"tags": (*x.tags, "a|b")}) for m, x in demo.measures.items()}},
            "measures.",
        ),
    ):
        with pytest.raises(RequestError, match="nothing was written") as error:
            alloc.write(demo.model_copy(update=update), tmp_path / "plan.xlsx")
        assert said in str(error.value)
        assert list(tmp_path.iterdir()) == []
        alloc.write(demo.model_copy(update=update), tmp_path / "plan.yaml", overwrite=True)
        (tmp_path / "plan.yaml").unlink()


def test_csv_tables_hold_no_formula(tmp_path):
    demo = alloc.read(ROOT / "instances/demo")
    counties = {c: county.model_copy(update={"note": "=1+1"}) for c, county in demo.counties.items()}
    alloc.write(demo.model_copy(update={"counties": counties}), tmp_path / "folder")
    written = sorted(path.name for path in (tmp_path / "folder").iterdir())
    assert written == ["baseline.csv", "funds.csv", "industries.csv", "instance.yaml", "measures.csv", "rules.csv"]
    content = (tmp_path / "folder/measures.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(content.decode("utf-8-sig").splitlines()))) == len(demo.measures)


def test_nothing_in_the_way_is_overwritten_unless_asked(tmp_path):
    runner = CliRunner()
    demo = str(ROOT / "instances/demo")
    for form in FORMS:
        target = tmp_path / form
        assert runner.invoke(main, ["convert", demo, str(target)]).exit_code == 0
        done = runner.invoke(main, ["convert", demo, str(target)])
        assert (done.exit_code, "exists already; use --overwrite" in done.stderr) == (2, True)
        done = runner.invoke(main, ["convert", demo, str(target), "--overwrite", "--lang", "zh"])
        assert (done.exit_code, done.stderr) == (0, "")
        assert "下一步：alloc check" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "plan.xlsx", "plan.yaml"]


@pytest.mark.parametrize("target", ["plan.csv", "plan.xls", "plan.json"])
def test_forms_that_are_not_written_are_refused(tmp_path, target):
    done = CliRunner().invoke(main, ["convert", str(ROOT / "instances/demo"), str(tmp_path / target)])
    assert done.exit_code == 2
    assert "give a name that ends in .xlsx, one that ends in .yaml, or a folder" in done.stderr


def test_a_folder_gets_no_second_instance(tmp_path):
    demo = alloc.read(ROOT / "instances/demo")
    alloc.write(demo, tmp_path / "folder/instance.xlsx")
    with pytest.raises(RequestError, match="holds two instances"):
        alloc.write(demo, tmp_path / "folder", overwrite=True)


@pytest.mark.parametrize("plan", ["../outside", "/tmp/outside"])
def test_a_previous_plan_is_never_written_outside(tmp_path, plan):
    instance = alloc.read(ROOT / "tests/everything")
    rules = [row.model_copy(update={"previous": plan}) if row.type == "change" else row for row in instance.rules]
    update = {"rules": tuple(rules), "previous": {plan: instance.previous["results/2019"]}}
    moved = instance.model_copy(update=update)
    alloc.write(moved, tmp_path / "plan.xlsx")
    with pytest.raises(RequestError, match="would be written outside the folder"):
        alloc.write(alloc.read(tmp_path / "plan.xlsx"), tmp_path / "folder")


def test_the_document_is_written_as_a_planner_would():
    data = {"title": "NO", "counties": {"a": {"code": "065225", "delivery": {"training": 0.5}}}, "year": 2020}
    assert text(data) == "title: 'NO'\ncounties:\n  a: {code: '065225', delivery: {training: 0.5}}\nyear: 2020\n"


# --- the catalogue of headings -------------------------------------------------------------------


def test_every_column_has_a_heading_in_both_languages_that_reads_back_as_itself():
    for sheet in names()["tables"]:
        for column, kind in sheet_columns(sheet).items():
            if column != "aside":
                inside = "cele.hazard.sheep" if kind == "nested" else "training"
                column = f"{column}.{inside}" if kind in INSIDE else column
                headings = [column, *(title(sheet, column, lang) for lang in ("en", "zh"))]
                assert {find_column(sheet, heading) for heading in (*headings, "\n".join(headings))} == {column}


def test_the_catalogue_names_nothing_that_is_not_in_the_format():
    own = catalogue()
    for table in TABLES:
        assert set(own[table]) <= {column.partition(".")[0] for column in sheet_columns(table)}
    keys = (
        set(schema.Document.model_fields) - set(TABLES) - {"sources", "money", "objective", "draws", "risk", "solver"}
    )
    for section in (schema.Money, schema.Objective, schema.Draws, schema.Risk, schema.Options):
        keys |= {f"{section.__name__.lower().replace('options', 'solver')}.{key}" for key in section.model_fields}
    assert set(own["keys"]) == keys
    assert len(set(own["words"].values())) == len(own["words"])


def test_sheets_hold_the_columns_of_the_csv_form():
    instance = alloc.read(ROOT / "instances/demo")
    by_name = {sheet.name: sheet for sheet in sheets(instance)}
    for name in ("measures", "baseline"):
        with (ROOT / f"instances/demo/{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        used = {column for row in rows for column, cell in row.items() if cell}
        assert set(by_name[name].header) <= used
        assert len(by_name[name].rows) == len(rows)
