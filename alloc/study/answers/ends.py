"""What certainty is asked about: the money of a row in all nearly best plans, from its least end to its most."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from alloc.instance import CATEGORIES
from alloc.solver import NearOptimalSet
from alloc.solver.matrix import INF, Floats

Key = tuple[str, ...]
"""What a range is of: a county, a county and a category, or a measure behind two empty words."""


Rows = dict[Key, tuple[int, Floats]]
"""What is asked about: the number of its county, and its money as a row over the decisions."""


@dataclass(frozen=True)
class MoneyRange:
    """Least and most money over all plans within the tolerance [money].

    low and high: reached by plans; least and most: proven, none lies beyond. speck: money that is none; slack: how
    closely the ends are to be proven.
    """

    low: float
    high: float
    least: float
    most: float
    speck: float
    slack: float

    @property
    def kind(self) -> str:
        """`always` where every plan has money, `never` where none has, `open` where some have or it is not proven."""
        if self.least > self.speck:
            return "always"
        return "never" if self.most <= self.speck else "open"

    @property
    def told(self) -> bool:
        """Tell whether the class is proven: of an open one some plan has no money, and some plan has."""
        return self.kind != "open" or self.low <= self.speck < self.high

    @property
    def proven(self) -> bool:
        """Tell whether both ends are proven so closely, and the class."""
        close = self.low - self.least <= self.slack and self.most - self.high <= self.slack
        return close and self.told

    @property
    def row(self) -> tuple[object, ...]:
        """What a table says of it."""
        return self.low, self.high, self.least, self.most, self.kind, int(self.told), int(self.proven)


def pair_ends(row: Floats, county: int) -> "tuple[End, End]":
    """Return the most and the least of a row, each with the other; money is never below 0."""
    most, least = End(row, 1.0, county, INF), End(row, -1.0, county, 0.0)
    most.other, least.other = least, most
    return most, least


def list_rows(near: NearOptimalSet) -> Rows:
    """Return what is asked about: the counties, the cells and the measures."""
    counties: Rows = {(county,): (c, near.by_county[c] @ near.money) for c, county in enumerate(near.counties)}
    return {**counties, **list_cells(near), **_list_measures(near)}


def list_cells(near: NearOptimalSet) -> Rows:
    """Return the cells: each county with each category."""
    rows: Rows = {}
    for (c, county), category in product(enumerate(near.counties), CATEGORIES):
        inside = np.array([place[:2] == (county, category) for place in near.places], dtype=np.float64)
        rows[county, category] = c, inside @ near.money
    return rows


def _list_measures(near: NearOptimalSet) -> Rows:
    number = {county: c for c, county in enumerate(near.counties)}
    measures = near.list_payable()
    payments = zip(measures, near.list_payments(measures), strict=True)
    return {("", "", m): (number[near.instance.measures[m].county], row) for m, row in payments}


@dataclass(eq=False)
class End:
    """The most that a row counts, times a sign: 1 for the most money, -1 for the least.

    county: by number; bound: no plan counts more; reached: by a plan; other: the other end of the row.
    """

    row: Floats
    sign: float
    county: int
    bound: float
    reached: float = -INF
    other: "End | None" = None

    def __post_init__(self) -> None:
        self._columns = np.flatnonzero(self.row)
        self._values = self.sign * self.row[self._columns]

    def count(self, x: Floats) -> float:
        """Return what a plan counts."""
        return float(self._values @ x[self._columns])

    @property
    def aim(self) -> Floats:
        """What is counted, by decision."""
        return self.sign * self.row

    @property
    def room(self) -> float:
        """What may still lie beyond the plans that are known."""
        return self.bound - self.reached
