"""Whether a question has any plan at all: the relaxed program first, which mostly says no at once."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import compress
from typing import Any

import numpy as np
import pyomo.environ as pyo

from alloc.instance import Instance
from alloc.model import build_years
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.highs import STRICT, Live, search
from alloc.solver.proof import KEPT
from alloc.solver.safe import measure_violation
from alloc.solver.standing import tell_standing
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.whole import search_alone

MATTERS = 1e-9
"""Less than this part of what it sums up, or of the largest multiplier, is rounding in a Farkas proof."""


def name_suspects(question: Instance, deadline: Deadline) -> set[str]:
    """Return what the limits speak of that prove together that the relaxed program has no plan: ids and names of rules.

    Farkas: multipliers of limits, and what then stands before each decision, which its bounds keep too small. Nothing
    where the relaxed program has a plan, or no such proof came. It is where to look, and proves nothing of a figure.
    """
    model = build_years(question)
    tell_standing(model, search_alone)
    limits = CompiledModel(model).limits
    proof = Live(limits.lower, limits.upper, None, limits.rows).prove_empty(deadline)
    if proof is None:
        return set()
    terms = limits.rows.value * proof[limits.rows.owner()]
    sums = np.bincount(limits.rows.column, terms, len(limits.lower))
    sizes = np.bincount(limits.rows.column, np.abs(terms), len(limits.lower))
    rows = model.component_data_objects(pyo.Constraint, active=True)
    used = [*compress(rows, np.abs(proof) > MATTERS * np.abs(proof).max())]
    used += compress(limits.variables, np.abs(sums) > MATTERS * sizes)
    return _name(used)


def _name(parts: Iterable[Any]) -> set[str]:
    """Return the words in the indices of limits and decisions."""
    found: set[str] = set()
    for part in parts:
        index = part.index() if isinstance(part.index(), tuple) else (part.index(),)
        found.update(word for word in index if isinstance(word, str))
    return found


def has_plan(question: Instance, deadline: Deadline) -> bool | None:
    """Tell whether some plan keeps every limit of a question, of one year or several; None if neither is proven.

    A program whose relaxation has no plan has none itself; only what the relaxation leaves open is searched. A plan
    that keeps its limits by the tolerance of the search alone is none: with its whole decisions held, it is made exact.
    """
    model = build_years(question)
    tell_standing(model, search_alone)
    limits = CompiledModel(model).limits
    nothing = np.zeros(len(limits.lower))
    program = replace(limits, goals=nothing[None], constants=np.zeros(1))
    relaxed = search(replace(program, integer=nothing > 0), nothing, 0.0, deadline)
    if relaxed.infeasible:
        return False
    for settings in (None, STRICT):
        found = search(program, nothing, 0.0, deadline, settings=settings)
        if found.infeasible:
            return False
        if found.x is None:
            return None
        exact = fix_and_solve(program, np.ones(1), found.x, deadline)
        if exact is not None and measure_violation(program, exact.x) <= KEPT:
            return True
    return None
