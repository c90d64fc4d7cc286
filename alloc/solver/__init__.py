"""From the model to a solution with its proof; the only room that names HiGHS."""

from alloc.solver.blocks import choose, solve_blocks, solve_blocks_near, solve_suited
from alloc.solver.deadline import Deadline, unbroken
from alloc.solver.near import Near, Other, apart
from alloc.solver.rivals import Efficient, Pair, Rivals
from alloc.solver.warm_start import read_warm_starts, write_warm_starts
from alloc.solver.whole import Choice, Kept, choice_of, solve_near, solve_whole
from alloc.solver.workers import ahead, check_address

__all__ = [
    "Choice",
    "Deadline",
    "Efficient",
    "Kept",
    "Near",
    "Other",
    "Pair",
    "Rivals",
    "ahead",
    "apart",
    "check_address",
    "choice_of",
    "choose",
    "read_warm_starts",
    "solve_blocks",
    "solve_blocks_near",
    "solve_near",
    "solve_suited",
    "solve_whole",
    "unbroken",
    "write_warm_starts",
]
