"""Limits and their figures in a planner's words."""

from alloc.infeasibility.levers import Lever
from alloc.report.names import Names
from alloc.texts.figures import exact


def say_lever(lever: Lever, names: Names) -> str:
    """Return a limit with its figure and its source."""
    firm = names.say("lever_is_firm") if lever.firm else ""
    source = f" [{lever.source}]" if lever.source else ""
    return f"{lever.say(names)}: {say_figure(lever.value, names)}{source}{firm}"


def say_figure(value: object, names: Names) -> str:
    """Return what stands at a limit, or would have to."""
    if value is None:
        return names.say("lever_none")
    if isinstance(value, bool):
        return names.say("lever_yes" if value else "lever_no")
    if isinstance(value, int | float):
        return exact(float(value))
    return names.written(value if isinstance(value, tuple) else [str(value)])
