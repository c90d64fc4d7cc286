"""The questions that a study of risk asks: each is solved and proven by itself.

Source: J. Birge, F. Louveaux, Introduction to Stochastic Programming, 2nd edition, Springer 2011, chapter 4: the value
of the stochastic solution VSS = RP − EEV, the expected value of perfect information EVPI = WS − RP, and EEV ≤ RP ≤ WS.
Lemma: a plan of one of these questions keeps the limits of the others, as scenarios limit nothing that is decided
before them. So the plan of mean figures is one for the recourse problem, and the plan of that is one for each scenario
alone, and what is known of the one is taken for the other where it is better.
"""

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy import stats

from alloc.counterfactual import answering, find_worlds
from alloc.errors import NoPlanError, RequestError
from alloc.instance import Instance, Options
from alloc.instance.drawn import draw_scenarios
from alloc.instance.effects import states
from alloc.instance.mean_scenario import mean_scenario
from alloc.instance.money import eligible_funds
from alloc.instance.rules import Benefit
from alloc.instance.schema import Objective, Risk
from alloc.instance.worlds import sure_of
from alloc.model import build
from alloc.planning import choose_options
from alloc.report.flows import chances
from alloc.report.rows import add_up
from alloc.report.scenarios import USUAL_TAIL, find_values, mean, mean_of_worst
from alloc.solution import Solution, Status
from alloc.solver import evaluate_scenarios, solve_suited
from alloc.study.request import Given, StudyProgress, Tell, check_language, read_question
from alloc.study.risk.result import BadYears, CurvePoint, Fresh, Insurance, Proven, RiskStudy

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights of CVaR at which the curve has its points."""

SPECK = 1e-9
"""Figures of plans that differ by less, relative to their size, are the same."""

PREMIUM = "insurance"
"""The category that is left out to see what insurance keeps."""


class Search:
    """Solves one question after another, telling of each, within one time limit."""

    def __init__(self, instance: Instance, options: Options, jobs: int, cluster: str | None, tell: Tell | None):
        self.instance, self._options, self._jobs, self._cluster, self._tell = instance, options, jobs, cluster, tell
        self._started, self._count = time.perf_counter(), 0

    @property
    def left(self) -> float:
        """The time that is left [s]."""
        return max(self._options.time_limit - (time.perf_counter() - self._started), 0.01)

    def solve(self, question: Instance, held: Solution | None = None) -> Solution:
        """Return the best plan of a question; held: a plan whose measures and units it must have."""
        model = build(question)
        if held is not None:
            for m in question.measures:
                model.Units[m].fix(held.values["Units"][m])
                model.Funded[m].fix(round(held.values["Funded"][m]))
        options = self._options.model_copy(update={"time_limit": self.left})
        found = solve_suited(model, question, options, None, self._jobs, self._cluster)
        if found.interrupted:
            raise KeyboardInterrupt
        self._count += 1
        if self._tell is not None:
            self._tell(StudyProgress(self._count, None, str(found.status)))
        return found


def risk(
    instance: Given,
    *,
    fresh: int = 0,
    insurance: bool = False,
    curve: bool = False,
    seed: int | None = None,
    overrides: Mapping[str, object] | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = 2,
    cluster: str | None = None,
    lang: str = "en",
    tell: Tell | None = None,
) -> RiskStudy:
    """Tell what planning for bad years is worth, each figure with its proof.

    instance: what `read` returned, or a path. fresh: so many scenarios are drawn anew for the plan, its money held;
    insurance: what insurance keeps; curve: expected value against CVaR. seed: of fresh draws, by default one more than
    that of `draws`. overrides: figures to replace by path, for a path only. gap, time_limit [s, of all], lang: as for
    `solve`. jobs: processes; cluster: address of a Dask scheduler to use instead. tell: is told of each solve.
    Raises InstanceError for faults, RequestError where fresh scenarios are asked for and the question draws none, or
    where a rule asks for returns, NoPlanError where there is no plan.
    """
    check_language(lang)
    started, question = time.perf_counter(), _take_question(instance, overrides, fresh)
    options = choose_options(question, gap=gap, time_limit=time_limit)
    if question.nation == "first":  # what the nation pays is the same in all the problems
        question = answering(question, find_worlds(question, options))
    search = Search(question, options, jobs, cluster, tell)
    neutral = make_neutral(question)
    recourse = _must(search.solve(neutral))
    mean = _must(search.solve(neutral.model_copy(update=_only(mean_scenario(question)))))
    brought = _must(search.solve(neutral, held=mean))
    alone = {w: _must(search.solve(sure_of(neutral, w))) for w in states(question)}
    own = recourse if question.risk is None and not question.objective.order else _must(search.solve(question))
    figures = compare_problems(question, recourse, mean, brought, alone)
    return RiskStudy(
        question,
        own,
        **figures,
        fresh=draw_fresh(search, own, fresh, seed) if fresh else None,
        insurance=keep_insurance(search, own) if insurance else None,
        curve=trace_curve(search) if curve else (),
        gap=options.gap,
        seconds=time.perf_counter() - started,
    )


def _take_question(instance: Given, overrides: Mapping[str, object] | None, fresh: int) -> Instance:
    """Return the question. Raises RequestError for one that cannot be asked about risk, or has nothing to draw."""
    question = read_question(instance, overrides)
    if fresh and question.draws is None:
        raise RequestError("risk_fresh_needs_draws")
    if any(isinstance(rule, Benefit) for rule in question.rules):
        raise RequestError("risk_and_benefit")
    return question


def make_neutral(question: Instance) -> Instance:
    """Return the question that looks at the expectation alone; of an order, at its first goal."""
    aim = question.objective
    goal = Objective.model_validate({aim.order[0]: 1.0}) if aim.order else aim
    return question.model_copy(update={"risk": None, "objective": goal})


def _only(scenario: object) -> dict[str, object]:
    return {"scenarios": {"mean": scenario}, "drawn": {}, "draws": None}


def _must(found: Solution) -> Solution:
    """Return a plan. Raises NoPlanError where there is none."""
    if not found.has_plan:
        raise NoPlanError("risk_infeasible" if found.status == Status.INFEASIBLE else "risk_no_time", str(found.status))
    return found


def compare_problems(
    question: Instance, recourse: Solution, mean: Solution, brought: Solution, alone: Mapping[str, Solution]
) -> dict[str, Proven]:
    """Return the values of the problems and their differences, each between what it is proven to lie."""
    rp = Proven(max(recourse.objective, brought.objective), recourse.bound)
    best = recourse if recourse.objective >= brought.objective else brought
    reached, value, bound = find_values(make_neutral(question), best), 0.0, 0.0
    for w, chance in chances(question).items():
        value += chance * max(alone[w].objective, reached[w])
        bound += chance * max(alone[w].bound, reached[w])
    ws = Proven(value, bound)
    eev = Proven(brought.objective, min(brought.bound, rp.bound))
    rp = replace(rp, bound=max(min(rp.bound, ws.bound), rp.value))
    return {
        "rp": rp,
        "ev": Proven(mean.objective, mean.bound),
        "eev": replace(eev, bound=max(eev.bound, eev.value)),
        "ws": ws,
        "vss": rp.less(eev),
        "evpi": ws.less(rp),
    }


def draw_fresh(search: Search, plan: Solution, count: int, seed: int | None) -> Fresh:
    """Return what a plan brings in newly drawn scenarios, with the mean's 95 % interval.

    These are drawn independently, so that the interval is Student's; those of the question are a Latin hypercube.
    """
    draws = search.instance.draws
    assert draws is not None
    seed = draws.seed + 1 if seed is None else seed
    drawn = draw_scenarios(search.instance, seed, count, even=False)
    found = evaluate_scenarios(search.instance, plan, drawn, search.left)
    values = np.array([outcome.value for outcome in found.values()])
    mean = float(values.mean())
    half = float(stats.t.ppf(0.975, max(count - 1, 1)) * values.std(ddof=1) / np.sqrt(count)) if count > 1 else np.inf
    tail = USUAL_TAIL if search.instance.risk is None else search.instance.risk.tail
    cvar = mean_of_worst(values.tolist(), [1 / count] * count, tail)
    return Fresh(seed, mean, (mean - half, mean + half), cvar, float(values.min()), tail, found)


def keep_insurance(search: Search, own: Solution) -> Insurance:
    """Return what insurance keeps: the plan, and the best plan in which no insurance measure is eligible."""
    question = search.instance
    measures, held, premium = dict(question.measures), dict(question.held), 0.0
    for m, row in question.measures.items():
        if row.category == PREMIUM:
            measures[m] = row.model_copy(update={"eligible": False, "committed": False})
            held.pop(m, None)
            premium += add_up(own.values["Spend"], [(m, f) for f in eligible_funds(question, m)])
    without = search.solve(question.model_copy(update={"measures": measures, "held": held}))
    years = summarise_years(question, own)
    other = summarise_years(question, without) if without.has_plan else None
    return Insurance(premium, years, other, Proven(own.objective, own.bound), without)


def summarise_years(question: Instance, plan: Solution) -> BadYears:
    """Return the jobs of a plan in an average year, the worst tenth of years and the worst."""
    jobs, chance = list(map(plan.values["Employment"].__getitem__, states(question))), list(chances(question).values())
    return BadYears(mean(jobs, chance), mean_of_worst(jobs, chance, USUAL_TAIL), min(jobs))


def trace_curve(search: Search) -> tuple[CurvePoint, ...]:
    """Return the points of expected value against CVaR: each the best plan at one weight, proven."""
    question = search.instance
    tail = USUAL_TAIL if question.risk is None else question.risk.tail
    neutral = make_neutral(question)
    points = []
    for weight in WEIGHTS:
        asked = neutral.model_copy(update={"risk": Risk(measure="cvar", tail=tail, weight=weight)})
        found = _must(search.solve(asked))
        points.append(_curve_point(asked, found, weight, tail))
    return tuple(point for point in points if not any(_beats(other, point) for other in points))


def _beats(one: CurvePoint, other: CurvePoint) -> bool:
    """Tell whether a plan has more of the one figure and no less of the other: at the ends of the curve some do."""
    speck = SPECK * max(1.0, abs(other.expected), abs(other.cvar))
    more = one.expected > other.expected + speck or one.cvar > other.cvar + speck
    return more and one.expected >= other.expected - speck and one.cvar >= other.cvar - speck


def _curve_point(asked: Instance, found: Solution, weight: float, tail: float) -> CurvePoint:
    values, chance = list(find_values(asked, found).values()), list(chances(asked).values())
    cvar = mean_of_worst(values, chance, tail)
    return CurvePoint(weight, mean(values, chance), cvar, Proven(found.objective, found.bound), str(found.status))
