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
from alloc.model.build import status_quo
from alloc.model.linkage import SURE
from alloc.model.production import supply_rate
from alloc.model.rules import per_head, sides
from alloc.report.equity import gini_sides, parity_sides
from alloc.report.flows import flow_rows, linkage_by_county, worlds
from alloc.solution import Solution

NEAR = 1e-6
"""Closer than this to a limit, relative to its size, is at the limit."""


@cache
def dictionary() -> Mapping[str, Any]:
    """Return the data dictionary of the results: table → title, rows, columns with type and unit."""
    source = files("alloc.report").joinpath("columns.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def tables(instance: Instance, plan: Solution, quo: Solution) -> dict[str, pd.DataFrame]:
    """Return every table of the results for a plan and the status quo; reasons are still empty."""
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "allocation": _allocation(instance, plan),
        "measures": _measures(instance, plan),
        "industries": _industries(instance, plan, quo),
        "flows": flow_rows(instance, plan, quo),
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
    outlets = _outlets(instance, plan)
    limits = _bottlenecks(instance, plan, outlets)
    for row in instance.baseline:
        c, s = key = row.county, row.industry
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
            "market": None if row.market is None else row.market + outlets[key],
            "bottleneck": "|".join(limits[key]),
        }


def _clustered(instance: Instance, plan: Solution, c: str, s: str) -> bool:
    """Tell whether an industry has cluster size: as the goal counts it, or by its jobs where it has no bonus."""
    industry = instance.industries[s]
    if industry.cluster_jobs is None or industry.cluster_bonus > 0:
        return round(plan.values["Clustered"].get((c, s), 0.0)) == 1
    return near(plan.values["Jobs"][c, s], industry.cluster_jobs)


def _outlets(instance: Instance, plan: Solution) -> Mapping[tuple[str, str], float]:
    """Return the sales that measures add, by county and industry [money per year]."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for m, measure in instance.measures.items():
        if measure.outlet > 0:
            found[measure.county, measure.industry] += measure.outlet * plan.values["Gain"][m]
    return found


def _bottlenecks(
    instance: Instance, plan: Solution, outlets: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], list[str]]:
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
            if near(sold, row.market + outlets[key]):
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
    order = {name: i for i, name in enumerate(rules)}
    for (r, g), (value, least, most) in sorted(found.items(), key=lambda x: order[x[0][0]]):
        room = min(
            value - least if least is not None else float("inf"),
            most - value if most is not None else float("inf"),
        )
        size = max([abs(value), *(abs(x) for x in (least, most) if x is not None)])
        size = size if rules[r].type == "parity" else max(1.0, size)
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
    without = status_quo(instance)
    gained, gained_quo = jobs_gained(instance, plan), jobs_gained(without, quo)
    linked, linked_quo = linkage_by_county(instance, plan), linkage_by_county(without, quo)
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
