"""The least and the most aid of every county over plans nearly as good as the best: each a search of its own."""

from collections import deque
from collections.abc import Callable, Mapping

from alloc.solver.deadline import Deadline
from alloc.solver.matrix import INF, Floats
from alloc.solver.multi.near_optimal import EndAsk, NearOptimalSet, search_end
from alloc.solver.pool import Pool
from alloc.solver.reoptimise import MipResult, RepeatedMip

End = tuple[int, bool]
"""A county's number, and whether the most is sought."""


def find_county_ends(
    near: NearOptimalSet, best: Floats, scale: float, pool: Pool, tell: Callable[[int], None]
) -> list[tuple[MipResult, MipResult]]:
    """Return the plans with the least and with the most aid of every county.

    best: the plan to begin from; scale: all aid there is [money]. pool: workers that search side by side; what a
    question by blocks asks, and what a lost worker or Ctrl-C leaves, is searched here. tell: hears how many there are.
    """
    ends = [(c, most) for c in range(len(near.counties)) for most in (False, True)]
    found: dict[End, MipResult] = {}
    if near.by_blocks is None and pool.count > 1:
        found = _ask_workers(near, {end: near.ask_county_end(*end, best, scale) for end in ends}, pool, tell)
    for end in ends:
        if end not in found:
            found[end] = near.find_county_end(*end, best, scale)
            tell(len(found))
    return [(found[c, False], found[c, True]) for c in range(len(near.counties))]


def _ask_workers(
    near: NearOptimalSet, asks: Mapping[End, EndAsk], pool: Pool, tell: Callable[[int], None]
) -> dict[End, MipResult]:
    """Return what workers answer, each asked for one end at a time."""
    pool.keep([near.open_elsewhere()], _open)
    found: dict[End, MipResult] = {}
    asked: dict[int, End] = {}
    waiting = deque(asks)
    while (waiting or pool.busy) and not near.deadline.stopped:
        for worker in pool.idle[: len(waiting)]:
            asked[worker] = end = waiting.popleft()
            pool.give(worker, (0,), _search, asks[end])
        for worker, answer in pool.receive():
            if answer is not None:
                found[asked[worker]] = near.take_county_end(*asked[worker], answer)
                tell(len(found))
    pool.abandon()
    return found


def _open(load: Callable[[Deadline], RepeatedMip]) -> RepeatedMip:
    return load(Deadline(INF))


def _search(kept: Mapping[int, RepeatedMip], asked: EndAsk) -> MipResult:
    return search_end(kept[0], asked)
