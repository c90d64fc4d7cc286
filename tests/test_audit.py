"""A plan made by hand passes the audit; each thing that is then changed is found by the check of that name."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alloc.audit import CHECKS, Audit, audit
from alloc.audit.verdict import Comparison, Finding, _shown, missed
from alloc.instance import Instance, read

QUESTION = """
alloc: 1
name: by-hand
year: 2019
money: {currency: CNY, unit: 10000, label: 万元}
counties:
  cele: {region: hotan, population: 1000, jobseekers: 100}
  yutian: {region: hotan, population: 2000, jobseekers: 200, weight: 2, delivery: {training: 0.9}}
industries:
  fodder: {chain: sheep, productivity: 4, hazard: 0.1, viable_jobs: 30}
  breeding: {chain: sheep, productivity: 5, uplift: 2, hazard: 0.2, viable_jobs: 40, cluster_jobs: 60,
    cluster_bonus: 7, needs: {training: 0.5}}
chains: {sheep: {closure_bonus: 40}}
markets: [{industry: breeding, region: hotan, amount: 600}]
baseline:
  - {county: cele, industry: fodder, jobs: 20, infrastructure: 60, training: 20, enterprise: 45, max_jobs: 45}
  - {county: cele, industry: breeding, jobs: 50, infrastructure: 60, training: 30, enterprise: 75}
  - {county: yutian, industry: breeding, jobs: 40, infrastructure: 50, training: 30, enterprise: 40, market: 250}
links: [{from: fodder, to: breeding, sells: 0.5, buys: 0.1, weight: 1.5, scope: region, friction: 0.2}]
funds:
  tianjin: {kind: aid, amount: 100, min_use: 10}
  treasury: {kind: national, amount: 70, by_county: {cele: 60, yutian: 20}}
  prefecture: {kind: local, amount: 20, counties: [cele], categories: [training]}
  firms: {kind: private, amount: 10, categories: [technology]}
  farmers: {kind: household, amount: 5, categories: [insurance]}
resources: {water: {amount: 50, by_county: {cele: 20}}}
measures:
  pens: {county: cele, category: infrastructure, industry: breeding, effect: 1, unit_cost: 1.2, fixed_cost: 10,
    min_units: 20, max_units: 100, integer: true, national: supplement, national_ceiling: 40, uses: {water: 0.5}}
  courses: {county: cele, category: training, effect: 1, unit_cost: 0.3, max_units: 300, deadweight: 0.1,
    returns: [[40, 1], [300, 0.5]], jobs: 0.1, linkage: 0.2, supplies: {water: 0.1}, committed: true, tags: [soft]}
  cover: {county: cele, category: insurance, industry: breeding, effect: 1, unit_cost: 0.1, max_units: 100,
    national: none, min_share: {household: 0.2}, max_share: {household: 0.2}, tags: [soft]}
  breed: {county: yutian, category: technology, industry: breeding, effect: 1, unit_cost: 0.5, max_units: 60,
    outlet: 1, national: exclusive, tags: [soft]}
  wages: {county: yutian, category: enterprise, industry: breeding, effect: 1, unit_cost: 0.5, max_units: 50,
    requires: [breed], limited_by: {breed: 1}, national_planned: 2}
  park: {county: cele, category: infrastructure, max_units: 60, eligible: false, reason: not appraised}
  rival: {county: yutian, category: technology, max_units: 10, excludes: [breed]}
synergies:
  - {measures: [pens, courses], employment: 3, linkage: 8}
  - {measures: [courses, breed], employment: 1, linkage: 5}
scenarios:
  normal: {probability: 0.75}
  drought: {probability: 0.25, hazard: {fodder: 0.5}, productivity: {fodder: 0.5}}
rules:
  - {name: category, type: share, each: category, max: 0.6}
  - {name: heads, type: amount, each: county, per: capita, min: 0.004}
  - {name: lines, type: count, each: county, max: 3}
  - {name: walls, type: complement, within: county, national: {category: infrastructure}, aid: {tag: soft}, ratio: 0.3}
  - {name: parity, type: parity, max: 5}
  - {name: gini, type: gini, max: 0.3, penalty: 30}
  - {name: change, type: change, each: measure, of: {measure: [pens, courses]}, max: 0.5, previous: results/2018}
  - {name: purse, type: amount, of: {region: hotan}, fund: treasury, max: 42}
  - {name: private, type: share, of: {chain: sheep}, fund: all, min: 0.7}
