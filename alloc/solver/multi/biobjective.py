"""One question with two objectives: its efficient plans, asked for one by one, each with its proof."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pyomo.core as pyo

from alloc.instance import Instance, Options
from alloc.model import build, goal, stages
from alloc.model.aims import Aim, AimName, aim
from alloc.solution import Solution, Stage, Status
from alloc.solver.conclusion import FINEST, HELD, allowed_loss, read_plan, write_plan
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import INF, Floats, Matrix, add_floor, compile_expressions, compile_matrix
from alloc.solver.multi.by_blocks import BlockSearch
from alloc.solver.multi.granularity import find_steps
from alloc.solver.multi.in_lots import RoundedPoint, RoundedPoints
from alloc.solver.regret import know_optima
from alloc.solver.reoptimise import MipResult, RepeatedMip
from alloc.solver.rounding import has_many_grains, relax_grains
from alloc.solver.sub_mip import FixedIntegerPlan, fix_and_solve
from alloc.solver.tie_break import break_ties
from alloc.solver.whole import EXTRA_GAP, SMALL, know_standing, search_alone

WITHIN = 0.9
"""A bound closer than this part of a step proves the best value: the next better one would lie above the bound."""

CLOSER = 0.5
"""Searches go on to this part of the gap asked, so that making a plan exact does not lose the proof."""

SURE = 1e-5
"""A point is proven where no plan is better by more than this part of an objective, or the gap asked: searches go on
to a finer gap, but whole decisions that HiGHS keeps to 1e-6 lose some of it when they are made whole."""

TIGHT = 1e-10
"""A floor lies this part below the best: one at the very best can make HiGHS fix decisions by rounding."""

ALIKE = 1e-6
"""A plan with the floor at the very best is taken where it is as good as that, but for this part."""

ENDS, LATEST = 4, 6
"""Plans to begin a search with: so many of the first found, which lie at the ends, and of the last."""

RESOLVED = 1e-7
"""What is less than this part of a goal is not told from the solver's rounding."""

Pair = tuple[float, float]
"""Values of the two objectives, both to be maximised: one of which less is better stands with its sign turned."""


@dataclass(frozen=True)
class ParetoPoint:
    """A plan that no other beats in both objectives, as far as proven.

    slack: by how much of each objective a better plan could still exist; proven: whether that is within the gap asked.
    """

    x: Floats
    values: Pair
    slack: Pair
    proven: bool


