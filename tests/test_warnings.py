"""What is allowed but looks wrong is warned about, with its line and its key, and never stops a reading."""

from importlib.resources import files

import pytest
import yaml
from test_instance import QUESTION, TABLES, lay, tabled

from alloc.instance import inspect

NEVER = "can never be funded: "
BARN, COURSE, SHED, FAIR, COVER = (f"{m}: {{county" for m in ("barn", "course", "shed", "fair", "cover"))

# warning, what is written instead of what, the key, the sentence, and (where not at the change) the words of its line
# fmt: off
WARNINGS = [
    ("id_like_note", "  water: {amount", "  注：人口为2019年末数: {amount: 1}\n  water: {amount",
     "resources.注：人口为2019年末数",
     "'注：人口为2019年末数' reads like a note, and this row counts as one of the table: delete it if it is none"),
    ("id_like_note", "  water: {amount", f"  {'n' * 61}: {{amount: 1}}\n  water: {{amount", f"resources.{'n' * 61}",
     f"'{'n' * 61}' reads like a note, and this row counts as one of the table: delete it if it is none"),
    ("looks_like_percent", "ratio: 0.11", "ratio: 5", "rules[4].ratio",
     "5 looks like a percentage; shares are written 0.3 for 30 %"),
    ("looks_like_percent", "in: {county: [east, west]}, min: 0.3", "in: {county: east}, min: 1.5", "rules[1].min",
     "1.5 looks like a percentage; shares are written 0.3 for 30 %", "    in: {county: east"),
    ("looks_like_percent", "max: 0.52", "max: 10", "rules[7].max",
     "10 looks like a percentage; shares are written 0.3 for 30 %"),
    ("one_for_percent", "gap: 0.001", "gap: 1", "solver.gap", "1 is all of it: 1 % is written 0.01"),
    ("one_for_percent", "employment: 1, linkage: 0.02", "order: [employment], tolerance: 1",
     "objective.tolerance", "1 is all of it: 1 % is written 0.01"),
    ("parity_below_one", "max: 9}", "max: 0.9}", "rules[5].max",
     "0.9 is below 1, and the largest is never below the smallest: nothing can be spent"),
    ("mixed_money", "unit_cost: 1, max", "unit_cost: 2001, max", "measures.shed.unit_cost",
     "unit costs in infrastructure run from 2 (barn) to 2001 (shed): are 元 and 万元 mixed?"),
    ("mixed_amounts", "unit_cost: 1, max", "unit_cost: 1, fixed_cost: 0.0005, max", "measures.barn.fixed_cost",
     "fixed costs run from 0.0005 (shed) to 6 (barn): are 元 and 万元 mixed?", BARN),
    ("mixed_amounts", "east: 33, west: 34}", "east: 33, west: 34000}", "funds.nation.by_county.west",
     "amounts of funds run from 33 (east) to 34000 (west): are 元 and 万元 mixed?"),
    ("mixed_amounts", "  nation: {", "  more: {kind: aid, amount: 100001}\n  nation: {", "funds.more.amount",
     "amounts of funds run from 100 (aid) to 100001 (more): are 元 and 万元 mixed?", "  more: {"),
    ("purse_beyond_costs", "amount: 22,", "amount: 588000,", "funds.county.amount",
     "588000 is more than ten thousand times what all that it may pay for can cost (58.8): is it in 元?"),
    ("few_people", "population: 160000", "population: 16.5", "counties.east.population",
     "16.5 residents are few for a county: is it in 万人?"),
    ("few_people", "population: 160000", "population: 16", "counties.east.population",
     "16 residents are few for a county: is it in 万人?"),
    ("wide_coefficients", "linkage: 0.55", "linkage: 0.00001", "measures.course.max_units",
     "51 here and 1e-05 at measures.fair.linkage are more than a million times apart; "
     "choose units that bring them closer", COURSE),
    ("wide_coefficients", "{water: 3}", "{water: 51e6}", "measures.barn.uses.water",
     "5.1e+07 here and 0.3 at links[1].buys are more than a million times apart; choose units that bring them closer"),
    ("county_without_fund", "  west: {region", "  north: {population: 90000}\n  west: {region", "counties.north",
     "no fund may be spent in this county"),
    ("committed_not_eligible", "eligible: false", "committed: true, eligible: false", "measures.drone.committed",
     "is committed and not eligible at once: no plan can keep both"),
    ("no_reason", ", reason: no pilots", "", "measures.drone.reason",
     "is empty, though the measure is not eligible; say why", "drone: {county"),
    ("never_whole", "min_units: 5, max_units: 41", "min_units: 40.2, max_units: 40.8", "measures.barn",
     NEVER + "no whole number of units between 40.2 and 40.8", BARN),
    ("never_required", "requires: barn", "requires: [barn, drone]", "measures.course",
     NEVER + "it requires drone, which is not eligible", COURSE),
    ("never_paid", "funds: [aid, county]", "funds: nation, national: none", "measures.course",
     NEVER + "no fund may pay for it", COURSE),
    ("never_planned", "national_ceiling: 21, national_planned: 11", "national_ceiling: 50, national_planned: 39",
     "measures.cover", NEVER + "39 of national money is planned, but it costs at most 38.4", COVER),
    ("never_enough", "fixed_cost: 6", "fixed_cost: 600", "measures.barn",
     NEVER + "its funds hold 134, it costs at least 610", BARN),
    ("never_shared", "max_share: {aid: 0.7, household: 0.2}", "max_share: {aid: 0.7, national: 0.1, local: 0.1}",
     "measures.cover", NEVER + "the largest shares that its funds may pay do not reach 1", COVER),
    ("never_least", "min_share: {aid: 0.12}", "min_share: {aid: 0.7, national: 0.4}", "measures.cover",
     NEVER + "the least shares add up to more than 1", COVER),
    ("never_shared", "max_share: {aid: 0.7, household: 0.2}", "max_share: {aid: 0.3, nation: 0.3, county: 0.3}",
     "measures.cover", NEVER + "the largest shares that its funds may pay do not reach 1", COVER),
    ("never_between", "{aid: 0.12}, max_share: {aid: 0.7, household: 0.2}", "{nation: 0.5}, max_share: {national: 0.3}",
     "measures.cover", NEVER + "national money must pay at least 0.5 of its cost and may pay at most 0.3", COVER),
    ("never_kind", "min_share: {aid: 0.12}", "min_share: {household: 0.12}", "measures.cover",
     NEVER + "it needs household money, and no such fund may pay for it", COVER),
    ("never_kind", "national_planned: 11", "national_planned: 11, funds: [aid, county]", "measures.cover",
     NEVER + "it needs national money, and no such fund may pay for it", COVER),
    ("never_fund", "min_share: {aid: 0.12}", "min_share: {nation: 0.12}, funds: [aid, county]", "measures.cover",
     NEVER + "a part of its cost is asked of nation, which may not pay for it", COVER),
    ("no_baseline", "county: west, category: infrastructure, industry: milk",
     "county: west, category: infrastructure, industry: fodder", "measures.barn.industry",
     "fodder has no baseline row in west: the measure adds no capacity and no outlet there"),
    ("market_without_region", "measures:\n", "markets: [{industry: milk, region: nowhere, amount: 900}]\nmeasures:\n",
     "markets[1].region", "'nowhere' is the region of no county: the market limits nobody", "markets: ["),
    ("market_without_sellers", "baseline:\n", "  bees: {}\nmarkets: [{industry: bees, amount: 900}]\nbaseline:\n",
     "markets[1]", "bees can exist in none of its counties: the market limits nobody", "markets: ["),
    ("sharing_above_output", "measures:\n", "sharing: [{county: west, profit: 0.8, tax: 0.4}]\nmeasures:\n",
     "sharing[1]", "profit and tax together are 1.2 of the output: more than there is", "sharing: ["),
    ("sharing_nothing", "measures:\n", "sharing: [{county: west, donor_tax: 0.4}]\nmeasures:\n",
     "sharing[1]", "shares out neither profit nor tax: both sides earn nothing by it", "sharing: ["),
    ("sharing_without_baseline", "measures:\n", "sharing: [{county: west, industry: fodder, tax: 0.1}]\nmeasures:\n",
     "sharing[1]", "no row of 'baseline' is for west fodder: there is no output to share out", "sharing: ["),
    ("goal_of_nothing", "employment: 1, linkage: 0.02", "linkage: 0", "objective",
     "neither employment nor linkage has a weight: every plan is as good as any other"),
    ("tolerance_without_order", "linkage: 0.02", "tolerance: 0.02", "objective.tolerance",
     "does nothing without an 'order' of goals"),
    ("risk_without_scenarios", "scenarios:\n  calm: {probability: 0.75}\n"
     "  drought: {probability: 0.25, hazard: {fodder: 0.51}, productivity: {fodder: 0.71}}\n",
     "risk: {measure: worst}\n", "risk",
     "changes nothing: there is one state of the world; write 'scenarios' or 'draws'"),
    ("bonus_without_size", "cluster_jobs: 50, ", "", "industries.milk.cluster_bonus",
     "does nothing without 'cluster_jobs'"),
    ("tag_like_list", "max_units: 31, excludes", "max_units: 31, tags: 'cattle，walls', excludes", "measures.shed.tags",
     "'cattle，walls' is one tag, and rules for the others pass it over: in CSV and Excel a list is written "
     "'cattle|walls'"),
    ("outlet_without_industry", "enterprise, industry: fodder, unit_cost", "enterprise, unit_cost",
     "measures.fair.outlet", "has no effect without an industry", "outlet: 3.5"),
    ("zero_units", "min_units: 5,", "min_units: 0,", "measures.barn.min_units",
     "is 0: the measure can go ahead at zero units and still count for a rule of count, a synergy or a requirement"),
    ("rule_without_bounds", "within: region, max: 4", "within: region", "rules[3]",
     "has neither min nor max and asks for nothing"),
    ("rule_selects_nothing", "of: {region: south}", "of: {tag: nothing}", "rules[6]",
     "selects no measure and asks for nothing"),
    ("rule_selects_nothing", "national: {category: insurance}", "national: {tag: nothing}", "rules[4]",
     "selects no measure and asks for nothing"),
    ("rule_bars_national", "aid: {county: east}", "within: county, aid: {county: west, category: insurance}",
     "rules[4]", "no aid can follow there, so no national money is allowed either: east"),
    ("change_from_nothing", "of: {industry: [milk, fodder]}, max", "each: category, max", "rules[7].previous",
     "results/2019 gave nothing there, and a part of nothing is nothing: no money can go there without breaking the "
     "rule "
     "(training, insurance, technology, enterprise)"),
    ("shares_below_one", "type: parity, max: 9", "type: share, each: county, max: 0.4", "rules[5].max",
     "2 groups of at most 0.4 each cannot add up to 1: nothing can be spent"),
]
# fmt: on


