"""A plan over several years as sheets need it: the whole, and each year by itself."""

from dataclasses import dataclass
from functools import cached_property

from alloc.report.carrying import pick_year, planned_years
from alloc.report.workbook.view import Criteria, PlanView


@dataclass(frozen=True)
class YearView(PlanView):
    """A year of the plan, to be shown in one language."""

    year: int = 0

    @property
    def when(self) -> Criteria:
        """What tells the rows of the year."""
        return {"year": self.year}


@dataclass(frozen=True)
class YearsView(PlanView):
    """A plan over several years, to be shown in one language."""

    @cached_property
    def of_years(self) -> tuple[YearView, ...]:
        """Each year in which something is bought, with its own tables."""
        found = []
        for question in planned_years(self.instance):
            own = pick_year(self.tables, question.year)
            found.append(YearView(question, self.lang, own, self.figures, year=question.year))
        return tuple(found)
