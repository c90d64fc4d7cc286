"""From files to a checked, frozen instance."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path as File
from typing import Any

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance import plans, references, signs, warnings, years
from alloc.instance.document import Found, Path, Source, parse
from alloc.instance.drawn import draw_scenarios
from alloc.instance.encoding import decode, explain_unreadable
from alloc.instance.names import REFERENCES, find_unknown, replace_names
from alloc.instance.overrides import PLACE, override
from alloc.instance.paths import expand_setting, is_picked_too
from alloc.instance.schema import Document, Flow, Instance
from alloc.instance.shape import shape_document
from alloc.instance.spans import UnclearError
from alloc.instance.tables import TABLES, WITHOUT_ID, WORKBOOKS, gather
from alloc.instance.wording import add_heading, fill_words
from alloc.instance.writing import plain

MAINS = ("instance.yaml", "instance.xlsx")
"""What the instance is called in a folder of its own."""

FOREIGN = (".xls", ".xlsb", ".et", ".ods", ".numbers")
"""Other spreadsheets, refused with the way to save them as .xlsx."""


@dataclass(frozen=True)
class Reading:
    """What came of reading: the instance unless there are faults, and what looks doubtful."""

    instance: Instance | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read(path: str | File, overrides: Mapping[str, object] | None = None) -> Instance:
    """Read an instance: a YAML file, an Excel workbook, or a folder with `instance.yaml` or `instance.xlsx`.

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
    folder: "_Folder | _Memory"

    def inspect(self, overrides: Mapping[str, object] | None = None) -> Reading:
        """Return the instance with some figures replaced, or everything wrong with it; the draft stays as it is."""
        return _inspect(self.replaced(overrides), self.folder.copy(), overrides)

    def read(self, overrides: Mapping[str, object] | None = None) -> Instance:
        """Return the instance with some figures replaced. Raises InstanceError with everything wrong with it."""
        reading = self.inspect(overrides)
        if reading.instance is None:
            raise InstanceError(reading.faults)
        return reading.instance

    def replaced(self, overrides: Mapping[str, object] | None = None) -> Source:
        """Return what is written with some figures replaced; a path that leads nowhere is a fault in it."""
        return self._replace(overrides or {})[0]

    def expand(self, overrides: Mapping[str, object]) -> dict[str, object]:
        """Return every figure that overrides replace, path → value: no selectors, factors or rules that are off.

        What cannot be understood stays as it is, to be a fault where it is used.
        """
        return self._replace(overrides)[1]

    def _replace(self, overrides: Mapping[str, object]) -> tuple[Source, dict[str, object]]:
        source, found = self.source.copy(), dict[str, object]()
        for key, value in overrides.items():
            try:
                figures = expand_setting(source.data, key, value)
            except UnclearError as error:
                source.faults.append(Fault(PLACE, key, error.text, error.values))
                found[key] = value
                continue
            for path, figure in figures.items():
                override(source, path, figure, leave_out=figure is None and is_picked_too(source.data, path))
            found |= figures
        return source, found


def draft(given: Instance | str | PathLike[str]) -> Draft:
    """Parse an instance: a YAML file, a workbook, or the folder of one; or take one that was read as it was written.

    Raises RequestError where there is no such file.
    """
    if isinstance(given, Instance):
        return Draft(Source(plain(given), plans=dict(given.previous)), _Memory(given.sha256))
    file = locate(File(given))
    folder = _Folder(file.parent)
    content = folder.open(file.name)
    source = _document(content, file)
    gather(source, folder.open, _add_table, str(file.parent))
    signs.check(source)
    years.nest_by_year(source.data)
    return Draft(source, folder)


def _inspect(source: Source, folder: "_Folder | _Memory", overrides: Mapping[str, object] | None) -> Reading:
    """Check what is written, place every fault, and freeze the instance where there is none."""
    years.prepare(source)
    replace_names(source)
    document, broken, rows = (None, set(), {}) if source.data is None else shape_document(source)
    instance = None
    if document is not None:
        source.faults += _between_rows(document, broken, rows, source)
        previous = plans.read_previous(document, rows.get("rules", ()), source, folder.open)
        questions = _inspect_years(document, source, folder) if document.years else ()
        if not source.faults:
            instance = _freeze(document, previous, questions, source, folder.digest(overrides))
    return Reading(instance, _tell(source.faults), _tell(source.warnings))


def _freeze(
    document: Document,
    previous: dict[str, tuple[Flow, ...]],
    questions: tuple[Instance, ...],
    source: Source,
    sha256: str,
) -> Instance:
    """Return a document without faults as an instance; what looks doubtful in it goes to the source."""
    if questions and years.is_of_one_year(document):
        return questions[0].model_copy(update={"sha256": sha256})
    fields = {key: getattr(document, key) for key in Document.model_fields}
    drawn = draw_scenarios(document)
    instance = Instance.model_construct(**fields, previous=previous, drawn=drawn, sha256=sha256, questions=questions)
    for check in warnings.CHECKS:
        source.warnings += [_place(source, found) for found in check(instance)]
    return instance


def _inspect_years(document: Document, source: Source, folder: "_Folder | _Memory") -> tuple[Instance, ...]:
    """Return the question of every year; what is wrong in any of them goes to the source, once.

    A year's own faults are sought only where its figures are understood, and the base has none of its own.
    """
    wrong = [*years.find_faults(document, source)]
    source.faults += wrong
    if source.faults:
        return ()
    questions = []
    for of_year in years.split(document, source):
        reading = _inspect(of_year, folder.copy(), None)
        for told, found in ((source.faults, reading.faults), (source.warnings, reading.warnings)):
            told += [fault for fault in found if fault not in told]
        if reading.instance is not None:
            questions.append(reading.instance)
    return () if source.faults else years.complete(document, questions)


