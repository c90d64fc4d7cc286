"""Tables, inline or as CSV files beside the instance: the same rows, whichever form they were written in."""

import re
import types
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import compress
from pathlib import Path as File
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from alloc.errors import Fault
from alloc.instance import rules, schema, totals
from alloc.instance.document import UNREAD, Path, Source, Unread, scalar
from alloc.instance.encoding import decode
from alloc.instance.rows import fields_of
from alloc.instance.separated import Grid, find_misfit, one_cell, read_grid
from alloc.instance.suggest import nearest

TABLES: Mapping[str, tuple[type[BaseModel], ...]] = {
    "counties": (schema.County,),
    "industries": (schema.Industry,),
    "baseline": (schema.Baseline,),
    "links": (schema.Link,),
    "markets": (schema.Market,),
    "sharing": (schema.Sharing,),
    "measures": (schema.Measure,),
    "chains": (schema.Chain,),
    "funds": (schema.Fund,),
    "resources": (schema.Resource,),
    "synergies": (schema.Synergy,),
    "scenarios": (schema.Scenario,),
    "rules": rules.RULES,
}
"""Every table with the rows that it may hold."""

WITHOUT_ID = frozenset({"baseline", "links", "markets", "sharing", "synergies", "rules"})

Opened = Callable[[str], bytes | Fault]
"""Opens a file named in the instance; a fault without place says why it may not or cannot be."""

Sheeted = Callable[[bytes, str, str, Source], None]
"""Puts a table of a workbook into a source: content, file, table, source."""

INSIDE = {"map": "number", "perhaps map": "number", "texts": "text", "ranges": "pair", "nested": "number"}
"""Kinds of columns with a dot in their names → what their cells are."""

WORKBOOKS = (".xlsx", ".xlsm")

NESTED = re.compile(rf"(counties)\.(.+?)\.({'|'.join(schema.Local.model_fields)})\.(.+)")
"""A figure of one county in a scenario, as a column: `counties.cele.hazard.sheep`."""


def gather(source: Source, opened: Opened, sheeted: Sheeted, folder: str) -> None:
    """Bring every table of the document into one form: id → row, or a list of rows."""
    if not isinstance(source.data, dict):
        return
    for table in TABLES:
        if isinstance(source.data.get(table), str):
            _load(source, table, opened, sheeted, folder)
        if table in source.data:
            totals.leave_out(source, table)
            if table not in WITHOUT_ID:
                _by_id(source, table)


def _by_id(source: Source, table: str) -> None:
    """Bring a table with ids into the form id → row; rows without anything in them are rows all the same."""
    rows = source.data[table]
    if isinstance(rows, tuple):
        _index(source, table)
    elif isinstance(rows, dict):
        source.data[table] = {}
        for path in source.places:
            if len(path) == 2 and path[0] == table:
                source.data[table][path[1]] = rows.get(path[1], {})


def _load(source: Source, table: str, opened: Opened, sheeted: Sheeted, folder: str) -> None:
    """Replace a file name by the rows of that CSV file, or of the sheet of the table in that workbook."""
    name = source.data.pop(table)
    source.unread.add(table)
    content, file = opened(name), str(File(folder) / name)
    if isinstance(content, bytes) and File(name).suffix.lower() in WORKBOOKS:
        sheeted(content, file, table, source)
        return
    if isinstance(content, bytes) and not name.lower().endswith(".csv"):
        content = Fault("", "", "not_a_csv", {"found": name})
    if isinstance(content, Fault):
        source.faults.append(Fault(source.place((table,)), table, content.text, content.values))
        return
    text = decode(content)
    if isinstance(text, Fault):
        source.faults.append(Fault(file, "", text.text, text.values))
    else:
        _load_csv(source, table, text, file)


def _load_csv(source: Source, table: str, text: str, file: str) -> None:
    known = columns(table)
    found = read_grid(text, lambda heading: bool(column_kind(heading, known)))
    found = _pasted(found) if table == "scenarios" else found
    trouble = one_cell(found)
    if trouble is not None:
        source.faults.append(Fault(f"{file}:{found.line}", "", *trouble))
        return
    source.unread.discard(table)
    understood = all(column_kind(heading, known) for heading in filter(None, found.header))
    absent = miss_columns(source, table, found.header, understood, f"{file}:{found.line}") if found.rows else {}
    rows: list[dict[str, Any]] = []
    for line, cells in _rows(found, known, file, source):
        path: Path = (table, len(rows))
        source.places[path] = f"{file}:{line}"
        source.labels[path] = ""
        rows.append(nest_cells(table, cells | absent))
    source.data[table] = tuple(rows)


