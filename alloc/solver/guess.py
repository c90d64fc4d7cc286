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

SPECK = 1e-6
"""Of what the relaxed program has no more than this it has nothing."""


def guess_funded(instance: Instance) -> set[str]:
    """Return the measures of which the relaxed program buys anything; none where that is not known in a moment."""
    of = CompiledModel(build_years(instance))
    tell_standing(of.model, search_alone)
    if not is_known(of.model):
        return set()
    aimed = of.aimed(instance)
    relaxed = Live(aimed.lower, aimed.upper, None, aimed.rows)
    relaxed.aim(aimed.goals[-1])
    x = relaxed.run(Deadline(SECONDS)).x
    if x is None:
        return set()
    bought = zip(aimed.variables, x, strict=True)
    return {of.index() for of, units in bought if of.parent_component().local_name == "Units" and units > SPECK}
