"""Which figures vary, and between what: the range beside them, or the spread of their source; nothing is invented."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.instance.figures import Figure, figures
from alloc.instance.suggest import suggest_path
from alloc.study.sensitivity.linked import link_figures

REST = "default"
"""The spread of figures whose source has none of its own."""


@dataclass(frozen=True)
class Uncertain:
    """A figure with the ends between which it may lie. origin: `range`, or the source whose spread it has."""

    path: str
    value: float
    low: float
    high: float
    origin: str
    source: str = ""

    def at(self, part: float) -> float:
        """Return the figure at a part of its range: 0 the low end, 1 the high end."""
        return self.low + part * (self.high - self.low)

    def put(self, places: Iterable[float]) -> list[dict[str, float]]:
        """Return what puts the figure at each of some values."""
        return [{self.path: at} for at in places]


@dataclass(frozen=True)
class Selected:
    """The figures that a study varies, and those that it was asked about but has nothing to vary by."""

    varied: tuple[Uncertain, ...]
    fixed: tuple[Figure, ...]


def select_figures(instance: Instance, only: Sequence[str], spread: Mapping[str, float]) -> Selected:
    """Return which figures vary.

    only: paths, the beginnings of paths, or patterns with `*`; none = every figure that is written. spread: source →
    part of the figure by which it may be off, up and down; before the instance's own. A spread never leaves what the
    format allows a figure to be. Of a least and a largest value that are equal one varies, and takes the other along.
    Raises RequestError for a path that leads to no figure and for an unknown source.
    """
    _check_spread(instance, spread)
    parts = {**instance.spread, **spread}
    varied: list[Uncertain] = []
    fixed: list[Figure] = []
    for figure in _list_asked([*figures(instance)], only):
        one = _find_ends(figure, parts)
        if one is None:
            fixed.append(figure)
        else:
            varied.append(one)
    return Selected(_drop_twins(instance, varied), tuple(fixed))


def _check_spread(instance: Instance, spread: Mapping[str, float]) -> None:
    for source, part in spread.items():
        known = [*instance.sources, "assumption", REST]
        if source not in known:
            raise RequestError("spread_unknown", found=source, known=", ".join(known))
        if not 0 <= part <= 1:
            raise RequestError("spread_part", source=source, found=f"{part:g}")


def _list_asked(everything: Sequence[Figure], only: Sequence[str]) -> list[Figure]:
    """Return the figures that patterns mean; without patterns those that are written, or have a range."""
    if not only:
        return [figure for figure in everything if figure.written or figure.ends]
    paths = [figure.path for figure in everything]
    asked: set[str] = set()
    for pattern in only:
        asked.update(_match_pattern(pattern, paths))
    return [figure for figure in everything if figure.path in asked]


def _match_pattern(pattern: str, paths: Sequence[str]) -> list[str]:
    """Return the paths that a pattern means. Raises RequestError where there is none."""
    named = [path for path in paths if _is_named(path, pattern)]
    if not named:
        raise RequestError("no_such_figure", found=pattern, **suggest_path(pattern, paths))
    return named


def _drop_twins(instance: Instance, varied: Sequence[Uncertain]) -> tuple[Uncertain, ...]:
    """Return the figures that vary, of two that are one only that with a range, or else the first."""
    twins = link_figures(instance).twins
    kept: set[str] = set()
    for one in sorted(varied, key=lambda one: one.origin != "range"):
        if twins.get(one.path) not in kept:
            kept.add(one.path)
    return tuple(one for one in varied if one.path in kept)


def limit_spread(figure: Figure | Uncertain, part: float, least: float, most: float) -> tuple[float, float]:
    """Return how far a figure goes when it may be off by a part of itself and must stay between least and most."""
    reach = part * abs(figure.value)
    return max(least, figure.value - reach), min(most, figure.value + reach)


def _is_named(path: str, pattern: str) -> bool:
    return path == pattern or path.startswith(f"{pattern}.") or fnmatchcase(path, pattern)


def _find_ends(figure: Figure, parts: Mapping[str, float]) -> Uncertain | None:
    if figure.ends is not None:
        (low, high), origin = figure.ends, "range"
    else:
        origin = figure.source if figure.source in parts else REST
        low, high = limit_spread(figure, parts.get(origin, 0.0), figure.least, figure.most)
    return Uncertain(figure.path, figure.value, low, high, origin, figure.source) if low < high else None
