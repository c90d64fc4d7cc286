"""Neighbourhoods of a plan: the columns of some blocks are searched with the rest held, or those of all.

First come the blocks that the master splits between plans, then blocks whose part of the plan loses most against
their own bounds, far apart or beside each other.
"""

from dataclasses import replace

import numpy as np

from alloc.solution import Status
from alloc.solver import asking
from alloc.solver.column_generation import ColumnGeneration
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition
from alloc.solver.exact import make_exact
from alloc.solver.incumbent import Incumbent
from alloc.solver.matrix import Flags, Floats
from alloc.solver.outcome import Outcome, Settings, Stop
from alloc.solver.progress import SearchLog
from alloc.solver.sub_mip import find_split_blocks, fix_and_solve, search_neighbourhood

GROUP, SECONDS, STALLED = 6, 5.0, 12
"""Blocks that are polished together, how long [s], and after how many vain attempts polishing ends."""

FAR = 0.6
"""Chance that blocks far apart are polished together; else a block and its neighbours, which takes longer."""

WORTH = 0.01
"""Part of the gap that a search over some blocks may leave open, and that it must win to be worth another."""


def search_neighbourhoods(
    search: ColumnGeneration, found: Incumbent, gap: float, deadline: Deadline, search_log: SearchLog
) -> Incumbent:
    """Search over a few blocks at a time while that helps: first those that the master splits."""
    random, groups, vain = np.random.default_rng(0), _group_split_blocks(search), 0
    while found.x is not None and vain < STALLED and not deadline.over() and not found.is_within(gap):
        group = groups.pop(0) if groups else _pick_lossy(search, found.x, random)
        better = _search_group(search, found, group, gap, deadline)
        vain = vain + 1 if better is found else 0
        found = better
        search_log.record(found.bound, found.value, len(search.master.plans), search.rounds)
        if len(group) == len(search.parts.blocks):
            break
    return found


def _group_split_blocks(search: ColumnGeneration) -> list[list[int]]:
    """Return the blocks that the master splits, a few at a time: neighbours stand beside each other."""
    if search.solution is None:
        return []
    split = sorted(find_split_blocks(search.solution.plan_weights, search.master.plans))
    return [split[i : i + GROUP] for i in range(0, len(split), GROUP)]


def _search_group(
    search: ColumnGeneration, found: Incumbent, group: list[int], gap: float, deadline: Deadline
) -> Incumbent:
    """Return the plan made better with some blocks free, or what was found before, unchanged."""
    parts, size = search.parts, WORTH * gap * max(1.0, abs(found.value))
    free = free_blocks(parts, group)
    better = search_neighbourhood(parts.matrix, search.weights, found.x, free, deadline, SECONDS, size)
    if better.x is None or better.value <= found.value + size:
        return found
    return found.with_better(fix_and_solve(parts.matrix, search.weights, better.x, deadline))


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
    found: Incumbent,
    gap: float,
    deadline: Deadline,
    settings: Settings | None = None,
    nodes: int | None = None,
) -> Incumbent:
    """Search a question as a whole, from the plan it has."""
    whole = search.parts.matrix
    goal, constant = search.weights @ whole.goals, float(search.weights @ whole.constants)
    size = gap * max(1.0, abs(found.value)) if found.x is not None else 1e-9
    better = asking.search(whole, goal, constant, deadline, Stop(size, nodes=nodes), found.x, settings)
    if better.infeasible:
        return found if found.x is not None else replace(found, status=Status.INFEASIBLE)
    bound = min(found.bound, better.bound)
    exact = _make_better_exact(search, found, better, deadline)
    if exact is not None:
        found = replace(found, x=exact.x, value=exact.value)
    return found.with_bound(bound)


def _make_better_exact(
    search: ColumnGeneration, found: Incumbent, better: Outcome, deadline: Deadline
) -> Outcome | None:
    """Return a plan of a search made exact, where it is then better than the one there was."""
    if better.x is None or (found.x is not None and better.value <= found.value):
        return None
    exact = make_exact(search.parts.matrix, search.weights, better, deadline)
    if exact.x is None:
        return None
    return exact if found.x is None or (exact is not better and exact.value > found.value) else None
