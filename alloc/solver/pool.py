"""A pool of workers: processes of this machine, or workers of a Dask cluster. Both are executors, driven alike.

Every worker keeps what tasks need again and again: the models of blocks, or a question with what is known of it. It is
sent what it does not keep yet together with the task that needs it, so a worker that is lost takes nothing with it: it
is opened again, and whoever gave it the task gives it once more.
"""

import os
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from multiprocessing import parent_process
from typing import Any, TypeVar

from alloc.errors import RequestError
from alloc.memory import collect_seldom
from alloc.processes import choose_context, hold_interrupts
from alloc.solver.cluster import connected

RETRIES = 4
"""So often a cluster asks again by itself where a worker is lost."""

GOODBYE = 2.0
"""Longest wait for a cluster's worker to let go of what it keeps [s]."""

TICK = 0.1
"""How long to wait for a result before looking around [s]."""

Result = TypeVar("Result")

Load = tuple[str, int]
"""A pool and which of its loads: what workers keep is replaced as a whole."""

_kept: dict[Load, dict[int, Any]] = {}
"""What this process keeps of a load, by number."""

_spares: list[ProcessPoolExecutor] = []
"""Processes that wait for a task, where this process keeps any."""

_places = [0]
"""How many processes of pools that are closed may wait for the next pool."""


def _perform(
    of: Load,
    load: Callable[[Any], Any],
    sent: Mapping[int, Any],
    needs: Collection[int],
    task: Callable[..., Any],
    *args: Any,
) -> tuple[bool, Any]:
    """Do a task with what this process keeps, and tell whether it could: what it needs may be missing and not sent."""
    if of not in _kept:
        _forget(of[0])
        _kept[of] = {}
    kept = _kept[of]
    kept.update({number: load(item) for number, item in sent.items()})
    if not set(needs) <= kept.keys():
        return False, None
    return True, task(kept, *args)


def _forget(pool: str) -> None:
    """Let go of what is kept for a pool."""
    for load in [load for load in _kept if load[0] == pool]:
        del _kept[load]


