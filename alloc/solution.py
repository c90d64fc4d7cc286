"""What a solve returns: why it stopped, what it has, and how far that is proven."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = Mapping[str, Mapping[Any, float]]
"""Decisions and named quantities of the model: name → index → value."""


class Status(StrEnum):
    """What a run has. OPTIMAL only where the asked gap is proven."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True)
class LeastMoney:
    """What the plan spends, of all funds, and what no plan as good spends less than; proven where they meet."""

    value: float
    bound: float
    proven: bool


@dataclass(frozen=True)
class Stage:
    """One goal that was maximised: its best value with the proven bound, and its value in the plan.

    The two values differ where a later goal was allowed to cost something of this one.
    bound_safe: a bound that floating point cannot have spoilt, infinite where there is none; where `bound` is lower,
    the difference rests on the word of the solver's search.
    """

    goal: str
    objective: float
    bound: float
    kept: float
    bound_safe: float = math.inf

    @property
    def gap(self) -> float:
        """Relative gap: (bound − objective) / max(1, |objective|)."""
        return (self.bound - self.objective) / max(1.0, abs(self.objective))


@dataclass(frozen=True)
class Solution:
    """The best plan found with its proof. Without a plan, `values` and `stages` are empty.

    progress: seconds, best value and bound on the way, of a search over blocks. least_money: of plans as good as this
    one, None where it was not sought. years: decisions and quantities of each of several years.
    """

    status: Status
    stages: tuple[Stage, ...] = ()
    values: Values = field(default_factory=dict)
    method: str = "whole"
    why: str = ""
    seconds: float = 0.0
    interrupted: bool = False
    progress: tuple[tuple[float, float | None, float], ...] = ()
    least_money: LeastMoney | None = None
    years: Mapping[int, Values] = field(default_factory=dict)

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan at all."""
        return bool(self.values)

    @property
    def objective(self) -> float:
        """Value of the last goal."""
        return self.stages[-1].objective

    @property
    def bound(self) -> float:
        """Proven bound on the last goal."""
        return self.stages[-1].bound

    @property
    def gap(self) -> float:
        """Relative gap of the last goal."""
        return self.stages[-1].gap
