"""Column generation: prices from the master, plans from the blocks, and the best bound that the prices prove.

First prices are those of the relaxed program as a whole, at which blocks prove within some 0.1 % of what they ever do.
Blocks are asked at these, then between the best prices so far and the master's (Wentges smoothing), round after round.
The master may miss coupling rows, so that its prices stay within a box around the best ones (boxstep). Between two
rounds of searches the whole decisions that the master uses are filled with money anew, at its own prices, until that
helps no more: linear programs, each a hundredth of a search.

Lemmas: whatever the prices, the blocks' own bounds there bound every plan (`master.lagrangian_bound`), so the box and
the smoothing move only which prices are asked, never what is proven. A box that hinders shows itself as slack in the
master's solution, and grows. A block without a plan, or prices at which every mix of plans lacks something (the Farkas
proof of `prove_infeasible`), show that there is no plan at all.
Sources: G. Dantzig, P. Wolfe, Operations Research 8 (1960); R. Marsten, W. Hogan, J. Blankenship, Operations Research
23 (1975), boxstep; P. Wentges, International Transactions in Operational Research 4 (1997), smoothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition
from alloc.solver.dual_bound import DualBound, Proof
from alloc.solver.lp_relaxation import LpRelaxation, solve_relaxed
from alloc.solver.master import MasterSolution, RestrictedMaster, lagrangian_bound
from alloc.solver.matrix import INF, Floats
from alloc.solver.outcome import Why
from alloc.solver.pricing import PricingRequest, PricingResult
from alloc.solver.pricing_pool import PricingPool

SMOOTHING = 0.5
"""How far the master's prices are drawn towards the best ones."""

ROUNDS = 40
"""Rounds after which the bound is as good as it gets in reasonable time."""

BOX, BOX_GROWTH, WIDEST_BOX = 1.0, 4.0, 1e5
"""How far the master's prices may be from the best ones, as a part of them; how this grows where it hinders, and at
which width slack that remains calls for a proof that there is no plan at all."""

PRICING_PART = 0.2
"""Part of the asked gap that the blocks' own searches may leave open together."""

REFILLS, REFILL_GAIN = 10, 0.02
"""How often whole decisions are filled anew in a round, and the part of the asked gap that calls for once more."""

DOUBT = 3
"""Rounds after which slack that remains calls for the relaxed program, where that was solved roughly alone: of 832
counties it takes 21 s of a processor, and after the first round there mostly is some slack."""

LEAST_GAIN = 0.01
"""Part of the asked gap by which a round must lower the bound where it finds no new plan, to be followed by another:
at prices drawn towards the best ones no plan may be new though the master's own prices would bring some."""

LEAST_PRICE = 0.03
"""A coupling row without a price is taken to have this part of the largest one, where room around it is needed."""

SLACK_TOLERANCE = 1e-6
"""Less slack than this is rounding."""


class Phase(Enum):
    """Where column generation stands: rounds, and two ends."""

    SEARCHING = "the bound is proven and plans are added"
    FINISHED = "nothing new comes"
    INFEASIBLE = "the relaxed program or a block has no plan"


