"""Blocks priced side by side, their models kept alive between rounds.

Each worker has blocks of its own, and takes over what waits for another once it has nothing left to do.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace

from alloc.errors import SolveError
from alloc.solver.decomposition import Block
from alloc.solver.pool import Pool, open_pool
from alloc.solver.pricing import PricingRequest, PricingResult, load_block, price_blocks, without_answer

TRIES = 4
"""A worker that is lost so often at one question is given up."""

AT_ONCE = 4
"""A worker is given one of so many parts of what waits for it; what it has not been given, another can take over."""


class PricingPool:
    """Workers that price blocks."""

    def __init__(self, pool: Pool):
        self._pool = pool
        self._blocks: Sequence[Block] = ()
        self._own: list[list[int]] = []

    def load(self, blocks: Sequence[Block]) -> None:
        """Give every worker blocks of its own, the largest first, so that all have as much to do."""
        order = sorted(range(len(blocks)), key=lambda k: (-int(blocks[k].integer.sum()), k))
        self._blocks = blocks
        self._own = [order[number :: self._pool.count] for number in range(self._pool.count)]
        self._pool.keep(blocks, load_block)

    def price(self, requests: Sequence[PricingRequest], over: Callable[[], bool]) -> list[PricingResult]:
        """Return the result of every block; without a bound where it was not given in time.

        over: tells whether to stop waiting. Raises SolveError where a worker is lost again and again.
        """
        pricing = _Pricing(self._pool, self._blocks, self._own, requests, over)
        while pricing.give_all():
            if not pricing.receive_all() and over():
                self._pool.abandon()
                break
        return pricing.found


class _Pricing:
    """One round of pricing: what waits for each worker, what it was given, and what has come."""

    def __init__(
        self,
        pool: Pool,
        blocks: Sequence[Block],
        own: Sequence[Sequence[int]],
        requests: Sequence[PricingRequest],
        over: Callable[[], bool],
    ):
        self._pool, self._requests, self._over = pool, requests, over
        self._started = time.perf_counter()
        self._waiting = [deque(numbers) for numbers in own]
        self._given: dict[int, list[int]] = {}
        self._lost = [0] * pool.count
        self.found = [without_answer(block) for block in blocks]

    def give_all(self) -> bool:
        """Give every idle worker blocks to price, while there is time; tell whether any worker has some."""
        for number in self._pool.idle:
            some = [] if self._over() else _next_blocks(self._waiting, number)
            if some:
                self._give(number, some)
        return bool(self._given)

    def receive_all(self) -> bool:
        """Take what has come within a moment; tell whether anything has, or nothing more is to come."""
        results = self._pool.receive()
        for number, priced in results:
            some = self._given.pop(number)
            if priced is None:
                self._give_back(number, some)
                continue
            for k, result in priced.items():
                self.found[k] = result
        return bool(results) or not self._given

    def _give(self, number: int, some: list[int]) -> None:
        """Give a worker blocks to price in the time that is left."""
        spent = time.perf_counter() - self._started
        asked = {k: replace(self._requests[k], seconds=self._requests[k].seconds - spent) for k in some}
        self._given[number] = some
        self._pool.give(number, some, price_blocks, asked)

    def _give_back(self, number: int, some: list[int]) -> None:
        """Let blocks wait again whose worker was lost; one that is lost again and again is given up."""
        self._waiting[number].extendleft(reversed(some))
        self._lost[number] += 1
        if self._lost[number] > TRIES:
            raise SolveError("solver_failed", condition=BrokenProcessPool.__name__)


def _next_blocks(waiting: Sequence[deque[int]], number: int) -> list[int]:
    """Take blocks that wait: a part of a worker's own, or else the last of the longest queue."""
    own, longest = waiting[number], max(waiting, key=len)
    if own:
        return [own.popleft() for _ in range(max(1, len(own) // AT_ONCE))]
    return [longest.pop()] if longest else []


@contextmanager
def open_pricing(jobs: int, cluster: str | None) -> Iterator[PricingPool]:
    """Open workers that price blocks: so many processes here, or those of a cluster."""
    with open_pool(jobs, cluster) as pool:
        yield PricingPool(pool)
