"""What limits each industry under a plan: what keeps it from having more jobs, and who is left to take them."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import compress

from alloc.instance import JOB_CATEGORIES, Instance
from alloc.instance.effects import effective
from alloc.instance.money import sellers
from alloc.report.rows import NEAR, near
from alloc.solution import Solution

Site = tuple[str, str]
"""County and industry."""


def add_outlets(instance: Instance, plan: Solution) -> Mapping[Site, float]:
    """Return the sales that measures add, by county and industry [money per year]."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for m, measure in instance.measures.items():
        if measure.outlet > 0:
            found[measure.county, measure.industry] += measure.outlet * effective(instance, m) * plan.values["Gain"][m]
    return found


def find_bottlenecks(instance: Instance, plan: Solution) -> dict[Site, list[str]]:
    """Return what keeps each industry from having more jobs: categories, market, people, max_jobs, viable size."""
    spare, outlets, left = _spare(instance, plan), add_outlets(instance, plan), jobseekers_left(instance, plan)
    sold_out = _sold_out(instance, plan, outlets)
    found: dict[Site, list[str]] = {}
    for row in instance.baseline:
        c, s = key = row.county, row.industry
        industry, jobs = instance.industries[s], plan.values["Jobs"][key]
        sold = row.market is not None and near(_sold(instance, plan, c, s), row.market + outlets[key])
        holds = {
            "market": industry.productivity > 0 and (sold or key in sold_out),
            "max_jobs": row.max_jobs is not None and near(jobs, row.max_jobs),
            "people": left.get(c, math.inf) <= NEAR,
            "viable_jobs": row.jobs < industry.viable_jobs and not round(plan.values["Established"][key]),
        }
        found[key] = [*_scarce(instance, plan, key, spare), *compress(holds, holds.values())]
    return found


def _spare(instance: Instance, plan: Solution) -> dict[tuple[str, str], float]:
    """Return what of the measures that serve a whole county no industry takes, by county and category [capacity]."""
    spare: dict[tuple[str, str], float] = defaultdict(float)
    for m, measure in instance.measures.items():
        if not measure.industry:
            arrives = effective(instance, m) * plan.values["Gain"][m]
            spare[measure.county, measure.category] += measure.effect * arrives
    for (c, k, _), share in plan.values["Share"].items():
        spare[c, k] -= share
    return spare


def _scarce(instance: Instance, plan: Solution, key: Site, spare: Mapping[Site, float]) -> Iterator[str]:
    """Yield the categories whose capacity the jobs of an industry use up."""
    (c, s), jobs = key, plan.values["Jobs"][key]
    for k in JOB_CATEGORIES:
        need = instance.industries[s].needs.get(k, 1.0)
        room = plan.values["Capacity"][c, k, s] + max(spare.get((c, k), 0.0), 0.0)
        if need > 0 and near(need * jobs, room):
            yield k


def _sold(instance: Instance, plan: Solution, c: str, s: str) -> float:
    """Return what an industry has to sell [money per year]."""
    industry = instance.industries[s]
    return industry.productivity * plan.values["Jobs"][c, s] + industry.uplift * plan.values["Upgraded"][c, s]


def _sold_out(instance: Instance, plan: Solution, outlets: Mapping[Site, float]) -> frozenset[Site]:
    """Return the industries that sell on a shared market whose buyers take no more."""
    found: set[Site] = set()
    for market in instance.markets:
        keys, sold, room = set(), 0.0, market.amount
        for c in sellers(instance, market):
            keys.add((c, market.industry))
            sold += _sold(instance, plan, c, market.industry)
            room += outlets[c, market.industry]
        if near(sold, room):
            found |= keys
    return frozenset(found)


def jobseekers_left(instance: Instance, plan: Solution) -> dict[str, float]:
    """Return how many jobseekers of each county find no job under the plan, where they are given [persons]."""
    left = {c: row.jobseekers for c, row in instance.counties.items() if row.jobseekers is not None}
    for row in instance.baseline:
        left[row.county] -= plan.values["Jobs"][row.county, row.industry] - row.jobs
    for m, measure in instance.measures.items():
        if measure.county in left:
            left[measure.county] -= measure.jobs * effective(instance, m) * plan.values["Gain"][m]
    return left
