"""Of plans as good, the one that spends least: a search over all decisions, not only with the whole ones held.

A small question is searched as a whole, beginning with the plan there is. In a large one a few counties at a time are
searched, the rest held, and what no plan as good can spend less than is told by the relaxed program. What is not
proven in the time there is, is said.
"""

from dataclasses import replace

import numpy as np

from alloc.instance import Instance
from alloc.solver.asking import NODES, PLAIN, STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition, decompose
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Matrix
from alloc.solver.neighbourhoods import free_blocks
from alloc.solver.outcome import Stop
from alloc.solver.rounding import has_many_grains, relax_grains
from alloc.solver.safe import best_product, measure_violation, safe_bound
from alloc.solver.sub_mip import fix_and_solve, search_neighbourhood

TOLERANCE = 1e-6
"""Least money is proven to this part of itself."""

KEPT = 1e-8
"""A plan that spends less keeps every limit, goals among them, to this part of its terms."""

LEAST_TIME, SHARE = 5.0, 0.5
"""The search for least money may take so long [s], or this part of the time of the search for the plan if that is more.
"""

LOTS_TIME = 1.0
"""How long it may take in lots [s]."""

MANY, GLANCES = 300, 7
"""With so many whole decisions in lots no search proves least money in a moment, and none finds a plan that spends
less: how little could be spent is told by the free question, at so many glances of HiGHS. On Hotan 2019 that is 0.4 %
below what the plan spends, in 0.3 s; a search in lots tells 0.5 % in 0.5 s, and finds nothing better in 6 s."""

WHOLE = 1000
"""A question with fewer integer decisions is searched as a whole, others a few blocks at a time; in lots nothing is
told of those: a brief search of 82 counties ends before it has any bound."""

GROUP, SECONDS = 150, 1.0
"""Whole decisions of the blocks that are searched together, and how long at most [s]."""

PART = 0.25
"""Part of the time of the search that a few blocks at a time may take: most of what they find is found soon."""


def allow_seconds(whole: Matrix, deadline: Deadline) -> float:
    """Return how long each search for another plan as good may take [s]."""
    return LOTS_TIME if has_many_grains(whole) else max(LEAST_TIME, SHARE * deadline.spent)


def improve_and_bound(
    limits: Matrix, goal: Floats, x: Floats, instance: Instance, deadline: Deadline, seconds: float
) -> tuple[Floats, float]:
    """Return a plan that has most of a goal, and what no plan has more of.

    limits: of the question, with the goals that come first held as limits too; x: a plan that keeps them, and has most
    of the goal with its whole decisions. Without any seconds x is returned, in lots with the relaxed program's bound;
    among many lots too, with that of the free question.
    """
    aimed = replace(limits, goals=goal[None], constants=np.zeros(1))
    value, seconds = float(goal @ x), min(seconds, deadline.left)
    bound = float(best_product(goal, goal, limits.lower, limits.upper).sum())
    in_lots, count = has_many_grains(limits), int(limits.integer.sum())
    if is_tight(value, bound) or deadline.over() or (seconds <= 0 and not in_lots):
        return x, bound
    if seconds > 0 and in_lots and count >= WHOLE:
        return x, bound
    if seconds <= 0 or (in_lots and count >= MANY):
        told = _bound_relaxed(aimed, deadline) if seconds <= 0 else _bound_free(aimed, x, deadline, seconds)
        return x, max(min(bound, told), value)
    found, bound = (_search_whole if count < WHOLE else _search_in_turn)(aimed, x, instance, deadline, seconds)
    better = fix_and_solve(aimed, np.ones(1), found, deadline)
    if better is not None and float(goal @ better.x) > value and measure_violation(aimed, better.x) <= KEPT:
        x = better.x
    return x, max(bound, float(goal @ x))


def _bound_relaxed(aimed: Matrix, deadline: Deadline) -> float:
    """Return what no plan has more of, by the relaxed program."""
    relaxed = Live(aimed.lower, aimed.upper, None, aimed.rows)
    relaxed.aim(aimed.goals[0])
    prices = relaxed.run(deadline).prices
    return INF if prices is None else safe_bound(aimed, aimed.goals[0], 0.0, prices)


def _bound_free(aimed: Matrix, x: Floats, deadline: Deadline, seconds: float) -> float:
    """Return what no plan has more of, by a brief search of the question with money and units in any amount."""
    stop = Stop(TOLERANCE / 2 * max(1.0, abs(float(aimed.goals[0] @ x))), seconds=seconds, glances=GLANCES)
    found = search(relax_grains(aimed), aimed.goals[0], 0.0, deadline, stop, x, PLAIN)
    return INF if found.infeasible else found.bound  # which x shows to be false


def is_tight(value: float, bound: float) -> bool:
    """Tell whether a value is as good as can be, to the tolerance."""
    return abs(bound - value) <= TOLERANCE * max(1.0, abs(value))


def _search_whole(
    aimed: Matrix, x: Floats, instance: Instance, deadline: Deadline, seconds: float
) -> tuple[Floats, float]:
    """Search as a whole, first without helpers; return the best plan and a bound on all."""
    goal, ends, bound = aimed.goals[0], deadline.spent + seconds, INF
    for settings, nodes in ((PLAIN, NODES), (STEADY, None)):
        value = float(goal @ x)
        stop = Stop(TOLERANCE / 2 * max(1.0, abs(value)), seconds=ends - deadline.spent, nodes=nodes)
        found = search(aimed, goal, 0.0, deadline, stop, x, settings)
        if found.infeasible:  # which x shows to be false
            break
        bound = min(bound, found.bound)
        x = found.x if found.x is not None and found.value > value else x
        if is_tight(float(goal @ x), bound) or deadline.spent >= ends:
            break
    return x, bound


def _search_in_turn(
    aimed: Matrix, x: Floats, instance: Instance, deadline: Deadline, seconds: float
) -> tuple[Floats, float]:
    """Search a few blocks at a time, the rest held, until none helps; the bound is that of the relaxed program."""
    goal, ends = aimed.goals[0], deadline.spent + max(min(seconds, LEAST_TIME), PART * seconds)
    parts = decompose(aimed, instance)
    relaxed = Live(aimed.lower, aimed.upper, None, aimed.rows)
    relaxed.aim(goal)
    prices = relaxed.run(deadline, Stop(seconds=(ends - deadline.spent) / 2)).prices
    bound = INF if prices is None else safe_bound(aimed, goal, 0.0, prices)
    vain, groups = 0, _group_blocks(parts)
    for group in groups * 2:
        value = float(goal @ x)
        if deadline.spent >= ends or vain >= len(groups) or is_tight(value, bound):
            break
        size = TOLERANCE / 2 * max(1.0, abs(value))
        better = search_neighbourhood(aimed, np.ones(1), x, free_blocks(parts, group), deadline, SECONDS, size)
        gained = better.x is not None and float(goal @ better.x) > value + size
        vain = 0 if gained else vain + 1
        x = better.x if gained and better.x is not None else x
    return x, bound


def _group_blocks(parts: Decomposition) -> list[list[int]]:
    """Return the blocks in groups of neighbours with about so many whole decisions."""
    groups: list[list[int]] = []
    size = GROUP
    for k, block in enumerate(parts.blocks):
        whole = int(block.integer.sum())
        if size + whole > GROUP:
            groups.append([])
            size = 0
        groups[-1].append(k)
        size += whole
    return groups
