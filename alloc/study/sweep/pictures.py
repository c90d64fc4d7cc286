"""The charts of a sweep: goal and jobs through the aid over each figure that varies, the goal over two together."""

from collections.abc import Iterator, Sequence

from alloc.report.charts import Chart, Series, heat, lines, number
from alloc.study.points import Point
from alloc.study.sweep.cases import Case
from alloc.texts import say

MOST_SERIES = 7
"""A chart shows so many lines; beyond, only the points."""

MOST_CELLS = 24
"""A heat map has so many rows or columns at most."""


def draw_charts(cases: Sequence[Case], points: Sequence[Point], lang: str) -> dict[str, Chart]:
    """Return the charts by file name. Points without a plan are not drawn."""
    drawn = [(case, point) for case, point in zip(cases, points, strict=True) if point.objective is not None]
    varied = [name for name in dict.fromkeys(label for case in cases for label in case.cells) if _varies(drawn, name)]
    found = {f"objective-{i}": _draw_lines(drawn, name, "objective", lang) for i, name in enumerate(varied, 1)}
    claimed = [(case, point) for case, point in drawn if point.employment_aid is not None]
    found |= {
        f"through-aid-{i}": _draw_lines(claimed, name, "employment_aid", lang)
        for i, name in enumerate(varied, 1)
        if _varies(claimed, name)
    }
    if len(varied) == 2:
        for i, scenario in enumerate(dict.fromkeys(case.scenario for case, _ in drawn), 1):
            grid = [(case, point) for case, point in drawn if case.scenario == scenario]
            found |= {f"grid-{i}": chart for chart in _draw_heat(grid, varied, scenario, lang)}
    return found


def _value(case: Case, name: str) -> float | None:
    value = case.cells.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _varies(drawn: Sequence[tuple[Case, Point]], name: str) -> bool:
    """Tell whether a column holds different numbers."""
    return len({x for case, _ in drawn if (x := _value(case, name)) is not None}) > 1


def _draw_lines(drawn: Sequence[tuple[Case, Point]], name: str, what: str, lang: str) -> Chart:
    """Draw goal or jobs through the aid over one figure: a line for whatever else is the same, or only points."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for case, point in drawn:
        at = _value(case, name)
        if at is None:
            continue
        others = [f"{key} {_write_value(value)}" for key, value in case.cells.items() if key != name]
        seed = [] if case.seed is None else [f"{case.seed}"]
        label = ", ".join(word for word in (case.scenario, *others, *seed) if word)
        groups.setdefault(label, []).append((at, getattr(point, what)))
    joined = len(groups) <= MOST_SERIES and all(len({x for x, _ in row}) == len(row) for row in groups.values())
    if not joined:
        groups = {"": [pair for row in groups.values() for pair in row]}
    series = [Series(label, sorted(row), joined=joined) for label, row in groups.items()]
    title = say(f"sweep_chart_over_{what}", lang, path=name)
    return lines(series, title=title, x=name, y=say(f"sweep_chart_{what}", lang), zero=(False, False))


def _draw_heat(grid: Sequence[tuple[Case, Point]], varied: Sequence[str], scenario: str, lang: str) -> Iterator[Chart]:
    """Draw the goal over two figures, where the points lie on a grid."""
    cells = {(_value(case, varied[0]), _value(case, varied[1])): point.objective for case, point in grid}
    rows, columns = (sorted({pair[i] for pair in cells if pair[i] is not None}) for i in (0, 1))  # type: ignore[type-var]
    full = len(cells) == len(grid) and 2 * len(grid) > len(rows) * len(columns)
    if not full or max(len(rows), len(columns)) > MOST_CELLS:
        return
    title = say("sweep_chart_over_objective", lang, path=f"{varied[0]} ↓, {varied[1]} →")
    yield heat(
        [_write_value(x) for x in rows],
        [_write_value(x) for x in columns],
        [[cells.get((a, b)) for b in columns] for a in rows],
        title=f"{title} · {scenario}" if scenario else title,
        x=varied[1],
    )


def _write_value(value: object) -> str:
    return number(float(value), None) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
