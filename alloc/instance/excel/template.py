"""An instance as one Excel workbook: drop-downs that follow its own ids, units, comments, both languages."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from alloc.instance.excel.dropdowns import validation, write_lists
from alloc.instance.excel.headings import (
    OPEN,
    catalogue,
    choices,
    dotted_keys,
    field_of,
    is_required,
    meaning,
    setting_field,
    setting_kind,
    setting_titles,
    sheet_columns,
    title,
    unit,
)
from alloc.instance.excel.sheet_names import PLANS, SETTINGS, Cell, Exact, Sheet, names
from alloc.instance.excel.styles import HEADS, ROOM, Desk, local, sheet_title, width, word_in
from alloc.instance.schema import Instance
from alloc.instance.tables import INSIDE, TABLES, column_kind
from alloc.instance.writing import ordered, sheets
from alloc.texts import say

COLUMNS_A_PAGE = 14
"""A sheet with more columns is printed on several pages side by side."""

_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def book(instance: Instance, lang: str = "en", complete: bool = False) -> bytes:
    """Return the instance as a workbook. Equal instances give equal bytes.

    complete: every table with every column, as a template has them; else what the instance uses.
    """
    content = io.BytesIO()
    work = xlsxwriter.Workbook(content, _SAFE)
    work.set_properties({"title": instance.title or instance.name, "created": datetime(instance.year, 1, 1)})
    desk = Desk(work, lang, instance.money.label, {})
    written = {sheet.name: sheet for sheet in sheets(instance)}
    shown = [_completed(name, written, instance) for name in names()["tables"]] if complete else [*written.values()]
    present = {sheet.name for sheet in shown}
    _guide(desk)
    for sheet in shown:
        if sheet.name == SETTINGS:
            _settings(desk, sheet, instance, complete)
        else:
            _table(desk, sheet, present)
    _dictionary(desk, [sheet for sheet in shown if sheet.name != SETTINGS])
    write_lists(desk, present)
    work.close()
    return content.getvalue()


def number_format(sheet: str, column: str, label: str) -> str:
    """Return the number format of a column: text as text, money with its unit, other numbers as they are."""
    if column_kind(column, sheet_columns(sheet)) != "number":
        return "@" if column_kind(column, sheet_columns(sheet)) != "truth" else "General"
    field = field_of(sheet, column.partition(".")[0])
    money = str((getattr(field, "json_schema_extra", None) or {}).get("unit", "")).startswith("money")
    return '#,##0.00##" {}"'.format(label.replace('"', "")[:40]) if money or sheet == PLANS else "General"


def _completed(name: str, written: Mapping[str, Sheet], instance: Instance) -> Sheet:
    """Return a sheet with every column that it may have; dotted ones for the ids that there are."""
    sheet = written.get(name, Sheet(name, (), ()))
    if name == SETTINGS:
        return sheet
    ids = {
        "by_county": [*instance.counties],
        "uses": [*instance.resources],
        "supplies": [*instance.resources],
        "limited_by": [],
        "hazard": [*instance.industries],
        "productivity": [*instance.industries],
    }
    columns: list[str] = []
    for column in ordered(name) if name in TABLES else sheet_columns(name):
        kind = sheet_columns(name)[column]
        if kind in INSIDE:
            keys = dotted_keys(name, column) or ids.get(column, ())
            columns += dict.fromkeys([*(f"{column}.{key}" for key in keys), *_dotted(sheet, column)])
        else:
            columns.append(column)
    places = {column: i for i, column in enumerate(sheet.header)}
    rows = [tuple(row[places[c]] if c in places else None for c in columns) for row in sheet.rows]
    return Sheet(name, tuple(columns), tuple(rows))


def _dotted(sheet: Sheet, root: str) -> list[str]:
    return [column for column in sheet.header if column.startswith(f"{root}.")]


def _table(desk: Desk, sheet: Sheet, present: set[str]) -> None:
    """Write one table: two rows of headings with comments, its rows, drop-downs and limits below."""
    page = desk.book.add_worksheet(sheet_title(sheet.name, desk.lang))
    last = HEADS + max(ROOM, len(sheet.rows) + ROOM // 2)
    for j, column in enumerate(sheet.header):
        shown = desk.format(number_format(sheet.name, column, desk.label))
        cells = [local(row[j], choices(sheet.name, column), desk.lang) for row in sheet.rows]
        heading = _heading(desk, sheet.name, column)
        page.set_column(j, j, width([column, *heading.split("\n"), *cells[:ROOM]]), shown)
        required = is_required(sheet.name, column)
        page.write_string(0, j, column, desk.name())
        page.write_string(1, j, heading, desk.heading("#FCE4D6" if required else "#DDE7F0"))
        comment = explained(sheet.name, column, desk.lang, desk.label)
        page.write_comment(1, j, comment, {"x_scale": 2, "y_scale": 0.5 + len(comment) / 100, "visible": False})
        for i, cell in enumerate(cells, HEADS):
            _write(page, i, j, cell, shown)
        rule = validation(desk, sheet.name, column, present)
        if rule:
            page.data_validation(HEADS, j, last, j, rule)
    page.set_row(1, 48)
    page.freeze_panes(HEADS, 1)
    _printed(page, one_wide=len(sheet.header) <= COLUMNS_A_PAGE)
    page.repeat_rows(0, HEADS - 1)
    page.repeat_columns(0)


def _printed(page: Any, one_wide: bool) -> None:
    """Print on A4 across; a table of many columns runs over several pages rather than shrink to nothing."""
    page.set_landscape()
    page.set_paper(9)
    if one_wide:
        page.fit_to_pages(1, 0)


def _write(page: Any, row: int, column: int, cell: Cell, shown: Any) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell, shown)
    elif isinstance(cell, int | float):
        page.write_number(row, column, Exact(cell), shown)
    elif cell is not None and cell != "":
        page.write_string(row, column, cell, shown)


def _heading(desk: Desk, sheet: str, column: str) -> str:
    """Return the title of a column in both languages, the reader's first, and its unit."""
    lines = [title(sheet, column, lang) for lang in (desk.lang, *({"en", "zh"} - {desk.lang}))]
    measured = unit(sheet, column, desk.lang, desk.label)
    brackets = "（{}）" if desk.lang == "zh" else "({})"
    return "\n".join([*dict.fromkeys(lines), *([brackets.format(measured)] if measured else [])])


