"""From an instance back to what a planner writes: a plain document, YAML, CSV tables, or sheets.

`reading.py` the other way round: what is written here reads as an equal instance, previous plans included.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import yaml

from alloc.instance.document import scalar
from alloc.instance.excel.sheet_names import PLANS, SETTINGS, SOURCES, Cell, FlatTable
from alloc.instance.plans import COLUMNS
from alloc.instance.schema import Document, Flow, Instance
from alloc.instance.tables import TABLES, WITHOUT_ID, columns, nest_cells

MAIN = "instance.yaml"
LAST = ("source", "sources", "range", "note")
"""Columns for people stand behind those that count."""

WIDEST_LINE = 120
WHOLE = 1e15
"""Below this every whole number is exact, and reads better without `.0`."""


def plain(instance: Document) -> dict[str, Any]:
    """Return the document as the planner could have written it: keys as in YAML, defaults left out.

    Mappings are dicts and lists tuples, as `document.parse` gives them. Previous plans are no part of it.
    """
    keys = set(Document.model_fields)
    data = instance.model_dump(by_alias=True, exclude_defaults=True, include=keys)
    if instance.years:  # the first of them stands as the year
        del data["year"]
    if "money" in data:  # a label left out beside another unit would be made up anew
        data["money"] = instance.money.model_dump()
    found: dict[str, Any] = _shortened(data)
    for table in TABLES:
        order = dict.fromkeys(column.partition(".")[0] for column in ordered(table))
        if table in found and table in WITHOUT_ID:
            found[table] = tuple(_sorted(row, order) for row in found[table])
        elif table in found:
            found[table] = {name: _sorted(row, order) for name, row in found[table].items()}
    return found


def _sorted(row: Mapping[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """Return a row with its keys in the order of the columns; those that have dots there stand where the first does."""
    return {key: row[key] for key in order if key in row}


def sheets(instance: Instance) -> tuple[FlatTable, ...]:
    """Return the whole instance as sheets: settings, sources, every table that has rows, previous plans."""
    data = plain(instance)
    settings = _list_settings(instance, data)
    found = [FlatTable(SETTINGS, ("key", "value"), tuple(_flat(settings).items()))]
    if instance.sources:
        found.append(FlatTable(SOURCES, ("id", "citation"), tuple(instance.sources.items())))
    found += [_sheet(table, rows(data, table)) for table in TABLES if data.get(table)]
    if instance.previous:
        found.append(FlatTable(PLANS, ("plan", *COLUMNS), tuple(_plan_rows(instance.previous))))
    return tuple(found)


def _list_settings(instance: Instance, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is no table; of a section whose keys are all at their defaults the first key stands for it."""
    settings = {key: value for key, value in data.items() if key not in TABLES and key != SOURCES}
    for key, value in settings.items():
        if value == {}:
            first, *_ = getattr(instance, key).model_dump().items()
            settings[key] = dict([first])
    for year, figures in settings.get("by_year", {}).items():  # a blank cell would say nothing of them
        left_out = dict.fromkeys((path for path, value in figures.items() if value is None), "null")
        settings["by_year"] = {**settings["by_year"], year: {**figures, **left_out}}
    return settings


def files(instance: Instance, tables: bool = True, main: str = MAIN) -> dict[str, bytes]:
    """Return the instance as files, path → content: one YAML file, its CSV tables, its previous plans.

    tables: write every table as CSV that a CSV file can hold; the others, and all where it is False, stand in
    the YAML. CSV files begin with a byte-order mark, so that Excel shows Chinese.
    """
    data = plain(instance)
    found: dict[str, bytes] = {}
    for table in TABLES if tables else ():
        content = rows(data, table)
        if content and _fits_csv(table, content):
            found[f"{table}.csv"] = _csv(_sheet(table, content))
            data[table] = f"{table}.csv"
    plans = {f"{plan}/allocation.csv": _csv(_plan(flows)) for plan, flows in instance.previous.items()}
    return {main: text(data).encode()} | found | plans


