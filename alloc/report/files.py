"""The files of a result: CSV tables, their data dictionary, the workbook, and the page with its charts."""

import csv
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ValidationError

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.instance.writing import files
from alloc.report.boundaries import Boundaries
from alloc.report.charts import Chart, chart_files, standalone
from alloc.report.dictionary import EXTRA, YEARLY, describe_column, described, dictionary
from alloc.report.notebook import call_question
from alloc.report.page import make_page
from alloc.report.page.annual import make_years_page
from alloc.report.page.drawings import MAPS
from alloc.report.page.questions import carry_questions
from alloc.report.tables import without_specks
from alloc.report.target import PACKAGE, list_edited, list_files, list_strangers, list_written, write_json
from alloc.report.workbook import write_workbook
from alloc.texts import LANGUAGES

QUESTION = "instance"
"""The folder of a result that holds the question it answers."""

FORMULAS = tuple("=+-@\t\r")
"""What a formula begins with."""

PROFILES = "https://datapackage.org/profiles/2.0"


class _Quo(BaseModel, allow_inf_nan=False):
    objective: float
    employment: float
    linkage: float
    chains_closed: int | None


class _Stage(BaseModel, allow_inf_nan=False):
    goal: str
    objective: float | None
    bound: float | None
    gap: float | None


class Figures(BaseModel, allow_inf_nan=False):
    """What must stand in a run.json for the page, a comparison or a check to be made of it."""

    instance_sha256: str
    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    employment: float | None
    linkage: float | None
    penalties: float | None
    status_quo: _Quo | None
    stages: list[_Stage]


Begin = Callable[[Callable[[], None]], AbstractContextManager[Callable[[None], None]]]
"""Begins some work, here or elsewhere, and yields what waits for its end."""

_TYPES = {"text": "string", "number": "number", "flag": "integer"}
_READ_AS = {"text": "str", "number": "float64", "flag": "int64"}


@contextmanager
def at_once(work: Callable[[], None]) -> Iterator[Callable[[None], None]]:
    """Do some work here and now; what is yielded has nothing to wait for."""
    work()
    yield lambda _: None


def write_result(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    folder: Path,
    lang: str,
    boundaries: Boundaries | None = None,
    pictures: bool = False,
    begin: Begin = at_once,
) -> None:
    """Write every table as UTF-8 CSV with a byte-order mark, the data dictionary, workbook and page, and the question.

    The question stands in a folder of its own, `instance`, previous plans with it, so that a result can be compared,
    checked and handed on without what it was made from.
    boundaries: of the user, for maps. pictures: whether the charts are written as PNG too. begin: how the workbook is
    written, which takes longer than all else.
    """
    workbook = partial(write_workbook, instance, tables, figures, folder / "allocation.xlsx", lang)
    with begin(workbook) as wait:
        for name, content in files(instance).items():
            file = folder / QUESTION / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        write_described(instance, tables, folder, lang)
        write_page(instance, tables, figures, folder, lang, boundaries, pictures)
        wait(None)


def write_page(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    folder: Path,
    lang: str,
    boundaries: Boundaries | None = None,
    pictures: bool = False,
) -> None:
    """Write `report.html`, and its charts as SVG files into `charts`; with `pictures` as PNG files too.

    boundaries: for maps, which a plan over several years has none of. Charts of an earlier page there are replaced,
    files of somebody else are left alone. PNG files with Chinese need a font for it: without one they are left out,
    and the page says so.
    """
    make = make_years_page if instance.questions else partial(make_page, boundaries=boundaries)
    made = make(instance, tables, figures, lang)
    foreign = list_strangers(folder)
    page = folder / "report.html"
    before = page.read_text(encoding="utf-8", errors="replace") if page.is_file() else ""
    page.write_text(carry_questions(before, made.html), encoding="utf-8", newline="\n")
    again = {"report.html", *(f"charts/{name}{kind}" for name in (*made.charts, *MAPS) for kind in (".svg", ".png"))}
    for name in {*again, *list_written(folder)}:
        if name.startswith("charts/"):
            (folder / name).unlink(missing_ok=True)
    _put_charts(folder / "charts", made.charts, call_question(instance), pictures)
    list_files(folder, [name for name in foreign if name not in again])


