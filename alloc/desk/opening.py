"""What a desk is opened on: an instance, a result, or a folder of scenarios, and where its scenarios are kept."""

from dataclasses import dataclass
from pathlib import Path

from alloc.desk.scenarios import find_results, read_note
from alloc.errors import RequestError
from alloc.instance.reading import MAINS
from alloc.report.files import QUESTION

FILES = (".yaml", ".yml", ".xlsx", ".xlsm")
"""What an instance may be written in."""


@dataclass(frozen=True)
class Opened:
    """The instance that is asked about, the folder of its scenarios, and the plan that was opened, if any."""

    instance: Path
    folder: Path
    plan: str = ""


def open_place(given: Path | None, out: Path | None) -> Opened:
    """Return what a path means; nothing given is the current folder. out: where scenarios go in place of the usual.

    Raises RequestError, with what was expected, for what is none of the three.
    """
    path = Path() if given is None else given
    if _is_result(path):
        whole = path.resolve()
        return Opened(path / QUESTION, out or whole.parent, "" if out else whole.name)
    if is_instance(path):
        return Opened(path, out or Path("results") / f"{_name(path)}-desk")
    results = find_results(path)
    if not results:
        raise RequestError("desk_nothing", path=path.resolve() if given is None else path)
    return Opened(_find_question(results[0]), out or path)


def _is_result(path: Path) -> bool:
    return (path / "run.json").is_file() and (path / QUESTION).is_dir()


def _find_question(result: Path) -> Path:
    """Return the instance that a scenario was made from, where it is still there, else the question that it holds."""
    written = read_note(result).get("instance")
    known = isinstance(written, str) and is_instance(Path(written))
    return Path(str(written)) if known else result / QUESTION


def is_instance(path: Path) -> bool:
    """Tell whether a path is the file of an instance, or the folder of one."""
    if path.is_dir():
        return any((path / main).is_file() for main in MAINS)
    return path.is_file() and path.suffix.lower() in FILES


def _name(path: Path) -> str:
    return (path if path.is_dir() else path.parent).resolve().name
