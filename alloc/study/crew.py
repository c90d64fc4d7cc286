"""Processes that ask points side by side, and what happens when one of them dies.

Each lane is one process of this machine, or one worker of a Dask cluster, and asks one point at a time, so
a process that dies takes one point with it. Its lane is opened again and the point is asked a second
time; a point whose process dies again is `failed`, and says so.
"""

import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from alloc.errors import RequestError
from alloc.solver import Deadline, unbroken
from alloc.solver.workers import GOODBYE, connected, openers
from alloc.study.asking import Answer, Asker, Question
from alloc.study.point import FAILED, Overrides, Point
from alloc.texts import say

TRIES = 2
"""A point is asked so often while the processes that ask it die."""

TICK = 0.2
"""How long to wait for an answer before looking around [s]."""

_askers: dict[str, Asker] = {}
"""What this process keeps between the points of a run."""

_LOST = (BrokenProcessPool, CancelledError, OSError, EOFError)


@dataclass(frozen=True)
class Round:
    """Points to be asked: what is asked, under which overrides, in which order, and what each begins with."""

    question: Question
    points: Sequence[Overrides]
    order: Sequence[int]
    begins: Sequence[Sequence[int]]


def answers(
    of: Round, known: Mapping[int, Answer], lanes: "Lanes | None", asker: Asker | None = None
) -> Iterator[tuple[int, Answer]]:
    """Yield the answer of every point that is not known yet, with its number, as they come.

    lanes: where they are asked; None for this very process, which then may have an asker of earlier rounds.
    Raises KeyboardInterrupt between two points where whoever listens has heard Ctrl-C.
    """
    deadline = Deadline(math.inf)
    found = dict(known)
    waiting = [number for number in of.order if number not in found]
    if lanes is None:
        asker = asker or Asker(of.question)
        for number in waiting:
            _stop_if(deadline.stopped)
            found[number] = asker.ask(of.points[number], _choices(of, number, found))
            yield number, found[number]
        return
    tries = dict.fromkeys(waiting, 0)
    while waiting or lanes.busy:
        _stop_if(deadline.stopped)
        for number in [x for x in waiting if all(k in found for k in of.begins[x])][: lanes.idle]:
            waiting.remove(number)
            lanes.send(number, of.points[number], _choices(of, number, found))
        for number, answer in lanes.received():
            tries[number] += answer is None
            if answer is None and tries[number] < TRIES:
                waiting.insert(0, number)
                continue
            found[number] = answer or _lost(of, number)
            yield number, found[number]


def _stop_if(interrupted: bool) -> None:
    if interrupted:
        raise KeyboardInterrupt


def _choices(of: Round, number: int, found: Mapping[int, Answer]) -> list[Mapping[str, int]]:
    return [found[k].choice for k in of.begins[number] if found[k].choice]


def _lost(of: Round, number: int) -> Answer:
    return Answer(Point(of.points[number], FAILED, message=say("sweep_process_died", of.question.lang, times=TRIES)))


def _ask(run: str, question: Question | None, overrides: Overrides, choices: Sequence[Mapping[str, int]]) -> Any:
    """Ask a point; None where this process does not know the question and it was not sent along."""
    if question is not None:
        _askers[run] = Asker(question)
    return _askers[run].ask(overrides, choices) if run in _askers else None


def _forget(run: str) -> None:
    _askers.pop(run, None)


@dataclass
class Lane:
    """One process and what it is doing."""

    hands: Executor
    number: int = -1
    task: tuple[Overrides, Sequence[Mapping[str, int]]] = ({}, ())
    future: "Future[Any] | None" = None


class Lanes:
    """The processes of one run."""

    def __init__(self, question: Question, jobs: int, client: Any):
        self._question, self._run = question, uuid.uuid4().hex
        self._openers = openers(jobs, client)
        self._lanes = [Lane(opener()) for opener in self._openers]
        self._told = [False] * len(self._lanes)

    @property
    def count(self) -> int:
        """Number of processes."""
        return len(self._lanes)

    @property
    def idle(self) -> int:
        """Number of processes that have nothing to do."""
        return sum(1 for lane in self._lanes if lane.number < 0)

    @property
    def busy(self) -> bool:
        """Tell whether any point is being asked."""
        return self.idle < self.count

    def processes(self) -> list[int]:
        """Return the ids of this machine's processes."""
        return [pid for lane in self._lanes for pid in getattr(lane.hands, "_processes", None) or {}]

    def send(self, number: int, overrides: Overrides, choices: Sequence[Mapping[str, int]]) -> None:
        """Give a point to a process that has nothing to do."""
        place = next(i for i, lane in enumerate(self._lanes) if lane.number < 0)
        self._lanes[place].number, self._lanes[place].task = number, (overrides, choices)
        self._submit(place)

    def received(self) -> list[tuple[int, Answer | None]]:
        """Wait for a moment and return what has come: answers, or None for a point whose process died."""
        wait([lane.future for lane in self._lanes if lane.future is not None], TICK, FIRST_COMPLETED)
        found: list[tuple[int, Answer | None]] = []
        for place, lane in enumerate(self._lanes):
            if lane.number < 0 or (lane.future is not None and not lane.future.done()):
                continue
            try:
                if lane.future is None:
                    raise BrokenProcessPool
                answer = lane.future.result()
                if answer is None:  # this process has not heard the question yet
                    self._told[place] = False
                    self._submit(place)
                    continue
            except _LOST:
                answer = None
                lane.hands.shutdown(wait=False)
                lane.hands, self._told[place] = self._openers[place](), False
            found.append((lane.number, answer))
            lane.number, lane.future = -1, None
        return found

    def _submit(self, place: int) -> None:
        lane = self._lanes[place]
        question = None if self._told[place] else self._question
        self._told[place] = True
        try:
            lane.future = lane.hands.submit(_ask, self._run, question, *lane.task)
        except BrokenProcessPool:
            lane.future = None

    def close(self, at_once: bool) -> None:
        """Let the processes go; at once: without waiting for what they are doing."""
        for lane in self._lanes:
            if not isinstance(lane.hands, ProcessPoolExecutor):
                with suppress(Exception):  # a worker that is gone has forgotten
                    lane.hands.submit(_forget, self._run).result(timeout=GOODBYE)
            elif at_once:
                for process in list((lane.hands._processes or {}).values()):
                    process.terminate()
        for lane in self._lanes:
            lane.hands.shutdown(wait=isinstance(lane.hands, ProcessPoolExecutor))


@contextmanager
def crew(question: Question, jobs: int, cluster: str | None, apart: bool = False) -> Iterator[Lanes | None]:
    """Open the processes of a run; None where one job needs none but this process.

    apart: even one job gets a process of its own, so that a solver that crashes takes no more than its point with it.
    All the while Ctrl-C only sets a flag, which is looked at between points: raised wherever this process happens to
    be, it would be lost in what forgives errors, a weak reference's callback for example.
    """
    if jobs < 1:
        raise RequestError("bad_option", option="jobs", found=jobs, problem="≥ 1")
    with unbroken():
        if jobs == 1 and cluster is None and not apart:
            yield None
            return
        client = connected(cluster) if cluster else None
        lanes = Lanes(question, jobs, client)
        finished = False
        try:
            yield lanes
            finished = True
        finally:
            lanes.close(at_once=not finished)
            if client is not None:
                client.close()
