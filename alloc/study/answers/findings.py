"""What re-solves say of a plan's money and measures, in rows, and how much of each question they answer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.names import Names
from alloc.report.rows import list_rows
from alloc.study.answers.differences import rank_least, rank_most, subtract
from alloc.study.answers.margin import Margin
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.answers.proofs import carry_bound, compares
from alloc.study.points import Point
from alloc.texts.figures import amount, exact, signed

WHY_NOT = [
    "measure", "county", "category", "units", "loss", "loss_least", "loss_most", "employment", "linkage", "status",
    "answer",
]  # fmt: skip
WHY = [
    "measure", "county", "category", "money", "worth", "worth_least", "worth_most", "employment", "linkage", "status",
    "answer",
]  # fmt: skip

MOST_NAMED = 3
"""So many cells that gain by a step are named."""

MOST_UNFUNDED = 20
"""So many measures that are not in the plan are told of, those that lose least."""

SPECK = 1e-6
"""Less than this is no change of a cell [money]."""


@dataclass
class Tally:
    """How much of each question was asked, answered and proven."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def count(self, question: str, asked: int, points: Collection[Point], seconds: float) -> None:
        """Count what re-solves say: one without a plan answers only where it is proven that there is none."""
        answered = sum(point.objective is not None or point.proven for point in points)
        self.add(question, asked, answered, sum(point.proven for point in points), seconds)

    def add(self, question: str, asked: int, answered: int, proven: int, seconds: float) -> None:
        """Count one question."""
        row = {"question": question, "asked": asked, "answered": answered, "proven": proven}
        self.rows.append({**row, "status": _choose_status(asked, answered, proven), "seconds": seconds})

    @property
    def has_answers(self) -> bool:
        """Tell whether there is an answer to anything."""
        return any(row["answered"] for row in self.rows)

    @property
    def table(self) -> pd.DataFrame:
        """One row a question, in the order in which they were asked."""
        return pd.DataFrame(self.rows, columns=["question", "asked", "answered", "proven", "status", "seconds"])


def _choose_status(asked: int, answered: int, proven: int) -> str:
    if not asked:
        return "nothing"
    if not answered:
        return "no_time"
    if answered < asked:
        return "partly"
    return "proven" if proven == asked else "answered"


def list_margin(margins: Sequence[Margin], names: Names) -> Iterator[dict[str, Any]]:
    """Yield the steps of all funds, each with where it goes."""
    for found in margins:
        cells = found.cells.dropna(subset="change")
        for row in list_rows(found.table):
            moved = cells[cells["step"] == row["step"]]
            yield {"fund": found.fund, "year": found.year, **row, "where": _say_cells(moved, row["nested"], names)}


def list_moved_cells(margins: Sequence[Margin]) -> Iterator[dict[str, Any]]:
    """Yield the cells of all funds' steps."""
    for found in margins:
        for row in list_rows(found.cells):
            yield {"fund": found.fund, **row}


def _say_cells(moved: pd.DataFrame, nested: object, names: Names) -> str:
    """Return which cells gain most by a step, and whether others lose."""
    words = []
    for row in moved[moved["change"] > SPECK].nlargest(MOST_NAMED, "change").to_dict("records"):
        county, category = names.name("county", row["county"]), names.name("category", row["category"])
        if "year" in row:
            category = names.say("in_year", what=category, year=row["year"])
        words.append(names.say("margin_cell", county=county, category=category, change=signed(row["change"])))
    cells = names.join(words, "between_facts")
    return names.say("margin_not_nested", cells=cells) if words and nested == 0 else cells


def list_unfunded(
    asked: Mapping[str, tuple[Mapping[str, object], Point]], plan: PlanOfResult, names: Names, same: float
) -> list[dict[str, Any]]:
    """Return the measures that are not in the plan, those whose plan loses least: what that plan is, and loses."""
    rows = []
    for m, (changes, point) in asked.items():
        units = changes[f"measures.{m}.min_units"]
        point, lost = measure_loss(plan.instance, m, "absent", plan.point, point)
        said = _say_loss("why_not", point, lost, same, names, units=exact(float(str(units))))
        ends = dict(zip(("loss", "loss_least", "loss_most"), lost, strict=True))
        rows.append({**_name_measure(plan, m), "units": units, **ends, **_list_changes(plan.point, point, said)})
    rows.sort(key=lambda row: (rank_least(row["loss"], plan.point.objective), row["measure"]))
    return rows[:MOST_UNFUNDED]


def list_worth(asked: Mapping[str, Point], plan: PlanOfResult, names: Names, same: float) -> list[dict[str, Any]]:
    """Return the measures that are in the plan, each with what the best plan without it loses, the dearest first.

    Those without which there is no plan come before all others.
    """
    rows = []
    for m, point in asked.items():
        point, lost = measure_loss(plan.instance, m, "planned", plan.point, point)
        said = _say_loss("why_in", point, lost, same, names)
        ends = dict(zip(("worth", "worth_least", "worth_most"), lost, strict=True))
        rows.append({**_name_measure(plan, m), "money": plan.cost[m], **ends, **_list_changes(plan.point, point, said)})
    goal = plan.point.objective
    rows.sort(key=lambda row: (row["status"] != "infeasible", rank_most(row["worth"], goal), row["measure"]))
    return rows


Range = tuple[float | None, float | None, float | None]
"""What the goal loses: the plans' difference, at least, at most."""


def measure_loss(question: Instance, measure: str, kind: str, base: Point, then: Point) -> tuple[Point, Range]:
    """Return what is known of the plan with a measure asked for or taken out, and what it loses.

    kind: `absent` or `planned`, what the measure is now. A plan with a measure asked for is one of the question, and so
    is one without a measure, unless that is promised: what is proven of the question holds for it.
    """
    if compares(question) and (kind == "absent" or not question.measures[measure].committed):
        then = carry_bound(base, then)
    lost = (
        subtract(base.objective, then.objective),
        subtract(base.objective, then.bound),
        subtract(base.bound, then.objective),
    )
    return then, lost


def _name_measure(plan: PlanOfResult, measure: str) -> dict[str, Any]:
    row = plan.instance.measures[measure]
    return {"measure": measure, "county": row.county, "category": row.category}


def _list_changes(base: Point, then: Point, said: str) -> dict[str, Any]:
    jobs, linkage = subtract(then.employment, base.employment), subtract(then.linkage, base.linkage)
    return {"employment": jobs, "linkage": linkage, "status": then.status, "answer": said}


def _say_loss(text: str, point: Point, lost: Range, same: float, names: Names, **values: str) -> str:
    """Return what is proven of a loss as one sentence."""
    _, least, most = lost
    if point.status == "infeasible":
        return names.say(f"{text}_no_plan", **values)
    if least is None or most is None:
        return point.message or names.say("answers_s_no_solution")
    if most <= same:
        return names.say(f"{text}_same", **values)
    if least <= 0.0:
        return names.say(f"{text}_most", most=amount(most), **values)
    ends = amount(least), amount(most)
    if ends[0] == ends[1]:
        return names.say(f"{text}_loss", loss=ends[0], **values)
    return names.say(f"{text}_range", least=ends[0], most=ends[1], **values)
