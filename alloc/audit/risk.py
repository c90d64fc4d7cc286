"""The figures that look at risk, worked out from the tables alone: values of scenarios, CVaR, the worst, regret.

The best plan for a scenario alone is no table: it is taken from the figures of the run, and is at least as good as the
plan is in that scenario.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from alloc.audit.books import Books
from alloc.audit.rules import penalties
from alloc.audit.verdict import ONE, ZERO, Comparison, Comparisons, Number, exact

GOALS = ("employment", "linkage")


def goal_weights(books: Books, goal: str = "") -> dict[str, Decimal]:
    """Return what a job and a unit of linkage count: in the goal named of an order, else in the last or only one."""
    aim = books.instance.objective
    if aim.order:
        sought = goal or aim.order[-1]
        return {name: ONE if name == sought else ZERO for name in GOALS}
    return {name: exact(getattr(aim, name)) for name in GOALS}


def scenario_values(books: Books, goal: str = "", suffix: str = "") -> dict[str, Decimal]:
    """Return what every scenario is worth, penalties not taken off; suffix: of another world's columns."""
    weights = goal_weights(books, goal)
    found = dict.fromkeys(books.worlds, ZERO)
    for w, x in product(books.worlds, GOALS):
        found[w] += weights[x] * books.scenarios.number(x + suffix, w)
    return found


def mean_of_worst(books: Books, values: Mapping[str, Decimal], tail: Decimal) -> Fraction:
    """Return the mean of the worst `tail` of probability, exactly: CVaR."""
    left, found = Fraction(tail), Fraction(0)
    for w in sorted(books.worlds, key=values.__getitem__):
        taken = min(left, Fraction(books.worlds[w].chance))
        found += taken * Fraction(values[w])
        left -= taken
    return (found + left * Fraction(max(values.values()))) / Fraction(tail)


def measure_risk(books: Books, values: Mapping[str, Decimal], best: Mapping[str, Decimal]) -> Fraction:
    """Return what values of scenarios come to by the measure of the instance; best: of each scenario alone."""
    risk = books.instance.risk
    assert risk is not None
    if risk.measure == "regret":
        return -max(Fraction(best.get(w, value) - value) for w, value in values.items())
    expected = Fraction(books.expect(values))
    worst = Fraction(min(values.values()))
    bad = worst if risk.measure == "worst" else mean_of_worst(books, values, exact(risk.tail))
    weight = Fraction(exact(risk.weight))
    return (1 - weight) * expected + weight * bad


def averse_goal(books: Books, goal: str = "") -> Fraction:
    """Return a goal as it is maximised where the instance looks at risk: less what broken soft rules cost."""
    value = measure_risk(books, scenario_values(books, goal), _best(books, goal))
    return value - Fraction(penalties(books))


def _best(books: Books, goal: str = "") -> dict[str, Decimal]:
    """Return the value of the best plan for each scenario alone in one goal, as the run has it."""
    order = books.instance.objective.order
    place = order.index(goal) if goal in order else -1
    rows = (books.figures.get("risk") or {}).get("scenarios") or {}
    return {w: exact(row["optima"][place]) for w, row in rows.items() if row.get("optima")}


def shows_risk(books: Books) -> Comparisons:
    """What is said of risk is what the scenarios come to: values, regret, expectation, the worst part, the worst."""
    if not books.uncertain:
        return
    told: Mapping[str, Any] = books.figures.get("risk") or {}
    risk, off = books.instance.risk, penalties(books)
    measure, tail = ("expected", 0.1) if risk is None else (risk.measure, risk.tail)
    values = {w: value - off for w, value in scenario_values(books).items()}
    yield Comparison(("measure",), str(told.get("measure")), "=", measure)
    yield _figure(("expected",), told.get("expected"), books.expect(values))
    yield _figure(("cvar",), told.get("cvar"), mean_of_worst(books, values, exact(tail)))
    yield _figure(("worst",), told.get("worst"), min(values.values()))
    yield from _shows_years(books, told.get("years") or {})
    whole = books.figure("objective")
    yield _figure(("value",), told.get("value"), ZERO if whole is None else whole)
    yield from _shows_scenarios(books, values, told.get("scenarios") or {})
    if measure == "regret":
        best = _best(books)
        yield Comparison(("optima",), Decimal(len(best)), "=", Decimal(len(values)))
        yield _figure(("regret",), told.get("regret"), max(best.get(w, ZERO) - value for w, value in values.items()))


def _shows_years(books: Books, told: Mapping[str, Any]) -> Comparisons:
    """Compare the jobs of an average year, of the worst tenth of years and of the worst with those of the scenarios."""
    jobs = {w: books.scenarios.number("employment", w) for w in books.worlds}
    yield _figure(("years", "average"), told.get("average"), books.expect(jobs))
    yield _figure(("years", "one_in_ten"), told.get("one_in_ten"), mean_of_worst(books, jobs, ONE / 10))
    yield _figure(("years", "worst"), told.get("worst"), min(jobs.values()))


def _shows_scenarios(books: Books, values: Mapping[str, Decimal], told: Mapping[str, Any]) -> Comparisons:
    """Compare what is said of each scenario with its row and its worth."""
    best = _best(books)
    for w, world in books.worlds.items():
        row = told.get(w) or {}
        yield _figure((w, "probability"), row.get("probability"), world.chance)
        for goal in GOALS:
            yield _figure((w, goal), row.get(goal), books.scenarios.number(goal, w))
        yield _figure((w, "value"), row.get("value"), values[w])
        yield Comparison((w, "value", "scenarios"), books.scenarios.number("value", w), "=", values[w])
        if w in best:
            yield _figure((w, "regret"), row.get("regret"), best[w] - values[w])
            yield Comparison((w, "regret", "scenarios"), books.scenarios.number("regret", w), "=", best[w] - values[w])
            yield Comparison((w, "optimum"), values[w], "≤", best[w] + _room(books, best[w]))


def _room(books: Books, best: Decimal) -> Decimal:
    """Return how far a scenario's own best plan may fall short of the best: the part of the gap it was proven to."""
    return books.asked_gap * max(ONE, abs(best))


def _figure(place: tuple[str, ...], found: Any, mine: Number) -> Comparison:
    """Compare a figure with one worked out here; one that is missing is never right."""
    if found is None:
        return Comparison(place, "", "=", str(mine))
    return Comparison(place, exact(found), "=", mine)
