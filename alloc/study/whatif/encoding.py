"""What the page holds of every plan, in few bytes: ids once, numbers only where they differ from today's plan.

A column of a plan is a list of pairs, how many rows further and the number there; what it does not name is as today.
Numbers have as many digits as it takes to show them as everywhere else.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from alloc.instance import Instance
from alloc.report.dictionary import describe_column
from alloc.report.names import NAMED, Names
from alloc.study.points import Point
from alloc.texts import LANGUAGES, say
from alloc.texts.figures import amount, exact, gap

SHOWN: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "counties": (("county",), ("aid", "national", "other", "jobs_gained", "linkage")),
    "measures": (("measure",), ("units", "cost", "aid", "national", "other")),
    "funds": (("fund", "county"), ("available", "spent")),
    "rules": (("rule", "group"), ("value", "min", "max", "slack", "binding", "broken_by")),
}
"""Tables of a plan that the page shows: the columns that tell rows apart, and those of numbers."""

KEPT: Mapping[str, tuple[str, ...]] = {name: keys + columns for name, (keys, columns) in SHOWN.items()}
"""What is kept of each point's tables."""

DIGITS = 9
"""So many digits of a number are written, all of them where that would be shown otherwise."""

ROW = (
    "objective", "bound", "employment", "employment_aid", "employment_aid_least", "employment_aid_most",
    "employment_without_aid", "linkage", "penalties", "cost", "aid", "chains_closed",
)  # fmt: skip
"""What the page shows of a point's row in the table of the sweep, beside its status and gap."""

Rows = Mapping[tuple[str, ...], Mapping[str, Any]]
"""Keys of a row → its numbers by column."""


def encode_points(instance: Instance, points: Sequence[Point]) -> dict[str, Any]:
    """Return what the page holds of points, the first of which is today's."""
    rows: dict[str, list[Any]] = {}
    for point in points:
        for name, value in _encode_row(point).items():
            rows.setdefault(name, []).append(value)
    tables = {name: _encode_table(name, instance, points) for name in SHOWN}
    return {"rows": rows, "tables": {**tables, "pairs": _encode_pairs(instance, points)}}


def _encode_row(point: Point) -> dict[str, Any]:
    """Return what the page shows of a point's row; without a plan there is nothing to count."""
    planned = point.objective is not None
    row: dict[str, Any] = {"status": point.status, "message": point.message, "closest": point.closest}
    row["gap"] = gap(point.gap) if planned else None
    row["funded"] = len(point.funded) if planned else None
    for name in ROW:
        row[name] = _shorten(getattr(point, name))
    return row


def write_json(data: Mapping[str, Any]) -> str:
    """Return JSON that can stand inside a script element: nothing in it ends the element or a line of a script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _encode_table(name: str, instance: Instance, points: Sequence[Point]) -> dict[str, Any]:
    keys, columns = SHOWN[name]
    plans = [_read_rows(point.tables.get(name), keys) for point in points]
    heads = [_head(name, column, instance) for column in columns]
    rows = list(dict.fromkeys(chain.from_iterable(plans)))
    return {
        "names": _name_rows(instance, name, rows),
        "keys": rows,
        "columns": columns,
        "heads": heads,
        **_subtract(plans, rows, columns),
    }


def _encode_pairs(instance: Instance, points: Sequence[Point]) -> dict[str, Any]:
    """Return the aid to each county and category."""
    plans: list[Rows] = []
    for point in points:
        plans.append({pair: {"aid": aid} for pair, aid in point.money.items()})
    rows = list(dict.fromkeys(chain.from_iterable(plans)))
    names = _name_rows(instance, "pairs", rows)
    return {"names": names, "keys": rows, "columns": ["aid"], **_subtract(plans, rows, ["aid"])}


def _name_rows(instance: Instance, table: str, rows: Sequence[tuple[str, ...]]) -> dict[str, list[list[str]]]:
    """Return what the rows of a table are called: language → row by row."""
    found = {}
    for lang in LANGUAGES:
        names = Names(instance, lang, either=True)
        counties, funds = _name_apart(names, "county"), _name_apart(names, "fund")
        found[lang] = [_name_row(names, counties, funds, table, key) for key in rows]
    return found


def _name_apart(names: Names, what: str) -> Mapping[str, str]:
    """Return the names of counties or funds, with the id where two are called the same: sums go by these names."""
    called = {key: names.name(what, key) for key in getattr(names.instance, NAMED[what])}
    often = Counter(called.values())
    for key, name in called.items():
        if often[name] > 1:
            called[key] = f"{name} ({key})"
    return called | {"": ""}


def _read_rows(columns: Mapping[str, Sequence[Any]] | None, keys: Sequence[str]) -> Rows:
    """Return the rows of a table that was kept by its columns."""
    if not columns:
        return {}
    rows = zip(*columns.values(), strict=True)
    names = zip(*map(columns.__getitem__, keys), strict=True)
    found = {}
    for name, row in zip(names, rows, strict=True):
        found[tuple(map(str, name))] = dict(zip(columns, row, strict=True))
    return found


def _subtract(plans: Sequence[Rows], rows: Sequence[tuple[str, ...]], columns: Sequence[str]) -> dict[str, Any]:
    """Return the columns of the first plan, and of the others what differs from it; a point without a plan has none."""
    base = [_read_column(plans[0], rows, column) for column in columns]
    return {"base": base, "plans": [_subtract_plan(plan, rows, columns, base) for plan in plans]}


def _subtract_plan(
    plan: Rows, rows: Sequence[tuple[str, ...]], columns: Sequence[str], base: Sequence[Sequence[Any]]
) -> list[list[Any]] | None:
    if not plan:
        return None
    found = []
    for column, before in zip(columns, base, strict=True):
        pairs: list[Any] = []
        last = 0
        for i, value in enumerate(_read_column(plan, rows, column)):
            if value != before[i]:
                pairs += [i - last, value]
                last = i
        found.append(pairs)
    return found


def _read_column(plan: Rows, rows: Sequence[tuple[str, ...]], column: str) -> list[Any]:
    """Return a column of a plan's table; a row that it does not have is not known."""
    return [_shorten(plan.get(row, {}).get(column)) for row in rows]


def _shorten(value: Any) -> Any:
    """Return a number with few digits that is shown as the number itself; specks are 0, what is not known is None."""
    if value is None or not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    if not (amount(short) == amount(value) and exact(short) == exact(value)):
        short = float(value)
    return int(short) if short == int(short) and abs(short) < 1e15 else short


def _head(table: str, column: str, instance: Instance) -> dict[str, str]:
    """Return the title of a column with its unit of money: language → words."""
    of = describe_column(table, column)
    money = of.get("unit") == "money"
    return {lang: _add_unit(of[lang], instance.money.label if money else "", lang) for lang in LANGUAGES}


def _add_unit(title: str, unit: str, lang: str) -> str:
    return say("in_brackets", lang, name=title, words=unit) if unit else title


def _name_row(
    names: Names, counties: Mapping[str, str], funds: Mapping[str, str], table: str, key: tuple[str, ...]
) -> list[str]:
    """Return what a row of a table is called, in one word or several."""
    if table == "rules":
        return [names.rule(*key)]
    if table == "measures":
        measure = names.instance.measures[key[0]]
        return [names.name("measure", key[0]), counties[measure.county], names.say(measure.category)]
    if table == "pairs":
        return [counties[key[0]], names.say(key[1])]
    if table == "funds":
        return [funds[key[0]], counties[key[1]]]
    return [counties[key[0]]]
