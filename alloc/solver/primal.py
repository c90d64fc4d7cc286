"""From the pool to a plan of the whole: choose, fill, repair, polish, and search what is small as a whole."""

import copy
from dataclasses import dataclass, replace

import numpy as np

from alloc.solution import Status
from alloc.solver import highs
from alloc.solver.column_generation import SLACK_TOLERANCE, ColumnGeneration, slack_costs
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition
from alloc.solver.exact import make_exact
from alloc.solver.highs import PLAIN, STEADY, Basis, Settings, Stop
from alloc.solver.master import lagrangian_bound
from alloc.solver.matrix import Flags, Floats
from alloc.solver.pricing import PricingRequest
from alloc.solver.pricing_pool import PricingPool
from alloc.solver.progress import SearchLog
from alloc.solver.rounding import (
    FINE,
    NEAR,
    has_many_grains,
    improve_in_lots,
    round_in_turn,
    round_together,
    round_whole,
)
from alloc.solver.sub_mip import (
    FixedIntegerPlan,
    add_slacks,
    find_split_blocks,
    fix_and_solve,
    pick_heaviest,
    search_neighbourhood,
)

SMALL = 1000
"""A question with fewer integer decisions is searched as a whole at the end, others a few blocks at a time."""

SLACK_MULTIPLES = (1.2, 3.0, 30.0)
"""What a lack costs, in multiples of its price, while the master chooses; dearer where the dearth remains."""

MASTER_SECONDS = 15.0
"""Longest time for the master's choice [s]."""

GROUP, SECONDS, STALLED = 6, 5.0, 12
"""Blocks that are polished together, how long [s], and after how many vain attempts polishing ends."""

FAR = 0.6
"""Chance that blocks far apart are polished together; else a block and its neighbours, which takes longer."""

REPAIR_COST, REPAIRS = 100.0, 30
"""What a lack costs while a plan is repaired, in multiples of its price, and how many repairs are tried."""

REPAIRED = 0.3
"""How closely a repair is searched, as a part of the price of what is lacking."""

LOTS_COST = 1e4
"""What a lack costs while lots are made whole, in multiples of its price: more than any lot is worth."""


@dataclass(frozen=True)
class Found:
    """What one goal has: a plan of the whole or none, its value, a proven bound, and why there is none.

    basis: of the linear program that filled the plan in, or one like it.
    """

    x: Floats | None
    value: float
    bound: float
    status: Status
    basis: Basis | None = None


def pick_plan(
    search: ColumnGeneration, known: Floats | None, gap: float, deadline: Deadline, longest: Deadline
) -> Found:
    """Return the best plan that the master's choice leads to, or the one that is known.

    known: a plan that keeps every limit, where there is one. longest: time for the repair of a choice that is no plan.
    """
    parts, mix = search.parts, search.solution
    best = _value_known(search, known, search.bound)
    if mix is None:
        return best
    rest = deadline.brief()
    x = None
    close = max(0.1 * gap, 0.5 * (gap - search.relative_gap()))  # half of what is left: the rest is for filling in
    lacks = mix.slack > SLACK_TOLERANCE  # then no choice is a plan: the time is for its repair
    if lacks:
        x = search.master.assemble(pick_heaviest(mix.plan_weights, search.master.plans), mix.own)
    for times in () if lacks else SLACK_MULTIPLES:
        picked = search.master.solve_integer(rest, MASTER_SECONDS, close, slack_costs(search.prices, times))
        x = search.master.assemble(picked or pick_heaviest(mix.plan_weights, search.master.plans), mix.own)
        plan = fix_and_solve(parts.matrix, search.weights, x, rest)
        if plan is not None and (best.x is None or plan.value > best.value):
            best = replace(best, **plan._asdict())
        if is_within(best, gap) or (best.x is not None and is_small(search)):
            return best
    return best if best.x is not None or x is None else _repair(search, x, best, longest.brief())


def _value_known(search: ColumnGeneration, known: Floats | None, bound: float) -> Found:
    """Return a plan that is known with its value and a bound, or none."""
    if known is None:
        return Found(None, 0.0, bound, Status.NO_SOLUTION)
    value = search.weights @ (search.parts.matrix.goals @ known + search.parts.matrix.constants)
    return Found(known, float(value), bound, Status.NO_SOLUTION)


