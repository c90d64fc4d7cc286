"""Why a question has no plan: what would have to give, and what could be kept.

A way out is found by asking for the plan that breaks least. Every line of a way is needed together with the others;
nothing is said of what that plan keeps, so what has no part in it is not named. Soft rules can always be broken at
their price and are no part of any way.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from alloc.instance import Instance, Options
from alloc.instance.rules import Count, Equity, Figure, Gini, Parity, Rule, Total
from alloc.instance.schema import Objective, Selection
from alloc.instance.sides import per_head, reaches, sides
from alloc.model import build
from alloc.report.equity import compare_heads
from alloc.report.tables import count_side
from alloc.solution import Solution, Status
from alloc.solver import Deadline, know_standing, solve_suited
from alloc.texts import say

NEAR = 1e-6
"""Less than this beyond a limit, relative to its size, breaks nothing."""

MOMENT = 0.01
"""A question is asked with at least so much time [s]: it ends at once, and says that it does not know."""

MINIMUM = "\0minimum "
"""Begins the names of the rules that stand for least uses of funds while a way out is looked for."""


@dataclass(frozen=True)
class Conflict:
    """One thing that has to give: a rule or a least use of a fund in part, a commitment altogether.

    by: how far it is broken in the plan that breaks least, in money or measures; asked, kept: the figure that the
    planner wrote, and the one that plan keeps to, in the same unit; bound: `min` or `max`.
    """

    what: str
    name: str
    by: float = 0.0
    source: str = ""
    bound: str = ""
    asked: str = ""
    kept: str = ""

    def say(self, lang: str = "en") -> str:
        """Return the conflict as one line."""
        source = f" [{self.source}]" if self.source else ""
        bound = say(f"clash_{self.bound}", lang) if self.bound else ""
        return say(
            f"clash_{self.what}", lang, name=self.name, source=source, bound=bound, asked=self.asked, kept=self.kept
        )


def explain_conflicts(instance: Instance, options: Options, lang: str = "en") -> list[str] | None:
    """Return the ways out as lines to read: each begins with what it is, and holds only with all its lines.

    None where the time limit of the options was out before it was known what they are.
    """
    try:
        ways = find_ways_out(instance, options)
    except _OutOfTimeError:
        return None
    lines = []
    for i, way in enumerate(ways):
        first = "clash_way" if i == 0 else "clash_other_way"
        lines += [say(first if len(way) == 1 else f"{first}_together", lang), *(conflict.say(lang) for conflict in way)]
    return lines


Ask = Callable[[Instance], Solution]
"""Solves a question within the time that is left for all of them."""


class _OutOfTimeError(Exception):
    """The time is out before it is known whether a question has a plan: nothing can be said of what clashes."""


def find_ways_out(instance: Instance, options: Options) -> list[tuple[Conflict, ...]]:
    """Return ways out: the least uses of funds alone, the rules alone, else both; then commitments with both.

    Commitments are given up where nothing else helps, and as few of them as can be. All questions that this takes share
    the time limit of the options, and Ctrl-C.
    """
    deadline = Deadline(options.time_limit)

    def ask(question: Instance) -> Solution:
        left = options.model_copy(update={"time_limit": max(deadline.left, MOMENT)})
        plan = solve_suited(build(question), question, left)
        if plan.status == Status.NO_SOLUTION:
            raise _OutOfTimeError
        return plan

    with deadline.listening():
        return _find_ways(instance, ask)


def _find_ways(instance: Instance, ask: Ask) -> list[tuple[Conflict, ...]]:
    found = []
    for rules, minima in ((False, True), (True, False)):
        if not minima or any(fund.min_use for fund in instance.funds.values()):
            found.append(_way(instance, ask, rules, minima))
    found = [way for way in found if way]
    if found:
        return found
    both = _way(instance, ask, rules=True, minima=True)
    if both:
        return [both]
    given_up, rest = _without_commitments(instance, ask)
    more = _way(rest, ask, rules=True, minima=True) if given_up else ()
    return [(*given_up, *more)] if given_up else []


def _way(instance: Instance, ask: Ask, rules: bool, minima: bool) -> tuple[Conflict, ...]:
    """Return what gives where rules, or least uses of funds, may be broken at one for a unit of money or a measure."""
    relaxed = _relaxed(instance, rules, minima)
    plan = ask(relaxed)
    if not plan.has_plan:
        return ()
    able = {rule.name for rule in instance.rules if rules and rule.penalty is None}
    return tuple(conflict for name, conflict in _broken(relaxed, plan) if name in able or name.startswith(MINIMUM))


def _relaxed(instance: Instance, rules: bool, minima: bool) -> Instance:
    instance = know_standing(instance)  # by the goal of the question itself, which is left out below
    reach: dict[str, float] = {}
    for (name, _), money in reaches(instance).items():
        reach[name] = max(money, reach.get(name, 0.0))

    def price(rule: Rule) -> float:
        """Return the price at which a unit of money costs one: equity is broken by points of all that is spent."""
        if isinstance(rule, Parity):
            return reach[rule.name] / len(instance.counties)
        return reach[rule.name] if isinstance(rule, Gini) else 1.0

    written = [
        rule.model_copy(update={"penalty": 0.0 if rule.penalty is not None else price(rule) if rules else None})
        for rule in instance.rules
    ]
    funds = instance.funds
    if minima:
        written += [
            Total(name=f"{MINIMUM}{f}", type="amount", fund=f, min=fund.min_use, penalty=1.0)
            for f, fund in funds.items()
            if fund.min_use
        ]
        funds = {f: fund.model_copy(update={"min_use": 0.0}) for f, fund in funds.items()}
    return instance.model_copy(update={"rules": tuple(written), "funds": funds, "objective": Objective()})


def _without_commitments(instance: Instance, ask: Ask) -> tuple[tuple[Conflict, ...], Instance]:
    """Return the fewest commitments that must be given up whatever the rules say, and the question without them."""
    committed = [m for m, row in instance.measures.items() if row.committed]
    measures = {m: row.model_copy(update={"committed": False}) for m, row in instance.measures.items()}
    promises = tuple(
        Count(name=f"{MINIMUM}{m}", type="count", of=Selection(measure=(m,)), min=1.0, penalty=1.0) for m in committed
    )
    funds = {f: fund.model_copy(update={"min_use": 0.0}) for f, fund in instance.funds.items()}
    bare = {"measures": measures, "funds": funds, "rules": promises, "objective": Objective()}
    asked = instance.model_copy(update=bare)
    plan = ask(asked)
    gone = [name.removeprefix(MINIMUM) for name, _ in _broken(asked, plan)] if plan.has_plan else []
    kept = {
        m: row.model_copy(update={"committed": row.committed and m not in gone}) for m, row in instance.measures.items()
    }
    return tuple(Conflict("commitment", m) for m in gone), instance.model_copy(update={"measures": kept})


class _Counted(NamedTuple):
    """A rule in a plan: its value lies between least and most times the base; figure: how its bounds are written."""

    value: float
    base: float
    least: float | None
    most: float | None
    figure: Figure

    def beyond(self, bound: str) -> float:
        """Return how far the value is beyond a bound, 0 where it has none or is that near."""
        limit, sign = (self.least, -1.0) if bound == "min" else (self.most, 1.0)
        if limit is None:
            return 0.0
        beyond = sign * (self.value - limit * self.base)
        return beyond if beyond > NEAR * max(1.0, abs(self.value), abs(limit * self.base)) else 0.0


def _count(instance: Instance, plan: Solution) -> Iterator[tuple[str, str, _Counted]]:
    """Yield every rule and group with what a plan makes of it."""
    for (name, group), side in sides(instance).items():
        yield name, group, _Counted(*count_side(side, plan), side.least, side.most, side.figure)
    written, spend = {rule.name: rule for rule in instance.rules}, plan.values["Spend"]
    for (name, group), local in per_head(instance).items():
        rule = written[name]
        money = {c: sum(spend[x] for x in payments) for c, payments in local.items()}
        assert isinstance(rule, Equity)
        yield name, group, _Counted(*compare_heads(instance, rule, money, 1.0), *rule.bounds, rule.figure)


def _broken(instance: Instance, plan: Solution) -> Iterator[tuple[str, Conflict]]:
    """Yield the rules that a plan breaks by their names: asked and kept in the unit in which they are written."""
    sources, label = {rule.name: rule.source for rule in instance.rules}, instance.money.label
    for name, group, of in _count(instance, plan):
        what = "minimum" if name.startswith(MINIMUM) else "rule"
        shown = (f"{name} ({group})" if group else name).removeprefix(MINIMUM)
        reached = of.value / of.base if of.base else math.inf
        for bound, limit, sign in (("min", of.least, -1.0), ("max", of.most, 1.0)):
            beyond = of.beyond(bound)
            if limit is not None and beyond > 0:
                asked, kept = (_figure(of.figure, x, sign, label) for x in (limit, reached))
                yield name, Conflict(what, shown, beyond, sources[name], bound, asked, kept)


def _figure(figure: Figure, number: float, sign: float, label: str) -> str:
    """Return a bound as its planner writes it, rounded to the side on which it can be kept."""
    if math.isinf(number):
        return "–"
    if figure == "part":
        return f"{_outward(100 * number, sign, 1):,.10g} %"
    if figure == "measures":
        return f"{round(number):,}"
    if figure == "ratio":
        return f"{_outward(number, sign, 3):,.10g}"
    return f"{_outward(number, sign, 6 if figure == 'money per head' else 1):,.10g} {label}"


def _outward(number: float, sign: float, digits: int) -> float:
    """Return a number with so many digits behind the point, rounded up for a ceiling and down for a floor."""
    size: int = 10**digits
    scaled = round(number * size, 4)
    return (math.ceil(scaled) if sign > 0 else math.floor(scaled)) / size
