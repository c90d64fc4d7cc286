"""Whether any plan nearly as good as the best reaches a target: the goal is asked, with the target as a limit.

The relaxed program says little of how far such plans reach, as the goal that they may lose is much to it: with parts of
measures it loses nothing. The goal itself is soon bounded within a hundredth of that by a search's cuts. So the best
plan that reaches the target is sought, and the search ends as soon as one is good enough, or none can be. Measured on
Hotan 2019 in any amount: 0.4 s, where a search for the most of a row takes 1.5 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.asking import HELPED, STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Matrix, add_floor
from alloc.solver.multi.near_ends import NearGoal, NearProgram
from alloc.solver.outcome import Outcome, Stop
from alloc.solver.reoptimise import MipResult
from alloc.solver.rounding import NEAR, find_grains, has_many_grains, hold_yes_or_no, relax_grains, round_split
from alloc.solver.sub_mip import FixedIntegerPlan, fix_and_solve

ROOM = 0.15
"""In lots a free plan is good enough where it leaves so much of what may be lost: lots take a part of it."""

NARROW = 0.02
"""The best plan that reaches a target is sought to this part of what may be lost."""

SURE = 1e-7
"""So far below what is good enough, as a part of itself, a bound must be."""

FAR = 0.3
"""The next target is this part of the way from the bound to what is reached: that there is none is told in 0.1 s, a
plan takes 1 s."""


@dataclass(frozen=True)
class TargetSearch:
    """What is asked of an aim: whether a plan reaches a target, and then others between what is reached and the bound.

    start: the plan that is known to reach farthest; bound: no plan goes beyond; gap: how closely to prove that, in the
    aim's unit; steps: how many targets in turn; seconds: longest time.
    """

    aim: Floats
    target: float
    start: Floats
    bound: float
    gap: float
    steps: int
    seconds: float


@dataclass(frozen=True)
class JointSearch:
    """Whether one plan reaches a target of each of some aims, a row each; seconds: longest time."""

    aims: Floats
    targets: Floats
    seconds: float


def search_target(kept: Mapping[int, NearProgram], asked: TargetSearch) -> MipResult:
    """Return the plan that reaches farthest, and what no plan goes beyond."""
    near, deadline, x = kept[0], Deadline(asked.seconds), asked.start
    reached, bound, target = float(asked.aim @ x), asked.bound, asked.target
    for _ in range(asked.steps):
        found = _ask_targets(near, asked.aim[None], np.array([target]), deadline)
        if found.impossible:
            bound = min(bound, max(reached, target))
        else:
            plan = None if found.x is None else _reach_farthest(near, asked.aim, found.x, deadline)
            if plan is None or plan.value <= reached:
                break
            x, reached = plan.x, plan.value
        if bound - reached <= asked.gap or deadline.over():
            break
        target = choose_target(reached, bound)
    return MipResult(x, reached, bound)


def search_jointly(kept: Mapping[int, NearProgram], asked: JointSearch) -> MipResult:
    """Return a plan that reaches all targets, or none; nothing is proven of any aim alone."""
    near, deadline = kept[0], Deadline(asked.seconds)
    found = _ask_targets(near, asked.aims, asked.targets, deadline)
    held = replace(near, program=_add_targets(near.program, asked.aims, asked.targets))
    exact = None if found.x is None else _reach_farthest(held, asked.aims.sum(axis=0), found.x, deadline)
    return MipResult(None if exact is None else exact.x, -INF, INF)


def choose_target(reached: float, bound: float) -> float:
    """Return a target between what is reached and what bounds it."""
    return bound - FAR * (bound - reached)


class RelaxedLosses:
    """The relaxed program of a near-optimal set, asked how much of the goal targets cost: which are easy to reach."""

    def __init__(self, near: NearGoal, deadline: Deadline):
        program = near.program
        self._live, self._deadline = Live(program.lower, program.upper, None, program.rows), deadline
        self._live.aim(near.goal)
        self._most = self._live.run(deadline).value

    def estimate(self, aim: Floats, target: float) -> float:
        """Return what the relaxed program loses of the goal by a target; infinite where that is not known."""
        columns = np.flatnonzero(aim).astype(np.int32)
        self._live.add_row(columns, aim[columns], target, INF)
        found = self._live.run(self._deadline)
        self._live.bound_last_row(-INF, INF)
        return INF if found.x is None else self._most - found.value


def _aim(program: Matrix, aim: Floats) -> Matrix:
    return replace(program, goals=aim[None], constants=np.zeros(1))


def _add_targets(program: Matrix, aims: Floats, targets: Floats) -> Matrix:
    for aim, target in zip(aims, targets.tolist(), strict=True):
        program = add_floor(program, aim, target)
    return program


def _reach_farthest(near: NearProgram, aim: Floats, x: Floats, deadline: Deadline) -> FixedIntegerPlan | None:
    """Return the plan of the set with the whole decisions of x that reaches farthest."""
    return fix_and_solve(_aim(near.program, aim), np.ones(1), x, deadline)


def _ask_targets(of: NearProgram, aims: Floats, targets: Floats, deadline: Deadline) -> MipResult:
    """Return a plan that reaches all targets and is good enough, or that there is none; neither where it is unknown."""
    near = of.goal
    assert near is not None
    limited = _add_targets(_aim(near.program, near.goal), aims, targets)
    in_lots = has_many_grains(limited)
    loss, least = near.best - near.least, near.least - SURE * max(1.0, abs(near.least))
    stop = Stop(NARROW * loss, enough=near.least + (ROOM * loss if in_lots else 0.0), least=least)
    free = search(relax_grains(limited) if in_lots else limited, near.goal, 0.0, deadline, stop, None, STEADY)
    if free.infeasible or free.bound < least:
        return MipResult(None, -INF, free.bound, True)
    found = _round(limited, near, free.x, deadline) if in_lots and free.x is not None else free
    good = found.x is not None and found.value >= near.least
    return MipResult(found.x if good else None, found.value, free.bound)


def _round(limited: Matrix, near: NearGoal, x: Floats, deadline: Deadline) -> Outcome:
    """Return a plan in lots with every yes and no of a free one that is good enough, or none."""
    held = hold_yes_or_no(limited, x, find_grains(limited))
    stop = Stop(enough=near.least, nodes=NEAR)
    found = round_split(held, x, stop, deadline)
    return search(held, near.goal, 0.0, deadline, stop, None, HELPED) if found.x is None else found
