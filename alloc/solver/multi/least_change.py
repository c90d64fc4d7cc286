"""Of plans nearly as good as the best, the one that changes least aid from another plan.

Each goal is held at its tolerance by a row, as for other nearly best plans, and the change is what is minimised: a sum
over payments, so that it falls apart by county as the goals do and blocks search it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance, Options
from alloc.model import build_years, each_year, goals_in_order
from alloc.model.aims import add_change
from alloc.solution import Solution
from alloc.solver.conclusion import HELD
from alloc.solver.deadline import Deadline
from alloc.solver.least_money import LEAST_TIME, LOTS_TIME, improve_and_bound
from alloc.solver.matrix import INF, Floats, Matrix, add_floor, compile_expressions, compile_matrix
from alloc.solver.multi.biobjective import judge
from alloc.solver.multi.by_blocks import BlockSearch
from alloc.solver.multi.near_optimal import find_floor
from alloc.solver.regret import know_optima
from alloc.solver.reoptimise import RepeatedMip
from alloc.solver.rounding import has_many_grains
from alloc.solver.standing import tell_standing
from alloc.solver.sub_mip import fix_and_solve, fix_and_solve_in_order
from alloc.solver.tie_break import maximise_linkage
from alloc.solver.whole import EXTRA_GAP, SMALL, know_standing, search_alone


@dataclass(frozen=True)
class ChangeResult:
    """A plan that changes least as far as was found, by how much [money], and what no plan changes less than."""

    x: Floats
    change: float
    bound: float

    def proven(self, gap: float) -> bool:
        """Tell whether no plan changes less, to a gap as everywhere."""
        return self.change - self.bound <= gap * max(1.0, self.change)


class LeastChange:
    """A question with another plan, asked for plans nearly as good as its best that change least from the other."""

    def __init__(
        self,
        instance: Instance,
        options: Options,
        own: Solution,
        last: Mapping[tuple[int, str, str], float],
        deadline: Deadline,
        by_blocks: BlockSearch | None = None,
    ):
        """Build the question once.

        own: the best plan with its bounds, which is `own_plan` here; last: (year, measure, fund) → what the other plan
        pays; by_blocks: how programs are searched where not as a whole.
        """
        self.instance, self.own, self.asked = instance, own, options.gap
        self.model = build_years(instance if instance.questions else know_standing(instance))
        tell_standing(self.model, search_alone)
        know_optima(self.model, instance, options, search_alone)
        change = sum(_add_changes(self.model, last))
        self.whole = compile_matrix(self.model, goals_in_order(self.model, instance))
        rows, _ = compile_expressions(self.whole.variables, [change, sum(self.model.Spend.values())])
        self._change, self._money = rows
        small = int(self.whole.integer.sum()) < SMALL
        self._gap = min(options.gap, EXTRA_GAP) if small else options.gap
        self._deadline = deadline
        self._seconds = min(LOTS_TIME if has_many_grains(self.whole) else LEAST_TIME, options.time_limit)
        how = self.whole, self.whole.goals, deadline, options.time_limit, options.threads or 1
        self._program = RepeatedMip(*how, by_blocks)
        self._as_whole = self._program if by_blocks is None else RepeatedMip(*how)
        x = _read_plan(self.model, self.whole, own)
        changed = float(self._change @ x)
        self.own_plan = ChangeResult(x, changed, 0.0)
        self._known = [x]

    def find(self, within: float) -> ChangeResult | None:
        """Return the plan that changes least while it loses at most a part of each goal; None where none was found.

        A plan of blocks keeps its limits only as closely as prices tell: one that no plan with its whole decisions
        comes to is none, and the question is searched as a whole.
        """
        floors = self._list_floors(within)
        found = self._program.solve(-self._change, floors, self._gap, self._gap, self._known)
        if found.x is not None and self._as_whole is not self._program:
            aimed = replace(self._program.bound_rows(floors), goals=-self._change[None], constants=np.zeros(1))
            if fix_and_solve(aimed, np.ones(1), found.x, self._deadline.brief()) is None:
                found = self._as_whole.solve(-self._change, floors, self._gap, self._gap, self._known)
        if found.x is None:
            return None
        x = self._improve(self._hold(floors, found.x), found.x, list(self.whole.goals))
        self._known.append(x)
        changed = max(0.0, float(self._change @ x))
        return ChangeResult(x, changed, min(changed, max(0.0, -found.bound)))

    def evaluate(self, x: Floats) -> float:
        """Return what a plan reaches of the last goal."""
        return float(self.whole.goals[-1] @ x + self.whole.constants[-1])

    def as_solution(self, found: ChangeResult, within: float, why: str) -> Solution:
        """Return a plan as a solution of the question: of those that change as little and reach as much, the one that
        spends least, and then that with the most linkage."""
        goals, x = self.whole.goals, found.x
        limits = self._hold(self._list_floors(within), x)
        for row in goals:
            limits = add_floor(limits, row, float(row @ x))
        x = self._improve(limits, x, [-self._money])
        x = maximise_linkage(self.model, self.whole, np.vstack([goals, -self._change]), x, self._deadline)
        return judge(self.model, self.instance, self.whole, x, self.own, self.asked, why)

    def _list_floors(self, within: float) -> dict[int, tuple[float, float]]:
        """Return what each goal must keep, by its number, as its row counts it."""
        floors = {}
        for i, (stage, constant) in enumerate(zip(self.own.stages, self.whole.constants, strict=True)):
            least = find_floor(stage.objective, stage.bound, within) - HELD * max(1.0, abs(stage.objective))
            floors[i] = least - float(constant), INF
        return floors

    def _hold(self, floors: Mapping[int, tuple[float, float]], x: Floats) -> Matrix:
        """Return the program of the plans that keep the floors and change no more than one does."""
        changed = float(self._change @ x)
        return add_floor(self._program.bound_rows(floors), -self._change, -changed - HELD * max(1.0, changed))

    def _improve(self, limits: Matrix, x: Floats, goals: Sequence[Floats]) -> Floats:
        """Return the plan that has the most of one goal after another, each held while the next is sought."""
        exact, *_ = fix_and_solve_in_order(limits, goals, x, self._deadline.brief())
        x = x if exact is None else exact
        for row in goals:
            x, _ = improve_and_bound(limits, row, x, self.instance, self._deadline, self._seconds)
            limits = add_floor(limits, row, float(row @ x))
        return x


def _add_changes(model: pyo.ConcreteModel, last: Mapping[tuple[int, str, str], float]) -> Iterator[Any]:
    """Yield how far the payments of each year are from those of another plan [money]."""
    for year in each_year(model):
        own = {(m, f): paid for (t, m, f), paid in last.items() if t == year.question.year}
        yield add_change(year, own)


def _read_plan(model: pyo.ConcreteModel, whole: Matrix, own: Solution) -> Floats:
    """Return a plan as a row of decisions, with its change from the other."""
    x = np.zeros(len(whole.variables))
    for j, of in enumerate(whole.variables):
        name, index, year = of.parent_component().local_name, of.index(), of.parent_block()
        values = own.values if year is model else own.years[year.index()]
        x[j] = abs(values["Spend"][index] - year.last[index]) if name == "Change" else values[name][index]
    return x
