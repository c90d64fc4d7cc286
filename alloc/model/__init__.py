"""The instance as a mixed-integer program."""

from alloc.model.build import build, build_years
from alloc.model.export import written
from alloc.model.goals import goal, goals_in_order
from alloc.model.revise import is_bounded_alike, revise_amounts
from alloc.model.risk import set_optima, stages
from alloc.model.years import each_year

__all__ = [
    "build",
    "build_years",
    "each_year",
    "goal",
    "goals_in_order",
    "is_bounded_alike",
    "revise_amounts",
    "set_optima",
    "stages",
    "written",
]