class Biobjective:
    """A question with two objectives, kept alive to be asked many times."""

    def __init__(
        self,
        instance: Instance,
        names: tuple[AimName, AimName],
        options: Options,
        deadline: Deadline,
        broken: float,
        by_blocks: BlockSearch | None = None,
        every: bool = False,
    ):
        """Build the question once.

        names: of the objectives. broken: how far soft rules may be broken, in the price of breaking them. by_blocks:
        how programs are searched where not as a whole. every: whether all efficient points are wanted, where they can
        be counted.

        countable: whether efficient points can be enumerated, each proven to be the next one; a large question that is
        searched by blocks is proven to the gap asked and no finer, which is wider than a step. Points in lots are
        rounded, so that none is known to be the next.
        """
        self.instance, self.model = instance, build(know_standing(instance))
        know_optima(self.model, instance, options, search_alone)
        self.aims: tuple[Aim, ...] = tuple(aim(self.model, instance, name) for name in names)
        whole = self._hold_soft_rules(compile_matrix(self.model, [a.sign * a.figure for a in self.aims]), broken)
        self.whole, self.asked, self._deadline = whole, options.gap, deadline
        small, self._in_lots = int(whole.integer.sum()) < SMALL, has_many_grains(whole)
        self.gap = _refine_gap(options.gap) if small and not self._in_lots else max(FINEST, options.gap)
        self.steps: tuple[Fraction | None, ...] = find_steps(whole, list(whole.goals))
        self._known: list[Floats] = []
        self.program = self._open(whole, options, by_blocks)
        counted = every and self.stepped is not None
        self._rounded = None if counted or by_blocks is not None else self._open_rounded(options)
        self.countable = self._rounded is None and (small or by_blocks is None)

    def _hold_soft_rules(self, whole: Matrix, broken: float) -> Matrix:
        """Return the program in which soft rules are broken no further than the best plan breaks them."""
        if not any(rule.penalty for rule in self.instance.rules):
            return whole
        price, constant = compile_expressions(whole.variables, [self.model.Penalties])
        return add_floor(whole, -price[0], constant[0] - broken - HELD * max(1.0, broken))

    def _open_rounded(self, options: Options) -> RoundedPoints | None:
        """Return what rounds the points of a question in lots; None for any other."""
        if not self._in_lots:
            return None
        free = self._open(relax_grains(self.whole), options)
        return RoundedPoints(self.whole, free, options.gap, self._deadline)

    def _open(self, whole: Matrix, options: Options, by_blocks: BlockSearch | None = None) -> RepeatedMip:
        return RepeatedMip(whole, whole.goals, self._deadline, options.time_limit, options.threads or 1, by_blocks)

    @property
    def stepped(self) -> int | None:
        """Return an objective that takes multiples of a step only, rather the second; None where none does.

        With one there are finitely many efficient points: one at most for each of its values.
        """
        return next((k for k in (1, 0) if self.steps[k] is not None), None)

    @property
    def signs(self) -> Pair:
        """Return what turns a value that is maximised here into the objective's own figure."""
        first, second = self.aims
        return first.sign / first.scale, second.sign / second.scale

    def evaluate(self, x: Floats) -> Pair:
        """Return what a plan reaches, on its step where there is one."""
        found = []
        for k in (0, 1):
            value, constant, step = float(self.whole.goals[k] @ x), float(self.whole.constants[k]), self.steps[k]
            found.append((value if step is None else float(round(value / float(step)) * step)) + constant)
        return found[0], found[1]

    def maximise_weighted(self, weights: Pair, gap: float) -> MipResult:
        """Return the plan with the most of a weighted sum of both objectives; gap: in the sum's unit."""
        mix = np.array(weights)
        constant = float(mix @ self.whole.constants)
        if self._rounded is not None:
            return self._rounded.maximise(mix @ self.whole.goals, constant, gap)
        return self._ask(mix @ self.whole.goals, {}, gap, constant=constant)

    def find_efficient(self, k: int, least: float, most: float) -> ParetoPoint | MipResult:
        """Return the plan with the most of objective k, and then of the other, which has at least `least`.

        most: no plan has more of the other. Where there is no such plan the answer says why.
        """
        other = 1 - k
        floor = {other: (self._lower(other, least), INF)} if least > -INF else {}
        if self._rounded is not None:
            found = self._rounded.find(k, floor)
            return found if isinstance(found, MipResult) else self._judge_rounded(found)
        ratio = self._augment(k, least, most)
        if ratio is not None:
            return self._find_efficient_at_once(k, floor, ratio)
        first = self._maximise(k, floor)
        if first.x is None:
            return first
        if not self.countable or (self._in_lots and self.steps[k] is None):
            return self._find_efficient_to_gap(k, floor, first)
        return self._find_efficient_in_turn(k, floor, first)

    def _find_efficient_at_once(self, k: int, floor: dict[int, Pair], ratio: float) -> ParetoPoint | MipResult:
        """Return the efficient plan of one search: all of the other is worth less than a step of the first."""
        step = float(self.steps[1 - k] or 0) * ratio
        answer = self._ask(self._mix(k, ratio), floor, WITHIN * step)
        if answer.x is None:
            return answer
        more = answer.bound - answer.value
        slack = (0.0, 0.0) if more < step else _put_in_order(k, more, more / ratio)
        return ParetoPoint(answer.x, self.evaluate(answer.x), slack, more < step)

    def _find_efficient_in_turn(self, k: int, floor: dict[int, Pair], first: MipResult) -> ParetoPoint:
        """Return the efficient plan by a second search, for the most of the other objective with the first one held.

        first: the plan with the most of objective k.
        """
        assert first.x is not None
        other = 1 - k
        bare = first.value - float(self.whole.constants[k])
        reached = bare - HELD * max(1.0, abs(bare))  # else plans as good but for rounding are lost
        second = self._maximise(other, {k: (reached, INF), **floor})
        x = self._refine(k, floor, first.x if second.x is None else second.x)
        missing = self._measure_missing(k, first.bound, first.value)
        others = self._measure_missing(other, second.bound, second.value)
        return self._judge(x, _put_in_order(k, missing, others))

    def _find_efficient_to_gap(self, k: int, floor: dict[int, Pair], first: MipResult) -> ParetoPoint:
        """Return a plan that is efficient to the gap asked: the first objective may lose half of it to the other.

        first: the plan with the most of objective k. What the first search leaves open would else keep the second
        from any plan but its own. The bound of the second holds for all plans that keep as much of the first, so for
        all that could be better in the other.
        """
        room = CLOSER * self.gap * max(1.0, abs(first.value))
        second = self._maximise(1 - k, {k: (first.value - float(self.whole.constants[k]) - room, INF), **floor})
        x = first.x if second.x is None else second.x
        assert x is not None
        reached = (self.whole.goals @ x + self.whole.constants).tolist()
        missing = self._measure_missing(k, first.bound, reached[k])
        others = self._measure_missing(1 - k, second.bound, reached[1 - k])
        return self._judge(x, _put_in_order(k, missing, others))

    def _judge_rounded(self, found: RoundedPoint) -> ParetoPoint:
        values = self.evaluate(found.x)
        first, second = (self._measure_missing(k, found.bounds[k], values[k]) for k in (0, 1))
        return self._judge(found.x, (first, second))

    def _judge(self, x: Floats, missing: Pair) -> ParetoPoint:
        """Return a plan as a point, proven where no plan could be better in either objective by more than the gap."""
        values = self.evaluate(x)
        first, second = np.array(missing) <= max(self.gap, SURE) * np.maximum(1.0, np.abs(values))
        return ParetoPoint(x, values, missing, bool(first and second))

    def _refine(self, k: int, floor: dict[int, Pair], x: Floats) -> Floats:
        """Return the plan with the most of objective k, then of the other, that the whole decisions of x allow."""
        best = self._fill(k, floor, x)
        if best is None:
            return x
        at = self._fill(1 - k, {**floor, k: (best.value, INF)}, best.x)
        near = self._fill(1 - k, {**floor, k: (best.value - TIGHT * max(1.0, abs(best.value)), INF)}, best.x)
        if near is None:
            return x
        return at[0] if at is not None and at[1] >= near[1] - ALIKE * max(1.0, abs(near[1])) else near[0]

    def _fill(self, k: int, bounds: dict[int, Pair], x: Floats) -> FixedIntegerPlan | None:
        """Return the plan with the most of an objective that the whole decisions of x allow, and its own sum."""
        aimed = replace(self.program.bound_rows(bounds), goals=self.whole.goals[k][None], constants=np.zeros(1))
        return fix_and_solve(aimed, np.ones(1), x, CALM)

    def _augment(self, k: int, least: float, most: float) -> float | None:
        """Return a weight of the other objective so small that all of it is worth less than a step of the first.

        None where values have no steps, or steps that blocks cannot prove, or where the weight would drown in rounding:
        then two searches do it.
        Source: augmented ε-constraint, G. Mavrotas, Applied Mathematics and Computation 213 (2009) 455-465.
        """
        mine, others = self.steps[k], self.steps[1 - k]
        if mine is None or others is None or not self.countable or not np.isfinite(most - least):
            return None
        ratio = float(mine) / (max(most - least, 0.0) + float(others))
        size = max(1.0, float(np.abs(self.whole.goals[k]) @ np.where(self.whole.integer, self.whole.upper, 0.0)))
        return ratio if ratio * float(others) > RESOLVED * size else None

    def _mix(self, k: int, ratio: float) -> Floats:
        mix: Floats = self.whole.goals[k] + ratio * self.whole.goals[1 - k]
        return mix

    def _maximise(self, k: int, bounds: dict[int, Pair]) -> MipResult:
        step = self.steps[k]
        gap, part = (CLOSER * self.gap, CLOSER * self.gap) if step is None else (WITHIN * float(step), 0.0)
        return self._ask(self.whole.goals[k], bounds, gap, part, float(self.whole.constants[k]))

    def _ask(
        self, goal: Floats, bounds: dict[int, Pair], gap: float, part: float = 0.0, constant: float = 0.0
    ) -> MipResult:
        """Ask, beginning with what was found before: the last plans, and the two ends."""
        starts = [*self._known[:ENDS], *self._known[ENDS:][-LATEST:]]
        answer = self.program.solve(goal, bounds, gap, part, starts, constant=constant)
        self._known += [] if answer.x is None else [answer.x]
        return answer

    def _measure_missing(self, k: int, bound: float, value: float) -> float:
        """Return how much more of an objective there could be than a plan has.

        Lemma: values are multiples of the step, so that none lies between one and the next; where the bound is below
        the next, no plan is better.
        """
        step, missing = self.steps[k], bound - value
        return 0.0 if step is not None and missing < step else missing

    def _lower(self, k: int, least: float) -> float:
        """Return a floor for the program's own sum: half a step below where there are steps."""
        step, bare = self.steps[k], least - float(self.whole.constants[k])
        return bare if step is None else bare - 0.5 * float(step)

    def can_trade(self, x: Floats) -> bool:
        """Tell whether the second objective can be raised with the whole decisions as they are, at the first's cost.

        Where it can, plans lie on a segment that begins at an efficient point, and efficient points are infinite in
        number: each plan of the segment is efficient or beaten by one that is, ever closer to its beginning.
        """
        best = self._fill(1, {}, x)
        now = float(self.whole.goals[1] @ x)
        return best is not None and best.value > now + 10 * self.gap * max(1.0, abs(now))

    def are_joined(self, a: ParetoPoint, b: ParetoPoint) -> bool:
        """Tell whether every mixture of two plans' values is reached: with the whole decisions of one or the other."""
        for one, target in ((a, b), (b, a)):
            floors = {k: (self._lower(k, v), INF) for k, v in enumerate(target.values)}
            if self._fill(0, floors, one.x) is not None:
                return True
        return False

    def as_solution(self, x: Floats, own: Solution, why: str) -> Solution:
        """Return an efficient plan made exact, ties broken by least money and then most linkage.

        own: the best plan for the instance's own goal, whose bound says how far this plan is from it.
        """
        exact = self.instance.model_copy(
            update={"objective": self.instance.objective.model_copy(update={"tolerance": 0.0})}
        )
        goals = self.whole.goals @ x + self.whole.constants
        reached = [Stage(a.name, v, v, v) for a, v in zip(self.aims, goals.tolist(), strict=True)]
        return judge(
            self.model,
            self.instance,
            self.whole,
            break_ties(self.model, self.whole, exact, x, reached, self._deadline, seconds=0.0, told=False)[0],
            own,
            self.asked,
            why,
        )


