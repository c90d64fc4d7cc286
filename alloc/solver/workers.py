"""Processes that price blocks and keep their models alive between rounds.

Blocks are dealt to lanes; a lane is one process of this machine, or one worker of a Dask cluster. Both are
executors, so the same code drives them. A lane that has nothing left to do takes over what waits for
another. A process that is lost takes nothing with it: its lane is opened again and asked the same question.
"""

import os
import re
import signal
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from queue import Empty, Queue
from typing import Any, TypeVar

from alloc.errors import RequestError, SolveError
from alloc.solver.decomposition import Block
from alloc.solver.pricing import LoadedBlock, PricingRequest, PricingResult, load_block, price_blocks, without_answer

TRIES = 4
"""A lane that is lost so often at one question is given up."""

GOODBYE = 2.0
"""Longest wait for a cluster's worker to let go of its models [s]."""

AT_ONCE = 4
"""A lane is sent one of so many parts of what waits for it; what it has not been sent, another can take over."""

CONNECT = 10
"""Longest wait for a scheduler's answer [s]."""

_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://([^\s/:]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}/?")

TICK = 0.1
"""How often a wait looks whether it is to end [s]."""

Result = TypeVar("Result")

Deal = tuple[str, int]
"""A run and which of its deals: blocks are dealt anew for every goal."""

_alive: dict[Deal, dict[int, LoadedBlock]] = {}
"""What this process keeps: the models of a deal, by the number of the block."""


def _answer(
    deal: Deal, given: Mapping[int, Block], asks: Mapping[int, PricingRequest]
) -> dict[int, PricingResult] | None:
    """Price some blocks; None where this process does not know one of them and it was not sent along."""
    if deal not in _alive:
        _forget(deal[0])
        _alive[deal] = {}
    models = _alive[deal]
    models.update({k: load_block(block) for k, block in given.items()})
    return price_blocks(models, asks) if asks.keys() <= models.keys() else None


def _forget(run: str) -> None:
    """Let go of a run's models."""
    for deal in [deal for deal in _alive if deal[0] == run]:
        del _alive[deal]


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


def local() -> ProcessPoolExecutor:
    """Open a process of this machine."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_ready)
    with _no_script():
        pool.submit(int)  # start it now: it loads while the parent builds
    return pool


@contextmanager
def _no_script() -> Iterator[None]:
    """Let a process begin without the script that runs here: nothing of it is needed there.

    A new process would run that script again, to the place where it asks for another process, and end in an error
    where the script has no `if __name__ == "__main__"`. multiprocessing finds it by these two names only.
    """
    names: dict[str, Any] = sys.modules["__main__"].__dict__
    kept: dict[str, Any] = {name: names[name] for name in ("__file__", "__spec__") if name in names}
    names.update(dict.fromkeys(kept))
    try:
        yield
    finally:
        names.update(kept)


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
        self._deal: Deal = (uuid.uuid4().hex, 0)
        self._openers = openers(jobs, client) if client is not None or jobs > 1 else [Here]
        self._lanes = [opener() for opener in self._openers]
        self._blocks: Sequence[Block] = ()
        self._dealt: list[list[int]] = []
        self._known: list[set[int]] = []

    @property
    def count(self) -> int:
        """Number of lanes."""
        return len(self._lanes)

    def deal(self, blocks: Sequence[Block]) -> None:
        """Deal the blocks out, the largest first, so that every lane has as much to do."""
        order = sorted(range(len(blocks)), key=lambda k: (-int(blocks[k].integer.sum()), k))
        self._deal, self._blocks = (self._deal[0], self._deal[1] + 1), blocks
        self._dealt = [order[lane :: self.count] for lane in range(self.count)]
        self._known = [set() for _ in range(self.count)]

    def price(self, asks: Sequence[PricingRequest], over: Callable[[], bool]) -> list[PricingResult]:
        """Return the answer of every block to its question; without a bound where it was not given in time.

        over: tells whether to stop waiting. Raises SolveError where a lane is lost again and again.
        """
        started, found = time.perf_counter(), [without_answer(block) for block in self._blocks]
        waiting = [deque(dealt) for dealt in self._dealt]
        sent: dict[int, tuple[Future[Any] | None, list[int]]] = {}
        lost = [0] * self.count
        while True:
            for lane in range(self.count):
                if lane not in sent and not over() and (some := _next(waiting, lane)):
                    spent = time.perf_counter() - started
                    late = {k: replace(asks[k], seconds=asks[k].seconds - spent) for k in some}
                    sent[lane] = self._send(lane, late), some
            if not sent:
                return found
            done, _ = wait([future for future, _ in sent.values() if future is not None], TICK, FIRST_COMPLETED)
            for lane, (future, some) in list(sent.items()):
                if future is not None and future not in done:
                    continue
                del sent[lane]
                answers = self._received(lane, future)
                if answers is None:
                    waiting[lane].extendleft(reversed(some))
                    lost[lane] += 1
                    if lost[lane] > TRIES:
                        raise SolveError("solver_failed", condition=BrokenProcessPool.__name__)
                else:
                    for k, answer in answers.items():
                        found[k] = answer
            if sent and not done and over():
                return found

    def _send(self, lane: int, asks: Mapping[int, PricingRequest]) -> "Future[Any] | None":
        """Ask a lane, which is sent the blocks that it does not know."""
        given = {k: self._blocks[k] for k in asks.keys() - self._known[lane]}
        self._known[lane] |= given.keys()
        try:
            return self._lanes[lane].submit(_answer, self._deal, given, asks)
        except BrokenProcessPool:
            return None

    def _received(self, lane: int, future: "Future[Any] | None") -> dict[int, PricingResult] | None:
        """Return what a lane has answered; None where it was lost, and opened again, or does not know its blocks."""
        try:
            answers: dict[int, PricingResult] | None = None if future is None else future.result()
        except (BrokenProcessPool, CancelledError, OSError, EOFError):
            answers = future = None
        if future is None:
            self._lanes[lane].shutdown(wait=False)
            self._lanes[lane] = self._openers[lane]()
        if answers is None:
            self._known[lane] = set()
        return answers

    def processes(self) -> list[int]:
        """Return the ids of this machine's processes."""
        return [pid for lane in self._lanes for pid in getattr(lane, "_processes", None) or {}]

    def close(self) -> None:
        """Let the processes go, without waiting for what they are doing: some may only be starting."""
        for lane in self._lanes:
            if not isinstance(lane, ProcessPoolExecutor):
                with suppress(Exception):  # a worker that is gone has forgotten
                    lane.submit(_forget, self._deal[0]).result(timeout=GOODBYE)
            else:
                for process in list((lane._processes or {}).values()):
                    process.terminate()
        for lane in self._lanes:
            lane.shutdown(wait=isinstance(lane, ProcessPoolExecutor))


