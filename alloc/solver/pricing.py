"""One block at given prices: its best columns and a bound on all of them.

The search options are those that paid on blocks of a hundred columns (BLOCKS.md has the figures). Every
search starts afresh, so what a block answers depends on the question alone, never on what the process
that answers was asked before: the loss of a process changes nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

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
    """Prices at which blocks are asked for their best: goal weights, coupling prices, gap in the goal's unit."""

    weights: Floats
    prices: Floats
    gap: float
    seconds: float = 3600.0


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
    """Return the best that one block can do at some prices."""
    block, solver = model
    aim = ask.weights @ block.goals - ask.prices[block.coupling] @ block.link
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
        return Answer(INF, np.zeros((0, len(aim))))
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


def price_all(models: Sequence[Model], asks: Sequence[Ask]) -> list[list[Answer]]:
    """Return the answers of some blocks: for every ask one for each block.

    Blocks that the time does not reach answer with no bound and no plan.
    """
    started, found = time.perf_counter(), []
    for ask in asks:
        row = []
        for model in models:
            left = ask.seconds - (time.perf_counter() - started)
            late = Answer(INF, np.zeros((0, len(model[0].lower))))
            row.append(price(model, Ask(ask.weights, ask.prices, ask.gap, left)) if left > 0 else late)
        found.append(row)
    return found
