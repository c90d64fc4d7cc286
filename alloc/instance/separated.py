"""CSV as people save it: cells between commas, semicolons or tabs, with or without a line that says so."""

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MARKS = (",", ";", "\t")
"""What may stand between cells: `;` where the comma is the decimal mark, a tab in what Excel calls Unicode text."""

OTHER_MARKS = (*MARKS, "|", "，", "；", "、")
"""What people part cells by, whether it is read or not."""

_DECLARED = re.compile(r'"?sep=([,;|\t])"?[,;\t]*(?=[\r\n]|$)', re.IGNORECASE)
_GROUP = re.compile(r"[-+]?[1-9][0-9]{0,2}")
_REST = re.compile(r"[0-9]{3}(\.[0-9]+)?")


@dataclass(frozen=True)
class Grid:
    """A CSV text as cells without blanks around them. line: where the header stands; rows: (line, cells).

    problem: what cut the text short: the line where its row begins, the sentence about it and what fills that.
    """

    mark: str
    header: tuple[str, ...]
    line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    problem: tuple[int, str, dict[str, object]] | None = None


def read_grid(text: str, is_known: Callable[[str], bool]) -> Grid:
    """Return a CSV text as cells, parted by the mark that its first line declares or that makes most headings known."""
    declared = _DECLARED.match(text)
    if declared:
        text = text[declared.end() :]  # the end of this line stays, so that lines keep their numbers
        return _part(text, declared[1])

    def knows(mark: str) -> int:
        return sum(map(is_known, _header(text, mark)))

    return _part(text, max(MARKS, key=knows))


def _header(text: str, mark: str) -> Sequence[str]:
    """Return the first row that is not empty, none where it is no CSV."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        return next(filter(any, (list(map(str.strip, row)) for row in rows)), ())
    except csv.Error:
        return ()


def _part(text: str, mark: str) -> Grid:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    found: list[tuple[int, tuple[str, ...]]] = []
    problem = None
    try:
        found.extend(_filled_rows(reader))
    except csv.Error as error:
        problem = error.args
    line, header = found[0] if found else (1, ())
    return Grid(mark, header, line, tuple(found[1:]), problem)


def _filled_rows(reader: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that hold something, each with the line it begins in."""
    end = 0
    try:
        for cells in reader:
            line, end = end + 1, reader.line_num
            stripped = tuple(map(str.strip, cells))
            if any(stripped):
                yield line, stripped
    except csv.Error as error:
        raise csv.Error(end + 1, *_broken(str(error))) from None


def _broken(problem: str) -> tuple[str, dict[str, object]]:
    """Return the sentence for what Python's reader says of a text that is no CSV, and what fills it."""
    if problem == "unexpected end of data":
        return "quote_open", {}
    return ("quote_within", {}) if "expected after" in problem else ("csv_broken", {"problem": problem})


def one_cell(of: Grid) -> tuple[str, dict[str, object]] | None:
    """Return the sentence about a first row that is all one cell, parted by a mark that is not read; None else."""
    others = [mark for mark in OTHER_MARKS if mark != of.mark and len(of.header) == 1 and mark in of.header[0]]
    return ("header_mark", {"found": _show_mark(others[0]), "mark": _show_mark(of.mark)}) if others else None


def split_number(cells: Sequence[str]) -> str:
    """Return the first number that a comma between thousands seems to have cut in two, '' where there is none."""
    for a, b in itertools.pairwise(cells):
        if _GROUP.fullmatch(a) and _REST.fullmatch(b):
            return f"{a},{b}"
    return ""


def find_misfit(cells: Sequence[str], of: Grid) -> tuple[str, dict[str, object]] | None:
    """Return the sentence about a row that does not fit its header, and what fills it."""
    sizes: dict[str, object] = {"cells": len(cells), "columns": len(of.header)}
    if len(cells) > len(of.header):
        cut = split_number(cells)
        values = {"found": cut, "meant": cut.replace(",", "")}
        return ("cut_number", sizes | values) if cut and of.mark == "," else ("too_many_cells", sizes)
    others = [mark for mark in MARKS if mark != of.mark and mark in cells[0]]
    if len(cells) == 1 < len(of.header) and others:
        return "other_mark", {"found": _show_mark(others[0]), "mark": _show_mark(of.mark)}
    return None


def _show_mark(mark: str) -> str:
    """Return a mark between cells as people can read it."""
    return "Tab" if mark == "\t" else mark
