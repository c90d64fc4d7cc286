"""What run.json holds: a question and its plan in figures, how far that is proven, and by which versions."""

import math
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import Any

import pandas as pd

from alloc.audit import Audit
from alloc.claims import UNKNOWN_WORLDS, compare_worlds, finite
from alloc.counterfactual import Worlds
from alloc.instance import Instance, Options
from alloc.instance.effects import is_uncertain
from alloc.report.scenarios import risk_figures
from alloc.solution import Solution, Stage


def list_figures(
    instance: Instance,
    options: Options,
    plan: Solution,
    started: float,
    worlds: Worlds | None = None,
    found: Mapping[str, pd.DataFrame] | None = None,
    verdict: Audit | None = None,
) -> dict[str, Any]:
    """Return what run.json holds."""
    return {
        "name": instance.name,
        "year": instance.year,
        "instance_sha256": instance.sha256,
        "status": str(plan.status),
        **_goals(options, plan),
        "stages": [_stage(stage) for stage in plan.stages],
        **(
            UNKNOWN_WORLDS
            if worlds is None or found is None
            else compare_worlds(instance, plan, worlds, found["chains"])
        ),
        "chains_closed": int(found["chains"]["closed"].sum()) if found else None,
        "nation": instance.nation,
        "coordination": None,
        "money": instance.money.model_dump(),
        "method": plan.method,
        "method_why": plan.why,
        "interrupted": plan.interrupted,
        "progress": [[seconds, best, finite(bound)] for seconds, best, bound in plan.progress],
        "seconds": time.perf_counter() - started,
        "versions": list_versions(),
        "audit": None if verdict is None else tell_verdict(verdict),
        **({"risk": risk_figures(instance, plan)} if is_uncertain(instance) and plan.has_plan else {}),
    }


def _goals(options: Options, plan: Solution) -> dict[str, Any]:
    """Return how far a plan is proven and what it reaches; None where there is no plan."""
    proof = ("objective", "bound", "gap", "bound_safe", "least_money", "asked_gap")
    found: dict[str, Any] = dict.fromkeys((*proof, "employment", "linkage", "penalties")) | {"asked_gap": options.gap}
    if plan.least_money is not None:
        found["least_money"] = asdict(plan.least_money)
    if not plan.has_plan:
        return found
    return found | {
        "objective": plan.objective,
        "bound": finite(plan.bound),
        "gap": finite(plan.gap),
        "bound_safe": finite(plan.stages[-1].bound_safe),
        "employment": plan.values["ExpectedEmployment"][None],
        "linkage": plan.values["ExpectedLinkage"][None],
        "penalties": plan.values["Penalties"][None],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    """Return how far one goal is proven, and the value that later goals keep."""
    return {
        "goal": stage.goal,
        "objective": stage.objective if math.isfinite(stage.bound) else None,
        "bound": finite(stage.bound),
        "bound_safe": finite(stage.bound_safe),
        "gap": finite(stage.gap),
        "value": stage.kept,
    }


def tell_verdict(verdict: Audit) -> dict[str, Any]:
    """Return how many checks a plan has passed, and what was found at fault in words."""
    findings = [finding.say() for finding in verdict.findings]
    return {"passed": verdict.passed, "checks": verdict.checks, "findings": findings}


@cache
def list_versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    packages = ("alloc", "pyomo", "highspy", "pandas", "pydantic")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
