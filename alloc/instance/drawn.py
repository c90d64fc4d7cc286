"""Scenarios that are drawn: which figures vary, a Latin hypercube over their ends, and the few that stand for all.

Sources: M. McKay, R. Beckman, W. Conover, Technometrics 21 (1979), Latin hypercubes; H. Heitsch, W. Römisch, "Scenario
reduction algorithms in stochastic programming", Computational Optimization and Applications 24 (2003), forward
selection: of all that are left the one is kept next that leaves the drawn ones nearest to those kept, by probability.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from alloc.instance.document import Found, Ids, Path
from alloc.instance.schema import CATEGORIES, Document, Draws, Scenario
from alloc.instance.suggest import list_numbers, nearest

Floats = npt.NDArray[np.float64]
KINDS = ("hazard", "productivity", "delivery", "market")
"""What scenarios say of an industry, or of a category."""

CHUNK = 2_000_000
"""So many distances are worked out at a time: 16 MB."""


class DrawnFigure(NamedTuple):
    """One figure of a scenario: of one county or, where that is '', of all; hazard … of an industry or a category."""

    county: str
    kind: str
    word: str

    @property
    def path(self) -> str:
        """How `draws` names it: `hazard.sheep`, `cele/hazard.sheep`."""
        return f"{self.county}/{self.kind}.{self.word}" if self.county else f"{self.kind}.{self.word}"

    @property
    def column(self) -> str:
        """How a table of scenarios names it: `hazard.sheep`, `counties.cele.hazard.sheep`."""
        return f"counties.{self.county}.{self.kind}.{self.word}" if self.county else f"{self.kind}.{self.word}"


def draws_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """Draws stand alone, keep no more than they draw, and vary figures that there are between ends that may be."""
    draws = document.draws
    if draws is None:
        return
    yield from _settings_hold(document, draws)
    if not ids["industries"] and document.baseline:
        return  # the table could not be read
    known = list_known(document)
    fitting = {key: list_fitting(key, known) for key in draws.over}
    yield from _ends_hold(draws, fitting)
    paths = [figure.path for figure in known]
    for key, figures in fitting.items():
        if not figures:
            yield ("draws", "over", key), "draws_nothing", {"found": key, "hint": nearest(key, paths)}
    for key, others in _named_twice(fitting):
        yield ("draws", "over", key), "draws_twice", {"found": key, "others": ", ".join(others)}
    yield from _groups_hold(draws, set(chain(*fitting.values())))


def _settings_hold(document: Document, draws: Draws) -> Iterator[Found]:
    """Yield scenarios written beside draws, and more to be kept than are drawn."""
    if document.scenarios:
        yield ("draws",), "draws_beside_scenarios", {}
    if draws.keep is not None and draws.keep > draws.count:
        yield ("draws", "keep"), "draws_keep", {"found": draws.keep, "limit": draws.count}


def _ends_hold(draws: Draws, fitting: Mapping[str, Sequence[DrawnFigure]]) -> Iterator[Found]:
    """Yield what is wrong with the ends of figures; they may fall, for figures that move against others."""
    for key, ends in draws.over.items():
        path: Path = ("draws", "over", key)
        kinds = [figure.kind for figure in fitting[key]]
        most = 1.0 if "hazard" in kinds else np.inf
        if len(ends) != 2:
            yield path, "range_ends", {"found": f"[{list_numbers(ends)}]"}
        elif min(ends) < 0 or max(ends) > most:
            yield path, "range_outside", {"low": min(ends), "high": max(ends), "least": 0.0, "most": most}


def _named_twice(fitting: Mapping[str, Sequence[DrawnFigure]]) -> Iterator[tuple[str, list[str]]]:
    """Yield patterns that speak of a figure that an earlier pattern speaks of; a figure's own key goes before both."""
    own = _named(fitting)
    before: dict[str, set[DrawnFigure]] = {}
    for key, figures in fitting.items():
        if "*" in key:
            mine = set(figures) - own
            earlier = [other for other, theirs in before.items() if not mine.isdisjoint(theirs)]
            if earlier:
                yield key, earlier
            before[key] = mine


def _named(fitting: Mapping[str, Sequence[DrawnFigure]]) -> set[DrawnFigure]:
    """Return the figures that have a key of their own."""
    return {figures[0] for key, figures in fitting.items() if figures and "*" not in key}


def _groups_hold(draws: Draws, varied: set[DrawnFigure]) -> Iterator[Found]:
    """Yield what is wrong with the groups that move together: words that nothing is drawn for, or in two groups."""
    seen: dict[DrawnFigure, int] = {}
    for i, group in enumerate(draws.together):
        for word in group:
            figures = list_fitting(word, varied)
            path: Path = ("draws", "together", i)
            if not figures:
                hint = nearest(word, [*draws.over, *(figure.path for figure in varied)])
                yield path, "draws_not_over", {"found": word, "hint": hint}
            if any(seen.setdefault(figure, i) != i for figure in figures):
                yield path, "draws_in_two", {"found": word}


def list_known(document: Document) -> list[DrawnFigure]:
    """Return every figure that a scenario may say: of all counties, and of each."""
    found: list[DrawnFigure] = []
    for c, kind in product(("", *document.counties), KINDS):
        words: Iterable[str] = CATEGORIES if kind == "delivery" else document.industries
        found += [DrawnFigure(c, kind, word) for word in words]
    return found


