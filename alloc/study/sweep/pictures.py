"""The charts of a sweep: goal and jobs through the aid over each figure that varies, the goal over two together."""

import itertools
from collections.abc import Iterable, Sequence

from alloc.instance.document import is_number
from alloc.report.charts import Chart, Series, heat, lines, number
from alloc.study.points import Point
from alloc.study.sweep.cases import Case, list_labels
from alloc.texts import say

MOST_SERIES = 7
"""A chart shows so many lines; beyond, only the points."""

MOST_CELLS = 24
"""A heat map has so many rows or columns at most."""


Drawn = Sequence[tuple[Case, Point]]
"""What is drawn: points with what was varied."""


def draw_charts(cases: Sequence[Case], points: Sequence[Point], lang: str) -> dict[str, Chart]:
    """Return the charts by file name. Points without a plan are not drawn."""
    drawn, claimed = [], []
    for case, point in zip(cases, points, strict=True):
        if point.objective is not None:
            drawn.append((case, point))
        if point.employment_aid is not None:
            claimed.append((case, point))
    varied = [name for name in list_labels(cases) if _varies(drawn, name)]
    found: dict[str, Chart] = {}
    for word, what, shown in (("objective", "objective", drawn), ("through-aid", "employment_aid", claimed)):
        for i, name in enumerate(varied, 1):
            if _varies(shown, name):
                found[f"{word}-{i}"] = _draw_lines(shown, name, what, lang)
    return found | _draw_grids(drawn, varied, lang)


def _draw_grids(drawn: Drawn, varied: Sequence[str], lang: str) -> dict[str, Chart]:
    """Return a heat map of each scenario whose points lie on a grid of two figures."""
    if len(varied) != 2:
        return {}
    of: dict[str, list[tuple[Case, Point]]] = {}
    for case, point in drawn:
        of.setdefault(case.scenario, []).append((case, point))
    found = {}
    for i, (scenario, mine) in enumerate(of.items(), 1):
        chart = _draw_heat(mine, varied, scenario, lang)
        if chart is not None:
            found[f"grid-{i}"] = chart
    return found


def _value(case: Case, name: str) -> float | None:
    value = case.cells.get(name)
    return float(value) if is_number(value) else None


def _varies(drawn: Drawn, name: str) -> bool:
    """Tell whether a column holds different numbers."""
    return len({_value(case, name) for case, _ in drawn} - {None}) > 1


def _draw_lines(drawn: Drawn, name: str, what: str, lang: str) -> Chart:
    """Draw goal or jobs through the aid over one figure: a line for whatever else is the same, or only points."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for case, point in drawn:
        at = _value(case, name)
        if at is not None:
            groups.setdefault(_label_line(case, name), []).append((at, getattr(point, what)))
    joined = len(groups) <= MOST_SERIES and not any(map(_repeats, groups.values()))
    if not joined:
        groups = {"": list(itertools.chain.from_iterable(groups.values()))}
    series = [Series(label, sorted(row), joined=joined) for label, row in groups.items()]
    title = say(f"sweep_chart_over_{what}", lang, path=name)
    return lines(series, title=title, x=name, y=say(f"sweep_chart_{what}", lang), zero=(False, False))


def _label_line(case: Case, name: str) -> str:
    """Return what is the same along a line: the scenario, all other figures, the seed."""
    words = [case.scenario] if case.scenario else []
    for key, value in case.cells.items():
        if key != name:
            words.append(f"{key} {_write_value(value)}")
    if case.seed is not None:
        words.append(str(case.seed))
    return ", ".join(words)


def _repeats(row: Sequence[tuple[float, float]]) -> bool:
    return len(dict(row)) < len(row)


def _draw_heat(mine: Drawn, varied: Sequence[str], scenario: str, lang: str) -> Chart | None:
    """Draw the goal over two figures, where the points of a scenario lie on a grid."""
    cells: dict[tuple[float | None, float | None], float | None] = {}
    down, across = set[float | None](), set[float | None]()
    for case, point in mine:
        a, b = _value(case, varied[0]), _value(case, varied[1])
        cells[a, b] = point.objective
        down.add(a)
        across.add(b)
    rows, columns = _sort_known(down), _sort_known(across)
    full = len(cells) == len(mine) and 2 * len(mine) > len(rows) * len(columns)
    if not full or max(len(rows), len(columns)) > MOST_CELLS:
        return None
    title = say("sweep_chart_over_objective", lang, path=f"{varied[0]} ↓, {varied[1]} →")
    return heat(
        list(map(_write_value, rows)),
        list(map(_write_value, columns)),
        [[cells.get((a, b)) for b in columns] for a in rows],
        title=f"{title} · {scenario}" if scenario else title,
        x=varied[1],
    )


def _sort_known(values: Iterable[float | None]) -> list[float]:
    return sorted(value for value in values if value is not None)


def _write_value(value: object) -> str:
    return number(float(value), None) if is_number(value) else str(value)