class ColumnGeneration:
    """The search for plans of the blocks, and for the prices that prove most.

    `master` has the plans, `solution` is its last one (None before there is one), `rounds` how many there were, `size`
    that of the value, before there is a bound. Only this class changes them, but for plans added to the master.
    """

    def __init__(
        self,
        parts: Decomposition,
        weights: Floats,
        dual: DualBound,
        master: RestrictedMaster | None = None,
    ):
        """Begin with a bound and its prices. weights: of the goals; master: with plans, else there are none."""
        self.parts, self.weights, self.phase = parts, weights, Phase.SEARCHING
        self.master = master or RestrictedMaster(parts, weights, slack_costs(dual.prices, 1.0))
        self.solution: MasterSolution | None = None
        self.rounds = 0
        self._dual = dual
        self._next_prices = dual.prices
        self.size = 1.0
        self._box = BOX
        self._relaxable = False  # whether the relaxed program is known to have a plan

    @classmethod
    def from_relaxation(cls, parts: Decomposition, weights: Floats, start: LpRelaxation) -> "ColumnGeneration":
        """Begin with the prices of the relaxed program, and with its value where that is exact."""
        dual = DualBound(start.prices[parts.coupling], start.value if start.exact else INF)
        search = cls(parts, weights, dual)
        search.size, search._relaxable = max(1.0, abs(start.value)), start.exact
        return search

    @classmethod
    def resume(
        cls,
        parts: Decomposition,
        weights: Floats,
        dual: DualBound,
        held: Sequence[Floats],
        pool: PricingPool,
        deadline: Deadline,
        gap: float,
    ) -> "ColumnGeneration":
        """Begin with what searches like it had. held: whole decisions of blocks, a row each."""
        search = cls(parts, weights, dual)
        search.fill(held, dual.prices, pool, deadline)
        if search.refill(pool, deadline, gap) and search.solution is not None:
            search.size = max(1.0, abs(search.solution.value))
        return search

    @property
    def bound(self) -> float:
        """No plan is better, as far as proven."""
        return self._dual.value

    @property
    def prices(self) -> Floats:
        """The prices that prove most."""
        return self._dual.prices

    @property
    def best_results(self) -> Sequence[PricingResult]:
        """What the blocks answered at the prices that prove most."""
        return self._dual.results

    @property
    def proofs(self) -> list[Proof]:
        """Proofs that hold for every question with the same blocks, the best last."""
        return self._dual.latest_proofs

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that there is no plan."""
        return self.phase is Phase.INFEASIBLE

    @property
    def ended(self) -> bool:
        """Whether further rounds would change nothing."""
        return self.phase in (Phase.FINISHED, Phase.INFEASIBLE)

    @property
    def lacking(self) -> bool:
        """Whether the master's solution has slack."""
        return self.solution is not None and self.solution.slack > SLACK_TOLERANCE

    def relative_gap(self) -> float:
        """Return how far the master's value is from the bound, as a part of it; infinite before there is one."""
        if self.solution is None:
            return INF
        return (self.bound - self.solution.value) / max(1.0, abs(self.solution.value))

    def is_near(self, gap: float) -> bool:
        """Tell whether the master has a solution without slack, as near the bound as this part of its value."""
        return not self.lacking and self.relative_gap() <= gap

    def run(
        self,
        pool: PricingPool,
        deadline: Deadline,
        early: Deadline,
        gap: float,
        near: float,
        tell: Callable[["ColumnGeneration"], None] = lambda search: None,
    ) -> None:
        """Add plans until the master's value is as near the bound as asked, or nothing new comes.

        early: how long to go on once the master has a solution at all.
        gap, near: relative; that of the whole answer, and that between bound and master at which to stop. The
        search can be taken up again.
        """
        while not (self.ended or self.is_near(near)):
            left = deadline if self.solution is None else early
            if left.over():
                return
            before = self.bound
            new = self.price_blocks(self._next_prices, self._pricing_gap(gap), pool, left) > 0
            if self.infeasible or not self.refill(pool, left, gap):
                return
            self.rounds += 1
            tell(self)
            gain = before - self.bound > LEAST_GAIN * gap * max(1.0, abs(self.bound))
            self._advance(new or gain, left, near)

    def price_blocks(self, prices: Floats, gap: float, pool: PricingPool, deadline: Deadline) -> int:
        """Ask the blocks at some prices and keep what they answer; return how many plans are new.

        gap: what the searches may leave open together, in the goal's unit.
        """
        request = PricingRequest(self.weights, prices, gap / len(self.parts.blocks), deadline.left)
        results = pool.price([replace(request, start=x) for x in self.master.best_plans(prices)], deadline.over)
        bounds = np.array([result.bound for result in results])
        if (bounds == -INF).any():
            self.phase = Phase.INFEASIBLE
            return 0
        proven = lagrangian_bound(self.parts, self.weights, prices, bounds)
        self._dual.improve(proven, (prices, bounds), results)
        return self._add_plans(results)

    def refill(self, pool: PricingPool, deadline: Deadline, gap: float) -> bool:
        """Solve the master, and fill the whole decisions that it uses anew at its own prices, while that helps.

        Return whether the master could be solved at all.
        """
        solution = self._solve_master(self.solution, deadline)
        if solution is None:
            return False
        for _ in range(REFILLS):
            if deadline.over() or not self.fill(self.used_integers(solution), solution.prices, pool, deadline):
                break
            before, solution = solution, self._solve_master(solution, deadline) or solution
            gain = solution.value - before.value
            if solution.slack <= SLACK_TOLERANCE and gain <= REFILL_GAIN * gap * max(1.0, abs(solution.value)):
                break
        self._take(solution)
        return True

    def fill(self, held: Sequence[Floats], prices: Floats, pool: PricingPool, deadline: Deadline) -> int:
        """Fill whole decisions of the blocks, a row each, at some prices; return how many plans are new."""
        requests = [PricingRequest(self.weights, prices, 0.0, deadline.left, rows) for rows in held]
        return self._add_plans(pool.price(requests, deadline.over))

    def offer(self, x: Floats) -> None:
        """Let the master use a plan of the whole, block by block."""
        for k, block in enumerate(self.parts.blocks):
            self.master.add_plans(k, x[block.columns][None])
        if self.solution is not None:
            self.solution = self._with_new_plans(self.solution)

    def used_integers(self, solution: MasterSolution) -> list[Floats]:
        """Return for every block the whole decisions of the plans that the master uses, a row each."""
        blocks = self.parts.blocks
        found: list[dict[bytes, Floats]] = [{} for _ in blocks]
        for weight, (k, plan) in zip(solution.plan_weights, self.master.plans, strict=True):
            if weight > SLACK_TOLERANCE:
                numbers = plan[blocks[k].integer]
                found[k][numbers.tobytes()] = numbers
        return [np.array(list(rows.values())) for rows in found]

    def _add_plans(self, results: Sequence[PricingResult]) -> int:
        return sum(self.master.add_plans(k, result.plans) for k, result in enumerate(results))

    def _pricing_gap(self, gap: float) -> float:
        """Return what the searches may leave open together, in the goal's unit."""
        size = max(1.0, abs(self.bound)) if np.isfinite(self.bound) else self.size
        return max(1e-9, PRICING_PART * gap * size)

    def _solve_master(self, before: MasterSolution | None, deadline: Deadline) -> MasterSolution | None:
        """Return the master's solution, its prices within the box around the best ones.

        Where none is found it is the one before, in which plans that were added since have no weight.
        """
        room = slack_costs(self.prices, self._box)
        self.master.set_dual_box(self.prices - room, self.prices + room)
        found = self.master.solve(deadline.brief())
        if found is not None or before is None:
            return found
        return self._with_new_plans(before)

    def _with_new_plans(self, solution: MasterSolution) -> MasterSolution:
        """Return a solution of the master in which plans that were added since have no weight."""
        new = len(self.master.plans) - len(solution.plan_weights)
        return replace(solution, plan_weights=np.append(solution.plan_weights, np.zeros(new)))

    def _advance(self, gained: bool, deadline: Deadline, near: float) -> None:
        """Decide after a round where to ask next, in which phase, or whether to end. gained: a plan, or a bound."""
        self._tighten(gained, deadline, near)
        if self.rounds >= ROUNDS and not self.infeasible:
            self.phase = Phase.FINISHED

    def _tighten(self, gained: bool, deadline: Deadline, near: float) -> None:
        """End where nothing is gained; where slack remains though little is left to gain, the box is what hinders."""
        if not gained and not self.lacking:
            self.phase = Phase.FINISHED
        hinders = not gained or self.relative_gap() <= near
        doubtful = self.lacking and (hinders or self.rounds >= DOUBT)
        if doubtful and not self._can_relax(deadline):
            self.phase = Phase.INFEASIBLE
        while self.lacking and hinders and not (self.ended or deadline.over()):
            self._widen_box(deadline)
            hinders = self.relative_gap() <= near

    def _can_relax(self, deadline: Deadline) -> bool:
        """Tell whether the relaxed program has a plan, which a rough solve of it has left open; asked once."""
        if self._relaxable:
            return True
        self._relaxable = True
        return solve_relaxed(self.parts.matrix, self.weights, deadline).why is not Why.INFEASIBLE

    def _widen_box(self, deadline: Deadline) -> None:
        """Give the master's prices more room, as slack is cheaper to it than what the rows ask for."""
        self._box *= BOX_GROWTH
        if self._box > WIDEST_BOX:
            self.phase = Phase.FINISHED
        self._take(self._solve_master(self.solution, deadline) or self.solution)

    def _take(self, solution: MasterSolution | None) -> None:
        """Take what the master has found, and ask next between the best prices and the master's."""
        self.solution = solution
        if solution is not None:
            self._next_prices = SMOOTHING * self.prices + (1 - SMOOTHING) * solution.prices


