"""Decide how a fixed yearly aid budget is spent, prove how good the plan is, and explain it."""

from typing import TYPE_CHECKING

from alloc.errors import AllocError, AuditError, Fault, InstanceError, NoPlanError, RequestError, SolveError

if TYPE_CHECKING:
    __version__: str
    from alloc.audit import Finding
    from alloc.infeasibility.levers import Lever
    from alloc.instance import Instance, inspect, read, write
    from alloc.instance.reading import Reading
    from alloc.run import Run, solve
    from alloc.solution import Solution, Stage, Status
    from alloc.solver import ScenarioOutcome
    from alloc.study.alternatives import Alternative, Alternatives, CountyRange, alternatives
    from alloc.study.answers.bottleneck import Bottlenecks, bottleneck
    from alloc.study.answers.break_even import BreakEven, SolvedFigure
    from alloc.study.answers.certainty import Certainty, SafeMoney, certainty
    from alloc.study.answers.explain import Explanation, explain
    from alloc.study.answers.fix import LockedPlan, solve_locked
    from alloc.study.answers.locks import Lock
    from alloc.study.answers.margin import Margin, margin
    from alloc.study.answers.menu import Repair, Replacement
    from alloc.study.answers.near import NearPlan, solve_near
    from alloc.study.answers.price import Prices, price
    from alloc.study.answers.repair import Repairs, repair
    from alloc.study.answers.why import WhyAnswer, why
    from alloc.study.compare.diff import Difference, diff
    from alloc.study.compare.results import Result
    from alloc.study.compare.split import Effect, Split
    from alloc.study.compare.verify import Breach, Verification, verify
    from alloc.study.follow.actuals import Actuals, CountedJobs, Delivery, Payment, read_actuals
    from alloc.study.follow.changes import FigureChange
    from alloc.study.follow.delivery import DeliveryRate
    from alloc.study.follow.midyear import solve_rest
    from alloc.study.follow.roll import Rolled, roll
    from alloc.study.follow.template import write_actuals_template
    from alloc.study.follow.tracking import Tracking, track
    from alloc.study.forms import fill_form
    from alloc.study.frontier import Curve, Frontier, FrontierPoint, frontier
    from alloc.study.handmade import HandmadePlan
    from alloc.study.points.point import Point
    from alloc.study.points.warm_question import Question
    from alloc.study.request import StudyProgress
    from alloc.study.risk import BadYears, CurvePoint, Fresh, Insurance, Proven, RiskStudy, risk
    from alloc.study.sensitivity import Sensitivity, sensitivity
    from alloc.study.sweep import Sweep, sweep
    from alloc.study.sweep.cases import Case
    from alloc.study.whatif import Slider, WhatIf, whatif

