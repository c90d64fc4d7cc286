"""Plans made better: part of the decisions free, the rest as they are.

With all whole decisions held, the rest is a linear program over everything: flows and amounts fill what a
choice among the blocks' plans left open. With the decisions of a few blocks free, the rest held, it is a
small search of its own, which starts from the plan it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import highspy
import numpy as np

from alloc.solver.matrix import INF, Flags, Floats, Ints, Matrix, Rows, program
from alloc.solver.patience import Patience

ROUNDING = 1e-9
"""Part of a goal that the solver's rounding may take: held at the very best, no plan at all may be found."""

PRIMAL = 4
"""HiGHS's number for the primal simplex method, which goes on from a plan when the goal changes."""


@dataclass(frozen=True)
class Part:
    """A program with some columns free and the rest held: the columns, the program, and what the rest is worth."""

    columns: Ints
    solver: highspy.Highs
    rest: float


class Filled(NamedTuple):
    """A plan with its whole decisions held and the rest at its best; basis: where a like program may begin."""

    x: Floats
    value: float
    basis: highspy.HighsBasis | None


@dataclass(frozen=True)
class Freed:
    """What a search over some columns found: a plan or none, its value, a bound while the rest is held."""

    x: Floats | None
    value: float
    bound: float
    impossible: bool


def narrowed(matrix: Matrix, x: Floats, free: Flags) -> Matrix:
    """Return the program of the free columns alone, in their order; every other column keeps its value in x."""
    rows = matrix.rows
    owner, loose = rows.owner(), free[rows.column]
    fixed = np.bincount(owner[~loose], rows.value[~loose] * x[rows.column[~loose]], rows.count)
    counts = np.bincount(owner[loose], minlength=rows.count)
    kept = np.flatnonzero(counts)
    place = np.cumsum(free, dtype=np.int32) - 1
    inner = Rows(
        np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int32),
        place[rows.column[loose]].astype(np.int32),
        rows.value[loose],
        (rows.lower - fixed)[kept],
        (rows.upper - fixed)[kept],
    )
    return Matrix(
        (),
        matrix.lower[free],
        matrix.upper[free],
        matrix.integer[free],
        inner,
        matrix.goals[:, free],
        matrix.constants + matrix.goals[:, ~free] @ x[~free],
    )


def part(matrix: Matrix, weights: Floats, x: Floats, free: Flags) -> Part:
    """Return the program of the free columns, ready to be solved; every other column keeps its value in x."""
    inner = narrowed(matrix, x, free)
    solver = program(inner.lower, inner.upper, inner.integer, inner.rows, weights @ inner.goals)
    return Part(np.flatnonzero(free).astype(np.int32), solver, float(weights @ inner.constants))


def filled(matrix: Matrix, weights: Floats, x: Floats, patience: Patience) -> Filled | None:
    """Return the best plan with the whole decisions of x; None where there is none."""
    plan, _, basis = filled_in_turn(matrix, [weights @ matrix.goals], x, patience)
    return None if plan is None else Filled(plan, float(weights @ (matrix.goals @ plan + matrix.constants)), basis)


def filled_in_turn(
    matrix: Matrix, goals: Sequence[Floats], x: Floats, patience: Patience, basis: highspy.HighsBasis | None = None
) -> tuple[Floats | None, int, highspy.HighsBasis | None]:
    """Return the plan with the whole decisions of x that is best for one goal after another, and how many it reached.

    Every further goal begins where the one before ended, which is held with room for rounding.
    basis: where to begin; what is returned last is where this ended, to begin there with the same goals.
    """
    x = np.where(matrix.integer, np.clip(np.round(x), matrix.lower, matrix.upper), x)
    if not _rows_without_free_keep(matrix, x):
        return None, 0, None
    if matrix.integer.all():
        return x, len(goals), None
    free = ~matrix.integer
    inner = narrowed(replace(matrix, goals=goals[0][None], constants=np.zeros(1)), x, free)
    solver = program(inner.lower, inner.upper, None, inner.rows, inner.goals[0])
    solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    if basis is not None:
        solver.setBasis(basis)
    found: Floats | None = None
    for reached, goal in enumerate(goals):
        if found is not None:
            before = goals[reached - 1]
            _aim_anew(solver, goal[free], before[free], float(before[free] @ found[free]))
        patience.run(solver)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return found, reached, None
        found = x.copy()
        found[free] = np.array(solver.getSolution().col_value)
    return found, len(goals), solver.getBasis()


