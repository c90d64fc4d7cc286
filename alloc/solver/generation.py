"""Column generation: prices from the master, plans from the blocks, and the best bound that the prices prove.

First prices are those of the relaxed program as a whole. Blocks are asked at these, then between the best
prices so far and the master's, round after round: loosely at first, as good prices need no exact answers. The
master may miss coupling rows, so that its prices stay within a box around the best ones. Between two rounds of
searches the whole decisions that the master uses are filled with money anew, at its own prices, until that helps
no more: linear programs, each a hundredth of a search.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from alloc.solver import highs
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition
from alloc.solver.highs import Settings, Why
from alloc.solver.master import MasterSolution, RestrictedMaster, lagrangian_bound
from alloc.solver.matrix import INF, Floats, Matrix
from alloc.solver.pricing import PricingRequest, PricingResult
from alloc.solver.workers import Workers

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

LOOSE = (0.15, 0.05, 0.015)
"""Parts of the value that the searches of the first rounds may leave open together."""

FILLS, FILLED = 10, 0.02
"""How often whole decisions are filled anew in a round, and the part of the asked gap that calls for once more."""

FLOOR = 0.03
"""A coupling row without a price is taken to have this part of the largest one, where room around it is needed."""

LACK = 1e-6
"""A smaller lack than this is rounding."""


EXACT = 20_000
"""With more columns than this the first prices are those of the relaxed program solved roughly."""

ROUGH = 1e-2
"""Tolerance of a rough solve: prices as good to begin with, ten times sooner at 832 counties."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxed program: why it ended, value, and prices of all rows; the value is a bound only where exact."""

    why: Why
    value: float
    prices: Floats
    exact: bool


@dataclass
class Search:
    """What column generation has: the master, the best bound with its prices, the blocks' bounds and plans there.

    next_prices: what blocks are asked next; size: of the value, before there is a bound; sure: whether the
    relaxed program is known to have a plan; width: of the box around the best prices; ended: nothing new comes;
    proofs: prices of tight rounds with every block's bound there, the best last.
    """

    parts: Decomposition
    weights: Floats
    master: RestrictedMaster
    bound: float
    prices: Floats
    next_prices: Floats
    size: float = 1.0
    sure: bool = False
    at_best: Sequence[PricingResult] = ()
    proofs: list[tuple[Floats, Floats]] = field(default_factory=list)
    mix: MasterSolution | None = None
    impossible: bool = False
    ended: bool = False
    rounds: int = 0
    width: float = WIDTH

    def draw(self, mix: MasterSolution) -> None:
        """Ask next between the best prices and the master's."""
        self.next_prices = DRAWN * self.prices + (1 - DRAWN) * mix.prices

    def near(self, part: float) -> bool:
        """Tell whether the master has a mix without lack, as near the bound as this part of its value."""
        return self.mix is not None and self.mix.slack <= LACK and self.open() <= part

    def open(self) -> float:
        """Return how far the master's value is from the bound, as a part of it; infinite before there is a mix."""
        return INF if self.mix is None else (self.bound - self.mix.value) / max(1.0, abs(self.mix.value))


def relaxed(matrix: Matrix, weights: Floats, deadline: Deadline) -> Relaxed:
    """Solve the program without whole decisions, a large one roughly: its prices are a start."""
    if len(matrix.lower) > EXACT:
        rough = _relaxed(matrix, weights, deadline, {"solver": "pdlp", "kkt_tolerance": ROUGH})
        if rough.why is Why.DONE:
            return replace(rough, exact=False)
    return _relaxed(matrix, weights, deadline, {})


def _relaxed(matrix: Matrix, weights: Floats, deadline: Deadline, settings: Settings) -> Relaxed:
    relaxed_ = replace(matrix, integer=np.zeros(len(matrix.lower), dtype=bool))
    goal, constant = weights @ matrix.goals, float(weights @ matrix.constants)
    best = highs.search(relaxed_, goal, constant, deadline, settings=settings)
    prices = np.zeros(matrix.rows.count) if best.prices is None else best.prices
    return Relaxed(best.why, best.value, prices, True)


def tolls(parts: Decomposition, prices: Floats, times: float) -> Floats:
    """Return what a lack of each coupling row costs in the master."""
    typical = float(np.abs(prices).max(initial=0.0)) or 1.0
    return times * np.maximum(np.abs(prices), FLOOR * typical)


def begin(parts: Decomposition, weights: Floats, prices: Floats) -> Search:
    """Return a search that has prices of the coupling rows but no plans yet."""
    master = RestrictedMaster(parts, weights, tolls(parts, prices, 1.0))
    return Search(parts, weights, master, INF, prices, prices)


def begun(parts: Decomposition, weights: Floats, start: Relaxed) -> Search:
    """Return a search that begins with the relaxed program."""
    search = begin(parts, weights, start.prices[parts.coupling])
    search.bound = start.value if start.exact else INF
    search.size, search.sure = max(1.0, abs(start.value)), start.exact
    return search


def generate(
    search: Search,
    hands: Workers,
    deadline: Deadline,
    early: Deadline,
    gap: float,
    near: float,
    tell: Callable[[Search], None] = lambda search: None,
) -> None:
    """Add plans until the master's value is as near the bound as asked, or nothing new comes.

    early: how long to go on once there is a mix of plans at all.
    gap, near: relative; that of the whole answer, and that between bound and master at which to stop. The
    search is changed in place and can be taken up again; `impossible` where a block has no plan.
    """
    while not (search.ended or search.impossible or search.near(near)):
        deadline = deadline if search.mix is None else early
        if deadline.over():
            return
        new = _asked(search, hands, deadline, search.next_prices, _fine(search, gap))
        mix = None if search.impossible else refilled(search, hands, deadline, gap)
        if mix is None:
            return
        search.mix, search.rounds = mix, search.rounds + 1
        tell(search)
        _go_on(search, mix, new, deadline, near)


