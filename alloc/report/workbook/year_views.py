"""A plan over several years as sheets need it: the whole, and each year by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from alloc.instance.sides import per_head
from alloc.report.carrying import pick_year, planned_years
from alloc.report.workbook.view import Criteria, PlanView


@dataclass(frozen=True)
class YearView(PlanView):
    """A year of the plan, to be shown in one language."""

    year: int = 0
    order: Sequence[tuple[str, str]] = ()
    """The rules on money per head of all years, with their groups."""

    def head_number(self, key: tuple[str, str]) -> int:
        """Return the number of a rule on money per head, which is the same in all years."""
        return self.order.index(key) + 1

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
        found, order = [], dict.fromkeys(key for of in planned_years(self.instance) for key in per_head(of))
        for question in planned_years(self.instance):
            own = pick_year(self.tables, question.year)
            found.append(YearView(question, self.lang, own, self.figures, year=question.year, order=(*order,)))
        return tuple(found)
