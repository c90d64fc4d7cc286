"""Plans far from others among those that are nearly as good as the best (modelling to generate alternatives).

A plan is sought in rounds of linear programs with the whole decisions of a start held, and then with a search. Where
money is in lots or units are whole by the hundred, these are in any amount at first, else nothing could move, and the
plan keeps a little above the floor of each goal, which rounding may lose. What comes out is made whole, and the search
is left out: of Hotan 2019 in lots one node of it finds nothing.
Source: E. Brill, S.-Y. Chang, L. Hopkins, Management Science 28 (1982), modelling to generate alternatives.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from alloc.solver.matrix import INF, Floats, Ints, Matrix, Row, extend
from alloc.solver.multi.near_optimal import CLOSE, CLOSE_IN_LOTS, GRAIN, NearOptimalSet
from alloc.solver.near_relaxed import search_near_relaxed
from alloc.solver.outcome import Stop
from alloc.solver.rounding import How, has_many_grains, improve_near, make_near, relax_grains
from alloc.solver.sub_mip import fix_and_solve

Other = tuple[Floats, float]
"""Another plan: aid by place [money], and how many times its distance counts."""

Ends = Mapping[int, tuple[float, float]]
"""The range in which the aid of a county, by its number, must stay [money]."""

Far = tuple[Floats, float]
"""A plan, and its distance from others [money added and taken away]."""

ROUNDS, SEARCHES, NODES = 4, 2, 1
"""Rounds for a far plan, with whole decisions held and then with a search, and how many nodes each search may take."""

COARSE = 0.2
"""A search for a far plan may end this part of the distance short."""

FEW_STARTS = 6
"""By blocks a far plan is sought from so many starts, those that are farthest already: each takes linear programs over
the whole, of which hundreds of counties would need thousands."""

TRIED = 3
"""So many far plans in any amount are made whole at most, the farthest first, until one can be."""

ROOM = 0.05
"""This part of what a plan in any amount may lose of a goal is left for lots to lose."""

FAR = 0.5
"""A plan with this part of the distance that there is in any amount is far enough: not every lot is chosen anew."""

GAINED = 0.01
"""Rounds end when one gains less than this part of the distance."""

WIDE = 0.05
"""Searches in a direction, which only give others a place to begin, end this part of all aid short."""


def measure_distance(totals: Floats, others: Sequence[Other]) -> float:
    """Return how much money is added and taken away, at least, between a plan and some others."""
    return min((times * float(np.abs(totals - other).sum()) for other, times in others), default=INF)


class FarPlans:
    """The nearly best plans of a question, asked for some that are far from others."""

    def __init__(self, near: NearOptimalSet):
        """Begin with a set of plans nearly as good as the best."""
        self.near = near
        self._in_lots = has_many_grains(near.whole)
        self._free = relax_grains(near.leave_room(ROOM)) if self._in_lots else near.whole
        self._made: dict[bytes, Floats | None] = {}
        """What was found, or could not be: while plans are spread the same is asked again and again."""

    def go_toward(self, direction: Floats, scale: float) -> Floats | None:
        """Return a plan with much aid in a direction over places, in any amount: a place to begin.

        scale: all aid there is [money].
        """
        aim = direction @ self.near.money
        if self._in_lots:
            aimed = replace(self._free, goals=aim[None], constants=np.zeros(1))
            return search_near_relaxed(aimed, Stop(WIDE * scale), self.near.deadline).x
        return self.near.open_once(self._free).solve(aim, {}, WIDE * scale, nodes=NODES).x

    def find_farthest(
        self, others: Sequence[Other], starts: Sequence[Floats], ends: Ends, at_end: bool = False
    ) -> Far | None:
        """Return a plan as far as can be found from all others, and its distance.

        others: plans to keep away from. starts: plans to begin from, in any amount. From a start, distances are
        measured in the direction in which the start already differs, which makes them linear; the plan found is a new
        start until nothing is gained. at_end: whether the range is the very end of one, where hardly a plan in lots
        lies: it is one of the starts.
        """
        starts = [x for x in starts if self._keeps_ends(x, ends)]
        if self._in_lots and at_end:
            return self._pick_whole(others, starts)
        if self.near.by_blocks is not None:
            starts = sorted(starts, key=lambda x: -measure_distance(self.near.sum_aid(x), others))[:FEW_STARTS]
        climbed = [self._climb(others, (x, self._measure(x, others)), ends, ROUNDS, whole=False) for x in starts]
        climbed.sort(key=lambda far: -far[1])
        if self._in_lots:
            return self._make_whole(others, climbed, starts, ends)
        return self._climb(others, climbed[0], ends, SEARCHES, whole=True) if climbed else None

    def _make_whole(
        self, others: Sequence[Other], climbed: Sequence[Far], starts: Sequence[Floats], ends: Ends
    ) -> Far | None:
        """Return the farthest plan in lots that has the yes and no of one in any amount, else the farthest start."""
        known = [far for far in (self._pick_whole(others, starts),) if far is not None]
        differing = self._pick_differing(climbed)
        for x, how in [(x, how) for how in (How.SPLIT, How.UNPRESOLVED) for x in differing[:TRIED]]:
            made = self._move_away(others, x, ends, how)
            if made is not None:
                known.append((made, self._measure(made, others)))
                break
        if differing and all(distance < FAR * climbed[0][1] for _, distance in known):
            made = self._move_away(others, differing[0], ends, How.ANEW)
            known += [] if made is None else [(made, self._measure(made, others))]
        return max(known, key=lambda far: far[1], default=None)

    def _pick_whole(self, others: Sequence[Other], starts: Sequence[Floats]) -> Far | None:
        """Return the farthest of the starts that keep lots and whole units."""
        known = [(x, self._measure(x, others)) for x in starts if self._is_whole(x)]
        return max(known, key=lambda far: far[1], default=None)

    def _pick_differing(self, climbed: Sequence[Far]) -> list[Floats]:
        """Return one plan, the first, for each choice of yes and no."""
        chosen: dict[bytes, Floats] = {}
        for x, _ in climbed:
            chosen.setdefault(np.round(x[self._free.integer]).tobytes(), x)
        return list(chosen.values())

    def drive_back(self, others: Sequence[Other], x: Floats, c: int, most: bool, least: float) -> Floats:
        """Return a plan with as much, or as little, aid for a county as can be found from x.

        It keeps at least so far [money added and taken away] from all others, in the directions in which x differs.
        """
        totals = self.near.sum_aid(x)
        least -= GRAIN * max(1.0, least)
        rows = [(columns, values, base + least, INF) for columns, values, base in self._point_away(others, totals)]
        none, no = np.zeros(0), np.zeros(0, dtype=bool)
        program = extend(self.near.whole, none, none, no, rows)
        row = self.near.by_county[c] @ self.near.money
        aim = row if most else -row
        close = CLOSE_IN_LOTS if self._in_lots else CLOSE
        found = self._drive(program, aim, x, Stop(close * float(totals.sum())))
        return x if found is None or aim @ found < aim @ x else found

    def _drive(self, program: Matrix, aim: Floats, x: Floats, stop: Stop) -> Floats | None:
        if self._in_lots:
            return improve_near(program, aim, x, stop, self.near.deadline).x
        return self._search(program, aim, x, stop)

    def _climb(self, others: Sequence[Other], here: Far, ends: Ends, rounds: int, whole: bool) -> Far:
        """Return where rounds lead from a start; whole: whether whole decisions may change, else they are held."""
        for _ in range(rounds):
            if self.near.deadline.over():
                break
            answer = self._move_away(others, here[0], ends, How.SPLIT if whole else None)
            distance = -INF if answer is None else self._measure(answer, others)
            before = here[1]
            if answer is not None and distance > before:
                here = answer, distance
            if distance <= before * (1 + GAINED) + GRAIN:
                break
        return here

    def _move_away(self, others: Sequence[Other], x: Floats, ends: Ends, how: How | None) -> Floats | None:
        """Return the plan farthest from others in the directions in which x differs from them.

        how: whole decisions may change, and so lots are made whole; None: they are held, in any amount.
        """
        here, rows = self.near.sum_aid(x), list(self._hold_ends(ends))
        question = self._free if how is None else self.near.whole
        last = len(question.lower)
        for columns, values, least in self._point_away(others, here):
            rows.append((np.append(columns, last).astype(np.int32), np.append(-values, 1.0), -INF, -least))
        least = (
            -INF if self.near.by_blocks is None else 0.0
        )  # what the master decides is bounded, else nothing is proven
        program = extend(question, np.array([least]), np.array([INF]), np.zeros(1, dtype=bool), rows)
        aim, start = np.append(np.zeros(last), 1.0), np.append(x, measure_distance(here, others))
        if how is not None:
            answer = self._search(program, aim, start, Stop(GRAIN, COARSE), how)
        else:
            aimed = replace(program, goals=aim[None], constants=np.zeros(1))
            answer = self._ask_once(program, aim, start, how, lambda: self._fill(aimed, start))
        return None if answer is None else answer[:last]

    def _fill(self, aimed: Matrix, start: Floats) -> Floats | None:
        held = fix_and_solve(aimed, np.ones(1), start, self.near.deadline)
        return None if held is None else held.x

    def _search(self, program: Matrix, aim: Floats, x: Floats, stop: Stop, how: How = How.SPLIT) -> Floats | None:
        """Return the plan with the most of a goal that one node of a search finds; in lots with the yes and no of x."""
        if not self._in_lots:
            return self.near.open_once(program).solve(aim, {}, stop.gap, stop.part, [x], NODES).x
        brief = replace(stop, nodes=NODES)
        return self._ask_once(
            program, aim, x, how, lambda: make_near(program, aim, x, brief, self.near.deadline, how).x
        )

    def _ask_once(
        self, program: Matrix, aim: Floats, x: Floats, how: How | None, find: Callable[[], Floats | None]
    ) -> Floats | None:
        """Return what is found, from what was found before where the same is asked again.

        By blocks nothing is kept: few of so many plans are asked for again, and each is large.
        """
        if self.near.by_blocks is not None:
            return find()
        asked = _identify(program, aim, x, how)
        if asked not in self._made:
            self._made[asked] = find()
        return self._made[asked]

    def _measure(self, x: Floats, others: Sequence[Other]) -> float:
        return measure_distance(self.near.sum_aid(x), others)

    def _is_whole(self, x: Floats) -> bool:
        """Tell whether a plan keeps lots and whole units."""
        whole = x[: len(self.near.whole.lower)][self.near.whole.integer]
        return bool((np.abs(whole - np.round(whole)) <= GRAIN).all())

    def _keeps_ends(self, x: Floats, ends: Ends) -> bool:
        local = self.near.by_county @ self.near.sum_aid(x)
        return all(low <= local[c] <= high for c, (low, high) in ends.items())

    def _hold_ends(self, ends: Ends) -> Iterator[Row]:
        for c, (low, high) in ends.items():
            row = self.near.by_county[c] @ self.near.money
            columns = np.flatnonzero(row).astype(np.int32)
            yield columns, row[columns], low, high

    def _point_away(self, others: Sequence[Other], here: Floats) -> Iterator[tuple[Ints, Floats, float]]:
        """Yield the distance from each other plan in the direction in which `here` differs: columns, values, and what
        to take off their sum."""
        middle = np.mean([here, *(other for other, _ in others)], axis=0)
        for other, times in others:
            sign = np.where(np.abs(here - other) > GRAIN, np.sign(here - other), np.where(other > middle, -1.0, 1.0))
            direction = sign @ self.near.money
            columns = np.flatnonzero(direction).astype(np.int32)
            yield columns, times * direction[columns], times * float(sign @ other)


def _identify(program: Matrix, aim: Floats, x: Floats, how: How | None) -> bytes:
    """Return what tells a wish for a plan from every other about the same set of plans."""
    rows = program.rows
    parts = (rows.start, rows.column, rows.value, rows.lower, rows.upper, aim, x)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts) + str(how).encode()).digest()
