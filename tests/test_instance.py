"""The same question reads the same from YAML and from CSV tables; figures can be replaced; nothing is guessed."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from alloc.errors import InstanceError, RequestError
from alloc.instance import Instance, inspect, read

QUESTION = """\
alloc: 1
name: two-valleys
title: 两谷一年
year: 2020
description: One of everything that a planner may write.
money: {currency: CNY, unit: 10000, label: 万元}
sources: {survey: County survey of 2019}
counties:
  east: {name: East, name_zh: 东谷, region: south, code: '065225', population: 160000, jobseekers: 40,
    delivery: {training: 0.8}, source: survey}
  west: {region: south, population: 200000, jobseekers: 60, weight: 1.5,
    source: assumption, sources: {population: survey}, note: the larger one}
industries:
  fodder: {chain: dairy, productivity: 5, hazard: 0.2, viable_jobs: 10, needs: {training: 0.5}}
  milk: {chain: dairy, productivity: 8, uplift: 1, cluster_jobs: 50, cluster_bonus: 20}
baseline:
  - {county: east, industry: fodder, jobs: 20, max_jobs: 80, infrastructure: 40, training: 30, insurance: 10,
    technology: 5, enterprise: 60, market: 400}
  - {county: west, industry: milk, jobs: 30, infrastructure: 50, training: 50, enterprise: 50}
links:
  - {from: fodder, to: milk, sells: 0.9, buys: 0.3, weight: 2, scope: region, friction: 0.1}
chains:
  dairy: {closure_bonus: 45}
resources:
  water: {amount: 500, by_county: {east: 300, west: 400}, unit: 万m³}
measures:
  barn: {county: west, category: infrastructure, industry: milk, unit: place, effect: 1, unit_cost: 2, fixed_cost: 6,
    min_units: 5, max_units: 41, integer: true, returns: [[20, 1], [41, 0.6]],
    uses: {water: 3}, tags: [livelihood, cattle]}
  shed: {county: west, category: infrastructure, effect: 1, unit_cost: 1, max_units: 31, excludes: cover}
  course: {county: west, category: training, effect: 1, unit_cost: 0.4, min_units: 2, max_units: 51,
    deadweight: 0.15, requires: barn, limited_by: {barn: 3}, funds: [aid, county]}
  cover: {county: east, category: insurance, industry: fodder, effect: 1, unit_cost: 1.2, min_units: 1, max_units: 32,
    national: supplement, national_ceiling: 21, national_planned: 11,
    min_share: {aid: 0.12}, max_share: {aid: 0.7, household: 0.2}, tags: livelihood}
  fair: {county: east, category: enterprise, industry: fodder, unit_cost: 2.5, max_units: 10, jobs: 1.1,
    linkage: 0.55, outlet: 3.5, national: exclusive, committed: true}
  drone: {county: east, category: technology, industry: fodder, unit_cost: 3.3, max_units: 12, national: none,
    eligible: false, reason: no pilots}
funds:
  aid: {kind: aid, amount: 100, counties: [east, west], min_use: 13, donor: Tianjin}
  nation: {kind: national, by_county: {east: 33, west: 34}}
  county: {kind: local, amount: 22, counties: [east, west], categories: [training, insurance]}
synergies:
  - {measures: [barn, course], employment: 3, linkage: -1}
scenarios:
  calm: {probability: 0.75}
  drought: {probability: 0.25, hazard: {fodder: 0.51}, productivity: {fodder: 0.71}}
rules:
  - {name: livelihood at least 30 %, name_zh: 民生不低于 30 %, type: share, of: {tag: livelihood},
    in: {county: [east, west]}, min: 0.3, source: survey}
  - {name: per head, type: amount, each: county, per: capita, min: 0, max: 0.0011, fund: all, penalty: 7}
  - {name: few barns, type: count, of: {category: infrastructure, chain: dairy}, within: region, max: 4}
  - {name: aid follows, type: complement, aid: {county: east}, national: {category: insurance}, ratio: 0.11}
  - {name: parity, type: parity, max: 9}
  - {name: gini, type: gini, of: {region: south}, max: 0.91}
  - {name: steady, type: change, of: {industry: [milk, fodder]}, max: 0.52, previous: results/2019}
objective: {employment: 1, linkage: 0.02}
solver: {gap: 0.001, time_limit: 61, threads: 2, method: whole}
"""

TABLES = {
    "counties": """\
