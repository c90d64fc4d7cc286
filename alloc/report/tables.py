"""The tables of a plan: one row a thing, zero rows kept, nothing rounded, the other worlds beside it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alloc.instance import Instance
from alloc.instance.effects import effective, hazard, is_uncertain
from alloc.instance.lookups import sites, standing_counties
from alloc.instance.money import list_payers
from alloc.instance.worlds import status_quo
from alloc.report.bottlenecks import Site, add_outlets, find_bottlenecks, jobseekers_left
from alloc.report.bridge import bridge_rows, scenario_rows
from alloc.report.dictionary import EXTRA, described, dictionary
from alloc.report.flows import chances, flow_rows, linkage_by_county
from alloc.report.funds import fund_rows
from alloc.report.indicators import indicator_rows, tag_rows
from alloc.report.returns import more_output, payer_rows, sharing_rows
from alloc.report.rows import near
from alloc.report.rule_rows import rule_rows
from alloc.report.scenarios import drawn_figures, find_regrets, find_values, least_retained, outcome_rows
from alloc.report.use import drop_unused, find_asking, find_needed
from alloc.solution import Solution
from alloc.texts.figures import SPECK


def make_tables(instance: Instance, plan: Solution, quo: Solution, without: Solution) -> dict[str, pd.DataFrame]:
    """Return every table of the results for a plan, the status quo and the world without the aid.

    Reasons are still empty, and so are the columns of the world without the aid where it is not known.
    """
    limits = find_bottlenecks(instance, plan)
    plan = drop_unused(instance, plan)
    if instance.sharing:
        plan = replace(plan, values={**plan.values, "MoreOutput": more_output(instance, plan, quo)})
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "allocation": _allocation(instance, plan, without),
        "measures": _measures(instance, plan, without),
        "industries": _industries(instance, plan, quo, without, limits),
        "flows": flow_rows(instance, plan, quo, without),
        "funds": fund_rows(instance, plan.values["Spend"]),
        "rules": rule_rows(instance, plan),
        "chains": _chains(instance, plan, quo, without),
        "scenarios": scenario_rows(instance, plan, quo, without),
    }
    found = {name: _frame(name, of) for name, of in rows.items()}
    if is_uncertain(instance):
        _add_scenarios(instance, plan, found)
    asked = find_asking(instance, found["rules"], found["funds"])
    found["measures"]["asked_by"] = ["|".join(asked.get(m, ())) for m in found["measures"]["measure"]]
    found["counties"] = _frame("counties", _counties(instance, plan, quo, without, found))
    found["bridge"] = _frame("bridge", bridge_rows(instance, plan, without, found["counties"]))
    found["tags"] = _frame("tags", tag_rows(instance, found["measures"]))
    if instance.sharing:
        found["sharing"] = _frame("sharing", sharing_rows(instance, found["industries"]))
        found["payers"] = _frame("payers", payer_rows(instance, found["allocation"], found["sharing"]))
    found["indicators"] = _frame("indicators", indicator_rows(instance, found))
    return {name: found[name] for name in (*dictionary(), *EXTRA) if name in found}


def _add_scenarios(instance: Instance, plan: Solution, found: dict[str, pd.DataFrame]) -> None:
    """Add what becomes of industries in every scenario, and what scenarios are worth."""
    found["outcomes"] = _frame("outcomes", outcome_rows(instance, plan))
    found["industries"]["retained_least"] = least_retained(instance, plan)
    values, regrets = find_values(instance, plan), find_regrets(instance, plan)
    found["scenarios"]["value"] = list(values.values())
    if regrets:
        found["scenarios"]["regret"] = list(regrets.values())
    drawn = pd.DataFrame(drawn_figures(instance), index=found["scenarios"].index if instance.drawn else None)
    found["scenarios"] = pd.concat([found["scenarios"], drawn], axis=1)


def _frame(table: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    columns = described(table)["columns"] if table in EXTRA else dictionary()[table]["columns"]
    listed = list(rows)
    cells = {name: [row.get(name) for row in listed] for name in columns}
    return pd.DataFrame({name: _column(name, columns[name]["type"], cells[name]) for name in columns})


def _column(name: str, kind: str, cells: list[Any]) -> list[str] | NDArray[Any]:
    """Return the cells of a column in the type that the data dictionary gives it."""
    if kind == "text":
        return ["" if cell is None else cell for cell in cells]
    numbers = np.array(cells, dtype=float)
    if kind == "number":
        return without_specks(name, numbers)
    return numbers if np.isnan(numbers).any() else numbers.astype("int64")


def without_specks(name: str, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a column of numbers in which what a solver leaves of nothing is 0.

    What is counted per head or per job may be small where money is in a large unit: it goes by the column's largest.
    """
    sizes = np.abs(numbers)
    size = min(np.fmax.reduce(sizes, initial=0.0), 1.0) if "_per_" in name else 1.0
    return np.where(sizes < SPECK * size, 0.0, numbers)