def slack_costs(prices: Floats, times: float) -> Floats:
    """Return what slack in each coupling row costs in the master: so many times its price."""
    typical = float(np.abs(prices).max(initial=0.0)) or 1.0
    return times * np.maximum(np.abs(prices), LEAST_PRICE * typical)


def prove_infeasible(
    parts: Decomposition, known: RestrictedMaster, prices: Floats, pool: PricingPool, deadline: Deadline
) -> bool:
    """Tell whether it is proven that no plan keeps all coupling rows (phase one of column generation).

    The goal is nothing but to keep the rows, slack costing one a unit. A Lagrangian bound below zero is then a Farkas
    proof: prices at which every mix of the blocks' plans lacks something. known: plans to begin with.
    """
    nothing = np.zeros_like(known.weights)
    master = RestrictedMaster(parts, nothing, np.ones(parts.rows.count))
    for k, plan in known.plans:
        master.add_plans(k, plan[None])
    search = ColumnGeneration(parts, nothing, DualBound(prices), master=master)
    for _ in range(ROUNDS):
        solution = master.solve(deadline)
        if solution is None or solution.slack <= SLACK_TOLERANCE or deadline.over():
            return False
        new = search.price_blocks(solution.prices, 1e-9 * len(parts.blocks), pool, deadline)
        if search.infeasible or search.bound < -SLACK_TOLERANCE * max(1.0, float(np.abs(solution.prices).max())):
            return True
        if new == 0:
            return False
    return False
