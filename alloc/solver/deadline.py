"""How long a search may take: the time limit and Ctrl-C, for everything that one solve runs."""

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from alloc.errors import AllocError

_listening: list["Deadline"] = []
"""Whose searches run now, the outermost first: Ctrl-C is meant for all of them."""


GRACE = 2.0
"""Longest time for making a plan of what was found, once the time is out [s]."""


class Deadline:
    """The time that is left, and whether somebody asked to stop."""

    def __init__(self, seconds: float, of: "Deadline | None" = None):
        """Begin now. of: from whom it hears of a wish to stop; else from whoever listens now."""
        self.started = time.perf_counter()
        self._limit, self._stopped = seconds, False
        self._of = of or (_listening[-1] if _listening else None)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopped or (self._of is not None and self._of.stopped)

    def stop(self) -> None:
        """Ask to stop."""
        self._stopped = True

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
        _listening.append(self)
        before = signal.signal(signal.SIGINT, _stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            _listening.remove(self)

    def part(self, share: float) -> "Deadline":
        """Return the first part of what is left: what follows has the rest."""
        return Deadline(share * self.left, self)

    def brief(self, seconds: float = GRACE) -> "Deadline":
        """Return so much time, or what is left: what was found is made a plan even where the time is out."""
        if self.left >= seconds:
            return self
        last = Deadline(seconds)
        last._of = None  # what was heard already does not end it
        return last


@contextmanager
def unheard() -> Iterator[None]:
    """Let a Ctrl-C that was heard before not end the searches within, which what was found needs. Another one does."""
    before, _listening[:] = list(_listening), []
    try:
        yield
    finally:
        _listening[:] = before


@contextmanager
def unbroken() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end where Ctrl-C ended a search within: what half a search says is no answer."""
    deadline = Deadline(math.inf)
    try:
        with deadline.listening():
            yield
    except AllocError:
        if not deadline.stopped:
            raise
    if deadline.stopped:
        raise KeyboardInterrupt


def _stop(number: int, frame: object) -> None:
    if all(one.stopped for one in _listening):
        raise KeyboardInterrupt
    for one in _listening:
        one.stop()
