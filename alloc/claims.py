"""What is claimed: the other worlds with their proofs, what comes through whom, and what coordination is worth."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from alloc.counterfactual import Worlds
from alloc.instance import GOALS, Instance
from alloc.solution import Solution, Status

UNKNOWN_WORLDS = {"status_quo": None, "without_aid": None, "through_others": None, "through_aid": None}
"""What run.json says of the other worlds where there is no plan."""


def compare_worlds(
    instance: Instance, plan: Solution, worlds: Worlds, chains: pd.DataFrame | None
) -> dict[str, dict[str, Any]]:
    """Return the other worlds, each with its proof, and what is claimed through others' money and through the aid.

    chains: which are closed in each world; None over several years, in which they are told year by year.
    """
    quo, world = worlds.quo, worlds.without
    without = world.solution
    own = {**_reached(plan), "chains_closed": _count_closed(chains, "closed")}
    before = _world(quo, _count_closed(chains, "closed_quo"))
    alone = {
        **_world(without, _count_closed(chains, "closed_without_aid") if without.has_plan else None),
        "lapsed": list(world.lapsed),
        "left_out": [*world.left_out],
    }
    return {
        "status_quo": before,
        "without_aid": alone,
        "through_others": _through(alone, before, _room(instance, without), _room(instance, quo)),
        "through_aid": _through(own, alone, PROVEN, _room(instance, without)),
    }


PROVEN = {"objective": 0.0, "employment": 0.0, "linkage": 0.0}


def _room(instance: Instance, world: Solution) -> Mapping[str, float]:
    """Return how much more a world may bring than is known of it: nothing where it is proven.

    Jobs: as if all that is not proven of the goal were jobs; linkage likewise.
    """
    if world.status == Status.OPTIMAL:
        return PROVEN
    aim = instance.objective
    slack = world.stages[0].bound - world.stages[0].objective if world.has_plan else math.inf
    room = dict.fromkeys(PROVEN, math.inf)  # of jobs a goal that looks at risk says nothing
    room["objective"] = slack if len(aim.order) < 2 else math.inf
    for goal in GOALS if instance.risk is None else ():
        worth = float(aim.order[0] == goal) if aim.order else float(getattr(aim, goal))
        room[goal] = slack / worth if worth > 0 else math.inf
    return room


WHOSE = ("employment_aid", "employment_without_aid")
"""Names of the jobs of a plan that are through the aid, and of those that there would be without it."""


def whose(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the jobs through the aid, and those without it; nothing where the world without the aid is not proven."""
    known = figures["through_aid"]["range"] is None
    jobs = figures["through_aid"]["employment"], figures["without_aid"]["employment"]
    return {name: number if known else None for name, number in zip(WHOSE, jobs, strict=True)}


def ends(through: Mapping[str, Any], goal: str) -> tuple[float | None, float | None]:
    """Return between what a claim lies: the claim itself where it is proven, nothing where that is not known."""
    if through["range"] is None:
        return through[goal], through[goal]
    least, most = through["range"][goal]
    return least, most


def _reached(world: Solution) -> dict[str, float | None]:
    """Return what a world reaches; nothing where it is not known."""
    if not world.has_plan:
        return {"objective": None, "employment": None, "linkage": None}
    employment, linkage = (world.values[name][None] for name in ("ExpectedEmployment", "ExpectedLinkage"))
    return {"objective": world.objective, "employment": employment, "linkage": linkage}


def _count_closed(chains: pd.DataFrame | None, column: str) -> int | None:
    return None if chains is None else int(chains[column].sum())


def _world(world: Solution, closed: int | None) -> dict[str, Any]:
    """Return what run.json says of a world."""
    return {
        "status": str(world.status),
        **_reached(world),
        "bound": finite(world.bound) if world.has_plan else None,
        "gap": finite(world.gap) if world.has_plan else None,
        "chains_closed": closed,
    }


def _through(
    more: Mapping[str, Any], less: Mapping[str, Any], room: Mapping[str, float], room_less: Mapping[str, float]
) -> dict[str, Any]:
    """Return what one world brings more than another; range: between what it lies, where a world is not proven.

    room, room_less: how much more either may bring than is known.
    """
    found: dict[str, Any] = {
        key: subtract_worlds(more[key], less[key]) for key in ("objective", "employment", "linkage", "chains_closed")
    }
    proven = not any((*room.values(), *room_less.values()))
    found["range"] = None if proven else {key: _between(found[key], room_less[key], room[key]) for key in PROVEN}
    return found


def subtract_worlds(more: float | None, less: float | None) -> float | None:
    """Return what one world brings more than another; nothing where either is not known."""
    return None if more is None or less is None else more - less


def _between(value: float | None, less: float, more: float) -> list[float | None]:
    """Return the ends of a range; nothing where the goal does not tell."""
    if value is None or math.isinf(less) or math.isinf(more):
        return [None, None]
    return [value - less, value + more]


def finite(number: float | None) -> float | None:
    """Return a number that JSON can hold: nothing where nothing is proven."""
    return None if number is None or not math.isfinite(number) else number


MOVED = 1e-6
"""Payments that differ by less, relative to their size, are the same."""


def compare_coordination(instance: Instance, joint: Solution, first: Solution) -> dict[str, Any]:
    """Return what planning national money together with the aid is worth, and which national payments that moves.

    first: the plan in which the nation decides first and aid answers; without one nothing is compared.
    """
    both, alone = _reached(joint), _reached(first)
    worth = {key: None if alone[key] is None else both[key] - alone[key] for key in both}  # type: ignore[operator]
    proof: dict[str, Any] = {"status": str(first.status), "bound": None, "gap": None}
    if first.has_plan:
        proof |= {"bound": finite(first.bound), "gap": finite(first.gap)}
    moved = list(_moved(instance, joint, first)) if first.has_plan else []
    return {"joint": both, "first": {**alone, **proof}, "worth": worth, "moved": moved}


def _moved(instance: Instance, joint: Solution, first: Solution) -> list[dict[str, Any]]:
    """Return the national payments in which two plans differ, those that move most first."""
    found = []
    for (m, f), before in first.values["Spend"].items():
        now = joint.values["Spend"][m, f]
        if instance.funds[f].kind == "national" and abs(now - before) > MOVED * max(1.0, now, before):
            found.append({"measure": m, "fund": f, "first": before, "joint": now, "change": now - before})
    return sorted(found, key=lambda row: -abs(row["change"]))
