"""A program asked once, afresh: with which settings, and how often again before its answer is believed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TextIO

import numpy as np

from alloc.errors import SolveError
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.long_rows import extend_plan, split_long_rows
from alloc.solver.matrix import Floats, Matrix
from alloc.solver.outcome import STOP, Outcome, Settings, Stop, Why
from alloc.solver.shared_sums import share_sums
from alloc.solver.short_root import SOLVED, add_puzzle, suits

NODES = 5000
"""A search without helpers is given up after so many nodes."""

HELPED: Settings = {
    "mip_allow_restart": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
"""A search that does not begin anew, with both of HiGHS's searches within the search (RENS, RINS): where money is in
lots they round better than all else. Measured on Hotan 2019 with four budgets: plans within 0.004 % of those by HiGHS's
own settings, or better, in two thirds of the time."""

PLAIN: Settings = {
    "mip_allow_restart": False,
    "mip_detect_symmetry": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
"""A search without helpers, which does not begin anew once many decisions are settled; what stays runs in no time."""

STEADY: Settings = {
    **PLAIN,
    "mip_heuristic_run_rins": True,
    "mip_allow_cut_separation_at_nodes": False,
    "mip_pscost_minreliable": 1,
}
"""The same with one kind of search within the search, cuts at the root alone, and branching that trusts a single try:
on two dozen questions of 11 counties it took a third of the time of HiGHS's own settings; with cuts and tries as HiGHS
makes them, a twelfth more."""

STRICT: Settings = {"mip_feasibility_tolerance": 1e-9}
"""How whole HiGHS takes whole numbers where a plan loses its proof, or its limits, as it is made exact."""

AGAIN: tuple[tuple[bool, Settings], ...] = (
    (True, {"presolve": "off"}),
    (False, {"presolve": "choose"}),
    (False, {"presolve": "off", "random_seed": 1}),
)
"""Other ways to ask what was answered with 'infeasible' or not at all: in the program's own units or the user's."""

CONFIRMING = 2000
"""Nodes that a search may take to confirm that a question is infeasible."""


def search(
    matrix: Matrix,
    goal: Floats,
    constant: float,
    deadline: Deadline,
    stop: Stop = STOP,
    start: Floats | None = None,
    settings: Settings | None = None,
    threads: int = 1,
    log: TextIO | None = None,
) -> Outcome:
    """Search a program once, afresh; 'infeasible', and no answer at all, are not taken from one way of asking.

    goal: one figure for each decision; start: a plan to begin with. The seconds of the stop are those of all asking.
    """
    ends, count = deadline.spent + stop.seconds, len(matrix.lower)
    asked = replace(matrix, goals=goal[None], constants=np.array([constant]))
    split = split_long_rows(asked)
    posed = share_sums(asked) if split is asked else split
    start = None if start is None else extend_plan(posed, start)
    puzzled = suits(posed) and STEADY.items() <= (settings or {}).items()
    if puzzled:
        posed, start = add_puzzle(posed), None if start is None else np.append(start, SOLVED)

    def ask(
        own_units: bool = True, more: Settings | None = None, stop: Stop = stop, start: Floats | None = None
    ) -> Outcome:
        chosen = {**(settings or {}), **(more or {})}
        live = Live(
            posed.lower, posed.upper, posed.integer, posed.rows, chosen, threads, log, posed.variables, own_units
        )
        live.aim(posed.goals[0], float(posed.constants[0]))
        if start is not None:
            live.begin(start)
        return live.run(deadline, replace(stop, seconds=ends - deadline.spent))

    found = ask(start=start)
    if found.why is Why.FAILED and start is not None:
        found = ask(more=STEADY)  # what it reports with a start may be another plan than it hands out: never without
    if found.why in (Why.INFEASIBLE, Why.UNSURE, Why.FAILED):
        found = ask_otherwise(ask, found, stop)
    found = found.without_sums(count)
    if puzzled and found.x is not None:
        found = found.with_plan(found.x, float(goal @ found.x) + constant)
    return found


def ask_otherwise(ask: Callable[..., Outcome], found: Outcome, stop: Stop) -> Outcome:
    """Ask again other ways what was answered with 'infeasible' or not at all, and return what is to be believed.

    ask: asks in the program's own units or not, with further options, until a stop, from a start. 'Infeasible' is
    believed where another way says the same; a plan, where one has one, is the beginning of a search.
    """
    failed = found.why is Why.FAILED
    brief = stop if failed else replace(stop, nodes=min(stop.nodes or CONFIRMING, CONFIRMING))
    for way, other in _ask_each_way(ask, brief):
        if other.infeasible:
            return replace(other, why=Why.INFEASIBLE)
        if other.x is not None:
            return other if failed or other.why is Why.DONE else _search_longer(partial(ask, *way, stop), other)
        if other.why is Why.UNBOUNDED:
            return other
    return Outcome(Why.FAILED if failed else Why.LIMIT)


def _ask_each_way(ask: Callable[..., Outcome], stop: Stop) -> Iterator[tuple[tuple[bool, Settings], Outcome]]:
    for way in AGAIN:
        try:
            yield way, ask(*way, stop)
        except SolveError:  # as it is, it has figures that would be left out
            continue


def _search_longer(ask: Callable[..., Outcome], other: Outcome) -> Outcome:
    """Search on from a plan that a brief search has found."""
    longer = ask(other.x)
    return longer if longer.x is not None and longer.value >= other.value else other
