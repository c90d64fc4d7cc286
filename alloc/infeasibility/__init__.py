"""Why a question has no plan: limits that cannot hold together, named for whoever asked for a plan."""

from collections.abc import Collection
from dataclasses import replace

from alloc.infeasibility.conflict import Limits, UndecidedError, find_conflict
from alloc.infeasibility.levers import levers
from alloc.infeasibility.telling import say_lever
from alloc.instance import Instance, Options, draft
from alloc.report.names import Names
from alloc.solver import Deadline

__all__ = ["Limits", "UndecidedError", "explain_conflict", "find_conflict", "levers", "list_limits", "say_lever"]


def list_limits(instance: Instance, conflict: Collection[str] = ()) -> Limits:
    """Return the limits of an instance, of which nothing is asked yet. conflict: ids of those to be tried first."""
    return Limits(draft(instance), {}, levers(instance), Deadline(instance.solver.time_limit), conflict=conflict)


def explain_conflict(
    instance: Instance, options: Options, lang: str = "en", limits: Limits | None = None
) -> list[str] | None:
    """Return the first conflict as lines to read: what it is, then each limit that has a part in it.

    No lines where nothing that a person set is to blame; None where the time limit of the options was out before it was
    known. limits: of the instance, where somebody asks on: they keep every answer, and the conflict.
    """
    deadline, limits = Deadline(options.time_limit), limits or list_limits(instance)
    with deadline.listening():
        try:
            found = find_conflict(replace(limits, deadline=deadline))
        except UndecidedError:
            return None
    limits.conflict = [lever.id for lever in found or ()]
    names = Names(instance, lang)
    lines = [f"  {say_lever(lever, names)}" for lever in found or ()]
    return [names.say("repair_conflict"), *lines] if lines else []
