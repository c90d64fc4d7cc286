"""The shape of what was written: unknown keys, wrong types, numbers out of range, all at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, compress
from typing import Any

from pydantic import ValidationError

from alloc.errors import MOST_FAULTS, Fault, Term
from alloc.instance import schema
from alloc.instance.document import UNREAD, Path, Source, copy_data
from alloc.instance.excel.headings import catalogue, meaning, setting_titles
from alloc.instance.excel.sheet_names import names
from alloc.instance.numerals import advise
from alloc.instance.rows import fields_of
from alloc.instance.rules import RULES
from alloc.instance.schema import Document
from alloc.instance.suggest import nearest
from alloc.instance.tables import TABLES, WITHOUT_ID, columns
from alloc.instance.wording import fill_words

Sentence = tuple[str, dict[str, object]]
"""Which sentence says what is wrong, and what fills it besides what was found."""

_RULES_BY_WORD = {rule.word(): rule for rule in RULES}
_SECTIONS: Mapping[str, Any] = {
    "money": schema.Money,
    "objective": schema.Objective,
    "draws": schema.Draws,
    "risk": schema.Risk,
    "solver": schema.Options,
}
_NOUNS = frozenset({"category", "kind", "type", "goal", "method"})
_STAND_INS = {"alloc": 1, "name": "unnamed", "year": 2000}
_TYPES = {
    "float_type": "not_a_number",
    "int_type": "not_whole",
    "bool_type": "not_truth",
    "string_type": "not_text",
    "dict_type": "not_a_mapping",
    "model_type": "not_a_mapping",
    "model_attributes_type": "not_a_mapping",
    "tuple_type": "not_a_list",
    "finite_number": "not_finite",
    "string_too_short": "is_empty",
}


def shape_document(source: Source) -> tuple[Document | None, set[Path], Mapping[str, Sequence[int]]]:
    """Return the document as typed rows with the rows at fault, adding every fault of shape to the source.

    The parts at fault are left out, so that the rest can still be checked; None where too little is left for that.
    The third part tells which rows of a list are left, by their numbers as written.
    """
    broken: set[Path] = set()
    data = copy_data(source.data)
    if not isinstance(data, dict):
        source.faults.append(Fault(source.place(()), "", "not_a_mapping", {"found": show_found(data)}))
        return None, broken, {}
    source.faults.extend(_empty_unknown(source, data))
    rows = {table: [*range(len(data[table]))] for table in WITHOUT_ID if isinstance(data.get(table), tuple)}
    for attempt in range(6):
        try:
            return Document.model_validate(data), broken, rows
        except ValidationError as error:
            errors = error.errors(include_url=False)
        if attempt == 0:
            source.faults.extend(_faults(errors, source, data))
            broken.update(_path(error)[:2] for error in errors)
        _leave_out(data, {_at_fault(data, _path(error), error["type"]) for error in errors}, rows)
    return None, broken, rows


def _faults(errors: Sequence[Any], source: Source, data: Any) -> Iterator[Fault]:
    """Yield the errors of pydantic that nothing else says as faults; of one table, those too many are only counted."""
    sizes: Counter[object] = Counter()
    extra = {_path(error) for error in errors if error["type"] == "extra_forbidden"}
    meant = {(*path[:-1], _mean(path, data)) for path in extra}
    for error in errors:
        if _is_said(error, source) or (error["type"] == "missing" and _path(error) in meant):
            continue
        table = error["loc"][0]
        sizes[table] += 1
        if sizes[table] <= 2 * MOST_FAULTS:
            yield _fault(error, source, data)
        else:
            yield Fault(source.place(_path(error)), "", "more_faults", {"count": 1})


def _is_said(error: Any, source: Source) -> bool:
    """Tell whether a fault of the file itself stands behind an error: a table or a cell that could not be read."""
    kind = error["input"].get("type") if error["type"].startswith("union_tag") else error["input"]
    return kind is UNREAD or (error["type"] in ("missing", "too_short") and error["loc"][0] in source.unread)


def _empty_unknown(source: Source, data: Any) -> Iterator[Fault]:
    """Yield unknown keys that stand without a value: they are no data, but nothing is dropped in silence."""
    for path in source.places:
        holder = _holder(data, path)
        if holder is None or path[-1] in holder:
            continue
        known = _keys_beside(path, data)
        if known and path[-1] not in known and (len(path), path[-1]) != (3, "id"):
            text = "comma_in_number" if str(path[-1]).isdigit() else "unknown_key"
            yield Fault(source.place(path), source.label(path), text, {"hint": nearest(path[-1], known)})


def _holder(data: Any, path: Path) -> dict[Any, Any] | None:
    """Return the mapping that the last key of a path stands in, None where it stands in none."""
    for step in path[:-1]:
        inside = dict(enumerate(data)) if isinstance(data, tuple) else data
        data = inside.get(step) if isinstance(inside, dict) else None
    return data if path and isinstance(data, dict) else None


def _depth(part: object) -> int:
    """Return how many steps lead to a key of a part of the document: through table and row, or through a section."""
    if part in TABLES:
        return 3
    return 2 if part in _SECTIONS else 1


def _keys_beside(path: Path, data: Any) -> list[str]:
    """Return the keys that may stand where a path leads, none where ids stand there."""
    if len(path) in (1, _depth(path[0])):
        return _known_keys(path, data)
    is_selection = len(path) == 4 and getattr(_field(path, data), "annotation", None) is schema.Selection
    return list(schema.Selection.model_fields) if is_selection else []


def _path(error: Any) -> Path:
    """Return where an error is, without the tag that pydantic puts behind the number of a rule."""
    loc: Path = tuple(step for step in error["loc"] if step != "[key]")
    return (*loc[:2], *loc[3:]) if loc[:1] == ("rules",) and loc[2:3] and loc[2] in _RULES_BY_WORD else loc


def _at_fault(data: Any, path: Path, problem: str) -> Path:
    """Return the part to leave out: a value, the list that holds it, or the row that lacks it."""
    whole = path[:-1] if problem == "missing" else path
    for depth, step in enumerate(whole):
        if isinstance(data, tuple) and depth > 1:
            return whole[:depth]
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return whole[: depth + 1]
    return whole or path


def _leave_out(data: Any, parts: set[Path], rows: dict[str, list[int]]) -> None:
    """Take the parts at fault out of the data; what every instance needs once gets a stand-in."""
    for *steps, last in sorted(parts, key=str, reverse=True):
        holder = data
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, tuple) else holder.get(step, {})
        if isinstance(holder, dict):
            holder.pop(last, None)
    for table, numbers in rows.items():
        kept = [(table, i) not in parts for i in range(len(numbers))]
        if not all(kept):
            data[table], rows[table] = tuple(compress(data[table], kept)), [*compress(numbers, kept)]
    for key, value in _STAND_INS.items():
        data.setdefault(key, value)


def _fault(error: Any, source: Source, data: Any) -> Fault:
    """Return one error of pydantic as a fault in a planner's words, in both languages."""
    found = _say(error, source, data)
    return replace(found, values=fill_words(found.values, _path(error), source))