def _get_ready() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it: one that is killed cannot tell its processes to go."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Here(Executor):
    """The worker of a pool without other processes: a task is done where it is asked for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Do the task at once."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def keep_spares(count: int, module: str) -> None:
    """Have so many processes load a module and wait, so that `open_process` need not begin one: that takes a second."""
    while len(_spares) < count:
        process = _begin_process()
        process.submit(import_module, module)
        _spares.append(process)


def reuse_processes(count: int) -> None:
    """Let so many processes of pools that are closed wait for the next pool, which then need not begin them."""
    _places[0] = count


def open_process() -> ProcessPoolExecutor:
    """Open a process of this machine: a spare one where there is any that lives."""
    while _spares:
        process = _spares.pop(0)
        with suppress(BrokenProcessPool):
            process.submit(int)
            return process
    return _begin_process()


def _begin_process() -> ProcessPoolExecutor:
    process = ProcessPoolExecutor(1, mp_context=choose_context(), initializer=_get_ready)
    with _hide_script(), hold_interrupts():
        process.submit(int)  # start it now: it loads while the parent builds
    _leave_results_to(process)
    return process


def _leave_results_to(process: ProcessPoolExecutor) -> None:
    """Close this process's own end of the pipe that results are written to.

    As long as it is open, the thread that reads results waits for ever for the rest of one whose writer was ended.
    """
    results: Any = process._result_queue
    results._writer.close()


@contextmanager
def _hide_script() -> Iterator[None]:
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


def _close_process(process: ProcessPoolExecutor) -> None:
    """End a process without waiting for what it is doing: it may only be starting."""
    for one in list((process._processes or {}).values()):
        one.terminate()
    process.shutdown()


@dataclass(frozen=True)
class Call:
    """A task as it was given to a worker. needs: numbers of what the worker must keep for it."""

    needs: Collection[int]
    task: Callable[..., Any]
    args: tuple[Any, ...]


@dataclass
class Worker:
    """One worker: how it is opened, what it was sent of the load, and what it is doing.

    future: None where the worker was found to be lost when it was given its task; last: what it was given last, also
    where nobody waits for it any more.
    """

    open: Callable[[], Executor]
    executor: Executor
    sent: set[int] = field(default_factory=set)
    call: Call | None = None
    future: "Future[Any] | None" = None
    last: "Future[Any] | None" = None

    @property
    def waiting(self) -> bool:
        """Tell whether its task is not done."""
        return self.future is not None and not self.future.done()

    def reopen(self) -> None:
        """Open it again after it was lost."""
        self.executor.shutdown(wait=False)
        self.executor, self.sent = self.open(), set()


class Pool:
    """Workers, each of which does one task at a time."""

    def __init__(self, openers: Sequence[Callable[[], Executor]]):
        self._workers = [Worker(opener, opener()) for opener in openers]
        self._of: Load = (uuid.uuid4().hex, 0)
        self._items: Sequence[Any] = ()
        self._load: Callable[[Any], Any] = _as_it_is

    @property
    def count(self) -> int:
        """Number of workers."""
        return len(self._workers)

    @property
    def idle(self) -> list[int]:
        """Workers that have no task."""
        return [number for number, worker in enumerate(self._workers) if worker.call is None]

    @property
    def busy(self) -> bool:
        """Tell whether any worker has a task."""
        return len(self.idle) < self.count

    def keep(self, items: Sequence[Any], load: Callable[[Any], Any]) -> None:
        """Say what workers keep from now on, in place of what they kept. load: what a worker makes of an item."""
        self._of = self._of[0], self._of[1] + 1
        self._items, self._load = items, load
        for worker in self._workers:
            worker.sent = set()

    def give(self, number: int, needs: Collection[int], task: Callable[..., Any], *args: Any) -> None:
        """Give an idle worker a task, which is called with what the worker keeps by number, and the other arguments."""
        self._submit(self._workers[number], Call(needs, task, args))

    def _submit(self, worker: Worker, call: Call) -> None:
        new = {k: self._items[k] for k in call.needs if k not in worker.sent}
        worker.call = call
        worker.sent |= new.keys()
        try:
            worker.future = worker.last = worker.executor.submit(
                _perform, self._of, self._load, new, call.needs, call.task, *call.args
            )
        except BrokenProcessPool:
            worker.future = None

    def receive(self) -> list[tuple[int, Any]]:
        """Wait for a moment and return the results that have come, each with its worker; None where that was lost."""
        wait([worker.future for worker in self._workers if worker.future is not None], TICK, FIRST_COMPLETED)
        found = []
        for number, worker in enumerate(self._workers):
            if worker.call is None or worker.waiting:
                continue
            known, result = self._result(worker)
            if not known:  # another worker of the cluster took over, which was not sent what it needs
                worker.sent = set()
                self._submit(worker, worker.call)
                continue
            worker.call = worker.future = None
            found.append((number, result))
        return found

    def _result(self, worker: Worker) -> tuple[bool, Any]:
        """Return whether a worker could do its task, and the result; None where it was lost, and is opened again."""
        if worker.future is not None:
            with suppress(BrokenProcessPool, CancelledError, OSError, EOFError):
                known, result = worker.future.result()
                return known, result
        worker.reopen()
        return True, None

    def abandon(self) -> None:
        """Wait no longer for any result; what a worker is doing it does to its end."""
        for worker in self._workers:
            worker.call = worker.future = None

    def close(self) -> None:
        """Let the workers go, without waiting for what they are doing."""
        for worker in self._workers:
            if not isinstance(worker.executor, ProcessPoolExecutor):
                with suppress(Exception):  # a worker that is gone has forgotten
                    worker.executor.submit(_forget, self._of[0]).result(timeout=GOODBYE)
                worker.executor.shutdown(wait=False)
        for worker in self._workers:
            if isinstance(worker.executor, ProcessPoolExecutor):
                self._close_process(worker.executor, worker.last is None or worker.last.done())

    def _close_process(self, process: ProcessPoolExecutor, free: bool) -> None:
        """Let a process that is free wait for the next pool, where there is a place, and end any other."""
        if free and len(_spares) < _places[0]:
            with suppress(BrokenProcessPool):
                process.submit(_forget, self._of[0])
                _spares.append(process)
                return
        _close_process(process)


def _as_it_is(item: Any) -> Any:
    return item


@contextmanager
def open_pool(jobs: int, cluster: str | None, apart: bool = False) -> Iterator[Pool]:
    """Open workers: so many processes here, or those of a cluster at an address like tcp://host:8786.

    jobs: 1 needs no other process than this one. apart: it gets one all the same.
    """
    if jobs < 1:
        raise RequestError("bad_option", option="jobs", found=jobs, problem="≥ 1")
    with connected(cluster) as client:
        pool = Pool(openers(jobs, client, apart))
        try:
            yield pool
        finally:
            pool.close()


def openers(jobs: int, client: Any, apart: bool) -> list[Callable[[], Executor]]:
    """Return what opens each worker, once and again."""
    if client is not None:
        addresses = sorted(client.scheduler_info(n_workers=-1)["workers"])
        ask = {"allow_other_workers": True, "pure": False, "retries": RETRIES}
        return [partial(client.get_executor, workers=[address], **ask) for address in addresses]
    if jobs == 1 and not apart:
        return [Here]
    return [open_process] * jobs


@contextmanager
def ahead(work: Callable[[], Result]) -> Iterator[Callable[[float | None], Result]]:
    """Begin some work in another process, and yield what waits for its result [s].

    What is not waited for is given up; a process that is lost leaves the work to this one. Raises TimeoutError where
    the result is not there in the seconds given.
    """
    process = open_process()
    begun = process.submit(work)

    def result(seconds: float | None) -> Result:
        try:
            return begun.result(seconds)
        except BrokenProcessPool:
            return work()

    try:
        yield result
    finally:
        _close_process(process)
