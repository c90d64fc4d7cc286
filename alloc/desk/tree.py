"""An instance as the desk shows it: every figure as it is written, with the path that replaces it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import starmap
from typing import Any

from alloc.instance.excel.headings import catalogue, title
from alloc.instance.overrides import BY_YEAR, follow
from alloc.instance.tables import TABLES
from alloc.texts import LANGUAGES, say

Words = Mapping[str, str]
"""One thing in every language."""

NAMED = ("counties", "industries", "measures", "chains", "funds")
"""Tables whose rows are named elsewhere by their id."""

ASIDE = {"name", "name_zh", "source", "sources", "range", "note", "description", "contact", "implementer", "title"}
"""Columns that are no figures and tell no rows apart."""


def describe(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an instance as written holds: settings, tables with their rows, and names."""
    return {
        "title": str(data.get("title") or data.get("name") or ""),
        "year": _tell_year(data),
        "settings": list(_list_settings(data)),
        "tables": [*_list_tables(data), *_list_years(data)],
        "names": {table: _name_rows(data.get(table)) for table in NAMED},
    }


def _tell_year(data: Mapping[str, Any]) -> str:
    years = data.get("years")
    return ", ".join(map(str, years)) if isinstance(years, tuple) else str(data.get("year") or "")


def _list_settings(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, value in data.items():
        if key in TABLES or key in ("sources", "alloc", "name", BY_YEAR) or (key == "year" and "years" in data):
            continue
        for path, leaf in _list_leaves(value, key):
            if isinstance(leaf, bool | int | float):
                yield {"path": path, "title": _title_setting(path), "value": leaf}


def _title_setting(path: str) -> Words:
    found = catalogue()["keys"].get(path)
    return _say_all(lambda lang: str(found[lang]) if found else path)


def _say_all(tell: Callable[[str], str]) -> Words:
    """Return one thing in every language."""
    return {lang: tell(lang) for lang in LANGUAGES}


def _list_tables(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for table in TABLES:
        rows = list(_list_rows(table, data.get(table)))
        if not rows:
            continue
        kinds: dict[str, set[type]] = {}
        for row in rows:
            for column, leaf in row["cells"].items():
                kinds.setdefault(column, set()).add(type(leaf))
        yield {
            "key": table,
            "title": _say_all(partial(say, f"page_table_{table}")),
            "columns": list(starmap(partial(_head, table), kinds.items())),
            "rows": rows,
        }


def _list_years(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the figures of later years, a row each: those that are replaced in any, and the money of every fund."""
    years, written = data.get("years"), data.get(BY_YEAR) or {}
    if not isinstance(years, tuple) or not isinstance(written, Mapping):
        return
    paths = dict.fromkeys(path for figures in written.values() if isinstance(figures, Mapping) for path in figures)
    paths |= dict.fromkeys(_list_money(data))
    rows, shown = [], dict.fromkeys(map(str, [*written, *years[1:]]))
    for year in sorted(shown):
        figures = dict(_list_leaves(written.get(year, {}), ""))
        rows.append(
            {"key": year, "path": f"{BY_YEAR}.{year}", "name": dict.fromkeys(LANGUAGES, year), "cells": figures}
        )
    columns = [{"key": path, "numeric": True, "everywhere": True, "title": _title_figure(data, path)} for path in paths]
    yield {"key": BY_YEAR, "title": _say_all(partial(say, "desk_by_year")), "columns": columns, "rows": rows}


def _list_money(data: Mapping[str, Any]) -> Iterator[str]:
    funds = data.get("funds")
    for fund, row in funds.items() if isinstance(funds, Mapping) else ():
        if isinstance(row, Mapping) and "amount" in row:
            yield f"funds.{fund}.amount"


def _title_figure(data: Mapping[str, Any], path: str) -> Words:
    """Return what one figure is called, by its row and its column; a path that picks several stands for itself."""
    steps, words, _ = follow(data, path.split("."))
    if len(steps) < 2 or steps[0] not in TABLES:
        return dict.fromkeys(LANGUAGES, path)
    table, column = str(steps[0]), ".".join([*map(str, steps[2:]), *words])
    names = _name(data[table][steps[1]], str(steps[1]))
    return _say_all(lambda lang: f"{names[lang]} · {_title(table, column, lang)}")


def _head(table: str, column: str, kinds: set[type]) -> dict[str, Any]:
    """Return what a column is called, whether figures stand in it, and whether each row may have one.

    Which figures a rule has depends on its type.
    """
    numeric, everywhere = kinds != {str}, kinds <= {int, float} and table != "rules"
    titles = _say_all(partial(_title, table, column))
    return {"key": column, "numeric": numeric, "everywhere": everywhere, "title": titles}


def _title(table: str, column: str, lang: str) -> str:
    try:
        return title(table, column, lang)
    except KeyError:  # a column that only some rules have, or a word of the planner's own
        return column


def _list_rows(table: str, rows: Any) -> Iterator[dict[str, Any]]:
    for key, row in _key_rows(table, rows):
        cells = dict[str, Any]()
        for column, leaf in _list_leaves(row, "") if isinstance(row, Mapping) else ():
            if column.partition(".")[0] not in ASIDE:
                cells[column] = leaf
        yield {"key": key, "path": f"{table}.{key}", "name": _name(row, key), "cells": cells}


def _key_rows(table: str, rows: Any) -> Iterator[tuple[str, Any]]:
    """Yield each row with its id; rules by their name where that is a path of its own, other rows by number."""
    if isinstance(rows, Mapping):
        yield from ((str(key), row) for key, row in rows.items())
        return
    listed = rows if isinstance(rows, tuple) else ()
    often = Counter(map(_own_name, listed))
    for number, row in enumerate(listed, start=1):
        name = _own_name(row)
        yield (name if table == "rules" and often[name] == 1 and _is_step(name) else str(number)), row


def _is_step(name: str) -> bool:
    """Tell whether a name may stand in a path that is followed by `=`, and is not taken for a number."""
    return bool(name) and "=" not in name and not name.isdecimal()


def _own_name(row: Any) -> str:
    name = row.get("name") if isinstance(row, Mapping) else None
    return name if isinstance(name, str) else ""


def _name_rows(rows: Any) -> dict[str, Words]:
    return {str(key): _name(row, str(key)) for key, row in rows.items()} if isinstance(rows, Mapping) else {}


def _name(row: Any, key: str) -> Words:
    """Return what a row is called: its name, in the other language where it has none, else its id."""
    own = row if isinstance(row, Mapping) else {}
    english, chinese = str(own.get("name") or ""), str(own.get("name_zh") or "")
    return {"en": english or chinese or key, "zh": chinese or english or key}


def _list_leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every number, truth value and word with its path; what is a list is shown as one."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _list_leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, bool | int):
        yield path, value
    elif isinstance(value, float):
        yield path, value if abs(value) != float("inf") else str(value)
    elif isinstance(value, tuple):
        yield path, ", ".join(map(str, value))
    elif isinstance(value, str):
        yield path, value
