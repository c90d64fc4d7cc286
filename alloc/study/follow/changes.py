"""A new question as it comes about: the rows that it begins with, what is another than last year, and why."""

from dataclasses import dataclass, field
from typing import Any

from alloc.instance import Instance
from alloc.instance.schema import Measure
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.follow.actuals import Actuals
from alloc.texts import say


@dataclass(frozen=True)
class FigureChange:
    """One figure that is another than last year: where it stands, what it was and is, and why, in words."""

    table: str
    row: str
    column: str
    before: object
    after: object
    reason: str


@dataclass
class NextYear:
    """The new question as it comes about. doubts: what a planner has to decide.

    later: figures of the years behind the new one, by path, of rows that stand for what was bought.
    plan: of the year that has passed; whole: the question it answers, of that year or of several; ahead: the questions
    of the years that are still to come in the plan, the new one's first; none of a plan of one year.
    """

    plan: PlanOfResult
    whole: Instance
    ahead: tuple[Instance, ...]
    actuals: Actuals
    year: int
    lang: str
    tables: dict[str, Any] = field(default_factory=dict)
    later: dict[int, dict[str, Any]] = field(default_factory=dict)
    changes: list[FigureChange] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def last(self) -> Instance:
        """The question of last year."""
        return self.plan.instance

    @property
    def base(self) -> Instance:
        """The question that the new one begins with: of the new year, where the plan knows that, else last year's."""
        return self.ahead[0] if self.ahead else self.last

    @property
    def goes_on(self) -> bool:
        """Tell whether further years are planned behind the new one."""
        return len(self.ahead) > 1

    @property
    def source(self) -> str:
        """The key of what changed figures rest on."""
        return f"actuals-{self.last.year}"

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return say(text, self.lang, last=self.last.year, year=self.year, **values)

    def change(self, table: str, name: Any, column: str, after: Any, text: str, **values: object) -> None:
        """Replace a figure of a row, note its source and tell why; nothing where it stays as it was.

        name: the id of the row, or its number in a table without ids.
        """
        row = self.tables[table][name]
        before = getattr(row, column)
        if before == after:
            return
        sources = {**row.sources, column: self.source}
        self.tables[table][name] = row.model_copy(update={column: after, "sources": sources})
        self.tell(table, name, column, before, after, text, **values)

    def tell(self, table: str, name: Any, column: str, before: Any, after: Any, text: str, **values: object) -> None:
        """Note a change."""
        if table == "synergies":
            name = "+".join(self.base.synergies[name].measures)
        if table == "baseline":
            row = self.tables[table][name]
            name = f"{row.county}/{row.industry}"
        self.changes.append(FigureChange(table, str(name), column, before, after, self.say(text, **values)))

    def add(self, name: str, row: Measure, text: str, **values: object) -> None:
        """Add a row of measures."""
        self.tables["measures"][name] = row.model_copy(update={"source": self.source, "sources": {}, "range": {}})
        self.changes.append(FigureChange("measures", name, "", None, row.max_units, self.say(text, **values)))


def tidy(x: float) -> float:
    """Return a number without what adding left behind its fifteenth digit."""
    return float(f"{x:.15g}")


def write(x: float) -> str:
    """Return a number as a sentence has it."""
    return f"{tidy(x):g}"
