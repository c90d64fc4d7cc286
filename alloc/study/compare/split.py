"""A difference in jobs split into what the budget, the rules and the data bring about.

The inputs of two questions are exchanged group by group, and each mixture is solved. A group's effect is what its
exchange brings, averaged over every order in which the groups can be exchanged, so that the effects add up to the
whole difference (the Shapley value: Shapley 1953; for decompositions: Shorrocks 2013).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from alloc.errors import AllocError, Fault
from alloc.instance import Instance
from alloc.instance.drawn import draw_scenarios
from alloc.instance.references import CHECKS, sources_exist
from alloc.instance.schema import Fund
from alloc.instance.tables import TABLES, WITHOUT_ID
from alloc.run import solve
from alloc.study.compare.results import Result
from alloc.texts import say

GROUPS = ("budget", "rules", "data")
"""Budget: what funds hold and must give. Rules: rules, objective, nation, lots. Data: everything else."""

CHOICE, TOTAL = "choice", "total"
"""What is left where a plan is not the best of its question (made by hand, or one of several as good); the sum."""

DATA = (
    *("counties", "industries", "baseline", "links", "measures", "chains", "resources", "synergies", "scenarios"),
    "markets",
)
WORDS = {"name", "name_zh", "note", "source", "sources", "range", "donor", "reason", "unit"}
"""What rows say to people, and how far figures may be off, changes no plan."""

Mix = frozenset[str]
"""The groups that are taken from B; the others are A's."""


@dataclass(frozen=True)
class Effect:
    """What one group of inputs brings about [jobs], and between what it must lie, since plans have gaps."""

    name: str
    jobs: float
    low: float
    high: float


@dataclass(frozen=True)
class Split:
    """Effects that add up to the difference in employment; without any, why they cannot be told.

    differ: the groups in which the questions differ; solves: how many questions were solved for it.
    """

    effects: tuple[Effect, ...]
    differ: tuple[str, ...]
    solves: int = 0
    why_not: str = ""


@dataclass(frozen=True)
class _Worth:
    """Employment of the best plan of a mixture, and how much more the proof leaves possible [jobs]."""

    jobs: float
    room: float


class _MixError(Exception):
    """A mixture that is no question, or has no plan."""


def split(a: Result, b: Result, lang: str = "en") -> Split:
    """Return how a difference in employment comes about.

    Groups that are the same in both have no effect and cost no solves. Where a mixture is no question (a rule names
    a measure that the other data do not have) or has no plan, no effects are told, only why.
    """
    differ = _list_different(a.instance, b.instance)
    mixes = _list_mixes(differ)
    first, last = mixes[0], mixes[-1]
    worth: dict[Mix, _Worth] = {}
    for mix, one in ((last, b), (first, a)):
        if "method" in one.figures:  # who made a plan by hand did not search for the best of its question
            worth[mix] = _take_worth(one)
    searched = worth.keys() >= {first, last}
    solves = len(set(mixes) - worth.keys())
    try:
        for mix in mixes:
            if mix not in worth:
                worth[mix] = _solve_mix(a, b, mix, lang)
    except _MixError as error:
        return Split((), differ, solves, str(error))
    effects = [_average_effect(name, differ, worth) for name in GROUPS]
    total = float(b.figures["employment"] - a.figures["employment"])
    choice = _weigh_choice(total, worth[first], worth[last])
    rest = [choice] if choice.jobs != 0 or not searched else []
    return Split((*effects, *rest, Effect(TOTAL, total, total, total)), differ, solves)


def _list_different(a: Instance, b: Instance) -> tuple[str, ...]:
    """Return the groups of inputs that are not the same in both."""
    return tuple(name for name, same in _compare_groups(a, b).items() if not same)


def _list_mixes(differ: Sequence[str]) -> list[Mix]:
    """Return every mixture of the groups that differ, from none of them to all."""
    found: list[Mix] = []
    for size in range(len(differ) + 1):
        found += map(frozenset, combinations(differ, size))
    return found


def _weigh_choice(total: float, first: _Worth, last: _Worth) -> Effect:
    """Return what is left of a difference in jobs where a plan is not the best of its question."""
    choice = total - (last.jobs - first.jobs)
    return Effect(CHOICE, choice, choice - last.room, choice + first.room)


def _take_worth(result: Result) -> _Worth:
    return _Worth(float(result.figures["employment"]), _measure_room(result.instance, result.figures))


def _measure_room(instance: Instance, figures: Mapping[str, Any]) -> float:
    """Return how many more jobs the proof leaves possible: the goal's gap, at what a job is worth in the goal."""
    stage = figures["stages"][0]
    worth = 1.0 if instance.objective.order else instance.objective.employment
    if stage["objective"] is None or stage["bound"] is None or worth == 0:
        return math.inf
    return max(0.0, float(stage["bound"]) - float(stage["objective"])) / worth


