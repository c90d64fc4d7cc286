"""Figures are replaced by their path; what is wrong with a replacement is told as such; the fingerprint follows."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from test_instance import PREVIOUS, QUESTION, TABLES, contents, lay, lines, tabled

import alloc
from alloc.cli import main
from alloc.instance import read

REPLACED = [
    ("funds.aid.amount", 31, lambda found: found.funds["aid"].amount == 31),
    ("funds.aid.amount", "31.5", lambda found: found.funds["aid"].amount == 31.5),
    ("year", "2021", lambda found: found.year == 2021),
    ("measures.drone.eligible", "true", lambda found: found.measures["drone"].eligible is True),
    ("measures.barn.category", "technology", lambda found: found.measures["barn"].category == "technology"),
    ("measures.barn.tags", "milk", lambda found: found.measures["barn"].tags == ("milk",)),
    ("measures.barn.tags", ["milk", "cattle"], lambda found: found.measures["barn"].tags == ("milk", "cattle")),
    ("funds.nation.by_county.east", 45, lambda found: found.funds["nation"].by_county == {"east": 45, "west": 34}),
    ("measures.barn.max_share.aid", 0.6, lambda found: found.measures["barn"].max_share == {"aid": 0.6}),
    ("objective.tolerance", 0.01, lambda found: found.objective.tolerance == 0.01),
    (
        "objective",
        {"order": ["linkage", "employment"]},
        lambda found: found.objective.order == ("linkage", "employment"),
    ),
    ("rules.livelihood at least 30 %.min", 0.4, lambda found: found.rules[0].min == 0.4),
    ("rules.1.min", 0.4, lambda found: found.rules[0].min == 0.4),
    ("rules.few barns.of.category", "training", lambda found: found.rules[2].of.category == ("training",)),
    ("baseline.2.jobs", 35, lambda found: found.baseline[1].jobs == 35),
    ("links.1.buys", 0.4, lambda found: found.links[0].buys == 0.4),
    ("baseline.1.max_jobs", None, lambda found: found.baseline[0].max_jobs is None),
]
REPLACED_IN_YAML = [
    ("measures.barn.returns", [[41, 0.9]], lambda found: found.measures["barn"].returns == ((41, 0.9),)),
    ("measures.cover.min_units", None, lambda found: found.measures["cover"].min_units == 0),
    ("counties.west.weight", "", lambda found: found.counties["west"].weight == 1),
]


@pytest.mark.parametrize(("key", "value", "holds"), REPLACED, ids=[f"{key}={value}" for key, value, _ in REPLACED])
def test_one_figure_is_replaced_wherever_it_was_written(tmp_path, key, value, holds):
    tables = {f"{table}.csv": content for table, content in TABLES.items()}
    assert not holds(read(lay(tmp_path / "yaml")))
    assert holds(read(tmp_path / "yaml", {key: value}))
    assert holds(read(lay(tmp_path / "csv", tabled(*TABLES), tables), {key: value}))


@pytest.mark.parametrize(("key", "value", "holds"), REPLACED_IN_YAML, ids=[key for key, _, _ in REPLACED_IN_YAML])
def test_a_replacement_is_read_as_if_it_were_written(tmp_path, key, value, holds):
    assert holds(read(lay(tmp_path), {key: value}))


def test_names_with_dots_in_them_are_found(tmp_path):
    text = QUESTION.replace("barn", "barn v1.2").replace("gini, type", "gini, max. 0.91, type")
    text = text.replace("name: gini, max. 0.91", "name: 'gini, max. 0.91'")
    path = lay(tmp_path, text, {"results/2019/allocation.csv": PREVIOUS})
    found = read(path, {"measures.barn v1.2.max_share.aid": 0.6, "rules.gini, max. 0.91.max": 0.8})
    assert found.measures["barn v1.2"].max_share == {"aid": 0.6}
    assert found.rules[5].max == 0.8


def test_a_key_that_was_not_written_is_added_with_the_table_around_it(tmp_path):
    path = lay(tmp_path, QUESTION.replace("objective: {employment: 1, linkage: 0.02}\n", ""))
    assert read(path, {"objective.linkage": 0.3}).objective.linkage == 0.3


def test_replacements_leave_the_rest_as_it_was(tmp_path):
    plain, changed = contents(read(lay(tmp_path))), contents(read(lay(tmp_path), {"funds.aid.amount": 31}))
    assert changed["funds"]["aid"].pop("amount") == 31
    assert plain["funds"]["aid"].pop("amount") == 100
    assert changed == plain


WRONG = [
    ("funds.aid.min_use", -3, "-3 must be 0 or more (万元)"),
    ("funds.aid.amuont", 3, "is not a known key; did you mean 'amount'?"),
    ("yaer", 3, "is not a known key; did you mean 'year'?"),
    (
        "measures.barn.category",
        "traning",
        "'traning' is not a category; did you mean 'training'?",
    ),
    ("measures.barn.county", "wst", "'wst' is not in counties; did you mean 'west'?"),
    ("measures.cover.min_share.aid", 0.8, "'min' 0.8 is above 'max' 0.7 (share)"),
    ("counties.west.weight", "nan", "'nan' must be a number"),
    ("counties.west.weight", float("nan"), ".nan must be a finite number"),
    ("rules.1.min", "30%", "'30%' is text that looks like a number: type 0.3 as a number"),
    ("rules.9.min", 0.2, "the instance has nothing called '9' there"),
    ("rules.0.min", 0.2, "the instance has nothing called '0' there"),
    ("rules.livelihood.min", 0.2, "the instance has nothing called 'livelihood' there"),
    ("rules.1", 3, "a whole rule can be on or off, not 3"),
    ("year.next", 2021, "the instance has nothing called 'next' there"),
    ("measures.barn.county.name", "x", "the instance has nothing called 'name' there"),
    ("measures.barm.max_share.aid", 0.5, "the instance has nothing called 'barm' there; did you mean 'barn'?"),
    ("counties.wset.population", 3, "the instance has nothing called 'wset' there; did you mean 'west'?"),
    ("resources.land.amount", 3, "the instance has nothing called 'land' there"),
    ("industries", 3, "3 must be a table of keys and values"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG, ids=[f"{key}={value}" for key, value, _ in WRONG])
def test_what_is_wrong_with_a_replacement_is_told_as_such(tmp_path, key, value, said):
    lay(tmp_path)
    assert f"--set  {key}: {said}" in lines(tmp_path, {key: value})


@pytest.mark.parametrize("word", ["\udcff", "两\udcd2谷"])
def test_a_replacement_that_no_file_could_hold_is_refused(tmp_path, word):
    lay(tmp_path)
    for changes in ({"title": word}, {f"chains.{word}.closure_bonus": 3}, {"description": "", word: 3}):
        assert len(lines(tmp_path, changes)) == 1


def test_a_replacement_in_a_broken_file_is_no_second_fault(tmp_path):
    lay(tmp_path, "alloc: [")
    assert len(lines(tmp_path, {"funds.aid.amount": 3})) == 1


def test_the_fingerprint_stands_for_every_file_and_replacement(tmp_path):
    tables = {"funds.csv": TABLES["funds"]}
    variants = [
        (QUESTION, {}, None),
        (QUESTION + "\n", {}, None),
        (tabled("funds"), tables, None),
        (tabled("funds"), {"funds.csv": TABLES["funds"] + "\n"}, None),
        (tabled("funds"), {**tables, "results/2019/allocation.csv": PREVIOUS + "\n"}, None),
        (tabled("funds"), tables, {"year": 2021}),
        (tabled("funds"), tables, {"year": 2022}),
        (tabled("funds"), tables, {"year": 2021, "funds.aid.amount": 31}),
    ]
    prints = [read(lay(tmp_path / str(i), *files), changes).sha256 for i, (*files, changes) in enumerate(variants)]
    assert len(set(prints)) == len(prints)
    again = [read(tmp_path / str(i), changes).sha256 for i, (*_, changes) in enumerate(variants)]
    assert again == prints


def test_the_fingerprint_does_not_hang_on_the_place_or_on_the_order_of_replacements(tmp_path):
    changes = {"year": 2021, "funds.aid.amount": 31}
    first = read(lay(tmp_path / "a"), changes)
    second = read(lay(tmp_path / "b", files={"unused.csv": "x"}), dict(reversed(changes.items())))
    assert first.sha256 == second.sha256


DEMO = Path(__file__).parent.parent / "instances/demo"


@pytest.mark.parametrize(
    ("setting", "figures"),
    [
        ({"measures[category=training].unit_cost": "× 2"}, ("measures", "unit_cost", 2.0)),
        ({"measures[category=training].unit_cost ×": "2"}, ("measures", "unit_cost", 2.0)),
        ({"measures[category=training].unit_cost ×": 2}, ("measures", "unit_cost", 2.0)),
    ],
)
def test_a_setting_picks_and_multiplies_as_a_plan_of_a_sweep_does(setting, figures):
    before, after = alloc.read(DEMO), alloc.read(DEMO, setting)
    table, column, factor = figures
    for name, row in getattr(before, table).items():
        expected = getattr(row, column) * (factor if row.category == "training" else 1)
        assert getattr(getattr(after, table)[name], column) == pytest.approx(expected)
    assert after != before


@pytest.mark.parametrize("off", ["off", "false", False])
def test_a_whole_rule_is_switched_off_by_a_setting(off):
    """Without its rules the demo is what a sweep finds for the same rules off, and what free violations give."""
    rules = [rule.name for rule in alloc.read(DEMO).rules]
    assert rules
    without = alloc.read(DEMO, {f"rules.{name}": off for name in rules})
    assert [rule.penalty for rule in without.rules] == [0] * len(rules)
    assert alloc.read(DEMO, {f"rules.{name}": "on" for name in rules}).rules == alloc.read(DEMO).rules


def test_settings_act_one_after_the_other_and_text_stays_text():
    found = alloc.read(DEMO, {"funds.tianjin.amount": 30, "funds.*.amount": "× 2", "title": "x2"})
    assert found.funds["tianjin"].amount == 60
    assert found.funds["national"].amount is None  # it has amounts by county, which are left as they are
    assert found.title == "x2"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("measures[category=nothing].unit_cost", "1", "picks nothing$"),
        ("measures[category=trainig].unit_cost", "1", "picks nothing; did you mean 'training'"),
        ("measures[colour=red].unit_cost", "1", "'colour' is not a column of measures"),
        ("funds.tianjin.amount ×", "much", "much"),
    ],
)
def test_a_setting_that_is_not_understood_is_a_fault_with_its_key(key, value, said):
    with pytest.raises(alloc.InstanceError, match=said) as error:
        alloc.read(DEMO, {key: value})
    assert error.value.faults[0].key == key


def test_a_setting_on_the_command_line_may_hold_a_selector():
    words = ["check", str(DEMO), "--set", "measures[category=training,county=yutian].unit_cost=× 1.5"]
    assert CliRunner().invoke(main, words).exit_code == 0
    words[-1] = "rules[type=share]=maybe"
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
