"""Ends of what plans nearly as good as the best may have: bounded by the relaxed program, reached by searches.

The relaxed program is kept from one end to the next: only its goal changes, so each begins where the last one ended.
Searches are tasks for any worker: nearby, where the whole decisions of one county alone are free, then as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Ints, Matrix
from alloc.solver.reoptimise import MipResult, RepeatedMip
from alloc.solver.safe import safe_bound
from alloc.solver.sub_mip import fix_and_solve, search_neighbourhood

NODES = 100
"""A search nearby only seeks a plan: it takes so many nodes at most."""

ROUNDED = 1e-6
"""A decision this close to a whole number is whole; with whole decisions held, the plan is made exact."""


class RelaxedEnds:
    """The relaxed program of a near-optimal set, asked for one end after another."""

    def __init__(self, program: Matrix, deadline: Deadline):
        self._program, self._deadline = program, deadline
        self._live = Live(program.lower, program.upper, None, program.rows)

    def solve(self, aim: Floats) -> tuple[float, Floats | None]:
        """Return what no plan's aim exceeds, whatever rounding does, and the relaxed plan where it is one of the set.

        The bound is that of the prices where the relaxed program ended, even where that was before its best.
        """
        self._live.aim(aim)
        found = self._live.run(self._deadline)
        bound = INF if found.prices is None else safe_bound(self._program, aim, 0.0, found.prices)
        return bound, None if found.x is None else self._as_plan(aim, found.x)

    def _as_plan(self, aim: Floats, x: Floats) -> Floats | None:
        whole = x[self._program.integer]
        if np.abs(whole - np.round(whole)).max(initial=0.0) > ROUNDED:
            return None
        aimed = replace(self._program, goals=aim[None], constants=np.zeros(1))
        exact = fix_and_solve(aimed, np.ones(1), x, self._deadline.brief())
        return None if exact is None else exact.x


@dataclass(frozen=True)
class NearGoal:
    """The goal of a near-optimal set with one goal, and the program without the limit that holds it.

    best: of any plan; least: that a plan must have, both without the goal's constant. plan: the best one known.
    """

    program: Matrix
    goal: Floats
    best: float
    least: float
    plan: Floats


@dataclass(frozen=True)
class NearProgram:
    """A near-optimal set as workers keep it.

    blocks: the county of each decision by number, below 0 for none; goal: where there is one alone.
    """

    program: Matrix
    blocks: Ints
    goal: NearGoal | None = None


@dataclass(frozen=True)
class EndSearch:
    """One search for the most of an aim.

    start: the plan to begin from; block: the county whose whole decisions are free, None for all; gap: how closely to
    prove it, in the aim's unit; seconds: longest time.
    """

    aim: Floats
    start: Floats
    block: int | None
    gap: float
    seconds: float


@dataclass(frozen=True)
class RelaxedSearch:
    """What the relaxed program is asked of some aims, a row each: their bounds, or what their targets cost of the goal.

    seconds: longest time.
    """

    aims: Floats
    targets: Floats
    seconds: float


def bound_ends(kept: Mapping[int, NearProgram], asked: RelaxedSearch) -> list[tuple[float, Floats | None]]:
    """Return what no plan's aim exceeds, each with the relaxed plan where it is one of the set."""
    relaxed = RelaxedEnds(kept[0].program, Deadline(asked.seconds))
    return [relaxed.solve(aim) for aim in asked.aims]


def search_end(kept: Mapping[int, NearProgram], asked: EndSearch) -> MipResult:
    """Return the plan found, and a bound on all plans: none (infinite) where most decisions were held."""
    near, deadline = kept[0], Deadline(asked.seconds)
    program = replace(near.program, goals=asked.aim[None], constants=np.zeros(1))
    if asked.block is None:
        mip = RepeatedMip(program, np.zeros((0, len(program.lower))), deadline, asked.seconds)
        return mip.solve(asked.aim, {}, asked.gap, 0.0, (asked.start,))
    free = ~program.integer | (near.blocks == asked.block)
    one = np.ones(1)
    found = search_neighbourhood(program, one, asked.start, free, deadline, asked.seconds, asked.gap, NODES)
    exact = None if found.x is None else fix_and_solve(program, one, found.x, deadline.brief())
    return MipResult(None, -INF, INF) if exact is None else MipResult(exact.x, exact.value, INF)
