"""The question that a study asks again and again, the plan it starts from, and that plan held under other figures."""

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from alloc.instance import Instance
from alloc.run import Run
from alloc.study.points import Overrides, Point, PointPool, scales
from alloc.study.sensitivity.linked import Linked, linked

Answer = TypeVar("Answer")


class Held(dict[str, object]):
    """Overrides that hold a plan at other figures."""


Search = Generator[Sequence[Overrides], Sequence[Point], Answer]
"""A search yields the figures it wants answers for, is sent the points, and returns what it found."""

KEPT = 0.1
"""Part of its units that every measure of a held plan keeps at least: at nothing it would be held in name only."""

NOISE = 1e-7
"""Parts of the goal by which a solver may miss it without knowing."""


@dataclass(frozen=True)
class Question:
    """An instance at its figures, its plan, and how it is asked again.

    pool: who is asked; tell: is told of each point; log: every point asked for, with whether it held a plan.
    """

    base: Run
    overrides: Overrides
    pool: PointPool
    tell: Callable[[Point], None] | None
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

    @property
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
        return linked(self.instance)

    def ask(self, points: Sequence[Overrides]) -> list[Point]:
        """Return the best plan under each of the overrides, in their order; what cannot move alone moves together."""
        tell = self.tell
        merged = [{**self.overrides, **point, **self.linked.along(point)} for point in points]
        found = self.pool.solve_all(merged, None if tell is None else lambda _, point: tell(point))
        self.log.extend((isinstance(point, Held), answer) for point, answer in zip(points, found, strict=True))
        return found

    def held(self, point: Overrides, funded: Sequence[str], firm: bool = True) -> Held:
        """Return the overrides under which no other measures go ahead than those of a plan, at other figures.

        firm: they all go ahead, those of the plan at the figures with a tenth of their units at least; else some
        may be left out. How many units of each, and who pays, is free: it follows the figures.
        """
        changes = Held(point)
        for m, row in self.instance.measures.items():
            start = f"measures.{m}."
            if m not in funded:
                if row.eligible:
                    changes[f"{start}eligible"] = False
                continue
            if not firm:
                continue
            if not row.committed:
                changes[f"{start}committed"] = True
            fewest = KEPT * self.units.get(m, 0.0)
            fewest = min(
                math.ceil(fewest) if row.integer else fewest, _number(changes, f"{start}max_units", row.max_units)
            )
            if fewest > _number(changes, f"{start}min_units", row.min_units):
                changes[f"{start}min_units"] = float(fewest)
        return changes

    def together(self, searches: Sequence[Search[Answer]]) -> list[Answer]:
        """Return what several searches find, asking what all of them want at the same time."""
        wanted = {number: next(search) for number, search in enumerate(searches)}
        found: dict[int, Answer] = {}
        while wanted:
            points = self.ask([point for points in wanted.values() for point in points])
            for number, asked in list(wanted.items()):
                mine, points = points[: len(asked)], points[len(asked) :]
                try:
                    wanted[number] = searches[number].send(mine)
                except StopIteration as end:
                    found[number] = end.value
                    del wanted[number]
        return [found[number] for number in range(len(searches))]


def worse_by(point: Point, held: Point) -> float:
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
