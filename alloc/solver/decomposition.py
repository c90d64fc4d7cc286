"""Which decisions belong together: read off the matrix, without knowing any kind of rule.

A column belongs to the county that its index names, itself or through its measure. A column that names
none, or several, joins the block whose limits alone it stands in; else it is the master's. A limit within
one block is that block's own, every other couples.

Lemma: any partition of the columns is right, a good one is fast. Every row stands either within one block or among the
coupling rows, so the blocks, the master's own columns and the coupling rows together are the program itself, and the
Dantzig–Wolfe bound (`master.lagrangian_bound`) uses nothing else. The partition decides only how tight that bound is:
a row inside a block is kept exactly, one between blocks is only priced.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alloc.instance import Instance
from alloc.solver.components import group_by_label
from alloc.solver.matrix import INF, Flags, Floats, Ints, Matrix, Rows

MERGED = 320
"""Counties that share a limit become one block up to so many whole decisions: such blocks are still searched in
half a second, and a limit inside a block is kept exactly, where one between blocks is only priced."""

HALF = 0.5
"""No block has more of all whole decisions than this part by merging."""


@dataclass(frozen=True)
class Block:
    """What is decided together: columns of the whole, their own limits, and how they meet the rest.

    coupling: the coupling rows that they stand in; link: their part of those rows, dense;
    goals: their part of every goal.
    """

    columns: Ints
    lower: Floats
    upper: Floats
    integer: Flags
    rows: Rows
    coupling: Ints
    link: Floats
    goals: Floats


@dataclass(frozen=True)
class Decomposition:
    """A program taken apart: blocks, the master's own columns, and the rows that couple them.

    coupling: numbers of the rows that couple; rows: these rows, over all columns; matrix: the program,
    the master's columns bounded.
    """

    matrix: Matrix
    blocks: tuple[Block, ...]
    own: Ints
    coupling: Ints
    rows: Rows


def decompose(matrix: Matrix, instance: Instance) -> Decomposition:
    """Take a program apart by county."""
    label = _merge_blocks(matrix, label_columns(matrix, instance))
    label = _assign_free_columns(matrix.rows, label)
    row_block = _find_row_blocks(matrix.rows, label)
    label = _release_to_master(matrix.rows, label, row_block)
    row_block = _find_row_blocks(matrix.rows, label)
    order = np.unique(label[label >= 0])
    label = np.where(label >= 0, np.searchsorted(order, label), -1).astype(np.int32)
    row_block = np.where(row_block >= 0, np.searchsorted(order, row_block), -1).astype(np.int32)
    own = np.flatnonzero(label < 0).astype(np.int32)
    matrix = bound_master_columns(matrix, own)
    coupling = np.flatnonzero(row_block < 0).astype(np.int32)
    rows = matrix.rows.take(coupling, np.arange(len(label), dtype=np.int32))
    return Decomposition(matrix, _make_blocks(matrix, rows, label, row_block, len(order)), own, coupling, rows)


def label_columns(matrix: Matrix, instance: Instance) -> Ints:
    """Return the county that each column names, by its number; -1 for none or several."""
    number = {c: i for i, c in enumerate(instance.counties)}
    of_measure = {m: number[row.county] for m, row in instance.measures.items()}
    label = np.full(len(matrix.lower), -1, dtype=np.int32)  # and what a study has added names none
    for j, x in enumerate(matrix.variables):
        label[j] = _named_county(x.index(), number, of_measure)
    return label


def _named_county(index: object, number: Mapping[str, int], of_measure: Mapping[str, int]) -> int:
    words = [part for part in (index if isinstance(index, tuple) else (index,)) if isinstance(part, str)]
    for known in (number, of_measure):
        named = {known[word] for word in words if word in known}
        if named:
            return named.pop() if len(named) == 1 else -1
    return -1


def _touched_blocks(rows: Rows, label: Ints) -> tuple[Ints, Ints]:
    """Return the lowest and highest block that each row touches; lowest above highest where it touches none."""
    owner, block = rows.owner(), label[rows.column]
    inside = block >= 0
    low = np.full(rows.count, np.iinfo(np.int32).max, dtype=np.int32)
    high = np.full(rows.count, -1, dtype=np.int32)
    np.minimum.at(low, owner[inside], block[inside])
    np.maximum.at(high, owner[inside], block[inside])
    return low, high


def _merge_blocks(matrix: Matrix, label: Ints) -> Ints:
    """Return the labels with counties made one that share limits, those that few share first."""
    sizes = Counter(label[matrix.integer & (label >= 0)].tolist())
    most = min(MERGED, HALF * sum(sizes.values()))
    parent = {a: a for a in label[label >= 0].tolist()}

    def root(a: int) -> int:
        while parent[a] != a:
            parent[a] = a = parent[parent[a]]
        return a

    for touched in sorted(_shared_sets(matrix.rows, label), key=lambda blocks: (len(blocks), blocks)):
        roots = sorted({root(a) for a in touched})
        if sum(sizes[a] for a in roots) <= most:
            for a in roots[1:]:
                parent[a] = roots[0]
                sizes[roots[0]] += sizes[a]
    return np.array([root(a) if a >= 0 else -1 for a in label.tolist()], dtype=np.int32)


def _shared_sets(rows: Rows, label: Ints) -> set[tuple[int, ...]]:
    """Return the sets of blocks that limits touch together."""
    low, high = _touched_blocks(rows, label)
    found = set()
    for i in np.flatnonzero(low < high).tolist():
        touched = np.unique(label[rows.column[rows.start[i] : rows.start[i + 1]]])
        found.add(tuple(touched[touched >= 0].tolist()))
    return found


def _assign_free_columns(rows: Rows, label: Ints) -> Ints:
    """Return the labels where a column without one joins the block whose limits alone it stands in.

    All its rows then touch that block and no other, so none of them becomes a coupling row by this. A column that meets
    two blocks stays free: in either block it would make every row that it shares with the other one couple.
    """
    label = label.copy()
    low, high = _touched_blocks(rows, label)
    owner = rows.owner()
    lowest = np.full(len(label), np.iinfo(np.int32).max, dtype=np.int32)
    highest = np.full(len(label), -1, dtype=np.int32)
    np.minimum.at(lowest, rows.column, low[owner])
    np.maximum.at(highest, rows.column, high[owner])
    alone = (label < 0) & (lowest == highest)
    label[alone] = lowest[alone]
    return label


def _find_row_blocks(rows: Rows, label: Ints) -> Ints:
    """Return the block that each row is within, -1 where it couples."""
    low, high = _touched_blocks(rows, label)
    strange = np.bincount(rows.owner(), label[rows.column] < 0, rows.count) > 0
    return np.where((low == high) & ~strange, low, -1).astype(np.int32)


def _release_to_master(rows: Rows, label: Ints, row_block: Ints) -> Ints:
    """Return the labels where a column that stands in coupling rows only is the master's.

    No row of the block then speaks of it: its block could only put it at one of its bounds, whatever the price, where
    the master can give it any value.
    """
    inner = np.bincount(rows.column, row_block[rows.owner()] >= 0, len(label))
    outer = np.bincount(rows.column, row_block[rows.owner()] < 0, len(label))
    return np.where((inner == 0) & (outer > 0), -1, label).astype(np.int32)


def _make_blocks(matrix: Matrix, coupling: Rows, label: Ints, row_block: Ints, count: int) -> tuple[Block, ...]:
    """Return every block with its part of the matrix."""
    columns = group_by_label(label, count)
    limits = group_by_label(row_block, count)
    place = np.zeros(len(label), dtype=np.int32)
    for group in columns:
        place[group] = np.arange(len(group), dtype=np.int32)
    owner = coupling.owner()
    entries = group_by_label(label[coupling.column], count)
    found = []
    for group, own_rows, there in zip(columns, limits, entries, strict=True):
        touched, line = np.unique(owner[there], return_inverse=True)
        link = np.zeros((len(touched), len(group)))
        link[line, place[coupling.column[there]]] = coupling.value[there]
        found.append(
            Block(
                group,
                matrix.lower[group],
                matrix.upper[group],
                matrix.integer[group],
                matrix.rows.take(own_rows, place),
                touched.astype(np.int32),
                link,
                matrix.goals[:, group],
            )
        )
    return tuple(found)


def bound_master_columns(matrix: Matrix, own: Ints) -> Matrix:
    """Return the program with finite bounds on the master's columns wherever the data give them.

    A price can only be used in a proof where every column of the master is bounded. A column that only
    costs, like the room to break a soft rule, is never larger than the worst that its limits may ask for.
    """
    lower, upper, rows = matrix.lower.copy(), matrix.upper.copy(), matrix.rows
    open_ones = own[np.isinf(upper[own])]
    if not len(open_ones):
        return matrix
    uses: dict[int, list[int]] = defaultdict(list)
    wanted = np.zeros(len(lower), dtype=bool)
    wanted[open_ones] = True
    for i in np.flatnonzero(wanted[rows.column] & (rows.value != 0)).tolist():
        uses[int(rows.column[i])].append(i)
    owner = rows.owner()
    for _ in range(4):
        for j in open_ones[np.isinf(upper[open_ones])].tolist():
            upper[j] = _most_needed(matrix, lower, upper, owner, uses[j], j)
    return Matrix(matrix.variables, lower, upper, matrix.integer, rows, matrix.goals, matrix.constants)


def _most_needed(matrix: Matrix, lower: Floats, upper: Floats, owner: Ints, uses: list[int], j: int) -> float:
    """Return the most that a column can be, or needs to be in some best plan.

    Lemma: a row bounds a column by what the others leave of its upper side at their least. A column that no goal
    rewards is, in some best plan, never larger than the most that any row may ask for, others at their least again.
    """
    forced, needed = INF, float(lower[j])
    for entry in uses:
        i, a = int(owner[entry]), float(matrix.rows.value[entry])
        above, below = float(matrix.rows.upper[i]), float(matrix.rows.lower[i])
        least, most = _range_without(matrix.rows, i, j, lower, upper)
        if a < 0:  # the row turned around: more of the column is more of it
            a, above, below, least = -a, -below, -above, -most
        forced = min(forced, (above - least) / a)
        if np.isfinite(below):
            needed = max(needed, (below - least) / a)
    if (matrix.goals[:, j] <= 0).all():
        forced = min(forced, needed)
    return max(float(lower[j]), forced)


def _range_without(rows: Rows, i: int, j: int, lower: Floats, upper: Floats) -> tuple[float, float]:
    """Return the least and the most that a row can sum up to without one of its columns."""
    inside = slice(int(rows.start[i]), int(rows.start[i + 1]))
    others = rows.column[inside] != j
    x, v = rows.column[inside][others], rows.value[inside][others]
    ends = np.stack([v * lower[x], v * upper[x]])
    return float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())
