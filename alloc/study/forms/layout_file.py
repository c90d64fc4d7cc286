"""A file of layouts: read, and every fault of it told at once, each with its line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any

from pydantic import ValidationError

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance.document import Path as Place
from alloc.instance.document import Source, parse
from alloc.instance.encoding import read_text
from alloc.instance.shape import show_found
from alloc.instance.suggest import nearest
from alloc.study.forms.entries import ENTRIES
from alloc.study.forms.layout import FormCell, Layout

_MISTAKES = {
    "bool_type": "not_truth",
    "dict_type": "not_a_mapping",
    "float_type": "not_a_number",
    "form_shape": "form_shape",
    "greater_than_equal": "below",
    "int_type": "not_whole",
    "literal_error": "not_allowed",
    "missing": "missing",
    "model_type": "not_a_mapping",
    "string_type": "not_text",
    "tuple_type": "not_a_list",
}
"""Error of pydantic → the sentence that says it in a planner's words."""


def read_layouts(path: str | Path | None = None) -> Mapping[str, Layout]:
    """Return every form by its kind: those that come with alloc, or those of a file in place of them.

    Raises RequestError where there is no such file, InstanceError with every fault of it, each with its line.
    """
    if path is None:
        text, name = files(__package__).joinpath("layouts.yaml").read_text(encoding="utf-8"), "layouts.yaml"
    else:
        if not Path(path).is_file():
            raise RequestError("form_no_layout", path=path)
        text, name = read_text(Path(path)), str(path)
    source = parse(text, name)
    found: dict[str, Layout] = {}
    if isinstance(source.data, dict):
        for kind, written in source.data.items():
            try:
                found[kind] = Layout.model_validate(written)
            except ValidationError as error:
                source.faults.extend(_describe(one, kind, source) for one in error.errors(include_url=False))
    else:
        source.faults.append(Fault(source.place(()), "", "not_a_mapping", {"found": show_found(source.data)}))
    for kind, layout in found.items():
        source.faults.extend(_find_unknown_words(kind, layout, source))
        source.faults.extend(_find_overlaps(kind, layout, source))
    if source.faults:
        raise InstanceError(foremost(source.faults))
    return found


def _describe(error: Any, kind: str, source: Source) -> Fault:
    """Return one error of pydantic in a planner's words, with the line of the layout."""
    path, context = (kind, *error["loc"]), error.get("ctx", {})
    place, label = source.place(path), source.label(path)
    if error["type"] == "extra_forbidden":
        keys = [field.alias or name for model in (FormCell, Layout) for name, field in model.model_fields.items()]
        return Fault(place, label, "unknown_key", {"hint": nearest(path[-1], keys)})
    values = {"found": show_found(error["input"]), "problem": error["msg"], "what": path[-1], "meaning": "", "unit": ""}
    values["limit"] = context.get("ge", "")
    values["expected"] = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    values["hint"] = nearest(error["input"], values["expected"].split(", "))
    return Fault(place, label, _MISTAKES.get(error["type"], "not_understood"), values)


def _find_unknown_words(kind: str, layout: Layout, source: Source) -> Iterator[Fault]:
    """Yield a fault for every `from` that no plan knows, and for every cell that is named and not there."""
    named = [cell.as_ for cell in layout.columns if cell.as_]
    for i, cell in enumerate(layout.columns):
        yield from _check_cell(cell, (kind, "columns", i), named, source)
    for i, line in enumerate(layout.lines):
        for j, cell in enumerate(line):
            yield from _check_cell(cell, (kind, "lines", i, j), named, source)
            named += [cell.as_] if cell.as_ else []  # a sheet is written cell by cell: later ones have no place yet


def _find_overlaps(kind: str, layout: Layout, source: Source) -> Iterator[Fault]:
    """Yield a fault for every cell of a sheet that reaches over a cell of a line above."""
    taken: set[tuple[int, int]] = set()
    for i, line in enumerate(layout.lines):
        column = 0
        for j, cell in enumerate(line):
            while (i, column) in taken:
                column += 1
            own = set(product(range(i, i + cell.down), range(column, column + cell.across)))
            path = (kind, "lines", i, j)
            if not taken.isdisjoint(own):
                yield Fault(source.place(path), source.label(path), "form_overlap", {"column": column + 1})
            taken |= own
            column += cell.across


def _check_cell(cell: FormCell, path: Place, named: Sequence[str], source: Source) -> Iterator[Fault]:
    """Yield what a cell asks for and nobody has; named: the cells that it may name."""
    if cell.from_ and cell.from_ not in ENTRIES:
        yield _tell(source, (*path, "from"), "form_entry", cell.from_, ENTRIES)
    for name in _list_names(cell.formula):
        if name not in named:
            yield _tell(source, (*path, "formula"), "form_cell", name, named)
    if cell.part_of and cell.part_of not in named:
        yield _tell(source, (*path, "part_of"), "form_cell", cell.part_of, named)


def _tell(source: Source, path: Place, text: str, found: str, known: Iterable[str]) -> Fault:
    return Fault(source.place(path), source.label(path), text, {"found": found, "hint": nearest(found, list(known))})


def _list_names(formula: str) -> list[str]:
    """Return the cells that a formula names in braces; a brace that stands alone is one that nobody has."""
    try:
        return [name for _, name, _, _ in Formatter().parse(formula) if name is not None]
    except ValueError:
        return ["{"]