def fits(key: str, figure: DrawnFigure) -> bool:
    """Tell whether a key of `draws`, in which a star stands for anything, speaks of a figure."""
    county, slash, rest = key.rpartition("/")
    if bool(slash) != bool(figure.county):
        return False
    return _matches(rest, f"{figure.kind}.{figure.word}") and (not slash or _matches(county, figure.county))


def list_fitting(key: str, figures: Iterable[DrawnFigure]) -> list[DrawnFigure]:
    """Return those of some figures that a key of `draws` speaks of."""
    return [figure for figure in figures if fits(key, figure)]


def _matches(pattern: str, word: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), word) is not None


def varied_figures(document: Document, draws: Draws) -> dict[DrawnFigure, tuple[float, ...]]:
    """Return the figures that are drawn, each with its ends; what names a figure goes before a pattern."""
    found: dict[DrawnFigure, tuple[float, ...]] = {}
    known = list_known(document)
    for key in sorted(draws.over, key=lambda key: "*" not in key):
        for figure in list_fitting(key, known):
            found[figure] = draws.over[key]
    return {figure: found[figure] for figure in known if figure in found}


def draw_scenarios(
    document: Document, seed: int | None = None, count: int | None = None, even: bool = True
) -> dict[str, Scenario]:
    """Return the scenarios that `draws` asks for, none where it stands nowhere.

    seed, count: in place of its own; with a count all that are drawn are kept. even: as a Latin hypercube, else each
    independently of the others.
    """
    draws = document.draws
    if draws is None:
        return {}
    size, keep = (draws.count, draws.keep) if count is None else (count, None)
    figures = varied_figures(document, draws)
    unit = _draw_unit(figures, draws, size, draws.seed if seed is None else seed, even)
    ends = np.array(list(figures.values()))
    drawn = ends[:, 0] + unit * (ends[:, 1] - ends[:, 0])
    kept, chances = reduce_scenarios(unit, size if keep is None else keep)
    digits = len(str(size))
    found = {}
    for number, chance in zip(kept.tolist(), chances.tolist(), strict=True):
        found[f"d{number + 1:0{digits}d}"] = _scenario(list(figures), drawn[number].tolist(), chance)
    return found


def _group_of(figure: DrawnFigure, draws: Draws) -> int:
    """Return the number of the group that a figure moves with, -1 where it moves alone."""
    for i, words in enumerate(draws.together):
        if any(fits(word, figure) for word in words):
            return i
    return -1


def _draw_unit(figures: Mapping[DrawnFigure, Any], draws: Draws, count: int, seed: int, even: bool) -> Floats:
    """Return where between its ends each figure lies, a row a draw: those together at one place."""
    from scipy.stats import qmc  # takes 0.3 s to load

    column: dict[DrawnFigure, int] = {}
    leaders: dict[int, int] = {}
    count_of = 0
    for figure in figures:
        group = _group_of(figure, draws)
        if group in leaders:
            column[figure] = leaders[group]
            continue
        column[figure] = count_of
        if group >= 0:
            leaders[group] = count_of
        count_of += 1
    rng = np.random.default_rng(seed)
    points: Floats = qmc.LatinHypercube(count_of, rng=rng).random(count) if even else rng.random((count, count_of))
    return points[:, list(column.values())]


def reduce_scenarios(points: Floats, keep: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return which of equally likely points are kept, in their order, and the probability of each of them.

    points: a row a scenario, every column scaled to its range.
    """
    count = len(points)
    if keep >= count:
        return np.arange(count), np.full(count, 1.0 / count)
    near = np.full(count, np.inf)
    chosen: list[int] = []
    for _ in range(keep):
        lost = _distance_left(points, near)
        lost[chosen] = np.inf
        chosen.append(int(lost.argmin()))
        near = np.minimum(near, _distances(points, points[chosen[-1:]])[:, 0])
    kept = np.sort(np.array(chosen, dtype=np.int64))
    return kept, np.bincount(_nearest(points, kept), minlength=keep) / count


def _distance_left(points: Floats, near: Floats) -> Floats:
    """Return the sum of what each point is away from the nearest one kept, were one more point kept: each in turn."""
    found = np.zeros(len(points))
    step = max(1, CHUNK // len(points))
    for start in range(0, len(points), step):
        away = _distances(points, points[start : start + step])
        found[start : start + step] = np.minimum(away, near[:, None]).sum(axis=0)
    return found


def _nearest(points: Floats, kept: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the place among those kept that each point is nearest to, its own where it is kept."""
    found = np.asarray(_distances(points, points[kept]).argmin(axis=1), dtype=np.int64)
    found[kept] = np.arange(len(kept))
    return found


def _distances(points: Floats, others: Floats) -> Floats:
    """Return how far points are from others, a column each."""
    squares = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :] - 2 * points @ others.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)), dtype=np.float64)


def _scenario(figures: Sequence[DrawnFigure], values: Sequence[float], chance: float) -> Scenario:
    """Return one scenario with its figures where they belong."""
    row: dict[str, Any] = {"probability": chance, "counties": {}}
    for figure, value in zip(figures, values, strict=True):
        place = row["counties"].setdefault(figure.county, {}) if figure.county else row
        place.setdefault(figure.kind, {})[figure.word] = value
    return Scenario.model_validate(row)