def _say(error: Any, source: Source, data: Any) -> Fault:
    """Return one error of pydantic as a fault without Chinese words in it yet."""
    path, problem = _path(error), error["type"]
    if problem in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, "type")
    text, values = _SENTENCES.get(problem, _other)(error, path, data)
    if path == ("alloc",) and problem != "missing":
        text, values = "format_number", {}
    return Fault(source.place(path), source.label(path), text, {"found": show_found(error["input"])} | values)


def _missing(error: Any, path: Path, data: Any) -> Sentence:
    return "missing", {"meaning": _meaning(path, data)}


def _extra(error: Any, path: Path, data: Any) -> Sentence:
    return "unknown_key", {"hint": _mean(path, data)}


def _mean(path: Path, data: Any) -> str:
    """Return the known key that an unknown one is most like, '' where there is none."""
    return _nearest_key(str(path[-1]), tuple(_known_keys(path, data)))


@lru_cache(maxsize=1000)
def _nearest_key(key: str, known: Sequence[str]) -> str:
    return nearest(key, known)


def _beyond(error: Any, path: Path, data: Any) -> Sentence:
    text, limit = _limit(error["type"], error.get("ctx", {}), error["input"])
    return text, {"limit": limit, "unit": _unit(path, data)}


def _no_word(error: Any, path: Path, data: Any) -> Sentence:
    return _not_among(_what(path), error["input"], _allowed(error["ctx"]["expected"]))


def _no_rule(error: Any, path: Path, data: Any) -> Sentence:
    kind = error["input"].get("type", "") if isinstance(error["input"], dict) else ""
    text, values = _not_among("type", kind, tuple(_RULES_BY_WORD))
    return text, values | {"found": show_found(kind)}


def _not_among(what: str, word: object, allowed: Sequence[str]) -> Sentence:
    text = "not_one_of" if what in _NOUNS else "not_allowed"
    return text, {"what": what, "hint": nearest(word, allowed), "expected": ", ".join(allowed)}


def _no_number(error: Any, path: Path, data: Any) -> Sentence:
    if not isinstance(error["input"], str):
        return _other(error, path, data)
    text, values = advise(error["input"], _unit_word(path, data), data.get("money")) or (_TYPES[error["type"]], {})
    return text, {"unit": _unit(path, data)} | values


def _no_size(error: Any, path: Path, data: Any) -> Sentence:
    if len(path) == 1:
        return "empty_table", {}
    listed: dict[str, object] = {"found": ", ".join(str(word) for word in error["input"]) or "–"}
    return ("two_measures", listed) if path[0] == "synergies" else ("curve_point", {})


