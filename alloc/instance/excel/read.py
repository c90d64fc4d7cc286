"""Excel workbooks as a source: an instance as one workbook, or one table of it as a sheet.

Everything is read as it stands: a fault names sheet and cell. The layout is described in EXCEL.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from alloc.errors import Fault
from alloc.instance.document import UNREAD, Source, is_number
from alloc.instance.excel.book import OpenBook, OpenSheet, is_filled, list_filled, open_book, quote_sheet, tell_problem
from alloc.instance.excel.cells import unescape
from alloc.instance.excel.headings import (
    find_column,
    find_setting,
    heading_words,
    setting_path,
    setting_words,
    sheet_columns,
)
from alloc.instance.excel.metadata import read_metadata
from alloc.instance.excel.sheet_names import PLANS, SETTINGS, SOURCES, has_inputs, is_aside, table_names, table_sheets
from alloc.instance.excel.values import read_value
from alloc.instance.schema import Flow
from alloc.instance.suggest import nearest
from alloc.instance.tables import column_kind, find_pasted, miss_columns, nest


@dataclass(frozen=True)
class _FilledRow:
    """A row that holds something: its number, and column → what its cell stands for."""

    number: int
    values: dict[str, Any]


def read_workbook(content: bytes, file: str) -> Source:
    """Return a whole instance that is one workbook. Faults end up in the source; they never raise."""
    source = Source(data={}, places={(): file})
    book = open_book(content, file)
    if isinstance(book, Fault):
        source.faults.append(book)
        source.data = None
        return source
    with book:
        meant = table_sheets(book.sheetnames)
        source.faults += _strangers(book, meant, file)
        for sheet in _sheets(book, meant, file, source):
            _take(sheet, source)
    return source


def add_table(content: bytes, file: str, table: str, source: Source) -> None:
    """Put the sheet of one table into the source of an instance that names the workbook for it."""
    book = open_book(content, file)
    if isinstance(book, Fault):
        source.faults.append(book)
        return
    with book:
        meant = {sheet: found for sheet, found in table_sheets(book.sheetnames).items() if found == table}
        if not meant:
            hint = nearest(table, book.sheetnames)
            source.faults.append(Fault(file, table, "no_such_sheet", {"found": table, "hint": hint}))
        for sheet in _sheets(book, meant, file, source):
            _take(sheet, source)


def _strangers(book: OpenBook, meant: Mapping[str, str], file: str) -> Iterator[Fault]:
    """Yield sheets that are no table, and tables that stand twice."""
    for sheet in () if has_inputs(meant) else book.sheetnames:
        if sheet not in meant and not is_aside(sheet) and _holds_something(book.book[sheet]):
            hint = nearest(sheet, table_names())
            yield Fault(f"{file}:{quote_sheet(sheet)}", "", "unknown_sheet", {"found": sheet, "hint": hint})
    if not meant:
        yield Fault(file, "", "no_tables")
    seen: dict[str, str] = {}
    for sheet, table in meant.items():
        if table in seen:
            first = f"{file}:{quote_sheet(seen[table])}"
            yield Fault(f"{file}:{quote_sheet(sheet)}", "", "duplicate_sheet", {"found": table, "first": first})
        seen.setdefault(table, sheet)


def _holds_something(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(map(is_filled, chain.from_iterable(sheet.iter_rows())))


def _sheets(book: OpenBook, meant: Mapping[str, str], file: str, source: Source) -> Iterator[OpenSheet]:
    """Yield the sheets to read, the first of each table; one that breaks while it is read is one fault."""
    first: dict[str, str] = {}
    for sheet, table in meant.items():
        first.setdefault(table, sheet)
    for table in sorted(first, key=lambda table: table != SETTINGS):  # the unit of money first
        place = f"{file}:{quote_sheet(first[table])}"
        source.unread.add(table)
        try:
            cells = book.book[first[table]]
            part = cells._worksheet_path.lstrip("/")  # openpyxl has no public name for it
            cells.reset_dimensions()  # what the file says of its own size may be wrong
            rows = list(list_filled(cells))
            found = read_metadata(book.content, part)
        except Exception as error:  # as above: a part that is no sheet breaks in many ways
            source.faults.append(Fault(place, "", "workbook_broken", {"problem": tell_problem(error)}))
            continue
        source.faults += [Fault(f"{place}!{ref}", "", "cell_merged") for ref in found.merged]
        source.unread.discard(table)
        if rows and cells.sheet_state != "visible":
            source.warnings.append(Fault(place, "", "sheet_hidden"))
        yield OpenSheet(place, table, rows, found)


def _take(sheet: OpenSheet, source: Source) -> None:
    """Put what one sheet holds into the source."""
    before = len(source.faults)
    header = _header(sheet, source)
    if not any(header.values()):
        source.faults[before:] = [Fault(sheet.at(1, 1), "", "no_headings", {"found": sheet.table})]
        source.unread.add(sheet.table)
        return
    rows = list(_rows(sheet, header, source))
    source.warnings += _hidden(sheet, rows, header)
    take = {SETTINGS: _take_settings, SOURCES: _take_sources, PLANS: _take_plans}.get(sheet.table, _take_table)
    take(sheet, rows, header, source)


def _hidden(sheet: OpenSheet, rows: Sequence[_FilledRow], header: Mapping[int, str]) -> Iterator[Fault]:
    """Yield rows and columns that are read and not seen, rows that follow each other together."""
    start = min(header, default=1)
    for is_hidden, run in groupby(rows, key=lambda row: row.number in sheet.metadata.hidden):
        first, *rest = (row.number for row in run)
        if is_hidden:
            values = {"first": first, "last": rest[-1] if rest else first}
            yield Fault(sheet.at(first, start), "", "rows_hidden" if rest else "row_hidden", values)
    yield from _hidden_columns(sheet, rows, header)


def _hidden_columns(sheet: OpenSheet, rows: Sequence[_FilledRow], header: Mapping[int, str]) -> Iterator[Fault]:
    """Yield columns with something in them that are not seen."""
    used = set().union(*(row.values for row in rows))
    for number, column in header.items():
        if column in used and any(number in columns for columns in sheet.metadata.columns):
            yield Fault(sheet.at(sheet.cells[0][0].row, number), column, "column_hidden")


def _take_table(sheet: OpenSheet, rows: Sequence[_FilledRow], header: Mapping[int, str], source: Source) -> None:
    """Put the rows of a table into the source, with the cell of each."""
    source.letters[sheet.table] = _letters(header)
    start = min(header, default=1)
    for i, row in enumerate(rows):
        place = sheet.at(row.number, start)
        source.places[(sheet.table, i)], source.labels[(sheet.table, i)] = place, ""
        if row.number in sheet.metadata.hidden:
            source.hidden.add(place)
    source.places[(sheet.table,)] = sheet.place
    heads = sheet.at(sheet.cells[0][0].row, start)
    absent = miss_columns(source, sheet.table, header.values(), all(header.values()), heads)
    source.data[sheet.table] = tuple(nest(row.values | absent) for row in rows)


def _header(sheet: OpenSheet, source: Source) -> dict[int, str]:
    """Return number of the column → column, from one row of headings or two that agree."""
    heads = sheet.cells[: 2 if _has_second_header(sheet) else 1]
    found: dict[int, str] = {}
    pasted = find_pasted(sheet.table, [str(cell.value).strip() for cell in chain(*heads[:1])])
    for cell in chain(*heads):
        text, place = str(cell.value).strip(), sheet.at(cell.row, cell.column)
        column = pasted.get(text, find_column(sheet.table, unescape(str(cell.value))))
        if column == "":
            found[cell.column] = ""
        elif column is None:
            hint = nearest(text, heading_words(sheet.table))
            source.faults.append(Fault(place, text, "unknown_heading", {"hint": hint}))
            found.setdefault(cell.column, "")
        elif found.get(cell.column) and found[cell.column] != column:
            source.faults.append(Fault(place, text, "heading_differs", {"other": found[cell.column]}))
        elif column in (found | {cell.column: ""}).values():
            source.faults.append(Fault(place, column, "duplicate_column"))
            found[cell.column] = ""
        else:
            found[cell.column] = column
    return found


def _has_second_header(sheet: OpenSheet) -> bool:
    """Tell whether the second row is headings too, in the other language."""
    if len(sheet.cells) < 2:
        return False
    first, second = _columns_of(sheet, sheet.cells[0]), _columns_of(sheet, sheet.cells[1])
    start, known = min(second), list(filter(None, second.values()))
    return bool(second[start]) and first.get(start) in (second[start], None) and 2 * len(known) > len(second)


def _numbers(header: Mapping[int, str]) -> dict[str, int]:
    """Return the number of each column."""
    return dict(zip(header.values(), header, strict=True))


def _letters(header: Mapping[int, str]) -> dict[str, str]:
    """Return the letter of each column, as Excel shows it."""
    return dict(zip(header.values(), map(get_column_letter, header), strict=True))


def _columns_of(sheet: OpenSheet, row: Sequence[Any]) -> dict[int, str | None]:
    return {cell.column: find_column(sheet.table, str(cell.value)) for cell in row}


def _rows(sheet: OpenSheet, header: Mapping[int, str], source: Source) -> Iterator[_FilledRow]:
    """Yield the rows below the headings; what is wrong with a cell goes to the source."""
    below = {row[0].row: row for row in sheet.cells[2 if _has_second_header(sheet) else 1 :]}
    empty: dict[int, list[int]] = {}
    for cell in sheet.metadata.uncalculated:
        number, column = coordinate_to_tuple(cell)
        empty.setdefault(number, []).append(column)
    first = min(below, default=1)
    for number in sorted(below.keys() | empty.keys()):
        if number < first:
            continue
        values = _read_row(sheet, below.get(number, []), header, source)
        for place in empty.get(number, ()):
            name = header.get(place, "")
            if name and column_kind(name, sheet_columns(sheet.table)) != "aside":
                source.faults.append(Fault(sheet.at(number, place), name, "cell_uncalculated"))
                values[name] = UNREAD
        if values:
            yield _FilledRow(number, values)


def _read_row(sheet: OpenSheet, cells: Sequence[Any], header: Mapping[int, str], source: Source) -> dict[str, Any]:
    """Return column → what its cell stands for; the key of a setting is read before its value."""
    values: dict[str, Any] = {}
    for cell in sorted(cells, key=lambda cell: header.get(cell.column) != "key"):
        column = header.get(cell.column)
        if column is None:
            source.faults.append(Fault(sheet.at(cell.row, cell.column), "", "cell_without_heading"))
            continue
        value = read_value(sheet, cell, column, values, source) if column else None
        if value is not None:
            values[column] = value
    return values


def _take_settings(sheet: OpenSheet, rows: Sequence[_FilledRow], header: Mapping[int, str], source: Source) -> None:
    """Put the settings into the source: key and value, dotted keys nested."""
    columns = _numbers(header)
    seen: dict[str, str] = {}
    for row in rows:
        word, place = row.values.get("key"), sheet.at(row.number, columns.get("key", 1))
        if word is UNREAD:
            continue
        key = find_setting(str(word or ""))
        if key is None:
            hint = nearest(word, setting_words())
            source.faults.append(Fault(place, str(word or ""), "unknown_key", {"hint": hint}))
        elif key in seen:
            source.faults.append(Fault(place, key, "duplicate_setting", {"first": seen[key]}))
        else:
            seen[key] = place
            value = row.values.get("value")
            if value is not None:
                _set(source, setting_path(key), value, sheet.at(row.number, columns.get("value", 2)))


def _set(source: Source, path: tuple[str, ...], value: Any, place: str) -> None:
    """Put one setting into the source, where its key leads."""
    holder = source.data
    for cut, step in enumerate(path[:-1], 1):
        holder = holder.setdefault(step, {})
        source.places.setdefault(path[:cut], place)
    holder[path[-1]] = value
    source.places[path] = place


def _take_sources(sheet: OpenSheet, rows: Sequence[_FilledRow], header: Mapping[int, str], source: Source) -> None:
    """Put the citations into the source."""
    columns = _numbers(header)
    sources = source.data.setdefault(SOURCES, {})
    for row in rows:
        place, name = sheet.at(row.number, columns.get("id", 1)), row.values.get("id")
        if name is None:
            source.faults.append(Fault(place, "id", "id_missing", {"found": ""}))
        elif name in sources:
            first = source.places[(SOURCES, name)]
            source.faults.append(Fault(place, "id", "duplicate_id", {"found": name, "first": first}))
        elif name is not UNREAD:
            sources[name] = row.values.get("citation", "")
            source.places[(SOURCES, name)] = place


def _take_plans(sheet: OpenSheet, rows: Sequence[_FilledRow], header: Mapping[int, str], source: Source) -> None:
    """Put the previous plans into the source; a row with nothing but a plan's name is a plan that gave nothing."""
    columns = _numbers(header)
    source.letters[PLANS] = _letters(header)
    for row in rows:
        if UNREAD in row.values.values():
            continue
        values = {column: value for column, value in row.values.items() if column in Flow.model_fields}
        wrong = _wrong_in_plan(row, values)
        if wrong:
            place = sheet.at(row.number, columns.get(wrong, 1))
            source.faults.append(Fault(place, wrong, "plan_row", {"found": row.values.get(wrong, "")}))
            continue
        plan = str(row.values["plan"])
        flows = source.plans.setdefault(plan, ())
        if values:
            path = source.plan_path(plan, len(flows))
            source.places[path], source.labels[path] = sheet.at(row.number, min(header, default=1)), ""
            texts: dict[str, Any] = {column: str(values.get(column, "")) for column in Flow.model_fields}
            source.plans[plan] = (*flows, Flow.model_validate(texts | {"amount": float(values["amount"])}))


def _wrong_in_plan(row: _FilledRow, values: Mapping[str, Any]) -> str:
    """Return the column of a previous plan's row that holds nothing it could be, '' where there is none."""
    if row.values.get("plan") is None:
        return "plan"
    return "amount" if values and not is_number(values.get("amount")) else ""
