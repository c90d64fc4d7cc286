"""Values that a path takes: a list, a range, factors on what stands there."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from alloc.instance.document import scalar

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = rf"({_NUMBER})\s*(?:…|\.\.\.?)\s*({_NUMBER})"
_KEY = re.compile(rf"(?P<path>.*\S)\s+[×x*]\s*(?P<range>{_RANGE})?")
_FACTOR = re.compile(r"[×x*]\s*(?P<rest>.+)")

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
    found = _KEY.fullmatch(key)
    path, factor = (found["path"], True) if found else (key, False)
    ends = _read_ends(found["range"]) if found and found["range"] else None
    if ends is None:
        value, ends, marked = _find_range(value)
        factor = factor or marked
    elif value is not None and not isinstance(value, Mapping):
        raise UnclearError("sweep_range_twice", found=value)
    if ends is not None:
        values = _list_steps(ends, value or {}, drawn)
        return Span(key, path, factor, values, ends if not values else None)
    items = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not items or any(isinstance(item, Mapping | tuple | list) or item is None for item in items):
        raise UnclearError("sweep_not_values", found=value)
    marks = [bool(isinstance(item, str) and _FACTOR.fullmatch(item)) for item in items]
    if any(marks) and not all(marks):
        raise UnclearError("sweep_mixed_factors")
    factor = factor or any(marks)
    plain = tuple(scalar(_FACTOR.fullmatch(x)["rest"]) if m else x for x, m in zip(items, marks, strict=True))  # type: ignore[index]
    if factor and not all(is_number(item) for item in plain):
        raise UnclearError("sweep_not_a_factor", found=next(x for x in plain if not is_number(x)))
    return Span(key, path, factor, plain)


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_setting(key: str, value: object) -> tuple[str, object, bool]:
    """Read a path and its one value, and whether that multiplies what stands there. Raises UnclearError."""
    line = _KEY.fullmatch(key)
    marked = line is not None and not line["range"]
    path = line["path"] if line is not None and marked else key
    text = _FACTOR.fullmatch(value.strip()) if isinstance(value, str) else None
    figure = scalar(value if text is None else text["rest"]) if isinstance(value, str) else value
    if not marked and (text is None or not is_number(figure)):
        return path, value, False
    if not is_number(figure):
        raise UnclearError("sweep_not_a_factor", found=value)
    return path, figure, True


def _find_range(value: Any) -> tuple[Any, tuple[float, float] | None, bool]:
    """Return what is left of a value, the range in it, and whether the range is one of factors."""
    text = value.get("range") if isinstance(value, Mapping) else value
    if isinstance(value, Mapping) and not isinstance(text, str):
        raise UnclearError("sweep_no_range", found=", ".join(map(str, value)))
    if not isinstance(text, str):
        return value, None, False
    marked = _FACTOR.fullmatch(text.strip())
    ends = _read_ends(marked["rest"] if marked else text.strip())
    if ends is None:
        if isinstance(value, Mapping):
            raise UnclearError("sweep_no_range", found=text)
        return value, None, False
    rest = {k: x for k, x in value.items() if k != "range"} if isinstance(value, Mapping) else {}
    return rest, ends, bool(marked)


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
    unknown = [key for key in how if key not in ("count", "step")]
    if unknown:
        raise UnclearError("sweep_no_range", found=unknown[0])
    if not how and drawn:
        return ()
    if len(how) != 1:
        raise UnclearError("sweep_count_or_step")
    (key, size), (low, high) = next(iter(how.items())), ends
    good = isinstance(size, int) and size >= 2 if key == "count" else is_number(size) and size > 0
    if not good or isinstance(size, bool):
        raise UnclearError("sweep_bad_count", key=key, found=size)
    parts = size - 1 if key == "count" else (high - low) / size
    if parts >= MOST_STEPS:
        raise UnclearError("sweep_too_many", count=f"{parts + 1:.10g}", most=MOST_STEPS)
    count = size if key == "count" else int(parts + 1e-9) + 1
    step = (high - low) / (count - 1) if key == "count" else size
    return tuple(round_dust(low + i * step) for i in range(count))