def _expected(instance: Instance, world: Solution, name: str, c: str, s: str) -> float | None:
    if not world.has_plan:
        return None
    return sum(p * world.values[name][w, c, s] for w, p in chances(instance).items())


def _allocation(instance: Instance, plan: Solution, without: Solution) -> Iterator[dict[str, Any]]:
    payers = list_payers(instance)
    for m, row in instance.measures.items():
        what = {"measure": m, "county": row.county, "category": row.category, "industry": row.industry}
        for f in payers[m]:
            yield {
                **what,
                "fund": f,
                "kind": instance.funds[f].kind,
                "amount": plan.values["Spend"][m, f],
                "amount_without_aid": in_world(without, "Spend", (m, f)),
            }


def in_world(world: Solution, name: str, key: Any) -> float | None:
    """Return a decision or a named quantity in a world; nothing where the world is not known."""
    return world.values[name].get(key, 0.0) if world.has_plan else None


def _flag(world: Solution, name: str, key: Any) -> int | None:
    value = in_world(world, name, key)
    return None if value is None else round(value)


def _measures(instance: Instance, plan: Solution, without: Solution) -> Iterator[dict[str, Any]]:
    standing, needed = sites(instance), set(find_needed(instance, plan))
    counties, payers = standing_counties(instance), list_payers(instance)
    for m, row in instance.measures.items():
        paid: dict[str, float] = defaultdict(float)
        for f in payers[m]:
            kind = instance.funds[f].kind
            paid[kind if kind in ("aid", "national") else "other"] += plan.values["Spend"][m, f]
        gain = plan.values["Gain"][m]
        arrives = effective(instance, m) * gain
        cost = plan.values["Cost"][m] if instance.money.lot is None else sum(paid.values())
        serves = (row.county, row.industry) in standing if row.industry else row.county in counties
        yield {
            "measure": m,
            "county": row.county,
            "category": row.category,
            "industry": row.industry,
            "funded": round(plan.values["Funded"][m]),
            "funded_without_aid": _flag(without, "Funded", m),
            "units": plan.values["Units"][m],
            "units_without_aid": in_world(without, "Units", m),
            "gain": gain,
            "gain_without_aid": in_world(without, "Gain", m),
            "cost": cost,
            "aid": paid["aid"],
            "national": paid["national"],
            "other": paid["other"],
            "effect": row.effect * arrives if serves else 0.0,
            "direct_jobs": row.jobs * arrives,
            "jobs": row.jobs * arrives,
            "linkage": row.linkage * arrives,
            "idle": cost > 0 and gain == 0 and m not in needed,
        }


