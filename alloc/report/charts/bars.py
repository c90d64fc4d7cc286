"""Bars: amounts side by side, what they are made of, and what moves a result most."""

from collections.abc import Sequence

from alloc.report.charts.axis import across, scale
from alloc.report.charts.chart import Chart
from alloc.report.charts.legend import Part, legend
from alloc.report.charts.svg import WIDE, box, digits_of, number, stroke, width, words

ROW, THICK = 26.0, 16.0
WIDEST_LABEL = 250.0


def label_room(labels: Sequence[str]) -> float:
    """Return the room that labels at the left take [px]."""
    return min(max((width(x) for x in labels), default=0.0), WIDEST_LABEL) + 12


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
    right = WIDE - 16 - max((width(number(t, digits)) for t in totals), default=0.0)
    at = scale([*totals, line[1] if line else 0.0], left, right)
    bottom = top + ROW * len(rows)
    found, marks = [head, across(at, top, bottom)], 0
    for i, ((name, amounts), total) in enumerate(zip(rows, totals, strict=True)):
        middle = top + ROW * (i + 0.5)
        found.append(words(left - 8, middle, name, anchor="end", room=left - 10))
        start = 0.0
        for (part, role), amount in zip(parts, amounts, strict=True):
            if amount > 0:
                tip = f"{name} · {part}: {number(amount)}" if part else f"{name}: {number(amount)}"
                found.append(
                    box(at(start), middle - THICK / 2, at(start + amount) - at(start), THICK, f"mark f-{role}", tip)
                )
                marks += 1
            start += amount
        found.append(words(at(total) + 6, middle, number(total, digits), "f-soft"))
    if line:
        found.append(stroke(at(line[1]), top - 4, at(line[1]), bottom, "s-bad ring"))
        end = "end" if at(line[1]) > (left + right) / 2 else "start"
        found.append(words(at(line[1]), top - 12, line[0], "small f-bad", end))
    found.append(words((left + right) / 2, bottom + 28, x, "small f-soft", "middle", right - left))
    return Chart(title, "".join(found), marks, bottom + (40 if x else 22))


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
    ends = [value for _, low, high in rows for value in (low, high)]
    digits = digits_of(ends) if digits is None else digits
    room = max((width(number(v, digits), 11) for v in ends), default=0.0) + 8
    at = scale([*ends, centre], left + room, WIDE - room, zero=False)
    bottom = top + ROW * len(rows)
    found = [head, across(at, top, bottom)]
    for i, (name, low, high) in enumerate(rows):
        middle = top + ROW * (i + 0.5)
        found.append(words(left - 8, middle, name, anchor="end", room=left - 10))
        both_sides = (low - centre) * (high - centre) < 0
        for value, role, side in ((low, "low", names[0]), (high, "high", names[1])):
            x1, x2 = sorted((at(centre), at(value)))
            tip = f"{name} · {side}: {number(value)}" if side else f"{name}: {number(value)}"
            thick = THICK if both_sides else THICK / 2
            y = middle - thick / 2 if both_sides else middle - (thick if role == "low" else 0.0)
            found.append(box(x1, y, max(x2 - x1, 1.0), thick, f"mark f-{role}", tip))
            if both_sides or abs(value - centre) >= max(abs(low - centre), abs(high - centre)):
                outside = value >= centre
                place = (at(value) + 4, "start") if outside else (at(value) - 4, "end")
                found.append(words(place[0], middle, number(value, digits), "small f-soft", place[1]))
    found.append(stroke(at(centre), top - 2, at(centre), bottom, "s-ink thin"))
    found.append(words((left + WIDE) / 2, bottom + 28, x, "small f-soft", "middle", WIDE - left))
    return Chart(title, "".join(found), 2 * len(rows), bottom + (40 if x else 22))
