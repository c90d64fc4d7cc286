"""Whether any plan nearly as good as the best reaches a target: the goal is asked, with the target as a limit.

The relaxed program says little of how far such plans reach, as the goal that they may lose is much to it: with parts of
measures it loses nothing. The goal itself is soon bounded within a hundredth of that by a search's cuts. So the best
plan that reaches the target is sought, first with the whole decisions of one county alone free, and the search ends as
soon as one is good enough, or none can be. Measured on Hotan 2019 in any amount: 0.2 to 0.7 s, where a search for the
most of a row takes 1.5 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.asking import HELPED, STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Matrix, add_floor
from alloc.solver.multi.near_ends import NearGoal, NearProgram, RelaxedSearch
from alloc.solver.outcome import Outcome, Stop
from alloc.solver.reoptimise import MipResult
from alloc.solver.rounding import NEAR, find_grains, has_many_grains, hold_yes_or_no, relax_grains, round_split
from alloc.solver.sub_mip import FixedIntegerPlan, fix_and_solve, fix_columns

ROOM = 0.15
"""In lots a free plan is good enough where it leaves so much of what may be lost: lots take a part of it."""

NARROW = 0.02
"""The best plan that reaches a target is sought to this part of what may be lost."""

SURE = 1e-7
"""So far below what is good enough, as a part of itself, a bound must be."""

FAR = 0.4
"""The next target is this part of the way from the bound to what is reached: that there is no plan is told a little
sooner than one is found."""


@dataclass(frozen=True)
class TargetSearch:
    """What is asked of an aim: whether a plan reaches a target, and then others between what is reached and the bound.

    block: the county that it counts in; start: the plan that is known to reach farthest; bound: no plan goes beyond;
    gap: how closely to prove that, in the aim's unit; steps: how many targets in turn; seconds: longest time;
    in_lots: whether lots are searched too, where rounding finds no plan and parts of lots would do.
    """

    aim: Floats
    target: float
    block: int
    start: Floats
    bound: float
    gap: float
    steps: int
    seconds: float
    in_lots: bool = False


@dataclass(frozen=True)
class JointSearch:
    """Whether one plan that differs from the best in the whole decisions of a county alone reaches a target of each of
    some aims, a row each; seconds: longest time.
    """

    aims: Floats
    targets: Floats
    block: int
    seconds: float


def search_target(kept: Mapping[int, NearProgram], asked: TargetSearch) -> MipResult:
    """Return the plan that reaches farthest, and what no plan goes beyond."""
    near, deadline, x = kept[0], Deadline(asked.seconds), asked.start
    reached, bound, target = float(asked.aim @ x), asked.bound, asked.target
    for _ in range(asked.steps):
        found = _ask_target(near, asked.aim, target, asked.block, deadline, asked.in_lots)
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
    assert near.goal is not None
    limited = _add_targets(_aim(near.goal.program, near.goal.goal), asked.aims, asked.targets)
    found = _ask_nearby(near, limited, asked.block, deadline)
    held = replace(near, program=_add_targets(near.program, asked.aims, asked.targets))
    exact = None if found.x is None else _reach_farthest(held, asked.aims.sum(axis=0), found.x, deadline)
    return MipResult(None if exact is None else exact.x, -INF, INF)


def choose_target(reached: float, bound: float) -> float:
    """Return a target between what is reached and what bounds it."""
    return bound - FAR * (bound - reached)


def estimate_losses(kept: Mapping[int, NearProgram], asked: RelaxedSearch) -> list[float]:
    """Return what the relaxed program loses of the goal by the target of each aim, infinite where that is not known."""
    near = kept[0].goal
    assert near is not None
    relaxed = _RelaxedLosses(near, Deadline(asked.seconds))
    return [relaxed.estimate(aim, target) for aim, target in zip(asked.aims, asked.targets.tolist(), strict=True)]


class _RelaxedLosses:
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


def _ask_target(
    of: NearProgram, aim: Floats, target: float, block: int, deadline: Deadline, in_lots: bool
) -> MipResult:
    """Return a plan that reaches a target and is good enough, or that there is none; neither where it is not known."""
    near = of.goal
    assert near is not None
    limited = add_floor(_aim(near.program, near.goal), aim, target)
    nearby = _ask_nearby(of, limited, block, deadline)
    if nearby.x is not None:
        return nearby
    free = search(relax_grains(limited), near.goal, 0.0, deadline, _choose_stop(near, limited), None, STEADY)
    if free.infeasible or free.bound < _choose_stop(near, limited).least:
        return MipResult(None, -INF, free.bound, True)
    found = _make_whole(near, limited, free, deadline)
    return _search_lots(near, limited, deadline) if in_lots and found.x is None else found


def _search_lots(near: NearGoal, limited: Matrix, deadline: Deadline) -> MipResult:
    """Return a plan in lots that is good enough, or that there is none; neither where it is not known."""
    stop = replace(_choose_stop(near, limited), gap=0.0, enough=near.least)
    found = search(limited, near.goal, 0.0, deadline, stop, None, HELPED)
    none = found.infeasible or found.bound < stop.least
    good = found.x is not None and found.value >= near.least
    return MipResult(found.x if good else None, found.value, found.bound, none)


def _ask_nearby(of: NearProgram, limited: Matrix, block: int, deadline: Deadline) -> MipResult:
    """Return a plan that is good enough and differs from the best in the whole decisions of a county alone, or none.

    Measured on Hotan 2019: 0.2 s, where a search over all takes 0.7 s until it has a plan.
    """
    near = of.goal
    assert near is not None
    relaxed = relax_grains(limited)
    free = ~relaxed.integer | (of.blocks == block)
    inner = fix_columns(relaxed, np.where(relaxed.integer, np.round(near.plan), near.plan), free)
    goal, rest = inner.goals[0], float(inner.constants[0])
    found = search(inner, goal, rest, deadline, _choose_stop(near, limited), None, STEADY)
    if found.x is None:
        return MipResult(None, -INF, INF)
    x = near.plan.copy()
    x[free] = found.x
    return _make_whole(near, limited, found.with_plan(x, found.value), deadline)


def _choose_stop(near: NearGoal, limited: Matrix) -> Stop:
    """Return when a search for the best plan is told whether there is a good one."""
    loss, least = near.best - near.least, near.least - SURE * max(1.0, abs(near.least))
    return Stop(NARROW * loss, enough=near.least + (ROOM * loss if has_many_grains(limited) else 0.0), least=least)


def _make_whole(near: NearGoal, limited: Matrix, found: Outcome, deadline: Deadline) -> MipResult:
    """Return a plan in lots near a free one where that is good enough, or none."""
    if found.x is not None and found.value >= near.least and has_many_grains(limited):
        found = _round(limited, near, found.x, deadline)
    good = found.x is not None and found.value >= near.least
    return MipResult(found.x if good else None, found.value, INF)


def _round(limited: Matrix, near: NearGoal, x: Floats, deadline: Deadline) -> Outcome:
    """Return a plan in lots with every yes and no of a free one that is good enough, or none."""
    held = hold_yes_or_no(limited, x, find_grains(limited))
    stop = Stop(enough=near.least, nodes=NEAR)
    found = round_split(held, x, stop, deadline)
    return search(held, near.goal, 0.0, deadline, stop, None, HELPED) if found.x is None else found
