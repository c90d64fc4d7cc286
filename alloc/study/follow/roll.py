"""From this year to the next: the new question, with every change and its reason."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.glance import Glance
from alloc.instance import Instance, inspect
from alloc.instance.excel import headings, sheet_names
from alloc.instance.schema import Fund
from alloc.instance.tables import TABLES
from alloc.instance.writing import MAIN, files
from alloc.report.dictionary import dictionary
from alloc.report.files import write_tables
from alloc.report.names import Names
from alloc.report.target import fill
from alloc.run import Run
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.compare.results import read_result
from alloc.study.follow.actuals import ROOM, Actuals, read_actuals
from alloc.study.follow.changes import FigureChange, NextYear
from alloc.study.follow.delivery import DeliveryRate
from alloc.study.follow.first_year import take_first_year
from alloc.study.follow.next_year import make_next_year
from alloc.study.follow.section import make_changes_page
from alloc.study.follow.shown import TrackedColumn, TrackedTable, write_shown_book
from alloc.study.handmade import find_id, match_names, read_amount
from alloc.study.request import check_language
from alloc.study.spreadsheet import TableRow, read_rows_if_any
from alloc.texts import say

KINDS = {
    "counties": ("county",),
    "industries": ("industry",),
    "baseline": ("county", "industry"),
    "measures": ("measure",),
    "funds": ("fund",),
    "synergies": ("measure", "measure"),
}
"""What the rows of a table are of, whose names stand beside their ids."""


@dataclass(frozen=True, repr=False)
class Rolled(Glance):
    """Next year's question. changes: every figure that is another; rates: delivery, estimated anew.

    doubts: what a planner has to decide, in words; faults: what `alloc check` refuses in the new question.
    """

    instance: Instance
    changes: tuple[FigureChange, ...]
    rates: tuple[DeliveryRate, ...]
    doubts: tuple[str, ...]
    faults: tuple[Fault, ...]
    lang: str

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The changes and the rates as tables."""
        rows, names = [], Names(self.instance, self.lang)
        for change in self.changes:
            cells = {key: _write(cell) for key, cell in asdict(change).items()}
            rows.append(cells | {"name": _name_row(names, change)})
        columns = list(FigureChange.__annotations__)
        columns.insert(columns.index("row") + 1, "name")
        return {
            "changes": pd.DataFrame(rows, columns=columns),
            "rates": pd.DataFrame(map(asdict, self.rates), columns=list(DeliveryRate.__annotations__)),
        }

    def _call(self) -> str:
        return f"{self.instance.name} {self.instance.year}"

    def _state(self, lang: str) -> Iterator[str]:
        yield say("roll_done", lang, changes=len(self.changes), doubts=len(self.doubts))
        yield from self.doubts

    def _describe(self, notes: Sequence[str]) -> list[TrackedTable]:
        """Return the changes and the rates as people see them; the notes stand below the changes."""
        found: list[TrackedTable] = []
        for name, frame in self.tables.items():
            told, columns = dictionary(ROOM)[name], []
            for key in frame.columns:
                of = told["columns"][key]
                title = (
                    f"{of[self.lang]}\n({self.instance.money.label})" if of.get("unit") == "money" else of[self.lang]
                )
                look = "figure" if of["type"] == "number" else "text"
                cells = self._call_places(frame, key) if name == "changes" else frame[key].tolist()
                columns.append(TrackedColumn(key, title, look, cells))
            found.append(TrackedTable(name, told["title"][self.lang], columns, below=() if found else notes))
        return found

    def _call_places(self, frame: pd.DataFrame, key: str) -> list[object]:
        """Return the cells of a column of the changes with tables and figures called as in a workbook to fill in."""
        if key not in ("table", "column"):
            return frame[key].tolist()
        called: list[object] = []
        for table, column in zip(frame["table"], frame["column"], strict=True):
            known = headings.titles(table) if table in TABLES else {}
            if key == "column":
                is_known = column.partition(".")[0] in known
                called.append(headings.title(table, column, self.lang) if is_known else column)
            elif known:
                called.append(sheet_names.names()["tables"][table] if self.lang == "zh" else table)
            else:
                called.append(headings.setting_titles(table)[self.lang])
        return called

    def save(self, out: str | os.PathLike[str]) -> Path:
        """Write a new folder: the question as YAML and CSV, the changes as CSV, workbook and page."""
        place = Path(out)
        with fill(place, marks=()) as folder:
            _write_files(self.instance, folder)
            notes = [*self.doubts, *(fault.say(self.lang) for fault in self.faults)]
            write_tables({"changes": self.tables["changes"]}, folder)
            tables = self._describe(notes)
            write_shown_book(self.instance, tables, folder / "changes.xlsx", self.lang, guard=False)
            title = say(
                "roll_title", self.lang, name=self.instance.title or self.instance.name, year=self.instance.year
            )
            page = make_changes_page(title, notes, tables, self.lang)
            (folder / "changes.html").write_text(page, encoding="utf-8")
        return place