def explained(sheet: str, column: str, lang: str, label: str) -> str:
    """Return what a planner has to know of a column: its meaning, unit, default and possible words."""
    parts = [meaning(sheet, column, lang)]
    measured = unit(sheet, column, lang, label)
    if measured:
        parts.append(say("book_unit", lang, unit=measured))
    if is_required(sheet, column):
        parts.append(say("book_required", lang))
    words = choices(sheet, column)
    if words:
        parts.append(say("book_words", lang, words=", ".join(word_in(word, lang) for word in words)))
    if column_kind(column, sheet_columns(sheet)) == "words":
        parts.append(say("book_list", lang))
    return "\n".join(parts)


def _settings(desk: Desk, sheet: Sheet, instance: Instance, complete: bool) -> None:
    """Write the settings: key, value, what it is called and what it means."""
    page = desk.book.add_worksheet(sheet_title(SETTINGS, desk.lang))
    given = {str(key): value for key, value in sheet.rows}
    keys = dict(given)
    if complete:
        plain = [key for key in catalogue()["keys"] if not key.startswith("risk.") and key not in OPEN]
        keys = {key: given.get(key) for key in plain} | given
    columns = ("key", "value", "label", "meaning")
    for j, (column, letters) in enumerate(zip(columns, (24, 40, 30, 70), strict=True)):
        page.set_column(j, j, letters, desk.format())
        page.write_string(0, j, column, desk.name())
        page.write_string(1, j, _heading(desk, SETTINGS, column), desk.heading("#DDE7F0"))
    for i, (key, value) in enumerate(keys.items(), HEADS):
        kind, words = setting_kind(key)
        field = setting_field(key)
        shown = desk.format("General" if kind == "number" else "@", text_wrap=kind == "text", align="left")
        page.write_string(i, 0, key, desk.format())
        if value is None and complete:
            value = _effective(instance, key)
        _write(page, i, 1, local(value, words, desk.lang), shown)
        own = setting_titles(key)
        page.write_string(i, 2, f"{own[desk.lang]} {own['en' if desk.lang == 'zh' else 'zh']}", desk.format())
        about = own["about"] if desk.lang == "zh" or field is None else field.description
        page.write_string(i, 3, about, desk.format(text_wrap=True))
        if words:
            source = [word_in(word, desk.lang) for word in words]
            page.data_validation(i, 1, i, 1, {"validate": "list", "source": source, "show_error": kind != "words"})
    page.set_row(1, 32)
    page.freeze_panes(HEADS, 1)
    _printed(page, one_wide=True)


def _effective(instance: Instance, key: str) -> Cell:
    """Return what a setting is where it was not written, None where it is nothing."""
    root, _, rest = key.partition(".")
    value = getattr(instance, root)
    value = getattr(value, rest) if rest else value
    return value if isinstance(value, str | int | float) and value != "" else None


def _dictionary(desk: Desk, shown: Sequence[Sheet]) -> None:
    """Write the data dictionary, protected: every column of every sheet."""
    page = desk.book.add_worksheet(names()["aside"]["dictionary"] if desk.lang == "zh" else "dictionary")
    heads = [say(f"book_dictionary_{word}", desk.lang) for word in _DICTIONARY]
    for j, (head, letters) in enumerate(zip(heads, (14, 24, 22, 22, 20, 12, 50, 60, 60), strict=True)):
        page.set_column(j, j, letters)
        page.write_string(0, j, head, desk.format(bold=True, bottom=1, bg_color="#DDE7F0"))
    lines = (line for sheet in shown for line in _described(desk, sheet))
    for i, line in enumerate(lines, 1):
        for j, text in enumerate(line):
            page.write_string(i, j, text, desk.format(text_wrap=True))
    page.freeze_panes(1, 2)
    _printed(page, one_wide=True)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})


_DICTIONARY = ("sheet", "column", "en", "zh", "unit", "required", "words", "meaning_en", "meaning_zh")


def _described(desk: Desk, sheet: Sheet) -> Iterator[list[str]]:
    for column in sheet.header:
        yield [
            sheet_title(sheet.name, desk.lang),
            column,
            title(sheet.name, column, "en"),
            title(sheet.name, column, "zh"),
            unit(sheet.name, column, desk.lang, desk.label),
            say("book_yes", desk.lang) if is_required(sheet.name, column) else "",
            ", ".join(f"{word} {word_in(word, 'zh')}" for word in choices(sheet.name, column)),
            meaning(sheet.name, column, "en"),
            meaning(sheet.name, column, "zh"),
        ]


def _guide(desk: Desk) -> None:
    """Write the first sheet: how to fill in the others."""
    page = desk.book.add_worksheet(names()["aside"]["guide"] if desk.lang == "zh" else "guide")
    page.set_column(0, 0, 110, desk.format(text_wrap=True))
    first, *lines = [*say("book_guide", desk.lang).split("\n"), say("voluntary", desk.lang)]
    page.write_string(0, 0, first, desk.format(bold=True, font_size=14))
    for i, line in enumerate(lines, 1):
        page.write_string(i, 0, line, desk.format(text_wrap=True))
    _printed(page, one_wide=True)
    page.activate()
