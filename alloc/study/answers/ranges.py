"""Least and most of every county, cell and measure over all nearly best plans, what is easy to prove first."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import numpy as np

from alloc.instance import CATEGORIES
from alloc.solver import (
    Deadline,
    EndSearch,
    JointSearch,
    MipResult,
    NearGoal,
    NearOptimalSet,
    NearProgram,
    RelaxedEnds,
    RelaxedLosses,
    TargetSearch,
    choose_target,
    search_end,
    search_jointly,
    search_target,
)
from alloc.solver.matrix import INF, Floats
from alloc.solver.pool import Pool
from alloc.study.request import StudyProgress, Tell

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

SMALL = 100
"""With fewer whole decisions every search is one over all of them, in this process."""

AGAIN = 3
"""Many ends are searched for at once again as long as that closes so many of them."""

STEPS = 12
"""So many targets are asked in turn for one end."""

BATCH, FILL = 8, 1.2
"""One plan is asked to reach so many bounds at once, as long as that costs this part of what may be lost, as far as the
relaxed program tells. Measured on Hotan 2019: 0.25 s an end where one after the other takes 1 s."""

TARGET = (3.0, 15.0)
"""Longest times of asking for the targets of an end, in turn [s]: some take ten times what others do."""

Key = tuple[str, ...]
"""What a range is of: a county, a county and a category, or a measure behind two empty words."""


@dataclass(frozen=True)
class MoneyRange:
    """Least and most money over all plans within the tolerance [money].

    low and high: reached by plans; least and most: proven, none lies beyond. speck: money that is none; slack: how
    closely the ends are to be proven.
    """

    low: float
    high: float
    least: float
    most: float
    speck: float
    slack: float

    @property
    def kind(self) -> str:
        """`always` where every plan has money, `never` where none has, `open` where some have or it is not proven."""
        if self.least > self.speck:
            return "always"
        return "never" if self.most <= self.speck else "open"

    @property
    def proven(self) -> bool:
        """Tell whether both ends are proven so closely, and the class."""
        close = self.low - self.least <= self.slack and self.most - self.high <= self.slack
        return close and (self.kind != "open" or self.low <= self.speck < self.high)

    @property
    def row(self) -> tuple[object, ...]:
        """What a table says of it."""
        return self.low, self.high, self.least, self.most, self.kind, int(self.proven)


def list_rows(near: NearOptimalSet) -> dict[Key, tuple[int, Floats]]:
    """Return what is asked about: the number of its county, and its money as a row over the decisions."""
    rows: dict[Key, tuple[int, Floats]] = {}
    number = {county: c for c, county in enumerate(near.counties)}
    for county, c in number.items():
        rows[county,] = c, near.by_county[c] @ near.money
        for category in CATEGORIES:
            inside = np.array([place[:2] == (county, category) for place in near.places], dtype=np.float64)
            rows[county, category] = c, inside @ near.money
    measures = near.list_payable()
    for m, row in zip(measures, near.list_payments(measures), strict=True):
        rows["", "", m] = number[near.instance.measures[m].county], row
    return rows


@dataclass(eq=False)
class _End:
    """The most that a row counts, times a sign: 1 for the most money, -1 for the least.

    county: by number; bound: no plan counts more; reached: by a plan.
    """

    row: Floats
    sign: float
    county: int
    bound: float
    reached: float = -INF

    def __post_init__(self) -> None:
        self._columns = np.flatnonzero(self.row)
        self._values = self.sign * self.row[self._columns]

    def count(self, x: Floats) -> float:
        """Return what a plan counts."""
        return float(self._values @ x[self._columns])

    @property
    def aim(self) -> Floats:
        """What is counted, by decision."""
        return self.sign * self.row

    @property
    def room(self) -> float:
        """What may still lie beyond the plans that are known."""
        return self.bound - self.reached


Task = tuple[Callable[..., MipResult], EndSearch | TargetSearch | JointSearch]
"""What a worker is to do, and of what."""

Ask = Callable[[Sequence[_End]], Task]
"""How ends are searched for."""

GoOn = Callable[[list[_End], list[_End]], list[list[_End]]]
"""With which ends a search goes on, of those asked for and those of them that are still open."""


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
    ends: list[_End] = field(default_factory=list)
    plans: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        scale = max(1.0, float(self.near.sum_aid(self.best).sum()))
        self._speck, self._slack = SPECK * scale, CLOSE * scale

    def find_ranges(self, rows: Mapping[Key, tuple[int, Floats]], tell: Tell | None) -> dict[Key, MoneyRange]:
        """Return the range of every row: what no plan goes beyond, and what plans reach."""
        pairs = {}
        for c, row in rows.values():
            pairs[row.tobytes()] = (_End(row, 1.0, c, INF), _End(row, -1.0, c, 0.0))  # money is never below 0
        self.ends = list(chain.from_iterable(pairs.values()))
        self._take_plan(self.best)
        self._bound_all()
        self._tell(tell)
        near = self.near.as_near_program()
        self.pool.keep([near], _keep)
        if int(self.near.whole.integer.sum()) >= SMALL:
            self._search_first(near, tell)
        for seconds in WHOLE:
            self._search(self._list_open(), partial(self._ask_end, None, seconds), tell)
        return {key: self._make_range(*pairs[row.tobytes()]) for key, (_, row) in rows.items()}

    def _search_first(self, near: NearProgram, tell: Tell | None) -> None:
        """Search for ends the quick ways: by targets of the goal where there is one alone, else county by county."""
        if self.near.has_targets and near.goal is not None:
            self._search(self._list_batches(near.goal), self._ask_bounds, tell, _halve)
            for seconds in TARGET:
                self._search(self._list_open(), partial(self._ask_between, seconds), tell)
        else:
            self._search(self._list_groups(), self._ask_together, tell, _keep_together)
            self._search(self._list_open(), self._ask_nearby, tell)

    def _list_batches(self, goal: NearGoal) -> list[list[_End]]:
        """Return the ends of a county that one plan may reach together, those first whose targets cost least."""
        relaxed, most = RelaxedLosses(goal, self.deadline), goal.best - goal.least
        losses = [(end.county, relaxed.estimate(end.aim, self._choose_bound(end)), end) for (end,) in self._list_open()]
        batches: list[list[_End]] = []
        total, where = 0.0, -1
        for county, loss, end in sorted(losses, key=lambda found: found[:2]):
            if loss > most:
                continue
            if county != where or len(batches[-1]) >= BATCH or total + loss > FILL * most:
                batches.append([])
                total, where = 0.0, county
            batches[-1].append(end)
            total += loss
        return batches

    def _bound_all(self) -> None:
        """Bound every end by the relaxed program, and by what the limits of each decision alone allow."""
        relaxed = RelaxedEnds(self.near.whole, self.deadline)
        for end in self.ends:
            if end.sign > 0:
                end.bound = self.near.limit_most(end.row)
            if end.room > 0 and not self.deadline.over():
                bound, plan = relaxed.solve(end.sign * end.row)
                end.bound = max(end.reached, min(end.bound, bound))
                if plan is not None:
                    self._take_plan(plan)

    def _list_groups(self) -> list[list[_End]]:
        """Return the ends of each county, the most and the least apart."""
        groups: dict[tuple[int, float], list[_End]] = {}
        for end in self.ends:
            groups.setdefault((end.county, end.sign), []).append(end)
        return list(groups.values())

    def _list_open(self) -> list[list[_End]]:
        """Return the ends that are open, each alone, those with least room first."""
        return [[end] for end in sorted(filter(self._is_open, self.ends), key=lambda end: end.room)]

    def _search(self, groups: Sequence[list[_End]], ask: Ask, tell: Tell | None, go_on: GoOn | None = None) -> None:
        """Search for the ends of each group that are open. go_on: with which of them after that; with none else."""
        waiting = deque(groups)
        asked: dict[int, list[_End]] = {}
        while (waiting or self.pool.busy) and not self.deadline.over():
            for worker in self.pool.idle:
                if ends := self._take_next(waiting):
                    asked[worker] = ends
                    self.searches += 1
                    self.pool.give(worker, (0,), *ask(ends))
            for worker, answer in self.pool.receive():
                ends = asked[worker]
                if answer is not None:  # None: the process was lost, and the ends stay open
                    self._take(ends, answer)
                if go_on is not None:
                    waiting.extend(go_on(ends, list(filter(self._is_open, ends))))
            self._tell(tell)
        self.pool.abandon()

    def _take_next(self, waiting: deque[list[_End]]) -> list[_End]:
        """Take groups from those that wait, up to one with ends that are open; return these, none where all closed."""
        ends: list[_End] = []
        while waiting and not ends:
            ends = list(filter(self._is_open, waiting.popleft()))
        return ends

    def _ask_together(self, ends: Sequence[_End]) -> Task:
        """Ask for many ends of a county at once, of each of which what is open counts as 1."""
        aim = np.sum([end.sign / end.room * end.row for end in ends], axis=0)
        return search_end, EndSearch(aim, self._pick_start(aim), ends[0].county, QUARTER, self._limit(TOGETHER))

    def _ask_nearby(self, ends: Sequence[_End]) -> Task:
        return self._ask_end(ends[0].county, NEARBY, ends)

    def _ask_end(self, block: int | None, seconds: float, ends: Sequence[_End]) -> Task:
        """Ask for one end, with the whole decisions of its county or all free."""
        (end,) = ends
        start, gap = self._pick_start(end.aim), self._choose_gap(end)
        return search_end, EndSearch(end.aim, start, block, gap, self._limit(seconds))

    def _ask_bounds(self, ends: Sequence[_End]) -> Task:
        """Ask for a plan that reaches what bounds some ends, all at once."""
        targets = [self._choose_bound(end) for end in ends]
        aims, block = np.array([end.aim for end in ends]), ends[0].county
        return search_jointly, JointSearch(aims, np.array(targets), block, self._limit(TARGET[-1]))

    def _choose_bound(self, end: _End) -> float:
        """Return what a plan is to reach for an end to be proven by it; where none may be all there is, no less."""
        return end.bound - (0.0 if abs(end.bound) <= self._speck else self._choose_gap(end))

    def _ask_between(self, seconds: float, ends: Sequence[_End]) -> Task:
        """Ask for plans between what is reached and what bounds an end, until it is proven."""
        (end,) = ends
        target, start = choose_target(end.reached, end.bound), self._pick_start(end.aim)
        limits = end.bound, self._choose_gap(end), STEPS, self._limit(seconds)
        return search_target, TargetSearch(end.aim, target, end.county, start, *limits)

    def _pick_start(self, aim: Floats) -> Floats:
        """Return the plan that is known to have most of an aim."""
        return max(self.plans, key=lambda x: float(aim @ x))

    def _choose_gap(self, end: _End) -> float:
        """Return how closely an end is to be proven: where there may be none, so that this is told."""
        return self._slack if end.room > self._slack else self._speck / 2

    def _limit(self, seconds: float) -> float:
        return min(seconds, self.deadline.left)

    def _take(self, ends: Sequence[_End], answer: MipResult) -> None:
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

    def _is_open(self, end: _End) -> bool:
        """Tell whether an end is not proven so closely, or leaves it open whether there is any money at all."""
        money = abs(end.reached), abs(end.bound)
        told = min(money) > self._speck or max(money) <= self._speck
        return end.room > self._speck / 2 and not (end.room <= self._slack and told)

    def _make_range(self, most: _End, least: _End) -> MoneyRange:
        return MoneyRange(-least.reached, most.reached, -least.bound, most.bound, self._speck, self._slack)

    def _tell(self, tell: Tell | None) -> None:
        if tell is not None:
            closed = sum(not self._is_open(end) for end in self.ends)
            tell(StudyProgress(closed // 2, len(self.ends) // 2))


def _keep(near: NearProgram) -> NearProgram:
    return near


def _keep_together(ends: list[_End], left: list[_End]) -> list[list[_End]]:
    """Go on with what is left of a group, as long as enough of it was closed."""
    return [left] if len(ends) - len(left) >= AGAIN else []


def _halve(ends: list[_End], left: list[_End]) -> list[list[_End]]:
    """Go on with what is left of several ends in two halves: one plan did not reach them all."""
    middle = (len(left) + 1) // 2
    return [half for half in (left[:middle], left[middle:]) if half and len(ends) > 1]
