"""What a form looks like, as data: heads, their order, what fills each cell. An office changes the file, not code."""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from alloc.instance.schema import Strict

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
            raise PydanticCustomError("form_shape", "either `rows` and `columns`, or `lines`")
        return self
