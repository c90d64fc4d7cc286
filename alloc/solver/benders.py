"""A question with many scenarios: the first stage is searched alone, cut by cut, till it promises only what there is.

The first stage with what each scenario brings at most is a MIP as small as one without scenarios. Its best plan is made
one of the whole question; both show where it promised too much, which is cut off (J. Benders, "Partitioning procedures
for solving mixed-variables programming problems", Numerische Mathematik 4, 1962). Where money is in lots they are free
at first, as everywhere, then the first stage is made whole with every yes and no held.
"""

from dataclasses import dataclass, replace
from typing import TextIO

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance
from alloc.solver.asking import HELPED, STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import Floats, Matrix
from alloc.solver.outcome import Outcome, Settings, Stop, Why, pick_better
from alloc.solver.rounding import CLOSE, FINE, NEAR, has_many_grains, relax_grains
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.two_stage import Cuts, split_stages

MANY = 30
"""With so many scenarios the first stage is searched alone."""

ROUNDS, TURNS = 40, 3
"""Most searches of the first stage, with lots free and with lots whole."""

COARSE = 1e-3
"""Gap of the first search of the first stage; later ones leave open a part of what is open in the whole."""

ROUNDED = 0.75
"""Part of the gap: what may be open when a free plan is made whole."""

FREE = 0.75
"""Part of the time that is left in which lots are free; the rest makes the plan whole."""

ALONE = np.ones(1)


def has_many_scenarios(model: pyo.ConcreteModel, instance: Instance) -> bool:
    """Tell whether a question of one year has many scenarios and something to decide."""
    asked = bool(instance.measures) and not instance.questions and len(model.SCENARIOS) >= MANY
    return asked and not any(x.fixed for x in model.Funded.values())


def search_in_stages(
    program: Matrix, gap: float, deadline: Deadline, known: Outcome, threads: int = 1, log: TextIO | None = None
) -> Outcome:
    """Return the best plan of a program with one goal, and a bound; what is known where it does not fall into stages.

    known: a plan to begin with, or none. The search ends with proof to the gap, or where it wins nothing more.
    """
    free = relax_grains(program) if has_many_grains(program) else program
    two = split_stages(free)
    if two is None:
        return known
    staged = _StagedSearch(program, free, Cuts(two), gap, deadline, threads, log)
    return staged.run(known) if staged.begin(known) else known


@dataclass(frozen=True)
class _StagedSearch:
    """A question in two stages; free: with lots and units in any amount."""

    program: Matrix
    free: Matrix
    cuts: Cuts
    gap: float
    deadline: Deadline
    threads: int
    log: TextIO | None

    def begin(self, known: Outcome) -> bool:
        """Cut at the relaxed plan, and at one that is known; False where that fails."""
        relaxed = Live(self.free.lower, self.free.upper, None, self.free.rows)
        relaxed.aim(self.free.goals[0])
        x = relaxed.run(self.deadline).x
        if x is None or not self.cuts.add(x, self.deadline):
            return False
        return known.x is None or self.cuts.add(known.x, self.deadline)

    def run(self, best: Outcome) -> Outcome:
        """Search with lots free, made whole once that is near enough; where it is not enough, with lots whole."""
        if self.free is not self.program:
            best = self._search_free(best)
        for _ in range(ROUNDS):
            before = best
            if not best.is_proven(self.gap) and not self.deadline.over():
                best = self._improve(self.program, best, self.deadline)
            if _is_same(best, before):
                break
        return best

    def _search_free(self, best: Outcome) -> Outcome:
        loose, until = best, self.deadline.part(FREE)
        rounded = best.x
        for _ in range(ROUNDS):
            before, loose = loose, self._improve(self.free, loose, until)
            best = pick_better(best, Outcome(Why.LIMIT, bound=loose.bound))
            last = loose.is_proven(2 * FINE * self.gap) or _is_same(loose, before) or until.over()
            near = last or loose.is_proven(ROUNDED * self.gap)
            if near and not best.is_proven(self.gap) and loose.x is not rounded:
                best, rounded = self._make_whole(best, loose.x), loose.x
            if last or best.is_proven(self.gap):
                break
        return best

    def _improve(self, program: Matrix, known: Outcome, deadline: Deadline) -> Outcome:
        """Return a better plan or bound by one search of the first stage; what is known where that finds nothing."""
        part = CLOSE * (known.bound - known.value) / max(1.0, abs(known.value)) if known.x is not None else COARSE
        size = max(FINE * self.gap, min(part, COARSE))
        found, plan = self._search(program, self._master(program), Stop(size, size), STEADY, deadline)
        return known if plan is None else pick_better(known, replace(plan, bound=found.bound))

    def _make_whole(self, best: Outcome, x: Floats | None) -> Outcome:
        """Return the better of a plan and a free one with its lots and units whole, every yes and no held."""
        if x is None:
            return best
        first = self.cuts.two.first
        held, size = np.flatnonzero(self.free.integer[first]), FINE * self.gap * max(1.0, abs(best.bound))
        for _ in range(TURNS):
            near = self._master(self.program)
            lower, upper = near.lower.copy(), near.upper.copy()
            lower[held] = upper[held] = np.round(x[first][held])
            near = replace(near, lower=lower, upper=upper)
            found, plan = self._search(self.program, near, Stop(size, nodes=NEAR), HELPED, self.deadline)
            if plan is None:
                break
            best = pick_better(best, plan)
            enough = best.bound - self.gap * max(1.0, abs(best.bound))
            if best.is_proven(self.gap) or found.value < enough or found.value - plan.value <= size:
                break  # what is promised, which only falls, is not near enough to the bound, or is there already
        return best

    def _master(self, program: Matrix) -> Matrix:
        """Return the first stage as it is known now, whole where a program is."""
        master, first = self.cuts.master(), self.cuts.two.first
        master.integer[: len(first)] = program.integer[first]
        return master

    def _search(
        self, program: Matrix, master: Matrix, stop: Stop, settings: Settings, deadline: Deadline
    ) -> tuple[Outcome, Outcome | None]:
        """Search the first stage; return what was found, and its plan in a program, cut off where it promised more."""
        goal, constant = master.goals[0], float(master.constants[0])
        found = search(master, goal, constant, deadline, stop, None, settings, self.threads, self.log)
        if found.x is None:
            return found, None
        x = self._place(found.x)
        plan = fix_and_solve(program, ALONE, x, self.deadline.brief())
        if plan is None:
            return found, None
        for shown in (x, plan.x):
            self.cuts.add(shown, self.deadline)
        return found, Outcome(Why.LIMIT, plan.x, plan.value)

    def _place(self, inner: Floats) -> Floats:
        x, first = np.zeros(len(self.program.lower)), self.cuts.two.first
        x[first] = inner[: len(first)]
        return x


def _is_same(one: Outcome, other: Outcome) -> bool:
    """Tell whether a search has won nothing."""
    return one.value == other.value and one.bound == other.bound
