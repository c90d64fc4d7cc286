"""A starter instance, for a planner who begins with an empty folder: commented YAML, or an Excel template."""

import re
import tempfile
from importlib.resources import files
from pathlib import Path

from alloc.errors import RequestError
from alloc.instance.document import scalar
from alloc.instance.excel.template import write_workbook
from alloc.instance.reading import MAINS, read
from alloc.instance.schema import Instance

NAME = "starter"
"""What an instance is called where its folder has no letters that a name may have."""


def start(folder: Path, excel: bool = False, lang: str = "en") -> Path:
    """Write the starter into a folder and return its file. Raises RequestError where an instance stands there.

    It is called what the folder is, so that results of several starters do not take one name.
    """
    must_be_free(folder)
    target, name = folder / MAINS[excel], _call(folder)
    content = write_workbook(example(name), lang, complete=True) if excel else _name_page(name)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def must_be_free(folder: Path) -> None:
    """Raise RequestError where an instance stands in a folder, of whatever kind of file."""
    for main in MAINS:
        if (folder / main).exists():
            raise RequestError("file_exists", path=folder / main)


def example(name: str = NAME) -> Instance:
    """Return the starter with a row in every table, as the Excel template shows it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MAINS[0]
        path.write_bytes(_name_page(name) + b"\n" + _page("starter-more.yaml"))
        return read(path)


def _call(folder: Path) -> str:
    """Return the name of a folder as an instance may be called."""
    words = re.findall("[a-z0-9]+", folder.resolve().name.lower())
    return "-".join(words) or NAME


def _name_page(name: str) -> bytes:
    """Return the starter under a name, in quotes where it would be read as a number."""
    word = name if isinstance(scalar(name), str) else f"'{name}'"
    return _page("starter.yaml").replace(f"name: {NAME} ".encode(), f"name: {word} ".encode(), 1)


def _page(name: str) -> bytes:
    return files("alloc.instance").joinpath(name).read_bytes()
