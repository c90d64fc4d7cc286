"""Plans made better: part of the decisions free, the rest as they are.

With all whole decisions held, the rest is a linear program over everything: flows and amounts fill what a
choice among the blocks' plans left open. With the decisions of a few blocks free, the rest held, it is a
small search of its own, which starts from the plan it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from alloc.solver.matrix import INF, Flags, Floats, Ints, Matrix, Rows, program
from alloc.solver.patience import Patience


@dataclass(frozen=True)
class Part:
    """A program with some columns free and the rest held: the columns, their rows, and what the rest is worth."""

    columns: Ints
    solver: highspy.Highs
    rest: float


@dataclass(frozen=True)
class Freed:
    """What a search over some columns found: a plan or none, its value, a bound while the rest is held."""

    x: Floats | None
    value: float
    bound: float
    impossible: bool


def part(matrix: Matrix, weights: Floats, x: Floats, free: Flags, integer: bool) -> Part:
    """Return the program of the free columns; every other column keeps its value in x."""
    rows, aim = matrix.rows, weights @ matrix.goals
    owner, loose = rows.owner(), free[rows.column]
    held = np.bincount(owner[~loose], rows.value[~loose] * x[rows.column[~loose]], rows.count)
    counts = np.bincount(owner[loose], minlength=rows.count)
    kept = np.flatnonzero(counts)
    columns = np.flatnonzero(free).astype(np.int32)
    place = np.cumsum(free, dtype=np.int32) - 1
    inner = Rows(
        np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int32),
        place[rows.column[loose]].astype(np.int32),
        rows.value[loose],
        (rows.lower - held)[kept],
        (rows.upper - held)[kept],
    )
    flags = matrix.integer[columns] if integer else None
    solver = program(matrix.lower[columns], matrix.upper[columns], flags, inner, aim[columns])
    rest = float(aim[~free] @ x[~free]) + float(weights @ matrix.constants)
    return Part(columns, solver, rest)


def filled(matrix: Matrix, weights: Floats, x: Floats, patience: Patience) -> tuple[Floats, float] | None:
    """Return the best plan with the whole decisions of x, and its value; None where there is none."""
    x = np.where(matrix.integer, np.clip(np.round(x), matrix.lower, matrix.upper), x)
    if matrix.integer.all():
        return _kept(matrix, x, weights)
    found = part(matrix, weights, x, ~matrix.integer, integer=False)
    if not _rows_without_free_keep(matrix, x):
        return None
    found.solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    patience.run(found.solver)
    if found.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return _with(found, x)


def _rows_without_free_keep(matrix: Matrix, x: Floats) -> bool:
    """Tell whether the rows of whole decisions alone are kept."""
    rows = matrix.rows
    others = np.bincount(rows.owner(), ~matrix.integer[rows.column], rows.count)
    value, alone = rows.times(x), others == 0
    return bool((value >= rows.lower - 1e-6)[alone].all() and (value <= rows.upper + 1e-6)[alone].all())


def _kept(matrix: Matrix, x: Floats, weights: Floats) -> tuple[Floats, float] | None:
    return (x, float(weights @ (matrix.goals @ x + matrix.constants))) if _rows_without_free_keep(matrix, x) else None


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
    presolve: str = "choose",
) -> Freed:
    """Return the best plan found with some columns free, starting from x where there is one.

    seconds, gap in the goal's unit: when to stop; presolve: HiGHS's option.
    """
    here = np.zeros(len(free)) if x is None else x
    found = part(matrix, weights, here, free, integer=True)
    solver = found.solver
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", gap)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    solver.setOptionValue("presolve", presolve)
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
