"""A starter instance, for a planner who begins with an empty folder: commented YAML, or an Excel template."""

import tempfile
from importlib.resources import files
from pathlib import Path

from alloc.errors import RequestError
from alloc.instance.excel.template import write_workbook
from alloc.instance.reading import MAINS, read
from alloc.instance.schema import Instance


def start(folder: Path, excel: bool = False, lang: str = "en") -> Path:
    """Write the starter into a folder and return its file. Raises RequestError where an instance stands there."""
    must_be_free(folder)
    target = folder / MAINS[excel]
    content = write_workbook(example(), lang, complete=True) if excel else _page("starter.yaml")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def must_be_free(folder: Path) -> None:
    """Raise RequestError where an instance stands in a folder, of whatever kind of file."""
    for main in MAINS:
        if (folder / main).exists():
            raise RequestError("file_exists", path=folder / main)


def example() -> Instance:
    """Return the starter with a row in every table, as the Excel template shows it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MAINS[0]
        path.write_bytes(_page("starter.yaml") + b"\n" + _page("starter-more.yaml"))
        return read(path)


def _page(name: str) -> bytes:
    return files("alloc.instance").joinpath(name).read_bytes()
