"""How long a search may take: the time limit and Ctrl-C, for everything that one solve runs."""

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import highspy


class Patience:
    """The time that is left, and whether somebody asked to stop."""

    def __init__(self, seconds: float):
        self.started = time.perf_counter()
        self.stopped = False
        self._limit = seconds
        self._running: highspy.Highs | None = None

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds left, none once stopped."""
        return 0.0 if self.stopped else max(0.0, self._limit - self.spent)

    def over(self) -> bool:
        """Tell whether the search must end with what it has."""
        return self.left <= 0

    def run(self, solver: highspy.Highs, seconds: float = math.inf) -> None:
        """Run HiGHS within the time that is left; Ctrl-C ends the run with what it has."""
        solver.setOptionValue("time_limit", max(1e-3, min(seconds, self.left)))
        solver.HandleUserInterrupt = True
        self._running = solver
        try:
            solver.run()
        finally:
            self._running = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let Ctrl-C end the search with the plan it has; a second one ends the program.

        Without it a Ctrl-C while HiGHS runs would be lost: HiGHS ends, and what asked it goes on.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: object) -> None:
            if self.stopped:
                raise KeyboardInterrupt
            self.stopped = True
            if self._running is not None:
                self._running.cancelSolve()

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
