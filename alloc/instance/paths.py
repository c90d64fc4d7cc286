"""Which figures a path means: one, or all that a selector picks.

`funds.tianjin.amount` is one figure, `measures[category=training].unit_cost` one of each measure picked, and a `*`
in the place of a key means every key. A whole rule, `rules.NAME`, is on or off. Plans of sweeps and `--set` are read
alike.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alloc.instance.document import is_number, scalar
from alloc.instance.overrides import BY_YEAR, follow, step_to
from alloc.instance.rows import fields_of
from alloc.instance.rules import AnyRule
from alloc.instance.schema import Document
from alloc.instance.spans import UnclearError, read_setting, round_dust
from alloc.instance.suggest import nearest
from alloc.instance.tables import TABLES

_SELECTOR = re.compile(r"(?P<table>\w+)\[(?P<tests>[^\]]*)\](?:\.(?P<column>.+))?")
_BORROWED = {"region": ("county", "counties"), "chain": ("industry", "industries")}
"""Words of a measure's county and industry that a selector may ask for, as the selections of rules do."""

ON, OFF = "on", "off"


def list_paths(data: Any, path: str) -> list[str]:
    """Return the paths that a path with selectors stands for; a plain path stands for itself.

    data: an instance as written. Raises UnclearError where the path picks nothing.
    """
    found = [*_spread(data, path)]
    if not found:
        raise UnclearError("sweep_picks_nothing", found=path, hint=_suggest(data, path))
    return found


def _suggest(data: Any, path: str) -> str:
    """Return the word most like the first that a selector asks for and no row says, '' where there is none."""
    selector = _SELECTOR.fullmatch(path)
    if selector is None or selector["table"] not in TABLES:
        return ""
    table = selector["table"]
    for key, value in _read_tests(table, selector["tests"]):
        said = {word for name, row in _list_rows(data, table) for word in _list_words(data, table, name, row, key)}
        for word in value.split("|"):
            if word not in said:
                return nearest(word, said)
    return ""


def _spread(data: Any, path: str) -> Iterator[str]:
    """Yield the paths that the first selector or `*` of a path picks, and so on with the rest of each."""
    selector = _SELECTOR.fullmatch(path)
    if selector and selector["table"] in TABLES:
        yield from _spread_rows(data, **selector.groupdict(""))
        return
    start, star, rest = path.partition(".*")
    if not star or (rest and not rest.startswith(".")):
        yield path
    elif start in TABLES:
        yield from _spread(data, f"{start}[*]{rest}")
    else:
        yield from _spread_keys(data, start, rest)


def _spread_rows(data: Any, table: str, tests: str, column: str) -> Iterator[str]:
    """Yield the paths of the rows that pass some tests, or of a column in each."""
    for row in _pick_rows(data, table, tests):
        if column:
            yield from _spread(data, f"{table}.{row}.{column}")
        else:
            yield f"{table}.{row}"


def _spread_keys(data: Any, start: str, rest: str) -> Iterator[str]:
    """Yield the paths through every key that stands at the start of one."""
    inside = _look_up(data, start)
    for key in inside if isinstance(inside, Mapping) else ():
        yield from _spread(data, f"{start}.{key}{rest}")


def _pick_rows(data: Any, table: str, tests: str) -> Iterator[str]:
    """Yield the ids, names or numbers of the rows that pass every test: `key=value`, `key=this|that`, or `*`."""
    pairs = _read_tests(table, tests)
    for name, row in _list_rows(data, table):
        passed = (set(_list_words(data, table, name, row, key)) & set(value.split("|")) for key, value in pairs)
        if all(passed):
            yield name


def _read_tests(table: str, tests: str) -> list[tuple[str, str]]:
    """Return the column and the value of each test of a selector."""
    known, pairs = _list_columns(table), []
    for test in map(str.strip, tests.split(",")):
        if test in ("", "*"):
            continue
        column, equals, value = (part.strip() for part in test.partition("="))
        if not equals:
            raise UnclearError("sweep_bad_selector", found=test)
        if column.partition(".")[0] not in known:
            raise UnclearError("sweep_unknown_column", found=column, table=table, hint=nearest(column, known))
        pairs.append((column, value))
    return pairs


def _list_columns(table: str) -> set[str]:
    found = {"id"}.union(*map(fields_of, TABLES[table]))
    return found | {"tag", *_BORROWED} if table == "measures" else found


def _list_rows(data: Any, table: str) -> Iterator[tuple[str, Any]]:
    rows = data.get(table) if isinstance(data, Mapping) else None
    if isinstance(rows, Mapping):
        yield from rows.items()
    elif isinstance(rows, tuple):
        names = [row.get("name") if isinstance(row, Mapping) else None for row in rows]
        for i, (name, row) in enumerate(zip(names, rows, strict=True), 1):
            own = isinstance(name, str) and table == "rules" and names.count(name) == 1
            yield (str(name) if own else str(i)), row


def _list_words(data: Any, table: str, name: str, row: Any, key: str) -> Iterable[str]:
    """Return what a row says in a column, as words."""
    if not isinstance(row, Mapping):
        return ()
    if key == "id":
        return (name,)
    if table == "measures" and key in _BORROWED:
        return _borrow_words(data, row, key)
    if table == "measures" and key == "tag":
        key = "tags"
    value = _find_cell(row, key)
    if value is None:
        value = _find_default(table, row, key)
    return map(_write_word, value if isinstance(value, tuple) else (value,))


