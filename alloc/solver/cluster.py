"""A Dask cluster in place of processes of this machine."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from queue import Empty, Queue
from typing import Any

from alloc.errors import RequestError

CONNECT = 10
"""Longest wait for a scheduler's answer [s]."""

GRACE = 2.0
"""What Dask may need beyond that to say that there is none [s]."""

_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://([^\s/:]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}/?")


def check_address(address: str) -> None:
    """Raise RequestError for what is no address of a Dask scheduler."""
    if not _ADDRESS.fullmatch(address):
        raise RequestError("bad_cluster", found=address)


def connect(address: str) -> Any:
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
        client = found.get(timeout=CONNECT + GRACE)
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


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Connect to the scheduler at an address, and let go of it at the end; nothing to connect to without one."""
    if address is None:
        yield None
        return
    client = connect(address)
    try:
        yield client
    finally:
        client.close()
