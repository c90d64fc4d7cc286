"""Chains drawn as their stages in order: which stand, which are new, which are missing."""

from collections.abc import Sequence
from typing import Literal

from alloc.report.charts.bars import label_room
from alloc.report.charts.chart import Chart
from alloc.report.charts.svg import WIDE, box, path, px, widest, width, words

ROW, HIGH, ARROW = 38.0, 32.0, 12.0
State = Literal["stood", "new", "missing"]
_BOXES = {"stood": "f-grid", "new": "f-plan", "missing": "hollow s-bad missing"}
_WORDS = {"stood": "", "new": "f-paper", "missing": "f-bad"}


def stages(
    rows: Sequence[tuple[str, Sequence[tuple[str, State]], str]], states: Sequence[tuple[State, str]], *, title: str
) -> Chart:
    """Draw one chain a row.

    rows: label, the stages in order with their states, and a word at the end (complete, two missing …); states: what
    each state is called. One mark a stage.
    """
    found, x = [], 0.0
    for state, name in states:
        found += [box(x + 1, 3, 22, 14, _BOXES[state], rounded=3), words(x + 30, 10, name)]
        x += 46 + width(name)
    labels, lengths, ends = [], [], []
    for label, steps, end in rows:
        labels.append(label)
        lengths.append(len(steps))
        ends.append(end)
    left = label_room(labels)
    right = WIDE - widest(ends) - 10
    most = max(lengths, default=1)
    wide = (right - left - ARROW * (most - 1)) / max(most, 1)
    top = 30.0
    for i, (label, steps, end) in enumerate(rows):
        y = top + ROW * (i + 0.5)
        found.append(words(left - 8, y, label, anchor="end", room=left - 10))
        for j, (name, state) in enumerate(steps):
            x = left + (wide + ARROW) * j
            if j:
                found.append(path(f"M{px(x - ARROW + 3)} {px(y - 4)}l5 4l-5 4", "hollow s-rule line"))
            tip = f"{label} · {name}: {dict(states)[state]}"
            found.append(box(x + 1, y - HIGH / 2, wide - 2, HIGH, f"mark {_BOXES[state]}", tip, 4))
            found.append(_name(name, x + wide / 2, y, wide - 10, _WORDS[state]))
        found.append(words(WIDE, y, end, "f-soft", "end"))
    return Chart(title, "".join(found), sum(lengths), top + ROW * len(rows) + 4)


def _name(name: str, x: float, y: float, room: float, kind: str) -> str:
    """Return the name of a stage in one line, or small in two."""
    small = f"small {kind}".strip()
    if width(name) <= room:
        return words(x, y, name, kind, "middle")
    cuts = [i for i, letter in enumerate(name) if letter == " "] or [len(name) // 2 - 1]
    cut = min(cuts, key=lambda i: max(width(name[:i], 11), width(name[i:].strip(), 11)))
    if width(name, 11) <= room or (" " not in name and len(name) < 4):
        return words(x, y, name, small, "middle", room)
    first, second = name[: cut + 1].strip(), name[cut + 1 :]
    return words(x, y - 7, first, small, "middle", room) + words(x, y + 7, second, small, "middle", room)
