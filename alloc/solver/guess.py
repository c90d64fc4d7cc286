"""What the best plan probably funds, before it is sought: a guess, which saves time where it is right."""

from alloc.instance import Instance
from alloc.model import build_years
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.regret import is_known
from alloc.solver.standing import tell_standing
from alloc.solver.whole import search_alone

SECONDS = 2.0
"""So long may the relaxed program take [s]."""

SPECK, PROBABLY = 1e-6, 0.5
"""What the relaxed program buys more of than this, and decides by so much, is probably funded: on Hotan 2019 that is
right of 41 of 42 measures outside the plan, and of 71 of 86 in it."""


def guess_funded(instance: Instance) -> set[str]:
    """Return the measures that the relaxed program funds, in any year; none where that is not known in a moment."""
    compiled = CompiledModel(build_years(instance))
    tell_standing(compiled.model, search_alone)
    if not is_known(compiled.model):
        return set()
    aimed = compiled.aimed(instance)
    relaxed = Live(aimed.lower, aimed.upper, None, aimed.rows)
    relaxed.aim(aimed.goals[-1])
    x = relaxed.run(Deadline(SECONDS)).x
    if x is None:
        return set()
    found: dict[str, dict[str, float]] = {"Funded": {}, "Units": {}}
    for decision, part in zip(aimed.variables, x, strict=True):
        alike = found.get(decision.parent_component().local_name, {})
        alike[decision.index()] = max(part, alike.get(decision.index(), 0.0))
    return {m for m, part in found["Funded"].items() if part >= PROBABLY and found["Units"][m] > SPECK}