def _put_charts(charts: Path, drawn: Mapping[str, Chart], title: str, pictures: bool) -> None:
    charts.mkdir(exist_ok=True)
    for name, chart in drawn.items():
        drawing = standalone(chart, title)
        for file, content in chart_files(name, drawing, pictures).items():
            (charts / file).write_bytes(content)


def read_result_tables(
    folder: Path, unchecked: bool = False, over_years: bool = False
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables and the figures of a result that was written earlier.

    unchecked: take tables that were edited since; over_years: a plan over several years too. Raises RequestError where
    the folder is no result, one that another version wrote, or one whose tables are not as they were written.
    """
    figures = read_figures(folder)
    if "by_year" in figures and not over_years:
        raise RequestError("several_years", years=", ".join(map(str, figures["years"])))
    told = ("objective", "employment", "linkage", "penalties", *(() if "by_year" in figures else ("status_quo",)))
    if None in map(figures.get, told):
        raise RequestError("page_no_result", path=folder, problem=f"run.json.status: {figures['status']}")
    needed = YEARLY if "by_year" in figures else tuple(dictionary())
    if not unchecked and (names := list_edited(folder, [f"{name}.csv" for name in needed])):
        raise RequestError("edited_tables", path=folder, tables=", ".join(names))
    return _read_tables(folder, needed), figures


def _read_tables(folder: Path, needed: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the tables that a folder holds. Raises RequestError where one of them is missing or is no table."""
    extra = [name for name in EXTRA if (folder / f"{name}.csv").is_file()]
    try:
        return {name: _read_table(folder / f"{name}.csv", name) for name in (*needed, *extra)}
    except (FileNotFoundError, NotADirectoryError, ValueError, OverflowError) as error:
        raise RequestError("page_no_result", path=folder, problem=error) from None


def read_language(folder: Path) -> str:
    """Return the language in which a result was written: that of the titles in its data dictionary."""
    try:
        resources = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))["resources"]
        written = {str(resource["name"]): resource["title"] for resource in resources}
    except (OSError, ValueError, KeyError, TypeError):
        return LANGUAGES[0]
    for lang in LANGUAGES:
        if all(written.get(name) == table["title"][lang] for name, table in dictionary().items() if name in written):
            return lang
    return LANGUAGES[0]


def read_figures(folder: Path) -> dict[str, Any]:
    """Return the figures of a result that was written earlier. Raises RequestError where they are not whole."""
    try:
        figures: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        Figures.model_validate(figures)
    except ValidationError as error:
        wrong = error.errors()[0]
        problem = ".".join(map(str, ("run.json", *wrong["loc"])))
        raise RequestError("page_no_result", path=folder, problem=problem) from None
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError) as error:
        raise RequestError("page_no_result", path=folder, problem=error) from None
    return figures


def _read_heads(path: Path, table: str) -> list[str]:
    """Return the columns of a table that was written. Raises ValueError for any that alloc does not write."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = next(csv.reader(file), [])
    always = list(dictionary().get(table, {"columns": ()})["columns"])
    known = described(table)["columns"]
    if written[:1] == ["year"]:  # of several years, of which less is said
        always, known = [], {**known, "year": {}}
    if written[: len(always)] != always or any(head.partition(".")[0] not in known for head in written):
        raise ValueError(f"{path.name}: {', '.join(written)}")
    return written


def _read_table(path: Path, table: str) -> pd.DataFrame:
    types = {head: _READ_AS[describe_column(table, head)["type"]] for head in _read_heads(path, table)}
    blank = {head: [""] for head, kind in types.items() if kind == "float64"}
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype=types, keep_default_na=False, na_values=blank)
    for head, kind in types.items():
        if kind == "float64" and not all(map(math.isfinite, frame[head].dropna())):
            raise ValueError(f"{path.name}: {head}: ±∞")
        if kind == "str":
            frame[head] = list(map(_unguard, frame[head]))
    return frame


def _unguard(text: str) -> str:
    """Return a text without the mark that keeps a spreadsheet from reading a formula in it."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULAS else text


