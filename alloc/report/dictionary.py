"""The data dictionary of the results: which tables and columns there are, in which unit, under which titles."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def dictionary(room: str = "alloc.report") -> Mapping[str, Any]:
    """Return the data dictionary of the results, or of the studies: table → title, rows, columns with type and unit."""
    source = files(room).joinpath("columns.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


EXTRA = ("outcomes", "sharing", "payers")
"""Tables that stand only in the results of questions that look at what scenarios bring, or at gains on both sides."""

YEARLY = ("allocation", "measures", "industries", "flows", "counties", "funds", "rules", "chains", "scenarios")
"""The tables of a plan over several years."""

YEAR = {"type": "number", "unit": "", "en": "Fiscal year", "zh": "财政年度"}
"""The first column of every table of a plan over several years."""


@cache
def described(table: str) -> Mapping[str, Any]:
    """Return what the data dictionary says of a table, with the columns that only some results have."""
    text = files("alloc.report").joinpath("scenario_columns.yaml").read_text(encoding="utf-8")
    more = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)).get(table, {"columns": {}})
    own = dictionary().get(table, {"columns": {}})
    return {**more, **own, "columns": {**own["columns"], **more["columns"]}}


def describe_column(table: str, column: str) -> Mapping[str, Any]:
    """Return what the data dictionary says of a column; a dotted one is described by what stands before the dot."""
    columns: Mapping[str, Mapping[str, Any]] = described(table)["columns"]
    root, dot, _ = column.partition(".")
    if column == "year":
        return YEAR
    if not dot:
        return columns[column]
    return {**columns[root], **{lang: f"{columns[root][lang]}: {column}" for lang in ("en", "zh")}}
