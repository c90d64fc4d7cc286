"""The four indicators, equity and the origin of figures, each against a calculation by hand."""

from typing import Any

import pandas as pd
import pytest
from conftest import asked, instance_of

from alloc.report.equity import gini
from alloc.report.indicators import (
    chain_completeness,
    clustering,
    concentration,
    lasts,
    measure_indicators,
    mutual_benefit,
    private_leverage,
    tag_rows,
)
from alloc.report.provenance import trace_origins


def frame(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_gini_per_head_of_two_counties_by_hand():
    raw = asked(counties={"cele": {"population": 100}, "yutian": {"population": 300}})
    instance = instance_of(raw)
    assert gini(instance, {"cele": 10, "yutian": 30}) == pytest.approx(0)
    # |10·300 − 10·100| / (400 · 20)
    assert gini(instance, {"cele": 10, "yutian": 10}) == pytest.approx(0.25)
    assert gini(instance, {"cele": 0, "yutian": 0}) is None


def test_the_four_indicators_by_hand():
    raw = asked(
        counties={"yutian": {}},
        industries={"sheep": {"chain": "mutton", "cluster_jobs": 50}, "meat": {"chain": "mutton"}, "hats": {}},
        funds={"firms": {"kind": "private", "amount": 10}, "county": {"kind": "local", "amount": 10}},
        measures={"pens": {}, "roads": {"funds": ["aid"]}},
        links=[{"from": "sheep", "to": "meat", "scope": "region"}],
    )
    instance = instance_of(raw)
    allocation = frame(
        measure=["pens", "pens", "roads", "pens"],
        kind=["aid", "private", "aid", "local"],
        amount=[30.0, 6.0, 50.0, 0.0],
    )
    leverage = private_leverage(instance, allocation)
    assert (leverage.value, leverage.finer) == pytest.approx((6 / 80, 6 / 30))
    flows = frame(county_from=["cele", "cele"], county_to=["cele", "yutian"], flow=[30.0, 10.0], flow_quo=[20.0, 0.0])
    mutual = mutual_benefit(instance, allocation, flows)
    assert (mutual.value, mutual.finer, mutual.finer_quo) == pytest.approx((30 / 80, 0.25, 0))
    industries = frame(
        industry=["sheep", "sheep", "meat"], jobs=[60.0, 40.0, 99.0], jobs_quo=[50.0, 0.0, 99.0], clustered=[1, 0, 0]
    )
    cluster = clustering(instance, industries)
    assert (cluster.value, cluster.quo, cluster.finer, cluster.finer_quo) == pytest.approx((0.5, 0.5, 0.6, 1.0))
    chains = frame(chain=["mutton", "mutton"], closed=[1, 0], closed_quo=[0, 0], missing=["", "meat"])
    chain = chain_completeness(instance, chains)
    assert (chain.value, chain.quo, chain.finer) == pytest.approx((0.5, 0, 0.75))


def test_concentration_by_hand():
    assert concentration(pd.Series([50.0, 50.0])) == pytest.approx(0.5)
    assert concentration(pd.Series([30.0, 10.0, 0.0])) == pytest.approx(0.75**2 + 0.25**2)
    assert concentration(pd.Series([0.0])) is None


def test_what_lasts_goes_by_category_unless_a_tag_says_otherwise():
    kinds = {"a": "infrastructure", "b": "training", "c": "technology", "d": "insurance", "e": "enterprise"}
    measures = {m: {"category": k} for m, k in kinds.items()}
    measures |= {"f": {"category": "enterprise", "tags": ["造血"]}, "g": {"category": "training", "tags": ["yearly"]}}
    instance = instance_of(asked(measures=measures))
    assert [m for m in "abcdefg" if lasts(instance, m)] == ["a", "b", "c", "f"]


def test_shares_of_aid_and_tags_by_hand():
    measures = {f"m{i:02}": {"tags": ["soft", "new"] if i < 2 else []} for i in range(12)}
    instance = instance_of(asked(measures={**measures, "pens": {"tags": ["soft"]}}))
    keys, aid = list(instance.measures), {f"m{i:02}": 1.0 for i in range(12)} | {"pens": 8.0}
    table = frame(measure=keys, county=["cele"] * 13, industry=["sheep"] * 13, aid=[aid[m] for m in keys])
    table = table.assign(
        cost=2 * table["aid"], national=table["aid"], other=0.0, funded=[int(m != "m00") for m in keys]
    )
    empty = {"allocation": frame(measure=[], kind=[], amount=[]), "measures": table}
    empty |= {"industries": frame(industry=[], jobs=[], jobs_quo=[], clustered=[])}
    empty |= {"chains": frame(chain=[], closed=[], closed_quo=[], missing=[])}
    empty |= {"flows": frame(county_from=[], county_to=[], flow=[], flow_quo=[])}
    found = {one.name: one.value for one in measure_indicators(instance, empty)}
    assert found["largest"] == pytest.approx(17 / 20)  # 8, and nine of 1
    assert found["hhi_measure"] == pytest.approx(12 / 400 + 0.16)
    assert (found["hhi_county"], found["hhi_industry"], found["lasting"]) == pytest.approx((1, 1, 1))
    rows = {row["tag"]: row for row in tag_rows(instance, table)}
    assert {tag: (row["measures"], row["funded"], row["aid"], row["share_of_aid"]) for tag, row in rows.items()} == {
        "soft": (3, 2, 10.0, 0.5),
        "new": (2, 1, 2.0, 0.1),
        "": (10, 10, 10.0, 0.5),
    }


def test_figures_are_counted_by_their_source():
    raw = asked(
        counties={"cele": {"region": "hotan", "population": 5, "jobseekers": 7, "source": "census"}},
        industries={
            "sheep": {"productivity": 2, "hazard": 0.1, "source": "census", "sources": {"hazard": "assumption"}}
        },
        measures={"pens": {"source": "assumption", "sources": {"unit_cost": "census"}, "min_share": {"aid": 0.5}}},
        funds={"aid": {"kind": "aid", "amount": 100}},
        sources={"census": "a census"},
    )
    found = trace_origins(instance_of(raw), frame(measure=["pens"], aid=[40.0]))
    assert found.figures["counties"] == {"sourced": 2, "assumed": 0, "unsaid": 0}
    assert found.figures["industries"] == {"sourced": 1, "assumed": 1, "unsaid": 0}
    # effect, max_units and the share are assumed; unit_cost has its own source
    assert found.figures["measures"] == {"sourced": 1, "assumed": 3, "unsaid": 0}
    assert found.figures["funds"] == {"sourced": 0, "assumed": 0, "unsaid": 1}
    assert found.cost == {"sourced": 40, "assumed": 0, "unsaid": 0}
    assert found.effect == {"sourced": 0, "assumed": 40, "unsaid": 0}
    assert found.cited == {"census": 4, "assumption": 4}
