"""Rules that are asked for beside those that an instance has, each a line of YAML."""

from collections.abc import Iterable
from dataclasses import replace

from alloc.errors import InstanceError, RequestError
from alloc.instance.document import parse
from alloc.instance.overrides import ADDED


def read_rules(texts: Iterable[str]) -> dict[str, object]:
    """Return rules by the path of their name; one without a name is called `asked 1`, `asked 2` …

    Raises InstanceError for what is no YAML, RequestError for what is no rule or has the name of another.
    """
    found: dict[str, object] = {}
    for text in texts:
        source = parse(text, ADDED)
        if source.faults:
            raise InstanceError([replace(fault, place=ADDED) for fault in source.faults])
        if not isinstance(source.data, dict):
            raise RequestError("bad_rule", found=text)
        name = source.data.get("name", f"asked {len(found) + 1}")
        if f"rules.{name}" in found:
            raise RequestError("rule_asked_twice", name=name)
        found[f"rules.{name}"] = source.data
    return found
