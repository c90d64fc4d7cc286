"""One block at given prices: its best plans and a bound on all of them, or the best with its whole decisions held.

The search options are those that paid on blocks of a hundred columns (tests/bench/BLOCKS.md has the figures). Every
search begins with what it is handed alone, so what a block answers depends on the question, never on what the process
that answers was asked before: the loss of a process changes nothing.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from alloc.errors import SolveError
from alloc.solver.asking import ask_otherwise
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Block
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats
from alloc.solver.outcome import Outcome, Settings, Stop, Why

LEAN: Settings = {
    "mip_allow_restart": False,
    "mip_detect_symmetry": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_pscost_minreliable": 1,
    "mip_improving_solution_save": True,
}
"""Search options for small programs: most of HiGHS's default effort goes into heuristics that they do not need."""

LARGE = 400
"""Blocks with more integer decisions are searched with HiGHS's own options."""

MORE = 2
"""Plans kept of those found on the way to the best."""


@dataclass(frozen=True)
class LoadedBlock:
    """A block with its programs, which stay alive between rounds: to be searched, and to be filled."""

    block: Block
    free: Live
    fixed: Live


@dataclass(frozen=True)
class PricingRequest:
    """Prices at which a block is asked for its best: goal weights, coupling prices, gap in the goal's unit, time [s].

    held: whole decisions to be held, a row for each plan wanted; without it the block is searched.
    nodes: how many the search may take at most; start: a plan that it begins with.
    """

    weights: Floats
    prices: Floats
    gap: float
    seconds: float = 3600.0
    held: Floats | None = None
    nodes: int | None = None
    start: Floats | None = None


@dataclass(frozen=True)
class PricingResult:
    """What a block answers: a bound on every plan of its own, and some good plans, the best first.

    A block that has no plan at all has the bound −inf.
    """

    bound: float
    plans: Floats


def load_block(block: Block) -> LoadedBlock:
    """Return a block with the programs that stay alive between rounds."""
    return LoadedBlock(block, _live(block), Live(block.lower, block.upper, None, block.rows))


def _live(block: Block, own_units: bool = True, more: Settings | None = None) -> Live:
    lean = LEAN if int(block.integer.sum()) <= LARGE else {"mip_improving_solution_save": True}
    settings = {**lean, **(more or {})}
    return Live(block.lower, block.upper, block.integer, block.rows, settings, own_units=own_units)


def price(model: LoadedBlock, ask: PricingRequest) -> PricingResult:
    """Return the best that one block can do at some prices; no bound and no plan where there is no time."""
    block = model.block
    if ask.seconds <= 0:
        return without_answer(block)
    aim = ask.weights @ block.goals - ask.prices[block.coupling] @ block.link
    deadline = Deadline(ask.seconds)
    if ask.held is None:
        return _price_free(block, model.free, ask, aim, deadline)
    return _price_fixed(block, model.fixed, ask.held, aim, deadline)


def without_answer(block: Block) -> PricingResult:
    """Return the answer of a block that was not asked, or too late."""
    return PricingResult(INF, np.zeros((0, len(block.lower))))


def _price_fixed(block: Block, live: Live, held: Floats, aim: Floats, deadline: Deadline) -> PricingResult:
    """Return the best plans with whole decisions held: linear programs, each begun where the one before ended."""
    live.begin()
    live.aim(aim)
    whole = np.flatnonzero(block.integer).astype(np.int32)
    found = []
    for numbers in held:
        live.bound_columns(whole, numbers, numbers)
        best = live.run(deadline)
        if best.why is Why.DONE and best.x is not None:
            plan = best.x.copy()
            plan[whole] = numbers
            found.append(plan)
    return PricingResult(INF, np.array(found).reshape(-1, len(aim)))


def _price_free(block: Block, live: Live, ask: PricingRequest, aim: Floats, deadline: Deadline) -> PricingResult:
    """Return the best plans of a search, which knows nothing of others, and the bound that it has proven."""

    def again(own_units: bool, more: Settings, stop: Stop, start: Floats | None = None) -> Outcome:
        other = _live(block, own_units, more)
        other.aim(aim)
        if start is not None:
            other.begin(start)
        return other.run(deadline, stop)

    live.aim(aim)
    live.begin(ask.start)
    stop = Stop(gap=ask.gap, nodes=ask.nodes)
    found = live.run(deadline, stop)
    if found.why is Why.FAILED and ask.start is not None:
        live.begin()  # what it reports with a start may be another plan than it hands out: never without
        found = live.run(deadline, stop)
    if found.why in (Why.INFEASIBLE, Why.UNSURE, Why.FAILED):
        found = ask_otherwise(again, found, stop)
    if found.why is Why.FAILED:
        raise SolveError("solver_failed", condition=found.why.value)
    if found.infeasible:
        return PricingResult(-INF, np.zeros((0, len(aim))))
    return PricingResult(found.bound, _plans(block, found))


def _plans(block: Block, found: Outcome) -> Floats:
    """Return the best plan and the last of those before it, whole decisions rounded."""
    if found.x is None:
        return np.zeros((0, len(block.lower)))
    plans = np.stack([found.x, *found.more[1 : 1 + MORE]])
    plans[:, block.integer] = np.round(plans[:, block.integer])
    return plans


def price_blocks(models: Mapping[int, LoadedBlock], asks: Mapping[int, PricingRequest]) -> dict[int, PricingResult]:
    """Return the answers of some blocks by their numbers; the time of all of them counts for each."""
    started = time.perf_counter()
    return {
        k: price(models[k], replace(ask, seconds=ask.seconds - (time.perf_counter() - started)))
        for k, ask in asks.items()
    }
