"""Warm start of the search over blocks: whole decisions that the best solution used, and what blocks proved.

A bound that a block has proven at some prices holds for every question in which that block is the same, so a question
in which only limits of the whole differ, such as budgets, has a bound before any search. Whole decisions are
filled with money anew. Everything is plain numbers, so that it can be written down with a point of a sweep.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import chain
from typing import Any

import numpy as np

from alloc.solver.column_generation import ColumnGeneration
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import Block, Decomposition
from alloc.solver.dual_bound import DualBound, Proof, recall_bound
from alloc.solver.matrix import Floats
from alloc.solver.pricing_pool import PricingPool

LATEST = 10
"""Plans a block, the last offered, whose whole decisions are handed on beside those that are used."""


@dataclass(frozen=True)
class BlockWarmStart:
    """What the search for one goal leaves to that of a question like it.

    blocks: the fingerprint of every block; held: for every block the whole decisions that were used, a row each;
    proofs: prices of the coupling rows, and every block's bound there.
    """

    blocks: tuple[str, ...]
    held: tuple[Sequence[Sequence[int]], ...]
    proofs: tuple[tuple[Sequence[float], Sequence[float]], ...]


def write_warm_starts(starts: Sequence[BlockWarmStart | None]) -> list[Any]:
    """Return warm starts as JSON can hold them."""
    return [None if found is None else [list(part) for part in astuple(found)] for found in starts]


def read_warm_starts(written: Sequence[Any]) -> list[BlockWarmStart | None]:
    """Return warm starts that were written as JSON."""
    return [None if parts is None else BlockWarmStart(*(tuple(part) for part in parts)) for parts in written]


def fingerprint(block: Block) -> str:
    """Return what tells a block from every other: the SHA-256 of all its numbers."""
    rows = block.rows
    arrays = (block.columns, block.lower, block.upper, block.integer, block.coupling, block.link, block.goals)
    limits = (rows.start, rows.column, rows.value, rows.lower, rows.upper)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in (*arrays, *limits))).hexdigest()


def extract_warm_start(search: ColumnGeneration, x: Floats | None) -> BlockWarmStart | None:
    """Return what a search leaves to the next; nothing where the master has no solution, or nothing is proven.

    x: the plan that was chosen.
    """
    if search.solution is None or not search.proofs:
        return None
    held = [list(rows) for rows in search.used_integers(search.solution)]
    for k, plan in search.master.plans[-LATEST * len(held) :]:
        held[k].append(plan[search.parts.blocks[k].integer])
    if x is not None:
        for rows, block in zip(held, search.parts.blocks, strict=True):
            rows.append(x[block.columns][block.integer])
    return BlockWarmStart(
        tuple(map(fingerprint, search.parts.blocks)),
        tuple(np.unique(np.round(rows).astype(int), axis=0).tolist() for rows in held),
        tuple((prices.tolist(), bounds.tolist()) for prices, bounds in search.proofs),
    )


def restore_search(
    parts: Decomposition,
    weights: Floats,
    starts: Sequence[BlockWarmStart],
    pool: PricingPool,
    deadline: Deadline,
    gap: float,
) -> ColumnGeneration | None:
    """Return a search that begins with warm starts, or nothing where those were of another kind of question."""
    alike = [start for start in starts if _is_alike(start, parts)]
    if not alike:
        return None
    blocks = tuple(map(fingerprint, parts.blocks))
    proofs = _read_proofs(start for start in alike if start.blocks == blocks)
    # what other blocks have proven is no proof here, but their prices are where to begin
    dual = recall_bound(parts, weights, proofs) or DualBound(np.array(alike[0].proofs[-1][0]))
    held = [_gather_held(alike, k, int(block.integer.sum())) for k, block in enumerate(parts.blocks)]
    return ColumnGeneration.resume(parts, weights, dual, held, pool, deadline, gap)


def _read_proofs(starts: Iterable[BlockWarmStart]) -> list[Proof]:
    written = chain.from_iterable(start.proofs for start in starts)
    return [(np.array(prices), np.array(bounds)) for prices, bounds in written]


def _gather_held(starts: Sequence[BlockWarmStart], k: int, count: int) -> Floats:
    """Return all whole decisions that a block had, each once."""
    rows = list(chain.from_iterable(found.held[k] for found in starts))
    return np.unique(np.array(rows, dtype=np.float64).reshape(-1, count), axis=0)


def _is_alike(found: BlockWarmStart, parts: Decomposition) -> bool:
    """Tell whether a warm start is of a question with the same blocks and coupling rows, by their sizes."""
    if len(found.blocks) != len(parts.blocks):
        return False
    for rows, block in zip(found.held, parts.blocks, strict=True):
        count = int(block.integer.sum())
        if any(len(row) != count for row in rows):
            return False
    return all(len(prices) == parts.rows.count for prices, _ in found.proofs)
