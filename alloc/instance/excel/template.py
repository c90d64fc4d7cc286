"""An instance as one Excel workbook: drop-downs that follow its own ids, units, comments, both languages."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from alloc.instance.excel.dropdowns import limit_column, write_lists
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
    unit_word,
)
from alloc.instance.excel.safe import new_workbook, write_cell
from alloc.instance.excel.sheet_names import PLANS, SETTINGS, Cell, FlatTable, names
from alloc.instance.excel.styles import HEADS, ROOM, WorkbookStyle, fit_width, sheet_title, translate, word_in, words_in
from alloc.instance.schema import Instance
from alloc.instance.tables import INSIDE, TABLES, column_kind
from alloc.instance.writing import ordered, sheets
from alloc.texts import say

COLUMNS_A_PAGE = 14
"""A sheet with more columns is printed on several pages side by side."""


def write_workbook(instance: Instance, lang: str = "en", complete: bool = False) -> bytes:
    """Return the instance as a workbook. Equal instances give equal bytes.

    complete: every table with every column, as a template has them; else what the instance uses.
    """
    content = io.BytesIO()
    work = new_workbook(content, instance.title or instance.name, instance.year, in_memory=True)
    style = WorkbookStyle(work, lang, instance.money.label, {})
    written = {sheet.name: sheet for sheet in sheets(instance)}
    shown = {name: _complete(name, written, instance) for name in names()["tables"]} if complete else written
    tables = []
    _guide(style)
    for name, sheet in shown.items():
        if name == SETTINGS:
            _settings(style, sheet, instance, complete)
        else:
            _table(style, sheet, {*shown})
            tables.append(sheet)
    _dictionary(style, tables)
    write_lists(style, {*shown})
    work.close()
    return content.getvalue()


def number_format(sheet: str, column: str, label: str) -> str:
    """Return the number format of a column: text as text, money with its unit, other numbers as they are."""
    if column_kind(column, sheet_columns(sheet)) != "number":
        return "@" if column_kind(column, sheet_columns(sheet)) != "truth" else "General"
    field = field_of(sheet, column.partition(".")[0])
    money = unit_word(field).startswith("money")
    return '#,##0.00##" {}"'.format(label.replace('"', "")[:40]) if money or sheet == PLANS else "General"


def _complete(name: str, written: Mapping[str, FlatTable], instance: Instance) -> FlatTable:
    """Return a sheet with every column that it may have; dotted ones for the ids that there are."""
    sheet = written.get(name, FlatTable(name, (), ()))
    if name == SETTINGS:
        return sheet
    columns: list[str] = []
    for column in ordered(name) if name in TABLES else sheet_columns(name):
        if sheet_columns(name)[column] in INSIDE:
            keys = dotted_keys(name, column) or _ids_behind(column, instance)
            columns += dict.fromkeys([*(f"{column}.{key}" for key in keys), *_dotted(sheet, column)])
        else:
            columns.append(column)
    rows: list[tuple[Cell, ...]] = []
    for row in sheet.rows:
        cells = dict(zip(sheet.header, row, strict=True))
        rows.append(tuple(map(cells.get, columns)))
    return FlatTable(name, tuple(columns), tuple(rows))


def _ids_behind(column: str, instance: Instance) -> Iterable[str]:
    """Return the ids that stand behind the dot of a column in a template."""
    ids: Mapping[str, Iterable[str]] = {
        "by_county": instance.counties,
        "uses": instance.resources,
        "supplies": instance.resources,
        "hazard": instance.industries,
        "productivity": instance.industries,
        "market": instance.industries,
    }
    return ids.get(column, ())


def _dotted(sheet: FlatTable, root: str) -> list[str]:
    return [column for column in sheet.header if column.startswith(f"{root}.")]


def _table(style: WorkbookStyle, sheet: FlatTable, present: set[str]) -> None:
    """Write one table: two rows of headings with comments, its rows, drop-downs and limits below."""
    page = style.book.add_worksheet(sheet_title(sheet.name, style.lang))
    last = HEADS + max(ROOM, len(sheet.rows) + ROOM // 2)
    for j, column in enumerate(sheet.header):
        shown = style.format(number_format(sheet.name, column, style.label))
        cells = [translate(row[j], choices(sheet.name, column), style.lang) for row in sheet.rows]
        heading = _heading(style, sheet.name, column)
        page.set_column(j, j, fit_width([column, *heading.split("\n"), *cells[:ROOM]]), shown)
        required = is_required(sheet.name, column)
        page.write_string(0, j, column, style.name())
        page.write_string(1, j, heading, style.heading("#FCE4D6" if required else "#DDE7F0"))
        comment = explain_column(sheet.name, column, style.lang, style.label)
        page.write_comment(1, j, comment, {"x_scale": 2, "y_scale": 0.5 + len(comment) / 100, "visible": False})
        for i, cell in enumerate(cells, HEADS):
            write_cell(page, i, j, None if cell == "" else cell, shown)
        rule = limit_column(style, sheet.name, column, present)
        if rule:
            page.data_validation(HEADS, j, last, j, rule)
    page.set_row(1, 48)
    page.freeze_panes(HEADS, 1)
    _set_printing(page, one_wide=len(sheet.header) <= COLUMNS_A_PAGE)
    page.repeat_rows(0, HEADS - 1)
    page.repeat_columns(0)


def _set_printing(page: Any, one_wide: bool) -> None:
    """Print on A4 across; a table of many columns runs over several pages rather than shrink to nothing."""
    page.set_landscape()
    page.set_paper(9)
    if one_wide:
        page.fit_to_pages(1, 0)


def _heading(style: WorkbookStyle, sheet: str, column: str) -> str:
    """Return the title of a column in both languages, the reader's first, and its unit."""
    lines = [title(sheet, column, lang) for lang in (style.lang, *({"en", "zh"} - {style.lang}))]
    measured = unit(sheet, column, style.lang, style.label)
    brackets = "（{}）" if style.lang == "zh" else "({})"
    return "\n".join([*dict.fromkeys(lines), *([brackets.format(measured)] if measured else [])])


