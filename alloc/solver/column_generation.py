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
from alloc.solver.pricing_pool import PricingPool

SMOOTHING = 0.5
"""How far the master's prices are drawn towards the best ones."""

ROUNDS = 40
"""Rounds after which the bound is as good as it gets in reasonable time."""

BOX, BOX_GROWTH = 1.0, 4.0
"""How far the master's prices may be from the best ones, as a part of them, and how this grows where it hinders."""

WIDEST_BOX = 1e5
"""A lack that remains at so many multiples calls for a proof that there is no plan at all."""

PRICING_PART = 0.2
"""Part of the asked gap that the blocks' own searches may leave open together."""

LOOSE_GAPS = (0.15, 0.05, 0.015)
"""Parts of the value that the searches of the first rounds may leave open together."""

REFILLS, REFILL_GAIN = 10, 0.02
"""How often whole decisions are filled anew in a round, and the part of the asked gap that calls for once more."""

LEAST_PRICE = 0.03
"""A coupling row without a price is taken to have this part of the largest one, where room around it is needed."""

SLACK_TOLERANCE = 1e-6
"""A smaller lack than this is rounding."""


EXACT_UP_TO = 20_000
"""With more columns than this the first prices are those of the relaxed program solved roughly."""

ROUGH_TOLERANCE = 1e-2
"""Tolerance of a rough solve: prices as good to begin with, ten times sooner at 832 counties."""


@dataclass(frozen=True)
class LpRelaxation:
    """The relaxed program: why it ended, value, and prices of all rows; the value is a bound only where exact."""

    why: Why
    value: float
    prices: Floats
    exact: bool


@dataclass
class ColumnGeneration:
    """What column generation has: the master, the best bound with its prices, the blocks' bounds and plans there.

    next_prices: what blocks are asked next; size: of the value, before there is a bound; sure: whether the
    relaxed program is known to have a plan; box: width of that around the best prices; ended: nothing new comes;
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
    best_results: Sequence[PricingResult] = ()
    proofs: list[tuple[Floats, Floats]] = field(default_factory=list)
    solution: MasterSolution | None = None
    infeasible: bool = False
    ended: bool = False
    rounds: int = 0
    box: float = BOX

    def smooth(self, mix: MasterSolution) -> None:
        """Ask next between the best prices and the master's."""
        self.next_prices = SMOOTHING * self.prices + (1 - SMOOTHING) * mix.prices

    def is_near(self, part: float) -> bool:
        """Tell whether the master has a mix without lack, as near the bound as this part of its value."""
        return self.solution is not None and self.solution.slack <= SLACK_TOLERANCE and self.relative_gap() <= part

    def relative_gap(self) -> float:
        """Return how far the master's value is from the bound, as a part of it; infinite before there is a mix."""
        return INF if self.solution is None else (self.bound - self.solution.value) / max(1.0, abs(self.solution.value))


def solve_lp_relaxation(matrix: Matrix, weights: Floats, deadline: Deadline) -> LpRelaxation:
    """Solve the program without whole decisions, a large one roughly: its prices are a start."""
    if len(matrix.lower) > EXACT_UP_TO:
        rough = _solve_relaxed(matrix, weights, deadline, {"solver": "pdlp", "kkt_tolerance": ROUGH_TOLERANCE})
        if rough.why is Why.DONE:
            return replace(rough, exact=False)
    return _solve_relaxed(matrix, weights, deadline, {})


def _solve_relaxed(matrix: Matrix, weights: Floats, deadline: Deadline, settings: Settings) -> LpRelaxation:
    relaxed_ = replace(matrix, integer=np.zeros(len(matrix.lower), dtype=bool))
    goal, constant = weights @ matrix.goals, float(weights @ matrix.constants)
    best = highs.search(relaxed_, goal, constant, deadline, settings=settings)
    prices = np.zeros(matrix.rows.count) if best.prices is None else best.prices
    return LpRelaxation(best.why, best.value, prices, True)


