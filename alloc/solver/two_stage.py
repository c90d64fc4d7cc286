"""A question with scenarios in two stages: what is decided before a scenario is known, and what follows in each.

Lemma: with the first stage held, what follows is a linear program of each scenario alone, and prices of its limits say
what no first stage brings more of in it: a cut. So the first stage with one figure for what each scenario brings,
limited by cuts, is a relaxation: no plan is worth more than its bound. That needs that the goal, and every limit that
ties scenarios, counts what follows in a scenario in one proportion alone, and that more of it never harms; a question
in which it does not is not taken apart. Source: R. Van Slyke, R. Wets, "L-shaped linear programs with applications to
optimal control and stochastic programming", SIAM Journal on Applied Mathematics 17 (1969).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Flags, Floats, Ints, Matrix, Row, extend, take_columns
from alloc.solver.outcome import Why
from alloc.solver.safe import EPS, drop_unusable_prices, find_bounds, safe_bound
from alloc.solver.second_stage import AFTER
from alloc.solver.settling import RISKY
from alloc.solver.sub_mip import fix_columns

PARALLEL = 1e-9
"""Two countings of a scenario that differ by less than this part are one; what that may be wrong by is allowed for."""

SPECK = 1e-11
"""Part of the most that a scenario can bring; a decision that can do less to it is left out of a cut, which allows for
that."""


@dataclass(frozen=True)
class TwoStage:
    """A program of one goal taken apart.

    program: with such bounds of decisions as its limits give at no loss to a best plan;
    scenario: of each column, the number of the scenario that it follows, -1 for one of the first stage;
    rows: of each row, that of the scenario that it limits, -1 for one of the first stage or of several scenarios;
    worth: what each column counts in its scenario; first: columns of the first stage, the first ones of `master`,
    which has one more for what each scenario brings.
    """

    program: Matrix
    scenario: Ints
    rows: Ints
    worth: Floats
    first: Ints
    master: Matrix

    @property
    def count(self) -> int:
        """Number of scenarios."""
        return len(self.master.lower) - len(self.first)


class _NotInStagesError(Exception):
    """A question that does not fall apart by scenario."""


def split_stages(program: Matrix) -> TwoStage | None:
    """Take a program of one goal apart into two stages; None for one that does not fall apart by scenario."""
    scenario = _number_scenarios(program)
    after = scenario >= 0
    endless = np.isinf(program.upper) & program.integer  # what bounds it in a relaxation may be no whole number
    if not after.any() or program.integer[after].any() or endless.any():
        return None
    lower, upper = find_bounds(program, program.goals[0])
    bounded, rows = replace(program, lower=lower, upper=upper), _scenarios_of_rows(program, scenario)
    try:
        master, worth = _make_master(program, bounded, scenario, rows)
    except _NotInStagesError:
        return None
    return TwoStage(bounded, scenario, rows, worth, np.flatnonzero(~after).astype(np.int32), master)


def _number_scenarios(program: Matrix) -> Ints:
    numbers: dict[str, int] = {}
    found = np.full(len(program.lower), -1, dtype=np.int32)
    for j, (name, index) in enumerate(program.names):
        if name in AFTER:
            found[j] = numbers.setdefault(index[0], len(numbers))
    return found


def _scenarios_of_rows(program: Matrix, scenario: Ints) -> Ints:
    """Return the scenario that each row limits; -1 for none, for several, and where risk is measured."""
    rows, owner = program.rows, program.rows.owner()
    of = scenario[rows.column]
    least, most = np.full(rows.count, np.iinfo(np.int32).max), np.full(rows.count, -1)
    np.minimum.at(least, owner[of >= 0], of[of >= 0])
    np.maximum.at(most, owner, of)
    risky = np.array([name in RISKY for name, _ in program.names])
    measured = np.bincount(owner, risky[rows.column], rows.count) > 0
    return np.where((least == most) & ~measured, most, -1).astype(np.int32)


def _make_master(program: Matrix, bounded: Matrix, scenario: Ints, rows: Ints) -> tuple[Matrix, Floats]:
    """Return the first stage with what each scenario brings in place of what follows, and what each column counts.

    Raises _NotInStagesError.
    """
    first = np.flatnonzero(scenario < 0).astype(np.int32)
    worth, count = np.zeros(len(scenario)), int(scenario.max()) + 1
    place = np.full(len(scenario), -1, dtype=np.int32)
    place[first] = np.arange(len(first))
    brings = len(first) + np.arange(count)
    factors, error = _count_in_scenarios(bounded, scenario, worth, program.goals[0])
    more: list[Row] = []
    for columns, values, low, high in _ties(program, rows):
        before = scenario[columns] < 0
        if before.all():
            more.append((place[columns], values, low, high))
            continue
        line, sign = np.zeros(len(scenario)), _sense(low, high)
        line[columns] = sign * values
        parts, slack = _count_in_scenarios(bounded, scenario, worth, line)
        told = np.flatnonzero(parts)
        side = (low if sign > 0 else -high) - slack
        where = np.concatenate([place[columns[before]], brings[told]]).astype(np.int32)
        more.append((where, np.concatenate([sign * values[before], parts[told]]), side, INF))
    aimed = replace(program, goals=program.goals[:1], constants=program.constants[:1] + error)
    empty = take_columns(aimed, first, program.rows.take(np.zeros(0, dtype=np.int32), place))
    least, most = _ends(bounded, scenario, worth)
    master = extend(empty, least, most, np.zeros(count, dtype=bool), more)
    master.goals[0, brings] = factors
    return master, worth


def _ties(program: Matrix, rows: Ints) -> Iterator[Row]:
    """Yield the limits of the first stage, and those that tie scenarios."""
    of = program.rows
    for i in np.flatnonzero(rows < 0).tolist():
        inside = slice(int(of.start[i]), int(of.start[i + 1]))
        yield of.column[inside], of.value[inside], float(of.lower[i]), float(of.upper[i])


def _sense(low: float, high: float) -> float:
    """Return 1 for a limit that asks for at least so much, -1 for at most; one that asks for both ties too closely."""
    if np.isinf(low) == np.isinf(high):
        raise _NotInStagesError
    return 1.0 if np.isinf(high) else -1.0


def _count_in_scenarios(bounded: Matrix, scenario: Ints, worth: Floats, line: Floats) -> tuple[Floats, float]:
    """Return how often a line, of which more is better, counts what each scenario brings, and its largest error.

    worth: what columns count in their scenario, by the lines before; the first line that speaks of one says it.
    Raises _NotInStagesError for a line that counts in another proportion, or against it.
    """
    count, after = int(scenario.max()) + 1, scenario >= 0
    of, line = scenario[after], line[after]
    known = np.bincount(of, np.abs(worth[after]), count) > 0
    worth[after] = np.where(known[of], worth[after], line)
    base = worth[after]
    size = np.bincount(of, base * base, count)
    factors = np.bincount(of, base * line, count) / np.where(size > 0, size, 1.0)
    rest = line - factors[of] * base
    if (factors < 0).any() or (np.abs(rest) > PARALLEL * np.abs(line).max(initial=0.0)).any():
        raise _NotInStagesError
    wrong = np.abs(rest) + 4 * EPS * np.abs(line)
    reach = np.maximum(np.abs(bounded.lower[after]), np.abs(bounded.upper[after]))
    error = float((wrong * np.where(wrong > 0, reach, 0.0)).sum()) * (1 + PARALLEL)
    if np.isinf(error):
        raise _NotInStagesError
    return factors, error


def _ends(bounded: Matrix, scenario: Ints, worth: Floats) -> tuple[Floats, Floats]:
    """Return the least and the most that scenarios can bring by the bounds of decisions, with room for rounding."""
    counted = worth != 0
    of, count = scenario[counted], int(scenario.max()) + 1
    sides = np.stack([worth[counted] * bounded.lower[counted], worth[counted] * bounded.upper[counted]])
    least, most = np.bincount(of, sides.min(axis=0), count), np.bincount(of, sides.max(axis=0), count)
    room = PARALLEL * np.bincount(of, np.abs(sides).max(axis=0), count)
    return least - room, most + room


class Cuts:
    """What a question in two stages is known to bring at most in each scenario, tightened plan by plan."""

    def __init__(self, two: TwoStage):
        """Begin with no cut."""
        self.two, self._cuts = two, list[Row]()
        self._after: Flags = two.scenario >= 0
        chosen = np.flatnonzero(two.rows >= 0).astype(np.int32)
        self._owners = two.rows[chosen]
        rows = two.program.rows.take(chosen, np.arange(len(two.scenario), dtype=np.int32))
        self._inner = replace(two.program, rows=rows, goals=two.worth[None], constants=np.zeros(1))
        self._live: Live | None = None
        self._blocks = [self._take_block(k) for k in range(two.count)]

    def _take_block(self, k: int) -> tuple[Ints, Matrix]:
        """Return the columns that a scenario's limits speak of, and the program of these."""
        rows, of = self._inner.rows, self.two.scenario
        chosen = np.flatnonzero(self._owners == k).astype(np.int32)
        entries = rows.column[self._owners[rows.owner()] == k]
        columns = np.union1d(entries, np.flatnonzero(of == k)).astype(np.int32)
        renamed = np.zeros(len(of), dtype=np.int32)
        renamed[columns] = np.arange(len(columns))
        return columns, take_columns(self._inner, columns, rows.take(chosen, renamed))

    def _most(self, k: int) -> float:
        """Return the most that a scenario can bring, or lose."""
        j, master = len(self.two.first) + k, self.two.master
        return float(max(abs(master.lower[j]), abs(master.upper[j])))

    def master(self) -> Matrix:
        """Return the first stage with what each scenario is known to bring at most."""
        none = np.zeros(0)
        return extend(self.two.master, none, none, none.astype(bool), self._cuts)

    def add(self, x: Floats, deadline: Deadline) -> bool:
        """Cut off what no scenario brings with the first stage of a plan; False where that was not found out."""
        inner = fix_columns(self._inner, x, self._after)
        if self._live is None:
            self._live = Live(inner.lower, inner.upper, None, inner.rows)
            self._live.aim(inner.goals[0])
        else:
            self._live.bound_rows(inner.rows.lower, inner.rows.upper)
        found = self._live.run(deadline)
        if found.why is not Why.DONE or found.prices is None:
            return False
        useful = [k for k in range(self.two.count) if self._most(k) > 0]
        cuts = [self._cut(k, found.prices[self._owners == k]) for k in useful]
        self._cuts += cuts
        return all(np.isfinite(most) for *_, most in cuts)

    def _cut(self, k: int, prices: Floats) -> Row:
        """Return what a scenario brings at most, by prices of its limits: as a limit of the master, safely rounded."""
        columns, block = self._blocks[k]
        before = self.two.scenario[columns] < 0
        rows, prices = block.rows, drop_unusable_prices(block.rows, prices)
        priced = np.bincount(rows.column, rows.value * prices[rows.owner()], len(columns))
        reach = np.maximum(np.abs(block.lower), np.abs(block.upper))
        told = before & (np.abs(priced) * reach > SPECK * self._most(k))
        most = safe_bound(block, block.goals[0] + np.where(told, priced, 0.0), 0.0, prices)
        place = np.searchsorted(self.two.first, columns[told])
        where = np.append(place, len(self.two.first) + k).astype(np.int32)
        return where, np.append(priced[told], 1.0), -INF, most + SPECK * self._most(k)
