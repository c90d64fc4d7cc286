"""A rule that is repeated, group by group: what is released is its limit on one group, all others stay."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from alloc.infeasibility.levers import BOUNDS, Lever
from alloc.infeasibility.over_all_years import name_figure
from alloc.instance import Instance
from alloc.instance.rules import AnyRule
from alloc.instance.selections import RuleGroup, groups

FIGURES = (*BOUNDS, "penalty")
"""What of a rule may be another from year to year, what it selects being the same."""


def find_rule(instance: Instance, path: str) -> AnyRule | None:
    """Return the rule whose bound stands at a path, `rules.NAME.min`; None for a path that leads elsewhere."""
    name, _, _ = path.removeprefix("rules.").rpartition(".")
    return next((rule for rule in instance.rules if path.startswith("rules.") and rule.name == name), None)


def list_grouped(instance: Instance, lever: Lever) -> Iterator[Lever]:
    """Yield a lever for each group of a rule that has several; nothing for any other limit.

    The rule is written out, one rule a group, without the group that is released; over several years with its figures
    of each, where it selects the same in all of them.
    """
    rules = _list_rules(instance, lever.path)
    found = _list_groups(instance, rules)
    if len(found) < 2:
        return
    bound = lever.path.rpartition(".")[2]
    written = {group.name: _write_years(rules, bound, group) for group in found}
    for group in found:
        others: dict[str, object] = {}
        for of, figures in written.items():
            others |= figures if of != group.name else {}
        yield replace(lever, group=group.name, instead={**lever.released, **others})


def selects_otherwise(instance: Instance, lever: Lever) -> bool:
    """Tell whether a limit's rule has groups, but selects otherwise in one year than in another."""
    rules = _list_rules(instance, lever.path)
    own = [question for question in instance.questions if question.year in rules]
    repeated = any(len([*groups(question, rules[question.year])]) > 1 for question in own)
    return repeated and not _list_groups(instance, rules)


def _list_rules(instance: Instance, path: str) -> dict[int, AnyRule]:
    """Return the rule whose bound stands at a path, as it is in each year, or in the one that there is."""
    found = {}
    for question in instance.questions[: len(instance.years)] or (instance,):
        if (rule := find_rule(question, path)) is not None:
            found[question.year] = rule
    return found


def _list_groups(instance: Instance, rules: Mapping[int, AnyRule]) -> list[RuleGroup]:
    """Return the groups of a rule that is repeated; none where it selects otherwise in one year than in another."""
    found: list[list[RuleGroup]] = []
    selected = []
    for question in instance.questions or (instance,):
        if question.year in rules:
            rule = rules[question.year]
            found.append(list(groups(question, rule)))
            selected.append(rule.model_dump(exclude={*FIGURES, "source"}))
    alike = all(one == found[0] for one in found) and all(one == selected[0] for one in selected)
    return found[0] if found and alike else []


def _write_years(rules: Mapping[int, AnyRule], bound: str, group: RuleGroup) -> dict[str, object]:
    """Return one bound of a rule on one group by the paths of its figures; rules: as it is in each year."""
    (_, first), *later = rules.items()
    path = f"rules.{first.name} ({group.name})"
    found: dict[str, object] = {path: _write(first, bound, group)}
    for year, rule in later:  # each is said, lest the question's own figures of a year speak of all rules
        for key, field in type(rule).model_fields.items():
            own = key in (bound, "penalty")
            if own or (key in FIGURES and not field.is_required()):
                found[name_figure(list(rules), year, f"{path}.{key}")] = getattr(rule, key) if own else None
    return found


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
