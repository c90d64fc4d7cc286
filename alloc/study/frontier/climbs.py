"""The points of a frontier, asked for by climbs: each asks for one point after another, by a search of its own.

A search remembers what it has found, and begins and proves with it. As each climb has its own, the same points come out
whether the searches are in processes beside this one or here.
"""

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from math import inf

from alloc.counterfactual import Worlds
from alloc.solver import Deadline, MipResult, ParetoPoint
from alloc.solver.pool import Here, Pool
from alloc.study.frontier.point import CurveSearch, FrontierPoint

SEARCHES = 2
"""So many searches have a part of the points each where they are worth a process: on Hotan 2019 each takes 3 s."""

Ask = tuple[int, float, float]
"""What a point is asked by: the objective that it has most of, and the least and the most of the other."""

Climb = Generator[Ask, ParetoPoint | MipResult | None, bool]
"""Yields what it asks, is sent the answer, and tells in the end whether every answer was a point."""

NOTHING = MipResult(None, -inf, inf)
"""The answer where a search was not run to its end."""

Load = Callable[[Deadline], CurveSearch]
"""Builds what is searched, heard by a deadline, in the process that searches it."""

Made = tuple[int, ParetoPoint, str, float | None]
"""What a point is made of: number, plan, kind, budget."""


def ask_once(ask: Ask, found: list[ParetoPoint]) -> Climb:
    """Ask for one point, and add it to those found."""
    point = yield ask
    if not isinstance(point, ParetoPoint):
        return False
    found.append(point)
    return True


class _Climber:
    """A climb under way. ask: what it waits for, None at its end; told: what it tells there."""

    def __init__(self, climb: Climb):
        self._climb = climb
        self.ask: Ask | None = None
        self.told = False
        self.go_on(None)

    def go_on(self, answer: ParetoPoint | MipResult | None) -> None:
        try:
            self.ask = self._climb.send(answer)
        except StopIteration as ended:
            self.ask, self.told = None, ended.value


class Climbers:
    """Runs climbs, each by the search of its number, and makes points of what they find.

    here: the search of this process; searches: how many the workers of the pool keep. After Ctrl-C, which stops the
    deadline, and where a process is lost, a climb is answered by nothing.
    """

    def __init__(self, here: CurveSearch, pool: Pool, searches: int, deadline: Deadline):
        self.here, self.searches, self._pool, self._deadline = here, searches, pool, deadline

    def run(self, climbs: Sequence[Climb]) -> list[bool]:
        """Run climbs to their ends, and return what each tells."""
        climbers = list(map(_Climber, climbs))
        asking: dict[int, _Climber] = {}
        while any(one.ask for one in climbers) and not self._deadline.stopped:
            for number, one in enumerate(climbers):
                search = number % self.searches
                worker = search % self._pool.count
                if one.ask and one not in asking.values() and worker in self._pool.idle:
                    asking[worker] = one
                    self._pool.give(worker, (search,), _find, search, one.ask)
            _ = self.here.asked.worlds  # sought once, while the others search
            for worker, answer in self._pool.receive():
                asking.pop(worker).go_on(answer or NOTHING)
        self._pool.abandon()
        for one in climbers:
            while one.ask:
                one.go_on(NOTHING)
        return [one.told for one in climbers]

    def make_points(self, points: Sequence[Made]) -> list[FrontierPoint]:
        """Make every plan a result of its own; after Ctrl-C, when workers may be searching still, here."""
        made: dict[int, FrontierPoint] = {}
        waiting = deque(points if not self._deadline.stopped else ())
        while waiting or self._pool.busy:
            for worker in self._pool.idle[: len(waiting)]:
                self._pool.give(worker, (worker,), _make, worker, self.here.asked.worlds, waiting.popleft())
            made |= {point.number: point for _, point in self._pool.receive() if point is not None}
        return [made.get(point[0]) or self.here.make_point(*point) for point in points]


def _find(kept: Mapping[int, CurveSearch], search: int, ask: Ask) -> ParetoPoint | MipResult:
    return kept[search].pareto.find_efficient(*ask)


def _make(kept: Mapping[int, CurveSearch], search: int, worlds: Worlds, of: Made) -> FrontierPoint:
    curve = kept[search]
    return replace(curve, asked=replace(curve.asked, known=worlds)).make_point(*of)


def climb_here(load: Load, deadline: Deadline) -> Climbers:
    """Return what runs every climb by the search of this process."""
    here, pool = load(deadline), Pool([Here])
    pool.keep([here], _as_it_is)
    return Climbers(here, pool, 1, deadline)


def climb_beside(load: Load, deadline: Deadline, pool: Pool) -> Climbers:
    """Return what runs climbs by two searches side by side, in the workers of a pool."""
    pool.keep([load] * SEARCHES, _call)
    return Climbers(load(deadline), pool, SEARCHES, deadline)


def _as_it_is(here: CurveSearch) -> CurveSearch:
    return here


def _call(load: Load) -> CurveSearch:
    return load(Deadline(inf))
