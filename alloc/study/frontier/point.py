"""A point of a frontier: an efficient plan, made a result of its own by whoever searches the question for it."""

import time
from dataclasses import dataclass, replace

from alloc.model.aims import AimName
from alloc.run import Run
from alloc.solver import Biobjective, Deadline, ParetoPoint
from alloc.solver.multi.by_blocks import BlockSearch
from alloc.study.request import Answered

Names = tuple[AimName, AimName]
"""Of the two objectives."""

FARTHEST = 1e-5
"""A plan made exact may lie this part of a value from what was proven; farther, and the proof is not its own."""


@dataclass(frozen=True)
class FrontierPoint:
    """One efficient plan.

    values: of the two objectives, as its tables give them; money: aid spent; kind: words joined by `|`, as
    `efficiency.classify` says; slack: by how much of each objective a better plan could still exist; budget: amount
    of the fund where budgets are compared.
    """

    number: int
    values: tuple[float, float]
    money: float
    proven: bool
    kind: str
    slack: tuple[float, float]
    run: Run
    budget: float | None = None

    @property
    def kinds(self) -> list[str]:
        """The words of its kind."""
        return self.kind.split("|")


@dataclass(frozen=True)
class CurveSearch:
    """A question that knows its own best plan, and the program in which efficient plans are searched for."""

    asked: Answered
    names: Names
    pareto: Biobjective

    def make_point(self, number: int, found: ParetoPoint, kind: str, budget: float | None) -> FrontierPoint:
        """Return an efficient plan as a result; it is proven only where what it reaches is what was proven."""
        started = time.perf_counter()
        plan = self.pareto.as_solution(
            found.x, self.asked.own, f"point {number} of a frontier of {' and '.join(self.names)}"
        )
        run = self.asked.make_result(plan, started)
        values = _read_off(run, self.names[0]), _read_off(run, self.names[1])
        proven = found.proven and all(
            abs(value - sign * sought) <= FARTHEST * max(1.0, abs(value))
            for value, sought, sign in zip(values, found.values, self.pareto.signs, strict=True)
        )
        objectives = dict(zip(self.names, values, strict=True))
        facts = {"point": number, "objectives": objectives, "proven": proven, "kind": kind}
        run = replace(run, figures={**run.figures, "frontier": facts})
        money = float(run.tables["measures"]["aid"].sum())
        return FrontierPoint(number, values, money, proven, kind, found.slack, run, budget)


def open_curve(
    asked: Answered, names: Names, every: bool, by_blocks: BlockSearch | None, deadline: Deadline
) -> CurveSearch:
    """Build what is searched, soft rules broken no further than by the best plan; the rest is as `Biobjective` says."""
    broken = asked.own.values["Penalties"][None]
    pareto = Biobjective(asked.question, names, asked.options, deadline, broken, by_blocks, every)
    return CurveSearch(asked, names, pareto)


def _read_off(run: Run, name: AimName) -> float:
    """Return what a plan reaches of an objective, read off its tables and figures."""
    if name in ("employment", "linkage"):
        return float(run.figures[name])
    if name == "cost":
        return float(run.tables["measures"]["aid"].sum())
    if name == "insured":
        return float(run.tables["industries"]["insured"].sum())
    return float(run.tables["counties"]["aid_per_head"].min())
