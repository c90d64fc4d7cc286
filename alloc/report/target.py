"""Where results go: which folder may be written, how it gets its name, and whether it is as it was written.

A folder is filled beside its place and gets its name in one step: it is there whole or not at all. The name is never
taken from another folder that holds something, unless that is an earlier result of the same kind and its owner said so;
files in it that alloc did not write are kept. A link is written through, never replaced.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from alloc.errors import RequestError

PACKAGE = "datapackage.json"
"""The data dictionary of a folder: it describes the tables with their hashes, and names every file that was written."""

RESULT = ("run.json", PACKAGE)
"""What tells a result from any other folder."""

ANSWERS = "answers"
"""The folder of a result that holds what people ask of it: written later, so it names its files itself."""

TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
"""What a rename answers where the name belongs to something that must not be lost."""

TRIES = 10
"""So often a folder is replaced while others replace it at the same time."""


def check_writable(out: Path, overwrite: bool, marks: Sequence[str] = RESULT) -> None:
    """Raise RequestError where a folder may not be written; marks: the files that tell an earlier one of its kind,
    none where the kind is never replaced."""
    place = _locate(out)
    if place.exists() and not overwrite:
        raise RequestError("folder_exists" if marks else "folder_there", path=out)
    if place.exists() and not all((place / mark).is_file() for mark in marks):
        raise RequestError("not_a_result" if marks == RESULT else "not_a_study", path=out, mark=", ".join(marks))
    _check_accessible(next(folder for folder in place.parents if folder.exists()))


def _check_accessible(above: Path) -> None:
    """Raise RequestError where nothing may be written into a folder."""
    if not above.is_dir():
        raise RequestError("sweep_not_a_folder", path=above)
    if not os.access(above, os.W_OK | os.X_OK):
        raise RequestError("not_accessible", path=above, reason=os.strerror(errno.EACCES))


def resume(out: Path, mark: str) -> Path:
    """Return a folder that is written in place: a new one, an empty one, or one that has the mark of an earlier run."""
    if out.exists() and not out.is_dir():
        raise RequestError("sweep_not_a_folder", path=out)
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise RequestError("sweep_not_a_sweep", path=out)
    out.mkdir(parents=True, exist_ok=True)
    return out


@contextmanager
def fill(out: Path, marks: Sequence[str] = RESULT, overwrite: bool = False) -> Iterator[Path]:
    """Let an empty folder be filled that gets its name once everything is in it, or not at all.

    Raises RequestError where the name is taken, before or after: of many that want it at once, one gets it.
    """
    check_writable(out, overwrite, marks)
    place = _locate(out)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        new = beside / "new"
        new.mkdir()
        yield new
        list_files(new)
        _give_name(new, out, overwrite, marks)
    except OSError as error:
        if error.filename is not None:
            raise
        raise RequestError("not_accessible", path=out, reason=error.strerror or error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def check_workbook(target: Path, overwrite: bool) -> None:
    """Raise RequestError where a workbook may not be written: the name is taken, or is not one of a workbook."""
    if target.suffix.lower() != ".xlsx":
        raise RequestError("form_not_xlsx", path=target)
    if target.exists() and not overwrite:
        raise RequestError("file_exists", path=target)


@contextmanager
def fill_workbook(target: Path) -> Iterator[Path]:
    """Let a workbook be written that gets its name in one step: whole, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as beside:
        made = Path(beside) / target.name
        yield made
        os.replace(made, target)


def _locate(out: Path) -> Path:
    """Return where a folder really is: what a link points to."""
    return Path(os.path.realpath(out))


def _give_name(new: Path, out: Path, overwrite: bool, marks: Sequence[str]) -> None:
    """Give a folder its name. A rename never replaces a folder that holds anything, so nobody's result is lost."""
    place = _locate(out)
    for k in range(TRIES):
        old = new.with_name(f"old-{k}")
        try:
            if overwrite:
                _move_aside(place, new, old)
            new.rename(place)
            return
        except BaseException as error:
            taken = isinstance(error, OSError) and error.errno in TAKEN
            if old.exists() and not place.exists():
                old.rename(place)
            if not taken:
                raise
            if not overwrite:
                raise RequestError("folder_exists" if marks else "folder_there", path=out) from None
    raise RequestError("folder_exists", path=out)


def _move_aside(place: Path, new: Path, old: Path) -> None:
    """Give an earlier folder another name, once what alloc did not write in it is in the new one too."""
    if place.exists():
        with suppress(FileNotFoundError):  # somebody else has just moved it
            _keep_strangers(place, new)
            place.rename(old)


def _keep_strangers(earlier: Path, new: Path) -> None:
    """Copy what alloc did not write from an earlier folder to the one that takes its place."""
    written = set(list_written(earlier))
    for file in _find_files(earlier):
        name = file.relative_to(earlier)
        if name.as_posix() not in written and not os.path.lexists(new / name):
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, new / name, follow_symlinks=False)


def _find_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def list_files(folder: Path, kept: Sequence[str] = ()) -> None:
    """Note down in the data dictionary which files a folder holds; kept: those among them that are not alloc's."""
    package = _read_package(folder)
    if package is not None:
        names = [file.relative_to(folder).as_posix() for file in _find_files(folder)]
        package["files"] = [name for name in names if name not in kept]
        write_json(package, folder / PACKAGE)


def write_json(content: Mapping[str, Any], file: Path) -> None:
    """Write figures as JSON."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    file.write_text(text, encoding="utf-8")


def number_folder(word: str, number: int, count: int) -> str:
    """Return the name of one of many folders, such that they sort as they are numbered."""
    return f"{word}-{number:0{max(2, len(str(count)))}d}"


def list_written(folder: Path) -> list[str]:
    """Return the files that alloc wrote into a folder, as far as its data dictionary names them."""
    files = (_read_package(folder) or {}).get("files")
    names = [name for name in files if isinstance(name, str)] if isinstance(files, list) else []
    later = [] if folder.name == ANSWERS else list_written(folder / ANSWERS)
    return [*names, *(f"{ANSWERS}/{name}" for name in later)]


def list_strangers(folder: Path) -> list[str]:
    """Return the files of a folder that alloc did not write."""
    written = set(list_written(folder))
    return [name for file in _find_files(folder) if (name := file.relative_to(folder).as_posix()) not in written]


def list_edited(folder: Path, tables: Sequence[str]) -> list[str]:
    """Return the files of a folder that are not as they were written: their hashes are others.

    tables: the files that have a hash in every result; where one is lost, the data dictionary itself was edited.
    """
    resources = (_read_package(folder) or {}).get("resources")
    found, lost = [], set(tables)
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, dict) and "hash" in resource:
            file = folder / str(resource.get("path"))
            lost.discard(str(resource.get("path")))
            if not file.is_file() or f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" != resource["hash"]:
                found.append(file.name)
    return [*found, PACKAGE] if lost else found


def _read_package(folder: Path) -> dict[str, Any] | None:
    """Return the data dictionary of a folder, None where it has none that can be read."""
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None
    return package if isinstance(package, dict) else None
