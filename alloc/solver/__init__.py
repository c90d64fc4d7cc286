"""From the model to a solution with its proof; the only room that names HiGHS."""

from alloc.solver.blocks import choose, solve_blocks
from alloc.solver.near import Near, Other, apart
from alloc.solver.neighbours import Choice, Kept, choice_of, kept, solve_near
from alloc.solver.patience import Patience
from alloc.solver.rivals import Efficient, Pair, Rivals
from alloc.solver.whole import solve_whole

__all__ = [
    "Choice",
    "Efficient",
    "Kept",
    "Near",
    "Other",
    "Pair",
    "Patience",
    "Rivals",
    "apart",
    "choice_of",
    "choose",
    "kept",
    "solve_blocks",
    "solve_near",
    "solve_whole",
]
