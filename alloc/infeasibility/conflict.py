"""What cannot hold together: sets of limits that leave no plan, of which every one is needed for that.

A set is found by halves (QuickXplain, Junker 2004) among the limits that a person set, first among those that a Farkas
proof of the relaxed question names, all others released, and then checked one by one: what money and measures are, and
what the mathematics asks, is never part of it.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from alloc.errors import InstanceError
from alloc.infeasibility.levers import Lever
from alloc.instance.reading import Draft
from alloc.instance.schema import Instance, Objective
from alloc.solver import Deadline
from alloc.solver.feasibility import Relaxed, judge, relax

FEW = 30
"""So few limits are left out one by one at once: of a handful that are needed, halving would ask more often."""


PROOFS = 8
"""So many proofs tell how far a figure has to go, or it is sought without."""

CLOSE = 1e-4
"""A figure that moves by less than this part of the way is found."""


class UndecidedError(Exception):
    """The time was out before it was proven whether there is a plan."""


@dataclass
class Limits:
    """A question whose limits can be released and eased; every answer is kept.

    draft, overrides: the question; levers: all limits that a person set; known: what was answered already, by
    what was asked. conflict: ids of the limits that could not hold together last, here or in a like question.
    """

    draft: Draft
    overrides: Mapping[str, object]
    levers: Sequence[Lever]
    deadline: Deadline
    known: MutableMapping[str, bool] = field(default_factory=dict)
    conflict: Collection[str] = ()
    _names: dict[str, set[str]] = field(default_factory=dict)

    def question(self, changes: Mapping[str, object]) -> Instance:
        """Return the question with some figures replaced. Raises InstanceError where that makes it faulty."""
        return self.draft.read({**self.overrides, **changes})

    def hold_together(self, changes: Mapping[str, object]) -> bool:
        """Tell whether the question with some figures replaced has a plan. Raises UndecidedError without an answer."""
        key = _write_key(changes)
        if key not in self.known:
            relaxed = self.relax(changes)
            found = judge(relaxed, self.deadline)
            if found is None:
                raise UndecidedError
            self.known[key], self._names[key] = found, relaxed.names
        return self.known[key]

    def can_be_kept(self, changes: Mapping[str, object]) -> bool:
        """Tell the same; what the reader refuses, a commitment that nobody can pay for, say, has no plan either."""
        try:
            return self.hold_together(changes)
        except InstanceError:
            return False

    def relax(self, changes: Mapping[str, object]) -> Relaxed:
        """Return the relaxed program of the question with some figures replaced."""
        return relax(self.question(changes).model_copy(update={"objective": Objective()}), self.deadline)

    def suspect(self, held: Collection[Lever], candidates: Sequence[Lever]) -> Sequence[Lever]:
        """Return those of the candidates that proofs of the relaxed question name, where they leave no plan alone.

        The candidates leave no plan with those held, and so does whatever is returned.
        """
        while candidates:
            names = self._names.get(_write_key(released(leave_out(self.levers, [*held, *candidates]))), set())
            named = [lever for lever in candidates if lever.subject & names]
            if not named or len(named) == len(candidates) or self.hold([*held, *named], {}):
                break
            candidates = named
        return candidates

    def find_least_change(self, ask: Callable[[float], Mapping[str, object]], value: float, far: float) -> float | None:
        """Return the figure, away from its value, up to which the relaxed question has no plan; None if nothing tells.

        What a Farkas proof proves to be lacking changes evenly with a figure that its limits change evenly with, and
        where nothing is lacking the proof ends: the secant method on proofs. ask: the changes with a figure; far:
        another figure, which tells how fast. Figures may change limits otherwise: what is returned is to be asked.
        """
        here, there = value, far
        one, other = self.relax(ask(here)), self.relax(ask(there))
        for _ in range(PROOFS if one.proof is not None else 0):
            before = one.measure_lack(one.proof)
            after = other.measure_lack(one.proof if other.proof is None else other.proof)
            if after >= before or math.isinf(after):
                return None
            turn = here + (there - here) * before / (before - after)
            if min(abs(turn - there), abs(turn - here)) <= CLOSE * abs(turn - value):
                return turn
            turn -= CLOSE / 2 * (turn - value)  # a little before: at the turn itself there is no proof any more
            new = self.relax(ask(turn))
            if other.proof is not None:
                here, one, there, other = there, other, turn, new
            elif new.proof is None:
                there, other = turn, new
            else:
                here, one = turn, new
        return None

    def hold(self, held: Collection[Lever], changes: Mapping[str, object]) -> bool:
        """Tell whether there is a plan where only some limits are held and all others are released."""
        return self.can_be_kept({**released(leave_out(self.levers, held)), **changes})


def _write_key(changes: Mapping[str, object]) -> str:
    return repr(sorted(changes.items()))


def leave_out(levers: Collection[Lever], others: Collection[Lever]) -> list[Lever]:
    """Return some limits without others."""
    return [lever for lever in levers if lever not in others]


def released(freed: Collection[Lever]) -> dict[str, object]:
    """Return the figures to replace for the question without some limits; what one of them holds, another may free."""
    held: dict[str, object] = {}
    found: dict[str, object] = {}
    for lever in freed:
        held |= lever.held
        found |= {path: value for path, value in lever.released.items() if path not in lever.held}
    return {**held, **found}


def find_conflict(
    limits: Limits, freed: Collection[Lever] = (), always: Collection[Lever] = ()
) -> tuple[Lever, ...] | None:
    """Return an irreducible set of limits that leaves no plan, none of them among those freed; None where there is one.

    All limits but those of the set released there is no plan; with any one of the set released too there is one. An
    empty set means that no limit that a person set is to blame. always: limits that stay as they are beside the set,
    and are no part of it.
    """
    held = leave_out(always, freed)
    candidates = leave_out(limits.levers, [*freed, *held])
    known = [lever for lever in candidates if lever.id in limits.conflict]
    again = bool(known) and not limits.hold([*held, *known], {})
    if not again and limits.hold([*held, *candidates], {}):
        return None
    if not candidates or not limits.hold(held, {}):
        return ()
    suspects = limits.suspect(held, known if again else candidates)
    suspects = suspects if again else _without_kinds(limits, held, suspects)
    found = suspects if len(suspects) <= FEW else _divide(limits, held, False, suspects)
    return _without_idle(limits, held, found)


def narrow_conflict(limits: Limits, conflict: Sequence[Lever], always: Sequence[Lever]) -> tuple[Lever, ...] | None:
    """Return what of a conflict leaves no plan with other limits as they are beside it; None where there is one."""
    held, within = leave_out(always, conflict), leave_out(conflict, always)
    if limits.hold([*always, *within], {}) or not limits.hold(held, {}):
        return None
    return _without_idle(limits, always, within)


def find_waited_for(instance: Instance, levers: Sequence[Lever]) -> list[Lever]:
    """Return the limits that may help and hinder alike: aid to a supplement waits for national money."""
    if not any(row.national.startswith("supplement") for row in instance.measures.values()):
        return []
    purses = tuple(f"funds.{f}." for f, fund in instance.funds.items() if fund.kind == "national")
    money = [lever for lever in levers if lever.path.startswith(purses)] if purses else []
    return [*money, *(lever for lever in levers if lever.kind in ("national_ceiling", "national_planned"))]


def _without_kinds(limits: Limits, held: Sequence[Lever], found: Sequence[Lever]) -> Sequence[Lever]:
    """Return a set that leaves no plan without those kinds of limits that it does not need, the most frequent first."""
    kept = found
    for kind, count in Counter(lever.kind for lever in found).most_common():
        rest = [lever for lever in kept if lever.kind != kind]
        if count > 1 and not limits.hold([*held, *rest], {}):
            kept = rest
    return kept


def _divide(limits: Limits, held: Sequence[Lever], new: bool, candidates: Sequence[Lever]) -> list[Lever]:
    """Return what of the candidates is needed, with those held, for there to be no plan.

    new: whether something was held since the last time that this was asked.
    """
    if new and not limits.hold(held, {}):
        return []
    if len(candidates) == 1:
        return list(candidates)
    middle = len(candidates) // 2
    first, second = candidates[:middle], candidates[middle:]
    of_second = _divide(limits, [*held, *first], True, second)
    of_first = _divide(limits, [*held, *of_second], bool(of_second), first)
    return [*of_first, *of_second]


def _without_idle(limits: Limits, held: Sequence[Lever], found: Sequence[Lever]) -> tuple[Lever, ...]:
    """Return a set without what it does not need.

    Halving is exact where releasing a limit never takes a plan away. More national money may do just that: aid to a
    supplement waits until it is spent. So each member is checked by itself, until all that are left are needed.
    """
    kept = list(found)
    for lever in found:
        rest = [other for other in kept if other is not lever]
        if not limits.hold([*held, *rest], {}):
            kept = rest
    return tuple(kept) if len(kept) == len(found) else _without_idle(limits, held, kept)
