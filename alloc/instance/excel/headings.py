"""What columns are called in English and Chinese, and which words may stand in them.

A heading in Excel is the column's own name, as in CSV, or its English or Chinese title; all three are read.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from alloc.instance import schema
from alloc.instance.excel.sheet_names import PLANS, SETTINGS, SOURCES
from alloc.instance.rows import fields_of
from alloc.instance.tables import INSIDE, TABLES, column_kind, columns, kind_of, required_columns

SECTIONS: Mapping[str, type[BaseModel]] = {
    "money": schema.Money,
    "objective": schema.Objective,
    "draws": schema.Draws,
    "risk": schema.Risk,
    "solver": schema.Options,
}
"""Parts of the document that are settings, with the dot in their keys."""

OPEN = ("sources", "spread", "objective.range", "draws.over", "by_year")
"""Settings with ids of the planner's own behind the dot."""

SIGNS = {"zh": ("：", "（", "）"), "en": (": ", "(", ")")}
"""What stands between the parts of a dotted title, and around a unit."""


@cache
def catalogue() -> Mapping[str, Any]:
    """Return the headings as written in headings.yaml."""
    text = files("alloc.instance.excel").joinpath("headings.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


@cache
def sheet_columns(sheet: str) -> Mapping[str, str]:
    """Return the columns that a sheet may have → what their cells are, as `tables.columns` for a table."""
    special = {
        SETTINGS: {"key": "text", "value": "any", "label": "aside", "meaning": "aside"},
        SOURCES: {"id": "text", "citation": "text"},
        PLANS: {"plan": "text", **dict.fromkeys(schema.Flow.model_fields, "text"), "amount": "number"},
    }
    return special.get(sheet) or columns(sheet)


@cache
def titles(sheet: str) -> Mapping[str, Mapping[str, str]]:
    """Return column → its titles and Chinese meaning; of a dotted column only what stands before the dot."""
    words = catalogue()
    own, found = {**words["every"], **words[sheet]}, {}
    for column in sheet_columns(sheet):
        root = column.partition(".")[0]
        found[root] = own[root]
    return found


def title(sheet: str, column: str, lang: str) -> str:
    """Return what a column is called: `Unit cost`, `单位成本`, `Delivery: training`, `到位率：培训`."""
    root, dot, rest = column.partition(".")
    word = titles(sheet)[root][lang]
    return f"{word}{SIGNS[lang][0]}{_word(sheet, root, rest, lang)}" if dot else word


def meaning(sheet: str, column: str, lang: str) -> str:
    """Return what a column means, in one language."""
    root = column.partition(".")[0]
    field = field_of(sheet, root)
    if lang == "en" and field is not None and field.description:
        return str(field.description)
    own = titles(sheet)[root]
    return own.get("about" if lang == "zh" else "meaning", own[lang])


def unit(sheet: str, column: str, lang: str, label: str) -> str:
    """Return the unit of a column's numbers with the instance's word for money, '' where there is none."""
    word = unit_word(field_of(sheet, column.partition(".")[0]))
    if word == "1":  # a bare number has none
        return ""
    return (str(catalogue()["units"].get(word, word)) if lang == "zh" else word).replace("money", label)


def unit_word(field: Any) -> str:
    """Return the unit of a field's numbers as the schema has it, '' where there is none."""
    return str((getattr(field, "json_schema_extra", None) or {}).get("unit", ""))


@cache
def limits(sheet: str, root: str) -> tuple[float | None, float | None]:
    """Return the least and the largest number that a column may hold, None where there is no limit."""
    for model in TABLES.get(sheet, ()):
        found = model.model_json_schema(by_alias=True)["properties"].get(root)
        if found is not None:
            shapes = [found, *found.get("anyOf", ())]
            for shape in shapes:
                if shape.get("type") == "number":
                    return shape.get("minimum"), shape.get("maximum")
                if "additionalProperties" in shape:
                    shapes.append(shape["additionalProperties"])
            return None, None
    return None, None


@cache
def find_column(sheet: str, heading: str) -> str | None:
    """Return the column that a heading names in any of the languages, None where it names none or several.

    A heading of several lines names a column if each line does; a line in brackets is a unit.
    """
    found = set()
    for line in map(str.strip, heading.split("\n")):
        if line and not _is_unit(line):
            found.add(_line(sheet, line))
    return found.pop() if len(found) == 1 else None


def find_setting(word: str) -> str | None:
    """Return the key of a setting from the key itself, or from its English or Chinese title."""
    keys = catalogue()["keys"]
    plain = " ".join(word.split()).lower()
    found = _find_titled(keys, plain)
    return word if found is None and len(setting_path(word)) > 1 and setting_path(word)[-1] and _open(word) else found


def setting_path(key: str) -> tuple[str, ...]:
    """Return the steps to a setting in a document: `money.unit` has two, and so has `sources.my.source`."""
    root = _open(key)
    if root:
        return (*root.split("."), key[len(root) + 1 :])
    return tuple(key.split(".", 1))


def _open(key: str) -> str:
    """Return the setting that a key with an id of the planner's own behind it belongs to, '' where there is none."""
    return next((root for root in OPEN if key.startswith(f"{root}.")), "")


def heading_words(sheet: str) -> list[str]:
    """Return every word that a heading may be, or begin with."""
    return _list_titles(titles(sheet))


def _list_titles(titled: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return what things are called in both languages, and as keys."""
    words: list[str] = []
    for key, own in titled.items():
        words += (own["en"], own["zh"], key)
    return words


def is_required(sheet: str, column: str) -> bool:
    """Tell whether every row of a sheet needs a value in this column."""
    return column in (required_columns(sheet) if sheet in TABLES else ("id", "key", "plan"))


def setting_words() -> list[str]:
    """Return every word that a key of the settings may be."""
    return _list_titles(catalogue()["keys"])


def setting_field(key: str) -> Any:
    """Return the field of the schema that a key of the settings stands for, None where it stands for none."""
    root, dot, rest = (_open(key) or key).partition(".")
    if not dot:
        return schema.Document.model_fields.get(root)
    return SECTIONS[root].model_fields.get(rest) if root in SECTIONS else None


def setting_kind(key: str) -> tuple[str, tuple[str, ...]]:
    """Return what the value of a setting is, as of a column, and the only words that it may be."""
    field = setting_field(key)
    if field is None:
        return "text", ()
    kind = kind_of(field.annotation)
    return (INSIDE[kind], ()) if _open(key) else (kind, tuple(_literals(field.annotation)))


def setting_titles(key: str) -> Mapping[str, str]:
    """Return the titles and the Chinese meaning of a setting."""
    found: Mapping[str, str] = catalogue()["keys"].get(_open(key) or key, {"en": key, "zh": key, "about": key})
    return found


def read_word(word: str, possible: tuple[str, ...]) -> str:
    """Return the word of the format for a Chinese one among those possible, else the word as it is."""
    words = catalogue()["words"]
    return next((english for english in possible if words.get(english) == word), word)


@cache
def choices(sheet: str, column: str) -> tuple[str, ...]:
    """Return the only words that the cells of a column may hold, () where any may stand."""
    root, dot, rest = column.partition(".")
    found: dict[str, None] = {}
    for model in (schema.Flow,) if sheet == PLANS else TABLES.get(sheet, ()):
        field = model.model_fields.get({"from": "from_", "in": "in_"}.get(root, root))
        if field is not None and field.annotation is schema.Selection:
            field = schema.Selection.model_fields.get(rest)
        elif dot:
            field = None
        found |= dict.fromkeys(_literals(field.annotation) if field is not None else ())
    return tuple(found)


@cache
def dotted_keys(sheet: str, root: str) -> tuple[str, ...]:
    """Return the words that may stand behind the dot of a column, () where they are ids."""
    for model in TABLES.get(sheet, ()):
        field = fields_of(model).get(root)
        if field is None:
            continue
        if field.annotation is schema.Selection:
            return tuple(schema.Selection.model_fields)
        for part in (field.annotation, *get_args(field.annotation)):
            if getattr(part, "__origin__", None) is dict:
                return tuple(_literals(get_args(part)[0]))
    return ()


def _literals(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, str):
        yield annotation
    for part in get_args(annotation):
        yield from _literals(part)


def field_of(sheet: str, root: str) -> Any:
    """Return the field of the schema that a column, or the part before its dot, stands for; None where none."""
    for model in TABLES.get(sheet, ()):
        if root in fields_of(model):
            return fields_of(model)[root]
    return None


def _word(sheet: str, root: str, rest: str, lang: str) -> str:
    known: str = catalogue()["words"].get(rest, rest)
    return known if lang == "zh" and rest in dotted_keys(sheet, root) else rest


def _is_unit(line: str) -> bool:
    return bool(re.fullmatch(r"\s*[(（].*[)）]\s*", line))


def _line(sheet: str, line: str) -> str | None:
    """Return the column that one line names."""
    known = sheet_columns(sheet)
    if column_kind(line, known):
        return line
    found = _root(sheet, line) or _root(sheet, re.sub(r"\s*[(（][^()（）]*[)）]$", "", line))
    if found and column_kind(found, known):
        return found
    before, *rest = re.split("[：:.]", line, maxsplit=1)
    root = _root(sheet, before)
    if not root or not rest:
        return None
    column = f"{root}.{read_word(rest[0].strip(), dotted_keys(sheet, root))}"
    return column if column_kind(column, known) else None


def _root(sheet: str, word: str) -> str | None:
    """Return the column, or the part before its dot, that a word names."""
    plain = " ".join(word.split()).lower()
    return _find_titled(titles(sheet), plain)


def _find_titled(titled: Mapping[str, Mapping[str, str]], word: str) -> str | None:
    """Return the key that a word in small letters is, or that is called so in either language."""
    return next((key for key, own in titled.items() if word in (key, own["en"].lower(), own["zh"])), None)
