"""Many plans in one folder: written whole or not at all, and never over anything but an earlier study."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.report.folder import harmless, whole


def may_bind(out: Path, mark: str, overwrite: bool) -> None:
    """Raise RequestError where a folder may not be written; `mark` is the file that tells an earlier study."""
    if out.exists() and not overwrite:
        raise RequestError("folder_exists", path=out)
    if out.exists() and not (out / mark).is_file():
        raise RequestError("not_a_study_of_plans", path=out, mark=mark)


@contextmanager
def bound(out: Path, mark: str, overwrite: bool) -> Iterator[Path]:
    """Yield an empty folder to be filled, which takes its place once everything is in it."""
    may_bind(out, mark, overwrite)
    with whole(out) as folder:
        yield folder


def write_table(frame: pd.DataFrame, file: Path) -> None:
    """Write a table as all tables of results are written: UTF-8 with a byte-order mark, numbers unrounded."""
    harmless(frame).to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_figures(figures: Mapping[str, Any], file: Path) -> None:
    """Write figures as JSON."""
    text = json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    file.write_text(text, encoding="utf-8")


def numbered(word: str, number: int, count: int) -> str:
    """Return the name of one of many folders, such that they sort as they are numbered."""
    return f"{word}-{number:0{max(2, len(str(count)))}d}"
