"""Flows between industries, by pair of counties, and the linkage of each county."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from alloc.instance import Instance
from alloc.instance.effects import effective, states
from alloc.instance.lookups import sites
from alloc.instance.schema import Link
from alloc.solution import Solution


def chances(instance: Instance) -> dict[str, float]:
    """Return the scenarios with their probabilities."""
    return {w: row.probability for w, row in states(instance).items()}


def trades(instance: Instance, solution: Solution) -> dict[tuple[str, int, str, str], float]:
    """Return purchases by pair of counties: (scenario, link, from, to) → money per year, zeros left out.

    What a county both sends and receives it buys at home; the rest is paired in the order of counties.
    """
    region, together = _regions(instance)
    order = {c: number for number, c in enumerate(instance.counties)}
    pairs: dict[tuple[str, int, str, str], float] = defaultdict(float)
    for (w, i), ways in _group_flows(solution).items():
        sent, received = ways["sent"], ways["received"]
        for c, flow in ways["home"].items():
            pairs[w, i, c, c] += flow
        for c in sent.keys() & received.keys():
            both = min(sent[c], received[c])
            pairs[w, i, c, c] += both
            sent[c] -= both
            received[c] -= both
        for c in sorted(sent, key=order.__getitem__):
            for d, flow in _sell_across(sent[c], received, [d for d in together[region[c]] if d != c]):
                pairs[w, i, c, d] += flow
    return pairs


def _group_flows(solution: Solution) -> dict[tuple[str, int], dict[str, dict[str, float]]]:
    """Return what flows over each link in each scenario: way → county → money per year."""
    found: dict[tuple[str, int], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for (w, c, i, way), flow in solution.values["Flow"].items():
        if flow > 0:
            found[w, i][way][c] = flow
    return found


def _sell_across(left: float, received: dict[str, float], counties: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield to which counties what one sends goes, and take it from what they receive."""
    for d in counties:
        flow = min(left, received.get(d, 0.0))
        if flow > 0:
            yield d, flow
            left -= flow
            received[d] -= flow


def flow_rows(instance: Instance, plan: Solution, quo: Solution, without: Solution) -> Iterator[dict[str, Any]]:
    """Yield one row for every link, pair of counties that can trade on it, and scenario."""
    now, before = trades(instance, plan), trades(instance, quo)
    alone = trades(instance, without) if without.has_plan else None
    for i, link in enumerate(instance.links, 1):
        for c, d in _trading_pairs(instance, link):
            for w in chances(instance):
                key = w, i, c, d
                flow = now.get(key, 0.0)
                yield {
                    "link": i,
                    "from": link.from_,
                    "to": link.to,
                    "county_from": c,
                    "county_to": d,
                    "scenario": w,
                    "flow": flow,
                    "linkage": link.weight * (1.0 if c == d else 1 - link.friction) * flow,
                    "flow_quo": before.get(key, 0.0),
                    "flow_without_aid": None if alone is None else alone.get(key, 0.0),
                }


def _trading_pairs(instance: Instance, link: Link) -> Iterator[tuple[str, str]]:
    """Yield the pairs of counties that can trade on a link: seller and buyer, at home or within a region."""
    region, together = _regions(instance)
    there = sites(instance)
    for c in instance.counties:
        if (c, link.from_) in there:
            for d in together[region[c]] if link.scope == "region" else [c]:
                if (d, link.to) in there:
                    yield c, d


def _regions(instance: Instance) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the region of each county, and the counties of each region."""
    region = instance.regions
    together: dict[str, list[str]] = {}
    for c, g in region.items():
        together.setdefault(g, []).append(c)
    return region, together


def linkage_by_county(instance: Instance, solution: Solution) -> dict[str, float]:
    """Return expected linkage by county: flows count where they are sold, synergies where all measures lie."""
    linked = dict.fromkeys(instance.counties, 0.0)
    probability = chances(instance)
    for (w, i, c, d), flow in trades(instance, solution).items():
        link = instance.links[i - 1]
        linked[c] += probability[w] * link.weight * (1.0 if c == d else 1 - link.friction) * flow
    for m, measure in instance.measures.items():
        linked[measure.county] += measure.linkage * effective(instance, m) * solution.values["Gain"][m]
    for (c, h), closed in solution.values["Closed"].items():
        linked[c] += round(closed) * (instance.chains[h].closure_bonus if h in instance.chains else 0.0)
    for (c, s), clustered in solution.values["Clustered"].items():
        linked[c] += round(clustered) * instance.industries[s].cluster_bonus
    for y, synergy in enumerate(instance.synergies, 1):
        counties = {instance.measures[m].county for m in synergy.measures}
        if len(counties) == 1:
            linked[counties.pop()] += solution.values["Joined"][y] * synergy.linkage
    return linked
