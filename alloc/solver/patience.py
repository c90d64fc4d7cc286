"""How long a search may take: the time limit and Ctrl-C, for everything that one solve runs."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_listening: list["Patience"] = []
"""Whose searches run now, the outermost first: Ctrl-C is meant for all of them."""


GRACE = 2.0
"""Longest time for making a plan of what was found, once the time is out [s]."""


class Patience:
    """The time that is left, and whether somebody asked to stop."""

    def __init__(self, seconds: float):
        self.started = time.perf_counter()
        self.stopped = False
        self._limit = seconds

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

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let Ctrl-C end the search with the plan it has; a second one ends the program.

        Without it a Ctrl-C while HiGHS runs would be lost: HiGHS ends, and what asked it goes on. A search within
        another hears what the other has heard, and the other way round.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self.stopped = self.stopped or any(outer.stopped for outer in _listening)
        _listening.append(self)
        before = signal.signal(signal.SIGINT, _stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            _listening.remove(self)

    def brief(self, seconds: float = GRACE) -> "Patience":
        """Return so much time, or what is left: what was found is made a plan even where the time is out."""
        return self if self.left >= seconds else Patience(seconds)


def _stop(number: int, frame: object) -> None:
    if all(one.stopped for one in _listening):
        raise KeyboardInterrupt
    for one in _listening:
        one.stopped = True