def _repair(search: ColumnGeneration, x: Floats, best: Found, deadline: Deadline) -> Found:
    """Return the plan with what it lacks in coupling rows made good, a few blocks at a time, if that succeeds."""
    parts, count = search.parts, len(x)
    loose = add_slacks(parts.matrix, search.weights, parts.coupling, slack_costs(search.prices, REPAIR_COST))
    one, random = np.ones(1), np.random.default_rng(0)
    start = fix_and_solve(loose, one, np.append(x, np.zeros(2 * len(parts.coupling))), deadline)
    if start is None:
        return best
    x, value = start.x, start.value
    for _ in range(REPAIRS):
        if deadline.over():
            return best
        lacking = x[count:].reshape(-1, 2).sum(axis=1)
        lacks = lacking > SLACK_TOLERANCE
        if not lacks.any():
            exact = fix_and_solve(parts.matrix, search.weights, x[:count], deadline)
            return replace(best, **exact._asdict()) if exact is not None else best
        row = random.choice(len(lacking), p=np.where(lacks, lacking, 0.0) / lacking[lacks].sum())
        near = [k for k, block in enumerate(parts.blocks) if row in block.coupling]
        first = random.choice(near, min(GROUP, len(near)), replace=False).tolist() if near else []
        others = random.choice(len(parts.blocks), min(GROUP, len(parts.blocks)), replace=False).tolist()
        group = list(dict.fromkeys(first + others))[:GROUP]
        free = np.append(free_blocks(parts, group), np.ones(2 * len(parts.coupling), dtype=bool))
        size = REPAIRED * float(-loose.goals[0, count:] @ x[count:])  # how good the rest is can wait
        better = search_neighbourhood(loose, one, x, free, deadline, SECONDS, size)
        if better.x is not None and better.value > value:
            x, value = better.x, better.value
    return best


def is_within(found: Found, gap: float) -> bool:
    """Tell whether a plan is proven to the gap."""
    return found.x is not None and found.bound - found.value <= gap * max(1.0, abs(found.value))


def improve_plan(
    search: ColumnGeneration, found: Found, gap: float, deadline: Deadline, search_log: SearchLog
) -> Found:
    """Search on from a plan that does not meet the gap: a small question as a whole, else a few blocks at a time."""
    if is_within(found, gap) or deadline.over():
        return found
    if found.x is None:
        found = _round_whole(search, found, gap, deadline)
    if is_within(found, gap) or deadline.over():
        return found
    if is_small(search):
        return search_whole(search, found, gap, deadline)
    return search_neighbourhoods(search, found, gap, deadline, search_log)


def _round_whole(search: ColumnGeneration, found: Found, gap: float, deadline: Deadline) -> Found:
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


def make_whole(
    search: ColumnGeneration,
    integer: Flags,
    found: Found,
    known: Floats | None,
    gap: float,
    pool: PricingPool,
    deadline: Deadline,
    search_log: SearchLog,
) -> Found:
    """Return a plan in whole lots and units, from what was found with both free, whose bound holds for it too.

    Every plan in whole lots is one of the free question, so none is better than the free question's bound.
    search: of the free question; integer: which decisions are whole; known: a plan in lots, from the goal before.
    """
    parts = search.parts
    few = is_small(search)
    blocks = tuple(replace(block, integer=integer[block.columns]) for block in parts.blocks)
    search = copy.copy(search)
    search.parts = replace(parts, blocks=blocks, matrix=replace(parts.matrix, integer=integer))
    best = _value_known(search, known, found.bound)
    round_plan = _round_together if is_small(search) else _round
    plan = None if found.x is None else round_plan(search, found, gap, deadline.brief())
    if plan is not None and (best.x is None or plan.value > best.value):
        best = replace(best, **plan._asdict())
    best = replace(best, bound=best.bound if best.x is None else max(best.bound, best.value))
    search_log.record(best.bound, None if best.x is None else best.value, len(search.master.plans), search.rounds)
    if is_within(best, gap) or deadline.over():
        return best
    if best.x is None:
        return search_whole(search, best, gap, deadline)
    if few:
        best = best if is_small(search) else _improve(search, best, gap, deadline)
        return (
            best
            if is_within(best, gap)
            else search_whole(search, best, gap, deadline, *((STEADY, None) if is_small(search) else (PLAIN, NEAR)))
        )
    return replace(best, bound=max(best.value, _bound_in_lots(search, best.bound, gap, pool, deadline)))


def _round_together(search: ColumnGeneration, found: Found, gap: float, deadline: Deadline) -> FixedIntegerPlan | None:
    """Return the plan with lots and units made whole all together, and made better with some of the measures free."""
    whole = search.parts.matrix
    free = highs.Outcome(highs.Why.DONE, found.x, found.value, found.bound)
    constant = float(search.weights @ whole.constants)
    goal = search.weights @ whole.goals
    near = round_together(whole, goal, constant, free, gap, deadline)
    near = improve_in_lots(whole, goal, near, gap * max(1.0, abs(found.value)), deadline)
    return None if near.x is None else fix_and_solve(whole, search.weights, near.x, deadline.brief())


def _round(search: ColumnGeneration, found: Found, gap: float, deadline: Deadline) -> FixedIntegerPlan | None:
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


def _improve(search: ColumnGeneration, found: Found, gap: float, deadline: Deadline) -> Found:
    """Return a plan made better by searches with some of the measures free."""
    whole, size = search.parts.matrix, gap * max(1.0, abs(found.value))
    start = highs.Outcome(highs.Why.LIMIT, found.x, found.value, found.bound)
    better = improve_in_lots(whole, search.weights @ whole.goals, start, size, deadline)
    plan = None if better.x is None else fix_and_solve(whole, search.weights, better.x, deadline.brief())
    if plan is None or plan.value <= found.value:
        return found
    return replace(found, **plan._asdict(), bound=max(found.bound, plan.value))


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


