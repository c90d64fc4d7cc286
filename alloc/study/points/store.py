"""What is solved already, kept by content in one file: a sweep or study that was stopped goes on where it was.

A point's key is the SHA-256 of what was asked: the instance as written, the figures replaced, the solver's options,
the versions of alloc and HiGHS, and the format of this store. The store is SQLite with a write-ahead log; only the
process that runs the study writes to it, one transaction a point, so a kill at any moment loses nothing that was told
and repeats nothing.
"""

import hashlib
import json
import sqlite3
from collections import UserDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from alloc.errors import RequestError
from alloc.instance.document import scalar
from alloc.report.target import resume
from alloc.run_figures import list_versions
from alloc.study.points.point import FAILED, Overrides, Point
from alloc.study.points.point_solver import PointQuestion, SolvedPoint

FORMAT = 5
"""Rises when points of an earlier store would not be what this program finds."""

FILE, LOCK = "sweep.sqlite", "sweep.lock"

PATIENCE = 5_000
"""Another program that looks into the store may hold it so long while a point is written down [ms]."""

_POINT = TypeAdapter(Point)

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (sha256 TEXT PRIMARY KEY, manifest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS points
    (key TEXT PRIMARY KEY, status TEXT NOT NULL, point TEXT NOT NULL, choice TEXT NOT NULL);
"""


def write_canonical(value: Any) -> str:
    """Return JSON that is the same for the same content: sorted keys, every number a float, nothing else."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    value = scalar(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def fingerprint(question: PointQuestion, previous: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what every point of a question shares. previous: the plans that its rules compare with."""
    shared = {
        "format": FORMAT,
        "instance": question.draft.source.data,
        "previous": {name: [row.model_dump() for row in rows] for name, rows in previous.items()},
        "versions": {name: list_versions()[name] for name in ("alloc", "highspy")},
        "options": {key: value for key, value in question.options.items() if value is not None},
        **_tell_kept(question),
    }
    return hashlib.sha256(write_canonical(shared).encode()).hexdigest()


def _tell_kept(question: PointQuestion) -> dict[str, Any]:
    """Return what is asked beside a plan with its totals: nothing of most sweeps."""
    found: dict[str, Any] = {}
    if not question.claims:
        found["claims"] = False
    if question.tables:
        found["tables"] = question.tables
    if question.closest_to is not None:
        found["closest_to"] = [[*pair, paid] for pair, paid in sorted(question.closest_to.items())]
    return found


def key_of(shared: str, overrides: Mapping[str, object]) -> str:
    """Return the key of a point."""
    return hashlib.sha256(f"{shared}\n{write_canonical(overrides)}".encode()).hexdigest()


PAIRS = ("money", "payments")
"""What a point holds by places, for which JSON has no keys: they are kept as rows."""


class Store:
    """Points by their keys."""

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection

    def begin(self, manifest: Mapping[str, Any]) -> None:
        """Write down what is about to be done, before anything is."""
        text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
        sha = hashlib.sha256(text.encode()).hexdigest()
        self._connection.execute("INSERT OR IGNORE INTO runs VALUES (?, ?)", (sha, text))

    def known(self) -> dict[str, SolvedPoint]:
        """Return every point that is settled; those whose process died are asked again."""
        rows = self._connection.execute("SELECT key, point, choice FROM points WHERE status <> ?", (FAILED,))
        return {key: _read_point(key, point, start) for key, point, start in rows}

    def keep(self, key: str, solved: SolvedPoint) -> None:
        """Write one point down."""
        pairs = {key: [[*pair, x] for pair, x in getattr(solved.point, key).items()] for key in PAIRS}
        point = asdict(solved.point) | pairs
        row = (key, solved.point.status, json.dumps(point, ensure_ascii=False), json.dumps(dict(solved.start)))
        self._connection.execute("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?)", row)


class KeptPoints:
    """The points of one question in a store, by the figures that they replace.

    about: what is asked of it, where that is not its best plan.
    """

    def __init__(self, store: Store, question: PointQuestion, previous: Mapping[str, Any], about: str = ""):
        self._store, self._shared = store, f"{about}{fingerprint(question, previous)}"
        self._known = store.known()

    def find(self, points: Sequence[Overrides]) -> dict[int, SolvedPoint]:
        """Return those of some points that are there, by number."""
        keys = [key_of(self._shared, overrides) for overrides in points]
        return {i: self._known[key] for i, key in enumerate(keys) if key in self._known}

    def keep(self, overrides: Overrides, solved: SolvedPoint) -> None:
        """Write one point down."""
        self._store.keep(key_of(self._shared, overrides), solved)


class KeptAnswers(UserDict[str, bool]):
    """Whether there is a plan, by what was asked: every answer is written down as a point with nothing but a status."""

    def __init__(self, points: KeptPoints, overrides: Overrides):
        """overrides: figures that are replaced in whatever is asked."""
        super().__init__()
        self._points, self._overrides = points, overrides

    def __contains__(self, asked: object) -> bool:
        if asked not in self.data:
            for solved in self._points.find([{**self._overrides, "asked": asked}]).values():
                self.data[str(asked)] = solved.point.status == "feasible"
        return asked in self.data

    def __setitem__(self, asked: str, found: bool) -> None:
        self.data[asked] = found
        overrides = {**self._overrides, "asked": asked}
        self._points.keep(overrides, SolvedPoint(Point(overrides, "feasible" if found else "infeasible")))


def _read_point(key: str, point: str, start: str) -> SolvedPoint:
    """Return a row as a point. Raises DataError where it is none: somebody else wrote there, or a disk failed."""
    try:
        written, begins = json.loads(point), json.loads(start)
        pairs = {key: {tuple(place): x for *place, x in written[key]} for key in PAIRS}
        found = _POINT.validate_python(written | pairs | {"funded": tuple(written["funded"])})
        if not isinstance(begins, dict):
            raise TypeError(start)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        problem = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise sqlite3.DataError(f"{key}: {problem}") from None
    return SolvedPoint(found, begins)


@contextmanager
def open_store(folder: Path | None, anew: bool = False) -> Iterator[Store]:
    """Open the store in a folder, or one that is not kept. anew: forget what it holds, once nobody else writes there.

    Raises RequestError where another sweep writes there, and where the store cannot be read or written.
    """
    if folder is None:
        with _connect(":memory:", _TABLES) as connection:
            yield Store(connection)
        return
    with _name_trouble(folder / FILE), _lock(folder):
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm") if anew else ():
            (folder / name).unlink(missing_ok=True)
        with _connect(folder / FILE, _TABLES) as connection:
            yield Store(connection)


@contextmanager
def open_kept(
    folder: str | PathLike[str] | None, question: PointQuestion, previous: Mapping[str, Any], about: str = ""
) -> Iterator[KeptPoints]:
    """Open the points of one question that a folder keeps; without a folder they are kept for the while only."""
    with open_store(None if folder is None else resume(Path(folder), FILE)) as store:
        yield KeptPoints(store, question, previous, about)


def remove_store(folder: Path) -> None:
    """Remove the store of a folder, and the folder where nothing else is in it."""
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", LOCK):
        with suppress(OSError):
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()


def read_keys(folder: Path) -> set[str]:
    """Return the keys of the points that a folder holds; nothing is written."""
    file = folder / FILE
    if not file.is_file():
        return set()
    with _name_trouble(file), _connect(f"{file.absolute().as_uri()}?mode=ro") as connection:
        return set(Store(connection).known())


@contextmanager
def _name_trouble(file: Path) -> Iterator[None]:
    """Say which store it is that cannot be used."""
    try:
        yield
    except sqlite3.Error as error:
        raise RequestError("sweep_bad_store", path=file, problem=error) from error


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Keep other sweeps out. The file of the lock stays: whoever waits for it must not wait for one that is gone."""
    with _connect(folder / LOCK) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")  # the system lets go of it however this process ends
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            raise RequestError("sweep_busy", path=folder) from error
        yield


@contextmanager
def _connect(file: Path | str, tables: str = "") -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None, timeout=0.5, uri=str(file).startswith("file:"))
    try:
        if tables:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(tables)
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        yield connection
    finally:
        connection.close()