@pytest.mark.parametrize("warning", WARNINGS, ids=[f"{d[0]}-{d[3]}" for d in WARNINGS])
def test_one_doubt_is_one_warning_with_its_line_and_key_and_stops_nothing(tmp_path, warning):
    text, old, new, key, said, *at = warning
    assert QUESTION.count(old) == 1
    written = QUESTION.replace(old, new)
    start = written.index(at[0]) if at else QUESTION.index(old)
    reading = inspect(lay(tmp_path, written))
    place = f"{tmp_path}/instance.yaml:{written.count(chr(10), 0, start) + 1}"
    assert reading.faults == ()
    assert [str(found) for found in reading.warnings] == [f"{place}  {key}: {said}"]
    assert [found.text for found in reading.warnings] == [text]
    assert reading.instance is not None


def test_doubts_about_csv_tables_name_their_file_and_line(tmp_path):
    table = TABLES["measures"].replace(",no pilots", ",").replace(",5,41,", ",0,41,")
    reading = inspect(lay(tmp_path, tabled("measures"), {"measures.csv": table}))
    assert [str(found).replace(f"{tmp_path}/", "").split(": ")[0] for found in reading.warnings] == [
        "measures.csv:7  reason",
        "measures.csv:2  min_units",
    ]


def test_a_row_of_notes_below_a_csv_table_is_told_with_its_line(tmp_path):
    table = TABLES["counties"].rstrip("\n") + "\n注：人口为2019年末数,,,,,90000\n"
    (warning, *others) = inspect(lay(tmp_path, tabled("counties"), {"counties.csv": table})).warnings
    assert (warning.text, warning.place.rpartition("/")[2]) == ("id_like_note", "counties.csv:4")
    assert warning.say("zh").endswith("”像是一条附注，但此行会作为表中的一行计入：如不是数据，请删除")
    assert {other.text for other in others} <= {"county_without_fund"}