def slack_costs(parts: Decomposition, prices: Floats, times: float) -> Floats:
    """Return what a lack of each coupling row costs in the master."""
    typical = float(np.abs(prices).max(initial=0.0)) or 1.0
    return times * np.maximum(np.abs(prices), LEAST_PRICE * typical)


def start_at(parts: Decomposition, weights: Floats, prices: Floats) -> ColumnGeneration:
    """Return a search that has prices of the coupling rows but no plans yet."""
    master = RestrictedMaster(parts, weights, slack_costs(parts, prices, 1.0))
    return ColumnGeneration(parts, weights, master, INF, prices, prices)


def start_from(parts: Decomposition, weights: Floats, start: LpRelaxation) -> ColumnGeneration:
    """Return a search that begins with the relaxed program."""
    search = start_at(parts, weights, start.prices[parts.coupling])
    search.bound = start.value if start.exact else INF
    search.size, search.sure = max(1.0, abs(start.value)), start.exact
    return search


def generate_columns(
    search: ColumnGeneration,
    pool: PricingPool,
    deadline: Deadline,
    early: Deadline,
    gap: float,
    near: float,
    tell: Callable[[ColumnGeneration], None] = lambda search: None,
) -> None:
    """Add plans until the master's value is as near the bound as asked, or nothing new comes.

    early: how long to go on once there is a mix of plans at all.
    gap, near: relative; that of the whole answer, and that between bound and master at which to stop. The
    search is changed in place and can be taken up again; `infeasible` where a block has no plan.
    """
    while not (search.ended or search.infeasible or search.is_near(near)):
        deadline = deadline if search.solution is None else early
        if deadline.over():
            return
        new = _price_blocks(search, pool, deadline, search.next_prices, _pricing_gap(search, gap))
        mix = None if search.infeasible else refill_master(search, pool, deadline, gap)
        if mix is None:
            return
        search.solution, search.rounds = mix, search.rounds + 1
        tell(search)
        _decide_next(search, mix, new, deadline, near)


def _decide_next(search: ColumnGeneration, mix: MasterSolution, new: int, deadline: Deadline, near: float) -> None:
    """Decide where to ask next, with more room around the best prices where these hinder, or to end."""
    search.ended = search.rounds >= ROUNDS
    lacking, tight = mix.slack > SLACK_TOLERANCE, search.rounds > len(LOOSE_GAPS)
    if lacking and search.rounds >= len(LOOSE_GAPS) and not search.sure:
        exact = _solve_relaxed(search.parts.matrix, search.weights, deadline, {})
        search.sure, search.infeasible = True, exact.why is Why.INFEASIBLE
    close = search.relative_gap() <= near
    if tight and new == 0 and not lacking:
        search.ended = True
    elif tight and lacking and (close or new == 0):
        search.box *= BOX_GROWTH
        search.ended = search.ended or search.box > WIDEST_BOX
        search.solution = mix = _solve_master_again(search, deadline, mix)
    search.smooth(mix)


def _pricing_gap(search: ColumnGeneration, gap: float) -> float:
    """Return what the searches may leave open together, in the goal's unit."""
    loose = LOOSE_GAPS[search.rounds] if search.rounds < len(LOOSE_GAPS) else 0.0
    size = max(1.0, abs(search.bound)) if np.isfinite(search.bound) else search.size
    return max(1e-9, max(PRICING_PART * gap, loose) * size)


def refill_master(search: ColumnGeneration, pool: PricingPool, deadline: Deadline, gap: float) -> MasterSolution | None:
    """Return the master's mix after filling the whole decisions that it uses at its own prices, while that helps."""
    mix = _solve_master(search, deadline)
    for _ in range(REFILLS):
        if mix is None or deadline.over():
            break
        asks = [
            PricingRequest(search.weights, mix.prices, 0.0, deadline.left, held)
            for held in find_used_integers(search, mix)
        ]
        answers = pool.price(asks, deadline.over)
        if not sum(search.master.add_plans(k, answer.plans) for k, answer in enumerate(answers)):
            break
        before, mix = mix, _solve_master_again(search, deadline, mix)
        gain = mix.value - before.value
        if mix.slack <= SLACK_TOLERANCE and gain <= REFILL_GAIN * gap * max(1.0, abs(mix.value)):
            break
    return mix


