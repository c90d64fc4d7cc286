"""One block at given prices: its best plans and a bound on all of them, or the best with its whole decisions held.

The search options are those that paid on blocks of a hundred columns (BLOCKS.md has the figures). Every
search starts afresh, so what a block answers depends on the question alone, never on what the process
that answers was asked before: the loss of a process changes nothing.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import highspy
import numpy as np

from alloc.errors import SolveError
from alloc.solver.matrix import INF, Floats, program
from alloc.solver.structure import Block

LEAN = {
    "mip_rel_gap": 0.0,
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

Model = tuple[Block, highspy.Highs]


@dataclass(frozen=True)
class Ask:
    """Prices at which a block is asked for its best: goal weights, coupling prices, gap in the goal's unit, time [s].

    held: whole decisions to be held, a row for each plan wanted; without it the block is searched.
    """

    weights: Floats
    prices: Floats
    gap: float
    seconds: float = 3600.0
    held: Floats | None = None


@dataclass(frozen=True)
class Answer:
    """What a block answers: a bound on every plan of its own, and some good plans, the best first.

    A block that has no plan at all has the bound −inf.
    """

    bound: float
    plans: Floats


def revived(block: Block) -> Model:
    """Return a block with the program that stays alive between rounds."""
    solver = program(block.lower, block.upper, block.integer, block.rows, block.goals[0])
    solver.disableCallbacks()
    lean = LEAN if int(block.integer.sum()) <= LARGE else {"mip_rel_gap": 0.0, "mip_improving_solution_save": True}
    for name, value in lean.items():
        solver.setOptionValue(name, value)
    return block, solver


def price(model: Model, ask: Ask) -> Answer:
    """Return the best that one block can do at some prices; no bound and no plan where there is no time."""
    block, solver = model
    if ask.seconds <= 0:
        return unanswered(block)
    aim = ask.weights @ block.goals - ask.prices[block.coupling] @ block.link
    return _searched(block, solver, ask, aim) if ask.held is None else _filled(block, ask.held, aim)


def unanswered(block: Block) -> Answer:
    """Return the answer of a block that was not asked, or too late."""
    return Answer(INF, np.zeros((0, len(block.lower))))


def _filled(block: Block, held: Floats, aim: Floats) -> Answer:
    """Return the best plans with whole decisions held: linear programs, each begun where the one before ended."""
    solver = program(block.lower, block.upper, None, block.rows, aim)
    whole = np.flatnonzero(block.integer).astype(np.int32)
    found = []
    for numbers in held:
        solver.changeColsBounds(len(whole), whole, numbers, numbers)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            plan = np.array(solver.getSolution().col_value)
            plan[whole] = numbers
            found.append(plan)
    return Answer(INF, np.array(found).reshape(-1, len(aim)))


def _searched(block: Block, solver: highspy.Highs, ask: Ask, aim: Floats) -> Answer:
    """Return the best plans of a search, which starts afresh, and the bound that it has proven."""
    solver.clearSolver()
    solver.changeColsCost(len(aim), np.arange(len(aim), dtype=np.int32), aim)
    solver.setOptionValue("mip_abs_gap", ask.gap)
    solver.setOptionValue("time_limit", ask.seconds)
    solver.run()
    status, names = solver.getModelStatus(), highspy.HighsModelStatus
    if status == names.kUnboundedOrInfeasible:
        solver.setOptionValue("presolve", "off")
        solver.run()
        status = solver.getModelStatus()
        solver.setOptionValue("presolve", "choose")
    if status == names.kInfeasible:
        return Answer(-INF, np.zeros((0, len(aim))))
    if status == names.kUnbounded:
        return unanswered(block)
    if status not in (names.kOptimal, names.kTimeLimit, names.kInterrupt):
        raise SolveError("solver_failed", condition=str(solver.modelStatusToString(status)))
    return Answer(_bound(block, solver, status), _plans(block, solver))


def _bound(block: Block, solver: highspy.Highs, status: highspy.HighsModelStatus) -> float:
    info = solver.getInfo()
    if block.integer.any():
        return float(info.mip_dual_bound)
    return float(info.objective_function_value) if status == highspy.HighsModelStatus.kOptimal else INF


def _plans(block: Block, solver: highspy.Highs) -> Floats:
    """Return the best plan and the last of those before it, whole decisions rounded."""
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return np.zeros((0, len(block.lower)))
    found = [np.array(solver.getSolution().col_value)]
    if block.integer.any():
        before = sorted(solver.getSavedMipSolutions(), key=lambda plan: -plan.objective)
        found += [np.array(plan.col_value) for plan in before[1 : 1 + MORE]]
    plans = np.stack(found)
    plans[:, block.integer] = np.round(plans[:, block.integer])
    return plans


def price_all(models: Mapping[int, Model], asks: Mapping[int, Ask]) -> dict[int, Answer]:
    """Return the answers of some blocks by their numbers; the time of all of them counts for each."""
    started = time.perf_counter()
    return {
        k: price(models[k], replace(ask, seconds=ask.seconds - (time.perf_counter() - started)))
        for k, ask in asks.items()
    }