def _go_on(search: Search, mix: MasterSolution, new: int, deadline: Deadline, near: float) -> None:
    """Decide where to ask next, with more room around the best prices where these hinder, or to end."""
    search.ended = search.rounds >= ROUNDS
    lacking, tight = mix.slack > LACK, search.rounds > len(LOOSE)
    if lacking and search.rounds >= len(LOOSE) and not search.sure:
        exact = _relaxed(search.parts.matrix, search.weights, deadline, {})
        search.sure, search.impossible = True, exact.why is Why.INFEASIBLE
    close = search.open() <= near
    if tight and new == 0 and not lacking:
        search.ended = True
    elif tight and lacking and (close or new == 0):
        search.width *= WIDER
        search.ended = search.ended or search.width > HOPELESS
        search.mix = mix = _remixed(search, deadline, mix)
    search.draw(mix)


def _fine(search: Search, gap: float) -> float:
    """Return what the searches may leave open together, in the goal's unit."""
    loose = LOOSE[search.rounds] if search.rounds < len(LOOSE) else 0.0
    size = max(1.0, abs(search.bound)) if np.isfinite(search.bound) else search.size
    return max(1e-9, max(FINE * gap, loose) * size)


def refilled(search: Search, hands: Workers, deadline: Deadline, gap: float) -> MasterSolution | None:
    """Return the master's mix after filling the whole decisions that it uses at its own prices, while that helps."""
    mix = _mixed(search, deadline)
    for _ in range(FILLS):
        if mix is None or deadline.over():
            break
        asks = [PricingRequest(search.weights, mix.prices, 0.0, deadline.left, held) for held in used(search, mix)]
        answers = hands.price(asks, deadline.over)
        if not sum(search.master.add_plans(k, answer.plans) for k, answer in enumerate(answers)):
            break
        before, mix = mix, _remixed(search, deadline, mix)
        gain = mix.value - before.value
        if mix.slack <= LACK and gain <= FILLED * gap * max(1.0, abs(mix.value)):
            break
    return mix


def used(search: Search, mix: MasterSolution) -> list[Floats]:
    """Return for every block the whole decisions of the plans that the master uses, a row each."""
    blocks = search.parts.blocks
    found: list[dict[bytes, Floats]] = [{} for _ in blocks]
    for weight, (k, plan) in zip(mix.plan_weights, search.master.plans, strict=True):
        if weight > LACK:
            numbers = plan[blocks[k].integer]
            found[k][numbers.tobytes()] = numbers
    return [np.array(list(rows.values())) for rows in found]


def _mixed(search: Search, deadline: Deadline) -> MasterSolution | None:
    """Return the master's mix, its prices within a box around the best ones; the last one where none is found."""
    return _new_mix(search, deadline) if search.mix is None else _remixed(search, deadline, search.mix)


def _remixed(search: Search, deadline: Deadline, before: MasterSolution) -> MasterSolution:
    """Return the master's mix, or the one before, in which plans that were offered since have no weight."""
    new = len(search.master.plans) - len(before.plan_weights)
    same = replace(before, plan_weights=np.append(before.plan_weights, np.zeros(new)))
    return _new_mix(search, deadline) or same


def _new_mix(search: Search, deadline: Deadline) -> MasterSolution | None:
    room = tolls(search.parts, search.prices, search.width)
    search.master.set_dual_box(search.prices - room, search.prices + room)
    return search.master.solve(deadline.brief())


def _asked(search: Search, hands: Workers, deadline: Deadline, prices: Floats, fine: float) -> int:
    """Ask the blocks at some prices and keep what they answer; return how many plans are new.

    fine: what the searches may leave open together, in the goal's unit.
    """
    parts = search.parts
    ask = PricingRequest(search.weights, prices, fine / len(parts.blocks), deadline.left)
    answers = hands.price([ask] * len(parts.blocks), deadline.over)
    bounds = np.array([answer.bound for answer in answers])
    if (bounds == -INF).any():
        search.impossible = True
        return 0
    proven = lagrangian_bound(parts, search.weights, prices, bounds)
    if proven < search.bound or not search.at_best:
        search.prices, search.at_best = prices, answers
        if search.rounds >= len(LOOSE) and np.isfinite(proven):
            search.proofs.append((prices, bounds))
    search.bound = min(search.bound, proven)
    return sum(search.master.add_plans(k, answer.plans) for k, answer in enumerate(answers))


def hopeless(parts: Decomposition, known: RestrictedMaster, start: Floats, hands: Workers, deadline: Deadline) -> bool:
    """Tell whether it is proven that no plan keeps all coupling rows, by prices at which every mix lacks something."""
    nothing = np.zeros_like(known.weights)
    master = RestrictedMaster(parts, nothing, np.ones(parts.rows.count))
    for k, plan in known.plans:
        master.add_plans(k, plan[None])
    search = Search(parts, nothing, master, INF, start, start)
    for _ in range(ROUNDS):
        mix = master.solve(deadline)
        if mix is None or mix.slack <= LACK or deadline.over():
            return False
        new = _asked(search, hands, deadline, mix.prices, 1e-9 * len(known.parts.blocks))
        if search.impossible:
            return True
        if search.bound < -LACK * max(1.0, float(np.abs(mix.prices).max())):
            return True
        if new == 0:
            return False
    return False