def write_described(
    instance: Instance, tables: Mapping[str, pd.DataFrame], folder: Path, lang: str, room: str = "alloc.report"
) -> None:
    """Write tables and their data dictionary, of the columns that they have.

    room: whose data dictionary describes them, that of the results or that of the studies (`alloc.study`).
    """
    write_tables(tables, folder)
    shown = {}
    for name, frame in tables.items():
        own, columns = room == "alloc.report", {}
        of = described(name) if own else dictionary(room)[name]
        for column in frame.columns:
            known = own or column == "year"
            columns[column] = describe_column(name, column) if known else of["columns"][column]
        if "year" in frame.columns and "key" in of:  # rows of several years: no other table has one row for each
            of = {**of, "key": ["year", *of["key"]], "refers": {}}
        shown[name] = {**of, "columns": columns}
    write_json(describe_tables(instance, lang, shown, folder), folder / PACKAGE)


def add_described(instance: Instance, tables: Mapping[str, pd.DataFrame], folder: Path, lang: str, room: str) -> None:
    """Write further tables into the folder of a result, and describe them in its data dictionary; room: as above."""
    package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    write_described(instance, tables, folder, lang, room)
    more = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    write_json({**package, "resources": [*package["resources"], *more["resources"]]}, folder / PACKAGE)


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every table as UTF-8 CSV with a byte-order mark, for Excel; what is but a speck is 0."""
    for name, frame in tables.items():
        guard_formulas(frame.apply(_drop_specks)).to_csv(
            folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )


def _drop_specks(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.dtype != "float64":
        return column
    return pd.Series(without_specks(str(column.name), column.to_numpy()), column.index)


def guard_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text begins like a formula: such cells get a `'` in front."""
    found = frame.copy()
    for column in found.columns:
        if not pd.api.types.is_numeric_dtype(found[column]):
            found[column] = [f"'{x}" if isinstance(x, str) and x[:1] in FORMULAS else x for x in found[column]]
    return found


def describe_tables(instance: Instance, lang: str, shown: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the data dictionary as a Frictionless Data Package (version 2).

    shown: the tables that there are, as the data dictionary describes them. folder: where they are, so that
    each is described with its size and its hash.
    """
    sources = [{"title": citation} for citation in instance.sources.values() if citation]
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": instance.name,
        "title": instance.title or instance.name,
        **({"description": instance.description} if instance.description else {}),
        **({"sources": sources} if sources else {}),
        "resources": [_describe_table(instance, name, table, lang, folder) for name, table in shown.items()],
    }


def _describe_table(instance: Instance, name: str, table: Mapping[str, Any], lang: str, folder: Path) -> dict[str, Any]:
    content = (folder / f"{name}.csv").read_bytes()
    references = []
    for column, to in table.get("refers", {}).items():
        references.append({"fields": [column], "reference": {"resource": to, "fields": described(to)["key"]}})
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "title": table["title"][lang],
        "description": table["row"][lang],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": [_describe_field(instance, key, column, lang) for key, column in table["columns"].items()],
            "missingValues": [""],
            **({"primaryKey": table["key"]} if "key" in table else {}),
            **({"foreignKeys": references} if references else {}),
        },
    }


def _describe_field(instance: Instance, name: str, column: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return a column; text that is empty is empty text, and only a number may be missing."""
    field = {"name": name, "type": _TYPES[column["type"]], "title": column[lang]}
    if column["type"] == "text":
        field["missingValues"] = []
    if column["type"] == "flag":
        field["constraints"] = {"enum": [0, 1]}
    unit = str(column.get("unit", "")).replace("money", instance.money.label)
    return field | ({"unit": unit} if unit else {})
