"""A first plan over several years: what is yes or no is decided a year at a time.

The whole decisions of a year are made with those of the years before it held and those behind it taken in any part:
relax and fix (Pochet and Wolsey, Production Planning by Mixed Integer Programming, 2006, section 3.6). Every part is
a question of about one year, where the whole at once may keep a search from any plan. Nothing is proven by it.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.highs import STEADY, Stop, search
from alloc.solver.matrix import Floats, Ints, Matrix

MANY = 1000
"""With fewer whole decisions a question is searched at once."""

PART = 0.25
"""Part of the time left that the search of a year may take."""

CLOSE = 0.2
"""Part of the gap to which each year is searched: what they lose adds up."""


def decide_by_year(whole: Matrix, goal: Floats, constant: float, gap: float, deadline: Deadline) -> Floats | None:
    """Return a plan in which every year is decided with those before it held; None of one year, or where one has none.

    gap: as a part of the value.
    """
    years = find_years(whole)
    if len(set(years.tolist()) - {-1}) < 2 or int(whole.integer.sum()) < MANY:
        return None
    lower, upper, x = whole.lower.copy(), whole.upper.copy(), None
    for year in sorted(set(years[whole.integer].tolist())):
        part = replace(whole, lower=lower, upper=upper, integer=whole.integer & (years <= year))
        stop = Stop(part=CLOSE * gap, seconds=PART * deadline.left)
        x = search(part, goal, constant, deadline, stop, None, STEADY).x
        if x is None:
            return None
        decided = whole.integer & (years == year)
        lower[decided] = upper[decided] = np.round(x[decided])
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
