"""The format described from the schema itself: the JSON Schema for editors, and the format page.

`python -m alloc.instance.dictionary` prints the page that stands beside this file as FORMAT.md, and with `zh` behind
it the one in Chinese.
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from alloc.instance import rules, schema
from alloc.instance.excel import headings
from alloc.instance.excel.sheet_names import names
from alloc.instance.rows import fields_of
from alloc.instance.tables import TABLES, WITHOUT_ID

_INTRODUCTION = """# The instance: what a planner writes

*Made from `schema.py` by `python -m alloc.instance.dictionary`; do not edit.*

One YAML file is one yearly budget question. Every table in it may be written inline, or be the name of a CSV file
beside it (UTF-8, with or without a byte-order mark) or of an Excel workbook with a sheet of that name; or the whole
instance is [one workbook](excel/EXCEL.md). All forms hold the same columns and give the same instance, and `alloc
convert` turns one into another. In CSV and Excel a nested key is a dotted column (`delivery.enterprise`,
`max_share.aid`, `uses.water`), a list is written `a|b`, and `returns` is `100:1|400:0.6`. An empty cell, like a key
left out, is the default; `{}` in a column `by_county` is an empty mapping. Cells of a CSV file stand between commas,
semicolons or tabs, as its headings or a first line `sep=;` say; columns without heading and cells are none.

A table with ids is a mapping `id: {…}`, or a list of rows with `id`; in CSV the column is `id`. A `source` names a key
of `sources` or is the word `assumption`; `sources.<column>` gives the source of a single figure.

`range.<column>` says between what a figure may lie: `range: {unit_cost: [3, 5]}`, in CSV a column `range.unit_cost`
with `3|5`; of a nested figure `range: {by_county.cele: [10, 20]}`. A figure without a range may be off by the `spread`
of its source. Ranges change no plan: [studies of sensitivity](../study/SENSITIVITY.md) vary figures within them. A
figure replaced by one outside its range loses that range.

Nothing is guessed and nothing is dropped: unknown and repeated keys, text for numbers, references to nothing, minima
above maxima and whatever else cannot be meant are all reported at once, each with file, line (or sheet and cell) and
key. Rows of totals and ids that only look different (a capital, a letter of another script, a sign that cannot be
seen) and control characters are refused too; of one file the first 200 faults are told, then their number. `alloc
check` prints them, with warnings for what is allowed but looks wrong. YAML is read plainly: `NO` and `065225` are
words, `1e3` is a number, anchors and tags are refused.

Where a county, an industry, a measure or a fund is referred to, its `name` or `name_zh` may stand in place of its id if
no other row of the table is called so, in last year's plan too; `alloc convert` writes ids.

What the numbers do stands in [the formulation](../model/FORMULATION.md)."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(lang: str = "en") -> dict[str, Any]:
    """Return the JSON Schema of an instance: tables inline as mappings or lists, or the name of a file."""
    found = schema.Document.model_json_schema(by_alias=True)
    if lang == "zh":
        models = vars(schema) | vars(rules)
        for title, part in [("Document", found), *found["$defs"].items()]:
            part["description"] = headings.catalogue()["page"].get(title, "")
            for key, node in part["properties"].items():
                node["description"] = meaning_of(models[title], key, lang)
    for table in TABLES:
        inline = found["properties"][table]
        described = _take_out(inline, "description", "title", "default")
        forms: list[dict[str, Any]] = [{"type": "string", "pattern": r"\.(csv|xlsx)$"}, inline]
        if table not in WITHOUT_ID:
            row = inline["additionalProperties"]
            named = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
            open_row = {**found["$defs"][row["$ref"].rsplit("/", 1)[1]]}
            open_row["properties"] = {"id": {"type": "string"}, **open_row["properties"]}
            open_row["required"] = ["id", *open_row.get("required", [])]
            found["$defs"][f"{open_row['title']}Row"] = (
                open_row
                | named
                | {
                    "properties": open_row["properties"],
                    "required": open_row["required"],
                }
            )
            forms.append({"type": "array", "items": {"$ref": f"#/$defs/{open_row['title']}Row"}})
        found["properties"][table] = described | {"anyOf": forms}
    found["required"].remove("year")  # of several years it is left out
    _one_word_lists(found)
    return {"$schema": DIALECT, "title": "alloc instance", **found}


