"""Whole units and lots: the free plan is rounded within every limit, and the free question's bound is its proof.

Money in lots and units in ones are hundreds of whole numbers that hardly matter to the goal and keep a search from
any plan at all. So they are free at first, which is soon proven; then they are made whole with every yes or no held,
which HiGHS does well by the searches within its search. What that loses is won back with some of the measures free at
a time. Where this is not near enough to the free bound, the whole is searched from there: a part of the loss is real,
since the last lot of a measure is seldom needed whole, and the bound of the whole knows of it.

Every plan in lots is a plan of the free question, so the free question's bound holds for the plan in lots. What is
made whole a part at a time cannot break a rule: each part is searched within what all limits leave it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import numpy as np

from alloc.solver.asking import HELPED, STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Flags, Floats, Matrix
from alloc.solver.outcome import Outcome, Settings, Stop, Why
from alloc.solver.settling import named
from alloc.solver.sub_mip import fix_and_solve, fix_columns, search_neighbourhood
from alloc.solver.year_by_year import decide_by_year, decide_in_turn, find_years

MANY = 30
"""With fewer whole numbers beyond yes or no a question is searched as it is."""

NEAR = 20
"""Nodes of the search with every yes or no held: nearly all that it finds it finds at first."""

PART = 0.25
"""Part of the time left that each search on the way may take."""

LOT_NODES = 100
"""In lots a search without helpers is given up after so many nodes: near a good plan its cuts soon prove most. Measured
on Hotan 2019 with ten budgets: what is proven like this is so after 3 to 41 nodes."""

GLANCES = 12
"""At so many glances of HiGHS a plan far from others is found in what presolve leaves, or not for seconds: on Hotan
2019 seven of ten were after nine, in 0.1 s in place of 1.2 s without presolve, which found none for three of them. One
in lots that is driven back to an end of a range is then within 0.1 % of all aid of where 1 s would lead."""

SHARE, FEW, VAIN = 0.25, 30, 6
"""Part of the measures that are free at a time, for how many nodes, and after how many vain attempts in a row this
ends."""

SPLIT = 1e-6
"""What is nearer to a whole number than this is not split."""

FAR: Settings = {**HELPED, "presolve": "off"}
"""Where goals are at their floors HiGHS 1.16 at times seeks for seconds in what presolve leaves, and finds nothing: on
Hotan 2019 one plan far from others took 6 s in vain, and 0.6 s without; three were a little better."""

PURSES = ("AidPays", "EmptyIn", "Reached", "Empty")
"""Yes and no that only tell which money pays."""

CLOSE, ENOUGH, FINE = 0.25, 0.9, 0.05
"""Parts of the gap: what the free search may leave open, at which a plan is near enough, and what is worth a search."""


def find_grains(whole: Matrix) -> Flags:
    """Return which decisions are whole numbers beyond yes or no."""
    found: Flags = whole.integer & (whole.upper - whole.lower > 1.5)
    return found


def relax_grains(whole: Matrix) -> Matrix:
    """Return the question with money and units in any amount: every plan of the whole is one of it.

    So what no plan of it is worth more than, no plan of the whole is worth more than.
    """
    return replace(whole, integer=whole.integer & ~find_grains(whole))


def has_many_grains(whole: Matrix) -> bool:
    """Tell whether a question has so many whole numbers beyond yes or no that they are free at first."""
    return int(find_grains(whole).sum()) >= MANY


def round_in_turn(
    whole: Matrix, goal: Floats, x: Floats, groups: Sequence[Flags], gap: float, deadline: Deadline
) -> Floats | None:
    """Return a plan with its lots and units made whole a group at a time, yes and no held; None where one has none.

    groups: the columns that are searched together, all others at what they are: each group has of every limit what the
    others leave, so whatever order they come in no limit is broken. gap: in the goal's unit, for each.
    """
    near, x = replace(hold_yes_or_no(whole, x, find_grains(whole)), goals=goal[None], constants=np.zeros(1)), x.copy()
    for i, free in enumerate(groups):
        inner = fix_columns(near, x, free)
        for nodes in (NEAR, None):
            stop = Stop(gap, seconds=deadline.left / (len(groups) - i), nodes=nodes)
            found = search(inner, inner.goals[0], 0.0, deadline, stop, None, HELPED)
            if found.x is not None or found.why is not Why.LIMIT or deadline.over():
                break
        if found.x is None:
            return None
        x[free] = np.where(inner.integer, np.round(found.x), found.x)
    return x


def round_whole(whole: Matrix, goal: Floats, constant: float, gap: float, deadline: Deadline) -> Outcome:
    """Return a plan near the free one, or none, with the bound of the free question, which holds for this one.

    Over several years the free plan of some years at a time is near enough: to prove it would take as long as the rest.
    """
    free = relax_grains(whole)
    first = decide_by_year(free, goal, constant, gap, deadline)
    if first is not None:
        return _round_years(whole, goal, constant, first, gap, deadline)
    stop = Stop(CLOSE * gap, CLOSE * gap, seconds=PART * deadline.left)
    start = search(free, goal, constant, deadline, stop, None, STEADY)
    best = Outcome(Why.INFEASIBLE if start.infeasible else Why.LIMIT, bound=start.bound)
    if start.x is None:
        return best
    return round_together(whole, goal, constant, start, gap, deadline)


def _round_years(whole: Matrix, goal: Floats, constant: float, x: Floats, gap: float, deadline: Deadline) -> Outcome:
    """Return a plan in lots near a free one over several years, or none: all years at once, else a year at a time.

    The last year comes first: what may be bought in all years together is scarce there, and lots of earlier years that
    take more of it would leave the last one without a plan.
    """
    relaxed = replace(whole, integer=np.zeros_like(whole.integer))
    best = Outcome(Why.LIMIT, bound=search(relaxed, goal, constant, deadline).bound)
    stop = Stop(part=FINE * gap, seconds=PART * deadline.left, nodes=NEAR)
    near = hold_yes_or_no(whole, x, find_grains(whole))
    found = search(near, goal, constant, deadline, stop)
    if found.x is not None:
        return best.with_plan(found.x, found.value)
    near = hold_yes_or_no(whole, x, find_grains(whole) | (whole.integer & named(whole, PURSES)))
    years = sorted(set(find_years(whole)[whole.integer].tolist()), reverse=True)
    by_year = decide_in_turn(near, goal, constant, years, stop, deadline, HELPED)
    return best if by_year is None else best.with_plan(by_year, float(goal @ by_year) + constant)


def round_together(
    whole: Matrix, goal: Floats, constant: float, free: Outcome, gap: float, deadline: Deadline, nodes: int = NEAR
) -> Outcome:
    """Return a plan in lots near a free one, all its yes and no held at first, or none; with the free one's bound.

    free: has a plan. nodes: of the search in which only those lots change that it splits.
    """
    best = Outcome(Why.LIMIT, bound=free.bound)
    if free.x is None:
        return best
    near = replace(hold_yes_or_no(whole, free.x, find_grains(whole)), goals=goal[None], constants=np.array([constant]))
    stop = Stop(FINE * gap * max(1.0, abs(free.value)), seconds=PART * deadline.left, nodes=nodes)
    found = round_split(near, free.x, stop, deadline)
    for most in (NEAR, None):
        if found.x is not None or deadline.over():
            break
        found = search(near, goal, constant, deadline, replace(stop, nodes=most), None, HELPED)
        if found.why is not Why.LIMIT:
            break
    return best if found.x is None else best.with_plan(found.x, found.value)


def round_split(near: Matrix, x: Floats, stop: Stop, deadline: Deadline, settings: Settings = HELPED) -> Outcome:
    """Return a plan in lots in which only those lots and units change that a free plan splits, or none.

    near: the question with every yes or no held; x: the free plan. Lemma: a vertex of the free question splits at most
    as many decisions as there are limits that bind; on Hotan 2019 that is a fourth of all lots. Measured there with
    six budgets: plans within 0.02 % of those with every lot chosen anew, once a better one, in a third of the time.
    """
    split = find_grains(near) & (np.abs(x - np.round(x)) > SPLIT)
    free, held = ~near.integer | split, np.where(near.integer, np.round(x), x)
    inner = fix_columns(near, held, free)
    found = search(inner, inner.goals[0], float(inner.constants[0]), deadline, stop, None, settings)
    if found.x is None:
        return Outcome(Why.LIMIT)
    held[free] = found.x
    return Outcome(Why.LIMIT, held, found.value)


class How(Enum):
    """How lots and units are made whole: those that are split alone, the same without presolve, or every one anew."""

    SPLIT = "split"
    UNPRESOLVED = "unpresolved"
    ANEW = "anew"


def make_near(whole: Matrix, goal: Floats, x: Floats, stop: Stop, deadline: Deadline, how: How) -> Outcome:
    """Return the plan in lots with the yes and no of x that is best for a goal, or none; nothing is proven.

    x: in any amount, best for the goal with its yes and no. stop: at which gap and nodes it ends. how: every lot anew
    takes ten times as long as those that are split, without presolve they take eight times as long as with it.
    """
    held = hold_yes_or_no(whole, x, find_grains(whole))
    near = replace(held, goals=goal[None], constants=np.zeros(1))
    stop = replace(stop, seconds=PART * deadline.left)
    if how is How.ANEW:
        return search(near, goal, 0.0, deadline, stop, None, FAR)
    if how is How.UNPRESOLVED:
        return round_split(near, x, stop, deadline, FAR)
    return round_split(near, x, replace(stop, glances=GLANCES), deadline)


def _fill_free(near: Matrix, goal: Floats, x: Floats, deadline: Deadline) -> Floats | None:
    """Return the best plan in any amount of a question in which every yes or no is held, or none."""
    aimed = replace(relax_grains(near), goals=goal[None], constants=np.zeros(1))
    plan = fix_and_solve(aimed, np.ones(1), x, deadline)
    return None if plan is None else plan.x


def improve_near(whole: Matrix, goal: Floats, x: Floats, stop: Stop, deadline: Deadline) -> Outcome:
    """Return a plan in lots with the yes and no of x, one in lots itself, that has no less of a goal.

    Only those lots and units change that differ from the best plan in any amount with the same yes and no (relaxation
    induced neighbourhood search), so that x is always a plan to begin with, and what is left where nothing is found.
    Source: E. Danna, E. Rothberg, C. Le Pape, Mathematical Programming 102 (2005) 71-90.
    """
    near = replace(hold_yes_or_no(whole, x, find_grains(whole)), goals=goal[None], constants=np.zeros(1))
    free, nothing = _fill_free(near, goal, x, deadline), Outcome(Why.LIMIT, x, float(goal @ x))
    if free is None:
        return nothing
    loose = ~near.integer | (np.abs(free - x) > SPLIT)
    here, stop = np.where(near.integer, np.round(x), x), replace(stop, seconds=PART * deadline.left, glances=GLANCES)
    inner = fix_columns(near, here, loose)
    found = search(inner, inner.goals[0], float(inner.constants[0]), deadline, stop, here[loose], HELPED)
    if found.x is None or found.value < nothing.value:
        return nothing
    here[loose] = found.x
    return Outcome(Why.LIMIT, here, found.value)


def improve_in_lots(whole: Matrix, goal: Floats, best: Outcome, size: float, deadline: Deadline) -> Outcome:
    """Search with some measures free at a time, the whole decisions of the rest held, while that helps.

    size: of the gap, in the goal's unit.
    """
    owner = _name_owners(whole)
    random, names = np.random.default_rng(0), sorted(set(owner) - {""})
    aimed = replace(whole, goals=goal[None], constants=np.zeros(1))
    ends, vain = deadline.spent + PART * deadline.left, 0
    while best.x is not None and vain < VAIN and best.bound - best.value > ENOUGH * size and deadline.spent < ends:
        chosen = {*random.choice(names, math.ceil(SHARE * len(names)), replace=False).tolist(), ""}
        free = ~whole.integer | np.array([m in chosen for m in owner])
        held = np.where(whole.integer, np.round(best.x), best.x)  # what is 1e-7 from whole may leave the rest no plan
        found = search_neighbourhood(aimed, np.ones(1), held, free, deadline, PART * deadline.left, FINE * size, FEW)
        gain = 0.0 if found.x is None else float(goal @ (found.x - best.x))
        vain = 0 if gain > FINE * size else vain + 1
        if found.x is not None and gain > 0:
            best = replace(best, x=found.x, value=best.value + gain, bound=max(best.bound, best.value + gain))
    return best


def _name_owners(whole: Matrix) -> list[str]:
    """Return the measure that each decision belongs to, empty where it is none's or several measures'."""
    measures = whole.columns("Funded")
    found = []
    for x in whole.variables:
        index = x.index() if isinstance(x.index(), tuple) else (x.index(),)
        named = [part for part in index if part in measures]
        found.append(named[0] if len(named) == 1 else "")
    return found


def hold_yes_or_no(whole: Matrix, x: Floats, loose: Flags) -> Matrix:
    """Return the question in which every whole decision of a plan is held but those that are loose."""
    lower, upper = whole.lower.copy(), whole.upper.copy()
    yes = whole.integer & ~loose
    lower[yes] = upper[yes] = np.round(x[yes])
    return replace(whole, lower=lower, upper=upper)