_ROOMS = {
    "alloc.audit": ("Finding",),
    "alloc.instance": ("Instance", "inspect", "read", "write"),
    "alloc.instance.reading": ("Reading",),
    "alloc.run": ("Run", "solve"),
    "alloc.solution": ("Solution", "Stage", "Status"),
    "alloc.solver": ("ScenarioOutcome",),
    "alloc.study.alternatives": ("Alternative", "Alternatives", "CountyRange", "alternatives"),
    "alloc.study.answers.bottleneck": ("Bottlenecks", "bottleneck"),
    "alloc.study.answers.certainty": ("Certainty", "SafeMoney", "certainty"),
    "alloc.study.answers.break_even": ("BreakEven", "SolvedFigure"),
    "alloc.study.answers.explain": ("Explanation", "explain"),
    "alloc.study.answers.fix": ("LockedPlan", "solve_locked"),
    "alloc.infeasibility.levers": ("Lever",),
    "alloc.study.answers.locks": ("Lock",),
    "alloc.study.answers.margin": ("Margin", "margin"),
    "alloc.study.answers.menu": ("Repair", "Replacement"),
    "alloc.study.answers.near": ("NearPlan", "solve_near"),
    "alloc.study.answers.price": ("Prices", "price"),
    "alloc.study.answers.repair": ("Repairs", "repair"),
    "alloc.study.answers.why": ("WhyAnswer", "why"),
    "alloc.study.compare.diff": ("Difference", "diff"),
    "alloc.study.handmade": ("HandmadePlan",),
    "alloc.study.compare.results": ("Result",),
    "alloc.study.compare.split": ("Effect", "Split"),
    "alloc.study.compare.verify": ("Breach", "Verification", "verify"),
    "alloc.study.follow.actuals": ("Actuals", "CountedJobs", "Delivery", "Payment", "read_actuals"),
    "alloc.study.follow.template": ("write_actuals_template",),
    "alloc.study.follow.tracking": ("Tracking", "track"),
    "alloc.study.follow.delivery": ("DeliveryRate",),
    "alloc.study.follow.changes": ("FigureChange",),
    "alloc.study.follow.midyear": ("solve_rest",),
    "alloc.study.follow.roll": ("Rolled", "roll"),
    "alloc.study.forms": ("fill_form",),
    "alloc.study.frontier": ("Curve", "Frontier", "FrontierPoint", "frontier"),
    "alloc.study.points.point": ("Point",),
    "alloc.study.points.warm_question": ("Question",),
    "alloc.study.request": ("StudyProgress",),
    "alloc.study.risk": ("CurvePoint", "Fresh", "Insurance", "Proven", "RiskStudy", "BadYears", "risk"),
    "alloc.study.sensitivity": ("Sensitivity", "sensitivity"),
    "alloc.study.sweep.cases": ("Case",),
    "alloc.study.sweep": ("Sweep", "sweep"),
    "alloc.study.whatif": ("Slider", "WhatIf", "whatif"),
}
"""Where public names live: room → names, those above again, for they are loaded when they are first used."""

__all__ = [
    "Actuals",
    "AllocError",
    "Alternative",
    "Alternatives",
    "AuditError",
    "BadYears",
    "Bottlenecks",
    "Breach",
    "BreakEven",
    "Case",
    "Certainty",
    "CountedJobs",
    "CountyRange",
    "Curve",
    "CurvePoint",
    "Delivery",
    "DeliveryRate",
    "Difference",
    "Effect",
    "Explanation",
    "Fault",
    "FigureChange",
    "Finding",
    "Fresh",
    "Frontier",
    "FrontierPoint",
    "HandmadePlan",
    "Instance",
    "InstanceError",
    "Insurance",
    "Lever",
    "Lock",
    "LockedPlan",
    "Margin",
    "NearPlan",
    "NoPlanError",
    "Payment",
    "Point",
    "Prices",
    "Proven",
    "Question",
    "Reading",
    "Repair",
    "Repairs",
    "Replacement",
    "RequestError",
    "Result",
    "RiskStudy",
    "Rolled",
    "Run",
    "SafeMoney",
    "ScenarioOutcome",
    "Sensitivity",
    "Slider",
    "Solution",
    "SolveError",
    "SolvedFigure",
    "Split",
    "Stage",
    "Status",
    "StudyProgress",
    "Sweep",
    "Tracking",
    "Verification",
    "WhatIf",
    "WhyAnswer",
    "alternatives",
    "bottleneck",
    "certainty",
    "diff",
    "explain",
    "fill_form",
    "frontier",
    "inspect",
    "margin",
    "price",
    "read",
    "read_actuals",
    "repair",
    "risk",
    "roll",
    "sensitivity",
    "solve",
    "solve_locked",
    "solve_near",
    "solve_rest",
    "sweep",
    "track",
    "verify",
    "whatif",
    "why",
    "write",
    "write_actuals_template",
]


if not TYPE_CHECKING:  # for those who check types there is nothing but the names above

    def __getattr__(name: str) -> object:
        """Load a room when a name in it is first used: `alloc --help` must not wait for the solver."""
        from importlib import import_module

        if name == "__version__":
            return import_module("importlib.metadata").version("alloc")
        for room, names in _ROOMS.items():
            if name in names:
                return getattr(import_module(room), name)
        raise AttributeError(f"module 'alloc' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
