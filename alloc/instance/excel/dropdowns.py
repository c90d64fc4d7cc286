"""What may be typed into a column: drop-downs that follow the ids of the sheets, and numbers within limits."""

from typing import Any

from alloc.instance import rules, schema
from alloc.instance.excel.headings import choices, limits, sheet_columns
from alloc.instance.excel.sheet_names import PLANS, SOURCES, names
from alloc.instance.excel.styles import HEADS, ROOM, WorkbookStyle, sheet_title, words_in
from alloc.instance.tables import TABLES, WITHOUT_ID, column_kind
from alloc.texts import say

LISTED = 100
"""Ids that a drop-down shows behind words of its own."""

REFERS = {
    "county": "counties", "counties": "counties", "industry": "industries", "from": "industries", "to": "industries",
    "chain": "chains", "funds": "funds", "requires": "measures", "excludes": "measures", "measures": "measures",
    "measure": "measures", "source": "sources",
    **dict.fromkeys(rules.PURSES, "funds"),
}  # fmt: skip
"""The last word of a column's name → the sheet whose ids its cells hold."""

BESIDE = {"funds": ("all", *schema.KINDS), "sources": ("assumption",)}
"""Words that may stand beside the ids of a sheet, where a rule names a fund or a row its source."""


def limit_column(style: WorkbookStyle, sheet: str, column: str, present: set[str]) -> dict[str, Any] | None:
    """Return what may be typed into a column: a drop-down, a number within limits, or anything."""
    if sheet == PLANS:
        return None
    kind, words = column_kind(column, sheet_columns(sheet)), choices(sheet, column)
    if kind == "truth":
        return _list(kind, ["TRUE", "FALSE"])
    if words:
        return _list(kind, words_in(words, style.lang))
    if kind == "number":
        return _limit_number(style, limits(sheet, column.partition(".")[0]))
    table = _referred(sheet, column)
    if kind not in ("text", "words") or table not in present:
        return None
    beside = table in BESIDE and (sheet, column) != ("measures", "funds")
    return _list(kind, f"={'words' if beside else 'ids'}_{table}")


def _list(kind: str, source: list[str] | str) -> dict[str, Any]:
    """Return the rule of a drop-down; where several words may stand in a cell, others are not turned away."""
    several = {"error_type": "information", "show_error": False} if kind == "words" else {}
    return {"validate": "list", "source": source, **several}


def _referred(sheet: str, column: str) -> str:
    """Return the sheet whose ids the cells of a column hold, '' where they hold none."""
    root, _, rest = column.partition(".")
    if root == "sources":
        return SOURCES
    return "" if column == "id" or (sheet, column) == (SOURCES, "citation") else REFERS.get(rest or root, "")


def _limit_number(style: WorkbookStyle, found: tuple[float | None, float | None]) -> dict[str, Any]:
    """Return the rule for numbers between two limits; text that looks like a number is turned away while typed."""
    low, high = found
    message = say("book_number", style.lang) if low is None else say("book_number_from", style.lang, low=f"{low:g}")
    if high is not None:
        message = say("book_number_between", style.lang, low=f"{low:g}", high=f"{high:g}")
    least, most = -1e300 if low is None else low, 1e300 if high is None else high
    rule = {"validate": "decimal", "criteria": "between", "minimum": least, "maximum": most}
    return rule | {"error_title": say("book_number_title", style.lang), "error_message": message}


def write_lists(style: WorkbookStyle, present: set[str]) -> None:
    """Write the lists behind the drop-downs, hidden, and name them; they grow with the ids of the sheets."""
    page = style.book.add_worksheet(names()["aside"]["lists"] if style.lang == "zh" else "lists")
    for table in (*TABLES, SOURCES):
        if table in present and table not in WITHOUT_ID:
            style.book.define_name(f"ids_{table}", f"={_grown(table, style.lang)}")
    for j, table in enumerate(table for table in BESIDE if table in present):
        _write_list(style, page, j, table)
    page.protect()
    page.hide()


def _write_list(style: WorkbookStyle, page: Any, column: int, table: str) -> None:
    """Write the words that may stand beside the ids of a sheet, and these behind them."""
    words, letter, sheet = BESIDE[table], "AB"[column], f"'{sheet_title(table, style.lang)}'"
    for i, word in enumerate(words):
        page.write_string(i, column, word)
    for i in range(LISTED):
        cell = f"{sheet}!$A${HEADS + 1 + i}"
        page.write_formula(len(words) + i, column, f'=IF({cell}="","",{cell})', None, "")
    count = f"{len(words)}+COUNTA({sheet}!$A${HEADS + 1}:$A${HEADS + LISTED})"
    style.book.define_name(f"words_{table}", f"=OFFSET('{page.get_name()}'!${letter}$1,0,0,{count},1)")


def _grown(table: str, lang: str) -> str:
    """Return the formula of a list as long as the ids that stand in a sheet."""
    sheet = f"'{sheet_title(table, lang)}'"
    first, last = HEADS + 1, HEADS + 20 * ROOM
    return f"OFFSET({sheet}!$A${first},0,0,MAX(1,COUNTA({sheet}!$A${first}:$A${last})),1)"