def find_used_integers(search: ColumnGeneration, mix: MasterSolution) -> list[Floats]:
    """Return for every block the whole decisions of the plans that the master uses, a row each."""
    blocks = search.parts.blocks
    found: list[dict[bytes, Floats]] = [{} for _ in blocks]
    for weight, (k, plan) in zip(mix.plan_weights, search.master.plans, strict=True):
        if weight > SLACK_TOLERANCE:
            numbers = plan[blocks[k].integer]
            found[k][numbers.tobytes()] = numbers
    return [np.array(list(rows.values())) for rows in found]


def _solve_master(search: ColumnGeneration, deadline: Deadline) -> MasterSolution | None:
    """Return the master's mix, its prices within a box around the best ones; the last one where none is found."""
    if search.solution is None:
        return _solve_master_in_box(search, deadline)
    return _solve_master_again(search, deadline, search.solution)


def _solve_master_again(search: ColumnGeneration, deadline: Deadline, before: MasterSolution) -> MasterSolution:
    """Return the master's mix, or the one before, in which plans that were offered since have no weight."""
    new = len(search.master.plans) - len(before.plan_weights)
    same = replace(before, plan_weights=np.append(before.plan_weights, np.zeros(new)))
    return _solve_master_in_box(search, deadline) or same


def _solve_master_in_box(search: ColumnGeneration, deadline: Deadline) -> MasterSolution | None:
    room = slack_costs(search.parts, search.prices, search.box)
    search.master.set_dual_box(search.prices - room, search.prices + room)
    return search.master.solve(deadline.brief())


def _price_blocks(search: ColumnGeneration, pool: PricingPool, deadline: Deadline, prices: Floats, fine: float) -> int:
    """Ask the blocks at some prices and keep what they answer; return how many plans are new.

    fine: what the searches may leave open together, in the goal's unit.
    """
    parts = search.parts
    ask = PricingRequest(search.weights, prices, fine / len(parts.blocks), deadline.left)
    answers = pool.price([ask] * len(parts.blocks), deadline.over)
    bounds = np.array([answer.bound for answer in answers])
    if (bounds == -INF).any():
        search.infeasible = True
        return 0
    proven = lagrangian_bound(parts, search.weights, prices, bounds)
    if proven < search.bound or not search.best_results:
        search.prices, search.best_results = prices, answers
        if search.rounds >= len(LOOSE_GAPS) and np.isfinite(proven):
            search.proofs.append((prices, bounds))
    search.bound = min(search.bound, proven)
    return sum(search.master.add_plans(k, answer.plans) for k, answer in enumerate(answers))


def prove_infeasible(
    parts: Decomposition, known: RestrictedMaster, start: Floats, pool: PricingPool, deadline: Deadline
) -> bool:
    """Tell whether it is proven that no plan keeps all coupling rows, by prices at which every mix lacks something."""
    nothing = np.zeros_like(known.weights)
    master = RestrictedMaster(parts, nothing, np.ones(parts.rows.count))
    for k, plan in known.plans:
        master.add_plans(k, plan[None])
    search = ColumnGeneration(parts, nothing, master, INF, start, start)
    for _ in range(ROUNDS):
        mix = master.solve(deadline)
        if mix is None or mix.slack <= SLACK_TOLERANCE or deadline.over():
            return False
        new = _price_blocks(search, pool, deadline, mix.prices, 1e-9 * len(known.parts.blocks))
        if search.infeasible:
            return True
        if search.bound < -SLACK_TOLERANCE * max(1.0, float(np.abs(mix.prices).max())):
            return True
        if new == 0:
            return False
    return False
