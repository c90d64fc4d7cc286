"""What the planner wrote, checked and frozen."""

from alloc.instance.conversion import write
from alloc.instance.reading import Draft, Reading, draft, inspect, read
from alloc.instance.schema import CATEGORIES, GOALS, JOB_CATEGORIES, KINDS, Instance, Options

__all__ = [
    "CATEGORIES",
    "GOALS",
    "JOB_CATEGORIES",
    "KINDS",
    "Draft",
    "Instance",
    "Options",
    "Reading",
    "draft",
    "inspect",
    "read",
    "write",
]
