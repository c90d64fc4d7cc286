"""The restricted master: which of the plans that blocks have offered are combined, and at what prices.

One row says that each block uses its plans to one whole; the coupling rows stand as they are; columns
that belong to no block stand beside the plans. Slack in a coupling row can be bought at a price well
above what it should cost, so that there are prices from the first round on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Rows
from alloc.solver.outcome import Stop, Why
from alloc.solver.safe import drop_unusable_prices

CHOOSE, DUAL = 0, 1
"""HiGHS's numbers for the simplex method that suits where it begins, and for the dual one, which it takes unless told.
The mix before is still one after plans were added, so the primal one goes on from there: measured on 82 counties over
three years, the dual one takes half as long again."""


@dataclass(frozen=True)
class MasterSolution:
    """One solve of the master: its value, the prices of the coupling rows, the weight of every plan, the slack."""

    value: float
    prices: Floats
    plan_weights: Floats
    own: Floats
    slack: float


class RestrictedMaster:
    """The restricted master with the plans offered so far; `plans` holds (block, plan) in the order offered."""

    def __init__(self, parts: Decomposition, weights: Floats, slack_costs: Floats):
        """Begin without plans.

        weights: of the goals; slack_costs: what slack costs in each coupling row.
        """
        self.parts, self.weights = parts, weights
        self.plans: list[tuple[int, Floats]] = []
        self._seen: set[tuple[int, bytes]] = set()
        rows, own = parts.rows, parts.own
        self._base = len(own) + 2 * rows.count
        self._live = self._build_program(rows, slack_costs)

    def _build_program(self, rows: Rows, slack_costs: Floats) -> Live:
        parts, own, n = self.parts, self.parts.own, self.parts.rows.count
        place = np.full(len(parts.matrix.lower), -1, dtype=np.int32)
        place[own] = np.arange(len(own), dtype=np.int32)
        kept = place[rows.column] >= 0
        column, value = place[rows.column[kept]], rows.value[kept]
        owner = np.concatenate([rows.owner()[kept], np.repeat(np.arange(n, dtype=np.int32), 2)])
        column = np.concatenate([column, len(own) + np.arange(2 * n, dtype=np.int32)])
        value = np.concatenate([value, np.tile([1.0, -1.0], n)])
        order = np.argsort(owner, kind="stable")
        counts = np.bincount(owner, minlength=n)
        start = np.concatenate([[0], np.cumsum(counts), np.full(len(parts.blocks), len(owner))]).astype(np.int32)
        ones = np.ones(len(parts.blocks))
        joint = Rows(
            start, column[order].astype(np.int32), value[order],
            np.concatenate([rows.lower, ones]), np.concatenate([rows.upper, ones]),
        )  # fmt: skip
        lower = np.concatenate([parts.matrix.lower[own], np.zeros(2 * n)])
        upper = np.concatenate([parts.matrix.upper[own], np.full(2 * n, INF)])
        aim = np.concatenate([self.weights @ parts.matrix.goals[:, own], -np.repeat(slack_costs, 2)])
        live = Live(lower, upper, None, joint, {"simplex_strategy": CHOOSE})
        live.aim(aim)
        return live

    def add_plans(self, k: int, plans: Floats) -> int:
        """Add plans of one block; return how many are new."""
        block = self.parts.blocks[k]
        new = 0
        for plan in plans:
            key = (k, np.round(plan, 7).tobytes())
            if key in self._seen:
                continue
            self._seen.add(key)
            self.plans.append((k, plan))
            part = block.link @ plan
            entries = np.flatnonzero(part)
            index = np.append(block.coupling[entries], self.parts.rows.count + k).astype(np.int32)
            value = np.append(part[entries], 1.0)
            cost = float(self.weights @ (block.goals @ plan))
            self._live.add_column(cost, 0.0, INF, index, value)
            new += 1
        return new

    def best_plans(self, prices: Floats) -> list[Floats | None]:
        """Return for each block the plan that is best at some prices, of those offered so far; None without any."""
        aims = [self.weights @ block.goals - prices[block.coupling] @ block.link for block in self.parts.blocks]
        best: list[Floats | None] = [None] * len(aims)
        values = [-INF] * len(aims)
        for k, plan in self.plans:
            value = float(aims[k] @ plan)
            if value > values[k]:
                best[k], values[k] = plan, value
        return best

    def set_dual_box(self, low: Floats, high: Floats) -> None:
        """Let coupling rows be missed, short or over, so that their prices stay between two limits."""
        first, n = len(self.parts.own), 2 * self.parts.rows.count
        where = np.arange(first, first + n, dtype=np.int32)
        self._live.price(where, np.stack([low, -high], axis=1).ravel())

    def solve(self, deadline: Deadline) -> MasterSolution | None:
        """Return the best mix of the plans; None where some block has no plan yet, or the time is out."""
        best = self._live.run(deadline)
        if best.why is not Why.DONE:
            self._live.begin()
            best = self._live.run(deadline)
        if best.why is not Why.DONE or best.x is None or best.prices is None or not np.isfinite(best.prices).all():
            return None
        first, constant = len(self.parts.own), float(self.weights @ self.parts.matrix.constants)
        return MasterSolution(
            best.value + constant,
            drop_unusable_prices(self.parts.rows, best.prices[: self.parts.rows.count]),
            best.x[self._base :],
            best.x[:first],
            float(best.x[first : self._base].sum()),
        )

    def solve_integer(self, deadline: Deadline, seconds: float, gap: float, slack_costs: Floats) -> list[int] | None:
        """Return one plan for each block by solving the master with whole weights; None where none was found.

        seconds, gap: when to stop; slack_costs: the price of a lack, which the continuous decisions may yet fill.
        """
        plans = np.arange(self._base, self._base + len(self.plans), dtype=np.int32)
        self.set_dual_box(-slack_costs, slack_costs)
        self._live.begin()
        self._live.set({"simplex_strategy": DUAL})
        self._live.make_whole(plans, whole=True)
        best = self._live.run(deadline, Stop(part=gap, seconds=seconds))
        found: list[int] = [] if best.x is None else np.flatnonzero(best.x[self._base :] > 0.5).tolist()
        self._live.make_whole(plans, whole=False)
        self._live.set({"simplex_strategy": CHOOSE})
        self._live.begin()
        return found if len(found) == len(self.parts.blocks) else None

    def assemble(self, chosen: Sequence[int], own: Floats) -> Floats:
        """Return the plan of the whole: one plan of each block, and values of the master's columns."""
        x = np.zeros(len(self.parts.matrix.lower))
        x[self.parts.own] = own
        for i in chosen:
            k, plan = self.plans[i]
            x[self.parts.blocks[k].columns] = plan
        return x


def lagrangian_bound(parts: Decomposition, weights: Floats, prices: Floats, bounds: Floats) -> float:
    """Return a value that no plan exceeds, from the blocks' own bounds at exactly these prices.

    Lemma (Lagrangian, or Dantzig–Wolfe, bound): for prices y of the coupling rows A x, a plan is worth
    c·x = (c − Aᵀy)·x + y·(A x), so at most Σ blocks' best of (c − Aᵀy) + Σ master columns at their better end
    + Σ y times the better side of its row. It holds for any y, and for bounds of the blocks in place of their best.
    """
    rows, own, matrix = parts.rows, parts.own, parts.matrix
    reduced = weights @ matrix.goals
    reduced -= np.bincount(rows.column, rows.value * prices[rows.owner()], len(reduced))
    reduced = reduced[own]
    at_best = np.where(reduced > 0, matrix.upper[own], matrix.lower[own])
    sides = np.where(prices > 0, rows.upper, rows.lower)
    used, live = reduced != 0, prices != 0
    beside = float(reduced[used] @ at_best[used]) + float(prices[live] @ sides[live])
    return float(bounds.sum()) + beside + float(weights @ matrix.constants)
