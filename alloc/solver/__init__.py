"""From the model to a solution with its proof; the only room that names HiGHS."""

from alloc.solver.blocks import choose, solve_blocks
from alloc.solver.held import Held, reaching, solve_held
from alloc.solver.whole import solve_whole

__all__ = ["Held", "choose", "reaching", "solve_blocks", "solve_held", "solve_whole"]
