"""What this process keeps in memory: modules loaded while it waits, and a search for circles of objects made rare."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
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


def load_meanwhile(module: str) -> None:
    """Load a module while this process waits for HiGHS, which lets Python run; whoever imports it meanwhile waits."""
    Thread(target=import_module, args=(module,)).start()