id,name,name_zh,region,code,population,jobseekers,weight,delivery.training,source,sources.population,note
east,East,东谷,south,065225,160000,40,,0.8,survey,,
west,,,south,,200000,60,1.5,,assumption,survey,the larger one
""",
    "industries": """\
id,chain,productivity,hazard,viable_jobs,needs.training,uplift,cluster_jobs,cluster_bonus
fodder,dairy,5,0.2,10,0.5,,,
milk,dairy,8,,,,1,50,20
""",
    "baseline": """\
county,industry,jobs,max_jobs,infrastructure,training,insurance,technology,enterprise,market
east,fodder,20,80,40,30,10,5,60,400
west,milk,30,,50,50,,,50,
""",
    "links": "from,to,sells,buys,weight,scope,friction\nfodder,milk,0.9,0.3,2,region,0.1\n",
    "chains": "id,closure_bonus\ndairy,45\n",
    "resources": "id,amount,by_county.east,by_county.west,unit\nwater,500,300,400,万m³\n",
    "measures": """\
id,county,category,industry,unit,effect,unit_cost,fixed_cost,min_units,max_units,integer,returns,uses.water,tags,\
excludes,deadweight,requires,limited_by.barn,funds,national,national_ceiling,national_planned,min_share.aid,\
max_share.aid,max_share.household,jobs,linkage,outlet,committed,eligible,reason
barn,west,infrastructure,milk,place,1,2,6,5,41,TRUE,20:1|41:0.6,3,livelihood|cattle
shed,west,infrastructure,,,1,1,,,31,,,,,cover
course,west,training,,,1,0.4,,2,51,,,,,,0.15,barn,3,aid|county
cover,east,insurance,fodder,,1,1.2,,1,32,,,,livelihood,,,,,,supplement,21,11,0.12,0.7,0.2
fair,east,enterprise,fodder,,,2.5,,,10,,,,,,,,,,exclusive,,,,,,1.1,0.55,3.5,true
drone,east,technology,fodder,,,3.3,,,12,,,,,,,,,,none,,,,,,,,,,FALSE,no pilots
""",
    "funds": """\
id,kind,amount,min_use,donor,by_county.east,by_county.west,counties,categories
aid,aid,100,13,Tianjin,,,east|west,
nation,national,,,,33,34,,
county,local,22,,,,,east|west,training|insurance
""",
    "synergies": "measures,employment,linkage\nbarn|course,3,-1\n",
    "scenarios": "id,probability,hazard.fodder,productivity.fodder\ncalm,0.75,,\ndrought,0.25,0.51,0.71\n",
    "rules": """\
name,name_zh,type,each,within,per,of.tag,of.category,of.chain,of.region,of.industry,in.county,aid.county,\
national.category,ratio,min,max,fund,penalty,previous,source
livelihood at least 30 %,民生不低于 30 %,share,,,,livelihood,,,,,east|west,,,,0.3,,,,,survey
per head,,amount,county,,capita,,,,,,,,,,0,0.0011,all,7,,
few barns,,count,,region,,,infrastructure,dairy,,,,,,,,4,,,,
aid follows,,complement,,,,,,,,,,east,insurance,0.11,,,,,,
parity,,parity,,,,,,,,,,,,,,9,,,,
gini,,gini,,,,,,,south,,,,,,,0.91,,,,
steady,,change,,,,,,,,milk|fodder,,,,,,0.52,,,results/2019,
""",
}

PREVIOUS = "measure,county,category,industry,fund,kind,amount\nbarn,west,infrastructure,milk,aid,aid,30.5\n"


def lay(folder: Path, text: str = QUESTION, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Write an instance with its previous plan, and other files beside it; return its path."""
    everything = {"results/2019/allocation.csv": PREVIOUS, "instance.yaml": text} | dict(files or {})
    for name, content in everything.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "instance.yaml"


def tabled(*tables: str) -> str:
    """Return the question with some of its tables named as CSV files."""
    text = QUESTION
    for table in tables:
        text, count = re.subn(rf"^{table}:\n(?:  .*\n)+", f"{table}: {table}.csv\n", text, flags=re.MULTILINE)
        assert count == 1
    return text


def contents(instance: Instance) -> dict[str, object]:
    return instance.model_dump(exclude={"sha256"})


def told(folder: Path, overrides: Mapping[str, object] | None = None) -> list[tuple[str, str]]:
    """Return the faults of an instance: the sentence, and the line without the folder that the instance lies in."""
    return [(fault.text, str(fault).replace(f"{folder}/", "")) for fault in inspect(folder, overrides).faults]