def _other(error: Any, path: Path, data: Any) -> Sentence:
    return _TYPES.get(error["type"], "not_understood"), {"problem": error["msg"]}


_SENTENCES: Mapping[str, Callable[[Any, Path, Any], Sentence]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    **dict.fromkeys(("greater_than_equal", "less_than_equal", "greater_than"), _beyond),
    "literal_error": _no_word,
    **dict.fromkeys(("union_tag_invalid", "union_tag_not_found"), _no_rule),
    **dict.fromkeys(("float_type", "int_type"), _no_number),
    "string_pattern_mismatch": lambda error, path, data: ("not_a_name" if path == ("name",) else "not_a_day", {}),
    **dict.fromkeys(("too_short", "too_long"), _no_size),
}
"""Error of pydantic → what says it in a planner's words."""


def _limit(problem: str, context: Any, value: object) -> tuple[str, str]:
    """Return the sentence for a number out of range, and the limit it broke."""
    if problem == "less_than_equal":
        percent = isinstance(value, (int, float)) and 1 < value <= 100
        return ("above_one_percent" if percent else "above"), f"{context['le']:g}"
    if problem == "greater_than":
        return "not_above", f"{context['gt']:g}"
    return "below", f"{context['ge']:g}"


def _allowed(expected: str) -> list[str]:
    """Split pydantic's list of allowed words: `'a', 'b' or 'c'`."""
    return [word.strip("' ") for word in expected.replace(" or ", ", ").split(", ")]


def _what(path: Path) -> str:
    """Return what kind of word stands at a path: a `category`, a `kind` …"""
    key = str(path[-1])
    if len(path) > 3 and str(path[-2]) in ("delivery", "needs", "category", "categories"):
        return "category"
    if path[:2] == ("objective", "order"):
        return "goal"
    return "category" if key == "categories" else key


def _rows_of(path: Path, data: Any) -> Iterable[Any]:
    if path[0] == "rules":
        rule = _RULES_BY_WORD.get(str(data["rules"][path[1]].get("type")))
        return [rule] if rule else []
    return TABLES.get(str(path[0]), ())


def _known_keys(path: Path, data: Any) -> list[str]:
    """Return the keys that may stand where an unknown one was found."""
    if len(path) == 1:
        return list(Document.model_fields)
    if path[0] in TABLES and len(path) == 3:
        return list(chain(*map(fields_of, _rows_of(path, data))))
    if path[0] == "scenarios":
        return list(schema.Local.model_fields)
    if path[0] in TABLES:
        return list(schema.Selection.model_fields)
    model = _SECTIONS.get(str(path[0]))
    return list(model.model_fields) if model else list(columns(str(path[0])))


def _field(path: Path, data: Any) -> Any:
    """Return the field that a path leads to, or None."""
    if path[0] in TABLES and len(path) > 2:
        for row in _rows_of(path, data):
            field = fields_of(row).get(str(path[2]))
            if field is not None:
                return field
    field = Document.model_fields.get(str(path[0]))
    if len(path) != 2 or field is None:
        return field
    for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
        if hasattr(part, "model_fields"):
            return part.model_fields.get(str(path[1]))
    return None


def _unit(path: Path, data: Any) -> Term:
    """Return the unit of the number at a path in brackets, with the instance's own word for money."""
    unit, money = _unit_word(path, data), data.get("money")
    label = str((money.get("label") if isinstance(money, dict) else None) or schema.Money().label)
    if unit in ("", "1", "0-1"):
        return Term("", "")
    chinese = str(catalogue()["units"].get(unit, unit))
    return Term(f" ({unit.replace('money', label)})", f"（{chinese.replace('money', label)}）")


def _unit_word(path: Path, data: Any) -> str:
    """Return the unit of the number at a path as the schema has it; an end of a range has that of its figure."""
    figure = (*path[:2], str(path[3]).partition(".")[0]) if len(path) > 3 and path[2] == "range" else path
    return str((getattr(_field(figure, data), "json_schema_extra", None) or {}).get("unit", ""))


def _meaning(path: Path, data: Any) -> Term:
    field = _field(path, data)
    if field is None or not field.description:
        return Term("", "")
    if path[0] in TABLES and len(path) > 2:
        chinese = meaning(str(path[0]), str(path[2]), "zh")
    elif path[0] in TABLES:
        chinese = str(names()["tables"][path[0]])
    else:
        chinese = str(setting_titles(".".join(map(str, path)))["about"])
    return Term(f" ({field.description})", f"（{chinese}）")


def show_found(value: object) -> str:
    """Return a value as the planner would recognise it, shortened where it is long."""
    text = _write(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _write(value: object) -> str:
    """Return a value as YAML has it in one line, text in quotation marks."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_write(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_write, value)) + "]"
    text = repr(value) if isinstance(value, str) else str(value)
    return {"True": "true", "False": "false", "None": "nothing", "inf": ".inf", "nan": ".nan"}.get(text, text)