def is_small(search: ColumnGeneration) -> bool:
    """Tell whether a question is searched as a whole where the first choice of plans does not do."""
    return int(search.parts.matrix.integer.sum()) < SMALL


def search_neighbourhoods(
    search: ColumnGeneration, found: Found, gap: float, deadline: Deadline, search_log: SearchLog
) -> Found:
    """Search over a few blocks at a time while that helps: first those that the master splits."""
    parts, random = search.parts, np.random.default_rng(0)
    if found.x is None:
        return found
    split = find_split_blocks(search.solution.plan_weights, search.master.plans) if search.solution is not None else []
    split = sorted(split)  # neighbours stand beside each other
    groups = [split[i : i + GROUP] for i in range(0, len(split), GROUP)]
    vain = 0
    while vain < STALLED and not deadline.over() and not is_within(found, gap):
        assert found.x is not None
        group = groups.pop(0) if groups else _pick_lossy(search, found.x, random)
        size = 0.01 * gap * max(1.0, abs(found.value))
        free = free_blocks(parts, group)
        better = search_neighbourhood(parts.matrix, search.weights, found.x, free, deadline, SECONDS, size)
        vain += 1
        if better.x is not None and better.value > found.value + size:
            plan = fix_and_solve(parts.matrix, search.weights, better.x, deadline)
            if plan is not None and plan.value > found.value:
                found, vain = replace(found, **plan._asdict()), 0
        search_log.record(found.bound, found.value, len(search.master.plans), search.rounds)
        if len(group) == len(parts.blocks):
            break
    return found


def _pick_lossy(search: ColumnGeneration, x: Floats, random: np.random.Generator) -> list[int]:
    """Return some blocks, rather those whose part of the plan is far below their bound, or one and its neighbours."""
    blocks = search.parts.blocks
    if len(blocks) <= GROUP:
        return list(range(len(blocks)))
    loss = np.ones(len(blocks))
    if search.best_results:
        for k, (block, answer) in enumerate(zip(blocks, search.best_results, strict=True)):
            aim = search.weights @ block.goals - search.prices[block.coupling] @ block.link
            loss[k] = max(0.0, answer.bound - float(aim @ x[block.columns]))
    chance = loss + 0.1 * loss.mean() + 1e-12
    if random.random() < FAR:
        return sorted(random.choice(len(blocks), GROUP, replace=False, p=chance / chance.sum()).tolist())
    first = int(random.choice(len(blocks), p=chance / chance.sum()))
    nearness = _measure_nearness(search.parts, first) + 1e-9
    nearness *= random.uniform(0.5, 1.0, len(blocks))
    nearness[first] = np.inf
    return sorted(np.argsort(-nearness)[:GROUP].tolist())


def _measure_nearness(parts: Decomposition, first: int) -> Floats:
    """Return how closely blocks meet one of them: a row that few blocks share counts for more."""
    owner = np.repeat(np.arange(len(parts.blocks)), [len(block.coupling) for block in parts.blocks])
    there = np.concatenate([block.coupling for block in parts.blocks])
    members = np.bincount(there, minlength=parts.rows.count)
    shared = np.isin(there, parts.blocks[first].coupling)
    return np.bincount(owner[shared], 1.0 / members[there[shared]], len(parts.blocks)).astype(np.float64)


def free_blocks(parts: Decomposition, group: list[int]) -> Flags:
    """Return the columns of some blocks and the master's own as free."""
    free = np.zeros(len(parts.matrix.lower), dtype=bool)
    free[parts.own] = True
    for k in group:
        free[parts.blocks[k].columns] = True
    return free


def search_whole(
    search: ColumnGeneration,
    found: Found,
    gap: float,
    deadline: Deadline,
    settings: Settings | None = None,
    nodes: int | None = None,
) -> Found:
    """Search a question as a whole, from the plan it has."""
    whole = search.parts.matrix
    goal, constant = search.weights @ whole.goals, float(search.weights @ whole.constants)
    size = gap * max(1.0, abs(found.value)) if found.x is not None else 1e-9
    better = highs.search(whole, goal, constant, deadline, Stop(size, nodes=nodes), found.x, settings)
    if better.infeasible:
        return found if found.x is not None else replace(found, status=Status.INFEASIBLE)
    bound = min(found.bound, better.bound)
    if better.x is not None and (found.x is None or better.value > found.value):
        exact = make_exact(whole, search.weights, better, deadline)
        if exact.x is not None and (found.x is None or (exact is not better and exact.value > found.value)):
            return replace(found, x=exact.x, value=exact.value, bound=max(bound, exact.value))
    return replace(found, bound=max(bound, found.value) if found.x is not None else bound)
