"""Plans nearly as good as the best: those with most or least for a county, and those that tie.

Plans are compared by the aid that goes to each place: a county, a category and an industry. Which of several measures
of a place carries it, and which fund pays, makes no difference: a plan with two equal measures swapped is the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from alloc.instance import Instance, Options
from alloc.instance.lookups import leaned_on
from alloc.instance.rules import Count
from alloc.model import build_years, each_year, goals_in_order
from alloc.solution import Solution
from alloc.solver.conclusion import FINEST
from alloc.solver.deadline import Deadline
from alloc.solver.decomposition import label_columns
from alloc.solver.lp_relaxation import solve_lp_relaxation
from alloc.solver.matrix import INF, Floats, Ints, Matrix, Row, add_floor, compile_expressions, compile_matrix, extend
from alloc.solver.multi.biobjective import judge
from alloc.solver.multi.by_blocks import BlockSearch
from alloc.solver.multi.near_ends import NearGoal, NearProgram
from alloc.solver.regret import know_optima
from alloc.solver.reoptimise import MipResult, RepeatedMip
from alloc.solver.rounding import has_many_grains
from alloc.solver.safe import safe_bound
from alloc.solver.standing import tell_standing
from alloc.solver.sub_mip import fix_and_solve, search_neighbourhood
from alloc.solver.tie_break import maximise_linkage
from alloc.solver.whole import SMALL, know_standing, search_alone

Place = tuple[str, str, str]
"""County, category and industry (empty: the whole county)."""

CLOSE_IN_LOTS = 5e-4
"""In lots, ranges of counties are proven to this part of all aid: the last lots take most of a proof."""

CLOSE = 1e-4
"""Ranges of counties are proven to this part of all aid."""

EndAsk = tuple[Floats, float, Sequence[Floats]]
"""What a plan is to have most of, how closely to prove it, in its unit, and plans to begin from."""

GRAIN = 1e-6
"""Money is held to this part of itself."""


class NearOptimalSet:
    """A question whose plans must lose at most a part of each goal, kept alive to be asked many times."""

    def __init__(
        self,
        instance: Instance,
        options: Options,
        own: Solution,
        within: float,
        deadline: Deadline,
        by_blocks: BlockSearch | None = None,
    ):
        """Build the question once.

        own: the best plan with its bounds; within: part of each goal that a plan may lose. by_blocks: how programs are
        searched where not as a whole.
        """
        self.instance, self.own, self.asked = instance, own, options.gap
        self.model = build_years(instance if instance.questions else know_standing(instance))
        tell_standing(self.model, search_alone)
        know_optima(self.model, instance, options, search_alone)
        whole = compile_matrix(self.model, goals_in_order(self.model, instance))
        self.floors = tuple(find_floor(stage.objective, stage.bound, within) for stage in own.stages)
        for row, constant, least in zip(whole.goals, whole.constants, self.floors, strict=True):
            whole = add_floor(whole, row, least - float(constant))
        self.whole = whole
        self.places, self.money = self._list_places()
        self.counties = tuple(instance.counties)
        self.by_county = np.array([[p[0] == c for p in self.places] for c in self.counties], dtype=np.float64)
        self.deadline, self.by_blocks, self._options = deadline, by_blocks, options
        watched = self.by_county @ self.money
        self._program = self._open(whole, watched)
        self._further = 0
        large = by_blocks is not None and int(whole.integer.sum()) >= SMALL
        self._near = label_columns(whole, instance) if large else None

    @property
    def solves(self) -> int:
        """Return how many searches were made."""
        return self._program.solves + self._further

    def _list_places(self) -> tuple[tuple[Place, ...], Floats]:
        """Return the places that aid can go to, and the aid of each, of all years, as a row over the decisions."""
        local: dict[Place, list[object]] = {}
        for year in each_year(self.model):
            for m, row in year.question.measures.items():
                if row.eligible and len(year.AID_OF[m]):
                    local.setdefault((row.county, row.category, row.industry), []).append(year.Aid[m])
        rows, _ = compile_expressions(self.whole.variables, [sum(aid) for aid in local.values()])
        return tuple(local), rows

    def sum_aid(self, x: Floats) -> Floats:
        """Return the aid of each place [money]."""
        found: Floats = self.money @ x[: self.money.shape[1]]
        return found

    def list_payments(self, measures: Sequence[str]) -> Floats:
        """Return the money of each of some measures in all years, whoever pays it, as a row over the decisions."""
        paid = [sum(year.Paid[m] for year in each_year(self.model)) for m in measures]
        rows, _ = compile_expressions(self.whole.variables, paid)
        return rows

    def list_payable(self) -> list[str]:
        """Return the measures that may be paid for in some year."""
        years = list(each_year(self.model))
        found = []
        for m in self.instance.measures:
            if any(year.question.measures[m].eligible and len(year.FUNDS_OF[m]) for year in years):
                found.append(m)
        return found

    def read_decisions(self, plan: Solution) -> Floats:
        """Return a plan of the question as a row of decisions."""
        found = []
        for x in self.whole.variables:
            of, block = x.parent_component().local_name, x.parent_block()
            values = plan.values if block is self.model else plan.years[block.index()]
            found.append(values[of][x.index()])
        return np.array(found)

    def leave_room(self, part: float) -> Matrix:
        """Return the program in which a plan may lose less of each goal, by a part of what it may lose."""
        lower, first = self.whole.rows.lower.copy(), self.whole.rows.count - len(self.floors)
        for i, (stage, least) in enumerate(zip(self.own.stages, self.floors, strict=True)):
            lower[first + i] += part * max(0.0, stage.objective - least)
        return replace(self.whole, rows=replace(self.whole.rows, lower=lower))

    @property
    def has_targets(self) -> bool:
        """Tell whether targets are asked of the goal: there is one alone, and few enough whole decisions for it."""
        return len(self.whole.goals) == 1 and int(self.whole.integer.sum()) < SMALL

    def as_near_program(self) -> NearProgram:
        """Return the set as workers keep it."""
        program = replace(self.whole, variables=())
        return NearProgram(program, label_columns(self.whole, self.instance), self._free_goal(program))

    def _free_goal(self, program: Matrix) -> NearGoal | None:
        """Return the goal where there is one alone, with the program in which it is not held."""
        if len(program.goals) > 1:
            return None
        lower = program.rows.lower.copy()
        lower[-1] = -INF
        free = replace(program, rows=replace(program.rows, lower=lower))
        constant = float(program.constants[0])
        best = self.own.stages[0].bound - constant
        return NearGoal(free, program.goals[0], best, self.floors[0] - constant, self.read_decisions(self.own))

    def find_county_end(self, c: int, most: bool, best: Floats, scale: float) -> MipResult:
        """Return the plan with the most, or the least, aid for a county; scale: all aid there is [money]."""
        asked = self.ask_county_end(c, most, best, scale)
        if self._near is None:
            return self._as_aid(c, most, search_end(self._program, asked))
        aim, gap, _ = asked
        return self.take_county_end(c, most, self._find_end_nearby(aim, c, best, gap))

    def ask_county_end(self, c: int, most: bool, best: Floats, scale: float) -> EndAsk:
        """Return the search for the plan with the most, or the least, aid for a county; the least counts against it."""
        row, in_lots = self._sum_county(c), has_many_grains(self.whole)
        starts = (best,) if in_lots or self.by_blocks is not None else ()
        return row if most else -row, (CLOSE_IN_LOTS if in_lots else CLOSE) * scale, starts

    def take_county_end(self, c: int, most: bool, answer: MipResult) -> MipResult:
        """Return what a search beside this one's own for the most, or the least, aid for a county found, as its aid."""
        self._further += 1
        return self._as_aid(c, most, answer)

    def _as_aid(self, c: int, most: bool, answer: MipResult) -> MipResult:
        """Return what was found of a county's aid, which counts against itself where the least is sought."""
        if not most:
            return replace(answer, value=-answer.value, bound=-answer.bound)
        return replace(answer, bound=min(answer.bound, self.limit_most(self._sum_county(c))))

    def _sum_county(self, c: int) -> Floats:
        """Return the aid of a county as a row over the decisions."""
        row: Floats = self.by_county[c] @ self.money
        return row

    def limit_most(self, row: Floats) -> float:
        """Return what the limits of each decision alone let a row count at most: a bound where a search is stopped."""
        paid = np.flatnonzero(row)
        return float(row[paid] @ self.whole.upper[paid])

    def _find_end_nearby(self, aim: Floats, c: int, best: Floats, gap: float) -> MipResult:
        """Return the plan with the most of a county's goal that differs in its whole decisions from the best one there
        alone, and a bound on all plans: that of the relaxed program, by prices that a proof may rest on.

        Of hundreds of counties two searches each would take hours, and what others decide hardly matters to one.
        """
        program = replace(self.whole, goals=aim[None], constants=np.zeros(1))
        free = ~program.integer | (self._near == c)
        found = search_neighbourhood(program, np.ones(1), best, free, self.deadline, self._options.time_limit, gap)
        exact = None if found.x is None else fix_and_solve(program, np.ones(1), found.x, self.deadline.brief())
        x = best if exact is None else exact.x
        relaxed = solve_lp_relaxation(program, np.ones(1), self.deadline)
        value = float(aim @ x)
        return MipResult(x, value, max(value, safe_bound(program, aim, 0.0, relaxed.prices)))

    def _open(self, program: Matrix, watched: Floats) -> RepeatedMip:
        seconds, threads = self._options.time_limit, self._options.threads or 1
        return RepeatedMip(program, watched, self.deadline, seconds, threads, self.by_blocks)

    def open_elsewhere(self) -> Callable[[Deadline], RepeatedMip]:
        """Return what opens the set's own search in another process, heard by a deadline there."""
        seconds, threads = self._options.time_limit, self._options.threads or 1
        program, watched = replace(self.whole, variables=()), self.by_county @ self.money
        return partial(RepeatedMip, program, watched, seconds=seconds, threads=threads)

    def open_once(self, program: Matrix) -> RepeatedMip:
        """Return a further program as a search that is counted."""
        self._further += 1
        return self._open(program, np.zeros((0, len(program.lower))))

    def as_solution(self, x: Floats, why: str) -> Solution:
        """Return a plan as a solution of the question: the best with its whole decisions and the aid of each place."""
        totals = self.sum_aid(x)
        rows: list[Row] = []
        for row, total in zip(self.money, totals, strict=True):
            columns, speck = np.flatnonzero(row).astype(np.int32), GRAIN * max(1.0, abs(total))
            rows.append((columns, row[columns], total - speck, total + speck))
        none, no = np.zeros(0), np.zeros(0, dtype=bool)
        whole = extend(self.whole, none, none, no, rows)
        for i in range(len(whole.goals)):
            exact = fix_and_solve(whole, np.eye(len(whole.goals))[i], x, self.deadline.brief())
            if exact is not None:
                x = exact.x
                whole = add_floor(whole, whole.goals[i], exact.value - float(whole.constants[i]))
        x = maximise_linkage(self.model, self.whole, self.whole.goals, x, self.deadline)
        return judge(self.model, self.instance, self.whole, x, self.own, self.asked, why)

    def list_choices(self) -> Ints:
        """Return the whole decisions that tell plans apart: measures that go ahead or not, and whole units."""
        told = {("Funded", m) for m in self._list_begun()}
        for m, row in self.instance.measures.items():
            if row.integer and self.model.least[m] < self.model.most[m]:
                told.add(("Units", m))
        free = self.whole.lower < self.whole.upper
        return np.array([j for j, name in enumerate(self.whole.names) if free[j] and name in told], dtype=np.int32)

    def _list_begun(self) -> set[str]:
        """Return the measures for which it matters whether they go ahead, whatever their units.

        One that costs nothing to begin, may have any small scale and that nothing hangs on goes ahead by its units
        alone.
        """
        measures = self.instance.measures
        counts, named = any(isinstance(rule, Count) for rule in self.instance.rules), leaned_on(self.instance)
        told: set[str] = set()
        for m, row in measures.items():
            matters = counts or m in named or row.fixed_cost > 0 or self.model.least[m] > 0
            if matters and row.eligible and not row.committed:
                told.add(m)
        return told

    def find_another(self, choices: Ints, known: Sequence[Floats]) -> MipResult:
        """Return the best plan whose whole decisions differ from those of all plans known."""
        program = self.whole
        for x in known:
            program = _exclude(program, choices, np.round(x[choices]))
        last = len(self.whole.goals) - 1
        answer = self.open_once(program).solve(program.goals[last], {}, FINEST, FINEST)
        return answer if answer.x is None else replace(answer, x=answer.x[: len(self.whole.lower)])