def miss_columns(source: Source, table: str, header: Container[str], understood: bool, place: str) -> dict[str, Unread]:
    """Return the columns that every row of a table needs and that are not there, each as one that is not read.

    understood: whether every heading is; else one that is not may be theirs, and the fault of it says enough.
    """
    absent = [column for column in required_columns(table) if column not in header]
    if understood:
        source.faults += [Fault(place, column, "column_missing") for column in absent]
    else:
        source.misheaded.add(table)
    if "id" in absent:
        source.unread.add(table)
    return dict.fromkeys(absent, UNREAD)


BROUGHT = re.compile(r"(employment|linkage)(_quo|_without_aid)?|value|regret")
"""What a result's table of scenarios has beside the scenarios."""


def find_pasted(table: str, heads: Sequence[str]) -> dict[str, str]:
    """Return what headings of a result's table of scenarios mean in one of an instance; '': it is not read.

    What was drawn and kept can stand there again, not what it brought.
    """
    if table != "scenarios" or "scenario" not in heads or "id" in heads:
        return {}
    return {head: "" for head in heads if BROUGHT.fullmatch(head)} | {"scenario": "id"}


def _pasted(found: Grid) -> Grid:
    """Return a result's table of scenarios as one of an instance."""
    meant = find_pasted("scenarios", found.header)
    kept = [meant.get(head, "read") != "" for head in found.header]
    header = tuple(meant.get(head, head) for head in compress(found.header, kept))
    rows = tuple((line, tuple(compress(cells, kept))) for line, cells in found.rows)
    return replace(found, header=header, rows=rows)