def text(data: Mapping[str, Any]) -> str:
    """Return a plain document as YAML that reads back as the same: a line for each row where it fits."""
    shown = dict(data)
    if "by_year" in data:
        shown["by_year"] = {int(year): figures for year, figures in data["by_year"].items()}
    document: Any = _Dumper(io.StringIO(), sort_keys=False).represent_data(shown)
    document.flow_style = False
    for (_, part), (key, value) in zip(document.value, shown.items(), strict=True):
        if isinstance(value, dict | tuple):
            part.flow_style = key not in TABLES and key != SOURCES
            for row in part.value if key in TABLES else ():
                _fold(row[1] if isinstance(row, tuple) else row)
    found: str = yaml.serialize(document, Dumper=_Dumper, allow_unicode=True, width=WIDEST_LINE)
    return found


def _fold(row: yaml.MappingNode) -> None:
    """Let a row stand on one line where it fits, else one key a line with what is in it folded."""
    row.flow_style = len(yaml.serialize(row, Dumper=_Dumper, allow_unicode=True, width=10_000)) < WIDEST_LINE
    for _, value in row.value:
        value.flow_style = True


def rows(data: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
    """Return the rows of a table of a plain document, each with its id where the table has ids."""
    if table in WITHOUT_ID:
        return list(data.get(table, ()))
    return [{"id": name, **row} for name, row in data.get(table, {}).items()]


def _shortened(value: Any) -> Any:
    """Return data with whole numbers written as such."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_shortened(item) for item in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE:
        return int(value)
    return value


def _sheet(table: str, content: Sequence[Mapping[str, Any]]) -> FlatTable:
    """Return a table as a sheet: columns in the order of the format, dotted ones together."""
    flat = list(map(_flat, content))
    order = ordered(table)
    used = dict.fromkeys(chain(*flat))
    header = sorted(used, key=lambda c: order.index(c if c in order else c.partition(".")[0]))
    return FlatTable(table, tuple(header), tuple(tuple(map(row.get, header)) for row in flat))


def ordered(table: str) -> list[str]:
    """Return the columns of a table in the order in which they are written, dotted ones by their first word."""
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = LAST
    if table == "rules":
        first = ("id", "name", "type")
    elif table not in WITHOUT_ID:
        first = ("id", "name")
    else:
        last = ("name", "name_zh", *LAST)
    return sorted(columns(table), key=lambda c: (c in last, c not in first))


def _flat(data: Mapping[str, Any], root: str = "") -> dict[str, Cell]:
    """Return nested keys as dotted columns, and lists as `a|b`; an empty mapping is `{}`."""
    found: dict[str, Cell] = {}
    for key, value in data.items():
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{root}{key}.")
        else:
            found[f"{root}{key}"] = _cell(value)
    return found


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, tuple):
        return "|".join(map(_item, value))
    cell: Cell = value
    return cell


def _item(value: Any) -> str:
    return ":".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _fits_csv(table: str, content: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a table reads back from CSV as it is, and no text of it would start a formula in Excel."""
    for row in content:
        cells: dict[str, str] = {}
        for column, value in _flat(row).items():
            if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
                return False
            if _written(value).strip():
                cells[column] = _written(value).strip()
        if nest_cells(table, cells) != row:
            return False
    return True


def _written(cell: Cell) -> str:
    """Return a cell as CSV holds it."""
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _csv(sheet: FlatTable) -> bytes:
    content = io.StringIO(newline="")
    writer = csv.writer(content)
    writer.writerow(sheet.header)
    writer.writerows(map(_written, row) for row in sheet.rows)
    return content.getvalue().encode("utf-8-sig")


def _plan(flows: Sequence[Flow]) -> FlatTable:
    return FlatTable(PLANS, COLUMNS, tuple(map(attrgetter(*COLUMNS), flows)))


def _plan_rows(plans: Mapping[str, Sequence[Flow]]) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of all previous plans; a plan without any has one with nothing but its name."""
    for plan, flows in plans.items():
        for row in _plan(flows).rows or [(None,) * len(COLUMNS)]:
            yield (plan, *row)


class _Dumper(yaml.SafeDumper):
    """YAML without aliases, in which every text is quoted that the reader would take for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _quoted(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    style = None if scalar(data) == data else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _quoted)
_Dumper.add_representer(tuple, yaml.SafeDumper.represent_list)
