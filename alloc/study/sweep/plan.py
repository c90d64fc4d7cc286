"""A plan as it is written, with every fault at once."""

from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance import signs
from alloc.instance.document import Path, Source, parse
from alloc.instance.encoding import read_text
from alloc.instance.suggest import nearest
from alloc.study.sweep.schema import Plan, Sample

_MISTAKES = {
    "int_type": "not_whole",
    "string_type": "not_text",
    "dict_type": "not_a_mapping",
    "model_type": "not_a_mapping",
    "tuple_type": "not_a_list",
}


def read_plan(plan: str | File | Mapping[str, Any] | Source) -> tuple[Plan, Source]:
    """Read a plan file, or take one as a mapping. Raises InstanceError with every fault, each with its line."""
    if isinstance(plan, Source):
        source = plan
    elif isinstance(plan, Mapping):
        source = Source(_freeze(plan), {(): "plan"})
    else:
        if not File(plan).exists():
            raise RequestError("sweep_no_plan", path=plan)
        source = parse(read_text(File(plan)), str(plan))
    signs.check(source)
    if source.data is None:
        raise InstanceError(foremost(source.faults))
    _keep_empty(source)
    found = None
    try:
        found = Plan.model_validate(source.data)
    except ValidationError as error:
        source.faults.extend(_fault(one, source) for one in error.errors(include_url=False))
    if source.faults or found is None:
        raise InstanceError(foremost(source.faults))
    return found, source


def _freeze(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _freeze(item) for key, item in value.items()}
    return tuple(_freeze(item) for item in value) if isinstance(value, list | tuple) else value


def _keep_empty(source: Source) -> None:
    """Put keys without a value back where they stood: `measures[*].unit_cost × 0.8…1.2:` says all it has to say."""
    for path in [path for path in source.places if len(path) > 1]:
        holder = source.data
        for step in path[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder[path[-1]] = holder.pop(path[-1], None)  # in the order of the places, which is the order written


def _fault(error: Any, source: Source) -> Fault:
    """Return one error of pydantic in a planner's words."""
    path: Path = error["loc"]
    place, label, kind, found = source.place(path), source.label(path), error["type"], error["input"]
    model = Sample if path[:1] == ("sample",) and len(path) > 1 else Plan
    if kind == "missing":
        meaning = model.model_fields[str(path[-1])].description
        return Fault(source.place(path[:-1]), label, "missing", {"meaning": f" ({meaning})"})
    if kind == "extra_forbidden":
        return Fault(place, label, "unknown_key", {"hint": nearest(path[-1], model.model_fields)})
    if kind == "literal_error":
        expected = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        values = {"found": found, "what": path[-1], "hint": nearest(found, expected.split(", ")), "expected": expected}
        return Fault(place, label, "not_allowed", values)
    if kind == "greater_than_equal":
        return Fault(place, label, "below", {"found": found, "limit": error["ctx"]["ge"], "unit": ""})
    return Fault(place, label, _MISTAKES.get(kind, "not_understood"), {"found": found, "problem": error["msg"]})