def in_chinese(folder: Path) -> list[str]:
    """Return the faults of a folder as a planner in Hotan reads them."""
    return [fault.say("zh").replace(f"{folder}/", "") for fault in inspect(folder).faults]


def lines(folder: Path, overrides: Mapping[str, object] | None = None) -> list[str]:
    """Return the faults of an instance, line by line."""
    return [line for _, line in told(folder, overrides)]


def test_a_valid_question_touches_every_table_and_has_neither_fault_nor_doubt(tmp_path):
    reading = inspect(lay(tmp_path))
    assert reading.faults == reading.warnings == ()
    assert all(getattr(reading.instance, table) for table in TABLES)


@pytest.mark.parametrize("tables", [*[(table,) for table in TABLES], ("funds", "measures", "rules"), tuple(TABLES)])
def test_csv_tables_give_the_same_instance_as_yaml(tmp_path, tables):
    inline = contents(read(lay(tmp_path / "yaml")))
    path = lay(tmp_path / "csv", tabled(*tables), {f"{table}.csv": TABLES[table] for table in tables})
    assert contents(read(path)) == inline


def test_csv_with_byte_order_mark_windows_line_ends_blank_lines_and_spaces_is_the_same_table(tmp_path):
    inline = contents(read(lay(tmp_path)))
    funds = TABLES["funds"].replace("\n", "\r\n").replace(",100,", " , 100 ,")
    saved = b"\xef\xbb\xbf\r\n" + funds.replace("nation,", ",,,\r\nnation,").encode()
    assert contents(read(lay(tmp_path, tabled("funds"), {"funds.csv": saved}))) == inline


def test_yaml_with_byte_order_mark_is_the_same_question(tmp_path):
    assert contents(read(lay(tmp_path / "b", "\ufeff" + QUESTION))) == contents(read(lay(tmp_path / "a")))


def test_rows_with_an_id_are_the_same_as_rows_under_their_id(tmp_path):
    listed, count = re.subn(r"^  ([a-z]+): \{", r"  - {id: \1, ", QUESTION, flags=re.MULTILINE)
    assert count == 17
    assert contents(read(lay(tmp_path / "list", listed))) == contents(read(lay(tmp_path / "mapping")))


def test_a_table_may_lie_in_a_folder_beside_the_instance(tmp_path):
    path = lay(
        tmp_path, tabled("funds").replace("funds.csv", "tables/funds.csv"), {"tables/funds.csv": TABLES["funds"]}
    )
    assert list(read(path).funds) == ["aid", "nation", "county"]


def test_a_folder_stands_for_the_instance_in_it(tmp_path):
    path = lay(tmp_path)
    assert read(tmp_path) == read(path) == read(str(path))


@pytest.mark.parametrize("path", ["", "other.yaml", "instance.yaml/instance.yaml"])
def test_where_there_is_no_instance_the_call_is_refused(tmp_path, path):
    if path:
        lay(tmp_path)
    with pytest.raises(RequestError) as error:
        read(tmp_path / path)
    message = f"there is no instance at {tmp_path / path}: give a YAML file or an .xlsx workbook, "
    message += "or a folder with instance.yaml or instance.xlsx"
    assert str(error.value) == message


def test_a_results_folder_is_no_instance_and_says_where_its_question_is(tmp_path):
    (tmp_path / "instance").mkdir()
    lay(tmp_path / "instance")
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RequestError) as error:
        read(tmp_path)
    assert str(error.value).endswith(f"is a results folder: the question that it answers is {tmp_path / 'instance'}")


def test_what_is_not_written_has_the_default_of_the_format(tmp_path):
    least = "alloc: 1\nname: least\nyear: 2020\ncounties: {a: {}}\nfunds: {f: {kind: aid, amount: 1}}\n"
    least += "industries: {i: {}}\nlinks: [{from: i, to: i}]\nchains: {h: {}}\n"
    least += "measures: {m: {county: a, category: training, max_units: 1}}\n"
    found = read(lay(tmp_path, least))
    assert (found.money.currency, found.money.unit, found.money.label) == ("CNY", 10000, "万元")
    assert (found.objective.employment, found.objective.linkage, found.objective.order) == (1, 0, ())
    options = found.solver
    assert (options.gap, options.time_limit, options.threads, options.method) == (0.0001, 600, 0, "auto")
    county, measure, link, fund = found.counties["a"], found.measures["m"], found.links[0], found.funds["f"]
    assert (county.weight, county.population, county.jobseekers, county.delivery) == (1, 0, None, {})
    assert (link.sells, link.buys, link.weight, link.scope, link.friction) == (1, 1, 1, "county", 0)
    assert (measure.eligible, measure.committed, measure.integer, measure.national) == (True, False, False, "any")
    assert measure.unit_cost == measure.fixed_cost == measure.min_units == measure.deadweight == 0
    assert measure.national_ceiling is measure.national_planned is fund.by_county is found.risk is None
    assert (fund.counties, fund.categories, fund.min_use, measure.funds) == ((), (), 0, ())
    assert (found.industries["i"].needs, found.industries["i"].cluster_jobs) == ({}, None)
    assert (found.baseline, found.rules, found.scenarios, found.previous) == ((), (), {}, {})


