"""What a form looks like, as data: heads, their order, what fills each cell. An office changes the file, not code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance.document import Path as Place
from alloc.instance.document import Source, parse
from alloc.instance.encoding import read_text
from alloc.instance.schema import Strict
from alloc.instance.suggest import nearest
from alloc.study.forms.entries import ENTRIES

Unit = Literal["money", "unit", "money_per_unit", "jobs"]

KINDS_OF_FORM = ("targets", "plan", "schedule", "adjustment", "self-assessment")


class Words(Strict):
    """A text in both languages."""

    zh: str
    en: str


class FormCell(Strict):
    """One cell of a form: words, what the plan knows, a number, a formula, or nothing."""

    words: Words | None = None
    from_: str = Field("", alias="from")
    number: float | None = None
    formula: str = ""
    as_: str = Field("", alias="as")
    from_unit: Unit | None = None
    sign: Literal["≥", "≤", "="] | None = None
    percent: bool = False
    part_of: str = ""
    head: bool = False
    sum: bool = False
    across: int = Field(1, ge=1)
    down: int = Field(1, ge=1)
    letters: int = Field(16, ge=4)


class Layout(Strict):
    """A form: a table with a line for each project, payment or change, or a sheet for each project."""

    title: Words
    rows: Literal["projects", "payments", "changes"] | None = None
    columns: tuple[FormCell, ...] = ()
    width: int = Field(1, ge=1)
    lines: tuple[tuple[FormCell, ...], ...] = ()

    @model_validator(mode="after")
    def _is_one_shape(self) -> "Layout":
        if bool(self.rows and self.columns) == bool(self.lines):
            raise ValueError("either `rows` and `columns`, or `lines`")
        return self


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
    for kind, written in (source.data or {}).items():
        try:
            found[kind] = Layout.model_validate(written)
        except ValidationError as error:
            source.faults.extend(_describe(one, kind, source) for one in error.errors(include_url=False))
    source.faults.extend(_find_unknown_words(found, source))
    if source.faults:
        raise InstanceError(foremost(source.faults))
    return found


def _describe(error: Mapping[str, object], kind: str, source: Source) -> Fault:
    """Return one error of pydantic in a planner's words, with the line of the layout."""
    path = (kind, *error["loc"])  # type: ignore[misc]
    key = str(path[-1])
    if error["type"] == "extra_forbidden":
        keys = [field.alias or name for model in (FormCell, Layout) for name, field in model.model_fields.items()]
        return Fault(source.place(path), source.label(path), "unknown_key", {"hint": nearest(key, keys)})
    values = {"found": error["input"], "problem": str(error["msg"])}
    return Fault(source.place(path), source.label(path), "not_understood", values)


def _find_unknown_words(found: Mapping[str, Layout], source: Source) -> list[Fault]:
    """Return a fault for every `from` that no plan knows, and for every cell that is named and not there."""
    faults: list[Fault] = []
    for kind, layout in found.items():
        named = [cell.as_ for cell in layout.columns if cell.as_]
        for i, cell in enumerate(layout.columns):
            faults += _check_cell(cell, (kind, "columns", i), named, source)
        for i, line in enumerate(layout.lines):
            for j, cell in enumerate(line):
                faults += _check_cell(cell, (kind, "lines", i, j), named, source)
                named += [cell.as_] if cell.as_ else []  # a sheet is written cell by cell: later ones have no place yet
    return faults


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
