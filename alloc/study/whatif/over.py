"""What is varied, as it is asked for: path → values, in the language that plans of sweeps have."""

import math
from collections.abc import Mapping
from typing import Any

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance.document import Path, Source, is_number
from alloc.instance.spans import Span, UnclearError, parse_values, read_span

PLACE = "--over"
"""Where a fault of the notation is said to be."""


def read_over(over: Mapping[str, object]) -> Source:
    """Return what is varied as the grid of a plan. Raises InstanceError with every fault of the notation.

    over: path → values as on the command line (`×0.8…1.2:5`), or as in a plan (`[30, 40]`, `{range: 25…45, count: 3}`).
    """
    if not over:
        raise RequestError("over_nothing")
    grid: dict[str, object] = {}
    lines: dict[Path, str] = {}
    faults: list[Fault] = []
    for key, value in over.items():
        try:
            written = parse_values(value) if isinstance(value, str) else _freeze(value)
            _require_several(read_span(key, written))
            grid[key], lines["grid", key] = written, key
        except UnclearError as error:
            faults.append(Fault(PLACE, key, error.text, error.values))
    if faults:
        raise InstanceError(foremost(faults))

    places: dict[Path, str] = {(): PLACE, **dict.fromkeys(lines, PLACE)}
    return Source({"grid": grid}, places, {("grid",): "", **lines})


def _require_several(span: Span) -> None:
    """Raise UnclearError where there is nothing to slide between: one value, or numbers among words."""
    different = list(dict.fromkeys(map(str, span.values)))
    if len(different) < 2:
        raise UnclearError("over_one_value", found=", ".join(different))
    numbers = [value for value in span.values if is_number(value)]
    if not all(map(math.isfinite, numbers)):
        raise UnclearError("over_no_values", found=", ".join(different))
    if 0 < len(numbers) < len(span.values):
        raise UnclearError("over_mixed", found=", ".join(different))


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value
