"""Two plans side by side, for people: sheets whose differences are live, and a section of a page."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from alloc.instance.excel.safe import new_workbook
from alloc.texts import say
from alloc.texts.figures import amount, count, tidy

Tables = Mapping[str, pd.DataFrame]
"""goals, effects, counties, categories, funds, measures, rules: columns that end in _a, _b and _change."""

ENDS = ("_a", "_b", "_change")
SUMMED = ("counties", "categories", "funds", "measures")
WORDY = ("what", "category", "kind", "goal", "name")
"""Columns of words that are said in the reader's language."""

WIDE, NARROW = 30, 13
"""Widths of columns of words and of numbers [letters]."""

STYLE = """<style>
.diff{font:15px/1.5 system-ui,sans-serif;color:#1b1b1b;max-width:1100px;margin:0 auto;padding:0 16px}
.diff table{border-collapse:collapse;margin:8px 0 24px;font-variant-numeric:tabular-nums}
.diff th,.diff td{padding:3px 10px;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
.diff th{background:#dde7f0}.diff .word{text-align:left;white-space:normal}
.diff .more{color:#1a6b2d}.diff .less{color:#a61c00}
.diff .wide{overflow-x:auto}
.diff .bar{display:inline-block;height:9px;min-width:1px}.diff .bar.more{background:#4a9d5f}
.diff .bar.less{background:#d1604a}
@media (prefers-color-scheme:dark){.diff{color:#e6e6e6;background:#171717}.diff th{background:#27313a}
.diff th,.diff td{border-color:#3a3a3a}.diff .more{color:#7fce92}.diff .less{color:#f0937f}}
</style>"""


@dataclass(frozen=True)
class Reader:
    """For whom a comparison is shown: language, names of both plans, label of money, names of counties, funds …

    labels: column → id → name. why_not: why no effects are told, if so.
    """

    lang: str
    a: str
    b: str
    money: str
    labels: Mapping[str, Mapping[str, str]]
    why_not: str = ""

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return say(text, self.lang, **values)

    @property
    def note(self) -> str:
        """What A and B are, and what amounts are counted in."""
        return self.say("diff_note", a=self.a, b=self.b, money=self.money)


def _split(column: str) -> tuple[str, str]:
    """Return a column's subject and its end: `aid_change` is `aid` and `_change`."""
    end = next((end for end in ENDS if column.endswith(end)), "")
    return column.removesuffix(end), end


def _head(column: str, to: Reader) -> str:
    subject, end = _split(column)
    title = to.say(f"diff_{subject}")
    if not end:
        return title
    side = {"_a": f"A {to.a}", "_b": f"B {to.b}", "_change": "B − A"}[end]
    return f"{title}\n{side.strip()}"


def _word(column: str, cell: Any, to: Reader) -> str:
    """Return a cell of words in the reader's language."""
    if column not in WORDY:
        return to.labels.get(column, {}).get(cell, str(cell))
    return to.say(str(cell)) if column == "category" else to.say(f"diff_{cell}")


def _is_text(frame: pd.DataFrame, column: str) -> bool:
    return not pd.api.types.is_numeric_dtype(frame[column])


def heads(frame: pd.DataFrame, to: Reader) -> list[tuple[str, str]]:
    """Return each column with its title."""
    return [(column, _head(column, to)) for column in frame.columns]


def cells(frame: pd.DataFrame, to: Reader) -> Iterator[list[str]]:
    """Yield the rows of a table as words; changes have their sign."""
    for row in frame.itertuples(index=False, name=None):
        counted = row[0] in COUNTED
        yield [_said(frame, column, cell, to, counted) for column, cell in zip(frame.columns, row, strict=True)]


def _said(frame: pd.DataFrame, column: str, cell: Any, to: Reader, counted: bool) -> str:
    if _is_text(frame, column):
        return _word(column, cell, to)
    if not math.isfinite(cell):
        return ""
    return _number(column, cell, counted)


COUNTED = ("chains_closed", "measures_funded", "funded", "binding")
"""What is counted, and has no decimals."""


def _number(column: str, cell: float, counted: bool) -> str:
    """Return a number; a change has its sign, what is counted no decimals."""
    subject, end = _split(column)
    shown = count(cell) if counted or subject in COUNTED else amount(cell)
    return f"+{shown}" if (end == "_change" or subject == "jobs") and tidy(cell) > 0 else shown