def find_floor(best: float, bound: float, within: float) -> float:
    """Return the least of a goal that is surely within a part of the best there can be.

    Where the best plan itself is not proven so closely, the least is measured from that plan.
    """
    surely = bound - within * abs(bound)
    return surely if surely <= best else best - within * abs(best)


def _exclude(program: Matrix, choices: Ints, values: npt.NDArray[np.float64]) -> Matrix:
    """Return the program without the plans that make the same whole decisions.

    A yes or no must be the other; a number must be less or more, with a new yes or no for each of the two.
    """
    columns: list[int] = []
    signs: list[float] = []
    rows: list[Row] = []
    known, new = 0.0, len(program.lower)
    for j, value in zip(choices.tolist(), values.tolist(), strict=True):
        low, high = float(program.lower[j]), float(program.upper[j])
        if (low, high) == (0.0, 1.0):
            columns.append(j)
            signs.append(1.0 if value < 0.5 else -1.0)
            known += value >= 0.5
            continue
        for side, room in ((-1.0, value - low), (1.0, high - value)):
            if room >= 0.5:  # side·(units − value) ≥ 1 where the new decision is yes, else it is free
                reach = high - value if side < 0 else value - low
                pair = np.array([j, new], dtype=np.int32)
                rows.append((pair, np.array([side, -(reach + 1.0)]), side * value - reach, INF))
                columns.append(new)
                signs.append(1.0)
                new += 1
    count = new - len(program.lower)
    rows.append((np.array(columns, dtype=np.int32), np.array(signs), 1.0 - known, INF))
    return extend(program, np.zeros(count), np.ones(count), np.ones(count, dtype=bool), rows)


def search_end(program: RepeatedMip, asked: EndAsk) -> MipResult:
    """Return the plan with most of what is asked, and a bound on all plans."""
    aim, gap, starts = asked
    return program.solve(aim, {}, gap, 0.0, starts)
