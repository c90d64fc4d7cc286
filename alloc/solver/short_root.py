"""Fewer rounds of cuts at the root of a small MIP: a puzzle beside it changes what HiGHS compares a round with.

HiGHS 1.16 has no option for rounds of cuts. It ends them after three in a row that gain little, as a part of what all
rounds have gained and of how far they have led away from the first relaxed plan: at 11 counties after twenty to
thirty, of which the last are the dearest and gain least. The puzzle is five yes and no in a ring, of which no two
neighbours are both yes, and a whole number that is far away until cuts have shown that only two of the five can be yes,
where the relaxed program takes half of each. Beside that step later rounds gain little, and they end after a dozen.

Lemma: the puzzle shares no limit with the program and its best is known, so a best plan of both has in it a best plan
of the program, and a bound on both, less the puzzle's best, is a bound on the program.
Proof of its best: a ring of five has at most two yes. With two the number is 0 at least, and the value two yes; with
fewer the number is no less than −FAR, which is worth a tenth of a yes.
"""

from dataclasses import replace

import numpy as np

from alloc.solver.matrix import INF, Matrix, Row, extend

FEWEST, MOST = 60, 200
"""Programs with so many whole decisions are searched like this: three to eight counties in 0.7 to 0.9 of the time, on
seeds by which nothing was chosen. At 11 counties it was 0.98; at 15 and 20 the longer root pays: without it a search
took 1.2 times as long."""

RING = 5
"""Yes and no of the puzzle."""

FAR = 10_000.0
"""How far the number moves, which is more than all decisions of a program of this size do."""

WORTH = 2.0**16
"""What a yes is worth, in middle coefficients of the goal: more than the root gains, and no more than that HiGHS is
handed the goal in the same size as without (`highs.DEAREST`)."""

SOLVED = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
"""A best plan of the puzzle."""


def suits(matrix: Matrix) -> bool:
    """Tell whether a program is of the size at which a short root pays."""
    return FEWEST <= int(matrix.integer.sum()) <= MOST


def add_puzzle(matrix: Matrix) -> Matrix:
    """Return a program with one goal and the puzzle behind its decisions, which is worth nothing at its best."""
    first = len(matrix.lower)
    ring, number = first + np.arange(RING), first + RING
    both: list[Row] = [
        (np.sort(ring[[i, (i + 1) % RING]]).astype(np.int32), np.ones(2), -INF, 1.0) for i in range(RING)
    ]
    away = [
        (np.append(ring, number).astype(np.int32), np.append(np.full(RING, -2 * FAR), 1.0), -4 * FAR, INF),
        (np.append(ring[:-1], number).astype(np.int32), np.append(np.full(RING - 1, -FAR), 1.0), -2 * FAR, INF),
    ]
    lower, upper = np.append(np.zeros(RING), -FAR), np.append(np.ones(RING), 2 * FAR)
    more = extend(matrix, lower, upper, np.ones(RING + 1, dtype=bool), [*both, *away])
    coefficients = np.abs(matrix.goals[matrix.goals != 0])
    worth = WORTH * (float(np.median(coefficients)) if len(coefficients) else 1.0)
    goals = more.goals.copy()
    goals[:, ring], goals[:, number] = worth, -worth / (10 * FAR)
    return replace(more, goals=goals, constants=more.constants - 2 * worth)
