"""What would let limits hold together: sets of changes to figures, each as small as it may be.

Every repair frees something of every conflict, so it is found by freeing the members of one conflict after another
(the hitting-set tree of Reiter 1987), fewest levers first: repairs by one lever are complete before there are two. That
rests on releasing a limit never taking a plan away; limits of which this is not so are branched on everywhere.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alloc.errors import InstanceError
from alloc.infeasibility.conflict import Limits, find_conflict, leave_out, released
from alloc.infeasibility.levers import Lever

LARGEST = 3
"""A repair that moves more levers than this is no help in a meeting."""

FINE = 0.004
"""A figure is eased by at most this part of its step more than it has to be."""

SPARE = 0.99
"""So much of the step that is given must not do: who eases less is told no."""

ASIDE = 0.45
"""The two figures that are asked lie this part of that beside where the relaxed question turns."""

FIRST = 0.01
"""The first step that is tried, as a part of the figure; then twice as far, and so on."""

WHOLE = 1.0
"""The largest part that can be written."""

WIDER = 8.0
"""So many times as far goes each further step where doubling led nowhere: what is 0 says nothing of how far to go."""

DOUBLED = 8
"""So often a step is doubled; from 0 never."""

FARTHEST = 12
"""So many steps are tried before a limit is left out altogether."""


@dataclass(frozen=True)
class Replacement:
    """One figure to replace: where it stands, what stands there, and what would have to. `to` None leaves it out.

    beside: figures of other years that are named with it, over several.
    """

    path: str
    before: object
    to: object
    beside: Mapping[str, object] = field(default_factory=dict)

    @property
    def setting(self) -> dict[str, object]:
        """The figures as they are replaced with --set."""
        return {self.path: self.to, **self.beside}


@dataclass(frozen=True)
class Repair:
    """Levers that let the question have a plan when they are moved together, and how far each has to be moved."""

    levers: tuple[Lever, ...]
    changes: tuple[Replacement, ...]

    @property
    def settings(self) -> dict[str, object]:
        """All figures to replace."""
        return join_settings(self.changes)


def join_settings(changes: Sequence[Replacement]) -> dict[str, object]:
    """Return all figures of some changes to replace; what one of them holds, another may change."""
    found: dict[str, object] = {}
    for change in changes:
        found |= change.beside
    for change in changes:
        found |= {change.path: change.to}
    return found


@dataclass
class SearchState:
    """What was found on the way to the repairs: sets of which each repair frees something, and the sets of the repairs.

    waited_for: the limits that may help and hinder alike, which stay as they are beside each of the sets.
    """

    conflicts: list[tuple[Lever, ...]]
    freed: list[tuple[Lever, ...]]
    waited_for: list[Lever]


def find_repairs(limits: Limits, found: SearchState, most: int, largest: int = LARGEST) -> Iterator[Repair]:
    """Yield repairs, those by one lever first, until there are enough, or all of so many levers.

    Conflicts that are met on the way go to what is found.

    Raises UndecidedError where the time is out.
    """
    level: list[tuple[Lever, ...]] = [()]
    for _ in range(largest):
        level = _grow(limits, found, level)
        left = []
        for freed in level:
            if len(found.freed) == most:
                return
            if any(set(smaller) <= set(freed) for smaller in found.freed):
                continue
            if limits.can_be_kept(released(freed)):
                found.freed.append(freed)
                yield Repair(freed, ease(limits, freed))
            else:
                left.append(freed)
        level = left


def find_returns(limits: Limits, paths: Collection[str]) -> Iterator[Repair]:
    """Yield how far each of some figures has to go for there to be a plan, where it can do that alone: those that
    somebody has just changed are asked without a word of what cannot hold together.

    Raises UndecidedError where the time is out.
    """
    for lever in limits.levers:
        if lever.path in paths and not lever.firm and limits.can_be_kept(released([lever])):
            yield Repair((lever,), ease(limits, (lever,)))


def _grow(limits: Limits, found: SearchState, level: Sequence[tuple[Lever, ...]]) -> list[tuple[Lever, ...]]:
    """Return the sets of one lever more: each with a member of a conflict that it frees nothing of."""
    grown: dict[frozenset[str], tuple[Lever, ...]] = {}
    for freed in level:
        for lever in (*_unmet(limits, found, freed), *found.waited_for):
            if not lever.firm and lever not in freed:
                more = (*freed, lever)
                grown.setdefault(frozenset(one.path for one in more), more)
    return list(grown.values())


def _unmet(limits: Limits, found: SearchState, freed: Sequence[Lever]) -> tuple[Lever, ...]:
    """Return a conflict that nothing freed has a part in: one that is known, else a new one.

    One that was met beside limits that may help and hinder alike may be none where one of these is freed: it is asked.
    """
    beside = leave_out(found.waited_for, freed)
    for conflict in found.conflicts:
        if not set(conflict) & set(freed) and not (found.waited_for and limits.hold([*beside, *conflict], {})):
            return conflict
    another = find_conflict(limits, freed, found.waited_for)
    if another:
        found.conflicts.append(another)
    return another or ()


def ease(limits: Limits, freed: Sequence[Lever]) -> tuple[Replacement, ...]:
    """Return how far each lever has to be moved: one after another, those before as settled, those after released."""
    changes: list[Replacement] = []
    for i, lever in enumerate(freed):
        beside = {**released(freed[i + 1 :]), **join_settings(changes)}
        changes.append(_eased(limits, lever, beside))
    return tuple(changes)


def _eased(limits: Limits, lever: Lever, beside: Mapping[str, object]) -> Replacement:
    """Return the smallest change of one lever with which there is a plan; a switch, or what no figure does, goes."""
    value = lever.strictest
    if lever.eases not in ("up", "down") or not isinstance(value, int | float):
        return _replace(lever, limits, beside, lever.released)

    def does(number: float) -> bool:
        return limits.hold_together({**beside, **lever.ease(number)})

    def is_enough(number: float) -> bool:
        return limits.can_be_kept({**beside, **lever.ease(number)})

    near, found = _look_close(limits, lever, beside, does)
    ends = _bracket(lever, float(value), near, is_enough) if found is None else (near, found)
    if ends is None:
        return _replace(lever, limits, beside, lever.released)
    short, enough = ends
    while abs(enough - short) > (1.0 if lever.whole else FINE * abs(enough - value)):
        middle = (short + enough) / 2
        middle = math.floor(middle) if lever.whole else middle
        if is_enough(middle):
            enough = middle
        else:
            short = middle
    return _replace(lever, limits, beside, lever.ease(_neaten(float(value), short, enough, is_enough)))


def _replace(lever: Lever, limits: Limits, beside: Mapping[str, object], moved: Mapping[str, object]) -> Replacement:
    """Return figures to replace as one change: of those of several years the fewest that do, the first alone if so."""
    known = dict(lever.figures.values()) or {lever.path: lever.value}
    own = {path: to for path, to in moved.items() if path not in lever.held}
    changed = {path: to for path, to in own.items() if path not in known or known[path] != to}
    first = dict(list(changed.items())[:1])
    if lever.figures:
        own = next((some for some in (first, changed) if limits.can_be_kept({**beside, **some})), own)
    (path, to), *others = own.items()
    return Replacement(path, known.get(path), to, {**dict(others), **lever.held})


def _look_close(
    limits: Limits, lever: Lever, beside: Mapping[str, object], does: Callable[[float], bool]
) -> tuple[float, float | None]:
    """Return a figure that is not enough, and one that is or None, both asked where the relaxed question turns.

    The figure as it is where that tells nothing.
    """
    strictest = lever.strictest
    assert isinstance(strictest, int | float)
    value, sign = float(strictest), 1.0 if lever.eases == "up" else -1.0
    far = value + sign * (1.0 if lever.whole else FIRST * max(abs(value), FIRST))
    try:
        needed = limits.find_least_change(lambda number: {**beside, **lever.ease(number)}, value, far)
        if needed is None:
            return value, None
        short, enough = _surround(needed, sign, ASIDE * FINE * abs(needed - value), lever.whole)
        enough = sign * min(sign * enough, sign * _find_end(lever))
        if not does(enough):
            return enough, None  # whole numbers need more than the relaxed question
        return (value if does(short) else short), enough
    except InstanceError:  # beyond what can be written
        return value, None


def _find_end(lever: Lever) -> float:
    """Return the figure beyond which a lever is not moved: its release, where that is a figure."""
    if isinstance(lever.release, int | float):
        return float(lever.release)
    return 0.0 if lever.eases == "down" else math.inf


def _surround(needed: float, sign: float, spare: float, whole: bool) -> tuple[float, float]:
    """Return a figure a little before one and a little beyond it, each a whole number where only those make sense."""
    if whole:
        beyond = float(math.ceil(needed) if sign > 0 else math.floor(needed))
        return beyond - sign, beyond
    return needed - sign * spare, needed + sign * spare


def _first_step(value: float, start: float) -> float:
    """Return how far to go at first: a part of the figure, or a little more than what is known not to be enough."""
    return FIRST * max(abs(value), FIRST) if start == value else 2 * FINE * abs(start - value)


def _bracket(
    lever: Lever, value: float, start: float, is_enough: Callable[[float], bool]
) -> tuple[float, float] | None:
    """Return a figure that is not enough and one that is, or None where no figure is. start: one that is not enough."""
    sign, short = (1.0 if lever.eases == "up" else -1.0), start
    end = _find_end(lever)
    step = _first_step(value, start)
    for steps in range(FARTHEST):
        tried = start + sign * (math.ceil(step) if lever.whole else step)
        if sign * (tried - end) >= 0:
            return (short, end) if is_enough(end) else None
        if is_enough(tried):
            return short, tried
        if short < WHOLE < tried and is_enough(WHOLE):  # a part is never more than the whole
            return short, WHOLE
        short, step = tried, (2.0 if start and steps < DOUBLED else WIDER) * step
    return None


def _neaten(value: float, short: float, enough: float, does: Callable[[float], bool]) -> float:
    """Return the figure with fewest digits that is enough and of whose step 99 % are not."""
    sign = 1.0 if enough > value else -1.0
    most = abs(short - value) / SPARE
    for digits in range(-8, 12):
        size = 10.0**digits
        beyond = math.floor(round(sign * short * size, 6)) + 1, math.ceil(round(sign * enough * size, 6))
        for steps in sorted(set(beyond)):  # the next beyond what is not enough, and the next that is enough
            neat = sign * steps / size + 0.0
            beside = sign * (neat - short) > 0 and abs(neat - value) <= most
            if beside and (sign * (neat - enough) >= 0 or does(neat)):
                return neat
    return enough
