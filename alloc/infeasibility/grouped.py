"""A rule that is repeated, group by group: what is released is its limit on one group, all others stay."""

from collections.abc import Iterator
from dataclasses import replace

from alloc.infeasibility.levers import BOUNDS, Lever
from alloc.instance import Instance
from alloc.instance.rules import AnyRule
from alloc.instance.selections import RuleGroup, groups


def find_rule(instance: Instance, path: str) -> AnyRule | None:
    """Return the rule whose bound stands at a path, `rules.NAME.min`; None for a path that leads elsewhere."""
    name, _, _ = path.removeprefix("rules.").rpartition(".")
    return next((rule for rule in instance.rules if path.startswith("rules.") and rule.name == name), None)


def list_grouped(instance: Instance, lever: Lever) -> Iterator[Lever]:
    """Yield a lever for each group of a rule that has several; nothing for any other limit.

    The rule is written out, one rule a group, without the group that is released; over several years only where its
    figure is the same in all.
    """
    rule = find_rule(instance, lever.path)
    if rule is None or isinstance(lever.value, tuple):
        return
    found = list(groups(instance, rule))
    if len(found) < 2:
        return
    bound = lever.path.rpartition(".")[2]
    written = {group.name: _write(rule, bound, group) for group in found}
    for group in found:
        others = {f"rules.{rule.name} ({of})": raw for of, raw in written.items() if of != group.name}
        yield replace(lever, group=group.name, instead={**lever.released, **others})


def _write(rule: AnyRule, bound: str, group: RuleGroup) -> dict[str, object]:
    """Return one bound of a rule on one group, as a planner would write it."""
    raw = rule.model_dump(by_alias=True, exclude_defaults=True)
    raw = {key: value for key, value in raw.items() if key not in BOUNDS or key == bound}
    raw["type"], raw["name"] = raw.get("type", getattr(rule, "type", "")), f"{rule.name} ({group.name})"
    keys = list(rule.selections())
    for what, word in group.narrowed.items():
        # what repeats the counted side narrows that alone; the other way of repeating narrows both
        for key in keys[:1] if what == rule.each else keys:
            raw[key] = {**raw.get(key, {}), what: [word]}
    if getattr(rule, "per", None) is None:  # figures per head read the county from the repetition
        raw.pop("each", None)
        raw.pop("within", None)
    return raw
