"""The whole model as one MIP, goal after goal.

A search may begin with what neighbours chose: the same question with other figures, solved before. What they chose
is filled in with this question's own figures, and the best of it is where the search begins. It is then spared the
searches inside the search that look for a first good plan: on Hotan 2019 with other budgets, prices and
weights that takes 1.0 s in place of 5.1 s. A question that is not proven in a few thousand nodes like this is
searched with everything that HiGHS has. Of one with many scenarios what is decided before them is searched alone
(`benders`). Everything runs with one seed, so the same input gives the same plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TextIO

import numpy as np
import pyomo.core as pyo

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.model import build
from alloc.solution import Solution
from alloc.solver.asking import HELPED, NODES, PLAIN, STEADY, STRICT, search
from alloc.solver.benders import has_many_scenarios, search_in_stages
from alloc.solver.compiled import CompiledModel, MipStart, place_start
from alloc.solver.deadline import Deadline
from alloc.solver.exact import make_exact, pick_exact
from alloc.solver.lexicographic import finish, solve_in_order
from alloc.solver.matrix import Floats, Matrix
from alloc.solver.outcome import Outcome, Settings, Stop, Why, pick_better
from alloc.solver.progress import Preview
from alloc.solver.regret import know_optima
from alloc.solver.rounding import LOT_NODES, has_many_grains, improve_in_lots, round_whole
from alloc.solver.standing import add_standing, search_status_quo, tell_standing
from alloc.solver.sub_mip import fill_best
from alloc.solver.year_by_year import decide_by_year

SMALL, EXTRA_NODES, EXTRA_GAP = 1000, 100, 1e-6
"""A question with fewer integer decisions is searched on to this gap, for so many nodes at most."""

ALONE = np.ones(1)
"""The weight of a goal that is the program's only one."""


def solve_whole(
    model: pyo.ConcreteModel,
    instance: Instance,
    options: Options,
    log: TextIO | None = None,
    preview: Preview | None = None,
    ties: bool = True,
) -> Solution:
    """Solve the model as one MIP, goal after goal, and return the best plan with its proven bound.

    A plan stopped early has status FEASIBLE and its gap, never OPTIMAL. `log` receives the solver's
    own words, `preview` the plan before its proof is doubted and ties are broken; ties: whether another plan as good
    that spends less is searched for. Raises SolveError when HiGHS fails.
    """
    return _solve(CompiledModel(model), instance, options, (), options.threads, log, preview, ties)


def solve_warm(
    of: CompiledModel, instance: Instance, options: Options, choices: Sequence[MipStart] = (), ties: bool = True
) -> Solution:
    """Solve the model like `solve_whole`, beginning with what neighbours chose, on one thread unless told otherwise.

    instance: the one that the model was built of, or the same with another objective. ties: whether another plan as
    good that spends less is searched for.
    """
    return _solve(of, instance, options, choices, options.threads or 1, None, ties=ties)


def _solve(
    of: CompiledModel,
    instance: Instance,
    options: Options,
    choices: Sequence[MipStart],
    threads: int,
    log: TextIO | None,
    preview: Preview | None = None,
    ties: bool = True,
) -> Solution:
    tell_standing(of.model, search_alone)
    options = know_optima(of.model, instance, options, search_alone)
    deadline = Deadline(options.time_limit)
    with deadline.listening():
        whole = of.aimed(instance)
        starts = [place_start(whole, choice) for choice in choices if choice]
        in_stages = has_many_scenarios(of.model, instance)

        def solve_goal(limits: Matrix, i: int, before: Floats | None) -> Outcome:
            search = GoalSearch(take_goal(limits, i), options.gap, deadline, threads, log, in_stages)
            return search.run(starts if before is None else [before])

        found, reached = solve_in_order(whole, instance, solve_goal, deadline)
        return finish(
            of.model, instance, whole, found, reached, options.gap, deadline, preview, ties,
            why=f"{len(instance.counties)} counties as one model",
        )  # fmt: skip


def take_goal(limits: Matrix, i: int) -> Matrix:
    """Return the program with one of its goals alone."""
    return replace(limits, goals=limits.goals[i : i + 1], constants=limits.constants[i : i + 1])


def search_alone(question: Instance, options: Options) -> Solution:
    """Return the best plan of a question that is asked for another's sake."""
    return solve_warm(CompiledModel(build(question)), question, options)


