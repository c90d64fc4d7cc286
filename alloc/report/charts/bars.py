"""Bars: amounts side by side, what they are made of, and what moves a result most."""

from collections.abc import Iterator, Sequence

from alloc.report.charts.axis import Scale, across, scale
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import Part, legend
from alloc.report.charts.svg import WIDE, box, digits_of, number, stroke, widest, widest_number, words

ROW, THICK = 26.0, 16.0
WIDEST_LABEL = 250.0


def label_room(labels: Sequence[str]) -> float:
    """Return the room that labels at the left take [px]."""
    return min(widest(labels), WIDEST_LABEL) + 12


def _anchor(x: float, middle: float) -> str:
    """Return which end of a word stands at a place, so that the word stays within the chart."""
    return "end" if x > middle else "start"


def bars(
    rows: Sequence[tuple[str, Sequence[float]]],
    parts: Sequence[Part],
    *,
    title: str,
    x: str = "",
    line: tuple[str, float] | None = None,
    digits: int | None = None,
) -> Chart:
    """Draw one stacked bar a row.

    rows: label and the amounts (≥ 0), one a part; parts: name and colour role (`alloc.report.charts.ROLES`); with one
    part there is no legend. x: what the axis measures, with its unit. line: a named value to compare with.
    One mark a non-zero amount.
    """
    head, top = legend(parts if len(parts) > 1 else ())
    top += 6 + (16 if line else 0)
    left = label_room([name for name, _ in rows])
    totals = [sum(amounts) for _, amounts in rows]
    digits = digits_of(totals) if digits is None else digits
    right = WIDE - 16 - widest_number(totals, digits)
    at = scale([*totals, line[1] if line else 0.0], left, right)
    bottom = top + ROW * len(rows)
    found, marks = [head, across(at, top, bottom)], 0
    for i, ((name, amounts), total) in enumerate(zip(rows, totals, strict=True)):
        middle = top + ROW * (i + 0.5)
        found.append(words(left - 8, middle, name, anchor="end", room=left - 10))
        stack = list(_stack(at, middle, name, parts, amounts))
        marks += len(stack)
        found += [*stack, words(at(total) + 6, middle, number(total, digits), "f-soft")]
    if line:
        name, at_line = line[0], at(line[1])
        found.append(stroke(at_line, top - 4, at_line, bottom, "s-bad ring"))
        found.append(words(at_line, top - 12, name, "small f-bad", _anchor(at_line, (left + right) / 2)))
    found.append(words((left + right) / 2, bottom + 28, x, "small f-soft", "middle", right - left))
    return Chart(title, "".join(found), marks, bottom + (40 if x else 22))


def _stack(at: Scale, middle: float, name: str, parts: Sequence[Part], amounts: Sequence[float]) -> Iterator[str]:
    """Yield the pieces of a bar that are not zero, one behind the other."""
    start = 0.0
    for (part, role), amount in zip(parts, amounts, strict=True):
        if amount > 0:
            tip = _tip(name, part, amount)
            long = at(start + amount) - at(start)
            yield box(at(start), middle - THICK / 2, long, THICK, f"mark f-{role}", tip)
        start += amount


def _tip(name: str, part: str, value: float) -> str:
    return f"{name} · {part}: {number(value)}" if part else f"{name}: {number(value)}"


def tornado(
    rows: Sequence[tuple[str, float, float]],
    centre: float,
    *,
    title: str,
    x: str = "",
    names: tuple[str, str] = ("", ""),
    digits: int | None = None,
) -> Chart:
    """Draw what moves a result most: one row an assumption, with the result at its low and at its high value.

    rows: label, result at the low value, result at the high value, in the order to be shown; centre: the result
    today; names: of the low and the high side. Two marks a row.
    """
    parts = [(name, role) for name, role in zip(names, ("low", "high"), strict=True) if name]
    head, top = legend(parts)
    top += 6
    left = label_room([name for name, _, _ in rows])
    ends: list[float] = []
    for _, *sides in rows:
        ends += sides
    digits = digits_of(ends) if digits is None else digits
    room = widest_number(ends, digits, 11) + 8
    at = scale([*ends, centre], left + room, WIDE - room, zero=False)
    bottom = top + ROW * len(rows)
    found = [head, across(at, top, bottom)]
    for i, (name, low, high) in enumerate(rows):
        middle = top + ROW * (i + 0.5)
        found.append(words(left - 8, middle, name, anchor="end", room=left - 10))
        found += _sway(at, middle, centre, name, (low, high), names, digits)
    found.append(stroke(at(centre), top - 2, at(centre), bottom, "s-ink thin"))
    found.append(words((left + WIDE) / 2, bottom + 28, x, "small f-soft", "middle", WIDE - left))
    return Chart(title, "".join(found), 2 * len(rows), bottom + (40 if x else 22))


def _sway(
    at: Scale,
    middle: float,
    centre: float,
    name: str,
    ends: tuple[float, float],
    names: tuple[str, str],
    digits: int,
) -> Iterator[str]:
    """Yield the two bars of a row: in one line where they point to both sides, else one above the other.

    Where they point to one side only the longer one has its number.
    """
    both_sides = (ends[0] - centre) * (ends[1] - centre) < 0
    farthest = max(abs(ends[0] - centre), abs(ends[1] - centre))
    thick = THICK if both_sides else THICK / 2
    tops = (middle - thick / 2,) * 2 if both_sides else (middle - thick, middle)
    for value, role, side, y in zip(ends, ("low", "high"), names, tops, strict=True):
        x1, x2 = sorted((at(centre), at(value)))
        yield box(x1, y, max(x2 - x1, 1.0), thick, f"mark f-{role}", _tip(name, side, value))
        if both_sides or abs(value - centre) >= farthest:
            x, anchor = (at(value) + 4, "start") if value >= centre else (at(value) - 4, "end")
            yield words(x, middle, number(value, digits), "small f-soft", anchor)
