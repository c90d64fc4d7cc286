"""What the sliders of a page are: one for each figure that varies, with the positions that were solved."""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from alloc.instance import Instance
from alloc.instance.document import is_number
from alloc.instance.excel import headings
from alloc.instance.overrides import follow, step_to
from alloc.instance.paths import ON, find_number, is_rule
from alloc.instance.spans import round_dust
from alloc.instance.tables import TABLES
from alloc.report.names import BETWEEN, pick_name
from alloc.study.sweep.cases import Case, list_labels
from alloc.texts import LANGUAGES, say
from alloc.texts.figures import exact

AIMS = ("objective", "risk", "discount", "end_value")
"""Figures that say what the goal counts: goals of two values of one are no more or less than each other."""

SCENARIO = ""
"""The slider of the scenarios of a plan has no path."""

AS_TODAY = ""
"""The value of a figure that is left as it is, where that is no single number."""


@dataclass(frozen=True)
class Slider:
    """One figure that varies.

    path: empty for the scenarios of a plan; factor: whether its values multiply what stands there. values: each once,
    rising where they are numbers; today: the number of that which stands there, from 0; figure: what the factors
    multiply, None where that is no single figure. names: language → what people call it.
    """

    path: str
    factor: bool
    values: Sequence[object]
    today: int
    figure: float | None
    names: Mapping[str, str]

    @property
    def label(self) -> str:
        """The name of its column in the table of the sweep."""
        return f"{self.path} ×" if self.factor else self.path

    @property
    def known(self) -> tuple[object, ...]:
        """The values that a plan can name."""
        return tuple(value for value in self.values if value != AS_TODAY)

    @property
    def numeric(self) -> bool:
        """Whether there is something between two values."""
        return all(is_number(value) and math.isfinite(value) for value in self.values)

    def find(self, value: object) -> int:
        """Return the number of a value, from 0."""
        return self.values.index(value)

    def returns(self, cases: Sequence[Case]) -> bool:
        """Tell whether a point has the figure as today, or can have it only by leaving it alone."""
        today = self.values[self.today]
        return today == AS_TODAY or any(case.cells.get(self.label) == today for case in cases)

    def tell_all(self, lang: str) -> list[str]:
        """Return the values as people read them: `× 0.8 (29.6)`."""
        return [self._tell(value, lang) for value in self.values]

    def _tell(self, value: object, lang: str) -> str:
        if value == AS_TODAY:
            return say("whatif_as_today", lang)
        shown = exact(float(value)) if is_number(value) else _say_word(value, lang)
        if not self.factor or not is_number(value):
            return shown
        return f"× {shown}" if self.figure is None else f"× {shown} ({exact(round_dust(self.figure * value))})"


def make_sliders(cases: Sequence[Case], instance: Instance, data: Any) -> list[Slider]:
    """Return a slider for each figure that varies. data: the instance as it stands today."""
    scenarios = dict.fromkeys(case.scenario for case in cases)
    found = [_make_scenarios(list(scenarios))] if any(scenarios) else []
    for label in list_labels(cases):
        values = [case.cells[label] for case in cases if label in case.cells]
        found.append(_make_slider(label, values, instance, data))
    return found


def _make_scenarios(scenarios: Sequence[str]) -> Slider:
    names = {lang: say("whatif_scenario", lang) for lang in LANGUAGES}
    return Slider(SCENARIO, False, tuple(dict.fromkeys([AS_TODAY, *scenarios])), 0, None, names)


def _make_slider(label: str, asked: Sequence[object], instance: Instance, data: Any) -> Slider:
    """Return the slider of a column of the sweep. asked: the values that points have there."""
    path, factor = label.removesuffix(" ×"), label.endswith(" ×")
    figure = _find_figure(data, path)
    today = 1.0 if factor else _find_today(data, path, figure)
    values = _sort_values([today, *asked])
    names = {lang: name_figure(instance, data, path, lang) for lang in LANGUAGES}
    return Slider(path, factor, values, values.index(today), figure if factor else None, names)


def list_aims(sliders: Sequence[Slider], asked: Iterable[Mapping[str, object]]) -> list[int]:
    """Return the numbers of the sliders that change what the goal counts. asked: the figures of each point."""
    paths = set(chain.from_iterable(asked)) if any(slider.path == SCENARIO for slider in sliders) else set()
    scenarios = any(map(_is_aim, paths))
    return [j for j, slider in enumerate(sliders) if (scenarios if slider.path == SCENARIO else _is_aim(slider.path))]


def _is_aim(path: str) -> bool:
    return path.partition(".")[0] in AIMS


def locate(case: Case, sliders: Sequence[Slider]) -> tuple[int, ...]:
    """Return the position of a point on every slider; a figure that it does not vary is as today."""
    found = []
    for slider in sliders:
        value = (case.scenario or AS_TODAY) if slider.path == SCENARIO else case.cells.get(slider.label)
        found.append(slider.today if value is None else slider.find(value))
    return tuple(found)


def _find_figure(data: Any, path: str) -> float | None:
    """Return the number that a path means, None where it means several, or none."""
    figure = None if "[" in path or ".*" in path else find_number(data, path)
    return figure if figure is not None and math.isfinite(figure) else None


def _find_today(data: Any, path: str, figure: float | None) -> object:
    if figure is not None:
        return figure
    return ON if is_rule(data, path) else AS_TODAY


def _sort_values(values: Sequence[object]) -> tuple[object, ...]:
    different = tuple(dict.fromkeys(values))
    numbers = [value for value in different if is_number(value)]
    return tuple(sorted(numbers)) if len(numbers) == len(different) else different


def _say_word(value: object, lang: str) -> str:
    return say(f"whatif_{value}", lang) if value in ("on", "off") else str(value)


def name_figure(instance: Instance, data: Any, path: str, lang: str) -> str:
    """Return what people call a figure: `Tianjin aid · Amount`; the path itself where it has no name."""
    steps, words, holder = follow(data, path.split("."))
    table = str(steps[0]) if steps else ""
    if is_rule(data, path):
        return _name_row(instance, "rules", step_to(holder, ".".join(words)), lang)
    if table not in TABLES or len(steps) < 2:
        return _name_others(path, lang)
    row = _name_row(instance, table, steps[1], lang)
    column = ".".join([*(str(step) for step in steps[2:]), *words])
    return f"{row}{BETWEEN}{_name_column(table, column, lang)}"


def _name_others(path: str, lang: str) -> str:
    """Return what a setting, or a column of the rows that a selector picks, is called; else the path."""
    rows, bracket, column = path.partition("].")
    if bracket:
        return f"{rows}]{BETWEEN}{_name_column(rows.partition('[')[0], column, lang)}"
    with suppress(KeyError):
        return headings.setting_titles(path)[lang]
    return path


def _name_column(table: str, column: str, lang: str) -> str:
    """Return the title of a column as the workbook has it, the column itself where it has none."""
    with suppress(KeyError):
        return headings.title(table, column, lang)
    return column


def _name_row(instance: Instance, table: str, key: Any, lang: str) -> str:
    """Return the name of a row; key: its id, its name, or its number."""
    rows = getattr(instance, table)
    if isinstance(rows, Mapping):
        return pick_name(rows[key], str(key), lang, True) if key in rows and hasattr(rows[key], "name") else str(key)
    row = rows[key] if isinstance(key, int) else None
    name = getattr(row, "name", None)
    return pick_name(row, name, lang, True) if name else str(key + 1 if isinstance(key, int) else key)
