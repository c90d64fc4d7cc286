"""Whether a question has any plan at all: the relaxed program first, which mostly says no at once, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance
from alloc.model import build_years
from alloc.solver.asking import STRICT, search
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Floats, Matrix
from alloc.solver.proof import KEPT
from alloc.solver.safe import measure_violation, safe_bound
from alloc.solver.standing import tell_standing
from alloc.solver.sub_mip import fix_and_solve
from alloc.solver.whole import search_alone

MATTERS = 1e-9
"""Less than this part of what it sums up, or of the largest multiplier, is rounding in a Farkas proof."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxed program of a question, and multipliers of its limits that prove that it has no plan (Farkas).

    proof: None where the relaxed program has a plan, or no such proof came.
    """

    compiled: CompiledModel
    proof: Floats | None

    @property
    def limits(self) -> Matrix:
        """The limits, nothing aimed at; whole decisions are called whole."""
        return self.compiled.limits

    @property
    def names(self) -> set[str]:
        """What the limits speak of that have a part in the proof: ids and names of rules.

        Multipliers of limits, and what then stands before each decision, which its bounds keep too small. It is where
        to look, and proves nothing of a figure.
        """
        if self.proof is None:
            return set()
        limits, proof = self.limits, self.proof
        terms = limits.rows.value * proof[limits.rows.owner()]
        sums = np.bincount(limits.rows.column, terms, len(limits.lower))
        sizes = np.bincount(limits.rows.column, np.abs(terms), len(limits.lower))
        rows = self.compiled.model.component_data_objects(pyo.Constraint, active=True)
        used = [*compress(rows, np.abs(proof) > MATTERS * np.abs(proof).max())]
        used += compress(limits.variables, np.abs(sums) > MATTERS * sizes)
        return _name(used)

    def measure_lack(self, proof: Floats | None) -> float:
        """Return what a plan lacks by a proof, of this question or of one with the same limits in other figures.

        Lemma (Farkas): multipliers of the limits sum up to one limit that each plan keeps; where even the best value
        of every decision within its bounds is short of that, there is none. Above 0 is a proof, whole numbers or not:
        rounding is on the safe side. Endless below where the limits are others. The largest multiplier counts as 1.
        """
        if proof is None or not proof.any() or len(proof) != self.limits.rows.count:
            return -INF
        proof = proof / np.abs(proof).max()
        return -safe_bound(self.limits, np.zeros(len(self.limits.lower)), 0.0, proof)


def relax(question: Instance, deadline: Deadline) -> Relaxed:
    """Return the relaxed program of a question, of one year or several, with the proof that it has no plan if so."""
    model = build_years(question)
    tell_standing(model, search_alone)
    found = Relaxed(CompiledModel(model), None)
    live = Live(found.limits.lower, found.limits.upper, None, found.limits.rows)
    if not live.run(deadline).infeasible:
        return found
    live.begin()
    ray = live.prove_empty(deadline)
    for proof in () if ray is None else (-ray, ray):
        if found.measure_lack(proof) > 0:
            return replace(found, proof=proof)
    return found


def has_plan(question: Instance, deadline: Deadline) -> bool | None:
    """Tell whether some plan keeps every limit of a question, of one year or several; None if neither is proven."""
    return judge(relax(question, deadline), deadline)


def judge(relaxed: Relaxed, deadline: Deadline) -> bool | None:
    """Tell whether there is a plan in whole numbers too; None if neither is proven.

    A program whose relaxation has no plan has none itself; only what the relaxation leaves open is searched. A plan
    that keeps its limits by the tolerance of the search alone is none: with its whole decisions held, it is made exact.
    """
    if relaxed.proof is not None:
        return False
    limits = relaxed.limits
    nothing = np.zeros(len(limits.lower))
    program = replace(limits, goals=nothing[None], constants=np.zeros(1))
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


def _name(parts: Iterable[Any]) -> set[str]:
    """Return the words in the indices of limits and decisions."""
    found: set[str] = set()
    for part in parts:
        index = part.index() if isinstance(part.index(), tuple) else (part.index(),)
        found.update(word for word in index if isinstance(word, str))
    return found