def roll(
    result: Run | str | os.PathLike[str],
    actuals: Actuals | str | os.PathLike[str],
    *,
    year: int,
    funds: str | os.PathLike[str] | None = None,
    trust: float | None = None,
    lang: str = "en",
) -> Rolled:
    """Make next year's question from a plan and what became of it.

    result: a run, or a results folder; actuals: a workbook or a folder of CSV files (see `read_actuals`). year: the new
    one. funds: a CSV file or a workbook with the money of the new year (columns fund, amount, and county where a fund
    is tied to counties) [money]; by default every fund has what it had. trust: how many units last year's rate of
    delivery counts for, by default as many as were planned. Of a plan over several years the first has passed, and
    the others are planned on. Raises RequestError where there is no plan, or the year does not follow it; InstanceError
    with every fault in what became of the plan or in the new money.
    """
    check_language(lang)
    of = read_result(result, over_years=True)
    first = take_first_year(of)
    whole, last = of.instance, first.instance
    ahead = whole.questions[1 : len(whole.years)]
    if year <= last.year:
        raise RequestError("roll_not_later", year=year, last=last.year)
    if ahead and year != ahead[0].year:
        raise RequestError("roll_not_next", year=year, next=ahead[0].year)
    if trust is not None and not trust >= 0:
        raise RequestError("roll_trust", found=f"{trust:g}")
    told = actuals if isinstance(actuals, Actuals) else read_actuals(actuals, last)
    asked = ahead[0] if ahead else last
    money = None if funds is None else _read_money(Path(funds), asked)
    plan = PlanOfResult(last, first.tables, first.figures, lang)
    new = NextYear(plan, whole, ahead, told, year, lang)
    made, rates = make_next_year(new, money, trust)
    instance, faults = _check(made)
    doubts = [*(fault.say(lang) for fault in told.warnings), *new.doubts, *_list_overruled(new, instance)]
    return Rolled(instance, tuple(new.changes), tuple(rates), tuple(doubts), faults, lang)


def _read_money(path: Path, instance: Instance) -> Mapping[tuple[str, str], float]:
    """Return the money of the new year: (fund, county or empty) → money. Raises InstanceError with every fault."""
    rows = read_rows_if_any(path, "funds", ("fund", "amount"), ROOM)
    if rows is None:
        raise RequestError("no_plan_table" if path.is_file() else "roll_no_funds", path=path, columns="fund, amount")
    funds, counties = match_names(instance.funds), match_names(instance.counties)
    faults: list[Fault] = []
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        f = find_id(row, "fund", funds, faults)
        c = find_id(row, "county", counties, faults) if row.text("county") else ""
        amount = read_amount(row, "amount", faults)
        if f is not None and c is not None and amount is not None:
            trouble = list(_find_trouble(instance.funds[f], row, f, c, amount, (f, c) in found))
            faults += trouble
            found |= {} if trouble else {(f, c): amount}
    if faults:
        raise InstanceError(foremost(faults))
    return found


def _find_trouble(fund: Fund, row: TableRow, f: str, c: str, amount: float, twice: bool) -> Iterator[Fault]:
    """Yield what is wrong with the new money of a fund, in all or for a county."""
    if (fund.by_county if c else fund.amount) is None:
        yield row.fault("fund", "roll_fund_in_all" if c else "roll_fund_by_county", fund=f)
    elif twice:
        yield row.fault("fund", "roll_fund_twice", fund=f)
    if amount < 0:
        yield row.fault("amount", "actuals_below_zero", found=f"{amount:g}")


def _check(instance: Instance) -> tuple[Instance, tuple[Fault, ...]]:
    """Return a question as it is written, of several years with the question of each, and what `check` says of it."""
    with TemporaryDirectory() as place:
        _write_files(instance, Path(place))
        read = inspect(place)
        faults = tuple(replace(fault, place=fault.place.removeprefix(f"{place}/")) for fault in read.faults)
    if instance.years and read.instance is not None:
        instance = instance.model_copy(update={"questions": read.instance.questions})
    return instance, faults


def _list_overruled(new: NextYear, instance: Instance) -> Iterator[str]:
    """Yield which figures that are new are others again in a later year of the plan, as was written before."""
    for change in new.changes:
        if change.table not in ("counties", "baseline", "measures") or change.column in ("", "committed"):
            continue
        for question in instance.questions[1 : len(instance.years)]:
            now = _find_figure(question, change)
            if now != _find_figure(instance, change):
                values = {"row": change.row, "column": change.column, "found": _write(now), "from": question.year}
                yield new.say("roll_overruled", **values)
                break


def _find_figure(instance: Instance, change: FigureChange) -> object:
    """Return what stands at the place of a change; None where nothing does."""
    rows = {f"{row.county}/{row.industry}": row for row in instance.baseline}
    table: Mapping[str, Any] = rows if change.table == "baseline" else getattr(instance, change.table)
    column, _, key = change.column.partition(".")
    found = getattr(table[change.row], column)
    return found.get(key) if key else found


def _write_files(instance: Instance, folder: Path) -> None:
    for name, content in files(instance, main=MAIN).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _name_row(names: Names, change: FigureChange) -> str:
    """Return a row by the names that a planner gave; nothing where the row has none."""
    words = change.row.split("/" if change.table == "baseline" else "+")
    return " · ".join(names.name(what, word) for what, word in zip(KINDS.get(change.table, ()), words, strict=False))


def _write(figure: object) -> str:
    """Return a figure as people read it in a list of changes."""
    if figure is None:
        return ""
    if isinstance(figure, bool):
        return str(figure).lower()
    if isinstance(figure, float):
        return f"{figure:.12g}"
    if isinstance(figure, dict):
        return ", ".join(f"{key}: {_write(x)}" for key, x in figure.items())
    if isinstance(figure, tuple):
        return "|".join(map(_write, figure))
    return str(figure)
