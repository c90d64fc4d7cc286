"""The format described from the schema itself: the JSON Schema for editors, and the format page.

`python -m alloc.instance.dictionary` prints the page that stands beside this file as FORMAT.md.
"""

import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from alloc.instance import schema
from alloc.instance.tables import TABLES, WITHOUT_ID

_INTRODUCTION = """# The instance: what a planner writes

*Made from `schema.py` by `python -m alloc.instance.dictionary`; do not edit.*

One YAML file is one yearly budget question. Every table in it may be written inline, or be the name of a CSV file
beside it (UTF-8, with or without a byte-order mark) or of an Excel workbook with a sheet of that name; or the whole
instance is [one workbook](EXCEL.md). All forms hold the same columns and give the same instance, and `alloc convert`
turns one into another. In CSV and Excel a nested key is a dotted column (`delivery.enterprise`, `max_share.aid`,
`uses.water`), a list is written `a|b`, and `returns` is `100:1|400:0.6`. An empty cell, like a key left out, is the
default; `{}` in a column `by_county` is an empty mapping. Cells of a CSV file stand between commas, semicolons or tabs,
as its headings or a first line `sep=;` say; columns without heading and cells are none.

A table with ids is a mapping `id: {…}`, or a list of rows with `id`; in CSV the column is `id`. A `source` names a key
of `sources` or is the word `assumption`; `sources.<column>` gives the source of a single figure.

`range.<column>` says between what a figure may lie: `range: {unit_cost: [3, 5]}`, in CSV a column `range.unit_cost`
with `3|5`; of a nested figure `range: {by_county.cele: [10, 20]}`. A figure without a range may be off by the `spread`
of its source. Ranges change no plan: [studies of sensitivity](../study/SENSITIVITY.md) vary figures within them. A
figure replaced by one outside its range loses that range.

Nothing is guessed and nothing is dropped: unknown and repeated keys, text for numbers, references to nothing, minima
above maxima and whatever else cannot be meant are all reported at once, each with file, line (or sheet and cell) and
key. Ids that only look different (a capital, a letter of another script, a sign that cannot be seen) and control
characters are refused too; of one file the first 200 faults are told, then their number. `alloc check` prints them,
with warnings for what is allowed but looks wrong. YAML is read plainly: `NO` and `065225` are words, `1e3` is a
number, anchors and tags are refused.

What the numbers do stands in [the formulation](../model/FORMULATION.md)."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an instance: tables inline as mappings or lists, or the name of a file."""
    found = schema.Document.model_json_schema(by_alias=True)
    for table in TABLES:
        inline = found["properties"][table]
        described = {key: inline.pop(key) for key in ("description", "title", "default") if key in inline}
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
    _one_word_lists(found)
    return {"$schema": DIALECT, "title": "alloc instance", **found}


def _one_word_lists(node: Any) -> None:
    """Let one word stand for a list of words, as the reader does."""
    if isinstance(node, dict):
        for value in list(node.values()):
            _one_word_lists(value)
        items = node.get("items")
        if node.get("type") == "array" and isinstance(items, dict) and items.get("type") == "string":
            array = {key: node.pop(key) for key in ("type", "items", "minItems") if key in node}
            node["anyOf"] = [{key: items[key] for key in items}, array]
    elif isinstance(node, list):
        for value in node:
            _one_word_lists(value)


def page() -> str:
    """Return the format page: every key with its unit, default and meaning."""
    return "\n".join([_INTRODUCTION, *_tables()]) + "\n"


def _tables() -> Iterator[str]:
    shown = [key for key in schema.Document.model_fields if key not in TABLES]
    yield from _section("Top level", schema.Document, "", only=shown)
    for model, title in (
        (schema.Money, "money"),
        (schema.Objective, "objective"),
        (schema.Risk, "risk"),
        (schema.Options, "solver"),
    ):
        yield from _section(title, model, "")
    yield from _section("Every row", schema.Row, "These keys may stand in every row of every table.")
    common = list(schema.Row.model_fields)
    for table, rows in TABLES.items():
        if table != "rules":
            note = "No id." if table in WITHOUT_ID else "The id is the key, or the column `id`."
            yield from _section(table, rows[0], f"{rows[0].__doc__} {note}", leave=common)
    yield from _section("rules", schema.AnyRule, _RULES, leave=[key for key in common if key != "name"])
    seen = list(schema.AnyRule.model_fields)
    for row in TABLES["rules"]:
        word = row.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
        yield from _section(f"rules: {word}", row, str(row.__doc__), leave=[*seen, "type"], level=3)


_RULES = """A rule selects measures: every key given (`county`, `category`, `industry`, `region`, `chain`, `tag`,
`measure`) must match, a list means any of, and an omitted selection is all measures. Money in a rule is that of `fund`:
a fund's name, a kind or `all`. `each` repeats a rule with what is counted narrowed, `within` with both sides narrowed;
together they form the product. A group that counts nothing is skipped. `name` is required and unique."""


def _section(
    title: str,
    model: type[BaseModel],
    note: str,
    only: list[str] | None = None,
    leave: list[str] | None = None,
    level: int = 2,
) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {title}"
    yield ""
    if note:
        yield note
        yield ""
    yield "| key | default | unit | meaning |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        if (only is None or name in only) and name not in (leave or []):
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            default = "required" if field.default is PydanticUndefined else _default(field.default)
            words = _choices(field.annotation)
            meaning = f"{field.description or ''}{f' ({words})' if words else ''}"
            yield f"| `{field.alias or name}` | {default} | {extra.get('unit', '')} | {meaning} |"


def _default(value: object) -> str:
    if value is None or value in ("", (), {}):
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return (
        "all measures"
        if isinstance(value, schema.Selection)
        else f"`{value}`"
        if isinstance(value, str)
        else "as below"
    )


def _choices(annotation: Any) -> str:
    """Return the words that a key can be, where there are only a few."""
    choices = [a for a in getattr(annotation, "__args__", ()) if isinstance(a, str)]
    if not choices:
        for part in getattr(annotation, "__args__", ()):
            choices += [a for a in getattr(part, "__args__", ()) if isinstance(a, str)]
    return ", ".join(f"`{c}`" for c in dict.fromkeys(choices))


if __name__ == "__main__":
    sys.stdout.write(page())
