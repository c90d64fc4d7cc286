"""From the pool to a plan of the whole: choose, fill, repair, polish, and search what is small as a whole."""

from dataclasses import replace

import numpy as np

from alloc.solver.column_generation import SLACK_TOLERANCE, ColumnGeneration, slack_costs
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition
from alloc.solver.incumbent import Incumbent, is_small, value_plan
from alloc.solver.master import MasterSolution
from alloc.solver.matrix import Floats, Matrix
from alloc.solver.neighbourhoods import GROUP, SECONDS, free_blocks, search_neighbourhoods, search_whole
from alloc.solver.progress import SearchLog
from alloc.solver.rounding import has_many_grains, round_whole
from alloc.solver.sub_mip import add_slacks, fix_and_solve, pick_heaviest, search_neighbourhood

SLACK_MULTIPLES = (1.2, 3.0, 30.0)
"""What a lack costs, in multiples of its price, while the master chooses; dearer where the dearth remains."""

ROOM = 0.8
"""A choice in whole numbers is made where the master's mix is within this part of the gap, or nothing better comes."""

MASTER_SECONDS = 15.0
"""Longest time for the master's choice [s]."""

CROWDED = 100
"""With more plans a block than this, as over several years, the master's choice in whole numbers is poor after 15 s: of
82 counties over three years 0.26 to 0.46 % off, where the heaviest plans repaired are 0.08 to 0.16 % off in 2 s."""

REPAIR_COST, REPAIRS = 100.0, 30
"""What a lack costs while a plan is repaired, in multiples of its price, and how many repairs are tried."""

REPAIRED = 0.3
"""How closely a repair is searched, as a part of the price of what is lacking."""


def pick_plan(
    search: ColumnGeneration, known: Floats | None, gap: float, deadline: Deadline, longest: Deadline
) -> Incumbent:
    """Return the best plan that the master's choice leads to, or the one that is known.

    known: a plan that keeps every limit, where there is one. longest: time for the repair of a choice that is no plan.
    """
    mix, best = search.solution, value_plan(search, known, search.bound)
    if mix is None:
        return best
    heaviest = search.master.assemble(pick_heaviest(mix.plan_weights, search.master.plans), mix.own)
    if mix.slack > SLACK_TOLERANCE:  # then no choice is a plan: the time is for its repair
        return best if best.x is not None else _repair(search, heaviest, best, longest.brief())
    if len(search.master.plans) > CROWDED * len(search.parts.blocks):
        repaired = _repair(search, heaviest, best, longest.brief())
        if repaired.x is not None:
            return repaired
    x, best = _choose(search, mix, heaviest, best, gap, deadline)
    if best.x is None:
        return _repair(search, x, best, longest.brief())
    if best.is_within(gap) or not deadline.over():
        return best
    return _repair(search, heaviest, best, longest.brief())  # no time is left to make a poor choice better


def _choose(
    search: ColumnGeneration, mix: MasterSolution, heaviest: Floats, best: Incumbent, gap: float, deadline: Deadline
) -> tuple[Floats, Incumbent]:
    """Return the master's last choice of plans, as a plan that may lack something, and the best plan that any led to.

    The heaviest plans come first: filled in, they are mostly worth about as much as the mix. What a lack costs grows
    until a choice leads to a plan.
    """
    x, best = heaviest, best.with_better(fix_and_solve(search.parts.matrix, search.weights, heaviest, deadline.brief()))
    waits = not (search.ended or is_small(search) or deadline.over()) and search.relative_gap() > ROOM * gap
    if best.is_within(gap) or (waits and best.x is not None):
        return x, best
    close = max(0.1 * gap, 0.5 * (gap - search.relative_gap()))  # half of what is left: the rest is for filling in
    for times in SLACK_MULTIPLES:
        costs = slack_costs(search.prices, times)
        picked = search.master.solve_integer(deadline.brief(), MASTER_SECONDS, close, costs)
        x = search.master.assemble(picked, mix.own) if picked else heaviest
        plan = fix_and_solve(search.parts.matrix, search.weights, x, deadline.brief())
        best = best.with_better(plan)
        if plan is not None or (best.x is not None and deadline.over()):
            break
    return x, best