@pytest.mark.parametrize("word", ["和田县（市）", "Lop-2.1", "O'Brien", "a/b", "备注县", "noted", "n" * 60])
def test_an_id_of_letters_digits_and_brackets_is_no_note(tmp_path, word):
    written = QUESTION.replace("  west: {region", f"  {word}: {{region: low, population: 9000}}\n  west: {{region")
    assert "id_like_note" not in {warning.text for warning in inspect(lay(tmp_path, written)).warnings}


def test_doubts_are_said_in_chinese_too(tmp_path):
    (warning,) = inspect(lay(tmp_path, QUESTION.replace("min_units: 5,", ""))).warnings
    assert "为 0：该措施可以零规模实施" in warning.say("zh")


def test_markets_of_one_industry_in_two_units_are_doubted_in_both_languages(tmp_path):
    row = "  - {county: west, industry: milk, jobs: 30,"
    more = "  - {county: west, industry: fodder, market: 400001}\n"
    (warning,) = inspect(lay(tmp_path, QUESTION.replace(row, more + row))).warnings
    assert str(warning).endswith(
        "baseline[2].market: markets run from 400 (baseline[1].market) to 400001 "
        "(baseline[2].market): are 元 and 万元 mixed?"
    )
    assert warning.say("zh").endswith(
        "市场容量从 400（baseline[1].market）到 400001（baseline[2].market）：是否混用了元和万元？"
    )


