"""Beside the work of this process: what is loaded while it waits, and a search for circles of objects made rare."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

SELDOM = (100_000, 20, 100)
"""Objects made since the last search, and such searches until older ones are looked at too. A model is hundreds of
thousands of objects that stay: of 832 counties it is read and built in three quarters of the time like this."""


def collect_seldom() -> None:
    """Let this process search seldom."""
    gc.set_threshold(*SELDOM)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let this process search seldom for a while: in a script or a notebook how often it does is not alloc's to say."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def do_meanwhile(work: Callable[[], None]) -> None:
    """Do some work, such as loading modules, while this process waits for HiGHS, which lets Python run."""
    Thread(target=work).start()
