"""The best bound that prices of the coupling rows have proven, and the proofs that other questions may use."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from alloc.solver.decomposition import Decomposition
from alloc.solver.master import lagrangian_bound
from alloc.solver.matrix import INF, Floats
from alloc.solver.pricing import PricingResult, without_answer

PROOFS = 4
"""So many proofs are kept, the best last."""

Proof = tuple[Floats, Floats]
"""Prices of the coupling rows, and every block's own bound there."""


@dataclass
class DualBound:
    """The least bound that prices have proven, those prices, and what the blocks answered there.

    value: may be less than what these prices prove, where the relaxed program has proven it.
    proofs: which other questions like it may use, the best last.
    """

    prices: Floats
    value: float = INF
    results: Sequence[PricingResult] = ()
    proofs: list[Proof] = field(default_factory=list)

    @property
    def latest_proofs(self) -> list[Proof]:
        """The proofs that are kept, the best last."""
        return self.proofs[-PROOFS:]

    def improve(self, value: float, proof: Proof, results: Sequence[PricingResult]) -> None:
        """Take what some prices have proven, where that is less or the first."""
        if value < self.value or not self.results:
            self.prices, self.results = proof[0], results
            if np.isfinite(value):
                self.proofs.append(proof)
        self.value = min(self.value, value)


def recall_bound(parts: Decomposition, weights: Floats, proofs: Sequence[Proof]) -> DualBound | None:
    """Return the bound of the proof that proves most, the best of them kept; None without a proof.

    proofs: that hold here, in any order.
    """
    if not proofs:
        return None
    known = sorted(proofs, key=lambda proof: -lagrangian_bound(parts, weights, *proof))
    prices, bounds = known[-1]
    results = [replace(without_answer(block), bound=x) for x, block in zip(bounds, parts.blocks, strict=True)]
    return DualBound(prices, lagrangian_bound(parts, weights, prices, bounds), results, known[-PROOFS:])
