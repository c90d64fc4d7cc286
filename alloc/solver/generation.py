"""Column generation: prices from the master, plans from the blocks, and the best bound that the prices prove.

First prices are those of the relaxed program as a whole. Blocks are asked at these, then between the best
prices so far and the master's, round after round. The master may miss coupling rows, so that its prices stay
within a box around the best ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from alloc.solver.master import Master, Mix, bound
from alloc.solver.matrix import INF, Floats, Matrix, program
from alloc.solver.patience import Patience
from alloc.solver.pricing import Answer, Ask
from alloc.solver.structure import Structure
from alloc.solver.workers import StoppedError, Workers

DRAWN = 0.5
"""How far the master's prices are drawn towards the best ones."""

ROUNDS = 40
"""Rounds after which the bound is as good as it gets in reasonable time."""

WIDTH, WIDER = 1.0, 4.0
"""How far the master's prices may be from the best ones, as a part of them, and how this grows where it hinders."""

HOPELESS = 1e5
"""A lack that remains at so many multiples calls for a proof that there is no plan at all."""

FINE = 0.2
"""Part of the asked gap that the blocks' own searches may leave open together."""

FLOOR = 0.03
"""A coupling row without a price is taken to have this part of the largest one, where room around it is needed."""

LACK = 1e-6
"""A smaller lack than this is rounding."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxed program: its status, value, and prices of all rows."""

    status: highspy.HighsModelStatus
    value: float
    prices: Floats


@dataclass
class Search:
    """What column generation has: the master, the best bound with its prices, the blocks' bounds and plans there.

    next_prices: what blocks are asked next; width: of the box around the best prices; ended: nothing new comes.
    """

    parts: Structure
    weights: Floats
    master: Master
    bound: float
    prices: Floats
    next_prices: Floats
    at_best: Sequence[Answer] = ()
    mix: Mix | None = None
    impossible: bool = False
    ended: bool = False
    rounds: int = 0
    width: float = WIDTH


def relaxed(matrix: Matrix, weights: Floats, patience: Patience) -> Relaxed:
    """Solve the program without whole decisions: its prices are a start, its value a bound."""
    solver = program(matrix.lower, matrix.upper, None, matrix.rows, weights @ matrix.goals)
    patience.run(solver)
    status = solver.getModelStatus()
    value = solver.getInfo().objective_function_value + float(weights @ matrix.constants)
    return Relaxed(status, value, np.array(solver.getSolution().row_dual))


def tolls(parts: Structure, prices: Floats, times: float) -> Floats:
    """Return what a lack of each coupling row costs in the master."""
    typical = float(np.abs(prices).max(initial=0.0)) or 1.0
    return times * np.maximum(np.abs(prices), FLOOR * typical)


def begin(parts: Structure, weights: Floats, start: Relaxed) -> Search:
    """Return a search that has prices but no plans yet."""
    prices = start.prices[parts.coupling]
    master = Master(parts, weights, tolls(parts, prices, 1.0))
    return Search(parts, weights, master, start.value, prices, prices)


def generate(
    search: Search,
    hands: Workers,
    patience: Patience,
    gap: float,
    near: float,
    tell: Callable[[Search], None] = lambda search: None,
) -> None:
    """Add plans until the master's value is as near the bound as asked, or nothing new comes.

    gap, near: relative; that of the whole answer, and that between bound and master at which to stop. The
    search is changed in place and can be taken up again; `impossible` where a block has no plan.
    """
    while not search.ended and not search.impossible and not patience.over():
        new = _asked(search, hands, patience, search.next_prices, gap)
        mix = None if new is None else _mixed(search)
        if search.impossible or mix is None:
            search.mix = mix
            return
        search.mix, search.rounds = mix, search.rounds + 1
        search.ended = search.rounds >= ROUNDS
        tell(search)
        close = search.bound - mix.value <= near * max(1.0, abs(mix.value))
        if mix.lack <= LACK and new == 0:
            search.ended = True
        elif mix.lack > LACK and (close or new == 0):
            search.width *= WIDER
            search.ended = search.ended or search.width > HOPELESS
            search.mix = mix = _mixed(search) or mix
        search.next_prices = DRAWN * search.prices + (1 - DRAWN) * mix.prices
        if mix.lack <= LACK and close:
            return


def _mixed(search: Search) -> Mix | None:
    """Return the master's mix, its prices within a box around the best ones."""
    room = tolls(search.parts, search.prices, search.width)
    search.master.toll(search.prices - room, search.prices + room)
    return search.master.mix()


def _asked(search: Search, hands: Workers, patience: Patience, prices: Floats, gap: float) -> int | None:
    """Ask the blocks at some prices and keep what they answer; return how many plans are new, None if stopped."""
    parts = search.parts
    size = max(1.0, abs(search.bound) if np.isfinite(search.bound) else 1.0)
    fine = max(1e-9, FINE * gap * size / len(parts.blocks))
    try:
        [answers] = hands.price([Ask(search.weights, prices, fine, patience.left)], patience.over)
    except StoppedError:
        return None
    bounds = np.array([answer.bound for answer in answers])
    if (bounds == -INF).any():
        search.impossible = True
        return 0
    proven = bound(parts, search.weights, prices, bounds)
    if proven < search.bound or not search.at_best:
        search.prices, search.at_best = prices, answers
    search.bound = min(search.bound, proven)
    return sum(search.master.offer(k, answer.plans) for k, answer in enumerate(answers))


def hopeless(parts: Structure, known: Master, start: Floats, hands: Workers, patience: Patience) -> bool:
    """Tell whether it is proven that no plan keeps all coupling rows, by prices at which every mix lacks something."""
    nothing = np.zeros_like(known.weights)
    master = Master(parts, nothing, np.ones(parts.rows.count))
    for k, plan in known.plans:
        master.offer(k, plan[None])
    search = Search(parts, nothing, master, INF, start, start)
    for _ in range(ROUNDS):
        mix = master.mix()
        if mix is None or mix.lack <= LACK:
            return False
        new = _asked(search, hands, patience, mix.prices, 1e-9)
        if new is None or search.impossible:
            return search.impossible
        if search.bound < -LACK * max(1.0, float(np.abs(mix.prices).max())):
            return True
        if new == 0:
            return False
    return False