def _find_cell(row: Mapping[str, Any], key: str) -> Any:
    """Return what a row has under a key, or a step for each part of a dotted one; None where it has nothing."""
    value: Any = row
    for step in (key,) if key in row else key.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _borrow_words(data: Any, row: Mapping[str, Any], key: str) -> Iterable[str]:
    """Return what the county or industry of a measure says; a county without a region is its own."""
    own, other = _BORROWED[key]
    found = _look_up(data, f"{other}.{row.get(own)}")
    if not isinstance(found, Mapping):
        return ()
    return (str(found.get(key) or (row.get(own) if key == "region" else "")),)


def _write_word(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _look_up(data: Any, path: str) -> Any:
    """Return what stands at a path, None where nothing does."""
    _, words, holder = follow(data, path.split("."))
    last = step_to(holder, ".".join(words))
    return None if last is None else holder[last]


def is_rule(data: Any, path: str) -> bool:
    """Tell whether a path means a whole rule, which can be on or off."""
    steps, words, rules = follow(data, path.split("."))
    return steps == ["rules"] and step_to(rules, ".".join(words)) is not None


def find_number(data: Any, path: str) -> float | None:
    """Return the number that stands at a path, or its default; None where there is none to multiply."""
    value = _look_up(data, path)
    if value is None:
        value = _find_figure(*follow(data, path.split(".")))
    return value if is_number(value) else None


def _find_figure(steps: list[str | int], words: list[str], holder: Any) -> Any:
    """Return the default of a path of which only `steps` are written, in a row or in a section."""
    if not steps:
        section = Document.model_fields.get(words[0])
        return getattr(section.default, words[1], None) if section is not None and len(words) == 2 else None
    first = str(steps[0])
    if first in TABLES:
        written = len(steps) == 2 and isinstance(holder, Mapping)
        return _find_default(first, holder, ".".join(words)) if written else None
    if len(steps) > 1 or first not in Document.model_fields:
        return None
    field = getattr(type(Document.model_fields[first].default), "model_fields", {}).get(words[0])
    return None if field is None else field.default


def _find_default(table: str, row: Mapping[str, Any], column: str) -> Any:
    """Return what a column is where nothing is written."""
    for kind in TABLES[table]:
        if issubclass(kind, AnyRule) and row.get("type") != kind.word():
            continue
        field = fields_of(kind).get(column)
        if field is not None and not field.is_required():
            return field.default
    return None


def replace_path(data: Any, path: str, value: object, factor: bool) -> dict[str, object]:
    """Return the figures to replace when a path takes a value, or a factor on what stands there.

    Of several figures that a selector picks, those that nothing is written for are left as they are by a factor.
    Raises UnclearError where there is nothing to multiply.
    """
    keys = list_paths(data, path)
    if all(is_rule(data, key) for key in keys):
        return _switch_rules(keys, value, factor)
    if not factor:
        return dict.fromkeys(keys, value)
    found: dict[str, object] = {}
    for key in keys:
        number = find_number(data, key)
        if number is not None:
            found[key] = round_dust(number * float(value))  # type: ignore[arg-type]
    if not found:
        raise UnclearError("sweep_no_figure", found=path)
    return found


def _switch_rules(keys: list[str], value: object, factor: bool) -> dict[str, object]:
    value = scalar(value) if isinstance(value, str) else value
    if isinstance(value, bool):
        value = ON if value else OFF
    if value not in (ON, OFF) or factor:
        raise UnclearError("sweep_rule_on_off", found=value)
    return {f"{key}.penalty": 0.0 for key in keys} if value == OFF else {}


def is_picked_too(data: Any, key: str) -> bool:
    """Tell whether a figure of a year, `by_year.2022.PATH`, is one that a selector written for that year picks too."""
    table, _, rest = key.partition(".")
    year, _, path = rest.partition(".")
    written = _look_up(data, f"{BY_YEAR}.{year}") if table == BY_YEAR else None
    for other, value in written.items() if isinstance(written, Mapping) else ():
        if other != path and path in _list_meant(data, other, value):
            return True
    return False


def _list_meant(data: Any, key: str, value: object) -> list[str]:
    """Return the paths that a setting means, none where it cannot be understood."""
    try:
        return list_paths(data, read_setting(key, value)[0])
    except UnclearError:
        return []


def expand_setting(data: Any, key: str, value: object) -> dict[str, object]:
    """Return the figures that one setting replaces, path → value; a plain path stands for itself.

    `PATH ×`, or a value such as `× 0.9` for a number, multiplies what stands there. data: an instance as written.
    Raises UnclearError where selectors pick nothing, or there is nothing to multiply.
    """
    if isinstance(value, Mapping):  # a rule to be added
        return {key: value}
    if is_rule(data, key):
        return replace_path(data, key, value, False)
    path, figure, factor = read_setting(key, value)
    picks = ("[" in path or ".*" in path) and _look_up(data, path) is None
    if not picks and (not factor or (path == key and find_number(data, path) is None)):
        return {key: value}
    return replace_path(data, path, figure, factor)
