"""What rows of the instance are made of: cells, described fields, selections, rows that refuse unknown keys."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

Category = Literal["infrastructure", "training", "insurance", "technology", "enterprise"]
JobCategory = Literal["infrastructure", "training", "enterprise"]
Kind = Literal["aid", "national", "local", "private", "household"]
Payer = Kind | str
"""A kind of fund, or a fund's name."""
Goal = Literal["employment", "linkage"]
Attribute = Literal["county", "category", "industry", "chain", "region"]

CATEGORIES: tuple[Category, ...] = ("infrastructure", "training", "insurance", "technology", "enterprise")
KINDS: tuple[Kind, ...] = ("aid", "national", "local", "private", "household")
GOALS: tuple[Goal, ...] = ("employment", "linkage")
JOB_CATEGORIES: tuple[JobCategory, ...] = ("infrastructure", "training", "enterprise")
"""The categories that limit how many jobs there can be; the other two act on the jobs that exist."""

FIRM = "a law or a signed contract: never offered as something to give way"

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def listed(value: object) -> object:
    """Let one word stand for a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def grouped_words(value: object) -> object:
    """Return groups of words as lists of lists have them."""
    return tuple(map(listed, value)) if isinstance(value, tuple | list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(listed)]
Categories = Annotated[tuple[Category, ...], BeforeValidator(listed)]
Amount = Annotated[float, Field(ge=0)]
Part = Annotated[float, Field(ge=0, le=1)]
Ends = Annotated[tuple[float, ...], Field(json_schema_extra={"minItems": 2, "maxItems": 2})]


def described(default: Any, meaning: str, unit: str = "", **limits: Any) -> Any:
    """Return a field with its default (`...` = required), its meaning and its unit."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit} if unit else None, **limits)


class Strict(BaseModel):
    """A frozen row that refuses unknown keys, text for numbers, NaN and infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=False)


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a part of the document by their keys as they are written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def revised(rows: Mapping[str, M], **figures: Any) -> dict[str, M]:
    """Return a table with some figures replaced in every row."""
    return {name: row.model_copy(update=figures) for name, row in rows.items()}


class Row(Strict):
    """What every row may carry for people to read."""

    name: str = described("", "English name")
    name_zh: str = described("", "Chinese name")
    source: str = described("", "key of `sources`, or the word `assumption`")
    sources: dict[str, str] = described({}, "the source of single figures, where it is not the row's: column → key")
    range: dict[str, Ends] = described(
        {}, "between what single figures may lie: column → [low, high]; studies of sensitivity vary them"
    )
    note: str = described("", "a remark")


class Selection(Strict):
    """Which measures are meant: every key given must match, a list means any of; none given = all."""

    county: Words = ()
    category: Categories = ()
    industry: Words = ()
    region: Words = ()
    chain: Words = ()
    tag: Words = ()
    measure: Words = ()