def _industries(
    instance: Instance,
    plan: Solution,
    quo: Solution,
    without: Solution,
    limits: Mapping[tuple[str, str], list[str]],
) -> Iterator[dict[str, Any]]:
    outlets = add_outlets(instance, plan)
    for row in instance.baseline:
        c, s = key = row.county, row.industry
        yield {
            "county": c,
            "industry": s,
            "jobs_before": row.jobs,
            "jobs": plan.values["Jobs"][key],
            "jobs_quo": quo.values["Jobs"][key],
            "jobs_without_aid": in_world(without, "Jobs", key),
            "retained": _expected(instance, plan, "Retained", c, s),
            "retained_quo": _expected(instance, quo, "Retained", c, s),
            "retained_without_aid": _expected(instance, without, "Retained", c, s),
            "insured": plan.values["Insured"][key],
            "upgraded": plan.values["Upgraded"][key],
            "established": round(plan.values["Established"][key]),
            "established_quo": round(quo.values["Established"][key]),
            "established_without_aid": _flag(without, "Established", key),
            "clustered": _clustered(instance, plan, c, s),
            "output": _expected(instance, plan, "Output", c, s),
            "output_quo": _expected(instance, quo, "Output", c, s),
            "output_without_aid": _expected(instance, without, "Output", c, s),
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


def _chains(instance: Instance, plan: Solution, quo: Solution, without: Solution) -> Iterator[dict[str, Any]]:
    there = sites(instance)
    stages = chain_steps(instance)
    for c in instance.counties:
        for h, steps in stages.items():
            missing = _missing(plan, c, steps, there)
            yield {
                "county": c,
                "chain": h,
                "closed": bool(steps) and not missing,
                "missing": "|".join(missing),
                "closed_quo": bool(steps) and not _missing(quo, c, steps, there),
                "closed_without_aid": bool(steps) and not _missing(without, c, steps, there)
                if without.has_plan
                else None,
            }


def chain_steps(instance: Instance) -> dict[str, list[str]]:
    """Return the industries that are the stages of each chain."""
    steps: dict[str, list[str]] = {h: [] for h in instance.chains}
    for s, row in instance.industries.items():
        if row.chain:
            steps.setdefault(row.chain, []).append(s)
    return steps


def _missing(world: Solution, c: str, steps: list[str], there: Collection[Site]) -> list[str]:
    """Return the stages of a chain that do not stand in a county."""
    return [s for s in steps if (c, s) not in there or not _works(world, c, s)]


def _works(world: Solution, c: str, s: str) -> bool:
    """Tell whether an industry can be a stage of a whole chain: established, and somebody at work."""
    return round(world.values["Established"][c, s]) == 1 and near(world.values["Jobs"][c, s], 1.0)


def _counties(
    instance: Instance, plan: Solution, quo: Solution, without: Solution, found: Mapping[str, pd.DataFrame]
) -> Iterator[dict[str, Any]]:
    money = found["measures"].groupby("county")[["aid", "national", "other"]].sum()
    left = jobseekers_left(instance, plan)
    nothing, unknown = status_quo(instance), dict.fromkeys(instance.counties, None)
    gained, gained_quo = jobs_gained(instance, plan), jobs_gained(nothing, quo)
    linked, linked_quo = linkage_by_county(instance, plan), linkage_by_county(nothing, quo)
    gained_without = jobs_gained(instance, without) if without.has_plan else unknown
    linked_without = linkage_by_county(instance, without) if without.has_plan else unknown
    for c, row in instance.counties.items():
        aid = float(money["aid"].get(c, 0.0))
        yield {
            "county": c,
            "aid": aid,
            "national": float(money["national"].get(c, 0.0)),
            "other": float(money["other"].get(c, 0.0)),
            "aid_per_head": aid / row.population if row.population else None,
            "jobs_gained": gained[c],
            "jobs_gained_quo": gained_quo[c],
            "jobs_gained_without_aid": gained_without[c],
            "linkage": linked[c],
            "linkage_quo": linked_quo[c],
            "linkage_without_aid": linked_without[c],
            "jobseekers_left": left.get(c),
        }


def jobs_gained(instance: Instance, solution: Solution) -> dict[str, float]:
    """Return jobs kept through the year beyond today's baseline, and direct jobs, by county [jobs]."""
    gained = dict.fromkeys(instance.counties, 0.0)
    for row in instance.baseline:
        s = row.industry
        covered = min(row.insurance, row.jobs)
        for w, p in chances(instance).items():
            before = row.jobs - hazard(instance, w, row.county, s) * (row.jobs - covered)
            gained[row.county] += p * (solution.values["Retained"][w, row.county, s] - before)
    for m, measure in instance.measures.items():
        gained[measure.county] += measure.jobs * effective(instance, m) * solution.values["Gain"][m]
    return gained
