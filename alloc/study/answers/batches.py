"""Ends that are searched for together: which of them at first, and with which a search goes on."""

from collections import deque
from collections.abc import Callable, Sequence

from alloc.solver.matrix import INF
from alloc.study.answers.ends import End

AGAIN = 3
"""Many ends are searched for at once again as long as that closes so many of them."""

BATCH, FILL = 8, 1.2
"""One plan is asked to reach so many bounds at once, as long as that costs this part of what may be lost, as far as the
relaxed program tells. Measured on Hotan 2019: 0.25 s an end where one after the other takes 1 s."""

Losses = dict[End, float]
"""What the relaxed program loses of the goal by the target of an end."""

Wanted = Callable[[End], bool]
"""Which ends are searched for."""

GoOn = Callable[[list[End], list[End]], list[list[End]]]
"""With which ends a search goes on, of those asked for and those of them that are still open."""


def take_next(waiting: deque[list[End]], wanted: Wanted) -> list[End]:
    """Take groups from those that wait up to one with ends that are wanted, and return these, if any."""
    ends: list[End] = []
    while waiting and not ends:
        ends = list(filter(wanted, waiting.popleft()))
    return ends


def list_batches(losses: Losses, most: float, ends: Sequence[End]) -> list[list[End]]:
    """Return the ends of a county that one plan may reach together, those first whose targets cost least.

    losses: what the target of each costs at least; most: may be lost.
    """
    batches: list[list[End]] = []
    total, where = 0.0, -1
    for end in sorted(ends, key=lambda end: (end.county, losses.get(end, INF))):
        if (loss := losses.get(end, INF)) > most:
            continue
        if end.county != where or len(batches[-1]) >= BATCH or total + loss > FILL * most:
            batches.append([])
            total, where = 0.0, end.county
        batches[-1].append(end)
        total += loss
    return batches


def keep_together(ends: list[End], left: list[End]) -> list[list[End]]:
    """Go on with what is left of a group, as long as enough of it was closed."""
    return [left] if len(ends) - len(left) >= AGAIN else []


def halve(ends: list[End], left: list[End]) -> list[list[End]]:
    """Go on with what is left of several ends in two halves: one plan did not reach them all."""
    middle = (len(left) + 1) // 2
    return [half for half in (left[:middle], left[middle:]) if half and len(ends) > 1]
