"""What the page looks at: one plan, its tables, and the words of one language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES
from alloc.report.boundaries import Boundaries
from alloc.report.charts import number
from alloc.report.funds import fund_totals
from alloc.report.indicators import Indicator, measure_indicators
from alloc.report.names import Names
from alloc.report.provenance import Provenance, trace_origins
from alloc.report.rows import list_cells
from alloc.texts.figures import percent

MOST = 30
"""Charts show so many rows; what is more is counted and told."""


@dataclass(frozen=True)
class View(Names):
    """A plan in one language, and the user's boundaries if there are any."""

    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]
    boundaries: Boundaries | None = None

    def columns(self, table: str) -> dict[str, list[Any]]:
        """Return a table as lists, column by column."""
        found: dict[str, list[Any]] = {str(name): column.tolist() for name, column in self.tables[table].items()}
        return found

    def cells(self, table: str, *keys: str) -> Iterator[tuple[Any, ...]]:
        """Return what stands in some columns of a table, row by row."""
        return list_cells(self.tables[table], *keys)

    def county(self, c: str) -> str:
        """Return the name of a county."""
        return self.name("county", c)

    def industry(self, s: str) -> str:
        """Return the name of an industry, or of what serves a whole county."""
        return self.name("industry", s)

    def fund(self, f: str) -> str:
        """Return the name of a fund."""
        return self.name("fund", f)

    def measure(self, m: str) -> str:
        """Return the name of a measure."""
        return self.name("measure", m)

    def chain(self, h: str) -> str:
        """Return the name of a chain."""
        return self.name("chain", h)

    def limit(self, word: str) -> str:
        """Return the name of a bottleneck: a category, or one of the other things that limit jobs."""
        return self.say(word if word in CATEGORIES else f"page_limit_{word}")

    @cached_property
    def aid_available(self) -> float:
        """Aid that could be spent [money]."""
        totals = fund_totals(self.instance, self.tables["allocation"])
        return float(totals.loc[totals["kind"] == "aid", "available"].sum())

    @cached_property
    def spent(self) -> dict[str, float]:
        """What was spent of each kind of fund [money]."""
        found: dict[Any, float] = self.tables["allocation"].groupby("kind")["amount"].sum().to_dict()
        return found

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The four indicators."""
        return measure_indicators(self.instance, self.tables)

    @cached_property
    def provenance(self) -> Provenance:
        """Where the figures come from."""
        return trace_origins(self.instance, self.tables["measures"])

    @cached_property
    def gap(self) -> float | None:
        """The largest proven gap of all goals; None where nothing is proven."""
        gaps = [stage["gap"] for stage in self.figures["stages"]] or [self.figures["gap"]]
        return None if any(gap is None for gap in gaps) else max(0.0, *gaps)


def largest(amounts: Mapping[str, float], most: int = MOST) -> tuple[list[str], list[str]]:
    """Return the keys to show and the keys left out: all in their order if few, else those with the largest amounts."""
    if len(amounts) <= most:
        return list(amounts), []
    order = sorted(amounts, key=lambda key: -amounts[key])
    return order[:most], order[most:]


__all__ = ["MOST", "View", "largest", "number", "percent"]
