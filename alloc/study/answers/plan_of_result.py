"""The plan of a results folder, as a point that others are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance, read
from alloc.report.files import QUESTION, read_language, read_result_tables
from alloc.study.points.point import Point, list_payments, scales, sum_aid


@dataclass(frozen=True)
class PlanOfResult:
    """A plan that was written earlier. tables, figures: as of a run; lang: that it was written in."""

    instance: Instance
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]
    lang: str

    @cached_property
    def point(self) -> Point:
        """The plan as a point without overrides."""
        measures, figures = self.tables["measures"], self.figures
        keys = ("objective", "bound", "gap", "employment", "linkage", "penalties", "chains_closed")
        return Point(
            {},
            figures["status"],
            **{key: figures[key] for key in keys},
            cost=float(measures["cost"].sum()),
            aid=float(measures["aid"].sum()),
            money=sum_aid(self.instance, measures),
            funded=tuple(scales(measures)),
            payments=list_payments(self.instance, self.tables["allocation"]),
        )

    @property
    def solved_by(self) -> str:
        """The method by which the plan was found."""
        return str(self.figures.get("method", ""))

    @property
    def funded(self) -> dict[str, bool]:
        """Whether each measure is called funded, at no units too."""
        measures = self.tables["measures"]
        return dict(zip(measures["measure"], measures["funded"] == 1, strict=True))

    @property
    def cost(self) -> dict[str, float]:
        """What each measure costs in the plan, in all years together [money]."""
        found: dict[Any, float] = self.tables["measures"].groupby("measure")["cost"].sum().astype(float).to_dict()
        return found

    def put_money(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table of counties, cells or measures with the money of this plan in it."""
        column, keys = ("money", ["measure"]) if "measure" in table else ("aid", list(table.columns[:2]))
        keys = [key for key in keys if key in ("county", "category", "measure")]
        has = self.tables["measures"].groupby(keys)["cost" if column == "money" else "aid"].sum()
        rows = table[keys].itertuples(index=False, name=None)
        found = [float(has.get(row if len(keys) > 1 else row[0], 0.0)) for row in rows]
        return table.assign(**{column: found})


def read_plan(folder: Path) -> PlanOfResult:
    """Return the plan of a results folder. Raises RequestError where it has none, or was edited."""
    if not (folder / "run.json").is_file() or not (folder / QUESTION).is_dir():
        raise RequestError("no_results", path=folder)
    tables, figures = read_result_tables(folder, over_years=True)
    instance = read(folder / QUESTION).model_copy(update={"sha256": figures["instance_sha256"]})
    return PlanOfResult(instance, tables, figures, read_language(folder))
