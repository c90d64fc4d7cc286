"""The workers of a desk: one that answers and one in reserve; what is cancelled is ended, and the reserve steps in.

A worker takes seconds to load, and so do the processes that it keeps ready. The reserve is loaded when nobody has asked
anything for a while, so that neither takes processors from an answer that somebody waits for.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

RESERVE = 2
"""So many workers are kept that do nothing."""

REST = 4.0
"""When the desk has rested so long [s], the reserve is loaded: by then a worker that rests has its processes ready."""


class DeskWorker:
    """A process that answers, one question after the other."""

    def __init__(self) -> None:
        """Start it; it answers as soon as it has loaded."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "alloc.desk.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def ask(self, question: Mapping[str, Any], hear: Callable[[dict[str, Any]], None]) -> dict[str, Any] | None:
        """Return the reply to a question, None where the worker ended before. hear: is told how far it is."""
        into, out = self._process.stdin, self._process.stdout
        assert into is not None
        assert out is not None
        try:
            into.write(json.dumps(question) + "\n")
            into.flush()
            for line in out:
                message = json.loads(line)
                if "reply" in message:
                    reply: dict[str, Any] = message["reply"]
                    return reply
                hear(message)
        except (OSError, ValueError):  # it was ended in the middle of a word
            pass
        return None

    def end(self) -> None:
        """End it at once, with all that it has begun; once only, for its number may be another's by then."""
        if self._process.returncode is not None:
            return
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


class Workers:
    """All workers of a desk."""

    def __init__(self) -> None:
        """Begin to load the first one."""
        self._lock, self._closed = threading.Lock(), False
        self._idle: list[DeskWorker] = []
        self._all: set[DeskWorker] = set()
        self._rest = threading.Timer(REST, self._load_reserve)
        self._load(1)

    def take(self) -> DeskWorker:
        """Return a worker that does nothing else; loading others waits."""
        with self._lock:
            self._rest.cancel()
            return self._idle.pop(0) if self._idle else self._start()

    def give_back(self, worker: DeskWorker) -> None:
        """Take back a worker that has answered; it stands first, for its memory is warm."""
        with self._lock:
            keep = not self._closed and len(self._idle) < RESERVE
            if keep:
                self._idle.insert(0, worker)
                self._wait_for_rest()
        if not keep:
            self.end(worker)

    def end(self, worker: DeskWorker) -> None:
        """End a worker, and see to it that another one stands ready."""
        with self._lock:
            self._all.discard(worker)
            self._load(1)
        worker.end()

    def close(self) -> None:
        """End every worker, and start no other."""
        with self._lock:
            self._closed = True
            self._rest.cancel()
            workers, self._all = list(self._all), set()
            self._idle.clear()
        for worker in workers:
            worker.end()

    def _start(self) -> DeskWorker:
        worker = DeskWorker()
        self._all.add(worker)
        return worker

    def _load(self, count: int) -> None:
        """Begin to load workers until so many do nothing."""
        while not self._closed and len(self._idle) < count:
            self._idle.append(self._start())

    def _load_reserve(self) -> None:
        with self._lock:
            if len(self._idle) == len(self._all):
                self._load(RESERVE)

    def _wait_for_rest(self) -> None:
        self._rest.cancel()
        self._rest = threading.Timer(REST, self._load_reserve)
        self._rest.daemon = True
        self._rest.start()
