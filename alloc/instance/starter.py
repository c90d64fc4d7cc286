"""A commented starter instance, for a planner who begins with an empty folder."""

from importlib.resources import files
from pathlib import Path

from alloc.errors import RequestError


def start(folder: Path) -> None:
    """Write the starter into a folder. Raises RequestError where it would overwrite an instance."""
    target = folder / "instance.yaml"
    if target.exists():
        raise RequestError("file_exists", path=target)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(files("alloc.instance").joinpath("starter.yaml").read_text(encoding="utf-8"), encoding="utf-8")