def _solve_mix(a: Result, b: Result, mix: Mix, lang: str) -> _Worth:
    """Return what the best plan of a mixture is worth."""
    words = _name_mix(a, b, mix, lang)
    question = mix_questions(a.instance, b.instance, mix)
    faults = list_faults(question)
    if faults:
        raise _MixError(say("diff_no_question", lang, mix=words, fault=faults[0].say(lang)))
    try:
        run = solve(question, lang=lang)
    except AllocError as error:
        raise _MixError(say("diff_no_question", lang, mix=words, fault=error.say(lang))) from None
    if not run.tables:
        raise _MixError(say("diff_no_plan", lang, mix=words, status=say(run.status, lang)))
    return _Worth(float(run.figures["employment"]), _measure_room(question, run.figures))


def _name_mix(a: Result, b: Result, mix: Mix, lang: str) -> str:
    """Return in words whose inputs a mixture has."""
    words = []
    for name in GROUPS:
        owner = b if name in mix else a
        words.append(f"{say(f'diff_{name}', lang)}: {owner.name}")
    return ", ".join(words)


def _average_effect(name: str, differ: tuple[str, ...], worth: Mapping[Mix, _Worth]) -> Effect:
    """Return the average over all orders of what the exchange of one group adds."""
    if name not in differ:
        return Effect(name, 0.0, 0.0, 0.0)
    n = len(differ)
    jobs, low, high = [], [], []
    for mix in worth:
        if name in mix:
            continue
        # of the n! orders so many exchange just this mixture before the group: the weight of Shapley's value
        times = math.factorial(len(mix)) * math.factorial(n - len(mix) - 1) / math.factorial(n)
        after, before = worth[mix | {name}], worth[mix]
        gain = after.jobs - before.jobs
        jobs.append(times * gain)
        low.append(times * (gain - before.room))
        high.append(times * (after.jobs + after.room - before.jobs))
    return Effect(name, math.fsum(jobs), math.fsum(low), math.fsum(high))


def mix_questions(a: Instance, b: Instance, mix: Mix) -> Instance:
    """Return the question with some groups of inputs from B and the others from A.

    A fund that only one question has is in both: with no money where the budget is that of the other.
    """
    budget, rules, data = (b if name in mix else a for name in GROUPS)
    known = {**budget.funds, **data.funds}
    funds = {f: _give_money(known[f], budget.funds.get(f), data) for f in {**a.funds, **b.funds}}
    return data.model_copy(
        update={
            "funds": funds,
            "rules": rules.rules,
            "objective": rules.objective,
            "nation": rules.nation,
            "money": data.money.model_copy(update={"lot": rules.money.lot}),
            "risk": rules.risk,
            "drawn": draw_scenarios(data),
            "previous": rules.previous,
            "solver": a.solver.model_copy(update={"gap": min(a.solver.gap, b.solver.gap)}),
            "sha256": "",
        }
    )


def _give_money(fund: Fund, money: Fund | None, data: Instance) -> Fund:
    """Return a fund with the money that a budget gives it, in the counties that there are."""
    if money is None:
        return fund.model_copy(update={"amount": 0.0, "by_county": None, "min_use": 0.0})
    local = None if money.by_county is None else {c: x for c, x in money.by_county.items() if c in data.counties}
    return fund.model_copy(update={"amount": money.amount, "by_county": local, "min_use": money.min_use})


def list_faults(question: Instance) -> list[Fault]:
    """Return what makes a mixture no question: the checks that every instance passes when it is read."""
    ids: dict[str, Any] = {table: getattr(question, table) for table in TABLES if table not in WITHOUT_ID}
    found = []
    for check in CHECKS:
        if check is not sources_exist:
            found += [Fault(".".join(map(str, path)), "", text, values) for path, text, values in check(question, ids)]
    return found


def _compare_groups(a: Instance, b: Instance) -> dict[str, bool]:
    """Tell which groups of inputs are the same, whatever they say to people."""
    tables = all(_take_data(getattr(a, table)) == _take_data(getattr(b, table)) for table in DATA)
    common = a.funds.keys() & b.funds.keys()
    eligible = all(_take_eligibility(a.funds[f]) == _take_eligibility(b.funds[f]) for f in common)
    return {
        "budget": _take_budget(a) == _take_budget(b),
        "rules": _take_rules(a) == _take_rules(b),
        "data": tables and eligible and a.draws == b.draws,
    }


def _take_budget(instance: Instance) -> dict[str, Any]:
    found = {}
    for f, fund in instance.funds.items():
        given = (fund.amount, fund.by_county, fund.min_use)
        if given != (0.0, None, 0.0):
            found[f] = given
    return found


def _take_rules(instance: Instance) -> tuple[Any, ...]:
    rules = [rule.model_dump(exclude=WORDS - {"name"}) for rule in instance.rules]
    return rules, instance.objective, instance.risk, instance.previous, instance.nation, instance.money.lot


def _take_eligibility(fund: Fund) -> dict[str, Any]:
    return fund.model_dump(exclude=WORDS | {"amount", "by_county", "min_use"})


def _take_data(table: Any) -> Any:
    """Return a table without what it says to people."""
    if isinstance(table, Mapping):
        return {key: row.model_dump(exclude=WORDS) for key, row in table.items()}
    return [row.model_dump(exclude=WORDS) for row in table]
