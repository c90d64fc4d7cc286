"""From the model to a solution with its proof; the only room that names HiGHS."""

from alloc.solver.blocks import choose_method, learn_optima, solve_blocks, solve_blocks_warm, solve_suited
from alloc.solver.cheapest import Addition, AdditionSearch
from alloc.solver.cluster import check_address
from alloc.solver.compiled import CompiledModel, MipStart, extract_mip_start
from alloc.solver.deadline import Deadline, unbroken, unheard
from alloc.solver.guess import guess_funded
from alloc.solver.multi.biobjective import Biobjective, Pair, ParetoPoint
from alloc.solver.multi.by_blocks import open_block_search
from alloc.solver.multi.county_ends import find_county_ends
from alloc.solver.multi.far_plans import FarPlans, Other, measure_distance
from alloc.solver.multi.near_ends import EndSearch, NearProgram, RelaxedEnds, RelaxedSearch, bound_ends, search_end
from alloc.solver.multi.near_optimal import NearOptimalSet
from alloc.solver.multi.near_targets import (
    JointSearch,
    TargetSearch,
    choose_target,
    estimate_losses,
    search_jointly,
    search_target,
)
from alloc.solver.pool import ahead
from alloc.solver.reoptimise import MipResult
from alloc.solver.second_stage import ScenarioOutcome, evaluate_scenarios
from alloc.solver.warm_start import read_warm_starts, write_warm_starts
from alloc.solver.whole import find_status_quo, know_standing, solve_warm, solve_whole

__all__ = [
    "Addition",
    "AdditionSearch",
    "Biobjective",
    "CompiledModel",
    "Deadline",
    "EndSearch",
    "FarPlans",
    "JointSearch",
    "MipResult",
    "MipStart",
    "NearOptimalSet",
    "NearProgram",
    "Other",
    "Pair",
    "ParetoPoint",
    "RelaxedEnds",
    "RelaxedSearch",
    "ScenarioOutcome",
    "TargetSearch",
    "ahead",
    "bound_ends",
    "check_address",
    "choose_method",
    "choose_target",
    "estimate_losses",
    "evaluate_scenarios",
    "extract_mip_start",
    "find_county_ends",
    "find_status_quo",
    "guess_funded",
    "know_standing",
    "learn_optima",
    "measure_distance",
    "open_block_search",
    "read_warm_starts",
    "search_end",
    "search_jointly",
    "search_target",
    "solve_blocks",
    "solve_blocks_warm",
    "solve_suited",
    "solve_warm",
    "solve_whole",
    "unbroken",
    "unheard",
    "write_warm_starts",
]