def explain_column(sheet: str, column: str, lang: str, label: str) -> str:
    """Return what a planner has to know of a column: its meaning, unit, default and possible words."""
    parts = [meaning(sheet, column, lang)]
    measured = unit(sheet, column, lang, label)
    if measured:
        parts.append(say("book_unit", lang, unit=measured))
    if is_required(sheet, column):
        parts.append(say("book_required", lang))
    words = choices(sheet, column)
    if words:
        parts.append(say("book_words", lang, words=", ".join(words_in(words, lang))))
    if column_kind(column, sheet_columns(sheet)) == "words":
        parts.append(say("book_list", lang))
    return "\n".join(parts)


def _settings(style: WorkbookStyle, sheet: FlatTable, instance: Instance, complete: bool) -> None:
    """Write the settings: key, value, what it is called and what it means."""
    page = style.book.add_worksheet(sheet_title(SETTINGS, style.lang))
    given = {str(key): value for key, value in sheet.rows}
    if complete:
        left = {*OPEN, "year"} if instance.years else {*OPEN}  # the first of several years stands not beside them
        closed = [key for key in catalogue()["keys"] if not key.startswith(("risk.", "draws.")) and key not in left]
        given = {key: _effective(instance, key) for key in closed} | given
    columns = ("key", "value", "label", "meaning")
    for j, (column, letters) in enumerate(zip(columns, (24, 40, 30, 70), strict=True)):
        page.set_column(j, j, letters, style.format())
        page.write_string(0, j, column, style.name())
        page.write_string(1, j, _heading(style, SETTINGS, column), style.heading("#DDE7F0"))
    for i, (key, value) in enumerate(given.items(), HEADS):
        _setting(style, page, i, key, value)
    page.set_row(1, 32)
    page.freeze_panes(HEADS, 1)
    _set_printing(page, one_wide=True)


def _setting(style: WorkbookStyle, page: Any, row: int, key: str, value: Cell) -> None:
    """Write one setting, with a drop-down where only a few words are possible."""
    kind, words = setting_kind(key)
    shown = style.format("General" if kind == "number" else "@", text_wrap=kind == "text", align="left")
    page.write_string(row, 0, key, style.format())
    cell = translate(value, words, style.lang)
    write_cell(page, row, 1, None if cell == "" else cell, shown)
    own, field = setting_titles(key), setting_field(key)
    first, second = ("zh", "en") if style.lang == "zh" else ("en", "zh")
    page.write_string(row, 2, f"{own[first]} {own[second]}", style.format())
    about = own["about"] if style.lang == "zh" or field is None else field.description
    page.write_string(row, 3, about, style.format(text_wrap=True))
    if words:
        source = words_in(words, style.lang)
        page.data_validation(row, 1, row, 1, {"validate": "list", "source": source, "show_error": kind != "words"})


def _effective(instance: Instance, key: str) -> Cell:
    """Return what a setting is where it was not written, None where it is nothing."""
    root, _, rest = key.partition(".")
    value = getattr(instance, root)
    value = getattr(value, rest) if rest else value
    return value if isinstance(value, str | int | float) and value != "" else None


def _dictionary(style: WorkbookStyle, shown: Sequence[FlatTable]) -> None:
    """Write the data dictionary, protected: every column of every sheet."""
    page = style.book.add_worksheet(names()["aside"]["dictionary"] if style.lang == "zh" else "dictionary")
    heads = [say(f"book_dictionary_{word}", style.lang) for word in _DICTIONARY]
    for j, (head, letters) in enumerate(zip(heads, (14, 24, 22, 22, 20, 12, 50, 60, 60), strict=True)):
        page.set_column(j, j, letters)
        page.write_string(0, j, head, style.format(bold=True, bottom=1, bg_color="#DDE7F0"))
    lines = chain.from_iterable(_describe(style, sheet) for sheet in shown)
    for i, line in enumerate(lines, 1):
        for j, text in enumerate(line):
            page.write_string(i, j, text, style.format(text_wrap=True))
    page.freeze_panes(1, 2)
    _set_printing(page, one_wide=True)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})


_DICTIONARY = ("sheet", "column", "en", "zh", "unit", "required", "words", "meaning_en", "meaning_zh")


def _describe(style: WorkbookStyle, sheet: FlatTable) -> Iterator[list[str]]:
    for column in sheet.header:
        yield [
            sheet_title(sheet.name, style.lang),
            column,
            title(sheet.name, column, "en"),
            title(sheet.name, column, "zh"),
            unit(sheet.name, column, style.lang, style.label),
            say("book_yes", style.lang) if is_required(sheet.name, column) else "",
            ", ".join(f"{word} {word_in(word, 'zh')}" for word in choices(sheet.name, column)),
            meaning(sheet.name, column, "en"),
            meaning(sheet.name, column, "zh"),
        ]


def _guide(style: WorkbookStyle) -> None:
    """Write the first sheet: how to fill in the others."""
    page = style.book.add_worksheet(names()["aside"]["guide"] if style.lang == "zh" else "guide")
    page.set_column(0, 0, 110, style.format(text_wrap=True))
    first, *lines = [*say("book_guide", style.lang).split("\n"), say("voluntary", style.lang)]
    page.write_string(0, 0, first, style.format(bold=True, font_size=14))
    for i, line in enumerate(lines, 1):
        page.write_string(i, 0, line, style.format(text_wrap=True))
    _set_printing(page, one_wide=True)
    page.activate()
