"""The ranges that synthetic questions are drawn from: the figures of hotan-2019 beside them are measured again."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from alloc.generate.draws import ranges
from alloc.instance import Instance, read

FIGURES = ("effect", "unit_cost", "fixed_cost", "min_units", "max_units", "deadweight", "outlet", "linkage")
SORTS = {s: row[4] for row in ranges()["catalogue"]["industries"] for s in [row[0]]} | {
    "meat-cold-chain": "service",
    "fruit-processing": "works",
    "handicrafts": "works",
    "export-services": "service",
}
"""Sorts of the industries, those of Hotan that are called otherwise included."""


@pytest.fixture(scope="module")
def hotan() -> Instance:
    return read(Path(__file__).parent.parent / "instances/hotan-2019")


def like(hotan: Instance, kind: str) -> list[Any]:
    """Return the measures of Hotan that a template is taken from."""
    names = ranges()["measures"][kind]["like"]
    return [row for m, row in hotan.measures.items() if m.partition("-")[2] in names]


def span(values: Iterable[float]) -> list[float]:
    found = list(values)
    return [float(f"{x:.3g}") for x in (min(found), max(found))]


@pytest.mark.parametrize("kind", ranges()["measures"])
def test_the_range_beside_a_template_is_hotans(hotan, kind):
    template, lines = ranges()["measures"][kind], like(hotan, kind)
    assert lines
    assert {row.category for row in lines} == {template["category"]}
    for key in FIGURES:
        if key in template:
            found = [x for x in (getattr(row, key) for row in lines) if x] or [0]
            assert template[key]["hotan"] == span(found), key
    for key, resource in (("water", "water"), ("technicians", "technicians")):
        if key in template:
            assert template[key]["hotan"] == span(row.uses[resource] for row in lines if resource in row.uses), key
    if "returns" in template:
        bent = sum(bool(row.returns) for row in lines) / len(lines)
        assert template["returns"]["hotan"] == pytest.approx(bent, abs=0.006)


def test_the_ranges_beside_counties_and_industries_are_hotans(hotan):
    county, counties = ranges()["county"], hotan.counties.values()
    assert county["population"]["hotan"] == [min(x.population for x in counties), max(x.population for x in counties)]
    assert county["jobseekers_per_head"]["hotan"] == span(x.jobseekers / x.population for x in counties)
    for k in ("training", "technology", "enterprise"):
        assert county[f"delivery_{k}"]["hotan"] == span(x.delivery[k] for x in counties)
    here = [sum(row.county == c for row in hotan.baseline) for c in hotan.counties]
    assert county["industries"]["hotan"] == [min(here), max(here)]
    for key in ("productivity", "uplift", "hazard", "viable_jobs", "cluster_jobs", "cluster_bonus"):
        values = [getattr(row, key) for row in hotan.industries.values()]
        found = [x for x in values if x is not None and (x or not key.startswith("cluster"))]
        assert ranges()["industry"][key]["hotan"] == span(found), key
    for key in ("sells", "buys", "friction"):
        values = [getattr(row, key) for row in hotan.links if key != "friction" or row.scope == "region"]
        assert ranges()["link"][key]["hotan"] == span(values), key


def test_the_ranges_beside_what_stands_today_are_hotans(hotan):
    figures, found = ranges()["standing"], {}
    for row in hotan.baseline:
        industry = hotan.industries[row.industry]
        found.setdefault(f"jobs.{SORTS[row.industry]}", []).append(row.jobs)
        if row.jobs:
            for k in ("infrastructure", "training", "enterprise"):
                if need := industry.needs.get(k, 1.0):
                    found.setdefault(k, []).append(getattr(row, k) / row.jobs / need)
            for k in ("insurance", "technology"):
                found.setdefault(k, []).append(getattr(row, k) / row.jobs)
            if row.market is not None and SORTS[row.industry] != "field":
                found.setdefault("market", []).append(row.market / row.jobs / industry.productivity)
            if row.max_jobs is not None:
                found.setdefault("max_jobs", []).append(row.max_jobs / row.jobs)
    for key, values in found.items():
        root, _, sort = key.partition(".")
        assert (figures[root][sort] if sort else figures[root])["hotan"] == span(values), key


def test_the_figures_beside_ties_and_purses_are_hotans(hotan):
    lines = {m: row for m, row in hotan.measures.items() if not m.endswith("-block")}
    full = {c: sum(row.largest_cost for row in lines.values() if row.county == c) for c in hotan.counties}
    ties, purses, funds = ranges()["ties"], ranges()["purses"], hotan.funds
    blocks = sum(row.largest_cost for m, row in hotan.measures.items() if m.endswith("-block"))
    free = funds["tianjin-aid"].amount - blocks
    cover = sum(row.largest_cost for row in lines.values() if row.category == "insurance")
    curves = [row.returns for row in lines.values() if row.returns]
    water, weeks = hotan.resources["water"], hotan.resources["technicians"]
    used = {
        r: {c: sum(x.uses.get(r, 0) * x.max_units for x in lines.values() if x.county == c) for c in full}
        for r in hotan.resources
    }
    chances = {
        "county-and-below": sum("county-and-below" in row.tags for row in lines.values()),
        "exclude": sum(bool(row.excludes) for row in lines.values()),
        "ineligible": sum(not row.eligible for row in lines.values()),
        "committed": sum(row.committed for row in lines.values()),
        "planned": sum(bool(row.national_planned) for row in lines.values()),
    }
    for key, count in chances.items():
        assert ties[key]["hotan"] == pytest.approx(count / len(lines), abs=0.001), key
    capped = [row for row in lines.values() if row.national_ceiling]
    assert ties["ceiling"]["hotan"] == span(row.national_ceiling / row.largest_cost for row in capped)
    scalable = [row for row in lines.values() if row.min_units < row.max_units]
    assert ties["least_scale"]["hotan"] == span(row.min_units / row.max_units for row in scalable)[1]
    assert ties["break"]["hotan"] == span(curve[0][0] / curve[1][0] for curve in curves)
    assert ties["slope"]["hotan"] == span(curve[1][1] for curve in curves)
    assert ranges()["country"]["scarcity"]["hotan"] == span([free / sum(full.values())])[0]
    assert purses["national_poverty"]["hotan"] == span(funds["national-poverty"].by_county[c] / full[c] for c in full)
    assert purses["county_money"]["hotan"] == span(funds["county-money"].by_county[c] / full[c] for c in full)
    assert purses["firms"]["hotan"] == span([funds["firms"].amount / sum(full.values())])
    assert purses["households"]["hotan"] == span([funds["farmers"].amount / sum(full.values())])
    assert purses["national_premium"]["hotan"] == span([funds["national-premium"].amount / cover])[0]
    assert purses["region_premium"]["hotan"] == span([funds["region-premium"].amount / cover])[0]
    assert purses["water_county"]["hotan"] == span(water.by_county[c] / used["water"][c] for c in full)
    assert purses["technicians_county"]["hotan"] == span(weeks.by_county[c] / used["technicians"][c] for c in full)
    assert purses["technicians_total"]["hotan"] == span([weeks.amount / sum(weeks.by_county.values())])[0]
    assert ties["synergy_employment"]["hotan"] == span(row.employment for row in hotan.synergies)
    assert ties["synergy_linkage"]["hotan"] == span(row.linkage for row in hotan.synergies)
