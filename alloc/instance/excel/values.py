"""What the cell of a sheet stands for, by what its column or its setting may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import UNREAD, Source, is_number
from alloc.instance.excel.book import OpenSheet
from alloc.instance.excel.cells import CellFault, read_cell
from alloc.instance.excel.headings import (
    choices,
    field_of,
    find_setting,
    setting_field,
    setting_kind,
    sheet_columns,
    unit_word,
)
from alloc.instance.excel.number_formats import find_misreading
from alloc.instance.excel.sheet_names import PLANS, SETTINGS
from alloc.instance.signs import FREE
from alloc.instance.tables import column_kind


@dataclass(frozen=True)
class _Meaning:
    """What the cells of a column may be: their kind, the only words, whether free text, and the unit of numbers."""

    kind: str
    possible: tuple[str, ...]
    free: bool
    unit: str


@cache
def _meaning(table: str, column: str, key: str) -> _Meaning:
    """Return what a column means; key: of the setting, where the column holds values of settings."""
    if table == SETTINGS and column == "value":
        return _Meaning(*setting_kind(key), key in FREE, unit_word(setting_field(key)))
    unit = "money" if table == PLANS else unit_word(field_of(table, column.partition(".")[0]))
    return _Meaning(column_kind(column, sheet_columns(table)), choices(table, column), column in FREE, unit)


def read_value(sheet: OpenSheet, cell: Any, column: str, values: Mapping[str, Any], source: Source) -> Any:
    """Return what a cell stands for, None for nothing; UNREAD where it is at fault. values: those of its row so far."""
    key = str(values.get("key", "")) if sheet.table == SETTINGS else ""
    meant = _meaning(sheet.table, column, _setting(column, key))
    if meant.kind == "aside":
        return None
    code = cell.number_format or ""
    shown = code if is_number(cell.value) and meant.kind in ("text", "words", "curve") else ""
    found = read_cell(cell.value, cell.data_type == "e", shown, meant.kind, meant.free, meant.possible)
    place = sheet.at(cell.row, cell.column)
    if isinstance(found, CellFault):
        source.faults.append(Fault(place, str(values.get("key", column)) if key else column, found.text, found.values))
        return UNREAD
    if is_number(cell.value):
        seen = find_misreading(cell.value, code, meant.unit, source.data.get("money"))
        source.warnings += _misread(place, column, seen, cell.value)
    return found


def _setting(column: str, key: str) -> str:
    """Return the setting whose value a cell holds, '' where it holds none, or none that is known."""
    return (find_setting(key) or "") if key and column == "value" else ""


def _misread(place: str, column: str, seen: str | None, value: float) -> list[Fault]:
    """Return the warning that a cell shows another number than it holds; seen: what it shows, None for its own."""
    if seen is None:
        return []
    text = "cell_shows" if seen else "cell_shows_nothing"
    return [Fault(place, column, text, {"shown": seen, "found": f"{value:.15g}"})]