def test_many_doubts_are_told_together_and_faults_come_first(tmp_path):
    text = QUESTION.replace("min_units: 5,", "").replace(", reason: no pilots", "").replace("ratio: 0.11", "ratio: 6")
    reading = inspect(lay(tmp_path, text))
    assert sorted(found.text for found in reading.warnings) == ["looks_like_percent", "no_reason", "zero_units"]
    assert reading.instance is not None
    stopped = inspect(lay(tmp_path, text.replace("requires: barn", "requires: bran")))
    assert stopped.instance is None
    assert [fault.text for fault in stopped.faults] == ["unknown_id"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_share: {aid: 0.7", "max_share: {aid: 1"),
        ("ratio: 0.11", "ratio: 3"),
        ("min: 0.3", "min: 1"),
        ("max: 0.91", "max: 1"),
        ("unit_cost: 1, max", "unit_cost: 2000, max"),
        ("min_units: 5, max_units: 41", "min_units: 5, max_units: 5"),
        ("fixed_cost: 6", "fixed_cost: 124"),
        ("national_planned: 11", "national_planned: 21"),
        ("max_share: {aid: 0.7, household: 0.2}", "max_share: {aid: 0.7, national: 0.3}"),
        ("min_share: {aid: 0.12}", "min_share: {aid: 0.7, national: 0.3}"),
        ("min_share: {aid: 0.12}", "min_share: {national: 0.6, nation: 0.6}"),
        ("min_share: {aid: 0.12}", "min_share: {nation: 0.5, county: 0.2}"),
        ("unit_cost: 2.5, max", "max"),
    ],
)
def test_what_just_holds_is_not_doubted(tmp_path, old, new):
    assert QUESTION.count(old) == 1
    assert inspect(lay(tmp_path, QUESTION.replace(old, new))).warnings == ()


def test_every_warning_of_the_catalogue_is_given_for_some_doubt():
    page = yaml.safe_load((files("alloc.texts") / "warnings.yaml").read_text(encoding="utf-8"))
    assert {text for text, *_ in WARNINGS} | {"plan_of_others"} == set(page)


def test_a_measure_at_nothing_is_doubted_where_a_rule_asks_for_a_number_of_measures(tmp_path):
    rule = "  - {name: some lines, type: count, of: {category: enterprise}, %s: 1}\n"
    free = QUESTION.replace("rules:\n", "rules:\n" + rule % "max")
    asked = QUESTION.replace("rules:\n", "rules:\n" + rule % "min")
    assert not [found for found in inspect(lay(tmp_path, free)).warnings if found.text == "zero_units"]
    warnings = inspect(lay(tmp_path, asked)).warnings
    enterprise = [
        m for m, row in inspect(lay(tmp_path, asked)).instance.measures.items() if row.category == "enterprise"
    ]
    nothing = [m for m in enterprise if inspect(lay(tmp_path, asked)).instance.measures[m].min_units == 0]
    assert nothing
    assert [found.key for found in warnings] == [f"measures.{m}.min_units" for m in nothing]
