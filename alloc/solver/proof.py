"""What a search has proven, doubted: plans that are cheap to have are held against it, and the bound is found anew.

A plan that keeps every limit and is better than the proven bound shows that the bound is false, whatever the solver
says, and any plan that keeps every limit shows that a question is not infeasible. Neither is ever called a result.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from alloc.errors import SolveError
from alloc.instance import Instance
from alloc.instance.lookups import commitments
from alloc.instance.money import available
from alloc.solution import Stage
from alloc.solver.asking import PLAIN
from alloc.solver.conclusion import allowed_loss
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import Floats, Matrix, add_floor
from alloc.solver.outcome import Outcome, Stop
from alloc.solver.rounding import GLANCES, has_many_grains
from alloc.solver.safe import measure_violation, safe_bound
from alloc.solver.sub_mip import fix_and_solve

BEYOND = 1e-6
"""A plan beyond the bound by more than this part of what its goal sums up contradicts the bound."""

KEPT = 1e-8
"""A plan that contradicts a proof keeps every limit to this part of its terms."""

MANY = 400
"""With more counties nothing is doubted: it would take as long as the search."""

NODES = 20
"""Nodes for each of the plans that are cheap to have."""

LARGE = 1000
"""With more whole decisions cheap plans are linear programs only."""

FUNDED = (0.5, 1e-6)
"""Measures that the relaxed program funds to such a part are offered to one of the cheap plans."""

SHARE, MORE = 0.1, 0.2
"""Doubting takes at most this part of the time of the search, and so much more [s]."""


def check_proof(whole: Matrix, instance: Instance, reached: Sequence[Stage], deadline: Deadline) -> list[Stage]:
    """Return the goals that were reached with their safe bounds. Raises SolveError where a proof is contradicted.

    whole: limits and goals of the question. Each later goal is bounded among the plans that keep what the earlier ones
    may not lose, as in the search.
    """
    if deadline.stopped or len(instance.counties) > MANY or not whole.variables:
        return list(reached)
    brief = Deadline(SHARE * deadline.spent + MORE)
    found = []
    for k, stage in enumerate(reached):
        goal, constant = whole.goals[k], float(whole.constants[k])
        aimed = replace(whole, goals=goal[None], constants=whole.constants[k : k + 1])
        relaxed = _solve_relaxed(aimed, brief)
        safe = math.inf if relaxed.prices is None else safe_bound(whole, goal, constant, relaxed.prices)
        for proven in (safe, stage.bound):  # what blocks, or an earlier point of a sweep, have seen may beat the search
            _contradict(stage.objective, proven, abs(stage.objective))
        for x in find_cheap_plans(aimed, instance, relaxed.x, brief) if math.isfinite(stage.bound) else ():
            _contradict(float(goal @ x) + constant, stage.bound, float(np.abs(goal) @ np.abs(x)))
        found.append(replace(stage, bound=max(min(stage.bound, safe), stage.objective), bound_safe=safe))
        whole = add_floor(whole, goal, stage.objective - allowed_loss(instance, stage.objective) - constant)
    return found


def _contradict(value: float, bound: float, size: float) -> None:
    """Raise SolveError where a plan is worth more than any can be; size: of what its value sums up."""
    if value - bound > BEYOND * max(1.0, size, abs(bound)):
        raise SolveError("proof_beaten", value=f"{value:,.10g}", bound=f"{bound:,.10g}")


def check_infeasibility(whole: Matrix, instance: Instance, deadline: Deadline) -> None:
    """Raise SolveError where a question is called infeasible though a plan that is cheap to have keeps every limit."""
    if deadline.stopped or len(instance.counties) > MANY or not whole.variables:
        return
    first = replace(whole, goals=whole.goals[:1], constants=whole.constants[:1])
    if next(find_cheap_plans(first, instance, None, Deadline(SHARE * deadline.spent + MORE)), None) is not None:
        raise SolveError("infeasible_beaten")


def _solve_relaxed(aimed: Matrix, deadline: Deadline) -> Outcome:
    """Return the relaxed program's plan and prices."""
    live = Live(aimed.lower, aimed.upper, None, aimed.rows, {"dual_feasibility_tolerance": 1e-9})
    live.aim(aimed.goals[0], float(aimed.constants[0]))
    return live.run(deadline)


