"""The tables of a plan: one row a thing, zero rows kept, nothing rounded, the status quo beside it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from alloc.instance import JOB_CATEGORIES, Instance
from alloc.instance.money import available, eligible_funds
from alloc.instance.schema import Gini, Parity
from alloc.model.linkage import SURE
from alloc.model.production import supply_rate
from alloc.model.rules import per_head, sides
from alloc.report.equity import gini_sides, parity_sides
from alloc.solution import Solution

NEAR = 1e-6
"""Closer than this to a limit, relative to its size, is at the limit."""


@cache
def dictionary() -> Mapping[str, Any]:
    """Return the data dictionary of the results: table → title, rows, columns with type and unit."""
    source = files("alloc.report").joinpath("columns.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(source)
    return found


def tables(instance: Instance, plan: Solution, quo: Solution) -> dict[str, pd.DataFrame]:
    """Return every table of the results for a plan and the status quo; reasons are still empty."""
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "allocation": _allocation(instance, plan),
        "measures": _measures(instance, plan),
        "industries": _industries(instance, plan, quo),
        "flows": _flows(instance, plan, quo),
        "funds": _funds(instance, plan),
        "rules": _rules(instance, plan),
        "chains": _chains(instance, plan, quo),
    }
    found = {name: _frame(name, of) for name, of in rows.items()}
    found["counties"] = _frame("counties", _counties(instance, plan, quo, found))
    return {name: found[name] for name in dictionary()}


def _frame(table: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    columns = dictionary()[table]["columns"]
    frame = pd.DataFrame(list(rows), columns=list(columns))
    for name, column in columns.items():
        if column["type"] == "text":
            frame[name] = ["" if pd.isna(x) else x for x in frame[name]]
        elif column["type"] == "flag":
            frame[name] = frame[name].astype("int64")
        else:
            frame[name] = frame[name].astype("float64")
    return frame


def near(value: float, limit: float) -> bool:
    """Tell whether a value is at a limit, or beyond it."""
    return value >= limit - NEAR * max(1.0, abs(limit))


def worlds(instance: Instance) -> dict[str, float]:
    """Return the scenarios with their probabilities."""
    return {w: row.probability for w, row in (instance.scenarios or SURE).items()}


def _expected(instance: Instance, values: Mapping[Any, float], c: str, s: str) -> float:
    return sum(p * values[w, c, s] for w, p in worlds(instance).items())


def _allocation(instance: Instance, plan: Solution) -> Iterator[dict[str, Any]]:
    for m, row in instance.measures.items():
        what = {"measure": m, "county": row.county, "category": row.category, "industry": row.industry}
        for f in eligible_funds(instance, m):
            yield {**what, "fund": f, "kind": instance.funds[f].kind, "amount": plan.values["Spend"][m, f]}


def _measures(instance: Instance, plan: Solution) -> Iterator[dict[str, Any]]:
    standing = {(row.county, row.industry) for row in instance.baseline}
    counties = {c for c, _ in standing}
    for m, row in instance.measures.items():
        paid: dict[str, float] = defaultdict(float)
        for f in eligible_funds(instance, m):
            kind = instance.funds[f].kind
            paid[kind if kind in ("aid", "national") else "other"] += plan.values["Spend"][m, f]
        gain = plan.values["Gain"][m]
        serves = (row.county, row.industry) in standing if row.industry else row.county in counties
        yield {
            "measure": m,
            "county": row.county,
            "category": row.category,
            "industry": row.industry,
            "funded": round(plan.values["Funded"][m]),
            "units": plan.values["Units"][m],
            "gain": gain,
            "cost": plan.values["Cost"][m],
            **{kind: paid[kind] for kind in ("aid", "national", "other")},
            "effect": supply_rate(instance, m) * gain if serves else 0.0,
            "direct_jobs": row.jobs * gain,
            "direct_linkage": row.linkage * gain,
        }


def _industries(instance: Instance, plan: Solution, quo: Solution) -> Iterator[dict[str, Any]]:
    limits = _bottlenecks(instance, plan)
    for row in instance.baseline:
        c, s = key = row.county, row.industry
        market = None
        if row.market is not None:
            outlets = (
                measure.outlet * plan.values["Gain"][m]
                for m, measure in instance.measures.items()
                if (measure.county, measure.industry) == key
            )
            market = row.market + sum(outlets)
        yield {
            "county": c,
            "industry": s,
            "jobs_before": row.jobs,
            "jobs": plan.values["Jobs"][key],
            "jobs_quo": quo.values["Jobs"][key],
            "retained": _expected(instance, plan.values["Retained"], c, s),
            "retained_quo": _expected(instance, quo.values["Retained"], c, s),
            "insured": plan.values["Insured"][key],
            "upgraded": plan.values["Upgraded"][key],
            "established": round(plan.values["Established"][key]),
            "established_quo": round(quo.values["Established"][key]),
            "clustered": _clustered(instance, plan, c, s),
            "output": _expected(instance, plan.values["Output"], c, s),
            "output_quo": _expected(instance, quo.values["Output"], c, s),
            **{
                f"capacity_{k}": plan.values["Capacity"][c, k, s]
                for k in ("infrastructure", "training", "insurance", "technology", "enterprise")
            },
            "market": market,
            "bottleneck": "|".join(limits[key]),
        }


def _clustered(instance: Instance, plan: Solution, c: str, s: str) -> bool:
    """Tell whether an industry has cluster size: as the goal counts it, or by its jobs where it has no bonus."""
    industry = instance.industries[s]
    if industry.cluster_jobs is None or industry.cluster_bonus > 0:
        return round(plan.values["Clustered"].get((c, s), 0.0)) == 1
    return near(plan.values["Jobs"][c, s], industry.cluster_jobs)


def _bottlenecks(instance: Instance, plan: Solution) -> dict[tuple[str, str], list[str]]:
    """Return what keeps each industry from having more jobs: categories, market, people, max_jobs, viable size."""
    spare: dict[tuple[str, str], float] = defaultdict(float)
    for m, measure in instance.measures.items():
        if not measure.industry:
            spare[measure.county, measure.category] += supply_rate(instance, m) * plan.values["Gain"][m]
    for (c, k, _), share in plan.values["Share"].items():
        spare[c, k] -= share
    left = jobseekers_left(instance, plan)
    found: dict[tuple[str, str], list[str]] = {}
    for row in instance.baseline:
        c, s = key = row.county, row.industry
        industry, jobs = instance.industries[s], plan.values["Jobs"][key]
        limits = found[key] = []
        for k in JOB_CATEGORIES:
            need = industry.needs.get(k, 1.0)
            room = plan.values["Capacity"][c, k, s] + max(spare[c, k], 0.0)
            if need > 0 and near(need * jobs, room):
                limits.append(k)
        if row.market is not None and industry.productivity > 0:
            sold = industry.productivity * jobs + industry.uplift * plan.values["Upgraded"][key]
            outlets = sum(
                x.outlet * plan.values["Gain"][m] for m, x in instance.measures.items() if (x.county, x.industry) == key
            )
            if near(sold, row.market + outlets):
                limits.append("market")
        if row.max_jobs is not None and near(jobs, row.max_jobs):
            limits.append("max_jobs")
        if left.get(c) is not None and left[c] <= NEAR:
            limits.append("people")
        if row.jobs < industry.viable_jobs and not round(plan.values["Established"][key]):
            limits.append("viable_jobs")
    return found


def jobseekers_left(instance: Instance, plan: Solution) -> dict[str, float]:
    """Return how many jobseekers of each county find no job under the plan, where they are given [persons]."""
    left = {c: row.jobseekers for c, row in instance.counties.items() if row.jobseekers is not None}
    for row in instance.baseline:
        left[row.county] -= plan.values["Jobs"][row.county, row.industry] - row.jobs
    for m, measure in instance.measures.items():
        if measure.county in left:
            left[measure.county] -= measure.jobs * plan.values["Gain"][m]
    return left


def trades(instance: Instance, solution: Solution) -> dict[tuple[str, int, str, str], float]:
    """Return purchases by pair of counties: (scenario, link, from, to) → money per year, zeros left out.

    What a county both sends and receives it buys at home; the rest is paired in the order of counties.
    """
    flows: dict[tuple[str, int], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    region = {c: row.region or c for c, row in instance.counties.items()}
    for (w, c, i, way), flow in solution.values["Flow"].items():
        if flow > 0:
            flows[w, i][way][c] = flow
    pairs: dict[tuple[str, int, str, str], float] = defaultdict(float)
    for (w, i), ways in flows.items():
        sent, received = ways["sent"], ways["received"]
        for c, flow in ways["home"].items():
            pairs[w, i, c, c] += flow
        for c in sent.keys() & received.keys():
            both = min(sent[c], received[c])
            pairs[w, i, c, c] += both
            sent[c] -= both
            received[c] -= both
        for c in instance.counties:
            for d in instance.counties if sent.get(c, 0.0) > 0 else ():
                flow = min(sent[c], received.get(d, 0.0)) if region[c] == region[d] and c != d else 0.0
                if flow > 0:
                    pairs[w, i, c, d] += flow
                    sent[c] -= flow
                    received[d] -= flow
    return pairs


def _flows(instance: Instance, plan: Solution, quo: Solution) -> Iterator[dict[str, Any]]:
    now, before = trades(instance, plan), trades(instance, quo)
    region = {c: row.region or c for c, row in instance.counties.items()}
    sites = {(row.county, row.industry) for row in instance.baseline}
    for i, link in enumerate(instance.links, 1):
        sellers = [c for c in instance.counties if (c, link.from_) in sites]
        buyers = [c for c in instance.counties if (c, link.to) in sites]
        pairs = [
            (c, d) for c in sellers for d in buyers if c == d or (link.scope == "region" and region[c] == region[d])
        ]
        for c, d in pairs:
            for w in worlds(instance):
                flow = now.get((w, i, c, d), 0.0)
                yield {
                    "link": i,
                    "from": link.from_,
                    "to": link.to,
                    "county_from": c,
                    "county_to": d,
                    "scenario": w,
                    "flow": flow,
                    "linkage": link.weight * (1.0 if c == d else 1 - link.friction) * flow,
                    "flow_quo": before.get((w, i, c, d), 0.0),
                }


def _chains(instance: Instance, plan: Solution, quo: Solution) -> Iterator[dict[str, Any]]:
    sites = {(row.county, row.industry) for row in instance.baseline}
    stages: dict[str, list[str]] = {h: [] for h in instance.chains}
    for s, row in instance.industries.items():
        if row.chain:
            stages.setdefault(row.chain, []).append(s)
    for c in instance.counties:
        for h, steps in stages.items():
            missing = [s for s in steps if (c, s) not in sites or not round(plan.values["Established"][c, s])]
            yield {
                "county": c,
                "chain": h,
                "closed": bool(steps) and not missing,
                "missing": "|".join(missing),
                "closed_quo": bool(steps)
                and all((c, s) in sites and round(quo.values["Established"][c, s]) for s in steps),
            }


def _funds(instance: Instance, plan: Solution) -> Iterator[dict[str, Any]]:
    spent: dict[tuple[str, str], float] = defaultdict(float)
    for (m, f), amount in plan.values["Spend"].items():
        spent[f, instance.measures[m].county] += amount
        spent[f, ""] += amount
    for f, fund in instance.funds.items():
        for c in fund.by_county if fund.by_county is not None else ("",):
            money = available(instance, f, c or None)
            used = spent[f, c]
            yield {
                "fund": f,
                "kind": fund.kind,
                "county": c,
                "available": money,
                "spent": used,
                "unspent": max(money - used, 0.0),
            }


def _rules(instance: Instance, plan: Solution) -> Iterator[dict[str, Any]]:
    """Yield each rule and group with both sides evaluated, so that slack is in the unit of the value."""
    spend, funded = plan.values["Spend"], plan.values["Funded"]
    rules = {rule.name: rule for rule in instance.rules}
    found: dict[tuple[str, str], tuple[float, float | None, float | None]] = {}
    for key, side in sides(instance).items():
        base = side.constant + sum(spend[x] for x in side.base)
        value = sum(spend[x] for x in side.spends) + sum(funded[m] for m in side.funded)
        least, most = (None if x is None else x * base for x in (side.least, side.most))
        found[key] = value, least, most
    for key, local in per_head(instance).items():
        money = {c: sum(spend[x] for x in payments) for c, payments in local.items()}
        rule = rules[key[0]]
        assert isinstance(rule, (Parity, Gini))
        value, most = (parity_sides if isinstance(rule, Parity) else gini_sides)(instance, money, rule.max)
        found[key] = value, None, most
    for (r, g), (value, least, most) in sorted(found.items(), key=lambda x: list(rules).index(x[0][0])):
        room = min(
            value - least if least is not None else float("inf"),
            most - value if most is not None else float("inf"),
        )
        size = max(1.0, *(abs(x) for x in (least, most) if x is not None), 1.0)
        broken = sum(
            max(x, 0.0)
            for x in (
                (least or 0.0) - value if least is not None else 0.0,
                value - most if most is not None else 0.0,
            )
        )
        yield {
            "rule": r,
            "group": g,
            "type": rules[r].type,
            "unit": {"count": "measures", "parity": "money per head", "gini": "money × persons"}.get(
                rules[r].type, "money"
            ),
            "value": value,
            "min": least,
            "max": most,
            "slack": None if room == float("inf") else room,
            "binding": room <= NEAR * size,
            "broken_by": broken if broken > NEAR * size else 0.0,
            "source": rules[r].source,
        }


def _counties(
    instance: Instance, plan: Solution, quo: Solution, found: Mapping[str, pd.DataFrame]
) -> Iterator[dict[str, Any]]:
    money = found["measures"].groupby("county")[["aid", "national", "other"]].sum()
    left = jobseekers_left(instance, plan)
    gained, gained_quo = jobs_gained(instance, plan), jobs_gained(instance, quo)
    linked, linked_quo = linkage_by_county(instance, plan), linkage_by_county(instance, quo)
    for c, row in instance.counties.items():
        paid = {kind: float(money[kind].get(c, 0.0)) for kind in ("aid", "national", "other")}
        yield {
            "county": c,
            **paid,
            "aid_per_head": paid["aid"] / row.population if row.population else None,
            "jobs_gained": gained[c],
            "jobs_gained_quo": gained_quo[c],
            "linkage": linked[c],
            "linkage_quo": linked_quo[c],
            "jobseekers_left": left.get(c),
        }


def jobs_gained(instance: Instance, solution: Solution) -> dict[str, float]:
    """Return jobs kept through the year beyond today's baseline, and direct jobs, by county [jobs]."""
    gained = dict.fromkeys(instance.counties, 0.0)
    for row in instance.baseline:
        s = row.industry
        covered = min(row.insurance, row.jobs)
        for w, p in worlds(instance).items():
            world = (instance.scenarios or SURE)[w]
            hazard = world.hazard.get(s, instance.industries[s].hazard)
            before = row.jobs - hazard * (row.jobs - covered)
            gained[row.county] += p * (solution.values["Retained"][w, row.county, s] - before)
    for m, measure in instance.measures.items():
        gained[measure.county] += measure.jobs * solution.values["Gain"][m]
    return gained


def linkage_by_county(instance: Instance, solution: Solution) -> dict[str, float]:
    """Return expected linkage by county: flows count where they are sold, synergies where all measures lie."""
    linked = dict.fromkeys(instance.counties, 0.0)
    probability = worlds(instance)
    for (w, i, c, d), flow in trades(instance, solution).items():
        link = instance.links[i - 1]
        linked[c] += probability[w] * link.weight * (1.0 if c == d else 1 - link.friction) * flow
    for m, measure in instance.measures.items():
        linked[measure.county] += measure.linkage * solution.values["Gain"][m]
    for (c, h), closed in solution.values["Closed"].items():
        linked[c] += round(closed) * (instance.chains[h].closure_bonus if h in instance.chains else 0.0)
    for (c, s), clustered in solution.values["Clustered"].items():
        linked[c] += round(clustered) * instance.industries[s].cluster_bonus
    for y, synergy in enumerate(instance.synergies, 1):
        counties = {instance.measures[m].county for m in synergy.measures}
        if len(counties) == 1:
            linked[counties.pop()] += solution.values["Joined"][y] * synergy.linkage
    return linked