CALM = Deadline(INF)
"""Small linear programs are not hurried."""


def _refine_gap(asked: float) -> float:
    """Return the gap to which a small question is proven."""
    return max(FINEST, min(asked, EXTRA_GAP))


def _put_in_order(k: int, mine: float, others: float) -> Pair:
    return (mine, others) if k == 0 else (others, mine)


def judge(
    model: pyo.ConcreteModel, instance: Instance, whole: Matrix, x: Floats, own: Solution, asked: float, why: str
) -> Solution:
    """Return a plan as a solution of the question itself: its goals, and how far each is from its proven bound.

    own: the best plan, with the bounds; asked: the gap within which a plan is optimal. The bound of a later goal of
    an order holds only for plans that keep the earlier ones; for others nothing is proven of it.
    """
    write_plan(whole, x)
    found, kept = [], True
    for weights, stage in zip(stages(instance), own.stages, strict=True):
        value = float(pyo.value(goal(model, weights)))
        found.append(Stage(stage.goal, value, max(stage.bound, value) if kept else INF, value))
        kept = kept and value >= stage.objective - allowed_loss(instance, stage.objective)
    values, years = read_plan(model, instance)
    optimal = all(stage.gap <= max(asked, FINEST) for stage in found)
    status = Status.OPTIMAL if optimal else Status.FEASIBLE
    return Solution(status, tuple(found), values, method=own.method, why=why, years=years)