def find_status_quo(instance: Instance, options: Options) -> Solution:
    """Return what comes about where nothing is funded, proven; the same question always gives the same answer.

    Raises SolveError where there is no such world, and KeyboardInterrupt after Ctrl-C.
    """
    return search_status_quo(instance, options, search_alone)


def know_standing(instance: Instance) -> Instance:
    """Return a question that knows the output of its status quo, where a rule is measured from it."""
    return add_standing(instance, search_alone)


@dataclass(frozen=True)
class GoalSearch:
    """The searches for the best plan of a program with one goal, each of which only tightens what is known."""

    program: Matrix
    gap: float
    deadline: Deadline
    threads: int
    log: TextIO | None
    in_stages: bool = False
    """Whether what is decided before scenarios is searched alone."""

    def run(self, starts: Sequence[Floats]) -> Outcome:
        """Return the best plan, from the best of what is known: whole decisions of some plans."""
        in_lots = has_many_grains(self.program)
        stop = self._choose_stop(in_lots)
        best = self._search_first(starts, in_lots, stop)
        if not best.infeasible and not self.deadline.over():
            best = self._search_on(best, STEADY, stop)
        if best.why is Why.DONE and not self.deadline.over():  # what HiGHS proved is lost as the plan was made exact
            best = self._search_on(best, {**STEADY, **STRICT}, stop)
        return self._doubt(best, stop)

    def _search_first(self, starts: Sequence[Floats], in_lots: bool, stop: Stop) -> Outcome:
        """Return a plan by the way that suits the question best, or none; what it leaves open is searched on."""
        if not starts and not in_lots:
            first = decide_by_year(self.program, self.program.goals[0], self._constant, self.gap, self.deadline)
            starts = [] if first is None else [first]
        known = fill_best(self.program, ALONE, starts, self.deadline)
        if self.in_stages:
            best = search_in_stages(self.program, self.gap, self.deadline, known, self.threads, self.log)
            if best is not known and best.x is not None:
                return best
            known = best
        if in_lots:
            return self._search_in_lots(known, stop)
        return known if known.x is None else self._search_on(known, PLAIN, replace(stop, nodes=NODES))

    def _choose_stop(self, in_lots: bool) -> Stop:
        """Return when the searches end: a small question goes on to a finer gap, but not in lots, where what HiGHS may
        cut off by the gap asked is most of what it proves."""
        small = int(self.program.integer.sum()) < SMALL
        further = small and not in_lots and self.gap > EXTRA_GAP
        return Stop(self.gap, self.gap, further=(EXTRA_GAP, EXTRA_NODES) if further else None)

    def _doubt(self, best: Outcome, stop: Stop) -> Outcome:
        """Search again, more strictly, where a plan keeps its limits by the tolerance of the search alone.

        Less than a lot is a limit so fine that HiGHS may overlook it.
        """
        if (
            best.x is None
            or self.deadline.over()
            or fill_best(self.program, ALONE, [best.x], self.deadline).x is not None
        ):
            return best
        goal, strict = self.program.goals[0], {**STEADY, **STRICT}
        found = search(self.program, goal, self._constant, self.deadline, stop, None, strict, self.threads, self.log)
        exact = make_exact(self.program, ALONE, found, self.deadline)
        return exact if found.infeasible or exact.x is not None else best

    @property
    def _constant(self) -> float:
        return float(self.program.constants[0])

    def _search_in_lots(self, best: Outcome, stop: Stop) -> Outcome:
        """Return a plan near the free one, searched on from there; also where a plan is known: that of other budgets
        leaves most of what is to be gained in lots."""
        goal = self.program.goals[0]
        best = pick_better(best, round_whole(self.program, goal, self._constant, self.gap, self.deadline))
        if best.x is None:
            return best
        best = self._search_on(best, PLAIN, replace(stop, nodes=LOT_NODES))
        if not best.is_proven(self.gap):
            size = self.gap * max(1.0, abs(best.value))
            best = improve_in_lots(self.program, goal, best, size, self.deadline)
        return self._search_on(best, HELPED, stop)

    def _search_on(self, best: Outcome, settings: Settings, stop: Stop) -> Outcome:
        """Search with other settings, beginning with the best plan, unless that is proven."""
        if best.is_proven(self.gap):
            return best
        goal = self.program.goals[0]
        found = search(
            self.program, goal, self._constant, self.deadline, stop, best.x, settings, self.threads, self.log
        )
        if found.why is Why.FAILED and best.x is None:
            raise SolveError("solver_failed", condition=found.why.value)
        return pick_exact(self.program, ALONE, best, found, self.deadline)
