"""The instance as a mixed-integer program."""

from alloc.model.build import build
from alloc.model.export import written
from alloc.model.goals import goal, stages

__all__ = ["build", "goal", "stages", "written"]
