"""Programs within the program: some columns are fixed to a plan, the rest is searched again.

Fix and solve: with all whole decisions fixed the rest is a linear program over everything, in which flows and amounts
fill what a choice among the blocks' plans left open. Large neighbourhood search: with the columns of a few blocks
free it is a small MIP (a sub-MIP), which starts from the plan it has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from alloc.solver.asking import search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Flags, Floats, Ints, Matrix, Rows
from alloc.solver.outcome import Basis, Outcome, Stop, Why

ROUNDING = 1e-9
"""Part of a goal that the solver's rounding may take: held at the very best, no plan at all may be found."""

KEPT = 1e-9
"""Part of what a limit sums up by which whole decisions may miss it: sums of decimals are not exact."""

PRIMAL = 4
"""HiGHS's number for the primal simplex method, which goes on from a plan when the goal changes."""


class FixedIntegerPlan(NamedTuple):
    """A plan with its whole decisions held and the rest at its best; basis: where a like program may begin."""

    x: Floats
    value: float
    basis: Basis | None


@dataclass(frozen=True)
class SubMipResult:
    """What a search over some columns found: a plan or none, its value, a bound while the rest is held."""

    x: Floats | None
    value: float
    bound: float
    impossible: bool


def fix_columns(matrix: Matrix, x: Floats, free: Flags) -> Matrix:
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


def fix_and_solve(matrix: Matrix, weights: Floats, x: Floats, deadline: Deadline) -> FixedIntegerPlan | None:
    """Return the best plan with the whole decisions of x; None where there is none."""
    plan, _, basis = fix_and_solve_in_order(matrix, [weights @ matrix.goals], x, deadline)
    return (
        None
        if plan is None
        else FixedIntegerPlan(plan, float(weights @ (matrix.goals @ plan + matrix.constants)), basis)
    )


def fill_best(matrix: Matrix, weights: Floats, starts: Iterable[Floats], deadline: Deadline) -> Outcome:
    """Return the best plan with the whole decisions of one of some plans, nothing proven."""
    best = Outcome(Why.LIMIT)
    for x in starts:
        plan = fix_and_solve(matrix, weights, x, deadline)
        if plan is not None and plan.value > best.value:
            best = Outcome(Why.LIMIT, plan.x, plan.value)
    return best


def fix_and_solve_in_order(
    matrix: Matrix, goals: Sequence[Floats], x: Floats, deadline: Deadline, basis: Basis | None = None
) -> tuple[Floats | None, int, Basis | None]:
    """Return the plan with the whole decisions of x that is best for one goal after another, and how many it reached.

    Every further goal begins where the one before ended, which is held, with room for rounding where it must be.
    basis: where to begin; what is returned last is where this ended, to begin there with the same goals.
    """
    x = np.where(matrix.integer, np.clip(np.round(x), matrix.lower, matrix.upper), x)
    if not _rows_without_free_keep(matrix, x):
        return None, 0, None
    if matrix.integer.all():
        return x, len(goals), None
    free = ~matrix.integer
    inner = fix_columns(replace(matrix, goals=goals[0][None], constants=np.zeros(1)), x, free)
    live = Live(inner.lower, inner.upper, None, inner.rows, {"primal_feasibility_tolerance": 1e-9})
    if basis is not None:
        live.begin(basis=basis)
    found: Floats | None = None
    for reached, goal in enumerate(goals):
        if found is not None:
            before = goals[reached - 1][free]
            _hold(live, before, float(before @ found[free]))
        live.aim(goal[free])
        best = live.run(deadline)
        if best.why is not Why.DONE and found is not None:
            _loosen(live, float(before @ found[free]))
            best = live.run(deadline)
        if best.x is None or best.why is not Why.DONE:
            return found, reached, None
        found = x.copy()
        found[free] = best.x
        basis = best.basis
    return found, len(goals), basis


def _hold(live: Live, before: Floats, best: float) -> None:
    """Hold a goal that was reached, and go on by the method that its plan is a start for."""
    entries = np.flatnonzero(before).astype(np.int32)
    live.add_row(entries, before[entries], best, INF)
    live.set({"simplex_strategy": PRIMAL})


def _loosen(live: Live, best: float) -> None:
    """Hold the goal that was reached last with room for rounding."""
    live.bound_last_row(best - ROUNDING * max(1.0, abs(best)), INF)
    live.begin()


def _rows_without_free_keep(matrix: Matrix, x: Floats) -> bool:
    """Tell whether the rows of whole decisions alone are kept."""
    rows = matrix.rows
    others = np.bincount(rows.owner(), ~matrix.integer[rows.column], rows.count)
    value, alone = rows.times(x), others == 0
    room = KEPT * np.bincount(rows.owner(), np.abs(rows.value * x[rows.column]), rows.count)
    return bool((value >= rows.lower - room)[alone].all() and (value <= rows.upper + room)[alone].all())


def search_neighbourhood(
    matrix: Matrix,
    weights: Floats,
    x: Floats | None,
    free: Flags,
    deadline: Deadline,
    seconds: float,
    gap: float,
    nodes: int | None = None,
) -> SubMipResult:
    """Return the best plan found with some columns free, starting from x where there is one.

    seconds, gap in the goal's unit, nodes: when to stop.
    """
    here = np.zeros(len(free)) if x is None else x
    inner, start = fix_columns(matrix, here, free), None if x is None else x[free]
    goal, rest = weights @ inner.goals, float(weights @ inner.constants)
    found = search(inner, goal, rest, deadline, Stop(gap=gap, seconds=seconds, nodes=nodes), start)
    if found.x is None:
        return SubMipResult(None, -INF, found.bound, found.infeasible)
    better = here.copy()
    better[free] = found.x
    return SubMipResult(better, found.value, found.bound, False)


def find_split_blocks(weights: Floats, plans: Sequence[tuple[int, Floats]]) -> list[int]:
    """Return the blocks that the master splits between plans, the most evenly split first."""
    largest: dict[int, float] = {}
    for weight, (k, _) in zip(weights, plans, strict=True):
        largest[k] = max(largest.get(k, 0.0), float(weight))
    return sorted((k for k, weight in largest.items() if weight < 1 - 1e-6), key=lambda k: (largest[k], k))


def pick_heaviest(weights: Floats, plans: Sequence[tuple[int, Floats]]) -> list[int]:
    """Return for each block the number of the plan that the master gives most weight."""
    best: dict[int, int] = {}
    for i, (k, _) in enumerate(plans):
        if k not in best or weights[i] > weights[best[k]]:
            best[k] = i
    return [best[k] for k in sorted(best)]


def add_slacks(matrix: Matrix, weights: Floats, limits: Ints, lacking: Floats) -> Matrix:
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
