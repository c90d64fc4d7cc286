"""The worlds that a plan is compared with, as questions: where nothing is funded, and where there is no aid."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from alloc.instance.effects import states
from alloc.instance.money import ALONE, eligible_funds, of_kind
from alloc.instance.rows import revised
from alloc.instance.rules import AnyRule, Benefit
from alloc.instance.schema import Fund, Instance, Measure

LIMITS = ("min_use", "rules", "commitments")
"""The limits on other money that are left out, a class at a time, where the world without the aid has no plan."""

Payments = Mapping[tuple[str, str], float]
"""(measure, fund) → amount [money]."""


def status_quo(instance: Instance) -> Instance:
    """Return the question in which nothing is funded: no measure, so no synergy; no rule, no fund that must be used.

    A measure that is not funded has no units, no money and no gain, so leaving it out changes nothing else.
    """
    return without_min_use(instance.model_copy(update={"measures": {}, "synergies": (), "rules": (), "held": {}}))


def without_aid(instance: Instance, lapsed: Collection[str] = (), left_out: Collection[str] = ()) -> Instance:
    """Return the question with no money in funds of kind `aid`, and without what needs aid.

    lapsed: commitments that the other funds cannot pay for; left_out: classes of limits left out, of `LIMITS`.
    """
    return over_years(instance, lambda of: _leave_out_aid(of, lapsed, left_out))


def over_years(instance: Instance, change: Callable[[Instance], Instance]) -> Instance:
    """Return a question changed, and with it that of every year that it asks for."""
    changed = change(instance)
    return changed.model_copy(update={"questions": tuple(map(change, instance.questions))})


def _leave_out_aid(instance: Instance, lapsed: Collection[str], left_out: Collection[str]) -> Instance:
    aid = aid_funds(instance)
    question = instance.model_copy(
        update={
            "funds": {f: _emptied(fund) if f in aid else fund for f, fund in instance.funds.items()},
            "measures": {m: _unshared(row, aid, m in lapsed) for m, row in instance.measures.items()},
            "rules": tuple(rule for rule in instance.rules if not speaks_of_aid(instance, rule)),
            "held": {},
        }
    )
    for limit in left_out:
        question = LOOSENED[limit](question)
    return question


def aid_funds(instance: Instance) -> frozenset[str]:
    """Return the funds of kind `aid`."""
    return frozenset(of_kind(instance, instance.funds, "aid"))


def speaks_of_aid(instance: Instance, rule: AnyRule) -> bool:
    """Tell whether the money of a rule is aid: that of the kind or of one aid fund; `all` money is not.

    What both sides earn is agreed between donor and host: there is no such rule without the aid.
    """
    if isinstance(rule, Benefit):
        return True
    purses = {side.purse for side in (rule.counted, rule.compared) if side}
    return not purses.isdisjoint({"aid", *aid_funds(instance), f"{ALONE}aid"})


def _emptied(fund: Fund) -> Fund:
    """Return a fund with nothing in it, tied to the same counties."""
    tied = None if fund.by_county is None else dict.fromkeys(fund.by_county, 0.0)
    return fund.model_copy(update={"amount": 0.0, "by_county": tied, "min_use": 0.0})


def _unshared(row: Measure, aid: Collection[str], lapses: bool) -> Measure:
    """Return a measure of which aid need pay no part; one that lapses is no longer committed."""
    least = {who: part for who, part in row.min_share.items() if who != "aid" and who not in aid}
    committed = row.committed and not lapses
    if len(least) == len(row.min_share) and committed == row.committed:
        return row
    return row.model_copy(update={"min_share": least, "committed": committed})


def without_min_use(question: Instance) -> Instance:
    """Return a question in which no fund must be used."""
    return question.model_copy(update={"funds": revised(question.funds, min_use=0.0)})


def without_rules(question: Instance) -> Instance:
    """Return a question without rules."""
    return question.model_copy(update={"rules": ()})


def without_commitments(question: Instance) -> Instance:
    """Return a question in which nothing is committed."""
    return question.model_copy(update={"measures": revised(question.measures, committed=False)})


LOOSENED: Mapping[str, Callable[[Instance], Instance]] = {
    "min_use": without_min_use,
    "rules": without_rules,
    "commitments": without_commitments,
}


def sure_of(question: Instance, w: str) -> Instance:
    """Return the question with one scenario alone, which is then sure."""
    world = states(question)[w].model_copy(update={"probability": 1.0})
    return question.model_copy(update={"scenarios": {w: world}, "drawn": {}, "draws": None, "risk": None})


def only(question: Instance, committed: Collection[str]) -> Instance:
    """Return a question of whether some measures can be paid for and built, with no rule and no fund that must be used.

    It has the measures and what they hang on: those that they require or that limit them, and those that add to
    what they use. Without a baseline nothing else is asked. Of several years they go ahead in the first, and are kept
    up in the others.
    """
    needed = set(committed)
    for of in (question, *question.questions):
        needed.update(_reached(of, committed))
    first = question.year
    return over_years(question, lambda of: _keep_only(of, needed, committed if of.year == first else ()))


def _keep_only(question: Instance, needed: Collection[str], committed: Collection[str]) -> Instance:
    measures: dict[str, Measure] = {}
    for m, row in question.measures.items():
        if m in needed:
            excluded = tuple(other for other in row.excludes if other in needed)
            measures[m] = row.model_copy(update={"committed": m in committed, "excludes": excluded})
    nothing: dict[str, Any] = {
        "rules": (),
        "synergies": (),
        "baseline": (),
        "links": (),
        "chains": {},
        "scenarios": {},
        "drawn": {},
        "risk": None,
        "markets": (),
    }
    return without_min_use(question.model_copy(update={"measures": measures, **nothing}))


def _reached(question: Instance, start: Collection[str]) -> Iterator[str]:
    """Yield what measures hang on, and what that hangs on."""
    suppliers: dict[str, list[str]] = {}
    for m, row in question.measures.items():
        for resource in getattr(row, "supplies", {}):
            suppliers.setdefault(resource, []).append(m)
    waiting, seen = list(start), set(start)
    while waiting:
        row = question.measures[waiting.pop()]
        hangs_on = [*row.requires, *row.limited_by]
        for resource in row.uses:
            hangs_on += suppliers.get(resource, ())
        for m in hangs_on:
            if m in question.measures and m not in seen:
                seen.add(m)
                waiting.append(m)
                yield m


def holding(instance: Instance, payments: Payments) -> Instance:
    """Return the question in which every payment from funds of kind `national` is held at what it is in `payments`."""
    held: dict[str, dict[str, float]] = {}
    for m in instance.measures:
        for f in eligible_funds(instance, m):
            if instance.funds[f].kind == "national":
                held.setdefault(m, {})[f] = max(payments.get((m, f), 0.0), 0.0)
    return instance.model_copy(update={"held": held})