def _tell(found: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults or warnings that are told, with the Chinese titles of columns."""
    return foremost(map(add_heading, found))


def _between_rows(
    document: Document, broken: set[Path], rows: Mapping[str, Sequence[int]], source: Source
) -> Iterator[Fault]:
    """Yield what does not fit together between rows, those at fault by themselves included as far as one can tell."""
    ids: dict[str, Mapping[str, object]] = {}
    for table in TABLES:
        written = source.data.get(table)
        if table not in WITHOUT_ID:
            ids[table] = written if isinstance(written, dict) else {}
    for check in references.CHECKS:
        for found in check(document, ids):
            renumbered = _renumber(found, rows)
            if not _follows(renumbered, broken, source):
                yield _place(source, renumbered)
    for found in find_unknown(source.data, _gone(document, rows), ids):
        yield _place(source, found)


def _follows(found: Found, broken: set[Path], source: Source) -> bool:
    """Tell whether a fault follows from one that is told already, of its row, of a heading or of a whole table."""
    path, text, values = found
    if text == "unknown_id":
        return values["table"] in source.unread
    if text not in references.DERIVED:
        return False
    return path[0] in source.misheaded or any(row[: len(path)] == path[:2] for row in broken)


def locate(path: File) -> File:
    """Return the file of an instance. Raises RequestError where there is none, or where a folder has two."""
    try:
        found = [file for file in _list_mains(path) if file.is_file()]
        is_result = (path / "instance" / MAINS[0]).is_file() and (path / "run.json").is_file()
    except (OSError, ValueError) as error:
        why = explain_unreadable(error, path)
        raise InstanceError([Fault(str(path), "", why.text, why.values)]) from None
    if len(found) > 1:
        raise RequestError("two_instances", path=path, found=", ".join(MAINS))
    if not found and is_result:
        raise RequestError("is_result", path=path, question=path / "instance")
    if not found:
        raise RequestError("no_instance", path=path)
    return found[0]


def _list_mains(path: File) -> list[File]:
    """Return the files that an instance may be: one that is named, or those that a folder may have."""
    return [path / main for main in MAINS] if path.is_dir() else [path]


def _document(content: bytes | Fault, file: File) -> Source:
    if isinstance(content, Fault):
        return Source(faults=[Fault(str(file), "", content.text, content.values)])
    if file.suffix.lower() in WORKBOOKS:
        from alloc.instance.excel.read import read_workbook  # loads openpyxl, which only workbooks need

        return read_workbook(content, str(file))
    if file.suffix.lower() in FOREIGN:
        return Source(faults=[Fault(str(file), "", "workbook_format", {"found": file.suffix})])
    text = decode(content)
    if isinstance(text, Fault):
        return Source(faults=[Fault(str(file), "", text.text, text.values)])
    return parse(text, str(file))


def _add_table(content: bytes, file: str, table: str, source: Source) -> None:
    from alloc.instance.excel.read import add_table  # as above

    add_table(content, file, table, source)


def _gone(document: Document, rows: Mapping[str, Sequence[int]]) -> Callable[[str, str | int], bool]:
    """Return what tells whether a row was left out of the document."""
    left: dict[str, set[Any]] = {
        table: {*rows.get(table, ())} if table in WITHOUT_ID else {*getattr(document, table)} for table in REFERENCES
    }
    return lambda table, key: key not in left[table]


def _renumber(found: Found, rows: Mapping[str, Sequence[int]]) -> Found:
    """Return a fault with the number that its row has as written, whichever rows before it were left out."""
    (table, *steps), text, values = found
    if steps and table in rows:
        steps[0] = rows[str(table)][int(steps[0])]
        if "twin" in values:
            values = {**values, "twin": rows[str(table)][values["twin"]]}
    return (table, *steps), text, values


def _place(source: Source, found: Found) -> Fault:
    path, text, values = found
    if "twin" in values and path[0] in source.letters:  # in a sheet rows go by their cells
        twin = (path[0], values["twin"])
        hidden = source.is_hidden(path) or source.is_hidden(twin)
        text, values = "duplicate_hidden" if hidden else "duplicate_id", {**values, "first": source.place(twin)}
    return Fault(source.place(path), source.label(path), text, fill_words(values, path, source))


class _Memory:
    """What an instance that is not read from files has in place of a folder."""

    def __init__(self, sha256: str):
        self._sha256 = sha256

    def copy(self) -> "_Memory":
        """Return the same: nothing changes here."""
        return self

    def open(self, name: str) -> Fault:
        """Return the fault of a file that is not there."""
        return Fault("", "", "no_such_file", {"found": name})

    def digest(self, overrides: Mapping[str, object] | None) -> str:
        """Return the fingerprint of the instance, another one under overrides."""
        return _add_overrides(hashlib.sha256(self._sha256.encode()), overrides) if overrides else self._sha256


def _add_overrides(found: "hashlib._Hash", overrides: Mapping[str, object] | None) -> str:
    for key, value in sorted((overrides or {}).items()):
        found.update(f"{key}\0{value}\0".encode())
    return found.hexdigest()


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
        except (OSError, ValueError, RuntimeError) as error:
            why = explain_unreadable(error, shown)
            return Fault("", "", "no_such_file", {"found": shown}) if why.text == "unreadable_none" else why
        self._read.append(f"{name}\0{len(content)}\0".encode() + content)
        return content

    def digest(self, overrides: Mapping[str, object] | None) -> str:
        """Return the fingerprint of everything read, overrides included."""
        return _add_overrides(hashlib.sha256(b"".join(self._read)), overrides)
