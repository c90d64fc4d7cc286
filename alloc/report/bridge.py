"""From what stands anyway to the plan: whose jobs they are, by place and by scenario, in parts that add up."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.flows import chances
from alloc.solution import Solution

WORLDS = ("jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained")
"""The jobs of a county in the three worlds."""

SPECK = 1e-9
"""Fewer jobs than this are none."""


def bridge_rows(
    instance: Instance, plan: Solution, without: Solution, counties: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield what each county brings to employment, then synergies, then all: anyway, through others, through the aid.

    Jobs count as the goal counts them, at the weight of their county, so that the rows add up to employment.
    """
    columns = (counties[name].tolist() for name in ("county", *WORLDS, "aid"))
    rows: list[tuple[str, str, list[float], float | None]] = [
        ("county", c, [instance.counties[c].weight * x for x in jobs], aid)
        for c, *jobs, aid in zip(*columns, strict=True)
    ]
    rows.append(("synergies", "", [0.0, _synergies(instance, without), _synergies(instance, plan)], None))
    totals = [sum(jobs[i] for _, _, jobs, _ in rows) for i in range(3)]
    rows.append(("total", "", totals, float(counties["aid"].sum())))
    for part, c, (quo, alone, all_), aid in rows:
        through = all_ - alone
        yield {
            "part": part,
            "county": c,
            "anyway": quo,
            "through_others": alone - quo,
            "through_aid": through,
            "employment": all_,
            "aid": aid,
            "aid_per_job": aid / through if aid is not None and through > SPECK else None,
        }


def _synergies(instance: Instance, world: Solution) -> float:
    """Return the jobs that synergies bring in a world; not a number where the world is not known."""
    if not world.has_plan:
        return float("nan")
    return sum(world.values["Joined"][y] * synergy.employment for y, synergy in enumerate(instance.synergies, 1))


def scenario_rows(instance: Instance, plan: Solution, quo: Solution, without: Solution) -> Iterator[dict[str, Any]]:
    """Yield what every scenario brings, under the plan and in the other worlds."""
    for w, chance in chances(instance).items():
        found: dict[str, Any] = {"scenario": w, "probability": chance}
        for goal in ("employment", "linkage"):
            for suffix, world in (("", plan), ("_quo", quo), ("_without_aid", without)):
                found[goal + suffix] = world.values[goal.title()][w] if world.has_plan else None
        yield found
