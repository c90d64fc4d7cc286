"""What is solved already, kept by content in one file: a sweep that was stopped goes on where it was.

A point's key is the SHA-256 of what was asked: the instance as written, the figures replaced, the solver's options
and the format of this store. The store is SQLite with a write-ahead log; only the process that runs the sweep
writes to it, one transaction a point, so a kill at any moment loses nothing that was told and repeats nothing.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from alloc.errors import RequestError
from alloc.instance.document import scalar
from alloc.study.asking import Answer, Question
from alloc.study.point import FAILED, Point

FORMAT = 2
"""Rises when points of an earlier store would not be what this program finds."""

FILE, LOCK = "sweep.sqlite", "sweep.lock"

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (sha256 TEXT PRIMARY KEY, manifest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS points
    (key TEXT PRIMARY KEY, status TEXT NOT NULL, point TEXT NOT NULL, choice TEXT NOT NULL);
"""


def canonical(value: Any) -> str:
    """Return JSON that is the same for the same content: sorted keys, every number a float, nothing else."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    value = scalar(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def fingerprint(question: Question, previous: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what every point of a question shares. previous: the plans that its rules compare with."""
    shared = {
        "format": FORMAT,
        "instance": question.draft.source.data,
        "previous": {name: [row.model_dump() for row in rows] for name, rows in previous.items()},
        "options": {key: value for key, value in question.options.items() if value is not None},
    }
    return hashlib.sha256(canonical(shared).encode()).hexdigest()


def key_of(shared: str, overrides: Mapping[str, object]) -> str:
    """Return the key of a point."""
    return hashlib.sha256(f"{shared}\n{canonical(overrides)}".encode()).hexdigest()


class Store:
    """Points by their keys."""

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection

    def begin(self, manifest: Mapping[str, Any]) -> None:
        """Write down what is about to be done, before anything is."""
        text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
        sha = hashlib.sha256(text.encode()).hexdigest()
        self._connection.execute("INSERT OR IGNORE INTO runs VALUES (?, ?)", (sha, text))

    def known(self) -> dict[str, Answer]:
        """Return the answer of every point that is settled; those whose process died are asked again."""
        rows = self._connection.execute("SELECT key, point, choice FROM points WHERE status <> ?", (FAILED,))
        return {key: Answer(_point(json.loads(point)), json.loads(choice)) for key, point, choice in rows}

    def keep(self, key: str, answer: Answer) -> None:
        """Write one point down."""
        point = asdict(answer.point) | {"money": [[*pair, x] for pair, x in answer.point.money.items()]}
        row = (key, answer.point.status, json.dumps(point, ensure_ascii=False), json.dumps(dict(answer.choice)))
        self._connection.execute("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?)", row)


def _point(written: dict[str, Any]) -> Point:
    money = {(county, category): x for county, category, x in written["money"]}
    return Point(**written | {"money": money, "funded": tuple(written["funded"])})


@contextmanager
def store(folder: Path | None) -> Iterator[Store]:
    """Open the store in a folder, or one that is not kept. Raises RequestError where another sweep writes there."""
    if folder is None:
        with _connected(":memory:") as connection:
            yield Store(connection)
        return
    with _connected(folder / LOCK) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")  # the system lets go of it however this process ends
        except sqlite3.OperationalError as error:
            raise RequestError("sweep_busy", path=folder) from error
        with _connected(folder / FILE) as connection:
            yield Store(connection)
        lock.rollback()
    (folder / LOCK).unlink(missing_ok=True)


@contextmanager
def _connected(file: Path | str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None, timeout=0.5)
    try:
        if str(file).endswith(LOCK):
            yield connection
            return
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_TABLES)
        except sqlite3.DatabaseError as error:
            raise RequestError("sweep_bad_store", path=file, problem=error) from error
        yield connection
    finally:
        connection.close()
