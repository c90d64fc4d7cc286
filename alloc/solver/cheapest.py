"""The cheapest that may be added to a plan for one industry to have more jobs: what the plan has stays as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alloc.instance import Instance
from alloc.model import build_years, each_year
from alloc.solution import Solution, Status, Values
from alloc.solver.conclusion import read_plan, write_plan
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import INF, Floats, Matrix, Row, compile_matrix, extend
from alloc.solver.reoptimise import MipResult, RepeatedMip
from alloc.solver.standing import tell_standing
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.whole import know_standing, search_alone

ROUNDING = 1e-9
"""What a plan has is held to this part of itself."""

NODES = 200
"""So long is it sought how payments that there were may stay, of plans that are as cheap; nothing is proven of that."""

Site = tuple[str, str]
"""County and industry."""

Years = Mapping[int, Values]
"""What is decided in each year, or in the one that there is."""


@dataclass(frozen=True)
class Addition:
    """The cheapest addition found for more jobs, or none.

    years: values of the plan with it, by year; money: what all measures cost more in all years, whoever pays, and
    least: no addition costs less [money]; filled: values of the same plan with as many jobs there as its measures
    allow.
    """

    status: Status
    years: Years | None = None
    money: float | None = None
    least: float | None = None
    filled: Years | None = None


class AdditionSearch:
    """A question with a plan that is only added to, asked for more jobs of one industry after another."""

    def __init__(self, question: Instance, plan: Solution):
        """Build the question once. plan: what it has of measures and jobs in each year stays, and how it keeps soft
        rules."""
        self.question, self.plan = question, plan.years or {question.year: plan.values}
        self.model = build_years(question if question.questions else know_standing(question))
        tell_standing(self.model, search_alone)
        paid = sum(year.Paid[m] for year in each_year(self.model) for m in question.measures)
        whole = compile_matrix(self.model, [paid])
        self._column: dict[tuple[int, str, Any], int] = {}
        for j, x in enumerate(whole.variables):
            self._column[x.parent_block().question.year, x.parent_component().local_name, x.index()] = j
        self._cost = whole.goals[0]
        self._spent = sum(sum(values["Paid"].values()) for values in self.plan.values())
        self._held = self._hold(whole)

    def _hold(self, whole: Matrix) -> Matrix:
        """Return the program in which measures and jobs stay at least, soft rules are broken at most, as they are."""
        lower, upper = whole.lower.copy(), whole.upper.copy()
        for (year, name, index), j in self._column.items():
            value = self.plan[year].get(name, {}).get(index, 0.0)
            if name in ("Funded", "Units", "Jobs"):
                lower[j] = max(lower[j], min(value * (1 - ROUNDING), upper[j]))
                if whole.integer[j]:
                    lower[j] = round(lower[j])
            elif name in ("Breach", "Unequal"):
                upper[j] = min(upper[j], max(lower[j], value * (1 + ROUNDING) + ROUNDING))
        return replace(whole, lower=lower, upper=upper)

    def most_jobs(self, site: Site, year: int) -> float:
        """Return the most jobs that an industry may have in a year, as far as its own limits go [jobs]."""
        return float(self._held.upper[self._column[year, "Jobs", site]])

    def find(self, site: Site, year: int, more: float, gap: float, deadline: Deadline) -> Addition:
        """Return the cheapest addition with which an industry has so many more jobs in a year; gap: part of its
        money."""
        j, target = self._column[year, "Jobs", site], self.plan[year]["Jobs"][site] + more
        if target > self._held.upper[j] * (1 + ROUNDING):
            return Addition(Status.INFEASIBLE)
        lower = self._held.lower.copy()
        lower[j] = min(target, self._held.upper[j])
        program = replace(self._held, lower=lower)
        found = self._search(program, gap, deadline)
        if found.x is None:
            return Addition(Status.INFEASIBLE if found.impossible else Status.NO_SOLUTION)
        money, least = -found.value - self._spent, max(-found.bound - self._spent, 0.0)
        proven = money - least <= self._allow(money, gap)
        x = self._keep_payments(program, found.x, deadline)
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        return Addition(status, self._read(x), max(money, 0.0), min(least, max(money, 0.0)), self._fill(program, x, j))

    def _allow(self, money: float, gap: float) -> float:
        """Return how closely an addition is to be proven: a part of its own money, or what rounding leaves of all."""
        return max(gap * money, 1e-7 * max(1.0, self._spent))

    def _search(self, program: Matrix, gap: float, deadline: Deadline) -> MipResult:
        """Return the cheapest plan; how close that is to be is known once there is one."""
        mip = RepeatedMip(program, np.zeros((0, len(program.lower))), deadline, INF)
        found = mip.solve(-self._cost, {}, 0.0, max(gap, 1e-6))
        if found.x is None:
            return found
        allowed = self._allow(-found.value - self._spent, gap)
        if found.proven(allowed) or deadline.over():
            return found
        closer = mip.solve(-self._cost, {}, allowed / 2, 0.0, (found.x,))
        best = found if closer.x is None or closer.value < found.value else closer
        return replace(best, bound=min(found.bound, closer.bound if closer.x is not None else INF))

    def _keep_payments(self, program: Matrix, x: Floats, deadline: Deadline) -> Floats:
        """Return a plan as cheap in which least is taken off the payments that there were."""
        n = len(x)
        rows: list[Row] = []
        lacks: list[float] = []
        for (year, name, index), j in self._column.items():
            amount = self.plan[year]["Spend"].get(index, 0.0) if name == "Spend" else 0.0
            if amount > 0:
                rows.append((np.array([j, n + len(rows)], dtype=np.int32), np.ones(2), amount, INF))
                lacks.append(max(0.0, amount - x[j]))
        count = len(rows)
        spent = np.flatnonzero(self._cost).astype(np.int32)
        most = float(self._cost @ x) + ROUNDING * max(1.0, self._spent)
        rows.append((spent, self._cost[spent], -INF, most))
        wider = extend(program, np.zeros(count), np.full(count, INF), np.zeros(count, dtype=bool), rows)
        taken = np.append(np.zeros(n), np.ones(count))
        start = np.append(x, lacks)
        mip = RepeatedMip(wider, np.zeros((0, n + count)), deadline, INF)
        found = mip.solve(-taken, {}, ROUNDING, 0.0, (start,), NODES)
        return x if found.x is None else found.x[:n]

    def _fill(self, program: Matrix, x: Floats, j: int) -> Years:
        """Return the values with as many jobs of an industry as the measures of a plan allow."""
        lower, upper = program.lower.copy(), program.upper.copy()
        for column in self._list_decided():
            speck = ROUNDING * max(1.0, abs(x[column]))
            lower[column], upper[column] = max(lower[column], x[column] - speck), min(upper[column], x[column] + speck)
        aim = np.zeros(len(x))
        aim[j] = 1.0
        held = replace(program, lower=lower, upper=upper, goals=aim[None], constants=np.zeros(1))
        filled = fix_and_solve(held, np.ones(1), x, Deadline(INF))
        return self._read(x if filled is None else filled.x)

    def _list_decided(self) -> Iterator[int]:
        for (_, name, _), j in self._column.items():
            if name in ("Funded", "Units", "Spend"):
                yield j

    def _read(self, x: Floats) -> Years:
        write_plan(self._held, x)
        values, years = read_plan(self.model, self.question)
        return years or {self.question.year: values}