def _next(waiting: Sequence[deque[int]], lane: int) -> list[int]:
    """Take blocks that wait: a part of a lane's own, or else the last of the longest queue."""
    own, longest = waiting[lane], max(waiting, key=len)
    if own:
        return [own.popleft() for _ in range(max(1, len(own) // AT_ONCE))]
    return [longest.pop()] if longest else []


@contextmanager
def ahead(work: Callable[[], Result], worth: bool) -> Iterator[Callable[[float | None], Result]]:
    """Begin some work in another process where that is worth it, and yield what waits for its result [s].

    What is not waited for is given up; a process that is lost leaves the work to this one. Raises TimeoutError where
    the result is not there in the seconds given.
    """
    if not worth:
        yield lambda _: work()
        return
    lane = local()
    begun = lane.submit(work)

    def result(seconds: float | None) -> Result:
        try:
            return begun.result(seconds)
        except BrokenProcessPool:
            return work()

    try:
        yield result
    finally:
        for process in list((lane._processes or {}).values()):
            process.terminate()
        lane.shutdown()


@contextmanager
def workers(jobs: int, cluster: str | None) -> Iterator[Workers]:
    """Open the lanes of a run: processes here, or the workers of a cluster at an address like tcp://host:8786."""
    client = connected(cluster) if cluster else None
    found = Workers(jobs, client)
    try:
        yield found
    finally:
        found.close()
        if client is not None:
            client.close()


def check_address(address: str) -> None:
    """Raise RequestError for what is no address of a Dask scheduler."""
    if not _ADDRESS.fullmatch(address):
        raise RequestError("bad_cluster", found=address)


def connected(address: str) -> Any:
    """Return a client of the Dask scheduler at an address like tcp://host:8786.

    Raises RequestError where Dask is not installed, no scheduler answers, or its workers cannot do the work.
    """
    check_address(address)
    client = _client(address)
    try:
        _check_workers(address, client)
    except BaseException:
        client.close()
        raise
    return client


def _client(address: str) -> Any:
    """Return a client. Asked in a thread: for what accepts a connection and never answers Dask waits for ever."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise RequestError("no_cluster_package") from error
    found: Queue[Any] = Queue()

    def ask() -> None:
        try:
            found.put(distributed.Client(address, timeout=CONNECT))
        except Exception as error:  # whatever another program answers there, in whatever words
            found.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        client = found.get(timeout=CONNECT + GOODBYE)
    except Empty:
        raise RequestError("no_cluster", address=address) from None
    if isinstance(client, Exception):
        raise RequestError("no_cluster", address=address) from client
    return client


def _check_workers(address: str, client: Any) -> None:
    """Raise RequestError where a cluster has no workers, or some without this version of alloc."""
    here, there = version("alloc"), client.run(version, "alloc", on_error="return")
    if not there:
        raise RequestError("no_cluster_workers", address=address)
    others = [worker for worker, found in sorted(there.items()) if found != here]
    if others:
        raise RequestError("cluster_without_alloc", version=here, workers=", ".join(others))
