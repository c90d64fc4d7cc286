"""From the model to a solution with its proof; the only room that names HiGHS."""

from alloc.solver.blocks import choose, solve_blocks
from alloc.solver.whole import solve_whole

__all__ = ["choose", "solve_blocks", "solve_whole"]