def test_every_table_keeps_the_order_in_which_it_was_written(tmp_path):
    measures = ["barn", "shed", "course", "cover", "fair", "drone"]
    assert list(read(lay(tmp_path)).measures) == measures
    head, *rows = TABLES["measures"].splitlines()
    table = "\n".join([head, *reversed(rows)])
    assert list(read(lay(tmp_path, tabled("measures"), {"measures.csv": table})).measures) == measures[::-1]


def test_nothing_is_guessed_about_words_that_other_readers_turn_into_numbers_dates_or_truths(tmp_path):
    words = ["NO", "off", "065225", "0x1F", "1_000", "2020-01-01", "12:30", "nan", "inf", "Infinity", "１２"]
    for word in words:
        assert read(lay(tmp_path, QUESTION.replace("code: '065225'", f"code: {word}"))).counties["east"].code == word
        table = TABLES["counties"].replace("065225", word)
        assert read(lay(tmp_path, tabled("counties"), {"counties.csv": table})).counties["east"].code == word


@pytest.mark.parametrize("written", ["1.5", "+1.5", "15e-1", "1.5E0", "0.15e+1", "1.50"])
def test_numbers_may_be_written_in_every_usual_way(tmp_path, written):
    assert read(lay(tmp_path, QUESTION.replace("weight: 1.5", f"weight: {written}"))).counties["west"].weight == 1.5


@pytest.mark.parametrize("nothing", ["", "null", "~", "Null"])
def test_nulls_mean_absent(tmp_path, nothing):
    text = QUESTION.replace("weight: 1.5", f"weight: {nothing}").replace("max_jobs: 80", f"max_jobs: {nothing}")
    found = read(lay(tmp_path, text.replace("unit: place", f"unit: {nothing}")))
    assert (found.counties["west"].weight, found.baseline[0].max_jobs, found.measures["barn"].unit) == (1, None, "")


def test_empty_cells_mean_absent_and_null_in_a_text_column_is_a_word(tmp_path):
    table = TABLES["counties"].replace("200000,60,1.5", "200000,60, ").replace("the larger one", "null")
    west = read(lay(tmp_path, tabled("counties"), {"counties.csv": table})).counties["west"]
    assert (west.weight, west.code, west.delivery, west.note) == (1, "", {}, "null")


def test_an_empty_table_that_nothing_needs_is_no_table(tmp_path):
    inline = contents(read(lay(tmp_path, re.sub(r"synergies:\n .*\n", "", QUESTION))))
    for content in ("", "\n", TABLES["synergies"].splitlines()[0]):
        assert contents(read(lay(tmp_path, tabled("synergies"), {"synergies.csv": content}))) == inline


def test_a_row_and_a_single_figure_name_their_sources(tmp_path):
    west = read(lay(tmp_path)).counties["west"]
    assert (west.source, west.sources) == ("assumption", {"population": "survey"})


def test_a_change_rule_brings_the_previous_plan_along(tmp_path):
    (flow,) = read(lay(tmp_path)).previous["results/2019"]
    assert (flow.measure, flow.county, flow.fund, flow.kind, flow.amount) == ("barn", "west", "aid", "aid", 30.5)


def test_an_instance_cannot_be_changed(tmp_path):
    found = read(lay(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        found.year = 2021
    with pytest.raises(ValueError, match="frozen"):
        found.funds["aid"].amount = 3


def test_all_faults_come_with_the_error_and_in_both_languages(tmp_path):
    path = lay(tmp_path, QUESTION.replace("weight: 1.5", "weight: x").replace("kind: local", "kind: lokal"))
    with pytest.raises(InstanceError) as error:
        read(path)
    assert [fault.text for fault in error.value.faults] == ["not_a_number", "not_one_of"]
    assert str(error.value).count("\n") == 1
    assert "must be a number" in str(error.value)
    assert "必须是数字" in error.value.say("zh")
    assert error.value.exit_code == 2
