"""Drawing: the ranges of `ranges.toml`, and figures out of them that are the same on every machine."""

import math
import random
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

T = TypeVar("T")

STEEP = 3
"""A range whose upper end is more than so many times the lower is drawn evenly on a logarithmic scale."""


@cache
def ranges() -> Mapping[str, Any]:
    """Return what is drawn from: the ranges, words and tables of `ranges.toml`."""
    return tomllib.loads(files("alloc.generate").joinpath("ranges.toml").read_text(encoding="utf-8"))


def round_figure(x: float) -> float:
    """Return a figure with three digits: no machine's logarithm differs in them."""
    return float(f"{x:.3g}")


def draw(rng: random.Random, figure: Mapping[str, Any], lean: float = 0.5) -> float:
    """Return a figure from its range, 0 where it has a chance and that fails.

    lean: size of the county, 0-1; it pulls figures that are said to lean halfway.
    """
    low, high = figure["range"]
    is_there, at = happens(rng, figure), rng.random()
    if figure.get("lean"):
        at = (at + lean) / 2
    if not is_there:
        return 0.0
    return round_figure(low * (high / low) ** at if high > STEEP * low > 0 else low + (high - low) * at)


def happens(rng: random.Random, figure: Mapping[str, Any]) -> bool:
    """Tell whether something that has a chance comes about; without one it does."""
    return rng.random() < float(figure.get("chance", 1.0))


def jitter(rng: random.Random, value: float, figure: Mapping[str, Any]) -> float:
    """Return a figure a little up or down."""
    return round_figure(value * (1 + figure["jitter"] * (2 * rng.random() - 1)))


def pick(rng: random.Random, chances: Mapping[str, float]) -> str:
    """Return one of the keys by their chances."""
    left = rng.random() * math.fsum(chances.values())
    for key, chance in chances.items():
        left -= chance
        if left < 0:
            return key
    return key


def some(rng: random.Random, things: Iterable[T], count: int) -> list[T]:
    """Return so many of the things, in drawn order."""
    return sorted(things, key=lambda thing: rng.random())[:count]  # asks once for each, in their order
