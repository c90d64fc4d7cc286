"""Figures replaced by their path: `funds.tianjin.amount`, `rules.livelihood at least 30 %.min`."""

from collections.abc import Mapping
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import Path, Source, scalar
from alloc.instance.schema import Document
from alloc.instance.signs import FREE, find_strange
from alloc.instance.suggest import nearest
from alloc.instance.tables import TABLES, WITHOUT_ID

PLACE, ADDED = "--set", "--rule"
"""Where a fault in a replaced figure, and in a rule that was added, is said to be."""

BY_YEAR = "by_year"
"""Where figures of later years stand, each under its year by its path."""


def override(source: Source, key: str, value: object, leave_out: bool = False) -> None:
    """Put one figure in the place of another; a fault goes to the source where the path leads nowhere.

    leave_out: a figure of a year that is taken back is left out from then on, lest a selector of that year bring it.

    Ids and names of rules may hold dots; rules and other rows without id go by name or by number. A whole rule,
    `rules.NAME: {type: …}`, is added to those that are written.
    """
    if source.data is None:
        return
    text = value if isinstance(value, str) else ""
    trouble = find_strange(key, free=False) or find_strange(text, free=key.rpartition(".")[2] in FREE)
    if trouble is not None:
        source.faults.append(Fault(PLACE, key, *trouble))
    elif key.startswith("rules.") and isinstance(value, Mapping):
        _add_rule(source, key, value)
    else:
        _replace(source, key, scalar(value) if isinstance(value, str) else _freeze(value), leave_out)


def _replace(source: Source, key: str, value: object, leave_out: bool) -> None:
    """Put a value where a path leads, or take away what is there where the value is nothing."""
    steps, words, data = _lead(source, key)
    last, *more = words
    is_table = len(steps) == 1 and steps[0] in TABLES
    if more or is_table or not isinstance(data, dict):
        hint = nearest(last, data) if isinstance(data, dict) else ""
        source.faults.append(Fault(PLACE, key, "nothing_there", {"found": last, "hint": hint}))
        return
    if value is None and not leave_out and (last in data or steps[:1] != [BY_YEAR]):
        data.pop(last, None)
    else:  # what is not written for a later year is left out from then on
        data[last] = value
    path = (*steps, last)
    _forget_range(source.data, path, value)
    source.places[path], source.labels[path] = PLACE, key


def _lead(source: Source, key: str) -> tuple[list[Any], list[str], Any]:
    """Return what `follow` does, beginning a mapping that is not written yet before the last word."""
    steps, words, data = _enter_year(source, key) or follow(source.data, key.split("."))
    if len(words) == 2 and isinstance(data, dict) and _may_begin(steps, words[0]):
        data = data.setdefault(words[0], {})
        steps.append(words.pop(0))
    return steps, words, data


def _enter_year(source: Source, key: str) -> tuple[list[Any], list[str], Any] | None:
    """Return what `follow` does for a figure of a year, `by_year.2022.PATH`, which is named by its whole path there.

    It comes last of its year's, so it holds whatever selector stands before it. None for any other key.
    """
    table, _, rest = key.partition(".")
    year, _, path = rest.partition(".")
    if table != BY_YEAR or not path:
        return None
    if BY_YEAR not in source.data:
        source.places[(BY_YEAR,)] = PLACE
    years = source.data.setdefault(BY_YEAR, {})
    if not isinstance(years, dict):
        return None
    if year not in years:
        source.places[BY_YEAR, year] = PLACE
    holder = years.setdefault(year, {})
    if isinstance(holder, dict) and path in holder:
        holder[path] = holder.pop(path)
    return [BY_YEAR, year], [path], holder


def _add_rule(source: Source, key: str, rule: Mapping[str, Any]) -> None:
    """Write one more rule under the others, named by its path where it has no name of its own."""
    written = source.data.get("rules", ())
    if not isinstance(written, tuple):
        return  # rules are at fault already
    row = _freeze({"name": key.removeprefix("rules."), **rule})
    path = ("rules", len(written))
    source.data["rules"] = (*written, row)
    source.places[path], source.labels[path] = ADDED, key


def _forget_range(data: Any, path: Path, value: object) -> None:
    """Drop the range that a replaced figure leaves: it was said of another figure."""
    size = 2 if path[0] in TABLES else 1
    if len(path) <= size:
        return
    row: Any = data
    for step in path[:size]:
        row = row[step]
    column, ranges = ".".join(str(step) for step in path[size:]), row.get("range")
    if path[size] == "range" or not isinstance(ranges, dict):
        return

    def stays(key: str, ends: Any) -> bool:
        if key == column and isinstance(value, int | float) and isinstance(ends, tuple) and len(ends) == 2:
            return all(isinstance(end, int | float) for end in ends) and bool(ends[0] <= value <= ends[1])
        return key != column and not key.startswith(f"{column}.")

    row["range"] = {key: ends for key, ends in ranges.items() if stays(key, ends)}


def _freeze(value: Any) -> Any:
    """Return a value with its lists as the tuples that a file would give."""
    if isinstance(value, list | tuple):
        return tuple(_freeze(item) for item in value)
    return {key: _freeze(item) for key, item in value.items()} if isinstance(value, dict) else value


def follow(data: Any, words: list[str]) -> tuple[list[Any], list[str], Any]:
    """Follow a path as far as it leads: the steps taken, the words left, and what stands there."""
    steps: list[Any] = []
    while len(words) > 1:
        for size in range(len(words) - 1, 0, -1):
            step = step_to(data, ".".join(words[:size]))
            if step is not None:
                data, words = data[step], words[size:]
                steps.append(step)
                break
        else:
            break
    return steps, words, data


def step_to(data: Any, word: str) -> Any:
    """Return the key or the number of a row that a word stands for, or None."""
    if isinstance(data, dict):
        return word if word in data else None
    if isinstance(data, tuple):
        for i, row in enumerate(data):
            if isinstance(row, dict) and row.get("name") == word:
                return i
        return int(word) - 1 if word.isdecimal() and len(word) < 10 and 0 < int(word) <= len(data) else None
    return None


def _may_begin(steps: list[Any], word: str) -> bool:
    """Tell whether a mapping that is not written yet may begin here: `solver`, or `max_share` of a row."""
    if not steps:
        return word in Document.model_fields and word not in TABLES
    return steps[0] in TABLES and len(steps) == 2 and (steps[0] not in WITHOUT_ID or isinstance(steps[1], int))
