"""Least and most of every county, cell and measure over all nearly best plans, what is easy to prove first."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from alloc.solver import (
    Deadline,
    EndSearch,
    JointSearch,
    MipResult,
    NearOptimalSet,
    NearProgram,
    RelaxedSearch,
    TargetSearch,
    bound_ends,
    choose_target,
    estimate_losses,
    search_end,
    search_jointly,
    search_target,
)
from alloc.solver.matrix import INF, Floats
from alloc.solver.pool import Pool
from alloc.study.answers.batches import GoOn, Losses, Wanted, halve, keep_together, list_batches, take_next
from alloc.study.answers.ends import End, Key, MoneyRange, Rows, pair_ends
from alloc.study.request import StudyProgress, Tell, is_small

CLOSE = 1e-4
"""Ends are proven to this part of all aid."""

SPECK = 1e-5
"""Money this small, as a part of all aid, is none: goals that are the same but for their tolerance leave less."""

TOGETHER, NEARBY = 5.0, 3.0
"""Longest time of a search for a plan that reaches many ends of a county at once, and of one for one end nearby [s]."""

WHOLE = (5.0, 30.0, INF)
"""Longest times of searches over all decisions, in turn, for what is still open [s]."""

QUARTER = 0.25
"""A search for many ends at once may leave so much of one of them."""

STEPS = 12
"""So many targets are asked in turn for one end."""

TARGET = (3.0, 15.0)
"""Longest times of asking for the targets of an end, in turn [s]: some take ten times what others do."""

PARTS = 3
"""What the relaxed program tells of all ends is asked in so many parts a worker: some take longer than others."""

ROUNDING = 1e-6
"""Whether there is money at all is asked a little beyond money that is none, as a part of itself."""

Task = tuple[Callable[..., Any], EndSearch | TargetSearch | JointSearch | RelaxedSearch]
"""What a worker is to do, and of what."""

Ask = Callable[[Sequence[End]], Task]
"""How ends are searched for."""

Ranges = dict[Key, MoneyRange]
"""What was found of each row."""


@dataclass
class RangeSearch:
    """The set that is searched, and all plans that were found on the way: each reaches some ends.

    best: the best plan as a row of decisions; pool: workers for searches.
    """

    near: NearOptimalSet
    best: Floats
    deadline: Deadline
    pool: Pool
    searches: int = 0

    def __post_init__(self) -> None:
        self.plans = [self.best]
        self._pairs: dict[bytes, tuple[End, End]] = {}
        self._program = self.near.as_near_program()
        self.pool.keep([self._program], _keep)
        scale = max(1.0, float(self.near.sum_aid(self.best).sum()))
        self._speck, self._slack = SPECK * scale, CLOSE * scale

    @property
    def ends(self) -> list[End]:
        """The most and the least of every row that was asked about, in turn; rows that are the same share them."""
        return list(chain.from_iterable(self._pairs.values()))

    def bound(self, rows: Rows) -> Ranges:
        """Return what is proven of some rows at once: what the relaxed program bounds, and the plans known reach."""
        pairs = {row.tobytes(): self._pairs.get(row.tobytes()) or pair_ends(row, c) for c, row in rows.values()}
        new = [pair for data, pair in pairs.items() if data not in self._pairs]
        self._pairs |= pairs
        self._bound_all(list(chain.from_iterable(new)))
        return self._list_ranges(rows)

    def find_ranges(self, rows: Rows, tell: Tell | None) -> Ranges:
        """Return the range of every row: what no plan goes beyond, and what plans reach."""
        self.bound(rows)
        self._tell(tell)
        if not is_small(self.near.instance):
            self._search_first(tell)
        for seconds in WHOLE:
            self._search(self._list_open(), partial(self._ask_end, None, seconds), tell)
        return self._list_ranges(rows)

    def _list_ranges(self, rows: Rows) -> Ranges:
        return {key: self._make_range(*self._pairs[row.tobytes()]) for key, (_, row) in rows.items()}

    def _search_first(self, tell: Tell | None) -> None:
        """Search for ends the quick ways: by targets of the goal where there is one alone, else county by county."""
        if self.near.has_targets and self._program.goal is not None:
            self._search_targets(self._program.goal.best - self._program.goal.least, tell)
        else:
            self._search(self._list_groups(), self._ask_together, tell, keep_together)
            self._search(self._list_open(), self._ask_nearby, tell)

    def _search_targets(self, most: float, tell: Tell | None) -> None:
        """Search by targets: first for the ends that tell the class of a row, then for the class alone where these
        are not reached, and then for all others. most: of the goal, that may be lost.
        """
        losses = self._estimate_losses()
        self._search(list_batches(losses, most, self._list_deciding()), self._ask_bounds, tell, halve)
        self._search([[end] for end in self._list_deciding()], self._ask_class, tell, wanted=self._is_undecided)
        self._search(list_batches(losses, most, self._list_open_ends()), self._ask_bounds, tell, halve)
        for seconds in TARGET:
            self._search(self._list_open(), partial(self._ask_between, seconds), tell)

    def _bound_all(self, new: Sequence[End]) -> None:
        """Bound ends by the relaxed program, and by what the limits of each decision alone allow."""
        for end in new:
            end.reached = max(map(end.count, self.plans))
            end.bound = max(end.reached, self.near.limit_most(end.row) if end.sign > 0 else end.bound)
        for ends, found in self._ask_relaxed([end for end in new if end.room > 0], bound_ends):
            for end, (bound, plan) in zip(ends, found, strict=True):
                end.bound = max(end.reached, min(end.bound, bound))
                if plan is not None:
                    self._take_plan(plan)

    def _estimate_losses(self) -> Losses:
        """Return what the relaxed program loses of the goal where what bounds an open end is reached."""
        losses: Losses = {}
        for ends, found in self._ask_relaxed(self._list_open_ends(), estimate_losses):
            losses.update(zip(ends, found, strict=True))
        return losses

    def _ask_relaxed(self, ends: Sequence[End], task: Callable[..., Any]) -> Iterator[tuple[Sequence[End], Any]]:
        """Have workers ask the relaxed program of some ends, a part each, and return each part with its answer."""
        size = max(1, -(-len(ends) // (PARTS * self.pool.count)))
        waiting = deque(ends[k : k + size] for k in range(0, len(ends), size))
        asked: dict[int, Sequence[End]] = {}
        while (waiting or self.pool.busy) and not self.deadline.over():
            for worker in self.pool.idle[: len(waiting)]:
                asked[worker] = part = waiting.popleft()
                aims, targets = np.array([end.aim for end in part]), [self._choose_bound(end) for end in part]
                self.pool.give(worker, (0,), task, RelaxedSearch(aims, np.array(targets), self.deadline.left))
            for worker, answer in self.pool.receive():
                if answer is not None:
                    yield asked[worker], answer
        self.pool.abandon()

    def _list_deciding(self) -> list[End]:
        """Return the end that tells the class of each row whose class is not told: the least where a plan has money."""
        pairs = [(most, least) for most, least in zip(self.ends[::2], self.ends[1::2], strict=True)]
        return [least if most.reached > self._speck else most for most, least in pairs if self._is_undecided(most)]

    def _list_groups(self) -> list[list[End]]:
        """Return the ends of each county, the most and the least apart."""
        groups: dict[tuple[int, float], list[End]] = {}
        for end in self.ends:
            groups.setdefault((end.county, end.sign), []).append(end)
        return list(groups.values())

    def _list_open_ends(self) -> list[End]:
        return list(filter(self._is_open, self.ends))

    def _list_open(self) -> list[list[End]]:
        """Return the ends that are open, each alone, those with least room first."""
        return [[end] for end in sorted(self._list_open_ends(), key=lambda end: end.room)]

    def _search(
        self,
        groups: Sequence[list[End]],
        ask: Ask,
        tell: Tell | None,
        go_on: GoOn | None = None,
        wanted: Wanted | None = None,
    ) -> None:
        """Search for the ends of each group that are wanted: those that are open, unless told otherwise.

        go_on: with which of them after that; with none else.
        """
        wanted = wanted or self._is_open
        waiting = deque(groups)
        asked: dict[int, list[End]] = {}
        while (waiting or self.pool.busy) and not self.deadline.over():
            for worker in self.pool.idle:
                if ends := take_next(waiting, wanted):
                    asked[worker] = ends
                    self.searches += 1
                    self.pool.give(worker, (0,), *ask(ends))
            for worker, answer in self.pool.receive():
                ends = asked[worker]
                if answer is not None:  # None: the process was lost, and the ends stay open
                    self._take(ends, answer)
                if go_on is not None:
                    waiting.extend(go_on(ends, list(filter(wanted, ends))))
            self._tell(tell)
        self.pool.abandon()

    def _ask_together(self, ends: Sequence[End]) -> Task:
        """Ask for many ends of a county at once, of each of which what is open counts as 1."""
        aim = np.sum([end.sign / end.room * end.row for end in ends], axis=0)
        return search_end, EndSearch(aim, self._pick_start(aim), ends[0].county, QUARTER, self._limit(TOGETHER))

    def _ask_nearby(self, ends: Sequence[End]) -> Task:
        return self._ask_end(ends[0].county, NEARBY, ends)

    def _ask_end(self, block: int | None, seconds: float, ends: Sequence[End]) -> Task:
        """Ask for one end, with the whole decisions of its county or all free."""
        (end,) = ends
        start, gap = self._pick_start(end.aim), self._choose_gap(end)
        return search_end, EndSearch(end.aim, start, block, gap, self._limit(seconds))

    def _ask_bounds(self, ends: Sequence[End]) -> Task:
        """Ask for a plan that reaches what bounds some ends, all at once."""
        targets = [self._choose_bound(end) for end in ends]
        aims, block = np.array([end.aim for end in ends]), ends[0].county
        return search_jointly, JointSearch(aims, np.array(targets), block, self._limit(TARGET[-1]))

    def _choose_bound(self, end: End) -> float:
        """Return what a plan is to reach for an end to be proven by it; where none may be all there is, no less."""
        return end.bound - (0.0 if abs(end.bound) <= self._speck else self._choose_gap(end))

    def _ask_class(self, ends: Sequence[End]) -> Task:
        """Ask whether a row has money in any plan, of the most, or has none in any, of the least."""
        (end,) = ends
        target = self._speck if end.sign > 0 else -self._speck * (1.0 + ROUNDING)
        limits = end.bound, self._slack, 1, self._limit(TARGET[-1]), True
        return search_target, TargetSearch(end.aim, target, end.county, self._pick_start(end.aim), *limits)

    def _ask_between(self, seconds: float, ends: Sequence[End]) -> Task:
        """Ask for plans between what is reached and what bounds an end, until it is proven."""
        (end,) = ends
        target, start = choose_target(end.reached, end.bound), self._pick_start(end.aim)
        limits = end.bound, self._choose_gap(end), STEPS, self._limit(seconds)
        return search_target, TargetSearch(end.aim, target, end.county, start, *limits)

    def _pick_start(self, aim: Floats) -> Floats:
        """Return the plan that is known to have most of an aim."""
        return max(self.plans, key=lambda x: float(aim @ x))

    def _choose_gap(self, end: End) -> float:
        """Return how closely an end is to be proven: where there may be none, so that this is told."""
        return self._slack if end.room > self._slack else self._speck / 2

    def _limit(self, seconds: float) -> float:
        return min(seconds, self.deadline.left)

    def _take(self, ends: Sequence[End], answer: MipResult) -> None:
        if len(ends) == 1:
            (end,) = ends
            end.bound = max(end.reached, min(end.bound, answer.bound))
        if answer.x is not None:
            self._take_plan(answer.x[: len(self.best)])

    def _take_plan(self, x: Floats) -> None:
        """Keep a plan that reaches farther than all others anywhere."""
        kept = False
        for end in self.ends:
            if (value := end.count(x)) > end.reached:
                end.reached, end.bound, kept = value, max(end.bound, value), True
        self.plans += [x] if kept else []

    def _is_open(self, end: End) -> bool:
        """Tell whether an end is not proven so closely, or leaves it open whether there is any money at all."""
        money = abs(end.reached), abs(end.bound)
        told = min(money) > self._speck or max(money) <= self._speck
        return end.room > self._speck / 2 and not (end.room <= self._slack and told)

    def _is_undecided(self, end: End) -> bool:
        """Tell whether the class of an end's row is not proven."""
        assert end.other is not None
        most, least = (end, end.other) if end.sign > 0 else (end.other, end)
        return not self._make_range(most, least).told

    def _make_range(self, most: End, least: End) -> MoneyRange:
        return MoneyRange(0.0 - least.reached, most.reached, 0.0 - least.bound, most.bound, self._speck, self._slack)

    def _tell(self, tell: Tell | None) -> None:
        if tell is not None:
            closed = sum(not self._is_open(end) for end in self.ends)
            tell(StudyProgress(closed // 2, len(self.ends) // 2))


def _keep(near: NearProgram) -> NearProgram:
    return near
