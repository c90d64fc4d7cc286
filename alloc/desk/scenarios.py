"""Scenarios on disk: each a results folder as `alloc solve --out` writes it, beside it a note of what was asked."""

import csv
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from alloc.errors import InstanceError, RequestError
from alloc.report.page import make_page
from alloc.report.page.annual import make_years_page
from alloc.report.page.questions import carry_questions
from alloc.report.reasons import explain_plan
from alloc.report.templates import name_language
from alloc.study.compare.results import read_result
from alloc.texts import HOSTILE

NOTE, PLAN = ".desk.json", ".plan.csv"
"""What stands beside a scenario's folder: what was asked, and the plan that was typed, as far as one was."""

FIGURES = ("status", "objective", "bound", "gap", "employment", "linkage", "penalties", "chains_closed", "seconds")
"""Of run.json, what scenarios are listed and compared with."""

LONGEST = 80
"""Letters of a name."""

_BARRED = re.compile(r'[/\\<>:"|?*]|^[-. ]|[. ]$')
"""What stands in no name: signs that file systems or commands read as something else, and ends that some drop."""

PAGE, WORKBOOK = "report.html", "allocation.xlsx"
"""Files of a scenario that are given out one by one."""


class PlanRow(NamedTuple):
    """Money of a plan as it was typed, and whether it is to be kept. year: empty where there is only one."""

    year: str
    measure: str
    fund: str
    money: str
    locked: bool


def check_name(name: str) -> str:
    """Return a name that a new scenario may have. Raises RequestError for any other."""
    endings = name.endswith((NOTE, PLAN))
    if not name or len(name) > LONGEST or endings or _BARRED.search(name) or HOSTILE.search(name) or "\n" in name:
        raise RequestError("desk_bad_name", found=name[:LONGEST])
    return name


def find_results(folder: Path) -> list[Path]:
    """Return the results folders in a folder, the oldest first; links lead elsewhere and are none.

    Names with signs that steer a screen or that no address can hold are left out.
    """
    return sorted(filter(_is_result, folder.iterdir()), key=_age) if folder.is_dir() else []


def _is_result(path: Path) -> bool:
    named = not path.name.startswith(".") and not HOSTILE.search(path.name)
    return named and not path.is_symlink() and (path / "run.json").is_file()


def _age(path: Path) -> tuple[float, str]:
    try:
        return (path / "run.json").stat().st_mtime, path.name
    except OSError:  # it is being replaced
        return 0.0, path.name


def find_scenario(folder: Path, name: str) -> Path:
    """Return the folder of a scenario: one of those that are there, whatever the name says. Raises RequestError."""
    for path in find_results(folder):
        if path.name == name:
            return path
    raise RequestError("desk_no_scenario", found=name[:LONGEST])


def list_scenarios(folder: Path) -> list[dict[str, Any]]:
    """Return what is told of every scenario: its name, its figures, and what was asked."""
    return list(map(_describe, find_results(folder)))


def _describe(path: Path) -> dict[str, Any]:
    run = _read_json(path / "run.json")
    through = run.get("through_aid")
    aid = through.get("employment") if isinstance(through, dict) and not through.get("range") else None
    figures = {key: run.get(key) for key in FIGURES}
    return {"name": path.name, **figures, "through_aid": aid, "asked": read_note(path)}


def read_note(path: Path) -> dict[str, Any]:
    """Return what was asked for a scenario, nothing where no desk made it."""
    return _read_json(path.with_name(path.name + NOTE))


def _read_json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_note(path: Path, asked: Mapping[str, Any]) -> None:
    """Keep what was asked for a scenario, in one step."""
    text = json.dumps(asked, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    _put(path.with_name(path.name + NOTE), text)


def write_plan(file: Path, rows: Sequence[PlanRow]) -> Path:
    """Write a plan as it was typed, in one step: a mark where money is locked, years where there are several."""
    text, first = io.StringIO(), 0 if any(row.year for row in rows) else 1
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("year", "measure", "fund", "amount", "lock")[first:])
    for row in rows:
        lines.writerow((*row[first:-1], "1" if row.locked else ""))
    _put(file, text.getvalue())
    return file


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}-{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, file)


def read_part(path: Path, part: str) -> bytes | None:
    """Return a file of a scenario, None where there is none: a link leads elsewhere and is none."""
    try:
        return None if (path / part).is_symlink() else (path / part).read_bytes()
    except OSError:
        return None


def read_page(path: Path, lang: str) -> bytes | None:
    """Return the page of a scenario in a language: as it is written, or made of its tables where that is another.

    Where those were edited since, the page that is written stays: it is still the plan's. None where there is none.
    """
    written = read_part(path, PAGE)
    if written is None or f'<html lang="{name_language(lang)}">'.encode() in written:
        return written
    try:
        found = read_result(path, over_years=True)
    except (RequestError, InstanceError):
        return written
    if found.instance.questions:
        made = make_years_page(found.instance, found.tables, found.figures, lang)
    else:
        tables = explain_plan(found.instance, found.tables, found.figures["status"] == "optimal", lang)
        made = make_page(found.instance, tables, found.figures, lang)
    spoken = re.sub('(<html lang=")[^"]*', rf"\g<1>{name_language(lang)}", written.decode(), count=1)
    return carry_questions(spoken, made.html).encode()  # what was asked of the plan stays in the words it was told in


def read_table(path: Path, table: str) -> list[dict[str, str]]:
    """Return the rows of a table of a scenario, as they are written."""
    text = (read_part(path, table) or b"").decode("utf-8-sig", errors="replace")
    with suppress(csv.Error):
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return []


def pack(path: Path) -> bytes:
    """Return a scenario as a zip file: its folder, no links."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.rglob("*")):
            if file.is_file() and not file.is_symlink():
                archive.write(file, Path(path.name) / file.relative_to(path))
    return content.getvalue()


def clear_half(folder: Path, name: str) -> None:
    """Remove what a search that was stopped has left half written beside a scenario."""
    begun = re.compile(rf"\.{re.escape(name)}-\w{{8}}")  # as `tempfile` names what is filled
    for path in folder.iterdir() if name and folder.is_dir() else ():
        if begun.fullmatch(path.name) and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
