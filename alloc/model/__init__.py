"""The instance as a mixed-integer program."""

from alloc.model.build import build, status_quo
from alloc.model.export import written
from alloc.model.goals import goal, stages

__all__ = ["build", "goal", "stages", "status_quo", "written"]
