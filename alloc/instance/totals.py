"""Rows of totals, which a table of an instance must not have: they would be one more county or one more purse."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import UNREAD, Path, Source, is_number

_WORD = re.compile(r".*(合计|总计|小计|共计|汇总)(数|金额)?|累计|总和|总数|(sub|grand)?totals?|sum", re.IGNORECASE)
"""What a row of totals is called."""

CALLED = ("id", "name", "name_zh", "county", "industry", "measure", "fund", "region", "category")
"""Columns in which a row says what it is."""

SUMMED = frozenset({"counties", "baseline", "funds", "resources"})
"""Tables whose figures can be added up row by row."""

_ASIDE = re.compile(r"[(（].*[)）]|[\s:：*=\-【】\[\]]")


def leave_out(source: Source, table: str) -> None:
    """Take the rows of totals out of a table, as faults."""
    rows = source.data[table]
    if table in ("rules", "scenarios", "synergies", "links") or not isinstance(rows, tuple | dict):
        return
    kept: dict[Any, Any] = dict(rows) if isinstance(rows, dict) else dict(enumerate(rows))
    for key, (text, values) in _totals(table, [*kept], rows):
        kept[key] = UNREAD
        path: Path = (table, key)
        where = _find_name(table, rows[key])
        label = source.label((*path, where) if path in source.labels or isinstance(key, int) else path)
        source.faults.append(Fault(source.place((*path, where)), label, text, values))
    source.data[table] = kept if isinstance(rows, dict) else tuple(kept.values())


def _find_name(table: str, row: Any) -> str:
    """Return the column in which a row says what it is, the first of its table where it says nothing."""
    first = "county" if table == "baseline" else "id"
    return next((column for column in CALLED if _column(row, column)), first)


def _totals(table: str, keys: Sequence[Any], rows: Any) -> Iterator[tuple[Any, tuple[str, dict[str, object]]]]:
    """Yield key → sentence of every row that is a total by its name, or by all its figures."""
    above: list[Mapping[str, float]] = []
    for key in keys:
        named = next((word for word in _words(key, rows[key]) if _WORD.fullmatch(_ASIDE.sub("", word))), None)
        figures = _figures(rows[key]) if table in SUMMED else {}
        if named is not None:
            yield key, ("total_row", {"found": named})
        elif figures and _is_sum(figures, above):
            yield key, ("sum_row", {"columns": ", ".join(figures), "rows": len(above)})
        else:
            above.append(figures)


def _words(key: Any, row: Any) -> list[str]:
    """Return the words in which a row says what it is."""
    words = [key, *(_column(row, column) for column in CALLED)]
    return [word for word in words if isinstance(word, str)]


def _column(row: Any, column: str) -> Any:
    return row.get(column) if isinstance(row, Mapping) else None


def _figures(row: Any, start: str = "") -> dict[str, float]:
    """Return the numbers of a row other than 0, by their dotted columns."""
    found: dict[str, float] = {}
    for key, value in row.items() if isinstance(row, Mapping) else ():
        if isinstance(value, Mapping):
            found |= _figures(value, f"{start}{key}.")
        elif is_number(value) and value != 0 and math.isfinite(value):
            found[f"{start}{key}"] = value
    return found


def _is_sum(figures: Mapping[str, float], above: Sequence[Mapping[str, float]]) -> bool:
    """Tell whether every figure of a row is the sum of those above, and hardly by chance.

    Two addends are too few where there is one figure, or where all figures stand in one ratio.
    """
    ratios, most = set(), 0
    for column, figure in figures.items():
        addends = [row[column] for row in above if column in row]
        if len(addends) < 2 or not math.isclose(figure, math.fsum(addends), rel_tol=1e-9):
            return False
        ratios.add(round(addends[0] / addends[1], 9))
        most = max(most, len(addends))
    return most > 2 or len(ratios) > 1
