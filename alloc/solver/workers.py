"""Processes that price blocks and keep their models alive between rounds.

Blocks are dealt to lanes; a lane is one process of this machine, or one worker of a Dask cluster. Both are
executors, so the same code drives them. A process that is lost takes nothing with it: its lane is
opened again, given its blocks once more and asked the same question.
"""

import itertools
import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as Waiting
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from multiprocessing import get_context, parent_process
from typing import Any

from alloc.errors import RequestError, SolveError
from alloc.solver.pricing import Answer, Ask, Model, price_all, revived
from alloc.solver.structure import Block

TRIES = 4
"""A lane that is lost so often at one question is given up."""

GOODBYE = 2.0
"""Longest wait for a cluster's worker to let go of its models [s]."""

Priced = list[list[Answer]]
"""For every ask, the answer of each block."""

_alive: dict[tuple[str, int], list[Model]] = {}
"""What this process keeps: the models of a run's lane."""


class StoppedError(Exception):
    """The time is over, or somebody asked to stop, while blocks were being priced."""


def _answer(run: str, lane: int, blocks: Sequence[Block] | None, asks: Sequence[Ask]) -> Priced | None:
    """Price a lane's blocks; None where this process does not know them and they were not sent along."""
    if blocks is not None:
        _alive[run, lane] = [revived(block) for block in blocks]
    models = _alive.get((run, lane))
    return None if models is None else price_all(models, asks)


def _forget(run: str) -> None:
    """Let go of a run's models."""
    for key in [key for key in _alive if key[0] == run]:
        del _alive[key]


def _ready() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it: one that is killed cannot tell its processes to go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Here(Executor):
    """The lane of a run without other processes: work is done where it is asked for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Do the work at once."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def local() -> Executor:
    """Open a process of this machine."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_ready)
    pool.submit(int)  # start it now: it loads while the parent builds
    return pool


def openers(jobs: int, client: Any) -> list[Callable[[], Executor]]:
    """Return what opens each lane, once and again: as many processes here, or the workers of a cluster."""
    if client is not None:
        addresses = sorted(client.scheduler_info(n_workers=-1)["workers"])
        ask = {"allow_other_workers": True, "pure": False, "retries": TRIES}
        return [partial(client.get_executor, workers=[address], **ask) for address in addresses]
    return [local] * jobs


class Workers:
    """The lanes of one run."""

    def __init__(self, jobs: int, client: Any):
        self._run = uuid.uuid4().hex
        self._openers = openers(jobs, client) if client is not None or jobs > 1 else [Here]
        self._lanes = [opener() for opener in self._openers]
        self._hands: list[Sequence[Block]] = []
        self._known: list[bool] = []

    @property
    def count(self) -> int:
        """Number of lanes."""
        return len(self._lanes)

    def deal(self, blocks: Sequence[Block]) -> None:
        """Deal the blocks out, the largest first, so that every lane has as much to do."""
        order = sorted(range(len(blocks)), key=lambda k: (-int(blocks[k].integer.sum()), k))
        self._dealt = [order[lane :: self.count] for lane in range(self.count)]
        self._hands = [[blocks[k] for k in dealt] for dealt in self._dealt]
        self._known = [False] * self.count

    def price(self, asks: Sequence[Ask], over: Callable[[], bool]) -> Priced:
        """Return the answer of every block to every ask.

        over: tells whether to stop waiting. Raises StoppedError then, SolveError where a lane is lost again and again.
        """
        pending = [self._send(lane, asks) for lane in range(self.count)]
        found: Priced = [[Answer(0.0, None)] * sum(map(len, self._dealt)) for _ in asks]  # type: ignore[arg-type]
        for lane, first in enumerate(pending):
            rows = self._receive(lane, first, asks, over)
            for row, answers in zip(found, rows, strict=True):
                for k, answer in zip(self._dealt[lane], answers, strict=True):
                    row[k] = answer
        return found

    def _send(self, lane: int, asks: Sequence[Ask]) -> "Future[Any] | None":
        blocks = None if self._known[lane] else self._hands[lane]
        self._known[lane] = True
        try:
            return self._lanes[lane].submit(_answer, self._run, lane, blocks, asks)
        except BrokenProcessPool:
            return None

    def _receive(
        self, lane: int, future: "Future[Any] | None", asks: Sequence[Ask], over: Callable[[], bool]
    ) -> Priced:
        """Wait for a lane; one that is lost is opened again and asked again."""
        for tried in itertools.count(1):
            try:
                rows: Priced | None = None if future is None else _waited(future, over)
                if rows is not None:
                    return rows
            except (BrokenProcessPool, CancelledError, OSError, EOFError) as error:
                if tried >= TRIES:
                    raise SolveError("solver_failed", condition=type(error).__name__) from error
                self._reopen(lane)
            self._known[lane] = False
            if future is None:
                self._reopen(lane)
            future = self._send(lane, asks)
        raise AssertionError

    def _reopen(self, lane: int) -> None:
        self._lanes[lane].shutdown(wait=False)
        self._lanes[lane] = self._openers[lane]()

    def processes(self) -> list[int]:
        """Return the ids of this machine's processes."""
        return [pid for lane in self._lanes for pid in getattr(lane, "_processes", None) or {}]

    def close(self, at_once: bool) -> None:
        """Let the processes go; at once: without waiting for what they are doing."""
        for lane in self._lanes:
            if not isinstance(lane, ProcessPoolExecutor):
                with suppress(Exception):  # a worker that is gone has forgotten
                    lane.submit(_forget, self._run).result(timeout=GOODBYE)
            elif at_once:
                for process in list((lane._processes or {}).values()):
                    process.terminate()
        for lane in self._lanes:
            lane.shutdown(wait=isinstance(lane, ProcessPoolExecutor))


def _waited(future: "Future[Any]", over: Callable[[], bool]) -> Any:
    while True:
        try:
            return future.result(timeout=0.1)
        except Waiting:
            if future.done():
                raise
            if over():
                raise StoppedError from None


@contextmanager
def workers(jobs: int, cluster: str | None) -> Iterator[Workers]:
    """Open the lanes of a run: processes here, or the workers of a cluster at an address like tcp://host:8786."""
    client = connected(cluster) if cluster else None
    found = Workers(jobs, client)
    finished = False
    try:
        yield found
        finished = True
    finally:
        found.close(at_once=not finished)
        if client is not None:
            client.close()


def connected(address: str) -> Any:
    """Return a client of the Dask scheduler at an address like tcp://host:8786.

    Raises RequestError where Dask is not installed, or nothing answers.
    """
    try:
        return import_module("distributed").Client(address)
    except ImportError as error:
        raise RequestError("no_cluster_package") from error
    except OSError as error:
        raise RequestError("no_cluster", address=address) from error