def _take_out(node: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return some keys of a node, and leave it without them."""
    return {key: node.pop(key) for key in keys if key in node}


def _one_word_lists(node: Any) -> None:
    """Let one word stand for a list of words, as the reader does."""
    inside = list(node.values()) if isinstance(node, dict) else node
    for value in inside if isinstance(inside, list) else ():
        _one_word_lists(value)
    items = node.get("items") if isinstance(node, dict) and node.get("type") == "array" else None
    if isinstance(items, dict) and items.get("type") == "string":
        array = _take_out(node, "type", "items", "minItems")
        node["anyOf"] = [dict(items), array]


def page(lang: str = "en") -> str:
    """Return the format page: every key with its unit, default and meaning."""
    words = _chinese() if lang == "zh" else _ENGLISH
    return "\n".join([words["introduction"].rstrip("\n"), *_tables(words, lang)]) + "\n"


def _chinese() -> Mapping[str, str]:
    found: Mapping[str, str] = headings.catalogue()["page"]
    return found


def _tables(words: Mapping[str, str], lang: str) -> Iterator[str]:
    yield from _section(words, lang, words["top"], schema.Document, "", leave=list(TABLES))
    for title, model in headings.SECTIONS.items():
        yield from _section(words, lang, title, model, "")
    yield from _section(words, lang, words["row"], schema.Row, words["row_note"])
    common = list(schema.Row.model_fields)
    for table, rows in TABLES.items():
        if table != "rules":
            note = words["no_id" if table in WITHOUT_ID else "id"]
            about = words[rows[0].__name__] if lang == "zh" else f"{rows[0].__doc__} "
            yield from _section(words, lang, _titled(table, lang), rows[0], f"{about}{note}", leave=common)
    own = [key for key in common if key != "name"]
    yield from _section(words, lang, _titled("rules", lang), rules.AnyRule, words["rules"], leave=own)
    seen = list(rules.AnyRule.model_fields)
    for row in rules.RULES:
        title = f"{_titled('rules', lang)}: {_worded(row.word(), lang)}"
        about = words[row.__name__] if lang == "zh" else str(row.__doc__)
        yield from _section(words, lang, title, row, about, leave=[*seen, "type"], level=3)


def _titled(table: str, lang: str) -> str:
    """Return the heading of a table: its name, in Chinese with the name of its sheet."""
    return f"{table} {names()['tables'][table]}" if lang == "zh" else table


def _worded(word: str, lang: str) -> str:
    """Return a word that may stand in a cell, in Chinese with what it is called there."""
    chinese = headings.catalogue()["words"].get(word)
    return f"{word} {chinese}" if lang == "zh" and chinese else word


_RULES = """A rule selects measures: every key given (`county`, `category`, `industry`, `region`, `chain`, `tag`,
`measure`) must match, a list means any of, and an omitted selection is all measures. Money in a rule is that of
`fund`: a fund's name, a kind or `all`; `fund aid` is the fund of that name alone. `each` repeats a rule with what is
counted narrowed, `within` with both sides narrowed; together they form the product. A group that counts nothing is
skipped; a rule without groups that counts nothing but asks for something is a fault. A `penalty` is the price of a
unit of violation: of money, of measures, or for `parity` and `gini` of a point of the ratio or the index, for
`benefit` of money a year. A rule of type `benefit` selects industries in counties instead, by `county`, `industry`,
`region` and `chain`. `name` is required and unique."""


_ENGLISH: Mapping[str, str] = {
    "introduction": _INTRODUCTION,
    "key": "key",
    "default": "default",
    "unit": "unit",
    "meaning": "meaning",
    "required": "required",
    "below": "as below",
    "everything": "all measures",
    "choices": " ({words})",
    "top": "Top level",
    "row": "Every row",
    "row_note": "These keys may stand in every row of every table.",
    "no_id": "No id.",
    "id": "The id is the key, or the column `id`.",
    "rules": _RULES,
}


def _section(
    words: Mapping[str, str],
    lang: str,
    title: str,
    model: type[BaseModel],
    note: str,
    leave: list[str] | None = None,
    level: int = 2,
) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {title}"
    yield ""
    if note:
        yield note
        yield ""
    yield f"| {words['key']} | {words['default']} | {words['unit']} | {words['meaning']} |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        if name not in (leave or []):
            key = field.alias or name
            default = words["required"] if field.default is PydanticUndefined else _default(field.default, words)
            choices = _choices(field.annotation, lang)
            meaning = meaning_of(model, key, lang) + (words["choices"].format(words=choices) if choices else "")
            cells = [f"`{key}`", default, _unit(field, lang), meaning.replace("|", "\\|")]
            yield f"| {' | '.join(cells)} |"


def meaning_of(model: type[BaseModel], key: str, lang: str) -> str:
    """Return what a key of a part of the document means, in one language.

    Raises KeyError where there are no Chinese words for it.
    """
    if lang == "en":
        return str(fields_of(model)[key].description or "")
    words = headings.catalogue()
    if model is schema.Selection:
        return str(words["words"][key])
    section = next((f"{name}." for name, part in headings.SECTIONS.items() if part is model), "")
    if section or issubclass(model, schema.Document):
        return _meaning_of_setting(section, key)
    if model is schema.Local:
        return str(words["scenarios"][key]["about"])
    return _meaning_of_column(model, key)


def _meaning_of_column(model: type[BaseModel], key: str) -> str:
    """Return what a column means in Chinese: one of every table, or of the table of these rows."""
    words = headings.catalogue()
    own = dict(words["every"])
    if model is not schema.Row:
        table = next((table for table, rows in TABLES.items() if model in rows), "rules")
        own |= words[table]
    return str(own[key]["about"])


def _meaning_of_setting(section: str, key: str) -> str:
    """Return the Chinese meaning of a key that is no column: a setting, or a table as a whole."""
    words, page = headings.catalogue()["keys"], headings.catalogue()["page"]
    setting = words.get(f"{section}{key}")
    if setting:
        return str(setting["about"])
    return str(page[key] if key in page else page[_row_of(key)])


def _row_of(table: str) -> str:
    """Return the name of the class of a table's rows, which its Chinese words are found by."""
    return TABLES[table][0].__name__ if table != "rules" else "AnyRule"


def _unit(field: FieldInfo, lang: str) -> str:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    unit = str(extra.get("unit", ""))
    return str(headings.catalogue()["units"].get(unit, unit)).replace("money", "金额") if lang == "zh" else unit


def _default(value: object, words: Mapping[str, str]) -> str:
    if value is None or value in ("", (), {}):
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    if isinstance(value, str):
        return f"`{value}`"
    return words["everything" if isinstance(value, schema.Selection) else "below"]


def _choices(annotation: Any, lang: str) -> str:
    """Return the words that a key can be, where there are only a few."""
    words = dict.fromkeys(_words(annotation) or chain(*map(_words, _arguments(annotation))))
    chinese = headings.catalogue()["words"] if lang == "zh" else {}
    return ("、" if lang == "zh" else ", ").join(f"`{word}` {chinese.get(word, '')}".rstrip() for word in words)


def _arguments(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__args__", ())


def _words(annotation: Any) -> list[str]:
    return [word for word in _arguments(annotation) if isinstance(word, str)]


if __name__ == "__main__":
    sys.stdout.write(page(*sys.argv[1:2]))
