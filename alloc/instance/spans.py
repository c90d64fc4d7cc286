"""Values that a path takes: a list, a range, factors on what stands there."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alloc.instance.document import is_number, scalar

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = rf"({_NUMBER})\s*(?:…|\.\.\.?)\s*({_NUMBER})"
_KEY = re.compile(rf"(?P<path>.*\S)\s+[×x*]\s*(?P<range>{_RANGE})?")
_FACTOR = re.compile(r"[×x*]\s*(?P<rest>.+)")

_COUNTED = re.compile(r"(?P<range>.+?)\s*[:/：]\s*(?P<count>\d{1,9})")
_WHOLE_RANGE = re.compile(rf"(?:[×x*]\s*)?{_RANGE}")
_MEANT_RANGE = re.compile(r"…|\.\.")

STEPS = 5
"""A range on the command line stands for so many values, both ends among them, where it does not say."""

MOST_STEPS = 100_000
"""A range with more steps than this is a slip of the pen."""


@dataclass(frozen=True)
class Span:
    """What one path takes: values one after another, or all that lies between two ends.

    key: the line as written; factor: whether the values multiply what stands there.
    """

    key: str
    path: str
    factor: bool
    values: tuple[object, ...] = ()
    ends: tuple[float, float] | None = None

    @property
    def label(self) -> str:
        """The name of its column."""
        return f"{self.path} ×" if self.factor else self.path

    def at(self, part: float) -> object:
        """Return the value at a part of the way, 0 ≤ part < 1, for draws."""
        if self.ends is not None:
            return round_dust(self.ends[0] + part * (self.ends[1] - self.ends[0]))
        return self.values[min(int(part * len(self.values)), len(self.values) - 1)]


class UnclearError(Exception):
    """A value that cannot be understood; `text` is the id of the sentence that says so."""

    def __init__(self, text: str, **values: object):
        super().__init__(text)
        self.text, self.values = text, values


def round_dust(number: float) -> float:
    """Return a number without the dust of binary fractions: 0.3, not 0.30000000000000004."""
    return float(f"{number:.12g}")


def read_span(key: str, value: Any, drawn: bool = False) -> Span:
    """Read one line of a plan: `funds.tianjin.amount: [30, 40]`, `measures[*].unit_cost × 0.8…1.2: {count: 5}`.

    drawn: whether points are drawn from it, so that a range needs no count. Raises UnclearError.
    """
    path, factor, ends = _read_key(key)
    if ends is None:
        value, ends, marked = _find_range(value)
        factor = factor or marked
    elif value is not None and not isinstance(value, Mapping):
        raise UnclearError("sweep_range_twice", found=value)
    if ends is not None:
        steps = _list_steps(ends, value or {}, drawn)
        return Span(key, path, factor, steps, ends if not steps else None)
    return _list_values(key, path, factor, value)


def _list_values(key: str, path: str, factor: bool, value: Any) -> Span:
    """Read a line whose values stand one after another, each of them or none behind the mark of a factor."""
    items = _list_items(value)
    marked_items = _read_factors(items)
    factor = factor or bool(marked_items)
    values = marked_items or items
    if factor:
        _require_numbers(values)
    return Span(key, path, factor, values)


def parse_values(text: str) -> object:
    """Return what stands behind a path on the command line as a plan writes it: `×0.8…1.2:5`, `0.7…0.85`, `30, 40`.

    Raises UnclearError for what is meant as a range and is none.
    """
    written = text.strip()
    counted = _COUNTED.fullmatch(written)
    ends = counted["range"] if counted else written
    if _WHOLE_RANGE.fullmatch(ends):
        return {"range": ends, "count": int(counted["count"]) if counted else STEPS}
    words = [word.strip() for word in re.split("[,，]", written)]
    for word in words:
        if not word or _MEANT_RANGE.search(word):
            raise UnclearError("over_no_values", found=text)
    return tuple(map(scalar, words))


def _read_key(key: str) -> tuple[str, bool, tuple[float, float] | None]:
    """Return the path of a line, whether a factor is meant, and the range written beside it."""
    found = _KEY.fullmatch(key)
    if found is None:
        return key, False, None
    return found["path"], True, _read_ends(found["range"]) if found["range"] else None


def _list_items(value: Any) -> tuple[object, ...]:
    items = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not items or any(isinstance(item, Mapping | tuple | list | None) for item in items):
        raise UnclearError("sweep_not_values", found=value)
    return items


def _read_factors(items: tuple[object, ...]) -> tuple[object, ...]:
    """Return what stands behind the marks of factors, nothing where no item has one."""
    found: list[object] = []
    for item in items:
        match = _FACTOR.fullmatch(item) if isinstance(item, str) else None
        if match:
            found.append(scalar(match["rest"]))
    if found and len(found) < len(items):
        raise UnclearError("sweep_mixed_factors")
    return tuple(found)


def _require_numbers(values: tuple[object, ...]) -> None:
    for value in values:
        if not is_number(value):
            raise UnclearError("sweep_not_a_factor", found=value)


def read_setting(key: str, value: object) -> tuple[str, object, bool]:
    """Read a path and its one value, and whether that multiplies what stands there. Raises UnclearError."""
    line = _KEY.fullmatch(key)
    if line is not None and not line["range"]:
        path, figure = line["path"], _read_figure(value)[0]
        if not is_number(figure):
            raise UnclearError("sweep_not_a_factor", found=value)
        return path, figure, True
    figure, marked = _read_figure(value)
    if marked and is_number(figure):
        return key, figure, True
    return key, value, False


def _read_figure(value: object) -> tuple[object, bool]:
    """Return what a value stands for, and whether the mark of a factor stands before it."""
    if not isinstance(value, str):
        return value, False
    marked = _FACTOR.fullmatch(value.strip())
    return scalar(marked["rest"] if marked else value), marked is not None


def _find_range(value: Any) -> tuple[Any, tuple[float, float] | None, bool]:
    """Return what is left of a value, the range in it, and whether the range is one of factors."""
    if not isinstance(value, Mapping):
        ends, marked = _read_range(value)
        return (value if ends is None else {}), ends, marked
    text = value.get("range")
    ends, marked = _read_range(text)
    if ends is None:
        raise UnclearError("sweep_no_range", found=text if isinstance(text, str) else ", ".join(map(str, value)))
    return {key: x for key, x in value.items() if key != "range"}, ends, marked


def _read_range(text: Any) -> tuple[tuple[float, float] | None, bool]:
    """Return the ends of a range, None where there is none, and whether it is one of factors."""
    if not isinstance(text, str):
        return None, False
    marked = _FACTOR.fullmatch(text.strip())
    ends = _read_ends(marked["rest"] if marked else text.strip())
    return ends, ends is not None and marked is not None


def _read_ends(text: str) -> tuple[float, float] | None:
    found = re.fullmatch(_RANGE, text)
    if not found:
        return None
    low, high = float(found[1]), float(found[2])
    if high <= low or not math.isfinite(high - low):
        raise UnclearError("sweep_empty_range", found=text)
    return low, high


def _list_steps(ends: tuple[float, float], how: Mapping[str, Any], drawn: bool) -> tuple[float, ...]:
    """Return the values that a range stands for, none where points are drawn from all of it."""
    if not how and drawn:
        return ()
    key, size = _read_size(how)
    low, high = ends
    parts = size - 1 if key == "count" else (high - low) / size
    if parts >= MOST_STEPS:
        raise UnclearError("sweep_too_many", count=f"{parts + 1:.10g}", most=MOST_STEPS)
    step = (high - low) / parts if key == "count" else size
    return tuple(round_dust(low + i * step) for i in range(int(parts + 1e-9) + 1))


def _read_size(how: Mapping[str, Any]) -> tuple[str, Any]:
    """Return `count` or `step`, and how many or how wide."""
    for key in how:
        if key not in ("count", "step"):
            raise UnclearError("sweep_no_range", found=key)
    if len(how) != 1:
        raise UnclearError("sweep_count_or_step")
    key, size = next(iter(how.items()))
    good = isinstance(size, int) and size >= 2 if key == "count" else is_number(size) and size > 0
    if not good:
        raise UnclearError("sweep_bad_count", key=key, found=size)
    return key, size
