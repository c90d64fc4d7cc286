"""The model taken apart by county and put together again, with proof.

Goal after goal: column generation over blocks gives a bound and a pool of plans; the master as a MIP
chooses among them; the continuous decisions are filled in over the whole. A plan that is not yet near
enough to its bound is polished a few blocks at a time, or, where the question is small, searched on as a whole.
The result is settled by the same rules as that of the whole model.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TextIO

import numpy as np
import pyomo.core as pyo

from alloc.errors import SolveError
from alloc.instance import Instance, Options
from alloc.model import build, stages
from alloc.solution import Solution, Stage, Status
from alloc.solver.block_lots import make_whole
from alloc.solver.column_generation import (
    SLACK_TOLERANCE,
    ColumnGeneration,
    prove_infeasible,
)
from alloc.solver.compiled import CompiledModel
from alloc.solver.conclusion import FINEST, allowed_loss, conclude, name_goal
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Decomposition, decompose
from alloc.solver.incumbent import Incumbent, is_small
from alloc.solver.lp_relaxation import solve_lp_relaxation
from alloc.solver.matrix import INF, Floats, Matrix, add_floor
from alloc.solver.outcome import Why
from alloc.solver.pricing_pool import PricingPool, open_pricing
from alloc.solver.primal import improve_plan, pick_plan
from alloc.solver.progress import Preview, SearchLog
from alloc.solver.proof import check_infeasibility, check_proof
from alloc.solver.regret import know_optima
from alloc.solver.rounding import has_many_grains, relax_grains
from alloc.solver.scaling import scale
from alloc.solver.standing import tell_standing
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.tie_break import break_ties
from alloc.solver.warm_start import BlockWarmStart, extract_warm_start, restore_search
from alloc.solver.whole import search_alone, solve_whole

FEW = 1000
"""With fewer integer decisions than this HiGHS proves the whole model about as quickly as blocks do."""

NEARER = (1.0, 0.8, 0.4, 0.2, 0.1)
"""Parts of the asked gap at which bound and master are near enough to choose a plan; nearer where it was not good."""

WarmStarts = Sequence[BlockWarmStart | None]
"""The warm start that each goal leaves, in their order."""

EARLY = 0.8
"""Part of the time that is left in which prices and plans are sought; the rest is for making a plan of the whole."""

MENDED = 0.9
"""Part of the time for one goal in lots until there is a first plan with lots free."""

FREE = 0.75
"""Part of the time that is left in which a question in lots is searched with lots free; the rest makes them whole."""

CLOSE, TAKEN = (0.25, 0.6), 2e-4
"""With lots free a question in lots may leave open the gap less this part of the value, but no less and no more than
these parts of the gap: of 82 counties making lots whole takes 0.01 to 0.017 % of the value."""

COUNTIES = 6
"""Fewer counties than this are large blocks where a question is large, as over several years: on Hotan 2019 over five
years blocks find no plan in a minute, the whole one within a tenth of a percent of its bound."""

TIED = 0.5
"""Where one block has more of the integer decisions than this part, taking the model apart gains nothing."""


def choose_method(instance: Instance, of: CompiledModel) -> tuple[str, str]:
    """Return `whole` or `blocks` for a model, and why, by its size and by how closely its counties are tied."""
    integers = sum(1 for x in of.model.component_data_objects(pyo.Var) if x.is_integer())
    if len(instance.counties) < COUNTIES:
        return "whole", "one county" if len(instance.counties) == 1 else f"{len(instance.counties)} counties are few"
    if integers < FEW:
        return "whole", f"{integers} integer decisions are few"
    whole = of.aimed(instance)
    parts = decompose(relax_grains(whole) if has_many_grains(whole) else whole, instance)
    largest = max(int(whole.integer[block.columns].sum()) for block in parts.blocks)
    if largest > TIED * integers:
        return "whole", f"{largest} of {integers} integer decisions are tied together"
    return "blocks", f"{integers} integer decisions in {len(parts.blocks)} blocks, coupled by {parts.rows.count} limits"


def learn_optima(model: pyo.ConcreteModel, instance: Instance, options: Options) -> Options:
    """Tell the model what regret and returns are measured by, where it asks; return the options with the time left."""

    def search(question: Instance, asked: Options) -> Solution:
        return solve_suited(build(question), question, asked, jobs=1)

    tell_standing(model, search_alone)
    return know_optima(model, instance, options, search)


def solve_suited(
    model: pyo.ConcreteModel,
    instance: Instance,
    options: Options,
    log: TextIO | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    preview: Preview | None = None,
    ties: bool | None = True,
) -> Solution:
    """Solve the model by the method asked for, or by the one that suits it, and say why it does.

    preview: is told the plan before its proof is doubted and ties are broken. ties: whether another plan as good that
    spends less is searched for; None: unless money or units are in lots, or the model is searched by blocks, where
    that takes long.
    """
    options = learn_optima(model, instance, options)
    of = CompiledModel(model)
    method, why = choose_method(instance, of) if options.method == "auto" else (options.method, "")
    if method == "blocks":
        return solve_blocks_warm(of, instance, options, (), log, jobs, cluster, preview, ties)[0]
    try:
        ties = not has_many_grains(of.limits) if ties is None else ties
        plan = solve_whole(model, instance, options, log, preview, ties)
    except SolveError as error:
        if error.text != "infeasible_beaten" or len(instance.counties) < 2:
            raise
        return solve_blocks_warm(of, instance, options, (), log, jobs, cluster)[0]  # blocks are another way to ask
    return replace(plan, why=why or plan.why)


def solve_blocks(
    model: pyo.ConcreteModel,
    instance: Instance,
    options: Options,
    log: TextIO | None = None,
    jobs: int = 2,
    cluster: str | None = None,
) -> Solution:
    """Solve the model block by block, goal after goal, and return the best plan with its proven bound.

    jobs: processes on this machine (1: none but this one); cluster: address of a Dask scheduler to use
    instead. A plan stopped early has status FEASIBLE and its gap, never OPTIMAL. Raises SolveError when
    HiGHS or the workers fail.
    """
    return solve_blocks_warm(CompiledModel(model), instance, options, (), log, jobs, cluster)[0]


def solve_blocks_warm(
    of: CompiledModel,
    instance: Instance,
    options: Options,
    known: Sequence[WarmStarts],
    log: TextIO | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    preview: Preview | None = None,
    ties: bool | None = True,
) -> tuple[Solution, WarmStarts]:
    """Solve like `solve_blocks`, beginning with the warm starts of questions like it; and return its own.

    ties: whether another plan as good that spends less is searched for; None: nor is it told how little one may spend.
    """
    options = learn_optima(of.model, instance, options)
    deadline = Deadline(options.time_limit)
    with deadline.listening(), open_pricing(jobs, cluster) as pool:
        asked = of.aimed(instance)
        whole, by = scale(asked)
        search_log = SearchLog(log, deadline)
        found, reached, parts, warm_starts = _solve_goals(whole, instance, options, known, pool, deadline, search_log)
        x, least = None, None
        if found.x is not None:
            if preview is not None and not deadline.stopped:
                x = found.x * by.columns
                preview(conclude(of.model, instance, asked, x, reached, options.gap, method="blocks"))
            reached = check_proof(asked, instance, reached, deadline)
            x, seconds = found.x * by.columns, None if ties else 0.0
            told = ties is not None
            x, least = break_ties(of.model, asked, instance, x, reached, deadline, found.basis, seconds, told)
        elif found.status == Status.INFEASIBLE:
            check_infeasibility(asked, instance, deadline)
    why = f"{len(instance.counties)} counties in {len(parts.blocks)} blocks coupled by {parts.rows.count} limits"
    if x is None:
        stopped = deadline.stopped
        none = Solution(found.status, method="blocks", why=why, seconds=deadline.spent, interrupted=stopped)
        if preview is not None and none.status == Status.INFEASIBLE:
            preview(none)
        return none, ()
    plan = conclude(
        of.model, instance, asked, x, reached, options.gap,
        method="blocks", why=why, progress=tuple(search_log.entries), interrupted=deadline.stopped, least_money=least,
    )  # fmt: skip
    return replace(plan, seconds=deadline.spent), tuple(warm_starts)


def _solve_goals(
    whole: Matrix,
    instance: Instance,
    options: Options,
    known: Sequence[WarmStarts],
    pool: PricingPool,
    deadline: Deadline,
    search_log: SearchLog,
) -> tuple[Incumbent, list[Stage], Decomposition, list[BlockWarmStart | None]]:
    """Reach one goal after another, each held while the next is sought."""
    reached: list[Stage] = []
    warm_starts: list[BlockWarmStart | None] = []
    best = Incumbent(None, 0.0, 0.0, Status.NO_SOLUTION)
    for i, weights in enumerate(stages(instance)):
        parts = decompose(relax_grains(whole) if has_many_grains(whole) else whole, instance)
        pool.load(parts.blocks)
        aim = np.zeros(len(whole.goals))
        aim[i] = 1.0
        alike = _find_starts(known, i)
        search, found = _solve_goal(whole, parts, aim, best.x, alike, options.gap, pool, deadline, search_log)
        if found.x is None:
            return (best if reached else found), reached, parts, warm_starts
        best = found
        warm_starts.append(None if search is None else extract_warm_start(search, found.x))
        reached.append(Stage(name_goal(weights), found.value, found.bound, found.value))
        least = found.value - allowed_loss(instance, found.value) - float(whole.constants[i])
        whole = add_floor(whole, whole.goals[i], least)
    return best, reached, parts, warm_starts


def _find_starts(known: Sequence[WarmStarts], goal: int) -> list[BlockWarmStart]:
    """Return the warm starts that questions like this one have left for a goal, by its number."""
    there = [starts[goal] for starts in known if goal < len(starts)]
    return [start for start in there if start is not None]


def _solve_goal(
    whole: Matrix,
    parts: Decomposition,
    aim: Floats,
    known: Floats | None,
    alike: Sequence[BlockWarmStart],
    gap: float,
    pool: PricingPool,
    deadline: Deadline,
    search_log: SearchLog,
) -> tuple[ColumnGeneration | None, Incumbent]:
    """Return the search for one goal, where one was begun, and what it has found: in lots, where there are many.

    parts: with lots free; known: the plan of the goal before; alike: warm starts of this goal.
    """
    gap, in_lots = max(gap, FINEST), has_many_grains(whole)
    least, most = (part * gap for part in CLOSE)
    first_gap, until = (min(max(gap - TAKEN, least), most), deadline.part(FREE)) if in_lots else (gap, deadline)
    begun = restore_search(parts, aim, alike, pool, deadline, first_gap) or start_search(parts, aim, deadline)
    if isinstance(begun, Incumbent):
        search, found = None, begun
    else:
        search, longest = begun, deadline.part(MENDED)
        found = search_goal(search, known, first_gap, pool, until, search_log, longest)
        if in_lots and found.status != Status.INFEASIBLE:
            found = make_whole(search, whole.integer, found, known, gap, pool, deadline, search_log)
    if found.x is None and found.status != Status.INFEASIBLE and known is None:
        found = _find_any_plan(whole, aim, found, deadline)
    return search, found


def _find_any_plan(whole: Matrix, aim: Floats, found: Incumbent, deadline: Deadline) -> Incumbent:
    """Return the plan that does the least, where the time is out before there is another."""
    plan = fix_and_solve(whole, aim, np.zeros(len(whole.lower)), deadline.brief())
    return found if plan is None else replace(found, **plan._asdict(), bound=INF)


def start_search(parts: Decomposition, aim: Floats, deadline: Deadline) -> ColumnGeneration | Incumbent:
    """Return a search that begins with the relaxed program; where that has no plan, that there is none."""
    nothing = Incumbent(None, 0.0, 0.0, Status.NO_SOLUTION)
    start = solve_lp_relaxation(parts.matrix, aim, deadline)
    if start.why is Why.INFEASIBLE:
        return replace(nothing, status=Status.INFEASIBLE)
    return ColumnGeneration.from_relaxation(parts, aim, start) if start.why is Why.DONE else nothing


def search_goal(
    search: ColumnGeneration,
    known: Floats | None,
    gap: float,
    pool: PricingPool,
    deadline: Deadline,
    search_log: SearchLog,
    longest: Deadline | None = None,
) -> Incumbent:
    """Return the best plan for one goal, and a bound on all of them.

    known: a plan that keeps every limit, as that for the goal before does. gap: as a part of the value. longest: time
    until there is a first plan, where that is more than the search has.
    """
    nothing, early = Incumbent(None, 0.0, 0.0, Status.NO_SOLUTION), deadline.part(EARLY)
    longest, gap = longest or deadline, max(gap, FINEST)
    if known is not None:
        search.offer(known)
    found = nothing
    if search.relative_gap() <= gap:  # what was recalled may do, though the master cannot mix it without lack
        found = pick_plan(search, known, gap, deadline, longest)
        if found.is_within(gap):
            return found
    for near in NEARER:
        search.run(pool, deadline, early, gap, near * gap, partial(_tell, search_log, found.plan_value))
        if search.infeasible or _is_proven_infeasible(search, pool, early):
            return replace(nothing, status=Status.INFEASIBLE)
        known = known if found.x is None else found.x
        found = pick_plan(search, known, gap, deadline, longest)
        _tell(search_log, found.plan_value, search)
        if _is_over(search, found, gap, early):
            break
    return improve_plan(search, found, gap, deadline, search_log)


def _is_over(search: ColumnGeneration, found: Incumbent, gap: float, early: Deadline) -> bool:
    """Tell whether better prices are sought no longer: none is needed, none left, no time, or the whole is sooner."""
    return found.is_within(gap) or search.ended or early.over() or is_small(search)


def _tell(search_log: SearchLog, best: float | None, search: ColumnGeneration) -> None:
    search_log.record(search.bound, best, len(search.master.plans), search.rounds)


def _is_proven_infeasible(search: ColumnGeneration, pool: PricingPool, deadline: Deadline) -> bool:
    mix = search.solution
    if mix is None or mix.slack <= SLACK_TOLERANCE or deadline.over():
        return False
    return prove_infeasible(search.parts, search.master, mix.prices, pool, deadline)
