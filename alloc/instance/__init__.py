"""What the planner wrote, checked and frozen."""

from alloc.instance.conversion import write
from alloc.instance.reading import Reading, inspect, read
from alloc.instance.schema import CATEGORIES, GOALS, JOB_CATEGORIES, KINDS, Instance, Options

__all__ = [
    "CATEGORIES",
    "GOALS",
    "JOB_CATEGORIES",
    "KINDS",
    "Instance",
    "Options",
    "Reading",
    "inspect",
    "read",
    "write",
]
