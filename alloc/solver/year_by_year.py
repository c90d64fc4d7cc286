"""A first plan over several years: what is yes or no is decided a year at a time, and then two years at a time anew.

The whole decisions of a year are made with those of the years before it held and those behind it taken in any part
(relax and fix), then those of two years that follow one another with all others held (fix and optimise): Pochet and
Wolsey, Production Planning by Mixed Integer Programming, 2006, section 3.6. Every part is a question of about one year
or two, where the whole at once may keep a search from any plan for minutes. Nothing is proven by it.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from alloc.solver.asking import STEADY, search
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import Floats, Ints, Matrix
from alloc.solver.outcome import Settings, Stop
from alloc.solver.sub_mip import fix_columns

MANY = 1000
"""With fewer whole decisions a question is searched at once."""

PART = 0.25
"""Part of the time left that the search of a year may take."""

CLOSE = 0.2
"""Part of the gap to which each part is searched: what they lose adds up."""

FEW = 30
"""Nodes of the search of two years: nearly all that it finds it finds at first."""


def decide_by_year(whole: Matrix, goal: Floats, constant: float, gap: float, deadline: Deadline) -> Floats | None:
    """Return a plan in which every year is decided with the others held; None of one year, or where one has none.

    gap: as a part of the value.
    """
    years = find_years(whole)
    if len(set(years.tolist()) - {-1}) < 2 or int(whole.integer.sum()) < MANY:
        return None
    numbers = sorted(set(years[whole.integer].tolist()))
    x = decide_in_turn(whole, goal, constant, numbers, Stop(part=CLOSE * gap), deadline)
    return x if x is None else _decide_in_pairs(replace(whole, goals=goal[None]), x, years, gap, deadline)


def decide_in_turn(
    whole: Matrix,
    goal: Floats,
    constant: float,
    order: Sequence[int],
    stop: Stop,
    deadline: Deadline,
    settings: Settings = STEADY,
) -> Floats | None:
    """Return a plan in which every year is decided with those before it in an order held, or none.

    order: of all years that have whole decisions, and of -1 where some are no year's. stop: of the search of a year.
    """
    years = find_years(whole)
    lower, upper, decided, x = whole.lower.copy(), whole.upper.copy(), np.zeros(len(years), dtype=bool), None
    for year in order:
        here = whole.integer & (years == year)
        decided |= here
        part = replace(whole, lower=lower, upper=upper, integer=decided)
        brief = replace(stop, seconds=PART * deadline.left)
        x = search(part, goal, constant, deadline, brief, None, settings).x
        if x is None:
            return None
        lower[here] = upper[here] = np.round(x[here])
    return x


def _decide_in_pairs(whole: Matrix, x: Floats, years: Ints, gap: float, deadline: Deadline) -> Floats:
    """Return the plan with the whole decisions of two years at a time made anew, all others held."""
    goal, numbers = whole.goals[0], sorted(set(years[whole.integer].tolist()))
    size = CLOSE * gap * max(1.0, abs(float(goal @ x)))
    for pair in pairwise(numbers):
        x = np.where(whole.integer, np.round(x), x)
        free = ~whole.integer | np.isin(years, pair)
        inner = fix_columns(whole, x, free)
        stop = Stop(size, seconds=PART * deadline.left, nodes=FEW)
        better = search(inner, inner.goals[0], 0.0, deadline, stop, x[free], STEADY).x
        if better is not None and inner.goals[0] @ better > goal[free] @ x[free]:
            x[free] = better
    return x


def find_years(whole: Matrix) -> Ints:
    """Return the year that each decision belongs to, -1 where it is none's."""
    return np.array([_find_year(x.parent_block()) for x in whole.variables], dtype=np.int32)


def _find_year(block: Any) -> int:
    while block is not None:
        component = block.parent_component()
        if component.local_name == "Year" and block.parent_block() is not None:
            return int(block.index())
        block = block.parent_block()
    return -1
