"""A page of sliders in a browser: where they are put, what the page shows then, and what the sweep says of it."""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pandas as pd
from browser import Browser

import alloc
from alloc.study.points import Point
from alloc.study.whatif.encoding import SHOWN
from alloc.texts import say
from alloc.texts.figures import amount, count, gap, signed

SHOW = """(() => {
  const rows = id => [...document.querySelectorAll('#table-' + id + ' tbody tr')];
  const cells = id => rows(id).map(tr => [...tr.cells].map(td => td.textContent));
  const text = id => (document.getElementById(id) || {textContent: null}).textContent;
  return {where: text('where'), status: text('status'), gap: text('gap'), row: cells('row'), message: text('message'),
    measures: cells('measures'), counties: cells('counties'), funds: cells('funds'), rules: cells('rules'),
    changes: cells('changes'), planned: !document.getElementById('plan').hidden,
    point: Number(document.body.dataset.point)};
})()"""

FIGURES = ("objective", "bound", "employment", "employment_aid", "linkage")

Place = Sequence[float]


def slide(*values: float) -> str:
    """Return a script that moves the sliders."""
    moves = "".join(
        f"{{const one = document.getElementById('slider-{j}'); one.value = {value!r};"
        " one.dispatchEvent(new Event('input'));}"
        for j, value in enumerate(values)
    )
    return f"(() => {{{moves} return {SHOW};}})()"


def list_steps(found: alloc.WhatIf) -> list[list[float]]:
    """Return the positions of every slider."""
    return [list(map(float, slider.values)) for slider in found.sliders]  # type: ignore[arg-type]


def draw_places(found: alloc.WhatIf, rows: int) -> Iterator[Place]:
    """Yield places of the sliders, some of them positions that were solved."""
    dice = random.Random(7)
    for _ in range(rows):
        place = []
        for steps in list_steps(found):
            at_step = dice.random() < 0.6
            place.append(dice.choice(steps) if at_step else round(dice.uniform(steps[0], steps[-1]), 6))
        yield place


def find_nearest(found: alloc.WhatIf, place: Place) -> tuple[int, ...]:
    """Return the position nearest to a place; on a full grid each slider has its own."""
    nearest = []
    for value, steps in zip(place, list_steps(found), strict=True):
        away = [abs(step - value) for step in steps]
        nearest.append(away.index(min(away)))
    return tuple(nearest)


def is_held(found: alloc.WhatIf, place: Place) -> bool:
    """Tell whether sliders that are let go at a place stand at positions: near ones catch them."""
    for value, steps in zip(place, list_steps(found), strict=True):
        gaps = [(after - before) / 4 for before, after in pairwise(steps)]
        if min(abs(step - value) for step in steps) > min(0.02 * (steps[-1] - steps[0]), *gaps):
            return False
    return True


def check_places(found: alloc.WhatIf, browser: Browser, rows: int) -> int:
    """Hold that a page shows the row and the tables of its sweep wherever its sliders are put; return how many plans.

    The page is open, in English, and its points are a full grid.
    """
    points, plans = dict(zip(found.places, found.sweep.points, strict=True)), set[int]()
    for place in draw_places(found, rows):
        shown, held = browser.run(slide(*place)), is_held(found, place)
        at = find_nearest(found, place)
        point, row = points[at], found.sweep.table.iloc[found.places.index(at)]
        assert shown["where"].startswith("Solved" if held else "Not solved"), place
        assert shown["status"] == say(f"point_{row['status']}")
        assert shown["planned"] == (point.objective is not None)
        if point.objective is None:
            assert "infeasible" in shown["where"] or not held
            assert [cells[1] for cells in shown["row"]] == ["–"] * 10
            continue
        _check_row(found, shown, point, row)
        _check_tables(shown, point)
        plans.add(shown["point"])
    return len(plans)


def _check_row(found: alloc.WhatIf, shown: dict[str, list[list[str]]], point: Point, row: "pd.Series[float]") -> None:
    assert shown["gap"] == f"gap {gap(row['gap'])}"
    counted = [count(row["chains_closed"]), amount(row["penalties"]), count(row["funded"])]
    expected = [*(amount(row[key]) for key in FIGURES), *counted, amount(row["cost"]), amount(row["aid"])]
    assert [cells[1] for cells in shown["row"]] == expected
    today = found.today.objective or 0.0
    change = (point.objective or 0.0) - today
    alike = math.isclose(change, 0, abs_tol=1e-6 * max(1.0, abs(today)))
    assert shown["row"][0][2:] == [
        amount(today),
        signed(0 if alike else change) if _has_same_goal(found, point) else "",
    ]


def _has_same_goal(found: alloc.WhatIf, point: Point) -> bool:
    """Tell whether a point has today's weights."""
    place = found.places[list(map(id, found.sweep.points)).index(id(point))]
    return all(i == slider.today for i, slider in zip(place, found.sliders, strict=True) if "objective" in slider.path)


def _check_tables(shown: dict[str, list[list[str]]], point: Point) -> None:
    for name, (_, columns) in SHOWN.items():
        table = pd.DataFrame(point.tables[name])
        table = table[(table["cost"] > 0) | (table["units"] > 1e-9)] if name == "measures" else table
        expected = []
        for line in table[list(columns)].values.tolist():
            expected.append(list(map(tell, columns, line)))
        assert [cells[-len(columns) :] for cells in shown[name]] == expected


def tell(key: str, value: float | None) -> str:
    """Return a cell of a plan's table."""
    if value is None or value != value:
        return ""
    return ("binds" if value else "") if key == "binding" else amount(value)
