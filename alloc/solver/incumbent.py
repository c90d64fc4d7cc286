"""The incumbent of one goal: the best plan of the whole so far, its value, and a bound on all of them."""

from dataclasses import dataclass, replace

from alloc.solution import Status
from alloc.solver.column_generation import ColumnGeneration
from alloc.solver.matrix import Floats
from alloc.solver.outcome import Basis
from alloc.solver.sub_mip import FixedIntegerPlan

SMALL = 1000
"""A question with fewer integer decisions is searched as a whole at the end, others a few blocks at a time."""


@dataclass(frozen=True)
class Incumbent:
    """What one goal has: a plan of the whole or none, its value, a proven bound, and why there is none.

    basis: of the linear program that filled the plan in, or one like it.
    """

    x: Floats | None
    value: float
    bound: float
    status: Status
    basis: Basis | None = None

    @property
    def plan_value(self) -> float | None:
        """The value of the plan, where there is one."""
        return None if self.x is None else self.value

    def with_better(self, plan: FixedIntegerPlan | None) -> "Incumbent":
        """Return what there is with another plan, where that is the first or better."""
        if plan is None or (self.x is not None and plan.value <= self.value):
            return self
        return replace(self, **plan._asdict())

    def with_bound(self, bound: float) -> "Incumbent":
        """Return what there is with another bound, which is no less than the plan's value."""
        return replace(self, bound=bound if self.x is None else max(bound, self.value))

    def is_within(self, gap: float) -> bool:
        """Tell whether there is a plan, proven to a gap, which is relative for values above 1."""
        return self.x is not None and self.bound - self.value <= gap * max(1.0, abs(self.value))


def value_plan(search: ColumnGeneration, known: Floats | None, bound: float) -> Incumbent:
    """Return a plan that is known with its value and a bound, or none."""
    if known is None:
        return Incumbent(None, 0.0, bound, Status.NO_SOLUTION)
    value = search.weights @ (search.parts.matrix.goals @ known + search.parts.matrix.constants)
    return Incumbent(known, float(value), bound, Status.NO_SOLUTION)


def is_small(search: ColumnGeneration) -> bool:
    """Tell whether a question is searched as a whole where the first choice of plans does not do."""
    return int(search.parts.matrix.integer.sum()) < SMALL
