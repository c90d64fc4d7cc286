"""The base case of a study: an instance at its figures and its plan, how it is asked again, and the plan held there."""

import itertools
import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from alloc.instance import Instance
from alloc.instance.schema import Measure
from alloc.run import Run
from alloc.study.points import Overrides, Point, PointPool, scales
from alloc.study.request import StudyProgress, Tell
from alloc.study.sensitivity.linked import Linked, link_figures

Found = TypeVar("Found")


@dataclass(frozen=True)
class Trials:
    """Figures to be tried. held: whether they hold a plan, in place of letting the best be found."""

    overrides: Sequence[Overrides]
    held: bool = False


Search = Generator[Trials, Sequence[Point], Found]
"""A search yields the figures it wants tried, is sent the points, and returns what it found."""

KEPT = 0.1
"""Part of its units that every measure of a held plan keeps at least: at nothing it would be held in name only."""

NOISE = 1e-7
"""Parts of the goal by which a solver may miss it without knowing."""


@dataclass
class BaseCase:
    """An instance at its figures, its plan, and how it is asked again.

    pool: who is asked; tell: is told of each point; log: every point asked for, with whether it held a plan.
    """

    base: Run
    overrides: Overrides
    pool: PointPool
    tell: Tell | None
    log: list[tuple[bool, Point]] = field(default_factory=list)

    @property
    def instance(self) -> Instance:
        """The instance at its figures."""
        return self.base.instance

    @property
    def objective(self) -> float:
        """The goal of the plan at its figures."""
        return float(self.base.figures["objective"])

    @property
    def noise(self) -> float:
        """What is no difference of two proven values, in units of the goal: solvers keep limits to some 1e-7."""
        return NOISE * max(1.0, abs(self.objective))

    @property
    def doubt(self) -> float:
        """What is no difference of two plans found, in units of the goal: each may be a gap below its best."""
        return max(self.noise, 2 * float(self.base.figures["asked_gap"]) * max(1.0, abs(self.objective)))

    @cached_property
    def units(self) -> dict[str, float]:
        """The measures of the plan with their units."""
        return scales(self.base.tables["measures"])

    @property
    def weighted(self) -> bool:
        """Tell whether one number says how good a plan is; with an order of goals none does."""
        return not self.instance.objective.order

    @cached_property
    def linked(self) -> Linked:
        """What holds figures together."""
        return link_figures(self.instance)

    @cached_property
    def today(self) -> tuple[str, ...]:
        """The measures of the plan, in the order of the instance."""
        return tuple(m for m in self.instance.measures if m in self.units)

    def differs(self, point: Point) -> bool:
        """Tell whether a point has a plan with other measures than today's."""
        return point.objective is not None and set(point.funded) != set(self.units)

    def compare_funded(self, point: Point) -> tuple[str, str]:
        """Return the measures that a point's plan has beyond today's, and those of today's that it leaves out."""
        enters = "|".join(m for m in point.funded if m not in self.units)
        return enters, "|".join(m for m in self.today if m not in point.funded)

    def ask(self, *wanted: Trials) -> list[Point]:
        """Return the point of each trial, in their order; what cannot move alone moves together."""
        merged, held = [], []
        for trials in wanted:
            for moved in trials.overrides:
                merged.append({**self.overrides, **moved, **self.linked.along(moved)})
                held.append(trials.held)
        count = itertools.count(len(self.log) + 1)

        def tell(point: Point) -> None:
            if self.tell is not None:
                self.tell(StudyProgress(next(count), None, point.status))

        found = self.pool.solve_all(merged, tell)
        self.log.extend(zip(held, found, strict=True))
        return found

    def hold(self, moved: Overrides, funded: Sequence[str], firm: bool = True) -> Overrides:
        """Return the overrides under which no other measures go ahead than those of a plan, at other figures.

        firm: they all go ahead, those of the plan at the figures with a tenth of their units at least; else some
        may be left out. How many units of each, and who pays, is free: it follows the figures.
        """
        changes = dict(moved)
        for m, row in self.instance.measures.items():
            if m not in funded:
                if row.eligible:
                    changes[f"measures.{m}.eligible"] = False
            elif firm:
                changes |= self._commit(moved, m, row)
        return changes

    def _commit(self, moved: Overrides, m: str, row: Measure) -> dict[str, object]:
        """Return the overrides under which a measure goes ahead, with a part of its units in the plan at least."""
        start = f"measures.{m}."
        found: dict[str, object] = {} if row.committed else {f"{start}committed": True}
        fewest = KEPT * self.units.get(m, 0.0)
        if row.integer:
            fewest = math.ceil(fewest)
        fewest = min(fewest, _number(moved, f"{start}max_units", row.max_units))
        if fewest > _number(moved, f"{start}min_units", row.min_units):
            found[f"{start}min_units"] = float(fewest)
        return found

    def run_together(self, searches: Sequence[Search[Found]]) -> list[Found]:
        """Return what several searches find, asking what all of them want at the same time."""
        wanted = dict(enumerate(map(next, searches)))
        found: dict[int, Found] = {}
        while wanted:
            points = iter(self.ask(*wanted.values()))
            for number, trials in list(wanted.items()):
                try:
                    wanted[number] = searches[number].send(list(itertools.islice(points, len(trials.overrides))))
                except StopIteration as end:
                    found[number] = end.value
                    del wanted[number]
        return [found[number] for number in range(len(searches))]


def keep_plan(question: BaseCase, moves: Sequence[Overrides], points: Sequence[Point]) -> Search[dict[int, Point]]:
    """Ask for today's plan where the best one has other measures; return the number of the place → the point."""
    other = [i for i, point in enumerate(points) if question.differs(point)]
    if not other:
        return {}
    held = yield Trials([question.hold(moves[i], question.today) for i in other], held=True)
    return dict(zip(other, held, strict=True))


def measure_loss(point: Point, held: Point) -> float:
    """Return by how much of the goal a held plan is proven to be worse than the best; infinitely if it cannot be kept.

    That is the value of the best plan found less the bound of the held one. Not a number where one of the two has no
    answer: the figures were refused, or the solver failed.
    """
    if point.status == "infeasible" or (point.objective is not None and held.status == "infeasible"):
        return math.inf
    if point.objective is None or held.objective is None:
        return math.nan
    return -math.inf if held.bound is None else point.objective - held.bound


def _number(changes: Mapping[str, object], path: str, written: float) -> float:
    value = changes.get(path, written)
    return float(value) if isinstance(value, int | float) else written