def workbook(tables: Tables, to: Reader, path: Path) -> None:
    """Write one sheet a table; every difference is a formula with its value, totals are sums."""
    book = new_workbook(path, f"{to.a} – {to.b}", 2000)
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": '#,##0.00;[Red]-#,##0.00;"–"'}),
        "total": book.add_format({"num_format": '#,##0.00;[Red]-#,##0.00;"–"', "bold": True, "top": 1}),
        "note": book.add_format({"italic": True, "font_color": "#7F7F7F"}),
    }
    for name, frame in tables.items():
        sheet = book.add_worksheet(to.say(f"diff_{name}"))
        last = _sheet(sheet, formats, name, frame, to)
        note = {"goals": to.note, "effects": to.why_not}.get(name, "")
        if note:
            sheet.write_string(last + 2, 0, note, formats["note"])
    book.close()


def _sheet(sheet: Any, formats: Mapping[str, Any], name: str, frame: pd.DataFrame, to: Reader) -> int:
    """Write a table and return its last row."""
    columns = list(frame.columns)
    for j, column in enumerate(columns):
        sheet.write_string(0, j, _head(column, to), formats["head"])
        text = _is_text(frame, column)
        sheet.set_column(j, j, WIDE if text else NARROW)
        for i, cell in enumerate(frame[column], 1):
            if text:
                sheet.write_string(i, j, _word(column, cell, to), formats["text"])
            elif column.endswith("_change"):
                after, before = xl_rowcol_to_cell(i, j - 1), xl_rowcol_to_cell(i, j - 2)
                sheet.write_formula(i, j, f"={after}-{before}", formats["number"], float(cell))
            elif math.isfinite(cell):
                sheet.write_number(i, j, float(cell), formats["number"])
    last = len(frame)
    if name in SUMMED and last:
        last += 1
        sheet.write_string(last, 0, to.say("total"), formats["total"])
        for j, column in enumerate(columns):
            if not _is_text(frame, column) and not column.startswith("units"):
                top, end = xl_rowcol_to_cell(1, j), xl_rowcol_to_cell(last - 1, j)
                sheet.write_formula(last, j, f"=SUM({top}:{end})", formats["total"], float(frame[column].sum()))
    sheet.freeze_panes(1, 1)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return last


def section(tables: Tables, to: Reader, whole: bool = False) -> str:
    """Return the comparison as one section of a page; whole: as a page of its own, which opens without a network."""
    title = to.say("diff_title", a=to.a, b=to.b)
    parts = [f'<section class="diff" id="diff"><h2>{escape(title)}</h2>']
    parts.append(f"<p>{escape(to.note)}</p>")
    for name, frame in tables.items():
        parts.append(f"<h3>{escape(to.say(f'diff_{name}'))}</h3>")
        if name == "effects" and to.why_not:
            parts.append(f"<p>{escape(to.why_not)}</p>")
        else:
            parts.append(_table(_worth_showing(name, frame), to, bars=name != "goals"))
    parts.append("</section>")
    body = "\n".join(parts)
    if not whole:
        return f"{STYLE}\n{body}\n"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    code = "zh-CN" if to.lang == "zh" else "en"
    return f'<!doctype html>\n<html lang="{code}"><head>{head}\n{STYLE}</head><body>\n{body}\n</body></html>\n'


def _worth_showing(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in which the plans differ, where a table is long."""
    if name == "measures":
        return frame[~frame["what"].isin(["same", "out"])]
    return frame[frame["what"].isin(["only_a", "only_b"])] if name == "rules" else frame


def _table(frame: pd.DataFrame, to: Reader, bars: bool) -> str:
    """Return a table; bars: with a bar beside each change, where changes of a column can be compared."""
    if frame.empty:
        return f"<p>{escape(to.say('diff_nothing'))}</p>"
    titles = [(c, escape(head).replace("\n", "<br>")) for c, head in heads(frame, to)]
    head = "".join(f"<th{' class=word' if _is_text(frame, c) else ''}>{title}</th>" for c, title in titles)
    widest = {c: max(frame[c].abs().max(), 1e-9) for c in frame.columns if c.endswith("_change") or c == "jobs"}
    rows = []
    for cells in frame.itertuples(index=False, name=None):
        shown = [
            _cell(frame, c, cell, widest.get(c), bars, to, cells[0] in COUNTED)
            for c, cell in zip(frame.columns, cells, strict=True)
        ]
        rows.append(f"<tr>{''.join(shown)}</tr>")
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _cell(
    frame: pd.DataFrame, column: str, cell: Any, widest: float | None, bars: bool, to: Reader, counted: bool
) -> str:
    if _is_text(frame, column):
        return f'<td class="word">{escape(_word(column, cell, to))}</td>'
    if not math.isfinite(cell):
        return "<td></td>"
    if widest is None:
        return f"<td>{_number(column, cell, counted)}</td>"
    side = "more" if cell > 0 else "less"
    bar = f'<span class="bar {side}" style="width:{60 * abs(cell) / widest:.0f}px"></span> ' if cell and bars else ""
    return f'<td class="{side if cell else ""}">{bar}{_number(column, cell, counted)}</td>'
