"""Plans in whole lots and units, from a search by blocks in which both were free.

Every plan in whole lots is one of the free question, so none is better than the free question's bound.
"""

import copy
from dataclasses import replace

import numpy as np

from alloc.solver.asking import PLAIN, STEADY
from alloc.solver.column_generation import ColumnGeneration, slack_costs
from alloc.solver.deadline import Deadline
from alloc.solver.incumbent import Incumbent, is_small, value_plan
from alloc.solver.master import lagrangian_bound
from alloc.solver.matrix import Flags, Floats
from alloc.solver.neighbourhoods import free_blocks, search_whole
from alloc.solver.outcome import Outcome, Why
from alloc.solver.pricing import PricingRequest
from alloc.solver.pricing_pool import PricingPool
from alloc.solver.progress import SearchLog
from alloc.solver.rounding import FINE, NEAR, improve_in_lots, round_in_turn, round_together
from alloc.solver.sub_mip import FixedIntegerPlan, add_slacks, fix_and_solve

LOTS_COST = 1e4
"""What a lack costs while lots are made whole, in multiples of its price: more than any lot is worth."""


def make_whole(
    search: ColumnGeneration,
    integer: Flags,
    found: Incumbent,
    known: Floats | None,
    gap: float,
    pool: PricingPool,
    deadline: Deadline,
    search_log: SearchLog,
) -> Incumbent:
    """Return a plan in whole lots and units, from what was found with both free, whose bound holds for it too.

    search: of the free question; integer: which decisions are whole; known: a plan in lots, from the goal before.
    """
    few, search = is_small(search), _search_in_lots(search, integer)
    best = value_plan(search, known, found.bound)
    if found.x is not None:
        round_plan = _round_together if is_small(search) else _round
        best = best.with_better(round_plan(search, found, gap, deadline.brief()))
    best = best.with_bound(best.bound)
    search_log.record(best.bound, best.plan_value, len(search.master.plans), search.rounds)
    if best.is_within(gap) or deadline.over():
        return best
    if best.x is None:
        return search_whole(search, best, gap, deadline)
    if few:
        return _search_on(search, best, gap, deadline)
    return best.with_bound(_bound_in_lots(search, best.bound, gap, pool, deadline))


def _search_in_lots(search: ColumnGeneration, integer: Flags) -> ColumnGeneration:
    """Return what a search has for the same question in lots. integer: which decisions are whole there."""
    parts = search.parts
    blocks = tuple(replace(block, integer=integer[block.columns]) for block in parts.blocks)
    search = copy.copy(search)
    search.parts = replace(parts, blocks=blocks, matrix=replace(parts.matrix, integer=integer))
    return search


def _search_on(search: ColumnGeneration, best: Incumbent, gap: float, deadline: Deadline) -> Incumbent:
    """Return a plan made better: of a question that is small in lots too by the whole, else some measures at a time."""
    if is_small(search):
        return search_whole(search, best, gap, deadline, STEADY)
    best = _improve(search, best, gap, deadline)
    return best if best.is_within(gap) else search_whole(search, best, gap, deadline, PLAIN, NEAR)


def _round_together(
    search: ColumnGeneration, found: Incumbent, gap: float, deadline: Deadline
) -> FixedIntegerPlan | None:
    """Return the plan with lots and units made whole all together, and made better with some of the measures free."""
    whole = search.parts.matrix
    free = Outcome(Why.DONE, found.x, found.value, found.bound)
    constant = float(search.weights @ whole.constants)
    goal = search.weights @ whole.goals
    near = round_together(whole, goal, constant, free, gap, deadline)
    near = improve_in_lots(whole, goal, near, gap * max(1.0, abs(found.value)), deadline)
    return None if near.x is None else fix_and_solve(whole, search.weights, near.x, deadline.brief())


def _round(search: ColumnGeneration, found: Incumbent, gap: float, deadline: Deadline) -> FixedIntegerPlan | None:
    """Return the plan with lots and units made whole, block after block, else all together; None where that fails.

    What one block leaves short in a coupling row, at a high cost, another may make good that comes later.
    """
    assert found.x is not None
    parts, x = search.parts, found.x
    count, size = len(x), FINE * gap * max(1.0, abs(search.bound))
    loose = add_slacks(parts.matrix, search.weights, parts.coupling, slack_costs(search.prices, LOTS_COST))
    start, slacks = np.append(x, np.zeros(2 * len(parts.coupling))), np.ones(2 * len(parts.coupling), dtype=bool)
    groups = [np.append(free_blocks(parts, [k]), slacks) for k in range(len(parts.blocks))]
    for order in (groups, groups[::-1]):
        whole = round_in_turn(loose, loose.goals[0], start, order, size / len(groups), deadline)
        plan = None if whole is None else fix_and_solve(parts.matrix, search.weights, whole[:count], deadline)
        if plan is not None:
            return plan
    everything = [np.ones(count, dtype=bool)]
    whole = round_in_turn(parts.matrix, search.weights @ parts.matrix.goals, x, everything, size, deadline)
    return None if whole is None else fix_and_solve(parts.matrix, search.weights, whole, deadline)


def _improve(search: ColumnGeneration, found: Incumbent, gap: float, deadline: Deadline) -> Incumbent:
    """Return a plan made better by searches with some of the measures free."""
    whole, size = search.parts.matrix, gap * max(1.0, abs(found.value))
    start = Outcome(Why.LIMIT, found.x, found.value, found.bound)
    better = improve_in_lots(whole, search.weights @ whole.goals, start, size, deadline)
    plan = None if better.x is None else fix_and_solve(whole, search.weights, better.x, deadline.brief())
    found = found.with_better(plan)
    return found.with_bound(found.bound)


def _bound_in_lots(search: ColumnGeneration, bound: float, gap: float, pool: PricingPool, deadline: Deadline) -> float:
    """Return a bound that knows of what lots lose: every block is searched in lots at the best prices.

    A block's bound in lots and that of its free question both hold, so the lower of them does, and the sum of them is
    a bound at these prices as ever.
    """
    parts = search.parts
    pool.load(parts.blocks)
    size = FINE * gap * max(1.0, abs(bound)) / len(parts.blocks)
    ask = PricingRequest(search.weights, search.prices, size, deadline.left, nodes=NEAR)
    bounds = np.array([answer.bound for answer in pool.price([ask] * len(parts.blocks), deadline.over)])
    if search.best_results:
        bounds = np.minimum(bounds, [answer.bound for answer in search.best_results])
    if np.isneginf(bounds).any():  # which a plan in lots shows to be false
        return bound
    return min(bound, lagrangian_bound(parts, search.weights, search.prices, bounds))