objective: {employment: 1, linkage: 0.1}
"""
BEFORE = """measure,county,category,industry,fund,kind,amount
pens,cele,infrastructure,breeding,tianjin,aid,4
pens,cele,infrastructure,breeding,treasury,national,30
pens,cele,infrastructure,breeding,hebei,aid,1
courses,cele,training,,tianjin,aid,8
"""

# The plan. Money: 46 for pens, 18 for courses, 5 for cover, 10 for breed, 5 for wages.
ALLOCATION = """
measure county category       industry fund       kind      amount
pens    cele   infrastructure breeding tianjin    aid       6
pens    cele   infrastructure breeding treasury   national  40
courses cele   training       .        tianjin    aid       10
courses cele   training       .        treasury   national  0
courses cele   training       .        prefecture local     8
cover   cele   insurance      breeding tianjin    aid       4
cover   cele   insurance      breeding farmers    household 1
breed   yutian technology     breeding tianjin    aid       6
breed   yutian technology     breeding treasury   national  0
breed   yutian technology     breeding firms      private   4
wages   yutian enterprise     breeding tianjin    aid       3
wages   yutian enterprise     breeding treasury   national  2
park    cele   infrastructure .        tianjin    aid       0
park    cele   infrastructure .        treasury   national  0
rival   yutian technology     .        tianjin    aid       0
rival   yutian technology     .        treasury   national  0
rival   yutian technology     .        firms      private   0
"""
# 60 courses count as 40 + 0.5 · 20 = 50, of which 10 % would have come anyway: 45 workers, 4.5 jobs, 9 of linkage.
MEASURES = """
measure county category       industry funded units gain cost aid national other effect direct_jobs jobs linkage
pens    cele   infrastructure breeding 1      30    30   46   6   40       0     30     0           0    0
courses cele   training       .        1      60    50   18   10  0        8     45     4.5         4.5  9 
cover   cele   insurance      breeding 1      50    50   5    4   0        1     50     0           0    0
breed   yutian technology     breeding 1      20    20   10   6   0        4     20     0           0    0
wages   yutian enterprise     breeding 1      10    10   5    3   2        0     10     0           0    0
park    cele   infrastructure .        0      0     0    0    0   0        0     0      0           0    0
rival   yutian technology     .        0      0     0    0    0   0        0     0      0           0    0
"""
# Kept: 40 · (1 - 0.2), 70 - 0.2 · 20, 45 · 0.8. Output of fodder: 0.75 · 4 · 36 + 0.25 · 2 · 20.
INDUSTRIES = """
county industry jobs_before jobs jobs_quo retained retained_quo insured upgraded established established_quo clustered
cele   fodder   20          40   20       32       16           0       0        1           0               0
cele   breeding 50          70   60       66       48           50      0        1           1               1
yutian breeding 40          45   40       36       32           0       20       1           1               0
"""
CAPACITIES = """
county industry output output_quo infrastructure training insurance technology enterprise market
cele   fodder   118    59         60             40       0         0          45         .
cele   breeding 330    240        90             55       50        0          75         .
yutian breeding 220    160        50             30       0         20         50         270
"""
# Cele's fodder can sell 72 in a normal year and 20 in a drought; breeding buys 33 and 22 at most.
FLOWS = """
link from   to       county_from county_to scenario flow linkage flow_quo
1    fodder breeding cele        cele      normal   33   49.5    0
1    fodder breeding cele        yutian    normal   22   26.4    0
1    fodder breeding cele        cele      drought  20   30      0
1    fodder breeding cele        yutian    drought  0    0       0
"""
# Linkage of cele: flows 0.75 · 75.9 + 0.25 · 30, direct 9, chain 40, cluster 7, synergy 8.
COUNTIES = """
county aid national other aid_per_head jobs_gained jobs_gained_quo linkage linkage_quo jobseekers_left
cele   20  40       9     0.02         46.5        8               128.425 7           55.5
yutian 9   2        4     0.0045       4           0               0       0           195
"""
FUNDS = """
fund       kind      county available spent unspent
tianjin    aid       .      100       29    71
treasury   national  cele   60        40    20
treasury   national  yutian 20        2     18
prefecture local     .      20        8     12
firms      private   .      10        4     6
farmers    household .      5         1     4
"""
RULES = """
rule     group          type       value min   max    slack  binding broken_by
category infrastructure share      6     .     17.4   11.4   0       0
category training       share      10    .     17.4   7.4    0       0
category insurance      share      4     .     17.4   13.4   0       0
category technology     share      6     .     17.4   11.4   0       0
category enterprise     share      3     .     17.4   14.4   0       0
heads    cele           amount     20    4     .      16     0       0
heads    yutian         amount     9     8     .      1      0       0
lines    cele           count      3     .     3      0      1       0
lines    yutian         count      2     .     3      1      0       0
walls    cele           complement 14    12    .      2      0       0
parity   .              parity     0.02  .     0.0225 0.0025 0       0
gini     .              gini       31000 .     26100  -4900  1       0.0163333333
change   pens           change     6     2.5   7.5    1.5    0       0
change   courses        change     10    4     12     2      0       0
purse    .              amount     42    .     42     0      1       0
private  .              share      66    58.8  .      7.2    0       0
"""
CHAINS = """
county chain closed missing closed_quo
cele   sheep 1      .       0
yutian sheep 0      fodder  0
"""
# Without the aid the treasury pays for 20 pens that fill no job; with the courses, which are committed, a synergy.
# So the fodder stays too small, and jobs, sales and chains are those of the status quo.
ALONE = {"pens": {"funded": 1, "units": 20, "gain": 20}, "courses": {"funded": 1, "units": 0, "gain": 0}}
PAID_ALONE = {("pens", "treasury"): 34.0}
SAME_AS_QUO = {
    "industries": ("jobs", "retained", "established", "output"),
    "flows": ("flow",),
    "chains": ("closed",),
}
# Fodder keeps 36 of 40 jobs in a normal year and 20 in a drought; flows are worth 75.9 and 30.
SCENARIOS = """
scenario probability employment employment_quo employment_without_aid linkage linkage_quo linkage_without_aid
normal   0.75        60.5       8              11                     144.9   7           15
drought  0.25        52.5       8              11                     99      7           15
"""
# The jobs of yutian count twice; the synergies bring 3 jobs without the aid, 4 with it.
BRIDGE = """
part      county anyway through_others through_aid employment aid aid_per_job
county    cele   8      0              38.5        46.5       20  0.519480519480519
county    yutian 0      0              8           8          9   1.125
synergies .      0      3              1           4          .   .
total     .      8      3              47.5        58.5       29  0.610526315789474
"""
# 58.5 jobs: 46.5 + 2 · 4 + 3 + 1. Linkage: cele and the synergy across counties. The Gini index is over by 4900 of
# 3000 people · the 100 of money within reach: 0.01633 points at 30. Objective: 58.5 + 13.3425 - 0.49.
FIGURES: dict[str, Any] = {
    "objective": 71.3525,
    "employment": 58.5,
    "linkage": 133.425,
    "bound": 71.3525 * 1.00005,
    "gap": 0.00005,
    "status": "optimal",
    "status_quo": {"employment": 8.0, "linkage": 7.0},
    "without_aid": {"objective": 12.5, "employment": 11.0, "linkage": 15.0, "lapsed": [], "left_out": []},
    "through_others": {"employment": 3.0, "linkage": 8.0},
    "through_aid": {"employment": 47.5, "linkage": 118.425},
}


def table(text: str) -> pd.DataFrame:
    """Return a table; a dot is an empty cell."""
    return pd.read_csv(StringIO(text), sep=r"\s+", na_values=["."], keep_default_na=False)


def tables() -> dict[str, pd.DataFrame]:
    capacities = table(CAPACITIES).drop(columns=["county", "industry"])
    renamed = capacities.rename(columns={k: f"capacity_{k}" for k in capacities.columns[2:7]})
    whole = {
        "allocation": table(ALLOCATION),
        "measures": table(MEASURES),
        "industries": pd.concat([table(INDUSTRIES), renamed], axis=1),
        "flows": table(FLOWS),
        "counties": table(COUNTIES),
        "funds": table(FUNDS),
        "rules": table(RULES),
        "chains": table(CHAINS),
        "scenarios": table(SCENARIOS),
        "bridge": table(BRIDGE),
    }
    whole["measures"]["idle"] = 0
    for column in ("funded", "units", "gain"):
        alone = [ALONE.get(m, {}).get(column, 0) for m in whole["measures"]["measure"]]
        whole["measures"][f"{column}_without_aid"] = alone
    paid = zip(whole["allocation"]["measure"], whole["allocation"]["fund"], strict=True)
    whole["allocation"]["amount_without_aid"] = [PAID_ALONE.get(pair, 0.0) for pair in paid]
    for name, columns in SAME_AS_QUO.items():
        for column in columns:
            whole[name][f"{column}_without_aid"] = whole[name][f"{column}_quo"]
    whole["counties"]["jobs_gained_without_aid"] = whole["counties"]["jobs_gained_quo"]
    whole["counties"]["linkage_without_aid"] = whole["counties"]["linkage_quo"] + [8.0, 0.0]
    return {name: frame.astype(dict.fromkeys(frame.select_dtypes("number"), float)) for name, frame in whole.items()}


def question(folder: Path, *changes: tuple[str, str]) -> Instance:
    """Return the instance, with words of it replaced."""
    text = QUESTION
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "results/2018").mkdir(parents=True)
    (folder / "results/2018/allocation.csv").write_text(BEFORE, encoding="utf-8")
    (folder / "instance.yaml").write_text(text, encoding="utf-8")
    return read(folder)


def names(result: Audit) -> set[str]:
    return {finding.check for finding in result.findings}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return question(tmp_path_factory.mktemp("by-hand"))


def test_the_plan_made_by_hand_passes(instance: Instance):
    result = audit(instance, tables(), FIGURES)
    assert [finding.say() for finding in result.findings] == []
    assert result.passed
    assert result.checks > 400


@dataclass(frozen=True)
class Wrong:
    """One cell that is made wrong, and the check that finds it."""

    check: str
    table: str
    row: str
    column: str
    cell: object

    def __str__(self) -> str:
        return f"{self.check}: {self.column} of {self.row or self.table} {self.cell}"

    def made(self) -> dict[str, pd.DataFrame]:
        """Return the tables with that cell; the row is found by its first words."""
        whole = tables()
        frame = whole[self.table]
        words = frame.astype(object).where(frame.notna(), "").astype(str).agg(" ".join, axis=1)
        rows = words.str.contains("^" + self.row.replace(" ", ".* ?")).to_numpy().nonzero()[0]
        assert len(rows) == 1, f"{self.row}: {len(rows)} rows"
        whole[self.table] = frame.astype(object)
        whole[self.table].iloc[rows[0], frame.columns.get_loc(self.column)] = self.cell
        return whole


YUAN = 0.0001
WRONG_CELLS = (
    Wrong("fills_cells", "measures", "pens", "cost", None),
    Wrong("fills_cells", "industries", "cele fodder", "retained", float("inf")),
    Wrong("lists_rows", "allocation", "park cele infrastructure tianjin", "fund", "firms"),
    Wrong("lists_rows", "allocation", "park cele infrastructure tianjin", "measure", "spark"),
    Wrong("lists_rows", "counties", "yutian", "county", "cele"),
    Wrong("lists_rows", "funds", "treasury national yutian", "county", None),
    Wrong("lists_rows", "flows", ".*cele yutian drought", "county_to", "minfeng"),
    Wrong("lists_rows", "flows", ".*cele yutian drought", "scenario", "flood"),
    Wrong("lists_rows", "flows", ".*cele yutian drought", "link", 2),
    Wrong("repeats_words", "allocation", "breed .*firms", "kind", "aid"),
    Wrong("repeats_words", "measures", "courses", "industry", "breeding"),
    Wrong("raises_flags", "measures", "pens", "funded", 0.9),
    Wrong("raises_flags", "chains", "cele", "closed", 2),
    Wrong("covers_cost", "allocation", "pens .*tianjin", "amount", 6 + YUAN),
    Wrong("covers_cost", "measures", "pens", "units", 31),
    Wrong("within_scale", "measures", "pens", "units", 30.5),
    Wrong("within_scale", "measures", "pens", "units", 19),
    Wrong("within_scale", "measures", "pens", "units", 101),
    Wrong("within_scale", "measures", "park", "units", 1),
    Wrong("keeps_commitments", "measures", "courses", "funded", 0),
    Wrong("keeps_commitments", "measures", "park", "funded", 1),
    Wrong("pays_forward", "allocation", "courses .*treasury", "amount", -YUAN),
    Wrong("within_fund", "allocation", "cover .*farmers", "amount", 5 + YUAN),
    Wrong("within_fund", "allocation", "pens .*treasury", "amount", 60 + YUAN),
    Wrong("requires_others", "measures", "breed", "funded", 0),
    Wrong("excludes_others", "measures", "rival", "funded", 1),
    Wrong("limited_by_others", "measures", "wages", "units", 20.001),
    Wrong("within_resource", "measures", "pens", "units", 50),
    Wrong("within_ceiling", "allocation", "pens .*treasury", "amount", 40 + YUAN),
    Wrong("keeps_planned", "allocation", "wages .*treasury", "amount", 2 - YUAN),
    Wrong("supplements_national", "allocation", "pens .*treasury", "amount", 40 - YUAN),
    Wrong("excludes_national", "allocation", "breed .*treasury", "amount", YUAN),
    Wrong("shares_cost", "allocation", "cover .*farmers", "amount", 1 + YUAN),
    Wrong("shares_cost", "allocation", "cover .*farmers", "amount", 1 - YUAN),
    Wrong("follows_returns", "measures", "courses", "gain", 50.001),
    Wrong("follows_returns", "measures", "courses", "gain", -0.001),
    Wrong("delivers_supply", "measures", "courses", "effect", 50),
    Wrong("brings_direct", "measures", "courses", "direct_jobs", 6),
    Wrong("brings_direct", "measures", "courses", "jobs", 6),
    Wrong("brings_direct", "measures", "courses", "linkage", 12),
    Wrong("adds_capacity", "industries", "cele fodder", "capacity_training", 40.001),
    Wrong("adds_capacity", "industries", "cele fodder", "capacity_training", 19.999),
    Wrong("adds_capacity", "industries", "yutian", "capacity_training", 30.001),
    Wrong("within_bottleneck", "industries", "cele fodder", "jobs", 40.001),
    Wrong("within_bottleneck", "industries", "yutian", "jobs", 50.001),
    Wrong("within_market", "industries", "yutian", "upgraded", 23),
    Wrong("within_market", "industries", "yutian", "market", 280),
    Wrong("within_market", "industries", "cele fodder", "market", 1000),
    Wrong("covers_jobs", "industries", "cele breeding", "insured", 50.001),
    Wrong("covers_jobs", "industries", "cele breeding", "insured", -0.001),
    Wrong("covers_jobs", "industries", "yutian", "upgraded", 20.001),
    Wrong("within_jobs", "industries", "cele fodder", "jobs", 45.001),
    Wrong("within_jobs", "industries", "cele breeding", "jobs", 49.999),
    Wrong("within_jobs", "industries", "cele breeding", "jobs_before", 51),
    Wrong("within_people", "industries", "yutian", "jobs", 240.001),
    Wrong("reaches_viable", "industries", "cele fodder", "jobs", 29.999),
    Wrong("reaches_viable", "industries", "cele fodder", "established", 0),
    Wrong("reaches_viable", "industries", "cele fodder", "established_quo", 1),
    Wrong("reaches_viable", "industries", "yutian", "established", 0),
    Wrong("within_ceiling", "allocation", "wages treasury", "amount", 25.2),  # 50 units of 0.5 take 25
    Wrong("delivers_supply", "measures", "courses", "effect", 0),
    Wrong("reaches_viable", "industries", "yutian", "established_quo", 0),  # its 40 jobs are just viable
    Wrong("reaches_cluster", "industries", "yutian", "clustered", 1),
    Wrong("reaches_cluster", "industries", "cele fodder", "clustered", 1),
    Wrong("retains_jobs", "industries", "cele breeding", "retained", 70),
    Wrong("retains_jobs", "industries", "cele breeding", "insured", 49),
    Wrong("yields_output", "industries", "cele fodder", "output", 128),
    Wrong("starts_from_baseline", "industries", "cele breeding", "jobs_quo", 60.001),
    Wrong("starts_from_baseline", "industries", "yutian", "retained_quo", 40),
    Wrong("starts_from_baseline", "industries", "cele fodder", "output_quo", 58),
    Wrong("flows_forward", "flows", ".*cele yutian drought", "flow", -1),
    Wrong("flows_forward", "flows", ".*cele yutian drought", "flow_quo", -1),
    Wrong("sells_output", "flows", ".*cele yutian drought", "flow", 0.001),
    Wrong("buys_input", "flows", ".*cele yutian normal", "flow", 22.001),
    Wrong("trades_established", "flows", ".*cele cele normal", "flow_quo", 1),
    Wrong("trades_established", "industries", "cele fodder", "established", 0),
    Wrong("weighs_flow", "flows", ".*cele yutian normal", "linkage", 33),
    Wrong("closes_chain", "chains", "cele", "closed_quo", 1),
    Wrong("closes_chain", "chains", "yutian", "closed", 1),
    Wrong("closes_chain", "industries", "cele fodder", "jobs", 0.5),
    Wrong("names_missing", "industries", "cele fodder", "jobs", 0.5),
    Wrong("within_shared_market", "industries", "yutian", "jobs", 46.1),
    Wrong("within_shared_market", "industries", "cele breeding", "jobs_quo", 80.1),
    Wrong("names_missing", "chains", "yutian", "missing", "breeding"),
    Wrong("names_missing", "chains", "yutian", "missing", None),
    Wrong("keeps_rule", "allocation", "courses .*tianjin", "amount", 40),
    Wrong("keeps_rule", "allocation", "courses .*tianjin", "amount", 12 + YUAN),
    Wrong("keeps_rule", "allocation", "courses .*tianjin", "amount", 8 - YUAN),
    Wrong("keeps_rule", "allocation", "wages .*tianjin", "amount", 2 - YUAN),
    Wrong("keeps_rule", "allocation", "courses .*treasury", "amount", YUAN),
    Wrong("keeps_rule", "measures", "park", "funded", 1),
    Wrong("lists_rules", "rules", "heads yutian", "group", "minfeng"),
    Wrong("lists_rules", "rules", "category training", "rule", "heads"),
    Wrong("lists_rules", "rules", "purse", "type", "count"),
    Wrong("shows_rule", "rules", "category training", "value", 10 + YUAN),
    Wrong("shows_rule", "rules", "category training", "max", 17.4 - YUAN),
    Wrong("shows_rule", "rules", "category training", "min", 0),
    Wrong("shows_rule", "rules", "heads yutian", "min", None),
    Wrong("shows_rule", "rules", "heads yutian", "slack", 1 + YUAN),
    Wrong("shows_rule", "rules", "walls", "min", 13),
    Wrong("shows_rule", "rules", "parity", "value", 0.02 + YUAN),
    Wrong("shows_rule", "rules", "parity", "max", 0.0225 + YUAN),
    Wrong("shows_rule", "rules", "gini", "value", 30999),
    Wrong("shows_rule", "rules", "gini", "broken_by", 0.016334),
    Wrong("shows_rule", "rules", "gini", "broken_by", None),
    Wrong("shows_rule", "rules", "change pens", "max", 6),
    Wrong("shows_binding", "rules", "purse", "binding", 0),
    Wrong("shows_binding", "rules", "heads yutian", "binding", 1),
    Wrong("adds_measures", "measures", "pens", "cost", 46 + YUAN),
    Wrong("adds_measures", "measures", "courses", "other", 8 - YUAN),
    Wrong("adds_counties", "counties", "cele", "aid", 20 + YUAN),
    Wrong("adds_counties", "counties", "yutian", "other", 4 + YUAN),
    Wrong("adds_counties", "counties", "yutian", "aid_per_head", 0.0045 + YUAN / 2000),
    Wrong("adds_funds", "funds", "tianjin", "spent", 29 - YUAN),
    Wrong("adds_funds", "funds", "treasury national cele", "available", 70),
    Wrong("adds_funds", "funds", "farmers", "unspent", 4 + YUAN),
    Wrong("adds_jobs", "counties", "cele", "jobs_gained", 48),
    Wrong("adds_jobs", "counties", "cele", "jobs_gained_quo", 9),
    Wrong("leaves_jobseekers", "counties", "yutian", "jobseekers_left", 200),
    Wrong("leaves_jobseekers", "counties", "yutian", "jobseekers_left", None),
    Wrong("adds_linkage", "counties", "yutian", "linkage", 5),
    Wrong("adds_linkage", "chains", "cele", "closed", 0),
    Wrong("adds_linkage", "industries", "cele breeding", "clustered", 0),
    Wrong("adds_linkage_quo", "counties", "cele", "linkage_quo", 8),
    Wrong("adds_linkage_quo", "counties", "yutian", "linkage_quo", -1),
    Wrong("fills_without_aid", "industries", "cele fodder", "jobs_without_aid", None),
    Wrong("keeps_without_aid", "allocation", "pens .*treasury", "amount_without_aid", 34 + YUAN),
    Wrong("keeps_without_aid", "allocation", "courses .*tianjin", "amount_without_aid", YUAN),
    Wrong("keeps_without_aid", "measures", "pens", "units_without_aid", 19),
    Wrong("keeps_without_aid", "measures", "pens", "gain_without_aid", 20.001),
    Wrong("keeps_without_aid", "measures", "courses", "funded_without_aid", 0),
    Wrong("keeps_without_aid", "measures", "wages", "funded_without_aid", 1),
    Wrong("keeps_without_aid", "industries", "cele breeding", "jobs_without_aid", 60.001),
    Wrong("keeps_without_aid", "industries", "cele fodder", "jobs_without_aid", 25),
    Wrong("keeps_without_aid", "industries", "yutian", "jobs_without_aid", 39),
    Wrong("keeps_without_aid", "industries", "cele breeding", "retained_without_aid", 47),
    Wrong("keeps_without_aid", "industries", "cele breeding", "output_without_aid", 241),
    Wrong("keeps_without_aid", "flows", ".*cele cele normal", "flow_without_aid", 1),
    Wrong("keeps_without_aid", "chains", "cele", "closed_without_aid", 1),
    Wrong("totals_without_aid", "counties", "cele", "jobs_gained_without_aid", 9),
    Wrong("totals_without_aid", "counties", "cele", "linkage_without_aid", 16),
    Wrong("totals_without_aid", "counties", "cele", "linkage_without_aid", 7),
    Wrong("bridges_jobs", "bridge", "county cele", "through_aid", 40),
    Wrong("bridges_jobs", "bridge", "county cele", "employment", 48),
    Wrong("bridges_jobs", "bridge", "county yutian", "aid_per_job", 1.2),
    Wrong("bridges_jobs", "bridge", "synergies", "anyway", 1),
    Wrong("bridges_jobs", "bridge", "total", "through_others", 4),
    Wrong("bridges_jobs", "bridge", "total", "aid", 30),
    Wrong("weighs_scenarios", "scenarios", "normal", "probability", 0.7),
    Wrong("weighs_scenarios", "scenarios", "normal", "employment", 60),
    Wrong("weighs_scenarios", "scenarios", "drought", "linkage", 98),
    Wrong("weighs_scenarios", "scenarios", "drought", "employment_without_aid", 12),
    Wrong("weighs_scenarios", "scenarios", "drought", "linkage_quo", 8),
)


def shown(value: object) -> str:
    """Return the name of a case; sets in one order, whatever the seed of the hash."""
    return ", ".join(sorted(value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize("wrong", WRONG_CELLS, ids=shown)
def test_a_wrong_cell_is_found_by_its_check(instance: Instance, wrong: Wrong):
    assert wrong.check in names(audit(instance, wrong.made(), FIGURES))


WRONG_FIGURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("totals_goals", {"employment": 60.0}),
    ("totals_goals", {"linkage": 138.425}),
    ("totals_goals", {"linkage": None}),
    ("totals_quo", {"status_quo": {"employment": 0.0, "linkage": 7.0}}),
    ("totals_quo", {"status_quo": {"employment": 8.0, "linkage": 0.0}}),
    ("totals_without_aid", {"without_aid": FIGURES["without_aid"] | {"employment": 10.0}}),
    ("totals_without_aid", {"without_aid": FIGURES["without_aid"] | {"linkage": 16.0}}),
    ("totals_without_aid", {"without_aid": FIGURES["without_aid"] | {"objective": 12.0}}),
    ("fills_without_aid", {"without_aid": FIGURES["without_aid"] | {"objective": None}}),
    ("attributes_jobs", {"through_aid": {"employment": 50.5, "linkage": 118.425}}),
    ("attributes_jobs", {"through_others": {"employment": 3.0, "linkage": 7.0}}),
    ("totals_objective", {"objective": 71.8425}),
    ("totals_objective", {"objective": None}),
    ("proves_gap", {"objective": 80.0}),
    ("proves_gap", {"bound": 71.35}),
    ("proves_gap", {"bound": float("inf")}),
    ("proves_gap", {"gap": 0.0}),
    ("proves_gap", {"asked_gap": 0.00001}),
    ("proves_gap", {"status": "infeasible"}),
)


@pytest.mark.parametrize(("check", "wrong"), WRONG_FIGURES, ids=shown)
def test_a_wrong_figure_is_found_by_its_check(instance: Instance, check: str, wrong: dict[str, Any]):
    assert check in names(audit(instance, tables(), FIGURES | wrong))


def test_a_plan_stopped_early_needs_no_small_gap_and_no_bound(instance: Instance):
    early = FIGURES | {"status": "feasible", "bound": 142.705, "gap": 1.0}
    assert audit(instance, tables(), early).passed
    assert audit(instance, tables(), early | {"bound": None, "gap": None}).passed


WRONG_QUESTIONS = (
    ("within_fund", "amount: 20, counties", "amount: 7.9999, counties", {"adds_funds"}),
    ("within_fund", "{cele: 60, yutian: 20}", "{cele: 39.9999, yutian: 20}", {"adds_funds"}),
    ("within_fund", "amount: 70", "amount: 41.9999", {"adds_funds"}),
    ("uses_fund", "min_use: 10", "min_use: 29.0001", set()),
    ("within_resource", "amount: 50", "amount: 10.4", set()),
    ("within_resource", "by_county: {cele: 20}", "by_county: {cele: 10.4}", set()),
    ("takes_no_national", "national_planned: 2", "national: none", {"lists_rows"}),
    ("limited_by_others", "limited_by: {breed: 1}", "limited_by: {breed: 0.4}", set()),
    ("excludes_others", "limited_by: {breed: 1}", "excludes: [pens]", set()),
    ("within_resource", "supplies: {water: 0.1}, committed", "uses: {water: 0.1}, committed", set()),
    ("shares_cost", "limited_by: {breed: 1}", "max_share: {aid: 0.5}", set()),
    ("shares_cost", "limited_by: {breed: 1}", "max_share: {tianjin: 0.5}", set()),
    ("shares_cost", "limited_by: {breed: 1}", "min_share: {treasury: 0.5}", set()),
    ("supplements_national", "national_ceiling: 40", "national_ceiling: 41", set()),
    ("within_shared_market", "amount: 600", "amount: 594.9", set()),
    ("pays_in_lots", "label: 万元}", "label: 万元, lot: 4}", set()),
    ("within_people", "jobseekers: 200", "jobseekers: 4.9", {"leaves_jobseekers"}),
    ("within_jobs", "max_jobs: 45", "max_jobs: 39", set()),
    ("within_market", "market: 250", "market: 210", {"within_market"}),
    ("holds_national", "year: 2019", "year: 2019\nnation: first", set()),
    ("lists_rows", "scope: region", "scope: county", {"adds_linkage", "weighs_scenarios"}),
    ("weighs_flow", "friction: 0.2", "friction: 0.1", {"weighs_scenarios"}),
    ("buys_input", "buys: 0.1", "buys: 0.09", set()),
    ("sells_output", "sells: 0.5", "sells: 0.4", set()),
    ("follows_returns", "[300, 0.5]", "[300, 0.4]", set()),
    ("keeps_rule", ", penalty: 30", "", {"totals_objective"}),
    ("keeps_rule", "type: parity, max: 5", "type: parity, max: 4.4", {"shows_rule"}),
    ("keeps_rule", "ratio: 0.3", "ratio: 0.36", {"shows_rule"}),
    ("keeps_rule", "per: capita, min: 0.004", "per: capita, max: 0.0199", {"shows_rule"}),
    ("keeps_rule", "each: county, max: 3", "each: county, max: 2", {"shows_rule", "shows_binding"}),
    ("keeps_rule", "fund: all, min: 0.7", "fund: all, min: 0.8", {"shows_rule"}),
)


@pytest.mark.parametrize(("check", "old", "new", "others"), WRONG_QUESTIONS, ids=shown)
def test_a_plan_for_another_question_is_found_out(tmp_path: Path, check: str, old: str, new: str, others: set[str]):
    assert names(audit(question(tmp_path, (old, new)), tables(), FIGURES)) == {check} | others


@pytest.mark.parametrize(
    ("purse", "mode", "found"),
    [
        ("{cele: 40, yutian: 20}", "supplement", set()),  # all that is tied to the county is spent
        ("{cele: 40.0001, yutian: 20}", "supplement", {"supplements_national"}),
        ("{cele: 40, yutian: 20}", "supplement-strict", {"supplements_national"}),
    ],
)
def test_aid_enters_below_a_ceiling_only_where_the_national_purse_is_empty(tmp_path, purse, mode, found):
    changes = ("national: supplement, national_ceiling: 40", f"national: {mode}, national_ceiling: 55")
    asked = question(tmp_path, changes, ("{cele: 60, yutian: 20}", purse))
    assert names(audit(asked, tables(), FIGURES)) == {"adds_funds"} | found


def test_a_purse_that_is_spent_in_all_is_empty_too(tmp_path: Path):
    asked = question(tmp_path, ("national_ceiling: 40", "national_ceiling: 55"), ("amount: 70", "amount: 42"))
    assert names(audit(asked, tables(), FIGURES)) == {"adds_funds"}


LOT = ("label: 万元}", "label: 万元, lot: 1}")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ((), set()),
        ((("unit_cost: 0.3", "unit_cost: 0.284"),), set()),  # 17.04: of 18 less than a lot is left
        ((("unit_cost: 0.3", "unit_cost: 0.2833"),), {"covers_cost"}),  # 16.998
        ((("unit_cost: 0.3", "unit_cost: 0.301"),), {"covers_cost"}),
        ((("national_ceiling: 40", "national_ceiling: 40.9"),), set()),  # what is left below it is no lot
    ],
)
def test_whole_lots_cover_a_cost_and_leave_less_than_one(tmp_path: Path, changes: Any, found: set[str]):
    assert names(audit(question(tmp_path, LOT, *changes), tables(), FIGURES)) == found


def test_every_check_is_shown_to_find_something():
    shown = {wrong.check for wrong in WRONG_CELLS} | {row[0] for row in (*WRONG_FIGURES, *WRONG_QUESTIONS)}
    assert {check.__name__ for check in CHECKS} - shown == {
        "keeps_order",  # has a test of its own
        *("follows_scenario", "sells_in_scenario", "retains_least", "shows_risk"),  # in test_risk
        *("shares_gains", "adds_payers"),  # in test_sharing
    }


ORDER = (
    "objective: {employment: 1, linkage: 0.1}",
    "objective: {order: [employment, linkage], tolerance: 0.01}",
)


def stages_of(best: float, kept: float) -> list[dict[str, Any]]:
    """Return the two goals of an order: the best of the first, what the plan keeps of it, and the second."""
    last = {"goal": "linkage", "objective": 132.935, "bound": 132.935, "value": 132.935}
    return [{"goal": "employment", "objective": best, "bound": best, "value": kept}, last]


@pytest.mark.parametrize(
    ("stages", "found"),
    [
        (stages_of(58.5, 58.01), set()),  # a hundredth of 58.5 is 0.585, the plan gives up 0.49
        (stages_of(59.5, 58.01), {"keeps_order"}),  # a hundredth of 59.5 is 0.595, the plan gives up 1.49
        (stages_of(58.5, 58.5), {"keeps_order"}),  # it does not keep what it says
        (stages_of(58.5, 58.01)[1:], {"keeps_order"}),
        ([], {"keeps_order"}),
    ],
)
def test_an_earlier_goal_loses_no_more_than_it_may(tmp_path: Path, stages: list[dict[str, Any]], found: set[str]):
    figures = FIGURES | {"objective": 132.935, "bound": 132.935, "gap": 0.0, "stages": stages}
    figures["without_aid"] = FIGURES["without_aid"] | {"objective": 15.0}
    assert names(audit(question(tmp_path, ORDER), tables(), figures)) == found


def test_what_a_solver_leaves_behind_is_no_finding(instance: Instance):
    noisy = tables()
    noisy["allocation"]["amount"] += 1e-7
    noisy["measures"]["units"] += 1e-8
    noisy["industries"]["jobs"] -= 1e-8
    assert audit(instance, noisy, FIGURES).passed


def test_one_yuan_moved_between_two_funds_is_found_at_both(instance: Instance):
    moved = Wrong("", "allocation", "breed .*tianjin", "amount", 6 - YUAN).made()
    moved["allocation"].loc[moved["allocation"]["fund"].eq("firms"), "amount"] += [YUAN, 0]
    found = audit(instance, moved, FIGURES).findings
    assert {finding.check for finding in found} >= {"adds_measures", "adds_counties", "adds_funds"}
    assert "covers_cost" not in {finding.check for finding in found}
    assert {"breed · aid", "breed · other"} <= {finding.place for finding in found}


@pytest.mark.parametrize("unit", [1, 10000, 100000000])
def test_money_is_as_exact_as_a_tenth_of_a_currency_unit(tmp_path: Path, unit: int):
    instance = question(tmp_path, ("unit: 10000", f"unit: {unit}"))
    least = max(1 / unit, 1e-5)
    for off, found in ((least, True), (0.05 * least, False)):
        wrong = Wrong("covers_cost", "allocation", "wages .*tianjin", "amount", 3 + off)
        assert ("covers_cost" in names(audit(instance, wrong.made(), FIGURES))) is found


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        ("999999999941.66660", "999999999941.66667", True),  # a float of that size has no more digits
        ("999999999941", "999999999943", False),
        ("41.66660", "41.66667", False),
        ("350000000.1", "350000000.3", False),  # Hotan's money in yuan, exact to a tenth
    ],
)
def test_money_is_no_more_exact_than_floats_of_its_size(left: str, right: str, holds: bool):
    tenth = Decimal("0.1") if left.startswith("35") else Decimal("0.00001")
    for one, other in ((Decimal(left), Decimal(right)), (Fraction(left), Fraction(right))):
        assert (missed(Comparison((), one, "=", other, tenth)) is None) is holds
        assert (missed(Comparison((), other, "≤", one, tenth)) is None) is holds


def test_floats_are_read_as_they_are_written(instance: Instance):
    """60 courses at 0.3 cost 18 to the last digit, and 0.1 + 0.2 is shown as Python writes it."""
    found = audit(instance, tables(), FIGURES | {"employment": 0.1 + 0.2, "linkage": 0.3}).findings
    sides = {finding.place: (finding.left, finding.right) for finding in found if finding.check == "totals_goals"}
    assert sides["employment"] == (Decimal("0.30000000000000004"), Decimal("58.5"))
    assert sides["linkage"] == (Decimal("0.3"), Decimal("133.425"))


def test_a_missing_table_and_a_missing_column_are_found(instance: Instance):
    without = tables()
    del without["counties"]
    without["measures"] = without["measures"].drop(columns="gain")
    places = {finding.place for finding in audit(instance, without, FIGURES).findings}
    assert {"counties · cele", "measures · pens · gain"} <= places


def test_links_may_be_numbered_from_0(instance: Instance):
    numbered = tables()
    numbered["flows"]["link"] = 0
    assert audit(instance, numbered, FIGURES).passed


def test_a_finding_names_place_and_both_sides_to_the_yuan(instance: Instance):
    wrong = Wrong("covers_cost", "allocation", "pens .*tianjin", "amount", 6 + YUAN)
    found = next(f for f in audit(instance, wrong.made(), FIGURES).findings if f.check == "covers_cost")
    assert found.say() == (
        "covers_cost at pens: 46.0001 = 46.0000 does not hold: what the funds pay is what the measure costs; "
        "in whole lots it covers that and leaves less than a lot"
    )
    assert found.say("zh").startswith("covers_cost（pens）：46.0001 = 46.0000 不成立：各资金支付之和等于措施成本")


def test_sides_that_must_be_equal_to_the_last_digit_are_shown_with_six():
    assert _shown(Fraction(1, 3), Fraction(1, 2), Fraction(0)) == ("0.333333", "0.500000")
    assert _shown(Decimal(4), Decimal(2), Decimal(0)) == ("4.0", "2.0")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_check_has_its_sentence(lang: str):
    for check in CHECKS:
        said = Finding(check.__name__, "cele", Decimal(1), "≤", Decimal(0), Decimal("0.00001")).say(lang)
        assert re.search(r"1\.0 ≤ 0\.0", said)
        assert "{" not in said
