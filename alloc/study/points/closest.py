"""Of the plans of a point that reach as much, the one that is closest to another plan.

Where several plans are as good, which one a search ends with is chance, and so is a part of its difference from any
other plan: what is left after this is not.
"""

from dataclasses import dataclass

from alloc.instance import Instance, Options
from alloc.instance.money import eligible_funds
from alloc.solution import Solution
from alloc.solver import Deadline, open_block_search
from alloc.solver.multi.least_change import LeastChange
from alloc.study.points.point import Payments

CLOSEST_TIME = 5.0
"""Longest time for looking for a closer plan [s]: where goals leave hardly two plans alike, the proof takes long."""

SPECK = 1e-6
"""A change is proven least to this part of it at best: closer is what solvers do not tell apart."""


@dataclass(frozen=True)
class ClosestPlan:
    """A plan, whether no other that reaches as much is proven to be closer, and whether the search was interrupted."""

    plan: Solution
    proven: bool
    interrupted: bool


def find_closest(instance: Instance, options: Options, own: Solution, to: Payments) -> ClosestPlan:
    """Return, of the plans that reach as much as one, that which changes least aid, as far as the time goes.

    own: an optimal plan; to: what the other one pays.
    """
    deadline = Deadline(min(CLOSEST_TIME, options.time_limit))
    with deadline.listening(), open_block_search(own.method, instance, options, 1, None) as by_blocks:
        search = LeastChange(instance, options, own, _list_possible(instance, to), deadline, by_blocks)
        found = search.find(0.0)
        if found is None:
            return ClosestPlan(own, False, deadline.stopped)
        proven = found.proven(max(options.gap, SPECK))
        if found.change >= search.own_plan.change:
            return ClosestPlan(own, proven, deadline.stopped)
        plan = search.as_solution(found, 0.0, "closest of the equally good plans")
    return ClosestPlan(plan, proven, deadline.stopped)


def _list_possible(instance: Instance, paid: Payments) -> dict[tuple[int, str, str], float]:
    """Return the payments of aid that this question, which is of one year, allows: (year, measure, fund) → money."""
    found = {}
    for (m, f), amount in paid.items():
        if m in instance.measures and f in eligible_funds(instance, m) and instance.funds[f].kind == "aid":
            found[instance.year, m, f] = amount
    return found
