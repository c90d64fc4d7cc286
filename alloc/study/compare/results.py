"""Answers that others gave: a results folder or a workbook, read back with its question, its tables and its figures."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance, read
from alloc.report.files import QUESTION, read_result_tables
from alloc.run import Run
from alloc.study.compare.handmade_result import complete_by_hand
from alloc.study.handmade import MONEY
from alloc.study.spreadsheet import WORKBOOKS, read_rows_if_any


@dataclass(frozen=True)
class Result:
    """A plan with the question that it answers. tables and figures: as of a run."""

    name: str
    instance: Instance
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]


def is_result(source: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a results folder or a workbook with a plan, rather than a question."""
    path = Path(source)
    if path.is_dir():
        return (path / "run.json").is_file()
    return path.suffix.lower() in WORKBOOKS and read_rows_if_any(path, "allocation", MONEY) is not None


def read_result(
    source: Run | Result | str | os.PathLike[str], unchecked: bool = False, over_years: bool = False
) -> Result:
    """Return a run, a results folder or a workbook as an answer.

    Of a workbook only inputs and money are read; what follows from them is worked out anew, as `alloc verify` does,
    so that it fits a plan edited by hand. unchecked: take a folder whose tables were edited since they were written;
    over_years: a plan over several years too.
    Raises RequestError where there is no plan, or one over several years that is not asked for.
    """
    if isinstance(source, Result):
        _refuse_years(source.instance, over_years)
        return source
    if isinstance(source, Run):
        if not source.tables:
            raise RequestError("nothing_to_save", status=source.status)
        _refuse_years(source.instance, over_years)
        return Result(source.instance.name, source.instance, source.tables, source.figures)
    path = Path(source)
    if path.suffix.lower() in WORKBOOKS and path.is_file():
        instance = read(path)
        _refuse_years(instance, over_years)
        tables, figures = complete_by_hand(instance, path)
        return Result(path.stem, instance, tables, figures)
    if not (path / "run.json").is_file() or not (path / QUESTION).is_dir():
        raise RequestError("no_results", path=source)
    tables, figures = read_result_tables(path, unchecked, over_years)
    return Result(path.name, read(path / QUESTION), tables, figures)


def _refuse_years(instance: Instance, over_years: bool) -> None:
    if instance.questions and not over_years:
        raise RequestError("several_years", years=", ".join(map(str, instance.years)))
