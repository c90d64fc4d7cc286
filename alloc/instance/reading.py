"""From files to a checked, frozen instance."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from alloc.errors import Fault, InstanceError, RequestError
from alloc.instance import doubts, plans, references
from alloc.instance.document import Source, parse
from alloc.instance.overrides import override
from alloc.instance.schema import Document, Instance
from alloc.instance.shape import shaped
from alloc.instance.tables import TABLES, WITHOUT_ID, gather

MAIN = "instance.yaml"


@dataclass(frozen=True)
class Reading:
    """What came of reading: the instance unless there are faults, and what looks doubtful."""

    instance: Instance | None
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...]


def read(path: str | File, overrides: Mapping[str, object] | None = None) -> Instance:
    """Read an instance: a YAML file, or a folder with `instance.yaml`.

    overrides: figures to replace by their path, such as {"funds.tianjin.amount": 30000}.
    Raises InstanceError with every fault that the files have, RequestError where there is no such file.
    """
    reading = inspect(path, overrides)
    if reading.instance is None:
        raise InstanceError(reading.faults)
    return reading.instance


def inspect(path: str | File, overrides: Mapping[str, object] | None = None) -> Reading:
    """Read an instance and report everything wrong or doubtful in it, without raising for faults."""
    return draft(path).inspect(overrides)


@dataclass(frozen=True)
class Draft:
    """An instance as it is written, parsed but not checked: it can be asked with other figures again and again.

    It can be sent to another process; files that only a replaced figure names are opened when they are needed.
    """

    source: Source
    folder: "_Folder"

    def inspect(self, overrides: Mapping[str, object] | None = None) -> Reading:
        """Return the instance with some figures replaced, or everything wrong with it; the draft stays as it is."""
        return _inspected(self.replaced(overrides), self.folder.copy(), overrides)

    def replaced(self, overrides: Mapping[str, object] | None = None) -> Source:
        """Return what is written with some figures replaced; a path that leads nowhere is a fault in it."""
        source = self.source.copy()
        for key, value in (overrides or {}).items():
            override(source, key, value)
        return source


def draft(path: str | File) -> Draft:
    """Parse an instance: a YAML file, or a folder with `instance.yaml`. Raises RequestError where there is none."""
    file = File(path) / MAIN if File(path).is_dir() else File(path)
    if not file.is_file():
        raise RequestError("no_instance", path=path)
    folder = _Folder(file.parent)
    content = folder.open(file.name)
    source = _document(content, str(file))
    gather(source, folder.open, str(file.parent))
    return Draft(source, folder)


def _inspected(source: Source, folder: "_Folder", overrides: Mapping[str, object] | None) -> Reading:
    """Check what is written, place every fault, and freeze the instance where there is none."""
    document, broken, rows = (None, set(), {}) if source.data is None else shaped(source)
    worries: list[Fault] = []
    previous: dict[str, Any] = {}
    if document is not None:
        written = {t: source.data.get(t) for t in TABLES if t not in WITHOUT_ID}
        ids = {t: found if isinstance(found, dict) else {} for t, found in written.items()}
        found = [_renumbered(one, rows) for check in references.CHECKS for one in check(document, ids)]
        source.faults += [
            _placed(source, one) for one in found if one[1] not in references.ABSENCES or one[0][:2] not in broken
        ]
        previous = plans.previous(document, source, folder.open)
        if not source.faults:
            worries = [_placed(source, found) for check in doubts.CHECKS for found in check(document)]
    if source.faults or document is None:
        return Reading(None, tuple({fault.say(): fault for fault in source.faults}.values()), ())
    fields = {key: getattr(document, key) for key in Document.model_fields}
    instance = Instance.model_construct(**fields, previous=previous, sha256=folder.digest(overrides))
    return Reading(instance, (), tuple(worries))


def _document(content: bytes | Fault, file: str) -> Source:
    if isinstance(content, Fault):
        return Source(faults=[Fault(file, "", content.text, content.values)])
    try:
        return parse(content.decode("utf-8-sig"), file)
    except UnicodeDecodeError:
        return Source(faults=[Fault(file, "", "not_utf8")])


def _renumbered(found: references.Found, rows: Mapping[str, Sequence[int]]) -> references.Found:
    """Return a fault with the number that its row has as written, whichever rows before it were left out."""
    (table, *steps), text, values = found
    if steps and table in rows:
        steps[0] = rows[str(table)][int(steps[0])]
    return (table, *steps), text, values


def _placed(source: Source, found: references.Found) -> Fault:
    path, text, values = found
    return Fault(source.place(path), source.label(path), text, values)


class _Folder:
    """The folder of an instance: opens files inside it, and nothing outside."""

    def __init__(self, root: File, read: Iterable[bytes] = ()):
        self.root = root.resolve()
        self._read = [*read]

    def copy(self) -> "_Folder":
        """Return a folder of which the same has been read."""
        return _Folder(self.root, self._read)

    def open(self, name: str) -> bytes | Fault:
        """Return the content of a file, or a fault that says why not."""
        shown = name if len(name) <= 60 else name[:57] + "..."
        try:
            path = (self.root / name).resolve()
            if not path.is_relative_to(self.root):
                return Fault("", "", "leaves_folder", {"found": shown})
            if not path.is_file():
                return Fault("", "", "no_such_file", {"found": shown})
            content = path.read_bytes()
        except (OSError, ValueError):  # a name that no file can have, or a file that may not be read
            return Fault("", "", "no_such_file", {"found": shown})
        self._read.append(f"{name}\0{len(content)}\0".encode() + content)
        return content

    def digest(self, overrides: Mapping[str, object] | None) -> str:
        """Return the fingerprint of everything read, overrides included."""
        found = hashlib.sha256(b"".join(self._read))
        for key, value in sorted((overrides or {}).items()):
            found.update(f"{key}\0{value}\0".encode())
        return found.hexdigest()