def find_cheap_plans(aimed: Matrix, instance: Instance, relaxed: Floats | None, deadline: Deadline) -> Iterator[Floats]:
    """Yield plans that keep every limit, each made exact, as long as there is time.

    relaxed: the plan of the relaxed program, where there is one.
    """
    find = _round_relaxed if int(aimed.integer.sum()) > LARGE else _search_few_nodes
    for x in find(aimed, instance, relaxed, deadline):
        exact = None if deadline.over() else fix_and_solve(aimed, np.ones(1), x, deadline)
        if exact is not None and measure_violation(aimed, exact.x) <= KEPT:
            yield exact.x


def _round_relaxed(aimed: Matrix, instance: Instance, relaxed: Floats | None, deadline: Deadline) -> Iterator[Floats]:
    """Yield no decision at all, and those of the relaxed program rounded."""
    yield np.zeros(len(aimed.lower))
    if relaxed is not None:
        yield relaxed


def _search_few_nodes(
    aimed: Matrix, instance: Instance, relaxed: Floats | None, deadline: Deadline
) -> Iterator[Floats]:
    """Yield the best of a few nodes each with some of the measures only; in lots what is found soon or not for long."""
    columns = aimed.columns("Funded")
    places = np.array(list(columns.values()), dtype=np.int32)
    live = Live(aimed.lower, aimed.upper, aimed.integer, aimed.rows, PLAIN)
    live.aim(aimed.goals[0], float(aimed.constants[0]))
    stop = Stop(part=1e-3, nodes=NODES, glances=GLANCES if has_many_grains(aimed) else None)
    for offered in dict.fromkeys(_list_offers(instance, columns, relaxed)):
        live.bound_columns(places, aimed.lower[places], np.array([float(m in offered) for m in columns]))
        live.begin()
        found = live.run(deadline, stop)
        if found.x is not None:
            yield found.x


def _list_offers(instance: Instance, columns: Mapping[str, int], relaxed: Floats | None) -> Iterator[frozenset[str]]:
    """Yield the measures that each cheap plan may fund: those that must be, those that the relaxed program funds for
    the greater part or at all, and those with most gain for their money."""
    must = _add_required(instance, commitments(instance))
    yield must
    if relaxed is not None:
        for part in FUNDED:
            yield must | _add_required(instance, [m for m, j in columns.items() if relaxed[j] >= part])
    yield must | _pick_greedily(instance)


def _add_required(instance: Instance, wanted: Iterable[str]) -> frozenset[str]:
    """Return some measures with all that they require."""
    found: set[str] = set()
    open_ = list(wanted)
    while open_:
        m = open_.pop()
        if m not in found:
            found.add(m)
            open_ += instance.measures[m].requires
    return frozenset(found)


def _pick_greedily(instance: Instance) -> frozenset[str]:
    """Return the measures with most gain for their money, as many as the aid there is can pay for at their largest."""
    purse = sum(available(instance, f) for f, fund in instance.funds.items() if fund.kind == "aid")
    worth: dict[str, float] = {}
    for m, row in instance.measures.items():
        if row.eligible:
            gain = (row.effect + row.jobs) * row.max_units
            worth[m] = math.inf if row.largest_cost == 0 else gain / row.largest_cost
    chosen, spent = [], 0.0
    for m in sorted(worth, key=lambda m: -worth[m]):
        if spent < purse:
            chosen.append(m)
            spent += instance.measures[m].largest_cost
    return _add_required(instance, chosen)
