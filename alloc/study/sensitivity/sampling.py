"""Figures drawn together, and which measures are funded whatever they are: core, border and exterior."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alloc.study.points import Overrides, Point
from alloc.study.sensitivity.base_case import BaseCase
from alloc.study.sensitivity.uncertain import Uncertain

Z = 1.959963984540054
"""Standard deviations on either side that hold 95 %."""


def draw_latin(samples: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """Return a Latin hypercube in the unit cube, one row a sample: each dimension has one draw in each of its slices.

    McKay, Beckman & Conover 1979. The same seed gives the same draws.
    """
    dice = np.random.default_rng(seed)
    order = np.stack([dice.permutation(samples) for _ in range(dimensions)], axis=1)
    return (order + dice.random((samples, dimensions))) / samples


def draw_figures(varied: Sequence[Uncertain], samples: int, seed: int) -> list[Overrides]:
    """Return samples of all figures together, each figure even between its ends."""
    return [
        {one.path: one.at(float(part)) for one, part in zip(varied, row, strict=True)}
        for row in draw_latin(samples, len(varied), seed)
    ]


def classify_measures(question: BaseCase, points: Sequence[Point]) -> pd.DataFrame:
    """Return one row a measure: the share of samples in which it is funded.

    core: in all that have a plan; exterior: in none; border: in some. Samples without a plan are left out.
    low, high: Wilson's 95 % interval of the share. After Liesiö, Mild & Salo 2007, whose core index counts
    non-dominated portfolios where this counts the best plans of sampled figures.
    """
    planned = [point.funded for point in points if point.objective is not None]
    often, total = Counter(chain.from_iterable(planned)), len(planned)
    rows = []
    for m, measure in question.instance.measures.items():
        count = often[m]
        low, high = bound_share(count, total)
        rows.append(
            {
                "measure": m,
                "county": measure.county,
                "category": measure.category,
                "industry": measure.industry,
                "funded": int(m in question.units),
                "samples": total,
                "funded_in": count,
                "share": count / total if total else None,
                "low": low,
                "high": high,
                "class": _classify(count, total),
            }
        )
    return pd.DataFrame(rows)


def bound_share(count: int, total: int) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share that was seen `count` of `total` times (Wilson 1927)."""
    if not total:
        return None, None
    share, scale = count / total, 1 + Z**2 / total
    middle = share + Z**2 / (2 * total)
    wide = Z * math.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    return max(0.0, (middle - wide) / scale), min(1.0, (middle + wide) / scale)


def _classify(count: int, total: int) -> str:
    """Return the class of a measure that is in the plan in so many samples of all; none where there are no samples."""
    if not total:
        return ""
    if count == total:
        return "core"
    return "border" if count else "exterior"
