"""An instance written as a file or folder of another form: YAML, YAML with CSV tables, or one Excel workbook."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from alloc.errors import RequestError
from alloc.instance.reading import FOREIGN, MAINS, inspect
from alloc.instance.schema import Instance
from alloc.instance.writing import MAIN, files

YAML = (".yaml", ".yml")
BOOK = ".xlsx"
MADE = ("sha256", "questions", "upkeep", "carried", "follows")
"""What is made of the files as they are read."""

REFUSED = (*FOREIGN, ".xlsm", ".csv", ".json")
"""Ends of names that are meant as a file which is not written."""


def write(instance: Instance, target: str | Path, overwrite: bool = False, lang: str = "en") -> Path:
    """Write an instance as `target` and return that path: .xlsx a workbook, .yaml one file, else a folder with CSV.

    What was written is read back and compared before anything is put in place: nothing is lost, or nothing is
    written. Previous plans go along, beside a YAML file as `PREVIOUS/allocation.csv`. lang: of sheets and headings.
    Raises RequestError where a file is in the way and `overwrite` is not set, and where the form cannot hold it.
    """
    path = Path(target)
    if path.suffix.lower() in REFUSED or (path.suffix.lower() in (*YAML, BOOK) and path.is_dir()):
        raise RequestError("convert_form", path=path)
    if path.suffix.lower() == BOOK:
        from alloc.instance.excel.template import write_workbook  # loads XlsxWriter, which only workbooks need

        place(path.parent, {path.name: write_workbook(instance, lang)}, path.name, instance, overwrite)
    elif path.suffix.lower() in YAML:
        place(path.parent, files(instance, tables=False, main=path.name), path.name, instance, overwrite)
    else:
        _check_folder(path)
        place(path, files(instance), MAIN, instance, overwrite)
    return path


def _check_folder(path: Path) -> None:
    """Raise RequestError where a folder would be a file, or would hold two instances."""
    if path.is_file():
        raise RequestError("convert_form", path=path)
    if any(main != MAIN and (path / main).exists() for main in MAINS):
        raise RequestError("two_instances", path=path, found=", ".join(MAINS))


def place(folder: Path, contents: Mapping[str, bytes], main: str, instance: Instance, overwrite: bool) -> None:
    """Put files into a folder, all or none, after reading them back as the same instance."""
    root = folder.resolve()
    for name in contents:
        if not (root / name).resolve().is_relative_to(root) or Path(name).is_absolute():
            raise RequestError("convert_outside", found=name)
        if (root / name).exists() and not overwrite:
            raise RequestError("convert_exists", path=folder / name)
    nearest = next(parent for parent in (root, *root.parents) if parent.is_dir())
    with tempfile.TemporaryDirectory(prefix=".alloc-", dir=nearest) as beside:
        for name, content in contents.items():
            file = Path(beside) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        _compare(instance, Path(beside) / main)
        for name in contents:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(Path(beside) / name, root / name)


def _compare(instance: Instance, file: Path) -> None:
    """Raise RequestError where a file does not read back as the same instance."""
    reading = inspect(file)
    if reading.instance is None:
        raise RequestError("convert_refused", fault=str(reading.faults[0]).replace(f"{file.parent}{os.sep}", ""))
    different = different_parts(instance, reading.instance)
    if different:
        raise RequestError("convert_loses", where=", ".join(different[:5]))


def different_parts(one: Instance, other: Instance) -> list[str]:
    """Return the keys, or rows as `measures.pens`, in which two instances differ; their fingerprints aside."""
    found: list[str] = []
    for key in Instance.model_fields:
        if key not in MADE:
            found += _different(key, one, other)
    return found


def _different(key: str, one: Instance, other: Instance) -> list[str]:
    a, b = getattr(one, key), getattr(other, key)
    if a == b:
        return []
    if isinstance(a, dict) and isinstance(b, dict):
        return [f"{key}.{row}" for row in {**a, **b} if a.get(row) != b.get(row)]
    if isinstance(a, tuple) and len(a) == len(b):
        return [f"{key}[{i}]" for i, (x, y) in enumerate(zip(a, b, strict=True), 1) if x != y]
    return [key]
