"""Names in the place of ids: understood where exactly one row is called so, and asked about where several are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import UNREAD, Found, Ids, Path, Source
from alloc.instance.rules import PURSES, SELECTIONS
from alloc.instance.schema import KINDS
from alloc.instance.suggest import nearest

REFERENCES: Mapping[str, Mapping[str, str]] = {
    "baseline": {"county": "counties", "industry": "industries"},
    "links": {"from": "industries", "to": "industries"},
    "markets": {"industry": "industries"},
    "sharing": {"county": "counties", "industry": "industries"},
    "measures": {
        "county": "counties", "industry": "industries", "funds": "funds", "requires": "measures",
        "excludes": "measures", "limited_by": "measures", "min_share": "funds", "max_share": "funds",
    },
    "funds": {"counties": "counties", "by_county": "counties"},
    "resources": {"by_county": "counties"},
    "synergies": {"measures": "measures"},
    "scenarios": {
        "hazard": "industries", "productivity": "industries", "market": "industries", "counties": "counties",
    },
    "rules": dict.fromkeys(PURSES, "funds"),
}  # fmt: skip
"""Table → column → the table whose ids stand in its cells, in its lists, or behind the dot of its name."""

FUNDS = (*KINDS, "all")
"""Words that may stand where a fund's name may."""

SELECTORS: Mapping[str, str] = {"county": "counties", "industry": "industries", "measure": "measures"}

Names = Mapping[str, tuple[str, ...]]
"""Name → the ids of all rows that are called so."""


def names_of(rows: Mapping[str, Any]) -> Names:
    """Return the English and Chinese names of the rows of a table that are no ids themselves."""
    found: dict[str, dict[str, None]] = {}
    for key, row in rows.items():
        read = row.get if isinstance(row, Mapping) else lambda column, row=row: getattr(row, column, "")
        for column in ("name", "name_zh"):
            word = read(column)
            if isinstance(word, str) and word.strip() and word.strip() not in rows:
                found.setdefault(word.strip(), {})[key] = None
    return {word: tuple(ids) for word, ids in found.items()}


def suggest_id(word: str, rows: Mapping[str, Any], names: Names | None = None, cutoff: float = 0.65) -> str:
    """Return the id most like a word, or the id of the row whose name is most like it; '' where none is near."""
    known = names_of(rows) if names is None else names
    found = nearest(word, rows, cutoff) or nearest(word, known, cutoff)
    return known[found][0] if found in known and found not in rows else found


def check_id(path: Path, value: str, table: str, ids: Ids) -> Iterator[Found]:
    """Yield a word that is no id of a table."""
    if value not in ids[table]:
        yield path, "unknown_id", {"found": value, "table": table, "hint": suggest_id(value, ids[table])}


def replace_names(source: Source) -> None:
    """Put ids in the place of names throughout the tables; names that several rows have are faults."""
    data = source.data
    if not isinstance(data, dict):
        return
    tables, names = {}, {}
    for t in {*SELECTORS.values(), "funds"}:
        if isinstance(data.get(t), dict):
            tables[t], names[t] = data[t], names_of(data[t])
    if not any(names.values()):
        return

    for holder, path, columns in _find_holders(data):
        for column, other in columns.items():
            if column in holder and other in tables:
                value = holder[column]
                holder[column] = _replace(value, (*path, column), tables[other], names[other], source)


def _find_holders(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Path, Mapping[str, str]]]:
    """Yield what names rows of other tables, with its path, and which of its columns name which table.

    A scenario's counties come behind the scenario itself: by then they go by their ids.
    """
    for table, columns in REFERENCES.items():
        for key, row in _rows(data.get(table)):
            yield row, (table, key), columns
    for w, row in _rows(data.get("scenarios")):
        for c, local in _rows(row.get("counties")):
            yield local, ("scenarios", w, "counties", c), REFERENCES["scenarios"]
    for i, rule in _rows(data.get("rules")):
        for side in SELECTIONS:
            if isinstance(rule.get(side), dict):
                yield rule[side], ("rules", i, side), SELECTORS


def find_unknown(data: Any, left_out: Callable[[str, str | int], bool], ids: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what rows that were left out for other faults refer to and nobody knows: one fault hides no other.

    left_out: tells of a table and a key whether that row was left out.
    """
    for table, columns in REFERENCES.items():
        for key, row in _rows(data.get(table)):
            for column, other in columns.items() if left_out(table, key) else ():
                for word in _find_strangers(row.get(column), other, ids):
                    hint = suggest_id(word, ids[other])
                    yield (table, key, column), "unknown_id", {"found": word, "table": other, "hint": hint}


def _find_strangers(value: Any, table: str, ids: Mapping[str, Any]) -> list[str]:
    """Return the words of a cell that a table does not know; none where the table itself could not be read."""
    known = {*ids[table], *(FUNDS if table == "funds" else ())}
    return [word for word in _words(value) if word not in known] if ids[table] else []


def _words(value: Any) -> list[str]:
    """Return the words that stand in a cell, a list, or as the keys of a mapping."""
    words = value if isinstance(value, tuple | dict) else (value,)
    return [word for word in words if isinstance(word, str) and word]


def _rows(rows: Any) -> Iterator[tuple[str | int, dict[str, Any]]]:
    listed = dict(enumerate(rows)) if isinstance(rows, tuple) else rows
    pairs = listed.items() if isinstance(listed, dict) else ()
    return ((key, row) for key, row in pairs if isinstance(row, dict))


def _replace(value: Any, path: Path, rows: Mapping[str, Any], names: Names, source: Source) -> Any:
    """Return what a cell, a list or a mapping says with ids in the place of names."""
    if isinstance(value, str):
        return _find_id(value, path, rows, names, source)
    if isinstance(value, tuple):
        return tuple(_find_id(word, path, rows, names, source) for word in value)
    if not isinstance(value, dict):
        return value
    found: dict[Any, Any] = {}
    for word, inside in value.items():
        key = _find_id(word, (*path, word), rows, names, source)
        if key in found or (key != word and key in value):
            label, first = source.label((*path, word)), source.place((*path, key))
            source.faults.append(
                Fault(source.place((*path, word)), label, "duplicate_id", {"found": key, "first": first})
            )
        elif key is not UNREAD:
            found[key] = inside
            _move(source, (*path, word), (*path, key))
    return found


def _move(source: Source, old: Path, new: Path) -> None:
    """Let what is said of a mapping's key under its id be said where its name stands."""
    if old == new:
        return
    if old in source.places:
        source.places[new], source.labels[new] = source.places[old], source.label(old)
    letters = source.letters.get(str(old[0]), {})
    heading = ".".join(map(str, old[2:]))
    if heading in letters:
        letters.setdefault(".".join(map(str, new[2:])), letters[heading])


def _find_id(word: Any, path: Path, rows: Mapping[str, Any], names: Names, source: Source) -> Any:
    if not isinstance(word, str) or word in rows or word not in names:
        return word
    if len(names[word]) == 1:
        return names[word][0]
    values = {"found": word, "ids": ", ".join(names[word])}
    source.faults.append(Fault(source.place(path), source.label(path), "ambiguous_name", values))
    return UNREAD
