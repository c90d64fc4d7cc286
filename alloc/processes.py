"""Other processes of this machine, and how they begin: where that is known to be safe, as copies of one that is ready.

A process that begins from nothing takes a second of a processor to load what a search needs. On Linux one process can
load it beside the first, and is copied from then on: it runs nothing but Python's own server of copies
(multiprocessing's forkserver), so that no thread and no search is ever copied with it.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext

MANY = 100
"""With so many measures a question is worth processes beside this one, each of which takes a second to begin."""

_ways = ["spawn"]
"""How processes begin from now on, by multiprocessing's word for it."""


def load_ahead(module: str) -> None:
    """Have a process load a module, which all that are opened later are copies of; without a second processor none.

    To be called before this process loads it too: whoever asks for a copy waits until the module is loaded.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # which lets Ctrl-C through at its end, held back or not
    forkserver.set_forkserver_preload([module])
    with hold_interrupts():
        forkserver.ensure_running()
    _ways[0] = "forkserver"


def choose_context() -> BaseContext:
    """Return the way in which processes begin, as multiprocessing has it."""
    return multiprocessing.get_context(_ways[0])


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Let a process begin with Ctrl-C held back, as its parent's thread is here: what is struck while it still loads
    would be told as an error of its own. The parent hears what came meanwhile at the end.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows has none
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
