"""From what stands anyway to the plan: whose jobs they are, by place and by scenario, in parts that add up."""

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, TypeVar

import pandas as pd

from alloc.instance import Instance
from alloc.instance.effects import states
from alloc.report.flows import chances
from alloc.report.names import join_words, pick_name
from alloc.report.rows import list_cells
from alloc.solution import Solution
from alloc.texts import say
from alloc.texts.figures import SPECK, amount, percent

Part = TypeVar("Part", bound=Mapping[str, Any])

WORLDS = ("jobs_gained_quo", "jobs_gained_without_aid", "jobs_gained")
"""The jobs of a county in the three worlds."""


def bridge_rows(
    instance: Instance, plan: Solution, without: Solution, counties: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield what each county brings to employment, then synergies, then all: anyway, through others, through the aid.

    Jobs count as the goal counts them, at the weight of their county, so that the rows add up to employment.
    """
    rows: list[tuple[str, str, list[float], float | None]] = []
    for c, *jobs, aid in list_cells(counties, "county", *WORLDS, "aid"):
        weight = instance.counties[c].weight
        rows.append(("county", c, [weight * x for x in jobs], aid))
    rows.append(("synergies", "", [0.0, _synergies(instance, without), _synergies(instance, plan)], None))
    totals: list[float] = list(map(sum, zip(*map(itemgetter(2), rows), strict=True)))
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


def list_parts(instance: Instance, rows: Iterable[Part]) -> list[Part]:
    """Return the rows of the bridge to be shown: that of synergies only where there are any."""
    return [row for row in rows if row["part"] != "synergies" or instance.synergies]


MOST_SCENARIOS = 4
"""Of more scenarios a sentence tells the one with fewest jobs and the one with most."""


def tell_scenarios(instance: Instance, scenarios: pd.DataFrame, lang: str) -> str:
    """Return what figures of a plan with scenarios mean, and what comes in each; nothing where there is one."""
    if len(scenarios) < 2:
        return ""
    rows = scenarios.sort_values("employment", kind="stable").to_dict("records")
    shown = rows if len(rows) <= MOST_SCENARIOS else (rows[0], rows[-1])
    names = [_tell_scenario(instance, row, lang) for row in shown]
    return say("scenarios_told", lang, count=len(rows), names=join_words(names, lang, "between_facts"))


def _tell_scenario(instance: Instance, row: Mapping[Any, Any], lang: str) -> str:
    return say(
        "scenario_told",
        lang,
        scenario=pick_name(states(instance)[row["scenario"]], row["scenario"], lang),
        probability=percent(row["probability"]),
        jobs=amount(row["employment"]),
        aid=amount(row["employment"] - row["employment_without_aid"]),
    )


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
