"""From the model to a solution with its proof; the only room that names HiGHS."""

from alloc.solver.whole import solve_whole

__all__ = ["solve_whole"]
