"""Many points of one question, solved side by side, and none that stops the others.

Every worker solves one point at a time, so a process that dies takes one point with it, which is asked a second time; a
point whose process dies again is `failed`, and says so.
"""

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from alloc.solver import Deadline, MipStart, unbroken
from alloc.solver.pool import Pool, open_pool
from alloc.study.points.order import neighbours, spread
from alloc.study.points.point import FAILED, Overrides, Point
from alloc.study.points.point_solver import PointQuestion, PointSolver, SolvedPoint
from alloc.study.points.store import KeptPoints
from alloc.study.points.warm import raise_if
from alloc.texts import say

TRIES = 2
"""A point is asked so often while the processes that solve it die."""


@dataclass(frozen=True)
class Batch:
    """Points to be solved: under which overrides, in which order, and with whose warm starts each begins."""

    points: Sequence[Overrides]
    order: Sequence[int]
    begins: Sequence[Sequence[int]]

    def list_waiting(self, known: Collection[int]) -> list[int]:
        """Return the points that are not known yet, in the order in which they are solved."""
        return [number for number in self.order if number not in known]

    def list_ready(self, waiting: Sequence[int], found: Collection[int]) -> list[int]:
        """Return which of the points that wait have all that they begin with."""
        return [number for number in waiting if all(k in found for k in self.begins[number])]


def make_batch(points: Sequence[Overrides]) -> Batch:
    """Return points with the order in which they are solved and what each begins with."""
    order = spread(len(points))
    return Batch(points, order, neighbours(points, order))


class PointPool:
    """Workers that solve points of one question, and keep what stays the same from one point to the next.

    kept: points that are there already, and where those that are solved are written down.
    """

    def __init__(self, question: PointQuestion, pool: Pool, kept: KeptPoints | None = None):
        self._question, self._pool, self._kept = question, pool, kept
        pool.keep([question], PointSolver)

    def without_ties(self) -> "PointPool":
        """Return the same workers for points of which the goal is read, not which of plans as good is shown."""
        return PointPool(replace(self._question, ties=False), self._pool, self._kept)

    def solve(
        self, batch: Batch, known: Mapping[int, SolvedPoint], until: float = math.inf
    ) -> Iterator[tuple[int, SolvedPoint]]:
        """Yield every point that is not known yet, with its number, as they come; what is kept comes first.

        until: by `time.perf_counter()`, when no further point is begun; those that are begun are solved to their end.
        Raises KeyboardInterrupt between two points where whoever listens has heard Ctrl-C; those that were solved by
        then are yielded before.
        """
        if self._kept is None:
            yield from self._solve(batch, known, until)
            return
        kept = self._kept.find(batch.points)
        for number in known:
            kept.pop(number, None)
        yield from kept.items()
        for number, solved in self._solve(batch, {**known, **kept}, until):
            self._kept.keep(batch.points[number], solved)
            yield number, solved

    def _solve(self, batch: Batch, known: Mapping[int, SolvedPoint], until: float) -> Iterator[tuple[int, SolvedPoint]]:
        found, deadline = dict(known), Deadline(math.inf)
        waiting = batch.list_waiting(found)
        given: dict[int, int] = {}
        deaths = dict.fromkeys(waiting, 0)
        while waiting or self._pool.busy:
            stopped = deadline.stopped
            if stopped or time.perf_counter() >= until:
                waiting.clear()
            for worker, number in zip(self._pool.idle, batch.list_ready(waiting, found), strict=False):
                waiting.remove(number)
                given[worker] = number
                self._give(worker, batch, number, found)
            for worker, solved in self._pool.receive():
                number = given[worker]
                deaths[number] += solved is None
                if solved is None and deaths[number] < TRIES:
                    waiting.insert(0, number)
                    continue
                found[number] = solved or self._lost(batch.points[number])
                yield number, found[number]
            raise_if(stopped)

    def _give(self, worker: int, batch: Batch, number: int, found: Mapping[int, SolvedPoint]) -> None:
        """Let a worker begin a point, with the warm starts of those that it begins with."""
        starts = [found[k].start for k in batch.begins[number] if found[k].start]
        self._pool.give(worker, (0,), _solve_point, batch.points[number], starts)

    def solve_each(
        self, points: Sequence[Overrides], tell: Callable[[Point], None] | None = None
    ) -> Iterator[tuple[int, Point]]:
        """Yield the point of each of the overrides with its number, as they come, telling of each."""
        for number, solved in self.solve(make_batch(points), {}):
            if tell is not None:
                tell(solved.point)
            yield number, solved.point

    def solve_all(self, points: Sequence[Overrides], tell: Callable[[Point], None] | None = None) -> list[Point]:
        """Return one point for each of the overrides, in their order, telling of each as it comes."""
        found = dict(self.solve_each(points, tell))
        return [found[number] for number in range(len(points))]

    def solve_from(
        self,
        points: Sequence[Overrides],
        starts: Sequence[Sequence[MipStart]],
        tell: Callable[[Point], None] | None = None,
    ) -> list[SolvedPoint]:
        """Return what is solved under each of the overrides, in their order, telling of each as it comes.

        starts: for each the warm starts of others; those of one batch do not begin with each other.
        """
        known: dict[int, SolvedPoint] = {}
        begins: list[list[int]] = []
        for own in starts:
            numbers = range(len(points) + len(known), len(points) + len(known) + len(own))
            begins.append(list(numbers))
            known |= {number: SolvedPoint(Point({}, FAILED), start) for number, start in zip(numbers, own, strict=True)}
        batch = Batch(points, range(len(points)), begins)
        found: dict[int, SolvedPoint] = {}
        for number, solved in self.solve(batch, known):
            found[number] = solved
            if tell is not None:
                tell(solved.point)
        return [found[number] for number in range(len(points))]

    def _lost(self, overrides: Overrides) -> SolvedPoint:
        return SolvedPoint(
            Point(overrides, FAILED, message=say("sweep_process_died", self._question.lang, times=TRIES))
        )


def _solve_point(kept: Mapping[int, PointSolver], overrides: Overrides, starts: Sequence[MipStart]) -> SolvedPoint:
    return kept[0].solve(overrides, starts)


@contextmanager
def open_points(
    question: PointQuestion, jobs: int, cluster: str | None, apart: bool = False, kept: KeptPoints | None = None
) -> Iterator[PointPool]:
    """Open the workers that solve points of a question. kept: where points are written down, and found again.

    apart: even one job gets a process of its own, so that a solver that crashes takes no more than its point with it.
    All the while Ctrl-C only sets a flag, which is looked at between points: raised wherever this process happens to
    be, it would be lost in what forgives errors, a weak reference's callback for example.
    """
    with unbroken(), open_pool(jobs, cluster, apart) as pool:
        yield PointPool(question, pool, kept)
