"""Many questions and little time: each kind has its share of the rest, and all begin with the plan that is there."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloc.instance import Instance
from alloc.model import build
from alloc.solver import CompiledModel, Deadline, MipStart, know_standing
from alloc.solver.asking import search
from alloc.solver.outcome import Stop
from alloc.solver.regret import is_known
from alloc.study.points import Batch, Overrides, Point, PointPool, SolvedPoint

LONGEST = 0.2
"""The plan that is there is looked up for at most this part of the time."""

SAME = 1e-6
"""So near to the goal of the plan, as a part of it, its decisions are looked for."""


@dataclass
class TimeShares:
    """The time that is left for some kinds of questions, in their order.

    end: by `time.perf_counter()`; weights: of the kinds that are still to come.
    """

    end: float
    weights: dict[str, float]

    @property
    def left(self) -> float:
        """Time that is left [s]."""
        return max(0.0, self.end - time.perf_counter())

    def take(self, question: str) -> float:
        """Return when the share of a kind is used up, and count it no more."""
        share = self.weights[question] / sum(self.weights.values())
        del self.weights[question]
        return time.perf_counter() + self.left * share


def solve_until(
    pool: PointPool,
    plan: SolvedPoint,
    asked: Sequence[Overrides],
    until: float,
    tell: Callable[[Point], None] | None,
) -> tuple[dict[int, Point], bool]:
    """Return the points that there was time for, by number, in the order asked, and whether Ctrl-C ended it.

    plan: known already, which all begin with. What was answered before Ctrl-C is kept.
    """
    batch = Batch([plan.point.overrides, *asked], range(len(asked) + 1), [(), *[(0,)] * len(asked)])
    found: dict[int, Point] = {}
    interrupted = False
    try:
        for number, solved in pool.solve(batch, {0: plan}, until):
            found[number - 1] = solved.point
            if tell is not None:
                tell(solved.point)
    except KeyboardInterrupt:
        interrupted = True
    return dict(sorted(found.items())), interrupted


def find_start(question: Instance, funded: Mapping[str, bool], seconds: float) -> MipStart:
    """Return the whole decisions of a plan of which only is known what it funds; nothing where they are not found.

    With the measures held all else is a small search, and no plan of it is better than the best. Regret is measured by
    other questions' best plans, which are not sought for a start; neither is one over several years.
    """
    if question.questions:
        return {}
    model = build(know_standing(question))
    if not is_known(model):
        return {}
    compiled = CompiledModel(model)
    whole = compiled.aimed(question)
    lower, upper = whole.lower.copy(), whole.upper.copy()
    for j, x in enumerate(whole.variables):
        if x.parent_component().local_name == "Funded":
            lower[j] = upper[j] = float(funded[x.index()])
    program = replace(whole, lower=lower, upper=upper, goals=whole.goals[-1:], constants=whole.constants[-1:])
    goal, constant = program.goals[0], float(program.constants[0])
    found = search(program, goal, constant, Deadline(seconds), Stop(part=SAME, seconds=seconds))
    if found.x is None:
        return {}
    chosen = {}
    for x, number, integer in zip(whole.variables, np.round(found.x), whole.integer, strict=True):
        if integer and number:
            chosen[x.name] = int(number)
    return chosen