def _repair(search: ColumnGeneration, x: Floats, best: Incumbent, deadline: Deadline) -> Incumbent:
    """Return the plan with what it lacks in coupling rows made good, a few blocks at a time, if that succeeds."""
    parts, count = search.parts, len(x)
    loose = add_slacks(parts.matrix, search.weights, parts.coupling, slack_costs(search.prices, REPAIR_COST))
    start = fix_and_solve(loose, np.ones(1), np.append(x, np.zeros(2 * len(parts.coupling))), deadline)
    if start is None:
        return best
    x, value, random = start.x, start.value, np.random.default_rng(0)
    for _ in range(REPAIRS):
        if deadline.over():
            return best
        lacking = x[count:].reshape(-1, 2).sum(axis=1)
        if not (lacking > SLACK_TOLERANCE).any():
            return best.with_better(fix_and_solve(parts.matrix, search.weights, x[:count], deadline))
        group = _pick_lacking(parts, lacking, random)
        x, value = _repair_group(parts, loose, x, value, group, deadline)
    return best


def _pick_lacking(parts: Decomposition, lacking: Floats, random: np.random.Generator) -> list[int]:
    """Return some blocks, those first that stand in a row that lacks something."""
    lacks = lacking > SLACK_TOLERANCE
    row = random.choice(len(lacking), p=np.where(lacks, lacking, 0.0) / lacking[lacks].sum())
    near = [k for k, block in enumerate(parts.blocks) if row in block.coupling]
    first = random.choice(near, min(GROUP, len(near)), replace=False).tolist() if near else []
    others = random.choice(len(parts.blocks), min(GROUP, len(parts.blocks)), replace=False).tolist()
    return list(dict.fromkeys(first + others))[:GROUP]


def _repair_group(
    parts: Decomposition, loose: Matrix, x: Floats, value: float, group: list[int], deadline: Deadline
) -> tuple[Floats, float]:
    """Return the plan with slack made better with some blocks free, and its value."""
    count = len(parts.matrix.lower)
    free = np.append(free_blocks(parts, group), np.ones(len(x) - count, dtype=bool))
    size = REPAIRED * float(-loose.goals[0, count:] @ x[count:])  # how good the rest is can wait
    better = search_neighbourhood(loose, np.ones(1), x, free, deadline, SECONDS, size)
    return (better.x, better.value) if better.x is not None and better.value > value else (x, value)


def improve_plan(
    search: ColumnGeneration, found: Incumbent, gap: float, deadline: Deadline, search_log: SearchLog
) -> Incumbent:
    """Search on from a plan that does not meet the gap: a small question as a whole, else a few blocks at a time."""
    if found.is_within(gap) or deadline.over():
        return found
    if found.x is None:
        found = _round_whole(search, found, gap, deadline)
    if found.is_within(gap) or deadline.over():
        return found
    if is_small(search):
        return search_whole(search, found, gap, deadline)
    return search_neighbourhoods(search, found, gap, deadline, search_log)


def _round_whole(search: ColumnGeneration, found: Incumbent, gap: float, deadline: Deadline) -> Incumbent:
    """Return a plan near the free one where many whole numbers kept the master from any plan."""
    matrix_ = search.parts.matrix
    if not has_many_grains(matrix_):
        return found
    constant = float(search.weights @ matrix_.constants)
    near = round_whole(matrix_, search.weights @ matrix_.goals, constant, gap, deadline)
    plan = None if near.x is None else fix_and_solve(matrix_, search.weights, near.x, deadline)
    if plan is None:
        return found
    return replace(found, **plan._asdict(), bound=max(min(found.bound, near.bound), plan.value))