def _rows(found: Grid, known: Mapping[str, str], file: str, source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, column → cell) of a CSV text; faults of its shape go to the source."""
    source.faults.extend(_header_faults(found, known, f"{file}:{found.line}"))
    for line, cells in found.rows:
        trouble = find_misfit(cells, found)
        if trouble is not None:
            source.faults.append(Fault(f"{file}:{line}", "", *trouble))
            unread: dict[str, Any] = {column: UNREAD for column in found.header if column_kind(column, known)}
            named = {"id": re.split("[,;\t]", cells[0])[0]} if found.header[0] == "id" else {}
            yield line, unread | named  # the id stays known, so that others may refer to it
        else:
            pairs = zip(found.header, cells, strict=False)
            yield line, {k: c for k, c in pairs if c and column_kind(k, known)}
    if found.problem:
        line, said, values = found.problem
        source.faults.append(Fault(f"{file}:{line}", "", said, values))


def _header_faults(found: Grid, known: Mapping[str, str], place: str) -> Iterator[Fault]:
    """Yield faults of headings; a column with neither a heading nor anything else in it is none."""
    for i, column in enumerate(found.header):
        if column and column in found.header[:i]:
            yield Fault(place, column, "duplicate_column")
        elif column and not column_kind(column, known):
            yield Fault(place, column, "unknown_key", {"hint": nearest(column, known)})
        elif not column and any(cells[i] for _, cells in found.rows if len(cells) > i):
            yield Fault(place, "", "column_without_name", {"number": i + 1})


@cache
def required_columns(table: str) -> tuple[str, ...]:
    """Return the columns in which every row of a table needs something."""
    every = [fields_of(row) for row in TABLES[table]]
    needed = (name for name in every[0] if all(name in row and row[name].is_required() for row in every))
    return (*needed,) if table in WITHOUT_ID else ("id", *needed)


@cache
def columns(table: str) -> dict[str, str]:
    """Return the columns a table may have → `number`, `truth`, `words`, `curve`, `text`, or `map`, `texts`, `ranges`.

    The last three stand for all dotted columns that begin with their name and a dot. A map that may also be left out
    altogether is a `perhaps map`: `{}` in a column of its name is the empty one.
    """
    known: dict[str, str] = {} if table in WITHOUT_ID else {"id": "text"}
    for row in TABLES[table]:
        for name, field in fields_of(row).items():
            kind = kind_of(field.annotation)
            if kind == "selection":
                known |= {f"{name}.{key}": "words" for key in schema.Selection.model_fields}
            else:
                known[name] = kind
    return known


def kind_of(annotation: Any) -> str:
    """Return what a column of this type holds: `number`, `truth`, `text`, `words`, `map` …"""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind_of(inside[0])
    if origin in (Union, types.UnionType):
        kind = kind_of(next(part for part in inside if part is not types.NoneType))
        return "perhaps map" if kind == "map" else kind
    if origin is dict:
        return _kind_of_map(inside[1])
    if origin is tuple:
        return _kind_of_list(inside[0])
    if origin is Literal:
        return kind_of(type(inside[0]))
    return {str: "text", bool: "truth", schema.Selection: "selection"}.get(annotation, "number")


def _kind_of_map(annotation: Any) -> str:
    """Return what a column is whose keys each hold something of a type."""
    if annotation is schema.Local:
        return "nested"
    return {"number": "map", "pair": "ranges"}.get(kind_of(annotation), "texts")


def _kind_of_list(annotation: Any) -> str:
    """Return what a column is that holds a list of something of a type."""
    if annotation is float:
        return "pair"
    return "curve" if get_origin(annotation) is tuple else "words"


def column_kind(column: str, known: Mapping[str, str]) -> str:
    """Return what the cells of a column are, or '' where the table has no such column."""
    if column in known and known[column] not in ("map", "texts", "ranges", "nested"):
        return known[column]
    root, dot, rest = column.partition(".")
    kind = known.get(root, "") if dot and rest else ""
    if kind == "nested" and not NESTED.fullmatch(column):
        return ""
    return INSIDE.get(kind, "")


def nest_cells(table: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as it would stand in YAML: dotted columns nested, `a|b` a list, numbers numbers."""
    known = columns(table)
    return nest({c: cell if cell is UNREAD else value(column_kind(c, known), cell) for c, cell in cells.items()})


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its dotted columns nested."""
    row: dict[str, Any] = {}
    for column, found in values.items():
        root, _, rest = column.partition(".")
        if deep := NESTED.fullmatch(column):
            _, c, key, word = deep.groups()
            row.setdefault(root, {}).setdefault(c, {}).setdefault(key, {})[word] = found
        elif rest:
            row.setdefault(root, {})[rest] = found
        else:
            row[root] = found
    return row


def value(kind: str, cell: str) -> object:
    """Return what the text of a cell stands for."""
    return _READ[kind](cell) if kind in _READ else cell


def read_pair(cell: str) -> tuple[object, ...]:
    """Return the numbers that a bar parts: `3|5`."""
    return _scalars(cell, "|")


def _scalars(cell: str, mark: str) -> tuple[object, ...]:
    return tuple(map(scalar, split_words(cell, mark)))


def split_words(cell: str, mark: str = "|") -> tuple[str, ...]:
    """Return the words of a cell that a mark parts."""
    return tuple(map(str.strip, cell.split(mark)))


def read_curve(cell: str) -> tuple[tuple[object, ...], ...]:
    """Return the points of a curve: `100:1|400:0.6`."""
    return tuple(_scalars(point, ":") for point in cell.split("|"))


_READ: Mapping[str, Callable[[str], object]] = {
    "number": scalar,
    "truth": lambda cell: scalar(cell.lower()),
    "pair": read_pair,
    "words": split_words,
    "perhaps map": lambda cell: {} if cell == "{}" else cell,
    "curve": read_curve,
}
"""Kind of a column → what reads its cells; others are text."""


def _index(source: Source, table: str) -> None:
    """Turn a list of rows with `id` into a mapping, moving the places of everything in it."""
    rows: dict[str, Any] = {}
    moved: dict[int, str] = {}
    for i, row in enumerate(source.data[table]):
        name = row.get("id", "") if isinstance(row, dict) else row
        if name is UNREAD:
            continue
        if not _has_id(row):
            _refuse(source, (table, i), "id_missing", {"found": name})
        elif name in rows:
            _refuse_twin(source, table, i, name)
        else:
            moved[i] = name
            rows[name] = {key: value for key, value in row.items() if key != "id"}
            source.places[(table, name)] = source.place((table, i))
    for record in (source.places, source.labels):
        _move(record, table, moved)
    source.data[table] = rows


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str)


def _refuse(source: Source, row: Path, text: str, values: Mapping[str, object]) -> None:
    """Add the fault of a row's id."""
    path = (*row, "id")
    source.faults.append(Fault(source.place(path), source.label(path), text, values))


def _refuse_twin(source: Source, table: str, i: int, name: str) -> None:
    """Add the fault of a row whose id another row has; one of the two may be hidden."""
    first = source.place((table, name, "id"))
    hidden = source.is_hidden((table, i)) or source.is_hidden((table, name))
    _refuse(source, (table, i), "duplicate_hidden" if hidden else "duplicate_id", {"found": name, "first": first})


def _move(record: dict[Path, str], table: str, moved: Mapping[int, str]) -> None:
    """Let what is recorded of a row by its number be found by its id."""
    for path in list(record):
        if len(path) > 1 and path[0] == table and path[1] in moved:
            record[(table, moved[int(path[1])], *path[2:])] = record.pop(path)