def _aim_anew(solver: highspy.Highs, goal: Floats, before: Floats, best: float) -> None:
    """Give a linear program another goal, the one before held, by the method that its plan is a start for."""
    entries = np.flatnonzero(before).astype(np.int32)
    least = best - ROUNDING * max(1.0, abs(best))
    solver.addRow(least, INF, len(entries), entries, before[entries])
    solver.changeColsCost(len(goal), np.arange(len(goal), dtype=np.int32), goal)
    solver.setOptionValue("simplex_strategy", PRIMAL)


def _rows_without_free_keep(matrix: Matrix, x: Floats) -> bool:
    """Tell whether the rows of whole decisions alone are kept."""
    rows = matrix.rows
    others = np.bincount(rows.owner(), ~matrix.integer[rows.column], rows.count)
    value, alone = rows.times(x), others == 0
    return bool((value >= rows.lower - 1e-6)[alone].all() and (value <= rows.upper + 1e-6)[alone].all())


def _with(found: Part, x: Floats) -> tuple[Floats, float]:
    """Return the plan with the free columns as they were solved, and its value."""
    better = x.copy()
    better[found.columns] = np.array(found.solver.getSolution().col_value)
    return better, found.rest + found.solver.getInfo().objective_function_value


def freed(
    matrix: Matrix,
    weights: Floats,
    x: Floats | None,
    free: Flags,
    patience: Patience,
    seconds: float,
    gap: float,
) -> Freed:
    """Return the best plan found with some columns free, starting from x where there is one.

    seconds, gap in the goal's unit: when to stop.
    """
    here = np.zeros(len(free)) if x is None else x
    found = part(matrix, weights, here, free)
    solver = found.solver
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", gap)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    if x is not None:
        start = highspy.HighsSolution()
        start.col_value = x[free].tolist()
        solver.setSolution(start)
    patience.run(solver, seconds)
    if x is not None and contradicts_itself(solver):
        solver.clearSolver()  # and with it the start
        patience.run(solver, seconds)
    impossible = solver.getModelStatus() in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )
    info = solver.getInfo()
    bound = info.mip_dual_bound if matrix.integer[free].any() else info.objective_function_value
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Freed(None, -INF, found.rest + bound, impossible)
    better, value = _with(found, here)
    return Freed(better, value, found.rest + bound, False)


def contradicts_itself(solver: highspy.Highs) -> bool:
    """Tell whether HiGHS reports the value of one plan and hands out another: 1.16 does so after some starts."""
    said, lp = solver.getInfo().objective_function_value, solver.getLp()
    value = float(np.array(lp.col_cost_) @ np.array(solver.getSolution().col_value))
    return bool(np.isfinite(said)) and abs(said - value) > 1e-6 * max(1.0, abs(value))


def split_blocks(weights: Floats, plans: Sequence[tuple[int, Floats]]) -> list[int]:
    """Return the blocks that the master splits between plans, the most evenly split first."""
    largest: dict[int, float] = {}
    for weight, (k, _) in zip(weights, plans, strict=True):
        largest[k] = max(largest.get(k, 0.0), float(weight))
    return sorted((k for k, weight in largest.items() if weight < 1 - 1e-6), key=lambda k: (largest[k], k))


def heaviest(weights: Floats, plans: Sequence[tuple[int, Floats]]) -> list[int]:
    """Return for each block the number of the plan that the master gives most weight."""
    best: dict[int, int] = {}
    for i, (k, _) in enumerate(plans):
        if k not in best or weights[i] > weights[best[k]]:
            best[k] = i
    return [best[k] for k in sorted(best)]


def elastic(matrix: Matrix, weights: Floats, limits: Ints, lacking: Floats) -> Matrix:
    """Return the program where some limits may be missed at a price: two more columns for each, short and over."""
    rows, n, count = matrix.rows, len(matrix.lower), len(limits)
    owner = np.concatenate([rows.owner(), np.repeat(limits, 2)])
    column = np.concatenate([rows.column, np.arange(n, n + 2 * count)])
    value = np.concatenate([rows.value, np.tile([1.0, -1.0], count)])
    order = np.argsort(owner, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=rows.count))]).astype(np.int32)
    more = np.zeros(2 * count)
    return Matrix(
        matrix.variables,
        np.append(matrix.lower, more),
        np.append(matrix.upper, more + INF),
        np.append(matrix.integer, more > 0),
        Rows(start, column[order].astype(np.int32), value[order], rows.lower, rows.upper),
        np.append(weights @ matrix.goals, -np.repeat(lacking, 2))[None],
        np.array([weights @ matrix.constants]),
    )
