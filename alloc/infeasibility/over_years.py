"""Why a question over several years has no plan: the first year that cannot follow those before it, and its rules.

Lemma: what holds in a year speaks of that year and those before it, so a plan of all years holds a plan of the first
ones; and where the first ones have none, no more years help.
"""

from alloc.infeasibility import explain_conflict
from alloc.instance import Instance, Options
from alloc.solver import Deadline
from alloc.solver.feasibility import has_plan
from alloc.texts import say


def explain_years(instance: Instance, options: Options, lang: str = "en") -> list[str] | None:
    """Return as lines with which year a plan fails, and the rules of that year without one of which there is a plan.

    None where the time limit of the options was out before it was known.
    """
    deadline = Deadline(options.time_limit)
    with deadline.listening():
        return _explain(instance, options, deadline, lang)


def _explain(instance: Instance, options: Options, deadline: Deadline, lang: str) -> list[str] | None:
    count = _count_years(instance, deadline)
    if not count:
        return None
    years, failing = instance.years, instance.questions[count - 1]
    if count == 1:
        left = options.model_copy(update={"time_limit": max(deadline.left, 0.01)})
        return [say("clash_first_year", lang, year=years[0]), *(explain_conflict(failing, left, lang) or ())]
    span = f"{years[0]}–{years[count - 2]}" if count > 2 else str(years[0])
    lines = [say("clash_year", lang, span=span, year=failing.year)]
    names = _list_rules(instance, count, deadline)
    if names:
        lines.append(say("clash_year_rules", lang, year=failing.year, names=say("between_words", lang).join(names)))
    return lines


def _count_years(instance: Instance, deadline: Deadline) -> int:
    """Return how many of the first years have no plan together, the fewest; 0 where that is not known in time."""
    for count in range(1, len(instance.years) + 1):
        found = has_plan(_first_years(instance, count), deadline)
        if found is None:
            return 0
        if not found:
            return count
    return 0


def _list_rules(instance: Instance, count: int, deadline: Deadline) -> list[str]:
    """Return the rules of the last of the first years without any one of which, in that year, there is a plan."""
    found = []
    for rule in instance.questions[count - 1].rules:
        if rule.penalty is None and has_plan(_first_years(instance, count, rule.name), deadline):
            found.append(rule.name)
    return found


def _first_years(instance: Instance, count: int, without: str = "") -> Instance:
    """Return the question of the first years alone; without: a rule that does not hold in the last of them."""
    *before, last = instance.questions[:count]
    kept = tuple(rule for rule in last.rules if rule.name != without)
    questions = (*before, last.model_copy(update={"rules": kept}))
    return instance.model_copy(update={"years": instance.years[:count], "questions": questions, "end_value": 0})
